"""Blanks: numbered cards that are nobody's, and how one becomes a child's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import table
from chalicelib.cards.actions import Issued
from chalicelib.cards.rules import Card, LatestUse, Status, blank_card, check_stock, kept_until, on_blank
from chalicelib.credentials.rules import Companion, Flags
from chalicelib.shared.answers import OpplevError, RuleError
from chalicelib.shared.ids import CallerId, CardKey, CardNumber, ProgrammeId
from chalicelib.venues.rules import State
from tests.cards.desk import (
    CARD,
    KOMMUNE,
    KORT,
    LOST,
    MINT,
    NAV,
    NOON,
    PROGRAMME,
    TENANT,
    TODAY,
    Desk,
    application,
    configuration,
    everything,
    faults,
    let_in,
    meanwhile,
    rows,
)
from tests.cards.test_rules import HELD
from tests.cards.test_store import Clock

pytestmark = pytest.mark.usefixtures("fresh_table")
OFFICE = CallerId("local/kultur")


def code_of(ask: Callable[[], Any]) -> str:
    with pytest.raises(OpplevError) as refused:
        ask()
    return refused.value.code


def stock(desk: Desk, count: int = 3, *, key: str = "stock-1") -> list[Card]:
    return desk.open.stock(TENANT, KORT, count, by=OFFICE, key=key, now=desk.now)


def activate(desk: Desk, number: CardNumber, ref: str = "ref-1", *, key: str | None = None, **changes: Any) -> Issued:
    asked = application(ref, **changes)
    return desk.open.activate(TENANT, number, asked, by=NAV, key=key or f"id-{ref}", now=desk.now)


def given_out(desk: Desk) -> int:
    return desk.open.used_of_quota(TENANT, desk.terms.programmes[KORT], TODAY)


def mark_offline(number: CardNumber, counter: str = "swim@card", day: str = "2026-03-02") -> None:
    """Do to a blank's row what a till that was without network does."""
    row = table.CardRow(table.card_pk(TENANT, number), "CARD")
    row.update([table.CardRow.uses[counter].set(1), table.CardRow.last[counter.partition("@")[0]].set(day)])


# The rules


@pytest.mark.parametrize(
    ("programme", "code"),
    [
        ({}, None),
        ({"valid_until": TODAY}, None),  # the last day
        ({"valid_from": date(2026, 6, 1)}, None),  # printed ahead
        ({"valid_until": date(2026, 3, 1)}, "outside_programme"),
        ({"state": State.CLOSED}, "programme_closed"),
        ({"validity": "P1Y"}, "no_stock"),
        ({"validity": "P6M"}, "no_stock"),
    ],
)
def test_a_programme_has_a_stock_where_its_cards_last_as_long_as_it_does(
    programme: dict[str, Any], code: str | None
) -> None:
    if code is None:
        check_stock(replace(PROGRAMME, **programme), TODAY)
    else:
        with pytest.raises(RuleError) as refused:
            check_stock(replace(PROGRAMME, **programme), TODAY)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("rule", "companion"),
    [
        ("none", Companion.NONE),
        ("any", Companion.ANY),
        ("adult", Companion.ADULT),
        ("adult_under:12", Companion.ADULT),  # right for every age
        ("adult_only_under:14", Companion.ADULT),
        ("family", Companion.FAMILY),
    ],
)
def test_a_blank_says_who_may_come_along_without_knowing_the_age(rule: str, companion: Companion) -> None:
    blank = blank_card(replace(PROGRAMME, companion=rule), CARD, CardKey("key"), by=OFFICE)
    assert Flags.of(blank.flags) == Flags(blank=True, companion=companion)
    assert (blank.birth_year, blank.external_ref, blank.year) == (None, None, None)


def test_a_card_that_takes_over_a_blank_keeps_the_marks_of_both() -> None:
    later = LatestUse("kinoen", "v2", NOON + timedelta(hours=1))
    card = replace(HELD, last={"swim": date(2026, 3, 1)}, latest=LatestUse("badet", "v1", NOON))
    blank = replace(
        HELD,
        number=CARD,
        uses={"swim@card": 1, "ski@card": 1},
        last={"swim": date(2026, 3, 2), "ski": date(2026, 2, 1)},
        latest=later,
    )
    both = on_blank(card, blank)
    assert both.uses == {"swim@card": 3, "film@card": 9, "ski@card": 1}
    assert both.last == {"swim": date(2026, 3, 2), "ski": date(2026, 2, 1)}
    assert (both.number, both.latest) == (CARD, later)


