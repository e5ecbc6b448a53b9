// A phone may stand at places of several municipalities (D16); which of them a card is for, its token says.

import { whatIsPresented } from "./card_text.js";

/** @typedef {{device_id: string, tenant: string, municipality?: number}} Place an enrolment, as far as it matters here */

/**
 * Whether a card of this municipality belongs to one of the places. One that was connected before places said their
 * municipality may be it.
 * @param {Place[]} places
 * @param {number} municipality the kommunenummer in a token
 */
export function mayBeOurs(places, municipality) {
  return places.some((place) => place.municipality === undefined || place.municipality === municipality);
}

/**
 * Say which place a card is shown at: the current one where it is of the card's municipality, else the one of that
 * municipality that was used last. A number does not say whose it is, and a card of nobody here is for the
 * current place, whose server then says that it is unknown.
 * @template {Place} P
 * @param {P[]} places
 * @param {P | null} current
 * @param {string} card as it was read
 * @param {readonly string[]} recent the places' devices, the last used first
 * @returns {P | null}
 */
export function placeFor(places, current, card, recent) {
  const presented = whatIsPresented(card);
  if (presented.kind !== "token") return current;
  // Two places of one tenant are of one municipality, also where only one of them says which.
  const tenant = places.find((place) => place.municipality === presented.body.municipality)?.tenant;
  if (tenant === undefined || current?.tenant === tenant) return current;
  const fitting = places.filter((place) => place.tenant === tenant);
  const lastUsed = recent.find((device) => fitting.some((place) => place.device_id === device));
  return fitting.find((place) => place.device_id === lastUsed) ?? fitting.at(-1) ?? current;
}

/**
 * Whether the phone stands for more than one municipality, so that it matters which one a screen speaks of.
 * @param {Place[]} places
 */
export function standForSeveral(places) {
  return new Set(places.map((place) => place.tenant)).size > 1;
}

/**
 * The places in the order in which they were used, after one of them was used again.
 * @param {readonly string[]} recent
 * @param {string} device
 * @returns {string[]}
 */
export function usedNow(recent, device) {
  return [device, ...recent.filter((one) => one !== device)];
}
