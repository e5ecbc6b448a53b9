// What was stored before it was sent, and is sent until the server has answered.

import { post } from "./api.js";
import { ProblemError } from "./errors.js";
import { dropUnsent, keepUnsent, unsent } from "./storage.js";

/** @import { Enrolment } from "../core/types.js" */

/** Two open pages do not both send the same. */
const LOCK = "opplev-outbox";

/**
 * Store first, so that a page closed in mid-air repeats the same id.
 * @param {Enrolment} enrolment
 * @param {{id: string, path: string, body: object}} one
 */
export function keep(enrolment, { id, path, body }) {
  return keepUnsent({ id, device: enrolment.device_id, path, body, storedAt: Date.now() });
}

/** @param {string} id */
export function settled(id) {
  return dropUnsent(id);
}

/** @returns {Promise<number>} how many wait */
export async function waiting() {
  return (await unsent()).length;
}

/**
 * Send what waits, oldest first, but for what is under way on the screen. Stops at the first that gets no answer.
 * @param {Enrolment[]} enrolled
 * @param {(id: string) => boolean} underWay
 * @returns {Promise<number>} how many were sent
 */
export async function flush(enrolled, underWay) {
  const send = () => flushAlone(enrolled, underWay);
  return navigator.locks === undefined ? send() : navigator.locks.request(LOCK, send);
}

/**
 * @param {Enrolment[]} enrolled
 * @param {(id: string) => boolean} underWay
 */
async function flushAlone(enrolled, underWay) {
  let sent = 0;
  for (const one of await unsent()) {
    if (underWay(one.id)) continue;
    const enrolment = enrolled.find((each) => each.device_id === one.device);
    if (enrolment !== undefined) {
      try {
        await post(enrolment, one.path, one.body);
      } catch (error) {
        // Refused for good: repeating it would never end. Anything else waits for the next time.
        if (!(error instanceof ProblemError) || error.status === 401) throw error;
      }
    }
    await dropUnsent(one.id);
    sent += 1;
  }
  return sent;
}
