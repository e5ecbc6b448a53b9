// What a member sees: how much time there is, where it came from and went, and what can be done with it.

import { osloDateOf } from "../core/oslo.js";
import { dayAndHour, duration } from "../core/time.js";
import { inLanguage, LANGUAGES, longDate, shortDate } from "../core/words.js";
import { counter } from "./counter.js";
import { h } from "./dom.js";
import { button, spinner } from "./frame.js";
import { icon, logo } from "./icons.js";
import { askedCards, ownScreen, whose, window } from "./time_own_screens.js";

/** @import { Session } from "../core/time.js" */
/** @import { MemberAct, MemberView } from "../wiring/time_member.js" */

const NAMES = { nb: "Bokmål", nn: "Nynorsk", en: "English", ar: "العربية", so: "Soomaali", ti: "ትግርኛ", uk: "Українська", pl: "Polski", fa: "فارسی" };
const BANDS = /** @type {const} */ (["under_15", "15_19", "20_29", "30_49", "50_66", "67_up"]);

/**
 * @param {MemberView} view
 * @param {MemberAct} act
 */
export function memberScreen(view, act) {
  const { state, say, page, poster } = view;
  const place = page?.municipality ?? poster?.municipality ?? "";
  return h(
    "div",
    { class: "holder-page member-page" },
    h("header", { class: "holder-top" }, logo("logo"), h("p", { class: "wordmark" }, place || "Opplev")),
    languages(view, act),
    state === "loading" && spinner(say("loading")),
    state === "shut" && shut(view, act),
    state === "unnamed" && h("div", { class: "stack wide" }, face(view), h("p", {}, say("paper_text")), personForm(view, act.name, "take_it")),
    state === "open" && (["note", "ask", "attest", "places", "deeds"].includes(view.sheet ?? "") ? ownScreen(view, act.own) : open(view, act)),
    state === "whose" && whose(view, act.own),
    state === "poster" && posterScreen(view, act),
    state === "joined" && joined(view, act),
    state === "there" && there(view, act),
    state === "left" && message("check", say("left_title"), say("left_text")),
    state === "unknown" && message("question", say("unknown_title"), say("unknown_text")),
    state === "network" && message("away", say("network_title"), say("network_text"), button({ testid: "member-retry", text: say("retry"), kind: "main", onClick: act.retry })),
  );
}

/** @param {MemberView} view @param {MemberAct} act */
function languages({ language, say }, act) {
  return h(
    "nav",
    { class: "language-row", "aria-label": say("language"), dir: "ltr" },
    icon("globe"),
    ...LANGUAGES.map((one) => h("button", { type: "button", class: "chip", lang: one, testid: `language-${one}`, "aria-pressed": String(one === language), onClick: () => act.speak(one) }, NAMES[one])),
  );
}

/** @param {import("./icons.js").IconName} name @param {string} title @param {string} text @param {...Node} more */
function message(name, title, text, ...more) {
  return h("section", { class: "message", testid: "message", role: "alert" }, icon(name), h("h1", {}, title), h("p", {}, text), ...more);
}

/** The face of the currency, in its own colours. @param {MemberView} view @param {...(Node | string | false | null)} inside */
function face(view, ...inside) {
  const currency = view.page?.currency ?? view.poster?.currency;
  const made = h("section", { class: "card-face member-face" }, h("h1", { testid: "currency" }, inLanguage(currency?.name, view.language)), ...inside);
  // Set by hand, since the policy of the page takes no style in markup.
  if (currency?.colours.paper) made.style.background = currency.colours.paper;
  if (currency?.colours.ink) made.style.color = currency.colours.ink;
  return made;
}

