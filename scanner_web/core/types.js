// The shapes of what the server says and what is asked of it.

/**
 * @typedef {"unknown_card" | "forged_card" | "copied_tag" | "not_yet_valid" | "expired" | "blocked" | "replaced"
 *   | "not_this_venue" | "no_agreement" | "programme_closed" | "allowance_used_up" | "used_today"
 *   | "companion_not_allowed"} Because
 */
export const BECAUSE = /** @type {const} */ ([
  "unknown_card",
  "forged_card",
  "copied_tag",
  "not_yet_valid",
  "expired",
  "blocked",
  "replaced",
  "not_this_venue",
  "no_agreement",
  "programme_closed",
  "allowance_used_up",
  "used_today",
  "companion_not_allowed",
]);

/** @typedef {Record<string, string>} Words language (BCP 47) to text */

/** @typedef {{holder: number, companion: number, children?: number}} ToPay øre paid at the till; so many children share the card and pay as the holder */

/**
 * Yes or no for one card at one offer. `left` and `limit` are null where entry is free all year,
 * and on a refusal where they are not for this till to know.
 * @typedef {{
 *   admitted: boolean, because: Because | null, persons: number, offer: string,
 *   included: string[], excluded: string[], included_text?: Words, excluded_text?: Words,
 *   to_pay: ToPay | null, left: number | null, limit: number | null, period: string | null,
 *   companion: string | null, age_limit?: number | null, valid_until: string | null, used_minutes_ago: number | null,
 * }} Verdict
 */

/** @typedef {{id: string, title: Words, category?: string, companion_allowed?: boolean, persons_max?: number}} Offer */

/** @typedef {"qr" | "nfc" | "sun" | "typed"} Carrier */

/**
 * One visit as it is asked for; the id is made and stored before the first sending and stays through every retry.
 * @typedef {{id: string, card: string, offer: string, persons: number, at: string, carrier: Carrier, offline: boolean}} Asked
 */

/** @typedef {{id: string, offer: string, persons: number, date?: string}} Visit */

/**
 * @typedef {{id: string, offer: string, persons: number, last3: string, band: string, device: string, voided: boolean}} TodayVisit
 * @typedef {{offers: {offer: string, visits: number, persons: number}[], visits: TodayVisit[]}} Today
 */

/**
 * What a phone knows of the venue that it stands at. `municipality` is the kommunenummer in the cards' tokens.
 * @typedef {{
 *   device_id: string, tenant: string, venue: {id: string, name: string}, offers: Offer[], audience: string, municipality?: number,
 * }} Claimed
 */

/** @typedef {Claimed & {keys: CryptoKeyPair, enrolledAt: string}} Enrolment */

/**
 * @typedef {{
 *   venue: {id: string, name: string, address?: string, link?: string}, offer: string, title: string, category: string,
 *   kind: string, age_limit?: number | null, included: string[], included_text?: string, excluded: string[], excluded_text?: string,
 *   companion: string, persons_max: number, copay: ToPay, left: number | null, limit: number | null, period: string,
 * }} HolderOffer
 * @typedef {{
 *   programme: {id: string, name: string}, valid_from: string, valid_until: string, municipality: string, language: string,
 *   active?: boolean, contact?: string, counts?: "shown" | "year_needed" | "wrong_year" | "locked", counts_shown: boolean, offers: HolderOffer[],
 * }} HolderCard
 */
