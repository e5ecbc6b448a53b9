"""What a till can do: look, register once, take back, empty its queue, list its day, and get ready for no network."""

import json
import random
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib import table
from chalicelib.cards.rules import Status
from chalicelib.credentials.actions import Presented
from chalicelib.shared.answers import ConflictError, RuleError, TooLargeError, UnknownError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardNumber, OfferId, Tenant, VenueId, VisitId
from chalicelib.table import BlockedRow, CardRow, PointerRow, Row, SettlementRow, VisitRow, VoidRow
from chalicelib.venues.rules import Counts, State
from chalicelib.visits.actions import Asked, OfferCount, Registered, Result
from chalicelib.visits.rules import Because, Flag, ToPay
from tests.visits.till import (
    AGREEMENT,
    CARD_YEAR,
    CINEMA,
    FILM,
    MINT,
    NOON,
    NUMBERS,
    OFFICE,
    POOL,
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
    token,
    used,
)


@pytest.fixture(scope="module")
def own_table(dynamodb: str) -> None:
    furnish(dynamodb, "visits-actions")


@pytest.fixture(autouse=True)
def empty_table(own_table: None) -> None:  # noqa: ARG001  the table must be there first
    clear()


@dataclass(frozen=True)
class Case:
    """A card and the till that it is held up at."""

    because: Because
    card: dict[str, Any] | None = None
    till: dict[str, Any] | None = None
    asked: dict[str, Any] | None = None


CASES = [
    Case(Because.NOT_YET_VALID, card={"valid_from": "2026-11-23"}),
    Case(Because.EXPIRED, card={"valid_until": "2026-11-21"}),
    Case(Because.EXPIRED, card={"status": "ended"}),
    Case(Because.BLOCKED, card={"status": "blocked"}),
    Case(Because.REPLACED, card={"status": "replaced"}),
    Case(Because.UNKNOWN_CARD, card={"status": "blank"}),
    Case(Because.NOT_THIS_VENUE, asked={"offer": FILM}),
    Case(Because.NOT_THIS_VENUE, till={"agreements": ()}),
    Case(Because.NO_AGREEMENT, asked={"offer": SLIDE}),
    Case(Because.NO_AGREEMENT, till={"agreements": (replace(AGREEMENT, until=date(2026, 11, 21)),)}),
    Case(Because.PROGRAMME_CLOSED, till={"programme": replace(PROGRAMME, state=State.CLOSED)}),
    Case(Because.PROGRAMME_CLOSED, card={"programme": "another"}),
    Case(Because.ALLOWANCE_USED_UP, card={"uses": {"swim@2026": 5}}),
    Case(
        Because.USED_TODAY,
        card={"last": {"swim": "2026-11-22"}},
        till={"programme": replace(PROGRAMME, once_per_day=True)},
    ),
    Case(Because.COMPANION_NOT_ALLOWED, asked={"persons": 3}),
]


@pytest.mark.parametrize("case", CASES)
def test_a_card_that_may_not_come_in_is_told_why_at_a_look_and_at_the_visit(case: Case) -> None:
    till, number = Till(configuration(**(case.till or {}))), give_card(**(case.card or {}))
    asked = replace(till.ask(token(number)), **(case.asked or {}))
    before = everything()
    done = till.window.register(device(), asked, now=NOON)
    assert (done.visit, done.verdict.admitted, done.verdict.because) == (None, False, case.because)
    if case.because is not Because.COMPANION_NOT_ALLOWED:  # a look asks for nobody in particular
        assert till.window.check(device(), card=token(number), offer=asked.offer, now=NOON).because is case.because
    assert everything() == before


@pytest.mark.parametrize("offline", [False, True])
def test_cards_that_are_none_of_ours_are_refused_also_from_a_queue(offline: bool) -> None:  # noqa: FBT001  a case
    number = give_card()
    good = token(number)
    unissued = MINT.new_number(f"{next(NUMBERS):010d}")
    held_up = {
        good[:-2] + "AA": Because.FORGED_CARD,
        token(number, tenant=Tenant("nabo")): Because.FORGED_CARD,  # our number under another's key
        token(number, tenant=Tenant("nabo"), kommune=301): Because.UNKNOWN_CARD,  # a neighbour's own card
        unissued: Because.UNKNOWN_CARD,
        token(unissued): Because.UNKNOWN_CARD,
        number[:-1] + str((int(number[-1]) + 1) % 10): Because.UNKNOWN_CARD,  # a slip of the finger
        "https://parkering.example/123": Because.UNKNOWN_CARD,
    }
    till = Till()
    for card, because in held_up.items():
        done = till.window.register(device(), till.ask(card, offline=offline), now=NOON)
        assert (done.visit, done.verdict.because) == (None, because), card


