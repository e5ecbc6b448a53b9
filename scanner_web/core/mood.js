// The mood of a verdict, and the mark that stands for it.

/** @import { Because, Verdict } from "./types.js" */

/** @typedef {"yes" | "wait" | "no"} Mood */
/** @typedef {"check" | "hand" | "question" | "calendar" | "dash" | "one" | "clock"} Mark */

/** @type {Record<Because, {mood: Mood, mark: Mark}>} */
const LOOKS = {
  unknown_card: { mood: "no", mark: "question" },
  forged_card: { mood: "no", mark: "question" },
  copied_tag: { mood: "no", mark: "question" },
  not_yet_valid: { mood: "wait", mark: "calendar" },
  expired: { mood: "no", mark: "calendar" },
  blocked: { mood: "no", mark: "dash" },
  replaced: { mood: "no", mark: "dash" },
  not_this_venue: { mood: "no", mark: "dash" },
  no_agreement: { mood: "no", mark: "dash" },
  programme_closed: { mood: "no", mark: "calendar" },
  allowance_used_up: { mood: "wait", mark: "hand" },
  used_today: { mood: "wait", mark: "hand" },
  companion_not_allowed: { mood: "wait", mark: "one" },
};

/**
 * @param {Verdict} verdict
 * @returns {Mood}
 */
export function moodOf(verdict) {
  return verdict.admitted ? "yes" : lookOf(verdict.because).mood;
}

/**
 * How a refusal looks; one that we do not know yet looks like an unknown card.
 * @param {Because | null} because
 */
export function lookOf(because) {
  return LOOKS[because ?? "unknown_card"] ?? LOOKS.unknown_card;
}
