// A venue's month: fetched, turned to another, drawn as a PDF, objected to.

import { aboutOf, emptyDraft, emptyStatement, firstMonth } from "../core/statement.js";
import { osloDate } from "../core/oslo.js";
import { fetchMonth, fetchMonthPdf, OBJECTIONS, post, serverNow } from "../device/api.js";
import { NetworkError, ProblemError, RevokedError } from "../device/errors.js";

/** @import { Draft, StatementAct, StatementView } from "../core/statement.js" */
/** @import { Enrolment } from "../core/types.js" */
/** @import { App } from "../screen/frame.js" */

/** What the form can say of a sending that came to nothing. */
const SAID = ["month_approved", "identity_number", "rate_limited"];

/**
 * @param {App} app
 * @param {{redraw: () => void, revoked: (enrolment: Enrolment) => void}} page
 */
export function makeStatement(app, { redraw, revoked }) {
  /** @type {string | null} the place whose months are shown */
  let place = null;
  /** What was sent last, so that the same words go under the same id however often they are sent. */
  let sentAs = { words: "", id: "" };

  /** @param {Partial<StatementView>} change */
  function set(change) {
    app.statement = { ...app.statement, ...change };
    redraw();
  }

  /** @param {string} month */
  async function load(month) {
    const asked = app.current;
    if (asked === null) return;
    URL.revokeObjectURL(app.statement.pdf.href);
    set({ state: "loading", month, told: app.statement.month === month ? app.statement.told : null, pdf: emptyStatement().pdf });
    try {
      const told = await fetchMonth(asked, month);
      if (!stillAsked(asked, month)) return;
      const newest = told.months[0] ?? month;
      if (!told.months.includes(month) && newest !== month) return void (await load(newest));
      set({ state: "shown", months: told.months, told });
    } catch (error) {
      if (error instanceof RevokedError) return revoked(asked);
      if (stillAsked(asked, month)) set({ state: error instanceof NetworkError ? "network" : error instanceof ProblemError && error.status === 403 ? "not_allowed" : "problem", told: null });
    }
  }

  /**
   * Nobody has turned to another month or place since.
   * @param {Enrolment} asked
   * @param {string} month
   */
  function stillAsked(asked, month) {
    return app.current === asked && app.statement.month === month;
  }

  async function draw() {
    const { month, pdf } = app.statement;
    const asked = app.current;
    if (asked === null || pdf.state === "loading") return;
    set({ pdf: { ...pdf, state: "loading" } });
    try {
      const bytes = await fetchMonthPdf(asked, month);
      if (!stillAsked(asked, month)) return;
      const name = `${app.statement.told?.statements[0]?.reference ?? month}.pdf`;
      set({ pdf: { state: "shown", href: URL.createObjectURL(new Blob([bytes], { type: "application/pdf" })), name } });
      // The tap that asked for it also opens it; where the browser does not let it, the button stands there.
      document.querySelector(".page a[download]")?.dispatchEvent(new MouseEvent("click", { cancelable: true }));
    } catch (error) {
      if (error instanceof RevokedError) return revoked(asked);
      if (stillAsked(asked, month)) set({ pdf: { ...emptyStatement().pdf, state: "failed" } });
    }
  }

  /** @param {Partial<Draft>} change */
  function write(change) {
    app.statement.draft = { ...app.statement.draft, ...change, because: null };
    if (change.about !== undefined) redraw();
  }

  async function send() {
    const { draft, month } = app.statement;
    const asked = app.current;
    if (asked === null || draft.state === "sending") return;
    const text = draft.text.trim();
    if (text === "") return refused("empty");
    if (draft.about === "day" && draft.date.slice(0, 7) !== month) return refused("day");
    const body = { month, text, ...aboutOf(draft) };
    const words = JSON.stringify([asked.device_id, body]);
    // What arrived without an answer is known again; other words are another objection.
    if (sentAs.words !== words) sentAs = { words, id: crypto.randomUUID() };
    set({ draft: { ...draft, state: "sending", because: null } });
    try {
      await post(asked, OBJECTIONS, { id: sentAs.id, ...body });
      sentAs = { words: "", id: "" };
      set({ draft: emptyDraft(), sent: true });
      if (app.sheet === "objection") app.sheet = "statement";
      await load(month);
    } catch (error) {
      if (error instanceof RevokedError) return revoked(asked);
      refused(error instanceof NetworkError ? "network" : error instanceof ProblemError && SAID.includes(error.code) ? error.code : "problem");
    }
  }

  /** @param {string} because */
  function refused(because) {
    set({ draft: { ...app.statement.draft, state: "writing", because } });
  }

  /** @param {StatementAct} asked */
  return function happen(asked) {
    if (asked.type === "open") {
      if (place !== app.current?.device_id) app.statement = emptyStatement();
      place = app.current?.device_id ?? null;
      app.statement.sent = false;
      void load(app.statement.month || firstMonth(osloDate(serverNow())));
    }
    if (asked.type === "again") void load(app.statement.month);
    if (asked.type === "month") {
      app.statement = { ...app.statement, sent: false, draft: emptyDraft() };
      void load(asked.month);
    }
    if (asked.type === "pdf") void draw();
    if (asked.type === "draft") write(asked.change);
    if (asked.type === "send") void send();
  };
}
