"""Many cards at once: row by row, once, within the quota, and in the time that a request has."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cards.actions import Asked, GivenOut
from chalicelib.cards.rules import Draft, Request, next_entry, parcels
from chalicelib.cards.store import CardStore
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import CardKey, ProgrammeId
from chalicelib.venues.rules import State
from tests.cards.desk import (
    KORT,
    LOST,
    NAV,
    NOON,
    PROGRAMME,
    TENANT,
    TODAY,
    Desk,
    application,
    cancelled,
    configuration,
    everything,
    faults,
    meanwhile,
    refused,
    rows,
)
from tests.cards.test_rules import HELD
from tests.cards.test_store import Clock

pytestmark = pytest.mark.usefixtures("fresh_table")


def asked(*numbers: int, **changes: Any) -> list[Asked]:
    return [Asked(f"row-{each}", application(f"ref-{each}", **changes)) for each in numbers]


def give(desk: Desk, wanted: list[Asked]) -> list[GivenOut | OpplevError]:
    return desk.open.in_one_go().issue_many(TENANT, wanted, by=NAV, now=desk.now)


def told(came_of: list[GivenOut | OpplevError]) -> list[str]:
    return [each.code if isinstance(each, OpplevError) else "again" if each.replayed else "new" for each in came_of]


def given_out(desk: Desk) -> int:
    return desk.open.used_of_quota(TENANT, desk.terms.programmes[KORT], TODAY)


def draft(each: int, **changes: Any) -> Draft:
    named = {"number": f"{each:012d}", "key": CardKey(f"key-{each}"), "external_ref": f"ref-{each}"} | changes
    card = replace(HELD, **named)
    entry = next_entry((), now=NOON, status=card.status, reason=None, by=NAV)
    return Draft(card, entry, Request(NAV, f"row-{each}", "{}", card.number), 30)


# What goes together


def test_nineteen_cards_and_their_quota_are_what_a_transaction_holds() -> None:
    drafts = [draft(each) for each in range(50)]
    assert [len(parcel) for parcel in parcels(drafts)] == [19, 19, 12]
    assert [each for parcel in parcels(drafts) for each in parcel] == drafts
    assert list(parcels([])) == []


def test_each_programme_year_takes_a_place_in_the_transaction() -> None:
    drafts = [draft(each, year=f"{2000 + each}-01-01") for each in range(20)]
    assert [len(parcel) for parcel in parcels(drafts)] == [16, 4]  # 16 cards of five rows, 16 quotas


@pytest.mark.parametrize(
    "second",
    [
        draft(2, external_ref="ref-1"),  # the same child twice
        draft(2, number="000000000001"),  # the same number drawn twice
        draft(2, key=CardKey("key-1")),
        replace(draft(2), request=draft(1).request),  # the same row id twice
    ],
)
def test_what_would_name_a_row_twice_waits_for_the_next_transaction(second: Draft) -> None:
    assert [len(parcel) for parcel in parcels([draft(1), second, draft(3)])] == [1, 2]


def test_the_same_child_in_two_programmes_is_no_hindrance() -> None:
    assert len(list(parcels([draft(1), draft(2, external_ref="ref-1", programme=ProgrammeId("sommer"))]))) == 1


# Row by row


def test_every_row_gets_a_card_and_the_quota_counts_them_all() -> None:
    desk = Desk(configuration(quota=100))
    came_of = give(desk, asked(*range(45)))
    assert told(came_of) == ["new"] * 45
    numbers = [each.number for each in came_of if isinstance(each, GivenOut)]
    assert len(set(numbers)) == 45
    for row in (0, 18, 19, 44):
        card, history = desk.open.get(TENANT, numbers[row], now=NOON)
        assert (card.external_ref, len(history)) == (f"ref-{row}", 1)
    assert given_out(desk) == 45


def test_a_card_given_out_by_itself_is_known_again_in_a_batch_with_the_same_id() -> None:
    desk = Desk()
    single = desk.issue("ref-1", key="row-1").card
    assert give(desk, asked(1)) == [GivenOut(single.number, replayed=True)]
    assert len(rows("card")) == 1


def test_a_bad_row_stops_no_good_one_and_is_named() -> None:
    desk = Desk()
    desk.issue("ref-3")
    wanted = [
        *asked(1),
        *asked(2, birth_year=1980),
        *asked(3),  # has a card
        *asked(4, programme=ProgrammeId("none")),
        *asked(5, unit="10915596784"),
        Asked("row-6", application("ref-1")),  # the same child once more
        Asked("row-1", application("ref-7")),  # the same id for somebody else
        *asked(8),
        *asked(8),  # the same row twice
    ]
    assert told(give(desk, wanted)) == [
        "new", "age_outside_programme", "already_has_card", "unknown_programme", "identity_number",
        "already_has_card", "idempotency_conflict", "new", "again",
    ]  # fmt: skip
    assert given_out(desk) == 3


def test_one_taken_reference_among_nineteen_costs_the_other_eighteen_nothing() -> None:
    desk = Desk()
    desk.issue("ref-7")
    came_of = told(give(desk, asked(*range(19))))
    assert [row for row, each in enumerate(came_of) if each != "new"] == [7]
    assert came_of[7] == "already_has_card"
    assert (given_out(desk), len(rows("card"))) == (19, 19)


def test_the_last_places_go_to_the_first_rows() -> None:
    desk = Desk(configuration(quota=25))
    assert told(give(desk, asked(*range(40)))) == ["new"] * 25 + ["quota_reached"] * 15
    assert (given_out(desk), len(rows("card"))) == (25, 25)


def test_a_programme_without_a_limit_counts_and_one_of_none_gives_nothing() -> None:
    desk = Desk(configuration(quota=None))
    assert told(give(desk, asked(*range(30)))) == ["new"] * 30
    assert given_out(desk) == 30
    desk.terms = configuration(quota=0)
    assert set(told(give(desk, asked(*range(30, 60))))) == {"quota_reached"}


def test_nobody_in_the_list_is_nobody_given_out() -> None:
    assert give(Desk(), []) == []
    assert everything() == {}


# Sent again


def test_a_batch_sent_twice_gives_nothing_out_twice_and_the_same_numbers() -> None:
    desk = Desk(configuration(quota=60))
    first = give(desk, asked(*range(40)))
    desk.terms = configuration(quota=60, state=State.CLOSED)
    before = everything()
    again = give(desk.later(days=3), asked(*range(40)))
    assert told(again) == ["again"] * 40
    assert [each.number for each in again] == [each.number for each in first]  # type: ignore[union-attr]
    assert everything() == before


def test_a_number_that_is_taken_is_drawn_again_in_a_batch_too() -> None:
    desk = Desk()
    taken = desk.issue("ref-0").card.number
    others = [next(desk.drawn) for _ in range(4)]
    desk.drawn = iter([others[0], taken, others[1], others[2], others[3]])
    assert told(give(desk, asked(1, 2, 3))) == ["new"] * 3
    assert len(rows("card")) == 4


def test_after_a_crash_halfway_the_same_batch_sent_again_ends_right() -> None:
    desk = Desk(configuration(quota=100))
    sent = 0

    def crash() -> None:
        nonlocal sent
        sent += 1
        if sent == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), meanwhile("TransactWriteItems", crash, crash, crash):
        give(desk, asked(*range(60)))
    assert given_out(desk) == 38  # two transactions of nineteen
    came_of = give(desk, asked(*range(60)))
    assert told(came_of) == ["again"] * 38 + ["new"] * 22
    assert (given_out(desk), len(rows("card")), len(rows("claim"))) == (60, 60, 60)


def test_a_batch_whose_answer_was_lost_is_given_out_once_and_not_called_a_repeat() -> None:
    desk = Desk(store=Clock().store())
    with faults("TransactWriteItems", LOST):
        came_of = give(desk, asked(*range(19)))
    assert told(came_of) == ["new"] * 19
    assert (given_out(desk), len(rows("card"))) == (19, 19)


# A busy table


def test_conflicts_are_tried_again_with_pauses_of_differing_length() -> None:
    clock = Clock()
    desk = Desk(store=clock.store())
    with faults("TransactWriteItems", *[cancelled(*["TransactionConflict"] * 96)] * 3, refused("ThrottlingException")):
        assert told(give(desk, asked(*range(19)))) == ["new"] * 19
    assert len(set(clock.waits)) == 4


def test_after_twenty_seconds_the_rows_that_remain_are_to_be_sent_again_and_then_come_right() -> None:
    clock = Clock()
    desk = Desk(configuration(quota=100), store=clock.store())
    busy = [cancelled("TransactionConflict")] * 500

    with faults("TransactWriteItems") as waiting:
        desk_in_one_go = desk.open.in_one_go()
        first = desk_in_one_go.issue_many(TENANT, asked(*range(19)), by=NAV, now=NOON)
        waiting.extend(busy)
        rest = desk_in_one_go.issue_many(TENANT, asked(*range(19, 60)), by=NAV, now=NOON)
        tried = len(busy) - len(waiting)
    assert told(first) == ["new"] * 19
    assert {each.kind for each in rest if isinstance(each, OpplevError)} == {"try_again"}
    assert (len(rest), given_out(desk)) == (41, 19)
    assert 15 < clock.time <= 20
    assert tried < 60  # the time is shared: no row begins with twenty seconds of its own
    assert told(give(desk, asked(*range(60)))) == ["again"] * 19 + ["new"] * 41


def test_when_the_time_is_up_nothing_more_is_asked_of_the_table() -> None:
    clock = Clock()
    desk = Desk(store=clock.store())
    hurried = desk.open.in_one_go()
    clock.time = 20.5
    came_of = hurried.issue_many(TENANT, asked(1, 2), by=NAV, now=NOON)
    assert told(came_of) == ["busy", "busy"]
    assert everything() == {}
    assert told(give(desk, asked(1, 2))) == ["new", "new"]


# Races


def test_eight_batches_of_twenty_share_a_quota_of_a_hundred_to_the_last_place() -> None:
    desk = Desk(configuration(quota=100), store=CardStore())
    batches = [asked(*range(20 * each, 20 * each + 20)) for each in range(8)]
    with ThreadPoolExecutor(8) as offices:
        outcomes = [each for came_of in offices.map(lambda batch: give(desk, batch), batches) for each in told(came_of)]
    assert (outcomes.count("new"), outcomes.count("quota_reached")) == (100, 60)
    assert (given_out(desk), len(rows("card")), len(rows("claim")), len(rows("request"))) == (100, 100, 100, 100)


def test_the_same_batch_from_four_windows_at_once_gives_each_child_one_card() -> None:
    desk = Desk(configuration(quota=100))
    with ThreadPoolExecutor(4) as offices:
        outcomes = list(offices.map(lambda _: give(desk, asked(*range(25))), range(4)))
    assert {tuple(each.number for each in came_of) for came_of in outcomes} == {  # type: ignore[union-attr]
        tuple(each.number for each in outcomes[0])  # type: ignore[union-attr]
    }
    assert sum(told(came_of).count("new") for came_of in outcomes) == 25
    assert (given_out(desk), len(rows("card"))) == (25, 25)


def test_the_desk_of_one_card_has_its_own_twenty_seconds_still() -> None:
    clock = Clock()
    desk = Desk(store=clock.store())
    clock.time = 100.0
    assert desk.issue().card.programme == PROGRAMME.id


# Five hundred at once


def five_hundred(desk: Desk) -> tuple[list[Asked], dict[int, str]]:
    """Give five hundred rows, twenty of which are bad, and what is wrong with those."""
    wanted = asked(*range(500))
    for each in range(3):
        desk.issue(f"ref-{100 + each}", key=f"before-{each}")
    bad: dict[int, str] = {100 + each: "already_has_card" for each in range(3)}
    for each in range(5):
        wanted[7 + 20 * each] = Asked(f"row-{7 + 20 * each}", application(f"ref-{7 + 20 * each}", birth_year=1980))
        bad[7 + 20 * each] = "age_outside_programme"
        wanted[200 + each] = Asked(f"row-{200 + each}", application(f"ref-{200 + each}", unit="10915596784"))
        bad[200 + each] = "identity_number"
        wanted[300 + each] = Asked(f"row-{300 + each}", application("ref-0"))  # a child that stands in the list
        bad[300 + each] = "already_has_card"
    for row, wrong in ((400, {"siblings": 9}), (499, {"programme": ProgrammeId("none")})):
        wanted[row] = Asked(f"row-{row}", application(f"ref-{row}", **wrong))
    return wanted, bad | {400: "too_many_siblings", 499: "unknown_programme"}


def test_of_five_hundred_rows_the_480_good_are_given_out_and_each_bad_one_names_its_field_and_a_remedy() -> None:
    desk = Desk(configuration(quota=None))
    wanted, bad = five_hundred(desk)
    came_of = give(desk, wanted)
    assert len(bad) == 20
    assert {row: code for row, code in enumerate(told(came_of)) if code != "new"} == bad
    for row in bad:
        problem = came_of[row]
        assert isinstance(problem, OpplevError)
        assert problem.detail
        assert all(fault.path and fault.detail for fault in problem.fields)
        assert problem.fields
    assert (given_out(desk), len(rows("card"))) == (483, 483)
    before = everything()
    assert told(give(desk, wanted)) == [bad.get(row, "again") for row in range(500)]
    assert everything() == before


@pytest.mark.parametrize("parcel", [0, 5, 11])
def test_a_process_killed_between_two_transactions_loses_nothing_that_the_same_call_does_not_find(parcel: int) -> None:
    desk = Desk(configuration(quota=300, per_family=2))
    wanted = [Asked(f"row-{each}", application(f"ref-{each}", family_ref=f"hjem-{each // 2}")) for each in range(200)]

    def killed() -> None:
        raise KeyboardInterrupt

    # The transaction before the kill was written, and its answer never came.
    with pytest.raises(KeyboardInterrupt), meanwhile("TransactWriteItems", *[lambda: None] * parcel, killed):
        give(desk, wanted)
    half = len(rows("card"))
    assert given_out(desk) == half
    with faults("TransactWriteItems", LOST):
        came_of = told(give(desk, wanted))
    assert (came_of.count("again"), came_of.count("new")) == (half, 200 - half)
    assert (given_out(desk), len(rows("card")), len(rows("claim")), len(rows("request"))) == (200, 200, 200, 200)
    assert {row["issued"]["N"] for row in rows("family")} == {"2"}
