// What staff see when somebody pays with time: who comes, what it costs, yes or no.

import { clock, duration, priceOf } from "../core/time.js";
import { inLanguage, sayer } from "../core/words.js";
import { counter } from "./counter.js";
import { h } from "./dom.js";
import { button, heading, roundButton, spinner } from "./frame.js";
import { icon } from "./icons.js";

/** @import { TimeAct, TimeTill } from "../wiring/time_till.js" */

/**
 * @param {TimeTill} till
 * @param {TimeAct} act
 */
export function timeScreen(till, act) {
  const { step, say } = till;
  return h(
    "div",
    { class: "time-page", role: "dialog", "aria-modal": "true", "aria-label": say("pay_title") },
    step !== "answer" && head(till, act),
    (step === "loading" || step === "paying") && h("div", { class: "time-body" }, spinner(say(step === "paying" ? "paying" : "loading"))),
    step === "counting" && counting(till, act),
    step === "answer" && answer(till, act),
    step === "none" && message(till, "question", "none_title", "none_text", button({ testid: "time-close", text: say("close"), kind: "main", onClick: act.close, focus: true })),
    step === "trouble" &&
      message(till, "away", "trouble_title", "trouble_text", button({ testid: "time-retry", text: say("retry"), kind: "main", onClick: act.retry, focus: true }), button({ testid: "time-close", text: say("give_up"), onClick: act.close })),
    step === "list" && list(till, act),
  );
}

/**
 * @param {TimeTill} till
 * @param {TimeAct} act
 */
function head({ say, step }, act) {
  return h(
    "header",
    { class: "sheet-head time-head" },
    roundButton({ testid: "time-back", text: say("close"), icon: "close", onClick: act.close }),
    heading(say(step === "list" ? "today_title" : "pay_title")),
    step === "counting" && roundButton({ testid: "time-list", text: say("today_title"), icon: "list", onClick: act.list }),
  );
}

/**
 * @param {TimeTill} till
 * @param {TimeAct} act
 */
function counting(till, act) {
  const { say, choice, locale, adults, children, all, queue } = till;
  if (choice === null) return null;
  const minutes = priceOf(choice, adults, children);
  return h(
    "div",
    { class: "time-body" },
    refused(till, act),
    all.length > 1 &&
      h(
        "div",
        { class: "time-choices", role: "group", "aria-label": say("what_for") },
        ...all.map((one) => h("button", { type: "button", class: "chip", testid: `time-choice-${one.key}`, "aria-pressed": String(one === choice), onClick: () => act.choose(`${one.currency}/${one.key}`) }, titleOf(one, locale))),
      ),
    all.length === 1 && h("p", { class: "time-what", testid: "time-what" }, titleOf(choice, locale)),
    !choice.checkIn && counter(till, "adults", adults, choice.adult, (now) => act.count({ adults: now })),
    !choice.checkIn && counter(till, "children", children, choice.child, (now) => act.count({ children: now })),
    !choice.checkIn && h(
      "fieldset",
      { class: "time-first" },
      h("legend", {}, say("first_time")),
      ...[true, false].map((yes) => h("button", { type: "button", class: "chip", testid: yes ? "first-yes" : "first-no", "aria-pressed": String(till.first === yes), onClick: () => act.first(yes) }, say(yes ? "yes" : "no"))),
    ),
    paidWith(till),
    till.ago !== null && h("p", { class: "time-enough", testid: "time-ago" }, till.ago === 0 ? say("just_paid") : say("paid_ago", { n: till.ago })),
    h("p", { class: till.enough === false ? "time-enough no" : "time-enough", testid: "time-enough", role: "status" }, enough(till)),
    till.enough === false && h("p", { class: "soft", testid: "time-hint" }, hintFor(till, till.why ?? "not_enough")),
    h(
      "button",
      { type: "button", class: "button main time-pay", testid: "time-pay", disabled: adults + children === 0 || till.enough === false, onClick: act.pay },
      h("span", {}, say(choice.checkIn ? "check_in" : "take")),
      !choice.checkIn && h("strong", { testid: "time-price" }, duration(minutes, locale)),
    ),
    h("label", { class: "time-queue" }, h("input", { type: "checkbox", testid: "time-queue", checked: queue, onChange: act.queue }), h("span", {}, say("queue"))),
    queue && h("p", { class: "time-total", testid: "time-total" }, totalOf(till)),
  );
}

/** The currency that is paid with, in its own colours, where there is more than one. @param {TimeTill} till */
function paidWith({ say, pays, locale }) {
  if (pays === null) return null;
  const made = h("p", { class: "time-with", testid: "time-with" }, say("paid_with", { currency: nameOf(pays, locale) }));
  if (pays.colours.paper) made.style.background = pays.colours.paper;
  if (pays.colours.ink) made.style.color = pays.colours.ink;
  return made;
}

/** @param {import("../core/time.js").Currency} currency @param {string} locale */
function nameOf(currency, locale) {
  return inLanguage(currency.name, locale.slice(0, 2)) || currency.id;
}

