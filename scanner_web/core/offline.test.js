// What a phone decides by itself, as the venue and the office would want it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ageOf, judge, termsFor } from "./offline.js";
import { daysFrom, middleOf, osloDate, osloDateOf, periodOf } from "./oslo.js";

const DAY = "2026-11-22";
const NOW = Date.parse("2026-11-22T12:00:00Z");
const TERMS = { programme: "kort", starts: "2026-01-01", until: "2026-12-31", limit: 5, quota: "kino", per: "year", persons_max: 2, companion_allowed: true, copay: { holder: 0, companion: 0 } };
const PROGRAMME = { id: "kort", code: 1, name: {}, valid_from: "2026-01-01", valid_until: "2026-12-31", state: "open", companion: "any", counts: "visit", once_per_day: true, offline_days: 14 };
const OFFER = { id: "film", title: { nb: "Film" }, category: "cinema", kind: "spectator", age_limit: 9, included: ["ticket"], included_text: {}, excluded: [], excluded_text: {}, terms: [TERMS] };
const BODY = { keyId: 0, municipality: 3222, programme: 1, kind: "card", blank: false, companion: "any", number: "482109334720", validFrom: "2026-03-01", validUntil: "2027-02-28" };

const snapshot = (changes = {}) => ({ as_of: "", etag: "", tenant: "lorenskog", municipality: 3222, venue: { id: "kino", name: "Kino" }, programmes: [PROGRAMME], offers: [OFFER], keys: { keys: [] }, blocked: [], ...changes });
const situation = (changes = {}) => ({ shown: { proof: "genuine", body: BODY }, snapshot: snapshot(), offer: "film", day: DAY, now: NOW, blocked: false, own: [], stale: false, ...changes });
const typed = { proof: "typed" };
const body = (changes) => ({ shown: { proof: "genuine", body: { ...BODY, ...changes } } });
const scan = (changes = {}) => ({ id: "1", card: "h", device: "d", place: "lorenskog/kino", offer: "film", quota: "kino", date: DAY, at: NOW - 3 * 60_000, persons: 1, left: null, state: "kept", ...changes });
const because = (changes) => judge(situation(changes)).because;

test("a true card within its dates is let in with company, and says what is included and until when it holds", () => {
  const verdict = judge(situation());
  assert.deepEqual([verdict.admitted, verdict.persons, verdict.limit, verdict.left, verdict.valid_until], [true, 2, 5, null, "2027-02-28"]);
  assert.deepEqual([verdict.included, verdict.age_limit, verdict.offline], [["ticket"], 9, true]);
});

test("only what a phone can know stands against a card, and the most fundamental reason is given", () => {
  assert.equal(because({ shown: { proof: "forged" } }), "forged_card");
  assert.equal(because(body({ municipality: 3205 })), "unknown_card");
  assert.equal(because(body({ kind: "timekred" })), "unknown_card");
  assert.equal(because({ blocked: true, ...body({ validUntil: "2026-11-21" }) }), "blocked");
  assert.equal(because(body({ validFrom: "2026-11-23" })), "not_yet_valid");
  assert.equal(because(body({ validUntil: "2026-11-21" })), "expired");
  assert.equal(because(body({ validFrom: DAY, validUntil: DAY })), null);
  assert.equal(because({ snapshot: snapshot({ programmes: [{ ...PROGRAMME, state: "closed" }] }) }), "programme_closed");
  assert.equal(because({ snapshot: snapshot({ programmes: [{ ...PROGRAMME, valid_until: "2026-11-21" }] }) }), "programme_closed");
  assert.equal(because({ snapshot: snapshot({ offers: [{ ...OFFER, terms: [{ ...TERMS, until: "2026-11-21" }] }] }) }), "no_agreement");
  assert.equal(because({ snapshot: snapshot({ offers: [{ ...OFFER, terms: [] }] }) }), "not_this_venue");
});

test("a card that came in here today is stopped, and the minutes tell a slip from misuse", () => {
  const verdict = judge(situation({ own: [scan()] }));
  assert.deepEqual([verdict.because, verdict.used_minutes_ago], ["used_today", 3]);
});

test("a visit that was taken back, or made yesterday, stops nobody", () => {
  assert.equal(because({ own: [scan({ state: "voided" })] }), null);
  assert.equal(because({ own: [scan({ date: "2026-11-21", at: NOW - 86_400_000 })] }), null);
});

test("what this phone knows of the allowance it holds: the server's word, less its own scans since", () => {
  const earlier = (day, left = null) => scan({ id: day, date: `2026-11-${day}`, at: Date.parse(`2026-11-${day}T12:00:00Z`), left });
  assert.equal(because({ own: [earlier("10", 0)] }), "allowance_used_up");
  assert.equal(because({ own: [earlier("10", 1), earlier("11")] }), "allowance_used_up");
  assert.equal(because({ own: [earlier("10", 2), earlier("11")] }), null);
  assert.equal(because({ own: ["10", "11", "12", "13"].map((day) => earlier(day)) }), null);
  assert.equal(because({ own: ["10", "11", "12", "13", "14"].map((day) => earlier(day)) }), "allowance_used_up");
  assert.equal(because({ own: [scan({ date: "2025-12-31", at: 0, left: 0 })] }), null, "last year's use is last year's");
});

