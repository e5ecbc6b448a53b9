// What this phone writes down: each visit and each undo before it is sent, its own scans, and what it was told later.

import { whatIsPresented } from "../core/card_text.js";
import { osloDate } from "../core/oslo.js";
import { post, VISITS, voidPath } from "../device/api.js";
import { RevokedError } from "../device/errors.js";
import { admit, changeOwn, dequeue, enqueue, keepOwn } from "../device/storage.js";
import { judgeAlone, placeOf, traitsOf } from "../device/supplies.js";

/** @import { Asked, Enrolment, Own, Queued, Verdict, Visit } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */
/** @import { Line } from "./line.js" */

/** @typedef {ReturnType<typeof makeBook>} Book */

/**
 * @param {App} app
 * @param {{line: Line, revoked: (enrolment: Enrolment) => void}} page
 */
export function makeBook(app, { line, revoked }) {
  /** @param {Enrolment} enrolment @param {Asked} asked @returns {Queued} */
  function row(enrolment, asked) {
    const presented = whatIsPresented(asked.card);
    const number = presented.kind === "number" ? presented.number : presented.kind === "token" ? presented.body.number : "";
    return { id: asked.id, device: enrolment.device_id, kind: "visit", path: VISITS, body: asked, tried: false, last3: number.slice(-3), persons: asked.persons, offer: asked.offer, date: osloDate(Date.parse(asked.at)) };
  }

  /**
   * @param {Enrolment} enrolment
   * @param {Asked} asked
   * @param {{card: string, quota: string}} traits
   * @returns {Own}
   */
  function scan(enrolment, asked, { card, quota }) {
    const at = Date.parse(asked.at);
    return { id: asked.id, card, device: enrolment.device_id, place: placeOf(enrolment), offer: asked.offer, quota, date: osloDate(at), at, persons: asked.persons, left: null, state: "kept" };
  }

  /** Before it is sent for the first time. @param {Enrolment} enrolment @param {Asked} asked */
  function keep(enrolment, asked) {
    return enqueue({ ...row(enrolment, asked), tried: true });
  }

  /** The server has answered. @param {Enrolment} enrolment @param {Asked} asked @param {{visit: Visit | null, verdict: Verdict}} answer */
  async function settle(enrolment, asked, answer) {
    await dequeue(asked.id);
    if (answer.visit === null) return;
    seenHere(answer.visit.id);
    const traits = await traitsOf(enrolment, asked, Date.parse(asked.at));
    await keepOwn({ ...scan(enrolment, asked, traits), left: answer.verdict.left, state: "recorded" });
  }

  /** No answer came: it has happened without one. @param {Enrolment} enrolment @param {Asked} asked */
  async function keptInstead(enrolment, asked) {
    await enqueue({ ...row(enrolment, { ...asked, offline: true }), tried: true });
    const traits = await traitsOf(enrolment, asked, Date.parse(asked.at));
    await keepOwn(scan(enrolment, asked, traits));
    seenHere(asked.id);
  }

  /**
   * Admit without asking anybody.
   * @param {Enrolment} enrolment
   * @param {Asked} asked
   * @returns {Promise<Verdict | null>} the no, where another tab or hand was faster; null where it stands
   */
  async function admitAlone(enrolment, asked) {
    const at = Date.parse(asked.at);
    const traits = await traitsOf(enrolment, asked, at);
    if (await admit(row(enrolment, asked), scan(enrolment, asked, traits))) {
      seenHere(asked.id);
      return null;
    }
    const judged = await judgeAlone(enrolment, asked, at);
    return judged?.verdict ?? null;
  }

  /** @param {string} id */
  function seenHere(id) {
    app.registered = [id, ...app.registered.filter((one) => one !== id)];
  }

  /**
   * Undo a visit. One that cannot have arrived is simply forgotten; for any other the server must know.
   * @param {Enrolment} enrolment
   * @param {string} visit
   * @param {string} voidId
   * @returns {Promise<boolean>} whether it is undone, now or for certain later
   */
  async function takeBack(enrolment, visit, voidId) {
    if (await dequeue(visit, { untriedOnly: true })) {
      await changeOwn(visit, { state: "voided" });
      line.count();
      return true;
    }
    const body = { id: voidId, reason: "mistake" };
    await enqueue({ id: voidId, device: enrolment.device_id, kind: "void", path: voidPath(visit), body, tried: true, last3: "", persons: 0, offer: "", date: "" });
    // Still in the queue: the void goes instead of it, and buries it where it arrived after all.
    const unsent = await dequeue(visit);
    if (unsent) await changeOwn(visit, { state: "voided" });
    try {
      const done = await line.ifWithinReach(() => post(enrolment, voidPath(visit), body));
      if (done === null) return unsent;
      await dequeue(voidId);
      await changeOwn(visit, { state: "voided" });
      return true;
    } catch (error) {
      if (error instanceof RevokedError) revoked(enrolment);
      else await dequeue(voidId);
      return false;
    } finally {
      line.count();
    }
  }

  /**
   * A visit nobody waits for: it may have reached the server or not, so it is voided there either way.
   * @param {Enrolment} enrolment
   * @param {string} visit
   * @param {string} voidId
   */
  async function withdraw(enrolment, visit, voidId) {
    await takeBack(enrolment, visit, voidId);
  }

  return { keep, settle, keptInstead, admitAlone, takeBack, withdraw, drop: dequeue };
}
