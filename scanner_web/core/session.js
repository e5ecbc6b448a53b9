// What happens at the till, as a machine: what was on the screen and what happened in, what is on the screen and what to do out.

import { isSameAgain, whatIsPresented } from "./card_text.js";
import { changed, inside, isListed, isSettled, item, moodOfGroup, MOST_CARDS, onePersonMore, ready } from "./group.js";
import { PRACTICE } from "./number.js";
import { moodOf } from "./mood.js";

/** @import { Item } from "./group.js" */
/** @import { Asked, Carrier, Verdict, Visit } from "./types.js" */

/** @typedef {"scan" | "typed" | "checking" | "persons" | "registering" | "answer" | "trouble" | "group" | "group-answer"} Screen */
/** @typedef {"network" | "busy" | "problem"} Trouble */
/** @typedef {"foreign" | "damaged" | "enrolment" | "tag"} Hint */

/**
 * `turn` counts cards, so that an answer about an earlier card is known and dropped. `asked` is the visit being registered,
 * `group` several cards on one list.
 * @typedef {{
 *   screen: Screen, way: "scan" | "typed", offer: string | null, turn: number,
 *   card: {text: string, carrier: Carrier} | null, verdict: Verdict | null, asked: Asked | null, visit: Visit | null,
 *   undo: {state: "none" | "sending" | "done" | "failed", id: string | null}, trouble: Trouble | null, hint: Hint | null,
 *   group: Item[],
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
 *   | {type: "way", way: "scan" | "typed"} | {type: "offer", offer: string | null} | {type: "hint_over"} | {type: "tag_unread"}
 *   | {type: "group"} | {type: "group_persons", key: number} | {type: "group_remove", key: number}
 *   | {type: "group_register", ids: string[], at: string} | {type: "group_undo", ids: string[]}} Happening
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
    ...{ asked: null, visit: null, undo: NO_UNDO, trouble: null, hint: null, group: [] },
  };
}

/**
 * One step of the till.
 * @param {Session} session
 * @param {Happening} happening
 * @returns {Step}
 */
export function step(session, happening) {
  if (isGroup(session)) return groupStep(session, happening);
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
    case "tag_unread":
      return seesHints(session) ? { session: { ...session, hint: "tag" }, tasks: [] } : still(session);
    case "group":
      return grouped(session);
    default:
      return still(session);
  }
}

/** @param {Session} session */
function isGroup({ screen }) {
  return screen === "group" || screen === "group-answer";
}

/**
 * Whether what is on the screen is practice: nothing of it is registered.
 * @param {Session} session
 */
export function isPractice({ card, group }) {
  return group.length > 0 ? group.every((one) => one.card.text === PRACTICE) : card?.text === PRACTICE;
}

/**
 * The card whose persons are being asked about is the first on a list.
 * @param {Session} session
 * @returns {Step}
 */
function grouped(session) {
  if (session.screen !== "persons" || session.card === null) return still(session);
  const group = [item(session.turn, session.card, session.verdict)];
  return { session: { ...atRest(session.way, session.offer, session.turn), screen: "group", group }, tasks: [] };
}

/**
 * One step with several cards.
 * @param {Session} session
 * @param {Happening} happening
 * @returns {Step}
 */
function groupStep(session, happening) {
  const { group } = session;
  switch (happening.type) {
    case "read":
      return readIntoGroup(session, happening.text, happening.carrier);
    case "verdict":
      return judgedInGroup(session, happening);
    case "registered":
      return settledInGroup(changedIn(session, happening.turn, (one) => ({ ...one, state: happening.visit === null ? "no" : "in", visit: happening.visit, verdict: happening.verdict, asked: null })));
    case "failed":
      return settledInGroup(changedIn(session, happening.turn, (one) => ({ ...one, state: "trouble", asked: null })));
    case "undone":
      return { session: changedIn(session, happening.turn, (one) => ({ ...one, state: happening.done ? "undone" : "in" })), tasks: happening.done ? [{ do: "signal", kind: "undone" }] : [] };
    case "group_persons":
      return { session: changedIn(session, happening.key, onePersonMore), tasks: [] };
    case "group_remove": {
      const rest = group.filter((one) => one.key !== happening.key);
      return { session: rest.length === 0 ? rested(session) : { ...session, group: rest }, tasks: [] };
    }
    case "group_register":
      return registerGroup(session, happening.ids, happening.at);
    case "group_undo":
      return undoGroup(session, happening.ids);
    case "next":
    case "give_up":
      return group.some((one) => one.state === "sending") ? still(session) : { session: rested(session), tasks: [] };
    case "hint_over":
      return { session: { ...session, hint: null }, tasks: [] };
    default:
      return still(session);
  }
}

/**
 * @param {Session} session
 * @param {number} key
 * @param {(one: Item) => Item} change
 * @returns {Session}
 */