/** @param {TimeTill} till */
function enough(till) {
  if (till.enough === null) return "";
  return till.enough ? till.say("enough") : titleFor(till, till.why ?? "not_enough");
}

/**
 * @param {TimeTill} till
 * @param {TimeAct} act
 */
function answer(till, act) {
  const { say, verdict, locale, paid, undone } = till;
  if (verdict === null) return null;
  const yes = verdict.admitted && undone !== "done";
  return h(
    "div",
    { class: yes ? "time-answer yes" : "time-answer no", testid: "time-answer", "data-because": verdict.because ?? "", role: "alert" },
    icon(yes ? "check" : undone === "done" ? "undo" : "hand", { class: "heavy" }),
    heading(undone === "done" ? say("undone") : verdict.admitted ? say(till.choice?.checkIn ? "there" : "taken") : titleFor(till, verdict.because ?? "not_enough")),
    verdict.admitted && h("p", { class: "time-sum", testid: "time-sum" }, [verdict.minutes > 0 && duration(verdict.minutes, locale), say("persons", { n: verdict.adults + verdict.children })].filter(Boolean).join(" · ")),
    paidWith(till),
    !verdict.admitted && h("p", {}, hintFor(till, verdict.because ?? "not_enough")),
    paid?.offline === true && undone === "no" && h("p", { testid: "time-offline" }, say("kept")),
    undone === "failed" && h("p", {}, say("undo_failed")),
    till.queue && h("p", { class: "time-total", testid: "time-total" }, totalOf(till)),
    h(
      "div",
      { class: "time-buttons" },
      paid !== null && undone !== "done" && button({ testid: "time-undo", text: say("undo"), icon: "undo", onClick: act.undo, disabled: undone === "sending" }),
      button({ testid: "time-next", text: say("next"), kind: "main", onClick: act.close }),
    ),
  );
}

/** @param {TimeTill} till */
function totalOf({ say, total, locale }) {
  return say("total", { n: total.persons, time: duration(total.minutes, locale) });
}

/**
 * @param {TimeTill} till
 * @param {import("./icons.js").IconName} picture
 * @param {string} title
 * @param {string} text
 * @param {...Node} more
 */
function message({ say }, picture, title, text, ...more) {
  return h("div", { class: "time-body time-message", role: "alert" }, icon(picture), h("h2", {}, say(title)), h("p", {}, say(text)), ...more);
}

/** What the server said no to afterwards. @param {TimeTill} till @param {TimeAct} act */
function refused(till, act) {
  const { say, locale } = till;
  if (till.refused.length === 0) return null;
  return h(
    "section",
    { class: "time-refused", testid: "time-refused" },
    h("h2", {}, say("refused_title")),
    h("ul", {}, ...till.refused.map((one) => h("li", {}, `${clock(one.at, locale)} · ${duration(one.minutes, locale)} · ${titleFor(till, one.because)}`))),
    button({ testid: "time-seen", text: say("seen"), onClick: act.seen }),
  );
}

/** @param {TimeTill} till @param {TimeAct} act */
function list({ day, say, locale, supplies, undoable, undoing, undone }, act) {
  const others = (supplies?.accepted ?? []).map((one) => one.currency);
  /** What was paid with another currency says so. @param {import("../core/time.js").Spend} one */
  const other = (one) => {
    const found = one.taken_in ? others.find((each) => each.id === one.currency) : undefined;
    return found === undefined ? "" : ` · ${nameOf(found, locale)}`;
  };
  if (day === null) return h("div", { class: "time-body" }, spinner(say("loading")));
  return h(
    "div",
    { class: "time-body", testid: "time-today" },
    h("p", { class: "time-total", testid: "time-total" }, say("total", { n: day.adults + day.children, time: duration(day.minutes, locale) })),
    h(
      "ul",
      { class: "time-list" },
      ...day.spends.map((one) =>
        h("li", { class: one.undone ? "undone" : "" }, h("span", {}, `${clock(one.at, locale)} · …${one.last3}${other(one)}`), h("strong", {}, one.undone ? say("undone") : duration(one.minutes, locale)), h("span", {}, say("persons", { n: one.adults + one.children })), undoable.has(one.id) && button({ testid: `time-undo-${one.id}`, text: say("undo"), icon: "undo", onClick: () => act.takeBack(one.id), disabled: undoing !== null })),
      ),
    ),
    undone === "failed" && h("p", { role: "alert" }, say("undo_failed")),
    day.spends.length === 0 && h("p", { class: "soft" }, say("nothing_yet")),
  );
}

/** @param {import("../core/time.js").Choice} choice @param {string} locale */
function titleOf(choice, locale) {
  return inLanguage(choice.title, locale.slice(0, 2)) || choice.key;
}

/** @param {TimeTill} till @param {string} because */
function titleFor({ words }, because) {
  return words.because[because] ?? words.because.not_here ?? because;
}

/** @param {TimeTill} till @param {string} because */
function hintFor({ words, say }, because) {
  const hints = sayer(words.till);
  const hint = hints(`hint_${because}`);
  return hint === `hint_${because}` ? say("hint_other") : hint;
}
