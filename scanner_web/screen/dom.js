// Making elements without markup in strings, so that no text is ever read as markup.

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * Make an element. `on…` are listeners, `class`, `testid` and the rest attributes; false, null and undefined leave one out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name === "testid" ? "data-testid" : name, String(value));
  }
  append(element, children);
  return element;
}

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
  for (const child of children) if (child !== null && child !== false && child !== undefined) element.append(child);
}

/**
 * Put new content in an element's place.
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * Roll a row of languages to the one that is chosen.
 * @param {Element} root
 */
export function showChosen(root) {
  const row = root.querySelector(".language-row");
  const chosen = row?.querySelector('[aria-pressed="true"]');
  if (!row || !chosen) return;
  const [around, it] = [row.getBoundingClientRect(), chosen.getBoundingClientRect()];
  row.scrollLeft += it.left - around.left - (around.width - it.width) / 2;
}

/**
 * The one element that a page cannot be without.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function find(selector, kind) {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new MissingElementError(selector);
  return element;
}

/** The page lacks an element that the code was written for. */
export class MissingElementError extends Error {
  name = "MissingElementError";
}
