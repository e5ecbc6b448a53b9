// The API as a readable page, made from the document that the API serves about itself.

import { callId, callsByTag, problemFields } from "./core/openapi.js";
import { openapi } from "./device/api.js";
import { fill, find, h } from "./screen/dom.js";
import { logo } from "./screen/icons.js";

/** @import { Answer, Call } from "./core/openapi.js" */
/** @import { Field } from "./core/openapi_fields.js" */

const main = find("#main", HTMLElement);

/** The index beside the page; on a narrow screen it is behind one line. */
const WIDE = window.matchMedia("(min-width: 64rem)");

/** @param {any} document_ */
function page(document_) {
  const groups = callsByTag(document_);
  const title = document_.info?.title ?? "Opplev";
  return h(
    "div",
    { class: "docs-page" },
    h("nav", { class: "docs-nav", "aria-label": "Calls" }, h("p", { class: "docs-brand" }, logo("logo"), h("b", {}, `${title} API`)), index(groups)),
    h(
      "div",
      { class: "docs-body" },
      h("h1", {}, `${title} API`),
      h("p", { class: "docs-version" }, `Version ${document_.info?.version ?? "?"} · `, h("a", { href: "v1/openapi.json" }, "openapi.json")),
      ...paragraphs(document_.info?.description ?? ""),
      ...groups.map(({ tag, text, calls }) => h("section", { testid: "tag" }, h("h2", {}, heading(tag)), ...paragraphs(text), ...calls.map(callSection))),
      problems(problemFields(document_)),
    ),
  );
}

/** @param {ReturnType<typeof callsByTag>} groups */
function index(groups) {
  const all = h(
    "details",
    { class: "docs-index", open: WIDE.matches },
    h("summary", {}, `All ${groups.reduce((sum, { calls }) => sum + calls.length, 0)} calls`),
    ...groups.map(({ tag, calls }) => h("div", {}, h("p", { class: "index-head" }, heading(tag)), h("ul", {}, ...calls.map(indexLine)))),
  );
  WIDE.addEventListener("change", () => {
    all.open = WIDE.matches;
  });
  all.addEventListener("click", (event) => {
    if (!WIDE.matches && event.target instanceof Element && event.target.closest("a") !== null) all.open = false;
  });
  return all;
}

/** @param {Call} call */
function indexLine(call) {
  return h("li", {}, h("a", { href: `#${call.id}`, title: call.title }, method(call), h("span", {}, call.path.replace(/^\/v\d+/, ""))));
}

/** @param {string} tag */
function heading(tag) {
  return tag === "" ? "Other" : tag.charAt(0).toUpperCase() + tag.slice(1);
}

/** @param {Field[]} fields */
function problems(fields) {
  if (fields.length === 0) return null;
  return h("section", { id: "problems" }, h("h2", {}, "Errors"), ...paragraphs("Every refused call answers `application/problem+json` (RFC 9457). Act on `code`, which is stable; `detail` is for people."), table("A problem", fields, answered));
}

/** @param {string} text */
function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .filter((one) => one.trim() !== "")
    .map((one) => h("p", {}, ...withCode(one)));
}

/**
 * Words between back quotes are code, and a call among them leads to where it is told; words between two stars are bold.
 * @param {string} text
 */
function withCode(text) {
  return text.split("`").flatMap((part, index) => (index % 2 === 1 ? [code(part)] : withBold(part)));
}

/** @param {Call} call */
function method(call) {
  return h("span", { class: `method ${call.method.toLowerCase()}` }, call.method);
}

/** @param {Call} call */
function callSection(call) {
  return h(
    "article",
    { class: "call", id: call.id, testid: "call" },
    h("h3", {}, method(call), h("code", {}, call.path)),
    call.title !== "" && h("p", { class: "call-title" }, ...withCode(call.title)),
    ...paragraphs(call.text),
    access(call),
    call.parameters.length > 0 && table("Parameters", call.parameters.map((one) => ({ ...one, type: `${one.type}, in ${one.where}` }))),
    call.body.length > 0 ? table("Body", call.body, asked, call.bodyText) : call.bodyTypes.length > 0 && h("p", {}, `Body: ${call.bodyTypes.join(" or ")}`),
    h("h4", {}, "Answers"),
    h("dl", { class: "answers" }, ...call.answers.flatMap(answer)),
    call.errors.length > 0 && errors(call.errors),
  );
}

/** @param {string} text */
function withBold(text) {
  return text.split("**").map((part, index) => (index % 2 === 1 ? h("b", {}, part) : part));
}

/** @param {string} text */
function code(text) {
  const [verb = "", path = "", ...more] = text.split(" ");
  const isCall = path.startsWith("/v1/") && more.length === 0;
  return isCall ? h("a", { href: `#${callId(verb, path)}` }, h("code", {}, text)) : h("code", {}, text);
}

/** @param {Call} call */
function access({ access: roles }) {
  if (roles.length === 0) return h("p", { class: "access" }, "Open to all, without a token");
  return h("p", { class: "access" }, "May call: ", ...roles.map((role) => h("span", { class: "role" }, role)));
}

/** @param {Answer} answer */
function answer({ status, text, types, fields }) {
  const shape = types.filter((type) => type !== "application/json").join(" or ");
  const count = fields.length === 1 ? "1 field" : `${fields.length} fields`;
  return [
    h("dt", {}, status),
    h("dd", {}, ...withCode(text), shape !== "" && h("code", { class: "shape" }, shape), fields.length > 0 && h("details", {}, h("summary", {}, count), table("", fields, answered))),
  ];
}

/** @param {Answer[]} all */
function errors(all) {
  return h("details", { class: "errors" }, h("summary", {}, h("b", {}, "Errors "), all.map(({ status }) => status).join(" · ")), h("dl", { class: "answers" }, ...all.flatMap(({ status, text }) => [h("dt", {}, status), h("dd", {}, ...withCode(text))])), h("p", {}, h("a", { href: "#problems" }, "What a problem looks like")));
}

/**
 * @param {string} title
 * @param {Field[]} fields
 * @param {typeof asked} [mark] what is said beside a name
 * @param {string} [text]
 */
function table(title, fields, mark = asked, text = "") {
  return h(
    "div",
    { class: "fields" },
    title !== "" && h("h4", {}, title),
    ...paragraphs(text),
    h("table", { "aria-label": title || "Fields" }, h("tbody", {}, ...fields.map((field) => row(field, mark)))),
  );
}

/** @param {Field} field */
function asked({ required }) {
  return required && h("span", { class: "must" }, " required");
}

/**
 * Whoever reads an answer wants to know which fields may be missing.
 * @param {Field} field
 */
function answered({ required }) {
  return !required && h("span", { class: "may" }, " may be missing");
}

/**
 * @param {Field} field
 * @param {typeof asked} mark
 */
function row(field, mark) {
  const { name, type, limits, text } = field;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("code", {}, name), mark(field)),
    h("td", {}, type, limits !== "" && h("span", { class: "limits" }, ...withCode(limits)), text !== "" && h("span", { class: "field-text" }, ...withCode(text))),
  );
}

try {
  fill(main, page(await openapi()));
  document.body.dataset.state = "shown";
  if (window.location.hash !== "") document.getElementById(window.location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  document.body.dataset.state = "failed";
  fill(main, h("p", { class: "docs-body", role: "alert" }, "The description of the API could not be fetched. Reload to try again."));
  throw error;
}
