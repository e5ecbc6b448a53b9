// Finding the words: a text by its key, numbers and money as people write them.

/**
 * Everything we say in one language. Only the languages of the staff have `staff`; what their sheets say comes with the sheets.
 * @typedef {{
 *   name: string, direction: "ltr" | "rtl", locale: string,
 *   because: Record<string, {title?: string, staff?: string, family: string}>,
 *   staff?: Record<string, string>, holder: Record<string, string>, phrases: Record<string, string>,
 * }} WordList
 */

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

export const STAFF_LANGUAGES = /** @type {const} */ (["nb", "nn", "en"]);
export const LANGUAGES = /** @type {const} */ (["nb", "nn", "en", "ar", "so", "ti", "uk", "pl", "fa"]);

/** @typedef {typeof LANGUAGES[number]} Language */
/** @typedef {typeof STAFF_LANGUAGES[number]} StaffLanguage */

/**
 * Make the function that says things in one language. `{name}` is filled in; with a `n` of one, `key.one` goes before `key`.
 * A key without words is shown as it is, so that a gap is seen and nothing stops.
 * @param {Record<string, string>} texts
 * @returns {Say}
 */
export function sayer(texts) {
  return (key, values = {}) => {
    const text = (values.n === 1 ? texts[`${key}.one`] : undefined) ?? texts[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}

/**
 * The first of a person's languages that we have.
 * @template {string} T
 * @param {readonly (string | null | undefined)[]} wished
 * @param {readonly T[]} offered
 * @returns {T | null}
 */
export function pick(wished, offered) {
  for (const wish of wished) {
    const base = (wish ?? "").toLowerCase().split("-")[0];
    const found = offered.find((one) => one === (base === "no" ? "nb" : base));
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * Money as a till shows it: whole kroner without decimals.
 * @param {number} ore
 * @param {string} locale
 * @returns {string}
 */
export function kroner(ore, locale) {
  const decimals = ore % 100 === 0 ? 0 : 2;
  const amount = new Intl.NumberFormat(spelledIn(locale), { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const text = `${amount.format(ore / 100)}\u00a0kr`;
  // Between letters that run from right to left the number and its unit would change places.
  return /^(ar|fa)/.test(locale) ? `\u2066${text}\u2069` : text;
}

/**
 * A date as people write it; in digits where the phone does not know the language's months.
 * @param {string} date yyyy-mm-dd
 * @param {string} locale
 * @returns {string}
 */
export function longDate(date, locale) {
  const known = spelledIn(locale);
  if (known === undefined) return date.split("-").reverse().join(".");
  const form = new Intl.DateTimeFormat(known, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return form.format(new Date(`${date}T00:00:00Z`));
}

/**
 * A way of writing dates that the browser knows, else undefined. Some know no nynorsk; its months have the same names as in bokmål.
 * @param {string} locale
 */
export function spelledIn(locale) {
  return Intl.DateTimeFormat.supportedLocalesOf(locale === "nn-NO" ? [locale, "nb-NO"] : locale)[0];
}

/**
 * A day of this year, in little room; in digits where the phone does not know the language's months.
 * @param {string} date yyyy-mm-dd
 * @param {string} locale
 * @returns {string}
 */
export function shortDate(date, locale) {
  const known = spelledIn(locale);
  if (known === undefined) return `${date.slice(8)}.${date.slice(5, 7)}.`;
  return new Intl.DateTimeFormat(known, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/**
 * A text of the municipality's own in the reader's language, else in bokmål, else in whatever there is.
 * @param {Record<string, string> | undefined} words
 * @param {string} language
 * @returns {string}
 */
export function inLanguage(words, language) {
  if (words === undefined) return "";
  return words[language] || words.nb || Object.values(words)[0] || "";
}
