"""Objections and adjustments in the table. An adjustment that is confirmed joins the visits its venue is paid for."""

from datetime import date, datetime

import msgspec
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.notary import Notary
from chalicelib.settlement.rules import Adjustment, CaseState, Objection
from chalicelib.settlement.store.months import adjustment_of, unless_refused
from chalicelib.shared.acting import Change, Hidden, Told
from chalicelib.shared.calendar import oslo_month, start_of
from chalicelib.shared.ids import Tenant, VisitId

_KEPT_YEARS = 5


class CaseStore:
    """Cases, each in a row of its own; what is said in them stays out of the book of changes."""

    def __init__(self, notary: Notary | None = None) -> None:
        self._notary = notary or Notary()

    def object(self, tenant: Tenant, objection: Objection) -> Objection:
        """Store an objection once; the one that stands under its id where it was sent before."""
        is_new = table.ObjectionRow.pk.does_not_exist()
        if self._saved(tenant, _objection_row(tenant, objection), is_new, "objection.made", _objected(objection)):
            return objection
        return self.objection(tenant, objection.id) or objection

    def objection(self, tenant: Tenant, named: str) -> Objection | None:
        """Give an objection, or None; consistent."""
        try:
            row = faults.patiently(
                lambda: table.ObjectionRow.get(table.objections_pk(tenant), named, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return msgspec.json.decode(row.document, type=Objection)

    def objections(self, tenant: Tenant) -> list[Objection]:
        """Give all objections, oldest first."""
        rows = faults.patiently(
            lambda: list(table.ObjectionRow.query(table.objections_pk(tenant), consistent_read=True))
        )
        found = [msgspec.json.decode(row.document, type=Objection) for row in rows]
        return sorted(found, key=lambda each: (each.at, each.id))

    def answer(self, tenant: Tenant, objection: Objection) -> bool:
        """Store an answer; False where it was answered already."""
        still_open = table.ObjectionRow.state == CaseState.OPEN.value
        what = f"objection.{objection.state}"
        return self._saved(tenant, _objection_row(tenant, objection), still_open, what, _objected(objection))

    def propose(self, tenant: Tenant, adjustment: Adjustment) -> Adjustment:
        """Store a proposal once; the one that stands under its id where it was sent before."""
        is_new = table.AdjustmentRow.pk.does_not_exist()
        what, change = "adjustment.proposed", _adjusted(adjustment)
        if self._saved(tenant, _adjustment_row(tenant, adjustment), is_new, what, change):
            return adjustment
        return self.adjustment(tenant, adjustment.id) or adjustment

    def adjustment(self, tenant: Tenant, named: VisitId) -> Adjustment | None:
        """Give an adjustment, or None; consistent."""
        return adjustment_of(tenant, named)

    def proposed(self, tenant: Tenant) -> list[Adjustment]:
        """Give the adjustments that wait for finance; one just proposed may be missing for a moment."""
        group = table.adjustments_group(tenant)
        rows = faults.patiently(lambda: list(table.Row.by_month.query(group)))
        prefix = table.visit_pk(tenant, "")
        found = (self.adjustment(tenant, VisitId(row.pk.removeprefix(prefix))) for row in rows)
        return [each for each in found if each is not None and each.state is CaseState.OPEN]

    def decide(self, tenant: Tenant, adjustment: Adjustment) -> bool:
        """Store a decision; an accepted one settles in its month. False where it was decided already."""
        still_open = table.AdjustmentRow.state == CaseState.OPEN.value
        what = f"adjustment.{adjustment.state}"
        return self._saved(tenant, _adjustment_row(tenant, adjustment), still_open, what, _adjusted(adjustment))

    def _saved(self, tenant: Tenant, row: table.Row, condition: Condition, what: str, change: Change) -> bool:
        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(row, condition=condition)
                self._notary.note(transaction, tenant, what, change)

        return unless_refused(write)


def _objected(objection: Objection) -> Change:
    if objection.state is not CaseState.OPEN:
        answered: dict[str, Told] = {"state": objection.state.value, "answer": Hidden(objection.answer)}
        return Change("objection", (objection.id,), before={"state": CaseState.OPEN.value}, after=answered)
    made: dict[str, Told] = {
        "state": objection.state.value,
        "venue": objection.venue,
        "month": objection.month,
        "text": Hidden(objection.text),
    }
    return Change("objection", (objection.id,), after=made)


def _adjusted(adjustment: Adjustment) -> Change:
    if adjustment.state is not CaseState.OPEN:
        decided: dict[str, Told] = {"state": adjustment.state.value, "month": adjustment.month}
        return Change("adjustment", (adjustment.id,), before={"state": CaseState.OPEN.value}, after=decided)
    terms = adjustment.terms
    proposed: dict[str, Told] = {
        "state": adjustment.state.value,
        "venue": terms.venue,
        "offer": terms.offer,
        "amount": terms.amount,
        "reason": Hidden(adjustment.reason),
    }
    return Change("adjustment", (adjustment.id,), after=proposed)


def _objection_row(tenant: Tenant, objection: Objection) -> table.ObjectionRow:
    return table.ObjectionRow(
        table.objections_pk(tenant),
        objection.id,
        state=objection.state.value,
        document=msgspec.json.encode(objection).decode(),
        expires=_kept_until(objection.at),
    )


def _adjustment_row(tenant: Tenant, adjustment: Adjustment) -> table.AdjustmentRow:
    terms = adjustment.terms
    group: str | None = None
    if adjustment.state is CaseState.OPEN:
        group = table.adjustments_group(tenant)
    elif adjustment.month is not None:
        group = table.settle_group(tenant, terms.venue, adjustment.month)
    return table.AdjustmentRow(
        table.visit_pk(tenant, adjustment.id),
        "ADJUSTMENT",
        group=group,
        place=None if group is None else f"{terms.date}#{adjustment.id}#ADJUSTMENT",
        expires=_kept_until(adjustment.decided_at or adjustment.proposed_at),
        state=adjustment.state.value,
        document=msgspec.json.encode(adjustment).decode(),
        venue=terms.venue,
        offer=terms.offer,
        programme=terms.programme,
        last3=terms.last3,
        date=terms.date.isoformat(),
        persons=terms.persons,
        price=terms.price,
        copay=terms.copay,
        percent=terms.percent,
        amount=terms.amount,
        vat_code=terms.vat_code,
        agreement=terms.agreement,
        funding=terms.funding,
        settle_by=terms.settle_by.value,
        corrects=adjustment.about,
    )


def _kept_until(instant: datetime) -> int:
    """Keep what was settled five years after the end of the year (D14)."""
    return table.epoch(start_of(date(int(oslo_month(instant)[:4]) + _KEPT_YEARS + 1, 1, 1)))
