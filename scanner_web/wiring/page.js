// The page's shell: which screen it is, putting it in place, and saying aloud what it says.

import { moodOfGroup } from "../core/group.js";
import { moodOf } from "../core/mood.js";
import { isPractice } from "../core/session.js";
import { longDate, pick, sayer, STAFF_LANGUAGES } from "../core/words.js";
import { wear } from "../device/wear.js";
import { sheetWordsIn, wordsIn } from "../device/words.js";
import { fill, find } from "../screen/dom.js";
import { enrolScreen } from "../screen/enrol_screens.js";
import { notHereYet, plainAnswer } from "../screen/frame.js";
import { scanScreen } from "../screen/scan_screens.js";

/** @import { Act, App } from "../screen/frame.js" */

/** Screens that the page begins without: fetched when the first of them is asked for, the answer before, and kept offline like the rest. */
const LATE = /** @type {const} */ ({ persons: "answer", answer: "answer", trouble: "answer", offers: "sheets", today: "sheets", menu: "sheets", practice: "more", later: "more", share: "more", staff: "more", statement: "statement", objection: "statement", group: "group", "group-answer": "group" });

/**
 * @typedef {{answer?: typeof import("../screen/answer_screens.js"), sheets?: typeof import("../screen/sheet_screens.js"), more?: typeof import("../screen/more_sheets.js"), group?: typeof import("../screen/group_screens.js"), statement?: typeof import("../screen/statement_screens.js")}} LateScreens
 */

/**
 * @param {App} app
 * @param {{act: () => Act, redraw: () => void, linger: () => void}} rest
 */
