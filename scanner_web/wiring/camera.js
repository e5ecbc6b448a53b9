// The camera's wiring: on while somebody scans, off when nobody looks, and what it sees.

import { seen } from "../core/repeat.js";
import { isLooking } from "../core/session.js";
import { makeCamera, permission } from "../device/camera.js";
import { CameraError } from "../device/errors.js";
import { makeWakeLock } from "../device/platform.js";
import { find } from "../screen/dom.js";

/** @import { App } from "../screen/frame.js" */

/**
 * @param {App} app
 * @param {{redraw: () => void, onCode: (text: string) => void, like: (change: Partial<App["likings"]>) => void}} page
 */
export function wireCamera(app, { redraw, onCode, like }) {
  /** @type {{text: string, seenAt: number} | null} */
  let lastCode = null;
  const wakeLock = makeWakeLock();
  const camera = makeCamera(find("#video", HTMLVideoElement), {
    onCode: codeSeen,
    onBroken: () => cameraIs("broken"),
    onLost: () => cameraIs(document.hidden ? "off" : "busy"),
    wanted: () => (app.enrolling ? app.enrol.step === "camera" : app.sheet === null && isLooking(app.session)),
  });

  /** @param {App["camera"]["state"]} state */
  function cameraIs(state) {
    if (state !== "on" && state !== "starting") camera.stop();
    app.camera = { ...app.camera, state, torch: state === "on" && app.camera.torch };
    redraw();
  }

  function wanted() {
    if (document.hidden) return false;
    if (app.enrolling) return app.enrol.step === "camera";
    const { screen, way, offer } = app.session;
    return app.sheet === null && offer !== null && way === "scan" && screen !== "trouble";
  }

  async function sync() {
    const { state } = app.camera;
    if (!wanted()) {
      if (state === "on" || state === "starting") {
        camera.stop();
        app.camera = { ...app.camera, state: "off", torch: false };
        document.body.dataset.camera = "off";
      }
      wakeLock.off();
      return;
    }
    wakeLock.on();
    if (state !== "off" || app.enrolling) return;
    app.camera.state = "starting";
    // Asked before or refused before, trying tells what is so today; only the first question is explained first.
    if ((await permission()) === "prompt") cameraIs("ask");
    else await start();
  }

  async function start() {
    app.camera.state = "starting";
    redraw();
    try {
      await camera.start(app.likings.camera);
      if (!camera.isOn()) return;
      app.camera = { ...app.camera, state: "on", hasTorch: camera.hasTorch(), torch: false, hasZoom: camera.hasZoom(), near: false, current: camera.current(), all: await camera.cameras() };
      redraw();
    } catch (error) {
      if (!(error instanceof CameraError)) throw error;
      cameraIs(error.reason);
    }
  }

  async function list() {
    app.camera.all = (await camera.cameras()).filter((one) => one.id !== "");
    redraw();
  }

  /** @param {string} id */
  function pick(id) {
    like({ camera: id });
    app.camera.current = id;
    camera.stop();
    app.camera.state = "off";
    redraw();
  }

  function next() {
    const all = app.camera.all;
    const at = all.findIndex((one) => one.id === app.camera.current);
    const other = all[(at + 1) % all.length];
    if (other !== undefined) pick(other.id);
  }

  function torch() {
    app.camera.torch = !app.camera.torch;
    camera.torch(app.camera.torch).then(redraw, () => {
      app.camera = { ...app.camera, torch: false, hasTorch: false };
      redraw();
    });
  }

  function zoom() {
    app.camera.near = !app.camera.near;
    camera.zoom(app.camera.near).then(redraw, () => {
      app.camera = { ...app.camera, near: false, hasZoom: false };
      redraw();
    });
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
    if (isNew) onCode(text);
  }

  return { sync, start, list, pick, next, torch, zoom, stillInView };
}
