// A venue's month: which one is looked at first, how its money and days are written, and what an objection is about.

import { spelledIn } from "./words.js";

/**
 * The month as the server says it. Amounts in øre; `months` are those that there may be a statement for, the newest first.
 * @typedef {{date: string, type: "besok" | "over_kvote" | "korreksjon" | "justering", percent: number, visits: number, persons: number, gross: number, copay: number, amount: number}} StatementRow
 * @typedef {{offer: string, title: string, rows: StatementRow[], amount: number}} StatementOffer
 * An adjustment: the day it corrects, for how many, why, and what the offer's day was and becomes, where that is known.
 * @typedef {{offer: string, date: string, percent: number, persons: number, amount: number, reason: string, was: number | null, becomes: number | null}} Explained
 * @typedef {{
 *   reference: string, settle_by: "invoice" | "voucher" | "internal" | "none", way: string, because: string | null, is_final: boolean,
 *   offers: StatementOffer[], adjustments: Explained[], visits: number, persons: number, lines: number, brought: number, brought_from: string[], due: number,
 * }} Statement
 * @typedef {{id: string, text: string, at: string, state: "open" | "accepted" | "rejected", answer: string, answered_at: string | null, offer: string | null, date: string | null}} Objection
 * @typedef {{
 *   month: string, state: "open" | "closing" | "closed" | "approved" | "exported" | "paid", months: string[],
 *   statements: Statement[], objections: Objection[],
 * }} VenueMonth
 */

/**
 * An objection being written. `about` is "" for the whole month, "day" for a day that has no line, or `<offer>/<date>`.
 * @typedef {{about: string, date: string, text: string, state: "writing" | "sending", because: string | null}} Draft
 */

/**
 * What the screen shows of it. `sent`: an objection has just arrived.
 * @typedef {{
 *   state: "loading" | "shown" | "network" | "problem" | "not_allowed", month: string, months: string[], told: VenueMonth | null,
 *   pdf: {state: "none" | "loading" | "shown" | "failed", href: string, name: string}, draft: Draft, sent: boolean,
 * }} StatementView
 */

/**
 * What can be done with it.
 * @typedef {{type: "open"} | {type: "again"} | {type: "month", month: string} | {type: "pdf"} | {type: "draft", change: Partial<Draft>}
 *   | {type: "send"}} StatementAct
 */

/** A month is over, closed and looked through in its first days after. */
const FIRST_DAYS = 15;

/** @returns {Draft} */
export function emptyDraft() {
  return { about: "", date: "", text: "", state: "writing", because: null };
}

/** @returns {StatementView} */
export function emptyStatement() {
  return { state: "loading", month: "", months: [], told: null, pdf: { state: "none", href: "", name: "" }, draft: emptyDraft(), sent: false };
}

/**
 * The month that is looked at first: early in a month the one before it, which has just been closed.
 * @param {string} today yyyy-mm-dd
 */
export function firstMonth(today) {
  const month = today.slice(0, 7);
  return Number(today.slice(8)) <= FIRST_DAYS ? monthBefore(month) : month;
}

/** @param {string} month yyyy-mm */
function monthBefore(month) {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, "0")}`;
}

/**
 * The months beside one, where there are any.
 * @param {string[]} months newest first
 * @param {string} month
 */
export function besides(months, month) {
  const at = months.indexOf(month);
  return { earlier: at < 0 ? undefined : months[at + 1], later: at < 1 ? undefined : months[at - 1] };
}

/**
 * How far a month has come, in one word: `ended` is over, and not yet settled.
 * @param {VenueMonth} told
 * @returns {"open" | "ended" | "closed" | "approved" | "paid"}
 */
export function stageOf({ state, month, months }) {
  if (state === "closed" || state === "approved" || state === "paid") return state;
  if (state === "exported") return "approved";
  return months[0] === month ? "open" : "ended";
}

/**
 * Whether the venue may still object.
 * @param {VenueMonth} told
 */
export function mayObject({ state }) {
  return state === "open" || state === "closing" || state === "closed";
}

/**
 * What the server is to know an objection is about.
 * @param {Draft} draft
 * @returns {{offer?: string, date?: string}}
 */
export function aboutOf({ about, date }) {
  if (about === "day") return { date };
  const at = about.lastIndexOf("/");
  return at < 0 ? {} : { offer: about.slice(0, at), date: about.slice(at + 1) };
}

/**
 * Money in kroner with two decimals, as it stands in an account.
 * @param {number} ore
 * @param {string} locale
 */
export function inKroner(ore, locale) {
  return `${new Intl.NumberFormat(spelledIn(locale), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(ore / 100)}\u00a0kr`;
}

/**
 * A month as people write it.
 * @param {string} month yyyy-mm
 * @param {string} locale
 */
export function monthNamed(month, locale) {
  if (month === "") return "";
  return new Intl.DateTimeFormat(spelledIn(locale), { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
}

/**
 * The last day of a month.
 * @param {string} month yyyy-mm
 * @returns {string} yyyy-mm-dd
 */
export function lastDayOf(month) {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
