// Practice: what the card that is always valid is answered with, so that somebody on her first day can try everything.

import { PRACTICE } from "./number.js";

/** @import { Asked, SnapshotOffer, Verdict } from "./types.js" */

/** @param {string} card */
export function isPracticeCard(card) {
  return card === PRACTICE;
}

/**
 * As a card of the venue's own would be answered, for two persons with four visits left of five.
 * @param {string} offer
 * @param {SnapshotOffer | undefined} known
 * @returns {Verdict}
 */
export function practiceVerdict(offer, known) {
  return {
    ...{ admitted: true, because: null, persons: 2, offer, included: known?.included ?? [], included_text: known?.included_text ?? {} },
    ...{ excluded: known?.excluded ?? [], excluded_text: known?.excluded_text ?? {}, to_pay: null, left: 5, limit: 5, period: "year" },
    ...{ companion: "any", age_limit: known?.age_limit ?? null, valid_until: null, used_minutes_ago: null },
  };
}

/**
 * @param {Asked} asked
 * @param {Verdict} verdict
 */
export function practiceVisit(asked, verdict) {
  return { visit: { id: asked.id, offer: asked.offer, persons: asked.persons }, verdict: { ...verdict, persons: asked.persons, left: 4 } };
}