def test_a_copied_tag_is_refused_at_the_window_and_flagged_where_it_came_in_without_a_network() -> None:
    number = give_card()

    def reader(_: Tenant, text: str, *, municipality_number: int) -> Presented:
        return replace(MINT.read(TENANT, text, municipality_number=municipality_number), copied=True)

    till = Till(reads=reader)
    assert till.window.check(device(), card=number, offer=SWIM, now=NOON).because is Because.COPIED_TAG
    done = till.window.register(device(), till.ask(number), now=NOON)
    assert (done.visit, done.verdict.because) == (None, Because.COPIED_TAG)
    queued = till.window.register(device(), till.ask(number, offline=True), now=NOON)
    assert queued.visit is not None
    assert queued.visit.flags == ("copied",)


def test_every_reason_is_reached_at_the_window() -> None:
    elsewhere = {Because.FORGED_CARD, Because.COPIED_TAG}  # the two tests above
    assert {case.because for case in CASES} | elsewhere == set(Because)


@pytest.mark.parametrize("typed", [True, False])
def test_a_typed_number_is_as_good_as_the_camera(typed: bool) -> None:  # noqa: FBT001  a case
    till, number = Till(), give_card()
    shown = f"{number[:4]} {number[4:8]} {number[8:]}" if typed else f"HTTPS://KORT.EXAMPLE.NO/K#{token(number)}"
    assert till.window.register(device(), till.ask(shown), now=NOON).visit is not None


def test_a_look_says_how_many_may_come_and_a_second_scan_today_how_long_ago() -> None:
    till, number = Till(), give_card(uses={"swim@2026": 2})
    look = till.window.check(device(), card=token(number), offer=SWIM, now=NOON)
    assert (look.persons, look.left, look.limit, look.used_minutes_ago) == (2, 3, 5, None)
    till.window.register(device(), till.ask(token(number)), now=NOON)
    again = till.window.check(device(), card=token(number), offer=SWIM, now=NOON + timedelta(minutes=7))
    assert (again.left, again.used_minutes_ago) == (2, 7)
    elsewhere = till.window.check(device(CINEMA), card=token(number), offer=FILM, now=NOON)
    assert elsewhere.used_minutes_ago is None


def test_a_visit_keeps_the_terms_it_was_registered_with() -> None:
    old = replace(AGREEMENT, until=date(2026, 11, 20), reimburse=100, price_holder=AGREEMENT.price_holder)
    new = replace(AGREEMENT, starts=date(2026, 11, 21), reimburse=33)
    till, number = Till(configuration(agreements=(old, new))), give_card()
    done = till.window.register(device(), till.ask(token(number), persons=2), now=NOON).visit
    assert done is not None
    # 95 + 140 less 20 at the till, a third of it, half an øre up.
    assert (done.price, done.copay, done.percent, done.amount) == (235_00, 20_00, 33, 70_95)
    assert (done.agreement, done.settle_by, done.funding, done.vat_code) == ("2026-11-21", "internal", "kultur", None)
    earlier = till.ask(token(number), at=NOON - timedelta(days=2))
    late = till.window.register(device(), earlier, now=NOON).visit
    assert late is not None
    assert (late.date, late.agreement, late.amount, late.month) == (date(2026, 11, 20), "2026-01-01", 95_00, "2026-11")


def test_the_card_s_own_funding_wins_over_the_agreement_s() -> None:
    till, number = Till(), give_card(funding="statlig-tilskudd")
    done = till.window.register(device(), till.ask(token(number)), now=NOON).visit
    assert done is not None
    assert done.funding == "statlig-tilskudd"


# The same again


def same(first: Registered, again: Registered) -> bool:
    """Say whether two answers say the same."""
    return (first.visit, first.verdict) == (again.visit, again.verdict)


@pytest.mark.parametrize(
    "twin",
    [
        {},
        {"offline": True},  # a request that hung, and its twin from the queue
        {"at": NOON - timedelta(seconds=40)},
        {"at": NOON - timedelta(days=400)},  # out of bounds today, and registered all the same
        {"carrier": "typed"},
    ],
)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=11), timedelta(days=20)])
def test_the_last_visit_sent_three_times_is_a_yes_three_times_and_counts_once(
    twin: dict[str, Any], later: timedelta
) -> None:
    till, number = Till(), give_card(uses={"swim@2026": 4})
    asked = till.ask(token(number))
    first = till.window.register(device(), asked, now=NOON)
    rows = everything()
    till.moment = NOON + later
    again = till.window.register(device(), replace(asked, **twin), now=till.moment)
    third = Till(moment=till.moment).window.register(device(), asked, now=till.moment)  # after a restart
    assert (first.replayed, again.replayed, third.replayed) == (False, True, True)
    assert same(first, again)
    assert same(first, third)
    assert first.verdict.left == 0
    assert everything() == rows


@pytest.mark.parametrize("status", [Status.BLOCKED, Status.ENDED, Status.REPLACED])
def test_a_visit_that_stands_is_a_yes_again_when_the_card_no_longer_is(status: Status) -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number))
    first = till.window.register(device(), asked, now=NOON)
    row = card_row(number)
    row.status = status.value
    row.save()
    again = till.window.register(device(), asked, now=NOON)
    assert again.replayed
    assert same(first, again)
    assert till.window.register(device(), till.ask(token(number)), now=NOON).visit is None


