"""What a programme says of its cards: how long they last, for which ages, how many to a family, who shares one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.cards.actions import Asked, GivenOut
from chalicelib.cards.rules import (
    check_age,
    check_replaced,
    check_shared,
    lasts_by_itself,
    next_period,
    period_of,
    too_old_for_the_next,
    validity,
)
from chalicelib.shared.answers import OpplevError
from chalicelib.venues.rules import AgesCounted, Programme, Replaced
from tests.cards.desk import KORT, NAV, PROGRAMME, TENANT, Desk, application, configuration, rows
from tests.cards.test_rules import HELD

LONG = {"valid_from": date(2026, 1, 1), "valid_until": date(2030, 12, 31)}


def code_of(ask: Callable[[], Any]) -> str | None:
    try:
        ask()
    except OpplevError as error:
        return error.code
    return None


def programme(**changes: Any) -> Programme:
    return replace(PROGRAMME, **(LONG | changes))


# How long a card lasts


@pytest.mark.parametrize(
    ("lasts", "first", "last"),
    [
        ("calendar_year", date(2026, 1, 1), date(2026, 12, 31)),
        ("calendar_year", date(2026, 11, 22), date(2026, 12, 31)),  # a late card is a short one
        ("calendar_year", date(2028, 2, 29), date(2028, 12, 31)),
        ("school_year", date(2026, 3, 2), date(2026, 6, 30)),
        ("school_year", date(2026, 6, 30), date(2026, 6, 30)),  # the last day of the school year
        ("school_year", date(2026, 7, 1), date(2027, 6, 30)),
        ("half_year", date(2026, 1, 1), date(2026, 6, 30)),
        ("half_year", date(2026, 6, 30), date(2026, 6, 30)),
        ("half_year", date(2026, 7, 1), date(2026, 12, 31)),
        ("half_year", date(2026, 12, 31), date(2026, 12, 31)),
        ("school_year", date(2030, 9, 1), date(2030, 12, 31)),  # the programme ends before
        ("P1Y", date(2026, 11, 22), date(2027, 11, 21)),
        ("P6M", date(2026, 8, 31), date(2027, 2, 27)),
        ("programme", date(2026, 11, 22), date(2030, 12, 31)),
    ],
)
def test_a_card_lasts_as_the_programme_says_by_the_calendar_or_from_its_first_day(
    lasts: str, first: date, last: date
) -> None:
    asked = application(valid_from=first)
    assert validity(programme(validity=lasts), asked, date(2026, 1, 1)) == (first, last)


@pytest.mark.parametrize("lasts", ["calendar_year", "school_year", "half_year", "P1Y", "P6M"])
def test_only_a_programme_whose_cards_last_as_long_as_it_does_has_blanks(lasts: str) -> None:
    assert lasts_by_itself(programme(validity=lasts))
    assert not lasts_by_itself(programme())


@pytest.mark.parametrize(
    ("lasts", "issued", "following"),
    [
        ("calendar_year", date(2026, 3, 2), date(2027, 1, 1)),
        ("school_year", date(2026, 3, 2), date(2026, 7, 1)),
        ("half_year", date(2026, 3, 2), date(2026, 7, 1)),
        ("P1Y", date(2026, 3, 2), date(2027, 3, 2)),
    ],
)
def test_the_next_card_begins_where_this_one_ends(lasts: str, issued: date, following: date) -> None:
    terms = programme(validity=lasts)
    first, last = validity(terms, application(valid_from=issued), issued)
    assert next_period(replace(HELD, valid_from=first, valid_until=last), issued) == following


# Ages


@pytest.mark.parametrize(
    ("counted", "born", "refused"),
    [
        # ages 5 to 18, a card from 2026
        (AgesCounted.BIRTHDAY, 2021, False),  # 4, and 5 some day of the year
        (AgesCounted.BIRTHDAY, 2022, True),
        (AgesCounted.BIRTHDAY, 2007, False),  # 18 until the birthday
        (AgesCounted.BIRTHDAY, 2006, True),
        (AgesCounted.YEAR, 2021, False),  # reaches 5
        (AgesCounted.YEAR, 2022, True),
        (AgesCounted.YEAR, 2008, False),  # reaches 18
        (AgesCounted.YEAR, 2007, True),  # reaches 19
    ],
)
def test_the_age_is_counted_by_the_birthday_or_by_the_year(
    counted: AgesCounted,
    born: int,
    refused: bool,  # noqa: FBT001  a case
) -> None:
    terms = programme(ages_counted=counted)
    said = code_of(lambda: check_age(terms, born, date(2026, 3, 2)))
    assert said == ("age_outside_programme" if refused else None)


def test_who_turns_nineteen_keeps_the_card_to_its_end_and_is_marked_for_the_next() -> None:
    terms = programme(ages_counted=AgesCounted.YEAR, validity="calendar_year")
    held = replace(HELD, birth_year=2008, valid_until=date(2026, 12, 31))
    assert check_age(terms, 2008, date(2026, 3, 2)) is None  # type: ignore[func-returns-value]
    assert too_old_for_the_next(held, terms, date(2026, 11, 1))
    assert not too_old_for_the_next(held, programme(validity="calendar_year"), date(2026, 11, 1))


# Who shares a card, and whether it is replaced


@pytest.mark.parametrize(
    ("most", "asked", "said"), [(0, 0, None), (0, 1, "too_many_siblings"), (2, 2, None), (2, 3, "too_many_siblings")]
)
def test_as_many_share_a_card_as_the_programme_lets(most: int, asked: int, said: str | None) -> None:
    assert code_of(lambda: check_shared(programme(siblings_max=most), asked)) == said


@pytest.mark.parametrize(
    ("replaced", "before", "said"),
    [
        (Replaced.FREE, 0, None),
        (Replaced.FREE, 7, None),
        (Replaced.ONCE, 0, None),
        (Replaced.ONCE, 1, "replaced_before"),
        (Replaced.NEVER, 0, "not_replaced"),
    ],
)
def test_a_lost_card_is_replaced_as_often_as_the_programme_says(
    replaced: Replaced, before: int, said: str | None
) -> None:
    assert code_of(lambda: check_replaced(programme(replaced=replaced), before)) == said


@pytest.mark.usefixtures("fresh_table")
def test_the_second_loss_of_a_card_that_is_replaced_once_is_refused_and_the_next_years_card_begins_anew() -> None:
    desk = Desk(configuration(replaced=Replaced.ONCE, validity="P6M", **LONG))
    old = desk.issue(siblings=0).card
    new = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.now).card
    assert new.replacements == 1
    again = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.now)  # the answer was lost
    assert again.card.number == new.number
    desk.later(days=1)
    before = rows("card")
    assert (
        code_of(lambda: desk.open.replace(TENANT, new.number, reason="stolen", by=NAV, now=desk.now))
        == "replaced_before"
    )
    assert rows("card") == before
    following = desk.open.renew(TENANT, new.number, KORT, by=NAV, key="r", now=desk.now).card
    assert following.replacements == 0


@pytest.mark.usefixtures("fresh_table")
def test_a_shared_card_stays_shared_when_it_is_replaced_and_when_it_is_renewed() -> None:
    desk = Desk(configuration(siblings_max=2, validity="P6M", **LONG))
    assert code_of(lambda: desk.issue("ref-0", siblings=3)) == "too_many_siblings"
    old = desk.issue(siblings=2).card
    new = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.now).card
    stored, _ = desk.open.get(TENANT, new.number, now=desk.now)
    assert stored.siblings == 2
    assert desk.open.renew(TENANT, new.number, KORT, by=NAV, key="r", now=desk.now).card.siblings == 2


# A family's cards


@pytest.mark.parametrize(
    ("lasts", "first", "named"),
    [
        ("programme", date(2028, 5, 1), date(2026, 1, 1)),  # one card for all of it
        ("calendar_year", date(2028, 5, 1), date(2028, 1, 1)),
        ("school_year", date(2028, 5, 1), date(2027, 7, 1)),
        ("half_year", date(2028, 8, 1), date(2028, 7, 1)),
        ("P1Y", date(2028, 5, 1), date(2028, 1, 1)),
        ("P6M", date(2028, 5, 1), date(2028, 1, 1)),
        ("P6M", date(2028, 8, 1), date(2028, 7, 1)),
    ],
)
def test_a_familys_places_are_counted_by_the_period_of_the_cards(lasts: str, first: date, named: date) -> None:
    assert period_of(programme(validity=lasts), first) == named


@pytest.mark.parametrize("lasts", ["calendar_year", "school_year", "half_year", "P1Y", "P6M", "P5M", "P1M"])
@pytest.mark.parametrize("issued", [date(2026, 1, 1), date(2026, 3, 31), date(2026, 6, 30), date(2026, 12, 31)])
def test_a_card_and_the_one_that_renews_it_never_take_places_of_the_same_period(lasts: str, issued: date) -> None:
    terms = programme(validity=lasts)
    _, last = validity(terms, application(valid_from=issued), issued)
    following = next_period(replace(HELD, valid_until=last), issued)
    assert period_of(terms, issued) < period_of(terms, following)


@pytest.mark.usefixtures("fresh_table")
def test_a_family_has_as_many_cards_as_the_programme_says_and_an_ended_one_gives_its_place_back() -> None:
    desk = Desk(configuration(per_family=2))
    assert code_of(lambda: desk.issue("ref-0")) == "family_ref_needed"
    first = desk.issue("ref-1", family_ref="hjem-1").card
    desk.issue("ref-2", family_ref="hjem-1")
    assert code_of(lambda: desk.issue("ref-3", family_ref="hjem-1")) == "family_has_all_its_cards"
    assert desk.issue("ref-4", family_ref="hjem-2").card.family_ref == "hjem-2"
    replaced = desk.open.replace(TENANT, first.number, reason="lost", by=NAV, now=desk.now).card  # takes no new place
    assert code_of(lambda: desk.issue("ref-3", family_ref="hjem-1")) == "family_has_all_its_cards"
    desk.open.end(TENANT, replaced.number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    desk.open.end(TENANT, replaced.number, reason="ended", by=NAV, now=desk.now)  # twice gives back once
    assert desk.issue("ref-3", key="again", family_ref="hjem-1").card.status == "active"
    assert code_of(lambda: desk.issue("ref-5", family_ref="hjem-1")) == "family_has_all_its_cards"


@pytest.mark.usefixtures("fresh_table")
def test_renewing_takes_a_place_of_the_next_period_alone() -> None:
    desk = Desk(configuration(per_family=1, validity="half_year", **LONG))
    old = desk.issue("ref-1", family_ref="hjem-1").card
    new = desk.open.renew(TENANT, old.number, KORT, by=NAV, key="r", now=desk.now).card
    assert (new.valid_from, new.family_ref) == (date(2026, 7, 1), "hjem-1")
    asked = {"family_ref": "hjem-1", "valid_from": date(2026, 7, 1)}
    assert code_of(lambda: desk.issue("ref-2", **asked)) == "family_has_all_its_cards"
    desk.open.cancel_renewal(TENANT, old.number, by=NAV, now=desk.now)
    assert desk.issue("ref-2", key="again", **asked).card.status == "active"


@pytest.mark.usefixtures("fresh_table")
def test_twelve_windows_at_once_give_a_family_three_cards() -> None:
    desk = Desk(configuration(per_family=3))

    def ask(each: int) -> str | None:
        return code_of(lambda: desk.issue(f"ref-{each}", family_ref="hjem-1"))

    with ThreadPoolExecutor(6) as windows:
        said = list(windows.map(ask, range(12)))
    assert (said.count(None), said.count("family_has_all_its_cards")) == (3, 9)
    [family] = rows("family")
    assert family["issued"]["N"] == "3"
    assert "expires" in family


@pytest.mark.usefixtures("fresh_table")
def test_a_list_gives_each_family_its_cards_and_says_which_rows_were_too_many() -> None:
    desk = Desk(configuration(per_family=2, quota=100))
    asked = [Asked(f"row-{each}", application(f"ref-{each}", family_ref=f"hjem-{each % 8}")) for each in range(24)]
    came_of = desk.open.in_one_go().issue_many(TENANT, asked, by=NAV, now=desk.now)
    given = [isinstance(each, GivenOut) for each in came_of]
    assert given == [True] * 16 + [False] * 8
    assert {each.code for each in came_of if isinstance(each, OpplevError)} == {"family_has_all_its_cards"}
    assert {row["issued"]["N"] for row in rows("family")} == {"2"}
    assert all(each.fields for each in came_of if isinstance(each, OpplevError))


@pytest.mark.usefixtures("fresh_table")
def test_a_blank_given_to_a_family_takes_one_of_its_places() -> None:
    desk = Desk(configuration(per_family=1))
    one, two = desk.open.stock(TENANT, KORT, 2, by=NAV, key="s", now=desk.now)
    give = desk.open.activate
    assert give(TENANT, one.number, application(family_ref="hjem-1"), by=NAV, key="1", now=desk.now)
    assert (
        code_of(
            lambda: give(TENANT, two.number, application("ref-2", family_ref="hjem-1"), by=NAV, key="2", now=desk.now)
        )
        == "family_has_all_its_cards"
    )
