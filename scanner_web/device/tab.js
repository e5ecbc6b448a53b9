// What one tab remembers until it is closed, and no other tab and no later day.

/** What the page behind a card's code shows, so that a reload shows it again: the address no longer says which. A note's page leaves its owner's code here. */
export const SHOWN = "opplev-holder-card";

/** A note's own page leaves the note's code here, for the member's page to put into an account. */
export const NOTE_CARRIED = "opplev-note-deposit";

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