@pytest.mark.parametrize("offline", [False, True])
@pytest.mark.parametrize("other", ["card", "offer", "persons", "venue", "unknown card", "forged card"])
def test_an_id_that_stands_for_another_visit_is_a_conflict_and_writes_nothing(
    other: str,
    offline: bool,  # noqa: FBT001  a case
) -> None:
    slide = replace(AGREEMENT, offer=SLIDE, quota="slide")
    film = replace(AGREEMENT, venue=CINEMA, offer=FILM, quota="film")
    till = Till(configuration(agreements=(AGREEMENT, slide, film)))
    number, another = give_card(), give_card()
    asked = till.ask(token(number))
    till.window.register(device(), asked, now=NOON)
    rows = everything()
    changed, phone = replace(asked, offline=offline), device()
    match other:
        case "card":
            changed = replace(changed, card=token(another))
        case "offer":
            changed = replace(changed, offer=SLIDE)
        case "persons":
            changed = replace(changed, persons=2)
        case "venue":
            phone = device(CINEMA)  # which calls its own offer by the same name
            namesake = replace(till.terms.offers[CINEMA, FILM], id=SWIM)
            till.terms = replace(till.terms, offers={**till.terms.offers, (CINEMA, SWIM): namesake})
        case "unknown card":
            changed = replace(changed, card=MINT.new_number(f"{next(NUMBERS):010d}"))
        case "forged card":
            changed = replace(changed, card=token(number)[:-2] + "AA")
    with pytest.raises(ConflictError) as said:
        till.window.register(phone, changed, now=NOON)
    assert said.value.code == "id_used_otherwise"
    assert everything() == rows


def test_a_visit_made_with_a_card_that_was_replaced_since_is_found_by_either_card() -> None:
    till, old = Till(), give_card(key="follows")
    asked = till.ask(token(old))
    first = till.window.register(device(), asked, now=NOON)
    new = replace_card(old)
    for card in (old, new):
        again = till.window.register(device(), replace(asked, card=token(card)), now=NOON)
        assert again.replayed
        assert same(first, again)


def replace_card(old: CardNumber) -> CardNumber:
    """Give a new card with the old one's key and counters, as the issuer's desk does."""
    row = card_row(old)
    values = row.attribute_values
    kept = {name: values[name] for name in ("uses", "last", "latest") if values.get(name) is not None}
    new = give_card(key=row.key, **kept)
    row.status, row.replaced_by = Status.REPLACED.value, new
    row.save()
    return new


