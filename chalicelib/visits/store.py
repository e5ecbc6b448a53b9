"""Visits in the table: read a card, write a visit and its mark together, take both back together."""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from pynamodb.exceptions import CancellationReason, DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.cards.rules import Card, LatestUse, Status
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.calendar import oslo_month, rfc3339, start_of
from chalicelib.shared.ids import CardKey, CardNumber, OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.table import BlockedRow, CardRow, PointerRow, Row, SettlementRow, VisitRow, VoidRow
from chalicelib.visits.rules import Changed, Listed, Mark, Seen, Unmark, Visit, Void, Written

Answer = TypeVar("Answer")

_TRIES: Final = 4  # once, and three times more (D6)
_PAUSE_SECONDS: Final = 0.05  # doubled at each try, and a random share of it waited
_PATIENCE: Final = timedelta(seconds=20)  # after receipt no write is repeated, so that closing can trust the clock (D8)
_KEPT_YEARS: Final = 5
_OLD: Final = "ALL_OLD"

Reasons = list[CancellationReason | None]


class VisitStore:
    """Visits, voids and the cards' counters. `clock` tells how long ago a request was received."""

    def __init__(self, clock: Callable[[], datetime], pause: Callable[[float], None] = time.sleep) -> None:
        self._clock = clock
        self._pause = pause

    def card(self, tenant: Tenant, number: CardNumber) -> Card | None:
        """Give a card as it stands, or None; one consistent read."""
        row = self._get(CardRow, table.card_pk(tenant, number), "CARD")
        return None if row is None else _card(number, row)

    def card_of_key(self, tenant: Tenant, key: str) -> Card | None:
        """Give the card behind a visit's key; None once it is deleted."""
        pointer = self._get(PointerRow, table.pointer_pk(tenant, key), "POINTER")
        return None if pointer is None else self.card(tenant, CardNumber(pointer.number))

    def visit(self, tenant: Tenant, visit: VisitId) -> Visit | Void | None:
        """Give a visit, or the tombstone that stands in its place."""
        row = self._get(Row, table.visit_pk(tenant, visit), "VISIT")
        return None if row is None else _standing(visit, row)

    def void_of(self, tenant: Tenant, visit: VisitId) -> Void | None:
        """Give the void of a visit that had arrived."""
        row = self._get(VoidRow, table.visit_pk(tenant, visit), "VOID")
        return None if row is None else _void(visit, row)

    def month_state(self, tenant: Tenant, month: str) -> str | None:
        """Give the state of a month's settlement; None where nobody has begun to close it."""
        row = self._get(SettlementRow, table.settlement_pk(tenant), month)
        return None if row is None else row.state

    def register(self, tenant: Tenant, visit: Visit, mark: Mark, *, received: datetime) -> Written | Seen | Changed:
        """Put the visit where none stands and mark its card where it is still as the rules want it, or neither.

        That the id stands already outranks whatever the card says. A reply that is lost is asked for again under
        the same transaction token, and so is no replay.
        """
        row = _visit_row(tenant, visit, received)
        first_time_seen = VisitRow.pk.does_not_exist()

        def send(token: str) -> None:
            with TransactWrite(connection=table.connection(), client_request_token=token) as write:
                write.save(row, condition=first_time_seen, return_values=_OLD)
                card = CardRow(table.card_pk(tenant, mark.number), "CARD")
                write.update(card, actions=_marking(mark), condition=_still_may(mark), return_values=_OLD)

        seen, changed = self._commit(send, received) or (None, None)
        if seen is not None:
            return Seen(_standing(visit.id, Row.from_raw_data(seen.raw_item or {})))
        if changed is not None:
            return Changed(_card(mark.number, CardRow.from_raw_data(changed.raw_item)) if changed.raw_item else None)
        return Written()

    def void(
        self, tenant: Tenant, void: Void, visit: Visit, card: Unmark | None, *, received: datetime
    ) -> Written | Changed:
        """Write the void, stamp the visit, and give the card its marks back where it is still as it was read."""
        never_voided = VoidRow.pk.does_not_exist()
        still_stands = VisitRow.pk.exists() & VisitRow.void_month.does_not_exist()
        stamped = VisitRow(table.visit_pk(tenant, visit.id), "VISIT")

        def send(token: str) -> None:
            with TransactWrite(connection=table.connection(), client_request_token=token) as write:
                write.save(_void_row(tenant, void, visit, received), condition=never_voided)
                write.update(stamped, actions=[VisitRow.void_month.set(void.month)], condition=still_stands)
                actions = [] if card is None else _unmarking(card)
                if card is not None and actions:
                    row = CardRow(table.card_pk(tenant, card.number), "CARD")
                    write.update(row, actions=actions, condition=_as_read(card))

        return Changed(None) if any(self._commit(send, received)) else Written()

    def bury(self, tenant: Tenant, void: Void, *, until: datetime, received: datetime) -> Written | Changed:
        """Put a tombstone at the visit's own key, so that no visit can be written over it; no index knows it."""
        tombstone = VoidRow(
            table.visit_pk(tenant, void.visit),
            "VISIT",
            void_id=void.void_id,
            reason=void.reason,
            by=void.by,
            month=void.month,
            venue=void.venue,
            expires=table.epoch(until),
        )
        nothing_stands = VoidRow.pk.does_not_exist()

        def send(token: str) -> None:
            with TransactWrite(connection=table.connection(), client_request_token=token) as write:
                write.save(tombstone, condition=nothing_stands)

        return Changed(None) if any(self._commit(send, received)) else Written()

    def listed(self, tenant: Tenant, venue: VenueId, day: date) -> list[Listed]:
        """Give a venue's visits of a day from the month's index, which may lag by a moment."""
        group = table.settle_group(tenant, venue, f"{day:%Y-%m}")
        rows = self._patiently(lambda: list(Row.by_month.query(group, table.ByMonth.place.startswith(f"{day}#"))))
        prefix = table.visit_pk(tenant, "")
        return [_listed(row, prefix) for row in self._alive(rows) if isinstance(row, VisitRow)]

    def blocked(self, tenant: Tenant) -> list[str]:
        """Give the hashes of the blocked numbers, in order."""
        rows = self._patiently(lambda: list(BlockedRow.query(table.blocked_pk(tenant))))
        return [row.sk for row in self._alive(rows)]

    def _get(self, kind: type[Any], pk: str, sk: str) -> Any:
        def ask() -> Row | None:
            try:
                found: Row = kind.get(pk, sk, consistent_read=True)
            except DoesNotExist:
                return None
            return found

        row = self._patiently(ask)
        return next(self._alive([row]), None) if row is not None else None

    def _alive(self, rows: list[Any]) -> Iterator[Any]:
        now = table.epoch(self._clock())
        return (row for row in rows if row.expires is None or row.expires > now)

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        for turn in range(_TRIES):
            try:
                return ask()
            except PynamoDBException as error:
                if not faults.is_passing(error):
                    raise
                self._wait(turn, error)
        raise AssertionError

    def _commit(self, send: Callable[[str], None], received: datetime) -> Reasons:
        """Send a transaction until it stands or a condition of it fails; then give the reasons, part by part.

        The reasons are empty where it stands. A part that was merely in somebody's way is tried again, unless a
        part before it has already said what is final.
        """
        token = str(uuid.uuid4())
        for turn in range(_TRIES):
            try:
                send(token)
            except TransactWriteError as error:
                first = next((reason for reason in error.cancellation_reasons if reason is not None), None)
                if first is not None and first.code == faults.CONDITION:
                    refused = [reason and reason.code == faults.CONDITION for reason in error.cancellation_reasons]
                    return [
                        reason if said_no else None
                        for reason, said_no in zip(error.cancellation_reasons, refused, strict=True)
                    ]
                if not faults.is_passing(error):
                    raise
                if self._clock() - received > _PATIENCE:
                    raise TryAgainError("busy", "The table is busy; send the same again.") from error
                self._wait(turn, error)
            else:
                return []
        raise AssertionError

    def _wait(self, turn: int, error: PynamoDBException) -> None:
        if turn == _TRIES - 1:
            raise TryAgainError("busy", "The table is busy; send the same again.") from error
        self._pause(random.uniform(0, _PAUSE_SECONDS * 2**turn))  # noqa: S311  spreads tries, guards nothing


