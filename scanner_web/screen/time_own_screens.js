// What a member does for themselves, one thing to a screen: a note, a question, the attestations.

import { duration } from "../core/time.js";
import { inLanguage, longDate } from "../core/words.js";
import { noteFace } from "../paper/note.js";
import { h } from "./dom.js";
import { button, spinner } from "./frame.js";
import { icon } from "./icons.js";
import { deeds, places } from "./time_around_screens.js";

/** @import { MemberView } from "../wiring/time_member.js" */
/** @import { Asked, OwnAct, Paper } from "../wiring/time_own.js" */

const SCALE = [1, 2, 3, 4, 5];
const BETTER = ["yes", "no", "unsure"];

/** What each screen is called. @type {Record<string, string>} */
const CALLED = { note: "note_open", ask: "ask_title", attest: "att_open", places: "places_open", deeds: "deeds_open" };

/** The questions that wait for an answer. @param {MemberView} view @param {OwnAct} act */
export function askedCards({ own, say, locale }, act) {
  return own.asked.map((one) =>
    h(
      "section",
      { class: "year-form", testid: "asked" },
      h("h2", {}, say("ask_title")),
      h("p", {}, say("ask_open", { n: one.outcomes.length, date: longDate(one.closes, locale) })),
      button({ testid: "ask-begin", text: say("ask_begin"), icon: "hand", onClick: () => act.begin(one) }),
    ),
  );
}

/** @param {MemberView} view @param {OwnAct} act */
export function ownScreen(view, act) {
  const { say, sheet } = view;
  return h(
    "div",
    { class: "stack wide own" },
    h("div", { class: "own-head" }, h("h1", { tabindex: "-1", "data-focus": true }, say(CALLED[sheet ?? ""] ?? "title")), button({ testid: "own-close", text: say("close"), icon: "close", onClick: act.close })),
    sheet === "note" && deposit(view, act),
    sheet === "ask" && survey(view, act),
    sheet === "attest" && papers(view, act),
    sheet === "places" && places(view),
    sheet === "deeds" && (view.busy ? spinner(say("loading")) : deeds(view)),
    wrong(view),
  );
}

/** @param {MemberView} view */
function wrong({ problem, words, say }) {
  const text = problem === null ? "" : (words.member[`no_${problem}`] ?? say("no_other"));
  return h("p", { class: "error", testid: "member-problem", role: "alert" }, text !== "" && icon("hand"), text !== "" && h("span", {}, text));
}

/** The camera as a window in the page. @param {MemberView} view @param {OwnAct} act @param {string} text what to do with it */
export function window({ own, say }, act, text) {
  if (own.camera === "on") return h("figure", { class: "own-window", testid: "own-camera" }, own.video, h("figcaption", {}, text));
  return h(
    "div",
    { class: "stack" },
    button({ testid: "own-scan", text: say("note_scan"), icon: "scan", kind: "main", onClick: act.camera }),
    own.camera === "none" && h("p", { class: "not-now", role: "status", testid: "own-no-camera" }, icon("camera"), h("span", {}, say("note_no_camera"))),
  );
}

/** @param {MemberView} view @param {OwnAct} act */
function deposit(view, act) {
  const { own, say, busy, locale } = view;
  if (own.put !== null) {
    return h(
      "div",
      { class: "stack wide" },
      verdict("yes", say("note_done", { time: duration(own.put, locale) }), say("note_spent"), "note-done"),
      button({ testid: "note-again", text: say("note_again"), icon: "plus", onClick: act.again }),
      button({ testid: "own-back", text: say("to_page"), kind: "main", onClick: act.close }),
    );
  }
  if (own.looked) return confirm(view, act);
  if (busy) return spinner(say("loading"));
  const input = h("input", { id: "note-code", testid: "note-code", autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "ltr", value: own.code, maxlength: "400" });
  return h(
    "div",
    { class: "stack wide" },
    h("p", { class: "soft" }, say("note_whose")),
    window(view, act, say("note_hold")),
    h(
      "form",
      { class: "year-form", novalidate: true, onSubmit: (/** @type {Event} */ event) => (event.preventDefault(), act.look(input.value)) },
      h("label", { for: "note-code" }, say("note_type")),
      input,
      h("button", { type: "submit", class: "button quiet", testid: "note-look" }, h("span", {}, say("note_look"))),
    ),
  );
}

