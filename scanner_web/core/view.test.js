// What is shown and signed: verdicts in words, money, the clock, and the proof.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { instant, offsetFrom } from "./clock.js";
import { money, notNow, offerView, validity } from "./holder_view.js";
import { callsByTag, problemFields } from "./openapi.js";
import { base64url, proofToSign } from "./proof.js";
import { viewOf } from "./verdict_view.js";
import { kroner, longDate, pick, sayer, shortDate } from "./words.js";

const nb = JSON.parse(readFileSync(new URL("../words/nb.json", import.meta.url), "utf8"));
const say = sayer(nb.staff);
const VERDICT = {
  ...{ admitted: true, because: null, persons: 2, offer: "film", included: ["ticket"], excluded: ["popcorn"], to_pay: null, left: 4, limit: 5, period: "card" },
  ...{ companion: "any", valid_until: "2026-12-31", used_minutes_ago: null },
};
const view = (verdict, persons = 2) => viewOf({ ...VERDICT, ...verdict }, { persons, offer: { id: "film", title: { nb: "Vanlig kinofilm" } }, language: "nb", words: nb, say });

test("an admission says how many, what is left and what is included for how many", () => {
  const seen = view({});
  assert.deepEqual([seen.mood, seen.mark, seen.personsText, seen.count?.text], ["yes", "check", "2 personer", "4 igjen her"]);
  assert.deepEqual([seen.includedTitle, seen.included, seen.excluded], ["Inkludert for 2", ["Billett"], ["Popkorn"]]);
});

test("free all year has no boxes, only the words", () => {
  const seen = view({ left: null, limit: null });
  assert.equal(seen.count, null);
  assert.equal(seen.free, "Fri inngang hele året");
});

test("left that is not for this till to know is not shown as free all year", () => {
  assert.equal(view({ left: null, limit: 5 }).free, "");
  assert.equal(view({ left: null, limit: 5 }).count, null);
});

test("the municipality's own words follow the phrases, in the staff's language", () => {
  assert.deepEqual(view({ included_text: { nb: "Én time bane", en: "One hour" } }).included, ["Billett", "Én time bane"]);
});

test("an age limit is told when somebody comes in", () => {
  assert.equal(view({ age_limit: 12 }).age, "Aldersgrense 12 år");
  assert.equal(view({ age_limit: null }).age, "");
});

test("what is paid is for those who come in", () => {
  const copay = { to_pay: { holder: 4000, companion: 2550 } };
  assert.equal(view(copay, 1).pay, "Betaler 40\u00a0kr");
  assert.equal(view(copay, 2).pay, "Betaler 65,50\u00a0kr");
  assert.equal(view({}).pay, "");
});

test("a refusal is one sentence for the staff and one line for the family, with the date filled in", () => {
  const seen = view({ admitted: false, because: "expired", persons: 0, valid_until: "2025-12-31" });
  assert.equal(seen.staff, "Siste dag var 31. desember 2025.");
  assert.match(seen.family, /31\. desember 2025/);
  assert.notEqual(seen.mood, "yes");
  assert.equal(view({ admitted: false, because: "no_agreement" }).staff.includes("«Vanlig kinofilm»"), true);
});

test("a reason that is newer than this page still gets words", () => {
  assert.notEqual(view({ admitted: false, because: "invented_tomorrow" }).title, "");
});

test("the latest use is told in minutes, then in hours", () => {
  const ago = [0, 1, 3, 95].map((minutes) => view({ used_minutes_ago: minutes }).ago);
  assert.deepEqual(ago, ["Brukt her nå nettopp", "Brukt her for 1 minutt siden", "Brukt her for 3 minutter siden", "Brukt her for 1 time siden"]);
});

test("a card that just stood here is called the same card, with a clock, and is no yes", () => {
  const seen = view({ admitted: false, because: "used_today", used_minutes_ago: 1 });
  assert.deepEqual([seen.again, seen.mark, seen.mood, seen.title], [true, "clock", "wait", "Samme kort igjen"]);
  assert.equal(view({ used_minutes_ago: 0 }).again, true);
  assert.equal(view({ used_minutes_ago: 10 }).again, false);
  assert.equal(view({ admitted: false, because: "used_today", used_minutes_ago: 95 }).title, "Brukt her i dag");
  assert.equal(view({ admitted: false, because: "blocked", used_minutes_ago: 1 }).again, false);
});

