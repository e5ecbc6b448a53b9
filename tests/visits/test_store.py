"""What a visit costs, and what happens when two tills, a bad line or a busy table get in its way."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import table
from chalicelib.cards.rules import Status
from chalicelib.shared.answers import ConflictError, TryAgainError
from chalicelib.shared.calendar import Period
from chalicelib.table import Row, VisitRow
from chalicelib.visits.rules import Because
from tests.visits.till import (
    AGREEMENT,
    LOST,
    NOON,
    SLIDE,
    SWIM,
    TENANT,
    Till,
    cancelled,
    card_row,
    clear,
    configuration,
    device,
    everything,
    faults,
    furnish,
    give_card,
    listening,
    meanwhile,
    throttled,
    token,
    used,
)


@pytest.fixture(scope="module")
def own_table(dynamodb: str) -> None:
    furnish(dynamodb, "visits-store")


@pytest.fixture(autouse=True)
def empty_table(own_table: None) -> None:  # noqa: ARG001  the table must be there first
    clear()


def size_of(item: dict[str, dict[str, object]]) -> int:
    """Count bytes as DynamoDB does, near enough: names, texts, 21 for the longest number, 3 for a map."""

    def of(value: dict[str, object]) -> int:
        ((kind, content),) = value.items()
        match kind, content:
            case "S", str():
                return len(content.encode())
            case "N", str():
                return len(content) // 2 + 2
            case "M", dict():
                return 3 + sum(len(name.encode()) + of(inner) + 1 for name, inner in content.items())
            case "L", list():
                return 3 + sum(of(inner) + 1 for inner in content)
            case _:
                return 1

    return sum(len(name.encode()) + of(value) for name, value in item.items())


def test_a_check_is_one_request_and_writes_nothing() -> None:
    till, number = Till(), give_card()
    before = everything()
    with listening() as line:
        assert till.window.check(device(), card=token(number), offer=SWIM, now=NOON).admitted
    assert line.calls == ["GetItem"]
    assert line.read_units == 1.0
    assert everything() == before


def test_a_forged_card_is_seen_without_asking_the_table_and_noted_for_the_office() -> None:
    till, number = Till(), give_card()
    forged = token(number)[:-2] + "AA"
    with listening() as line:
        verdict = till.window.check(device(), card=forged, offer=SWIM, now=NOON)
    assert verdict.because is Because.FORGED_CARD
    assert line.calls == ["PutItem"]


def test_a_visit_is_two_requests_and_five_write_units_in_a_programme_of_eight_offers() -> None:
    till = Till()
    seven = {f"offer-number-{n}": "2026-11-21" for n in range(7)}
    number = give_card(
        external_ref="a3f0c2d4-1c55-4a3c-9d7e-0a6f4b2e9c11",
        family_ref="fam-8812",
        unit="nav-lorenskog",
        funding="statlig-tilskudd",
        uses={f"{name}@2026": 4 for name in seven},
        last=seven,
        latest={"venue": "badet", "visit": "0f7d1a22", "at": "2026-11-21T10:15:00Z"},
    )
    with listening() as line:
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.visit is not None
    assert line.calls == ["GetItem", "TransactWriteItems"]
    assert line.write_units <= 5
    rows = everything()
    assert size_of(rows[(table.visit_pk(TENANT, done.visit.id), "VISIT")]) <= 1024
    assert size_of(rows[(table.card_pk(TENANT, number), "CARD")]) <= 1024


def test_a_refusal_is_two_requests_and_writes_nothing() -> None:
    till, number = Till(), give_card(status=Status.BLOCKED.value)
    before = everything()
    with listening() as line:
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert (done.visit, done.verdict.because) == (None, Because.BLOCKED)
    assert line.calls == ["GetItem", "GetItem"]
    assert line.write_units == 0
    assert everything() == before


def test_no_visit_row_holds_the_minute_the_full_number_or_the_reference() -> None:
    till, number = Till(), give_card()
    done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.visit is not None
    row = str(everything()[(table.visit_pk(TENANT, done.visit.id), "VISIT")])
    for secret in (number, number[:9], "ref-", "11:15", "12:15", "2015"):
        assert secret not in row
    assert "'band': {'S': '12-16'}" in row


def test_a_visit_is_kept_five_years_after_the_year_it_was_received_in() -> None:
    till, number = Till(), give_card()
    done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.visit is not None
    row = VisitRow.get(table.visit_pk(TENANT, done.visit.id), "VISIT")
    assert row.expires == table.epoch(NOON.replace(year=2031, month=12, day=31, hour=23, minute=0))


# Where the card was used today already, the counter alone decides; else the date of its last use moves too.
@pytest.mark.parametrize("last", [{}, {"swim": "2026-11-22"}])
def test_fifty_tills_and_one_visit_left_let_one_child_in(last: dict[str, str]) -> None:
    till, number = Till(), give_card(uses={"swim@2026": 4}, last=last)
    ready = threading.Barrier(50)
    card = token(number)

    def scan(_: int) -> Because | None:
        asked = till.ask(card)
        ready.wait()
        return till.window.register(device(), asked, now=NOON).verdict.because

    with ThreadPoolExecutor(50) as pool:
        said = list(pool.map(scan, range(50)))
    assert said.count(None) == 1
    assert said.count(Because.ALLOWANCE_USED_UP) == 49
    assert used(number) == 5
    assert sum(1 for _, kind in everything() if kind == "VISIT") == 1


@pytest.mark.parametrize("last", [{}, {"swim": "2026-11-22"}])
def test_the_till_that_loses_the_last_visit_between_reading_and_writing_says_used_up(last: dict[str, str]) -> None:
    till, number = Till(), give_card(uses={"swim@2026": 4}, last=last)
    other = Till()
    with meanwhile("TransactWriteItems", lambda: other.window.register(device(), other.ask(token(number)), now=NOON)):
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert (done.visit, done.verdict.because) == (None, Because.ALLOWANCE_USED_UP)
    assert used(number) == 5


def test_the_till_that_loses_a_race_with_visits_left_lets_the_child_in_all_the_same() -> None:
    till, number = Till(), give_card(uses={"swim@2026": 2})
    other = Till()
    with meanwhile("TransactWriteItems", lambda: other.window.register(device(), other.ask(token(number)), now=NOON)):
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.visit is not None
    assert (done.visit.left, done.visit.moved_last, used(number)) == (1, False, 4)


@pytest.mark.parametrize(
    ("status", "because"),
    [(Status.BLOCKED, Because.BLOCKED), (Status.REPLACED, Because.REPLACED), (Status.ENDED, Because.EXPIRED)],
)
def test_a_card_that_is_stopped_between_reading_and_writing_is_refused(status: Status, because: Because) -> None:
    till, number = Till(), give_card()

    def stop() -> None:
        row = card_row(number)
        row.status = status.value
        row.save()

    with meanwhile("TransactWriteItems", stop):
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert (done.visit, done.verdict.because, used(number)) == (None, because, 0)


def test_a_card_that_is_shortened_or_deleted_between_reading_and_writing_is_refused() -> None:
    till, number = Till(), give_card()

    def shorten() -> None:
        row = card_row(number)
        row.valid_until = "2026-11-21"
        row.save()

    with meanwhile("TransactWriteItems", shorten):
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.verdict.because is Because.EXPIRED
    gone = give_card()
    with meanwhile("TransactWriteItems", lambda: card_row(gone).delete()):
        done = till.window.register(device(), till.ask(token(gone)), now=NOON)
    assert done.verdict.because is Because.UNKNOWN_CARD


def test_where_only_one_visit_a_day_is_allowed_two_tills_at_once_let_one_in() -> None:
    programme = replace(configuration().programmes[AGREEMENT.programme], once_per_day=True)
    terms = configuration(programme=programme)
    till, other, number = Till(terms), Till(terms), give_card()
    with meanwhile("TransactWriteItems", lambda: other.window.register(device(), other.ask(token(number)), now=NOON)):
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert (done.visit, done.verdict.because, used(number)) == (None, Because.USED_TODAY, 1)


def test_once_a_day_also_holds_for_a_day_that_a_void_has_just_brought_back_as_the_last() -> None:
    programme = replace(configuration().programmes[AGREEMENT.programme], once_per_day=True)
    till, number = Till(configuration(programme=programme)), give_card()
    till.window.register(device(), till.ask(token(number)), now=NOON)
    till.moment = tomorrow = NOON + timedelta(days=1)
    second = till.ask(token(number))
    till.window.register(device(), second, now=tomorrow)
    forgotten = till.ask(token(number), at=NOON)  # its day looks free, since only the latest is remembered

    def take_back() -> None:
        Till(till.terms).window.void(device(), second.id, void_id="v1", reason="mistake", now=tomorrow)

    with meanwhile("TransactWriteItems", take_back):
        done = till.window.register(device(), forgotten, now=tomorrow)
    assert (done.verdict.because, used(number)) == (Because.USED_TODAY, 1)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_card_that_another_till_holds_for_a_moment_is_tried_three_times_more(times: int) -> None:
    till, number = Till(), give_card()
    with faults("TransactWriteItems", *[cancelled("None", "TransactionConflict")] * times), listening() as line:
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.visit is not None
    assert not done.replayed
    assert used(number) == 1
    assert line.calls.count("GetItem") == 1
    assert len(till.pauses) == times


@pytest.mark.parametrize(
    "fault",
    [
        cancelled("None", "TransactionConflict"),
        cancelled("TransactionConflict", "None"),
        # The id is being written by its own twin: whether it stands must be known before the card may say no.
        cancelled("TransactionConflict", "ConditionalCheckFailed"),
        cancelled("None", "ThrottlingError"),
        cancelled("ProvisionedThroughputExceeded", "None"),
        throttled(),
        throttled("ProvisionedThroughputExceededException"),
        throttled("TransactionInProgressException"),
        throttled("InternalServerError"),
    ],
)
def test_a_table_that_stays_busy_is_given_up_after_four_tries_and_nothing_is_written(fault: dict[str, object]) -> None:
    till, number = Till(), give_card()
    before = everything()
    asked = till.ask(token(number))
    with faults("TransactWriteItems", *[fault] * 4), pytest.raises(TryAgainError) as said:
        till.window.register(device(), asked, now=NOON)
    assert said.value.code == "busy"
    assert everything() == before
    assert till.window.register(device(), asked, now=NOON).visit is not None


def test_a_read_that_is_throttled_is_tried_again() -> None:
    till, number = Till(), give_card()
    with faults("GetItem", throttled(), throttled(), throttled()):
        assert till.window.check(device(), card=token(number), offer=SWIM, now=NOON).admitted
    with faults("GetItem", *[throttled()] * 4), pytest.raises(TryAgainError):
        till.window.check(device(), card=token(number), offer=SWIM, now=NOON)


def test_a_fault_that_trying_again_cannot_mend_comes_out_at_once() -> None:
    till, number = Till(), give_card()
    with faults("TransactWriteItems", throttled("AccessDeniedException")), pytest.raises(Exception, match="write"):
        till.window.register(device(), till.ask(token(number)), now=NOON)
    assert till.pauses == []


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_visit_whose_reply_is_lost_counts_once_and_is_answered_as_new(times: int) -> None:
    till, number = Till(), give_card(uses={"swim@2026": 4})
    with faults("TransactWriteItems", *[LOST] * times):
        done = till.window.register(device(), till.ask(token(number)), now=NOON)
    assert done.visit is not None
    assert (done.replayed, done.verdict.left, used(number)) == (False, 0, 5)


def test_a_visit_whose_replies_are_all_lost_is_found_when_the_phone_sends_it_again() -> None:
    till, number = Till(), give_card(uses={"swim@2026": 4})
    asked = till.ask(token(number))
    with faults("TransactWriteItems", *[LOST] * 4), pytest.raises(TryAgainError):
        till.window.register(device(), asked, now=NOON)
    again = till.window.register(device(), asked, now=NOON + timedelta(seconds=30))
    assert again.visit is not None
    assert (again.replayed, again.verdict.left, used(number)) == (True, 0, 5)


def test_nothing_is_tried_again_twenty_seconds_after_receipt() -> None:
    till, number = Till(), give_card()
    till.moment = NOON + timedelta(seconds=21)
    conflict = cancelled("None", "TransactionConflict")
    with faults("TransactWriteItems", conflict) as waiting, pytest.raises(TryAgainError):
        till.window.register(device(), till.ask(token(number), at=NOON), now=NOON)
    assert waiting == []
    assert till.pauses == []
    assert used(number) == 0


def test_a_void_whose_reply_is_lost_or_whose_card_is_busy_takes_back_once() -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number))
    till.window.register(device(), asked, now=NOON)
    with faults("TransactWriteItems", cancelled("None", "None", "TransactionConflict"), LOST):
        done = till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    assert (done.void_id, used(number)) == ("v1", 0)
    assert sum(1 for _, kind in everything() if kind == "VOID") == 1


def test_a_void_gives_back_one_visit_although_another_till_registers_one_meanwhile() -> None:
    till, number = Till(), give_card()
    asked, other = till.ask(token(number)), till.ask(token(number))
    till.window.register(device(), asked, now=NOON)
    till.window.register(device(), till.ask(token(number)), now=NOON)
    with meanwhile("TransactWriteItems", lambda: Till().window.register(device(), other, now=NOON)):
        till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    assert used(number) == 2


def test_a_void_leaves_the_latest_use_alone_that_came_meanwhile() -> None:
    slide = replace(AGREEMENT, offer=SLIDE, quota="slide")
    till, number = Till(configuration(agreements=(AGREEMENT, slide))), give_card()
    asked, other = till.ask(token(number)), till.ask(token(number), offer=SLIDE)
    till.window.register(device(), asked, now=NOON)
    with meanwhile("TransactWriteItems", lambda: Till(till.terms).window.register(device(), other, now=NOON)):
        till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    assert used(number) == 0
    assert card_row(number).latest.attribute_values["visit"] == other.id[:8]


def test_of_two_voids_at_once_one_gives_back_and_the_other_is_too_late() -> None:
    till, number = Till(), give_card(uses={"swim@2026": 2})
    asked = till.ask(token(number))
    till.window.register(device(), asked, now=NOON)

    def take_back() -> None:
        Till().window.void(device(), asked.id, void_id="v2", reason="mistake", now=NOON)

    with meanwhile("TransactWriteItems", take_back), pytest.raises(ConflictError, match="already_voided"):
        till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    assert used(number) == 2


def test_a_visit_that_arrives_just_before_its_tombstone_is_taken_back_properly() -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number))
    with meanwhile("TransactWriteItems", lambda: Till().window.register(device(), asked, now=NOON)):
        done = till.window.void(device(), asked.id, void_id="v1", reason="mistake", now=NOON)
    assert (done.corrects, used(number)) == ("2026-11", 0)


def test_a_use_from_a_queue_does_not_hide_a_later_one() -> None:
    till, number = Till(), give_card()
    asked = till.ask(token(number))
    till.window.register(device(), asked, now=NOON)
    till.window.register(device(), till.ask(token(number), at=NOON - timedelta(hours=2), offline=True), now=NOON)
    assert card_row(number).latest.attribute_values["visit"] == asked.id[:8]


def test_counters_of_periods_long_over_go_with_the_next_visit() -> None:
    weekly = replace(AGREEMENT, per=Period.WEEK, limit=1)
    till = Till(configuration(agreements=(weekly,)))
    number = give_card(uses={"swim@2026-W44": 1, "swim@2026-W46": 1, "film@2026": 3, "swim@2025": 5, "dance@card": 2})
    till.window.register(device(), till.ask(token(number)), now=NOON)
    # A queue may still hold a visit of 8 November, the last day of week 45.
    assert card_row(number).uses.attribute_values == {
        "swim@2026-W46": 1, "swim@2026-W47": 1, "film@2026": 3, "dance@card": 2,
    }  # fmt: skip


def test_a_counter_that_a_visit_needs_is_not_forgotten_by_it_although_an_hour_was_lost_on_the_way() -> None:
    # Fourteen times 24 hours before half past midnight on 5 April is half past eleven on 21 March, winter time.
    now = datetime(2026, 4, 4, 22, 30, tzinfo=UTC)
    till = Till(configuration(agreements=(replace(AGREEMENT, per=Period.DAY),)), moment=now)
    number = give_card(uses={"swim@2026-03-21": 1, "swim@2026-03-20": 1})
    done = till.window.register(device(), till.ask(token(number), at=now - timedelta(days=14)), now=now)
    assert done.visit is not None
    assert card_row(number).uses.attribute_values == {"swim@2026-03-21": 2}


def test_a_row_past_its_time_is_not_there_although_the_table_still_holds_it() -> None:
    till, number = Till(), give_card(expires=table.epoch(NOON) - 1)
    assert till.window.check(device(), card=token(number), offer=SWIM, now=NOON).because is Because.UNKNOWN_CARD
    row = Row.get(table.card_pk(TENANT, number), "CARD")
    assert row is not None
