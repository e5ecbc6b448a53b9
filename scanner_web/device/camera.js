// The camera: started when somebody scans, stopped when nobody looks, read a dozen times a second.

import { CameraError } from "./errors.js";
import { ownScript } from "./trusted.js";

/** At least so many milliseconds between pictures that are read: fast for a hand. A slow phone gets twice what its reading takes: kind to a battery. */
const PACE = 40;
/** The reader is given no more than this, along the longer side. */
const MOST_PIXELS = 1280;
/** How far a picture is turned every other time, in radians. */
const ASKEW = Math.PI / 6;
/** How much nearer the camera's own zoom goes, where it has one. */
const NEARER = 2;
/** A wasm that has not started in this time will not: the number can be typed. */
const PATIENCE = 20_000;

/**
 * Whether we may use the camera: yes, not asked yet, or no.
 * @returns {Promise<"granted" | "prompt" | "denied">}
 */
export async function permission() {
  try {
    // Firefox does not know this name, and TypeScript not that others do.
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ ("camera") });
    return status.state;
  } catch {
    return "prompt";
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "busy";
}

/**
 * @typedef {{
 *   start: (camera: string | null) => Promise<void>, stop: () => void, isOn: () => boolean,
 *   cameras: () => Promise<{id: string, label: string}[]>, current: () => string | null,
 *   hasTorch: () => boolean, torch: (on: boolean) => Promise<void>, hasZoom: () => boolean, zoom: (near: boolean) => Promise<void>,
 * }} Camera
 */

/**
 * Make the camera behind a video element. `onCode` is told every code in every picture that is read,
 * `onLost` when another app takes the camera; `wanted` is asked before each picture, so that nothing is read while somebody chooses.
 * @param {HTMLVideoElement} video
 * @param {{onCode: (text: string) => void, onBroken: () => void, onLost: () => void, wanted: () => boolean}} tell
 * @returns {Camera}
 */
export function makeCamera(video, tell) {
  /** @type {MediaStream | null} */
  let stream = null;
  /** Counts starts and stops, so that a camera that opens late knows it is no longer wanted. */
  let turn = 0;
  const reader = makeReader(video, { ...tell, wanted: () => stream !== null && tell.wanted() });

  function stop() {
    turn += 1;
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
  }

  /** @param {string | null} camera */
  async function start(camera) {
    stop();
    const mine = turn;
    const opened = await open(camera);
    if (mine !== turn) {
      for (const track of opened.getTracks()) track.stop();
      return;
    }
    stream = opened;
    for (const one of opened.getVideoTracks()) {
      one.onended = () => {
        if (stream !== opened) return;
        stop();
        tell.onLost();
      };
    }
    video.srcObject = opened;
    await video.play().catch((/** @type {Error} */ error) => {
      if (mine === turn) throw new CameraError("busy", { cause: error });
    });
    reader.start();
  }

  const track = () => stream?.getVideoTracks()[0];
  return {
    start,
    stop,
    isOn: () => stream !== null,
    cameras,
    current: () => track()?.getSettings().deviceId ?? null,
    // `torch` is in no standard yet; Android has it, iPhones from iOS 17.
    hasTorch: () => Boolean(/** @type {{torch?: boolean}} */ (track()?.getCapabilities?.() ?? {}).torch),
    hasZoom: () => zoomOf(track()) !== null,
    zoom: async (near) => {
      const range = zoomOf(track());
      if (range === null) return;
      await track()?.applyConstraints({ advanced: [/** @type {MediaTrackConstraintSet} */ ({ zoom: near ? Math.min(NEARER, range.max) : range.min })] });
    },
    torch: async (on) => {
      await track()?.applyConstraints({ advanced: [/** @type {MediaTrackConstraintSet} */ ({ torch: on })] });
    },
  };
}

/**
 * How far a camera zooms by itself; null where it does not, or hardly.
 * @param {MediaStreamTrack | undefined} track
 * @returns {{min: number, max: number} | null}
 */
function zoomOf(track) {
  const { zoom } = /** @type {{zoom?: {min: number, max: number}}} */ (track?.getCapabilities?.() ?? {});
  return zoom !== undefined && zoom.max >= 1.5 * zoom.min ? zoom : null;
}

