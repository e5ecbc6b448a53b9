// The camera sees the same card many times a second; it counts once.

/** How long a code must have been out of sight before it counts as held up again. */
export const QUIET = 2500;

/**
 * Whether a code is new, and what to remember of it. A code that stays in view stays the same scan.
 * @param {{text: string, seenAt: number} | null} last
 * @param {string} text
 * @param {number} now milliseconds
 * @returns {{isNew: boolean, last: {text: string, seenAt: number}}}
 */
export function seen(last, text, now) {
  const isNew = last === null || last.text !== text || now - last.seenAt > QUIET;
  return { isNew, last: { text, seenAt: now } };
}
