"""Days, months and periods as Oslo counts them."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.shared import calendar
from chalicelib.shared.calendar import Period


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),  # half past midnight in Oslo: the new year
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),  # one minute to midnight
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),  # summer time: two hours ahead
        (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), date(2028, 2, 29)),  # a leap day
    ],
)
def test_a_day_is_the_day_in_oslo(instant: datetime, day: date) -> None:
    assert calendar.oslo_date(instant) == day


@pytest.mark.parametrize(
    ("instant", "band"),
    [
        (datetime(2026, 11, 22, 10, 59, tzinfo=UTC), "08-12"),
        (datetime(2026, 11, 22, 11, 0, tzinfo=UTC), "12-16"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "00-04"),  # 03:30, the night that has no half past two
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "00-04"),  # the second half past two
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), "20-24"),
    ],
)
def test_only_the_four_hour_band_of_a_visit_is_kept(instant: datetime, band: str) -> None:
    assert calendar.band(instant) == band


def test_a_month_ends_at_midnight_in_oslo() -> None:
    assert calendar.end_of_month("2026-01") == datetime(2026, 1, 31, 23, 0, tzinfo=UTC)
    assert calendar.end_of_month("2026-06") == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert calendar.next_month("2026-12") == "2027-01"


@pytest.mark.parametrize(
    ("period", "stamp", "last"),
    [
        (Period.CARD, "card", None),
        (Period.YEAR, "2026", date(2026, 12, 31)),
        (Period.HALF_YEAR, "2026-H2", date(2026, 12, 31)),
        (Period.MONTH, "2026-12", date(2026, 12, 31)),
        (Period.WEEK, "2026-W53", date(2027, 1, 3)),  # the week that holds New Year belongs to 2026
        (Period.DAY, "2026-12-31", date(2026, 12, 31)),
    ],
)
def test_a_period_has_a_name_and_a_last_day(period: Period, stamp: str, last: date | None) -> None:
    assert calendar.stamp(period, date(2026, 12, 31)) == stamp
    assert calendar.last_day_of_stamp(stamp) == last


def test_the_first_half_year_ends_in_june() -> None:
    assert calendar.stamp(Period.HALF_YEAR, date(2026, 6, 30)) == "2026-H1"
    assert calendar.last_day_of_stamp("2026-H1") == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),  # a shorter month ends earlier
        (date(2028, 2, 29), 12, date(2029, 2, 28)),  # a leap day has no birthday next year
        (date(2026, 8, 15), 6, date(2027, 2, 15)),
    ],
)
def test_months_are_added_without_leaving_the_month(start: date, months: int, end: date) -> None:
    assert calendar.add_months(start, months) == end


def test_instants_are_written_in_utc_to_the_second() -> None:
    assert calendar.rfc3339(datetime(2026, 11, 22, 11, 15, 0, 500, tzinfo=calendar.OSLO)) == "2026-11-22T10:15:00Z"
