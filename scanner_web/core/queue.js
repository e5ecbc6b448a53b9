// What waits to be sent: in which portions it goes, and what becomes of each piece when the server has answered.

/** @import { Notice, Outcome, Queued } from "./types.js" */

/** As many visits as the server takes at a time. */
export const MOST = 100;

/**
 * The next portion: the oldest that may go, and for a visit those that follow it without a void between them.
 * Order is kept, so that a visit never overtakes the void that would bury it, nor the other way round.
 * @param {readonly Queued[]} rows oldest first, of one device
 * @returns {Queued[]}
 */
export function nextPortion(rows) {
  const [first] = rows;
  if (first === undefined) return [];
  if (first.kind === "void") return [first];
  const end = rows.findIndex((row) => row.kind === "void");
  return rows.slice(0, Math.min(end === -1 ? rows.length : end, MOST));
}

/**
 * The visits of a device that have not been sent; those under way at the till will have their answer in a moment.
 * @param {readonly Queued[]} rows
 * @param {string} device
 * @param {(id: string) => boolean} underWay
 */
export function stillWaiting(rows, device, underWay) {
  return rows.filter((row) => row.device === device && row.kind === "visit" && !underWay(row.id));
}

/** What the server may say of a visit that could not be weighed just now; the next time it can. */
const PASSING = ["busy", "try_again", "throttled"];

/** What a venue should hear of, although it was recorded and counts. */
const TOLD = ["over", "ended", "blocked", "blank", "no_agreement", "clock"];

/**
 * What to do with a visit that the server has answered for: keep it for the next time, or forget it, with or without
 * a line for the people at the till.
 * @param {Queued} row
 * @param {Outcome} outcome
 * @returns {{forget: boolean, notice: Notice | null}}
 */
export function afterwards(row, outcome) {
  if (outcome.outcome === "problem" && PASSING.includes(outcome.code ?? "")) return { forget: false, notice: null };
  if (outcome.outcome === "problem") return { forget: true, notice: noticeOf(row, "problem", outcome.code ?? "unknown") };
  // A visit that was taken back before it arrived is no news to anybody.
  if (outcome.outcome === "refused" && outcome.code === "visit_voided") return { forget: true, notice: null };
  if (outcome.outcome === "refused") return { forget: true, notice: noticeOf(row, "refused", outcome.verdict?.because ?? "unknown_card") };
  const flags = outcome.flags ?? (outcome.outcome === "over_allowance" ? ["over"] : []);
  const told = TOLD.find((flag) => flags.includes(flag));
  return { forget: true, notice: told === undefined ? null : noticeOf(row, "flagged", told) };
}

/**
 * @param {Queued} row
 * @param {Notice["kind"]} kind
 * @param {string} because
 * @returns {Notice}
 */
export function noticeOf(row, kind, because) {
  return { id: row.id, device: row.device, kind, because, last3: row.last3, persons: row.persons, offer: row.offer, date: row.date, seen: false };
}
