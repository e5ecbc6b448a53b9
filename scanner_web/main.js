// The scanner: wires the till, the camera, the screens and what this phone remembers.

import { enrolmentCode, whatIsPresented } from "./core/card_text.js";
import { seen } from "./core/repeat.js";
import { atRest, isLooking } from "./core/session.js";
import { moodOf } from "./core/verdict_view.js";
import { longDate, pick, sayer, STAFF_LANGUAGES } from "./core/words.js";
import { claim, serverInstant, today } from "./device/api.js";
import { makeCamera, permission } from "./device/camera.js";
import { CameraError, NetworkError, ProblemError, RevokedError, StorageError } from "./device/errors.js";
import { makeKeys, publicJwk } from "./device/keys.js";
import { isInstalled, keepStorage, makeWakeLock, mustInstallFirst, onFirstTouch } from "./device/platform.js";
import { wakeSound } from "./device/signals.js";
import { dropEnrolment, enrolments, keepEnrolment, keepLikings, likings } from "./device/storage.js";
import { keepUpToDate } from "./device/updates.js";
import { wordsIn } from "./device/words.js";
import { answerScreen, personsScreen, spoken, troubleScreen } from "./screen/answer_screens.js";
import { fill, find } from "./screen/dom.js";
import { enrolScreen } from "./screen/enrol_screens.js";
import { scanScreen } from "./screen/scan_screens.js";
import { menuSheet, offersSheet, todaySheet } from "./screen/sheet_screens.js";
import { makeTill } from "./till.js";

/** @import { Enrolment } from "./core/types.js" */
/** @import { Act, App } from "./screen/frame.js" */

const ANSWER_STAYS = { yes: 8000, refused: 15_000, undone: 4000 };
const TRY_AGAIN_AFTER = 4000;
const HINT_STAYS = 3500;
const SEND_EVERY = 30_000;
/** The holder's page leaves a card here for the scanner of an enrolled phone. */
const HANDED_OVER = "opplev-card";

const main = find("#main", HTMLElement);
const spokenAloud = find("#spoken", HTMLElement);
const liked = await likings().catch(() => null);
const language = pick([liked?.language, ...navigator.languages], STAFF_LANGUAGES) ?? "nb";
const words = await wordsIn(language);
const known = await enrolments().catch(() => /** @type {Enrolment[]} */ ([]));
const current = known.find((one) => one.device_id === liked?.device) ?? known.at(-1) ?? null;
const noLikings = { language: null, sound: true, vibration: true, stay: false, way: /** @type {const} */ ("scan"), camera: null, device: null, offers: {} };

/** @type {App} */
const app = {
  say: sayer(words.staff ?? {}),
  words,
  language,
  likings: liked ?? noLikings,
  enrolments: known,
  current,
  session: atRest((liked ?? noLikings).way, rememberedOffer(current, (liked ?? noLikings).offers)),
  sheet: null,
  camera: { state: "off", torch: false, hasTorch: false, all: [], current: null },
  enrol: { step: firstStep(), code: "", error: null, hint: false },
  today: { state: "loading", list: null, asking: null, sending: null, problem: null },
  family: null,
  waiting: 0,
  forgetting: false,
};
let enrolling = current === null;
/** @type {CryptoKeyPair | null} kept between tries, so that a claim whose answer was lost is known again */
let newKeys = null;
/** @type {Map<string, string>} */
const voidIds = new Map();
/** @type {{text: string, seenAt: number} | null} */
let lastCode = null;
let drawn = "";
/** @type {{answer: number, retry: number, hint: number}} */
const timers = { answer: 0, retry: 0, hint: 0 };

const till = makeTill(app, { redraw, revoked });
const wakeLock = makeWakeLock();
const camera = makeCamera(find("#video", HTMLVideoElement), {
  onCode: codeSeen,
  onBroken: () => cameraIs("broken"),
  onLost: () => cameraIs(document.hidden ? "off" : "busy"),
  wanted: () => (enrolling ? app.enrol.step === "camera" : app.sheet === null && isLooking(app.session)),
});

