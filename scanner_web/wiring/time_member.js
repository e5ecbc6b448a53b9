// A member's own page behind their code, and the page behind a session's poster: joining, being there, what one has.

import { whatIsPresented } from "../core/card_text.js";
import { currencyOfPoster, isPoster } from "../core/time.js";
import { LANGUAGES, pick, sayer } from "../core/words.js";
import { plainly } from "../device/api.js";
import { ProblemError } from "../device/errors.js";
import { keepOwnCode, ownCode } from "../device/owner.js";
import { timeWords, wearTime } from "../device/time.js";
import { wordsIn } from "../device/words.js";
import { fill, showChosen } from "../screen/dom.js";
import { memberScreen } from "../screen/time_member_screens.js";
import { nothingOwn, wireOwn } from "./time_own.js";

/** @import { Currency, Session } from "../core/time.js" */
/** @import { Language, Say } from "../core/words.js" */
/** @import { TimeWords } from "../device/time.js" */
/** @import { Own, OwnAct } from "./time_own.js" */

const OPEN_SHEETS = /** @type {const} */ (["gift", "pot", "leave", "note", "ask", "attest", "places", "deeds"]);

/**
 * @typedef {{at: string, what: string, minutes: number, place: string | null, place_name?: string | null, title?: Record<string, string>, taken_in?: Record<string, string> | null}} Entry
 * @typedef {{session: string, currency: string, adults: number, children: number, cancelled: boolean, present: boolean, awarded: number}} Seat
 * @typedef {{venue: string, name: string, address: string, link: string, offer: string, title: Record<string, string>, category: string, price_adult: number, price_child: number}} Place
 * @typedef {{session: Session, adults: number, children: number}} Seating
 * @typedef {{
 *   currency: Currency, municipality: string, open: boolean, named: boolean, pin_set: boolean, language: string, number: string | null, qr_svg: string | null,
 *   balance: number | null, set_aside: number | null, history: Entry[], expiring: {minutes: number, last_day: string, warn: boolean}[], seats: Seat[], sessions: Session[], places: Place[],
 * }} MemberPage
 * @typedef {{municipality: string, currency: Currency, session: Session}} Poster
 * @typedef {"loading" | "shut" | "unnamed" | "open" | "poster" | "joined" | "there" | "whose" | "left" | "unknown" | "network"} MemberState
 * @typedef {{
 *   state: MemberState, say: Say, words: TimeWords, language: Language, locale: string, direction: "ltr" | "rtl", card: string, pin: string, page: MemberPage | null, poster: Poster | null, problem: string | null,
 *   busy: boolean, sheet: typeof OPEN_SHEETS[number] | null, done: string | null, kept: boolean, qr: string | null, because: string | null, answers: Record<string, string>, seating: Seating | null, own: Own,
 * }} MemberView
 * @typedef {{
 *   speak: (language: Language) => void, open: (pin: string) => void, setPin: (pin: string) => void, join: (person: Record<string, unknown>) => void, name: (person: Record<string, unknown>) => void, there: () => void,
 *   gift: (to: string, minutes: number) => void, donate: (minutes: number) => void, leave: (erase: boolean) => void, save: () => void, sheet: (sheet: MemberView["sheet"]) => void, seat: (session: Session, taken: boolean) => void, seating: (changes: Partial<Seating> | null) => void, signUp: () => void,
 *   keep: () => void, retry: () => void, write: (name: string, value: string) => void, page: () => void, own: OwnAct,
 * }} MemberAct
 */

/**
 * @param {HTMLElement} main
 * @param {string} shown what was scanned: an address with a code or a poster; empty where a note waits for an account
 * @param {string | null} chosen the language that was chosen before, if any
 */
