// Whether the server is within reach: learned from its answers and its silence, so that nobody waits twice for the same silence.

/** @typedef {{away: boolean, since: number}} Reach */

/** @type {Reach} */
export const WITHIN_REACH = { away: false, since: 0 };

/**
 * The server was silent for longer than a family should wait.
 * @param {Reach} reach
 * @param {number} now
 * @returns {Reach}
 */
export function silent(reach, now) {
  return reach.away ? reach : { away: true, since: now };
}

/**
 * It answered, whatever it answered.
 * @param {Reach} reach
 * @returns {Reach}
 */
export function answered(reach) {
  return reach.away ? WITHIN_REACH : reach;
}

/**
 * Whether somebody at the till may wait for an answer. While it is away, it is asked behind their back.
 * @param {Reach} reach
 * @param {boolean} onLine what the browser believes; it knows when there is no network, not when there is one
 */
export function mayWait(reach, onLine) {
  return onLine && !reach.away;
}
