"""Dates as the town hall counts them: Europe/Oslo days, months, and the periods of an allowance."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

OSLO: Final = ZoneInfo("Europe/Oslo")
_BAND_HOURS: Final = 4
_KEPT_YEARS: Final = 5


class Period(StrEnum):
    """How long an allowance lasts before it starts afresh."""

    CARD = "card"  # the card's own validity
    YEAR = "year"
    HALF_YEAR = "half_year"
    MONTH = "month"
    WEEK = "week"  # ISO week, Monday to Sunday
    DAY = "day"


def oslo_date(instant: datetime) -> date:
    """Give the day in Oslo of an aware instant: 23:30 UTC on New Year's Eve is 1 January."""
    return instant.astimezone(OSLO).date()


def oslo_month(instant: datetime) -> str:
    """Give the month in Oslo of an aware instant as `yyyy-mm`."""
    return f"{oslo_date(instant):%Y-%m}"


def band(instant: datetime) -> str:
    """Give the four-hour band in Oslo as `12-16`: all that is kept of a visit's time of day."""
    start = instant.astimezone(OSLO).hour // _BAND_HOURS * _BAND_HOURS
    return f"{start:02d}-{start + _BAND_HOURS:02d}"


def start_of(day: date) -> datetime:
    """Give the instant in UTC at which an Oslo day begins."""
    return datetime.combine(day, time.min, OSLO).astimezone(UTC)


def end_of_month(month: str) -> datetime:
    """Give the instant in UTC at which an Oslo month `yyyy-mm` has ended."""
    first = date.fromisoformat(f"{month}-01")
    return start_of(first + timedelta(days=monthrange(first.year, first.month)[1]))


def kept_five_years(instant: datetime) -> datetime:
    """Give the instant at which bookkeeping lets go of what was written at another: five years after its year's end."""
    return start_of(date(oslo_date(instant).year + _KEPT_YEARS + 1, 1, 1))


def next_month(month: str) -> str:
    """Give the month after `yyyy-mm`."""
    first = date.fromisoformat(f"{month}-01")
    return f"{first + timedelta(days=monthrange(first.year, first.month)[1]):%Y-%m}"


def add_months(day: date, months: int) -> date:
    """Give the same day some months later, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def stamp(period: Period, day: date) -> str:
    """Name the period that a day falls in, as in a counter's key: `2026`, `2026-H2`, `2026-11`, `2026-W47`."""
    match period:
        case Period.CARD:
            return "card"
        case Period.YEAR:
            return f"{day.year}"
        case Period.HALF_YEAR:
            return f"{day.year}-H{1 if day.month <= 6 else 2}"  # noqa: PLR2004  June ends the first half
        case Period.MONTH:
            return f"{day:%Y-%m}"
        case Period.WEEK:
            return f"{day:%G-W%V}"
        case Period.DAY:
            return day.isoformat()


def last_day_of_stamp(named: str) -> date | None:
    """Give the last day of a stamped period, or None for the card's own."""
    if named == "card":
        return None
    if "W" in named:
        return date.fromisoformat(f"{named}-7")
    if "H" in named:
        return date(int(named[:4]), 6, 30) if named.endswith("1") else date(int(named[:4]), 12, 31)
    pieces = [int(piece) for piece in named.split("-")]
    match pieces:
        case [year]:
            return date(year, 12, 31)
        case [year, month]:
            return date(year, month, monthrange(year, month)[1])
        case _:
            return date.fromisoformat(named)


def rfc3339(instant: datetime) -> str:
    """Write an instant as the contract does: UTC, whole seconds, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
