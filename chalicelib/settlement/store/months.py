"""The settlements of a tenant, and the rows that a venue is paid for, in the table."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import msgspec
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.notary import Notary
from chalicelib.settlement.rules import Adjusted, Adjustment, Entry, MonthState, Settlement
from chalicelib.settlement.store.reading import Item, entry_of, fast, skip_of
from chalicelib.shared.acting import Change
from chalicelib.shared.calendar import kept_five_years, start_of
from chalicelib.shared.ids import Tenant, VenueId, VisitId


class SettlementStore:
    """Months in rows of their own; visits and voids through the index, a page at a time."""

    def __init__(self, page: int | None = None, notary: Notary | None = None) -> None:
        self._page = page  # rows in one request; None: as many as DynamoDB gives, 1 MB
        self._notary = notary or Notary()

    def load(self, tenant: Tenant, month: str) -> Settlement | None:
        """Give a month that has begun to close, or None; consistent."""
        try:
            row = faults.patiently(
                lambda: table.SettlementRow.get(table.settlement_pk(tenant), month, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return _settlement(row)

    def all(self, tenant: Tenant) -> list[Settlement]:
        """Give every month that has begun to close, oldest first."""
        rows = faults.patiently(
            lambda: list(table.SettlementRow.query(table.settlement_pk(tenant), consistent_read=True))
        )
        return [_settlement(row) for row in rows]

    def latest(self, tenant: Tenant) -> Settlement | None:
        """Give the latest month that has begun to close, or None."""
        rows = faults.patiently(
            lambda: list(
                table.SettlementRow.query(
                    table.settlement_pk(tenant), consistent_read=True, scan_index_forward=False, limit=1
                )
            )
        )
        return _settlement(rows[0]) if rows else None

    def head(self, tenant: Tenant) -> str | None:
        """Give the month whose closing was begun last, or None; consistent."""
        try:
            row = faults.patiently(lambda: table.ChainRow.get(table.chain_pk(tenant), "HEAD", consistent_read=True))
        except DoesNotExist:
            return None
        return str(row.month)

    def begin(self, settlement: Settlement) -> bool:
        """Store a month's first row, as the next in the chain after its `previous`.

        False where it stands already, where another month came in between, and where a reply was lost: look again.
        """
        row, change = _row(settlement), _change(settlement, MonthState.OPEN)
        link = table.ChainRow(table.chain_pk(settlement.tenant), "HEAD", month=settlement.month)
        is_new = table.SettlementRow.pk.does_not_exist()
        is_first = table.ChainRow.pk.does_not_exist()
        is_next = table.ChainRow.month == settlement.previous

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(row, condition=is_new)
                transaction.save(link, condition=is_first if settlement.previous is None else is_next)
                self._note(transaction, settlement, change)

        return unless_refused(write)

    def advance(self, settlement: Settlement, *, before: MonthState) -> bool:
        """Store a month that has come further; False where it is no longer in the state before."""
        still_there = table.SettlementRow.state == before.value
        row, change = _row(settlement), _change(settlement, before)

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(row, condition=still_there)
                self._note(transaction, settlement, change)

        return unless_refused(write)

    def entries(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> Iterator[Entry]:
        """Give what a venue is paid for that was received in a month, by day and id, page by page, no tombstones."""
        past, skip = table.epoch(now), skip_of(tenant)
        for item in self._items(table.settle_group(tenant, venue, month)):
            entry = entry_of(item, skip, past)
            if entry is not None:
                yield self._reasoned(tenant, entry) if isinstance(entry, Adjusted) else entry

    def _reasoned(self, tenant: Tenant, entry: Adjusted) -> Adjusted:
        # The index does not carry words; adjustments are few, and each is read by itself.
        told = adjustment_of(tenant, entry.visit)
        return entry if told is None else replace(entry, reason=told.reason)

    def _note(self, transaction: TransactWrite, settlement: Settlement, change: Change) -> None:
        self._notary.note(transaction, settlement.tenant, f"settlement.{settlement.state}", change)

    def _items(self, group: str) -> Iterator[Item]:
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
            with fast():
                page = faults.patiently(ask)
            yield from page.get("Items", ())
            start = page.get("LastEvaluatedKey")
            if not start:
                return


def _change(settlement: Settlement, before: MonthState) -> Change:
    # What the lines are is fixed once the month is closed.
    known = None if before in {MonthState.OPEN, MonthState.CLOSING} else settlement.sha256
    after = {"state": str(settlement.state), "sha256": settlement.sha256}
    return Change("settlement", (settlement.month,), {"state": str(before), "sha256": known}, after)


def adjustment_of(tenant: Tenant, named: VisitId) -> Adjustment | None:
    """Give an adjustment, or None; consistent."""
    key = table.visit_pk(tenant, named)
    try:
        row = faults.patiently(lambda: table.AdjustmentRow.get(key, "ADJUSTMENT", consistent_read=True))
    except DoesNotExist:
        return None
    return msgspec.json.decode(row.document, type=Adjustment)


def unless_refused(write: Callable[[], None]) -> bool:
    """Write a transaction; False where what stands says otherwise."""
    try:
        faults.patiently(write)
    except TransactWriteError as error:
        if faults.CONDITION not in faults.reasons_of(error):
            raise
        return False
    return True


def _row(settlement: Settlement) -> table.SettlementRow:
    return table.SettlementRow(
        pk=table.settlement_pk(settlement.tenant),
        sk=settlement.month,
        state=settlement.state.value,
        document=msgspec.json.encode(settlement).decode(),
        expires=table.epoch(kept_five_years(start_of(date.fromisoformat(f"{settlement.month}-01")))),
    )


def _settlement(row: table.SettlementRow) -> Settlement:
    return msgspec.json.decode(row.document, type=Settlement)