/** @type {Act} */
const act = {
  read: (text) => till.happen({ type: "read", text, carrier: "typed" }),
  persons: (persons) => till.happen({ type: "persons", persons, id: crypto.randomUUID(), at: serverInstant() }),
  next: () => {
    stillInView();
    till.happen({ type: "next" });
  },
  giveUp: () => {
    stillInView();
    till.happen({ type: "give_up", id: crypto.randomUUID() });
  },
  retry: () => till.happen({ type: "retry" }),
  undo: () => till.happen({ type: "undo", id: crypto.randomUUID() }),
  way: (way) => {
    like({ way });
    till.happen({ type: "way", way });
  },
  offer: (offer) => {
    if (app.current !== null) like({ offers: { ...app.likings.offers, [app.current.device_id]: offer } });
    app.sheet = null;
    till.happen({ type: "offer", offer });
  },
  sheet: (sheet) => {
    app.sheet = sheet;
    app.forgetting = false;
    if (sheet === "today") void loadToday();
    if (sheet === "menu") void listCameras();
    redraw();
  },
  startCamera: () => void startCamera(),
  torch: () => {
    app.camera.torch = !app.camera.torch;
    camera.torch(app.camera.torch).then(redraw, () => {
      app.camera = { ...app.camera, torch: false, hasTorch: false };
      redraw();
    });
  },
  nextCamera: () => {
    const all = app.camera.all;
    const at = all.findIndex((one) => one.id === app.camera.current);
    const next = all[(at + 1) % all.length];
    if (next !== undefined) act.pickCamera(next.id);
  },
  pickCamera: (id) => {
    like({ camera: id });
    app.camera.current = id;
    camera.stop();
    app.camera.state = "off";
    redraw();
  },
  familyIn: (chosen) => void showFamily(chosen),
  linger: stopCountdown,
  loadToday: () => void loadToday(),
  askUndo: (visit) => {
    app.today = { ...app.today, asking: visit, problem: null };
    redraw();
  },
  undoVisit: (visit) => void undoVisit(visit),
  like: (change) => {
    like(change);
    if (change.language !== undefined) void speak();
    redraw();
  },
  enrolStep: (step) => {
    enrolling = true;
    app.sheet = null;
    app.enrol = { ...app.enrol, step, error: null, hint: false };
    if (step === "camera") void startCamera();
    redraw();
  },
  claim: (code, label) => void connect(code, label),
  begin: () => {
    enrolling = false;
    redraw();
  },
  switchTo: (device) => {
    moveTo(app.enrolments.find((one) => one.device_id === device) ?? null);
    redraw();
  },
  forget: (sure) => {
    app.forgetting = sure === null;
    if (sure === true && app.current !== null) void forget(app.current, "welcome");
    redraw();
  },
};

// ---- what is on the screen -------------------------------------------------------------------------------------------

/** @returns {string} the name of the screen, for the stylesheet and for tests */
function stateName() {
  if (enrolling) {
    const names = { camera: "enrol-camera", typed: "enrol-typed", working: "enrolling", done: "enrolled" };
    return names[/** @type {keyof typeof names} */ (app.enrol.step)] ?? app.enrol.step;
  }
  if (app.session.offer === null && (app.current?.offers.length ?? 0) > 0) return "offers";
  return app.sheet ?? app.session.screen;
}

function redraw() {
  const state = stateName();
  const screen = app.session.screen;
  const before = document.body.dataset.state;
  document.body.dataset.state = state;
  document.body.dataset.camera = app.camera.state;
  document.body.dataset.mood = state === "answer" && app.session.verdict !== null ? (app.session.undo.state === "done" ? "undone" : moodOf(app.session.verdict)) : "";
  // The number field keeps its caret while the words around it change.
  const key = state === "typed" ? ["typed", app.language, app.waiting, app.session.turn].join() : "";
  if (key === "" || key !== drawn) replace(screenNow(state), before === state);
  else for (const slot of main.querySelectorAll("[data-hint]")) slot.textContent = app.session.hint === null ? "" : app.say(`hint.${app.session.hint}`);
  drawn = key;
  sayAloud(state);
  windClocks(enrolling || app.sheet !== null ? "none" : screen);
  void syncCamera();
}

