"""What may be told of answers and of visitors: always how many, never a few."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.impact.rules import (
    CITED,
    Answers,
    Better,
    Outcome,
    Quarter,
    Reply,
    Round,
    RoundKind,
    RoundState,
    changed,
    faults_of_answers,
    faults_of_round,
    quarters_told,
    state_of,
    told_of,
    total_told,
)
from chalicelib.kred.rules.spending import Visitors

ROUND = Round("host26", "solkred", RoundKind.FOLLOW_UP, date(2026, 11, 1), date(2026, 11, 30), 20)
TODAY = date(2027, 1, 5)


def said(now: int, better: Better | None = None, outcome: Outcome = Outcome.BELONGING) -> Answers:
    return Answers({outcome: Reply(now, better)})


def test_the_four_outcomes_stand_as_they_were_cited() -> None:
    assert [CITED[each] for each in list(Outcome)[:4]] == [83, 52, 35, 59]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 10, 31), RoundState.COMING),
        (date(2026, 11, 1), RoundState.OPEN),
        (date(2026, 11, 30), RoundState.OPEN),  # its last day counts
        (date(2026, 12, 1), RoundState.OVER),
    ],
)
def test_both_days_of_a_round_count(day: date, state: RoundState) -> None:
    assert state_of(ROUND, day) is state


def test_under_five_no_percentage_is_told_and_n_always_is() -> None:
    four, five = [said(5, Better.YES)] * 4, [said(5, Better.YES)] * 4 + [said(1, Better.NO)]
    [told] = [each for each in told_of(four) if each.outcome is Outcome.BELONGING]
    assert (told.n, told.mean, told.high, told.better) == (4, None, None, None)
    [told] = [each for each in told_of(five) if each.outcome is Outcome.BELONGING]
    assert (told.n, told.mean, told.high, told.better, told.n_better) == (5, 4.2, 80, 80, 5)


def test_who_was_not_asked_whether_it_got_better_is_not_counted_as_a_no() -> None:
    answers = [said(3)] * 6 + [said(4, Better.YES)] * 4
    [told] = [each for each in told_of(answers) if each.outcome is Outcome.BELONGING]
    assert (told.n, told.high, told.n_better, told.better) == (10, 40, 4, None)


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([None, *Better])), max_size=30))
def test_no_figure_ever_stands_on_fewer_than_five(replies: list[tuple[int, Better | None]]) -> None:
    for told in told_of([said(now, better) for now, better in replies]):
        assert (told.mean is None) == (told.high is None) == (told.n < 5)
        assert (told.better is None) == (told.n_better < 5)


def test_what_is_wrong_with_a_round_or_an_answer_is_named() -> None:
    long = Round("x", "solkred", RoundKind.BASELINE, date(2026, 1, 1), date(2026, 6, 1), 0)
    assert [each.code for each in faults_of_round(long)] == ["too_long", "nobody"]
    asked = Round("x", "solkred", RoundKind.BASELINE, date(2026, 1, 1), date(2026, 1, 2), 5)
    assert [each.code for each in faults_of_answers(asked, said(6, Better.YES))] == ["out_of_range", "not_asked"]
    assert [each.code for each in faults_of_answers(ROUND, Answers({}))] == ["missing"]


def test_a_round_that_is_over_is_never_opened_again_since_it_was_told() -> None:
    longer = Round("host26", "solkred", RoundKind.FOLLOW_UP, date(2026, 11, 1), date(2026, 12, 24), 20)
    assert changed(ROUND, longer, date(2026, 11, 20))
    assert not changed(ROUND, longer, date(2026, 12, 1))
    other = Round("host26", "solkred", RoundKind.BASELINE, date(2026, 11, 1), date(2026, 11, 30), 20)
    assert not changed(ROUND, other, date(2026, 11, 20))
    assert changed(ROUND, other, date(2026, 10, 20))


def test_a_quarter_is_told_once_it_has_ended_and_small_bands_never_are() -> None:
    counted = [
        Visitors("2026-10", "under_15", 12, 20, 3), Visitors("2026-11", "15_19", 2, 1, 0),
        Visitors("2026-12", "30_49", 9, 1, 0), Visitors("2027-01", "30_49", 90, 10, 0),
    ]  # fmt: skip
    [quarter] = quarters_told(counted, TODAY)
    assert (quarter.name, quarter.visits, quarter.asked, quarter.first) == ("2026-Q4", 48, 45, 51)
    assert quarter.bands == {"15_19": None, "30_49": None, "under_15": 35}


def test_a_share_that_would_show_a_few_is_not_told() -> None:
    [quarter] = quarters_told([Visitors("2026-10", "30_49", 40, 4, 0)], TODAY)
    assert (quarter.visits, quarter.asked, quarter.first) == (44, None, None)
    assert quarters_told([Visitors("2026-10", "30_49", 1, 3, 0)], TODAY) == [Quarter("2026-Q4", None, {"30_49": None})]


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), st.integers(0, 30), min_size=1))
def test_no_small_band_can_be_worked_out_from_the_sum(bands: dict[str, int]) -> None:
    [quarter] = quarters_told([Visitors("2026-10", band, 0, 0, n) for band, n in bands.items()], TODAY)
    hidden = [band for band, told in quarter.bands.items() if told is None]
    assert {band for band, n in bands.items() if n < 5} <= set(hidden)
    if quarter.visits is not None and hidden:
        left = quarter.visits - sum(told for told in quarter.bands.values() if told is not None)
        assert left >= 5 or not [each for each in quarter.bands.values() if each is not None]
        assert len(hidden) > 1 or len(bands) == 1
        for one, other in combinations(hidden, 2):
            assert bands[one] + bands[other] <= left


def test_what_was_told_adds_up_and_nothing_else() -> None:
    assert total_told([Quarter("2026-Q1", None), Quarter("2026-Q2", 7), Quarter("2026-Q3", 12)]) == 19
    assert total_told([Quarter("2026-Q1", None)]) is None