function changedIn(session, key, change) {
  return { ...session, group: changed(session.group, key, change) };
}

/**
 * @param {Session} session
 * @param {string} text
 * @param {Carrier} carrier
 * @returns {Step}
 */
function readIntoGroup(session, text, carrier) {
  const { group, offer, screen } = session;
  const card = cardIn(text);
  if (screen === "group-answer") return card === null || isListed(group, card) ? still(session) : read(rested(session), text, carrier);
  if (offer === null || group.some((one) => one.state === "sending")) return still(session);
  if (card === null) return { session: { ...session, hint: "foreign" }, tasks: [] };
  if (isListed(group, card) || group.length >= MOST_CARDS) return still(session);
  const turn = session.turn + 1;
  return {
    session: { ...session, turn, hint: null, group: [...group, item(turn, { text: card, carrier }, null)] },
    tasks: [{ do: "check", turn, card, offer }],
  };
}

/**
 * @param {Session} session
 * @param {{turn: number, verdict: Verdict}} news
 * @returns {Step}
 */
function judgedInGroup(session, { turn, verdict }) {
  const known = session.group.find((one) => one.key === turn);
  if (known?.state !== "checking") return still(session);
  const kind = verdict.admitted ? "ask" : "no";
  return { session: changedIn(session, turn, (one) => item(turn, one.card, verdict)), tasks: [{ do: "signal", kind }] };
}

/**
 * @param {Session} session
 * @param {string[]} ids one for each card on the list
 * @param {string} at
 * @returns {Step}
 */
function registerGroup(session, ids, at) {
  const { offer } = session;
  if (session.screen !== "group" || offer === null || ready(session.group).cards.length === 0 || !isSettled(session.group)) return still(session);
  /** @type {Task[]} */
  const tasks = [];
  const group = session.group.map((one, index) => {
    const id = ids[index];
    if (one.state !== "ready" || one.verdict === null || id === undefined) return one;
    const asked = { id, card: one.card.text, offer, persons: one.persons, at, carrier: one.card.carrier, offline: one.verdict.offline === true };
    tasks.push({ do: "register", turn: one.key, asked, verdict: one.verdict });
    return { ...one, state: /** @type {const} */ ("sending"), asked };
  });
  return { session: { ...session, group }, tasks };
}

/**
 * @param {Session} session
 * @returns {Step}
 */
function settledInGroup(session) {
  // What is still being looked at, or was put on the list meanwhile, keeps the list open.
  if (!isSettled(session.group) || inside(session.group).cards.length === 0) return { session, tasks: [] };
  return { session: { ...session, screen: "group-answer" }, tasks: [{ do: "signal", kind: moodOfGroup(session.group) === "yes" ? "yes" : "no" }] };
}

/**
 * @param {Session} session
 * @param {string[]} ids one for each card on the list
 * @returns {Step}
 */
function undoGroup(session, ids) {
  /** @type {Task[]} */
  const tasks = [];
  const group = session.group.map((one, index) => {
    const undo = one.undo ?? ids[index] ?? null;
    if (one.state !== "in" || one.visit === null || undo === null) return one;
    tasks.push({ do: "void", turn: one.key, visit: one.visit.id, id: undo });
    return { ...one, state: /** @type {const} */ ("undoing"), undo };
  });
  return { session: { ...session, group }, tasks };
}

/**
 * Whether a card that comes now is taken, whichever way it comes. While somebody chooses, the next card joins a list;
 * while a visit is on its way, it waits.
 * @param {Session} session
 */
export function takesCards(session) {
  if (session.screen === "trouble") return session.asked === null;
  return session.screen !== "registering";
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
  const card = cardIn(text);
  if (card === null) {
    return seesHints(session) ? { session: { ...session, hint: /** @type {Hint} */ (presented.kind) }, tasks: [] } : still(session);
  }
  if (session.screen !== "scan" && session.card !== null && isSameAgain(session.card.text, card)) return still(session);
  if (session.screen === "persons") {
    if (session.card !== null && isListed([item(0, session.card, null)], card)) return still(session);
    return readIntoGroup(grouped(session).session, text, carrier);
  }
  const turn = session.turn + 1;
  const fresh = atRest(session.way, session.offer, turn);
  return {
    session: { ...fresh, screen: "checking", card: { text: card, carrier } },
    tasks: [{ do: "check", turn, card, offer: session.offer }],
  };
}

/** @param {Session} session */
function seesHints({ screen }) {
  return screen === "scan" || screen === "typed";
}

/**
 * The card in a text: its token, with what a tag wrote behind it, or its number; null where there is none.
 * @param {string} text
 */
function cardIn(text) {
  const presented = whatIsPresented(text);
  if (presented.kind === "token") return presented.token;
  return presented.kind === "number" ? presented.number : null;
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
