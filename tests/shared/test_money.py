"""Øre in, øre out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.money import Ore, kroner, share


@pytest.mark.parametrize(
    ("amount", "percent", "owed"),
    [
        (12500, 100, 12500),  # full refund
        (12501, 50, 6251),  # half an øre goes up
        (12500, 0, 0),  # the venue takes the cost itself
        (1, 49, 0),  # below half goes down
        (1, 50, 1),  # exactly half goes up
    ],
)
def test_a_share_is_rounded_half_up(amount: int, percent: int, owed: int) -> None:
    assert share(Ore(amount), percent) == owed


@given(amount=st.integers(0, 10**8), percent=st.integers(0, 100))
def test_two_shares_that_make_a_whole_differ_from_it_by_at_most_one_ore(amount: int, percent: int) -> None:
    both = share(Ore(amount), percent) + share(Ore(amount), 100 - percent)
    assert 0 <= both - amount <= 1


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0,00"), (5, "0,05"), (12550, "125,50"), (-12550, "-125,50"), (-5, "-0,05")]
)
def test_kroner_are_printed_with_a_decimal_comma(amount: int, text: str) -> None:
    assert kroner(Ore(amount)) == text