/** @param {MemberView} view @param {MemberAct} act */
function shut(view, act) {
  const { say, page } = view;
  const isNew = page?.pin_set === false;
  const input = pinInput(view);
  return h(
    "div",
    { class: "stack wide" },
    face(view),
    h(
      "form",
      { class: "year-form", novalidate: true, onSubmit: (/** @type {Event} */ event) => (event.preventDefault(), (isNew ? act.setPin : act.open)(input.value.trim())) },
      h("h2", {}, say(isNew ? "pin_new" : "pin_title")),
      h("label", { for: "member-pin" }, say("pin_label")),
      h("div", { class: "year-row" }, input, submit(view, "pin_submit")),
      problem(view),
    ),
    h("p", { class: "soft" }, say("pin_why")),
    contact(view),
  );
}

/** @param {MemberView} view */
function pinInput(view) {
  return h("input", { id: "member-pin", testid: "member-pin", type: "password", inputmode: "numeric", maxlength: "6", autocomplete: "off", dir: "ltr", value: view.answers.pin ?? "", "aria-describedby": "member-problem", "aria-invalid": String(view.problem !== null) });
}

/** @param {MemberView} view @param {string} text */
function submit({ busy, say }, text) {
  return h("button", { type: "submit", class: "button main", testid: "member-submit", disabled: busy }, busy ? h("span", { class: "spinner" }) : h("span", {}, say(text)));
}

/** @param {MemberView} view */
function problem({ problem: code, words, say }) {
  const known = code === null ? "" : (words.member[`no_${code}`] ?? words.because[code] ?? say("no_other"));
  return h("p", { class: "error", id: "member-problem", testid: "member-problem", role: "alert" }, known !== "" && icon("hand"), known !== "" && h("span", {}, known));
}

/** @param {MemberView} view @param {MemberAct} act */
function open(view, act) {
  const { say, page, locale, sheet } = view;
  if (page === null) return null;
  const warned = page.expiring.filter((one) => one.warn);
  return h(
    "div",
    { class: "stack wide" },
    face(view, h("p", { class: "member-balance", testid: "balance" }, duration(page.balance ?? 0, locale)), page.set_aside ? h("p", {}, say("set_aside", { time: duration(page.set_aside, locale) })) : null),
    ...warned.map((one) => h("p", { class: "not-now", testid: "expiring" }, icon("clock"), h("span", {}, say("expiring", { time: duration(one.minutes, locale), date: longDate(one.last_day, locale) })))),
    view.done !== null && h("p", { class: "not-now", testid: "done", role: "status" }, icon("check"), h("span", {}, say(view.done))),
    ...askedCards(view, act.own),
    codeOf(page.qr_svg, page.number, say),
    h(
      "div",
      { class: "member-buttons" },
      button({ testid: "open-places", text: say("places_open"), icon: "pin", onClick: () => act.sheet("places") }),
      button({ testid: "open-gift", text: say("gift"), icon: "hand", onClick: () => act.sheet("gift"), pressed: sheet === "gift" }),
      button({ testid: "open-pot", text: say("pot"), icon: "coin", onClick: () => act.sheet("pot"), pressed: sheet === "pot" }),
      button({ testid: "open-note", text: say("note_open"), icon: "plus", onClick: () => act.sheet("note") }),
      button({ testid: "open-attest", text: say("att_open"), icon: "list", onClick: () => act.sheet("attest") }),
      button({ testid: "open-deeds", text: say("deeds_open"), icon: "clock", onClick: () => act.sheet("deeds") }),
    ),
    sheet === "gift" && giving(view, act, true),
    sheet === "pot" && giving(view, act, false),
    sheet === null && view.seating === null && problem(view),
    sessions(view, act),
    h("h2", { class: "holder-head" }, say("history")),
    page.history.length === 0 && h("p", { class: "soft" }, say("history_none")),
    h("ul", { class: "member-history", testid: "history" }, ...page.history.map((one) => entry(view, one))),
    h(
      "div",
      { class: "member-buttons last" },
      button({ testid: "member-keep", text: say(view.kept ? "forget_phone" : "keep_phone"), icon: "phone", onClick: act.keep, pressed: view.kept }),
      button({ testid: "member-save", text: say("save"), icon: "list", onClick: act.save }),
      button({ testid: "open-leave", text: say("leave"), icon: "close", onClick: () => act.sheet("leave"), pressed: sheet === "leave" }),
    ),
    sheet === "leave" && leaving(view, act),
    contact(view),
  );
}

