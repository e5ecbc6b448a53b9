"""A card that the municipality pays so many kroner for and not an øre more, and a card that siblings share."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import table
from chalicelib.shared.calendar import Period
from chalicelib.shared.money import Ore
from chalicelib.visits.actions import Result
from chalicelib.visits.rules import Because, Flag, ToPay
from tests.visits.till import (
    AGREEMENT,
    NOON,
    PROGRAMME,
    SLIDE,
    SWIM,
    TENANT,
    Till,
    card_row,
    clear,
    configuration,
    device,
    everything,
    furnish,
    give_card,
    listening,
    meanwhile,
    token,
    used,
)

PURSE = "øre@2026"
# The municipality pays half of 95 kroner for the child: 47.50 a visit. Twenty of them are 950 kroner.
CEILING = Ore(950_00)


@pytest.fixture(scope="module")
def own_table(dynamodb: str) -> None:
    furnish(dynamodb, "visits-ceiling")


@pytest.fixture(autouse=True)
def empty_table(own_table: None) -> None:  # noqa: ARG001  the table must be there first
    clear()


def till(*, per: Period = Period.YEAR, ceiling: Ore = CEILING, **terms: Any) -> Till:
    programme = replace(PROGRAMME, ceiling=ceiling, ceiling_per=per)
    swim = replace(AGREEMENT, **({"limit": None} | terms))
    slide = replace(swim, offer=SLIDE, quota="slide")
    return Till(configuration(programme=programme, agreements=(swim, slide)))


def test_what_is_paid_is_counted_on_the_card_whatever_the_offer_and_the_till_is_told_how_often_it_still_suffices() -> (
    None
):
    here, number = till(), give_card()
    first = here.window.register(device(), here.ask(token(number)), now=NOON)
    second = here.window.register(device(), here.ask(token(number), offer=SLIDE), now=NOON)
    assert (used(number, PURSE), used(number), used(number, "slide@2026")) == (95_00, 1, 1)
    assert [(done.verdict.left, done.verdict.limit, done.verdict.period) for done in (first, second)] == [
        (19, 20, "year"),
        (18, 20, "year"),
    ]


def test_fifty_tills_at_once_cannot_push_a_card_over_its_ceiling_by_an_ore() -> None:
    # 237.50 is left: five visits of 47.50, and not one øre over.
    here, number = till(), give_card(uses={PURSE: 712_50, "swim@2026": 15}, last={"swim": "2026-11-22"})
    ready, card = threading.Barrier(50), token(number)

    def scan(_: int) -> Because | None:
        asked = here.ask(card)
        ready.wait()
        return here.window.register(device(), asked, now=NOON).verdict.because

    with ThreadPoolExecutor(50) as pool:
        said = list(pool.map(scan, range(50)))
    assert (said.count(None), said.count(Because.ALLOWANCE_USED_UP)) == (5, 45)
    assert (used(number, PURSE), used(number)) == (CEILING, 20)
    assert sum(1 for _, kind in everything() if kind == "VISIT") == 5


def test_the_till_that_loses_the_last_kroner_between_reading_and_writing_says_used_up() -> None:
    here, number = till(), give_card(uses={PURSE: 902_50}, last={"swim": "2026-11-22", "slide": "2026-11-22"})
    other = till()
    sliding = other.ask(token(number), offer=SLIDE)
    with meanwhile("TransactWriteItems", lambda: other.window.register(device(), sliding, now=NOON)):
        done = here.window.register(device(), here.ask(token(number)), now=NOON)
    assert (done.visit, done.verdict.because, done.verdict.left) == (None, Because.ALLOWANCE_USED_UP, 0)
    assert (used(number, PURSE), used(number)) == (CEILING, 0)


def test_a_void_gives_the_kroner_back_and_no_trace_stays_on_the_card() -> None:
    here, number = till(), give_card(uses={PURSE: 902_50})
    done = here.window.register(device(), here.ask(token(number)), now=NOON)
    assert done.visit is not None
    again = here.ask(token(number))
    assert here.window.register(device(), again, now=NOON).verdict.because is Because.ALLOWANCE_USED_UP
    here.window.void(device(), done.visit.id, void_id="v", reason="mistake", now=NOON)
    assert card_row(number).uses.attribute_values == {PURSE: 902_50}
    assert here.window.register(device(), again, now=NOON).verdict.admitted


def test_a_visit_keeps_which_money_it_took_although_the_ceiling_is_lifted_before_it_is_taken_back() -> None:
    here, number = till(), give_card()
    done = here.window.register(device(), here.ask(token(number)), now=NOON)
    assert done.visit is not None
    here.terms = configuration()
    here.window.void(device(), done.visit.id, void_id="v", reason="mistake", now=NOON)
    assert card_row(number).uses.attribute_values == {}


def test_visits_without_network_are_recorded_paid_and_flagged_over_and_the_next_one_online_is_refused() -> None:
    here, number = till(ceiling=Ore(100_00)), give_card()
    queue = [here.ask(token(number), at=NOON - timedelta(hours=hours)) for hours in (3, 2, 1)]
    outcomes = here.window.register_batch(device(), queue, now=NOON)
    assert [each.outcome for each in outcomes] == [Result.RECORDED, Result.RECORDED, Result.OVER_ALLOWANCE]
    assert [each.visit and (each.visit.amount, each.visit.flags, each.visit.left) for each in outcomes] == [
        (47_50, (), 1),
        (47_50, (), 0),
        (47_50, (Flag.OVER,), 0),
    ]
    assert used(number, PURSE) == 142_50
    again = here.window.register_batch(device(), queue, now=NOON)
    assert {each.outcome for each in again} == {Result.REPLAYED}
    assert used(number, PURSE) == 142_50
    assert here.window.check(device(), card=token(number), offer=SWIM, now=NOON).because is Because.ALLOWANCE_USED_UP


def test_a_visit_that_was_sent_twice_takes_the_money_once_and_says_the_same_twice() -> None:
    here, number = till(), give_card()
    asked = here.ask(token(number))
    first, again = (here.window.register(device(), asked, now=NOON) for _ in range(2))
    assert (first.verdict, again.replayed, used(number, PURSE)) == (again.verdict, True, 47_50)


def test_a_new_period_begins_with_the_whole_ceiling_and_the_old_counter_goes() -> None:
    here, number = till(per=Period.MONTH), give_card(uses={"øre@2026-10": CEILING})
    assert here.window.register(device(), here.ask(token(number)), now=NOON).verdict.left == 19
    assert set(card_row(number).uses.attribute_values) == {"øre@2026-11", "swim@2026"}


def test_a_visit_that_costs_the_municipality_nothing_leaves_the_money_alone() -> None:
    here, number = till(reimburse=0), give_card(uses={PURSE: CEILING})
    done = here.window.register(device(), here.ask(token(number)), now=NOON)
    assert (done.verdict.admitted, done.verdict.left, used(number, PURSE)) == (True, None, CEILING)


def test_under_a_ceiling_a_check_is_still_one_request_and_a_visit_two_and_five_write_units() -> None:
    here = till()
    seven = {f"offer-number-{n}": "2026-11-21" for n in range(7)}
    number = give_card(
        external_ref="a3f0c2d4-1c55-4a3c-9d7e-0a6f4b2e9c11",
        family_ref="fam-8812",
        unit="nav-kommunen",
        funding="statlig-tilskudd",
        uses={f"{name}@2026": 4 for name in seven} | {PURSE: 850_00},
        last=seven,
        latest={"venue": "badet", "visit": "0f7d1a22", "at": "2026-11-21T10:15:00Z"},
    )
    with listening() as line:
        here.window.check(device(), card=token(number), offer=SWIM, now=NOON)
        done = here.window.register(device(), here.ask(token(number)), now=NOON)
    assert done.visit is not None
    assert line.calls == ["GetItem", "GetItem", "TransactWriteItems"]
    assert line.write_units <= 5


def test_two_children_on_one_card_come_together_and_both_pay_as_children() -> None:
    here, number = Till(), give_card(siblings=1)
    look = here.window.check(device(), card=token(number), offer=SWIM, now=NOON)
    assert (look.persons, look.to_pay) == (3, ToPay(Ore(0), Ore(20_00), 2))
    done = here.window.register(device(), here.ask(token(number), persons=3), now=NOON)
    assert done.visit is not None
    assert (done.visit.price, done.visit.copay, done.visit.amount) == (330_00, 20_00, 155_00)
    assert (done.visit.marks, done.visit.left, used(number)) == (1, 4, 1)
    assert done.verdict.to_pay == ToPay(Ore(0), Ore(20_00), 2)


def test_what_is_said_of_a_shared_card_is_said_again_when_the_visit_is_sent_again() -> None:
    here, number = Till(), give_card(siblings=2)
    asked = here.ask(token(number), persons=2)
    first, again = (here.window.register(device(), asked, now=NOON) for _ in range(2))
    assert first.verdict == again.verdict
    row = everything()[(table.visit_pk(TENANT, asked.id), "VISIT")]
    assert row["children"] == {"N": "3"}
