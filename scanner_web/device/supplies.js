// What the phone has to decide by itself: fetched, kept, renewed, and asked.

import { bareToken, whatIsPresented } from "../core/card_text.js";
import { ageOf, judge, termsFor } from "../core/offline.js";
import { osloDate } from "../core/oslo.js";
import { fetchSnapshot, serverNow } from "./api.js";
import { sha256 } from "./keys.js";
import { keepSupply, ownOf, supplyOf } from "./storage.js";
import { genuine } from "./verify.js";

/** @import { Enrolment, Own, Supply, Verdict } from "../core/types.js" */
/** @import { Shown } from "../core/offline.js" */

/** Kept in hand too, since a card at the till does not wait for the disk. @type {Map<string, Supply>} */
const inHand = new Map();

/** @param {string} device @returns {Promise<Supply | null>} */
export async function supply(device) {
  const known = inHand.get(device) ?? (await supplyOf(device));
  if (known !== undefined) inHand.set(device, known);
  return known ?? null;
}

/**
 * Fetch what is new; where nothing is, what we have is as good as new.
 * @param {Enrolment} enrolment
 * @param {number} waiting visits that are yet to be sent
 * @returns {Promise<Supply | null>}
 */
export async function renew(enrolment, waiting) {
  const before = await supply(enrolment.device_id);
  const fetched = await fetchSnapshot(enrolment, before?.etag ?? null, waiting);
  const asOf = serverNow();
  const after = fetched === null ? (before === null ? null : { ...before, asOf }) : { device: enrolment.device_id, etag: fetched.etag, asOf, snapshot: fetched.snapshot };
  if (after === null) return null;
  inHand.set(enrolment.device_id, after);
  await keepSupply(after);
  return after;
}

/** @param {string} device */
export function forgetSupply(device) {
  inHand.delete(device);
}

/**
 * @param {string} tenant
 * @param {string} number
 * @returns {Promise<string>} as in the server's list of blocked numbers, and longer
 */
async function hashOf(tenant, number) {
  const hash = await sha256(new TextEncoder().encode(`${tenant}:${number}`));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Enrolment} enrolment */
export function placeOf({ tenant, venue }) {
  return `${tenant}/${venue.id}`;
}

/**
 * What stands of a scan: the card's hash, its last three digits, the quota it is counted under.
 * @typedef {{card: string, last3: string, quota: string, verdict: Verdict}} Judged
 */

/**
 * Yes or no by this phone alone; null where it has nothing to go by.
 * @param {Enrolment} enrolment
 * @param {{card: string, offer: string}} asked
 * @param {number} at the visit's instant, by the server's clock
 * @returns {Promise<Judged | null>}
 */
export async function judgeAlone(enrolment, { card, offer }, at) {
  const held = await supply(enrolment.device_id);
  if (held === null) return null;
  const { shown, number } = await shownBy(card, held);
  const hash = number === null ? "" : await hashOf(enrolment.tenant, number);
  const own = number === null ? [] : (await ownOf(hash)).filter((/** @type {Own} */ one) => one.place === placeOf(enrolment));
  const situation = {
    ...{ shown, snapshot: held.snapshot, offer, day: osloDate(at), now: at, own },
    ...{ blocked: held.snapshot.blocked.includes(hash.slice(0, 10)), stale: ageOf(held.asOf, serverNow()).stale },
  };
  return { card: hash, last3: number?.slice(-3) ?? "", quota: termsFor(situation)?.quota ?? "", verdict: judge(situation) };
}

/**
 * @param {string} card a token or a number
 * @param {Supply} held
 * @returns {Promise<{shown: Shown, number: string | null}>}
 */
async function shownBy(card, held) {
  const presented = whatIsPresented(card);
  if (presented.kind === "number") return { shown: { proof: "typed" }, number: presented.number };
  if (presented.kind !== "token") return { shown: { proof: "forged" }, number: null };
  const foreign = presented.body.municipality !== held.snapshot.municipality;
  const body = foreign ? presented.body : await genuine(bareToken(presented.token), held.snapshot);
  return body === null ? { shown: { proof: "forged" }, number: null } : { shown: { proof: "genuine", body }, number: body.number };
}

/**
 * What to remember of a card that the server judged.
 * @param {Enrolment} enrolment
 * @param {{card: string, offer: string}} asked
 * @param {number} at
 */
export async function traitsOf(enrolment, asked, at) {
  const judged = await judgeAlone(enrolment, asked, at);
  const presented = whatIsPresented(asked.card);
  const number = presented.kind === "number" ? presented.number : presented.kind === "token" ? presented.body.number : "";
  return { card: await hashOf(enrolment.tenant, number), last3: number.slice(-3), quota: judged?.quota ?? "" };
}
