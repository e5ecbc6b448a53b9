"""The settlements of a tenant, and the rows that a venue is paid for, in the table."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException

from chalicelib import faults, table
from chalicelib.settlement.rules import Entry, MonthState, Settlement, TakenBack, Terms, Visited
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

Answer = TypeVar("Answer")
_TRIES: Final = 4
_PAUSE_SECONDS: Final = 0.1


class SettlementStore:
    """Months in rows of their own; visits and voids through the index, a page at a time."""

    def __init__(self, page: int | None = None) -> None:
        self._page = page  # rows in one request; None: as many as DynamoDB gives, 1 MB

    def load(self, tenant: Tenant, month: str) -> Settlement | None:
        """Give a month that has begun to close, or None; consistent."""
        try:
            row = _patiently(lambda: table.SettlementRow.get(table.settlement_pk(tenant), month, consistent_read=True))
        except DoesNotExist:
            return None
        return _settlement(row)

    def all(self, tenant: Tenant) -> list[Settlement]:
        """Give every month that has begun to close, oldest first."""
        rows = _patiently(lambda: list(table.SettlementRow.query(table.settlement_pk(tenant), consistent_read=True)))
        return [_settlement(row) for row in rows]

    def latest(self, tenant: Tenant) -> Settlement | None:
        """Give the latest month that has begun to close, or None."""
        rows = _patiently(
            lambda: list(
                table.SettlementRow.query(
                    table.settlement_pk(tenant), consistent_read=True, scan_index_forward=False, limit=1
                )
            )
        )
        return _settlement(rows[0]) if rows else None

    def begin(self, settlement: Settlement) -> bool:
        """Store a month's first row; False where it stands already, as it also does when a reply was lost."""
        first = table.SettlementRow.pk.does_not_exist()
        return _put(settlement, condition=first)

    def advance(self, settlement: Settlement, *, before: MonthState) -> bool:
        """Store a month that has come further; False where it is no longer in the state before."""
        still_there = table.SettlementRow.state == before.value
        return _put(settlement, condition=still_there)

    def entries(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> Iterator[Entry]:
        """Give the visits and voids of a venue received in a month, page by page, without tombstones."""
        past = table.epoch(now)
        for item in self._items(table.settle_group(tenant, venue, month)):
            row = table.Row.from_raw_data(item)
            if row.expires is not None and row.expires <= past:
                continue
            match row:
                case table.VisitRow():
                    flags = tuple(row.flags or ())
                    yield Visited(_visit(tenant, row), _terms(row), flags, row.void_month)
                case table.VoidRow() if row.corrects is not None:
                    yield TakenBack(_visit(tenant, row), _terms(row), row.corrects)

    def _items(self, group: str) -> Iterator[dict[str, Any]]:
        start = None
        while True:
            ask = partial(
                table.connection().query,
                table.Row.Meta.table_name,
                group,
                index_name=table.INDEX,
                exclusive_start_key=start,
                limit=self._page,
            )
            page = _patiently(ask)
            yield from page["Items"]
            start = page.get("LastEvaluatedKey")
            if not start:
                return


def _put(settlement: Settlement, *, condition: Any) -> bool:
    row = table.SettlementRow(
        pk=table.settlement_pk(settlement.tenant),
        sk=settlement.month,
        state=settlement.state.value,
        document=msgspec.json.encode(settlement).decode(),
    )
    try:
        _patiently(lambda: row.save(condition=condition))
    except PutError as error:
        if faults.code_of(error) == faults.REFUSED:
            return False
        raise
    return True


def _settlement(row: table.SettlementRow) -> Settlement:
    return msgspec.json.decode(row.document, type=Settlement)


def _visit(tenant: Tenant, row: table.Row) -> VisitId:
    return VisitId(row.pk.removeprefix(table.visit_pk(tenant, "")))


def _terms(row: table.VisitRow | table.VoidRow) -> Terms:
    return Terms(
        venue=VenueId(row.venue),
        offer=OfferId(row.offer),
        programme=ProgrammeId(row.programme),
        date=date.fromisoformat(row.date),
        last3=row.last3,
        persons=int(row.persons),
        price=Ore(int(row.price)),
        copay=Ore(int(row.copay)),
        percent=int(row.percent),
        amount=Ore(int(row.amount)),
        agreement=row.agreement,
        settle_by=SettleBy(row.settle_by),
        vat_code=row.vat_code,
        funding=row.funding,
    )


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """Ask, and three times more where the table is busy or the line is down; then TryAgainError `busy`."""
    for turn in range(_TRIES):
        try:
            return ask()
        except PynamoDBException as error:
            if not faults.is_passing(error):
                raise
            if turn == _TRIES - 1:
                code, detail = "busy", "The table is busy; send the call again."
                raise TryAgainError(code, detail) from error
        time.sleep(random.uniform(0, _PAUSE_SECONDS * 2**turn))  # noqa: S311  jitter, not a secret
    raise AssertionError