/** @param {string} state */
function screenNow(state) {
  if (enrolling) return enrolScreen(app, act);
  if (state === "offers") return offersSheet(app, act);
  if (state === "today") return todaySheet(app, act);
  if (state === "menu") return menuSheet(app, act);
  if (state === "persons") return personsScreen(app, act);
  if (state === "answer") return answerScreen(app, act);
  if (state === "trouble") return troubleScreen(app, act);
  return scanScreen(app, act);
}

/**
 * Put a screen in place. The focus stays where it was when the screen is the same, and goes to its heading when it is new.
 * @param {HTMLElement} screen
 * @param {boolean} same
 */
function replace(screen, same) {
  const held = document.activeElement;
  const testid = same && held instanceof HTMLElement ? held.dataset.testid : undefined;
  const scrolled = main.scrollTop;
  fill(main, screen);
  main.scrollTop = same ? scrolled : 0;
  const before = testid === undefined ? null : main.querySelector(`[data-testid="${testid}"]`);
  const target = before ?? (same ? null : main.querySelector("[data-focus]"));
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}

/** @param {string} state */
function sayAloud(state) {
  const { say, session } = app;
  let text = "";
  if (state === "answer") text = spoken(app);
  else if (state === "trouble") text = say(`trouble.${session.trouble ?? "network"}.title`);
  else if (session.hint !== null && state === "scan") text = say(`hint.${session.hint}`);
  if (spokenAloud.textContent !== text) spokenAloud.textContent = text;
}

/** @param {string} screen */
function windClocks(screen) {
  const { session } = app;
  const answer = screen === "answer" ? `${session.turn} ${session.undo.state}` : "";
  if (answer === "") stopCountdown();
  else if (main.dataset.countdown !== answer) startCountdown(answer);
  clearTimeout(timers.retry);
  if (screen === "trouble" && session.trouble !== "problem") timers.retry = window.setTimeout(act.retry, TRY_AGAIN_AFTER);
  clearTimeout(timers.hint);
  if (session.hint !== null) timers.hint = window.setTimeout(() => till.happen({ type: "hint_over" }), HINT_STAYS);
}

/** @param {string} answer */
function startCountdown(answer) {
  stopCountdown();
  main.dataset.countdown = answer;
  const { likings: now, session } = app;
  if (now.stay || session.undo.state === "sending" || session.undo.state === "failed") return;
  const admitted = session.verdict?.admitted === true;
  const stays = session.undo.state === "done" ? ANSWER_STAYS.undone : admitted ? ANSWER_STAYS.yes : ANSWER_STAYS.refused;
  document.documentElement.style.setProperty("--countdown", `${stays}ms`);
  main.classList.add("counting");
  timers.answer = window.setTimeout(act.next, stays);
}

function stopCountdown() {
  clearTimeout(timers.answer);
  main.classList.remove("counting");
  delete main.dataset.countdown;
  if (app.session.screen === "answer") main.dataset.countdown = `${app.session.turn} ${app.session.undo.state}`;
}

async function speak() {
  app.language = pick([app.likings.language, ...navigator.languages], STAFF_LANGUAGES) ?? "nb";
  app.words = await wordsIn(app.language);
  app.say = sayer(app.words.staff ?? {});
  document.documentElement.lang = app.language;
  drawn = "";
  redraw();
}

/** @param {Parameters<Act["familyIn"]>[0]} chosen */
async function showFamily(chosen) {
  stopCountdown();
  const { turn, verdict } = app.session;
  const list = chosen === null ? null : await wordsIn(chosen);
  if (turn !== app.session.turn || verdict?.because === undefined) return;
  const line = list?.because[verdict.because ?? "unknown_card"]?.family ?? "";
  const until = verdict.valid_until === null || list === null ? "" : longDate(verdict.valid_until, list.locale);
  app.family = list === null || chosen === null ? null : { language: chosen, text: line.replace("{date}", until), direction: list.direction };
  redraw();
}

/** @param {Partial<App["likings"]>} change */
function like(change) {
  app.likings = { ...app.likings, ...change };
  void keepLikings(app.likings).catch(() => {}); // a browser that keeps nothing forgets a taste, no more
}

// ---- the camera ------------------------------------------------------------------------------------------------------

