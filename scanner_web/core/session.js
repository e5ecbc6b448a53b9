// What happens at the till, as a machine: what was on the screen and what happened in, what is on the screen and what to do out.

import { whatIsPresented } from "./card_text.js";
import { moodOf } from "./verdict_view.js";

/** @import { Asked, Carrier, Verdict, Visit } from "./types.js" */

/** @typedef {"scan" | "typed" | "checking" | "persons" | "registering" | "answer" | "trouble"} Screen */
/** @typedef {"network" | "busy" | "problem"} Trouble */
/** @typedef {"foreign" | "damaged" | "enrolment"} Hint */

/**
 * `turn` counts cards, so that an answer about an earlier card is known and dropped. `asked` is the visit being registered.
 * @typedef {{
 *   screen: Screen, way: "scan" | "typed", offer: string | null, turn: number,
 *   card: {text: string, carrier: Carrier} | null, verdict: Verdict | null, asked: Asked | null, visit: Visit | null,
 *   undo: {state: "none" | "sending" | "done" | "failed", id: string | null}, trouble: Trouble | null, hint: Hint | null,
 * }} Session
 */

/**
 * @typedef {{type: "read", text: string, carrier: Carrier}
 *   | {type: "verdict", turn: number, verdict: Verdict, id: string, at: string}
 *   | {type: "persons", persons: number, id: string, at: string}
 *   | {type: "registered", turn: number, visit: Visit | null, verdict: Verdict}
 *   | {type: "failed", turn: number, trouble: Trouble}
 *   | {type: "retry"} | {type: "next"} | {type: "give_up", id: string}
 *   | {type: "undo", id: string} | {type: "undone", turn: number, done: boolean}
 *   | {type: "way", way: "scan" | "typed"} | {type: "offer", offer: string | null} | {type: "hint_over"}} Happening
 */

/**
 * @typedef {{do: "check", turn: number, card: string, offer: string}
 *   | {do: "register", turn: number, asked: Asked, verdict: Verdict}
 *   | {do: "void", turn: number, visit: string, id: string}
 *   | {do: "withdraw", visit: string, id: string}
 *   | {do: "signal", kind: "yes" | "no" | "ask" | "undone"}} Task
 */

/** @typedef {{session: Session, tasks: Task[]}} Step */

const NO_UNDO = /** @type {const} */ ({ state: "none", id: null });

/** A card used here this recently is asked about before it is used again: it may be the same slip of the hand. */
const MINUTES_OF_DOUBT = 60;

/**
 * @param {"scan" | "typed"} way
 * @param {string | null} offer
 * @param {number} [turn]
 * @returns {Session}
 */
export function atRest(way, offer, turn = 0) {
  return {
    ...{ screen: way, way, offer, turn, card: null, verdict: null },
    ...{ asked: null, visit: null, undo: NO_UNDO, trouble: null, hint: null },
  };
}

/**
 * One step of the till.
 * @param {Session} session
 * @param {Happening} happening
 * @returns {Step}
 */
export function step(session, happening) {
  switch (happening.type) {
    case "read":
      return read(session, happening.text, happening.carrier);
    case "verdict":
      return happening.turn === session.turn && session.screen === "checking"
        ? judged(session, happening)
        : still(session);
    case "persons":
      return mayRegister(session) ? register(session, happening.persons, happening) : still(session);
    case "registered":
      return happening.turn === session.turn && session.screen === "registering"
        ? answered({ ...session, visit: happening.visit, asked: null }, happening.verdict)
        : still(session);
    case "failed":
      return failed(session, happening.turn, happening.trouble);
    case "retry":
      return retried(session);
    case "next":
      return session.asked === null ? { session: rested(session), tasks: [] } : still(session);
    case "give_up":
      return givenUp(session, happening.id);
    case "undo":
      return undo(session, happening.id);
    case "undone":
      return undone(session, happening);
    case "way":
      return session.asked === null
        ? { session: atRest(happening.way, session.offer, session.turn + 1), tasks: [] }
        : still(session);
    case "offer":
      return session.asked === null
        ? { session: atRest(session.way, happening.offer, session.turn + 1), tasks: [] }
        : still(session);
    case "hint_over":
      return { session: { ...session, hint: null }, tasks: [] };
  }
}

/**
 * Whether a card that comes now is taken, whichever way it comes. While somebody chooses or a visit is on its way, the next card waits.
 * @param {Session} session
 */
export function takesCards(session) {
  if (session.screen === "trouble") return session.asked === null;
  return session.screen !== "persons" && session.screen !== "registering";
}

/**
 * Whether the camera should look for cards now.
 * @param {Session} session
 */
export function isLooking(session) {
  return session.offer !== null && session.screen !== "typed" && takesCards(session);
}

/**
 * @param {Session} session
 * @param {string} text
 * @param {Carrier} carrier
 * @returns {Step}
 */