def _still_may(mark: Mark) -> Condition:
    """Repeat the rule that the decision was made by: it must hold when the visit is written."""
    card_is_there = CardRow.pk.exists()
    condition: Condition = card_is_there
    if mark.within_rules:
        card_is_active = CardRow.status == Status.ACTIVE.value
        day_is_within = (CardRow.valid_from <= mark.day.isoformat()) & (CardRow.valid_until >= mark.day.isoformat())
        condition = condition & card_is_active & day_is_within
    if mark.limit is not None:
        used = CardRow.uses[mark.counter]
        none_used = used.does_not_exist()
        something_left: Condition = none_used | (used <= mark.limit - mark.marks)
        condition = condition & something_left
    return condition & _of_last(mark) if mark.counter else condition


def _of_last(mark: Mark) -> Condition:
    """`last` never moves back, and what a void puts back is what stood there; once a day means no visit that day."""
    last, day = CardRow.last[mark.quota], mark.day.isoformat()
    as_read = last.does_not_exist() if mark.last_before is None else last == mark.last_before.isoformat()
    at_or_after = last > day if mark.once_a_day else last >= day
    now: Condition = as_read if mark.moves_last else at_or_after
    return now


def _marking(mark: Mark) -> list[Action]:
    actions: list[Action] = [CardRow.uses[name].remove() for name in mark.forgotten]
    if mark.counter:
        used = CardRow.uses[mark.counter]
        actions.append(used.set((used | 0) + mark.marks))
        if mark.moves_last:
            actions.append(CardRow.last[mark.quota].set(mark.day.isoformat()))
    if mark.latest is not None:
        latest = {"venue": mark.latest.venue, "visit": mark.latest.visit, "at": rfc3339(mark.latest.at)}
        actions.append(CardRow.latest.set(latest))
    return actions


