// Talking to the server: plainly before the phone is enrolled, with a signed proof after.

import { instant, offsetFrom } from "../core/clock.js";
import { base64url, proofToSign } from "../core/proof.js";
import { BusyError, NetworkError, ProblemError, RevokedError } from "./errors.js";
import { sha256, sign } from "./keys.js";

/** @import { VenueMonth } from "../core/statement.js" */
/** @import { Asked, Claimed, Enrolment, HolderCard, Outcome, Snapshot, Today, Verdict, Visit } from "../core/types.js" */

/** Longer than this and the family notices: say that the network is slow, and try again. */
const TIMEOUT = 3000;
/** Enrolling and the holder's own page can wait for a cold start. */
const PATIENT_TIMEOUT = 12_000;
/** Asking whether the server is back, behind everybody's back. */
const PROBE_TIMEOUT = 5000;
/** Nobody waits for a queue; a hundred visits take the server a while. */
const QUEUE_TIMEOUT = 28_000;

/** The phone's clock plus this is the server's clock, in milliseconds; learned from every answer. */
let clockOffset = 0;
/** @type {(offset: number) => void} */
let onClock = () => {};

/**
 * Begin with what was learned before, and tell what is learned.
 * @param {number} offset
 * @param {(offset: number) => void} tell
 */
export function beginClock(offset, tell) {
  clockOffset = offset;
  onClock = tell;
}

/** @returns {string} now, by the server's clock */
export function serverInstant() {
  return instant(Date.now(), clockOffset);
}

/** @returns {number} now in milliseconds, by the server's clock */
export function serverNow() {
  return Date.now() + clockOffset;
}

/** @param {Response} response @param {number} sentAt */
function learnClock(response, sentAt) {
  const before = clockOffset;
  clockOffset = offsetFrom(response.headers.get("date"), sentAt, Date.now()) ?? clockOffset;
  // The header has whole seconds: less than two is not news.
  if (Math.abs(clockOffset - before) > 2000) onClock(clockOffset);
}

/**
 * One request, at most `timeout` long; with `pdf` a success is bytes.
 * @param {string} method
 * @param {string} path
 * @param {{pdf?: boolean, body?: Uint8Array<ArrayBuffer> | undefined, authorization?: string, timeout: number, etag?: string | null, waiting?: number | null}} how
 * @returns {Promise<{response: Response, said: any}>}
 */