test("a date in a language whose months the phone does not know stands in digits", () => {
  assert.equal(longDate("2026-12-31", "xx"), "31.12.2026");
  assert.equal(longDate("2026-12-31", "nb-NO"), "31. desember 2026");
  assert.equal(shortDate("2026-12-31", "xx"), "31.12.");
  assert.equal(shortDate("2026-12-31", "nn-NO"), "31. des.");
  assert.equal(kroner(4000, "ar-u-nu-latn"), "\u206640\u00a0kr\u2069");
});

test("a person's languages are asked in order, and norsk is bokmål", () => {
  assert.equal(pick(["so-SO", "en"], ["nb", "nn", "en"]), "en");
  assert.equal(pick([null, "no-NO"], ["nb", "nn", "en"]), "nb");
  assert.equal(pick(["sv"], ["nb", "nn", "en"]), null);
});

test("the clock is the server's, also when the phone is an hour wrong", () => {
  const offset = offsetFrom("Sun, 22 Nov 2026 10:00:00 GMT", Date.parse("2026-11-22T09:00:00Z"), Date.parse("2026-11-22T09:00:01Z"));
  assert.equal(offset, 3_600_000);
  assert.equal(instant(Date.parse("2026-11-22T09:15:00Z"), 3_600_000), "2026-11-22T10:15:00Z");
  assert.equal(offsetFrom(null, 0, 0), null);
  assert.equal(offsetFrom("yesterday", 0, 0), null);
});

test("the proof says who asks what, for a minute, over which body", () => {
  const text = proofToSign({ device: "lorenskog-ab", audience: "opplev.example.no", method: "POST", path: "/v1/scan/check", bodyHash: new Uint8Array([251, 255]), now: 1_795_000_000_900, id: "one" });
  const [header, claims] = text.split(".").map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  assert.deepEqual(header, { alg: "ES256", typ: "JWT" });
  assert.deepEqual(claims, { iss: "lorenskog-ab", aud: "opplev.example.no", htm: "POST", htu: "/v1/scan/check", iat: 1_795_000_000, exp: 1_795_000_060, jti: "one", bh: "-_8" });
  assert.equal(base64url(new Uint8Array()), "");
});

test("the holder sees boxes only when the counts are shown, and no link that is not a web address", () => {
  const offer = {
    ...{ venue: { id: "kino", name: "Kino", link: "javascript:alert(1)" }, offer: "film", title: "Film", category: "cinema", kind: "spectator", included: [], excluded: [] },
    ...{ companion: "adult_under:10", persons_max: 2, copay: { holder: 0, companion: 4000 }, left: null, limit: 5, period: "year" },
  };
  const holder = { words: nb, say: sayer(nb.holder) };
  assert.equal(offerView(offer, holder).count, null);
  assert.deepEqual(offerView({ ...offer, left: 3 }, holder).count, { left: 3, limit: 5 });
  const bounded = offerView({ ...offer, limit: 33, left: 12, by_ceiling: true }, holder);
  assert.deepEqual([bounded.count, bounded.free, bounded.allowance], [null, false, "Så lenge beløpet rekker"]);
  const seen = offerView(offer, holder);
  assert.deepEqual([seen.link, seen.price, seen.allowance, seen.companions], ["", "Gratis", "5 besøk i året", 1]);
  assert.deepEqual([seen.companionPrice, seen.adultText], ["Den du tar med, betaler 40\u00a0kr", "Under 10 år: en voksen må være med"]);
});

test("the holder is told when the card starts, ends and has ended, last day included", () => {
  const card = { valid_from: "2026-01-01", valid_until: "2026-12-31" };
  const at = (today) => validity(card, { words: nb, say: sayer(nb.holder), today });
  assert.match(at("2025-12-31"), /^Gjelder fra/);
  assert.match(at("2026-12-31"), /^Gjelder til og med/);
  assert.match(at("2027-01-01"), /^Kortet gikk ut/);
});

test("a card that no till lets in says so kindly on its own page, and one that works says nothing", () => {
  const about = { words: nb, today: "2026-11-22" };
  assert.equal(notNow({ active: true, valid_until: "2026-12-31" }, about), "");
  assert.match(notNow({ active: false, valid_until: "2026-12-31" }, about), /virker ikke akkurat nå/);
  assert.match(notNow({ active: false, valid_until: "2025-12-31" }, about), /31\. desember 2025/);
});

