// What is done beside the queue: practising, registering later from paper, letting a colleague's phone in, the staff's page.

import { PRACTICE, inGroups, typed } from "../core/number.js";
import { longDate, shortDate } from "../core/words.js";
import { h } from "./dom.js";
import { button, placeNote, sheetHead, spinner } from "./frame.js";
import { icon, people } from "./icons.js";
import { keepGroups } from "./scan_screens.js";

/** @import { Act, App } from "./frame.js" */

/** More than this is two lines on the paper list too. */
const MOST_PERSONS = 10;

/**
 * @param {App} app
 * @param {Act} act
 */
export function practiceSheet(app, act) {
  const { say } = app;
  return h(
    "section",
    { class: "page sheet" },
    sheetHead(app, say("practice.title"), () => act.sheet(null)),
    h("p", { class: "lead" }, say("practice.text")),
    h("p", { class: "practice-number", "aria-label": say("practice.number") }, inGroups(PRACTICE)),
    h("p", { class: "help" }, say("practice.type")),
    button({ testid: "practice-show", text: say("practice.show"), icon: "scan", kind: "main", onClick: act.practise }),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function laterSheet(app, act) {
  const { say, later, words } = app;
  const date = h("input", { ...{ id: "later-date", testid: "later-date", type: "date", required: true, value: later.date, min: later.first, max: later.last } });
  date.addEventListener("change", () => act.laterChange({ date: date.value }));
  const number = h("input", {
    ...{ id: "later-number", testid: "later-number", class: "number small", inputmode: "numeric", autocomplete: "off", placeholder: "0000 0000 0000" },
    ...{ value: later.number, size: "14", "aria-describedby": "later-said", "aria-invalid": String(later.because === "number"), "data-focus": true },
  });
  const said = h("p", { class: "help", id: "later-said", "aria-live": "polite" });
  number.addEventListener("input", () => {
    keepGroups(number);
    act.laterChange({ number: number.value });
    const { state } = typed(number.value);
    number.setAttribute("aria-invalid", String(state === "wrong" || state === "too_long"));
    said.textContent = state === "empty" || state === "typing" ? "" : say(`typed.${state}`);
  });
  return h(
    "section",
    { class: "page sheet" },
    sheetHead(app, say("later.title"), () => act.sheet(null)),
    placeNote(app),
    h("p", { class: "lead" }, say("later.text")),
    h(
      "form",
      {
        class: "form",
        novalidate: true,
        onSubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          act.laterSave();
        },
      },
      h("div", { class: "field" }, h("label", { for: "later-date" }, say("later.date")), date),
      h("div", { class: "field" }, h("label", { for: "later-number" }, say("typed.label")), number, said),
      h(
        "div",
        { class: "field" },
        h("span", { id: "later-persons" }, say("later.persons")),
        h(
          "div",
          { class: "stepper", role: "group", "aria-labelledby": "later-persons" },
          button({ testid: "later-fewer", text: "−", onClick: () => act.laterChange({ persons: Math.max(later.persons - 1, 1) }), disabled: later.persons <= 1 }),
          h("output", { testid: "later-persons", "aria-live": "polite" }, people(Math.min(later.persons, 4)), h("strong", {}, say("persons", { n: later.persons }))),
          button({ testid: "later-more", text: "+", onClick: () => act.laterChange({ persons: Math.min(later.persons + 1, MOST_PERSONS) }), disabled: later.persons >= MOST_PERSONS }),
        ),
      ),
      later.because !== null && h("p", { class: "error", role: "alert", testid: "later-error", "data-because": later.because }, icon("hand"), h("span", {}, problem(app, later.because))),
      h("button", { type: "submit", class: "button main", testid: "later-save" }, h("span", {}, say("later.save"))),
    ),
    later.saved.length > 0 && h("h2", { class: "small-head" }, say("later.saved")),
    h("div", { role: "status" }, h("ul", { class: "cards", testid: "later-saved" }, ...later.saved.map((one) => h("li", { class: "card-row" }, icon("check"), h("span", { class: "card-text" }, h("b", {}, `••• ${one.last3}`), h("span", {}, `${shortDate(one.date, words.locale)} · ${say("persons", { n: one.persons })}`)))))),
  );
}

/**
 * @param {App} app
 * @param {string} because
 */
function problem({ say, words, later }, because) {
  if (because === "number") {
    const { state } = typed(later.number);
    return say(state === "wrong" ? "typed.wrong" : state === "too_long" ? "typed.too_long" : "typed.label");
  }
  if (because === "date") return say("later.date_wrong", { date: longDate(later.first, words.locale) });
  if (because === "none") return say("net.none");
  if (because === "used_today") return say("later.twice");
  return words.because[because]?.title ?? "";
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function shareSheet(app, act) {
  const { say, share } = app;
  const shown = share.state === "shown";
  return h(
    "section",
    { class: "page sheet" },
    sheetHead(app, say("share.title"), () => act.sheet("menu")),
    placeNote(app),
    share.state === "loading" && spinner(say("share.loading")),
    shown && h("p", { class: "lead" }, say("share.text")),
    shown && h("img", { class: "share-code", testid: "share-code", alt: say("share.alt"), src: share.qr }),
    shown && h("p", { class: "code-kept" }, h("span", {}, say("enrol.code")), h("code", {}, share.code)),
    !shown && share.state !== "loading" && h("div", { class: "empty", testid: "share-failed" }, icon("hand"), h("p", {}, say(`share.${share.state}`)), share.state !== "not_allowed" && button({ testid: "share-again", text: say("today.again"), onClick: () => act.sheet("share") })),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function staffSheet(app, act) {
  const { say, staff, words } = app;
  const shown = staff.state === "shown";
  return h(
    "section",
    { class: "page sheet" },
    sheetHead(app, say("staff.title"), () => act.sheet("menu")),
    placeNote(app),
    h("p", { class: "lead" }, say("staff.text")),
    staff.state === "loading" && spinner(say("today.loading")),
    shown && h("a", { class: "button main", testid: "staff-open", href: staff.href, download: "Opplev.pdf", type: "application/pdf" }, icon("list"), h("span", {}, say("staff.open"))),
    shown && h("p", { class: "help", testid: "staff-date" }, say("staff.date", { date: longDate(staff.date, words.locale) })),
    !shown && staff.state !== "loading" && h("div", { class: "empty", testid: "staff-failed" }, icon("away"), h("p", {}, say(`staff.${staff.state}`)), button({ testid: "staff-again", text: say("today.again"), onClick: () => act.sheet("staff") })),
  );
}
