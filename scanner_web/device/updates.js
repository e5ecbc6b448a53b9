// The page without a network, and a new version only when nobody is being served.

import { ownScript } from "./trusted.js";

const LOOK_EVERY = 3_600_000;
const TRY_EVERY = 20_000;

/**
 * Keep a copy of the page for when the network is away. A new version waits until `isIdle` says that nobody is in the middle of anything.
 * @param {() => boolean} isIdle
 */
export function keepUpToDate(isIdle) {
  const container = navigator.serviceWorker;
  if (container === undefined) return;
  const hadOne = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    if (hadOne) window.location.reload();
  });
  container.register(ownScript(new URL("../sw.js", import.meta.url)), { updateViaCache: "none" }).then(
    (registration) => {
      window.setInterval(() => void registration.update().catch(() => {}), LOOK_EVERY);
      window.setInterval(() => {
        if (registration.waiting !== null && isIdle()) registration.waiting.postMessage("take over");
      }, TRY_EVERY);
    },
    () => {}, // a private window keeps no copy; the page works as long as the network does
  );
}
