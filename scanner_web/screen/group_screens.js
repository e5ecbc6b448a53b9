// Several cards on one list: siblings, a class, a group of friends.

import { inside, isSettled, moodOfGroup, ready } from "../core/group.js";
import { inGroups, typed } from "../core/number.js";
import { payText, toPay, viewOf } from "../core/verdict_view.js";
import { whatIsPresented } from "../core/card_text.js";
import { kroner } from "../core/words.js";
import { h } from "./dom.js";
import { button, heading, placeNote, practiceNote, roundButton } from "./frame.js";
import { icon, people } from "./icons.js";
import { keepGroups } from "./scan_screens.js";

/** @import { Item } from "../core/group.js" */
/** @import { Act, App } from "./frame.js" */

/**
 * @param {App} app
 * @param {Act} act
 */
export function groupScreen(app, act) {
  const { say, session } = app;
  const { group } = session;
  const { cards, persons } = ready(group);
  const sending = group.some((one) => one.state === "sending");
  const sum = cards.reduce((ore, one) => ore + (one.verdict === null ? 0 : toPay(one.verdict, one.persons)), 0);
  return h(
    "section",
    { class: "page group" },
    placeNote(app),
    practiceNote(app),
    heading(say("group.title", { n: group.length })),
    session.way === "scan" && app.camera.state === "on" && h("p", { class: "fact more-cards" }, icon("scan"), h("span", {}, say("group.hint"))),
    h("ul", { class: "cards", testid: "group" }, ...group.map((one, index) => row(app, act, one, index))),
    session.hint !== null && h("p", { class: "said slip", testid: "hint" }, say(`hint.${session.hint}`)),
    !sending && addByNumber(app, act),
    h(
      "div",
      { class: "group-foot" },
      sum > 0 && h("p", { class: "pay", testid: "group-pay" }, icon("coin"), h("span", {}, say("answer.pays", { amount: kroner(sum, app.words.locale) }))),
      button({ testid: "group-register", text: sending ? say("scan.registering") : say("group.register", { n: persons }), icon: "check", kind: "main", onClick: act.groupRegister, disabled: sending || cards.length === 0 || !isSettled(group) }),
      button({ testid: "cancel", text: say("persons.cancel"), kind: "plain", onClick: act.next, disabled: sending }),
    ),
  );
}

/**
 * The card by its last three digits: nobody reads the number over a shoulder.
 * @param {Item} one
 */
function last3(one) {
  const presented = whatIsPresented(one.card.text);
  const number = presented.kind === "number" ? presented.number : presented.kind === "token" ? presented.body.number : "";
  return number.slice(-3);
}

/**
 * @param {App} app
 * @param {Item} one
 */
