"""What becomes a line, and how lines add up, from facts alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.settlement.rules import (
    GRACE,
    Line,
    LineType,
    MonthState,
    Settlement,
    TakenBack,
    Terms,
    Totals,
    Visited,
    alarms,
    book_of,
    check_month,
    check_over,
    late_line,
    line_of,
    month_before,
    open_months,
    tally_of,
    total_of,
)
from chalicelib.shared.answers import MalformedError, RuleError
from chalicelib.shared.calendar import end_of_month
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Configuration, Municipality, SettleBy, Venue, VenueKind

TERMS = Terms(
    venue=VenueId("kino"),
    offer=OfferId("film"),
    programme=ProgrammeId("kort"),
    date=date(2026, 11, 14),
    last3="123",
    persons=2,
    price=Ore(25_000),
    copay=Ore(5_000),
    percent=50,
    amount=Ore(10_000),
    agreement="kort/kino/film/2026-01-01",
    settle_by=SettleBy.INVOICE,
)
VISIT = VisitId("v1")


def test_a_visit_is_a_line_with_the_amount_it_was_registered_with() -> None:
    line = line_of(Visited(VISIT, TERMS), "2026-11")
    assert line == Line(LineType.VISIT, VISIT, "2026-11", TERMS, Ore(10_000))
    assert line.corrects is None


def test_a_visit_over_the_allowance_is_paid_and_marked() -> None:
    line = line_of(Visited(VISIT, TERMS, flags=("late", "over")), "2026-11")
    assert line is not None
    assert (line.type, line.amount) == (LineType.OVER_ALLOWANCE, 10_000)


def test_a_visit_taken_back_in_its_own_month_is_no_line_and_neither_is_its_void() -> None:
    assert line_of(Visited(VISIT, TERMS, void_month="2026-11"), "2026-11") is None
    assert line_of(TakenBack(VISIT, TERMS, corrects="2026-11"), "2026-11") is None


def test_a_visit_taken_back_later_stays_in_its_month_and_is_corrected_in_the_voids() -> None:
    visited = line_of(Visited(VISIT, TERMS, void_month="2026-12"), "2026-11")
    corrected = line_of(TakenBack(VISIT, TERMS, corrects="2026-11"), "2026-12")
    assert visited is not None
    assert corrected is not None
    assert corrected == Line(LineType.CORRECTION, VISIT, "2026-12", TERMS, Ore(-10_000))
    assert corrected.corrects == VISIT
    assert visited.amount + corrected.amount == 0


def test_a_venue_that_takes_its_own_costs_has_lines_of_nothing_whatever_its_agreement_says() -> None:
    free = replace(TERMS, settle_by=SettleBy.NONE)
    visited = line_of(Visited(VISIT, free), "2026-11")
    corrected = line_of(TakenBack(VISIT, free, corrects="2026-10"), "2026-11")
    assert visited is not None
    assert corrected is not None
    assert (visited.amount, corrected.amount) == (0, 0)


@pytest.mark.parametrize(
    ("entry", "settled", "kind"),
    [
        # Stands in the file already: settled once.
        (Visited(VISIT, TERMS), {(VISIT, False)}, None),
        (TakenBack(VISIT, TERMS, corrects="2026-09"), {(VISIT, True)}, None),
        # Came after the file was written: settles now.
        (Visited(VISIT, TERMS), set(), LineType.VISIT),
        (TakenBack(VISIT, TERMS, corrects="2026-09"), set(), LineType.CORRECTION),
        # The file has the visit but not yet the correction of it.
        (TakenBack(VISIT, TERMS, corrects="2026-09"), {(VISIT, False)}, LineType.CORRECTION),
        # Taken back in the same month, seen too late for the file: what was paid comes back.
        (Visited(VISIT, TERMS, void_month="2026-10"), {(VISIT, False)}, LineType.CORRECTION),
        # Taken back in the same month and never in the file: nothing to do.
        (Visited(VISIT, TERMS, void_month="2026-10"), set(), None),
        (TakenBack(VISIT, TERMS, corrects="2026-10"), {(VISIT, False)}, None),
    ],
)
def test_what_came_too_late_for_a_closed_month_settles_once(
    entry: Visited | TakenBack, settled: set[tuple[VisitId, bool]], kind: LineType | None
) -> None:
    line = late_line(entry, "2026-10", settled)
    assert (line.type if line else None) == kind
    if line:
        assert line.month == "2026-10"
        assert line.amount == (-10_000 if kind is LineType.CORRECTION else 10_000)


def test_late_lines_raise_one_alarm_for_their_month_and_name_the_first_of_them() -> None:
    late = [("2026-10", VisitId(f"v{number}")) for number in range(30)]
    in_time = ("2026-11", VisitId("in time"))
    (alarm,) = alarms("2026-11", [*late, in_time])
    assert (alarm.code, alarm.month, alarm.lines) == ("straggler", "2026-10", 30)
    assert alarm.visits == tuple(f"v{number}" for number in range(20))
    assert alarms("2026-11", [in_time]) == ()


LINES = st.builds(
    Line,
    type=st.sampled_from([LineType.VISIT, LineType.OVER_ALLOWANCE]),
    visit=st.just(VISIT),
    month=st.just("2026-11"),
    terms=st.builds(
        replace,
        st.just(TERMS),
        venue=st.sampled_from([VenueId("kino"), VenueId("bad")]),
        settle_by=st.sampled_from(SettleBy),
        persons=st.integers(1, 9),
        price=st.integers(0, 10**7),
        copay=st.integers(0, 10**5),
    ),
    amount=st.integers(0, 10**7),
) | st.builds(
    Line,
    type=st.just(LineType.CORRECTION),
    visit=st.just(VISIT),
    month=st.just("2026-11"),
    terms=st.just(TERMS),
    amount=st.integers(-(10**7), 0),
)


@given(st.lists(LINES, max_size=30))
def test_the_sum_of_all_lines_is_the_sum_of_what_they_are_added_up_to(lines: list[Line]) -> None:
    counted = tally_of(lines, "2026-11")
    whole = total_of(counted.tally)
    assert whole.to_settle == sum(line.amount for line in lines)
    assert whole.to_settle == whole.amount + whole.corrections + whole.adjustments
    assert whole.lines == len(lines)
    assert counted == tally_of(reversed(lines), "2026-11")


def test_a_correction_takes_back_money_and_leaves_the_months_visits_as_they_were() -> None:
    correction = Line(LineType.CORRECTION, VISIT, "2026-11", TERMS, Ore(-10_000))
    (tallied,) = tally_of([correction], "2026-11").tally
    assert tallied.totals == Totals(lines=1, corrections=Ore(-10_000), to_settle=Ore(-10_000))


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-1", "202611", "2026-11-01", "26-11", "1999-12", "", "x"])
def test_what_is_not_a_month_is_refused(month: str) -> None:
    with pytest.raises(MalformedError) as caught:
        check_month(month)
    assert caught.value.code == "bad_month"


@pytest.mark.parametrize("month", ["2026-10", "2026-11", "2026-03", "2026-12"])  # the clocks go back and on
def test_a_month_can_be_closed_a_quarter_past_midnight_in_oslo_and_not_a_second_earlier(month: str) -> None:
    quarter_past = end_of_month(month) + GRACE
    check_over(month, quarter_past)
    with pytest.raises(RuleError) as caught:
        check_over(month, quarter_past - timedelta(seconds=1))
    assert caught.value.code == "month_not_over"


def test_december_ends_when_oslo_says_so() -> None:
    check_over("2026-12", datetime(2026, 12, 31, 23, 15, tzinfo=UTC))
    with pytest.raises(RuleError):
        check_over("2026-12", datetime(2026, 12, 31, 23, 14, 59, tzinfo=UTC))


def test_the_open_months_run_from_the_first_agreement_to_today_with_the_gaps_of_closing_out_of_order() -> None:
    now = datetime(2027, 1, 15, tzinfo=UTC)
    stored = [Settlement(Tenant("t"), month, MonthState.CLOSED) for month in ("2026-10", "2026-12")]
    assert open_months(stored, "2026-09", now) == ["2026-09", "2026-11", "2027-01"]
    assert open_months([], None, now) == ["2027-01"]
    assert open_months([], "2027-08", now) == ["2027-01"]  # an agreement that has not begun


def test_the_month_before_january_is_december() -> None:
    assert month_before("2027-01") == "2026-12"


def test_two_venues_of_one_name_are_told_apart_and_an_account_is_not_shown_in_full() -> None:
    venues = [
        Venue(VenueId("bad"), "Badet", VenueKind.MUNICIPAL, SettleBy.INTERNAL),
        Venue(VenueId("bad2"), "Badet", VenueKind.MUNICIPAL, SettleBy.INTERNAL),
        Venue(VenueId("kino"), "Kino", VenueKind.PRIVATE, SettleBy.INVOICE, orgnr="1", account="12345678903"),
    ]
    configuration = Configuration(
        Municipality(Tenant("t"), 3222, "Testkommune"), {}, {venue.id: venue for venue in venues}, {}, ()
    )
    payees = book_of(configuration, "2026-11").payees
    assert [payee.label for payee in payees.values()] == ["Badet (bad)", "Badet (bad2)", "Kino"]
    assert payees[VenueId("kino")].masked_account == "*******8903"
