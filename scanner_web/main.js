// The scanner: wires the till, the camera, the screens and what this phone remembers.

import { PRACTICE } from "./core/number.js";
import { takesCards } from "./core/session.js";
import { serverInstant } from "./device/api.js";
import { listenForHandScanner } from "./device/hand_scanner.js";
import { isInstalled, onFirstTouch } from "./device/platform.js";
import { wakeSound } from "./device/signals.js";
import { dropNotices, keepLikings } from "./device/storage.js";
import { keepUpToDate } from "./device/updates.js";
import { makeReady } from "./device/verify.js";
import { beginning } from "./wiring/beginning.js";
import { makeBook } from "./wiring/book.js";
import { wireCamera } from "./wiring/camera.js";
import { makeClocks } from "./wiring/clocks.js";
import { wireEnrolment } from "./wiring/enrolment.js";
import { makeLine } from "./wiring/line.js";
import { wireNfc } from "./wiring/nfc.js";
import { makePage } from "./wiring/page.js";
import { wireReading } from "./wiring/reading.js";
import { makeTill } from "./wiring/till.js";

/** @import { StatementAct } from "./core/statement.js" */
/** @import { Enrolment } from "./core/types.js" */
/** @import { Act, App } from "./screen/frame.js" */

/** The holder's page leaves a card here for the scanner of an enrolled phone. */
const HANDED_OVER = "opplev-card";

/** @type {((asked: StatementAct) => void) | null} */
let months = null;
/** @type {Promise<{read: (card: string) => void, knows: (number: string) => Promise<boolean>, list: () => void}> | null} */
let timeTill = null;

const app = await beginning();
const line = makeLine(app, { redraw, revoked, changed: (place) => enrolment.changed(place) });
const book = makeBook(app, { line, revoked });
const till = makeTill(app, { redraw, revoked, line, book, asTime });
const clocks = makeClocks(app, { next, retry: () => act.retry(), hintOver: () => till.happen({ type: "hint_over" }) });
const page = makePage(app, { act: () => act, redraw, linger: clocks.stopCountdown });
const camera = wireCamera(app, { redraw, onCode: codeSeen, like });
const enrolment = wireEnrolment(app, { redraw, startCamera: () => void camera.start(), like, connected: () => line.start(true) });
const reading = wireReading(app, { happen: till.happen, moveTo: enrolment.moveTo, redraw, time: (card) => void time(card), paper: (text, kind) => papers(({ show }) => show(text, kind)) });
const nfc = wireNfc(app, { redraw, like, read: reading.read, unread: () => till.happen({ type: "tag_unread" }) });
const later = late(async () => (await import("./wiring/later.js")).wireLater(app, { redraw, revoked, book, line }));
const papers = late(async () => (await import("./wiring/paper_till.js")).makePaperTill(app, { closed: () => (camera.stillInView(), redraw()) }));
const today = late(async () => (await import("./wiring/today.js")).wireToday(app, { redraw, revoked, takeBack: book.takeBack }));

/** @type {Act} */
const act = {
  read: reading.keyed,
  persons: (persons) => till.happen({ type: "persons", persons, id: crypto.randomUUID(), at: serverInstant() }),
  next,
  giveUp: () => {
    camera.stillInView();
    app.moved = false;
    till.happen({ type: "give_up", id: crypto.randomUUID() });
  },
  group: () => till.happen({ type: "group" }),
  groupPersons: (key) => till.happen({ type: "group_persons", key }),
  groupRemove: (key) => till.happen({ type: "group_remove", key }),
  groupRegister: () => till.happen({ type: "group_register", ids: freshIds(), at: serverInstant() }),
  groupUndo: () => till.happen({ type: "group_undo", ids: freshIds() }),
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
    reading.readHeld();
  },
  sheet: (sheet) => {
    app.sheet = sheet;
    app.moved = false;
    app.forgetting = false;
    if (sheet === "today") today(({ load }) => load());
    if (sheet === "later") later(({ begin }) => begin());
    if (sheet === "share") later(({ share }) => share());
    if (sheet === "staff") void staffSheet();
    if (sheet === "statement") void venueMonth({ type: "open" });
    if (sheet === "menu") void camera.list();
    redraw();
  },
  startCamera: () => void camera.start(),
  nfc: nfc.press,
  torch: camera.torch,
  zoom: camera.zoom,
  nextCamera: camera.next,
  pickCamera: camera.pick,
  familyIn: (chosen) => void page.showFamily(chosen),
  linger: clocks.stopCountdown,
  timeToday: () => void timeTill?.then(({ list }) => list()),
  loadToday: () => today(({ load }) => load()),
  askUndo: (visit) => today(({ ask }) => ask(visit)),
  undoVisit: (visit) => today(({ undo }) => undo(visit)),
  like: (change) => {
    like(change);
    if (change.language !== undefined) void page.speak();
    redraw();
  },
  enrolStep: enrolment.goTo,
  claim: (code, label) => void enrolment.connect(code, label),
  begin: () => {
    app.enrolling = false;
    redraw();
  },
  practise: () => {
    app.sheet = null;
    if (app.session.screen !== "scan" && app.session.screen !== "typed") next();
    reading.read(PRACTICE, "qr");
  },
  laterChange: (changed) => later(({ change }) => change(changed)),
  laterSave: () => later(({ save }) => save()),
  statement: (asked) => void venueMonth(asked),
  noticesSeen: () => {
    if (app.current !== null) void dropNotices(app.current.device_id).then(line.count);
  },
  switchTo: (device) => {
    enrolment.moveTo(app.enrolments.find((one) => one.device_id === device) ?? null);
    redraw();
  },
  forget: (sure) => {
    app.forgetting = sure === null;
    if (sure === true && app.current !== null) void enrolment.forget(app.current, "welcome");
    redraw();
  },
};