test("a typed number is let in on the terms of the programme that is open, and nothing is said of its dates", () => {
  const verdict = judge(situation({ shown: typed }));
  assert.deepEqual([verdict.admitted, verdict.persons, verdict.valid_until], [true, 2, null]);
  assert.equal(because({ shown: typed, blocked: true }), "blocked");
  assert.equal(because({ shown: typed, own: [scan()] }), "used_today");
});

test("where a number may be of two programmes, the more generous terms hold", () => {
  const other = { ...PROGRAMME, id: "annet", code: 2, companion: "none" };
  const alone = { ...TERMS, programme: "annet", companion_allowed: false, persons_max: 1 };
  const both = snapshot({ programmes: [other, PROGRAMME], offers: [{ ...OFFER, terms: [alone, TERMS] }] });
  assert.equal(judge(situation({ shown: typed, snapshot: both })).persons, 2);
  assert.equal(judge(situation({ snapshot: both, ...body({ programme: 2 }) })).persons, 1);
});

test("nobody may come along where the programme or the terms say so, and a mark a person sets the most", () => {
  assert.equal(judge(situation({ snapshot: snapshot({ programmes: [{ ...PROGRAMME, companion: "none" }] }) })).persons, 1);
  assert.equal(judge(situation({ snapshot: snapshot({ offers: [{ ...OFFER, terms: [{ ...TERMS, companion_allowed: false }] }] }) })).persons, 1);
  const counted = snapshot({ programmes: [{ ...PROGRAMME, counts: "person" }], offers: [{ ...OFFER, terms: [{ ...TERMS, persons_max: 4, limit: 3 }] }] });
  assert.equal(judge(situation({ snapshot: counted })).persons, 3);
});

test("the terms may count persons where the programme counts visits", () => {
  const own = snapshot({ offers: [{ ...OFFER, terms: [{ ...TERMS, counts: "person", persons_max: 4, limit: 3 }] }] });
  assert.equal(judge(situation({ snapshot: own })).persons, 3);
});

test("who may come along by age is what the token says", () => {
  const byAge = snapshot({ programmes: [{ ...PROGRAMME, companion: "adult_only_under:14" }] });
  const young = judge(situation({ snapshot: byAge, ...body({ companion: "adult" }) }));
  const older = judge(situation({ snapshot: byAge, ...body({ companion: "none" }) }));
  assert.deepEqual([young.persons, young.companion, older.persons, older.companion], [2, "adult", 1, "none"]);
});

test("a programme made after the snapshot is not held against its card", () => {
  assert.deepEqual([judge(situation(body({ programme: 9 }))).admitted, termsFor(situation(body({ programme: 9 })))], [true, null]);
});

test("the version of the terms that holds on the day is the one that counts", () => {
  const now = { ...TERMS, starts: "2026-11-01", persons_max: 3 };
  const before = { ...TERMS, until: "2026-10-31" };
  const offers = [{ ...OFFER, terms: [before, now] }];
  assert.equal(judge(situation({ snapshot: snapshot({ offers }) })).persons, 3);
  assert.equal(judge(situation({ snapshot: snapshot({ offers }), day: "2026-10-30" })).persons, 2);
});

test("a snapshot is old after three days, and not a minute before", () => {
  assert.equal(ageOf(NOW, NOW + 72 * 3_600_000).stale, false);
  assert.equal(ageOf(NOW, NOW + 72 * 3_600_000 + 1).stale, true);
  assert.equal(ageOf(NOW + 5000, NOW).age, 0);
});

test("a day is Oslo's, also where a phone is elsewhere and when the clocks change", () => {
  assert.equal(osloDate(Date.parse("2026-12-31T23:30:00Z")), "2027-01-01");
  assert.equal(osloDateOf("2026-11-22T23:30:00Z"), "2026-11-23");
  assert.equal(osloDate(Date.parse("2026-06-30T21:59:59Z")), "2026-06-30");
  assert.equal(osloDate(Date.parse("2026-06-30T22:00:00Z")), "2026-07-01");
  for (const date of ["2026-03-29", "2026-10-25", "2026-01-01"]) assert.equal(osloDate(middleOf(date)), date);
  assert.equal(daysFrom("2026-03-01", -1), "2026-02-28");
});

test("two days have one name for their period exactly when the server counts them together", () => {
  for (const [per, one, other, same] of [
    ["year", "2026-01-01", "2026-12-31", true], ["year", "2026-12-31", "2027-01-01", false],
    ["half_year", "2026-06-30", "2026-07-01", false], ["month", "2026-02-01", "2026-02-28", true],
    ["week", "2026-12-28", "2027-01-03", true], ["week", "2027-01-03", "2027-01-04", false],
    ["day", DAY, DAY, true], ["card", "2026-01-01", "2031-01-01", true],
  ]) assert.equal(periodOf(per, one) === periodOf(per, other), same, `${per} ${one} ${other}`);
});
