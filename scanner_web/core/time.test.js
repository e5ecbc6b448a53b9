// Time as people read it, and what a phone may take by itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { choices, clock, currencyOfPoster, dayAndHour, duration, isPoster, payable, priceOf, whyNotAlone } from "./time.js";
import { LANGUAGES, STAFF_LANGUAGES } from "./words.js";

const LOCAL = { id: "lokalkred", code: 7, name: {}, step: 30, offline_floor: 60, contact: "", colours: {} };

test("minutes are hours and minutes", () => {
  assert.match(duration(90, "en"), /^1.hr.30.min$/u);
  assert.match(duration(120, "nb"), /^2.t$/u);
  assert.match(duration(0, "nb"), /^0.min$/u);
  assert.match(duration(-60, "nb"), /^−1.t$/u);
});

test("a session begins at an hour in Oslo, in digits where no months are known", () => {
  assert.match(dayAndHour("2026-10-03T10:00:00Z", "nb-NO"), /^lør\. 3\. okt\.,? (kl\. )?12:00$/);
  assert.match(dayAndHour("2026-10-03T10:00:00Z", "xx"), /^0?3\.10\.,? 12:00$/);
  assert.equal(clock("2026-10-03T10:00:00Z", "xx"), "12:00");
});

test("each adult and each child has a price", () => {
  const [event, offer] = choices({
    venue: "kino",
    currencies: [LOCAL],
    offers: [{ currency: "lokalkred", venue: "kino", offer: "inngang", title: {}, price_adult: 60, price_child: 30 }],
    sessions: [{ id: "festen", currency: "lokalkred", operator: "", kind: "spend_event", title: {}, place: "", starts_at: "", ends_at: "", activity: null, venue: "kino", capacity: 2, left: 2, award: 0, price_adult: 30, price_child: 0, sign_up: false, cancelled: false }],
  });
  assert.equal(event?.session, true);
  assert.equal(event?.checkIn, false);
  assert.equal(offer && priceOf(offer, 2, 3), 210);
});

test("a place can be paid with what it takes, and with what one of those accepts", () => {
  const other = { ...LOCAL, id: "annenkred", code: 8 };
  const supplies = { venue: "kino", offers: [], sessions: [], currencies: [LOCAL], accepted: [{ currency: other, taken_in: ["lokalkred"] }] };
  assert.deepEqual(payable(supplies).map((one) => [one.currency.id, one.takenIn]), [["lokalkred", ["lokalkred"]], ["annenkred", ["lokalkred"]]]);
  assert.deepEqual(payable({ ...supplies, accepted: undefined }).map((one) => one.currency.id), ["lokalkred"]); // kept from before there were any
  assert.deepEqual(payable(null), []);
});

test("without network a phone takes what the currency allows from one code in a day", () => {
  const asked = { currency: LOCAL, minutes: 60, taken: 0, genuine: true };
  assert.equal(whyNotAlone(asked), null);
  assert.equal(whyNotAlone({ ...asked, taken: 30 }), "over_floor");
  assert.equal(whyNotAlone({ ...asked, genuine: false }), "forged_code");
  assert.equal(whyNotAlone({ ...asked, currency: undefined }), "other_currency");
  assert.equal(whyNotAlone({ ...asked, currency: { ...LOCAL, offline_floor: 0 }, minutes: 30 }), "over_floor");
});

test("a poster is told from a member's code and a card's", () => {
  const poster = "https://kort.example.no/K#s.lorenskog.lokalkred.strandrydding.hemmelig";
  assert.equal(isPoster(poster), true);
  assert.equal(currencyOfPoster(poster), "lokalkred");
  assert.equal(isPoster("https://kort.example.no/K#ABCD"), false);
});

const read = (language) => JSON.parse(readFileSync(new URL(`../words/time/${language}.json`, import.meta.url), "utf8"));
const sources = ["../wiring/time_till.js", "../screen/time_till_screens.js", "../wiring/time_member.js", "../screen/time_member_screens.js", "../wiring/time_own.js", "../screen/time_own_screens.js", "../screen/time_around_screens.js", "../screen/counter.js"];
const code = sources.map((name) => readFileSync(new URL(name, import.meta.url), "utf8")).join("\n");
const fillIns = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test("what is said about time has the same keys with the same values to fill in, in every language", () => {
  const nb = read("nb");
  for (const language of LANGUAGES) {
    const words = read(language);
    for (const part of STAFF_LANGUAGES.includes(language) ? ["member", "because", "till"] : ["member", "because"]) {
      assert.deepEqual(Object.keys(words[part]), Object.keys(nb[part]), `${language} ${part}`);
      for (const [key, text] of Object.entries(words[part])) {
        assert.ok(text.trim().length > 0, `${language} ${key}`);
        assert.deepEqual(fillIns(text), fillIns(nb[part][key]), `${language} ${key}`);
        if (!STAFF_LANGUAGES.includes(language)) assert.notEqual(text, nb[part][key], `${language} ${key}`);
      }
    }
  }
});

test("every word about time is said by a screen", () => {
  const { member, till } = read("nb");
  const prefixes = [...code.matchAll(/`([a-z]+_)\$\{/g)].map((match) => match[1]);
  const unsaid = [...Object.keys(member), ...Object.keys(till)].filter((key) => !code.includes(`"${key.replace(/\.one$/, "")}"`) && !prefixes.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unsaid, []);
});

test("every reason that a till or a session gives has words", () => {
  const rules = ["spending", "sessions"].map((name) => readFileSync(new URL(`../../chalicelib/kred/rules/${name}.py`, import.meta.url), "utf8"));
  const reasons = new Set(rules.flatMap((text) => [...(/class Because\(StrEnum\):([\s\S]*?)\n\n\n/.exec(text)?.[1] ?? "").matchAll(/ = "([a-z_]+)"/g)].map((match) => match[1])));
  assert.ok(reasons.size > 15);
  const known = Object.keys(read("nb").because);
  assert.deepEqual([...reasons].filter((reason) => !known.includes(reason)), []);
});
