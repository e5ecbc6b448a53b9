// Fetching the words of one language; each file is named in full, so that the list of what to keep offline can find it.

/** @import { Language, StaffLanguage, WordList } from "../core/words.js" */

/** @type {Record<Language, URL>} */
const FILES = {
  nb: new URL("../words/nb.json", import.meta.url),
  nn: new URL("../words/nn.json", import.meta.url),
  en: new URL("../words/en.json", import.meta.url),
  ar: new URL("../words/ar.json", import.meta.url),
  so: new URL("../words/so.json", import.meta.url),
  ti: new URL("../words/ti.json", import.meta.url),
  uk: new URL("../words/uk.json", import.meta.url),
  pl: new URL("../words/pl.json", import.meta.url),
  fa: new URL("../words/fa.json", import.meta.url),
};

/** What the staff's sheets say, beside the queue. @type {Record<StaffLanguage, URL>} */
const SHEETS = {
  nb: new URL("../words/sheets/nb.json", import.meta.url),
  nn: new URL("../words/sheets/nn.json", import.meta.url),
  en: new URL("../words/sheets/en.json", import.meta.url),
};

/** @type {Map<URL, Promise<any>>} */
const fetched = new Map();

/**
 * @param {Language} language
 * @returns {Promise<WordList>}
 */
export function wordsIn(language) {
  return once(FILES[language]);
}

/**
 * @param {StaffLanguage} language
 * @returns {Promise<Record<string, string>>}
 */
export function sheetWordsIn(language) {
  return once(SHEETS[language]);
}

/** @param {URL} file */
function once(file) {
  const known = fetched.get(file) ?? fetch(file).then((response) => response.json());
  fetched.set(file, known);
  known.catch(() => fetched.delete(file));
  return known;
}