/** @param {MemberView} view @param {import("../wiring/time_member.js").Entry} one */
function entry({ say, words, locale, language }, one) {
  // What was paid and comes back was taken back at the till.
  const kind = one.what === "payment" && one.minutes > 0 ? "reversal" : one.what;
  const what = words.member[`what_${kind}`] ?? say("what_other");
  return h(
    "li",
    {},
    h("span", { class: "soft" }, shortDate(osloDateOf(one.at), locale)),
    h("span", {}, [what, one.title && inLanguage(one.title, language), one.place_name, one.taken_in && inLanguage(one.taken_in, language)].filter(Boolean).join(" · ")),
    h("strong", { dir: "ltr", class: one.minutes < 0 ? "out" : "in" }, `${one.minutes > 0 ? "+" : ""}${duration(one.minutes, locale)}`),
  );
}

/** The code itself, as large as the page, to be held up. @param {string | null} svg @param {string | null} number @param {MemberView["say"]} say */
function codeOf(svg, number, say) {
  if (svg === null) return null;
  const whole = svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return h("figure", { class: "member-code" }, h("img", { src: `data:image/svg+xml;utf8,${encodeURIComponent(whole)}`, alt: say("code_alt"), testid: "member-qr" }), h("figcaption", {}, h("span", {}, say("code_text")), number === null ? null : h("bdi", { class: "member-number" }, `${number.slice(0, 4)} ${number.slice(4, 8)} ${number.slice(8)}`)));
}

/** @param {MemberView} view @param {MemberAct} act @param {boolean} isGift */
function giving(view, act, isGift) {
  const { say, page, answers } = view;
  const step = page?.currency.step ?? 30;
  const to = isGift ? h("input", { id: "gift-to", testid: "gift-to", class: "number", inputmode: "numeric", autocomplete: "off", dir: "ltr", placeholder: "0000 0000 0000", value: answers.to ?? "", onInput: (/** @type {any} */ event) => act.write("to", event.target.value) }) : null;
  const minutes = h("input", { id: "gift-minutes", testid: "gift-minutes", type: "number", min: String(step), step: String(step), dir: "ltr", value: answers.minutes ?? String(step), onInput: (/** @type {any} */ event) => act.write("minutes", event.target.value) });
  return h(
    "form",
    { class: "year-form", novalidate: true, onSubmit: (/** @type {Event} */ event) => (event.preventDefault(), to === null ? act.donate(Number(minutes.value)) : act.gift(to.value.replace(/\s/g, ""), Number(minutes.value))) },
    h("h2", {}, say(isGift ? "gift_title" : "pot_title")),
    to !== null && h("label", { for: "gift-to" }, say("gift_to")),
    to,
    h("label", { for: "gift-minutes" }, say("gift_minutes")),
    minutes,
    submit(view, "give"),
    problem(view),
  );
}

/** @param {MemberView} view @param {MemberAct} act */
function leaving(view, act) {
  const { say } = view;
  return h(
    "section",
    { class: "year-form" },
    h("h2", {}, say("leave_title")),
    h("p", {}, say("leave_text")),
    button({ testid: "leave-keep", text: say("leave_keep"), onClick: () => act.leave(false) }),
    button({ testid: "leave-erase", text: say("leave_erase"), onClick: () => act.leave(true) }),
    problem(view),
  );
}

