// The holder's page, behind the code on the card: what the card gives, in the holder's own language.

import { isTime, whatIsPresented } from "./core/card_text.js";
import { mayBeOurs } from "./core/places.js";
import { LANGUAGES, pick, sayer } from "./core/words.js";
import { holderCard } from "./device/api.js";
import { ProblemError } from "./device/errors.js";
import { enrolments } from "./device/storage.js";
import { NOTE_CARRIED, SHOWN, keepInTab, keptInTab } from "./device/tab.js";
import { wordsIn } from "./device/words.js";
import { fill, find, showChosen } from "./screen/dom.js";
import { holderScreen, typedWrong } from "./screen/holder_screens.js";

/** @import { Language } from "./core/words.js" */
/** @import { Holder, HolderAct, HolderState } from "./screen/holder_screens.js" */

const HANDED_OVER = "opplev-card";
const LANGUAGE = "opplev-holder-language";
const main = find("#main", HTMLElement);

// The token leaves the address before anything else happens, so that the history never holds a card.
let shown = window.location.hash.length > 1 ? window.location.href : "";
const tenant = new URLSearchParams(window.location.search).get("tenant");
window.history.replaceState(null, "", window.location.pathname + window.location.search);

/** Languages that a phone speaks only because its owner does; bokmål and English it may have come with. */
const TELLING = /** @type {const} */ (["nn", "ar", "so", "ti", "uk", "pl", "fa"]);

/** Whoever chose a language keeps it, in this tab also through a reload. */
let chosen = pick([keptInTab(LANGUAGE)], LANGUAGES);
let turn = 0;

const phoneLanguage = pick(navigator.languages, LANGUAGES);
/** What is asked for where nobody has chosen; null where the card's own language goes first. */
const telling = pick([phoneLanguage], TELLING);
const firstLanguage = chosen ?? phoneLanguage ?? "nb";
/** The language whose chip was brought into view last. */
let inView = "";
const firstWords = await wordsIn(firstLanguage);

