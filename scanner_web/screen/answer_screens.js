// The answer, to be read at arm's length: how many come in, whether they may, and what to say.

import { offersFewer } from "../core/session.js";
import { MOST_BOXES, payText, viewOf } from "../core/verdict_view.js";
import { LANGUAGES } from "../core/words.js";
import { h } from "./dom.js";
import { button, heading, placeNote, practiceNote } from "./frame.js";
import { icon, people } from "./icons.js";

/** @import { Verdict } from "../core/types.js" */
/** @import { VerdictView } from "../core/verdict_view.js" */
/** @import { Act, App } from "./frame.js" */

const FAMILY_NAMES = { nb: "Bokmål", nn: "Nynorsk", en: "English", ar: "العربية", so: "Soomaali", ti: "ትግርኛ", uk: "Українська", pl: "Polski", fa: "فارسی" };

/**
 * @param {App} app
 * @param {number} persons
 * @returns {VerdictView | null}
 */
function view(app, persons) {
  const { verdict, offer } = app.session;
  if (verdict === null) return null;
  const about = { persons, offer: app.current?.offers.find((one) => one.id === offer), language: app.language, words: app.words, say: app.say };
  return viewOf(verdict, about);
}

/**
 * What the answer says aloud.
 * @param {App} app
 */
export function spoken(app) {
  const { session } = app;
  if (session.undo.state === "done") return app.say("answer.undone");
  return view(app, session.visit?.persons ?? 1)?.spoken ?? "";
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function personsScreen(app, act) {
  const { say } = app;
  const verdict = app.session.verdict;
  const seen = view(app, verdict?.persons ?? 1);
  if (verdict === null || seen === null) return h("section");
  const choices = Array.from({ length: verdict.persons }, (_, index) => index + 1);
  return h(
    "section",
    { class: seen.again ? "page choose again" : "page choose" },
    placeNote(app),
    practiceNote(app),
    heading(say(seen.ago === "" ? "persons.title" : "persons.again")),
    seen.ago !== "" && h("p", { class: "ago", testid: "used-ago" }, icon("clock"), h("span", {}, seen.again && h("b", { testid: "same-card" }, say("answer.same_card")), seen.ago)),
    h("div", { class: "choices", "data-count": String(choices.length) }, ...choices.map((persons) => choice(app, act, verdict, persons))),
    // For how many it is included is chosen here.
    facts(app, { ...seen, includedTitle: say("answer.included", { n: 1 }) }, false),
    app.session.way === "scan" && h("p", { class: "fact more-cards" }, icon("scan"), h("span", {}, say("group.hint"))),
    button({ testid: "group-more", text: say("group.more"), icon: "plus", onClick: act.group }),
    button({ testid: "cancel", text: say("persons.cancel"), kind: seen.ago === "" ? "plain" : "quiet", onClick: act.next }),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {Verdict} verdict
 * @param {number} persons
 */
function choice(app, act, verdict, persons) {
  return h(
    "button",
    { type: "button", class: "choice", testid: `persons-${persons}`, onClick: () => act.persons(persons) },
    people(persons),
    h("span", { class: "choice-text" }, app.say("persons", { n: persons })),
    h("span", { class: "choice-pay" }, payText(verdict, persons, app.words.locale, app.say) || app.say("persons.free")),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function answerScreen(app, act) {
  const { session } = app;
  const seen = view(app, session.visit?.persons ?? 1);
  if (seen === null) return h("section");
  if (session.undo.state === "done") return undoneScreen(app, act);
  return seen.mood === "yes" ? admitted(app, act, seen) : refused(app, act, seen);
}

/**
 * Tapping anywhere that is not a button goes on to the next card.
 * @param {Act} act
 */
function tapOn(act) {
  return (/** @type {Event} */ event) => {
    const at = event.target;
    if (at instanceof Element && at.closest("button, a, details, .family") === null) act.next();
  };
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {VerdictView} seen
 */
function admitted(app, act, seen) {
  const { say, session } = app;
  const undo = session.undo.state;
  return h(
    "section",
    { class: "answer yes", testid: "answer", "data-mood": "yes", onClick: tapOn(act) },
    h(
      "div",
      { class: "answer-body" },
      placeNote(app),
      practiceNote(app),
      h("div", { class: "mark circle" }, icon("check")),
      heading(seen.title, "verdict"),
      h("p", { class: "how-many", testid: "persons" }, people(seen.persons), h("strong", {}, seen.personsText)),
      seen.pay !== "" && h("p", { class: "pay", testid: "to-pay" }, icon("coin"), h("span", {}, seen.pay)),
      left(seen),
      facts(app, seen, true),
      alone(app),
    ),
    h(
      "div",
      { class: "answer-foot" },
      undo === "failed" && h("p", { class: "undo-failed", role: "alert" }, say("answer.undo_failed")),
      h(
        "div",
        { class: "pair" },
        button({ testid: "undo", text: say(undo === "sending" ? "answer.undoing" : "answer.undo"), icon: "undo", onClick: act.undo, disabled: undo === "sending" }),
        next(app, act),
      ),
    ),
  );
}

/**
 * That the phone decided by itself.
 * @param {App} app
 */
function alone({ say, session }) {
  if (session.verdict?.offline !== true) return null;
  const text = session.verdict.admitted ? say("answer.offline") : say("answer.offline_no");
  return h("p", { class: "fact alone", testid: "offline" }, icon("away"), h("span", {}, text));
}

/**
 * @param {VerdictView} seen
 */
function left(seen) {
  if (seen.free !== "") return h("p", { class: "left free", testid: "left" }, icon("sun"), h("span", {}, seen.free));
  if (seen.count === null) return null;
  return h("p", { class: "left", testid: "left" }, boxes(seen.count.left, seen.count.limit), h("span", {}, seen.count.text));
}

/**
 * The tick boxes of the paper card: used ones ticked, the rest open.
 * @param {number} open
 * @param {number} limit
 */
export function boxes(open, limit) {
  if (limit > MOST_BOXES || limit < 1) return null;
  const row = h("span", { class: "boxes", "aria-hidden": "true" });
  for (let one = 0; one < limit; one += 1) {
    const used = one < limit - open;
    row.append(h("i", { class: used ? "used" : "" }, used && icon("check")));
  }
  return row;
}

/**
 * What is included and what is not.
 * @param {App} app
 * @param {VerdictView} seen
 * @param {boolean} withAgo
 */
function facts(app, seen, withAgo) {
  if (seen.included.length === 0 && seen.excluded.length === 0 && seen.age === "" && (seen.ago === "" || !withAgo)) return null;
  return h(
    "div",
    { class: "facts" },
    withAgo && seen.ago !== "" && h("p", { class: "fact", testid: "used-ago" }, icon("clock"), h("span", {}, seen.ago)),
    seen.age !== "" && h("p", { class: "fact", testid: "age-limit" }, icon("one"), h("span", {}, seen.age)),
    seen.included.length > 0 && h("p", { class: "fact", testid: "included" }, icon("check"), h("span", {}, h("b", {}, `${seen.includedTitle}: `), seen.included.join(", "))),
    seen.excluded.length > 0 && h("p", { class: "fact", testid: "excluded" }, icon("dash"), h("span", {}, h("b", {}, `${app.say("answer.excluded")}: `), seen.excluded.join(", "))),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {VerdictView} seen
 */
function refused(app, act, seen) {
  const { say, session } = app;
  const fewer = offersFewer(session.verdict) ? (session.verdict?.persons ?? 0) : 0;
  const because = session.verdict?.because;
  const unread = because === "unknown_card" || because === "forged_card" || because === "copied_tag";
  const typeInstead = unread && session.card?.carrier !== "typed";
  return h(
    "section",
    { class: `answer ${seen.mood}${seen.again ? " again" : ""}`, testid: "answer", "data-mood": seen.mood, "data-because": because, onClick: tapOn(act) },
    h(
      "div",
      { class: "answer-body" },
      placeNote(app),
      practiceNote(app),
      h("div", { class: "mark square" }, icon(seen.mark)),
      heading(seen.title, "verdict"),
      h("p", { class: "because", testid: "because" }, seen.staff),
      seen.ago !== "" && h("p", { class: "fact ago-line", testid: "used-ago" }, icon("clock"), h("span", {}, seen.ago)),
      alone(app),
      familyLine(app, act, seen.family),
    ),
    h(
      "div",
      { class: "answer-foot" },
      fewer > 0 && button({ testid: "fewer", text: say("answer.fewer", { n: fewer }), icon: "one", kind: "main", onClick: () => act.persons(fewer) }),
      typeInstead && button({ testid: "type-instead", text: say("answer.type"), icon: "keypad", kind: "main", onClick: () => act.way("typed") }),
      h("div", { class: "pair one" }, next(app, act)),
    ),
  );
}

/**
 * One line to say to the family, which can be shown to them in their own language.
 * @param {App} app
 * @param {Act} act
 * @param {string} text
 */
function familyLine(app, act, text) {
  const { say, family } = app;
  const others = LANGUAGES.filter((language) => language !== app.language && language !== "nn");
  return h(
    "div",
    { class: "family", testid: "family" },
    h("p", { class: "family-label" }, say("answer.say")),
    h("p", { class: "family-text", testid: "family-text", lang: family?.language ?? app.language, dir: family?.direction ?? "ltr" }, family?.text ?? text),
    h(
      "details",
      { testid: "family-languages", open: family !== null, onToggle: act.linger },
      h("summary", {}, icon("globe"), h("span", {}, say("answer.show_in"))),
      h(
        "div",
        { class: "chips" },
        ...others.map((language) =>
          h(
            "button",
            { type: "button", class: "chip", lang: language, testid: `family-${language}`, "aria-pressed": String(family?.language === language), onClick: () => act.familyIn(family?.language === language ? null : language) },
            FAMILY_NAMES[language],
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function next(app, act) {
  return h("button", { type: "button", class: "button main next", testid: "next", onClick: act.next }, h("span", {}, app.say("answer.next")), h("i", { class: "countdown", "aria-hidden": "true" }));
}

/**
 * @param {App} app
 * @param {Act} act
 */
function undoneScreen(app, act) {
  return h(
    "section",
    { class: "answer undone", testid: "answer", "data-mood": "undone", onClick: tapOn(act) },
    h("div", { class: "answer-body" }, h("div", { class: "mark square" }, icon("undo")), heading(app.say("answer.undone_title"), "verdict"), h("p", { class: "because" }, app.say("answer.undone"))),
    h("div", { class: "answer-foot" }, h("div", { class: "pair one" }, next(app, act))),
  );
}

/**
 * No answer yet. The card waits here, and so does the way out.
 * @param {App} app
 * @param {Act} act
 */
export function troubleScreen(app, act) {
  const { say, session } = app;
  const trouble = session.trouble ?? "network";
  return h(
    "section",
    { class: "answer trouble", testid: "trouble", "data-trouble": trouble },
    h(
      "div",
      { class: "answer-body" },
      placeNote(app),
      practiceNote(app),
      h("div", { class: "mark square" }, icon(trouble === "problem" ? "question" : "away")),
      heading(say(`trouble.${trouble}.title`), "verdict"),
      h("p", { class: "because" }, say(`trouble.${trouble}.text`)),
      trouble === "network" && h("p", { testid: "trouble-stays" }, say("trouble.network.stays")),
      h("div", { class: "family" }, h("p", { class: "family-label" }, say("answer.say")), h("p", { class: "family-text" }, say("trouble.family"))),
    ),
    h(
      "div",
      { class: "answer-foot" },
      button({ testid: "retry", text: say("trouble.retry"), kind: "main", onClick: act.retry }),
      button({ testid: "give-up", text: say(session.asked === null ? "trouble.give_up" : "trouble.give_up_visit"), onClick: act.giveUp }),
    ),
  );
}
