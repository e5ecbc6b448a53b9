// The till's wiring: what the machine in core/session.js wants done is done here, and its answers go back in.

import { isCardNumber } from "../core/number.js";
import { isPracticeCard, practiceVerdict, practiceVisit } from "../core/practice.js";
import { step } from "../core/session.js";
import { check, register, serverInstant } from "../device/api.js";
import { BusyError, NetworkError, RevokedError } from "../device/errors.js";
import { signal } from "../device/signals.js";
import { judgeAlone, supply } from "../device/supplies.js";

/** @import { Happening, Task, Trouble } from "../core/session.js" */
/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */
/** @import { Line } from "./line.js" */
/** @import { Book } from "./book.js" */

/**
 * @param {App} app
 * @param {{redraw: () => void, revoked: (enrolment: Enrolment) => void, line: Line, book: Book, asTime: (number: string) => Promise<boolean>}} page
 */
export function makeTill(app, { redraw, revoked, line, book, asTime }) {
  /** @type {Set<string>} visits that never were */
  const practised = new Set();

  /** @param {Happening} happening */
  function happen(happening) {
    const before = app.session;
    const { session, tasks } = step(before, happening);
    if (session === before) return;
    app.session = session;
    if (session.turn !== before.turn || session.screen !== before.screen) app.family = null;
    redraw();
    for (const task of tasks) void perform(task);
  }

  /** @param {Task} task */
  async function perform(task) {
    const enrolment = app.current;
    if (enrolment === null) return;
    if (task.do === "signal") signal(task.kind, app.likings);
    else if (task.do === "withdraw") await book.withdraw(enrolment, task.visit, task.id);
    else if (task.do === "void") happen({ type: "undone", turn: task.turn, done: practised.has(task.visit) || (await book.takeBack(enrolment, task.visit, task.id)) });
    else await guarded(enrolment, task.turn, () => (task.do === "check" ? ask(enrolment, task) : visit(enrolment, task)));
  }

  /**
   * The server's word where it answers in time, else this phone's own.
   * @param {Enrolment} enrolment
   * @param {{turn: number, card: string, offer: string}} task
   */
  async function ask(enrolment, { turn, card, offer }) {
    if (isPracticeCard(card)) {
      const known = (await supply(enrolment.device_id).catch(() => null))?.snapshot.offers.find((one) => one.id === offer);
      return happen({ type: "verdict", turn, verdict: practiceVerdict(offer, known), id: crypto.randomUUID(), at: serverInstant() });
    }
    const verdict = (await line.ifWithinReach(() => check(enrolment, { card, offer }))) ?? (await judgeAlone(enrolment, { card, offer }, Date.parse(serverInstant())))?.verdict;
    if (verdict === undefined) throw new NetworkError("no answer, and nothing to go by");
    if (verdict.because === "unknown_card" && isCardNumber(card) && (await asTime(card))) return;
    happen({ type: "verdict", turn, verdict, id: crypto.randomUUID(), at: serverInstant() });
  }

  /**
   * Stored before it is sent. Where no answer comes it has happened all the same: the queue sends it with the same id.
   * @param {Enrolment} enrolment
   * @param {Extract<Task, {do: "register"}>} task
   */
  async function visit(enrolment, { turn, asked, verdict }) {
    if (isPracticeCard(asked.card)) {
      practised.add(asked.id);
      return happen({ type: "registered", turn, ...practiceVisit(asked, verdict) });
    }
    if (asked.offline) {
      const again = await book.admitAlone(enrolment, asked);
      happen({ type: "registered", turn, visit: again === null ? { id: asked.id, offer: asked.offer, persons: asked.persons } : null, verdict: again ?? { ...verdict, persons: asked.persons } });
      line.tryNow();
      return;
    }
    await book.keep(enrolment, asked);
    try {
      const answer = await line.ifWithinReach(() => register(enrolment, asked));
      if (answer === null) {
        const left = verdict.left === null ? null : Math.max(verdict.left - 1, 0);
        happen({ type: "registered", turn, visit: { id: asked.id, offer: asked.offer, persons: asked.persons }, verdict: { ...verdict, persons: asked.persons, left, offline: true } });
        await book.keptInstead(enrolment, asked);
      } else {
        happen({ type: "registered", turn, ...answer });
        await book.settle(enrolment, asked, answer);
      }
      line.tryNow();
    } catch (error) {
      if (troubleOf(error) === "problem") await book.drop(asked.id);
      throw error;
    }
  }

  /**
   * @param {Enrolment} enrolment
   * @param {number} turn
   * @param {() => Promise<void>} what
   */
  async function guarded(enrolment, turn, what) {
    try {
      await what();
    } catch (error) {
      if (error instanceof RevokedError) revoked(enrolment);
      else happen({ type: "failed", turn, trouble: troubleOf(error) });
    }
  }

  return { happen };
}

/**
 * @param {unknown} error
 * @returns {Trouble}
 */
export function troubleOf(error) {
  if (error instanceof NetworkError) return "network";
  return error instanceof BusyError ? "busy" : "problem";
}
