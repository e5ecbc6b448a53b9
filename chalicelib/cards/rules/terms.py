"""What a programme's terms make of a new card: its days, its year, its age limits, its companion."""

import re
from datetime import date, timedelta
from typing import Final

from chalicelib.cards.rules.applications import Application
from chalicelib.credentials.rules import Companion, Flags, Kind
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.calendar import add_months
from chalicelib.venues.rules import Programme, State

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
    duration = _MONTHS.fullmatch(programme.validity)
    if duration is None:
        return programme.valid_until
    months = int(duration["years"] or 0) * 12 + int(duration["months"] or 0)
    return add_months(first, months) - timedelta(days=1)


def lasts_by_itself(programme: Programme) -> bool:
    """Say whether a programme's cards last for a time of their own, counted from each card's first day."""
    return _MONTHS.fullmatch(programme.validity) is not None


def programme_year(programme: Programme, day: date) -> date:
    """Give the first day of the programme year that a day falls in; years are counted from the programme's start."""
    years = max(day.year - programme.valid_from.year, 0)
    first = add_months(programme.valid_from, 12 * years)
    return first if first <= day or not years else add_months(programme.valid_from, 12 * (years - 1))


def check_age(programme: Programme, birth_year: int, first: date) -> None:
    """Raise RuleError `age_outside_programme` for whom the rule excludes on every day of the start year.

    The server knows a year and the issuer the day, so somebody who is 4 or 5 in that year may have a card from 5.
    """
    if first.year - birth_year < programme.ages_from or is_too_old(programme, birth_year, first):
        fault = Field(
            "birth_year",
            "age_outside_programme",
            f"The programme is for ages {programme.ages_from} to {programme.ages_to}, on some day of {first.year}.",
        )
        raise RuleError("age_outside_programme", "The programme is for other ages.", (fault,))


def is_too_old(programme: Programme, birth_year: int, first: date) -> bool:
    """Say whether a programme's ages leave somebody out on every day of a year, whatever the birthday."""
    return first.year - birth_year - 1 > programme.ages_to


def companion_class(programme: Programme, birth_year: int, first: date) -> Companion:
    """Give who may come along, fixed at issue; an age is taken to be reached on 1 January of the year it is reached."""
    rule, _, age = programme.companion.partition(":")
    if rule in BY_AGE:
        return Companion.ADULT if first.year - birth_year < int(age) else BY_AGE[rule]
    return Companion(rule)


def flags_of(programme: Programme, birth_year: int, first: date) -> int:
    """Give the class and flags byte of a card that belongs to somebody."""
    return Flags(Kind.CARD, blank=False, companion=companion_class(programme, birth_year, first)).byte
