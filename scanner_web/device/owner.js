// The codes of this phone's owner in TimeKred, one for each currency, where the owner said that it may keep them.

const OWN = "opplev-member-";

/**
 * @param {string} currency
 * @returns {string | null}
 */
export function ownCode(currency) {
  try {
    return localStorage.getItem(OWN + currency);
  } catch {
    return null; // a browser that keeps nothing
  }
}

/**
 * @param {string} currency
 * @param {string | null} code null to forget it
 */
export function keepOwnCode(currency, code) {
  try {
    if (code === null) localStorage.removeItem(OWN + currency);
    else localStorage.setItem(OWN + currency, code);
  } catch {
    // A browser that keeps nothing asks for the code the next time.
  }
}
