// What was held up to the camera or typed: a card, an enrolment code, or something that is not ours.

import { bareDigits, isCardNumber } from "./number.js";
import { parseToken, TokenError } from "./token.js";

/** @import { TokenBody } from "./token.js" */

const CARD_URL = /^https?:\/\/[^/?#\s]+(?:\/k)?\/?(?:\?[^#]*)?#(\S+)$/i;
// A tag in a card writes its UID and count behind the token, enciphered, and a MAC behind those: for the server to prove.
const TAPPED = /^([a-z2-7]{125})\.[0-9a-f]{32}\.[0-9a-f]{16}$/i;
const ENROLMENT_URL = /^https?:\/\/[^/?#\s]+\/e\/?#(\S+)$/i;
const ENROLMENT_CODE = /^[a-z0-9_-]{1,64}\.[a-z2-7]{16}$/i;

/**
 * @typedef {{kind: "token", token: string, body: TokenBody}
 *   | {kind: "number", number: string}
 *   | {kind: "enrolment", code: string}
 *   | {kind: "damaged"}
 *   | {kind: "foreign"}} Presented
 */

/**
 * Say what was presented. A `token` is sent as it stands here, with what a tag has written behind it. `damaged` looks like a card's code and cannot be read, `foreign` is somebody's parking ticket.
 * @param {string} text
 * @returns {Presented}
 */
export function whatIsPresented(text) {
  const trimmed = text.trim();
  const digits = bareDigits(trimmed);
  if (isCardNumber(digits)) return { kind: "number", number: digits };
  const code = enrolmentCode(trimmed);
  if (code !== null) return { kind: "enrolment", code };
  const url = CARD_URL.exec(trimmed);
  const token = url?.[1] ?? trimmed;
  if (isCardNumber(bareDigits(token))) return { kind: "number", number: bareDigits(token) };
  return ofToken(token, url !== null);
}

/**
 * @param {string} token
 * @param {boolean} fromUrl
 * @returns {Presented}
 */
function ofToken(token, fromUrl) {
  try {
    return { kind: "token", token, body: parseToken(bareToken(token)).body };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const looksLikeOurs = fromUrl && /^[a-z2-7]{100,200}(\.[0-9a-f.]*)?$/i.test(token);
    return looksLikeOurs ? { kind: "damaged" } : { kind: "foreign" };
  }
}

/**
 * Give the signed token alone, without what a tag has written behind it.
 * @param {string} token
 */
export function bareToken(token) {
  return TAPPED.exec(token)?.[1] ?? token;
}

/**
 * Say whether a card was read from a tag that proves its readings.
 * @param {string} text an address, or a token
 */
export function isTapped(text) {
  const presented = whatIsPresented(text);
  return presented.kind === "token" && bareToken(presented.token) !== presented.token;
}

/**
 * Whether the same thing was shown again: the same text, or the same counting tag, which says something new each time.
 * @param {string} one
 * @param {string} other
 */
export function isSameAgain(one, other) {
  if (one === other) return true;
  const [before, now] = [whatIsPresented(one), whatIsPresented(other)];
  return isTapped(one) && isTapped(other) && before.kind === "token" && now.kind === "token" && bareToken(before.token) === bareToken(now.token);
}

/**
 * Give the code in an enrolment's URL or as it was typed, or null. Spaces do not matter, nor do the hyphens after the dot.
 * @param {string} text
 * @returns {string | null}
 */
export function enrolmentCode(text) {
  const code = (ENROLMENT_URL.exec(text.trim())?.[1] ?? text).replace(/\s+/g, "");
  const [tenant = "", ...secret] = code.split(".");
  const bare = `${tenant}.${secret.join(".").replace(/[\u2010-\u2013\u2212-]/g, "")}`;
  return ENROLMENT_CODE.test(bare) ? code : null;
}

/** @typedef {"note" | "attestation" | "poster"} PaperKind */

const NOTE = /^(?:https?:\/\/[^/?#\s]+\/n\/?(?:\?[^#]*)?#)?[a-z2-7]{31}$/i;
const ATTESTATION = /^https?:\/\/[^/?#\s]+\/a\/?(?:\?[^#]*)?#\S+$/i;
const POSTER = /^https?:\/\/[^/?#\s]+\/k\/?#s(?:\.[^.#\s]+){4}$/i;

/**
 * Say which of our papers a code is from, where it is no card's.
 * @param {string} text
 * @returns {PaperKind | null}
 */
export function paperOf(text) {
  const trimmed = text.trim();
  if (NOTE.test(trimmed)) return "note";
  if (ATTESTATION.test(trimmed)) return "attestation";
  return POSTER.test(trimmed) ? "poster" : null;
}

/**
 * Say whether a code is a member's of a currency of time, and no card.
 * @param {string} text an address, or a token
 */
export function isTime(text) {
  const presented = whatIsPresented(text);
  return presented.kind === "token" && presented.body.kind === "timekred";
}
