"""A release: the year so far as it was counted and told, once and for all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.reports.rules.counting import (
    AGES,
    BANDS,
    NO_FUNDING,
    OLDER,
    PLACES,
    Breakdown,
    Cards,
    months_between,
)
from chalicelib.reports.rules.hiding import SMALL, TOTAL, Cell, Part, Told, amount_of, rounded, tell, visits_of
from chalicelib.shared.answers import ConflictError, MalformedError, RuleError
from chalicelib.shared.calendar import end_of_month, next_month
from chalicelib.shared.ids import CallerId, Tenant
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Configuration, Words

GRACE: Final = timedelta(minutes=15)  # as for closing: the last write of a month must have arrived
# What is told before what else, where not everything can be told: what gathers much, before the smallest of the many.
PLACE_TABLES: Final = ("programme", "kind", "funding", "venue", "category", "offer")
FLAT_TABLES: Final = ("month", "weekday", "band", "age", "companion")
TABLES: Final = (*PLACE_TABLES, *FLAT_TABLES)


@dataclass(frozen=True, slots=True)
class Division:
    """A breakdown with what has been told of it, release by release."""

    name: str
    parts: tuple[Part, ...]
    told: tuple[tuple[Cell, int], ...] = ()
    amounts: tuple[tuple[Cell, int, Ore], ...] = ()  # cell, release, rounding

    @property
    def said(self) -> Told:
        """Give it as the guard takes it."""
        return Told(frozenset(self.told), {(cell, release): to for cell, release, to in self.amounts})


@dataclass(frozen=True, slots=True)
class Release:
    """The year so far. It holds more than is told: only `statement_of` says what may leave the house."""

    tenant: Tenant
    year: int
    untils: tuple[str, ...]  # the last month of each release, this one's last
    made_at: datetime
    made_by: CallerId
    municipality: str
    divisions: tuple[Division, ...]
    names: dict[str, Words]  # "<table>:<key>" -> words
    cards: tuple[Cards, ...] = ()
    quotas: dict[str, int] = field(default_factory=dict)

    @property
    def until(self) -> str:
        """The last month told of."""
        return self.untils[-1]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `visits` None: hidden; `at_least` is then what an earlier release has told. `amount` in øre."""

    key: str
    visits: int | None
    at_least: int | None = None
    amount: Ore | None = None
    rounded_to: Ore | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Cards of a programme and how many of them were used at least once, both to the nearest five (requirement OK-01).

    Cards come and go between two releases, so that exact figures would tell of a handful of children by subtraction.
    """

    programme: str
    cards: int
    used: int
    quota: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What is told of a year so far, in every form that it is told in."""

    tenant: Tenant
    year: int
    until: str
    made_at: datetime
    municipality: str
    visits: int
    amount: Ore | None
    rounded_to: Ore | None
    tables: dict[str, tuple[Row, ...]]
    reach: tuple[Reached, ...]
    names: dict[str, Words]
    earlier: tuple[str, ...]

    @property
    def hidden(self) -> int:
        """How many rows are hidden."""
        return sum(row.visits is None for rows in self.tables.values() for row in rows)


def check_until(until: str, now: datetime) -> None:
    """Raise MalformedError `bad_month`, or RuleError `month_not_over` until 15 minutes after the month has ended."""
    try:
        date.fromisoformat(f"{until}-01")
    except ValueError as error:
        code, detail = "bad_month", "A month is written yyyy-mm."
        raise MalformedError(code, detail) from error
    if now < end_of_month(until) + GRACE:
        code, detail = "month_not_over", "Figures are told of months that have ended, 15 minutes after the last."
        raise RuleError(code, detail)


def check_order(until: str, earlier: Release | None) -> None:
    """Raise ConflictError `told_further` where the year has been told beyond that month, and not up to it."""
    if earlier is not None and until < earlier.until:
        code = "told_further"
        detail = "The year has been told to a later month already; the months in between cannot be told apart any more."
        raise ConflictError(code, detail)


def new_months(until: str, earlier: Release | None) -> list[str]:
    """Name the months that a release tells of for the first time."""
    return months_between(next_month(earlier.until) if earlier else f"{until[:4]}-01", until)


def last_day(until: str) -> date:
    """Give the last day of a month `yyyy-mm`."""
    return date.fromisoformat(f"{next_month(until)}-01") - timedelta(days=1)


def divide(found: Sequence[Breakdown], earlier: Release | None) -> tuple[Division, ...]:
    """Decide what a release tells; RuleError `too_few` where all that is new are a handful of visits or children."""
    before = {division.name: division.said for division in earlier.divisions} if earlier else {}
    return tuple(_division(each, before.get(each.name, Told())) for each in found)


