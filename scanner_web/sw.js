// The page without a network: its own files, kept whole, changed all at once and never in the middle of anything.

/**
 * The little of a service worker's world that is used here; the DOM's types do not know it.
 * @typedef {Event & {waitUntil: (until: Promise<unknown>) => void}} LifeEvent
 * @typedef {Event & {request: Request, respondWith: (answer: Promise<Response>) => void}} AskEvent
 * @typedef {EventTarget & {registration: ServiceWorkerRegistration, skipWaiting: () => Promise<void>}} Worker_
 */

// Made by `node scanner_web/tools/precache.js --write`; a test compares.
// precache begins
const VERSION = "7a4d13afc3dfe604";
const FILES = [
  "card.css",
  "card.html",
  "card.js",
  "core/base32.js",
  "core/card_text.js",
  "core/clock.js",
  "core/group.js",
  "core/hand_scanner.js",
  "core/holder_view.js",
  "core/mood.js",
  "core/number.js",
  "core/offline.js",
  "core/oslo.js",
  "core/places.js",
  "core/practice.js",
  "core/proof.js",
  "core/queue.js",
  "core/reach.js",
  "core/repeat.js",
  "core/session.js",
  "core/statement.js",
  "core/time.js",
  "core/today_list.js",
  "core/token.js",
  "core/verdict_view.js",
  "core/words.js",
  "device/api.js",
  "device/camera.js",
  "device/decoder_worker.js",
  "device/errors.js",
  "device/hand_scanner.js",
  "device/keys.js",
  "device/nfc.js",
  "device/outbox.js",
  "device/owner.js",
  "device/platform.js",
  "device/signals.js",
  "device/storage.js",
  "device/supplies.js",
  "device/tab.js",
  "device/time.js",
  "device/trusted.js",
  "device/updates.js",
  "device/verify.js",
  "device/wear.js",
  "device/words.js",
  "icons/icon-192.png",
  "icons/icon-512.png",
  "icons/icon.svg",
  "index.html",
  "main.js",
  "manifest.webmanifest",
  "paper.css",
  "paper/ask.js",
  "paper/note.js",
  "paper/till.js",
  "paper/words.js",
  "screen/answer_screens.js",
  "screen/counter.js",
  "screen/dom.js",
  "screen/enrol_screens.js",
  "screen/frame.js",
  "screen/group_screens.js",
  "screen/holder_screens.js",
  "screen/icons.js",
  "screen/more_sheets.js",
  "screen/scan_screens.js",
  "screen/sheet_screens.js",
  "screen/statement_screens.js",
  "screen/time_around_screens.js",
  "screen/time_member_screens.js",
  "screen/time_own_screens.js",
  "screen/time_till_screens.js",
  "sheets.css",
  "style.css",
  "time.css",
  "vendor/noble-ed25519/index.js",
  "vendor/zxing-wasm/reader/index.js",
  "vendor/zxing-wasm/reader/zxing_reader.wasm",
  "vendor/zxing-wasm/share.js",
  "wiring/beginning.js",
  "wiring/book.js",
  "wiring/camera.js",
  "wiring/clocks.js",
  "wiring/enrolment.js",
  "wiring/later.js",
  "wiring/line.js",
  "wiring/nfc.js",
  "wiring/page.js",
  "wiring/paper_till.js",
  "wiring/reading.js",
  "wiring/staff_sheet.js",
  "wiring/statement.js",
  "wiring/till.js",
  "wiring/time_member.js",
  "wiring/time_own.js",
  "wiring/time_till.js",
  "wiring/today.js",
  "words/ar.json",
  "words/en.json",
  "words/fa.json",
  "words/nb.json",
  "words/nn.json",
  "words/pl.json",
  "words/sheets/en.json",
  "words/sheets/nb.json",
  "words/sheets/nn.json",
  "words/so.json",
  "words/ti.json",
  "words/time/ar.json",
  "words/time/en.json",
  "words/time/fa.json",
  "words/time/nb.json",
  "words/time/nn.json",
  "words/time/pl.json",
  "words/time/so.json",
  "words/time/ti.json",
  "words/time/uk.json",
  "words/uk.json",
];
// precache ends

const worker = /** @type {Worker_} */ (/** @type {unknown} */ (self));
const CACHE = `opplev-${VERSION}`;
const SCOPE = new URL(worker.registration.scope);

/** Pages by the path in their codes: `/`, an enrolment, a card. */
const PAGES = [
  { path: /^(?:index\.html|e\/?)?$/i, file: "index.html" },
  { path: /^(?:card\.html|k\/?)$/i, file: "card.html" },
];

worker.addEventListener("install", (event) => {
  const fresh = FILES.map((file) => new Request(new URL(file, SCOPE), { cache: "reload" }));
  /** @type {LifeEvent} */ (event).waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

worker.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("opplev-") && name !== CACHE).map((name) => caches.delete(name))));
  /** @type {LifeEvent} */ (event).waitUntil(others);
});

// The page says when nobody is being served.
worker.addEventListener("message", (event) => {
  if (/** @type {MessageEvent} */ (event).data === "take over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request, respondWith } = /** @type {AskEvent} */ (event);
  const file = request.method === "GET" ? fileOf(request) : null;
  if (file !== null) respondWith.call(event, kept(file, request));
});

/**
 * Which of our files answers a request; null is for the network, as every call to the API is.
 * @param {Request} request
 * @returns {string | null}
 */
function fileOf(request) {
  const url = new URL(request.url);
  if (url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return null;
  const path = url.pathname.slice(SCOPE.pathname.length);
  if (request.mode === "navigate") return PAGES.find((page) => page.path.test(path))?.file ?? null;
  return /** @type {string[]} */ (FILES).includes(path) ? path : null;
}

/**
 * @param {string} file
 * @param {Request} request
 */
async function kept(file, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(new URL(file, SCOPE))) ?? fetch(request);
}