test("the API's description reads as calls with fields, references followed", () => {
  const [group] = callsByTag({
    tags: [{ name: "At the venue" }],
    security: [{ device: [] }],
    paths: { "/v1/x/{id}": { post: { tags: ["At the venue"], summary: "X", parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/X" } } } }, responses: { 200: { description: "ok" } } } } },
    components: { schemas: { X: { type: "object", required: ["days"], properties: { days: { type: "array", items: { type: "string", format: "date" } }, how: { enum: ["qr", "typed"] } } } } },
  });
  assert.equal(group?.tag, "At the venue");
  assert.deepEqual(group?.calls[0]?.body.map((field) => [field.name, field.type, field.required]), [["days", "list of string (date)", true], ["how", "qr | typed", false]]);
  assert.deepEqual(group?.calls[0]?.access, ["device"]);
  assert.deepEqual(callsByTag({ paths: { "/v1/cards/{number}": { get: {} }, "/v1/scan/check": { post: {} } } }).map(({ tag }) => tag), ["cards", "scan"]);
});

const CONTRACT = {
  paths: {
    "/v1/cards": {
      post: {
        "x-roles": ["issuer"],
        security: [{ token: [] }],
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Body" } } } },
        responses: { 201: { description: "Done", content: { "application/json": { schema: { type: "array", items: { $ref: "#/components/schemas/Amounts" } } } } }, 409: { description: "A conflict", content: { "application/problem+json": { schema: { type: "object", properties: { code: { type: "string" } } } } } } },
      },
      get: { "x-roles": [], security: [] },
    },
  },
  components: {
    schemas: {
      Amounts: { type: "object", required: ["holder"], properties: { holder: { type: "integer", minimum: 0 } } },
      Body: {
        description: "A card.",
        type: "object",
        required: ["year"],
        properties: {
          year: { type: "integer", minimum: 1900, maximum: 2100 },
          layout: { type: "string", pattern: "^(cr80|a4)$", default: "a4" },
          unit: { anyOf: [{ type: "string", maxLength: 64, pattern: "^[a-z]+$" }, { type: "null" }], default: null },
          price: { $ref: "#/components/schemas/Amounts", default: { holder: 0 } },
          lines: { type: "array", maxItems: 500, minItems: 1, items: { $ref: "#/components/schemas/Amounts" } },
        },
      },
    },
  },
};

test("whoever integrates reads who may call, each field with its limits, and what is inside it", () => {
  const [open, post] = callsByTag(CONTRACT)[0]?.calls ?? [];
  assert.deepEqual([open?.access, post?.access, post?.bodyText], [[], ["issuer"], "A card."]);
  assert.deepEqual(post?.body.map((field) => [field.name, field.type, field.limits]), [
    ["year", "integer", "1900 to 2100"],
    ["layout", "cr80 | a4", 'default `"a4"`'],
    ["unit", "string or null", "at most 64 characters, `^[a-z]+$`"],
    ["price", "object", 'default `{"holder":0}`'],
    ["price.holder", "integer", "at least 0"],
    ["lines", "list of object", "1 to 500 items"],
    ["lines[].holder", "integer", "at least 0"],
  ]);
});

test("errors stand apart from the answers, and what a problem looks like is told once", () => {
  const post = callsByTag(CONTRACT)[0]?.calls[1];
  assert.deepEqual([post?.answers.map(({ status }) => status), post?.errors.map(({ status }) => status)], [["201"], ["409"]]);
  assert.deepEqual(post?.answers[0]?.fields.map(({ name }) => name), ["[].holder"]);
  assert.deepEqual(problemFields(CONTRACT).map(({ name }) => name), ["code"]);
});

test("the holder is told what the card pays for, and what is left of it when the counts are shown", () => {
  const about = { words: nb, say: sayer(nb.holder) };
  const card = /** @type {import("./types.js").HolderCard} */ ({ money: { amount: 200000, left: 116000, period: "year" } });
  assert.deepEqual(money(card, about), { most: "Kortet betaler opptil 2\u00a0000\u00a0kr i året", left: "1\u00a0160\u00a0kr igjen" });
  const hidden = { ...card, money: { amount: 200000, left: null, period: "card" } };
  assert.deepEqual(money(hidden, about), { most: "Kortet betaler opptil 2\u00a0000\u00a0kr", left: "" });
  assert.deepEqual(money({ ...card, money: null }, about), { most: "", left: "" });
});
