"""How visits and cards are counted: what is a part, which cells it counts in, and who stands behind a figure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final

from chalicelib.reports.rules.hiding import SMALL, TOTAL, Cell, Part, Span, spans
from chalicelib.shared.calendar import next_month
from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Configuration

NO_FUNDING: Final = "-"
BANDS: Final = ("00-04", "04-08", "08-12", "12-16", "16-20", "20-24")
AGES: Final = ((0, 5), (6, 9), (10, 12), (13, 15), (16, 17))
OLDER: Final = "18+"  # and whose age nobody knows
PLACES: Final = "places"


@dataclass(frozen=True, slots=True)
class Counted:
    """A visit as the figures see it. `month` is the one it was received in, and `child` the card's random key."""

    programme: ProgrammeId
    venue: VenueId
    offer: OfferId
    date: date
    month: str
    band: str
    persons: int
    amount: Ore
    funding: str | None
    child: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A card that somebody holds or has held, under one random key also when its number was replaced."""

    child: str
    programme: ProgrammeId
    birth_year: int
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Cards:
    """How many cards of a programme were somebody's, and how many of them were used. Never told as they are."""

    programme: ProgrammeId
    cards: int
    used: int


@dataclass(slots=True)
class _Tally:
    visits: int = 0
    amount: int = 0
    children: set[str] = field(default_factory=set)


Tallies = dict[tuple[str, str], list[_Tally]]  # (breakdown, part) -> one for each release


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One way to divide the same visits: its parts, and the cells of few children."""

    name: str
    parts: tuple[Part, ...]
    few: frozenset[tuple[Cell, Span]]


def age_band(birth_year: int | None, year: int) -> str:
    """Give the band of the age that somebody reaches in a year; the server knows no birthday."""
    if birth_year is not None:
        for youngest, oldest in AGES:
            if year - birth_year <= oldest:
                return f"{youngest}-{oldest}"
    return OLDER


def months_between(first: str, last: str) -> list[str]:
    """Name the months from one to another, both included."""
    months = []
    while first <= last:
        months.append(first)
        first = next_month(first)
    return months


def columns_of(year: int, untils: Iterable[str]) -> dict[str, int]:
    """Say for each month told of which release told it first, from 0."""
    found: dict[str, int] = {}
    first = f"{year}-01"
    for column, until in enumerate(untils):
        found.update(dict.fromkeys(months_between(first, until), column))
        first = next_month(until)
    return found


def count(visits: Iterable[Counted], holders: Mapping[str, Holder], columns: Mapping[str, int]) -> Tallies:
    """Count visits in every breakdown at once, by the release that their month belongs to."""
    releases = max(columns.values()) + 1
    tallies: Tallies = {}
    for visit in visits:
        holder = holders.get(visit.child or "")
        for place in _places(visit, holder):
            found = tallies.setdefault(place, [_Tally() for _ in range(releases)])[columns[visit.month]]
            found.visits += 1
            found.amount += visit.amount
            # Whose card is gone or was never known counts as one and the same child: too few rather than too many.
            found.children.add(visit.child or "")
    return tallies


def _places(visit: Counted, holder: Holder | None) -> Iterator[tuple[str, str]]:
    yield PLACES, place_key(visit.programme, visit.venue, visit.offer, visit.funding)
    yield "month", visit.month
    yield "weekday", str(visit.date.isoweekday())
    yield "band", visit.band
    yield "age", age_band(holder.birth_year if holder else None, visit.date.year)
    yield "companion", "with" if visit.persons > 1 else "alone"


def place_key(programme: str, venue: str, offer: str, funding: str | None) -> str:
    """Name what is visited under one programme and paid by one source; no id holds a slash."""
    return f"{programme}/{venue}/{offer}/{funding or NO_FUNDING}"


def universe(configuration: Configuration, columns: Mapping[str, int], year: int) -> dict[tuple[str, str], int | None]:
    """Name every part that could have had visits, so that no empty one is missing; with its only release, if any."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    parts: dict[tuple[str, str], int | None] = {
        (PLACES, place_key(each.programme, each.venue, each.offer, each.funding_source)): None
        for each in configuration.agreements
        if each.starts <= last and each.until >= first
    }
    parts |= {("month", month): column for month, column in columns.items()}
    parts |= {("weekday", str(day)): None for day in range(1, 8)}
    parts |= {("band", band): None for band in BANDS}
    parts |= {("age", age): None for age in [*(f"{low}-{high}" for low, high in AGES), OLDER]}
    parts |= {("companion", who): None for who in ("alone", "with")}
    return parts


