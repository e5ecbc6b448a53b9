// The phone's clock against the server's: people set phones wrong, and a signature carries the time.

/**
 * Milliseconds to add to the phone's clock to get the server's, or null where the answer told no time.
 * The header has whole seconds, so half a second is the best guess within one.
 * @param {string | null} dateHeader
 * @param {number} sentAt the phone's clock, milliseconds
 * @param {number} answeredAt
 * @returns {number | null}
 */
export function offsetFrom(dateHeader, sentAt, answeredAt) {
  const server = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
  if (Number.isNaN(server)) return null;
  return Math.round(server + 500 - (sentAt + answeredAt) / 2);
}

/**
 * The instant as the server would write it, to the second.
 * @param {number} phoneNow
 * @param {number} offset
 * @returns {string}
 */
export function instant(phoneNow, offset) {
  return `${new Date(phoneNow + offset).toISOString().slice(0, 19)}Z`;
}
