"""Farsund: 2 to 18, the calendar year, one mark whether one or two come, and a lost card is not replaced."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, comes, lost, on, renewed

OPENED = date(2026, 3, 10)
CHILD = child(turns=10)

PAGE: dict[str, Row] = {
    "Children from 2 to 18 get a card": [child(turns=2), child(turns=18)],
    "A child of 1 does not": [child(turns=1, no="age_outside_programme")],
    "The card is valid until New Year": [child(turns=10, until=date(2026, 12, 31))],
    "Also one that is given in November": [child(turns=10, on=date(2026, 11, 22), until=date(2026, 12, 31))],
    "The next year's card is valid for the whole of it": [
        child(turns=10, on=date(2026, 12, 1)),
        renewed(until=date(2027, 12, 31)),
        on(date(2027, 1, 1)),
        comes("bad/bading", left=4),
    ],
    "One mark whether one or two come": [CHILD, comes("bad/bading", persons=2, left=4)],
    "At most two persons a visit": [CHILD, comes("bad/bading", persons=3, because="companion_not_allowed")],
    "Several marks on one visit are not allowed": [
        CHILD,
        comes("bad/bading"),
        comes("bad/bading", because="used_today"),
        on(date(2026, 3, 11)),
        comes("bad/bading", left=3),
    ],
    "The same day somewhere else is another visit": [CHILD, comes("bad/bading"), comes("kino/film", left=5)],
    "The sixth bath is refused": [
        CHILD,
        *[step for day in range(1, 6) for step in (on(date(2026, 4, day)), comes("bad/bading", left=5 - day))],
        on(date(2026, 4, 6)),
        comes("bad/bading", because="allowance_used_up"),
    ],
    "Open training is free all year": [
        CHILD,
        *[step for day in range(1, 8) for step in (on(date(2026, 4, day)), comes("klubb/trening", left=None))],
    ],
    "A lost card is not replaced": [CHILD, lost(no="not_replaced")],
}


@pytest.mark.parametrize("row", PAGE)
def test_farsund(here: Here, row: str) -> None:
    here.plays(PAGE[row])
