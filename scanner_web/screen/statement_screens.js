// The venue's month on the phone: what it comes to, where it is not right, and what the municipality says to that.

import { osloDateOf } from "../core/oslo.js";
import { besides, inKroner, lastDayOf, mayObject, monthNamed, stageOf } from "../core/statement.js";
import { longDate, shortDate } from "../core/words.js";
import { h } from "./dom.js";
import { button, placeNote, roundButton, sheetHead, spinner } from "./frame.js";
import { icon } from "./icons.js";

/** @import { Explained, Objection, Statement, StatementOffer, StatementRow, VenueMonth } from "../core/statement.js" */
/** @import { Act, App } from "./frame.js" */

const LONGEST = 1000;

/**
 * @param {App} app
 * @param {Act} act
 */
export function statementSheet(app, act) {
  const { say, statement } = app;
  const { state, told } = statement;
  const failed = state === "network" || state === "problem" || state === "not_allowed";
  return h(
    "section",
    { class: "page sheet", "aria-busy": String(state === "loading") },
    sheetHead(app, say("statement.title"), () => act.sheet("menu")),
    placeNote(app),
    state !== "not_allowed" && statement.months.length > 0 && months(app, act),
    h("div", { class: "status", role: "status" }, statement.sent && h("p", { class: "note", testid: "statement-sent" }, icon("check"), h("span", {}, say("objection.sent")))),
    state === "loading" && told === null && spinner(say("today.loading")),
    failed && h("div", { class: "empty", testid: "statement-failed", "data-state": state }, icon(state === "network" ? "away" : "hand"), h("p", {}, say(`statement.${state}`)), state !== "not_allowed" && button({ testid: "statement-again", text: say("today.again"), onClick: () => act.statement({ type: "again" }) })),
    ...(told === null ? [] : month(app, act, told)),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function months({ say, statement, words }, act) {
  const { earlier, later } = besides(statement.months, statement.month);
  const select = h("select", { id: "statement-month", testid: "statement-month", "aria-label": say("statement.month") }, ...statement.months.map((each) => h("option", { value: each, selected: each === statement.month }, monthNamed(each, words.locale))));
  select.addEventListener("change", () => act.statement({ type: "month", month: select.value }));
  /** @param {"earlier" | "later"} which @param {string | undefined} to */
  const step = (which, to) => {
    const made = roundButton({ testid: `statement-${which}`, text: say(`statement.${which}`), icon: "back", onClick: () => to !== undefined && act.statement({ type: "month", month: to }) });
    made.classList.toggle("onward", which === "later");
    made.setAttribute("aria-disabled", String(to === undefined));
    return made;
  };
  return h("div", { class: "months" }, step("earlier", earlier), select, step("later", later));
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {VenueMonth} told
 */
function month(app, act, told) {
  const { say } = app;
  const nothing = told.statements.length === 0;
  const stage = stageOf(told);
  return [
    !nothing && h("p", { class: "help stage", testid: "statement-stage", "data-stage": stage }, icon(stage === "paid" || stage === "approved" ? "check" : "clock"), h("span", {}, say(`statement.stage.${stage}`))),
    nothing && h("div", { class: "empty", testid: "statement-empty" }, icon("sun"), h("p", {}, say("statement.empty"))),
    ...told.statements.map((each) => sum(app, each)),
    !nothing && pdf(app, act),
    mayObject(told)
      ? button({ testid: "open-objection", text: say("objection.title"), icon: "hand", onClick: () => act.sheet("objection") })
      : h("p", { class: "help", testid: "statement-too-late" }, say("objection.too_late")),
    told.objections.length > 0 && h("h2", { class: "small-head" }, say("objection.list")),
    told.objections.length > 0 && h("ul", { class: "cards", testid: "objections" }, ...[...told.objections].reverse().map((each) => objection(app, told, each))),
    ...told.statements.flatMap((each) => each.offers.map((offer) => days(app, offer, each.adjustments))),
  ];
}

/**
 * What one way of payment comes to.
 * @param {App} app
 * @param {Statement} each
 */
function sum({ say, words }, each) {
  const stays = each.way === "held" || each.way === "carried";
  const line = (/** @type {string} */ name, /** @type {string} */ text) => h("div", { class: "sum-line" }, h("dt", {}, name), h("dd", {}, text));
  return h(
    "section",
    { class: "sum", testid: "statement-sum", "data-way": each.way },
    h("h2", { class: "sum-label" }, stays ? say(`statement.${each.way}`) : say(`statement.due.${each.settle_by}`)),
    h("p", { class: "sum-amount", testid: "statement-due" }, inKroner(each.due, words.locale)),
    h(
      "dl",
      {},
      line(say("statement.counts"), counted(say, each)),
      each.brought_from.length > 0 && line(say("statement.lines"), inKroner(each.lines, words.locale)),
      each.brought_from.length > 0 && line(say("statement.brought", { months: each.brought_from.map((one) => monthNamed(one, words.locale)).join(", ") }), inKroner(each.brought, words.locale)),
      line(say("statement.reference"), each.reference),
    ),
    h("p", { class: "help" }, each.because !== null ? say(`statement.because.${each.because}`) : each.way === "carried" ? say("statement.carried_why") : say(`statement.do.${each.settle_by}`)),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function pdf({ say, statement }, act) {
  const { state, href, name } = statement.pdf;
  if (state === "shown") return h("a", { class: "button main", testid: "statement-pdf-open", href, download: name, type: "application/pdf", "data-focus": true }, icon("list"), h("span", {}, say("statement.pdf_open")));
  return h(
    "div",
    { class: "stack tight" },
    state === "failed" && h("p", { class: "error", role: "alert", testid: "statement-pdf-failed" }, icon("away"), h("span", {}, say("statement.pdf_failed"))),
    button({ testid: "statement-pdf", text: say(state === "loading" ? "statement.pdf_loading" : "statement.pdf"), icon: "list", onClick: () => act.statement({ type: "pdf" }), disabled: state === "loading" }),
  );
}

/**
 * An offer's days.
 * @param {App} app
 * @param {StatementOffer} offer
 * @param {Explained[]} adjusted
 */
function days(app, offer, adjusted) {
  const { words } = app;
  return h(
    "section",
    { class: "days", testid: "statement-offer", "data-offer": offer.offer },
    h("h2", { class: "days-head" }, h("span", {}, offer.title), h("span", { class: "money" }, inKroner(offer.amount, words.locale))),
    h("ul", { class: "visits" }, ...offer.rows.map((row) => day(app, row, row.type !== "justering" ? [] : adjusted.filter((each) => each.offer === offer.offer && each.date === row.date && each.percent === row.percent)))),
  );
}

/**
 * @param {App} app
 * @param {StatementRow} row
 * @param {Explained[]} adjusted
 */
function day({ say, words }, row, adjusted) {
  const counts = row.visits === 0 ? "" : counted(say, row);
  const share = row.visits === 0 ? "" : say("statement.share", { percent: row.percent, basis: inKroner(row.gross - row.copay, words.locale) });
  const kind = row.type === "besok" ? "" : say(`statement.type.${row.type}`);
  return h(
    "li",
    { class: "day", testid: "statement-row", "data-date": row.date, "data-type": row.type },
    h("span", { class: "visit-text" }, h("b", {}, shortDate(row.date, words.locale)), kind !== "" && h("span", { class: "kind" }, kind), counts !== "" && h("span", {}, counts)),
    h("span", { class: "visit-text end" }, h("b", { class: "money" }, inKroner(row.amount, words.locale)), share !== "" && h("span", {}, share)),
    ...adjusted.map((each) => explained({ say, words }, each)),
  );
}

/**
 * Why a day was adjusted: for how many, what it was and becomes, and the office's own reason.
 * @param {Pick<App, "say" | "words">} app
 * @param {Explained} told
 */
function explained({ say, words }, { date, persons, was, becomes, reason }) {
  const day = longDate(date, words.locale);
  const what = persons === 0 ? say("statement.corrects", { day }) : say("statement.corrects_for", { day, persons: say("persons", { n: persons }).replaceAll(" ", "\u00a0") });
  const stood = was === null || becomes === null ? "" : say("statement.stood", { was: inKroner(was, words.locale), becomes: inKroner(becomes, words.locale) });
  return h("p", { class: "explained", testid: "statement-explained" }, [what, stood].filter(Boolean).join(" "), reason !== "" && h("q", {}, reason));
}

/**
 * A number stays with its word.
 * @param {App["say"]} say
 * @param {{visits: number, persons: number}} counts
 */
function counted(say, { visits, persons }) {
  return [say("today.visits", { n: visits }), say("persons", { n: persons })].map((text) => text.replaceAll(" ", "\u00a0")).join(", ");
}

/**
 * @param {App} app
 * @param {VenueMonth} told
 * @param {Objection} each
 */
function objection(app, told, each) {
  const { say, words } = app;
  return h(
    "li",
    { class: "objection", testid: "objection", "data-state": each.state },
    h("p", { class: "objection-state" }, icon(each.state === "open" ? "clock" : each.state === "accepted" ? "check" : "dash"), h("b", {}, say(`objection.state.${each.state}`))),
    h("p", { class: "help" }, aboutText(app, told, each)),
    h("p", {}, each.text),
    each.answer !== "" && h("p", { class: "answered" }, h("b", {}, `${say("objection.answer")} `), each.answer),
    h("p", { class: "help" }, longDate(osloDateOf(each.answered_at ?? each.at), words.locale)),
  );
}

/**
 * @param {App} app
 * @param {VenueMonth} told
 * @param {{offer: string | null, date: string | null}} about
 */
function aboutText({ say, words }, told, { offer, date }) {
  const title = told.statements.flatMap((each) => each.offers).find((each) => each.offer === offer)?.title ?? offer;
  return [title, date === null ? null : longDate(date, words.locale)].filter(Boolean).join(" · ") || say("objection.whole");
}

/** The form as it stands, so that what is being written in it survives a redrawing. @type {{key: string, form: HTMLElement | null}} */
const standing = { key: "", form: null };

/**
 * @param {App} app
 * @param {Act} act
 */
export function objectionSheet(app, act) {
  const { statement, language, say } = app;
  const { draft } = statement;
  const key = [language, statement.month, draft.about, draft.because, draft.state, statement.told === null].join();
  if (standing.form === null || standing.key !== key || draft.text === "") standing.form = form(app, act);
  standing.key = key;
  return h("section", { class: "page sheet" }, sheetHead(app, say("objection.title"), () => act.sheet("statement")), placeNote(app), h("p", { class: "lead" }, say("objection.text", { month: monthNamed(statement.month, app.words.locale) })), standing.form);
}

/**
 * @param {App} app
 * @param {Act} act
 */
function form(app, act) {
  const { say, statement, words } = app;
  const { draft, told, month } = statement;
  const choice = (/** @type {string} */ value, /** @type {string} */ text) => h("option", { value, selected: draft.about === value }, text);
  const lines = (told?.statements ?? []).flatMap((each) => each.offers);
  const about = h(
    "select",
    { id: "objection-about", testid: "objection-about", "data-focus": false },
    choice("", say("objection.whole")),
    choice("day", say("objection.missing_day")),
    ...lines.map((offer) => h("optgroup", { label: offer.title }, ...[...new Set(offer.rows.map((row) => row.date))].map((date) => choice(`${offer.offer}/${date}`, `${longDate(date, words.locale)} · ${inKroner(sumOf(offer, date), words.locale)}`)))),
  );
  about.addEventListener("change", () => act.statement({ type: "draft", change: { about: about.value } }));
  const date = h("input", { ...{ id: "objection-date", testid: "objection-date", type: "date", value: draft.date }, min: `${month}-01`, max: lastDayOf(month), "aria-invalid": String(draft.because === "day") });
  date.addEventListener("change", () => act.statement({ type: "draft", change: { date: date.value } }));
  const text = h("textarea", { ...{ id: "objection-text", testid: "objection-text", rows: "5", maxlength: LONGEST, autocapitalize: "sentences" }, "aria-describedby": "objection-hint", "aria-invalid": String(draft.because === "empty") }, draft.text);
  text.addEventListener("input", () => act.statement({ type: "draft", change: { text: text.value } }));
  const sending = draft.state === "sending";
  return h(
    "form",
    {
      class: "form",
      novalidate: true,
      onSubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        act.statement({ type: "send" });
      },
    },
    h("div", { class: "field" }, h("label", { for: "objection-about" }, say("objection.about")), about),
    draft.about === "day" && h("div", { class: "field" }, h("label", { for: "objection-date" }, say("objection.day")), date),
    h("div", { class: "field" }, h("label", { for: "objection-text" }, say("objection.what")), text, h("p", { class: "help", id: "objection-hint" }, say("objection.no_names"))),
    draft.because !== null && h("p", { class: "error", role: "alert", testid: "objection-error", "data-because": draft.because }, icon("hand"), h("span", {}, say(`objection.error.${draft.because}`))),
    h("button", { type: "submit", class: "button main", testid: "objection-send", disabled: sending }, h("span", {}, say(sending ? "objection.sending" : "objection.send"))),
  );
}

/**
 * @param {StatementOffer} offer
 * @param {string} date
 */
function sumOf(offer, date) {
  return offer.rows.filter((row) => row.date === date).reduce((sum, row) => sum + row.amount, 0);
}