/** @param {MemberView} view @param {MemberAct} act */
function sessions(view, act) {
  const { say, page } = view;
  if (page === null || page.sessions.length === 0) return null;
  const mine = new Map(page.seats.filter((seat) => !seat.cancelled).map((seat) => [seat.session, seat]));
  return h(
    "section",
    { class: "stack wide" },
    h("h2", { class: "holder-head" }, say("to_come")),
    h(
      "ul",
      { class: "offer-list", testid: "sessions" },
      ...page.sessions.map((one) =>
        h(
          "li",
          { class: "member-session", testid: `session-${one.id}` },
          sessionText(view, one),
          seatOf(view, act, one, mine.get(one.id)),
        ),
      ),
    ),
  );
}

/** A seat to take or to give back; who comes is asked where there is something to pay. @param {MemberView} view @param {MemberAct} act @param {Session} one @param {import("../wiring/time_member.js").Seat} [mine] */
function seatOf(view, act, one, mine) {
  const { say, busy, seating } = view;
  if (!one.sign_up) return null;
  if (mine === undefined && seating?.session.id === one.id) return seatForm(view, act, seating);
  const full = mine === undefined && one.left === 0;
  return h(
    "div",
    { class: "stack" },
    mine !== undefined && h("p", { class: "member-mine", testid: `mine-${one.id}` }, icon("check"), h("span", {}, [say(mine.present ? "there_title" : "seat_mine"), mine.adults + mine.children > 1 && `${say("adults")}: ${mine.adults}`, mine.children > 0 && `${say("children")}: ${mine.children}`].filter(Boolean).join(" · "))),
    mine?.present !== true && button({ testid: `seat-${one.id}`, text: say(mine !== undefined ? "seat_back" : full ? "seat_full" : "seat_take"), kind: mine !== undefined ? "quiet" : "main", disabled: busy || full, onClick: () => act.seat(one, mine !== undefined) }),
  );
}

/** @param {MemberView} view @param {MemberAct} act @param {import("../wiring/time_member.js").Seating} seating */
function seatForm(view, act, { session, adults, children }) {
  const { say, locale, busy } = view;
  const minutes = session.price_adult * adults + session.price_child * children;
  return h(
    "div",
    { class: "stack", testid: "seating" },
    h("h4", {}, say("seat_who")),
    counter(view, "adults", adults, session.price_adult, (now) => act.seating({ adults: now })),
    counter(view, "children", children, session.price_child, (now) => act.seating({ children: now })),
    h("p", { class: "time-sum", testid: "seat-sum", role: "status" }, say("seat_sum", { time: duration(minutes, locale) })),
    problem(view),
    button({ testid: "seat-ok", text: say("seat_ok"), kind: "main", disabled: busy || adults + children === 0, onClick: act.signUp }),
    button({ testid: "seat-no", text: say("seat_no"), disabled: busy, onClick: () => act.seating(null) }),
  );
}

/** @param {MemberView} view @param {Session} one @param {"h2" | "h3"} [level] */
function sessionText({ say, language, locale }, one, level = "h3") {
  return h(
    "div",
    {},
    h(level, {}, inLanguage(one.title, language)),
    h("p", { class: "soft" }, `${dayAndHour(one.starts_at, locale)} · ${one.place}`),
    one.award > 0 && h("p", {}, say("earns", { time: duration(one.award, locale) })),
    one.price_adult > 0 && h("p", {}, say("costs", { time: duration(one.price_adult, locale) })),
    one.price_child > 0 && h("p", {}, say("costs_child", { time: duration(one.price_child, locale) })),
  );
}

/** @param {MemberView} view @param {MemberAct} act */
function posterScreen(view, act) {
  const { say, poster, card } = view;
  if (poster === null) return null;
  return h(
    "div",
    { class: "stack wide" },
    face(view, sessionText(view, poster.session, "h2")),
    card !== "" && h("section", { class: "year-form" }, h("p", {}, say("there_text")), button({ testid: "be-there", text: say("be_there"), kind: "main", onClick: act.there, disabled: view.busy }), button({ testid: "member-page", text: say("to_page"), onClick: act.page, disabled: view.busy }), problem(view)),
    card === "" && h("section", { class: "year-form" }, h("h2", {}, say("have_code")), view.own.camera === "off" ? button({ testid: "have-code", text: say("have_code_scan"), icon: "scan", onClick: act.own.camera }) : window(view, act.own, say("whose_hold"))),
    card === "" && h("h2", { class: "holder-head" }, say("join_title")),
    card === "" && personForm(view, act.join, "join"),
  );
}

