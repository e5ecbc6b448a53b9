// What the page keeps for when the network is away, and that it asks nobody else for anything.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { neededAtOnce, PAGES, reachable, standing, withModules, written } from "./precache.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

test("what is kept offline is exactly what the pages can reach, in the version that stands here", () => {
  assert.equal(standing(), written(reachable()), "run: node scanner_web/tools/precache.js --write");
});

test("each page asks at once for the modules that it begins with, and for no other", () => {
  for (const page of PAGES) assert.equal(readFileSync(`${ROOT}${page}`, "utf8"), withModules(page), "run: node scanner_web/tools/precache.js --write");
  const first = neededAtOnce("index.html");
  for (const file of ["wiring/till.js", "core/base32.js", "screen/icons.js"]) assert.ok(first.includes(file), file);
  for (const file of ["screen/sheet_screens.js", "vendor/noble-ed25519/index.js", "core/types.js"]) assert.ok(!first.includes(file), file);
});

test("the camera's reader, every language and the till itself are among it", () => {
  const files = reachable();
  for (const file of ["index.html", "main.js", "wiring/till.js", "device/decoder_worker.js", "vendor/zxing-wasm/reader/zxing_reader.wasm", "words/ti.json", "icons/icon-512.png"])
    assert.ok(files.includes(file), file);
});

test("vendored files are the ones that were reviewed", () => {
  const lines = readFileSync(`${ROOT}vendor/SHA256SUMS`, "utf8").trim().split("\n");
  assert.ok(lines.length >= 5);
  for (const line of lines) {
    const [sum, name] = line.split(/\s+/);
    assert.equal(createHash("sha256").update(readFileSync(`${ROOT}vendor/${name}`)).digest("hex"), sum, name);
  }
});

test("our own pages, styles and code name no foreign address", () => {
  const own = readdirSync(ROOT, { recursive: true }).map(String).filter((name) => /\.(js|html|css|webmanifest)$/.test(name) && !name.startsWith("vendor") && !name.endsWith(".test.js"));
  assert.ok(own.length > 30);
  for (const name of own) {
    const foreign = [...readFileSync(`${ROOT}${name}`, "utf8").matchAll(/https?:\/\/[a-z0-9.-]+/gi)].map(([address]) => address);
    assert.deepEqual(foreign.filter((address) => address !== "http://www.w3.org"), [], name);
  }
});

test("no page carries a style or a script of its own, which its policy would refuse", () => {
  for (const page of ["index.html", "card.html", "docs.html", "paper.html"]) {
    const text = readFileSync(`${ROOT}${page}`, "utf8");
    assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/i, page);
  }
});