def cells_of(breakdown: str, part: str, configuration: Configuration) -> frozenset[Cell]:
    """Give the cells that a part counts in."""
    if breakdown != PLACES:
        return frozenset({Cell(breakdown, part)})
    programme, venue, offer, funding = part.split("/", 3)
    known = configuration.offers.get((VenueId(venue), OfferId(offer)))
    return frozenset(
        {
            Cell("programme", programme),
            Cell("venue", venue),
            Cell("offer", f"{venue}/{offer}"),
            Cell("category", known.category if known else "other"),
            Cell("kind", known.kind if known else "spectator"),
            Cell("funding", funding),
        }
    )


def breakdowns(
    tallies: Tallies,
    possible: Mapping[tuple[str, str], int | None],
    earlier: Mapping[tuple[str, str], Part],
    configuration: Configuration,
    releases: int,
) -> list[Breakdown]:
    """Set up the breakdowns. What an earlier release counted stands as it was counted then, and in the same cells."""
    prices = {
        place_key(each.programme, each.venue, each.offer, each.funding_source): each.reimbursed(1)
        for each in configuration.agreements
    }
    parts: dict[str, list[Part]] = defaultdict(list)
    for breakdown, key in sorted({*possible, *tallies, *earlier}):
        found = tallies.get((breakdown, key)) or [_Tally() for _ in range(releases)]
        before = earlier.get((breakdown, key))
        counted = len(before.visits) if before else 0
        visits = (before.visits if before else ()) + tuple(each.visits for each in found[counted:])
        amounts = (before.amounts if before else ()) + tuple(Ore(each.amount) for each in found[counted:])
        cells = before.cells if before else cells_of(breakdown, key, configuration)
        price = prices.get(key) if breakdown == PLACES else None
        parts[breakdown].append(Part(key, cells, visits, amounts, possible.get((breakdown, key)), price))
    return [Breakdown(name, tuple(found), _few(name, found, tallies, releases)) for name, found in parts.items()]


def _few(name: str, parts: Iterable[Part], tallies: Tallies, releases: int) -> frozenset[tuple[Cell, Span]]:
    """Find the cells, and the total, behind which fewer than five children stand over a span of releases."""
    children: dict[tuple[Cell, Span], set[str]] = {}
    for part, span in product(parts, spans(releases)):
        found = tallies.get((name, part.key), [])[span[0] : span[1]]
        for cell in (*part.cells, TOTAL):
            children.setdefault((cell, span), set()).update(*(each.children for each in found))
    return frozenset(place for place, known in children.items() if len(known) < SMALL)


def held_in(holders: Iterable[Holder], year: int, last: date) -> list[Holder]:
    """Give the cards that were somebody's on some day of the year so far."""
    return [each for each in holders if each.valid_from <= last and each.valid_until >= date(year, 1, 1)]


def cards_of(holders: Iterable[Holder], used: set[str], programmes: Iterable[ProgrammeId]) -> tuple[Cards, ...]:
    """Count the cards of each programme, and those among them that were used."""
    held = sorted({(each.programme, each.child) for each in holders})
    return tuple(
        Cards(
            programme,
            sum(of == programme for of, _ in held),
            sum(of == programme and child in used for of, child in held),
        )
        for programme in sorted(programmes)
    )
