// What was stored before it was sent, and is sent until the server has answered.

import { MOST, afterwards, nextPortion, noticeOf, stillWaiting } from "../core/queue.js";
import { postBatch, post } from "./api.js";
import { ProblemError, RevokedError } from "./errors.js";
import { changeOwn, dequeue, keepNotice, markTried, queued } from "./storage.js";

/** @import { Enrolment, Outcome, Queued } from "../core/types.js" */

/** Two open pages do not both send the same. */
const LOCK = "opplev-outbox";
/** A batch has done its work when it was answered; more rounds than this in one go is a fault of ours. */
const MOST_ROUNDS = 200;

/**
 * Send what waits, oldest first, but for what is under way on the screen. A device that gets no answer stops there;
 * the other devices of the phone go on.
 * @param {Enrolment[]} enrolled
 * @param {{underWay: (id: string) => boolean, revoked: (enrolment: Enrolment) => void}} about
 * @returns {Promise<boolean>} whether everything that could go is gone
 */
export async function flush(enrolled, about) {
  const send = () => flushAlone(enrolled, about);
  return navigator.locks === undefined ? send() : navigator.locks.request(LOCK, send);
}

/**
 * @param {Enrolment[]} enrolled
 * @param {{underWay: (id: string) => boolean, revoked: (enrolment: Enrolment) => void}} about
 */
async function flushAlone(enrolled, about) {
  let all = true;
  for (const enrolment of enrolled) {
    try {
      await flushDevice(enrolment, about.underWay);
    } catch (error) {
      if (error instanceof RevokedError) about.revoked(enrolment);
      all = false;
    }
  }
  return all;
}

/**
 * @param {Enrolment} enrolment
 * @param {(id: string) => boolean} underWay
 */
async function flushDevice(enrolment, underWay) {
  /** @type {Set<string>} what the server could not weigh now */
  const later = new Set();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const waiting = (await queued()).filter((row) => row.device === enrolment.device_id && !underWay(row.id) && !later.has(row.id));
    const portion = nextPortion(waiting);
    if (portion.length === 0) return;
    await markTried(portion);
    if (portion[0]?.kind === "void") await sendVoid(enrolment, portion[0]);
    else for (const id of await sendVisits(enrolment, portion, underWay)) later.add(id);
  }
}

/**
 * @param {Enrolment} enrolment
 * @param {Queued} row
 */
async function sendVoid(enrolment, row) {
  try {
    await post(enrolment, row.path, row.body);
  } catch (error) {
    if (!isForGood(error)) throw error;
    // Taken back already, by this phone or another, is what was wanted.
    if (error.code !== "already_voided") await keepNotice(noticeOf(row, "void", error.code));
  }
  await dequeue(row.id);
}

/**
 * @param {Enrolment} enrolment
 * @param {Queued[]} rows at most a batch
 * @param {(id: string) => boolean} underWay
 * @returns {Promise<string[]>} those that must be sent again another time
 */
async function sendVisits(enrolment, rows, underWay) {
  const left = stillWaiting(await queued(), enrolment.device_id, underWay).length - rows.length;
  /** @type {Outcome[]} */
  let outcomes;
  try {
    outcomes = (await postBatch(enrolment, rows.slice(0, MOST).map((row) => row.body), Math.max(left, 0))).results;
  } catch (error) {
    if (!isForGood(error)) throw error;
    // One row that the server cannot even read must not hold up the others.
    if (rows.length > 1) return (await eachAlone(enrolment, rows, underWay)).flat();
    outcomes = [{ id: rows[0]?.id ?? "", outcome: "problem", code: error.code, verdict: null }];
  }
  /** @type {string[]} */
  const again = [];
  for (const row of rows) {
    const outcome = outcomes.find((one) => one.id === row.id);
    const after = outcome === undefined ? { forget: false, notice: null } : afterwards(row, outcome);
    if (after.notice !== null) await keepNotice(after.notice);
    if (!after.forget) again.push(row.id);
    else {
      await changeOwn(row.id, { state: outcome?.outcome === "refused" || outcome?.outcome === "problem" ? "voided" : "recorded" });
      await dequeue(row.id);
    }
  }
  return again;
}

/**
 * @param {Enrolment} enrolment
 * @param {Queued[]} rows
 * @param {(id: string) => boolean} underWay
 */
async function eachAlone(enrolment, rows, underWay) {
  /** @type {string[][]} */
  const again = [];
  for (const row of rows) again.push(await sendVisits(enrolment, [row], underWay));
  return again;
}

/**
 * Understood and refused: repeating it would never end. Anything else waits for the next time.
 * @param {unknown} error
 * @returns {error is ProblemError}
 */
function isForGood(error) {
  return error instanceof ProblemError && ![401, 403, 408, 429].includes(error.status);
}