/** What the note is, before it is put in. @param {MemberView} view @param {OwnAct} act */
function confirm(view, act) {
  const { own, say, language, locale, busy, words } = view;
  const { note, because } = own;
  const face = note !== null && noteFace(note, { currency: inLanguage(note.currency ?? undefined, language) });
  if (note === null || because !== null) {
    const why = words.member[`bad_${because}`] ?? say("bad_other");
    return h(
      "div",
      { class: "stack wide" },
      verdict("no", say("bad_title"), why, "note-refused", because ?? ""),
      face,
      note?.contact && h("p", { class: "contact" }, icon("question"), h("span", {}, `${say("contact")}: `, h("bdi", {}, note.contact))),
      button({ testid: "note-again", text: say("note_again"), icon: "scan", onClick: act.again }),
    );
  }
  return h(
    "div",
    { class: "stack wide", testid: "note-confirm" },
    face,
    note.last_day && h("p", { class: "soft" }, say("note_until", { date: longDate(note.last_day, locale) })),
    h("p", {}, say("note_whose")),
    button({ testid: "note-put", text: say("note_put", { time: duration(note.minutes ?? 0, locale) }), icon: "check", kind: "main", disabled: busy, onClick: act.put }),
    button({ testid: "note-again", text: say("note_again"), onClick: act.again, disabled: busy }),
  );
}

/**
 * @param {"yes" | "no"} mood
 * @param {string} title
 * @param {string} text
 * @param {string} testid
 * @param {string} [because]
 */
function verdict(mood, title, text, testid, because = "") {
  return h("section", { class: "proof", "data-mood": mood, testid, "data-because": because, role: "status" }, icon(mood === "yes" ? "check" : "close", { class: "heavy" }), h("div", {}, h("h2", {}, title), h("p", {}, text)));
}

/** @param {MemberView} view @param {OwnAct} act */
function survey(view, act) {
  const { own, say } = view;
  const [asked] = own.asked;
  if (own.thanked !== null || asked === undefined) {
    return h("div", { class: "stack wide" }, verdict("yes", say(own.thanked === "before" ? "ask_before" : "ask_thanks"), say("ask_why"), "ask-thanks"), button({ testid: "own-back", text: say("to_page"), kind: "main", onClick: act.close }));
  }
  const outcome = asked.outcomes[own.at];
  return outcome === undefined ? last(view, act, asked) : question(view, act, asked, outcome);
}

/** One question, that may be left out. @param {MemberView} view @param {OwnAct} act @param {Asked} asked @param {string} outcome */
function question({ own, say }, act, asked, outcome) {
  const reply = own.replies[outcome];
  const of = asked.outcomes.length;
  return h(
    "div",
    { class: "stack wide", testid: "question", "data-outcome": outcome },
    h("p", { class: "soft" }, say("ask_step", { step: own.at + 1, of })),
    h("progress", { max: of, value: own.at, "aria-label": say("ask_step", { step: own.at + 1, of }) }),
    own.at === 0 && h("p", { class: "compare", testid: "ask-why" }, icon("shield"), h("span", {}, say("ask_why"))),
    h(
      "fieldset",
      { class: "own-scale" },
      h("legend", {}, h("span", { class: "soft" }, say("ask_true")), h("strong", {}, say(`ask_${outcome}`))),
      ...SCALE.map((now) => chosen(`scale-${now}`, say(`scale_${now}`), reply?.now === now, () => act.reply(outcome, { ...reply, now }))),
    ),
    asked.kind === "follow_up" && reply !== undefined && h("fieldset", { class: "own-scale across" }, h("legend", {}, h("strong", {}, say("ask_better"))), ...BETTER.map((better) => chosen(`better-${better}`, say(`better_${better}`), reply.better === better, () => act.reply(outcome, { ...reply, better })))),
    h(
      "div",
      { class: "member-buttons" },
      own.at > 0 && button({ testid: "ask-back", text: say("ask_back"), icon: "back", onClick: () => act.step(-1) }),
      reply === undefined
        ? button({ testid: "ask-skip", text: say("ask_skip"), onClick: () => act.step(1) })
        : button({ testid: "ask-next", text: say("ask_next"), kind: "main", onClick: () => act.step(1) }),
    ),
  );
}

