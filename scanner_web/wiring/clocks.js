// The clocks that go by themselves: the answer that makes way, the question asked again, the hint that fades.

import { find } from "../screen/dom.js";

/** @import { App } from "../screen/frame.js" */

const ANSWER_STAYS = { yes: 8000, refused: 15_000, undone: 4000 };
const TRY_AGAIN_AFTER = 4000;
const HINT_STAYS = 3500;

/**
 * @param {App} app
 * @param {{next: () => void, retry: () => void, hintOver: () => void}} then
 */
export function makeClocks(app, { next, retry, hintOver }) {
  const main = find("#main", HTMLElement);
  /** @type {{answer: number, retry: number, hint: number}} */
  const timers = { answer: 0, retry: 0, hint: 0 };

  /**
   * The answer on the screen, if there is one.
   * @param {string} screen
   */
  function nameOf(screen) {
    const { turn, undo, group } = app.session;
    if (screen === "group-answer") return `${turn} ${group.map((one) => one.state).join(" ")}`;
    return screen === "answer" ? `${turn} ${undo.state}` : "";
  }

  function wind() {
    const { session } = app;
    const screen = app.enrolling || app.sheet !== null ? "none" : session.screen;
    const answer = nameOf(screen);
    if (answer === "") stopCountdown();
    else if (main.dataset.countdown !== answer) startCountdown(answer);
    clearTimeout(timers.retry);
    if (screen === "trouble" && session.trouble !== "problem") timers.retry = window.setTimeout(retry, TRY_AGAIN_AFTER);
    clearTimeout(timers.hint);
    if (session.hint !== null) timers.hint = window.setTimeout(hintOver, HINT_STAYS);
  }

  /** @param {string} answer */
  function startCountdown(answer) {
    stopCountdown();
    main.dataset.countdown = answer;
    const { likings: now, session } = app;
    if (now.stay || session.undo.state === "sending" || session.undo.state === "failed" || session.group.some((one) => one.state === "undoing")) return;
    const admitted = session.verdict?.admitted === true;
    const stays = session.group.length > 0 ? ANSWER_STAYS.refused : session.undo.state === "done" ? ANSWER_STAYS.undone : admitted ? ANSWER_STAYS.yes : ANSWER_STAYS.refused;
    document.documentElement.style.setProperty("--countdown", `${stays}ms`);
    main.classList.add("counting");
    timers.answer = window.setTimeout(next, stays);
  }

  function stopCountdown() {
    clearTimeout(timers.answer);
    main.classList.remove("counting");
    delete main.dataset.countdown;
    const answer = nameOf(app.session.screen);
    if (answer !== "") main.dataset.countdown = answer;
  }

  return { wind, stopCountdown };
}
