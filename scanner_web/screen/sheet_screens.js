// The sheets over the till: which offer, what happened today, and how this phone likes it.

import { ownFirst } from "../core/today_list.js";
import { inLanguage, shortDate } from "../core/words.js";
import { h } from "./dom.js";
import { languages } from "./enrol_screens.js";
import { button, placeNote, sheetHead, spinner } from "./frame.js";
import { icon, iconOf, people } from "./icons.js";

/** @import { Notice, TodayVisit } from "../core/types.js" */
/** @import { Act, App } from "./frame.js" */

/**
 * @param {App} app
 * @param {Act} act
 */
export function offersSheet(app, act) {
  const { say, session } = app;
  const first = session.offer === null;
  return h(
    "section",
    { class: "page sheet" },
    first ? h("header", { class: "sheet-head" }, h("h1", { tabindex: "-1", "data-focus": true }, say("offers.title"))) : sheetHead(app, say("offers.title"), () => act.sheet(null)),
    placeNote(app),
    h("p", { class: "lead" }, say("offers.text")),
    h(
      "div",
      { class: "stack" },
      ...(app.current?.offers ?? []).map((offer) =>
        h(
          "button",
          { type: "button", class: "row-button", testid: `offer-${offer.id}`, "aria-pressed": String(offer.id === session.offer), onClick: () => act.offer(offer.id) },
          h("span", { class: "tile" }, icon(iconOf(offer.category))),
          h("span", { class: "row-text" }, inLanguage(offer.title, app.language)),
          icon("check", { class: "chosen" }),
        ),
      ),
    ),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function todaySheet(app, act) {
  const { say, today } = app;
  return h(
    "section",
    { class: "page sheet", "aria-busy": String(today.state === "loading") },
    sheetHead(app, say("today.title"), () => act.sheet(null)),
    placeNote(app),
    app.waiting > 0 && h("p", { class: "note", testid: "waiting-note" }, icon("away"), h("span", {}, say("today.waiting", { n: app.waiting }))),
    ownTold(app) && h("p", { class: "help", testid: "own-count" }, `${say("today.own")}: ${say("today.visits", { n: app.own.visits })}, ${say("persons", { n: app.own.persons })}`),
    noticeList(app, act),
    today.state === "loading" && today.list === null && spinner(say("today.loading")),
    today.state === "failed" && h("div", { class: "empty", testid: "today-failed" }, icon("away"), h("p", {}, say("today.failed")), button({ testid: "today-again", text: say("today.again"), onClick: act.loadToday })),
    today.list !== null && today.list.visits.length === 0 && h("div", { class: "empty", testid: "today-empty" }, icon("sun"), h("p", {}, say("today.empty"))),
    today.list !== null && today.list.visits.length > 0 && totals(app),
    app.time && button({ testid: "open-time", text: say("today.time"), icon: "clock", onClick: act.timeToday }),
    button({ testid: "open-later", text: say("later.title"), icon: "plus", onClick: () => act.sheet("later") }),
    today.list !== null && today.list.visits.length > 0 && h("h2", { class: "small-head" }, say("today.latest")),
    today.list !== null && h("ul", { class: "visits", testid: "today-visits" }, ...ownFirst(today.list.visits, app.registered).map((visit) => visitRow(app, act, visit))),
  );
}

/**
 * Whether this phone's own count says anything that the day's sum does not.
 * @param {App} app
 */
function ownTold({ own, today }) {
  const all = (today.list?.offers ?? []).reduce((sum, one) => ({ visits: sum.visits + one.visits, persons: sum.persons + one.persons }), { visits: 0, persons: 0 });
  return own.visits > 0 && (own.visits !== all.visits || own.persons !== all.persons);
}

/**
 * What the server said of visits after the family had gone in. Nobody at the till has to do anything.
 * @param {App} app
 * @param {Act} act
 */
function noticeList(app, act) {
  const { say, notices } = app;
  if (notices.length === 0) return null;
  return h(
    "section",
    { class: "notices", testid: "notices", "aria-labelledby": "notices-head" },
    h("h2", { class: "small-head", id: "notices-head" }, say("today.notices")),
    h("p", { class: "help" }, say("today.notices_text")),
    h(
      "ul",
      { class: "visits" },
      ...notices.map((one) =>
        h(
          "li",
          { class: "visit told", testid: "notice", "data-kind": one.kind, "data-because": one.because },
          icon(one.kind === "flagged" ? "list" : "hand"),
          h("span", { class: "visit-text" }, h("b", {}, [one.date === "" ? "" : shortDate(one.date, app.words.locale), one.last3 === "" ? "" : `••• ${one.last3}`].filter(Boolean).join(" · ")), h("span", {}, noticeText(app, one))),
        ),
      ),
    ),
    button({ testid: "notices-seen", text: say("today.notices_seen"), onClick: act.noticesSeen }),
  );
}

/**
 * @param {App} app
 * @param {Notice} notice
 */
function noticeText({ say, words }, { kind, because }) {
  if (kind === "flagged") return say(`notice.flagged.${because}`);
  if (kind === "refused") return say("notice.refused", { because: words.because[because]?.title ?? "" });
  return say(kind === "void" ? "notice.void" : "notice.problem");
}

/**
 * @param {App} app
 * @param {string} id
 */
function offerTitle(app, id) {
  const offer = app.current?.offers.find((one) => one.id === id);
  return { text: inLanguage(offer?.title, app.language) || id, category: offer?.category };
}

/** @param {App} app */
function totals(app) {
  const { say, today } = app;
  return h(
    "div",
    { class: "totals", testid: "today-totals" },
    ...(today.list?.offers ?? []).map((one) => {
      const { text, category } = offerTitle(app, one.offer);
      return h(
        "div",
        { class: "total" },
        icon(iconOf(category)),
        h("span", { class: "total-title" }, text),
        h("strong", {}, say("today.visits", { n: one.visits })),
        h("span", { class: "total-persons" }, say("persons", { n: one.persons })),
      );
    }),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 * @param {TodayVisit} visit
 */
function visitRow(app, act, visit) {
  const { say, today, current } = app;
  const mine = visit.device === current?.device_id;
  const asking = today.asking === visit.id;
  const details = [say("today.band", { band: visit.band.replace("-", "–") }), say(mine ? "today.this_phone" : "today.other_phone")];
  return h(
    "li",
    { class: visit.voided ? "visit voided" : "visit", testid: "today-visit", "data-visit": visit.id },
    h("span", { class: "visit-people" }, people(visit.persons), h("span", { class: "unseen" }, say("persons", { n: visit.persons }))),
    h("span", { class: "visit-text" }, h("b", { "aria-label": say("today.card", { last3: visit.last3 }) }, `••• ${visit.last3}`), (current?.offers.length ?? 0) > 1 && h("span", {}, offerTitle(app, visit.offer).text), h("span", {}, details.join(" · "))),
    visit.voided
      ? h("span", { class: "badge" }, icon("undo"), say("today.undone"))
      : !asking && button({ testid: "today-undo", text: say("today.undo"), icon: "undo", onClick: () => act.askUndo(visit.id), disabled: today.sending !== null }),
    asking &&
      h(
        "div",
        { class: "ask", role: "group", "aria-label": say("today.undo_ask") },
        h("p", {}, say(today.problem ?? "today.undo_ask")),
        button({ testid: "today-undo-no", text: say("today.undo_no"), onClick: () => act.askUndo(null) }),
        button({ testid: "today-undo-yes", text: say(today.sending === visit.id ? "answer.undoing" : "today.undo_yes"), kind: "main", onClick: () => act.undoVisit(visit.id), disabled: today.sending !== null, focus: true }),
      ),
  );
}

/**
 * @param {App} app
 * @param {Act} act
 */
export function menuSheet(app, act) {
  const { say, likings, camera } = app;
  return h(
    "section",
    { class: "page sheet" },
    sheetHead(app, say("menu.title"), () => act.sheet(null)),
    // First, for whoever stands here for the first time.
    h("div", { class: "stack tight" }, button({ testid: "open-practice", text: say("practice.title"), icon: "question", kind: "main", onClick: () => act.sheet("practice") }), h("p", { class: "help" }, say("practice.safe"))),
    h("h2", { class: "small-head" }, say("menu.language")),
    languages(app, act),
    h(
      "div",
      { class: "switches" },
      toggle(app, "menu.sound", "sound", likings.sound, () => act.like({ sound: !likings.sound })),
      toggle(app, "menu.vibration", "vibration", likings.vibration, () => act.like({ vibration: !likings.vibration })),
      toggle(app, "menu.stay", "stay", likings.stay, () => act.like({ stay: !likings.stay }), "menu.stay_text"),
    ),
    camera.all.length > 1 && h("h2", { class: "small-head" }, say("menu.camera")),
    camera.all.length > 1 &&
      h(
        "div",
        { class: "stack tight" },
        ...camera.all.map((one, index) =>
          h(
            "button",
            { type: "button", class: "row-button", testid: "camera-pick", "aria-pressed": String(one.id === camera.current), onClick: () => act.pickCamera(one.id) },
            h("span", { class: "row-text" }, one.label || say("menu.camera_n", { n: index + 1 })),
            icon("check", { class: "chosen" }),
          ),
        ),
      ),
    h("h2", { class: "small-head" }, say("menu.phone")),
    netLine(app),
    h(
      "div",
      { class: "stack tight" },
      ...app.enrolments.map((one) =>
        h(
          "button",
          { type: "button", class: "row-button", testid: "switch-venue", "aria-pressed": String(one.device_id === app.current?.device_id), onClick: () => act.switchTo(one.device_id) },
          h("span", { class: "tile" }, icon("pin")),
          h("span", { class: "row-text" }, one.venue.name),
          icon("check", { class: "chosen" }),
        ),
      ),
      button({ testid: "open-staff", text: say("staff.title"), icon: "list", onClick: () => act.sheet("staff") }),
      mayCheck(app) && button({ testid: "open-statement", text: say("statement.title"), icon: "coin", onClick: () => act.sheet("statement") }),
      button({ testid: "open-share", text: say("share.title"), icon: "phone", onClick: () => act.sheet("share") }),
      button({ testid: "connect-more", text: say("menu.connect"), icon: "plus", onClick: () => act.enrolStep("welcome") }),
    ),
    app.forgetting
      ? h(
          "div",
          { class: "ask wide", role: "group", "aria-label": say("menu.forget") },
          h("p", {}, [say("menu.forget_ask", { venue: app.current?.venue.name ?? "" }), app.enrolments.length > 1 ? say("menu.forget_others") : ""].filter(Boolean).join(" ")),
          button({ testid: "forget-no", text: say("menu.forget_no"), kind: "main", onClick: () => act.forget(false), focus: true }),
          button({ testid: "forget-yes", text: say("menu.forget_yes"), onClick: () => act.forget(true) }),
        )
      : button({ testid: "forget", text: say("menu.forget"), kind: "plain", onClick: () => act.forget(null) }),
  );
}

/**
 * Whether this phone is one that checks the venue's month. One that was connected before phones were told asks the server.
 * @param {App} app
 */
function mayCheck({ current }) {
  return current !== null && (current.rights ?? ["statement"]).includes("statement");
}

/**
 * How old is what the phone goes by.
 * @param {App} app
 */
function netLine({ say, age }) {
  if (age === null) return h("p", { class: "help", testid: "net-age" }, say("net.none"));
  const { minutes, hours, days } = age;
  const ago = minutes < 2 ? say("net.just_now") : minutes < 120 ? say("net.minutes", { n: minutes }) : hours < 48 ? say("net.hours", { n: hours }) : say("net.days", { n: days });
  return h("p", { class: "help", testid: "net-age" }, say("net.age", { ago }));
}

/**
 * @param {App} app
 * @param {string} key
 * @param {string} testid
 * @param {boolean} on
 * @param {() => void} change
 * @param {string} [helpKey]
 */
function toggle(app, key, testid, on, change, helpKey) {
  return h(
    "button",
    { type: "button", class: "switch", role: "switch", "aria-checked": String(on), testid: `switch-${testid}`, onClick: change },
    h("span", { class: "row-text" }, app.say(key), helpKey !== undefined && h("small", {}, app.say(helpKey))),
    h("span", { class: "track", "aria-hidden": "true" }, h("i")),
    h("span", { class: "switch-word", "aria-hidden": "true" }, app.say(on ? "common.on" : "common.off")),
  );
}