/** @param {string} testid @param {string} text @param {boolean} isChosen @param {() => void} choose */
function chosen(testid, text, isChosen, choose) {
  return h("button", { type: "button", class: "own-choice", testid, "aria-pressed": String(isChosen), onClick: choose }, h("span", {}, text), isChosen && icon("check"));
}

/** @param {MemberView} view @param {OwnAct} act @param {Asked} asked */
function last({ own, say, busy }, act, asked) {
  const n = Object.keys(own.replies).length;
  return h(
    "div",
    { class: "stack wide", testid: "ask-last" },
    h("p", {}, n === 0 ? say("ask_nothing") : say("ask_ready", { n })),
    h("p", { class: "soft" }, say("ask_why")),
    n === 0 ? button({ testid: "own-back", text: say("to_page"), kind: "main", onClick: act.close }) : button({ testid: "ask-send", text: say("ask_send"), kind: "main", disabled: busy, onClick: () => act.send(asked) }),
    button({ testid: "ask-back", text: say("ask_back"), icon: "back", onClick: () => act.step(-1) }),
  );
}

/** @param {MemberView} view @param {OwnAct} act */
function papers(view, act) {
  const { own, say, busy } = view;
  if (own.papers === null) return busy ? spinner(say("loading")) : null;
  if (own.papers.length === 0) return h("p", { class: "compare", testid: "att-none" }, icon("list"), h("span", {}, say("att_none")));
  return h("ul", { class: "offer-list", testid: "papers" }, ...own.papers.map((one) => paper(view, act, one)));
}

/** @param {MemberView} view @param {OwnAct} act @param {Paper} one */
function paper({ own, say, locale, busy }, act, one) {
  const made = own.files[one.id];
  const days = [...new Set([one.first, one.last])].map((day) => longDate(day, locale)).join(" – ");
  const mayShare = made !== undefined && navigator.canShare?.({ files: [made.file] }) === true;
  return h(
    "li",
    { class: "member-session", testid: "paper" },
    h("div", {}, h("h2", {}, h("bdi", {}, one.organisation)), h("p", { class: "soft" }, days), h("p", {}, h("bdi", {}, one.tasks))),
    one.revoked_on !== "" && h("p", { class: "error", testid: "paper-revoked" }, icon("close"), h("span", {}, say("att_revoked", { date: longDate(one.revoked_on, locale) }))),
    one.revoked_on === "" && made === undefined && button({ testid: "paper-get", text: say("att_get"), icon: "list", disabled: busy, onClick: () => act.file(one) }),
    made !== undefined && h("a", { class: "button main", href: made.href, target: "_blank", rel: "noopener", testid: "paper-open" }, icon("link"), h("span", {}, say("att_pdf"))),
    mayShare && button({ testid: "paper-share", text: say("att_share"), icon: "share", onClick: () => act.share(one) }),
  );
}

/** A note waits for an account: whose is it? @param {MemberView} view @param {OwnAct} act */
export function whose(view, act) {
  const { say } = view;
  return h("div", { class: "stack wide" }, h("section", { class: "year-form" }, h("h1", {}, say("note_open")), h("p", {}, say("whose_text"))), window(view, act, say("whose_hold")));
}
