// Whether a card's signature holds, on the phone itself: by the browser where it can, else by a small library of our own keeping.

import { parseToken } from "../core/token.js";

/** @import { TokenBody } from "../core/token.js" */
/** @import { Snapshot } from "../core/types.js" */

const DOMAIN = new TextEncoder().encode("opplev/1\0");

/** @typedef {(key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>) => Promise<boolean>} Verifier */

/** @type {Promise<Verifier> | null} */
let chosen = null;

/** @returns {Promise<Verifier>} */
async function choose() {
  try {
    const probe = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]));
    if (probe.publicKey === undefined) throw new TypeError("no key pair");
    return byBrowser;
  } catch {
    // Chromium before 137 and Firefox before 129 have no Ed25519; the file is fetched only there, and kept offline everywhere.
    const { verifyAsync } = await import("../vendor/noble-ed25519/index.js");
    return (key, signature, signed) => verifyAsync(signature, signed, key).catch(() => false);
  }
}

/** @type {Verifier} */
async function byBrowser(key, signature, signed) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, signed);
}

/**
 * The body of a token whose signature holds, else null. A key that the snapshot does not know proves nothing.
 * @param {string} token
 * @param {Snapshot} snapshot
 * @returns {Promise<TokenBody | null>}
 */
export async function genuine(token, snapshot) {
  const { body, signed, signature } = parseToken(token);
  const key = snapshot.keys.keys.find((one) => one.kid === String(body.keyId));
  if (key === undefined) return null;
  const message = new Uint8Array(DOMAIN.length + signed.length);
  message.set(DOMAIN);
  message.set(signed, DOMAIN.length);
  chosen ??= choose();
  return (await (await chosen)(fromBase64url(key.x), signature, message)) ? body : null;
}

/** Choose before the first card comes, so that it need not wait. */
export function makeReady() {
  chosen ??= choose();
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