function read(session, text, carrier) {
  if (session.offer === null || !takesCards(session)) return still(session);
  const presented = whatIsPresented(text);
  if (presented.kind !== "token" && presented.kind !== "number") {
    const seesHints = session.screen === "scan" || session.screen === "typed";
    return seesHints ? { session: { ...session, hint: presented.kind }, tasks: [] } : still(session);
  }
  const card = presented.kind === "token" ? presented.token : presented.number;
  if (session.screen !== "scan" && session.card?.text === card) return still(session);
  const turn = session.turn + 1;
  const fresh = atRest(session.way, session.offer, turn);
  return {
    session: { ...fresh, screen: "checking", card: { text: card, carrier } },
    tasks: [{ do: "check", turn, card, offer: session.offer }],
  };
}

/**
 * @param {Session} session
 * @param {{verdict: Verdict, id: string, at: string}} news
 * @returns {Step}
 */
function judged(session, { verdict, id, at }) {
  if (!verdict.admitted) return answered(session, verdict);
  const justUsed = verdict.used_minutes_ago !== null && verdict.used_minutes_ago < MINUTES_OF_DOUBT;
  const asking = { ...session, verdict, screen: /** @type {const} */ ("persons") };
  if (verdict.persons <= 1 && !justUsed) return register(asking, 1, { id, at });
  return { session: asking, tasks: [{ do: "signal", kind: "ask" }] };
}

/** @param {Session} session */
function mayRegister(session) {
  if (session.screen === "persons") return true;
  return session.screen === "answer" && session.visit === null && offersFewer(session.verdict);
}

/**
 * Whether a refusal leaves room for fewer people than were asked for.
 * @param {Verdict | null} verdict
 */
export function offersFewer(verdict) {
  return verdict !== null && !verdict.admitted && verdict.persons > 0;
}

/**
 * @param {Session} session
 * @param {number} persons
 * @param {{id: string, at: string}} fresh
 * @returns {Step}
 */
function register(session, persons, { id, at }) {
  const { verdict } = session;
  if (session.card === null || session.offer === null || verdict === null) return still(session);
  const { text: card, carrier } = session.card;
  const asked = { id, card, offer: session.offer, persons, at, carrier, offline: verdict.offline === true };
  return {
    session: { ...session, screen: "registering", asked },
    tasks: [{ do: "register", turn: session.turn, asked, verdict }],
  };
}

/**
 * @param {Session} session
 * @param {Verdict} verdict
 * @returns {Step}
 */
function answered(session, verdict) {
  const kind = moodOf(verdict) === "yes" ? "yes" : "no";
  return { session: { ...session, screen: "answer", verdict, undo: NO_UNDO }, tasks: [{ do: "signal", kind }] };
}

/**
 * @param {Session} session
 * @param {number} turn
 * @param {Trouble} trouble
 * @returns {Step}
 */
function failed(session, turn, trouble) {
  const waiting = session.screen === "checking" || session.screen === "registering";
  if (turn !== session.turn || !waiting) return still(session);
  // What the server understood and will not do, it will not do the second time either: ask about the card anew.
  const asked = trouble === "problem" ? null : session.asked;
  return { session: { ...session, screen: "trouble", trouble, asked }, tasks: [] };
}

/**
 * The same visit with the same id, or the same question again.
 * @param {Session} session
 * @returns {Step}
 */
function retried(session) {
  if (session.screen !== "trouble" || session.card === null || session.offer === null) return still(session);
  const { turn, asked, offer, card, verdict } = session;
  if (asked !== null && verdict !== null)
    return {
      session: { ...session, screen: "registering", trouble: null },
      tasks: [{ do: "register", turn, asked, verdict }],
    };
  return {
    session: { ...session, screen: "checking", trouble: null },
    tasks: [{ do: "check", turn, card: card.text, offer }],
  };
}

/**
 * Nobody waits for this card any more. A visit that may have reached the server is withdrawn there.
 * @param {Session} session
 * @param {string} id of the void
 * @returns {Step}
 */
function givenUp(session, id) {
  const asked = session.asked;
  return {
    session: rested(session),
    tasks: asked === null ? [] : [{ do: "withdraw", visit: asked.id, id }],
  };
}

/**
 * @param {Session} session
 * @param {string} freshId used for the first try; a second try repeats the first one's id
 * @returns {Step}
 */
function undo(session, freshId) {
  const { visit, undo: before, turn } = session;
  const can = session.screen === "answer" && visit !== null && (before.state === "none" || before.state === "failed");
  if (!can) return still(session);
  const id = before.id ?? freshId;
  return {
    session: { ...session, undo: { state: "sending", id } },
    tasks: [{ do: "void", turn, visit: visit.id, id }],
  };
}

/**
 * @param {Session} session
 * @param {{turn: number, done: boolean}} news
 * @returns {Step}
 */
function undone(session, { turn, done }) {
  if (turn !== session.turn || session.undo.state !== "sending") return still(session);
  const after = { ...session, undo: { ...session.undo, state: done ? /** @type {const} */ ("done") : /** @type {const} */ ("failed") } };
  return { session: after, tasks: done ? [{ do: "signal", kind: "undone" }] : [] };
}

/** @param {Session} session */
function rested(session) {
  return atRest(session.way, session.offer, session.turn + 1);
}

/**
 * @param {Session} session
 * @returns {Step}
 */
function still(session) {
  return { session, tasks: [] };
}