@pytest.mark.parametrize(
    "at", [NOON + timedelta(minutes=3), NOON - timedelta(days=15), datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_a_clock_out_of_bounds_is_told_so_online_and_nothing_is_written(at: datetime) -> None:
    till, number = Till(), give_card()
    rows = everything()
    with pytest.raises(RuleError) as said:
        till.window.register(device(), till.ask(token(number), at=at), now=NOON)
    assert said.value.code == "at_out_of_bounds"
    assert everything() == rows


@pytest.mark.parametrize("persons", [0, -1, 21])
def test_a_number_of_persons_that_can_only_be_a_slip_is_told_so(persons: int) -> None:
    till, number = Till(), give_card()
    with pytest.raises(RuleError, match="persons_out_of_bounds"):
        till.window.register(device(), till.ask(token(number), persons=persons, offline=True), now=NOON)


# Without network


def test_everything_that_happened_is_recorded_and_paid_and_says_what_was_odd() -> None:
    till = Till(configuration(programme=replace(PROGRAMME, once_per_day=True)))
    spoilt: dict[Flag | None, tuple[dict[str, Any], dict[str, Any]]] = {
        None: ({}, {}),
        Flag.OVER: ({"uses": {"swim@2026": 5}}, {}),
        Flag.ENDED: ({"valid_until": "2026-11-21"}, {}),
        Flag.BLOCKED: ({"status": "blocked"}, {}),
        Flag.BLANK: ({"status": "blank"}, {}),
        Flag.LATE: ({}, {"at": NOON - timedelta(hours=73)}),
        Flag.CLOCK: ({}, {"at": NOON + timedelta(minutes=3)}),
    }
    asked = [till.ask(token(give_card(**card)), **changes) for card, changes in spoilt.values()]
    outcomes = till.window.register_batch(device(), asked, now=NOON)
    for flag, outcome in zip(spoilt, outcomes, strict=True):
        assert outcome.visit is not None
        assert outcome.visit.flags == (() if flag is None else (flag,))
        assert outcome.outcome is (Result.OVER_ALLOWANCE if flag is Flag.OVER else Result.RECORDED)
        assert outcome.visit.amount == 47_50
        assert outcome.verdict is not None
        assert outcome.verdict.admitted


@pytest.mark.parametrize(
    ("card", "programme", "persons"),
    [
        ({"uses": {"swim@2026": 8}}, {}, 1),
        ({"last": {"swim": "2026-11-22"}}, {"once_per_day": True}, 1),
        ({}, {"companion": "none"}, 2),
        ({"uses": {"swim@2026": 4}}, {"counts": Counts.PERSON}, 2),
    ],
)
def test_over_the_allowance_has_several_forms_and_all_are_counted_and_paid(
    card: dict[str, Any], programme: dict[str, Any], persons: int
) -> None:
    till = Till(configuration(programme=replace(PROGRAMME, **programme)))
    number = give_card(**card)
    before = used(number)
    (outcome,) = till.window.register_batch(device(), [till.ask(token(number), persons=persons)], now=NOON)
    assert outcome.outcome is Result.OVER_ALLOWANCE
    assert outcome.visit is not None
    assert outcome.visit.amount > 0
    assert used(number) == before + (persons if programme.get("counts") else 1)


def test_a_visit_from_a_queue_that_the_rules_allow_is_held_to_them_when_it_is_written() -> None:
    till, number = Till(), give_card(uses={"swim@2026": 4})
    asked = [till.ask(token(number)) for _ in range(3)]
    outcomes = till.window.register_batch(device(), asked, now=NOON)
    assert [each.outcome for each in outcomes] == [Result.RECORDED, Result.OVER_ALLOWANCE, Result.OVER_ALLOWANCE]
    assert used(number) == 7
    assert till.window.register(device(), till.ask(token(number)), now=NOON).verdict.left == 0


@pytest.mark.parametrize("days", [1, 2])
def test_a_wrong_clock_takes_the_receipt_s_date_and_band(days: int) -> None:
    till, number = Till(), give_card()
    at = NOON + timedelta(days=days, hours=6)
    (outcome,) = till.window.register_batch(device(), [till.ask(token(number), at=at)], now=NOON)
    assert outcome.visit is not None
    assert (outcome.visit.date, outcome.visit.band, outcome.visit.flags) == (date(2026, 11, 22), "12-16", (Flag.CLOCK,))


def test_a_day_without_terms_is_recorded_counted_and_not_paid() -> None:
    till = Till(configuration(agreements=(replace(AGREEMENT, until=date(2026, 11, 21)),)))
    number = give_card()
    (outcome,) = till.window.register_batch(device(), [till.ask(token(number))], now=NOON)
    visit = outcome.visit
    assert visit is not None
    assert (visit.flags, visit.amount, visit.price, visit.percent) == ((Flag.NO_AGREEMENT,), 0, 0, 0)
    assert (visit.agreement, visit.counter, used(number)) == ("2026-01-01", "swim@2026", 1)
    done = till.window.void(device(), visit.id, void_id="v", reason="mistake", now=NOON)
    assert (done.corrects, used(number)) == ("2026-11", 0)


def test_an_offer_that_never_had_terms_is_recorded_and_counts_nowhere() -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number), offer=SLIDE)
    (outcome,) = till.window.register_batch(device(), [asked], now=NOON)
    visit = outcome.visit
    assert visit is not None
    assert (visit.flags, visit.amount, visit.agreement, visit.counter) == ((Flag.NO_AGREEMENT,), 0, "", "")
    row = card_row(number)
    assert (row.uses.attribute_values, row.last.attribute_values) == ({}, {})
    (again,) = till.window.register_batch(device(), [asked], now=NOON)
    assert (again.outcome, again.visit, again.verdict) == (Result.REPLAYED, visit, outcome.verdict)
    assert till.window.void(device(), visit.id, void_id="v", reason="left", now=NOON).visit_id == visit.id


def test_a_replaced_card_from_a_queue_is_flagged_and_counts_on_the_card_that_took_its_place() -> None:
    till, old = Till(), give_card(uses={"swim@2026": 3})
    new = replace_card(old)
    (outcome,) = till.window.register_batch(device(), [till.ask(token(old))], now=NOON)
    assert outcome.visit is not None
    assert (outcome.visit.flags, outcome.visit.last3, outcome.visit.left) == ((Flag.BLOCKED,), new[-3:], 1)
    assert (used(old), used(new)) == (3, 4)


def test_one_bad_visit_never_stops_the_others() -> None:
    till, number = Till(), give_card()
    taken = till.ask(token(number))
    till.window.register(device(), taken, now=NOON)
    sent = [
        till.ask(token(number)),
        till.ask(token(number)[:-2] + "AA"),
        till.ask(token(number), offer=OfferId("no-such-offer")),
        till.ask(token(number), persons=0),
        replace(taken, persons=2),
        taken,
        till.ask(token(number)),
    ]
    outcomes = till.window.register_batch(device(), sent, now=NOON)
    assert [(each.outcome, each.code) for each in outcomes] == [
        (Result.RECORDED, None),
        (Result.REFUSED, None),
        (Result.PROBLEM, "unknown_offer"),
        (Result.PROBLEM, "persons_out_of_bounds"),
        (Result.PROBLEM, "id_used_otherwise"),
        (Result.REPLAYED, None),
        (Result.RECORDED, None),
    ]
    assert [each.id for each in outcomes] == [each.id for each in sent]
    assert all(each.detail for each in outcomes if each.code)
    assert used(number) == 3