/** One for each card on the list. */
function freshIds() {
  return app.session.group.map(() => crypto.randomUUID());
}

/**
 * What few cards need: fetched when it is first asked for. What does not come, is missed by its screen, which says so.
 * @template T
 * @param {() => Promise<T>} fetched
 * @returns {(what: (one: T) => unknown) => void}
 */
function late(fetched) {
  /** @type {Promise<T> | null} */
  let here = null;
  return (what) => {
    here ??= fetched().catch((error) => {
      here = null;
      throw error;
    });
    here.then(what, () => {});
  };
}

/** Rarely asked for, and so fetched when it is. */
async function staffSheet() {
  try {
    const { openStaffSheet } = await import("./wiring/staff_sheet.js");
    await openStaffSheet(app, { redraw, revoked });
  } catch {
    app.staff = { state: "network", href: "", date: "" };
    redraw();
  }
}

/** @param {StatementAct} asked */
async function venueMonth(asked) {
  try {
    const { makeStatement } = await import("./wiring/statement.js");
    months ??= makeStatement(app, { redraw, revoked });
    months(asked);
  } catch {
    app.statement = { ...app.statement, state: "network" };
    redraw();
  }
}

/**
 * The till for time, fetched with the first code of that kind, or where payments wait to be sent.
 * @param {string | null} card
 */
async function time(card) {
  try {
    timeTill ??= import("./wiring/time_till.js").then((late) => late.makeTimeTill(app, { redraw, revoked }));
    const opened = await timeTill;
    if (card !== null) {
      app.time = true;
      opened.read(card);
    }
  } catch {
    timeTill = null;
    if (card !== null) till.happen({ type: "tag_unread" });
  }
}

/**
 * A number that is no card's may be a member's: then the till for time has it.
 * @param {string} number
 */
async function asTime(number) {
  try {
    await time(null);
    if (!(await (await timeTill)?.knows(number))) return false;
    next();
    void time(number);
    return true;
  } catch {
    return false;
  }
}

function redraw() {
  page.draw();
  clocks.wind();
  void camera.sync();
}

function next() {
  camera.stillInView();
  app.moved = false;
  till.happen({ type: "next" });
}

/** @param {string} text */
function codeSeen(text) {
  if (app.enrolling) enrolment.codeSeen(text);
  else reading.read(text, "qr");
}

/** @param {Partial<App["likings"]>} change */
function like(change) {
  app.likings = { ...app.likings, ...change };
  void keepLikings(app.likings).catch(() => {}); // a browser that keeps nothing forgets a taste, no more
}

/** @param {Enrolment} from */
function revoked(from) {
  void enrolment.forget(from, "revoked");
}

function takeHandedOver() {
  const card = sessionStorage.getItem(HANDED_OVER);
  sessionStorage.removeItem(HANDED_OVER);
  if (card !== null) reading.read(card, "qr");
}

/** Nobody is being served: the moment to change to a new version. */
function isIdle() {
  const { screen, hint } = app.session;
  return !app.enrolling && app.sheet === null && app.held === null && hint === null && (screen === "scan" || screen === "typed") && document.activeElement?.id !== "card-number";
}

document.addEventListener("visibilitychange", () => {
  // Somebody may have been in the phone's settings to allow the camera.
  if (!document.hidden && app.camera.state === "refused") app.camera.state = "off";
  redraw();
  if (!document.hidden) line.start();
});
// The list that could not be fetched is, once there is a network again; nobody should have to ask.
window.addEventListener("online", () => {
  if (app.sheet === "today" && app.today.state === "failed") act.loadToday();
});
listenForHandScanner({ onScan: reading.read, wanted: () => !app.enrolling && app.sheet === null && app.session.offer !== null && takesCards(app.session) });
onFirstTouch(wakeSound);
document.documentElement.lang = app.language;
document.body.classList.toggle("installed", isInstalled());
enrolment.takeAddress();
redraw();
takeHandedOver();
line.count();
line.start();
void nfc.begin();
makeReady();
if (localStorage.getItem("opplev-time-waiting") !== null) void time(null);
keepUpToDate(isIdle);
