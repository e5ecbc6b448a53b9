"""What a venue is owed for a month, decided from the rows of its visits."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.shared.answers import MalformedError, RuleError
from chalicelib.shared.calendar import add_months, end_of_month, next_month, oslo_month
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Configuration, SettleBy, in_language

# Who closes by the clock. It can be nobody's id: a caller's holds a slash.
TIMER: Final = CallerId("timer")
# Reads of an index lag behind writes; a month is closed when the last write of it must have arrived (decision D8).
GRACE: Final = timedelta(minutes=15)
_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
_NAMED_IN_ALARM: Final = 20


class MonthState(StrEnum):
    """How far a month has come. `closing`: begun, and not yet known to have ended."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    APPROVED = "approved"
    EXPORTED = "exported"
    PAID = "paid"


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


Entry = Visited | TakenBack


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the settlement. `amount` is signed; `month` is when the row was received."""

    type: LineType
    visit: VisitId
    month: str
    terms: Terms
    amount: Ore

    @property
    def corrects(self) -> VisitId | None:
        """The visit that a correction takes back."""
        return self.visit if self.type is LineType.CORRECTION else None

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

    @classmethod
    def of(cls, line: Line) -> "Totals":
        """Give a line's part. A correction is money only: it does not make the month's visits fewer."""
        if line.type is LineType.CORRECTION:
            return cls(lines=1, corrections=line.amount, to_settle=line.amount)
        terms = line.terms
        return cls(1, 1, terms.persons, terms.price, terms.copay, line.amount, Ore(0), line.amount)

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.lines + other.lines,
            self.visits + other.visits,
            self.persons + other.persons,
            Ore(self.gross + other.gross),
            Ore(self.copay + other.copay),
            Ore(self.amount + other.amount),
            Ore(self.corrections + other.corrections),
            Ore(self.to_settle + other.to_settle),
        )


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at: how many lines, and the first visits among them."""

    code: str
    month: str
    lines: int
    visits: tuple[VisitId, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A month as finance sees it. `sha256` is that of lines.csv; `files` is name -> sha256."""

    tenant: Tenant
    month: str
    state: MonthState
    totals: Totals | None = None  # None until it is closed
    sha256: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    closed_by: CallerId | None = None
    closed_at: datetime | None = None
    approved_by: CallerId | None = None
    approved_at: datetime | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Payee:
    """A venue as it stood when the month was closed. `label` is its name, with the id where two share one."""

    label: str
    orgnr: str | None
    masked_account: str | None


@dataclass(frozen=True, slots=True)
class Book:
    """What a month's lines refer to, frozen with them, so that a later rename does not change a file."""

    tenant: Tenant
    month: str
    payees: dict[VenueId, Payee]
    titles: dict[str, str]  # "<venue>/<offer>" -> title in bokmål

    def title(self, terms: Terms) -> str:
        """Give an offer's title, or its id where it has none."""
        return self.titles.get(f"{terms.venue}/{terms.offer}") or terms.offer


Sums = dict[tuple[VenueId, SettleBy], Totals]


def line_of(entry: Entry, month: str) -> Line | None:
    """Give the line of a row received in a month; None for what was taken back in the month it came (decision D8)."""
    match entry:
        case Visited(void_month=void_month) if void_month == month:
            return None
        case Visited(visit=visit, terms=terms, flags=flags):
            kind = LineType.OVER_ALLOWANCE if "over" in flags else LineType.VISIT
            return Line(kind, visit, month, terms, terms.owed)
        case TakenBack(visit=visit, terms=terms, corrects=corrects) if corrects < month:
            return Line(LineType.CORRECTION, visit, month, terms, Ore(-terms.owed))
        case TakenBack():
            return None


def late_line(entry: Entry, month: str, settled: Collection[tuple[VisitId, bool]]) -> Line | None:
    """Give what a closed month should have had of a row and did not: it settles in the month after (decision D8).

    `settled` is what the closed month's file holds, as (visit, whether it is a correction).
    """
    line = line_of(entry, month)
    if line is not None:
        return None if (entry.visit, isinstance(entry, TakenBack)) in settled else line
    if isinstance(entry, Visited) and (entry.visit, False) in settled:
        # Paid before its void of the same month could be seen; that void makes no line of its own.
        return Line(LineType.CORRECTION, entry.visit, month, entry.terms, Ore(-entry.terms.owed))
    return None


def add_up(lines: Iterable[Line]) -> Sums:
    """Add lines up by venue and by the way they are paid, in the order they stand."""
    sums: Sums = {}
    for line in lines:
        key = (line.terms.venue, line.terms.settle_by)
        sums[key] = sums.get(key, Totals()) + Totals.of(line)
    return sums


def total(sums: Sums) -> Totals:
    """Add the venues up."""
    return sum(sums.values(), Totals())


def alarms(month: str, lines: Iterable[Line]) -> tuple[Alarm, ...]:
    """Raise one alarm for each earlier month whose lines came too late for their own file."""
    late: dict[str, list[VisitId]] = {}
    for line in lines:
        if line.month != month:
            late.setdefault(line.month, []).append(line.visit)
    return tuple(
        Alarm("straggler", earlier, len(visits), tuple(visits[:_NAMED_IN_ALARM]))
        for earlier, visits in sorted(late.items())
    )


def book_of(configuration: Configuration, month: str) -> Book:
    """Freeze what the lines of a month refer to."""
    names = Counter(venue.name for venue in configuration.venues.values())
    return Book(
        tenant=configuration.municipality.id,
        month=month,
        payees={
            venue.id: Payee(
                label=venue.name if names[venue.name] == 1 else f"{venue.name} ({venue.id})",
                orgnr=venue.orgnr,
                masked_account=venue.account and "*" * (len(venue.account) - 4) + venue.account[-4:],
            )
            for venue in configuration.venues.values()
        },
        titles={f"{offer.venue}/{offer.id}": in_language(offer.title, "nb") for offer in configuration.offers.values()},
    )


def check_month(month: str) -> None:
    """Raise MalformedError `bad_month` where it is not `yyyy-mm`."""
    if not _MONTH.fullmatch(month):
        code, detail = "bad_month", "A month is written yyyy-mm."
        raise MalformedError(code, detail)


def check_over(month: str, now: datetime) -> None:
    """Raise RuleError `month_not_over` until 15 minutes after the month has ended in Oslo."""
    if now < end_of_month(month) + GRACE:
        code, detail = "month_not_over", "A month can be closed 15 minutes after it has ended."
        raise RuleError(code, detail)


def first_month(configuration: Configuration) -> str | None:
    """Give the month of the earliest agreement, before which nobody can have visited; None where there is none."""
    starts = [agreement.starts for agreement in configuration.agreements]
    return f"{min(starts):%Y-%m}" if starts else None


def check_begun(month: str, configuration: Configuration) -> None:
    """Raise RuleError `before_first_agreement` for a month in which nobody can have visited."""
    first = first_month(configuration)
    if first is None or month < first:
        code, detail = "before_first_agreement", "No agreement was in force yet in this month."
        raise RuleError(code, detail)


def open_months(stored: Iterable[Settlement], first: str | None, now: datetime) -> list[str]:
    """Name the months that nobody has begun to close, from the first agreement or closed month to the current one."""
    current = oslo_month(now)
    known = {settlement.month for settlement in stored}
    month = min([current, *known, *([first] if first else [])])
    unclosed = []
    while month <= current:
        if month not in known:
            unclosed.append(month)
        month = next_month(month)
    return unclosed


def month_before(month: str) -> str:
    """Give the month before `yyyy-mm`."""
    return f"{add_months(date.fromisoformat(f'{month}-01'), -1):%Y-%m}"