# Making


def test_blanks_are_numbered_and_nobodys_and_carry_the_programmes_dates() -> None:
    desk = Desk()
    made = stock(desk, 40)
    assert len({blank.number for blank in made}) == 40
    assert {(blank.status, blank.valid_from, blank.valid_until) for blank in made} == {
        (Status.BLANK, PROGRAMME.valid_from, PROGRAMME.valid_until)
    }
    body = MINT.read(TENANT, desk.open.link(TENANT, made[0])[1], municipality_number=KOMMUNE).body
    assert body is not None
    assert Flags.of(body.flags).blank
    assert (body.number, body.valid_until) == (made[0].number, PROGRAMME.valid_until)
    assert rows("claim") == []
    assert given_out(desk) == 0


def test_the_same_stock_asked_for_again_is_the_same_blanks() -> None:
    desk = Desk()
    first = stock(desk, 40)
    desk.terms = configuration(state=State.CLOSED)
    before = everything()
    assert stock(desk, 40) == first
    assert everything() == before
    assert code_of(lambda: stock(desk, 41)) == "idempotency_conflict"
    assert code_of(lambda: stock(desk, 7)) == "idempotency_conflict"


def test_a_stock_that_was_interrupted_goes_on_where_it_stopped() -> None:
    desk = Desk()
    sent = 0

    def crash() -> None:
        nonlocal sent
        sent += 1
        if sent == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), meanwhile("TransactWriteItems", crash, crash, crash):
        stock(desk, 100)
    assert len(rows("card")) == 64
    assert len(stock(desk, 100)) == 100
    assert len(rows("card")) == 100


def test_a_stock_whose_answer_was_lost_and_one_that_meets_a_taken_number_are_made_once() -> None:
    desk = Desk(store=Clock().store())
    with faults("TransactWriteItems", LOST):
        assert len(stock(desk, 5)) == 5
    taken = rows("card")[0]["PK"]["S"].rpartition("#")[2]
    fresh = [MINT.new_number(f"{each:010d}") for each in range(900, 905)]
    desk.drawn = iter([taken, fresh[0], *fresh[1:]])
    assert len(stock(desk, 2, key="stock-2")) == 2
    assert len(rows("card")) == 7


def test_two_who_ask_for_the_same_stock_at_once_get_the_same_blanks() -> None:
    desk = Desk()
    with ThreadPoolExecutor(4) as offices:
        made = list(offices.map(lambda _: tuple(blank.number for blank in stock(desk, 70)), range(4)))
    assert len(set(made)) == 1
    assert len(rows("card")) == 70


def test_no_stock_of_a_programme_that_is_not_there() -> None:
    desk = Desk()
    unknown = ProgrammeId("none")
    ask = desk.open.stock
    assert code_of(lambda: ask(TENANT, unknown, 1, by=OFFICE, key="k", now=NOON)) == "unknown_programme"
    desk.terms = configuration(validity="P1Y")
    assert code_of(lambda: stock(desk)) == "no_stock"
    assert everything() == {}


# Activating


def test_a_blank_becomes_a_childs_card_like_any_other() -> None:
    desk = Desk()
    blank = stock(desk, 1)[0]
    made = activate(desk.later(days=1), blank.number, language="so", unit="nav-1", valid_until=date(2026, 6, 30))
    other = Desk(now=desk.now).issue("ref-2", language="so", unit="nav-1", valid_until=date(2026, 6, 30)).card
    assert made.card == replace(other, number=blank.number, key=blank.key, external_ref="ref-1")
    stored, history = desk.open.get(TENANT, blank.number, now=desk.now)
    assert stored == made.card
    assert [(entry.status, entry.by) for entry in history] == [(Status.BLANK, OFFICE), (Status.ACTIVE, NAV)]
    assert [card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)] == [blank.number]
    assert given_out(desk) == 2
    listed = desk.open.expiring(TENANT, KORT, before=date(2026, 7, 1), now=desk.now)
    assert blank.number in {card.number for card in listed}
    body = MINT.read(TENANT, made.url, municipality_number=KOMMUNE).body
    assert body is not None
    assert not Flags.of(body.flags).blank


