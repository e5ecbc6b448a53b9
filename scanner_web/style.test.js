// Contrast that old eyes and sunlight can live with: WCAG 2.1 AA, by day and by night.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const CSS = readFileSync(new URL("style.css", import.meta.url), "utf8");
const named = (text) => Object.fromEntries([...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]));
const [light = "", dark = ""] = [...CSS.matchAll(/:root \{([\s\S]*?)\n {0,2}\}/g)].map((match) => match[1]);
const DAY = named(light);
const NIGHT = { ...DAY, ...named(dark) };

/** Text on what it stands on, and how much contrast it needs: 4.5 for text, 3 for large text and the edges of fields. */
const PAIRS = [
  ["ink", "paper", 4.5],
  ["ink", "sheet", 4.5],
  ["ink", "tile", 4.5],
  ["soft", "paper", 4.5],
  ["soft", "sheet", 4.5],
  ["soft", "tile", 4.5],
  ["on-brand", "brand", 4.5],
  ["wait-ink", "wait", 4.5],
  ["error", "paper", 4.5],
  ["error", "sheet", 4.5],
  ["field", "paper", 3],
  ["field", "sheet", 3],
  ["focus", "paper", 3],
  ["#ffffff", "yes", 7],
  ["#ffffff", "yes-deep", 7],
  ["#ffffff", "no", 4.5],
  ["#ffffff", "no-deep", 7],
  ["#2b1d00", "sun", 7],
];

function luminance(colour) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

for (const [name, colours] of Object.entries({ day: DAY, night: NIGHT })) {
  test(`text can be read by ${name}`, () => {
    for (const [text, ground, least] of PAIRS) {
      const got = contrast(colours[text] ?? text, colours[ground]);
      assert.ok(got >= least, `${text} on ${ground}: ${got.toFixed(2)} of ${least}`);
    }
  });
}