def test_more_than_a_hundred_visits_at_a_time_are_too_many() -> None:
    till, number = Till(), give_card()
    with pytest.raises(TooLargeError, match="too_many_visits"):
        till.window.register_batch(device(), [till.ask(token(number))] * 101, now=NOON)


def test_a_queue_of_a_hundred_sent_twice_in_any_order_leaves_the_same_state() -> None:
    chance = random.Random(20261122)  # noqa: S311  a test's own order
    till = Till()
    numbers = [give_card() for _ in range(15)]
    asked = [
        till.ask(
            token(chance.choice(numbers)),
            at=NOON - timedelta(hours=chance.randrange(200)),
            persons=chance.choice([1, 2]),
        )
        for _ in range(100)
    ]
    chance.shuffle(asked)
    first = till.window.register_batch(device(), asked, now=NOON)
    rows = everything()
    chance.shuffle(asked)
    second = till.window.register_batch(device(name="2" * 24), asked, now=NOON + timedelta(hours=1))
    assert everything() == rows
    assert {each.outcome for each in second} == {Result.REPLAYED}
    visits = {each.id: (each.visit, each.verdict) for each in first}
    assert {each.id: (each.visit, each.verdict) for each in second} == visits
    assert sum(used(number) for number in numbers) == 100
    over = sum(1 for each in first if each.outcome is Result.OVER_ALLOWANCE)
    assert over == sum(max(used(number) - 5, 0) for number in numbers)


def test_of_two_phones_without_network_five_visits_are_within_the_allowance_and_three_over() -> None:
    chance = random.Random(8)  # noqa: S311  a test's own order
    till, number = Till(), give_card()
    asked = [till.ask(token(number)) for _ in range(8)]
    sent = [*asked, *asked, *asked]
    chance.shuffle(sent)
    outcomes = till.window.register_batch(device(), sent, now=NOON)
    counted = [each.outcome for each in outcomes]
    assert [counted.count(kind) for kind in (Result.RECORDED, Result.OVER_ALLOWANCE, Result.REPLAYED)] == [5, 3, 16]
    assert used(number) == 8
    done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.verdict.because is Because.ALLOWANCE_USED_UP


# Taking back


def visited(till: Till, number: str, **changes: Any) -> VisitId:
    """Register a visit and give its id."""
    done = till.window.register(device(), till.ask(token(number), **changes), now=till.moment)
    assert done.visit is not None
    return done.visit.id


def test_a_void_gives_the_card_back_as_it_was() -> None:
    till = Till(configuration(programme=replace(PROGRAMME, once_per_day=True)))
    number = give_card(uses={"swim@2026": 3}, last={"swim": "2026-11-20", "film": "2026-11-21"})
    visit = visited(till, number)
    refused = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert refused.verdict.because is Because.USED_TODAY
    done = till.window.void(device(name="2" * 24), visit, void_id="v1", reason="mistake", now=NOON)
    assert (done.visit_id, done.void_id, done.month, done.corrects) == (visit, "v1", "2026-11", "2026-11")
    row = card_row(number)
    assert row.uses.attribute_values == {"swim@2026": 3}
    assert row.last.attribute_values == {"swim": "2026-11-20", "film": "2026-11-21"}
    assert row.latest is None
    assert till.window.register(device(), till.ask(token(number)), now=NOON).verdict.left == 1


def test_a_void_of_the_first_visit_ever_leaves_no_trace_on_the_card() -> None:
    till, number = Till(), give_card()
    before = everything()[(table.card_pk(TENANT, number), "CARD")]
    visit = visited(till, number, persons=2)
    till.window.void(device(), visit, void_id="v1", reason="left", now=NOON)
    assert everything()[(table.card_pk(TENANT, number), "CARD")] == before


def test_a_void_leaves_alone_what_later_visits_have_moved() -> None:
    till, number = Till(), give_card(last={"swim": "2026-11-01"})
    first = visited(till, number)
    till.moment = NOON + timedelta(days=1)
    second = visited(till, number)
    till.window.void(device(), first, void_id="v1", reason="mistake", now=till.moment)
    row = card_row(number)
    assert row.last.attribute_values == {"swim": "2026-11-23"}
    assert row.latest is not None
    assert row.latest.attribute_values["visit"] == second[:8]
    assert used(number) == 1


def test_a_void_never_brings_a_counter_below_zero() -> None:
    till, number = Till(), give_card()
    visit = visited(till, number)
    row = card_row(number)
    row.uses = {}
    row.save()
    till.window.void(device(), visit, void_id="v1", reason="mistake", now=NOON)
    assert used(number) == 0


