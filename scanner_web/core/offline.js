// What a phone decides by itself when no server answers: dates, blocked list, terms, and its own earlier scans (decision: offline is normal).

import { periodOf } from "./oslo.js";

/** @import { TokenBody } from "./token.js" */
/** @import { Because, Companion, Own, Snapshot, SnapshotOffer, Terms, Verdict } from "./types.js" */

/** A snapshot older than this still admits, and says that it is old. */
export const STALE_AFTER = 72 * 3_600_000;

/**
 * What was held up, as far as a phone can tell: a token whose signature holds, one whose does not, or typed digits.
 * @typedef {{proof: "genuine", body: TokenBody} | {proof: "forged"} | {proof: "typed"}} Shown
 */

/**
 * @typedef {{
 *   shown: Shown, snapshot: Snapshot, offer: string, day: string, now: number, blocked: boolean,
 *   own: readonly Own[], stale: boolean,
 * }} Situation `day` is the visit's Oslo date, `own` this card's scans at this venue by this phone.
 */

/**
 * Yes or no without a server. What it cannot know it does not hold against the family: the server records every visit
 * of a true card, and flags what was one too many.
 * @param {Situation} situation
 * @returns {Verdict}
 */
export function judge(situation) {
  const because = reasonAgainst(situation);
  const terms = termsFor(situation);
  const room = terms === null ? 1 : roomIn(terms, situation);
  const refused = because !== null;
  const offer = offerOf(situation);
  const told = !refused || because === "used_today" || because === "allowance_used_up";
  return {
    admitted: !refused,
    because,
    persons: refused ? 0 : Math.max(room, 1),
    offer: situation.offer,
    included: offer?.included ?? [],
    included_text: offer?.included_text ?? {},
    excluded: offer?.excluded ?? [],
    excluded_text: offer?.excluded_text ?? {},
    to_pay: refused ? null : (terms?.copay ?? null),
    left: null,
    limit: told ? (terms?.limit ?? null) : null,
    period: told ? (terms?.per ?? null) : null,
    companion: terms === null ? "none" : companionIn(terms, situation),
    age_limit: offer?.age_limit ?? null,
    valid_until: situation.shown.proof === "genuine" && because !== "unknown_card" && because !== "blocked" ? situation.shown.body.validUntil : null,
    used_minutes_ago: minutesSince(situation),
    offline: true,
    stale: situation.stale,
  };
}

/**
 * The most fundamental reason against it, in the server's order; null where there is none.
 * @param {Situation} situation
 * @returns {Because | null}
 */
function reasonAgainst(situation) {
  const { shown, snapshot, day } = situation;
  if (shown.proof === "forged") return "forged_card";
  const body = shown.proof === "genuine" ? shown.body : null;
  if (body !== null && (body.municipality !== snapshot.municipality || body.kind !== "card")) return "unknown_card";
  if (situation.blocked) return "blocked";
  if (body !== null && day < body.validFrom) return "not_yet_valid";
  if (body !== null && day > body.validUntil) return "expired";
  const programme = programmeOf(situation);
  if (programme !== null && !(programme.state === "open" && programme.valid_from <= day && day <= programme.valid_until)) return "programme_closed";
  if (termsFor(situation) === null && !isNewerThanSnapshot(situation)) return isKnownHere(situation) ? "no_agreement" : "not_this_venue";
  if (isUsedUp(situation)) return "allowance_used_up";
  return standing(situation).some((one) => one.date === day) ? "used_today" : null;
}

/** @param {Situation} situation */
function programmeOf({ shown, snapshot }) {
  if (shown.proof !== "genuine") return null;
  return snapshot.programmes.find((one) => one.code === shown.body.programme) ?? null;
}

/**
 * A programme that was made after the snapshot: its terms are not known here, and that is not the family's fault.
 * @param {Situation} situation
 */
function isNewerThanSnapshot(situation) {
  return situation.shown.proof === "genuine" && programmeOf(situation) === null;
}

/**
 * Whether the card's programme has, or has had, an agreement with this venue. A number does not say its programme.
 * @param {Situation} situation
 */