/**
 * Who somebody is, as little of it as an attestation needs.
 * @param {MemberView} view
 * @param {(person: Record<string, unknown>) => void} send
 * @param {"join" | "take_it"} text
 */
function personForm(view, send, text) {
  const { say, answers, language } = view;
  /** @param {string} name @param {Record<string, string>} how */
  const field = (name, how) => h("input", { id: `person-${name}`, testid: `person-${name}`, value: answers[name] ?? "", maxlength: "100", onInput: (/** @type {any} */ event) => (answers[name] = event.target.value), ...how });
  const name = field("name", { autocomplete: "name" });
  const pin = field("pin", { type: "password", inputmode: "numeric", maxlength: "6", autocomplete: "new-password", dir: "ltr" });
  const guardian = field("guardian", { autocomplete: "off" });
  const guarded = h("div", { class: "stack", hidden: answers.band !== "under_15" }, h("label", { for: "person-guardian" }, say("guardian")), guardian);
  const band = h("select", { id: "person-band", testid: "person-band", onChange: (/** @type {any} */ event) => ((answers.band = event.target.value), (guarded.hidden = event.target.value !== "under_15")) }, h("option", { value: "" }, say("band_choose")), ...BANDS.map((one) => h("option", { value: one, selected: answers.band === one }, say(`band_${one}`))));
  const consent = h("input", { type: "checkbox", testid: "person-consent", checked: answers.consent === "yes", onChange: (/** @type {any} */ event) => (answers.consent = event.target.checked ? "yes" : "") });
  return h(
    "form",
    {
      class: "year-form",
      novalidate: true,
      onSubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const child = band.value === "under_15";
        send({ name: name.value.trim(), language, age_band: band.value, consent: consent.checked, pin: pin.value, ...(child && guardian.value.trim() !== "" ? { guardian: guardian.value.trim() } : {}) });
      },
    },
    h("label", { for: "person-name" }, say("name")),
    name,
    h("label", { for: "person-band" }, say("band")),
    band,
    guarded,
    h("label", { for: "person-pin" }, say("pin_choose")),
    pin,
    h("label", { class: "time-queue" }, consent, h("span", {}, say("consent"))),
    submit(view, text),
    problem(view),
  );
}

/** @param {MemberView} view @param {MemberAct} act */
function joined(view, act) {
  const { say, qr } = view;
  return h(
    "div",
    { class: "stack wide" },
    h("section", { class: "message", role: "status" }, icon("check"), h("h1", {}, say("joined_title")), h("p", {}, say("joined_text"))),
    codeOf(qr, null, say),
    button({ testid: "be-there", text: say("be_there"), kind: "main", onClick: act.there }),
    button({ testid: "member-page", text: say("to_page"), onClick: act.page }),
  );
}

/** @param {MemberView} view @param {MemberAct} act */
function there({ say, because, words }, act) {
  const yes = because === null;
  return h("div", { class: "stack wide" }, message(yes ? "check" : "hand", yes ? say("there_title") : (words.because[because] ?? say("no_other")), say(yes ? "there_done" : "there_no")), button({ testid: "member-page", text: say("to_page"), onClick: act.page }));
}

/** Who to ask. @param {MemberView} view */
function contact({ say, page }) {
  return page?.currency.contact ? h("p", { class: "contact", testid: "contact" }, icon("question"), h("span", {}, `${say("contact")}: `, h("bdi", {}, page.currency.contact))) : null;
}
