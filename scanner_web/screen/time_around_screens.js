// What there is around a member: where time can be spent, and what they have taken part in.

import { duration } from "../core/time.js";
import { inLanguage, longDate } from "../core/words.js";
import { h } from "./dom.js";
import { icon, iconOf } from "./icons.js";

/** @import { MemberView, Place } from "../wiring/time_member.js" */
/** @import { Deed } from "../wiring/time_own.js" */

/** Every place that takes the member's time, each with what it gives for it. @param {MemberView} view */
export function places(view) {
  const all = view.page?.places ?? [];
  if (all.length === 0) return nothing("places-none", view.say("places_none"));
  const venues = grouped(all);
  return h("ul", { class: "offer-list", testid: "places" }, ...venues.map((offers) => place(view, offers)));
}

/** What each place gives, together, in the order that the places came in. @param {Place[]} all */
function grouped(all) {
  /** @type {Map<string, Place[]>} */
  const by = new Map();
  for (const one of all) by.set(one.venue, [...(by.get(one.venue) ?? []), one]);
  return [...by.values()];
}

/** @param {MemberView} view @param {Place[]} offers */
function place({ say, locale, language }, offers) {
  const [first] = offers;
  if (first === undefined) return null;
  return h(
    "li",
    { class: "member-session", testid: `place-${first.venue}` },
    h("div", { class: "offer-head" }, h("span", { class: "tile" }, icon(iconOf(first.category))), h("div", {}, h("h2", {}, h("bdi", {}, first.name)), first.address !== "" && h("p", {}, h("bdi", {}, first.address)))),
    ...offers.map((one) => h("div", { testid: `place-${one.venue}-${one.offer}` }, h("h3", {}, h("bdi", {}, inLanguage(one.title, language))), h("p", {}, say("costs", { time: duration(one.price_adult, locale) })), h("p", {}, say("costs_child", { time: duration(one.price_child, locale) })))),
    first.link !== "" && h("a", { class: "button quiet", href: first.link, rel: "noopener noreferrer", target: "_blank" }, icon("link"), h("span", {}, say("place_link"))),
  );
}

/** Everything that was taken part in, for oneself or for an application. @param {MemberView} view */
export function deeds(view) {
  const { own, say, locale } = view;
  if (own.deeds === null) return null;
  const { activities, present, earned } = own.deeds;
  if (activities.length === 0) return nothing("deeds-none", say("deeds_none"));
  return h(
    "div",
    { class: "stack wide" },
    h("p", { class: "counter plain", testid: "deeds-sum" }, h("span", {}, say("deeds_time", { time: duration(present, locale) })), h("span", {}, say("deeds_earned", { time: duration(earned, locale) }))),
    h("ul", { class: "offer-list", testid: "deeds" }, ...activities.map((one) => deed(view, one))),
  );
}

/** @param {MemberView} view @param {Deed} one */
function deed({ say, locale, language }, one) {
  const days = [...new Set([one.first, one.last])].map((day) => longDate(day, locale)).join(" – ");
  return h(
    "li",
    { class: "member-session", testid: `deed-${one.activity}` },
    h("div", {}, h("h2", {}, h("bdi", {}, inLanguage(one.title, language))), h("p", { class: "soft" }, h("bdi", {}, one.organisation)), one.tasks !== "" && h("p", {}, h("bdi", {}, one.tasks))),
    h("p", { class: "soft" }, days),
    h("p", {}, [say("deeds_times", { n: one.times }), say("deeds_time", { time: duration(one.present, locale) }), say("deeds_earned", { time: duration(one.earned, locale) })].join(" · ")),
  );
}

/** @param {string} testid @param {string} text */
function nothing(testid, text) {
  return h("p", { class: "compare", testid }, icon("list"), h("span", {}, text));
}
