"""Telling the year so far: counted once, kept, and given out in every form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.reports.rules import (
    PLACES,
    Counted,
    Holder,
    Release,
    Statement,
    breakdowns,
    cards_of,
    check_order,
    check_until,
    columns_of,
    count,
    divide,
    held_in,
    last_day,
    names_of,
    statement_of,
    universe,
)
from chalicelib.shared.answers import OpplevError, UnknownError
from chalicelib.shared.calendar import next_month
from chalicelib.shared.ids import CallerId, ProgrammeId, Tenant, VenueId
from chalicelib.venues.rules import Configuration

TABLES_FILE: Final = "tables.csv"
PACKS: Final = {"yearpack-nb.pdf": "nb", "yearpack-nn.pdf": "nn", "yearpack-en.pdf": "en"}
SERVED: Final = {TABLES_FILE: "text/csv; charset=utf-8", **dict.fromkeys(PACKS, "application/pdf")}


class Records(Protocol):
    """What is read of visits and cards."""

    def visits(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> Iterator[Counted]:
        """Give the visits of a venue received in a month and not taken back in it, page by page."""

    def holders(self, tenant: Tenant, programme: ProgrammeId, month: str, *, now: datetime) -> Iterator[Holder]:
        """Give the cards of a programme that are or were somebody's and whose last day is in a month."""


class Files(Protocol):
    """Files that are written once."""

    def put_once(self, key: str, content: bytes) -> bool:
        """Write a file; False where one stands under the key."""

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None."""


class Paper(Protocol):
    """The forms that figures are written in; the package reports.paper is one."""

    def pack(self, release: Release) -> bytes:
        """Write a release as it is kept."""

    def unpack(self, kept: bytes) -> Release:
        """Read a release."""

    def tables_csv(self, statement: Statement) -> bytes:
        """Write tables.csv."""

    def year_pack(self, statement: Statement, language: str, arms: bytes | None) -> bytes:
        """Draw the year pack."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """The desk that tells figures. What it has told stands: each release is kept whole, under the next free number."""

    store: Records
    files: Files
    configuration: Callable[[Tenant], Configuration]
    paper: Paper

    def releases(self, tenant: Tenant, year: int) -> list[Release]:
        """Give what has been told of a year, oldest first."""
        found: list[Release] = []
        while kept := self.files.get(_key(tenant, year, len(found) + 1)):
            found.append(self.paper.unpack(kept))
        return found

    def tell(self, tenant: Tenant, until: str, *, by: CallerId, now: datetime) -> Statement:
        """Tell the year up to a month that has ended; the same again where that has been told.

        Raises MalformedError `bad_month`, RuleError `month_not_over` or `too_few`, ConflictError `told_further`.
        """
        check_until(until, now)
        year = int(until[:4])
        while True:
            told = self.releases(tenant, year)
            same = next((each for each in told if each.until == until), None)
            if same is not None:
                return statement_of(same)
            latest = told[-1] if told else None
            check_order(until, latest)
            release = self._release(tenant, until, latest, by=by, now=now)
            # Whoever was first with the next number has told it; what is told after that must be laid on top.
            if self.files.put_once(_key(tenant, year, len(told) + 1), self.paper.pack(release)):
                return statement_of(release)

    def statement(self, tenant: Tenant, until: str) -> Statement:
        """Give what has been told of a year up to a month; UnknownError `not_told` where nothing has."""
        return statement_of(self._told(tenant, until)[1])

    def file(self, tenant: Tenant, until: str, name: str) -> tuple[bytes, str]:
        """Give a file of what was told, as its bytes and content type, the same ever after.

        Raises UnknownError `not_told` or `no_such_file`.
        """
        number, release = self._told(tenant, until)
        if name not in SERVED:
            code, detail = "no_such_file", "There is no such file."
            raise UnknownError(code, detail)
        key = f"{_folder(tenant, release.year)}/{number}-{name}"
        content = self.files.get(key)
        if content is None:
            content = self._written(statement_of(release), name)
            if not self.files.put_once(key, content):
                content = self.files.get(key)
        if content is None:
            code, detail = "file_missing", "A file that was written is gone."
            raise OpplevError(code, detail)
        return content, SERVED[name]

    def _written(self, statement: Statement, name: str) -> bytes:
        if name == TABLES_FILE:
            return self.paper.tables_csv(statement)
        arms = self.configuration(statement.tenant).municipality.coat_of_arms
        return self.paper.year_pack(statement, PACKS[name], self.files.get(arms) if arms else None)

    def _told(self, tenant: Tenant, until: str) -> tuple[int, Release]:
        year = int(until[:4])
        for number, release in enumerate(self.releases(tenant, year), 1):
            if release.until == until:
                return number, release
        code, detail = "not_told", "The year has not been told up to that month."
        raise UnknownError(code, detail)

    def _release(self, tenant: Tenant, until: str, earlier: Release | None, *, by: CallerId, now: datetime) -> Release:
        configuration, year = self.configuration(tenant), int(until[:4])
        untils = (*(earlier.untils if earlier else ()), until)
        columns = columns_of(year, untils)
        cards = self._cards(tenant, configuration, year, until, now)
        holders = {each.child: each for each in cards}
        used: set[str] = set()
        tallies = count(self._visits(tenant, configuration, columns, now, used), holders, columns)
        before = {(each.name, part.key): part for each in (earlier.divisions if earlier else ()) for part in each.parts}
        possible = universe(configuration, columns, year)
        divisions = divide(breakdowns(tallies, possible, before, configuration, len(untils)), earlier)
        programmes = sorted({each.programme for each in cards})
        places = next(each for each in divisions if each.name == PLACES)
        cells = sorted({cell for part in places.parts for cell in part.cells})
        return Release(
            tenant=tenant,
            year=year,
            untils=untils,
            made_at=now,
            made_by=by,
            municipality=configuration.municipality.name,
            divisions=divisions,
            names=names_of(configuration, cells, earlier.names if earlier else {}),
            cards=cards_of(cards, used, programmes),
            quotas={each.id: each.quota for each in configuration.programmes.values() if each.quota is not None},
        )

    def _visits(
        self, tenant: Tenant, configuration: Configuration, months: dict[str, int], now: datetime, used: set[str]
    ) -> Iterator[Counted]:
        """Give the visits of all venues, and note on the way which cards were used."""
        for month in months:
            for venue in sorted(configuration.venues):
                for visit in self.store.visits(tenant, venue, month, now=now):
                    used.add(visit.child or "")
                    yield visit

    def _cards(
        self, tenant: Tenant, configuration: Configuration, year: int, until: str, now: datetime
    ) -> list[Holder]:
        """Give the cards that were somebody's in the year so far, by way of the months in which they end."""
        found: list[Holder] = []
        for programme in configuration.programmes.values():
            month, last = f"{year}-01", f"{programme.valid_until:%Y-%m}"
            while month <= last:
                found += self.store.holders(tenant, programme.id, month, now=now)
                month = next_month(month)
        return held_in(found, year, last_day(until))


def _folder(tenant: Tenant, year: int) -> str:
    return f"{tenant}/statistics/{year}"


def _key(tenant: Tenant, year: int, number: int) -> str:
    return f"{_folder(tenant, year)}/{number}.json"