/** @param {App["camera"]["state"]} state */
function cameraIs(state) {
  if (state !== "on" && state !== "starting") camera.stop();
  app.camera = { ...app.camera, state, torch: state === "on" && app.camera.torch };
  redraw();
}

function wantsCamera() {
  if (document.hidden) return false;
  if (enrolling) return app.enrol.step === "camera";
  const { screen, way, offer } = app.session;
  return app.sheet === null && offer !== null && way === "scan" && screen !== "trouble";
}

async function syncCamera() {
  const { state } = app.camera;
  if (!wantsCamera()) {
    if (state === "on" || state === "starting") {
      camera.stop();
      app.camera = { ...app.camera, state: "off", torch: false };
      document.body.dataset.camera = "off";
    }
    wakeLock.off();
    return;
  }
  wakeLock.on();
  if (state !== "off" || enrolling) return;
  app.camera.state = "starting";
  // Asked before or refused before, trying tells what is so today; only the first question is explained first.
  if ((await permission()) === "prompt") cameraIs("ask");
  else await startCamera();
}

async function startCamera() {
  app.camera.state = "starting";
  redraw();
  try {
    await camera.start(app.likings.camera);
    if (!camera.isOn()) return;
    app.camera = { ...app.camera, state: "on", hasTorch: camera.hasTorch(), torch: false, current: camera.current(), all: await camera.cameras() };
    redraw();
  } catch (error) {
    if (!(error instanceof CameraError)) throw error;
    cameraIs(error.reason);
  }
}

async function listCameras() {
  app.camera.all = (await camera.cameras()).filter((one) => one.id !== "");
  redraw();
}

/** A card that was put aside on the screen may still lie before the camera, which did not look meanwhile. */
function stillInView() {
  if (lastCode !== null) lastCode = { ...lastCode, seenAt: performance.now() };
}

/** @param {string} text */
function codeSeen(text) {
  const now = performance.now();
  const { isNew, last } = seen(lastCode, text, now);
  lastCode = last;
  if (!isNew) return;
  if (!enrolling) {
    till.happen({ type: "read", text, carrier: "qr" });
    return;
  }
  const presented = whatIsPresented(text);
  app.enrol = { ...app.enrol, hint: presented.kind !== "enrolment" };
  if (presented.kind === "enrolment") app.enrol = { ...app.enrol, code: presented.code, step: "typed", error: null };
  redraw();
}

// ---- where the phone stands --------------------------------------------------------------------------------------------

/** @returns {App["enrol"]["step"]} */
function firstStep() {
  return mustInstallFirst() ? "install" : "welcome";
}

/**
 * @param {Enrolment | null} enrolment
 * @param {Record<string, string>} offers
 */
function rememberedOffer(enrolment, offers) {
  const all = enrolment?.offers ?? [];
  const chosen = all.find((offer) => offer.id === offers[enrolment?.device_id ?? ""]);
  return (all.length === 1 ? all[0] : chosen)?.id ?? null;
}

/** @param {Enrolment | null} enrolment */
function moveTo(enrolment) {
  app.current = enrolment;
  app.sheet = null;
  app.today = { state: "loading", list: null, asking: null, sending: null, problem: null };
  app.session = atRest(app.likings.way, rememberedOffer(enrolment, app.likings.offers), app.session.turn + 1);
  like({ device: enrolment?.device_id ?? null });
  enrolling = enrolment === null;
}

/**
 * @param {string} typed
 * @param {string} label
 */
async function connect(typed, label) {
  const code = enrolmentCode(typed);
  app.enrol = { ...app.enrol, code: typed };
  if (code === null) return enrolFailed("malformed");
  app.enrol.step = "working";
  redraw();
  try {
    await keepLikings(app.likings); // before the code is spent: a browser that keeps nothing cannot be enrolled
    newKeys ??= await makeKeys();
    const claimed = await claim({ code, public_key: await publicJwk(newKeys), label });
    const enrolment = { ...claimed, keys: newKeys, enrolledAt: serverInstant() };
    await keepEnrolment(enrolment);
    newKeys = null;
    app.enrolments = [...app.enrolments, enrolment];
    moveTo(enrolment);
    enrolling = true;
    app.enrol = { step: "done", code: "", error: null, hint: false };
    redraw();
    void keepStorage();
  } catch (error) {
    enrolFailed(enrolProblem(error));
  }
}

