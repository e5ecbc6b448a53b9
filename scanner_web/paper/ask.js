// Asking the server about a code on paper; it goes in the body, so that no log holds it.

/** A cold start may take its time. */
const PATIENCE = 12_000;

/** There was no answer, or none that can be read. */
export class NoAnswerError extends Error {
  name = "NoAnswerError";
}

/**
 * @param {string} path
 * @param {string} code
 * @returns {Promise<any>} what was answered
 */
export async function askAbout(path, code) {
  try {
    const asked = { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body: JSON.stringify({ code }) };
    const response = await fetch(path, { ...asked, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    // A code that cannot even be sent is none of ours.
    if (response.status === 400 || response.status === 422) return null;
    if (!response.ok) throw new NoAnswerError(String(response.status));
    return await response.json();
  } catch (error) {
    throw error instanceof NoAnswerError ? error : new NoAnswerError("no answer", { cause: error });
  }
}
