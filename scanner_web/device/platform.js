// What kind of phone this is, where it matters.

/** Whether the page runs as an installed app. */
export function isInstalled() {
  const onApple = /** @type {{standalone?: boolean}} */ (navigator).standalone === true;
  return onApple || window.matchMedia("(display-mode: standalone)").matches || window.matchMedia("(display-mode: fullscreen)").matches;
}

/** iPhones and iPads; an iPad says that it is a Mac with fingers. */
export function isApple() {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
}

/**
 * Safari and the installed app share no storage, and Safari forgets after seven days: enrol in the app only.
 */
export function mustInstallFirst() {
  return isApple() && !isInstalled();
}

/** @typedef {"apple" | "app" | "samsung" | "firefox" | "other"} Browser */

/**
 * Where somebody finds the permission for the camera: in the phone's settings, the app's, or beside the address.
 * @returns {Browser}
 */
export function browser() {
  if (isApple()) return "apple";
  if (isInstalled()) return "app";
  if (/SamsungBrowser/.test(navigator.userAgent)) return "samsung";
  return /Firefox/.test(navigator.userAgent) ? "firefox" : "other";
}

/** Ask the browser not to throw our storage away when space is short. */
export async function keepStorage() {
  await navigator.storage?.persist?.();
}

/**
 * Keep the screen awake while somebody scans. Browsers that cannot, do not.
 * @returns {{on: () => void, off: () => void}}
 */
export function makeWakeLock() {
  /** @type {WakeLockSentinel | null} */
  let held = null;
  return {
    on: () => {
      if (held !== null && !held.released) return;
      navigator.wakeLock?.request("screen").then(
        (lock) => {
          held = lock;
        },
        () => {}, // a low battery refuses; the screen then sleeps as it always did
      );
    },
    off: () => {
      void held?.release();
      held = null;
    },
  };
}

/** Where signals have no sound because the page was never touched, the first touch wakes it. */
export function onFirstTouch(/** @type {() => void} */ then) {
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, then, { capture: true });
}
