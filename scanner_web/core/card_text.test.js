// What a card's code and number look like, held to bytes that the server's own rules made.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Base32Error, decodeBase32 } from "./base32.js";
import { bareToken, enrolmentCode, isSameAgain, isTapped, paperOf, whatIsPresented } from "./card_text.js";
import { inGroups, isCardNumber, typed, withCheckDigits } from "./number.js";
import { parseToken, TokenError } from "./token.js";

// Made in Python: pack(CardBody(key_id=1, tenant=3222, programme=7, flags=4, number 012345678978, 2026-01-01 to 2026-12-31)) and 64 bytes 00 to 3f.
const TOKEN = "CEGJMBYEAADVXTIVBCIAT7AAAEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSMJZIFEVCWLBNFYXTAMJSGM2DKNRXHA4TUOZ4HU7D6";
const BODY_HEX = "110c96070400075bcd15089009fc";

test("a token says which card it is, when it is valid and who may come along", () => {
  const { body, signed, signature } = parseToken(TOKEN);
  assert.equal(Buffer.from(signed).toString("hex"), BODY_HEX);
  assert.deepEqual([...signature], [...Array(64).keys()]);
  assert.deepEqual(body, {
    keyId: 1,
    municipality: 3222,
    programme: 7,
    kind: "card",
    blank: false,
    companion: "any",
    number: "012345678978",
    validFrom: "2026-01-01",
    validUntil: "2026-12-31",
  });
});

test("a token reads the same in small letters", () => {
  assert.deepEqual(parseToken(TOKEN.toLowerCase()).body, parseToken(TOKEN).body);
});

test("a token that is cut, padded, of another alphabet or with spare bits set is refused", () => {
  for (const bad of [TOKEN.slice(1), `${TOKEN}=`, TOKEN.replace("C", "1"), `${TOKEN.slice(0, -1)}7`, TOKEN.replace("C", "ı")])
    assert.throws(() => parseToken(bad), TokenError);
});

test("a token of a format that does not exist yet is refused", () => {
  assert.throws(() => parseToken(`E${TOKEN.slice(1)}`), TokenError);
});

test("base32 has one way of writing each byte", () => {
  assert.deepEqual([...decodeBase32("MZXW6YTB")], [...Buffer.from("fooba")]);
  assert.throws(() => decodeBase32("MZ1"), Base32Error);
  assert.throws(() => decodeBase32("MZ"[0] ?? ""), Base32Error);
});

test("check digits are the server's", () => {
  // Ten digits and what python-stdnum makes of them.
  const known = { "0000000000": "000000000098", 9999999999: "999999999951", 4821093347: "482109334720", "0000000001": "000000000195" };
  for (const [ten, twelve] of Object.entries(known)) {
    assert.equal(withCheckDigits(ten), twelve);
    assert.ok(isCardNumber(twelve));
  }
});

test("every single mistyped digit and every two neighbours that changed places are found", () => {
  const right = "482109334720";
  for (let at = 0; at < right.length; at += 1) {
    for (const digit of "0123456789") if (digit !== right[at]) assert.ok(!isCardNumber(right.slice(0, at) + digit + right.slice(at + 1)));
    const swapped = right.slice(0, at) + (right[at + 1] ?? "") + right[at] + right.slice(at + 2);
    if (swapped !== right && swapped.length === 12) assert.ok(!isCardNumber(swapped), swapped);
  }
});

test("the check digits 01 do not pass for 98", () => {
  assert.ok(isCardNumber("000000000098"));
  assert.ok(!isCardNumber("000000000001"));
});

test("whoever types is told how far it is and whether it is right", () => {
  assert.equal(typed("").state, "empty");
  assert.equal(typed("4821 09").state, "typing");
  assert.equal(typed("4821 0933 4720").state, "right");
  assert.equal(typed("4821 0933 4721").state, "wrong");
  assert.equal(typed("4821 0933 47201").state, "too_long");
  assert.equal(inGroups("482109334720"), "4821 0933 4720");
  assert.equal(inGroups("4821"), "4821");
});

test("a card is known by its address in any letter case, its bare token, and its number with any dash", () => {
  for (const text of [`HTTPS://OPPLEV.EXAMPLE.NO/K#${TOKEN}`, `https://opplev.example.no/k#${TOKEN.toLowerCase()}`, TOKEN, ` ${TOKEN}\n`])
    assert.equal(whatIsPresented(text).kind, "token", text);
  for (const text of ["482109334720", "4821 0933 4720", "4821-0933-4720", "4821–0933–4720"])
    assert.deepEqual(whatIsPresented(text), { kind: "number", number: "482109334720" });
});

