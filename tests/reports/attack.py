"""An attacker who has everything that was told of a year, and adds and subtracts it as an integer program may."""

import csv
import io
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
from scipy.optimize import LinearConstraint, milp

from chalicelib.reports import paper
from chalicelib.reports.rules import (
    PLACES,
    Counted,
    Holder,
    Release,
    Statement,
    breakdowns,
    cards_of,
    columns_of,
    count,
    divide,
    names_of,
    statement_of,
    universe,
)
from chalicelib.shared.answers import RuleError
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Municipality,
    Offer,
    Programme,
    SettleBy,
    Venue,
    VenueKind,
)

YEAR = 2026
TENANT = Tenant("lorenskog")
MADE = datetime(2027, 1, 2, 9, tzinfo=UTC)
SMALL = 5
CATEGORIES = ("cinema", "pool", "sport")
Span = tuple[int, int]


@dataclass
class World:
    """A small municipality: its terms, its cards, a year of visits, and when it was told of them."""

    configuration: Configuration
    holders: list[Holder]
    visits: list[Counted]
    untils: list[str]
    prices: dict[str, int] = field(default_factory=dict)


def world(seed: int) -> World:
    """Make a small municipality, each time another."""
    draw = random.Random(seed)  # noqa: S311  a case, not a secret
    programmes = [ProgrammeId(f"kort{number}") for number in range(draw.choice([1, 1, 1, 2]))]
    venues = [VenueId(f"sted{number}") for number in range(draw.randint(1, 5))]
    offers = [
        Offer(venue, OfferId(f"tilbud{number}"), {"nb": "Tilbud"}, category=draw.choice(CATEGORIES),
              kind=draw.choice(["spectator", "spectator", "participant"]))
        for venue in venues for number in range(draw.choice([1, 1, 2]))
    ]  # fmt: skip
    sources = draw.choice([[None], ["Bufdir", None], ["Bufdir", "Kommunen", "Gave"]])
    terms = [
        Agreement(programme, offer.venue, offer.id, date(YEAR, 1, 1), date(YEAR, 12, 31), 5, offer.id,
                  price_holder=Ore(draw.choice([4000, 9550, 12000, 25000])), reimburse=100,
                  funding_source=draw.choice(sources))
        for programme in programmes for offer in offers
    ]  # fmt: skip
    town = Configuration(
        Municipality(TENANT, 3222, "Lørenskog"),
        {each: Programme(each, 1, {"nb": "Kort"}, date(YEAR, 1, 1), date(YEAR, 12, 31)) for each in programmes},
        {each: Venue(each, each.title(), VenueKind.PRIVATE, SettleBy.INVOICE) for each in venues},
        {(each.venue, each.id): each for each in offers},
        tuple(terms),
    )
    holders = [
        Holder(f"barn{number}", draw.choice(programmes), YEAR - draw.randint(3, 18), date(YEAR, 1, 1),
               date(YEAR, 12, 31))
        for number in range(draw.randint(3, 25))
    ]  # fmt: skip
    weights = [draw.choice([0.2, 1, 3, 9]) for _ in terms]
    months = draw.sample(range(1, 13), draw.randint(1, 12))
    visits = []
    for _ in range(draw.choice([3, 8, 20, 50, 120])):
        terms_of = draw.choices(terms, weights)[0]
        day = date(YEAR, draw.choice(months), draw.randint(1, 28))
        visits.append(Counted(
            terms_of.programme, terms_of.venue, terms_of.offer, day, f"{day:%Y-%m}",
            draw.choice(["12-16", "16-20", "16-20", "20-24"]), draw.choice([1, 1, 2]), terms_of.reimbursed(1),
            terms_of.funding_source, draw.choice(holders).child,
        ))  # fmt: skip
    untils = [*sorted(draw.sample(range(1, 12), draw.choice([0, 0, 1, 2]))), 12]
    return World(town, holders, visits, [f"{YEAR}-{month:02d}" for month in untils])