def test_a_blank_is_in_no_list_of_what_expires() -> None:
    desk = Desk()
    stock(desk, 2)
    assert desk.open.expiring(TENANT, KORT, before=date(2027, 7, 1), now=desk.now) == []


def test_the_same_activation_again_gives_the_same_card_and_another_is_refused() -> None:
    desk = Desk()
    one, two, _ = stock(desk)
    first = activate(desk, one.number)
    desk.terms = configuration(state=State.CLOSED)
    again = activate(desk.later(days=1), one.number)
    desk.terms = configuration()
    assert (again.card, again.token, again.replayed) == (first.card, first.token, True)
    assert code_of(lambda: activate(desk, two.number, key="id-ref-1")) == "idempotency_conflict"
    assert code_of(lambda: activate(desk, one.number, "ref-2")) == "not_in_that_state"
    assert code_of(lambda: activate(desk, two.number, key="other")) == "already_has_card"
    assert code_of(lambda: desk.issue("ref-1", key="id-ref-1")) == "idempotency_conflict"
    assert given_out(desk) == 1


def test_a_blank_is_refused_for_the_same_reasons_as_a_card() -> None:
    desk = Desk(configuration(quota=1))
    one, two, _ = stock(desk)
    assert code_of(lambda: activate(desk, one.number, birth_year=1980)) == "age_outside_programme"
    assert code_of(lambda: activate(desk, one.number, unit="10915596784")) == "identity_number"
    assert code_of(lambda: activate(desk, CARD)) == "unknown_card"
    activate(desk, one.number)
    before = everything()
    assert code_of(lambda: activate(desk, two.number, "ref-2")) == "quota_reached"
    assert everything() == before
    summer = replace(PROGRAMME, id=ProgrammeId("sommer"), code=8)
    desk.terms = replace(desk.terms, programmes={**desk.terms.programmes, summer.id: summer})
    assert code_of(lambda: activate(desk, two.number, "ref-3", programme=summer.id)) == "other_programme"


def test_a_blank_that_was_ended_or_given_out_is_no_blank() -> None:
    desk = Desk()
    one, _, _ = stock(desk)
    desk.open.end(TENANT, one.number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    assert code_of(lambda: activate(desk, one.number)) == "not_in_that_state"
    assert given_out(desk) == 0
    issued = desk.issue("ref-2").card
    assert code_of(lambda: activate(desk, issued.number)) == "not_in_that_state"


def test_two_issuers_who_take_the_same_blank_at_once_give_it_to_one_child() -> None:
    desk = Desk()
    one, _, _ = stock(desk)

    def outcome(ref: str) -> str:
        try:
            return str(activate(desk, one.number, ref).card.external_ref)
        except OpplevError as error:
            return error.code

    with ThreadPoolExecutor(4) as issuers:
        outcomes = list(issuers.map(outcome, [f"ref-{each}" for each in range(4)]))
    assert outcomes.count("not_in_that_state") == 3
    assert desk.open.get(TENANT, one.number, now=desk.now)[0].external_ref in outcomes
    assert (given_out(desk), len(rows("claim")), len(rows("request"))) == (1, 1, 2)


def test_an_activation_whose_answer_was_lost_is_done_once() -> None:
    desk = Desk(store=Clock().store())
    one, _, _ = stock(desk)
    with faults("TransactWriteItems", LOST):
        made = activate(desk, one.number)
    assert desk.open.get(TENANT, one.number, now=desk.now)[0] == made.card
    assert given_out(desk) == 1


def test_what_a_till_without_network_marked_on_a_blank_counts_when_it_becomes_somebodys() -> None:
    desk = Desk()
    one, _, _ = stock(desk)
    mark_offline(one.number)
    with meanwhile("TransactWriteItems", lambda: mark_offline(one.number, "film@card")):
        activate(desk, one.number)
    assert desk.open.get(TENANT, one.number, now=desk.now)[0].uses == {"swim@card": 1, "film@card": 1}


def test_the_pointer_of_an_activated_blank_goes_when_the_card_goes() -> None:
    desk = Desk()
    one = stock(desk, 1)[0]
    activate(desk, one.number, valid_until=date(2026, 6, 30))
    gone = str(table.epoch(kept_until(date(2026, 6, 30))))
    assert {row["expires"]["N"] for kind in ("card", "pointer", "claim") for row in rows(kind)} == {gone}


# Replacing with a blank


def replaced(desk: Desk, number: CardNumber, blank: CardNumber) -> Issued:
    return desk.open.replace(TENANT, number, reason="lost", stock=blank, by=NAV, now=desk.now)


def test_a_lost_card_goes_on_as_the_blank_from_the_drawer() -> None:
    desk = Desk()
    one, _, _ = stock(desk)
    old = desk.later(minutes=1).issue("ref-1").card
    let_in(old.number)
    mark_offline(one.number)
    new = replaced(desk.later(minutes=1), old.number, one.number).card
    assert (new.number, new.key, new.external_ref, new.status) == (one.number, old.key, "ref-1", Status.ACTIVE)
    assert new.uses == {"swim@card": 2}
    assert desk.open.get(TENANT, one.number, now=desk.now)[0] == new
    assert desk.open.get(TENANT, old.number, now=desk.now)[0].status is Status.REPLACED
    pointers = {row["PK"]["S"].rpartition("#")[2]: row["number"]["S"] for row in rows("pointer")}
    assert (pointers[old.key], pointers[one.key]) == (new.number, new.number)
    assert [card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now) if card.status is Status.ACTIVE] == [
        new.number
    ]
    assert given_out(desk) == 1


