"""What a settlement rests on: rows of visits as the index shows them, the lines they make, and lines added up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, TypeAlias

from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

Day: TypeAlias = date  # for classes that have a field of that name


class LineType(StrEnum):
    """What a line of the file is, in the file's own words."""

    VISIT = "besok"
    CORRECTION = "korreksjon"
    OVER_ALLOWANCE = "over_kvote"
    ADJUSTMENT = "justering"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a visit was registered with; a void copies it, so that a correction takes back what was paid."""

    venue: VenueId
    offer: OfferId
    programme: ProgrammeId
    date: date
    last3: str
    persons: int
    price: Ore
    copay: Ore
    percent: int
    amount: Ore
    agreement: str
    settle_by: SettleBy
    vat_code: str | None = None
    funding: str | None = None

    @property
    def owed(self) -> Ore:
        """What the municipality owes: nothing where visits are statistics only (requirement OK-30)."""
        return Ore(0) if self.settle_by is SettleBy.NONE else self.amount


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit as the index shows it."""

    visit: VisitId
    terms: Terms
    flags: tuple[str, ...] = ()
    void_month: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A void as the index shows it; `corrects` is the month in which the visit was received."""

    visit: VisitId
    terms: Terms
    corrects: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment that finance has confirmed; `terms.amount` is signed, `corrects` the visit it is about, if any.

    `reason` is the office's own.
    """

    visit: VisitId
    terms: Terms
    corrects: VisitId | None = None
    reason: str = ""


Entry = Visited | TakenBack | Adjusted


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the settlement. `amount` is signed; `month` is when the row was received.

    `reason` is the office's own, of an adjustment.
    """

    type: LineType
    visit: VisitId
    month: str
    terms: Terms
    amount: Ore
    about: VisitId | None = None
    reason: str = ""

    @property
    def corrects(self) -> VisitId | None:
        """The visit that a correction takes back, or that an adjustment is about."""
        return self.visit if self.type is LineType.CORRECTION else self.about

    @property
    def place(self) -> tuple[date, VisitId, str]:
        """Where the line stands among its venue's: the same at every reading."""
        return (self.terms.date, self.visit, self.type)


@dataclass(frozen=True, slots=True)
class Totals:
    """Lines added up. `amount` is the visits', `corrections` is negative, `to_settle` is the sum of all lines."""

    lines: int = 0
    visits: int = 0
    persons: int = 0
    gross: Ore = Ore(0)
    copay: Ore = Ore(0)
    amount: Ore = Ore(0)
    corrections: Ore = Ore(0)
    to_settle: Ore = Ore(0)
    adjustments: Ore = Ore(0)

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(mine + theirs for mine, theirs in zip(_NUMBERS(self), _NUMBERS(other), strict=True)))


_NUMBERS: Final = attrgetter(*Totals.__slots__)


@dataclass(frozen=True, slots=True)
class Tallied:
    """A venue's lines of one kind on one day, added up: what every sum, account and statement is made from."""

    settle_by: SettleBy
    programme: ProgrammeId
    offer: OfferId
    date: Day
    type: LineType
    percent: int
    vat_code: str | None
    funding: str | None
    totals: Totals


Tally = tuple[Tallied, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A venue's lines added up, and those among them that came too late for their own month, as (month, visit).

    `adjusted` are its adjustments one by one: few, and each is explained to the venue.
    """

    tally: Tally
    late: tuple[tuple[str, VisitId], ...] = ()
    adjusted: tuple[Line, ...] = ()


class Tallying:
    """A venue's lines being added up, one by one.

    A correction or an adjustment is money only: it changes nobody's number of visits.
    """

    def __init__(self, month: str) -> None:
        self._month = month
        self._sums: dict[tuple[Any, ...], list[int]] = {}
        self._late: list[tuple[str, VisitId]] = []
        self._adjusted: list[Line] = []

    def add(self, line: Line) -> Line:
        """Count a line in, and hand it on."""
        terms, kind, amount = line.terms, line.type, line.amount
        key = (
            terms.settle_by, terms.programme, terms.offer, terms.date, kind, terms.percent, terms.vat_code,
            terms.funding,
        )  # fmt: skip
        held = self._sums.get(key)
        if held is None:
            held = self._sums[key] = [0] * len(Totals.__slots__)
        held[0] += 1
        held[7] += amount
        if kind is LineType.CORRECTION:
            held[6] += amount
        elif kind is LineType.ADJUSTMENT:
            held[8] += amount
            self._adjusted.append(line)
        else:
            held[1] += 1
            held[2] += terms.persons
            held[3] += terms.price
            held[4] += terms.copay
            held[5] += amount
        if line.month != self._month:
            self._late.append((line.month, line.visit))
        return line

    def counted(self) -> Counted:
        """Give the sums so far, in the same order whatever order the lines came in."""
        ordered = sorted(self._sums.items(), key=lambda item: tuple(str(part or "") for part in item[0]))
        # The key's parts are the fields in their order.
        tallied = tuple(Tallied(*key, Totals(*map(Ore, sums))) for key, sums in ordered)  # type: ignore[call-arg]
        return Counted(tallied, tuple(self._late), tuple(self._adjusted))


def tally_of(lines: Iterable[Line], month: str) -> Counted:
    """Add a venue's lines up."""
    tallying = Tallying(month)
    for line in lines:
        tallying.add(line)
    return tallying.counted()


def total_of(tally: Iterable[Tallied]) -> Totals:
    """Add tallied lines up."""
    return sum((each.totals for each in tally), Totals())
