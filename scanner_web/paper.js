// The pages behind the codes on paper. Whoever opens one sees what the paper is, and nothing happens to it.

import { pick } from "./core/words.js";
import { ownCode } from "./device/owner.js";
import { NOTE_CARRIED, SHOWN, keepInTab, keptInTab } from "./device/tab.js";
import { askAbout } from "./paper/ask.js";
import { VERIFY, attestationScreen } from "./paper/proof.js";
import { LOOK, noteScreen } from "./paper/note.js";
import { LANGUAGES, WORDS } from "./paper/words.js";
import { fill, find, h, showChosen } from "./screen/dom.js";
import { icon, logo } from "./screen/icons.js";

/** @import { Language } from "./paper/words.js" */
/** @import { Till } from "./paper/note.js" */

/** `/A` is on attestations, `/N` on notes. */
const isNote = /\/n\/?$/i.test(window.location.pathname);
const LANGUAGE = "opplev-paper-language";
const CODE = isNote ? "opplev-paper-note" : "opplev-paper-code";
const main = find("#main", HTMLElement);

// The code leaves the address before anything else happens, so that the history never holds it; a reload still shows it.
const opened = window.location.hash.slice(1);
window.history.replaceState(null, "", window.location.pathname + window.location.search);
if (opened !== "") keepInTab(CODE, opened);
const code = opened === "" ? keptInTab(CODE) : opened;

/** @type {Language | null} */
let chosen = pick([keptInTab(LANGUAGE)], LANGUAGES);
/** @type {{state: "loading" | "nothing" | "network" | "shown", answer: any}} */
let page = { state: code === null ? "nothing" : "loading", answer: null };
/** @type {Till | null} */
let till = null;

/** @returns {Language} */
function language() {
  return chosen ?? pick(navigator.languages, LANGUAGES) ?? pick([page.answer?.attested?.language], LANGUAGES) ?? "nb";
}

function redraw() {
  const words = WORDS[language()];
  const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
  document.documentElement.lang = language();
  document.body.dataset.state = page.state;
  document.title = (isNote ? words.note : words.attestation).title;
  fill(main, h("div", { class: "holder-page" }, h("div", { class: "holder-top" }, logo("logo"), h("span", { class: "wordmark" }, "Opplev")), languages(), content()));
  showChosen(main);
  const before = held === undefined ? null : main.querySelector(`[data-testid="${held}"]`);
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
}

function languages() {
  return h(
    "div",
    { class: "language-row", role: "group", "aria-label": WORDS[language()].languages },
    ...LANGUAGES.map((one) => h("button", { class: "chip", type: "button", lang: one, "aria-pressed": String(one === language()), testid: `language-${one}`, onclick: () => speak(one) }, WORDS[one].name)),
  );
}

/** @param {Language} one */
function speak(one) {
  chosen = one;
  keepInTab(LANGUAGE, one);
  redraw();
}

function content() {
  const words = WORDS[language()];
  const said = isNote ? words.note : words.attestation;
  switch (page.state) {
    case "loading":
      return h("p", { class: "lead" }, said.loading);
    case "nothing":
      return message("scan", said.nothing, said.nothing_text);
    case "network":
      return message("away", words.network, words.network_text, h("button", { class: "button main", type: "button", testid: "retry", onclick: load }, words.retry));
    case "shown":
      return isNote ? noteScreen(page.answer, words, language(), till, { deposit }) : attestationScreen(page.answer, words);
  }
}

/**
 * @param {"scan" | "away"} picture
 * @param {string} title
 * @param {string} text
 * @param {HTMLElement} [button]
 */
function message(picture, title, text, button) {
  return h("section", { class: "message", testid: "message" }, icon(picture), h("h1", {}, title), h("p", {}, text), button);
}

async function load() {
  page = { state: "loading", answer: null };
  redraw();
  try {
    page = { state: "shown", answer: await askAbout(isNote ? LOOK : VERIFY, code ?? "") };
  } catch {
    page = { state: "network", answer: null };
  }
  redraw();
  find("#spoken", HTMLElement).textContent = main.querySelector("h1")?.textContent ?? "";
}

/** To the member's page in this tab: their code where this phone keeps it, else it is shown there. */
function deposit() {
  keepInTab(NOTE_CARRIED, code);
  const own = ownCode(page.answer?.currency_id ?? "");
  if (own !== null) keepInTab(SHOWN, own);
  window.location.assign("./K");
}

/** On a phone at a till the note can be handed in: when somebody there says so, and not before. */
async function atTill() {
  const { handIn, standsAt } = await import("./paper/till.js");
  const place = await standsAt();
  if (place === null || code === null) return;
  const take = async () => {
    till = { venue: place.venue.name, state: "taking", take };
    redraw();
    const { taken, because } = await handIn(place, code);
    till = { venue: place.venue.name, state: taken ? "taken" : "refused", because, take };
    redraw();
    find("#spoken", HTMLElement).textContent = main.querySelector("h1")?.textContent ?? "";
  };
  till = { venue: place.venue.name, state: "ready", take: () => void take() };
  redraw();
}

// Another code in the same tab is another page.
window.addEventListener("hashchange", () => window.location.reload());

redraw();
if (code !== null) void load();
if (isNote && code !== null) void atTill();
