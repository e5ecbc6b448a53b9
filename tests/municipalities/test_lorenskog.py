"""Lørenskog, as its description of the scheme has it: 5 to 18, a year, usually five visits, one companion."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, closed_early, comes, lost, may, on, too_old_next_time

OPENED = date(2026, 3, 10)
CHILD = child(turns=10)

PAGE: dict[str, Row] = {
    "Children from 5 to 18 get a card": [child(turns=5), child(turns=18)],
    "A child who turns 4 this year gets none": [child(turns=4, no="age_outside_programme")],
    "Who turns 19 this year may still be 18, and who turns 20 is not": [
        child(turns=19),
        child(turns=20, no="age_outside_programme"),
    ],
    "The card is valid for one year from the day it is given": [child(turns=10, until=date(2027, 3, 9))],
    "Its last day counts, and the day after does not": [
        CHILD,
        on(date(2027, 3, 9)),
        comes("kino/film"),
        on(date(2027, 3, 10)),
        comes("kino/film", because="expired"),
    ],
    "Who grows too old keeps the card to its end, and is marked on the list of renewals": [
        child(turns=19),
        on(date(2027, 3, 9)),
        comes("kino/film", left=4),
        too_old_next_time(True),
    ],
    "Who is not too old is not marked": [CHILD, too_old_next_time(False)],
    "Five visits to the pool; the sixth is refused": [
        CHILD,
        comes("svommehall/bading", times=5, left=0),
        comes("svommehall/bading", because="allowance_used_up"),
    ],
    "Each place has its own five visits": [CHILD, comes("svommehall/bading", times=5), comes("kino/film", left=4)],
    "The museum is free all year": [CHILD, comes("museum/inngang", times=7, left=None)],
    "One friend or companion comes along, and it is one visit": [
        CHILD,
        may("kino/film", persons=2, companion="any"),
        comes("kino/film", persons=2, left=4, pays=0),
    ],
    "Two friends are one too many": [CHILD, comes("kino/film", persons=3, because="companion_not_allowed")],
    "A membership is for the holder alone": [
        CHILD,
        comes("idrettslag/medlemskap", persons=2, because="companion_not_allowed"),
        comes("idrettslag/medlemskap", left=0),
    ],
    "The dance class costs 20 kroner each at the till": [CHILD, comes("dans/dansetime", persons=2, pays=40_00)],
    "A lost card is replaced, and the visits follow": [
        CHILD,
        comes("kino/film", left=4),
        lost(),
        comes("kino/film", left=3),
    ],
    "When the scheme is ended before its time, no card lets in and none is given": [
        CHILD,
        closed_early,
        comes("kino/film", because="programme_closed"),
        child(turns=10, no="programme_closed"),
    ],
}


@pytest.mark.parametrize("row", PAGE)
def test_lorenskog(here: Here, row: str) -> None:
    here.plays(PAGE[row])
