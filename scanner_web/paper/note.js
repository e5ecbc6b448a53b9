// What a printed note is, to whoever holds a camera over it. Only a till that is asked to takes it.

import { inLanguage, longDate } from "../core/words.js";
import { h } from "../screen/dom.js";
import { icon } from "../screen/icons.js";
import { filled, hours } from "./words.js";

/** @import { Language, Words } from "./words.js" */

/**
 * @typedef {{
 *   state: "good" | "used" | "voided" | "expired" | "unknown", municipality: string | null,
 *   currency: Record<string, string> | null, colour: string | null, text_colour: string | null, minutes: number | null,
 *   serial: string | null, last_day: string | null, contact: string | null,
 * }} Note
 * @typedef {{venue: string, state: "ready" | "taking" | "taken" | "refused", because?: string | null, take: () => void}} Till
 */

export const LOOK = "/v1/kred/notes/look";

const MOODS = /** @type {const} */ ({
  good: ["yes", "check"],
  used: ["no", "close"],
  expired: ["wait", "clock"],
  voided: ["no", "close"],
  unknown: ["no", "question"],
});
const FRACTIONS = new Map([[15, "¼"], [30, "½"], [45, "¾"]]);

/**
 * @param {Note | null} note null where the code could not be read at all
 * @param {Words} words
 * @param {Language} language
 * @param {Till | null} till where the phone stands at a till
 * @param {{brief?: boolean, deposit?: () => void}} [how] `brief` where whoever looks needs no telling what a note is; `deposit` puts it into one's own account
 * @returns {HTMLElement}
 */
export function noteScreen(note, words, language, till, { brief = false, deposit } = {}) {
  const state = note?.state ?? "unknown";
  const said = words.note;
  const told = {
    day: note?.last_day ? longDate(note.last_day, words.locale) : "",
    contact: note?.contact || note?.municipality || "",
    currency: inLanguage(note?.currency ?? undefined, language),
    time: hours(note?.minutes ?? 0, words),
  };
  const known = note !== null && note.minutes !== null;
  return h(
    "div",
    { class: "stack wide" },
    till !== null && till.state !== "ready" && outcome(till, words, told),
    known && noteFace(note, told),
    (till === null || till.state === "ready") && verdict(state, words, told),
    state === "good" && till !== null && till.state === "ready" && h("button", { class: "button main", type: "button", testid: "take", onclick: till.take }, said.take),
    state === "good" && till === null && deposit !== undefined && h("button", { class: "button main", type: "button", testid: "deposit", onclick: deposit }, said.deposit),
    state === "good" && !brief && (till === null || till.state === "ready") && h("ul", { class: "tips", testid: "tips" }, tip("other", filled(said.is, told)), tip("hand", said.whose), tip("shield", said.safe)),
    known && note.contact && h("p", { class: "contact" }, icon("question"), filled(said.ask, told)),
  );
}

/**
 * @param {"good" | "used" | "expired" | "voided" | "unknown"} state
 * @param {Words} words
 * @param {Record<string, string>} told
 */
function verdict(state, words, told) {
  const [mood, picture] = MOODS[state];
  return h(
    "section",
    { class: "proof", "data-mood": mood, testid: "standing", "data-standing": state },
    icon(picture, { class: "heavy" }),
    h("div", {}, h("h1", {}, words.note[state]), h("p", {}, filled(words.note[`${state}_text`], told))),
  );
}

/**
 * @param {Till} till
 * @param {Words} words
 * @param {Record<string, string>} told
 */
function outcome(till, words, told) {
  const said = words.note;
  const because = /** @type {Record<string, string>} */ ({
    note_used: said.used_text,
    note_expired: said.expired_text,
    note_voided: said.voided_text,
    unknown_note: said.unknown_text,
    not_here: said.not_here,
    too_many_guesses: said.too_many_guesses,
    network: words.network_text,
  });
  if (till.state === "taking") return h("p", { class: "lead", role: "status" }, said.taking);
  const taken = till.state === "taken";
  const text = taken ? said.taken_text : (because[till.because ?? ""] ?? said.other);
  return h(
    "section",
    { class: "proof", "data-mood": taken ? "yes" : "no", testid: "taken", "data-taken": String(taken), "data-because": till.because ?? "" },
    icon(taken ? "check" : "close", { class: "heavy" }),
    h("div", {}, h("h1", {}, taken ? said.taken : said.refused), h("p", {}, filled(text, { ...told, venue: till.venue }))),
  );
}

/**
 * The note itself, in its currency's colours.
 * @param {Note} note
 * @param {Record<string, string>} told
 */
export function noteFace(note, told) {
  const minutes = note.minutes ?? 0;
  const whole = Math.floor(minutes / 60);
  const kred = FRACTIONS.has(minutes % 60) || minutes % 60 === 0 ? `${whole || ""}${FRACTIONS.get(minutes % 60) ?? ""}` : (minutes / 60).toFixed(2);
  const drawn = h(
    "section",
    { class: "note-face", testid: "note" },
    h("p", { class: "note-name" }, told.currency ?? ""),
    h("p", { class: "note-worth", testid: "worth" }, h("strong", {}, kred), " Kred"),
    h("p", { class: "note-serial" }, h("span", {}, note.municipality ?? ""), h("span", {}, note.serial ?? "")),
  );
  // Colours of a municipality's own; the server lets none through that cannot be read on each other.
  if (note.colour !== null) drawn.style.setProperty("--note", note.colour);
  if (note.text_colour !== null) drawn.style.setProperty("--on-note", note.text_colour);
  return drawn;
}

/** @param {Parameters<typeof icon>[0]} picture @param {string} text */
function tip(picture, text) {
  return h("li", {}, icon(picture), h("span", {}, text));
}