def tell(town: World) -> list[Release]:
    """Tell the year as often as the world says; what is too little to tell is left for the next time."""
    told: list[Release] = []
    for until in town.untils:
        earlier = told[-1] if told else None
        untils = (*(earlier.untils if earlier else ()), until)
        columns = columns_of(YEAR, untils)
        seen = [each for each in town.visits if each.month in columns]
        tallies = count(seen, {each.child: each for each in town.holders}, columns)
        before = {(each.name, part.key): part for each in (earlier.divisions if earlier else ()) for part in each.parts}
        possible = universe(town.configuration, columns, YEAR)
        try:
            found = breakdowns(tallies, possible, before, town.configuration, len(untils))
            divisions = divide(found, earlier)
        except RuleError:
            continue
        cards = cards_of(town.holders, {each.child or "" for each in seen}, town.configuration.programmes)
        told.append(Release(
            TENANT, YEAR, untils, MADE, CallerId("x/anne"), "Lørenskog", divisions,
            names_of(town.configuration, [], {}), cards,
        ))  # fmt: skip
    return told


@dataclass
class Heard:
    """What the attacker has: for each release, figures by (table, key), and rounded amounts with their rounding."""

    columns: dict[str, int]
    figures: list[dict[tuple[str, str], int]]
    amounts: list[dict[tuple[str, str], tuple[int, int]]]


def hear(releases: Iterable[Release]) -> Heard:
    """Read every form that the year was told in: the JSON's statement and the spreadsheet; they must agree."""
    heard = Heard({}, [], [])
    for release in releases:
        statement = statement_of(release)
        figures, amounts = _spreadsheet(paper.tables_csv(statement))
        assert figures == _statement(statement)
        heard.columns = columns_of(YEAR, [*statement.earlier, statement.until])
        heard.figures.append(figures)
        heard.amounts.append(amounts)
    return heard


def _spreadsheet(
    content: bytes,
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], tuple[int, int]]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    figures, amounts = {}, {}
    for row in rows:
        place = (row["tabell"], row["nokkel"])
        if row["antall"] != ":":
            figures[place] = int(row["antall"])
        if row["belop"] not in {"", ":"}:
            amounts[place] = (_ore(row["belop"]), _ore(row["avrundet_til"]))
    return figures, amounts


def _ore(kroner: str) -> int:
    return int(kroner.replace(",", ""))


def _statement(statement: Statement) -> dict[tuple[str, str], int]:
    figures = {("total", ""): statement.visits}
    for table, rows in statement.tables.items():
        figures |= {(table, row.key): row.visits for row in rows if row.visits is not None}
    for each in statement.reach:
        figures |= {("cards", each.programme): each.cards, ("cards_used", each.programme): each.used}
    return figures


@dataclass
class Family:
    """One way to divide the visits: the unknowns, what is told of sums of them, and the small sums that are true."""

    unknowns: list[tuple[str, int]]  # part, column
    cells: dict[str, set[tuple[str, str]]]  # part -> the cells it counts in
    truth: np.ndarray
    prices: np.ndarray
    told: list[tuple[np.ndarray, float, float]]  # coefficients, low, high

    def over(self, cell: tuple[str, str], span: Span) -> np.ndarray:
        """Give the coefficients of a cell over a span of releases."""
        return np.array([
            float(span[0] <= column < span[1] and (cell == ("total", "") or cell in self.cells[part]))
            for part, column in self.unknowns
        ])  # fmt: skip


