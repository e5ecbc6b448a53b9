// The phone's own key: made here, never readable, so that a copied token is of no use.

const P256 = { name: "ECDSA", namedCurve: "P-256" };

/**
 * Make a key pair whose private half cannot leave this phone.
 * @returns {Promise<CryptoKeyPair>}
 */
export function makeKeys() {
  return crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
}

/**
 * The public half as the server stores it: a P-256 JWK of nothing but its four members.
 * @param {CryptoKeyPair} keys
 * @returns {Promise<{kty: string, crv: string, x: string, y: string}>}
 */
export async function publicJwk(keys) {
  const { kty = "", crv = "", x = "", y = "" } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  return { kty, crv, x, y };
}

/**
 * Sign as JWS ES256 does.
 * @param {CryptoKeyPair} keys
 * @param {string} text
 * @returns {Promise<Uint8Array>}
 */
export async function sign(keys, text) {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, bytes));
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Uint8Array>}
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
