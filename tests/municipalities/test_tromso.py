"""Tromsø: 4 to 17, at most four cards for a family, two children may share one, from two visits to unlimited."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, comes, lost, may, on

OPENED = date(2026, 3, 10)
CHILD = child(turns=10)
SHARED = child(turns=10, siblings=1)

PAGE: dict[str, Row] = {
    "A child of 4 gets a card": [child(turns=4)],
    "A child of 3 does not": [child(turns=3, no="age_outside_programme")],
    "Who turns 18 this year may still be 17": [child(turns=18), child(turns=19, no="age_outside_programme")],
    "At most four cards for a family": [
        *[child(turns=age, family="familie-a") for age in (5, 8, 11, 14)],
        child(turns=16, family="familie-a", no="family_has_all_its_cards"),
        child(turns=16, family="familie-b"),
    ],
    "The family is to be named, so that its cards can be counted": [
        child(turns=10, family=None, no="family_ref_needed")
    ],
    "Two children may share a card": [SHARED, may("kino/film", persons=3)],
    "Three children may not": [child(turns=10, siblings=2, no="too_many_siblings")],
    "Two who share come together with one companion, and it is one visit": [
        SHARED,
        comes("kino/film", persons=3, left=1),
        comes("kino/film", persons=4, because="companion_not_allowed"),
    ],
    "Two films a year; the third is refused until the new year": [
        CHILD,
        comes("kino/film", persons=2, left=1),
        comes("kino/film", left=0),
        comes("kino/film", because="allowance_used_up"),
        on(date(2027, 1, 2)),
        comes("kino/film", left=1),
    ],
    "Two baths a month": [
        CHILD,
        comes("bad/bading", times=2, left=0),
        comes("bad/bading", because="allowance_used_up"),
        on(date(2026, 4, 1)),
        comes("bad/bading", left=1),
    ],
    "The museum as often as one likes": [CHILD, comes("museum/inngang", times=6, left=None)],
    "The card is valid for a year": [child(turns=10, until=date(2027, 3, 9))],
    "A lost card is replaced as often as need be": [CHILD, lost(), lost(), comes("kino/film", left=1)],
}


@pytest.mark.parametrize("row", PAGE)
def test_tromso(here: Here, row: str) -> None:
    here.plays(PAGE[row])
