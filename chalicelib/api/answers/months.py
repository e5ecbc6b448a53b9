"""Answers about months: settlements, statements, objections and adjustments."""

from __future__ import annotations

from datetime import date  # noqa: TC003  msgspec reads it when a shape is made
from typing import TYPE_CHECKING

from chalicelib.api.answers.common import Shape, instant_of
from chalicelib.shared.calendar import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.settlement.actions import Verified
    from chalicelib.settlement.rules import Adjustment, FileState, Objection, Settlement, Statement
    from chalicelib.venues.rules import Municipality


class SettlementTotals(Shape):
    lines: int
    visits: int
    persons: int
    amount: int
    corrections: int
    adjustments: int
    to_settle: int


class WaitingAnswer(Shape):
    venue: str
    settle_by: str
    way: str
    because: str | None
    amount: int


class AlarmAnswer(Shape):
    code: str
    month: str
    lines: int
    visits: list[str]


class FileStateAnswer(Shape):
    """A file: `ready` to be pulled, it `waits` for what `because` says, or is `not_here`, in this municipality."""

    name: str
    state: str
    because: str | None


class SettlementAnswer(Shape):
    month: str
    state: str
    totals: SettlementTotals | None
    sha256: str | None
    files: list[str]  # those that are written
    file_states: list[FileStateAnswer]
    closed_by: str | None
    closed_at: str | None
    approved_by: str | None
    approved_at: str | None
    exported_by: str | None
    exported_at: str | None
    paid_by: str | None
    paid_at: str | None
    number: int | None
    previous: str | None
    previous_sha256: str | None
    fingerprints: dict[str, str]
    ways: dict[str, int]
    waiting: list[WaitingAnswer]
    alarms: list[AlarmAnswer]
    open_objections: int  # of venues, to this month, that nobody has answered


class FindingAnswer(Shape):
    code: str
    venue: str | None
    visits: list[str]


class VerifiedAnswer(Shape):
    month: str
    holds: bool
    lines: int
    waiting: int
    remade: bool
    findings: list[FindingAnswer]


class AdjustmentAnswer(Shape):
    id: str
    venue: str
    offer: str
    programme: str
    date: date
    persons: int
    amount: int
    funding: str | None
    reason: str
    visit_id: str | None
    state: str
    month: str | None
    proposed_by: str
    decided_by: str | None


class AdjustmentsAnswer(Shape):
    adjustments: list[AdjustmentAnswer]


class ObjectionAnswer(Shape):
    id: str
    venue: str
    month: str
    text: str
    at: str
    state: str
    answer: str
    answered_at: str | None
    offer: str | None
    date: date | None


class ObjectionsAnswer(Shape):
    objections: list[ObjectionAnswer]


class StatementRowAnswer(Shape):
    date: date
    type: str
    percent: int
    visits: int
    persons: int
    gross: int
    copay: int
    amount: int


class StatementOfferAnswer(Shape):
    offer: str
    title: str
    rows: list[StatementRowAnswer]
    amount: int


class ExplainedAnswer(Shape):
    """An adjustment: which day it corrects, why, and what the offer's day was and becomes, where that is known."""

    offer: str
    date: date
    percent: int
    persons: int
    amount: int
    reason: str
    was: int | None
    becomes: int | None


class StatementAnswer(Shape):
    reference: str
    settle_by: str
    way: str
    because: str | None
    is_final: bool
    offers: list[StatementOfferAnswer]
    adjustments: list[ExplainedAnswer]
    visits: int
    persons: int
    lines: int
    brought: int
    brought_from: list[str]
    due: int


class StatementsAnswer(Shape):
    month: str
    state: str  # of the month: an objection is taken until it is approved
    months: list[str]  # that the venue may have statements for, newest first
    statements: list[StatementAnswer]
    objections: list[ObjectionAnswer]


class CodesAnswer(Shape):
    account: str | None
    codes: dict[str, str]


class SettlementsAnswer(Shape):
    settlements: list[SettlementAnswer]


