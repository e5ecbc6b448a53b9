// The schemas of an OpenAPI document as rows: a name, a type in a few words, its limits.

/** @typedef {Record<string, any>} Json */
/** @typedef {{name: string, type: string, limits: string, required: boolean, text: string}} Field `name` is a path, as in `price.holder` or `cards[].number` */

/** Deeper than this, a reader opens openapi.json. */
const DEEPEST = 4;

/**
 * Follow a reference within the document; what stands beside it, such as a default, stays. One that goes in circles ends as nothing.
 * @param {Json} document
 * @param {Json} value
 * @param {number} [depth]
 * @returns {Json}
 */
export function resolve(document, value, depth = 0) {
  const { $ref: reference, ...beside } = value;
  if (typeof reference !== "string") return value;
  if (depth > 8) return beside;
  const found = reference
    .replace(/^#\//, "")
    .split("/")
    .reduce((/** @type {Json | undefined} */ at, part) => at?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  return { ...resolve(document, found ?? {}, depth + 1), ...beside };
}

/**
 * The fields of an object, each followed by the fields inside it.
 * @param {Json} document
 * @param {Json} schema
 * @param {string} [before]
 * @param {number} [depth]
 * @returns {Field[]}
 */
export function fieldsOf(document, schema, before = "", depth = 0) {
  const whole = plain(document, schema);
  if (whole.type === "array") return fieldsOf(document, whole.items ?? {}, `${before}[]`, depth);
  const required = new Set(whole.required ?? []);
  return Object.entries(whole.properties ?? {}).flatMap(([name, one]) => {
    const path = before === "" ? name : `${before}.${name}`;
    const inside = depth < DEEPEST ? fieldsOf(document, /** @type {Json} */ (one), path, depth + 1) : [];
    return [fieldOf(document, path, /** @type {Json} */ (one), required.has(name), undefined), ...inside];
  });
}

/**
 * @param {Json} document
 * @param {string} name
 * @param {Json} schema
 * @param {boolean} required
 * @param {string | undefined} text
 * @returns {Field}
 */
export function fieldOf(document, name, schema, required, text) {
  const limits = limitsOf(document, schema).join(", ");
  return { name, type: typeOf(document, schema), limits, required, text: text ?? resolve(document, schema).description ?? "" };
}

/**
 * What a schema is apart from null.
 * @param {Json} document
 * @param {Json} schema
 * @returns {Json}
 */
function plain(document, schema) {
  const whole = resolve(document, schema);
  const others = (whole.anyOf ?? whole.oneOf ?? []).map((/** @type {Json} */ one) => resolve(document, one)).filter((/** @type {Json} */ one) => one.type !== "null");
  return others.length === 1 ? { ...others[0], default: whole.default } : whole;
}

/**
 * A type in a few words: `string (date)`, `list of integer`, `qr | typed`.
 * @param {Json} document
 * @param {Json} schema
 * @param {number} [depth]
 * @returns {string}
 */
function typeOf(document, schema, depth = 0) {
  const whole = resolve(document, schema);
  const deeper = (/** @type {Json} */ one) => (depth < DEEPEST ? typeOf(document, one, depth + 1) : "any");
  if (Array.isArray(whole.enum)) return whole.enum.map(String).join(" | ");
  if (whole.const !== undefined) return String(whole.const);
  const choices = whole.anyOf ?? whole.oneOf;
  if (Array.isArray(choices)) return choices.map(deeper).join(" or ");
  if (Array.isArray(whole.type)) return whole.type.map((/** @type {string} */ one) => deeper({ ...whole, type: one })).join(" or ");
  if (choicesIn(whole.pattern) !== null) return choicesIn(whole.pattern)?.join(" | ") ?? "";
  if (whole.type === "array") return `list of ${deeper(whole.items ?? {})}`;
  if (whole.type === "object" && typeof whole.additionalProperties === "object") return `object of ${deeper(whole.additionalProperties)}`;
  return [whole.type ?? "any", whole.format && `(${whole.format})`].filter(Boolean).join(" ");
}

/**
 * The words that a pattern such as `^(a4|cr80)$` chooses among, or null where it is another kind of pattern.
 * @param {unknown} pattern
 */
function choicesIn(pattern) {
  const inside = typeof pattern === "string" ? /^\^\(([\w|-]+)\)\$$/.exec(pattern)?.[1] : undefined;
  return inside?.split("|") ?? null;
}

/**
 * @param {Json} document
 * @param {Json} schema
 * @returns {string[]}
 */
function limitsOf(document, schema) {
  const whole = plain(document, schema);
  const limits = [
    between(whole.minimum, whole.maximum, ""),
    between(whole.minLength, whole.maxLength, " characters"),
    between(whole.minItems, whole.maxItems, " items"),
    between(whole.minProperties, whole.maxProperties, " members"),
    typeof whole.pattern === "string" && choicesIn(whole.pattern) === null ? `\`${whole.pattern}\`` : "",
    whole.propertyNames?.pattern ? "keys " + (choicesIn(whole.propertyNames.pattern)?.join(" | ") ?? `\`${whole.propertyNames.pattern}\``) : "",
    whole.default === undefined || whole.default === null ? "" : `default \`${JSON.stringify(whole.default)}\``,
  ];
  const items = whole.type === "array" ? limitsOf(document, { ...resolve(document, whole.items ?? {}), default: undefined }).map((one) => `each ${one}`) : [];
  return [...limits, ...items].filter((one) => one !== "");
}

/**
 * @param {number | undefined} least
 * @param {number | undefined} most
 * @param {string} what
 */
function between(least, most, what) {
  if (least !== undefined && most !== undefined) return least === most ? `${most}${what}` : `${least} to ${most}${what}`;
  if (most !== undefined) return `at most ${most}${what}`;
  return least === undefined ? "" : `at least ${least}${what}`;
}
