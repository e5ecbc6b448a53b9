"""Moss: punches in five categories, wherever in the category they are used."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, comes, family_sees, may, undone

OPENED = date(2026, 3, 10)
CHILD = child(turns=10)

PAGE: dict[str, Row] = {
    "Children from 6 to 18 get a card": [child(turns=6), child(turns=18)],
    "A child of 5 does not": [child(turns=5, no="age_outside_programme")],
    "The card is valid for a year": [child(turns=10, until=date(2027, 3, 9))],
    "Five categories, each with its own punches": [
        CHILD,
        may("kino/film", left=4),
        may("museum/inngang", left=6),
        may("hall/klatring", left=6),
        may("bad/bading", left=3),
        may("lek/inngang", left=5),
    ],
    "Museum, theatre and concert share six punches": [
        CHILD,
        comes("museum/inngang", times=2, left=4),
        comes("scene/teater", times=2, left=2),
        comes("scene/konsert", times=2, left=0),
        comes("museum/inngang", because="allowance_used_up"),
        comes("scene/teater", because="allowance_used_up"),
    ],
    "A category that is used up leaves the others alone": [
        CHILD,
        comes("bad/bading", times=3, left=0),
        comes("bad/bading", because="allowance_used_up"),
        comes("kino/film", left=3),
    ],
    "A friend or one of the family comes along for the same punch": [
        CHILD,
        may("scene/konsert", persons=2, companion="any"),
        comes("scene/konsert", persons=2, left=5),
        comes("scene/konsert", persons=3, because="companion_not_allowed"),
    ],
    "Nobody speaks of money where punches are counted": [CHILD, family_sees(money_left=None)],
    "A punch made by mistake comes back to the whole category": [
        CHILD,
        comes("scene/teater", left=5),
        undone,
        may("museum/inngang", left=6),
    ],
}


@pytest.mark.parametrize("row", PAGE)
def test_moss(here: Here, row: str) -> None:
    here.plays(PAGE[row])
