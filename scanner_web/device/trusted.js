// The two places where a script is loaded by its address: only an address of our own is let through (Trusted Types).

/** @typedef {{createPolicy: (name: string, rules: {createScriptURL: (url: string) => string}) => {createScriptURL: (url: string) => string}}} Factory */

/** An address of somebody else's. */
export class ForeignScriptError extends Error {
  name = "ForeignScriptError";
}

/** @param {string} url */
function checked(url) {
  if (new URL(url).origin !== globalThis.location.origin) throw new ForeignScriptError("a script of somebody else's");
  return url;
}

// Safari before 26 and Firefox before 148 have no Trusted Types; the check is the same there.
const factory = /** @type {{trustedTypes?: Factory}} */ (/** @type {unknown} */ (globalThis)).trustedTypes;
const policy = factory?.createPolicy("opplev", { createScriptURL: checked });

/**
 * @param {URL} url
 * @returns {string}
 */
export function ownScript(url) {
  return policy === undefined ? checked(url.href) : policy.createScriptURL(url.href);
}
