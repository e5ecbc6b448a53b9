// The holder's page: where the card works, for whom, and how much is left.

import { money, notNow, offerView, validity } from "../core/holder_view.js";
import { inGroups, isCardNumber } from "../core/number.js";
import { LANGUAGES } from "../core/words.js";
import { boxes } from "./answer_screens.js";
import { h } from "./dom.js";
import { button, spinner } from "./frame.js";
import { icon, iconOf, logo, people } from "./icons.js";
import { keepGroups } from "./scan_screens.js";

/** @import { OfferView } from "../core/holder_view.js" */
/** @import { HolderCard } from "../core/types.js" */
/** @import { Language, Say, WordList } from "../core/words.js" */

/** @typedef {"loading" | "offers" | "number" | "unknown" | "network" | "locked"} HolderState */

/**
 * @typedef {{
 *   state: HolderState, language: Language, words: WordList, say: Say, card: HolderCard | null, today: string,
 *   asking: boolean, problem: string | null, number: string, year: string,
 * }} Holder
 * @typedef {{
 *   speak: (language: Language) => void, year: (year: string) => void, number: (number: string, year: string) => void, retry: () => void,
 * }} HolderAct
 */

const NAMES = { nb: "Bokmål", nn: "Nynorsk", en: "English", ar: "العربية", so: "Soomaali", ti: "ትግርኛ", uk: "Українська", pl: "Polski", fa: "فارسی" };

/**
 * @param {Holder} holder
 * @param {HolderAct} act
 */
export function holderScreen(holder, act) {
  const { state, say, card } = holder;
  return h(
    "div",
    { class: "holder-page" },
    h("header", { class: "holder-top" }, logo("logo"), h("p", { class: "wordmark" }, card?.municipality ?? "Opplev")),
    languageRow(holder, act),
    state === "loading" && spinner(say("loading")),
    state === "offers" && card !== null && offers(holder, card, act),
    state === "number" && numberForm(holder, act),
    state === "unknown" && h("div", { class: "stack" }, message("question", say("unknown.title"), say("unknown.text")), numberForm(holder, act)),
    state === "locked" && message("lock", say("locked.title"), say("locked.text")),
    state === "network" && message("away", say("network.title"), say("network.text"), button({ testid: "retry", text: say("retry"), kind: "main", onClick: act.retry })),
    state !== "loading" && tips(say),
  );
}

/**
 * Every language in its own letters, the one in use first in view.
 * @param {Holder} holder
 * @param {HolderAct} act
 */
function languageRow(holder, act) {
  return h(
    "nav",
    { class: "language-row", "aria-label": holder.say("language"), testid: "languages", dir: "ltr" },
    icon("globe"),
    ...LANGUAGES.map((language) =>
      h(
        "button",
        { type: "button", class: "chip", lang: language, testid: `language-${language}`, "aria-pressed": String(language === holder.language), onClick: () => act.speak(language) },
        NAMES[language],
      ),
    ),
  );
}

/**
 * @param {import("./icons.js").IconName} name
 * @param {string} title
 * @param {string} text
 * @param {...Node} more
 */
function message(name, title, text, ...more) {
  return h("section", { class: "message", testid: "message", role: "alert" }, icon(name), h("h1", {}, title), h("p", {}, text), ...more);
}

/**
 * @param {Holder} holder
 * @param {HolderCard} card
 * @param {HolderAct} act
 */
function offers(holder, card, act) {
  const { say } = holder;
  const closed = notNow(card, holder);
  return h(
    "div",
    { class: "stack wide" },
    h("section", { class: "card-face" }, h("h1", { testid: "programme" }, card.programme.name), h("p", { testid: "validity" }, icon("calendar"), h("span", {}, validity(card, holder))), purse(card, holder)),
    closed !== "" && h("p", { class: "not-now", testid: "not-now" }, icon("hand"), h("span", {}, closed)),
    !card.counts_shown && (holder.problem === "locked" ? message("lock", say("locked.title"), say("locked.text")) : yearForm(holder, act)),
    h("h2", { class: "holder-head" }, say("offers.title")),
    card.offers.length === 0 && h("p", { class: "empty" }, say("offers.none")),
    h("ul", { class: "offer-list", testid: "offers" }, ...card.offers.map((offer) => offerCard(offerView(offer, holder), say))),
    card.contact ? h("p", { class: "contact", testid: "contact" }, icon("question"), h("span", {}, `${say("contact")}: `, h("bdi", {}, card.contact))) : null,
  );
}

/**
 * @param {HolderCard} card
 * @param {Holder} holder
 */
function purse(card, holder) {
  const { most, left } = money(card, holder);
  return most !== "" && h("p", { testid: "money" }, icon("coin"), h("span", {}, left !== "" && h("strong", {}, left), left !== "" && h("br", {}), most));
}

/**
 * @param {Holder} holder
 * @param {HolderAct} act
 */
function yearForm(holder, act) {
  const { say, asking } = holder;
  const input = yearInput(holder);
  return h(
    "form",
    {
      class: "year-form",
      novalidate: true,
      onSubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        act.year(input.value);
      },
    },
    h("h2", {}, say("year.title")),
    h("label", { for: "birth-year" }, say("year.label")),
    h("div", { class: "year-row" }, input, h("button", { type: "submit", class: "button main", testid: "year-submit", disabled: asking }, asking ? h("span", { class: "spinner" }) : h("span", {}, say("year.submit")))),
    problem(holder),
  );
}