/** @type {Holder} */
const holder = {
  ...{ state: "loading", language: firstLanguage, words: firstWords, say: sayer(firstWords.holder), card: null },
  ...{ today: new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Oslo" }), asking: false, problem: null, number: "", year: "" },
};

/** @type {HolderAct} */
const act = {
  speak: (language) => {
    chosen = language;
    keepInTab(LANGUAGE, language);
    holder.asking = false;
    void speak(language).then(() => (holder.card === null ? redraw() : load()));
  },
  year: (year) => {
    holder.year = year.trim();
    holder.problem = /^(19|20)[0-9]{2}$/.test(holder.year) ? null : "year.malformed";
    if (holder.problem === null) void load();
    else redraw();
  },
  number: (number, year) => {
    holder.number = number;
    holder.year = year.trim();
    holder.problem = typedWrong(number, holder.year);
    if (holder.problem !== null) return redraw();
    shown = number;
    keepInTab(SHOWN, null);
    void load();
  },
  retry: () => {
    holder.state = "loading";
    void load();
  },
};

function redraw() {
  const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
  document.body.dataset.state = holder.state;
  document.body.dataset.counts = String(holder.card?.counts_shown ?? false);
  document.documentElement.lang = holder.language;
  document.documentElement.dir = holder.words.direction;
  document.title = holder.say("page.title");
  const row = main.querySelector(".language-row")?.scrollLeft;
  fill(main, holderScreen(holder, act));
  showChosen(main);
  showLanguages(row);
  const before = held === undefined ? null : main.querySelector(`[data-testid="${held}"]`);
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
}

/**
 * The row of languages stays where a finger left it, and shows the one in use when that is a new one.
 * @param {number | undefined} before how far it was scrolled
 */
function showLanguages(before) {
  const row = main.querySelector(".language-row");
  const chip = row?.querySelector("[aria-pressed=true]");
  if (!row || !chip) return;
  if (before !== undefined) row.scrollLeft = before;
  if (inView === holder.language) return;
  inView = holder.language;
  // Measured rather than scrollIntoView, which would move a page that runs from right to left along with the row.
  const [outer, inner] = [row.getBoundingClientRect(), chip.getBoundingClientRect()];
  row.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}

/** @param {Language} language */
async function speak(language) {
  holder.words = await wordsIn(language);
  holder.language = language;
  holder.say = sayer(holder.words.holder);
}

/** Ask the server for the card, with the year where it was given. The latest question wins. */
async function load() {
  turn += 1;
  const mine = turn;
  holder.asking = true;
  holder.problem = null;
  redraw();
  try {
    const year = /^(19|20)[0-9]{2}$/.test(holder.year) ? { birth_year: Number(holder.year) } : {};
    // A number does not say whose it is; the address may.
    const home = tenant === null ? {} : { tenant };
    const language = chosen ?? telling;
    const card = await holderCard({ card: shown, ...(language === null ? {} : { language }), ...year, ...home });
    if (mine !== turn) return;
    holder.problem = { wrong_year: "year.wrong", locked: "locked" }[/** @type {string} */ (card.counts)] ?? null;
    if (!card.counts_shown) holder.year = "";
    if (language === null) await speak(pick([card.language, holder.language], LANGUAGES) ?? holder.language);
    holder.card = card;
    holder.state = "offers";
  } catch (error) {
    if (mine !== turn) return;
    failed(error);
  } finally {
    if (mine === turn) {
      holder.asking = false;
      redraw();
      if (holder.card?.counts_shown === true && holder.year !== "") find("#spoken", HTMLElement).textContent = holder.say("offers.title");
    }
  }
}

/** @param {unknown} error */
function failed(error) {
  const code = error instanceof ProblemError ? error.code : "network";
  if (code === "wrong_year") {
    holder.problem = "year.wrong";
    holder.year = "";
    if (holder.card === null) holder.state = "number";
  } else if (code === "locked") {
    holder.problem = "locked";
    if (holder.card === null) holder.state = "locked";
  } else {
    /** @type {HolderState} */
    const state = error instanceof ProblemError && error.status < 500 ? "unknown" : "network";
    holder.state = state;
    holder.card = null;
    holder.year = "";
  }
}

/** On a phone that stands at a till, the card's code opens the scanner with that card. */
async function handOver() {
  const presented = whatIsPresented(shown);
  if (presented.kind !== "token") return false;
  // Asked first, so that a family's phone gets no empty storage from us.
  const databases = await indexedDB.databases?.().catch(() => undefined);
  if (databases !== undefined && !databases.some(({ name }) => name === "opplev")) return false;
  const all = await enrolments().catch(() => []);
  if (!mayBeOurs(all, presented.body.municipality)) return false;
  sessionStorage.setItem(HANDED_OVER, presented.token);
  window.location.replace("./");
  return true;
}

/** @returns {HolderState} */
function firstState() {
  return shown === "" ? "number" : "loading";
}

/** A member's code, or a session's poster: another page, fetched when it is asked for. */
async function ofTime() {
  const isNew = shown !== "";
  if (!isNew) shown = keptInTab(SHOWN) ?? "";
  // A note that is carried here waits for an account, whatever this tab was shown before.
  if (!isNew && keptInTab(NOTE_CARRIED) !== null && !isTime(shown)) shown = "";
  else if (!isTime(shown) && !/#s\.[^#]+$/.test(shown)) return false;
  if (shown !== "") keepInTab(SHOWN, shown);
  const { openMember } = await import("./wiring/time_member.js");
  await openMember(main, shown, chosen);
  return true;
}

if (!(await handOver()) && !(await ofTime())) {
  const presented = whatIsPresented(shown);
  if (presented.kind === "token") {
    shown = presented.token;
    keepInTab(SHOWN, shown);
  } else if (shown === "") shown = keptInTab(SHOWN) ?? "";
  holder.state = firstState();
  redraw();
  if (shown !== "") void load();
}
