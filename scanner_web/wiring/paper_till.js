// A paper before the till's own scanner that is no card: a note is taken when somebody says so, the others are explained.

import { timeDressed } from "../device/time.js";
import { wear } from "../device/wear.js";
import { askAbout } from "../paper/ask.js";
import { LOOK, noteScreen } from "../paper/note.js";
import { handIn } from "../paper/till.js";
import { WORDS, LANGUAGES } from "../paper/words.js";
import { pick } from "../core/words.js";
import { fill, h } from "../screen/dom.js";
import { icon } from "../screen/icons.js";

/** @import { PaperKind } from "../core/card_text.js" */
/** @import { Note, Till } from "../paper/note.js" */
/** @import { App } from "../screen/frame.js" */

const PICTURES = /** @type {const} */ ({ attestation: "shield", poster: "calendar" });

/**
 * @param {App} app
 * @param {{closed: () => void}} page
 */
export async function makePaperTill(app, { closed }) {
  const over = document.createElement("section");
  over.className = "time-over paper-over";
  over.setAttribute("role", "dialog");
  over.setAttribute("aria-modal", "true");
  over.hidden = true;
  document.body.append(over);
  const main = document.querySelector("main");
  await Promise.all([timeDressed(), wear(new URL("../paper.css", import.meta.url))]).catch(() => {}); // plain screens are better than none

  /** @type {{kind: PaperKind, code: string, state: "loading" | "network" | "shown", note: Note | null, till: Till | null}} */
  let paper = { kind: "note", code: "", state: "loading", note: null, till: null };

  function draw() {
    const words = WORDS[pick([app.language], LANGUAGES) ?? "nb"];
    const said = words.before_till;
    document.body.dataset.time = over.hidden ? "" : paper.kind;
    over.setAttribute("aria-label", said[paper.kind]);
    fill(
      over,
      h(
        "div",
        { class: "time-page" },
        h("header", { class: "sheet-head time-head" }, h("button", { type: "button", class: "round", testid: "paper-close", "aria-label": said.close, title: said.close, onclick: close }, icon("close")), h("h1", { tabindex: "-1", "data-focus": true }, said[paper.kind])),
        h("div", { class: "time-body", "aria-live": "polite" }, content()),
      ),
    );
    const target = over.querySelector("[data-focus]");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }

  function content() {
    const language = pick([app.language], LANGUAGES) ?? "nb";
    const words = WORDS[language];
    const said = words.before_till;
    const { kind, state, note, till } = paper;
    if (kind !== "note") {
      return h("div", { class: "stack wide", testid: "paper-told" }, h("div", { class: "empty" }, icon(PICTURES[kind]), h("p", {}, said[`${kind}_text`])), again(said.next));
    }
    if (state === "loading") return h("p", { class: "lead", role: "status" }, words.note.loading);
    if (state === "network") {
      return h("div", { class: "stack wide", testid: "paper-network" }, h("div", { class: "empty" }, icon("away"), h("p", {}, words.network_text)), h("button", { type: "button", class: "button main", testid: "paper-retry", onclick: () => void look() }, words.retry));
    }
    return h("div", { class: "stack wide" }, noteScreen(note, words, language, note?.state === "good" ? till : null, { brief: true }), (note?.state !== "good" || (till !== null && till.state !== "ready" && till.state !== "taking")) && again(said.next));
  }

  /** @param {string} text */
  function again(text) {
    return h("button", { type: "button", class: "button quiet", testid: "paper-next", onclick: close }, text);
  }

  async function look() {
    const { code } = paper;
    paper.state = "loading";
    draw();
    try {
      const note = await askAbout(LOOK, code);
      if (paper.code !== code) return;
      paper = { ...paper, state: "shown", note };
    } catch {
      if (paper.code !== code) return;
      paper = { ...paper, state: "network" };
    }
    if (!over.hidden) draw();
  }

  async function take() {
    const place = app.current;
    if (place === null) return;
    const { code } = paper;
    const venue = place.venue.name;
    paper.till = { venue, state: "taking", take };
    draw();
    const { taken, because } = await handIn(place, code);
    if (paper.code !== code) return;
    // Without an answer it may have been taken: the same id is sent again, and takes it once.
    paper.till = { venue, state: taken ? "taken" : "refused", because, take };
    if (!over.hidden) draw();
  }

  function close() {
    over.hidden = true;
    paper.code = "";
    if (main !== null) main.inert = false;
    document.body.dataset.time = "";
    closed();
  }

  over.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  return {
    /** @param {string} code @param {PaperKind} kind */
    show: (code, kind) => {
      over.hidden = false;
      if (main !== null) main.inert = true;
      paper = { kind, code, state: "loading", note: null, till: { venue: app.current?.venue.name ?? "", state: "ready", take: () => void take() } };
      if (kind === "note") void look();
      else draw();
    },
  };
}