/**
 * @param {string | null} camera
 * @returns {Promise<MediaStream>}
 */
async function open(camera) {
  if (navigator.mediaDevices === undefined) throw new CameraError("none");
  // Enough for a code of twenty millimetres at arm's length; the reader sees a part of it at a time.
  const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
  // Never `exact`: a laptop has no camera at the back, and a phone's ids change.
  const which = camera === null ? { facingMode: "environment" } : { deviceId: { ideal: camera } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
  } catch (error) {
    throw new CameraError(reasonOf(error), { cause: error });
  }
}

/** The cameras there are; their labels are empty until the camera has been allowed. */
async function cameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((one) => one.kind === "videoinput").map((one) => ({ id: one.deviceId, label: one.label }));
}

/**
 * Which part of a picture is read, by turns: all of it made smaller, then, where there are more dots than that, its
 * middle as it is, for a small code far away. Every other round it is turned: the reader misses one code in twenty
 * that lies at an angle of its own, and reads it at another.
 * @param {number} wide
 * @param {number} high
 * @param {number} turn
 */
function partOf(wide, high, turn) {
  if (wide === 0 || high === 0) return null;
  const scale = Math.min(1, MOST_PIXELS / Math.max(wide, high));
  const more = scale < 1;
  const round = more ? Math.floor(turn / 2) : turn;
  const angle = round % 2 === 1 ? ASKEW : 0;
  if (!more || turn % 2 === 0) return { x: 0, y: 0, wide, high, width: Math.round(wide * scale), height: Math.round(high * scale), angle };
  const part = { wide: Math.round(wide / 2), high: Math.round(high / 2) };
  return { x: Math.round(wide / 4), y: Math.round(high / 4), ...part, width: part.wide, height: part.high, angle };
}

/**
 * Take what the reader is given of a picture at its nth turn; null while there is no picture.
 * @param {CanvasRenderingContext2D} context
 * @param {CanvasImageSource} picture
 * @param {number} wide
 * @param {number} high
 * @param {number} turn
 */
export function taken(context, picture, wide, high, turn) {
  const part = partOf(wide, high, turn);
  if (part === null) return null;
  context.canvas.width = part.width;
  context.canvas.height = part.height;
  context.translate(part.width / 2, part.height / 2);
  context.rotate(part.angle);
  context.drawImage(picture, part.x, part.y, part.wide, part.high, -part.width / 2, -part.height / 2, part.width, part.height);
  return context.getImageData(0, 0, part.width, part.height);
}

/**
 * Read pictures one at a time: the next is taken when the last is read.
 * @param {HTMLVideoElement} video
 * @param {{onCode: (text: string) => void, onBroken: () => void, wanted: () => boolean}} tell
 */
function makeReader(video, { onCode, onBroken, wanted }) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  /** @type {Worker | null} */
  let worker = null;
  let busy = false;
  let timer = 0;
  let pace = PACE;
  let askedAt = 0;
  let turn = 0;

  function take() {
    timer = window.setTimeout(take, pace);
    if (busy || worker === null || context === null || !wanted() || video.readyState < video.HAVE_CURRENT_DATA) return;
    const picture = taken(context, video, video.videoWidth, video.videoHeight, turn);
    if (picture === null) return;
    turn += 1;
    busy = true;
    askedAt = performance.now();
    worker.postMessage(picture, [picture.data.buffer]);
  }

  function hire() {
    const hired = new Worker(ownScript(new URL("./decoder_worker.js", import.meta.url)), { type: "module" });
    const given = window.setTimeout(onBroken, PATIENCE);
    hired.onmessage = ({ data }) => {
      if ("ready" in data) {
        clearTimeout(given);
        if (!data.ready) onBroken();
        return;
      }
      busy = false;
      pace = Math.max(PACE, 2 * (performance.now() - askedAt));
      // Asked again: somebody may have begun to choose while this picture was read.
      if (data.text !== null && wanted()) onCode(data.text);
    };
    hired.onerror = () => {
      clearTimeout(given);
      onBroken();
    };
    return hired;
  }

  return {
    start() {
      worker ??= hire();
      busy = false;
      clearTimeout(timer);
      take();
    },
  };
}