def _as_read(card: Unmark) -> Condition:
    condition: Condition = CardRow.pk.exists()
    if card.used is not None:
        counter_is_as_read = CardRow.uses[card.counter] == card.used
        condition = condition & counter_is_as_read
    if card.restores_last:
        last_is_this_visits = CardRow.last[card.quota] == card.day.isoformat()
        condition = condition & last_is_this_visits
    if card.forgets_latest is not None:
        latest_is_this_visit = CardRow.latest["visit"] == card.forgets_latest
        condition = condition & latest_is_this_visit
    return condition


def _unmarking(card: Unmark) -> list[Action]:
    actions: list[Action] = []
    if card.used is not None:
        used = CardRow.uses[card.counter]
        actions.append(used.set(card.falls_to) if card.falls_to else used.remove())
    if card.restores_last:
        last = CardRow.last[card.quota]
        actions.append(last.remove() if card.last_before is None else last.set(card.last_before.isoformat()))
    if card.forgets_latest is not None:
        actions.append(CardRow.latest.remove())
    return actions


def _kept_until(received: datetime) -> int:
    """Keep what was settled five years after the end of the year it was received in (D14)."""
    return table.epoch(start_of(date(int(oslo_month(received)[:4]) + _KEPT_YEARS + 1, 1, 1)))


def _visit_row(tenant: Tenant, visit: Visit, received: datetime) -> VisitRow:
    return VisitRow(
        table.visit_pk(tenant, visit.id),
        "VISIT",
        group=table.settle_group(tenant, visit.venue, visit.month),
        place=f"{visit.date}#{visit.id}",
        expires=_kept_until(received),
        venue=visit.venue,
        offer=visit.offer,
        programme=visit.programme,
        card_key=visit.card_key,
        last3=visit.last3,
        date=visit.date.isoformat(),
        band=visit.band,
        month=visit.month,
        persons=visit.persons,
        marks=visit.marks,
        counter=visit.counter,
        left=visit.left,
        moved_last=visit.moved_last,
        last_before=visit.last_before.isoformat() if visit.last_before else None,
        price=visit.price,
        copay=visit.copay,
        percent=visit.percent,
        amount=visit.amount,
        vat_code=visit.vat_code,
        agreement=visit.agreement,
        funding=visit.funding,
        settle_by=visit.settle_by,
        carrier=visit.carrier,
        device=visit.device,
        flags=list(visit.flags) or None,
    )


