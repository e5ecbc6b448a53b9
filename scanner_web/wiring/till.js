// The till's wiring: what the machine in core/session.js wants done is done here, and its answers go back in.

import { step } from "../core/session.js";
import { check, post, register, serverInstant, VISITS, voidPath } from "../device/api.js";
import { BusyError, NetworkError, RevokedError } from "../device/errors.js";
import { flush, keep, settled, waiting } from "../device/outbox.js";
import { signal } from "../device/signals.js";

/** @import { Happening, Task, Trouble } from "../core/session.js" */
/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/**
 * @param {App} app
 * @param {{redraw: () => void, revoked: (enrolment: Enrolment) => void}} page
 */
export function makeTill(app, { redraw, revoked }) {
  /** @param {Happening} happening */
  function happen(happening) {
    const before = app.session;
    const { session, tasks } = step(before, happening);
    if (session === before) return;
    app.session = session;
    if (session.turn !== before.turn || session.screen !== before.screen) app.family = null;
    redraw();
    for (const task of tasks) void perform(task);
  }

  /** @param {Task} task */
  async function perform(task) {
    const enrolment = app.current;
    if (enrolment === null) return;
    if (task.do === "signal") signal(task.kind, app.likings);
    else if (task.do === "withdraw") await withdraw(enrolment, task.visit, task.id);
    else if (task.do === "void") await undo(enrolment, task);
    else await guarded(enrolment, task.turn, () => (task.do === "check" ? ask(enrolment, task) : visit(enrolment, task)));
  }

  /**
   * @param {Enrolment} enrolment
   * @param {{turn: number, card: string, offer: string}} task
   */
  async function ask(enrolment, { turn, card, offer }) {
    const verdict = await check(enrolment, { card, offer });
    happen({ type: "verdict", turn, verdict, id: crypto.randomUUID(), at: serverInstant() });
  }

  /**
   * Stored before it is sent; forgotten when the server has answered, whatever it answered.
   * @param {Enrolment} enrolment
   * @param {Extract<Task, {do: "register"}>} task
   */
  async function visit(enrolment, { turn, asked }) {
    await keep(enrolment, { id: asked.id, path: VISITS, body: asked });
    try {
      const answer = await register(enrolment, asked);
      await settled(asked.id);
      const registered = answer.visit?.id;
      if (registered !== undefined) app.registered = [registered, ...app.registered.filter((one) => one !== registered)];
      happen({ type: "registered", turn, ...answer });
      void sendWaiting();
    } catch (error) {
      if (troubleOf(error) === "problem") await settled(asked.id);
      throw error;
    }
  }

  /**
   * @param {Enrolment} enrolment
   * @param {Extract<Task, {do: "void"}>} task
   */
  async function undo(enrolment, { turn, visit: id, id: voidId }) {
    const done = await voidVisit(enrolment, id, voidId);
    happen({ type: "undone", turn, done });
  }

  /**
   * Undo a visit; where the network is away it is undone as soon as it is back.
   * @param {Enrolment} enrolment
   * @param {string} id
   * @param {string} voidId
   * @returns {Promise<boolean>}
   */
  async function voidVisit(enrolment, id, voidId) {
    const body = { id: voidId, reason: "mistake" };
    await keep(enrolment, { id: voidId, path: voidPath(id), body });
    try {
      await post(enrolment, voidPath(id), body);
      await settled(voidId);
      return true;
    } catch (error) {
      if (error instanceof RevokedError) revoked(enrolment);
      else if (troubleOf(error) === "problem") await settled(voidId);
      await count();
      return false;
    }
  }

  /**
   * A visit nobody waits for: it may have reached the server or not, so it is voided there either way.
   * @param {Enrolment} enrolment
   * @param {string} id
   * @param {string} voidId
   */
  async function withdraw(enrolment, id, voidId) {
    await keep(enrolment, { id: voidId, path: voidPath(id), body: { id: voidId, reason: "mistake" } });
    await settled(id);
    await sendWaiting();
  }

  /**
   * @param {Enrolment} enrolment
   * @param {number} turn
   * @param {() => Promise<void>} what
   */
  async function guarded(enrolment, turn, what) {
    try {
      await what();
    } catch (error) {
      if (error instanceof RevokedError) revoked(enrolment);
      else happen({ type: "failed", turn, trouble: troubleOf(error) });
    }
  }

  /** @param {string} id */
  function underWay(id) {
    const { asked, undo: undoing } = app.session;
    return asked?.id === id || (undoing.state === "sending" && undoing.id === id) || app.today.sending !== null;
  }

  async function count() {
    app.waiting = await waiting();
    redraw();
  }

  /** Send what could not be sent before; what gets no answer now waits for the next time. */
  async function sendWaiting() {
    try {
      await flush(app.enrolments, underWay);
    } catch (error) {
      if (troubleOf(error) === "problem" && !(error instanceof RevokedError)) throw error;
    } finally {
      await count();
    }
  }

  return { happen, voidVisit, sendWaiting };
}

/**
 * @param {unknown} error
 * @returns {Trouble}
 */
function troubleOf(error) {
  if (error instanceof NetworkError) return "network";
  return error instanceof BusyError ? "busy" : "problem";
}
