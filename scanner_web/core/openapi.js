// An OpenAPI document as a list that can be read from top to bottom.

import { fieldOf, fieldsOf, resolve } from "./openapi_fields.js";

/** @import { Field, Json } from "./openapi_fields.js" */

/**
 * `answers` are those that mean that it went well, `errors` the others, whose bodies are all the same problem.
 * @typedef {{status: string, text: string, types: string[], fields: Field[]}} Answer
 * @typedef {{
 *   id: string, method: string, path: string, title: string, text: string, access: string[], parameters: (Field & {where: string})[],
 *   bodyText: string, body: Field[], bodyTypes: string[], answers: Answer[], errors: Answer[],
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
  const answers = Object.entries(operation.responses ?? {}).map(([status, one]) => answerOf(document, status, /** @type {Json} */ (one)));
  return {
    id: callId(method, path),
    method: method.toUpperCase(),
    path,
    title: operation.summary ?? "",
    text: operation.description ?? "",
    access: operation["x-roles"] ?? accessOf(operation.security ?? document.security),
    parameters: [...shared, ...(operation.parameters ?? [])].map((one) => {
      const parameter = resolve(document, one);
      return { where: parameter.in ?? "", ...fieldOf(document, parameter.name, parameter.schema ?? {}, parameter.required === true, parameter.description) };
    }),
    bodyText: resolve(document, schemaIn(content)).description ?? "",
    body: fieldsOf(document, schemaIn(content)),
    bodyTypes: Object.keys(content),
    answers: answers.filter(({ status }) => isGood(status)),
    errors: answers.filter(({ status }) => !isGood(status)),
  };
}

/**
 * The fields of the problem that every refused call answers with, from the first call that has one.
 * @param {Json} document
 * @returns {Field[]}
 */
export function problemFields(document) {
  return callsByTag(document).flatMap(({ calls }) => calls.flatMap(({ errors }) => errors)).find(({ fields }) => fields.length > 0)?.fields ?? [];
}

/** @param {string} status */
function isGood(status) {
  return /^[23]/.test(status);
}

/**
 * @param {Json} document
 * @param {string} status
 * @param {Json} one
 * @returns {Answer}
 */
function answerOf(document, status, one) {
  const answer = resolve(document, one);
  const content = answer.content ?? {};
  return { status, text: answer.description ?? "", types: Object.keys(content), fields: fieldsOf(document, schemaIn(content)) };
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
 * Where on the page a call is told.
 * @param {string} method
 * @param {string} path
 */
export function callId(method, path) {
  return `${method}${path}`.replace(/[^a-z0-9]+/gi, "-").toLowerCase();
}
