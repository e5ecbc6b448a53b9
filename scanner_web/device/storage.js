// What this phone remembers: where it is enrolled, what it has not yet sent, and how its people like it.

import { StorageError } from "./errors.js";

/** @import { Enrolment } from "../core/types.js" */

const NAME = "opplev";
const VERSION = 1;

/**
 * How the people at this till like it, and where they were last: `recent` names the devices, the last used first.
 * @typedef {{
 *   language: string | null, sound: boolean, vibration: boolean, stay: boolean, way: "scan" | "typed",
 *   camera: string | null, device: string | null, recent: string[], offers: Record<string, string>,
 * }} Likings
 */

/** @type {Likings} */
const FIRST_LIKINGS = {
  ...{ language: null, sound: true, vibration: true, stay: false, way: "scan" },
  ...{ camera: null, device: null, recent: [], offers: {} },
};

/**
 * Something that must reach the server: a visit or a void. Its id was made when it was stored.
 * @typedef {{id: string, device: string, path: string, body: object, storedAt: number}} Unsent
 */

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("enrolments", { keyPath: "device_id" });
      request.result.createObjectStore("unsent", { keyPath: "id" });
      request.result.createObjectStore("likings");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new StorageError("the browser keeps nothing", { cause: request.error }));
  });
  return opened;
}

/**
 * Do one thing in one store, and wait until it is on the disk.
 * @template T
 * @param {"enrolments" | "unsent" | "likings"} name
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} what
 * @returns {Promise<T>}
 */
async function within(name, mode, what) {
  const transaction = (await database()).transaction(name, mode, { durability: "strict" });
  const request = what(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(new StorageError("the browser did not keep it", { cause: transaction.error }));
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

/** @param {string} device */
export function dropEnrolment(device) {
  return within("enrolments", "readwrite", (store) => store.delete(device));
}

/** @returns {Promise<Unsent[]>} oldest first */
export async function unsent() {
  const all = await within("unsent", "readonly", (store) => store.getAll());
  return all.sort((one, other) => one.storedAt - other.storedAt);
}

/** @param {Unsent} one */
export function keepUnsent(one) {
  return within("unsent", "readwrite", (store) => store.put(one));
}

/** @param {string} id */
export function dropUnsent(id) {
  return within("unsent", "readwrite", (store) => store.delete(id));
}

/** @returns {Promise<Likings>} */
export async function likings() {
  return { ...FIRST_LIKINGS, ...(await within("likings", "readonly", (store) => store.get("all"))) };
}

/** @param {Likings} all */
export function keepLikings(all) {
  return within("likings", "readwrite", (store) => store.put(all, "all"));
}
