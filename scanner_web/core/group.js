// Siblings, or a group of friends: several cards on one list, one button that registers them all.

import { whatIsPresented } from "./card_text.js";
import { moodOf } from "./mood.js";

/** @import { Asked, Carrier, Verdict, Visit } from "./types.js" */

/**
 * One card on the list. `key` is the turn in which it was read, so that answers find it.
 * @typedef {{
 *   key: number, card: {text: string, carrier: Carrier}, state: "checking" | "ready" | "no" | "trouble" | "sending" | "in" | "undoing" | "undone",
 *   verdict: Verdict | null, persons: number, asked: Asked | null, visit: Visit | null, undo: string | null,
 * }} Item
 */

/** More than this is two groups. */
export const MOST_CARDS = 40;

/**
 * @param {number} key
 * @param {Item["card"]} card
 * @param {Verdict | null} verdict null while it is being asked for
 * @returns {Item}
 */
export function item(key, card, verdict) {
  const fresh = /** @type {const} */ ({ key, card, persons: 1, asked: null, visit: null, undo: null });
  if (verdict === null) return { ...fresh, state: "checking", verdict };
  return { ...fresh, state: verdict.admitted ? "ready" : "no", verdict };
}

/**
 * The number behind whatever a card was read by, so that a code and a typed number are known for the same card.
 * @param {string} text
 * @returns {string}
 */
export function sameCard(text) {
  const presented = whatIsPresented(text);
  if (presented.kind === "token") return `${presented.body.municipality}/${presented.body.number}`;
  return presented.kind === "number" ? presented.number : text;
}

/**
 * @param {readonly Item[]} items
 * @param {string} text
 */
export function isListed(items, text) {
  const [wanted, number] = [sameCard(text), sameCard(text).split("/").at(-1)];
  return items.some(({ card }) => {
    const listed = sameCard(card.text);
    // A typed number does not say its municipality.
    return listed === wanted || (listed.includes("/") !== wanted.includes("/") && listed.split("/").at(-1) === number);
  });
}

/**
 * @param {readonly Item[]} items
 * @param {number} key
 * @param {(one: Item) => Item} change
 * @returns {Item[]}
 */
export function changed(items, key, change) {
  return items.map((one) => (one.key === key ? change(one) : one));
}

/**
 * One more person on a card, and after the last one again.
 * @param {Item} one
 * @returns {Item}
 */
export function onePersonMore(one) {
  const most = one.verdict?.persons ?? 1;
  return one.state === "ready" ? { ...one, persons: one.persons >= most ? 1 : one.persons + 1 } : one;
}

/**
 * Those that the button would register, and how many persons they are.
 * @param {readonly Item[]} items
 */
export function ready(items) {
  const cards = items.filter((one) => one.state === "ready");
  return { cards, persons: cards.reduce((sum, one) => sum + one.persons, 0) };
}

/**
 * Those that came in, and how many persons they are.
 * @param {readonly Item[]} items
 */
export function inside(items) {
  const cards = items.filter((one) => one.state === "in" || one.state === "undoing");
  return { cards, persons: cards.reduce((sum, one) => sum + (one.visit?.persons ?? one.persons), 0) };
}

/**
 * What the whole group's answer looks like: a yes as soon as anybody came in; the rows say the rest.
 * @param {readonly Item[]} items
 * @returns {"yes" | "wait" | "no" | "undone"}
 */
export function moodOfGroup(items) {
  if (inside(items).cards.length > 0) return "yes";
  if (items.some((one) => one.state === "undone")) return "undone";
  return items.some((one) => one.verdict !== null && moodOf(one.verdict) === "wait") ? "wait" : "no";
}

/**
 * Whether nothing on the list is on its way any more.
 * @param {readonly Item[]} items
 */
export function isSettled(items) {
  return items.every((one) => one.state !== "sending" && one.state !== "checking");
}