function isKnownHere(situation) {
  const programme = programmeOf(situation);
  if (programme === null) return true;
  return situation.snapshot.offers.some((offer) => offer.terms.some((terms) => terms.programme === programme.id));
}

/** @param {Situation} situation @returns {SnapshotOffer | undefined} */
function offerOf({ snapshot, offer }) {
  return snapshot.offers.find((one) => one.id === offer);
}

/**
 * The terms in force on the day: the programme's of a token; of a number the most generous of any programme that is
 * open, since nobody is to be turned away for what a phone does not know.
 * @param {Situation} situation
 * @returns {Terms | null}
 */
export function termsFor(situation) {
  const { shown, snapshot, day } = situation;
  if (shown.proof === "forged") return null;
  const programme = programmeOf(situation);
  const open = snapshot.programmes.filter((one) => one.state === "open" && one.valid_from <= day && day <= one.valid_until).map((one) => one.id);
  const among = programme === null ? (shown.proof === "typed" ? open : []) : [programme.id];
  const inForce = (offerOf(situation)?.terms ?? []).filter((terms) => among.includes(terms.programme) && terms.starts <= day && day <= terms.until);
  return inForce.sort((one, other) => generosity(other, situation) - generosity(one, situation))[0] ?? null;
}

/**
 * @param {Terms} terms
 * @param {Situation} situation
 */
function generosity(terms, situation) {
  return roomIn(terms, situation) * 1000 + Math.min(terms.limit ?? 999, 999);
}

/**
 * How many may come in on one card by the rules of company.
 * @param {Terms} terms
 * @param {Situation} situation
 */
function roomIn(terms, situation) {
  const most = companionIn(terms, situation) === "none" ? 1 : terms.persons_max;
  return countsPersons(terms, situation) && terms.limit !== null ? Math.min(most, terms.limit) : most;
}

/**
 * @param {Terms} terms
 * @param {Situation} situation
 * @returns {Companion}
 */
function companionIn(terms, { snapshot, shown }) {
  if (!terms.companion_allowed || terms.persons_max === 1) return "none";
  const rule = snapshot.programmes.find((one) => one.id === terms.programme)?.companion ?? "none";
  // A rule that hangs on the holder's age was settled when the card was given out, and stands in its token.
  return rule.includes(":") && shown.proof === "genuine" ? shown.body.companion : rule;
}

/**
 * @param {Terms} terms
 * @param {{snapshot: Snapshot}} situation
 */
function countsPersons(terms, { snapshot }) {
  const counts = terms.counts ?? snapshot.programmes.find((one) => one.id === terms.programme)?.counts;
  return counts === "person";
}

/** @param {Situation} situation */
function standing({ own }) {
  return own.filter((one) => one.state !== "voided");
}

/**
 * Whether this phone itself knows that nothing is left: from what the server said after one of its scans, less its
 * scans since, or from its own scans alone.
 * @param {Situation} situation
 */
function isUsedUp(situation) {
  const terms = termsFor(situation);
  if (terms === null || terms.limit === null) return false;
  const period = periodOf(terms.per, situation.day);
  const counted = standing(situation)
    .filter((one) => one.quota === terms.quota && periodOf(terms.per, one.date) === period)
    .sort((one, other) => one.at - other.at);
  let left = terms.limit;
  for (const one of counted) left = one.left ?? left - (countsPersons(terms, situation) ? one.persons : 1);
  return left <= 0;
}

/** @param {Situation} situation */
function minutesSince(situation) {
  const today = standing(situation).filter((one) => one.date === situation.day).map((one) => one.at);
  return today.length === 0 ? null : Math.max(Math.floor((situation.now - Math.max(...today)) / 60_000), 0);
}

/** @typedef {{age: number, stale: boolean, days: number, hours: number, minutes: number}} Age */

/**
 * How old a snapshot is, by the server's clock.
 * @param {number} asOf milliseconds
 * @param {number} now
 * @returns {Age}
 */
export function ageOf(asOf, now) {
  const age = Math.max(now - asOf, 0);
  return { age, stale: age > STALE_AFTER, hours: Math.floor(age / 3_600_000), days: Math.floor(age / 86_400_000), minutes: Math.floor(age / 60_000) };
}