def test_a_void_finds_the_card_that_took_the_old_one_s_place() -> None:
    till, old = Till(), give_card(key="follows")
    visit = visited(till, old)
    new = replace_card(old)
    PointerRow(table.pointer_pk(TENANT, "follows"), "POINTER", number=new).save()
    till.window.void(device(), visit, void_id="v1", reason="mistake", now=NOON)
    assert (used(old), used(new)) == (1, 0)


def test_a_visit_whose_card_is_deleted_can_still_be_taken_back() -> None:
    till, number = Till(), give_card(key="gone")
    visit = visited(till, number)
    PointerRow.get(table.pointer_pk(TENANT, "gone"), "POINTER").delete()
    card_row(number).delete()
    assert till.window.void(device(), visit, void_id="v1", reason="mistake", now=NOON).corrects == "2026-11"
    assert VisitRow.get(table.visit_pk(TENANT, visit), "VISIT").void_month == "2026-11"


def test_a_void_sent_twice_is_one_void_and_another_one_is_too_late() -> None:
    till, number = Till(), give_card(uses={"swim@2026": 2})
    visit = visited(till, number)
    first = till.window.void(device(), visit, void_id="v1", reason="mistake", now=NOON)
    rows = everything()
    till.moment = NOON + timedelta(days=40)  # in another month, and still the same answer
    assert till.window.void(device(), visit, void_id="v1", reason="other", now=till.moment) == first
    with pytest.raises(ConflictError, match="already_voided"):
        till.window.void(device(), visit, void_id="v2", reason="mistake", now=NOON)
    with pytest.raises(ConflictError, match="already_voided"):
        till.window.office_void(OFFICE, visit, void_id="v3", reason="mistake", now=NOON)
    assert everything() == rows


def test_a_voided_visit_stays_dead_however_it_is_sent_again() -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number))
    till.window.register(device(), asked, now=NOON)
    till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    rows = everything()
    for offline in (False, True):
        with pytest.raises(ConflictError, match="visit_voided"):
            till.window.register(device(), replace(asked, offline=offline), now=NOON)
    (outcome,) = till.window.register_batch(device(), [asked], now=NOON)
    assert (outcome.outcome, outcome.code) == (Result.REFUSED, "visit_voided")
    assert everything() == rows


def test_a_visit_voided_before_it_arrived_is_dead_when_it_comes() -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number))
    done = till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    assert (done.visit_id, done.corrects) == (asked.id, None)
    assert till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON) == done
    rows = everything()
    with pytest.raises(ConflictError, match="already_voided"):
        till.window.void(device(), asked.id, void_id="v2", reason="mistake", now=NOON)
    with pytest.raises(ConflictError, match="visit_voided"):
        till.window.register(device(), asked, now=NOON)
    (outcome,) = till.window.register_batch(device(), [asked], now=NOON)
    assert outcome.outcome is Result.REFUSED
    assert (everything(), used(number)) == (rows, 0)
    tombstone = VoidRow.get(table.visit_pk(TENANT, asked.id), "VISIT")
    assert tombstone.expires == table.epoch(NOON + timedelta(days=44))
    assert tombstone.group is None
    assert till.window.today(device(), now=NOON).visits == ()


def test_another_venue_can_neither_take_back_nor_learn_of_a_visit() -> None:
    till, number = Till(), give_card()
    visit = visited(till, number)
    buried = VisitId(str(uuid.uuid4()))
    till.window.void(device(), buried, void_id="v0", reason="mistake", now=NOON)
    rows = everything()
    for each in (visit, buried):
        with pytest.raises(UnknownError, match="unknown_visit"):
            till.window.void(device(CINEMA), each, void_id="v1", reason="mistake", now=NOON)
    other = replace(device(), tenant=Tenant("nabo"))
    till.window.void(other, visit, void_id="v1", reason="mistake", now=NOON)  # an id of the neighbour's own
    assert {key: row for key, row in everything().items() if key[0].startswith(f"T#{TENANT}#")} == rows


@pytest.mark.parametrize(
    ("state", "may"), [(None, True), ("open", True), ("closing", False), ("closed", False), ("paid", False)]
)
def test_a_till_may_take_back_until_the_month_closes_and_the_office_also_after(state: str | None, may: object) -> None:
    till, number = Till(), give_card(last={"swim": "2026-11-20"})
    visit = visited(till, number)
    if state is not None:
        SettlementRow(table.settlement_pk(TENANT), "2026-11", state=state, document="{}").save()
    till.moment = NOON + timedelta(days=10)
    if may:
        done = till.window.void(device(), visit, void_id="v1", reason="mistake", now=till.moment)
    else:
        with pytest.raises(ConflictError, match="month_closed"):
            till.window.void(device(), visit, void_id="v1", reason="mistake", now=till.moment)
        assert used(number) == 1
        done = till.window.office_void(OFFICE, visit, void_id="v1", reason="wrong child", now=till.moment)
    assert (done.month, done.corrects, used(number)) == ("2026-12", "2026-11", 0)