def families(town: World, heard: Heard) -> Iterator[tuple[str, Family]]:
    """Set up what the attacker knows of each division, from the world's own visits and what was heard."""
    releases = len(heard.figures)
    seen = [each for each in town.visits if each.month in heard.columns]
    born = {each.child: each.birth_year for each in town.holders}
    for name in (PLACES, "month", "weekday", "band", "age", "companion"):
        counts: dict[tuple[str, int], int] = {}
        cells: dict[str, set[tuple[str, str]]] = dict(_possible(name, town, heard))
        prices: dict[str, int] = {}
        for each in seen:
            part, where = _part(name, each, town, born)
            cells.setdefault(part, where)
            prices[part] = each.amount
            place = (part, heard.columns[each.month])
            counts[place] = counts.get(place, 0) + 1
        columns = {part: [heard.columns[part]] if name == "month" else range(releases) for part in cells}
        unknowns = [(part, column) for part in sorted(cells) for column in columns[part]]
        truth = np.array([counts.get(each, 0) for each in unknowns])
        # What a visit costs is in the agreements, which are public.
        for terms in town.configuration.agreements if name == PLACES else ():
            key = "/".join((terms.programme, terms.venue, terms.offer, terms.funding_source or "-"))
            prices.setdefault(key, terms.reimbursed(1))
        family = Family(unknowns, cells, truth, np.array([prices.get(part, 0) for part, _ in unknowns]), [])
        known = {cell for where in cells.values() for cell in where} | {("total", "")}
        for number, figures in enumerate(heard.figures, 1):
            for cell, figure in figures.items():
                if cell in known:
                    family.told.append((family.over(cell, (0, number)), figure, figure))
            for cell, (amount, to) in heard.amounts[number - 1].items() if name == PLACES else ():
                spent = family.over(cell, (0, number)) * family.prices
                family.told.append((spent, amount - to / 2, amount + to / 2 - 1))
        yield name, family


def _possible(name: str, town: World, heard: Heard) -> Iterator[tuple[str, set[tuple[str, str]]]]:
    for breakdown, part in universe(town.configuration, heard.columns, YEAR):
        if breakdown != name:
            continue
        yield part, _cells(part, town.configuration) if name == PLACES else {(name, part)}


def _part(name: str, visit: Counted, town: World, born: Mapping[str, int]) -> tuple[str, set[tuple[str, str]]]:
    if name == PLACES:
        part = "/".join((visit.programme, visit.venue, visit.offer, visit.funding or "-"))
        return part, _cells(part, town.configuration)
    age = YEAR - born[visit.child or ""]
    part = {
        "month": visit.month,
        "weekday": str(visit.date.isoweekday()),
        "band": visit.band,
        "age": next(
            (f"{low}-{high}" for low, high in ((0, 5), (6, 9), (10, 12), (13, 15), (16, 17)) if age <= high), "18+"
        ),
        "companion": "with" if visit.persons > 1 else "alone",
    }[name]
    return part, {(name, part)}


def _cells(part: str, configuration: Configuration) -> set[tuple[str, str]]:
    programme, venue, offer, funding = part.split("/")
    known = configuration.offers[VenueId(venue), OfferId(offer)]
    return {
        ("programme", programme), ("venue", venue), ("offer", f"{venue}/{offer}"), ("category", known.category),
        ("kind", known.kind), ("funding", funding),
    }  # fmt: skip


def recovered(family: Family, releases: int) -> list[tuple[tuple[str, str], Span, int]]:
    """Give every small figure that can have no other value than its own, over any run of releases."""
    small = []
    cells = {cell for where in family.cells.values() for cell in where}
    for end in range(1, releases + 1):
        for start in range(end):
            for cell in sorted(cells):
                over = family.over(cell, (start, end))
                figure = int(over @ family.truth)
                if figure < SMALL and over.any():
                    small.append((cell, (start, end), figure, over))
    left = small
    for sign in (-1, 1):
        while left:
            other = _solve(family, sign * sum(over for *_, over in left))
            still = [each for each in left if round(float(each[3] @ other)) == each[2]]
            if len(still) == len(left):
                break
            left = still
    # One by one at last, so that no sum hides what its parts could be.
    return [
        (cell, span, figure)
        for cell, span, figure, over in left
        if all(round(float(over @ _solve(family, sign * over))) == figure for sign in (-1, 1))
    ]


def _solve(family: Family, objective: np.ndarray) -> np.ndarray:
    rows = np.array([coefficients for coefficients, *_ in family.told])
    low, high = (np.array(side) for side in zip(*((low, high) for _, low, high in family.told), strict=True))
    found = milp(objective, integrality=np.ones(len(objective)), constraints=LinearConstraint(rows, low, high))
    assert found.x is not None, "the truth itself must be a solution"
    return found.x