function view(app, one) {
  if (one.verdict === null) return null;
  const offer = app.current?.offers.find((each) => each.id === app.session.offer);
  return viewOf(one.verdict, { persons: one.visit?.persons ?? one.persons, offer, language: app.language, words: app.words, say: app.say });
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {Item} one
 * @param {number} index
 */
function row(app, act, one, index) {
  const { say } = app;
  const seen = view(app, one);
  const most = one.verdict?.persons ?? 1;
  const name = say("group.card", { n: index + 1, last3: last3(one) });
  const pay = one.verdict === null ? "" : payText(one.verdict, one.persons, app.words.locale, say) || say("persons.free");
  const about = one.state === "checking" ? say("scan.checking") : one.state === "ready" ? [seen?.ago, pay].filter(Boolean).join(" · ") : one.state === "sending" ? say("scan.registering") : (seen?.title ?? say("group.trouble"));
  return h(
    "li",
    { class: `card-row ${one.state}`, testid: "group-card", "data-state": one.state },
    h("span", { class: "card-text" }, h("b", { "aria-label": name }, `••• ${last3(one)}`), about !== "" && h("span", {}, about)),
    one.state === "ready" && most > 1
      ? h("button", { type: "button", class: "card-persons", testid: "group-persons", "aria-label": `${name}: ${say("persons", { n: one.persons })}. ${say("group.tap")}`, onClick: () => act.groupPersons(one.key) }, people(one.persons), h("strong", {}, String(one.persons)), h("span", { class: "change", "aria-hidden": "true" }, icon(one.persons < most ? "plus" : "undo")))
      : one.state === "ready" && h("span", { class: "card-persons one" }, people(1), h("span", { class: "unseen" }, say("persons", { n: 1 }))),
    one.state !== "sending" && roundButton({ testid: "group-remove", text: say("group.remove", { card: name }), icon: "close", onClick: () => act.groupRemove(one.key) }),
  );
}

/**
 * The next card by its number.
 * @param {App} app
 * @param {Act} act
 */
function addByNumber(app, act) {
  const { say } = app;
  const input = h("input", {
    ...{ id: "group-number", testid: "group-number", class: "number small", inputmode: "numeric", autocomplete: "off", enterkeyhint: "done" },
    ...{ placeholder: "0000 0000 0000", size: "14", "aria-describedby": "group-said" },
  });
  const said = h("span", { class: "help", id: "group-said", "aria-live": "polite" });
  input.addEventListener("input", () => {
    keepGroups(input);
    const { state, digits } = typed(input.value);
    input.setAttribute("aria-invalid", String(state === "wrong" || state === "too_long"));
    said.textContent = state === "wrong" || state === "too_long" ? say(`typed.${state}`) : "";
    // The twelfth right digit is the end: nobody has to press anything.
    if (state === "right") act.read(inGroups(digits));
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (input.value.trim() !== "") act.read(input.value);
  };
  return h("form", { class: "field add-card", novalidate: true, onSubmit: submit }, h("label", { for: "group-number" }, say("group.number")), input, said);
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function groupAnswerScreen(app, act) {
  const { say, session } = app;
  const { group } = session;
  const { cards, persons } = inside(group);
  const mood = moodOfGroup(group);
  const undoing = group.some((one) => one.state === "undoing");
  const title = mood === "yes" ? say("answer.welcome") : mood === "undone" ? say("answer.undone_title") : say("group.nobody");
  return h(
    "section",
    { class: `answer ${mood} of-group`, testid: "answer", "data-mood": mood },
    h(
      "div",
      { class: "answer-body" },
      placeNote(app),
      practiceNote(app),
      h("div", { class: mood === "yes" ? "mark circle" : "mark square" }, icon(mood === "yes" ? "check" : mood === "undone" ? "undo" : "dash")),
      heading(title, "verdict"),
      cards.length > 0 && h("p", { class: "how-many", testid: "persons" }, h("strong", {}, say("persons", { n: persons }))),
      h("ul", { class: "cards", testid: "group" }, ...group.map((one, index) => answerRow(app, one, index))),
    ),
    h(
      "div",
      { class: "answer-foot" },
      h(
        "div",
        { class: cards.length > 0 ? "pair" : "pair one" },
        cards.length > 0 && button({ testid: "undo", text: say(undoing ? "answer.undoing" : "group.undo"), icon: "undo", onClick: act.groupUndo, disabled: undoing }),
        h("button", { type: "button", class: "button main next", testid: "next", onClick: act.next }, h("span", {}, say("answer.next")), h("i", { class: "countdown", "aria-hidden": "true" })),
      ),
    ),
  );
}

/**
 * @param {App} app
 * @param {Item} one
 * @param {number} index
 */
function answerRow(app, one, index) {
  const { say } = app;
  const seen = view(app, one);
  const came = one.state === "in" || one.state === "undoing";
  const about = came ? [say("persons", { n: one.visit?.persons ?? one.persons }), seen?.pay, seen?.count?.text].filter(Boolean).join(" · ") : one.state === "undone" ? say("today.undone") : (seen?.title ?? say("group.trouble"));
  return h(
    "li",
    { class: `card-row ${one.state}`, testid: "group-card", "data-state": one.state },
    icon(came ? "check" : one.state === "undone" ? "undo" : "dash"),
    h("span", { class: "card-text" }, h("b", {}, say("group.card", { n: index + 1, last3: last3(one) })), h("span", {}, about)),
  );
}

/**
 * What the list says aloud: the newest card while it grows, the sum when it is done.
 * @param {App} app
 * @param {string} state
 */
export function spokenOfGroup(app, state) {
  const { say, session } = app;
  if (state === "group-answer") {
    const { cards, persons } = inside(session.group);
    return cards.length > 0 ? `${say("answer.welcome")}. ${say("persons", { n: persons })}` : say(moodOfGroup(session.group) === "undone" ? "answer.undone_title" : "group.nobody");
  }
  const newest = session.group.at(-1);
  if (newest === undefined || newest.state === "checking" || newest.state === "sending") return "";
  const name = say("group.card", { n: session.group.length, last3: last3(newest) });
  return newest.state === "ready" ? `${name}. ${say("group.register", { n: ready(session.group).persons })}` : `${name}. ${view(app, newest)?.title ?? ""}`;
}
