// The look of screens that come late, fetched with them.

/** @type {Map<string, Promise<void>>} */
const worn = new Map();

/**
 * Put a stylesheet on the page, once; one that did not come is asked for again the next time.
 * @param {URL} sheet
 * @returns {Promise<void>} when it is there
 */
export function wear({ href }) {
  const known = worn.get(href) ?? asked(href);
  worn.set(href, known);
  known.catch(() => worn.delete(href));
  return known;
}

/**
 * @param {string} href
 * @returns {Promise<void>}
 */
function asked(href) {
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = () => done();
    link.onerror = () => {
      link.remove();
      failed(new StylesheetError(href));
    };
    document.head.append(link);
  });
}

/** A stylesheet did not come. */
class StylesheetError extends Error {
  name = "StylesheetError";
}