def _void_row(tenant: Tenant, void: Void, visit: Visit, received: datetime) -> VoidRow:
    """Copy the visit's amounts as they are; whoever reads a void knows that it takes them back."""
    return VoidRow(
        table.visit_pk(tenant, visit.id),
        "VOID",
        group=table.settle_group(tenant, visit.venue, void.month),
        place=f"{visit.date}#{visit.id}#VOID",
        expires=_kept_until(received),
        void_id=void.void_id,
        reason=void.reason,
        by=void.by,
        month=void.month,
        corrects=visit.month,
        venue=visit.venue,
        offer=visit.offer,
        programme=visit.programme,
        last3=visit.last3,
        date=visit.date.isoformat(),
        persons=visit.persons,
        price=visit.price,
        copay=visit.copay,
        percent=visit.percent,
        amount=visit.amount,
        vat_code=visit.vat_code,
        agreement=visit.agreement,
        funding=visit.funding,
        settle_by=visit.settle_by,
    )


def _standing(visit: VisitId, row: Row) -> Visit | Void:
    if isinstance(row, VoidRow):
        return _void(visit, row)
    if not isinstance(row, VisitRow):
        raise TypeError
    return Visit(
        id=visit,
        venue=VenueId(row.venue),
        offer=OfferId(row.offer),
        programme=ProgrammeId(row.programme),
        card_key=row.card_key,
        last3=row.last3,
        date=date.fromisoformat(row.date),
        band=row.band,
        month=row.month,
        persons=int(row.persons),
        marks=int(row.marks),
        counter=row.counter,
        left=None if row.left is None else int(row.left),
        price=Ore(int(row.price)),
        copay=Ore(int(row.copay)),
        percent=int(row.percent),
        amount=Ore(int(row.amount)),
        agreement=row.agreement,
        settle_by=row.settle_by,
        carrier=row.carrier,
        device=row.device,
        vat_code=row.vat_code,
        funding=row.funding,
        flags=tuple(row.flags or ()),
        moved_last=row.moved_last,
        last_before=date.fromisoformat(row.last_before) if row.last_before else None,
        void_month=row.void_month,
    )


def _void(visit: VisitId, row: VoidRow) -> Void:
    venue = None if row.venue is None else VenueId(row.venue)
    return Void(visit, row.void_id, row.reason, row.by, row.month, venue, row.corrects)


def _listed(row: VisitRow, prefix: str) -> Listed:
    return Listed(
        id=VisitId(row.pk.removeprefix(prefix)),
        offer=OfferId(row.offer),
        persons=int(row.persons),
        last3=row.last3,
        band=row.band,
        device=row.device,
        voided=row.void_month is not None,
    )


def _card(number: CardNumber, row: CardRow) -> Card:
    """Give what a decision needs of a card; who asked for it and for whom stays in the row."""
    return Card(
        number=number,
        key=CardKey(row.key),
        status=Status(row.status),
        programme=ProgrammeId(row.programme),
        valid_from=date.fromisoformat(row.valid_from),
        valid_until=date.fromisoformat(row.valid_until),
        funding=row.funding,
        flags=int(row.flags),
        replaced_by=None if row.replaced_by is None else CardNumber(row.replaced_by),
        uses={name: int(used) for name, used in row.uses.attribute_values.items()},
        last={quota: date.fromisoformat(day) for quota, day in row.last.attribute_values.items()},
        latest=_latest(row),
    )


def _latest(row: CardRow) -> LatestUse | None:
    if row.latest is None:
        return None
    kept = row.latest.attribute_values
    return LatestUse(kept["venue"], kept["visit"], datetime.fromisoformat(kept["at"]))
