// The API as a readable page, made from the document that the API serves about itself.

import { callsByTag } from "./core/openapi.js";
import { openapi } from "./device/api.js";
import { fill, find, h } from "./screen/dom.js";
import { logo } from "./screen/icons.js";

/** @import { Call, Field } from "./core/openapi.js" */

const main = find("#main", HTMLElement);

/** @param {any} document_ */
function page(document_) {
  const groups = callsByTag(document_);
  return h(
    "div",
    { class: "docs-page" },
    h(
      "nav",
      { class: "docs-nav", "aria-label": "Calls" },
      h("p", { class: "docs-brand" }, logo("logo"), h("b", {}, document_.info?.title ?? "Opplev")),
      ...groups.map(({ tag, calls }) =>
        h("details", { open: groups.length < 3 }, h("summary", {}, tag || "Other"), h("ul", {}, ...calls.map((call) => h("li", {}, h("a", { href: `#${call.id}` }, method(call), h("span", {}, call.path)))))),
      ),
    ),
    h(
      "div",
      { class: "docs-body" },
      h("h1", {}, document_.info?.title ?? "Opplev"),
      h("p", { class: "docs-version" }, `Version ${document_.info?.version ?? "?"} · `, h("a", { href: "v1/openapi.json" }, "openapi.json")),
      ...paragraphs(document_.info?.description ?? ""),
      ...groups.map(({ tag, text, calls }) => h("section", { testid: "tag" }, h("h2", {}, tag || "Other"), ...paragraphs(text), ...calls.map(callSection))),
    ),
  );
}

/** @param {string} text */
function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .filter((one) => one.trim() !== "")
    .map((one) => h("p", {}, ...withCode(one)));
}

/**
 * Words between back quotes are code.
 * @param {string} text
 */
function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
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
    h("p", { class: "access" }, call.access.length === 0 ? "Open to all" : `For: ${call.access.join(", ")}`),
    call.parameters.length > 0 && table("Parameters", call.parameters.map((one) => ({ ...one, type: `${one.type}, in ${one.where}` }))),
    call.body.length > 0 ? table("Body", call.body) : call.bodyTypes.length > 0 && h("p", {}, `Body: ${call.bodyTypes.join(" or ")}`),
    h(
      "dl",
      { class: "answers" },
      ...call.answers.flatMap((answer) => [
        h("dt", { class: answer.status.startsWith("2") ? "good" : "" }, answer.status),
        h("dd", {}, ...withCode(answer.text), answer.fields.length > 0 && h("details", {}, h("summary", {}, `${answer.fields.length} fields`), table("", answer.fields))),
      ]),
    ),
  );
}

/**
 * @param {string} title
 * @param {Field[]} fields
 */
function table(title, fields) {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": title || "Fields" },
    h(
      "table",
      {},
      title !== "" && h("caption", {}, title),
      h("tbody", {}, ...fields.map((field) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, field.name), field.required && h("span", { class: "must" }, " required")), h("td", {}, field.type), h("td", {}, ...withCode(field.text))))),
    ),
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