/** @param {unknown} error */
function enrolProblem(error) {
  if (error instanceof NetworkError) return "network";
  if (error instanceof StorageError) return "storage";
  if (!(error instanceof ProblemError)) return "problem";
  if (["unknown_code", "code_used", "code_expired"].includes(error.code)) return error.code;
  return error.status === 404 ? "unknown_code" : error.status < 500 ? "malformed" : "problem";
}

/** @param {string} error */
function enrolFailed(error) {
  app.enrol = { ...app.enrol, step: "typed", error };
  redraw();
}

/**
 * The phone forgets a place: its key, its offers, what it was about to send there.
 * @param {Enrolment} enrolment
 * @param {"welcome" | "revoked"} step
 */
async function forget(enrolment, step) {
  await dropEnrolment(enrolment.device_id);
  app.enrolments = app.enrolments.filter((one) => one.device_id !== enrolment.device_id);
  moveTo(app.enrolments.at(-1) ?? null);
  if (step === "revoked") enrolling = true;
  app.enrol = { step, code: "", error: null, hint: false };
  app.forgetting = false;
  redraw();
}

/** @param {Enrolment} enrolment */
function revoked(enrolment) {
  void forget(enrolment, "revoked");
}

// ---- today -----------------------------------------------------------------------------------------------------------

async function loadToday() {
  if (app.current === null) return;
  const asked = app.current;
  app.today = { ...app.today, state: "loading", asking: null, problem: null };
  redraw();
  try {
    const list = await today(asked);
    app.today = { ...app.today, state: "shown", list };
  } catch (error) {
    if (error instanceof RevokedError) return revoked(asked);
    app.today = { ...app.today, state: "failed", list: null };
  }
  redraw();
}

/** @param {string} visit */
async function undoVisit(visit) {
  if (app.current === null) return;
  const voidId = voidIds.get(visit) ?? crypto.randomUUID();
  voidIds.set(visit, voidId);
  app.today = { ...app.today, sending: visit };
  redraw();
  const done = await till.voidVisit(app.current, visit, voidId);
  app.today = { ...app.today, sending: null, asking: done ? null : visit, problem: done ? null : app.waiting > 0 ? "answer.undo_failed" : "today.undo_closed" };
  if (done) await loadToday();
  else redraw();
}

// ---- start -------------------------------------------------------------------------------------------------------------

/** A code in the address fills the form; it is taken out of the history, and left unspent where the phone must install first. */
function takeAddress() {
  const { pathname, hash } = window.location;
  if (/\/e\/?$/i.test(pathname) && hash.length > 1) {
    const code = enrolmentCode(decodeURIComponent(hash.slice(1)));
    app.enrol = { ...app.enrol, step: mustInstallFirst() ? "install" : "typed", code: code ?? "", error: code === null ? "malformed" : null };
    enrolling = true;
  }
  if (hash !== "" || /\/e\/?$/i.test(pathname)) window.history.replaceState(null, "", pathname.replace(/e\/?$/i, ""));
}

function takeHandedOver() {
  const card = sessionStorage.getItem(HANDED_OVER);
  sessionStorage.removeItem(HANDED_OVER);
  if (card !== null && !enrolling) till.happen({ type: "read", text: card, carrier: "qr" });
}

/** Nobody is being served: the moment to change to a new version. */
function isIdle() {
  const { screen, hint } = app.session;
  return !enrolling && app.sheet === null && hint === null && (screen === "scan" || screen === "typed") && document.activeElement?.id !== "card-number";
}

document.addEventListener("visibilitychange", () => {
  // Somebody may have been in the phone's settings to allow the camera.
  if (!document.hidden && app.camera.state === "refused") app.camera.state = "off";
  redraw();
  if (!document.hidden) void till.sendWaiting();
});
window.addEventListener("online", () => void till.sendWaiting());
window.setInterval(() => app.waiting > 0 && void till.sendWaiting(), SEND_EVERY);
onFirstTouch(wakeSound);
document.documentElement.lang = app.language;
document.body.classList.toggle("installed", isInstalled());
takeAddress();
redraw();
takeHandedOver();
void till.sendWaiting();
keepUpToDate(isIdle);
