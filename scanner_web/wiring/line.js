// The line to the server: whether it answers, what waits to be sent, what this phone has to go by, and when to try again.

import { ageOf } from "../core/offline.js";
import { daysFrom, osloDate } from "../core/oslo.js";
import { stillWaiting } from "../core/queue.js";
import { answered, mayWait, silent, WITHIN_REACH } from "../core/reach.js";
import { serverNow } from "../device/api.js";
import { BusyError, NetworkError, RevokedError } from "../device/errors.js";
import { flush } from "../device/outbox.js";
import { allOwn, forgetOwnBefore, keepEnrolment, notices, queued } from "../device/storage.js";
import { renew, supply } from "../device/supplies.js";

/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/** While the server is away it is asked this often, and while all is well just to hear what is new. */
const ASK_AWAY_EVERY = 5_000;
const SEND_EVERY = 30_000;
const RENEW_EVERY = 600_000;
/** Own scans are kept as long as a queue may be, and a day. */
const OWN_DAYS = 15;

/** @typedef {ReturnType<typeof makeLine>} Line */

/**
 * @param {App} app
 * @param {{redraw: () => void, revoked: (enrolment: Enrolment) => void, changed: (enrolment: Enrolment) => void}} page
 */
export function makeLine(app, { redraw, revoked, changed }) {
  let reach = WITHIN_REACH;
  let renewedAt = 0;
  let again = false;
  /** Whether the last sending was cut short although the server answers. */
  let stuck = false;
  /** @type {Promise<void> | null} */
  let trying = null;
  const others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("opplev");
  others?.addEventListener("message", () => void recount());

  /** @param {typeof reach} now */
  function reachIs(now) {
    if (now === reach) return;
    reach = now;
    app.net = { ...app.net, away: now.away };
    redraw();
  }

  /**
   * Ask, if it is worth waiting for; null where it was silent or too busy, now or the last time.
   * @template T
   * @param {() => Promise<T>} what
   * @returns {Promise<T | null>}
   */
  async function ifWithinReach(what) {
    if (!mayWait(reach, navigator.onLine)) {
      reachIs(silent(reach, Date.now()));
      return null;
    }
    try {
      const answer = await what();
      reachIs(answered(reach));
      return answer;
    } catch (error) {
      if (!(error instanceof NetworkError || error instanceof BusyError)) throw error;
      reachIs(silent(reach, Date.now()));
      return null;
    }
  }

  /** @param {string} id */
  function underWay(id) {
    const { asked, undo, group } = app.session;
    if (group.some((one) => (one.state === "sending" && one.asked?.id === id && !one.asked.offline) || (one.state === "undoing" && one.undo === id))) return true;
    return (asked?.id === id && !asked.offline && app.session.screen === "registering") || (undo.state === "sending" && undo.id === id) || app.today.sending !== null;
  }

  /** Send and renew, once at a time; asked for meanwhile, it is done once more. */
  function tryNow() {
    again = trying !== null;
    trying ??= tryOnce().finally(() => {
      trying = null;
      if (again) tryNow();
    });
  }

  async function tryOnce() {
    try {
      if (!navigator.onLine || app.enrolments.length === 0) return;
      // While the server is away, the small question goes first.
      if (reach.away || Date.now() - renewedAt > RENEW_EVERY) await renewAll();
      stuck = !reach.away && (await queued()).length > 0 && !(await flush(app.enrolments, { underWay, revoked }));
    } finally {
      await recount();
      others?.postMessage("changed");
    }
  }

  async function renewAll() {
    for (const enrolment of [...app.enrolments]) {
      try {
        const waiting = stillWaiting(await queued(), enrolment.device_id, underWay).length;
        const fresh = await renew(enrolment, waiting);
        reachIs(answered(reach));
        renewedAt = Date.now();
        if (fresh !== null) await taken(enrolment, fresh.snapshot);
      } catch (error) {
        if (error instanceof RevokedError) revoked(enrolment);
        else if (error instanceof NetworkError || error instanceof BusyError) reachIs(silent(reach, Date.now()));
        // Anything else is the server's own fault; the phone goes on with what it has.
      }
    }
    await forgetOwnBefore(daysFrom(osloDate(serverNow()), -OWN_DAYS));
  }

  /**
   * The venue's name and offers may have changed since the phone was connected.
   * @param {Enrolment} enrolment
   * @param {import("../core/types.js").Snapshot} snapshot
   */
  async function taken(enrolment, snapshot) {
    const offers = snapshot.offers.map(({ id, title, category }) => ({ id, title, category }));
    const was = JSON.stringify([enrolment.venue.name, enrolment.offers.map(({ id, title, category }) => ({ id, title, category }))]);
    if (was === JSON.stringify([snapshot.venue.name, offers])) return;
    const now = { ...enrolment, municipality: snapshot.municipality, offers, venue: { ...enrolment.venue, name: snapshot.venue.name } };
    await keepEnrolment(now);
    changed(now);
  }

  async function recount() {
    const device = app.current?.device_id ?? "";
    const [rows, told, held, scans] = await Promise.all([queued(), notices(), supply(device).catch(() => null), allOwn()]);
    const state = () => JSON.stringify([app.waiting, app.notices, app.net, app.own]);
    const before = state();
    app.waiting = rows.length;
    app.notices = told.filter((one) => one.device === device);
    const age = held === null ? null : ageOf(held.asOf, serverNow());
    app.net = { ...app.net, known: age !== null, stale: age?.stale === true, days: age?.days ?? 0 };
    app.age = age;
    const today = osloDate(serverNow());
    const mine = scans.filter((one) => one.device === device && one.date === today && one.state !== "voided");
    app.own = { visits: mine.length, persons: mine.reduce((sum, one) => sum + one.persons, 0) };
    if (before !== state()) redraw();
  }

  /** @param {boolean} [fresh] whether to fetch the snapshot even if it was fetched just now */
  function start(fresh = false) {
    if (fresh) renewedAt = 0;
    tryNow();
  }

  window.addEventListener("online", () => start());
  window.addEventListener("offline", () => reachIs(silent(reach, Date.now())));
  window.addEventListener("focus", () => start());
  window.setInterval(() => (reach.away || stuck) && start(), ASK_AWAY_EVERY);
  window.setInterval(() => start(), SEND_EVERY);
  return { ifWithinReach, tryNow, count: () => void recount(), start };
}
