// Where the phone stands: connected with a code, moved between its places, disconnected.

import { enrolmentCode, whatIsPresented } from "../core/card_text.js";
import { usedNow } from "../core/places.js";
import { atRest } from "../core/session.js";
import { claim, serverInstant } from "../device/api.js";
import { NetworkError, ProblemError, StorageError } from "../device/errors.js";
import { makeKeys, publicJwk } from "../device/keys.js";
import { keepStorage, mustInstallFirst } from "../device/platform.js";
import { dropEnrolment, keepEnrolment, keepLikings } from "../device/storage.js";
import { forgetSupply } from "../device/supplies.js";
import { rememberedOffer } from "./beginning.js";

/** @import { Enrolment } from "../core/types.js" */
/** @import { Act, App } from "../screen/frame.js" */

/**
 * @param {App} app
 * @param {{redraw: () => void, startCamera: () => void, like: (change: Partial<App["likings"]>) => void, connected: () => void}} page
 */
export function wireEnrolment(app, { redraw, startCamera, like, connected }) {
  /** @type {CryptoKeyPair | null} kept between tries, so that a claim whose answer was lost is known again */
  let newKeys = null;

  /** @param {Enrolment | null} enrolment */
  function moveTo(enrolment) {
    app.current = enrolment;
    app.sheet = null;
    app.moved = false;
    app.held = null;
    app.today = { state: "loading", list: null, asking: null, sending: null, problem: null };
    app.session = atRest(app.likings.way, rememberedOffer(enrolment, app.likings.offers), app.session.turn + 1);
    const before = app.likings.recent;
    like({ device: enrolment?.device_id ?? null, recent: enrolment === null ? before : usedNow(before, enrolment.device_id) });
    app.enrolling = enrolment === null;
  }

  /** @type {Act["enrolStep"]} */
  function goTo(step) {
    app.enrolling = true;
    app.sheet = null;
    app.enrol = { ...app.enrol, step, error: null, hint: false };
    if (step === "camera") startCamera();
    redraw();
  }

  /**
   * The camera saw something while it was looking for an enrolment code.
   * @param {string} text
   */
  function codeSeen(text) {
    const presented = whatIsPresented(text);
    app.enrol = { ...app.enrol, hint: presented.kind !== "enrolment" };
    if (presented.kind === "enrolment") app.enrol = { ...app.enrol, code: presented.code, step: "typed", error: null };
    redraw();
  }

  /**
   * @param {string} typed
   * @param {string} label
   */
  async function connect(typed, label) {
    const code = enrolmentCode(typed);
    app.enrol = { ...app.enrol, code: typed };
    if (code === null) return failed("malformed");
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
      app.enrolling = true;
      app.enrol = { step: "done", code: "", error: null, hint: false };
      redraw();
      void keepStorage();
      connected();
    } catch (error) {
      failed(problemOf(error));
    }
  }

  /** @param {string} error */
  function failed(error) {
    app.enrol = { ...app.enrol, step: "typed", error };
    redraw();
  }

  /**
   * The phone forgets a place: its key, its offers, what it was about to send there. Whoever serves at another place is not disturbed.
   * @param {Enrolment} enrolment
   * @param {"welcome" | "revoked"} step
   */
  async function forget(enrolment, step) {
    await dropEnrolment(enrolment.device_id);
    forgetSupply(enrolment.device_id);
    app.enrolments = app.enrolments.filter((one) => one.device_id !== enrolment.device_id);
    if (app.current?.device_id !== enrolment.device_id) return redraw();
    moveTo(app.enrolments.at(-1) ?? null);
    app.moved = app.current !== null;
    if (step === "revoked") app.enrolling = true;
    app.enrol = { step, code: "", error: null, hint: false };
    app.forgetting = false;
    redraw();
  }

  /**
   * The office has changed a place's name or offers. What is on the screen stays; the next card meets the new.
   * @param {Enrolment} enrolment
   */
  function changed(enrolment) {
    app.enrolments = app.enrolments.map((one) => (one.device_id === enrolment.device_id ? enrolment : one));
    if (app.current?.device_id !== enrolment.device_id) return;
    app.current = enrolment;
    const gone = !enrolment.offers.some((offer) => offer.id === app.session.offer);
    if (gone && app.session.asked === null) app.session = atRest(app.likings.way, rememberedOffer(enrolment, app.likings.offers), app.session.turn + 1);
    redraw();
  }

  /** A code in the address fills the form; it is taken out of the history, and left unspent where the phone must install first. */
  function takeAddress() {
    const { pathname, hash } = window.location;
    if (/\/e\/?$/i.test(pathname) && hash.length > 1) {
      const code = enrolmentCode(decodeURIComponent(hash.slice(1)));
      app.enrol = { ...app.enrol, step: mustInstallFirst() ? "install" : "typed", code: code ?? "", error: code === null ? "malformed" : null };
      app.enrolling = true;
    }
    if (hash !== "" || /\/e\/?$/i.test(pathname)) window.history.replaceState(null, "", pathname.replace(/e\/?$/i, ""));
  }

  return { moveTo, goTo, codeSeen, connect, forget, changed, takeAddress };
}

/** @param {unknown} error */
function problemOf(error) {
  if (error instanceof NetworkError) return "network";
  if (error instanceof StorageError) return "storage";
  if (!(error instanceof ProblemError)) return "problem";
  if (["unknown_code", "code_used", "code_expired"].includes(error.code)) return error.code;
  return error.status === 404 ? "unknown_code" : error.status < 500 ? "malformed" : "problem";
}
