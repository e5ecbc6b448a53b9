// What this phone remembers: where it is enrolled, what it needs offline, what it has not yet sent, and how its people like it.

import { StorageError } from "./errors.js";

/** @import { Enrolment, Notice, Own, Queued, Supply } from "../core/types.js" */

const NAME = "opplev";
const VERSION = 2;

/**
 * How the people at this till like it, and where they were last: `recent` names the devices, the last used first.
 * @typedef {{
 *   language: string | null, sound: boolean, vibration: boolean, stay: boolean, nfc: boolean, way: "scan" | "typed",
 *   camera: string | null, device: string | null, recent: string[], offers: Record<string, string>,
 * }} Likings
 */

/** @type {Likings} */
const FIRST_LIKINGS = {
  ...{ language: null, sound: true, vibration: true, stay: false, nfc: false, way: "scan" },
  ...{ camera: null, device: null, recent: [], offers: {} },
};

/** @typedef {"enrolments" | "likings" | "queue" | "own" | "supplies" | "notices"} StoreName */

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request, oldVersion);
    request.onsuccess = () => {
      const database = request.result;
      // An iPhone that slept closes it behind our back; a newer version of this page in another tab wants it closed.
      database.onclose = () => (opened = null);
      database.onversionchange = () => {
        database.close();
        opened = null;
      };
      resolve(database);
    };
    request.onerror = () => {
      opened = null;
      reject(new StorageError("the browser keeps nothing", { cause: request.error }));
    };
  });
  return opened;
}

/**
 * @param {IDBOpenDBRequest} request
 * @param {number} before
 */
function upgrade({ result: database, transaction }, before) {
  if (before < 1) {
    database.createObjectStore("enrolments", { keyPath: "device_id" });
    database.createObjectStore("likings");
  }
  // What waits is numbered as it comes, so that a clock that is set back changes no order.
  const queue = database.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
  queue.createIndex("id", "id", { unique: true });
  database.createObjectStore("own", { keyPath: "id" }).createIndex("card", "card");
  database.createObjectStore("supplies", { keyPath: "device" });
  database.createObjectStore("notices", { keyPath: "id" });
  if (before !== 1 || transaction === null) return;
  const unsent = transaction.objectStore("unsent").getAll();
  unsent.onsuccess = () => {
    for (const old of unsent.result.sort((one, other) => one.storedAt - other.storedAt)) queue.add(fromFirstVersion(old));
    database.deleteObjectStore("unsent");
  };
}

/** @param {{id: string, device: string, path: string, body: any}} old @returns {Queued} */
function fromFirstVersion({ id, device, path, body }) {
  const visit = !path.endsWith("/void");
  return { id, device, path, body, kind: visit ? "visit" : "void", tried: true, last3: "", persons: visit ? body.persons : 0, offer: body.offer ?? "", date: (body.at ?? "").slice(0, 10) };
}

/**
 * Do something in some stores, all of it or nothing, and wait until it is on the disk.
 * @template T
 * @param {StoreName[]} names
 * @param {IDBTransactionMode} mode
 * @param {(stores: Record<StoreName, IDBObjectStore>, result: (value: T) => void) => void} what
 * @returns {Promise<T>}
 */
async function together(names, mode, what) {
  const transaction = (await database()).transaction(names, mode, { durability: "strict" });
  const stores = /** @type {Record<StoreName, IDBObjectStore>} */ (Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
  /** @type {T} */
  let result;
  what(stores, (value) => (result = value));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(new StorageError("the browser did not keep it", { cause: transaction.error }));
  });
}

/**
 * Do one thing in one store.
 * @template T
 * @param {StoreName} name
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} what
 * @returns {Promise<T>}
 */
function within(name, mode, what) {
  return together([name], mode, (stores, result) => {
    const request = what(stores[name]);
    request.onsuccess = () => result(request.result);
  });
}

/** @returns {Promise<Enrolment[]>} */
export function enrolments() {
  return within("enrolments", "readonly", (store) => store.getAll());
}

/** @param {Enrolment} enrolment */
export function keepEnrolment(enrolment) {
  return within("enrolments", "readwrite", (store) => store.put(enrolment));
}

/**
 * Forget a place with all that was kept for it: its key, its snapshot, its scans, what was said of them, what was about to be sent.
 * @param {string} device
 */
export function dropEnrolment(device) {
  return together(["enrolments", "queue", "own", "supplies", "notices", "likings"], "readwrite", (stores) => {
    stores.enrolments.delete(device);
    stores.likings.delete(IDBKeyRange.bound(sheetKey(device, ""), sheetKey(device, "\uffff")));
    stores.supplies.delete(device);
    for (const name of /** @type {const} */ (["queue", "own", "notices"])) deleteWhere(stores[name], (row) => row.device === device);
  });
}

/**
 * @param {IDBObjectStore} store
 * @param {(row: any) => boolean} fits
 */
function deleteWhere(store, fits) {
  const cursor = store.openCursor();
  cursor.onsuccess = () => {
    if (cursor.result === null) return;
    if (fits(cursor.result.value)) cursor.result.delete();
    cursor.result.continue();
  };
}

/** @returns {Promise<Queued[]>} in the order in which it happened */
export function queued() {
  return within("queue", "readonly", (store) => store.getAll());
}

