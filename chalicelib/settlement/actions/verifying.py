"""A closed month computed again from the rows of its visits, and held against what was written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from chalicelib.settlement.actions.closing import ACCOUNTS, LINES, Closing
from chalicelib.settlement.actions.counting import LINES_PART, Counting
from chalicelib.settlement.actions.supplies import Month, Shelf
from chalicelib.settlement.rules import (
    Account,
    Counted,
    Line,
    LineType,
    MonthState,
    Settlement,
    chained,
    line_of,
    settle,
    tally_of,
    total_of,
)
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.calendar import next_month, oslo_date
from chalicelib.shared.ids import Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore, share

_NAMED: Final = 20
_KEPT_YEARS: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up: what, at which venue, and the first visits it is about."""

    code: str
    venue: VenueId | None = None
    visits: tuple[VisitId, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What computing a month again showed. `waiting` rows came too late and settle in a month that is not closed yet.

    `remade` says whether today's program writes lines.csv with the same bytes; after a change of form it may not,
    which is no fault: the file that was written stays the one that is given out.
    """

    month: str
    lines: int
    waiting: int
    remade: bool
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Say whether everything adds up."""
        return not self.findings


_Key = tuple[VisitId, bool]


@dataclass(frozen=True, slots=True)
class Auditor:
    """Who computes months again. It writes nothing."""

    closing: Closing

    def verify(self, tenant: Tenant, month: str, *, now: datetime) -> Verified:
        """Compute a closed month again, from its rows to its fingerprint. Raises ConflictError `not_closed`."""
        settlement = self.closing.store.load(tenant, month)
        if settlement is None or settlement.state is MonthState.CLOSING:
            code, detail = "not_closed", "The month is not closed."
            raise ConflictError(code, detail)
        book, accounts = self.closing.accounts(tenant, month)
        counting = Counting(self.closing.store, Shelf(self.closing.files), self.closing.paper, book, now)
        findings: list[Finding] = []
        counted: dict[VenueId, Counted] = {}
        digest, lines, waiting = sha256(), 0, 0
        remade = self.closing.paper.LinesCsv(book, digest.update)
        for venue in sorted(book.payees):
            written = list(counting.lines(venue))
            for line in written:
                remade.line(line)
            lines += len(written)
            counted[venue] = tally_of(written, month)
            late, found = self._against_rows(counting, venue, written)
            waiting += late
            findings += found
            if counted[venue] != counting.venue(venue):
                findings.append(Finding("sums_differ", venue))
        remade.end()
        findings += self._against_row(settlement, accounts, counted, counting)
        return Verified(month, lines, waiting, digest.hexdigest() == settlement.files[LINES], tuple(findings))

    def _against_rows(self, counting: Counting, venue: VenueId, written: list[Line]) -> tuple[int, list[Finding]]:
        """Hold a venue's lines against its rows; give how many rows wait for the next month, and what is wrong."""
        month, faults = counting.book.month, _Faults(venue)
        own = {_key(line): line for line in written if line.month == month}
        after = counting.shelf.files.get(
            Month(counting.book.tenant, next_month(month)).part(venue, LINES_PART)
        )  # fmt: skip
        later = None if after is None else counting.paper.unpack_settled(after)
        late = 0
        for entry in counting.store.entries(counting.book.tenant, venue, month, now=counting.now):
            line = line_of(entry, month)
            if line is None:
                # Settled before its void of the same month was seen: the next month takes it back.
                taken = own.pop((entry.visit, False), None)
                if taken is not None:
                    late += 1 if later is None else 0
                    faults.note(
                        "not_taken_back", entry.visit, when=later is not None and (entry.visit, True) not in later
                    )
                continue
            mine = own.pop(_key(line), None)
            if mine is not None:
                faults.note("line_differs", entry.visit, when=not _is_same(mine, line))
            elif later is None:
                late += 1
            else:
                faults.note("row_not_settled", entry.visit, when=_key(line) not in later)
        for visit, _ in own:
            faults.note("line_without_row", visit)
        for line in written:
            faults.note("amount_differs", line.visit, when=not _is_right(line))
        if len({_key(line) for line in written}) != len(written):
            faults.note("settled_twice", *(line.visit for line in written[:1]))
        return late, list(faults.found())

    def _against_row(
        self,
        settlement: Settlement,
        accounts: tuple[Account, ...],
        counted: dict[VenueId, Counted],
        counting: Counting,
    ) -> Iterator[Finding]:
        """Hold what was written of the month as a whole against what its lines come to."""
        shelf, tallies = counting.shelf, {venue: each.tally for venue, each in counted.items()}
        before: tuple[Account, ...] = ()
        earlier, kept = None, None
        if settlement.previous is not None:
            earlier = self.closing.store.load(settlement.tenant, settlement.previous)
            kept = shelf.files.get(Month(settlement.tenant, settlement.previous).file(ACCOUNTS))
            before = counting.paper.unpack_accounts(kept) if kept is not None else ()
        # What is older than bookkeeping asks for is gone, and may be.
        year = oslo_date(counting.now).year
        gone = settlement.previous is not None and int(settlement.previous[:4]) + _KEPT_YEARS < year
        if not (gone and earlier is None) and (earlier.sha256 if earlier else None) != settlement.previous_sha256:
            yield Finding("chain_broken")
        if not (gone and kept is None) and settle(counting.book, tallies, before) != accounts:
            yield Finding("accounts_differ")
        if total_of(each for tally in tallies.values() for each in tally) != settlement.totals:
            yield Finding("totals_differ")
        for name, fingerprint in sorted(settlement.files.items()):
            key = counting.place.file(name)
            if not shelf.files.stands(key) or shelf.fingerprint(key)[0] != fingerprint:
                yield Finding(f"file_altered:{name}")
        closed_with = {name: each for name, each in settlement.files.items() if name in settlement.closed_with}
        if chained(settlement.tenant, settlement.month, closed_with, settlement.previous_sha256) != settlement.sha256:
            yield Finding("fingerprint_differs")


class _Faults:
    """What is wrong at a venue, by kind."""

    def __init__(self, venue: VenueId) -> None:
        self._venue = venue
        self._visits: dict[str, list[VisitId]] = {}

    def note(self, code: str, *visits: VisitId, when: bool = True) -> None:
        if when:
            self._visits.setdefault(code, []).extend(visits)

    def found(self) -> Iterator[Finding]:
        for code, visits in self._visits.items():
            yield Finding(code, self._venue, tuple(visits[:_NAMED]))


def _is_same(written: Line, line: Line) -> bool:
    """Hold a line against its row; one that was written before reasons were kept has none."""
    return written == (line if written.reason else replace(line, reason=""))


def _key(line: Line) -> _Key:
    return (line.visit, line.type is LineType.CORRECTION)


def _is_right(line: Line) -> bool:
    """Compute a line's amount again from its own price, co-payment and share."""
    terms = line.terms
    if line.type is LineType.ADJUSTMENT:
        return line.amount == terms.owed
    owed = Ore(0) if terms.settle_by == "none" else share(Ore(terms.price - terms.copay), terms.percent)
    return line.amount == (-owed if line.type is LineType.CORRECTION else owed)
