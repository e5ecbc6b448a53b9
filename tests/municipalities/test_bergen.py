"""Bergen: 0 to 17, half a year at a time; a guardian with a child, a friend with a youth, nobody to an activity."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, comes, lost, may, on, renewed

OPENED = date(2026, 3, 10)
CHILD, YOUTH = child(turns=8), child(turns=15)

PAGE: dict[str, Row] = {
    "Everyone up to 17 gets a card, also a newborn": [child(turns=0), child(turns=17), child(turns=18)],
    "Who turns 19 does not": [child(turns=19, no="age_outside_programme")],
    "A card given in March is valid until 30 June": [child(turns=8, until=date(2026, 6, 30))],
    "A card given in August is valid until New Year": [child(turns=8, on=date(2026, 8, 20), until=date(2026, 12, 31))],
    "The next half-year begins with all its visits": [
        CHILD,
        comes("kino/film", times=3, left=0),
        comes("kino/film", because="allowance_used_up"),
        renewed(until=date(2026, 12, 31)),
        comes("kino/film", because="not_yet_valid"),
        on(date(2026, 7, 1)),
        comes("kino/film", left=2),
    ],
    "A child comes with a guardian": [CHILD, may("kino/film", companion="adult", persons=2)],
    "A youth comes with a friend or a guardian": [YOUTH, may("kino/film", companion="any", persons=2)],
    "Nobody comes along where one takes part": [
        YOUTH,
        may("klatring/klatring", companion="none", persons=1),
        comes("klatring/klatring", persons=2, because="companion_not_allowed"),
    ],
    "Climbing once a week, and the week begins on Monday": [
        YOUTH,
        on(date(2026, 3, 15)),  # a Sunday
        comes("klatring/klatring", left=0),
        comes("klatring/klatring", because="allowance_used_up"),
        on(date(2026, 3, 16)),
        comes("klatring/klatring", left=0),
    ],
    "The aquarium as often as one likes": [CHILD, comes("akvariet/inngang", persons=2, times=4, left=None)],
    "A lost card is replaced once": [CHILD, lost(), comes("kino/film", left=2), lost(no="replaced_before")],
}


@pytest.mark.parametrize("row", PAGE)
def test_bergen(here: Here, row: str) -> None:
    here.plays(PAGE[row])