/**
 * Put something in the queue. The same id again changes what stands there and keeps its place.
 * @param {Queued} row
 */
export function enqueue(row) {
  return together(["queue"], "readwrite", ({ queue }) => putById(queue, row));
}

/**
 * @param {IDBObjectStore} queue
 * @param {Queued} row
 */
function putById(queue, row) {
  const known = queue.index("id").getKey(row.id);
  known.onsuccess = () => queue.put(known.result === undefined ? row : { ...row, seq: known.result });
}

/**
 * Admit without a server: the visit in the queue and the scan among this phone's own, in one piece, and only if no tab
 * of this phone has the card in already that day at that place.
 * @param {Queued} row
 * @param {Own} scan
 * @returns {Promise<boolean>} false where it is in already
 */
export function admit(row, scan) {
  return together(["queue", "own"], "readwrite", ({ queue, own }, result) => {
    const earlier = own.index("card").getAll(scan.card);
    earlier.onsuccess = () => {
      const again = earlier.result.some((/** @type {Own} */ one) => one.place === scan.place && one.date === scan.date && one.state !== "voided" && one.id !== scan.id);
      result(!again);
      if (again) return;
      putById(queue, row);
      own.put(scan);
    };
  });
}

/**
 * Mark what is about to be sent: from now on it may have arrived.
 * @param {readonly Queued[]} rows
 */
export function markTried(rows) {
  return together(["queue"], "readwrite", ({ queue }) => {
    for (const row of rows) {
      const standing = queue.index("id").get(row.id);
      standing.onsuccess = () => standing.result !== undefined && queue.put({ ...standing.result, tried: true });
    }
  });
}

/**
 * Take something out of the queue; with `untriedOnly` only if it cannot have arrived.
 * @param {string} id
 * @param {{untriedOnly?: boolean}} [how]
 * @returns {Promise<boolean>} whether it is gone
 */
export function dequeue(id, { untriedOnly = false } = {}) {
  return together(["queue"], "readwrite", ({ queue }, result) => {
    const standing = queue.index("id").get(id);
    standing.onsuccess = () => {
      const row = standing.result;
      const may = row !== undefined && !(untriedOnly && row.tried);
      if (may) queue.delete(row.seq);
      result(may);
    };
  });
}

/** @param {Own} scan */
export function keepOwn(scan) {
  return within("own", "readwrite", (store) => store.put(scan));
}

/**
 * @param {string} id
 * @param {Partial<Own>} change
 */
export function changeOwn(id, change) {
  return together(["own"], "readwrite", ({ own }) => {
    const standing = own.get(id);
    standing.onsuccess = () => standing.result !== undefined && own.put({ ...standing.result, ...change });
  });
}

/** @param {string} card its hash @returns {Promise<Own[]>} */
export function ownOf(card) {
  return within("own", "readonly", (store) => store.index("card").getAll(card));
}

/** @returns {Promise<Own[]>} */
export function allOwn() {
  return within("own", "readonly", (store) => store.getAll());
}

/** @param {string} before a date; scans of earlier days are of no more use */
export function forgetOwnBefore(before) {
  return together(["own"], "readwrite", ({ own }) => deleteWhere(own, (row) => row.date < before));
}

/** @param {string} device @returns {Promise<Supply | undefined>} */
export function supplyOf(device) {
  return within("supplies", "readonly", (store) => store.get(device));
}

/** @param {string} device @param {string} language */
function sheetKey(device, language) {
  return `sheet/${device}/${language}`;
}

/** @typedef {{pdf: ArrayBuffer, at: number}} KeptSheet the page for the staff, and when it was fetched */

/** @param {string} device @param {string} language @returns {Promise<KeptSheet | undefined>} */
export function keptSheet(device, language) {
  return within("likings", "readonly", (store) => store.get(sheetKey(device, language)));
}

/** @param {string} device @param {string} language @param {KeptSheet} sheet */
export function keepSheet(device, language, sheet) {
  return within("likings", "readwrite", (store) => store.put(sheet, sheetKey(device, language)));
}

/** @param {Supply} supply */
export function keepSupply(supply) {
  return within("supplies", "readwrite", (store) => store.put(supply));
}

/** @returns {Promise<Notice[]>} */
export function notices() {
  return within("notices", "readonly", (store) => store.getAll());
}

/** @param {Notice} notice */
export function keepNotice(notice) {
  return within("notices", "readwrite", (store) => store.put(notice));
}

/** @param {string} device */
export function dropNotices(device) {
  return together(["notices"], "readwrite", (stores) => deleteWhere(stores.notices, (row) => row.device === device));
}

/** @returns {Promise<Likings>} */
export async function likings() {
  return { ...FIRST_LIKINGS, ...(await within("likings", "readonly", (store) => store.get("all"))) };
}

/** @param {Likings} all */
export function keepLikings(all) {
  return within("likings", "readwrite", (store) => store.put(all, "all"));
}

/** @returns {Promise<number>} what to add to the phone's clock, as it was last learned */
export async function keptClock() {
  return (await within("likings", "readonly", (store) => store.get("clock"))) ?? 0;
}

/** @param {number} offset */
export function keepClock(offset) {
  return within("likings", "readwrite", (store) => store.put(offset, "clock"));
}
