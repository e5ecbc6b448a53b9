// The list of today, and taking a visit in it back.

import { today } from "../device/api.js";
import { RevokedError } from "../device/errors.js";

/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/**
 * @param {App} app
 * @param {{
 *   redraw: () => void, revoked: (enrolment: Enrolment) => void,
 *   takeBack: (enrolment: Enrolment, id: string, voidId: string) => Promise<boolean>,
 * }} page
 */
export function wireToday(app, { redraw, revoked, takeBack }) {
  /** @type {Map<string, string>} the id of each void, which a second try repeats */
  const voidIds = new Map();

  async function load() {
    if (app.current === null) return;
    const asked = app.current;
    app.today = { ...app.today, state: "loading", asking: null, problem: null };
    redraw();
    try {
      const list = await today(asked);
      app.today = { ...app.today, state: "shown", list };
    } catch (error) {
      if (error instanceof RevokedError) return revoked(asked);
      app.today = { ...app.today, state: "failed", list: null };
    }
    redraw();
  }

  /** @param {string | null} visit */
  function ask(visit) {
    app.today = { ...app.today, asking: visit, problem: null };
    redraw();
  }

  /** @param {string} visit */
  async function undo(visit) {
    if (app.current === null) return;
    const voidId = voidIds.get(visit) ?? crypto.randomUUID();
    voidIds.set(visit, voidId);
    app.today = { ...app.today, sending: visit };
    redraw();
    const done = await takeBack(app.current, visit, voidId);
    app.today = { ...app.today, sending: null, asking: done ? null : visit, problem: done ? null : app.waiting > 0 ? "answer.undo_failed" : "today.undo_closed" };
    if (done) await load();
    else redraw();
  }

  return { load, ask, undo };
}
