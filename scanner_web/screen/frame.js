// What the screens share: what they are told, and the parts that look the same everywhere.

import { standForSeveral } from "../core/places.js";
import { isPractice } from "../core/session.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @import { Age } from "../core/offline.js" */
/** @import { Session } from "../core/session.js" */
/** @import { StatementAct, StatementView } from "../core/statement.js" */
/** @import { Carrier, Enrolment, Notice, Today } from "../core/types.js" */
/** @import { Language, Say, StaffLanguage, WordList } from "../core/words.js" */
/** @import { Browser } from "../device/platform.js" */
/** @import { Likings } from "../device/storage.js" */
/** @import { IconName } from "./icons.js" */

/** @typedef {"off" | "ask" | "starting" | "on" | "refused" | "none" | "busy" | "broken"} CameraState */
/** @typedef {"none" | "off" | "starting" | "on" | "refused" | "switched_off"} NfcState "none" where the phone, or its browser, reads no tags */
/** @typedef {"welcome" | "install" | "camera" | "typed" | "working" | "done" | "revoked"} EnrolStep */

/**
 * Everything that is shown comes from here. `time`: a code of TimeKred was read here; `moved`: the last card, or a place that was left, moved the phone to another
 * of its places; `registered`: the visits registered here since the page was opened, the newest first;
 * `held`: a card that waits until an offer is chosen there; `net`: whether the server is out of reach, and whether
 * what the phone goes by is there and fresh, `age` how old it is; `notices`: what the server said of visits after the family had gone in.
 * @typedef {{
 *   say: Say, words: WordList, language: StaffLanguage, likings: Likings, enrolments: Enrolment[], current: Enrolment | null, enrolling: boolean,
 *   session: Session, sheet: null | "today" | "menu" | "offers" | "practice" | "later" | "share" | "staff" | "statement" | "objection",
 *   later: {date: string, first: string, last: string, number: string, persons: number, because: string | null, saved: {id: string, last3: string, date: string, persons: number}[]},
 *   share: {state: "loading" | "shown" | "not_allowed" | "network" | "problem", code: string, qr: string},
 *   staff: {state: "loading" | "shown" | "network" | "problem", href: string, date: string}, statement: StatementView,
 *   own: {visits: number, persons: number},
 *   camera: {state: CameraState, torch: boolean, hasTorch: boolean, near: boolean, hasZoom: boolean, all: {id: string, label: string}[], current: string | null}, nfc: NfcState,
 *   enrol: {step: EnrolStep, code: string, error: string | null, hint: boolean},
 *   today: {state: "loading" | "shown" | "failed", list: Today | null, asking: string | null, sending: string | null, problem: string | null},
 *   registered: string[], family: {language: Language, text: string, direction: "ltr" | "rtl"} | null, waiting: number, forgetting: boolean,
 *   browser: Browser, net: {away: boolean, known: boolean, stale: boolean, days: number}, age: Age | null, notices: Notice[],
 *   time: boolean, moved: boolean, held: {text: string, carrier: Carrier} | null,
 * }} App
 */

/**
 * Everything that can be done by a hand.
 * @typedef {{
 *   read: (text: string) => void, persons: (persons: number) => void, next: () => void, giveUp: () => void,
 *   group: () => void, groupPersons: (key: number) => void, groupRemove: (key: number) => void, groupRegister: () => void, groupUndo: () => void, retry: () => void, undo: () => void,
 *   way: (way: "scan" | "typed") => void, offer: (offer: string) => void, sheet: (sheet: App["sheet"]) => void,
 *   startCamera: () => void, nfc: () => void, torch: () => void, zoom: () => void, nextCamera: () => void, pickCamera: (camera: string) => void,
 *   familyIn: (language: Language | null) => void, linger: () => void,
 *   timeToday: () => void, loadToday: () => void, askUndo: (visit: string | null) => void, undoVisit: (visit: string) => void,
 *   like: (change: Partial<Likings>) => void, enrolStep: (step: EnrolStep) => void, claim: (code: string, label: string) => void,
 *   begin: () => void, noticesSeen: () => void, practise: () => void,
 *   laterChange: (change: Partial<App["later"]>) => void, laterSave: () => void, statement: (asked: StatementAct) => void, switchTo: (device: string) => void, forget: (sure: boolean | null) => void,
 * }} Act
 */

/**
 * A button with a picture and a word.
 * @param {{
 *   testid: string, text: string, icon?: IconName, kind?: "main" | "quiet" | "plain", onClick: (event: Event) => void,
 *   pressed?: boolean, disabled?: boolean, focus?: boolean,
 * }} how
 */
