// What is said about time, and what a till for time keeps on the phone: payments on their way, and what came of them.

import { bareToken, whatIsPresented } from "../core/card_text.js";
import { get, post } from "./api.js";
import { NetworkError, BusyError, ProblemError } from "./errors.js";
import { sha256 } from "./keys.js";
import { wear } from "./wear.js";

/** @import { Language } from "../core/words.js" */
/** @import { Enrolment } from "../core/types.js" */
/** @import { Paying, Spend, SpendVerdict, Supplies } from "../core/time.js" */

/** @typedef {{till: Record<string, string>, member: Record<string, string>, because: Record<string, string>}} TimeWords */
/** @typedef {{id: string, device: string, card: string, day: string, minutes: number, paying: Paying, undo: string | null}} Queued a payment, or one to take back (`undo`: under which id) */
/** @typedef {{id: string, device: string, at: string, minutes: number, because: string}} Refused what the server said no to, afterwards */

const NAME = "opplev-time";
/** Says to the next page that something waits, so that it need not open a storage to find out. */
export const WAITING = "opplev-time-waiting";

/** @type {Record<Language, URL>} */
const FILES = {
  nb: new URL("../words/time/nb.json", import.meta.url),
  nn: new URL("../words/time/nn.json", import.meta.url),
  en: new URL("../words/time/en.json", import.meta.url),
  ar: new URL("../words/time/ar.json", import.meta.url),
  so: new URL("../words/time/so.json", import.meta.url),
  ti: new URL("../words/time/ti.json", import.meta.url),
  uk: new URL("../words/time/uk.json", import.meta.url),
  pl: new URL("../words/time/pl.json", import.meta.url),
  fa: new URL("../words/time/fa.json", import.meta.url),
};

/** @param {Language} language @returns {Promise<TimeWords>} */
export async function timeWords(language) {
  return (await fetch(FILES[language])).json();
}

/** The look of these screens, fetched with them. */
export function wearTime() {
  void timeDressed().catch(() => {}); // plain screens are better than none
}

/** When that look is there. */
export function timeDressed() {
  return wear(new URL("../time.css", import.meta.url));
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "id" });
      asked.result.createObjectStore("refused", { keyPath: "id" });
      asked.result.createObjectStore("supplies");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

/**
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} what
 * @returns {Promise<T>}
 */
async function within(store, mode, what) {
  const held = await open();
  try {
    return await new Promise((done, failed) => {
      const transaction = held.transaction(store, mode);
      const asked = what(transaction.objectStore(store));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = transaction.onerror = () => failed(transaction.error ?? asked.error);
    });
  } finally {
    held.close();
  }
}

/** @returns {Promise<Queued[]>} */
export function waiting() {
  return within("queue", "readonly", (store) => store.getAll());
}

/** Stored before it is sent. @param {Queued} row */
export async function keepPaying(row) {
  localStorage.setItem(WAITING, "1");
  await within("queue", "readwrite", (store) => store.put(row));
}

/** @param {string} id */
export function dropPaying(id) {
  return within("queue", "readwrite", (store) => store.delete(id));
}

/** @returns {Promise<Refused[]>} */
export function refusals() {
  return within("refused", "readonly", (store) => store.getAll());
}

export function forgetRefusals() {
  return within("refused", "readwrite", (store) => store.clear());
}

/** What the place takes in time, from the server or as it was last told. @param {Enrolment} enrolment @returns {Promise<Supplies | undefined>} */
export async function timeSupplies(enrolment) {
  try {
    const fresh = await get(enrolment, "/v1/kred/spend/snapshot");
    await within("supplies", "readwrite", (store) => store.put(fresh, enrolment.device_id));
    return fresh;
  } catch (error) {
    if (!(error instanceof NetworkError || error instanceof BusyError)) throw error;
    return within("supplies", "readonly", (store) => store.get(enrolment.device_id));
  }
}

/** @param {Enrolment} enrolment @param {object} body @returns {Promise<SpendVerdict>} */
export async function look(enrolment, body) {
  return /** @type {SpendVerdict} */ (await post(enrolment, "/v1/kred/spend/check", body));
}

/** @param {Enrolment} enrolment @param {Paying} paying @returns {Promise<{spend: Spend | null, verdict: SpendVerdict}>} */
export async function pay(enrolment, paying) {
  return /** @type {{spend: Spend | null, verdict: SpendVerdict}} */ (await post(enrolment, "/v1/kred/spend", paying));
}

/** @param {Enrolment} enrolment @param {string} spend @param {string} id */
export function takeBack(enrolment, spend, id) {
  return post(enrolment, `/v1/kred/spend/${spend}/undo`, { id });
}

/** @param {Enrolment} enrolment @returns {Promise<{adults: number, children: number, minutes: number, spends: Spend[]}>} */
export function paidToday(enrolment) {
  return get(enrolment, "/v1/kred/spend/today");
}

/** Whoever signed up is there. @param {Enrolment} enrolment @param {{currency: string, key: string}} session @param {string} card */
export async function checkIn(enrolment, { currency, key }, card) {
  const said = await post(enrolment, `/v1/kred/currencies/${currency}/sessions/${key}/check-in`, { card });
  return /** @type {{seat: {adults: number, children: number} | null, because: string | null}} */ (said);
}

/** A code as a queue knows it: never its number. @param {string} card @returns {Promise<string>} */
export async function markOf(card) {
  const presented = whatIsPresented(card);
  const text = presented.kind === "token" ? bareToken(presented.token).toUpperCase() : card;
  return [...new Uint8Array(await sha256(new TextEncoder().encode(text)))].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One sender at a time. */
let sending = false;

/**
 * Send what waits, each once under its id; what is refused now stands in the list of what was refused.
 * @param {Enrolment[]} enrolments
 * @param {(id: string) => boolean} underWay what somebody is waiting for right now
 * @returns {Promise<boolean>} whether anything came of it
 */
export async function sendWaiting(enrolments, underWay) {
  if (sending) return false;
  sending = true;
  let done = false;
  try {
    for (const row of await waiting()) {
      const enrolment = enrolments.find((one) => one.device_id === row.device);
      if (enrolment === undefined || underWay(row.id)) continue;
      await sendOne(enrolment, row);
      done = true;
    }
    if ((await waiting()).length === 0) localStorage.removeItem(WAITING);
  } catch (error) {
    if (!(error instanceof NetworkError || error instanceof BusyError)) throw error;
  } finally {
    sending = false;
  }
  return done;
}

/** @param {Enrolment} enrolment @param {Queued} row */
async function sendOne(enrolment, row) {
  try {
    if (row.undo !== null) await takeBack(enrolment, row.id, row.undo);
    else {
      const { spend, verdict } = await pay(enrolment, row.paying);
      if (spend === null) await refuse(row, verdict.because ?? "not_enough");
    }
  } catch (error) {
    // Whatever else is wrong with it will be wrong the next time too; one to take back that never arrived is no loss.
    if (!(error instanceof ProblemError)) throw error;
    if (row.undo === null) await refuse(row, error.code);
  }
  await dropPaying(row.id);
}

/** @param {Queued} row @param {string} because */
async function refuse(row, because) {
  await within("refused", "readwrite", (store) => store.put({ id: row.id, device: row.device, at: row.paying.at, minutes: row.minutes, because }));
}
