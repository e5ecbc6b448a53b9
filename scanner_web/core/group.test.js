// Siblings and groups: the next card joins a list, and one button registers all.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PRACTICE, withCheckDigits } from "./number.js";
import { atRest, isLooking, isPractice, step } from "./session.js";

const [ONE, TWO, THREE] = ["482109334720", "999999999951", withCheckDigits("0000000001")];
const YES = {
  ...{ admitted: true, because: null, persons: 2, offer: "film", included: [], excluded: [], to_pay: null, left: 4, limit: 5, period: "year" },
  ...{ companion: "any", valid_until: "2026-12-31", used_minutes_ago: null },
};
const NO = { ...YES, admitted: false, because: "used_today", persons: 0 };
const AT = "2026-11-22T10:00:00Z";

function play(...happenings) {
  let session = atRest("scan", "film");
  const tasks = [];
  for (const happening of happenings) {
    const next = step(session, typeof happening === "function" ? happening(session) : happening);
    session = next.session;
    tasks.push(...next.tasks);
  }
  return { session, tasks, kinds: tasks.map((task) => task.do), group: session.group };
}

const held = (text) => ({ type: "read", text, carrier: "qr" });
const verdict = (said = YES) => (session) => ({ type: "verdict", turn: session.turn, verdict: said, id: "x", at: AT });
const family = [held(ONE), verdict(), held(TWO), verdict()];
const registerAll = { type: "group_register", ids: ["v1", "v2", "v3"], at: AT };
const registered = (at) => (session) => ({ type: "registered", turn: session.group[at].key, visit: { id: session.group[at].asked.id, offer: "film", persons: session.group[at].persons }, verdict: YES });

test("a second card while the first is asked about makes a list of the two, one person each, and the camera goes on looking", () => {
  const { session, group } = play(...family);
  assert.equal(session.screen, "group");
  assert.deepEqual(group.map((one) => [one.card.text, one.state, one.persons]), [[ONE, "ready", 1], [TWO, "ready", 1]]);
  assert.ok(isLooking(session));
});

test("a tap makes it two, and one more tap one again", () => {
  const tap = (session) => ({ type: "group_persons", key: session.group[0].key });
  assert.equal(play(...family, tap).group[0].persons, 2);
  assert.equal(play(...family, tap, tap).group[0].persons, 1);
});

test("one button registers all, each card with its own id and its own persons", () => {
  const tap = (session) => ({ type: "group_persons", key: session.group[1].key });
  const { tasks, group } = play(...family, tap, registerAll);
  assert.deepEqual(tasks.filter((task) => task.do === "register").map(({ asked }) => [asked.id, asked.card, asked.persons]), [["v1", ONE, 1], ["v2", TWO, 2]]);
  assert.ok(group.every((one) => one.state === "sending"));
  const after = play(...family, tap, registerAll, registered(1), registered(0));
  assert.equal(after.session.screen, "group-answer");
  assert.deepEqual(after.tasks.at(-1), { do: "signal", kind: "yes" });
});

test("a card that may not come in stands on the list with its reason, and stops nobody else", () => {
  const { group, tasks } = play(...family, held(THREE), verdict(NO), registerAll);
  assert.equal(group[2].state, "no");
  assert.equal(tasks.filter((task) => task.do === "register").length, 2);
});

test("a card is on the list once, and can be taken off it", () => {
  assert.equal(play(...family, held(ONE)).group.length, 2);
  const off = (session) => ({ type: "group_remove", key: session.group[0].key });
  assert.deepEqual(play(...family, off).group.map((one) => one.card.text), [TWO]);
  assert.equal(play(...family, off, off).session.screen, "scan");
});

test("the same card held up again while its persons are asked about is still that card", () => {
  assert.equal(play(held(ONE), verdict(), held(ONE)).session.screen, "persons");
});

test("nothing joins while the list is being sent, and nothing is sent while a card is being looked at", () => {
  assert.equal(play(...family, registerAll, held(THREE)).group.length, 2);
  assert.ok(!play(...family, held(THREE), registerAll).kinds.includes("register"));
});

test("a card that got no answer is shown as such, the others are in", () => {
  const failed = (session) => ({ type: "failed", turn: session.group[1].key, trouble: "problem" });
  const { session, group } = play(...family, registerAll, registered(0), failed);
  assert.deepEqual([session.screen, group[0].state, group[1].state], ["group-answer", "in", "trouble"]);
});

test("one undo takes all of them back, each with a void of its own", () => {
  const { tasks, group } = play(...family, registerAll, registered(0), registered(1), { type: "group_undo", ids: ["u1", "u2"] });
  assert.deepEqual(tasks.filter((task) => task.do === "void").map((task) => [task.visit, task.id]), [["v1", "u1"], ["v2", "u2"]]);
  assert.ok(group.every((one) => one.state === "undoing"));
});

test("the next family begins anew after the list's answer", () => {
  const after = [...family, registerAll, registered(0), registered(1)];
  const { session } = play(...after, held(THREE));
  assert.deepEqual([session.screen, session.group.length], ["checking", 0]);
  assert.equal(play(...after, held(ONE)).session.screen, "group-answer");
});

test("the practice card is practice alone, and with company", () => {
  assert.ok(isPractice(play(held(PRACTICE)).session));
  assert.ok(!isPractice(play(held(PRACTICE), verdict(), held(TWO), verdict()).session));
  assert.ok(!isPractice(play(held(ONE)).session));
});