/** @param {Holder} holder */
function yearInput(holder) {
  return h("input", {
    ...{ id: "birth-year", testid: "birth-year", inputmode: "numeric", maxlength: "4", autocomplete: "off", dir: "ltr", enterkeyhint: "go", value: holder.year },
    ...{ placeholder: "0000", "aria-describedby": "year-problem", "aria-invalid": String(holder.problem !== null) },
  });
}

/** @param {Holder} holder */
function problem(holder) {
  const text = holder.problem === null ? "" : holder.say(holder.problem);
  return h("p", { class: "error", id: "year-problem", testid: "year-problem", role: "alert" }, text !== "" && icon("hand"), text !== "" && h("span", {}, text));
}

/**
 * @param {Holder} holder
 * @param {HolderAct} act
 */
function numberForm(holder, act) {
  const { say, asking } = holder;
  const number = h("input", {
    ...{ id: "card-number", testid: "card-number", class: "number", inputmode: "numeric", autocomplete: "off", dir: "ltr", placeholder: "0000 0000 0000" },
    ...{ value: inGroups(holder.number), "aria-describedby": "year-problem" },
  });
  number.addEventListener("input", () => keepGroups(number));
  const year = yearInput(holder);
  return h(
    "form",
    {
      class: "year-form",
      novalidate: true,
      onSubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        act.number(number.value.replace(/[^0-9]/g, ""), year.value);
      },
    },
    h("h2", {}, say("number.title")),
    h("p", { class: "help" }, say("number.text")),
    h("label", { for: "card-number" }, say("number.label")),
    number,
    h("label", { for: "birth-year" }, say("year.label")),
    h("div", { class: "year-row" }, year, h("button", { type: "submit", class: "button main", testid: "year-submit", disabled: asking }, asking ? h("span", { class: "spinner" }) : h("span", {}, say("year.submit")))),
    problem(holder),
  );
}

/**
 * Which of the two fields is wrong, if any; the words for it.
 * @param {string} number
 * @param {string} year
 * @returns {string | null}
 */
export function typedWrong(number, year) {
  if (!isCardNumber(number)) return "number.wrong";
  return /^(19|20)[0-9]{2}$/.test(year) ? null : "year.malformed";
}

/**
 * @param {OfferView} offer
 * @param {Say} say
 */
function offerCard(offer, say) {
  return h(
    "li",
    { class: "offer-card", testid: `offer-${offer.testid}` },
    h(
      "div",
      { class: "offer-head" },
      h("span", { class: "tile" }, icon(iconOf(offer.category))),
      h("div", {}, h("h3", { dir: "auto" }, offer.venue), h("p", { dir: "auto" }, [offer.title, offer.participant].filter(Boolean).join(" · "))),
    ),
    counter(offer, say),
    h(
      "ul",
      { class: "facts" },
      line("coin", offer.price, offer.companionPrice),
      h("li", { class: "fact" }, people(1 + offer.companions), h("span", {}, offer.companionText, offer.adultText !== "" && h("span", { class: "under" }, offer.adultText))),
      offer.age !== "" && line("one", offer.age),
      offer.included.length > 0 && line("check", h("b", {}, `${say("covered")}: `), offer.included.join(" · ")),
      offer.excluded.length > 0 && line("dash", h("b", {}, `${say("excluded")}: `), offer.excluded.join(" · ")),
      offer.address !== "" && line("pin", h("span", { dir: "auto" }, offer.address)),
    ),
    offer.link !== "" && h("a", { class: "button", href: offer.link, rel: "noopener noreferrer", target: "_blank" }, icon("link"), h("span", {}, say("link"))),
  );
}

/**
 * @param {import("./icons.js").IconName} name
 * @param {Node | string} text
 * @param {string} [more]
 */
function line(name, text, more = "") {
  const second = more !== "" && typeof text === "string" ? h("span", { class: "under" }, more) : more;
  return h("li", { class: "fact" }, icon(name), h("span", {}, text, second));
}

/**
 * The tick boxes of the paper card, large, with the number that is left.
 * @param {OfferView} offer
 * @param {Say} say
 */
function counter(offer, say) {
  if (offer.free) return h("p", { class: "counter free", testid: "allowance" }, icon("sun"), h("span", {}, offer.allowance));
  if (offer.count === null) return h("p", { class: "counter plain", testid: "allowance" }, h("span", {}, offer.allowance));
  const { left, limit } = offer.count;
  return h(
    "div",
    { class: left === 0 ? "counter none" : "counter", testid: "left" },
    h("p", { class: "big" }, h("strong", {}, String(left)), h("span", {}, say("left"))),
    h("p", { class: "of" }, offer.allowance),
    boxes(left, limit),
  );
}

/** @param {Say} say */
function tips(say) {
  return h("footer", { class: "tips" }, h("p", {}, icon("camera"), h("span", {}, say("tip.photo"))), h("p", {}, icon("phone"), h("span", {}, say("tip.show"))));
}
