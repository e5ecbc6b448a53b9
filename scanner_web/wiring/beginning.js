// What the phone remembers, as the state that the page begins with.

import { atRest } from "../core/session.js";
import { pick, sayer, STAFF_LANGUAGES } from "../core/words.js";
import { beginClock } from "../device/api.js";
import { hasNfc } from "../device/nfc.js";
import { browser, mustInstallFirst } from "../device/platform.js";
import { enrolments, keepClock, keptClock, likings } from "../device/storage.js";
import { wordsIn } from "../device/words.js";

/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/** @returns {Promise<App>} */
export async function beginning() {
  const [liked, offset, known] = await Promise.all([likings().catch(() => null), keptClock().catch(() => 0), enrolments().catch(() => /** @type {Enrolment[]} */ ([]))]);
  beginClock(offset, (offset) => void keepClock(offset).catch(() => {}));
  const language = pick([liked?.language, ...navigator.languages], STAFF_LANGUAGES) ?? "nb";
  const words = await wordsIn(language);
  const current = known.find((one) => one.device_id === liked?.device) ?? known.at(-1) ?? null;
  const noLikings = { language: null, sound: true, vibration: true, stay: false, nfc: false, way: /** @type {const} */ ("scan"), camera: null, device: null, recent: [], offers: {} };
  return {
    say: sayer(words.staff ?? {}),
    words,
    language,
    likings: liked ?? noLikings,
    enrolments: known,
    current,
    enrolling: current === null,
    session: atRest((liked ?? noLikings).way, rememberedOffer(current, (liked ?? noLikings).offers)),
    sheet: null,
    time: false,
    camera: { state: "off", torch: false, hasTorch: false, near: false, hasZoom: false, all: [], current: null },
    nfc: hasNfc() ? "off" : "none",
    enrol: { step: firstStep(), code: "", error: null, hint: false },
    today: { state: "loading", list: null, asking: null, sending: null, problem: null },
    registered: [],
    family: null,
    later: { date: "", first: "", last: "", number: "", persons: 1, because: null, saved: [] },
    share: { state: "loading", code: "", qr: "" },
    staff: { state: "loading", href: "", date: "" },
    statement: { state: "loading", month: "", months: [], told: null, pdf: { state: "none", href: "", name: "" }, draft: { about: "", date: "", text: "", state: "writing", because: null }, sent: false },
    own: { visits: 0, persons: 0 },
    waiting: 0,
    browser: browser(),
    net: { away: !navigator.onLine, known: true, stale: false, days: 0 },
    age: null,
    notices: [],
    forgetting: false,
    moved: false,
    held: null,
  };
}

/** @returns {App["enrol"]["step"]} */
function firstStep() {
  return mustInstallFirst() ? "install" : "welcome";
}

/**
 * @param {Enrolment | null} enrolment
 * @param {Record<string, string>} offers
 */
export function rememberedOffer(enrolment, offers) {
  const all = enrolment?.offers ?? [];
  const chosen = all.find((offer) => offer.id === offers[enrolment?.device_id ?? ""]);
  return (all.length === 1 ? all[0] : chosen)?.id ?? null;
}
