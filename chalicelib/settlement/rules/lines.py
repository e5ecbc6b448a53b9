"""Which line a row makes, in which month, once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from chalicelib.settlement.rules.facts import Adjusted, Entry, Line, LineType, TakenBack, Visited
from chalicelib.shared.ids import VisitId
from chalicelib.shared.money import Ore

_NAMED_IN_ALARM: Final = 20


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at: how many lines, and the first visits among them."""

    code: str
    month: str
    lines: int
    visits: tuple[VisitId, ...]


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
        case Adjusted(visit=visit, terms=terms, corrects=about, reason=reason):
            return Line(LineType.ADJUSTMENT, visit, month, terms, terms.owed, about, reason)
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


def alarms(month: str, late: Iterable[tuple[str, VisitId]]) -> tuple[Alarm, ...]:
    """Raise one alarm for each earlier month whose lines came too late for their own file."""
    found: dict[str, list[VisitId]] = {}
    for earlier, visit in late:
        if earlier != month:
            found.setdefault(earlier, []).append(visit)
    return tuple(
        Alarm("straggler", earlier, len(visits), tuple(visits[:_NAMED_IN_ALARM]))
        for earlier, visits in sorted(found.items())
    )