test("somebody's parking ticket is foreign, and a card that was scratched is damaged", () => {
  for (const text of ["https://menu.example/bord/4", "WIFI:S:gjest;;", "4821 0933 4721", "", "https://opplev.example.no/", "hei"])
    assert.equal(whatIsPresented(text).kind, "foreign", text);
  assert.equal(whatIsPresented(`https://opplev.example.no/K#${TOKEN.slice(0, -1)}7`).kind, "damaged");
});

test("an enrolment code is known from its address and as it is typed", () => {
  const code = "lorenskog.ABCD-EFGH-IJKL-MNOP";
  assert.equal(enrolmentCode(code), code);
  assert.equal(enrolmentCode(" lorenskog.abcd efgh ijkl mnop "), "lorenskog.abcdefghijklmnop");
  assert.equal(enrolmentCode(`HTTPS://OPPLEV.EXAMPLE.NO/E#${code.toUpperCase()}`), code.toUpperCase());
  assert.equal(enrolmentCode("indre-ostfold.ABCDEFGHIJKLMNOP"), "indre-ostfold.ABCDEFGHIJKLMNOP");
  for (const bad of ["", "lorenskog", "lorenskog.ABCD", "lorenskog.ABCD-EFGH-IJKL-MNO1", ".ABCD-EFGH-IJKL-MNOP"]) assert.equal(enrolmentCode(bad), null, bad);
  assert.equal(whatIsPresented(code).kind, "enrolment");
});

test("a tag's address is its card's, and goes to the server with what the tag has written", () => {
  const tail = ".EF963FF7828658A599F3041510671E88.94EED9EE65337086";
  for (const text of [`https://opplev.example/K#${TOKEN}${tail}`, `${TOKEN}${tail}`, `HTTPS://OPPLEV.EXAMPLE/k#${TOKEN.toLowerCase()}${tail.toLowerCase()}`]) {
    const presented = whatIsPresented(text);
    assert.ok(presented.kind === "token");
    assert.equal(presented.body.number, "012345678978");
    assert.equal(presented.token.toUpperCase(), `${TOKEN}${tail}`);
    assert.equal(bareToken(presented.token).toUpperCase(), TOKEN);
    assert.ok(isTapped(text));
  }
  assert.equal(isTapped(`https://opplev.example/K#${TOKEN}`), false);
  assert.equal(isTapped("012345678978"), false);
});

test("a tag's address that was cut short is damaged, and never taken for the card without a tag", () => {
  for (const tail of [".", ".EF963FF7828658A599F3041510671E88", ".EF963FF7828658A599F3041510671E88.94EED9EE6533708"])
    assert.equal(whatIsPresented(`https://opplev.example/K#${TOKEN}${tail}`).kind, "damaged");
});

test("a counting tag held up twice is the same again though it counted, and its printed code is something else", () => {
  const tail = ".EF963FF7828658A599F3041510671E88.94EED9EE65337086";
  assert.ok(isSameAgain(`${TOKEN}${tail}`, `${TOKEN}${tail.replace("EF96", "0A1B")}`));
  assert.ok(isSameAgain(TOKEN, TOKEN));
  assert.ok(!isSameAgain(`${TOKEN}${tail}`, TOKEN));
  assert.ok(!isSameAgain("482109334720", "999999999951"));
});

test("a note, an attestation and a poster are told from cards and from each other", () => {
  const host = "https://kort.example.no";
  assert.equal(paperOf(`${host}/N#${"AB".repeat(15)}A`), "note");
  assert.equal(paperOf(`HTTPS://KORT.EXAMPLE.NO/N#${"AB".repeat(15)}A`), "note");
  assert.equal(paperOf(` ${"ab".repeat(15)}a `), "note");
  assert.equal(paperOf(`${host}/A#${"AB".repeat(90)}`), "attestation");
  assert.equal(paperOf(`${host}/K#s.lorenskog.lokalkred.strandrydding.hemmelig`), "poster");
  for (const other of [`${host}/K#${"A".repeat(125)}`, `${host}/E#lorenskog.abcdefgh23456722`, "4000 1234 5678", "https://parkering.example.no/N", ""]) assert.equal(paperOf(other), null, other);
});
