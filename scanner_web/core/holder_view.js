// A card's offers as its holder sees them: numbers and boxes first, few words.

import { kroner, longDate } from "./words.js";

/** @import { HolderCard, HolderOffer } from "./types.js" */
/** @import { Say, WordList } from "./words.js" */

/**
 * @typedef {{
 *   testid: string, venue: string, address: string, link: string, title: string, category: string, participant: string,
 *   included: string[], excluded: string[], companions: number, companionText: string, adultText: string,
 *   age: string, price: string, companionPrice: string, count: {left: number, limit: number} | null, allowance: string, free: boolean,
 * }} OfferView
 */

/**
 * @param {HolderCard} card
 * @param {{words: WordList, say: Say, today: string}} about `today` is yyyy-mm-dd
 * @returns {string} until when, from when, or since when not
 */
export function validity(card, { words, say, today }) {
  if (today < card.valid_from) return say("valid_from", { date: longDate(card.valid_from, words.locale) });
  return say(today > card.valid_until ? "expired" : "valid_until", { date: longDate(card.valid_until, words.locale) });
}

/**
 * What to know before going anywhere with a card that no till lets in today; empty for a card that works.
 * @param {HolderCard} card
 * @param {{words: WordList, today: string}} about
 */
export function notNow(card, { words, today }) {
  if (card.active !== false) return "";
  const because = today > card.valid_until ? "expired" : "blocked";
  return (words.because[because]?.family ?? "").replace("{date}", longDate(card.valid_until, words.locale));
}

/**
 * What the municipality pays for the card, and how much of it is left where that is shown; empty without a ceiling.
 * @param {HolderCard} card
 * @param {{words: WordList, say: Say}} about
 * @returns {{most: string, left: string}}
 */
export function money(card, { words, say }) {
  if (!card.money) return { most: "", left: "" };
  const { amount, left, period } = card.money;
  return {
    most: say("money", { amount: kroner(amount, words.locale), per: period === "card" ? "" : say(`per.${period}`) }).trim(),
    left: left === null ? "" : say("money.left", { amount: kroner(left, words.locale) }),
  };
}

/**
 * @param {HolderOffer} offer
 * @param {{words: WordList, say: Say}} about
 * @returns {OfferView}
 */
export function offerView(offer, { words, say }) {
  const { limit, left } = offer.by_ceiling ? { limit: null, left: null } : offer;
  return {
    testid: `${offer.venue.id}-${offer.offer}`,
    venue: offer.venue.name,
    address: offer.venue.address ?? "",
    link: httpsOnly(offer.venue.link),
    title: offer.title,
    category: offer.category,
    participant: offer.kind === "participant" ? say("kind.participant") : "",
    included: listed(offer.included, offer.included_text, words),
    excluded: listed(offer.excluded, offer.excluded_text, words),
    age: offer.age_limit ? say("age_limit", { n: offer.age_limit }) : "",
    ...companion(offer, say),
    ...prices(offer, words, say),
    count: limit === null || left === null ? null : { left, limit },
    allowance: offer.by_ceiling ? say("while_money_lasts") : limit === null ? say("free_all_year") : `${limit} ${say("visits")} ${say(`per.${offer.period}`)}`,
    free: limit === null && !offer.by_ceiling,
  };
}

/**
 * @param {HolderOffer} offer
 * @param {Say} say
 */
function companion(offer, say) {
  const companions = offer.companion === "none" ? 0 : Math.max(offer.persons_max - 1, 0);
  const age = /^adult_under:(\d+)$/.exec(offer.companion)?.[1];
  const who = ["adult", "family"].includes(offer.companion) ? offer.companion : "any";
  const key = companions === 0 ? "companion.none" : `companion.${who}`;
  return {
    companions,
    companionText: say(key, { n: companions }),
    adultText: age === undefined ? "" : say("companion.adult_under", { age }),
  };
}

/**
 * @param {HolderOffer} offer
 * @param {WordList} words
 * @param {Say} say
 */
function prices(offer, words, say) {
  const { holder, companion: other } = offer.copay;
  const differs = offer.companion !== "none" && offer.persons_max > 1 && other !== holder;
  return {
    price: holder === 0 ? say("free") : say("pay", { amount: kroner(holder, words.locale) }),
    companionPrice: differs && other > 0 ? say("pay_companion", { amount: kroner(other, words.locale) }) : "",
  };
}

/**
 * @param {string[]} codes
 * @param {string | undefined} text
 * @param {WordList} words
 */
function listed(codes, text, words) {
  const known = codes.map((code) => words.phrases[code]).filter((phrase) => phrase !== undefined);
  return text ? [...known, text] : known;
}

/**
 * A link that somebody typed into a form may be anything; only a web address becomes one.
 * @param {string | undefined} link
 */
function httpsOnly(link) {
  return link !== undefined && /^https?:\/\//i.test(link) ? link : "";
}
