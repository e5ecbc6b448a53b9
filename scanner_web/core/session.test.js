// The till from card to answer, as a cashier would tell it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { seen } from "./repeat.js";
import { atRest, isLooking, step, takesCards } from "./session.js";

const CARD = "482109334720";
const OTHER = "999999999951";
const YES = {
  ...{ admitted: true, because: null, persons: 2, offer: "film", included: [], excluded: [], to_pay: null, left: 4, limit: 5, period: "year" },
  ...{ companion: "any", valid_until: "2026-12-31", used_minutes_ago: null },
};
const NO = { ...YES, admitted: false, because: "used_today", persons: 0 };
const VISIT = { id: "visit-1", offer: "film", persons: 2 };

/** Play happenings one after the other; give the last session and every task. */
function play(...happenings) {
  let session = atRest("scan", "film");
  const tasks = [];
  for (const happening of happenings) {
    const next = step(session, typeof happening === "function" ? happening(session) : happening);
    session = next.session;
    tasks.push(...next.tasks);
  }
  return { session, tasks, kinds: tasks.map((task) => task.do) };
}

const held = (text = CARD) => ({ type: "read", text, carrier: "qr" });
const verdict = (said = YES) => (session) => ({ type: "verdict", turn: session.turn, verdict: said, id: "visit-1", at: "2026-11-22T10:00:00Z" });
const choose = (persons) => ({ type: "persons", persons, id: "visit-1", at: "2026-11-22T10:00:00Z" });
const registered = (visit = VISIT, said = YES) => (session) => ({ type: "registered", turn: session.turn, visit, verdict: said });
const failed = (trouble) => (session) => ({ type: "failed", turn: session.turn, trouble });

test("a card that lets two in waits for a tap, and the tap registers as many as it said", () => {
  const { session, tasks } = play(held(), verdict(), choose(2));
  assert.equal(session.screen, "registering");
  const asked = tasks.find((task) => task.do === "register")?.asked;
  assert.deepEqual(asked, { id: "visit-1", card: CARD, offer: "film", persons: 2, at: "2026-11-22T10:00:00Z", carrier: "qr", offline: false });
});

test("a card for one registers without a tap", () => {
  const { session, kinds } = play(held(), verdict({ ...YES, persons: 1 }));
  assert.equal(session.screen, "registering");
  assert.deepEqual(kinds, ["check", "register"]);
});

test("a card for one that was used here three minutes ago is asked about, so that a slip of the hand costs nothing", () => {
  const { session, kinds } = play(held(), verdict({ ...YES, persons: 1, used_minutes_ago: 3 }));
  assert.equal(session.screen, "persons");
  assert.ok(!kinds.includes("register"));
});

test("a refusal registers nothing", () => {
  const { session, kinds } = play(held(), verdict(NO));
  assert.equal(session.screen, "answer");
  assert.deepEqual(kinds, ["check", "signal"]);
});

test("when another till was faster, the answer to the visit is shown as the refusal it is", () => {
  const { session, tasks } = play(held(), verdict(), choose(2), registered(null, { ...YES, admitted: false, because: "allowance_used_up", persons: 0 }));
  assert.equal(session.screen, "answer");
  assert.equal(session.visit, null);
  assert.equal(tasks.at(-1)?.kind, "no");
});

test("a retry sends the same visit with the same id", () => {
  const { tasks } = play(held(), verdict(), choose(2), failed("network"), { type: "retry" });
  const sent = tasks.filter((task) => task.do === "register");
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[0]?.asked, sent[1]?.asked);
});

test("a visit given up while the network was away is withdrawn, since it may have arrived", () => {
  const { session, tasks } = play(held(), verdict(), choose(2), failed("network"), { type: "give_up", id: "void-1" });
  assert.equal(session.screen, "scan");
  assert.deepEqual(tasks.at(-1), { do: "withdraw", visit: "visit-1", id: "void-1" });
});

test("a check given up leaves nothing to withdraw", () => {
  assert.deepEqual(play(held(), failed("network"), { type: "give_up", id: "void-1" }).kinds, ["check"]);
});

