"""What a programme's terms make of a new card: its days, its year, its age limits, its companion."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.cards.rules.applications import Application
from chalicelib.credentials.rules import Companion, Flags, Kind
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.calendar import add_months
from chalicelib.venues.rules import AgesCounted, Programme, Replaced, State

_PROGRAMME: Final = "programme"


@dataclass(frozen=True, slots=True)
class _Calendar:
    starts: int  # the month in which a period starts
    months: int


_CALENDAR: Final = {
    "calendar_year": _Calendar(1, 12), "school_year": _Calendar(7, 12), "half_year": _Calendar(1, 6),
}  # fmt: skip
_MONTHS: Final = re.compile(r"P(?:(?P<years>\d{1,2})Y)?(?:(?P<months>\d{1,2})M)?")
# Rules of company that hang on the holder's age: an adult below it, and from it on...
BY_AGE: Final = {"adult_under": Companion.ANY, "adult_only_under": Companion.NONE}


def validity(programme: Programme, application: Application, today: date) -> tuple[date, date]:
    """Give a new card's first and last day, both included (requirement OK-14).

    From today, or the programme's start, or the day asked for; until the programme's end or its `validity` is over,
    whichever comes first, or a day asked for before that. RuleError `programme_closed` or `outside_programme`.
    """
    if programme.state is State.CLOSED:
        raise RuleError("programme_closed", "The programme gives out no more cards.")
    first = application.valid_from or max(today, programme.valid_from)
    if not programme.valid_from <= first <= programme.valid_until:
        raise _outside("valid_from", "The first day must be one of the programme's.")
    longest = min(_last_day(programme, first), programme.valid_until)
    last = application.valid_until or longest
    if not first <= last <= longest:
        raise _outside("valid_until", "The last day must be within the programme and its cards' validity.")
    return first, last


def _outside(path: str, detail: str) -> RuleError:
    return RuleError(
        "outside_programme", "The card would not be within its programme.", (Field(path, "outside", detail),)
    )


def _last_day(programme: Programme, first: date) -> date:
    if programme.validity == _PROGRAMME:
        return programme.valid_until
    months = _months(programme)
    if months is not None:
        return add_months(first, months) - timedelta(days=1)
    starts = _period_of_the_calendar(programme.validity, first)
    return add_months(starts, _CALENDAR[programme.validity].months) - timedelta(days=1)


def _months(programme: Programme) -> int | None:
    duration = _MONTHS.fullmatch(programme.validity)
    return None if duration is None else int(duration["years"] or 0) * 12 + int(duration["months"] or 0)


def _period_of_the_calendar(validity: str, day: date) -> date:
    since = _CALENDAR[validity]
    months = (day.year * 12 + day.month - since.starts) // since.months * since.months + since.starts
    return date((months - 1) // 12, (months - 1) % 12 + 1, 1)


def lasts_by_itself(programme: Programme) -> bool:
    """Say whether a programme's cards last for a time of their own, not for as long as the programme."""
    return programme.validity != _PROGRAMME


def period_of(programme: Programme, first: date) -> date:
    """Name, by its first day, the period in which a card takes one of its family's places.

    A card and the one that renews it never stand in the same, so that renewing takes nobody else's place.
    """
    if programme.validity in _CALENDAR:
        return _period_of_the_calendar(programme.validity, first)
    since, months = programme.valid_from, _months(programme)
    if months is None:
        return since
    elapsed = (first.year - since.year) * 12 + first.month - since.month - (first.day < since.day)
    return add_months(since, elapsed // months * months)


def programme_year(programme: Programme, day: date) -> date:
    """Give the first day of the programme year that a day falls in; years are counted from the programme's start."""
    years = max(day.year - programme.valid_from.year, 0)
    first = add_months(programme.valid_from, 12 * years)
    return first if first <= day or not years else add_months(programme.valid_from, 12 * (years - 1))


def check_age(programme: Programme, birth_year: int, first: date) -> None:
    """Raise RuleError `age_outside_programme` for whom the rule excludes on every day of the start year.

    The server knows a year and the issuer the day, so somebody who is 4 or 5 in that year may have a card from 5.
    Where the programme counts by the year, the age that is reached in it decides. Who grows too old keeps the card.
    """
    if first.year - birth_year < programme.ages_from or is_too_old(programme, birth_year, first):
        when = f"reached in {first.year}" if _by_year(programme) else f"on some day of {first.year}"
        said = f"The programme is for ages {programme.ages_from} to {programme.ages_to}, {when}."
        fault = Field("birth_year", "age_outside_programme", said)
        raise RuleError("age_outside_programme", "The programme is for other ages.", (fault,))


def is_too_old(programme: Programme, birth_year: int, first: date) -> bool:
    """Say whether a programme's ages leave somebody out on every day of a year, whatever the birthday."""
    youngest = first.year - birth_year - (0 if _by_year(programme) else 1)
    return youngest > programme.ages_to


def _by_year(programme: Programme) -> bool:
    return programme.ages_counted is AgesCounted.YEAR


def check_shared(programme: Programme, siblings: int) -> None:
    """Raise RuleError `too_many_siblings` where more children would share a card than the programme lets."""
    if siblings > programme.siblings_max:
        most = programme.siblings_max
        said = f"At most {most} more may share it." if most else "Each child has a card of its own; send 0, or nothing."
        fault = Field("siblings", "too_many_siblings", said)
        raise RuleError("too_many_siblings", "Fewer children may share a card in this programme.", (fault,))


def check_family(programme: Programme, family_ref: str | None) -> None:
    """Raise RuleError `family_ref_needed` where a family's cards are counted and the family is not named."""
    if programme.per_family is not None and family_ref is None:
        said = f"A family has at most {programme.per_family}: send an opaque reference that its cards share."
        raise RuleError(
            "family_ref_needed", "This programme counts cards per family.", (Field("family_ref", "missing", said),)
        )


def check_replaced(programme: Programme, replacements: int) -> None:
    """Raise RuleError `not_replaced` or `replaced_before` where a programme gives no new card for a lost one."""
    remedy = "A damaged card may be printed again: print the same number. Block it where somebody else may have it."
    if programme.replaced is Replaced.NEVER:
        raise RuleError("not_replaced", f"This programme replaces no card. {remedy}")
    if programme.replaced is Replaced.ONCE and replacements:
        raise RuleError("replaced_before", f"This programme replaces a card once, and this one has been. {remedy}")


def companion_class(programme: Programme, birth_year: int, first: date) -> Companion:
    """Give who may come along, fixed at issue; an age is taken to be reached on 1 January of the year it is reached."""
    rule, _, age = programme.companion.partition(":")
    if rule in BY_AGE:
        return Companion.ADULT if first.year - birth_year < int(age) else BY_AGE[rule]
    return Companion(rule)


def flags_of(programme: Programme, birth_year: int, first: date) -> int:
    """Give the class and flags byte of a card that belongs to somebody."""
    return Flags(Kind.CARD, blank=False, companion=companion_class(programme, birth_year, first)).byte
