// Every word in every language, and none that would give a family away.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { BECAUSE } from "../core/types.js";
import { LANGUAGES, STAFF_LANGUAGES } from "../core/words.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (language) => JSON.parse(readFileSync(`${HERE}${language}.json`, "utf8"));
/** Each language's lists as one, with what the sheets say in those that have sheets. */
const all = Object.fromEntries(LANGUAGES.map((language) => [language, STAFF_LANGUAGES.includes(language) ? { ...read(language), sheets: read(`sheets/${language}`) } : read(language)]));

/** Words that say why a family has the card, or that ask who somebody is. Whole words, any letter case. */
const NEVER = {
  nb: ["nav", "sosial\\w*", "lavinntekt\\w*", "fattig\\w*", "trygd\\w*", "trengende", "legitimasjon", "personnummer", "fødselsnummer", "ulovlig", "svindel", "falsk\\w*"],
  nn: ["nav", "sosial\\w*", "låginntekt\\w*", "fattig\\w*", "trygd\\w*", "trengande", "legitimasjon", "personnummer", "fødselsnummer", "ulovleg", "svindel", "falsk\\w*"],
  en: ["nav", "social", "low[- ]income", "poor", "poverty", "welfare", "benefits?", "identity", "passport", "fraud", "forged", "fake", "illegal"],
  ar: ["nav", "فقر\\S*", "فقير\\S*", "اجتماعي\\S*", "مزوّر\\S*", "هوية"],
  so: ["nav", "sabool\\S*", "faqiir\\S*", "been abuur\\S*"],
  ti: ["nav", "ድኻ\\S*", "ድኽነት"],
  uk: ["nav", "бідн\\S*", "соціальн\\S*", "підробл\\S*", "паспорт\\S*"],
  pl: ["nav", "biedn\\S*", "ubog\\S*", "socjaln\\S*", "fałszyw\\S*", "dowód\\S*"],
  fa: ["nav", "فقیر\\S*", "فقر", "جعلی", "گذرنامه"],
};

/** Every text in a list, with where it stands. */
function texts(value, path = "") {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}/${key}`));
}

const fillIns = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test("there is a list of words for each language and no other", () => {
  const files = readdirSync(HERE).filter((name) => name.endsWith(".json"));
  assert.deepEqual(files.sort(), LANGUAGES.map((language) => `${language}.json`).sort());
  assert.deepEqual(readdirSync(`${HERE}sheets`).sort(), STAFF_LANGUAGES.map((language) => `${language}.json`).sort());
});

test("what the sheets say is said nowhere before them", () => {
  assert.deepEqual(Object.keys(all.nb.sheets).filter((key) => key in all.nb.staff), []);
});

test("every refusal has a line for the family in every language, and words for the staff in theirs", () => {
  for (const language of LANGUAGES) {
    assert.deepEqual(Object.keys(all[language].because).sort(), [...BECAUSE].sort(), language);
    for (const [code, words] of Object.entries(all[language].because)) {
      const wanted = STAFF_LANGUAGES.includes(language) ? ["family", "staff", "title"] : ["family"];
      assert.deepEqual(Object.keys(words).sort(), wanted, `${language} ${code}`);
    }
  }
});

for (const part of /** @type {const} */ (["holder", "phrases", "staff", "sheets"])) {
  test(`the ${part} words are the same keys with the same values to fill in, in every language`, () => {
    const languages = part === "staff" || part === "sheets" ? STAFF_LANGUAGES : LANGUAGES;
    for (const language of languages) {
      assert.deepEqual(Object.keys(all[language][part]), Object.keys(all.nb[part]), language);
      for (const [key, text] of Object.entries(all[language][part])) assert.deepEqual(fillIns(text), fillIns(all.nb[part][key]), `${language} ${key}`);
    }
  });
}

test("no text is empty, or left in Norwegian", () => {
  for (const language of LANGUAGES) {
    for (const [path, text] of texts(all[language])) assert.ok(text.trim().length > 0, `${language}${path}`);
    if (STAFF_LANGUAGES.includes(language)) continue;
    const same = Object.entries(all[language].holder).filter(([key, text]) => text === all.nb.holder[key]);
    assert.deepEqual(same, [], language);
  }
});

test("nothing says why a family has the card, and nobody is asked who they are", () => {
  for (const language of LANGUAGES)
    for (const [path, text] of texts(all[language]))
      for (const word of NEVER[language]) assert.doesNotMatch(text, new RegExp(`(?<![\\p{L}])${word}(?![\\p{L}])`, "iu"), `${language}${path}`);
});

test("Arabic and Persian run from right to left, the others from left to right", () => {
  for (const language of LANGUAGES) assert.equal(all[language].direction, ["ar", "fa"].includes(language) ? "rtl" : "ltr");
});

test("every key that a screen says has words, and every word is said by a screen", () => {
  const sources = ["main.js", "card.js"].map((name) => `${ROOT}${name}`);
  for (const folder of ["screen", "core", "wiring"]) sources.push(...readdirSync(`${ROOT}${folder}`).filter((name) => name.endsWith(".js") && !name.endsWith(".test.js")).map((name) => `${ROOT}${folder}/${name}`));
  const code = sources.map((name) => readFileSync(name, "utf8")).join("\n");
  const said = [...code.matchAll(/"([a-z_]+(?:\.[a-z_0-9]+)+)"/g)].map((match) => match[1]);
  const known = new Set([...Object.keys(all.nb.staff), ...Object.keys(all.nb.sheets), ...Object.keys(all.nb.holder)]);
  const prefixes = [...code.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map((match) => match[1]);
  const families = [...prefixes, "answer.left"];
  assert.deepEqual(said.filter((key) => !known.has(key) && !/\.(js|json|html|css)$/.test(key)), []);
  const unsaid = [...known].filter((key) => !code.includes(`"${key}"`) && !code.includes(`"${key.replace(/\.one$/, "")}"`) && !families.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unsaid, []);
});
