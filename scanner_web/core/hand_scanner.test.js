// A hand scanner told from a person at the keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";

import { asTyped, keyPressed, MOST_GAP, NOTHING_KEYED } from "./hand_scanner.js";

const TOKEN = "CEGJMBYEAADVXTIVBCIAT7AAAEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSMJZIFEVCWLBNFYXTAMJSGM2DKNRXHA4TUOZ4HU7D6";
const NUMBER = "482109334720";

/** Press keys with the same gap between them; give everything that was read. */
function press(keys, gap = 5, keyed = NOTHING_KEYED, start = 10_000) {
  const read = [];
  let at = start;
  for (const key of keys) {
    const result = keyPressed(keyed, key, at);
    keyed = result.keyed;
    if (result.scanned !== null) read.push(result.scanned);
    at += gap;
  }
  return { read, keyed, at };
}

test("a number that comes at once and ends with Enter was scanned, and counts as typed", () => {
  assert.deepEqual(press([...NUMBER, "Enter"]).read, [{ text: NUMBER, carrier: "typed" }]);
  assert.deepEqual(press([..."4821 0933 4720", "Enter"]).read, [{ text: NUMBER, carrier: "typed" }]);
});

test("a card's address counts as its code, with the shift keys that a scanner presses for it", () => {
  const address = [...`HTTPS://OPPLEV.EXAMPLE.NO/K#${TOKEN}`].flatMap((key) => (/[A-Z:#]/.test(key) ? ["Shift", key] : [key]));
  assert.deepEqual(press([...address, "Enter"]).read, [{ text: TOKEN, carrier: "qr" }]);
});

test("a scanner set to an American keyboard on a Norwegian computer is read all the same", () => {
  assert.deepEqual(press([...`HTTPSØ--OPPLEV.EXAMPLE.NO-K#${TOKEN}`, "Enter"]).read, [{ text: TOKEN, carrier: "qr" }]);
  assert.deepEqual(asTyped(`httpsö--opplev.example.no-k£${TOKEN.toLowerCase()}`), { text: TOKEN.toLowerCase(), carrier: "qr" });
});

test("the slowest scanner is in time, and a person's fingers are not", () => {
  assert.equal(press([...NUMBER, "Enter"], MOST_GAP).read.length, 1);
  assert.equal(press([...NUMBER, "Enter"], MOST_GAP + 1).read.length, 0);
  assert.equal(press([...NUMBER, "Enter"], 120).read.length, 0);
});

test("one stutter of a busy computer does not break a code, and a pause does", () => {
  for (const [stutter, reads] of [[140, 1], [160, 0]]) {
    const { keyed, at } = press([...NUMBER.slice(0, 6)]);
    assert.equal(press([...NUMBER.slice(6), "Enter"], 5, keyed, at + stutter).read.length, reads);
  }
});

test("an Enter that comes later than the digits reads nothing", () => {
  const { keyed, at } = press([...NUMBER]);
  assert.equal(keyPressed(keyed, "Enter", at + 500).scanned, null);
});

test("what a person touched just before a scan does not spoil it", () => {
  const { keyed, at } = press([..."7x"]);
  assert.deepEqual(press([...NUMBER, "Enter"], 5, keyed, at + 300).read, [{ text: NUMBER, carrier: "typed" }]);
});

test("two scans in a row are two", () => {
  assert.deepEqual(press([...NUMBER, "Enter", ..."999999999951", "Enter"]).read.map(({ text }) => text), [NUMBER, "999999999951"]);
});

test("Enter alone, a few quick keys, or a code broken off by an arrow read nothing", () => {
  for (const keys of [["Enter"], [..."hei", "Enter"], [...NUMBER.slice(0, 11), "Enter"], [...NUMBER, "ArrowLeft", "Enter"]]) assert.equal(press(keys).read.length, 0);
});

test("a parking ticket goes on as it is, so that the till can say that it is none of ours", () => {
  assert.deepEqual(press([..."https://menu.example/bord/4", "Enter"]).read, [{ text: "https://menu.example/bord/4", carrier: "qr" }]);
});
