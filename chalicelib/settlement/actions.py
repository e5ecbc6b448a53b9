"""Closing a month, approving it, and giving out its files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from typing import Final, Protocol

from chalicelib.settlement.rules import (
    TIMER,
    Book,
    Entry,
    Line,
    LineType,
    MonthState,
    Settlement,
    Sums,
    add_up,
    alarms,
    book_of,
    check_begun,
    check_month,
    check_over,
    first_month,
    late_line,
    line_of,
    month_before,
    open_months,
    total,
)
from chalicelib.shared.answers import ConflictError, ForbiddenError, OpplevError, UnknownError
from chalicelib.shared.calendar import next_month, oslo_month
from chalicelib.shared.ids import CallerId, Tenant, VenueId, VisitId
from chalicelib.venues.rules import Configuration

BASIS: Final = "basis.jsonl.gz"
LINES: Final = "lines.csv"
SUMMARY: Final = "summary.csv"
_SERVED: Final = {LINES: "text/csv; charset=utf-8", SUMMARY: "text/csv; charset=utf-8"}


class Ledger(Protocol):
    """What a settlement reads from and writes to the table."""

    def load(self, tenant: Tenant, month: str) -> Settlement | None:
        """Give a month that has begun to close, or None; consistent."""

    def all(self, tenant: Tenant) -> list[Settlement]:
        """Give every month that has begun to close, oldest first."""

    def latest(self, tenant: Tenant) -> Settlement | None:
        """Give the latest month that has begun to close, or None."""

    def begin(self, settlement: Settlement) -> bool:
        """Store a month's first row; False where it stands already."""

    def advance(self, settlement: Settlement, *, before: MonthState) -> bool:
        """Store a month that has come further; False where it is no longer in the state before."""

    def entries(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> Iterator[Entry]:
        """Give the visits and voids of a venue received in a month, page by page."""


class Files(Protocol):
    """Files that are written once."""

    def put_once(self, key: str, content: bytes) -> bool:
        """Write a file; False where one stands under the key."""

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None."""


class Paper(Protocol):
    """The forms that a month is written in; the module settlement.paper is one."""

    def pack(self, book: Book, lines: Iterable[Line]) -> bytes:
        """Write the basis, from which every other file is made."""

    def unpack(self, basis: bytes) -> tuple[Book, Iterator[Line]]:
        """Read the basis, line by line."""

    def lines_csv(self, book: Book, lines: Iterable[Line]) -> bytes:
        """Write lines.csv."""

    def summary_csv(self, book: Book, sums: Sums) -> bytes:
        """Write summary.csv."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The desk that closes months. Each month stands alone: closing one does not ask whether an earlier one is closed.

    The basis file is the truth about a month: it is written once, before anything else, and every other file and
    total is made from it as it stands stored. So a second closer, or one that heals a crash, gives the same answer.
    """

    store: Ledger
    files: Files
    configuration: Callable[[Tenant], Configuration]
    paper: Paper

    def months(self, tenant: Tenant, *, now: datetime) -> list[Settlement]:
        """Give every month from the first agreement to the current one, newest first; open ones without totals."""
        stored = self.store.all(tenant)
        first = first_month(self.configuration(tenant))
        unclosed = [Settlement(tenant, month, MonthState.OPEN) for month in open_months(stored, first, now)]
        return sorted([*stored, *unclosed], key=lambda settlement: settlement.month, reverse=True)

    def close(self, tenant: Tenant, month: str, *, by: CallerId, now: datetime) -> Settlement:
        """Close a month and write its files; the same answer when repeated, whoever asks and whatever has changed.

        Raises MalformedError `bad_month`, RuleError `month_not_over` or `before_first_agreement`.
        """
        check_month(month)
        check_over(month, now)
        configuration = self.configuration(tenant)
        check_begun(month, configuration)
        begun = Settlement(tenant, month, MonthState.CLOSING, closed_by=by, closed_at=now)
        settlement = self.store.load(tenant, month)
        if settlement is None:
            settlement = begun if self.store.begin(begun) else self._stored(tenant, month)
        if settlement.state is not MonthState.CLOSING:
            return settlement
        closed = self._closed(settlement, configuration, now)
        if self.store.advance(closed, before=MonthState.CLOSING):
            return closed
        return self._stored(tenant, month)

    def approve(self, tenant: Tenant, month: str, *, by: CallerId, now: datetime) -> Settlement:
        """Approve a closed month, by another than who closed it by hand; anyone may where the timer closed it.

        Raises ConflictError `not_closed` or `already_approved` (by another), ForbiddenError `same_person`.
        """
        check_month(month)
        settlement = self.store.load(tenant, month)
        if settlement is None or settlement.state is MonthState.CLOSING:
            code, detail = "not_closed", "The month is not closed."
            raise ConflictError(code, detail)
        if settlement.state is MonthState.CLOSED:
            if by == settlement.closed_by:
                code, detail = "same_person", "Another person than who closed the month must approve it."
                raise ForbiddenError(code, detail)
            approved = replace(settlement, state=MonthState.APPROVED, approved_by=by, approved_at=now)
            if self.store.advance(approved, before=MonthState.CLOSED):
                return approved
            settlement = self._stored(tenant, month)
        if settlement.approved_by != by:
            code, detail = "already_approved", "The month is approved by another."
            raise ConflictError(code, detail)
        return settlement

    def file(self, tenant: Tenant, month: str, name: str) -> tuple[bytes, str, str]:
        """Give a file of a closed month as its bytes, SHA-256 and content type.

        Raises UnknownError `no_such_file`; `file_missing` or `file_altered` (internal) where storage has failed us.
        """
        check_month(month)
        settlement = self.store.load(tenant, month) if name in _SERVED else None
        fingerprint = settlement.files.get(name) if settlement else None
        if fingerprint is None:
            code, detail = "no_such_file", "There is no such file for this month."
            raise UnknownError(code, detail)
        content = self._kept(tenant, month, name)
        if sha256(content).hexdigest() != fingerprint:
            code, detail = "file_altered", "The stored file is not the one that was written at closing."
            raise OpplevError(code, detail)
        return content, fingerprint, _SERVED[name]

    def first_open_day(self, tenant: Tenant) -> date | None:
        """Give the first day after the latest month that is closed or closing, or None where there is none."""
        latest = self.store.latest(tenant)
        return date.fromisoformat(f"{next_month(latest.month)}-01") if latest else None

    def close_all_due(self, tenants: Iterable[Tenant], *, now: datetime) -> list[tuple[Tenant, Settlement | Exception]]:
        """Close last month for every tenant; what goes wrong for one is its outcome, and stops no other.

        A tenant without an agreement by then has nothing to close and is left out.
        """
        month = month_before(oslo_month(now))
        outcomes: list[tuple[Tenant, Settlement | Exception]] = []
        for tenant in tenants:
            try:
                first = first_month(self.configuration(tenant))
                if first is not None and first <= month:
                    outcomes.append((tenant, self.close(tenant, month, by=TIMER, now=now)))
            except Exception as error:  # noqa: BLE001  one municipality's fault is not the next one's; the door logs it
                outcomes.append((tenant, error))
        return outcomes

    def _closed(self, settlement: Settlement, configuration: Configuration, now: datetime) -> Settlement:
        tenant, month = settlement.tenant, settlement.month
        book = book_of(configuration, month)
        basis = self._once(tenant, month, BASIS, lambda: self.paper.pack(book, self._lines(tenant, book, now)))
        book, lines = self.paper.unpack(basis)
        sums = add_up(lines)
        made = {
            LINES: self._once(tenant, month, LINES, lambda: self.paper.lines_csv(*self.paper.unpack(basis))),
            SUMMARY: self._once(tenant, month, SUMMARY, lambda: self.paper.summary_csv(book, sums)),
        }
        fingerprints = {name: sha256(content).hexdigest() for name, content in made.items()}
        return replace(
            settlement,
            state=MonthState.CLOSED,
            totals=total(sums),
            sha256=fingerprints[LINES],
            files=fingerprints,
            alarms=alarms(month, self.paper.unpack(basis)[1]),
        )

    def _lines(self, tenant: Tenant, book: Book, now: datetime) -> Iterator[Line]:
        """Give the month's lines by venue, date and visit, and what came too late for the month before."""
        month, earlier = book.month, month_before(book.month)
        basis = self.files.get(_key(tenant, earlier, BASIS))
        settled = _Settled(self.paper.unpack(basis)[1]) if basis is not None else None
        for venue in sorted(book.payees):
            lines = [line_of(entry, month) for entry in self.store.entries(tenant, venue, month, now=now)]
            if settled is not None:
                known = settled.of(venue)
                late = self.store.entries(tenant, venue, earlier, now=now)
                lines += [late_line(entry, earlier, known) for entry in late]
            yield from sorted((line for line in lines if line), key=lambda line: line.place)

    def _once(self, tenant: Tenant, month: str, name: str, make: Callable[[], bytes]) -> bytes:
        """Give a file as it stands stored, made now where it does not stand yet."""
        key = _key(tenant, month, name)
        content = self.files.get(key)
        if content is not None:
            return content
        made = make()
        return made if self.files.put_once(key, made) else self._kept(tenant, month, name)

    def _kept(self, tenant: Tenant, month: str, name: str) -> bytes:
        content = self.files.get(_key(tenant, month, name))
        if content is None:
            code, detail = "file_missing", "A file that was written at closing is gone."
            raise OpplevError(code, detail)
        return content

    def _stored(self, tenant: Tenant, month: str) -> Settlement:
        settlement = self.store.load(tenant, month)
        if settlement is None:
            code, detail = "settlement_missing", "The settlement's row is gone."
            raise OpplevError(code, detail)
        return settlement


class _Settled:
    """What an earlier basis holds, a venue at a time, asked for in the basis's own order: by venue id."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._venues = groupby(lines, key=lambda line: line.terms.venue)
        self._next = next(self._venues, None)

    def of(self, venue: VenueId) -> set[tuple[VisitId, bool]]:
        """Give a venue's visits, each with whether it stands there as a correction."""
        while self._next is not None and self._next[0] < venue:
            self._next = next(self._venues, None)
        if self._next is None or self._next[0] != venue:
            return set()
        return {(line.visit, line.type is LineType.CORRECTION) for line in self._next[1]}


def _key(tenant: Tenant, month: str, name: str) -> str:
    return f"{tenant}/settlements/{month}/{name}"