def settlement(stored: Settlement, files: Iterable[FileState], *, open_objections: int) -> SettlementAnswer:
    """Show a month to finance, with the files that it has or will have."""
    totals = stored.totals
    return SettlementAnswer(
        month=stored.month, state=stored.state,
        totals=None if totals is None else SettlementTotals(
            lines=totals.lines, visits=totals.visits, persons=totals.persons, amount=totals.amount,
            corrections=totals.corrections, adjustments=totals.adjustments, to_settle=totals.to_settle,
        ),
        sha256=stored.sha256, files=sorted(stored.files),
        file_states=[FileStateAnswer(name=each.name, state=each.state, because=each.because) for each in files],
        closed_by=stored.closed_by,
        closed_at=instant_of(stored.closed_at), approved_by=stored.approved_by,
        approved_at=instant_of(stored.approved_at), exported_by=stored.exported_by,
        exported_at=instant_of(stored.exported_at), paid_by=stored.paid_by, paid_at=instant_of(stored.paid_at),
        number=None if stored.closed_at is None else stored.number, previous=stored.previous,
        previous_sha256=stored.previous_sha256, fingerprints=stored.files, ways=dict(stored.ways),
        waiting=[
            WaitingAnswer(
                venue=each.venue, settle_by=each.settle_by, way=each.way, because=each.because, amount=each.amount
            )
            for each in stored.waiting
        ],
        alarms=[
            AlarmAnswer(code=each.code, month=each.month, lines=each.lines, visits=list(each.visits))
            for each in stored.alarms
        ],
        open_objections=open_objections,
    )  # fmt: skip


def codes(municipality: Municipality) -> CodesAnswer:
    """Show the accounting codes; the account to pay from stands by itself."""
    told = dict(municipality.erp)
    return CodesAnswer(account=told.pop("debtor_account", None), codes=told)


def verified(found: Verified) -> VerifiedAnswer:
    """Show what computing a month again showed."""
    return VerifiedAnswer(
        month=found.month, holds=found.holds, lines=found.lines, waiting=found.waiting, remade=found.remade,
        findings=[
            FindingAnswer(code=each.code, venue=each.venue, visits=list(each.visits)) for each in found.findings
        ],
    )  # fmt: skip


def adjustment(stored: Adjustment) -> AdjustmentAnswer:
    """Show an adjustment and how far it has come."""
    terms = stored.terms
    return AdjustmentAnswer(
        id=stored.id, venue=terms.venue, offer=terms.offer, programme=terms.programme, date=terms.date,
        persons=terms.persons, amount=terms.amount, funding=terms.funding, reason=stored.reason,
        visit_id=stored.about, state=stored.state, month=stored.month, proposed_by=stored.proposed_by,
        decided_by=stored.decided_by,
    )  # fmt: skip


def objection(stored: Objection) -> ObjectionAnswer:
    """Show an objection and its answer."""
    return ObjectionAnswer(
        id=stored.id, venue=stored.venue, month=stored.month, text=stored.text, at=rfc3339(stored.at),
        state=stored.state, answer=stored.answer, answered_at=instant_of(stored.answered_at),
        offer=stored.offer, date=stored.date,
    )  # fmt: skip


def statements(
    month: str, told: Iterable[Statement], objections: Iterable[Objection], *, state: str, months: list[str]
) -> StatementsAnswer:  # fmt: skip
    """Show a venue its month."""
    return StatementsAnswer(
        month=month, state=state, months=months,
        statements=[
            StatementAnswer(
                reference=each.reference, settle_by=each.settle_by, way=each.way, because=each.because,
                is_final=each.is_final, visits=each.totals.visits, persons=each.totals.persons,
                lines=each.totals.to_settle, brought=each.brought, brought_from=list(each.brought_from), due=each.due,
                offers=[
                    StatementOfferAnswer(
                        offer=offer.offer, title=offer.title, amount=offer.totals.to_settle,
                        rows=[
                            StatementRowAnswer(
                                date=row.date, type=row.type, percent=row.percent, visits=row.visits,
                                persons=row.persons, gross=row.gross, copay=row.copay, amount=row.amount,
                            )
                            for row in offer.rows
                        ],
                    )
                    for offer in each.offers
                ],
                adjustments=[
                    ExplainedAnswer(
                        offer=one.offer, date=one.date, percent=one.percent, persons=one.persons,
                        amount=one.amount, reason=one.reason, was=one.was, becomes=one.becomes,
                    )
                    for one in each.explained
                ],
            )
            for each in told
        ],
        objections=[objection(each) for each in objections],
    )  # fmt: skip
