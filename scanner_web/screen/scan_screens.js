// Where the till rests: the camera with its frame, or the number to type.

import { inGroups, typed } from "../core/number.js";
import { inLanguage } from "../core/words.js";
import { h } from "./dom.js";
import { button, placeNote, roundButton, spinner } from "./frame.js";
import { icon, iconOf } from "./icons.js";

/** @import { Act, App } from "./frame.js" */

/**
 * @param {App} app
 * @param {Act} act
 */
export function scanScreen(app, act) {
  const dark = app.session.way === "scan";
  return h(
    "section",
    { class: dark ? "scan" : "scan typing" },
    bar(app, act),
    dark ? view(app, act) : numberForm(app, act),
    h("nav", { class: "dock tabs", "aria-label": app.say("scan.title") }, tab(app, act, "scan"), tab(app, act, "typed"), nfcTab(app, act)),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function bar(app, act) {
  const { say, current } = app;
  return h(
    "header",
    { class: "bar" },
    h("h1", { class: "bar-title", tabindex: "-1", testid: "venue" }, current?.venue.name ?? ""),
    app.waiting > 0 && h("span", { class: "waiting", testid: "waiting", title: say("today.waiting", { n: app.waiting }) }, icon("wave"), String(app.waiting)),
    roundButton({ testid: "open-today", text: say("scan.today"), icon: "list", onClick: () => act.sheet("today"), mark: app.notices.some((one) => !one.seen) && say("today.notices") }),
    roundButton({ testid: "open-menu", text: say("scan.menu"), icon: "menu", onClick: () => act.sheet("menu") }),
    offerButton(app, act),
    app.moved && placeNote(app),
    netNote(app),
    nfcNote(app),
  );
}

/**
 * That the phone works by itself, and when what it goes by is old. Never a reason to stop.
 * @param {App} app
 */
export function netNote({ say, net }) {
  if (net.stale) return h("p", { class: "net stale", testid: "net-stale" }, icon("away"), h("span", {}, say("net.stale", { n: net.days })));
  return net.away && h("p", { class: "net", testid: "net-away" }, icon("away"), h("span", {}, say("net.away")));
}

/**
 * @param {App} app
 * @param {Act} act
 */
function offerButton(app, act) {
  const offers = app.current?.offers ?? [];
  const chosen = offers.find((offer) => offer.id === app.session.offer);
  if (chosen === undefined) return null;
  const title = h("span", { class: "offer-title" }, inLanguage(chosen.title, app.language));
  if (offers.length === 1) return h("p", { class: "offer", testid: "offer" }, icon(iconOf(chosen.category)), title);
  return h(
    "button",
    { type: "button", class: "offer", testid: "offer", "aria-label": `${app.say("scan.offer_change")}: ${title.textContent}`, onClick: () => act.sheet("offers") },
    icon(iconOf(chosen.category)),
    title,
    icon("chevron"),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {"scan" | "typed"} way
 */
function tab(app, act, way) {
  return h(
    "button",
    { type: "button", class: "tab", testid: `way-${way}`, "aria-pressed": String(app.session.way === way), onClick: () => act.way(way) },
    icon(way === "scan" ? "scan" : "keypad"),
    h("span", {}, app.say(way === "scan" ? "scan.tab" : "scan.typed_tab")),
  );
}

/**
 * Reading tags goes on beside the camera or the keys, so that this one is on or off by itself.
 * @param {App} app
 * @param {Act} act
 */
function nfcTab({ say, nfc }, act) {
  if (nfc === "none") return null;
  const on = nfc === "on" || nfc === "starting";
  return h("button", { type: "button", class: "tab nfc", testid: "nfc", "aria-pressed": String(on), "aria-label": say(on ? "nfc.on" : "nfc.start"), onClick: act.nfc }, icon("nfc"), h("span", {}, "NFC"));
}

/**
 * Why no tags are read although somebody wanted it.
 * @param {App} app
 */
function nfcNote({ say, nfc }) {
  if (nfc !== "refused" && nfc !== "switched_off") return null;
  return h("p", { class: "net", testid: "nfc-note", role: "alert" }, icon("nfc"), h("span", {}, say(`nfc.${nfc}`)));
}

/**
 * @param {App} app
 * @param {Act} act
 */
function view(app, act) {
  const { say, session, camera } = app;
  const busy = session.screen === "checking" || session.screen === "registering";
  if (busy) return h("div", { class: "view" }, aim("aim checking"), h("p", { class: "pill busy", testid: "busy" }, h("span", { class: "spinner", "aria-hidden": "true" }), say(session.screen === "checking" ? "scan.checking" : "scan.registering")));
  if (camera.state === "ask") return h("div", { class: "view" }, cameraAsk(app, act));
  if (camera.state !== "on" && camera.state !== "starting" && camera.state !== "off") return h("div", { class: "view" }, cameraTrouble(app, act, camera.state));
  const hint = session.hint === null ? say(camera.state !== "on" ? "camera.starting" : app.nfc === "on" ? "scan.hint_nfc" : "scan.hint") : say(`hint.${session.hint}`);
  return h(
    "div",
    { class: "view" },
    aim(session.hint === null ? "aim" : "aim other"),
    h("p", { class: session.hint === null ? "pill" : "pill other", testid: "hint" }, hint),
    h(
      "div",
      { class: "tools" },
      camera.hasTorch && roundButton({ testid: "torch", text: say(camera.torch ? "scan.torch_off" : "scan.torch_on"), icon: "torch", onClick: act.torch, pressed: camera.torch }),
      camera.hasZoom && roundButton({ testid: "zoom", text: say("scan.nearer"), icon: "nearer", onClick: act.zoom, pressed: camera.near }),
      camera.all.length > 1 && roundButton({ testid: "next-camera", text: say("scan.switch_camera"), icon: "flip", onClick: act.nextCamera }),
    ),
  );
}

/** @param {string} className */
function aim(className) {
  return h("div", { class: className, "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
}

/**
 * @param {App} app
 * @param {Act} act
 */
function cameraAsk(app, act) {
  const { say } = app;
  return h(
    "div",
    { class: "notice", testid: "camera-ask" },
    icon("camera"),
    h("h2", {}, say("camera.ask.title")),
    h("p", {}, say("camera.ask.text")),
    button({ testid: "camera-start", text: say("camera.ask.start"), kind: "main", onClick: act.startCamera, focus: true }),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {"refused" | "none" | "busy" | "broken"} state
 */
function cameraTrouble(app, act, state) {
  const { say } = app;
  return h(
    "div",
    { class: "notice", testid: `camera-${state}`, role: "alert" },
    icon("camera"),
    h("h2", {}, say(`camera.${state}.title`)),
    h("p", {}, say(`camera.${state}.text`)),
    state === "refused" && h("p", { class: "how", testid: "camera-how" }, say(`camera.how.${app.browser}`)),
    button({ testid: "camera-type", text: say("camera.type_instead"), icon: "keypad", kind: "main", onClick: () => act.way("typed"), focus: true }),
    button({ testid: "camera-again", text: say("camera.again"), onClick: act.startCamera }),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function numberForm(app, act) {
  const { say, session } = app;
  const busy = session.screen === "checking" || session.screen === "registering";
  const input = h("input", {
    ...{ id: "card-number", testid: "card-number", class: "number", inputmode: "numeric", autocomplete: "off", enterkeyhint: "go" },
    ...{ "aria-describedby": "number-said", placeholder: "0000 0000 0000", "data-focus": true, readonly: busy, size: "14" },
    value: session.card?.carrier === "typed" ? inGroups(session.card.text) : "",
  });
  const said = h("p", { class: "said", id: "number-said", testid: "number-said", "aria-live": "polite" });
  const submit = h("button", { type: "submit", class: "button main huge", testid: "number-submit" }, h("span", {}, say("typed.submit")));
  const tell = () => {
    const { state, digits } = typed(input.value);
    const scanned = state === "too_long" || /[a-z]/i.test(input.value); // a hand scanner types whole addresses
    said.dataset.state = scanned && state !== "too_long" ? "typing" : state;
    said.replaceChildren(...(state === "right" ? [icon("check")] : state === "wrong" || state === "too_long" ? [icon("hand")] : []), say(state === "typing" ? "typed.left" : `typed.${state}`, { n: 12 - digits.length }));
    input.setAttribute("aria-invalid", String(state === "wrong" || state === "too_long"));
    submit.disabled = state !== "right" && !/[a-z]/i.test(input.value);
  };
  input.addEventListener("input", () => {
    keepGroups(input);
    tell();
  });
  tell();
  return h(
    "form",
    {
      class: "number-form",
      novalidate: true,
      onSubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (!submit.disabled && !busy) act.read(input.value);
      },
    },
    h("h2", {}, say("typed.title")),
    h("label", { for: "card-number", class: "unseen" }, say("typed.label")),
    input,
    said,
    h("p", { class: "said slip", testid: "hint", "data-hint": true }, session.hint === null ? "" : say(`hint.${session.hint}`)),
    busy ? spinner(say(session.screen === "checking" ? "scan.checking" : "scan.registering")) : submit,
  );
}

/**
 * Write the digits in groups while they are typed, and leave the caret behind the same digit.
 * @param {HTMLInputElement} input
 */
export function keepGroups(input) {
  if (/[a-z]/i.test(input.value)) return;
  const caret = input.selectionStart ?? input.value.length;
  const before = input.value.slice(0, caret).replace(/[^0-9]/g, "").length;
  const grouped = inGroups(input.value.replace(/[^0-9]/g, "").slice(0, 14));
  if (grouped === input.value) return;
  input.value = grouped;
  const behind = before + Math.max(0, Math.ceil(before / 4) - 1);
  input.setSelectionRange(behind, behind);
}
