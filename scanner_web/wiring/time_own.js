// What a member does for themselves behind their PIN: a note is put in, questions are answered, attestations are fetched.

import { NOTE_CARRIED, keepInTab, keptInTab } from "../device/tab.js";
import { plainly } from "../device/api.js";
import { wear } from "../device/wear.js";
import { askAbout } from "../paper/ask.js";
import { LOOK } from "../paper/note.js";

/** @import { Note } from "../paper/note.js" */
/** @import { MemberView } from "./time_member.js" */

/** A file is let go when nobody can be opening it any more. */
const FILE_KEPT = 10 * 60_000;

/**
 * @typedef {{survey: string, kind: "baseline" | "follow_up", closes: string, outcomes: string[]}} Asked
 * @typedef {{now: number, better?: string}} Reply
 * @typedef {{id: string, organisation: string, tasks: string, first: string, last: string, issued_on: string, revoked_on: string}} Paper
 * @typedef {{activity: string, title: Record<string, string>, tasks: string, organisation: string, times: number, present: number, earned: number, first: string, last: string}} Deed
 * @typedef {{
 *   camera: "off" | "on" | "none", video: HTMLVideoElement, code: string, note: Note | null, looked: boolean, because: string | null, put: number | null,
 *   asked: Asked[], at: number, replies: Record<string, Reply>, thanked: "sent" | "before" | null,
 *   deeds: {activities: Deed[], present: number, earned: number} | null, papers: Paper[] | null, files: Record<string, {href: string, file: File}>,
 * }} Own
 * @typedef {{
 *   camera: () => void, look: (code: string) => void, put: () => void, again: () => void, begin: (asked: Asked) => void, reply: (outcome: string, reply: Reply | null) => void,
 *   step: (by: number) => void, send: (asked: Asked) => void, file: (paper: Paper) => void, share: (paper: Paper) => void, close: () => void,
 * }} OwnAct
 */

/** @returns {Own} */
export function nothingOwn() {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, className: "own-video" });
  return { camera: "off", video, code: "", note: null, looked: false, because: null, put: null, asked: [], at: 0, replies: {}, thanked: null, deeds: null, papers: null, files: {} };
}

/** The look of papers and of what came of them, fetched when it is first needed. */
function wearPaper() {
  void wear(new URL("../paper.css", import.meta.url)).catch(() => {});
}

/**
 * @param {MemberView} view
 * @param {{
 *   draw: () => void, key: () => {card: string, pin: string}, refresh: () => void, owner: (code: string) => void,
 *   ask: (path: string, body: object, then: (said: any) => void, pdf?: boolean) => Promise<void>,
 * }} page `owner` is told the code that was shown where a note waits for an account
 */
export function wireOwn(view, { draw, key, refresh, owner, ask }) {
  const { own } = view;
  /** One for each note, so that sending it again puts it in once. */
  let id = crypto.randomUUID();
  /** @type {import("../device/camera.js").Camera | null} */
  let camera = null;

  function stop() {
    camera?.stop();
    own.camera = "off";
  }

  async function start() {
    own.camera = "on";
    draw();
    try {
      const { makeCamera } = await import("../device/camera.js");
      const none = () => {
        stop();
        own.camera = "none";
        draw();
      };
      camera ??= makeCamera(own.video, { onCode: seen, onBroken: none, onLost: none, wanted: () => own.camera === "on" && !view.busy });
      await camera.start(null);
      if (!own.video.isConnected) stop();
    } catch {
      stop();
      own.camera = "none";
      draw();
    }
  }

  /** @param {string} code */
  function seen(code) {
    if (own.camera !== "on") return;
    stop();
    if (view.state === "whose" || view.state === "poster") owner(code);
    else void look(code);
  }

  /** @param {string} code */
  async function look(code) {
    stop();
    wearPaper();
    keepInTab(NOTE_CARRIED, null);
    const trimmed = code.trim();
    Object.assign(own, { code: trimmed.includes("#") ? trimmed : trimmed.replace(/[\s-]/g, ""), note: null, looked: false, because: null, put: null });
    Object.assign(view, { sheet: "note", busy: true, problem: null });
    id = crypto.randomUUID();
    draw();
    try {
      if (own.code !== "") {
        const note = await askAbout(LOOK, own.code);
        Object.assign(own, { note: note?.minutes ? note : null, looked: true, because: BAD[note?.state ?? "unknown"] ?? null });
      }
    } catch {
      view.problem = "network";
    }
    view.busy = false;
    draw();
  }

  async function put() {
    await ask("member/deposit", { ...key(), id, note: own.code }, ({ taken, because, minutes }) => {
      if (taken) own.put = minutes;
      else own.because = because;
    });
    if (own.put !== null) refresh();
  }

  /** Ask whether there is something to ask; nobody waits for it, and nobody needs to know where it fails. */
  function inquire() {
    plainly("/v1/kred/member/surveys", key()).then(
      ({ asked }) => {
        own.asked = asked;
        draw();
      },
      () => {},
    );
  }

  /** @type {OwnAct} */
  const act = {
    camera: () => void start(),
    look: (code) => void look(code),
    put: () => void put(),
    again: () => {
      Object.assign(own, { code: "", note: null, looked: false, because: null, put: null });
      draw();
    },
    begin: () => {
      wearPaper();
      Object.assign(own, { at: 0, replies: {}, thanked: null });
      Object.assign(view, { sheet: "ask", problem: null, done: null });
      draw();
    },
    reply: (outcome, reply) => {
      if (reply === null) delete own.replies[outcome];
      else own.replies[outcome] = reply;
      draw();
    },
    step: (by) => {
      own.at = Math.max(0, own.at + by);
      draw();
    },
    send: ({ survey }) =>
      void ask("member/surveys/answer", { ...key(), survey, answers: own.replies }, ({ answered }) => {
        own.thanked = answered ? "sent" : "before";
        own.asked = own.asked.filter((one) => one.survey !== survey);
      }),
    file: (paper) =>
      void ask(
        "member/attestation",
        { ...key(), id: paper.id },
        (/** @type {ArrayBuffer} */ drawn) => {
          const file = new File([drawn], "Attest.pdf", { type: "application/pdf" });
          const href = URL.createObjectURL(file);
          own.files[paper.id] = { href, file };
          setTimeout(() => {
            URL.revokeObjectURL(href);
            delete own.files[paper.id];
            draw();
          }, FILE_KEPT);
        },
        true,
      ),
    share: (paper) => {
      const made = own.files[paper.id];
      // Whoever closes the phone's own sheet has changed their mind.
      if (made !== undefined) navigator.share({ files: [made.file] }).catch(() => {});
    },
    close: () => {
      stop();
      keepInTab(NOTE_CARRIED, null);
      act.again();
      Object.assign(view, { sheet: null, problem: null, busy: false });
      draw();
    },
  };

  /** What is done as soon as the page is open. */
  function opened() {
    inquire();
    const carried = keptInTab(NOTE_CARRIED);
    if (carried !== null) void look(carried);
  }

  /** Attestations are part of what is kept of a member, and are told with it. */
  function papers() {
    wearPaper();
    own.papers = null;
    void ask("member/export", key(), ({ attestations }) => {
      own.papers = [...attestations].reverse();
    });
  }

  function deeds() {
    wearPaper();
    own.deeds = null;
    void ask("member/activities", key(), (said) => (own.deeds = said));
  }

  return { act, opened, papers, deeds, places: wearPaper, stop };
}

/** Why a note that was looked at is not put in. @type {Record<string, string>} */
const BAD = { used: "note_used", expired: "note_expired", voided: "note_voided", unknown: "unknown_note" };
