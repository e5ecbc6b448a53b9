// A venue's month, as its phone looks at it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { aboutOf, besides, emptyDraft, firstMonth, inKroner, lastDayOf, mayObject, stageOf } from "./statement.js";

const MONTHS = ["2026-02", "2026-01", "2025-12"];

test("early in a month the month before is looked at first, also across the year", () => {
  assert.equal(firstMonth("2026-03-01"), "2026-02");
  assert.equal(firstMonth("2026-01-15"), "2025-12");
  assert.equal(firstMonth("2026-01-16"), "2026-01");
});

test("one steps to the months beside, and no further than there are any", () => {
  assert.deepEqual(besides(MONTHS, "2026-01"), { earlier: "2025-12", later: "2026-02" });
  assert.deepEqual(besides(MONTHS, "2026-02"), { earlier: "2026-01", later: undefined });
  assert.deepEqual(besides(MONTHS, "2025-12"), { earlier: undefined, later: "2026-01" });
  assert.deepEqual(besides(MONTHS, "2024-01"), { earlier: undefined, later: undefined });
});

test("a month that is over and not yet closed is not called open", () => {
  const told = (state, month) => ({ state, month, months: MONTHS, statements: [], objections: [] });
  assert.equal(stageOf(told("open", "2026-02")), "open");
  assert.equal(stageOf(told("open", "2026-01")), "ended");
  assert.equal(stageOf(told("closing", "2026-01")), "ended");
  assert.equal(stageOf(told("closed", "2026-01")), "closed");
  assert.equal(stageOf(told("exported", "2026-01")), "approved");
  assert.equal(stageOf(told("paid", "2026-01")), "paid");
});

test("a venue objects until the month is approved", () => {
  const may = (state) => mayObject({ state, month: "2026-01", months: MONTHS, statements: [], objections: [] });
  assert.deepEqual(["open", "closing", "closed", "approved", "exported", "paid"].map(may), [true, true, true, false, false, false]);
});

test("an objection is about the month, a line of it, or a day that has none", () => {
  assert.deepEqual(aboutOf(emptyDraft()), {});
  assert.deepEqual(aboutOf({ ...emptyDraft(), about: "inngang/2026-01-03" }), { offer: "inngang", date: "2026-01-03" });
  assert.deepEqual(aboutOf({ ...emptyDraft(), about: "day", date: "2026-01-04" }), { date: "2026-01-04" });
});

test("money has its øre, and a month its last day", () => {
  assert.equal(inKroner(1_234_550, "nb-NO").replaceAll("\u00a0", " "), "12 345,50 kr");
  assert.equal(inKroner(10_000, "en-GB").replaceAll("\u00a0", " "), "100.00 kr");
  assert.equal(lastDayOf("2028-02"), "2028-02-29");
  assert.equal(lastDayOf("2026-12"), "2026-12-31");
});
