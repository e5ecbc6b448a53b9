// An OpenAPI document as a list that can be read from top to bottom.

/** @typedef {Record<string, any>} Json */
/** @typedef {{name: string, type: string, required: boolean, text: string}} Field */
/**
 * @typedef {{
 *   id: string, method: string, path: string, title: string, text: string, access: string[], parameters: (Field & {where: string})[],
 *   body: Field[], bodyTypes: string[], answers: {status: string, text: string, fields: Field[]}[],
 * }} Call
 */

const METHODS = ["get", "put", "post", "patch", "delete"];

/**
 * The calls under each tag, in the document's order; a call without one stands under the first word of its path.
 * @param {Json} document
 * @returns {{tag: string, text: string, calls: Call[]}[]}
 */
export function callsByTag(document) {
  /** @type {Map<string, Call[]>} */
  const groups = new Map((document.tags ?? []).map((/** @type {Json} */ tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = /** @type {Json} */ (item)[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? path.replace(/^\/v\d+\//, "").split("/")[0] ?? "";
      const calls = groups.get(tag) ?? [];
      calls.push(callOf(document, path, method, operation, /** @type {Json} */ (item).parameters ?? []));
      groups.set(tag, calls);
    }
  }
  const texts = new Map((document.tags ?? []).map((/** @type {Json} */ tag) => [tag.name, tag.description ?? ""]));
  return [...groups].filter(([, calls]) => calls.length > 0).map(([tag, calls]) => ({ tag, text: texts.get(tag) ?? "", calls }));
}

/**
 * @param {Json} document
 * @param {string} path
 * @param {string} method
 * @param {Json} operation
 * @param {Json[]} shared
 * @returns {Call}
 */
function callOf(document, path, method, operation, shared) {
  const content = resolve(document, operation.requestBody ?? {}).content ?? {};
  return {
    id: `${method}${path}`.replace(/[^a-z0-9]+/gi, "-").toLowerCase(),
    method: method.toUpperCase(),
    path,
    title: operation.summary ?? "",
    text: operation.description ?? "",
    access: accessOf(operation.security ?? document.security),
    parameters: [...shared, ...(operation.parameters ?? [])].map((one) => {
      const parameter = resolve(document, one);
      return { where: parameter.in ?? "", ...fieldOf(document, parameter.name, parameter.schema ?? {}, parameter.required === true, parameter.description) };
    }),
    body: fieldsOf(document, schemaIn(content)),
    bodyTypes: Object.keys(content),
    answers: Object.entries(operation.responses ?? {}).map(([status, one]) => {
      const answer = resolve(document, /** @type {Json} */ (one));
      return { status, text: answer.description ?? "", fields: fieldsOf(document, schemaIn(answer.content ?? {})) };
    }),
  };
}

/**
 * Which kinds of token open a call; none means that it is public.
 * @param {Json[] | undefined} security
 */
function accessOf(security) {
  return (security ?? []).flatMap((one) => Object.entries(one).flatMap(([scheme, scopes]) => (Array.isArray(scopes) && scopes.length > 0 ? scopes : [scheme])));
}

/** @param {Json} content */
function schemaIn(content) {
  return (content["application/json"] ?? Object.values(content)[0])?.schema ?? {};
}

/**
 * Follow a reference within the document. One that goes in circles ends as nothing.
 * @param {Json} document
 * @param {Json} value
 * @param {number} [depth]
 * @returns {Json}
 */
function resolve(document, value, depth = 0) {
  const reference = value.$ref;
  if (typeof reference !== "string" || depth > 8) return value;
  const found = reference
    .replace(/^#\//, "")
    .split("/")
    .reduce((/** @type {Json | undefined} */ at, part) => at?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  return resolve(document, found ?? {}, depth + 1);
}

/**
 * @param {Json} document
 * @param {Json} schema
 * @returns {Field[]}
 */
function fieldsOf(document, schema) {
  const whole = resolve(document, schema);
  const required = new Set(whole.required ?? []);
  return Object.entries(whole.properties ?? {}).map(([name, one]) => fieldOf(document, name, /** @type {Json} */ (one), required.has(name), undefined));
}

/**
 * @param {Json} document
 * @param {string} name
 * @param {Json} schema
 * @param {boolean} required
 * @param {string | undefined} text
 * @returns {Field}
 */
function fieldOf(document, name, schema, required, text) {
  return { name, type: typeOf(document, schema), required, text: text ?? resolve(document, schema).description ?? "" };
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
  if (Array.isArray(whole.enum)) return whole.enum.map(String).join(" | ");
  if (whole.const !== undefined) return String(whole.const);
  const choices = whole.anyOf ?? whole.oneOf;
  if (Array.isArray(choices) && depth < 4) return choices.map((one) => typeOf(document, one, depth + 1)).join(" or ");
  if (Array.isArray(whole.type)) return whole.type.map((/** @type {string} */ one) => typeOf(document, { ...whole, type: one }, depth + 1)).join(" or ");
  if (whole.type === "array" && depth < 4) return `list of ${typeOf(document, whole.items ?? {}, depth + 1)}`;
  return [whole.type ?? "any", whole.format && `(${whole.format})`].filter(Boolean).join(" ");
}
