// Every card that is read, by camera, hand scanner, keyboard or the holder's page, on its way to the place it is for.

import { isTapped, isTime, paperOf } from "../core/card_text.js";
import { asTyped } from "../core/hand_scanner.js";
import { placeFor } from "../core/places.js";
import { takesCards } from "../core/session.js";

/** @import { PaperKind } from "../core/card_text.js" */
/** @import { Happening } from "../core/session.js" */
/** @import { Carrier, Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/** What stands above the scanner while a paper that is no card is shown. */
const PAPERS = { note: 1, attestation: 1, poster: 1 };

/**
 * @param {App} app
 * @param {{happen: (happening: Happening) => void, moveTo: (place: Enrolment) => void, redraw: () => void, time: (text: string) => void, paper: (text: string, kind: PaperKind) => void}} page
 */
export function wireReading(app, { happen, moveTo, redraw, time, paper }) {
  /**
   * A card of another municipality moves the phone to its place there; where that place has several offers, the card
   * waits until one is chosen.
   * @param {string} text
   * @param {Carrier} way
   */
  function read(text, way) {
    const carrier = isTapped(text) ? "sun" : way;
    // While somebody pays with time, a card waits until it is shown again.
    if (document.body.dataset.time && (!isTime(text) || document.body.dataset.time in PAPERS)) return;
    if (app.enrolling || !takesCards(app.session)) return;
    const kind = paperOf(text);
    if (kind !== null) return paper(text, kind);
    // A list is of one place: a card of another municipality on it is shown as one that the place does not know.
    const onList = ["persons", "group"].includes(app.session.screen);
    const place = onList ? app.current : placeFor(app.enrolments, app.current, text, app.likings.recent);
    if (!onList) app.moved = false;
    if (place !== null && place !== app.current) {
      moveTo(place);
      app.moved = true;
    }
    if (isTime(text)) return time(text);
    if (app.session.offer !== null) return happen({ type: "read", text, carrier });
    app.held = { text, carrier };
    redraw();
  }

  /** @param {string} text as it came from a keyboard */
  function keyed(text) {
    const card = asTyped(text);
    read(card.text, card.carrier);
  }

  function readHeld() {
    const held = app.held;
    app.held = null;
    if (held !== null) happen({ type: "read", ...held });
  }

  return { read, keyed, readHeld };
}
