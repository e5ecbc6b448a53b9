// A hand scanner is a keyboard that types a whole code at once: its speed tells it from a person.

import { whatIsPresented } from "./card_text.js";
import { TOKEN_CHARACTERS } from "./token.js";

/** @import { Carrier } from "./types.js" */

/** Milliseconds between two keys of a scanner, on average over the code. Slow ones by radio need thirty; the fastest fingers need sixty. */
export const MOST_GAP = 50;
/** A busy computer stutters; after a pause longer than this something new begins. */
export const PAUSE = 150;
/** What is shorter than a card's number is somebody at a keyboard. */
const FEWEST = 12;
/** The longest address of a card, and a little. A book on the keyboard ends here. */
const MOST = 400;

/** Keys that a scanner presses on the way to a character. */
const ON_THE_WAY = ["Shift", "CapsLock", "AltGraph"];

/** @typedef {{text: string, since: number, at: number}} Keyed what has come so far, and when its first and last key did */

/** @type {Keyed} */
export const NOTHING_KEYED = { text: "", since: 0, at: 0 };

/**
 * One key more. `scanned` is what was read when this key ended it.
 * @param {Keyed} keyed
 * @param {string} key as the browser names it
 * @param {number} now milliseconds
 * @returns {{keyed: Keyed, scanned: {text: string, carrier: Carrier} | null}}
 */
export function keyPressed(keyed, key, now) {
  if (ON_THE_WAY.includes(key)) return { keyed, scanned: null };
  const goesOn = keyed.text !== "" && now - keyed.at <= PAUSE;
  if (key === "Enter") return { keyed: NOTHING_KEYED, scanned: goesOn && isScanners(keyed, now) ? asTyped(keyed.text) : null };
  if ([...key].length !== 1) return { keyed: NOTHING_KEYED, scanned: null };
  if (!goesOn || keyed.text.length >= MOST) return { keyed: { text: key, since: now, at: now }, scanned: null };
  return { keyed: { text: keyed.text + key, since: keyed.since, at: now }, scanned: null };
}

/**
 * @param {Keyed} keyed
 * @param {number} ended
 */
function isScanners({ text, since }, ended) {
  return text.length >= FEWEST && (ended - since) / text.length <= MOST_GAP;
}

/**
 * What came from a keyboard, and how it is to be counted: a number was typed, whoever pressed the keys, and a token was
 * read from its code. A scanner that believes in another keyboard than the computer writes the address wrong, never the
 * token's letters and digits, so that the token is found at its end.
 * @param {string} text
 * @returns {{text: string, carrier: Carrier}}
 */
export function asTyped(text) {
  const trimmed = text.trim();
  const whole = whatIsPresented(trimmed);
  if (whole.kind === "number") return { text: whole.number, carrier: "typed" };
  const end = trimmed.slice(-TOKEN_CHARACTERS);
  const isToken = whole.kind === "token" || whatIsPresented(end).kind === "token";
  return { text: whole.kind === "token" ? whole.token : isToken ? end : trimmed, carrier: "qr" };
}
