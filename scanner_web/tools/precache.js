// Which files the scanner needs without a network, and which modules a page needs at once. Run with `--write` to update sw.js and the pages.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORKER = join(ROOT, "sw.js");
/** The scanner, and the page behind a card's code, which opens the scanner on an enrolled phone. */
export const PAGES = ["index.html", "card.html"];

/** How each kind of file names another. */
const REFERENCES = {
  html: [/(?:href|src)="([^"#?]+)"/g],
  css: [/url\("?([^")]+)"?\)/g],
  js: [/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g, /new URL\("(\.{1,2}\/[^"]+)", import\.meta\.url\)/g],
  webmanifest: [/"src": "([^"]+)"/g],
};

/**
 * Every file that can be reached, as paths beside sw.js, sorted. The service worker itself is not kept by itself.
 * @param {string[]} [from]
 * @returns {string[]}
 */
export function reachable(from = PAGES) {
  const found = new Set();
  const waiting = [...from];
  while (waiting.length > 0) {
    const path = waiting.pop();
    if (found.has(path) || path === "sw.js") continue;
    found.add(path);
    for (const next of referredFrom(path)) waiting.push(posix.join(posix.dirname(path), next));
  }
  return [...found].sort();
}

/**
 * The modules that a page's script imports before it begins, in the order in which they are found.
 * @param {string} page
 * @returns {string[]}
 */
export function neededAtOnce(page) {
  const found = [...readFileSync(join(ROOT, page), "utf8").matchAll(/<script type="module" src="([^"]+)"/g)].map((match) => match[1]);
  // A list that grows while it is walked: each module adds those it imports. `import(` is for later.
  for (const path of found)
    for (const [, next] of code(path).matchAll(/(?:from|import) "(\.{1,2}\/[^"]+)"/g)) {
      const file = posix.join(posix.dirname(path), next);
      if (!found.includes(file)) found.push(file);
    }
  return found.slice(1);
}

/**
 * A page that asks for its modules in one go, not for each after the one that names it.
 * @param {string} page
 */
export function withModules(page) {
  const links = neededAtOnce(page).map((file) => `    <link rel="modulepreload" href="${file}" />\n`);
  const bare = readFileSync(join(ROOT, page), "utf8").replaceAll(/ *<link rel="modulepreload"[^>]*>\n/g, "");
  return bare.replace(/ *<script type="module"[^>]*><\/script>\n/, (script) => script + links.join(""));
}

/** Comments name files too, and types are not fetched. */
function code(path) {
  return readFileSync(join(ROOT, path), "utf8").replace(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

function referredFrom(path) {
  const patterns = REFERENCES[path.split(".").at(-1)] ?? [];
  const text = patterns.length === 0 ? "" : code(path);
  const names = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]));
  const foreign = names.filter((name) => /^[a-z]+:/.test(name));
  if (foreign.length > 0) throw new ForeignFileError(`${path} refers to ${foreign.join(", ")}`);
  return names;
}

/** A page of ours would fetch something from somebody else. */
export class ForeignFileError extends Error {
  name = "ForeignFileError";
}

/** A name for exactly these files with exactly this content. */
export function versionOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update("\0").update(readFileSync(join(ROOT, file))).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** The part of sw.js that this tool owns. */
export function written(files) {
  return [`const VERSION = "${versionOf(files)}";`, "const FILES = [", ...files.map((file) => `  "${file}",`), "];"].join("\n");
}

/** What stands in sw.js between the two marks. */
export function standing() {
  return /\/\/ precache begins\n([\s\S]*?)\n\/\/ precache ends/.exec(readFileSync(WORKER, "utf8"))?.[1];
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes("--write") && existsSync(WORKER)) {
  for (const page of PAGES) writeFileSync(join(ROOT, page), withModules(page));
  const before = readFileSync(WORKER, "utf8");
  writeFileSync(WORKER, before.replace(/(\/\/ precache begins\n)[\s\S]*?(\n\/\/ precache ends)/, (_, begins, ends) => begins + written(reachable()) + ends));
}
