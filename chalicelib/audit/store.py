"""Entries and seals in the table: read in order, each seal put once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from pynamodb.exceptions import DoesNotExist, PutError

from chalicelib import faults, table
from chalicelib.audit.rules import Covered, Entry, Seal, time_of
from chalicelib.shared.calendar import oslo_date, rfc3339
from chalicelib.shared.ids import Tenant

Found = TypeVar("Found", bound=table.Row)
_ID_BYTES: Final = 26
_COVERED_BYTES: Final = _ID_BYTES + 32
_DAY: Final = timedelta(days=1)


class AuditStore:
    """The book of changes. Rows past their time are passed over; every read is consistent."""

    def __init__(self, page: int | None = None, chain: Callable[[str], str] = table.seals_pk) -> None:
        self._page = page  # rows in one request; None: as many as DynamoDB gives, 1 MB
        self._chain = chain  # where a municipality's seals stand; a chain of something else stands elsewhere

    def since(self, tenant: Tenant) -> datetime | None:
        """Give the instant from which a municipality's changes are written down, or None."""
        try:
            row = faults.patiently(lambda: table.BookRow.get(table.seals_pk(tenant), table.BOOK, consistent_read=True))
        except DoesNotExist:
            return None
        return datetime.fromisoformat(row.since)

    def entries(  # noqa: PLR0913  which, of what kind, in which order
        self,
        tenant: Tenant,
        first: str,
        before: str,
        *,
        kind: str | None = None,
        backwards: bool = False,
        now: datetime,
    ) -> Iterator[Entry]:
        """Give the entries from one id to before another, a day after the other, page by page."""
        days = _days(oslo_date(time_of(first)), oslo_date(time_of(before)))
        within = table.AuditRow.sk.between(first, before)
        wanted = table.AuditRow.what.startswith(f"{kind}.") if kind else None
        for day in reversed(days) if backwards else days:
            rows = table.AuditRow.query(
                table.audit_pk(tenant, day.isoformat()), within, wanted, consistent_read=True,
                scan_index_forward=not backwards, page_size=self._page,
            )  # fmt: skip
            for row in _each(rows, now):
                if row.sk < before:
                    yield Entry(day.isoformat(), row.sk, row.what, row.document)

    def head(self, tenant: Tenant) -> Seal | None:
        """Give the latest seal, or None."""
        rows = faults.patiently(
            lambda: list(
                table.SealRow.query(
                    self._chain(tenant), table.SealRow.sk > table.BOOK, consistent_read=True,
                    scan_index_forward=False, limit=1,
                )
            )
        )  # fmt: skip
        return _seal(rows[0]) if rows else None

    def seal(self, tenant: Tenant, name: str, *, now: datetime) -> Seal | None:
        """Give a seal by its name, or None."""
        try:
            row = faults.patiently(lambda: table.SealRow.get(self._chain(tenant), name, consistent_read=True))
        except DoesNotExist:
            return None
        return _seal(row) if _lives(row, now) else None

    def seals(self, tenant: Tenant, first: str, before: str, *, now: datetime) -> Iterator[Seal]:
        """Give the seals from one name to before another, in order, page by page."""
        within = table.SealRow.sk.between(first, before)
        rows = table.SealRow.query(self._chain(tenant), within, consistent_read=True, page_size=self._page)
        for row in _each(rows, now):
            if row.sk < before:
                yield _seal(row)

    def put_seal(self, tenant: Tenant, seal: Seal) -> bool:
        """Store a seal; False where one stands in its place, as it also does when a reply was lost."""
        row = table.SealRow(
            self._chain(tenant),
            seal.name,
            until=rfc3339(seal.until),
            more=seal.more,
            covered=b"".join(each.id.encode() + each.digest for each in seal.covered),
            before=seal.before,
            digest=seal.digest,
            key=seal.key,
            mac=seal.mac,
            expires=table.epoch(seal.kept_until),
        )
        nobody_was_first = table.SealRow.pk.does_not_exist()
        try:
            faults.patiently(lambda: row.save(condition=nobody_was_first))
        except PutError as error:
            if faults.code_of(error) != faults.REFUSED:
                raise
            return False
        return True


def _each(rows: Iterator[Found], now: datetime) -> Iterator[Found]:
    """Give the rows that are not past their time; a page that could not be had is asked for again."""
    while (row := faults.patiently(lambda: next(rows, None))) is not None:
        if _lives(row, now):
            yield row


def _lives(row: table.Row, now: datetime) -> bool:
    return row.expires is None or row.expires > table.epoch(now)


def _days(first: date, last: date) -> list[date]:
    return [first + day * _DAY for day in range((last - first).days + 1)]


def _seal(row: table.SealRow) -> Seal:
    since, _, part = row.sk.partition(".")
    covered = bytes(row.covered)
    steps = range(0, len(covered), _COVERED_BYTES)
    return Seal(
        since=datetime.strptime(since, "%Y-%m-%dT%HZ").replace(tzinfo=UTC),
        until=datetime.fromisoformat(row.until),
        part=int(part or 0),
        more=bool(row.more),
        covered=tuple(_covered(covered[at : at + _COVERED_BYTES]) for at in steps),
        before=row.before,
        digest=row.digest,
        key=int(row.key),
        mac=row.mac,
    )


def _covered(told: bytes) -> Covered:
    return Covered(told[:_ID_BYTES].decode("ascii", "replace"), told[_ID_BYTES:])
