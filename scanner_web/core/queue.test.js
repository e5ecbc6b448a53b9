// The queue: in which portions it is sent, and what the people at the till hear of it later.

import assert from "node:assert/strict";
import { test } from "node:test";

import { afterwards, nextPortion, stillWaiting } from "./queue.js";
import { answered, mayWait, silent, WITHIN_REACH } from "./reach.js";

const visit = (id) => ({ id, kind: "visit", device: "d", path: "", body: {}, tried: false, last3: "720", persons: 1, offer: "film", date: "2026-11-22" });
const undo = (id) => ({ ...visit(id), kind: "void" });
const outcome = (kind, more = {}) => ({ id: "1", outcome: kind, code: null, verdict: null, ...more });

test("visits go a hundred at a time, in their order", () => {
  const rows = Array.from({ length: 250 }, (_, at) => visit(String(at)));
  assert.deepEqual(nextPortion(rows).map((row) => row.id), rows.slice(0, 100).map((row) => row.id));
});

test("an undo waits for what came before it, and lets nothing after it overtake", () => {
  const rows = [visit("1"), visit("2"), undo("3"), visit("4")];
  assert.deepEqual(nextPortion(rows).map((row) => row.id), ["1", "2"]);
  assert.deepEqual(nextPortion(rows.slice(2)).map((row) => row.id), ["3"]);
  assert.deepEqual(nextPortion([]), []);
});

test("what waits is this device's visits, but for one that the till is sending just now", () => {
  const rows = [visit("1"), undo("2"), visit("3"), { ...visit("4"), device: "another" }];
  assert.deepEqual(stillWaiting(rows, "d", (id) => id === "3").map((row) => row.id), ["1"]);
});

test("what was recorded as usual is forgotten without a word", () => {
  for (const kind of ["recorded", "replayed"]) assert.deepEqual(afterwards(visit("1"), outcome(kind)), { forget: true, notice: null });
  assert.equal(afterwards(visit("1"), outcome("recorded", { flags: ["late"] })).notice, null, "late is the network's doing");
});

test("what was one too many, ended or blocked is told, and never twice sent", () => {
  for (const flag of ["over", "ended", "blocked", "clock"]) {
    const after = afterwards(visit("1"), outcome("recorded", { flags: ["late", flag] }));
    assert.deepEqual([after.forget, after.notice?.kind, after.notice?.because], [true, "flagged", flag]);
  }
  assert.equal(afterwards(visit("1"), outcome("over_allowance")).notice?.because, "over");
});

test("a card that the server does not know is told with its reason", () => {
  const after = afterwards(visit("1"), outcome("refused", { verdict: { because: "forged_card" } }));
  assert.deepEqual([after.forget, after.notice?.kind, after.notice?.because, after.notice?.last3], [true, "refused", "forged_card", "720"]);
});

test("a visit that was taken back before it arrived is no news", () => {
  assert.deepEqual(afterwards(visit("1"), outcome("refused", { code: "visit_voided" })), { forget: true, notice: null });
});

test("a busy server is asked again, a fault that stays is told once", () => {
  assert.deepEqual(afterwards(visit("1"), outcome("problem", { code: "busy" })), { forget: false, notice: null });
  assert.equal(afterwards(visit("1"), outcome("problem", { code: "unknown_offer" })).notice?.kind, "problem");
});

test("nobody waits twice for the same silence, and the first answer ends it", () => {
  assert.ok(mayWait(WITHIN_REACH, true));
  assert.ok(!mayWait(WITHIN_REACH, false));
  const away = silent(WITHIN_REACH, 5);
  assert.ok(!mayWait(away, true));
  assert.equal(silent(away, 9), away);
  assert.ok(mayWait(answered(away), true));
});