def test_a_correction_copies_the_visit_s_terms_into_the_open_month() -> None:
    till, number = Till(), give_card()
    visit = visited(till, number, persons=2)
    till.terms = configuration(agreements=(replace(AGREEMENT, reimburse=100),))
    later = NOON + timedelta(days=10)
    till.window.office_void(OFFICE, visit, void_id="v1", reason="mistake", now=later)
    row, kept = (
        VoidRow.get(table.visit_pk(TENANT, visit), "VOID"),
        VisitRow.get(table.visit_pk(TENANT, visit), "VISIT"),
    )
    for name in ("venue", "offer", "programme", "last3", "date", "persons", "price", "copay", "percent", "amount"):
        assert getattr(row, name) == getattr(kept, name)
    for name in ("vat_code", "agreement", "funding", "settle_by"):
        assert getattr(row, name) == getattr(kept, name)
    assert (row.group, row.place) == (table.settle_group(TENANT, POOL, "2026-12"), f"2026-11-22#{visit}#VOID")
    assert (kept.void_month, row.corrects, row.by) == ("2026-12", "2026-11", OFFICE.id)
    assert row.expires == table.epoch(datetime(2031, 12, 31, 23, tzinfo=UTC))


def test_an_office_that_names_a_visit_wrong_is_told_so() -> None:
    till = Till()
    with pytest.raises(UnknownError, match="unknown_visit"):
        till.window.office_void(OFFICE, VisitId(str(uuid.uuid4())), void_id="v", reason="mistake", now=NOON)
    assert everything() == {}


# Days and months


@pytest.mark.parametrize(
    ("at", "day", "month", "band"),
    [
        # Half an hour before midnight in London on New Year's Eve, it is the new year in Oslo.
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1), "2027-01", "00-04"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), date(2026, 12, 31), "2026-12", "20-24"),
        # The hour that comes twice, and the one that never comes.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25), "2026-10", "00-04"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25), "2026-10", "00-04"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 29), "2026-03", "00-04"),
        # The last minute of a month, and the first of the next.
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), date(2026, 11, 30), "2026-11", "20-24"),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), date(2026, 12, 1), "2026-12", "00-04"),
    ],
)
def test_a_visit_has_the_date_the_month_and_the_band_of_oslo(at: datetime, day: date, month: str, band: str) -> None:
    till, number = Till(moment=at), give_card(valid_until="2027-12-31")
    done = till.window.register(device(), till.ask(token(number)), now=at).visit
    assert done is not None
    assert (done.date, done.month, done.band) == (day, month, band)
    assert done.counter == f"swim@{day.year}"


def test_a_visit_of_last_month_that_arrives_in_this_one_settles_in_this_one() -> None:
    at, received = datetime(2026, 11, 30, 20, 0, tzinfo=UTC), datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    till, number = Till(moment=received), give_card()
    (outcome,) = till.window.register_batch(device(), [till.ask(token(number), at=at)], now=received)
    assert outcome.visit is not None
    row = VisitRow.get(table.visit_pk(TENANT, outcome.visit.id), "VISIT")
    assert (row.date, row.month) == ("2026-11-30", "2026-12")
    assert (row.group, row.place) == (table.settle_group(TENANT, POOL, "2026-12"), f"2026-11-30#{outcome.visit.id}")


def test_a_visit_on_a_leap_day_counts_in_its_day_and_the_last_day_of_a_card_may_be_one() -> None:
    programme = replace(PROGRAMME, valid_until=date(2028, 12, 31))
    terms = replace(AGREEMENT, until=date(2028, 12, 31), per=Period.DAY, limit=1)
    at = datetime(2028, 2, 29, 9, 0, tzinfo=UTC)
    till = Till(configuration(programme=programme, agreements=(terms,)), moment=at)
    number = give_card(valid_until="2028-02-29")
    assert till.window.register(device(), till.ask(token(number)), now=at).visit is not None
    again = till.window.register(device(), till.ask(token(number)), now=at)
    assert again.verdict.because is Because.ALLOWANCE_USED_UP
    next_day = at + timedelta(days=1)
    look = till.window.check(device(), card=token(number), offer=SWIM, now=next_day)
    assert look.because is Because.EXPIRED


# The day's list and the phone's supplies


def test_the_day_s_list_counts_what_stands_and_shows_what_was_taken_back() -> None:
    slide = replace(AGREEMENT, offer=SLIDE, quota="slide")
    film = replace(AGREEMENT, venue=CINEMA, offer=FILM, quota="film")
    till, number = Till(configuration(agreements=(AGREEMENT, slide, film))), give_card()
    swim = visited(till, number, persons=2)
    back = visited(till, number)
    visited(till, number, offer=SLIDE)
    visited(till, number, at=NOON - timedelta(days=1))  # yesterday's
    till.window.register(device(CINEMA), till.ask(token(number), offer=FILM), now=NOON)
    till.window.void(device(), back, void_id="v1", reason="mistake", now=NOON)
    today = till.window.today(device(), now=NOON)
    assert today.date == date(2026, 11, 22)
    assert today.offers == (OfferCount(SLIDE, 1, 1), OfferCount(SWIM, 1, 2))
    assert {each.id: each.voided for each in today.visits}[back] is True
    (shown,) = [each for each in today.visits if each.id == swim]
    assert (shown.offer, shown.persons, shown.last3, shown.band, shown.voided) == (SWIM, 2, number[-3:], "12-16", False)
    assert (shown.label, shown.device) == ("Kassa", device().id)
    others = till.window.today(device(name="2" * 24), now=NOON)
    assert {each.label for each in others.visits} == {None}
    assert len(others.visits) == 3


