// A note handed in at a till: only on a phone that is enrolled, and only when somebody there says so.

import { post } from "../device/api.js";
import { ProblemError } from "../device/errors.js";
import { enrolments, likings } from "../device/storage.js";
import { keepInTab, keptInTab } from "../device/tab.js";

/** @import { Enrolment } from "../core/types.js" */

const REDEEM = "/v1/kred/notes/redeem";
const HANDED_IN = "opplev-note-handed-in";

/**
 * The place that this phone stands at; null on anybody else's phone.
 * @returns {Promise<Enrolment | null>}
 */
export async function standsAt() {
  // Asked first, so that a visitor's phone gets no empty storage from us.
  const databases = await indexedDB.databases?.().catch(() => undefined);
  if (databases !== undefined && !databases.some(({ name }) => name === "opplev")) return null;
  const [all, liked] = await Promise.all([enrolments().catch(() => []), likings().catch(() => null)]);
  return all.find((one) => one.device_id === liked?.device) ?? all[0] ?? null;
}

/**
 * Hand a note in. Its id is kept before it is sent, so that a second try is the same one.
 * @param {Enrolment} enrolment
 * @param {string} code
 * @returns {Promise<{taken: boolean, because: string | null}>}
 */
export async function handIn(enrolment, code) {
  const [known, before] = (keptInTab(HANDED_IN) ?? " ").split(" ");
  const id = known === code && before ? before : crypto.randomUUID();
  keepInTab(HANDED_IN, `${code} ${id}`);
  try {
    const { taken, because } = /** @type {any} */ (await post(enrolment, REDEEM, { id, code }));
    return { taken, because };
  } catch (error) {
    return { taken: false, because: error instanceof ProblemError && error.status < 500 ? error.code : "network" };
  }
}
