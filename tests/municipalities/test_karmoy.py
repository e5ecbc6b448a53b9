"""Karmøy: 2,000 kroner for a child and year, no friends, and an adult free with a child of up to 13."""

from datetime import date

import pytest

from tests.municipalities.page import Here, Row, child, comes, family_sees, lost, may, on, renewed, undone

OPENED = date(2026, 8, 17)
CHILD = child(turns=10)
# A week at camp is 900 kroner, a film 100 when the child has paid 40, a bath 60 and the adult's 100.
TWO_CAMPS = comes("leir/uke", times=2, left=0)

PAGE: dict[str, Row] = {
    "Everyone up to 18 gets a card": [child(turns=0), child(turns=18)],
    "Who turns 20 does not": [child(turns=20, no="age_outside_programme")],
    "The card is valid until 30 June": [child(turns=10, until=date(2027, 6, 30))],
    "Also one that is given in June": [child(turns=10, on=date(2027, 6, 1), until=date(2027, 6, 30))],
    "One that is given on 1 July is valid for the whole year": [
        child(turns=10, on=date(2027, 7, 1), until=date(2028, 6, 30))
    ],
    "A child of 13 brings an adult, not a friend": [child(turns=13), may("kino/film", companion="adult", persons=2)],
    "From 14 on the holder comes alone": [
        child(turns=14),
        may("kino/film", companion="none", persons=1),
        comes("kino/film", persons=2, because="companion_not_allowed"),
    ],
    "2,000 kroner are 33 baths, 20 films, or two camps and two films": [
        CHILD,
        may("bad/bading", left=33, limit=33, period="card"),
        may("kino/film", left=20, limit=20),
        may("leir/uke", left=2, limit=2),
        TWO_CAMPS,
        comes("kino/film", left=1, pays=40_00),
        comes("kino/film", left=0, pays=40_00),
        comes("kino/film", because="allowance_used_up"),
        comes("bad/bading", because="allowance_used_up"),
    ],
    "What is left may pay for the child and not for the adult": [
        CHILD,
        TWO_CAMPS,
        comes("kino/film", left=1),
        may("bad/bading", persons=1, left=1),
        comes("bad/bading", persons=2, because="allowance_used_up"),
        comes("bad/bading", left=0),
    ],
    "The family sees how many kroner are left": [
        CHILD,
        comes("kino/film", persons=2),
        family_sees(money_left=1_800_00, amount=2_000_00),
    ],
    "A visit taken back gives its kroner back": [
        CHILD,
        TWO_CAMPS,
        comes("kino/film", times=2),
        undone,
        comes("kino/film", left=0),
    ],
    "A lost card is replaced with the money that is left": [CHILD, TWO_CAMPS, lost(), may("kino/film", left=2)],
    "New Year brings no new money, the next card does": [
        CHILD,
        TWO_CAMPS,
        on(date(2027, 1, 2)),
        may("kino/film", left=2),
        on(date(2027, 6, 20)),
        renewed(until=date(2028, 6, 30)),
        on(date(2027, 7, 1)),
        may("kino/film", left=20),
    ],
}


@pytest.mark.parametrize("row", PAGE)
def test_karmoy(here: Here, row: str) -> None:
    here.plays(PAGE[row])
