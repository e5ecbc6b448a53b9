"""Sandefjord: the calendar year, the family and no friends, ten tickets at 50 kroner, two family visits to the park."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, comes, lost, may

OPENED = date(2026, 3, 10)
CHILD = child(turns=10)

PAGE: dict[str, Row] = {
    "Whoever turns 3 to 17 in the year gets a card": [child(turns=3), child(turns=17)],
    "Who turns 18 in the year does not, nor who turns 2": [
        child(turns=18, no="age_outside_programme"),
        child(turns=2, no="age_outside_programme"),
    ],
    "The card is valid until New Year": [child(turns=10, until=date(2026, 12, 31))],
    "Only the family comes along": [CHILD, may("kino/film", companion="family", persons=5)],
    "Ten cinema tickets at 50 kroner each": [
        CHILD,
        comes("kino/film", persons=4, left=6, pays=200_00),
        comes("kino/film", persons=5, left=1, pays=250_00),
        may("kino/film", persons=1),
        comes("kino/film", persons=2, because="allowance_used_up"),
        comes("kino/film", left=0, pays=50_00),
        comes("kino/film", because="allowance_used_up"),
    ],
    "Ten to the pool, ten to minigolf, five shows": [
        CHILD,
        may("bad/bading", left=10, limit=10),
        may("minigolf/runde", left=10, limit=10),
        may("kulturhus/forestilling", left=5, limit=5),
    ],
    "Two family visits to the park, each for up to six": [
        CHILD,
        may("park/familiebesok", persons=6, left=2, companion="family"),
        comes("park/familiebesok", persons=6, left=1, pays=0),
        comes("park/familiebesok", persons=3, left=0),
        comes("park/familiebesok", because="allowance_used_up"),
    ],
    "Seven are more than the park takes": [
        CHILD,
        comes("park/familiebesok", persons=7, because="companion_not_allowed"),
    ],
    "A lost card is replaced, and the tickets follow": [
        CHILD,
        comes("kino/film", persons=4),
        lost(),
        may("kino/film", left=6),
    ],
}


@pytest.mark.parametrize("row", PAGE)
def test_sandefjord(here: Here, row: str) -> None:
    here.plays(PAGE[row])
