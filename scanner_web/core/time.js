// Time as people read it, what a purchase comes to, and what a phone may take by itself without network.

import { spelledIn } from "./words.js";

/**
 * @typedef {{id: string, code: number, name: Record<string, string>, step: number, offline_floor: number, contact: string, colours: Record<string, string>}} Currency
 * @typedef {{id: string, currency: string, operator: string, kind: string, title: Record<string, string>, place: string, starts_at: string, ends_at: string,
 *   activity: string | null, venue: string | null, capacity: number | null, left: number | null, award: number, price_adult: number, price_child: number,
 *   sign_up: boolean, cancelled: boolean}} Session
 * @typedef {{currency: string, venue: string, offer: string, title: Record<string, string>, price_adult: number, price_child: number}} TimeOffer
 * @typedef {{venue: string, offers: TimeOffer[], currencies: Currency[], sessions: Session[], accepted?: {currency: Currency, taken_in: string[]}[]}} Supplies
 * @typedef {{admitted: boolean, because: string | null, currency: string | null, adults: number, children: number, minutes: number, left: number | null, taken_in?: string | null}} SpendVerdict
 * @typedef {{id: string, currency: string, offer: string | null, session: string | null, last3: string, adults: number, children: number, minutes: number, at: string, undo_until: string | null, undone: boolean, taken_in?: string | null}} Spend
 * @typedef {{id: string, card: string, adults: number, children: number, offer?: string, session?: string, at: string, offline: boolean, first_time: boolean | null}} Paying
 * @typedef {{key: string, currency: string, title: Record<string, string>, adult: number, child: number, session: boolean, checkIn: boolean}} Choice
 */

/**
 * Hours and minutes in a reader's language; the same words for a price and for what one has.
 * @param {number} minutes
 * @param {string} locale
 */
export function duration(minutes, locale) {
  const sign = minutes < 0 ? "−" : "";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  /** @param {number} amount @param {"hour" | "minute"} unit */
  const written = (amount, unit) => new Intl.NumberFormat(spelledIn(locale), { style: "unit", unit, unitDisplay: "short" }).format(amount);
  const parts = [hours > 0 && written(hours, "hour"), (rest > 0 || hours === 0) && written(rest, "minute")];
  return sign + parts.filter(Boolean).join("\u00a0");
}

/**
 * The day and the hour that something begins, in Oslo; in digits where the phone does not know the language's months.
 * @param {string} at
 * @param {string} locale
 */
export function dayAndHour(at, locale) {
  const known = spelledIn(locale);
  const when = known === undefined ? { day: "2-digit", month: "2-digit" } : { weekday: "short", day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(known ?? "nb-NO", { .../** @type {Intl.DateTimeFormatOptions} */ (when), hour: "2-digit", minute: "2-digit", timeZone: "Europe/Oslo" }).format(new Date(at));
}

/**
 * The hour of something, in Oslo.
 * @param {string} at
 * @param {string} locale
 */
export function clock(at, locale) {
  return new Intl.DateTimeFormat(spelledIn(locale) ?? "nb-NO", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Oslo" }).format(new Date(at));
}

/**
 * What this place takes time for: its offers, and today's sessions, paid at the door or signed up for and checked in to.
 * @param {Supplies} supplies
 * @returns {Choice[]}
 */
export function choices({ offers, sessions }) {
  return [
    ...sessions.map((one) => ({ key: one.id, currency: one.currency, title: one.title, adult: one.price_adult, child: one.price_child, session: true, checkIn: one.sign_up })),
    ...offers.map((one) => ({ key: one.offer, currency: one.currency, title: one.title, adult: one.price_adult, child: one.price_child, session: false, checkIn: false })),
  ];
}

/**
 * Every currency that can be paid with here: those that the place takes, then those that one of them accepts.
 * @param {Supplies | null} supplies
 * @returns {{currency: Currency, takenIn: string[]}[]}
 */
export function payable(supplies) {
  if (supplies === null) return [];
  const own = supplies.currencies.map((currency) => ({ currency, takenIn: [currency.id] }));
  return [...own, ...(supplies.accepted ?? []).map(({ currency, taken_in }) => ({ currency, takenIn: taken_in }))];
}

/**
 * @param {Choice} choice
 * @param {number} adults
 * @param {number} children
 */
export function priceOf(choice, adults, children) {
  return choice.checkIn ? 0 : choice.adult * adults + choice.child * children;
}

/**
 * Why a phone may not take time by itself, or null. Without network it takes from one code in a day what the currency allows at the most.
 * @param {{currency: Currency | undefined, minutes: number, taken: number, genuine: boolean}} what `taken` today from this code, without network
 * @returns {"forged_code" | "other_currency" | "over_floor" | null}
 */
export function whyNotAlone({ currency, minutes, taken, genuine }) {
  if (!genuine) return "forged_code";
  if (currency === undefined) return "other_currency";
  return minutes + taken > currency.offline_floor ? "over_floor" : null;
}

/** What a session's poster carries: `…#s.<tenant>.<currency>.<session>.<secret>`. @param {string} text */
export function isPoster(text) {
  return /#s\.[^.#]+\.[^.#]+\.[^.#]+\.[^.#]+$/.test(text);
}

/** The currency that a poster is of. @param {string} text */
export function currencyOfPoster(text) {
  return text.split("#s.").at(-1)?.split(".")[1] ?? "";
}
