"""What the ticket window reads, and the rows that it writes together or not at all."""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from pynamodb.exceptions import CancellationReason, DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.cards.rules import Card
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import CardNumber, Tenant, VenueId, VisitId
from chalicelib.table import BlockedRow, CardRow, PointerRow, Row, SettlementRow, SuspectRow, VisitRow, VoidRow
from chalicelib.visits.rules import Changed, Flagged, Listed, Mark, Seen, Suspect, Unmark, Visit, Void, Written
from chalicelib.visits.store.marking import as_read, marking, still_may, unmarking
from chalicelib.visits.store.rows import (
    suspect_row,
    to_card,
    to_flagged,
    to_listed,
    to_standing,
    to_suspect,
    to_void,
    visit_row,
    void_row,
)

Answer = TypeVar("Answer")
Reasons = list[CancellationReason | None]

_TRIES: Final = 4  # once, and three times more (D6)
_PAUSE_SECONDS: Final = 0.05  # doubled at each try, and a random share of it waited
_PATIENCE: Final = timedelta(seconds=20)  # after receipt no write is repeated, so that closing can trust the clock (D8)
_OLD: Final = "ALL_OLD"


class VisitStore:
    """Visits, voids and the cards' counters. `clock` tells how long ago a request was received."""

    def __init__(self, clock: Callable[[], datetime], pause: Callable[[float], None] = time.sleep) -> None:
        self._clock = clock
        self._pause = pause

    def card(self, tenant: Tenant, number: CardNumber) -> Card | None:
        """Give a card as it stands, or None; one consistent read."""
        row = self._get(CardRow, table.card_pk(tenant, number), "CARD")
        return None if row is None else to_card(number, row)

    def card_of_key(self, tenant: Tenant, key: str) -> Card | None:
        """Give the card behind a visit's key; None once it is deleted."""
        pointer = self._get(PointerRow, table.pointer_pk(tenant, key), "POINTER")
        return None if pointer is None else self.card(tenant, CardNumber(pointer.number))

    def visit(self, tenant: Tenant, visit: VisitId) -> Visit | Void | None:
        """Give a visit, or the tombstone that stands in its place."""
        row = self._get(Row, table.visit_pk(tenant, visit), "VISIT")
        return None if row is None else to_standing(visit, row)

    def void_of(self, tenant: Tenant, visit: VisitId) -> Void | None:
        """Give the void of a visit that had arrived."""
        row = self._get(VoidRow, table.visit_pk(tenant, visit), "VOID")
        return None if row is None else to_void(visit, row)

    def month_state(self, tenant: Tenant, month: str) -> str | None:
        """Give the state of a month's settlement; None where nobody has begun to close it."""
        row = self._get(SettlementRow, table.settlement_pk(tenant), month)
        return None if row is None else row.state

    def register(self, tenant: Tenant, visit: Visit, mark: Mark, *, received: datetime) -> Written | Seen | Changed:
        """Put the visit where none stands and mark its card where it is still as the rules want it, or neither.

        That the id stands already outranks whatever the card says. A reply that is lost is asked for again under
        the same transaction token, and so is no replay.
        """
        row = visit_row(tenant, visit, received)
        first_time_seen = VisitRow.pk.does_not_exist()

        def send(token: str) -> None:
            with TransactWrite(connection=table.connection(), client_request_token=token) as write:
                write.save(row, condition=first_time_seen, return_values=_OLD)
                card = CardRow(table.card_pk(tenant, mark.number), "CARD")
                write.update(card, actions=marking(mark), condition=still_may(mark), return_values=_OLD)

        seen, changed = self._commit(send, received) or (None, None)
        if seen is not None:
            return Seen(to_standing(visit.id, Row.from_raw_data(seen.raw_item or {})))
        if changed is not None:
            return Changed(to_card(mark.number, CardRow.from_raw_data(changed.raw_item)) if changed.raw_item else None)
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
                write.save(void_row(tenant, void, visit, received), condition=never_voided)
                write.update(stamped, actions=[VisitRow.void_month.set(void.month)], condition=still_stands)
                actions = [] if card is None else unmarking(card)
                if card is not None and actions:
                    row = CardRow(table.card_pk(tenant, card.number), "CARD")
                    write.update(row, actions=actions, condition=as_read(card))

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
        # The table may be days late in deleting what is past its time; reads pass over it, and so must this.
        is_past = VoidRow.expires <= table.epoch(received)
        nothing_stands = VoidRow.pk.does_not_exist()

        def send(token: str) -> None:
            with TransactWrite(connection=table.connection(), client_request_token=token) as write:
                write.save(tombstone, condition=nothing_stands | is_past)

        return Changed(None) if any(self._commit(send, received)) else Written()

    def listed(self, tenant: Tenant, venue: VenueId, day: date) -> list[Listed]:
        """Give a venue's visits of a day from the month's index, which may lag by a moment."""
        group = table.settle_group(tenant, venue, f"{day:%Y-%m}")
        rows = self._patiently(lambda: list(Row.by_month.query(group, table.ByMonth.place.startswith(f"{day}#"))))
        prefix = table.visit_pk(tenant, "")
        return [to_listed(row, prefix) for row in self._alive(rows) if isinstance(row, VisitRow)]

    def flagged(
        self, tenant: Tenant, venue: VenueId, month: str, *, after: str | None
    ) -> tuple[list[Flagged], str | None]:
        """Give the flagged visits among a megabyte of a venue's visits received in a month, and where to read on."""
        later = None if after is None else table.ByMonth.place > after
        spoken_against = VisitRow.flags.exists()

        def ask() -> tuple[list[Any], str | None]:
            pages = Row.by_month.query(table.settle_group(tenant, venue, month), later, spoken_against).page_iter
            rows = [Row.from_raw_data(item) for item in next(pages)["Items"]]
            ended = pages.last_evaluated_key
            return rows, None if ended is None else str(ended["GSI1SK"]["S"])

        rows, read_on = self._patiently(ask)
        prefix = table.visit_pk(tenant, "")
        return [to_flagged(row, prefix) for row in self._alive(rows)], read_on

    def blocked(self, tenant: Tenant) -> list[str]:
        """Give the hashes of the blocked numbers, in order."""
        rows = self._patiently(lambda: list(BlockedRow.query(table.blocked_pk(tenant))))
        return [row.sk for row in self._alive(rows)]

    def suspect(self, tenant: Tenant, suspect: Suspect) -> None:
        """Note a doubt; the same showing once."""
        self._patiently(lambda: suspect_row(tenant, suspect).save())

    def suspects(self, tenant: Tenant, *, before: str | None, most: int) -> list[Suspect]:
        """Give the latest doubts, newest first, from before a place `<day>#<fingerprint>` on."""
        earlier = None if before is None else SuspectRow.sk < before
        rows = self._patiently(
            lambda: list(SuspectRow.query(table.suspects_pk(tenant), earlier, scan_index_forward=False, limit=most))
        )
        return [to_suspect(row) for row in self._alive(rows)]

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
