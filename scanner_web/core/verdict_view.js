// A verdict as it is shown: a mood, a mark, and words that can be read at arm's length.

import { lookOf } from "./mood.js";
import { inLanguage, kroner, longDate } from "./words.js";

/** @import { Mark, Mood } from "./mood.js" */
/** @import { Offer, Verdict } from "./types.js" */
/** @import { Say, WordList } from "./words.js" */

/**
 * @typedef {{
 *   mood: Mood, mark: Mark, title: string, staff: string, family: string, persons: number, personsText: string,
 *   count: {left: number, limit: number, text: string} | null, free: string, pay: string, ago: string, again: boolean, age: string,
 *   included: string[], excluded: string[], includedTitle: string, spoken: string,
 * }} VerdictView
 */

/** More boxes than this are a number instead: nobody counts forty boxes at a till. */
export const MOST_BOXES = 12;

/** A card used here fewer minutes ago than this is the card that just stood here, not another visit. */
export const A_MOMENT = 10;

/**
 * Everything the answer shows, in the staff's language.
 * @param {Verdict} verdict
 * @param {{persons: number, offer: Offer | undefined, language: string, words: WordList, say: Say}} about
 *   `persons` is how many come in, or are asked about.
 * @returns {VerdictView}
 */
export function viewOf(verdict, { persons, offer, language, words, say }) {
  const again = verdict.used_minutes_ago !== null && verdict.used_minutes_ago < A_MOMENT && (verdict.admitted || verdict.because === "used_today");
  const { mood, mark } = verdict.admitted ? { mood: /** @type {const} */ ("yes"), mark: /** @type {const} */ ("check") } : lookOf(verdict.because);
  const refusal = verdict.admitted ? undefined : (words.because[verdict.because ?? "unknown_card"] ?? words.because.unknown_card);
  const values = {
    date: verdict.valid_until === null ? "" : longDate(verdict.valid_until, words.locale),
    offer: inLanguage(offer?.title, language),
  };
  const fill = (/** @type {string | undefined} */ text) => (text ?? "").replace(/\{(\w+)\}/g, (_, name) => values[/** @type {keyof typeof values} */ (name)] ?? "");
  const title = refusal === undefined ? say("answer.welcome") : again ? say("answer.same_card") : fill(refusal.title);
  const personsText = say("persons", { n: persons });
  const count = verdict.left === null || verdict.limit === null
    ? null
    : { left: verdict.left, limit: verdict.limit, text: leftText(verdict, say) };
  const free = verdict.admitted && verdict.limit === null ? say("answer.free_all_year") : "";
  const pay = verdict.admitted ? payText(verdict, persons, words.locale, say) : "";
  return {
    mood,
    mark: again && !verdict.admitted ? "clock" : mark,
    title,
    staff: fill(refusal?.staff),
    family: fill(refusal?.family),
    persons,
    personsText,
    count: verdict.admitted || verdict.because === "allowance_used_up" ? count : null,
    free,
    pay,
    ago: agoText(verdict.used_minutes_ago, say),
    again,
    age: verdict.admitted && verdict.age_limit ? say("answer.age_limit", { n: verdict.age_limit }) : "",
    included: phrases(verdict.included, inLanguage(verdict.included_text, language), words),
    excluded: phrases(verdict.excluded, inLanguage(verdict.excluded_text, language), words),
    includedTitle: say("answer.included", { n: persons }),
    spoken: verdict.admitted
      ? [title, personsText, pay, count?.text ?? free].filter(Boolean).join(". ")
      : [title, fill(refusal?.staff)].filter(Boolean).join(". "),
  };
}

/**
 * What is paid at the till, or nothing where all is free.
 * @param {Verdict} verdict
 * @param {number} persons
 * @param {string} locale
 * @param {Say} say
 */
export function payText(verdict, persons, locale, say) {
  const ore = toPay(verdict, persons);
  return ore === 0 ? "" : say("answer.pays", { amount: kroner(ore, locale) });
}

/**
 * @param {Verdict} verdict
 * @param {number} persons
 * @returns {number} øre
 */
export function toPay(verdict, persons) {
  const { holder, companion, children = 1 } = verdict.to_pay ?? { holder: 0, companion: 0 };
  const holders = Math.min(persons, children);
  return holders * holder + (persons - holders) * companion;
}

/**
 * @param {Verdict} verdict
 * @param {Say} say
 */
function leftText(verdict, say) {
  const scope = verdict.period === "card" || verdict.period === null ? "" : `.${verdict.period}`;
  return say(`answer.left${scope}`, { n: verdict.left ?? 0, of: verdict.limit ?? 0 });
}

/**
 * @param {number | null} minutes
 * @param {Say} say
 */
function agoText(minutes, say) {
  if (minutes === null) return "";
  if (minutes < 1) return say("answer.used_just_now");
  return minutes < 60 ? say("answer.used_minutes", { n: minutes }) : say("answer.used_hours", { n: Math.floor(minutes / 60) });
}

/**
 * @param {string[]} codes
 * @param {string} text the municipality's own
 * @param {WordList} words
 */
function phrases(codes, text, words) {
  const known = codes.map((code) => words.phrases[code]).filter((phrase) => phrase !== undefined);
  return text === "" ? known : [...known, text];
}