def _division(found: Breakdown, before: Told) -> Division:
    releases = len(found.parts[0].visits)
    latest = (releases - 1, releases)
    if visits_of(found.parts, TOTAL, latest) < SMALL or (TOTAL, latest) in found.few:
        code = "too_few"
        detail = "Since the year was told last, fewer than five visits or children have come; nothing more can be told."
        raise RuleError(code, detail)
    sums = [TOTAL, *(cell for cell in _by_weight(found.parts) if cell.table == "funding")]
    told = tell(
        found.parts,
        before,
        few=found.few,
        cells=_by_weight(found.parts),
        amounts=sums if found.name == PLACES else (),
    )
    return _told(found.name, found.parts, told)


def _told(name: str, parts: tuple[Part, ...], told: Told) -> Division:
    amounts = ((cell, release, to) for (cell, release), to in told.amounts.items())
    return Division(name, parts, tuple(sorted(told.cells)), tuple(sorted(amounts)))


def _by_weight(parts: Sequence[Part]) -> list[Cell]:
    """Order the cells by what is asked for first, then the largest first, so that the smallest are what is hidden."""
    cells = {cell for part in parts for cell in part.cells}
    weights = {cell: visits_of(parts, cell, (0, len(parts[0].visits))) for cell in cells}
    order = {table: place for place, table in enumerate(TABLES)}
    return sorted(cells, key=lambda cell: (order[cell.table], -weights[cell], cell))


def names_of(configuration: Configuration, cells: Iterable[Cell], earlier: Mapping[str, Words]) -> dict[str, Words]:
    """Freeze what venues, offers and programmes are called, so that a later rename does not change what was told."""
    names = dict(earlier)
    known: dict[str, Words] = {f"venue:{each.id}": {"nb": each.name} for each in configuration.venues.values()}
    known |= {f"offer:{each.venue}/{each.id}": each.title for each in configuration.offers.values()}
    known |= {f"programme:{each.id}": each.name for each in configuration.programmes.values()}
    for cell in cells:
        name = f"{cell.table}:{cell.key}"
        if name in known:
            names.setdefault(name, known[name])
    return dict(sorted(names.items()))


def statement_of(release: Release) -> Statement:
    """Give what may leave the house, and nothing else."""
    number = len(release.untils)
    tables: dict[str, tuple[Row, ...]] = {}
    for division in release.divisions:
        cells = {cell for part in division.parts for cell in part.cells}
        for table in dict.fromkeys(each for each in TABLES if any(cell.table == each for cell in cells)):
            tables[table] = tuple(_rows(division, [cell for cell in cells if cell.table == table], number))
    places = next(division for division in release.divisions if division.name == PLACES)
    amount, to = _amount(places, TOTAL, number)
    return Statement(
        tenant=release.tenant,
        year=release.year,
        until=release.until,
        made_at=release.made_at,
        municipality=release.municipality,
        visits=visits_of(places.parts, TOTAL, (0, number)),
        amount=amount,
        rounded_to=to,
        tables={table: tables[table] for table in TABLES if table in tables},
        reach=_reach(release),
        names=release.names,
        earlier=release.untils[:-1],
    )


def _rows(division: Division, cells: Iterable[Cell], number: int) -> list[Row]:
    told = set(division.told)
    rows = []
    for cell in cells:
        figure = visits_of(division.parts, cell, (0, number))
        if (cell, number) in told:
            amount, to = _amount(division, cell, number)
            rows.append(Row(cell.key, figure, None, amount, to))
        else:
            told_before = [release for release in range(1, number) if (cell, release) in told]
            least = visits_of(division.parts, cell, (0, max(told_before))) if told_before else None
            rows.append(Row(cell.key, None, least))
    return sorted(rows, key=_place_of_row(next(iter(cells), TOTAL).table))


def _place_of_row(table: str) -> "_Order":
    orders = {"band": BANDS, "age": [*(f"{low}-{high}" for low, high in AGES), OLDER], "companion": ("alone", "with")}
    return _Order(table in {"month", "weekday"}, {key: place for place, key in enumerate(orders.get(table, ()))})


@dataclass(frozen=True, slots=True)
class _Order:
    """Largest first, then the hidden by their keys; what has an order of its own, in that."""

    by_key: bool
    places: dict[str, int]

    def __call__(self, row: Row) -> tuple[int, int, str]:
        if self.by_key:
            return (0, 0, row.key)
        if self.places:
            return (self.places.get(row.key, len(self.places)), 0, row.key)
        return (row.visits is None, -(row.visits or row.at_least or 0), row.key)


def _amount(division: Division, cell: Cell, number: int) -> tuple[Ore | None, Ore | None]:
    to = division.said.amounts.get((cell, number))
    if to is None:
        return None, None
    return rounded(amount_of(division.parts, cell, number), to), to


def _reach(release: Release) -> tuple[Reached, ...]:
    return tuple(
        Reached(each.programme, _nearest(each.cards), _nearest(each.used), release.quotas.get(each.programme))
        for each in release.cards
    )


def _nearest(cards: int) -> int:
    """Round to the nearest five, so that no telling and no two of them say how many it was."""
    return (cards + SMALL // 2) // SMALL * SMALL


def funding_name(key: str, none: str) -> str:
    """Give a funding source's name, which is its own; or the words for none."""
    return none if key == NO_FUNDING else key
