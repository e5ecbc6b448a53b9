// Register later: what stood on the paper list on the day the phone died, and letting a colleague's phone in.

import { bareDigits, typed } from "../core/number.js";
import { daysFrom, middleOf, osloDate } from "../core/oslo.js";
import { openEnrolment, serverInstant, serverNow } from "../device/api.js";
import { NetworkError, ProblemError, RevokedError } from "../device/errors.js";
import { judgeAlone, supply } from "../device/supplies.js";

/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */
/** @import { Book } from "./book.js" */
/** @import { Line } from "./line.js" */

/** Where no snapshot says how old a visit in a queue may be. */
const USUAL_DAYS = 14;

/**
 * @param {App} app
 * @param {{redraw: () => void, revoked: (enrolment: Enrolment) => void, book: Book, line: Line}} page
 */
export function wireLater(app, { redraw, revoked, book, line }) {
  /** The form as it begins: today, and as far back as the server takes a visit. */
  async function begin() {
    const held = app.current === null ? null : await supply(app.current.device_id).catch(() => null);
    const days = Math.min(...(held?.snapshot.programmes.map((one) => one.offline_days) ?? []), USUAL_DAYS);
    const today = osloDate(serverNow());
    app.later = { date: today, first: daysFrom(today, 1 - days), last: today, number: "", persons: 1, because: null, saved: [] };
    redraw();
  }

  /** @param {Partial<App["later"]>} change */
  function change(change) {
    app.later = { ...app.later, ...change, because: null };
    if (change.persons !== undefined) redraw();
  }

  /** Treated like a visit without network: it has happened, and goes through the queue. */
  async function save() {
    const enrolment = app.current;
    const { offer } = app.session;
    const { date, number, persons, first, last, saved } = app.later;
    if (enrolment === null || offer === null) return;
    const card = bareDigits(number);
    if (!(first <= date && date <= last)) return refused("date");
    if (typed(number).state !== "right") return refused("number");
    const at = Math.min(middleOf(date), serverNow());
    const judged = await judgeAlone(enrolment, { card, offer }, at);
    if (judged === null) return refused("none");
    if (!judged.verdict.admitted) return refused(judged.verdict.because ?? "unknown_card");
    const asked = { id: crypto.randomUUID(), card, offer, persons, at: `${new Date(at).toISOString().slice(0, 19)}Z`, carrier: /** @type {const} */ ("typed"), offline: true };
    const again = await book.admitAlone(enrolment, asked);
    if (again !== null) return refused(again.because ?? "used_today");
    app.later = { ...app.later, number: "", persons: 1, because: null, saved: [{ id: asked.id, last3: card.slice(-3), date, persons }, ...saved] };
    redraw();
    line.tryNow();
    line.count();
  }

  /** @param {string} because */
  function refused(because) {
    app.later = { ...app.later, because };
    redraw();
  }

  /** A fresh code for a colleague's phone, from a phone that may give them. */
  async function share() {
    const enrolment = app.current;
    if (enrolment === null) return;
    app.share = { state: "loading", code: "", qr: "" };
    redraw();
    try {
      const opened = await openEnrolment(enrolment, serverInstant());
      app.share = { state: "shown", code: opened.code, qr: asImage(opened.qr_svg) };
    } catch (error) {
      if (error instanceof RevokedError) return revoked(enrolment);
      app.share = { state: error instanceof ProblemError && error.status === 403 ? "not_allowed" : error instanceof NetworkError ? "network" : "problem", code: "", qr: "" };
    }
    redraw();
  }

  return { begin, change, save, share };
}

/**
 * An SVG made to stand in a page, as an image of its own.
 * @param {string} svg
 */
function asImage(svg) {
  const whole = svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml;utf8,${encodeURIComponent(whole)}`;
}
