// Days as Oslo has them, whatever the phone's own time zone is.

const DATE = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Oslo", year: "numeric", month: "2-digit", day: "2-digit" });
const DAY = 86_400_000;

/**
 * The Oslo date of an instant.
 * @param {number} instant milliseconds
 * @returns {string} yyyy-mm-dd
 */
export function osloDate(instant) {
  const parts = Object.fromEntries(DATE.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/**
 * The Oslo date of an instant that the server wrote: half an hour past midnight is still the day before in UTC.
 * @param {string} written RFC 3339
 * @returns {string} yyyy-mm-dd
 */
export function osloDateOf(written) {
  return osloDate(Date.parse(written));
}

/**
 * A date some days later, or earlier.
 * @param {string} date yyyy-mm-dd
 * @param {number} days
 */
export function daysFrom(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/**
 * An instant in the middle of an Oslo day: noon there is ten or eleven in UTC, and never another day.
 * @param {string} date yyyy-mm-dd
 * @returns {number}
 */
export function middleOf(date) {
  return Date.parse(`${date}T10:30:00Z`);
}

/**
 * Name the period that a day falls in, so that two days of one period have the same name.
 * @param {string} per
 * @param {string} date yyyy-mm-dd
 * @returns {string}
 */
export function periodOf(per, date) {
  if (per === "year") return date.slice(0, 4);
  if (per === "half_year") return `${date.slice(0, 4)}-H${Number(date.slice(5, 7)) <= 6 ? 1 : 2}`;
  if (per === "month") return date.slice(0, 7);
  if (per === "week") return `W${mondayOf(date)}`;
  return per === "day" ? date : "card";
}

/** @param {string} date */
function mondayOf(date) {
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return daysFrom(date, -weekday);
}
