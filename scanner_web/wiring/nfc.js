// Tags beside the camera: switched on by a hand once, and on by itself from then on where the phone allows it.

import { mayReadTags, readTags } from "../device/nfc.js";

/** @import { Carrier } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/**
 * @param {App} app
 * @param {{redraw: () => void, like: (change: Partial<App["likings"]>) => void, read: (text: string, carrier: Carrier) => void, unread: () => void}} page
 */
export function wireNfc(app, { redraw, like, read, unread }) {
  let stop = new AbortController();

  /** A tag is meant for the till, not for a list of today or a code from the office. */
  function wanted() {
    return !app.enrolling && app.sheet === null && app.session.offer !== null;
  }

  async function start() {
    stop.abort();
    const mine = (stop = new AbortController());
    app.nfc = "starting";
    redraw();
    const hindrance = await readTags({
      onText: (text) => wanted() && read(text, "nfc"),
      onUnread: () => wanted() && unread(),
      signal: mine.signal,
    });
    if (mine.signal.aborted) return;
    app.nfc = hindrance ?? "on";
    like({ nfc: hindrance === null });
    redraw();
  }

  function press() {
    if (app.nfc !== "on" && app.nfc !== "starting") return void start();
    stop.abort();
    app.nfc = "off";
    like({ nfc: false });
    redraw();
  }

  async function begin() {
    if (app.nfc === "off" && app.likings.nfc && (await mayReadTags())) await start();
  }

  return { press, begin };
}
