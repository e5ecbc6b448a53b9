"""A currency's transfers in the order they were made, an Oslo day after the other."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from chalicelib import faults, table
from chalicelib.ledger.rules import Journaled
from chalicelib.ledger.store.rows import to_transfer
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CurrencyId, Tenant, sortable_id
from chalicelib.table import Row, TransferRow

_FIRST: Final = bytes(10)
_DAY: Final = timedelta(days=1)
_MOST: Final = 100  # rows of one request


class JournalStore:
    """The journal. Which transfers there are comes from the index, which may lag a moment; what they say does not."""

    def journal(self, tenant: Tenant, currency: CurrencyId, since: datetime, before: datetime) -> Iterator[Journaled]:
        """Give the transfers made from one instant to before another, in order, a hundred at a time."""
        first, end = sortable_id(since, _FIRST), sortable_id(before, _FIRST)
        for day in _days(oslo_date(since), oslo_date(before)):
            group = table.journal_group(tenant, currency, day.isoformat())
            rows = Row.by_month.query(group, table.ByMonth.place.between(first, end))
            while some := faults.patiently(lambda rows=rows: list(islice(rows, _MOST))):  # type: ignore[misc]
                yield from self._of(some)

    @staticmethod
    def _of(listed: list[Row]) -> Iterator[Journaled]:
        keys = [(row.pk, row.sk) for row in listed]
        found = faults.patiently(lambda: list(TransferRow.batch_get(keys, consistent_read=True)))
        for row in sorted(found, key=lambda row: row.place or ""):
            yield _journaled(row)


def _journaled(row: TransferRow) -> Journaled:
    told = [row.pk, row.currency, row.what, row.legs, row.at, row.because, row.reverses, row.links, row.ages]
    document = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    try:
        transfer = to_transfer(row)
    except (ValueError, TypeError):  # somebody has written into it
        transfer = None
    return Journaled(row.place or "", row.what, document, transfer)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + day * _DAY for day in range((last - first).days + 1))