test("what the server understood and refused is not sent again: the card is asked about anew", () => {
  const { session, kinds } = play(held(), verdict(), choose(2), failed("problem"), { type: "retry" });
  assert.equal(session.screen, "checking");
  assert.deepEqual(kinds.filter((kind) => kind === "register").length, 1);
});

test("the latest card wins: an answer about an earlier one is dropped", () => {
  const late = { type: "verdict", turn: 1, verdict: NO, id: "visit-9", at: "" };
  const { session } = play(held(), held(OTHER), late);
  assert.equal(session.screen, "checking");
  assert.equal(session.card?.text, OTHER);
});

test("the next card may be held up while the answer still shows, the same one may not", () => {
  const before = [held(), verdict(), choose(2), registered()];
  assert.equal(play(...before, held(OTHER)).session.screen, "checking");
  assert.equal(play(...before, held(CARD)).session.screen, "answer");
});

test("while a visit is on its way, no other card slips in", () => {
  const { session } = play(held(), verdict(), choose(2), held(OTHER));
  assert.equal(session.card?.text, CARD);
  assert.ok(!isLooking(session));
});

test("a parking ticket gets a hint and stops nothing", () => {
  const { session } = play(held("https://menu.example/bord/4"));
  assert.equal(session.hint, "foreign");
  assert.equal(session.screen, "scan");
  assert.equal(play(held("https://menu.example/bord/4"), held()).session.screen, "checking");
});

test("undo voids the visit once, and a second try after trouble repeats its id", () => {
  const before = [held(), verdict(), choose(2), registered(), { type: "undo", id: "void-1" }];
  const trouble = (session) => ({ type: "undone", turn: session.turn, done: false });
  const { session, tasks } = play(...before, { type: "undo", id: "void-2" }, trouble, { type: "undo", id: "void-3" });
  const voids = tasks.filter((task) => task.do === "void");
  assert.deepEqual(voids.map((task) => [task.visit, task.id]), [["visit-1", "void-1"], ["visit-1", "void-1"]]);
  assert.equal(session.undo.state, "sending");
});

test("when fewer may come in than were asked for, the fewer can be registered at once", () => {
  const fewer = { ...NO, because: "companion_not_allowed", persons: 1 };
  const { session, tasks } = play(held(), verdict(), choose(2), registered(null, fewer), { ...choose(1), id: "visit-2" });
  assert.equal(session.screen, "registering");
  assert.equal(tasks.at(-1)?.asked.id, "visit-2");
  assert.equal(tasks.at(-1)?.asked.persons, 1);
});

test("nothing is checked before an offer is chosen", () => {
  assert.deepEqual(step(atRest("scan", null), held()).tasks, []);
});

test("a typed number goes the same way, and says that it was typed", () => {
  const { tasks } = play({ type: "way", way: "typed" }, { type: "read", text: "4821 0933 4720", carrier: "typed" }, verdict({ ...YES, persons: 1 }));
  assert.equal(tasks.find((task) => task.do === "register")?.asked.carrier, "typed");
});

test("the camera sees a card many times and it counts once, until it has been away for two and a half seconds", () => {
  let last = null;
  const news = [0, 80, 2000, 4400, 6899, 9500].map((now) => {
    const result = seen(last, CARD, now);
    last = result.last;
    return result.isNew;
  });
  assert.deepEqual(news, [true, false, false, false, false, true]);
  assert.ok(seen(last, OTHER, 9501).isNew);
});

test("a card is taken whichever way the till rests, but not while a visit is on its way", () => {
  assert.ok(takesCards(atRest("typed", "film")) && takesCards(atRest("scan", null)));
  assert.ok(!isLooking(atRest("typed", "film")) && !isLooking(atRest("scan", null)));
  assert.ok(takesCards(play(held(), verdict()).session));
  assert.ok(!takesCards(play(held(), verdict(), choose(2)).session));
  assert.ok(takesCards(play(held(), failed("network")).session));
  assert.ok(!takesCards(play(held(), verdict(), choose(2), failed("network")).session));
});
