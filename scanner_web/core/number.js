// The number printed on a card: ten random digits and two check digits (ISO 7064 Mod 97-10), written 4-4-4.

export const DIGITS = 12;
/** A card to practise with: right check digits, nobody's. It is always valid and nothing is registered on it. */
export const PRACTICE = "000000000098";
const RANDOM_DIGITS = 10;

// People type 4-4-4 with whatever space or dash is at hand.
const SEPARATORS = /[\s\u2010-\u2013\u2212-]+/g;

/**
 * Give ten digits their two check digits.
 * @param {string} ten
 * @returns {string}
 */
export function withCheckDigits(ten) {
  const check = 98 - ((Number(ten) * 100) % 97);
  return ten + String(check).padStart(2, "0");
}

/**
 * Whether twelve digits were typed right. The check digits are made again and compared,
 * since modulo 97 the digits 01 would pass for 98.
 * @param {string} digits
 * @returns {boolean}
 */
export function isCardNumber(digits) {
  return /^[0-9]{12}$/.test(digits) && withCheckDigits(digits.slice(0, RANDOM_DIGITS)) === digits;
}

/**
 * Take away the spaces and dashes that people put between the groups.
 * @param {string} text
 * @returns {string}
 */
export function bareDigits(text) {
  return text.replace(SEPARATORS, "");
}

/**
 * Write digits as they stand on the card, also while they are being typed.
 * @param {string} digits
 * @returns {string}
 */
export function inGroups(digits) {
  return digits.replace(/(.{4})(?=.)/g, "$1 ");
}

/**
 * What to tell somebody who is typing: how far they are, and at the end whether it is right.
 * @param {string} text
 * @returns {{digits: string, state: "empty" | "typing" | "right" | "wrong" | "too_long"}}
 */
export function typed(text) {
  const digits = text.replace(/[^0-9]/g, "");
  if (digits.length === 0) return { digits, state: "empty" };
  if (digits.length < DIGITS) return { digits, state: "typing" };
  if (digits.length > DIGITS) return { digits, state: "too_long" };
  return { digits, state: isCardNumber(digits) ? "right" : "wrong" };
}
