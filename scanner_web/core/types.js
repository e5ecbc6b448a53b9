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
 *   offline?: boolean, stale?: boolean,
 * }} Verdict `offline`: this phone decided by itself, `stale` on a snapshot past its time
 */

/** @typedef {string} Companion "none" where nobody may come along */

/**
 * What a phone needs to decide by itself, as the server says it.
 * @typedef {{
 *   programme: string, starts: string, until: string, limit: number | null, quota: string, per: string, persons_max: number,
 *   companion_allowed: boolean, copay: ToPay | null, counts?: string,
 * }} Terms
 * @typedef {{
 *   id: string, title: Words, category: string, kind: string, age_limit: number | null, included: string[], included_text: Words,
 *   excluded: string[], excluded_text: Words, terms: Terms[],
 * }} SnapshotOffer
 * @typedef {{
 *   id: string, code: number, name: Words, valid_from: string, valid_until: string, state: string, companion: Companion,
 *   counts: string, once_per_day: boolean, offline_days: number,
 * }} SnapshotProgramme
 * @typedef {{
 *   as_of: string, etag: string, tenant: string, municipality: number, venue: {id: string, name: string},
 *   programmes: SnapshotProgramme[], offers: SnapshotOffer[], keys: {keys: {kid: string, x: string}[]}, blocked: string[],
 * }} Snapshot
 * @typedef {{device: string, etag: string, asOf: number, snapshot: Snapshot}} Supply `asOf` in milliseconds, by the server's clock
 */

/**
 * One of this phone's own scans, kept as long as a queue may be: the card as a hash, never its number.
 * `left` is what the server said was left after it.
 * @typedef {{
 *   id: string, card: string, device: string, place: string, offer: string, quota: string, date: string, at: number, persons: number,
 *   left: number | null, state: "kept" | "recorded" | "voided",
 * }} Own
 */

/**
 * Something that must reach the server: a visit, or a void of one. Its id was made when it was stored; `tried` once it
 * may have arrived. `seq` is the order in which things happened.
 * @typedef {{
 *   seq?: number, id: string, device: string, kind: "visit" | "void", path: string, body: object, tried: boolean,
 *   last3: string, persons: number, offer: string, date: string,
 * }} Queued
 */

/** @typedef {{id: string, outcome: "recorded" | "replayed" | "over_allowance" | "refused" | "problem", code: string | null, verdict: Verdict | null, flags?: string[]}} Outcome */

/**
 * What the server said of a visit after the family had gone in.
 * @typedef {{
 *   id: string, device: string, kind: "refused" | "flagged" | "problem" | "void", because: string, last3: string, persons: number, offer: string,
 *   date: string, seen: boolean,
 * }} Notice
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
 * What a phone knows of the venue that it stands at. `municipality` is the kommunenummer in the cards' tokens, `rights` what it may.
 * @typedef {{
 *   device_id: string, tenant: string, venue: {id: string, name: string}, offers: Offer[], audience: string, municipality?: number, rights?: string[],
 * }} Claimed
 */

/** @typedef {Claimed & {keys: CryptoKeyPair, enrolledAt: string}} Enrolment */

/**
 * @typedef {{
 *   venue: {id: string, name: string, address?: string, link?: string}, offer: string, title: string, category: string,
 *   kind: string, age_limit?: number | null, included: string[], included_text?: string, excluded: string[], excluded_text?: string,
 *   companion: string, persons_max: number, copay: ToPay, left: number | null, limit: number | null, period: string, by_ceiling?: boolean,
 * }} HolderOffer
 * @typedef {{
 *   programme: {id: string, name: string}, valid_from: string, valid_until: string, municipality: string, language: string,
 *   active?: boolean, contact?: string, counts?: "shown" | "year_needed" | "wrong_year" | "locked", counts_shown: boolean, offers: HolderOffer[],
 *   money?: {amount: number, left: number | null, period: string} | null,
 * }} HolderCard
 */
