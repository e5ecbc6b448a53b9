// Tags held to the back of the phone, where the browser reads them (Chrome on Android).

/** What TypeScript does not know yet (W3C Web NFC). @typedef {{recordType: string, encoding?: string, data?: DataView}} NdefRecord */
/** @typedef {EventTarget & {scan: (how: {signal: AbortSignal}) => Promise<void>}} Reader */
/** @typedef {"none" | "refused" | "switched_off"} Hindrance */

/** @returns {(new () => Reader) | undefined} */
function readerClass() {
  return /** @type {{NDEFReader?: new () => Reader}} */ (/** @type {unknown} */ (window)).NDEFReader;
}

export function hasNfc() {
  return readerClass() !== undefined;
}

/** Whether tags may be read without asking; only somebody's hand may ask. */
export async function mayReadTags() {
  try {
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ ("nfc") });
    return status.state === "granted";
  } catch {
    return false;
  }
}

/**
 * Read tags until the signal says stop.
 * @param {{onText: (text: string) => void, onUnread: () => void, signal: AbortSignal}} tell
 * @returns {Promise<Hindrance | null>} null where it goes
 */
export async function readTags({ onText, onUnread, signal }) {
  const known = readerClass();
  if (known === undefined) return "none";
  const reader = new known();
  reader.addEventListener("reading", (event) => {
    const { message } = /** @type {Event & {message: {records: NdefRecord[]}}} */ (event);
    const text = textOf(message.records);
    if (text === null) onUnread();
    else onText(text);
  }, { signal });
  reader.addEventListener("readingerror", onUnread, { signal });
  try {
    await reader.scan({ signal });
    return null;
  } catch (error) {
    return hindrance(error);
  }
}

/**
 * The address on a tag, else its first text; null on an empty one.
 * @param {readonly NdefRecord[]} records
 */
function textOf(records) {
  const record = records.find((one) => one.recordType === "url" || one.recordType === "absolute-url") ?? records.find((one) => one.recordType === "text");
  return record?.data === undefined ? null : new TextDecoder(record.encoding ?? "utf-8").decode(record.data);
}

/** @param {unknown} error @returns {Hindrance} */
function hindrance(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "refused";
  return name === "NotReadableError" ? "switched_off" : "none";
}
