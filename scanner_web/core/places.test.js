// Which of a phone's places a card is shown at.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mayBeOurs, placeFor, standForSeveral, usedNow } from "./places.js";

// The card of 3222 from card_text.test.js, and the same with 0301 in the second and third byte.
const OF_3222 = "CEGJMBYEAADVXTIVBCIAT7AAAEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSMJZIFEVCWLBNFYXTAMJSGM2DKNRXHA4TUOZ4HU7D6";
const OF_0301 = "CEAS2BYEAADVXTIVBCIAT7AAAEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSMJZIFEVCWLBNFYXTAMJSGM2DKNRXHA4TUOZ4HU7D6";

const KINO = { device_id: "d-kino", tenant: "lorenskog", municipality: 3222 };
const BAD = { device_id: "d-bad", tenant: "lorenskog", municipality: 3222 };
const MUSEUM = { device_id: "d-museum", tenant: "oslo", municipality: 301 };
const ALL = [KINO, BAD, MUSEUM];

test("a card of the municipality where the phone stands is shown where the phone stands", () => {
  assert.equal(placeFor(ALL, BAD, OF_3222, ["d-kino", "d-bad"]), BAD);
  assert.equal(placeFor(ALL, MUSEUM, OF_0301, []), MUSEUM);
});

test("a card of the neighbour is shown at the phone's place in that municipality", () => {
  assert.equal(placeFor(ALL, KINO, OF_0301, []), MUSEUM);
  assert.equal(placeFor(ALL, KINO, `HTTPS://OPPLEV.EXAMPLE.NO/K#${OF_0301}`, []), MUSEUM);
});

test("of two places in the card's municipality the last used one is taken, and the newest where none was used", () => {
  assert.equal(placeFor(ALL, MUSEUM, OF_3222, ["d-museum", "d-kino", "d-bad"]), KINO);
  assert.equal(placeFor(ALL, MUSEUM, OF_3222, ["d-gone", "d-bad", "d-kino"]), BAD);
  assert.equal(placeFor(ALL, MUSEUM, OF_3222, []), BAD);
});

test("a card of a municipality that the phone does not stand for stays where it is, and the server says no", () => {
  assert.equal(placeFor([KINO, BAD], BAD, OF_0301, ["d-kino"]), BAD);
});

test("a number, a parking ticket and an enrolment code move nobody", () => {
  for (const text of ["482109334720", "https://menu.example/bord/4", "oslo.ABCDEFGHIJKLMNOP"]) assert.equal(placeFor(ALL, KINO, text, ["d-museum"]), KINO, text);
});

test("a place that was connected before places said their municipality is known by its neighbour, and else left alone", () => {
  const old = { device_id: "d-old", tenant: "lorenskog" };
  assert.equal(placeFor([old, BAD, MUSEUM], old, OF_3222, ["d-bad"]), old);
  assert.equal(placeFor([old, BAD, MUSEUM], MUSEUM, OF_3222, ["d-old"]), old);
  assert.equal(placeFor([old, MUSEUM], old, OF_3222, []), old);
  assert.equal(placeFor([old, MUSEUM], old, OF_0301, []), MUSEUM);
});

test("a phone without a place has none to choose", () => {
  assert.equal(placeFor([], null, OF_3222, []), null);
});

test("the address behind a card opens the scanner where it may be the phone's municipality", () => {
  assert.ok(mayBeOurs(ALL, 301));
  assert.ok(mayBeOurs([{ device_id: "d-old", tenant: "lorenskog" }], 301));
  assert.ok(!mayBeOurs([KINO], 301));
  assert.ok(!mayBeOurs([], 301));
});

test("two places of one municipality are not several", () => {
  assert.ok(standForSeveral(ALL));
  assert.ok(!standForSeveral([KINO, BAD]));
});

test("the place used now comes first, and stands once", () => {
  assert.deepEqual(usedNow(["a", "b", "c"], "b"), ["b", "a", "c"]);
  assert.deepEqual(usedNow([], "a"), ["a"]);
});
