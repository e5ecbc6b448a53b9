// The signed token after `#` in a card's code: 14 bytes that say which card, 64 bytes of signature.

import { Base32Error, decodeBase32 } from "./base32.js";
import { withCheckDigits } from "./number.js";

export const TOKEN_CHARACTERS = 125;
const BODY_BYTES = 14;
const FORMAT = 1;
const DAY = 86_400_000;
const EPOCH = Date.UTC(2020, 0, 1);
const KINDS = /** @type {const} */ (["card", "timekred"]);
const COMPANIONS = /** @type {const} */ (["none", "any", "adult", "family"]);

/**
 * What stands in a token. `municipality` is the kommunenummer; both dates are days on which the card is valid.
 * @typedef {{
 *   keyId: number, municipality: number, programme: number, kind: "card" | "timekred", blank: boolean,
 *   companion: "none" | "any" | "adult" | "family", number: string, validFrom: string, validUntil: string,
 * }} TokenBody
 */

/** The text is not a token of ours. */
export class TokenError extends Error {
  name = "TokenError";
}

/**
 * Read a token in any letter case, without asking whether the signature holds.
 * @param {string} token
 * @returns {{body: TokenBody, signed: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>}}
 */
export function parseToken(token) {
  if (token.length !== TOKEN_CHARACTERS) throw new TokenError("a token has 125 characters");
  const whole = bytesOf(token);
  const signed = whole.slice(0, BODY_BYTES);
  return { body: bodyOf(signed), signed, signature: whole.slice(BODY_BYTES) };
}

/** @param {string} token */
function bytesOf(token) {
  try {
    return decodeBase32(token);
  } catch (error) {
    if (error instanceof Base32Error) throw new TokenError(error.message, { cause: error });
    throw error;
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {TokenBody}
 */
function bodyOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  const flags = view.getUint8(4);
  const companion = COMPANIONS[flags >> 2];
  if (first >> 4 !== FORMAT || companion === undefined) throw new TokenError("a token of a kind we do not know");
  const ten = view.getUint8(5) * 2 ** 32 + view.getUint32(6);
  return {
    keyId: first & 0x0f,
    municipality: view.getUint16(1),
    programme: view.getUint8(3),
    kind: KINDS[flags & 1] ?? "card",
    blank: (flags & 2) !== 0,
    companion,
    number: withCheckDigits(String(ten).padStart(10, "0")),
    validFrom: dayOf(view.getUint16(10)),
    validUntil: dayOf(view.getUint16(12)),
  };
}

/** @param {number} days since the first of January 2020 */
function dayOf(days) {
  return new Date(EPOCH + days * DAY).toISOString().slice(0, 10);
}