async function send(method, path, { body, authorization, timeout, etag = null, waiting = null, pdf = false }) {
  /** @type {Record<string, string>} */
  const headers = { accept: pdf ? "application/pdf, application/json" : "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (authorization !== undefined) headers.authorization = authorization;
  if (etag !== null) headers["if-none-match"] = etag;
  if (waiting !== null) headers["opplev-waiting"] = String(waiting);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeout);
  const sentAt = Date.now();
  try {
    const response = await fetch(path, { method, headers, body: body ?? null, signal: stop.signal, cache: "no-store" });
    learnClock(response, sentAt);
    if (response.status === 304) return { response, said: null };
    const reading = pdf && response.ok ? response.arrayBuffer() : response.json();
    const said = await reading.catch((/** @type {unknown} */ error) => {
      if (stop.signal.aborted) throw error;
      return null; // an error page of somebody between us and the server
    });
    return { response, said };
  } catch (error) {
    throw new NetworkError("no answer", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What an answer means; everything but a success is thrown.
 * @param {{response: Response, said: any}} answer
 */
function meaning({ response, said }) {
  if (response.ok && said !== null) return said;
  const code = typeof said?.code === "string" ? said.code : "unknown";
  if (code === "device_revoked") throw new RevokedError("disconnected");
  // A gateway's 502 or 504 is no answer of ours; the call may have been done and is safe to repeat.
  const tooFast = response.status === 429 && code !== "locked";
  if (tooFast || response.status >= 500) throw new BusyError(code);
  throw new ProblemError(response.status, code);
}

/** @param {object | undefined} body */
function bytesOf(body) {
  return body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
}

/**
 * Ask with a proof signed by this phone. A clock that is wrong is set by the server's and the call signed once more.
 * @param {Enrolment} enrolment
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {{timeout?: number, etag?: string | null, waiting?: number, query?: string, pdf?: boolean}} [how]
 * @returns {Promise<{response: Response, said: any}>}
 */
async function askOnce(enrolment, method, path, body, how = {}) {
  const bytes = bytesOf(body);
  const first = await prove(enrolment, method, path, bytes, how);
  if (first.response.status === 401 && first.said?.code === "clock") return prove(enrolment, method, path, bytes, how);
  return first;
}

/**
 * @param {Enrolment} enrolment
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {{timeout?: number, waiting?: number, query?: string, pdf?: boolean}} [how]
 * @returns {Promise<any>}
 */
async function ask(enrolment, method, path, body, how) {
  return meaning(await askOnce(enrolment, method, path, body, how));
}

/**
 * @param {Enrolment} enrolment
 * @param {string} method
 * @param {string} path
 * @param {Uint8Array<ArrayBuffer> | undefined} body
 * @param {{timeout?: number, etag?: string | null, waiting?: number, query?: string, pdf?: boolean}} how `query` is not signed
 */
async function prove(enrolment, method, path, body, { timeout = TIMEOUT, etag = null, waiting, query = "", pdf = false }) {
  const toSign = proofToSign({
    device: enrolment.device_id,
    audience: enrolment.audience,
    method,
    path,
    bodyHash: await sha256(body ?? new Uint8Array()),
    now: Date.now() + clockOffset,
    id: crypto.randomUUID(),
  });
  const authorization = `Bearer ${toSign}.${base64url(await sign(enrolment.keys, toSign))}`;
  return send(method, path + query, { body, authorization, timeout, etag, waiting: waiting ?? null, pdf });
}

/**
 * Spend an enrolment code.
 * @param {{code: string, public_key: object, label: string}} body
 * @returns {Promise<Claimed>}
 */
export async function claim(body) {
  return meaning(await send("POST", "/v1/devices", { body: bytesOf(body), timeout: PATIENT_TIMEOUT }));
}

/**
 * @param {Enrolment} enrolment
 * @param {{card: string, offer: string}} body
 * @returns {Promise<Verdict>}
 */
export function check(enrolment, body) {
  return ask(enrolment, "POST", "/v1/scan/check", body);
}

export const VISITS = "/v1/scan/visits";

/**
 * @param {Enrolment} enrolment
 * @param {Asked} asked
 * @returns {Promise<{visit: Visit | null, verdict: Verdict}>}
 */
export function register(enrolment, asked) {
  return ask(enrolment, "POST", VISITS, asked);
}

/** @param {string} visit */
export function voidPath(visit) {
  return `${VISITS}/${visit}/void`;
}

/**
 * @param {Enrolment} enrolment
 * @param {string} path
 * @param {object} body
 * @returns {Promise<unknown>}
 */
export function post(enrolment, path, body) {
  return ask(enrolment, "POST", path, body);
}

/**
 * A code for a colleague's phone; only a phone with the right to may ask.
 * @param {Enrolment} enrolment
 * @param {string} label
 * @returns {Promise<{code: string, url: string, qr_svg: string, expires_at: string}>}
 */
export function openEnrolment(enrolment, label) {
  return ask(enrolment, "POST", `/v1/venues/${enrolment.venue.id}/enrolments`, { label, rights: ["scan"] });
}

/**
 * Visits from the queue, in their order.
 * @param {Enrolment} enrolment
 * @param {object[]} visits
 * @param {number} waiting how many more there are: the office is told, for the day the phone is lost
 * @returns {Promise<{results: Outcome[]}>}
 */
export function postBatch(enrolment, visits, waiting) {
  return ask(enrolment, "POST", `${VISITS}/batch`, { visits }, { timeout: QUEUE_TIMEOUT, waiting });
}

/**
 * What a phone needs to decide by itself; null where what we have is still so.
 * @param {Enrolment} enrolment
 * @param {string | null} etag of what we have
 * @param {number} waiting visits that are yet to be sent
 * @returns {Promise<{etag: string, snapshot: Snapshot} | null>}
 */
export async function fetchSnapshot(enrolment, etag, waiting) {
  const answer = await askOnce(enrolment, "GET", "/v1/scan/snapshot", undefined, { timeout: etag === null ? PATIENT_TIMEOUT : PROBE_TIMEOUT, etag, waiting });
  if (answer.response.status === 304) return null;
  const snapshot = meaning(answer);
  return { etag: answer.response.headers.get("etag") ?? "", snapshot };
}

/**
 * @param {Enrolment} enrolment
 * @returns {Promise<Today>}
 */
export function today(enrolment) {
  return ask(enrolment, "GET", "/v1/scan/today");
}

/**
 * The page for the staff of this venue, to print.
 * @param {Enrolment} enrolment
 * @param {string} language
 * @returns {Promise<ArrayBuffer>} a PDF
 */
export function fetchStaffSheet(enrolment, language) {
  return ask(enrolment, "GET", "/v1/scan/staff-sheet", undefined, { timeout: PATIENT_TIMEOUT, query: `?language=${language}`, pdf: true });
}

const STATEMENT = "/v1/scan/statement";
export const OBJECTIONS = `${STATEMENT}/objections`;

/**
 * The venue's month.
 * @param {Enrolment} enrolment
 * @param {string} month yyyy-mm
 * @returns {Promise<VenueMonth>}
 */
export function fetchMonth(enrolment, month) {
  return ask(enrolment, "GET", STATEMENT, undefined, { timeout: PATIENT_TIMEOUT, query: `?month=${month}` });
}

/**
 * The venue's month, to print.
 * @param {Enrolment} enrolment
 * @param {string} month yyyy-mm
 * @returns {Promise<ArrayBuffer>} a PDF
 */
export function fetchMonthPdf(enrolment, month) {
  return ask(enrolment, "GET", STATEMENT, undefined, { timeout: PATIENT_TIMEOUT, query: `?month=${month}&format=pdf`, pdf: true });
}

/**
 * The holder's own page; no phone is enrolled here.
 * @param {{card: string, language?: string, birth_year?: number, tenant?: string}} body
 * @returns {Promise<HolderCard>}
 */
export async function holderCard(body) {
  return meaning(await send("POST", "/v1/holder/card", { body: bytesOf(body), timeout: PATIENT_TIMEOUT }));
}

/**
 * Ask as anybody may: a member of TimeKred by the code in the body.
 * @param {string} path
 * @param {object} body
 * @param {boolean} [pdf] whether the answer is a paper
 * @returns {Promise<any>}
 */
export async function plainly(path, body, pdf = false) {
  return meaning(await send("POST", path, { body: bytesOf(body), timeout: PATIENT_TIMEOUT, pdf }));
}

/**
 * @param {Enrolment} enrolment
 * @param {string} path
 * @returns {Promise<any>}
 */
export function get(enrolment, path) {
  return ask(enrolment, "GET", path);
}

/** @returns {Promise<any>} the API's own description */
export async function openapi() {
  return meaning(await send("GET", "/v1/openapi.json", { timeout: PATIENT_TIMEOUT }));
}
