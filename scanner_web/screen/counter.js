// How many come: one fewer, one more, for those whom a price is given for.

import { duration } from "../core/time.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @param {{say: import("../core/words.js").Say, locale: string}} words with `adults`, `children`, `fewer` and `more`
 * @param {"adults" | "children"} who
 * @param {number} count
 * @param {number} price minutes for each
 * @param {(now: number) => void} set
 */
export function counter({ say, locale }, who, count, price, set) {
  return h(
    "div",
    { class: "time-counter", role: "group", "aria-label": say(who) },
    h("p", {}, h("strong", {}, say(who)), h("span", { class: "soft" }, duration(price, locale))),
    h("button", { type: "button", class: "round", testid: `${who}-fewer`, "aria-label": say("fewer", { who: say(who) }), disabled: count === 0, onClick: () => set(count - 1) }, icon("dash")),
    h("output", { testid: who, "aria-live": "polite" }, String(count)),
    h("button", { type: "button", class: "round", testid: `${who}-more`, "aria-label": say("more", { who: say(who) }), onClick: () => set(count + 1) }, icon("plus")),
  );
}
