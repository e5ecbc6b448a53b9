// What one tab remembers until it is closed, and no other tab and no later day.

/**
 * @param {string} name
 * @returns {string | null}
 */
export function keptInTab(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null; // a browser that keeps nothing
  }
}

/**
 * @param {string} name
 * @param {string | null} value null to forget it
 */
export function keepInTab(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing shows the card until the reload.
  }
}
