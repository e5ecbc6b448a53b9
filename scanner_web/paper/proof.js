// What an attestation says, as it was signed: whoever holds the paper compares.

import { longDate } from "../core/words.js";
import { h } from "../screen/dom.js";
import { icon } from "../screen/icons.js";
import { filled, hours } from "./words.js";

/** @import { Words } from "./words.js" */

/**
 * @typedef {{
 *   standing: "holds" | "not_kept" | "revoked" | "not_ours", municipality: string | null, id: string | null,
 *   issued_on: string | null, revoked_on: string | null,
 *   attested: null | {
 *     person: string, organisation: string, tasks: string, first: string, last: string, language: string, signatory: string,
 *     extent: {measure: "total" | "week" | "percent", amount: number},
 *   },
 * }} Verified
 */

export const VERIFY = "/v1/attestations/verify";

const MOODS = /** @type {const} */ ({
  holds: ["yes", "check"],
  not_kept: ["yes", "check"],
  revoked: ["no", "close"],
  not_ours: ["no", "question"],
});

/**
 * @param {Verified | null} verified null where the code could not be read at all
 * @param {Words} words
 * @returns {HTMLElement}
 */
export function attestationScreen(verified, words) {
  const standing = verified?.standing ?? "not_ours";
  const said = words.attestation;
  const [mood, picture] = MOODS[standing];
  const told = {
    municipality: verified?.municipality ?? "",
    issued: verified?.issued_on ? longDate(verified.issued_on, words.locale) : "",
    revoked: verified?.revoked_on ? longDate(verified.revoked_on, words.locale) : "",
  };
  return h(
    "div",
    { class: "stack wide" },
    h(
      "section",
      { class: "proof", "data-mood": mood, testid: "standing", "data-standing": standing },
      icon(picture, { class: "heavy" }),
      h("div", {}, h("h1", {}, said[standing]), h("p", {}, filled(said[`${standing}_text`], told))),
    ),
    verified?.attested && facts(verified.attested, words),
    verified?.attested && h("p", { class: "compare", testid: "compare" }, icon("shield"), said.compare),
    verified?.id && h("p", { class: "small" }, filled(said.number, { id: verified.id })),
  );
}

/**
 * @param {NonNullable<Verified["attested"]>} attested
 * @param {Words} words
 */
function facts(attested, words) {
  const said = words.attestation;
  const days = [...new Set([attested.first, attested.last])].map((day) => longDate(day, words.locale));
  const amount = attested.extent.amount;
  const extent = filled(said[attested.extent.measure], { time: hours(amount, words), n: amount });
  // What was written stays in its own language, whatever the page speaks.
  const written = { lang: attested.language };
  const line = (/** @type {string} */ name, /** @type {string} */ value, attributes = {}) => value !== "" && h("div", {}, h("dt", {}, name), h("dd", attributes, value));
  return h(
    "section",
    { class: "attested", testid: "attested" },
    h("p", { class: "under" }, said.person),
    h("h2", { ...written, testid: "person" }, attested.person),
    h(
      "dl",
      {},
      line(said.organisation, attested.organisation, written),
      line(said.period, days.join(" – ")),
      line(said.extent, extent),
      line(said.tasks, attested.tasks, { ...written, class: "long" }),
      line(said.signatory, attested.signatory, written),
    ),
  );
}
