// The till for time: a member's code is held up, adults and children are counted, and minutes are taken, once.

import { whatIsPresented } from "../core/card_text.js";
import { osloDate } from "../core/oslo.js";
import { choices, payable, priceOf, whyNotAlone } from "../core/time.js";
import { sayer } from "../core/words.js";
import { serverInstant, serverNow } from "../device/api.js";
import { BusyError, NetworkError, RevokedError } from "../device/errors.js";
import { signal } from "../device/signals.js";
import { supply } from "../device/supplies.js";
import { checkIn, dropPaying, forgetRefusals, keepPaying, look, markOf, paidToday, pay, refusals, sendWaiting, takeBack, timeSupplies, timeWords, waiting, wearTime } from "../device/time.js";
import { genuine } from "../device/verify.js";
import { fill } from "../screen/dom.js";
import { timeScreen } from "../screen/time_till_screens.js";

/** @import { Choice, Currency, Paying, Spend, SpendVerdict, Supplies } from "../core/time.js" */
/** @import { Enrolment } from "../core/types.js" */
/** @import { Say } from "../core/words.js" */
/** @import { Refused, TimeWords } from "../device/time.js" */
/** @import { App } from "../screen/frame.js" */

/** How long an answer stands while a queue is served, before the camera is back. */
const QUEUE_SHOWS = 1500;
const SEND_EVERY = 30_000;
/** A code that paid here so lately is told of: it is more often a slip than a second visit. */
const JUST_NOW = 10 * 60_000;

/**
 * Everything that is shown. `pays` is the currency that is paid with, where there is a choice of them; `first` is the answer to "first time here?"; `enough` what the server says of the price before it is taken.
 * @typedef {{
 *   step: "loading" | "counting" | "paying" | "answer" | "trouble" | "list" | "none", say: Say, words: TimeWords, locale: string, card: string, supplies: Supplies | null, pays: Currency | null,
 *   choice: Choice | null, all: Choice[], adults: number, children: number, first: boolean | null, enough: boolean | null, why: string | null, verdict: SpendVerdict | null, paid: {id: string, offline: boolean, undo: string} | null,
 *   undone: "no" | "sending" | "done" | "failed", queue: boolean, total: {persons: number, minutes: number}, refused: Refused[], day: {adults: number, children: number, minutes: number, spends: Spend[]} | null,
 *   undoable: Set<string>, undoing: string | null, ago: number | null,
 * }} TimeTill
 * @typedef {{
 *   count: (change: {adults?: number, children?: number}) => void, choose: (key: string) => void, first: (answer: boolean) => void, pay: () => void, undo: () => void, close: () => void,
 *   retry: () => void, queue: () => void, list: () => void, takeBack: (spend: string) => void, seen: () => void,
 * }} TimeAct
 */

/**
 * @param {App} app
 * @param {{revoked: (enrolment: Enrolment) => void, redraw: () => void}} page
 */
