// The first minutes: what this is, the code that connects the phone, and how to install on an iPhone.

import { STAFF_LANGUAGES } from "../core/words.js";
import { h } from "./dom.js";
import { button, heading, roundButton, spinner } from "./frame.js";
import { icon, logo } from "./icons.js";

/** @import { Act, App } from "./frame.js" */
/** @import { IconName } from "./icons.js" */

const LANGUAGE_NAMES = { nb: "Bokmål", nn: "Nynorsk", en: "English" };

/**
 * @param {App} app
 * @param {Act} act
 * @returns {HTMLElement}
 */
export function enrolScreen(app, act) {
  const screens = { welcome, install, camera, typed, working, done, revoked: welcome };
  return screens[app.enrol.step](app, act);
}

/**
 * Three languages, side by side; each in its own name.
 * @param {App} app
 * @param {Act} act
 */
export function languages(app, act) {
  return h(
    "div",
    { class: "languages", role: "group", "aria-label": app.say("menu.language") },
    ...STAFF_LANGUAGES.map((language) =>
      h(
        "button",
        { type: "button", lang: language, testid: `language-${language}`, "aria-pressed": String(app.language === language), onClick: () => act.like({ language }) },
        LANGUAGE_NAMES[language],
      ),
    ),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function welcome(app, act) {
  const { say } = app;
  const revoked = app.enrol.step === "revoked";
  return h(
    "section",
    { class: "page hero" },
    h(
      "div",
      { class: "hero-top" },
      logo("logo"),
      h("p", { class: "wordmark" }, "Opplev"),
      app.current !== null && roundButton({ testid: "back", text: say("common.close"), icon: "close", onClick: act.begin }),
    ),
    h("div", { class: "hero-text" }, heading(say(revoked ? "revoked.title" : "welcome.title")), h("p", { class: "lead" }, say(revoked ? "revoked.text" : "welcome.text"))),
    h(
      "div",
      { class: "stack" },
      button({ testid: "enrol-scan", text: say("welcome.scan"), icon: "scan", kind: "main", onClick: () => act.enrolStep("camera") }),
      button({ testid: "enrol-type", text: say("welcome.type"), icon: "keypad", onClick: () => act.enrolStep("typed") }),
    ),
    h("p", { class: "promise" }, icon("shield"), h("span", {}, say("welcome.privacy"))),
    languages(app, act),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function install(app, act) {
  const { say } = app;
  const steps = /** @type {[IconName, string][]} */ ([
    ["share", say("install.step1")],
    ["plus", say("install.step2")],
    ["phone", say("install.step3")],
  ]);
  return h(
    "section",
    { class: "page hero" },
    h("div", { class: "hero-top" }, logo("logo"), h("p", { class: "wordmark" }, "Opplev")),
    h("div", { class: "hero-text" }, heading(say("install.title")), h("p", { class: "lead" }, say("install.why"))),
    h("ol", { class: "steps" }, ...steps.map(([name, text]) => h("li", {}, icon(name), h("span", {}, text)))),
    app.enrol.code !== "" && h("p", { class: "code-kept" }, h("span", {}, say("install.code")), h("code", { testid: "install-code" }, app.enrol.code)),
    languages(app, act),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function camera(app, act) {
  const { say } = app;
  const trouble = { refused: "refused", none: "none", busy: "busy", broken: "broken" }[/** @type {string} */ (app.camera.state)];
  return h(
    "section",
    { class: "scan" },
    h(
      "header",
      { class: "bar" },
      roundButton({ testid: "back", text: say("common.back"), icon: "back", onClick: () => act.enrolStep("welcome") }),
      h("h1", { class: "bar-title", tabindex: "-1", "data-focus": true }, say("enrol.title")),
    ),
    h(
      "div",
      { class: "view" },
      trouble === undefined
        ? h("div", { class: "aim", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"))
        : h("div", { class: "notice" }, h("h2", {}, say(`camera.${trouble}.title`)), h("p", {}, say(`camera.${trouble}.text`))),
      trouble === undefined && h("p", { class: "pill", testid: "enrol-hint" }, say(app.enrol.hint ? "enrol.not_a_code" : "enrol.scan_hint")),
    ),
    h("div", { class: "dock" }, button({ testid: "enrol-type", text: say("welcome.type"), icon: "keypad", kind: "main", onClick: () => act.enrolStep("typed") })),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
function typed(app, act) {
  const { say } = app;
  const code = h("input", {
    ...{ id: "enrol-code", testid: "enrol-code", name: "code", value: app.enrol.code, required: true, class: "code-field" },
    ...{ autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false", enterkeyhint: "next" },
    ...{ "aria-describedby": "code-help enrol-error", "aria-invalid": String(app.enrol.error !== null), "data-focus": app.enrol.code === "" },
  });
  const label = h("input", {
    ...{ id: "enrol-label", testid: "enrol-label", name: "label", maxlength: "60", autocomplete: "off", enterkeyhint: "go" },
    ...{ placeholder: say("enrol.label_example"), "data-focus": app.enrol.code !== "" },
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    act.claim(code.value, label.value.trim() || say("enrol.label_example"));
  };
  return h(
    "section",
    { class: "page" },
    h("header", { class: "sheet-head" }, roundButton({ testid: "back", text: say("common.back"), icon: "back", onClick: () => act.enrolStep("welcome") }), h("h1", {}, say("enrol.title"))),
    h(
      "form",
      { class: "form", onSubmit: submit, novalidate: true },
      h("div", { class: "field" }, h("label", { for: "enrol-code" }, say("enrol.code")), code, h("p", { class: "help", id: "code-help" }, say("enrol.code_help"))),
      h("div", { class: "field" }, h("label", { for: "enrol-label" }, say("enrol.label")), label),
      h("p", { class: "error", id: "enrol-error", testid: "enrol-error", role: "alert" }, app.enrol.error !== null && icon("hand"), app.enrol.error === null ? "" : say(`enrol.error.${app.enrol.error}`)),
      h("button", { type: "submit", class: "button main", testid: "enrol-submit" }, h("span", {}, say("enrol.submit"))),
    ),
  );
}

/** @param {App} app */
function working(app) {
  return h("section", { class: "page hero middle" }, logo("logo"), spinner(app.say("enrol.working")));
}

/**
 * @param {App} app
 * @param {Act} act
 */
function done(app, act) {
  const { say } = app;
  return h(
    "section",
    { class: "page hero middle" },
    h("div", { class: "mark circle small" }, icon("check")),
    heading(say("enrol.done")),
    h("p", { class: "lead strong", testid: "enrolled-venue" }, app.current?.venue.name ?? ""),
    h("div", { class: "stack" }, button({ testid: "enrol-start", text: say("enrol.start"), icon: "scan", kind: "main", onClick: act.begin })),
  );
}