export async function openMember(main, shown, chosen) {
  wearTime();
  const poster = isPoster(shown) ? shown : null;
  const presented = whatIsPresented(shown);
  const first = pick([chosen, ...navigator.languages], LANGUAGES) ?? "nb";
  const [words, all] = await Promise.all([timeWords(first), wordsIn(first)]);
  /** @type {MemberView} */
  const view = {
    ...{ state: "loading", say: sayer(words.member), words, language: first, locale: all.locale, direction: all.direction, card: presented.kind === "token" ? presented.token : shown, pin: "", page: null, poster: null },
    ...{ problem: null, busy: false, sheet: null, done: null, kept: false, qr: null, because: null, answers: {}, seating: null, own: nothingOwn() },
  };
  /** Made once for each thing that is done, so that sending it again does it once. */
  let id = crypto.randomUUID();

  function draw() {
    document.body.dataset.state = `member-${view.state}`;
    document.documentElement.lang = view.language;
    document.documentElement.dir = view.direction;
    document.title = view.say("title");
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
    fill(main, memberScreen(view, act));
    showChosen(main);
    const before = held === undefined ? null : main.querySelector(`[data-testid="${held}"]`);
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    else if (held !== undefined) /** @type {HTMLElement | null} */ (main.querySelector("[data-focus]"))?.focus();
  }

  /**
   * Ask, and show what came of it. What was written stays where the answer is no.
   * @param {string} path
   * @param {object} body
   * @param {(said: any) => void} then
   * @param {boolean} [pdf]
   */
  async function ask(path, body, then, pdf) {
    if (view.busy) return;
    Object.assign(view, { busy: true, problem: null });
    draw();
    try {
      then(await plainly(`/v1/kred/${path}`, body, pdf));
      id = crypto.randomUUID();
      view.answers = {};
    } catch (error) {
      failed(error);
    } finally {
      view.busy = false;
      draw();
    }
  }

  /** @param {unknown} error */
  function failed(error) {
    const code = error instanceof ProblemError && error.status < 500 ? error.code : "network";
    if (code === "left") view.state = "left";
    else if (view.state === "loading") view.state = code === "network" ? "network" : "unknown";
    else view.problem = code;
  }

  /** @param {MemberPage} page */
  function shownPage(page) {
    const isFirst = view.state !== "open" && page.open;
    view.page = page;
    view.sheet = null;
    view.seating = null;
    view.state = page.open ? "open" : page.named ? "shut" : "unnamed";
    view.kept = ownCode(page.currency.id) === view.card;
    // After the answer is shown, so that nothing else is asked at the same time.
    if (isFirst) setTimeout(own.opened);
  }

  /** @param {{because: string | null}} said of a seat */
  function seated({ because }) {
    view.problem = because;
    if (because === null) void plainly("/v1/kred/member", key()).then((page) => (shownPage(page), draw())).catch(() => {});
  }

  const key = () => ({ card: view.card, pin: view.pin });

  function load() {
    view.state = "loading";
    if (poster === null) void ask("member", { card: view.card, ...(view.pin === "" ? {} : { pin: view.pin }) }, shownPage);
    else
      void ask("poster", { code: poster }, (said) => {
        view.poster = said;
        view.state = "poster";
        view.card = ownCode(currencyOfPoster(poster)) ?? ""; // where it is kept, a poster is enough to be there
      });
  }

  const own = wireOwn(view, {
    draw,
    key,
    ask,
    refresh: () =>
      void plainly("/v1/kred/member", key()).then(
        (page) => ((view.page = page), draw()),
        () => {},
      ),
    owner: (code) => {
      const scanned = whatIsPresented(code);
      view.card = scanned.kind === "token" ? scanned.token : code;
      if (view.state === "poster") draw();
      else load();
    },
  });

  /** @type {MemberAct} */
  const act = {
    own: own.act,
    speak: (language) =>
      void Promise.all([timeWords(language), wordsIn(language)]).then(([said, its]) => {
        Object.assign(view, { words: said, say: sayer(said.member), language, locale: its.locale, direction: its.direction });
        draw();
      }),
    open: (pin) => {
      view.pin = pin;
      void ask("member", key(), shownPage);
    },
    setPin: (pin) => {
      view.pin = pin;
      void ask("member/pin", key(), shownPage);
    },
    join: (person) =>
      void ask("join", { id, code: poster, ...person }, (said) => {
        Object.assign(view, { card: said.url.split("#")[1] ?? said.url, pin: String(person.pin), qr: said.qr_svg, state: "joined" });
        keepOwnCode(said.currency.id, view.card);
      }),
    name: (person) => {
      view.pin = String(person.pin);
      void ask("member/name", { card: view.card, ...person }, shownPage);
    },
    there: () =>
      void ask("member/check-in", { card: view.card, code: poster }, ({ because }) => {
        Object.assign(view, { state: "there", because });
      }),
    gift: (to, minutes) => void ask("member/gift", { ...key(), id, to, minutes }, (page) => done(page, "gift_done")),
    donate: (minutes) => void ask("member/donate", { ...key(), id, minutes }, (page) => done(page, "pot_done")),
    leave: (erase) =>
      void ask("member/leave", { ...key(), erase }, () => {
        view.state = "left";
        if (view.page !== null) keepOwnCode(view.page.currency.id, null);
      }),
    save: () => void ask("member/export", key(), saveFile),
    sheet: (sheet) => {
      Object.assign(view, { sheet: view.sheet === sheet ? null : sheet, problem: null, done: null });
      draw();
      if (view.sheet === "attest") own.papers();
      if (view.sheet === "deeds") own.deeds();
      if (view.sheet === "places") own.places();
      // What was opened may be below what is seen.
      main.querySelector(".year-form")?.scrollIntoView({ block: "nearest" });
    },
    seat: (session, taken) => {
      if (taken) return void ask("member/cancel", { ...key(), session: session.id }, seated);
      // Where there is nothing to pay, the one who asks is who comes.
      if (session.price_adult + session.price_child === 0) return void ask("member/sign-up", { ...key(), session: session.id, adults: 1, children: 0 }, seated);
      Object.assign(view, { seating: { session, adults: 1, children: 0 }, problem: null });
      draw();
    },
    seating: (changes) => {
      view.seating = changes === null || view.seating === null ? null : { ...view.seating, ...changes };
      view.problem = null;
      draw();
    },
    signUp: () => {
      if (view.seating === null) return;
      const { session, adults, children } = view.seating;
      void ask("member/sign-up", { ...key(), session: session.id, adults, children }, seated);
    },
    keep: () => {
      if (view.page === null) return;
      keepOwnCode(view.page.currency.id, view.kept ? null : view.card);
      view.kept = ownCode(view.page.currency.id) === view.card;
      draw();
    },
    retry: load,
    write: (name, value) => {
      view.answers[name] = value;
    },
    page: () => void ask("member", view.pin === "" ? { card: view.card } : key(), shownPage),
  };

  /** @param {MemberPage} page @param {string} what */
  function done(page, what) {
    shownPage(page);
    view.done = what;
  }

  /** @param {object} said */
  function saveFile(said) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(said, null, 2)], { type: "application/json" }));
    link.download = "timekred.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    view.done = "save_done";
  }

  if (shown === "") view.state = "whose";
  draw();
  if (shown !== "") load();
}