export async function makeTimeTill(app, { revoked, redraw }) {
  wearTime();
  const words = await timeWords(app.language);
  const over = document.createElement("section");
  over.className = "time-over";
  over.hidden = true;
  document.body.append(over);
  const main = document.querySelector("main");
  /** @type {TimeTill} */
  const till = {
    ...{ step: "loading", say: sayer(words.till), words, locale: app.words.locale, card: "", supplies: null, pays: null, choice: null, all: [], adults: 1, children: 0, first: null, enough: null },
    ...{ why: null, verdict: null, paid: null, undone: "no", queue: false, total: { persons: 0, minutes: 0 }, refused: [], day: null, undoable: new Set(), undoing: null, ago: null },
  };
  /** @type {Paying | null} the payment that an answer is waited for */
  let under = null;
  let turn = 0;
  /** What each payment of the day is taken back by, so that asking again takes back once. @type {Map<string, string>} */
  const undos = new Map();
  /** When each code paid here, as this phone knows until it is closed. @type {Map<string, number>} */
  const paidAt = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let closing;

  function draw() {
    const held = document.activeElement instanceof HTMLElement && over.contains(document.activeElement) ? document.activeElement.dataset.testid : undefined;
    document.body.dataset.time = over.hidden ? "" : till.step;
    fill(over, timeScreen(till, act));
    const before = held === undefined ? null : over.querySelector(`[data-testid="${held}"]:not(:disabled)`);
    const target = before ?? over.querySelector("[data-focus]");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }

  /** @param {boolean} shown */
  function show(shown) {
    clearTimeout(closing);
    over.hidden = !shown;
    if (main !== null) main.inert = shown;
    if (shown) draw();
    else {
      document.body.dataset.time = "";
      redraw();
    }
  }

  /** @param {string} card as it was read */
  async function read(card) {
    const busy = !over.hidden && !(till.queue && till.step === "answer");
    if (app.current === null || busy) return;
    const place = app.current;
    turn += 1;
    const mine = turn;
    const kept = till.queue ? { choice: till.choice, adults: till.adults, children: till.children } : { choice: null, adults: 1, children: 0 };
    Object.assign(till, { card, step: "loading", pays: null, first: null, enough: null, why: null, verdict: null, paid: null, undone: "no", ago: minutesSince(paidAt.get(numberOf(card))), ...kept });
    show(true);
    await guarded(place, async () => {
      till.supplies = (await timeSupplies(place)) ?? null;
      till.refused = (await refusals()).filter((one) => one.device === place.device_id);
      if (mine !== turn) return;
      till.all = till.supplies === null ? [] : choices(till.supplies);
      const first = fitting();
      till.choice = till.all.find((one) => one.key === kept.choice?.key && one.currency === kept.choice.currency) ?? first;
      till.step = till.choice === null ? "none" : "counting";
      if (till.queue && till.choice !== null) return take();
      draw();
      await ask();
    });
  }

  /** The first thing to be had for the currency of the code, else whatever is first. */
  function fitting() {
    const presented = whatIsPresented(till.card);
    const code = presented.kind === "token" ? presented.body.programme : -1;
    const held = payable(till.supplies).find((one) => one.currency.code === code);
    paysWith(held?.currency.id);
    /** @param {Choice} one */
    const fits = (one) => held?.takenIn.includes(one.currency) === true;
    return till.all.find((one) => fits(one) && !one.checkIn) ?? till.all.find(fits) ?? till.all[0] ?? null;
  }

  /** Where only one currency is ever paid with, nobody needs to be told. @param {string | null | undefined} currency */
  function paysWith(currency) {
    const all = payable(till.supplies);
    if (all.length > 1) till.pays = all.find((one) => one.currency.id === currency)?.currency ?? till.pays;
  }

  /** @param {Choice} choice */
  function asked(choice) {
    return { card: till.card, adults: till.adults, children: till.children, ...(choice.session ? { session: choice.key } : { offer: choice.key }) };
  }

  /** Whether there is enough, for as long as nobody waits for it. */
  async function ask() {
    const { choice } = till;
    const place = app.current;
    turn += 1;
    const mine = turn;
    till.enough = null;
    till.why = null;
    if (choice === null || choice.checkIn || place === null || till.adults + till.children === 0) return;
    try {
      const verdict = await look(place, asked(choice));
      if (mine !== turn || till.step !== "counting") return;
      till.enough = verdict.admitted;
      till.why = verdict.because;
      paysWith(verdict.currency);
      draw();
    } catch (error) {
      if (error instanceof RevokedError) revoked(place);
    }
  }

  async function take() {
    const { choice } = till;
    const place = app.current;
    if (choice === null || place === null) return;
    turn += 1;
    if (choice.checkIn) return present(place, choice);
    under ??= { id: crypto.randomUUID(), ...asked(choice), at: serverInstant(), offline: false, first_time: till.first };
    const paying = under;
    till.step = "paying";
    draw();
    await guarded(place, async () => {
      const minutes = priceOf(choice, paying.adults, paying.children);
      const row = { id: paying.id, device: place.device_id, card: await markOf(paying.card), day: osloDate(serverNow()), minutes, paying, undo: null };
      await keepPaying(row);
      try {
        const { spend, verdict } = await pay(place, paying);
        await dropPaying(paying.id);
        answered(verdict, spend === null ? null : { id: spend.id, offline: false, undo: crypto.randomUUID() });
      } catch (error) {
        if (!(error instanceof NetworkError || error instanceof BusyError)) {
          await dropPaying(paying.id);
          throw error;
        }
        const why = whyNotAlone({ ...(await alone(place, row.card, row.day)), minutes });
        // What was sent may have arrived: the same id is asked about again, or taken back.
        if (why !== null) return troubled();
        await keepPaying({ ...row, paying: { ...paying, offline: true } });
        answered({ admitted: true, because: null, currency: choice.currency, adults: paying.adults, children: paying.children, minutes, left: null }, { id: paying.id, offline: true, undo: crypto.randomUUID() });
      }
    });
  }

  /**
   * Whoever signed up has paid, or set aside what it costs: that they are there is all that is left to say.
   * @param {Enrolment} place
   * @param {Choice} choice
   */
  async function present(place, choice) {
    till.step = "paying";
    draw();
    await guarded(place, async () => {
      const { seat, because } = await checkIn(place, choice, till.card);
      answered({ admitted: seat !== null, because, currency: choice.currency, adults: seat?.adults ?? 0, children: seat?.children ?? 0, minutes: 0, left: null }, null);
    });
  }

  /**
   * What the phone knows by itself of a code.
   * @param {Enrolment} place
   * @param {string} card
   * @param {string} day
   */
  async function alone(place, card, day) {
    const presented = whatIsPresented(till.card);
    const held = await supply(place.device_id).catch(() => null);
    const body = presented.kind === "token" && held !== null ? await genuine(presented.token, held.snapshot) : null;
    const taken = (await waiting()).filter((one) => one.card === card && one.day === day && one.paying.offline && one.undo === null).reduce((sum, one) => sum + one.minutes, 0);
    return { currency: till.supplies?.currencies.find((one) => one.code === body?.programme), taken, genuine: body !== null };
  }

  /**
   * @param {SpendVerdict} verdict
   * @param {{id: string, offline: boolean, undo: string} | null} paid
   */
  function answered(verdict, paid) {
    under = null;
    till.verdict = verdict;
    till.paid = paid;
    paysWith(verdict.currency);
    till.step = "answer";
    if (verdict.admitted) paidAt.set(numberOf(till.card), serverNow());
    if (verdict.admitted) till.total = { persons: till.total.persons + verdict.adults + verdict.children, minutes: till.total.minutes + verdict.minutes };
    signal(verdict.admitted ? "yes" : "no", app.likings);
    draw();
    if (till.queue && verdict.admitted) closing = setTimeout(() => show(false), QUEUE_SHOWS);
  }

  function troubled() {
    till.step = "trouble";
    draw();
  }

  /**
   * @param {Enrolment} place
   * @param {() => Promise<void>} what
   */
  async function guarded(place, what) {
    try {
      await what();
    } catch (error) {
      if (error instanceof RevokedError) {
        show(false);
        revoked(place);
      } else troubled();
    }
  }

  async function undo() {
    const { paid } = till;
    const place = app.current;
    if (paid === null || place === null || till.undone === "sending") return;
    till.undone = "sending";
    draw();
    try {
      if (paid.offline) await dropPaying(paid.id);
      else await takeBack(place, paid.id, paid.undo);
      till.undone = "done";
      paidAt.delete(numberOf(till.card));
      const { adults = 0, children = 0, minutes = 0 } = till.verdict ?? {};
      till.total = { persons: till.total.persons - adults - children, minutes: till.total.minutes - minutes };
    } catch (error) {
      if (error instanceof RevokedError) revoked(place);
      till.undone = "failed";
    }
    draw();
  }

  /** Nobody waits any longer for the answer: if it arrived, it is taken back. */
  async function giveUp() {
    const lost = under;
    const place = app.current;
    under = null;
    if (lost === null || place === null) return;
    await keepPaying({ id: lost.id, device: place.device_id, card: "", day: "", minutes: 0, paying: lost, undo: crypto.randomUUID() });
    send();
  }

  async function list() {
    const place = app.current;
    if (place === null) return;
    turn += 1;
    till.step = "list";
    Object.assign(till, { day: null, undoing: null, undone: "no" });
    show(true);
    await guarded(place, () => refreshDay(place));
  }

  /** @param {Enrolment} place */
  async function refreshDay(place) {
    till.day = await paidToday(place);
    till.undoable = new Set(till.day?.spends.filter((one) => !one.undone && one.undo_until !== null && Date.parse(one.undo_until) > serverNow()).map((one) => one.id));
    draw();
  }

  /** Take back a payment of today's, whichever phone took it. @param {string} spend */
  async function takeBackLater(spend) {
    const place = app.current;
    if (place === null || till.undoing !== null) return;
    const by = undos.get(spend) ?? crypto.randomUUID();
    undos.set(spend, by);
    Object.assign(till, { undoing: spend, undone: "no" });
    draw();
    try {
      await takeBack(place, spend, by);
      paidAt.clear();
      await refreshDay(place);
    } catch (error) {
      if (error instanceof RevokedError) revoked(place);
      till.undone = "failed";
    }
    till.undoing = null;
    draw();
  }

  function send() {
    void sendWaiting(app.enrolments, (id) => under?.id === id).catch(() => {});
  }

  /**
   * Whether a typed number is a member's code: a number does not say what it is.
   * @param {string} number
   */
  async function knows(number) {
    const place = app.current;
    if (place === null) return false;
    const first = choices((await timeSupplies(place)) ?? { venue: "", offers: [], currencies: [], sessions: [] }).find((one) => !one.checkIn);
    if (first === undefined) return false;
    const verdict = await look(place, { card: number, adults: 1, children: 0, ...(first.session ? { session: first.key } : { offer: first.key }) });
    return verdict.because !== "unknown_code";
  }

  /** @type {TimeAct} */
  const act = {
    count: ({ adults = till.adults, children = till.children }) => {
      if (adults < 0 || children < 0 || adults + children > 10) return;
      Object.assign(till, { adults, children });
      draw();
      void ask();
    },
    choose: (key) => {
      till.choice = till.all.find((one) => `${one.currency}/${one.key}` === key) ?? till.choice;
      draw();
      void ask();
    },
    first: (answer) => {
      till.first = till.first === answer ? null : answer;
      draw();
    },
    pay: () => void take(),
    undo: () => void undo(),
    close: () => {
      void giveUp();
      show(false);
    },
    retry: () => void (under === null ? read(till.card) : take()),
    queue: () => {
      till.queue = !till.queue;
      if (till.queue) till.total = { persons: 0, minutes: 0 };
      draw();
    },
    list: () => void list(),
    takeBack: (spend) => void takeBackLater(spend),
    seen: () => void forgetRefusals().then(() => {
      till.refused = [];
      draw();
    }),
  };

  window.addEventListener("online", send);
  setInterval(send, SEND_EVERY);
  over.addEventListener("keydown", (event) => {
    if (event.key === "Escape") act.close();
  });
  send();
  return { read: (/** @type {string} */ card) => void read(card), knows, list: () => void list() };
}

/** The number that a code and what is printed beside it have in common. @param {string} card */
function numberOf(card) {
  const presented = whatIsPresented(card);
  return presented.kind === "token" ? presented.body.number : presented.kind === "number" ? presented.number : card;
}

/** Whole minutes since an instant of the last ten minutes, else null. @param {number | undefined} at */
function minutesSince(at) {
  const passed = at === undefined ? Infinity : serverNow() - at;
  return passed < JUST_NOW ? Math.max(0, Math.floor(passed / 60_000)) : null;
}
