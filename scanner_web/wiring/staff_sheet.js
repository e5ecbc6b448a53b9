// The page for the staff: fetched when it is asked for, and kept for when there is no network.

import { osloDate } from "../core/oslo.js";
import { fetchStaffSheet, serverNow } from "../device/api.js";
import { ProblemError, RevokedError } from "../device/errors.js";
import { keepSheet, keptSheet } from "../device/storage.js";

/** @import { Enrolment } from "../core/types.js" */
/** @import { KeptSheet } from "../device/storage.js" */
/** @import { App } from "../screen/frame.js" */

/**
 * @param {App} app
 * @param {{redraw: () => void, revoked: (enrolment: Enrolment) => void}} page
 */
export async function openStaffSheet(app, { redraw, revoked }) {
  const enrolment = app.current;
  if (enrolment === null) return;
  const { language } = app;
  const device = enrolment.device_id;
  URL.revokeObjectURL(app.staff.href);
  app.staff = { state: "loading", href: "", date: "" };
  redraw();
  try {
    const fresh = { pdf: await fetchStaffSheet(enrolment, language), at: serverNow() };
    await keepSheet(device, language, fresh).catch(() => {}); // a browser that keeps nothing fetches it anew
    shown(fresh);
  } catch (error) {
    if (error instanceof RevokedError) return revoked(enrolment);
    const kept = await keptSheet(device, language).catch(() => undefined);
    if (kept !== undefined) shown(kept);
    else app.staff = { state: error instanceof ProblemError ? "problem" : "network", href: "", date: "" };
  }
  redraw();

  /** @param {KeptSheet} sheet */
  function shown({ pdf, at }) {
    app.staff = { state: "shown", href: URL.createObjectURL(new Blob([pdf], { type: "application/pdf" })), date: osloDate(at) };
  }
}