def test_a_replacement_takes_no_card_that_is_somebodys_and_none_of_another_programme() -> None:
    desk = Desk()
    one, two, _ = stock(desk)
    old, other = desk.issue("ref-1").card, desk.issue("ref-2").card
    before = everything()
    assert code_of(lambda: replaced(desk, old.number, other.number)) == "not_in_that_state"
    assert code_of(lambda: replaced(desk, old.number, old.number)) == "not_in_that_state"
    assert code_of(lambda: replaced(desk, old.number, CARD)) == "unknown_card"
    assert code_of(lambda: replaced(desk, one.number, two.number)) == "not_in_that_state"
    assert everything() == before
    row = table.CardRow(table.card_pk(TENANT, two.number), "CARD")
    row.update([table.CardRow.programme.set("sommer")])
    assert code_of(lambda: replaced(desk, old.number, two.number)) == "other_programme"


def test_replacing_again_with_the_same_blank_is_the_same_answer() -> None:
    desk = Desk(store=Clock().store())
    one, two, _ = stock(desk)
    old = desk.issue("ref-1").card
    with faults("TransactWriteItems", LOST):
        first = replaced(desk, old.number, one.number)
    assert replaced(desk, old.number, one.number).card == first.card
    assert code_of(lambda: replaced(desk, old.number, two.number)) == "not_in_that_state"


def test_a_visit_on_the_blank_while_it_takes_over_is_not_lost() -> None:
    desk = Desk()
    one, _, _ = stock(desk)
    old = desk.issue("ref-1").card
    with meanwhile("TransactWriteItems", lambda: mark_offline(one.number)):
        new = replaced(desk, old.number, one.number).card
    assert new.uses == {"swim@card": 1}
    assert desk.open.get(TENANT, one.number, now=desk.now)[0].uses == {"swim@card": 1}


def test_two_lost_cards_do_not_become_the_same_blank() -> None:
    desk = Desk()
    one, _, _ = stock(desk)
    olds = [desk.issue(f"ref-{each}").card.number for each in range(4)]

    def outcome(old: CardNumber) -> str:
        try:
            return str(replaced(desk, old, one.number).card.external_ref)
        except OpplevError as error:
            return error.code

    with ThreadPoolExecutor(4) as issuers:
        outcomes = list(issuers.map(outcome, olds))
    assert outcomes.count("not_in_that_state") == 3
    assert len([row for row in rows("card") if row["status"]["S"] == "replaced"]) == 1
