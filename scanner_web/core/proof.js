// The claims with which a phone signs a request: who, to whom, which call, when, and over which body.

/** How long a proof holds; the server accepts at most 120 s. */
const SECONDS = 60;

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function base64url(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The part of a JWT that is signed: header and claims, base64url, joined by a full stop.
 * @param {{device: string, audience: string, method: string, path: string, bodyHash: Uint8Array, now: number, id: string}} about
 *   `path` without its query, `now` in milliseconds by the server's clock.
 * @returns {string}
 */
export function proofToSign({ device, audience, method, path, bodyHash, now, id }) {
  const issued = Math.floor(now / 1000);
  const header = { alg: "ES256", typ: "JWT" };
  const claims = {
    iss: device,
    aud: audience,
    htm: method,
    htu: path,
    iat: issued,
    exp: issued + SECONDS,
    jti: id,
    bh: base64url(bodyHash),
  };
  const text = new TextEncoder();
  return [header, claims].map((part) => base64url(text.encode(JSON.stringify(part)))).join(".");
}