export function makePage(app, { act, redraw, linger }) {
  const main = find("#main", HTMLElement);
  const spokenAloud = find("#spoken", HTMLElement);
  let drawn = "";
  /** @type {LateScreens} */
  const late = {};
  let sheetsLearned = false;
  /** What could not be fetched: without a network, before the phone had kept all its files. @type {keyof LateScreens | null} */
  let missing = null;
  const finger = watchFinger(main, () => draw());

  /** @returns {string} the name of the screen, for the stylesheet and for tests */
  function stateName() {
    if (app.enrolling) {
      const names = { camera: "enrol-camera", typed: "enrol-typed", working: "enrolling", done: "enrolled" };
      return names[/** @type {keyof typeof names} */ (app.enrol.step)] ?? app.enrol.step;
    }
    if (app.session.offer === null && (app.current?.offers.length ?? 0) > 0) return "offers";
    return app.sheet ?? app.session.screen;
  }

  function draw() {
    const state = stateName();
    // What is pressed must still be there when the finger is lifted, or the tap is lost.
    if (document.body.dataset.state === state && finger.isDown()) return finger.drawLater();
    const part = LATE[/** @type {keyof typeof LATE} */ (state)];
    if (part !== undefined && late[part] === undefined && missing !== part) {
      // What stands stays until the new screen can be drawn.
      void fetchLate(part).then(redraw, () => {
        missing = part;
        redraw();
      });
      return;
    }
    const before = document.body.dataset.state;
    document.body.dataset.state = state;
    document.body.dataset.camera = app.camera.state;
    document.body.dataset.practice = String(isPractice(app.session));
    document.body.dataset.mood = state === "group-answer" ? moodOfGroup(app.session.group) : state === "answer" && app.session.verdict !== null ? (app.session.undo.state === "done" ? "undone" : moodOf(app.session.verdict)) : "";
    // The number field keeps its caret while the words around it change.
    const key = state === "typed" ? ["typed", app.language, app.waiting, app.session.turn].join() : "";
    if (key === "" || key !== drawn) replace(screenNow(state), before === state);
    else for (const slot of main.querySelectorAll("[data-hint]")) slot.textContent = app.session.hint === null ? "" : app.say(`hint.${app.session.hint}`);
    drawn = key;
    sayAloud(state);
    if ((!app.enrolling || state === "enrolled") && late.answer === undefined) foresee();
  }

  /** The answer is fetched as soon as the phone is let in, while the network is there; a card that waits for it is answered when it comes. */
  function foresee() {
    void fetchLate("answer").then(
      () => missing === "answer" && redraw(),
      () => {},
    );
  }

  /** What every sheet needs besides itself: its words and its look. */
  function dressed() {
    return Promise.all([learnSheets(), wear(new URL("../sheets.css", import.meta.url))]);
  }

  /** With the screens comes what they do. @param {keyof LateScreens} part */
  async function fetchLate(part) {
    if (part === "answer") late.answer = await import("../screen/answer_screens.js");
    else if (part === "sheets") [late.sheets] = await Promise.all([import("../screen/sheet_screens.js"), import("../wiring/today.js"), dressed()]);
    else if (part === "more") [late.more] = await Promise.all([import("../screen/more_sheets.js"), import("../wiring/later.js"), dressed()]);
    else if (part === "statement") [late.statement] = await Promise.all([import("../screen/statement_screens.js"), dressed()]);
    else late.group = await import("../screen/group_screens.js");
  }

  /** @param {string} state */
  function screenNow(state) {
    const { answer, sheets, more, group, statement } = late;
    if (app.enrolling) return enrolScreen(app, act());
    const part = LATE[/** @type {keyof typeof LATE} */ (state)];
    if (part === "answer" && answer === undefined) return plainAnswer(app, act());
    if (part !== undefined && late[part] === undefined) return notHereYet(app, { again, close: state === "offers" && app.session.offer === null ? null : leave });
    if (state === "offers" && sheets) return sheets.offersSheet(app, act());
    if (state === "today" && sheets) return sheets.todaySheet(app, act());
    if (state === "menu" && sheets) return sheets.menuSheet(app, act());
    if (state === "practice" && more) return more.practiceSheet(app, act());
    if (state === "later" && more) return more.laterSheet(app, act());
    if (state === "share" && more) return more.shareSheet(app, act());
    if (state === "staff" && more) return more.staffSheet(app, act());
    if (state === "statement" && statement) return statement.statementSheet(app, act());
    if (state === "objection" && statement) return statement.objectionSheet(app, act());
    if (state === "persons" && answer) return answer.personsScreen(app, act());
    if (state === "answer" && answer) return answer.answerScreen(app, act());
    if (state === "group" && group) return group.groupScreen(app, act());
    if (state === "group-answer" && group) return group.groupAnswerScreen(app, act());
    if (state === "trouble" && answer) return answer.troubleScreen(app, act());
    return scanScreen(app, act());
  }

  function again() {
    missing = null;
    if (app.sheet === null) redraw();
    else act().sheet(app.sheet);
  }

  /** Back to the card: from a sheet, or from a list of cards. */
  function leave() {
    missing = null;
    if (app.sheet === null) act().next();
    else act().sheet(null);
  }

  /**
   * Put a screen in place. The focus stays where it was when the screen is the same, and goes to its heading when it is new.
   * @param {HTMLElement} screen
   * @param {boolean} same
   */
  function replace(screen, same) {
    const held = document.activeElement;
    const testid = same && held instanceof HTMLElement ? held.dataset.testid : undefined;
    const scrolled = main.scrollTop;
    fill(main, screen);
    main.scrollTop = same ? scrolled : 0;
    const before = testid === undefined ? null : main.querySelector(`[data-testid="${testid}"]`);
    // A heading that was just read aloud keeps its place when something beside it changes.
    const atHeading = held instanceof HTMLElement && held.matches("h1[data-focus]");
    const target = before ?? (same && !atHeading ? null : main.querySelector("[data-focus]"));
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }

  /** @param {string} state */
  function sayAloud(state) {
    const { say, session } = app;
    const venue = app.current?.venue.name ?? "";
    let text = "";
    if (app.moved && (["persons", "offers", "typed"].includes(state) || (state === "scan" && session.hint === null))) text = say("place.moved", { venue });
    else if (state === "answer" && late.answer) text = app.moved ? `${say("place.moved", { venue })}. ${late.answer.spoken(app)}` : late.answer.spoken(app);
    else if ((state === "group" || state === "group-answer") && late.group) text = late.group.spokenOfGroup(app, state);
    else if (state === "trouble") text = say(`trouble.${session.trouble ?? "network"}.title`);
    else if (session.hint !== null && state === "scan") text = say(`hint.${session.hint}`);
    if (spokenAloud.textContent !== text) spokenAloud.textContent = text;
  }

  /** The sheets' words, beside those that the page began with. */
  async function learnSheets() {
    const sheets = await sheetWordsIn(app.language);
    sheetsLearned = true;
    app.say = sayer({ ...app.words.staff, ...sheets });
  }

  async function speak() {
    app.language = pick([app.likings.language, ...navigator.languages], STAFF_LANGUAGES) ?? "nb";
    app.words = await wordsIn(app.language);
    app.say = sayer(app.words.staff ?? {});
    if (sheetsLearned) await learnSheets();
    document.documentElement.lang = app.language;
    drawn = "";
    redraw();
  }

  /** @param {Parameters<Act["familyIn"]>[0]} chosen */
  async function showFamily(chosen) {
    linger();
    const { turn, verdict } = app.session;
    const list = chosen === null ? null : await wordsIn(chosen);
    if (turn !== app.session.turn || verdict?.because === undefined) return;
    const line = list?.because[verdict.because ?? "unknown_card"]?.family ?? "";
    const until = verdict.valid_until === null || list === null ? "" : longDate(verdict.valid_until, list.locale);
    app.family = list === null || chosen === null ? null : { language: chosen, text: line.replace("{date}", until), direction: list.direction };
    redraw();
  }

  return { draw, speak, showFamily };
}

const LIFTED_MS = 60; // a touch is told as a click this much later at the most
const HELD_MS = 1500; // whoever rests a finger on the screen does not stop it

/**
 * @param {HTMLElement} main
 * @param {() => void} draw
 */
function watchFinger(main, draw) {
  let down = false;
  let waits = false;
  let timer = 0;
  const lift = () => {
    clearTimeout(timer);
    down = false;
    if (waits) draw();
    waits = false;
  };
  /** @param {number} after milliseconds; of a newer press or its end, whichever is last */
  const liftIn = (after) => {
    clearTimeout(timer);
    timer = setTimeout(lift, after);
  };
  main.addEventListener("pointerdown", () => ((down = true), liftIn(HELD_MS)), true);
  for (const over of ["pointerup", "pointercancel"]) window.addEventListener(over, () => down && liftIn(LIFTED_MS), true);
  main.addEventListener("click", () => (down = false), true); // what the tap does is drawn at once
  return { isDown: () => down, drawLater: () => (waits = true) };
}
