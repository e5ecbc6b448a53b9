import assert from "node:assert/strict";
import { test } from "node:test";

import { ownFirst } from "./today_list.js";

test("what this phone registered comes first, the newest first, and the rest as the server says it", () => {
  const visits = ["a", "b", "c", "d"].map((id) => ({ id }));
  assert.deepEqual(ownFirst(visits, ["d", "elsewhere", "b"]).map(({ id }) => id), ["d", "b", "a", "c"]);
  assert.deepEqual(ownFirst(visits, []), visits);
});