export function button({ testid, text, icon: name, kind = "quiet", onClick, pressed, disabled = false, focus = false }) {
  return h(
    "button",
    {
      type: "button",
      class: `button ${kind}`,
      testid,
      onClick,
      disabled,
      "aria-pressed": pressed === undefined ? null : String(pressed),
      "data-focus": focus,
    },
    name && icon(name),
    h("span", {}, text),
  );
}

/**
 * A button that is only a picture; the word is for those who hear it.
 * @param {{testid: string, text: string, icon: IconName, onClick: (event: Event) => void, pressed?: boolean, mark?: string | false}} how
 *   `mark` says what is new behind it
 */
export function roundButton({ testid, text, icon: name, onClick, pressed, mark = false }) {
  const label = mark === false ? text : `${text}: ${mark}`;
  return h(
    "button",
    { type: "button", class: mark === false ? "round" : "round marked", testid, onClick, "aria-label": label, title: label, "aria-pressed": pressed === undefined ? null : String(pressed) },
    icon(name),
  );
}

/**
 * The heading that takes the focus when its screen comes.
 * @param {string} text
 * @param {string} [className]
 */
export function heading(text, className = "") {
  return h("h1", { class: className, tabindex: "-1", "data-focus": true }, text);
}

/**
 * The head of a sheet: what it is, and the way back.
 * @param {App} app
 * @param {string} title
 * @param {() => void} close
 */
export function sheetHead(app, title, close) {
  return h("header", { class: "sheet-head" }, roundButton({ testid: "close", text: app.say("common.close"), icon: "close", onClick: close }), heading(title));
}

/**
 * Where the phone stands, on the screens without a bar, for a phone that stands for several municipalities; and anywhere,
 * that it was just moved.
 * @param {App} app
 */
export function placeNote(app) {
  const venue = app.current?.venue.name ?? "";
  if (!app.moved && !standForSeveral(app.enrolments)) return null;
  return h("p", { class: app.moved ? "place moved" : "place", testid: "place" }, icon(app.moved ? "flip" : "pin"), h("span", {}, app.moved ? app.say("place.moved", { venue }) : venue));
}

/**
 * That this is practice and nothing is registered.
 * @param {App} app
 */
export function practiceNote(app) {
  return isPractice(app.session) && h("p", { class: "practice", testid: "practice" }, icon("question"), h("span", {}, app.say("practice.note")));
}

/** @param {string} text */
export function spinner(text) {
  return h("p", { class: "working", role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }), h("span", {}, text));
}

/**
 * A screen that this phone has not fetched yet, and cannot just now.
 * @param {App} app
 * @param {{again: () => void, close: (() => void) | null}} how
 */
export function notHereYet({ say }, { again, close }) {
  return h(
    "section",
    { class: "page sheet", testid: "not-here-yet" },
    h("header", { class: "sheet-head" }, close !== null && roundButton({ testid: "close", text: say("common.close"), icon: "close", onClick: close }), heading(say("net.first.title"))),
    h("div", { class: "empty" }, icon("away"), h("p", {}, say("net.first.text")), button({ testid: "not-here-again", text: say("today.again"), onClick: again })),
  );
}

/**
 * The answer in plain words, on a phone that lost its network before it had fetched the answer's own screen.
 * @param {App} app
 * @param {Act} act
 */
export function plainAnswer({ say, words, session }, act) {
  const { screen, verdict, trouble } = session;
  const stuck = screen === "trouble" || verdict === null;
  const asks = screen === "persons" && verdict !== null;
  const title = stuck ? say(`trouble.${trouble ?? "network"}.title`) : asks ? say("persons.title") : verdict.admitted ? say("answer.welcome") : (words.because[verdict.because ?? "unknown_card"]?.title ?? "");
  const text = stuck ? say(`trouble.${trouble ?? "network"}.text`) : asks || !verdict.offline ? "" : say(verdict.admitted ? "answer.offline" : "answer.offline_no");
  const counts = asks ? Array.from({ length: verdict.persons }, (_, at) => button({ testid: `persons-${at + 1}`, text: say("persons", { n: at + 1 }), kind: "main", onClick: () => act.persons(at + 1) })) : [];
  return h(
    "section",
    { class: "page sheet", testid: "plain-answer", "data-because": verdict?.because },
    heading(title),
    h("p", {}, text),
    ...counts,
    stuck && button({ testid: "retry", text: say("trouble.retry"), kind: "main", onClick: act.retry }),
    stuck ? button({ testid: "give-up", text: say("trouble.give_up"), onClick: act.giveUp }) : button({ testid: "next", text: say(asks ? "persons.cancel" : "answer.next"), kind: asks ? "quiet" : "main", onClick: act.next }),
  );
}