def test_a_snapshot_holds_what_a_phone_needs_and_nobody_else_s_business() -> None:
    past = replace(AGREEMENT, starts=date(2026, 1, 1), until=date(2026, 6, 30), limit=2)
    now = replace(AGREEMENT, starts=date(2026, 7, 1))
    film = replace(AGREEMENT, venue=CINEMA, offer=FILM, quota="film")
    till = Till(configuration(agreements=(past, now, film), address="Badeveien 1"))
    for code in ("b" * 10, "a" * 10):
        BlockedRow(table.blocked_pk(TENANT), code).save()
    BlockedRow(table.blocked_pk("nabo"), "c" * 10).save()
    snapshot = till.window.snapshot(device(), now=NOON)
    assert (snapshot.as_of, snapshot.tenant, snapshot.municipality) == ("2026-11-22T11:15:00Z", TENANT, 3222)
    assert snapshot.blocked == ("a" * 10, "b" * 10)
    assert {offer.id for offer in snapshot.offers} == {SWIM, SLIDE}
    (terms,) = next(offer.terms for offer in snapshot.offers if offer.id == SWIM)
    assert (terms.programme, terms.starts, terms.limit, terms.per) == (CARD_YEAR, date(2026, 7, 1), 5, "year")
    assert (terms.persons_max, terms.copay) == (2, ToPay(AGREEMENT.copay_holder, AGREEMENT.copay_companion))
    assert [(each.code, each.offline_days, each.counts) for each in snapshot.programmes] == [(7, 14, "visit")]
    assert snapshot.keys == MINT.jwks(TENANT, [1])
    sent = json.loads(msgspec.json.encode(snapshot))
    assert (sent["venue"]["name"], sent["offers"][0]["terms"][0]["starts"]) == ("Badet", "2026-07-01")
    assert not any(secret in str(snapshot) for secret in ("9500", "price", "reimburse", "Kinoen"))


def test_a_snapshot_s_etag_changes_with_what_a_phone_acts_on_and_not_with_the_hour() -> None:
    till = Till()
    first = till.window.snapshot(device(), now=NOON)
    later = till.window.snapshot(device(name="2" * 24), now=NOON + timedelta(hours=5))
    assert (later.etag, later.as_of) == (first.etag, "2026-11-22T16:15:00Z")
    BlockedRow(table.blocked_pk(TENANT), "a" * 10).save()
    blocked = till.window.snapshot(device(), now=NOON)
    till.terms = configuration(agreements=(replace(AGREEMENT, limit=4),))
    limited = till.window.snapshot(device(), now=NOON)
    assert len({first.etag, blocked.etag, limited.etag}) == 3


def test_a_device_of_a_venue_that_is_gone_is_told_so() -> None:
    till = Till()
    with pytest.raises(UnknownError, match="unknown_venue"):
        till.window.snapshot(replace(device(), venue=VenueId("borte")), now=NOON)


def test_visits_of_one_tenant_are_not_those_of_another() -> None:
    till, number = Till(), give_card()
    asked: Asked = till.ask(token(number))
    till.window.register(device(), asked, now=NOON)
    neighbour = replace(device(), tenant=Tenant("nabo"))
    done = till.window.register(neighbour, replace(asked, card=number), now=NOON)
    assert done.verdict.because is Because.UNKNOWN_CARD
    assert till.window.today(neighbour, now=NOON).visits == ()
    assert Row.count(table.visit_pk("nabo", asked.id)) == 0
    assert CardRow.count(table.card_pk("nabo", number)) == 0


def test_a_server_whose_clock_is_behind_takes_a_visit_back_in_the_month_it_came_in_and_never_before() -> None:
    till = Till(moment=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    asked = till.ask(token(give_card()))
    assert till.window.register(device(), asked, now=till.moment).visit is not None
    done = till.window.office_void(
        OFFICE, asked.id, void_id="v", reason="mistake", now=till.moment - timedelta(seconds=1)
    )
    assert (done.month, done.corrects) == ("2026-12", "2026-12")


def test_an_id_buried_long_ago_can_be_buried_again_before_the_table_has_deleted_its_grave() -> None:
    till, visit = Till(), VisitId(str(uuid.uuid4()))
    till.window.void(device(), visit, void_id="v1", reason="mistake", now=NOON)
    till.moment = NOON + timedelta(days=60)
    assert till.window.void(device(), visit, void_id="v2", reason="mistake", now=till.moment).void_id == "v2"
