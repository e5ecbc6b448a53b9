// Listening for a hand scanner, which is a keyboard to the browser, anywhere on the page.

import { keyPressed, NOTHING_KEYED } from "../core/hand_scanner.js";

/** @import { Carrier } from "../core/types.js" */

const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * Tell what a hand scanner reads. Where a field has the focus the keys are the field's own.
 * @param {{onScan: (text: string, carrier: Carrier) => void, wanted: () => boolean}} tell
 */
export function listenForHandScanner({ onScan, wanted }) {
  let keyed = NOTHING_KEYED;
  // Before a button that has the focus hears the Enter, or a browser takes a stroke for its own search.
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof Element && event.target.closest(FIELDS) !== null;
    const shortcut = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
    if (inField || shortcut || event.repeat || !wanted()) {
      keyed = NOTHING_KEYED;
      return;
    }
    const result = keyPressed(keyed, event.key, event.timeStamp);
    keyed = result.keyed;
    if (keyed.text.length > 1 || result.scanned !== null) event.preventDefault();
    if (result.scanned !== null) onScan(result.scanned.text, result.scanned.carrier);
  }, { capture: true });
}
