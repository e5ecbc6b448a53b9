"""What stands in the table for a card, for how long, and what happens when the table is busy or the line is bad."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib import table
from chalicelib.cards.rules import (
    KEPT_REQUEST,
    Card,
    Correction,
    Draft,
    LatestUse,
    Request,
    Status,
    StatusChange,
    kept_until,
)
from chalicelib.cards.store import CardStore
from chalicelib.credentials.rules import Flags
from chalicelib.shared.answers import TryAgainError, UnknownError
from chalicelib.shared.ids import CardKey
from chalicelib.table import HistoryRow, Row, epoch
from tests.cards.desk import (
    CARD,
    KORT,
    LOST,
    NAV,
    NOON,
    TENANT,
    Desk,
    cancelled,
    everything,
    faults,
    let_in,
    refused,
    rows,
)

pytestmark = pytest.mark.usefixtures("fresh_table")
CONDITION = "ConditionalCheckFailed"


@dataclass
class Clock:
    """A clock that moves only when somebody waits."""

    time: float = 0.0
    waits: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    def store(self) -> CardStore:
        return CardStore(monotonic=self.read, sleep=self.wait)


def size_of(value: dict[str, Any]) -> int:
    """Give the bytes of an item as DynamoDB counts them: names, texts, two digits a byte, 3 a map and 1 an entry."""
    total = 0
    for name, typed in value.items():
        total += len(name.encode())
        ((kind, content),) = typed.items()
        match kind:
            case "S":
                total += len(content.encode())
            case "N":
                total += len(content.lstrip("-")) // 2 + 2
            case "M":
                total += 3 + size_of(content) + len(content)
            case _:
                total += 1
    return total


EIGHT = ("svommehall", "kino", "klatrehall", "museum", "trampoline", "skoyter", "teater", "alpint")
FULL = Card(
    number=CARD,
    key=CardKey("0123456789abcdef"),
    status=Status.ACTIVE,
    programme=KORT,
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    birth_year=2015,
    language="nb",
    external_ref="c5a1f0e2-6f0b-4c9e-9d57-0f6f3b1e2a4d",
    unit="nav-lorenskog",
    family_ref="a81bc81b-dead-4e5d-abff-90865d1e13b1",
    funding="bufdir",
    flags=Flags().byte,
    issued_by="maskinporten/987654321",
    year="2026-01-01",
    uses={f"{offer}@2026-11": 5 for offer in EIGHT},
    last={offer: date(2026, 11, 22) for offer in EIGHT},
    latest=LatestUse("svommehallen", "a81bc81b-dead-4e5d-abff-90865d1e13b1", NOON),
)
ENTRY = StatusChange(NOON, Status.ACTIVE, None, NAV)
DRAFT = Draft(FULL, ENTRY, Request(NAV, "id", "{}", CARD), 30)


def test_a_card_comes_back_from_the_table_as_it_was() -> None:
    store = CardStore()
    assert store.issue(TENANT, [DRAFT]) is None
    assert store.card(TENANT, CARD, now=NOON) == FULL
    assert store.card_and_history(TENANT, CARD, now=NOON) == (FULL, [ENTRY])


def test_a_card_of_eight_offers_all_used_stays_under_a_kilobyte_and_a_visit_writes_one_unit_of_it() -> None:
    CardStore().issue(TENANT, [DRAFT])
    (row,) = rows("card")
    assert size_of(row) <= 1024
    key = {name: row[name] for name in ("PK", "SK")}
    consumed = table.connection().client.update_item(
        TableName=Row.Meta.table_name,
        Key=key,
        UpdateExpression="SET uses.#c = uses.#c + :one",
        ExpressionAttributeNames={"#c": "kino@2026-11"},
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnConsumedCapacity="INDEXES",
    )["ConsumedCapacity"]
    assert consumed["CapacityUnits"] == 1.0


def test_everything_that_names_a_card_goes_when_the_card_goes() -> None:
    desk = Desk()
    number = desk.issue().card.number
    desk.open.block(TENANT, number, reason="lost", by=NAV, now=desk.now)
    desk.open.replace(TENANT, number, reason="lost", by=NAV, now=desk.now)
    gone = epoch(kept_until(date(2026, 12, 31)))
    for kind in ("card", "pointer", "history", "claim", "blocked"):
        assert {row["expires"]["N"] for row in rows(kind)} == {str(gone)}, kind
    assert {row["expires"]["N"] for row in rows("request")} == {str(epoch(NOON + KEPT_REQUEST))}


def test_no_row_of_a_blocked_card_tells_its_number_but_the_cards_own() -> None:
    desk = Desk()
    number = desk.issue().card.number
    desk.open.block(TENANT, number, reason="lost", by=NAV, now=desk.now)
    assert not [row for row in rows("blocked") if number in repr(row)]


def test_rows_past_their_time_are_passed_over_while_they_wait_to_be_deleted() -> None:
    desk = Desk()
    number = desk.issue().card.number
    store, gone = desk.store, kept_until(date(2026, 12, 31))
    just_before = gone - timedelta(seconds=1)
    assert store.card(TENANT, number, now=just_before) is not None
    assert store.claims(TENANT, "ref-1", now=just_before)
    assert store.card(TENANT, number, now=gone) is None
    assert store.card_and_history(TENANT, number, now=gone) is None
    assert store.cards(TENANT, [number], now=gone) == {}
    assert store.claims(TENANT, "ref-1", now=gone) == []
    assert store.holders(TENANT, KORT, ["ref-1"], now=gone) == {}
    assert store.expiring(TENANT, KORT, "2026-12", before=date(2027, 1, 1), after=None, most=9, now=gone) == []
    assert store.request(TENANT, NAV, "id-ref-1", now=NOON + KEPT_REQUEST) is None
    with pytest.raises(UnknownError):
        desk.open.get(TENANT, number, now=gone)


# A busy table


def test_a_conflict_with_another_write_is_tried_again_and_the_card_is_given_out() -> None:
    clock = Clock()
    desk = Desk(store=clock.store())
    with faults("TransactWriteItems", cancelled("None", "TransactionConflict"), refused("ThrottlingException")):
        desk.issue()
    assert len(clock.waits) == 2
    assert len(rows("card")) == 1


def test_a_condition_that_fails_beside_a_conflict_decides_nothing() -> None:
    desk = Desk(store=Clock().store())
    reasons = ["TransactionConflict", "None", "None", "None", CONDITION, CONDITION]
    with faults("TransactWriteItems", cancelled(*reasons)):
        assert not desk.issue().replayed


def test_after_twenty_seconds_of_conflict_the_caller_is_asked_to_try_again_and_nothing_is_written() -> None:
    clock = Clock()
    desk = Desk(store=clock.store())
    with (
        faults("TransactWriteItems", *[cancelled("TransactionConflict")] * 500),
        pytest.raises(TryAgainError) as busy,
    ):
        desk.issue()
    assert busy.value.code == "busy"
    assert 15 < clock.time <= 20
    assert everything() == {}


def test_no_two_callers_wait_equally_long() -> None:
    clocks = [Clock(), Clock()]
    for clock in clocks:
        with faults("TransactWriteItems", *[cancelled("TransactionConflict")] * 5):
            Desk(store=clock.store()).issue()
    assert len(clocks[0].waits) == len(clocks[1].waits) == 5
    assert clocks[0].waits != clocks[1].waits


def test_what_is_wrong_with_our_own_request_is_not_tried_again() -> None:
    clock = Clock()
    with faults("TransactWriteItems", refused("ValidationException")), pytest.raises(TransactWriteError):
        Desk(store=clock.store()).issue()
    assert clock.waits == []


@pytest.mark.parametrize("operation", ["GetItem", "Query", "BatchGetItem"])
def test_a_read_that_is_throttled_is_tried_again(operation: str) -> None:
    clock = Clock()
    desk = Desk(store=clock.store())
    number = desk.issue().card.number
    with faults(operation, refused("ProvisionedThroughputExceededException")) as waiting:
        assert desk.store.card(TENANT, number, now=NOON) is not None
        assert desk.store.card_and_history(TENANT, number, now=NOON) is not None
        assert len(desk.store.cards(TENANT, [number], now=NOON)) == 1
    assert waiting == []


# A bad line: the table has written, and the answer was lost


def test_a_card_whose_answer_was_lost_is_given_out_once() -> None:
    desk = Desk(store=Clock().store())
    with faults("TransactWriteItems", LOST):
        made = desk.issue()
    assert desk.open.get(TENANT, made.card.number, now=NOON)[0] == made.card
    assert Counter(row["kind"]["S"] for row in everything().values()) == Counter(
        card=1, pointer=1, history=1, claim=1, request=1, quota=1, audit=1
    )
    assert desk.store.issued(TENANT, KORT, "2026-01-01") == 1


def test_a_card_that_ends_while_the_answer_is_lost_gives_one_place_back() -> None:
    desk = Desk(store=Clock().store())
    number = desk.issue().card.number
    desk.issue("ref-2")
    with faults("TransactWriteItems", LOST):
        assert desk.open.end(TENANT, number, reason="ended", by=NAV, now=NOON).status is Status.ENDED
    assert desk.store.issued(TENANT, KORT, "2026-01-01") == 1


def test_a_replacement_whose_answer_was_lost_is_made_once() -> None:
    desk = Desk(store=Clock().store())
    old = desk.issue().card
    let_in(old.number)
    with faults("TransactWriteItems", LOST):
        made = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=NOON)
    assert made.card.uses == {"swim@card": 1}
    assert Counter(row["status"]["S"] for row in rows("card")) == Counter(active=1, replaced=1)


def test_a_correction_whose_answer_was_lost_is_made_once() -> None:
    desk = Desk(store=Clock().store())
    number = desk.issue().card.number
    with faults("TransactWriteItems", LOST):
        mended = desk.open.correct(TENANT, number, Correction({"external_ref": "ref-2"}), by=NAV, now=NOON)
    assert mended.external_ref == "ref-2"
    assert len(desk.open.get(TENANT, number, now=NOON)[1]) == 2


def test_a_card_with_the_longest_of_histories_can_be_replaced_and_keeps_its_latest_lines() -> None:
    desk = Desk()
    number = desk.issue().card.number
    with HistoryRow.batch_write() as batch:
        for each in range(1, 120):
            at = (NOON + timedelta(minutes=each)).isoformat(timespec="microseconds")
            batch.save(HistoryRow(table.card_pk(TENANT, number), f"HISTORY#{at}", at=at, status="blocked", by=NAV))
    made = desk.open.replace(TENANT, number, reason="lost", by=NAV, now=NOON)
    history = desk.open.get(TENANT, made.card.number, now=NOON)[1]
    assert len(history) == 80
    assert (history[-1].reason, history[-2].at) == ("lost", NOON + timedelta(minutes=119))
