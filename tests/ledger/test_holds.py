"""Minutes on hold: posted, voided or expired, each once, and no limit broken by the second step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    ISSUER,
    Booked,
    Held,
    Hold,
    HoldState,
    Leg,
    Refusal,
    Refused,
    Transfer,
    member_account,
    partner_account,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.ids import CurrencyId, HoldId, MemberId, Tenant, TransferId, VenueId

TENANT, KRED = Tenant("oslo"), CurrencyId("toyen")
NOON = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
MEMBER = member_account(MemberId("m1"))
POOL = partner_account(VenueId("badet"))
SEAT = Hold(HoldId("seat"), KRED, MEMBER, POOL, 60, "payment", NOON + timedelta(hours=2))

pytestmark = pytest.mark.usefixtures("fresh_table")


@pytest.fixture
def bank(fresh_table: str) -> Bank:
    """Give a bank with a member who has two Kred, one of them on hold for a seat at the pool."""
    del fresh_table
    opened = Bank(LedgerStore(lambda: NOON))
    opened.open_account(TENANT, KRED, MEMBER)
    opened.transfer(TENANT, Transfer(TransferId("start"), KRED, (Leg(ISSUER, MEMBER, 120),), "award", NOON))
    assert opened.hold(TENANT, SEAT, now=NOON) == Held(SEAT)
    return opened


def has(bank: Bank) -> tuple[int, int, int]:
    """Give what the member may spend, what is on hold, and what the pool has got."""
    member, pool = bank.balance(TENANT, KRED, MEMBER), bank.balance(TENANT, KRED, POOL)
    assert member is not None
    assert pool is not None
    return member.free, member.held, pool.minutes


def post(bank: Bank, name: str = "p1", minutes: int | None = None, now: datetime = NOON) -> Booked | Refused:
    return bank.post(TENANT, SEAT.id, TransferId(name), minutes=minutes, now=now)


def because(answer: object) -> Refusal:
    assert isinstance(answer, Refused)
    return answer.because


def test_what_is_on_hold_cannot_be_spent_or_held_again(bank: Bank) -> None:
    assert has(bank) == (60, 60, 0)
    spend = Transfer(TransferId("s1"), KRED, (Leg(MEMBER, POOL, 61),), "payment", NOON)
    assert because(bank.transfer(TENANT, spend)) is Refusal.NOT_ENOUGH
    assert because(bank.hold(TENANT, replace(SEAT, id=HoldId("two"), minutes=61), now=NOON)) is Refusal.NOT_ENOUGH
    assert isinstance(bank.hold(TENANT, replace(SEAT, id=HoldId("two")), now=NOON), Held)


def test_a_hold_sent_twice_is_held_once_and_other_content_is_refused_by_its_field(bank: Bank) -> None:
    assert bank.hold(TENANT, replace(SEAT, ends=LATER), now=NOON) == Held(SEAT, again=True)
    with pytest.raises(ConflictError) as said:
        bank.hold(TENANT, replace(SEAT, minutes=30), now=NOON)
    assert said.value.fields[0].path == "minutes"
    assert has(bank) == (60, 60, 0)


@pytest.mark.parametrize(
    ("minutes", "after"),
    [
        (None, (60, 0, 60)),  # full
        (60, (60, 0, 60)),
        (15, (105, 0, 15)),  # partial: the rest is free again
    ],
)
def test_posting_spends_up_to_what_was_held(bank: Bank, minutes: int | None, after: tuple[int, int, int]) -> None:
    assert isinstance(post(bank, minutes=minutes), Booked)
    assert has(bank) == after


@pytest.mark.parametrize("minutes", [61, 0, -1])
def test_posting_too_much_or_nothing_is_refused_and_the_hold_stands(bank: Bank, minutes: int) -> None:
    assert because(post(bank, minutes=minutes)) in {Refusal.TOO_MUCH, Refusal.NOT_POSITIVE}
    assert has(bank) == (60, 60, 0)
    assert isinstance(post(bank), Booked)


def test_voiding_gives_all_of_it_back_and_twice_is_the_same(bank: Bank) -> None:
    first = bank.void(TENANT, SEAT.id, now=NOON)
    assert first == Held(replace(SEAT, state=HoldState.VOIDED))
    assert bank.void(TENANT, SEAT.id, now=NOON) == Held(replace(SEAT, state=HoldState.VOIDED), again=True)
    assert has(bank) == (120, 0, 0)


def test_after_its_end_a_hold_is_over_before_anybody_sweeps_and_is_swept_once(bank: Bank) -> None:
    found = bank.hold_of(TENANT, SEAT.id, now=LATER)
    assert found is not None
    assert found.state is HoldState.EXPIRED
    assert because(post(bank, now=LATER)) is Refusal.HOLD_EXPIRED
    assert because(bank.void(TENANT, SEAT.id, now=LATER)) is Refusal.HOLD_EXPIRED
    assert bank.expire_holds(TENANT, KRED, now=LATER) == 1
    assert bank.expire_holds(TENANT, KRED, now=LATER) == 0
    assert has(bank) == (120, 0, 0)
    assert because(post(bank, now=LATER)) is Refusal.HOLD_EXPIRED


def test_a_hold_with_time_left_is_not_swept(bank: Bank) -> None:
    assert bank.expire_holds(TENANT, KRED, now=NOON) == 0
    assert because(bank.expire_hold(TENANT, SEAT.id, now=NOON)) is Refusal.HOLD_OVER
    assert has(bank) == (60, 60, 0)


def test_whoever_lacks_what_was_held_for_too_long_has_it_at_once(bank: Bank) -> None:
    spend = Transfer(TransferId("s1"), KRED, (Leg(MEMBER, POOL, 120),), "payment", LATER)
    assert isinstance(bank.transfer(TENANT, spend), Booked)
    assert has(bank) == (0, 0, 120)


def test_a_hold_is_posted_once_the_same_id_answers_again_and_another_is_refused(bank: Bank) -> None:
    first = post(bank, minutes=30)
    assert isinstance(first, Booked)
    assert post(bank, minutes=30, now=LATER) == Booked(first.transfer, again=True)
    with pytest.raises(ConflictError) as said:
        post(bank, minutes=31)
    assert said.value.fields[0].path == "legs[0].minutes"
    assert because(post(bank, "p2")) is Refusal.HOLD_OVER
    assert because(bank.void(TENANT, SEAT.id, now=NOON)) is Refusal.HOLD_OVER
    assert because(bank.expire_hold(TENANT, SEAT.id, now=LATER)) is Refusal.HOLD_OVER
    assert has(bank) == (90, 0, 30)


def test_a_voided_hold_is_not_posted(bank: Bank) -> None:
    bank.void(TENANT, SEAT.id, now=NOON)
    assert because(post(bank)) is Refusal.HOLD_OVER
    assert has(bank) == (120, 0, 0)


def test_an_unknown_hold_is_neither_posted_nor_voided(bank: Bank) -> None:
    nobody = HoldId("nobody")
    assert because(bank.post(TENANT, nobody, TransferId("p1"), now=NOON)) is Refusal.UNKNOWN_HOLD
    assert because(bank.void(TENANT, nobody, now=NOON)) is Refusal.UNKNOWN_HOLD
    assert bank.hold_of(TENANT, nobody, now=NOON) is None


@pytest.mark.parametrize(
    ("hold", "why"),
    [
        (replace(SEAT, id=HoldId("x"), minutes=0), Refusal.NOT_POSITIVE),
        (replace(SEAT, id=HoldId("x"), debit=ISSUER), Refusal.NOT_FROM_HERE),  # it keeps no row to hold minutes in
        (replace(SEAT, id=HoldId("x"), credit=MEMBER), Refusal.SAME_ACCOUNT),
        (replace(SEAT, id=HoldId("x"), ends=NOON), Refusal.HOLD_EXPIRED),
        (replace(SEAT, id=HoldId("x"), ends=NOON + timedelta(days=401)), Refusal.HOLD_EXPIRED),
        (replace(SEAT, id=HoldId("x"), debit=member_account(MemberId("none"))), Refusal.UNKNOWN_ACCOUNT),
    ],
)
def test_what_cannot_be_held_is_refused_with_its_reason(bank: Bank, hold: Hold, why: Refusal) -> None:
    assert because(bank.hold(TENANT, hold, now=NOON)) is why
    assert has(bank) == (60, 60, 0)


def test_an_account_with_a_hold_is_closed_when_the_hold_is_over(bank: Bank) -> None:
    def close() -> object:
        return bank.close_account(TENANT, KRED, MEMBER, into=POOL, transfer=TransferId("c1"), now=NOON)

    assert because(close()) is Refusal.STILL_HELD
    bank.void(TENANT, SEAT.id, now=NOON)
    assert isinstance(close(), Booked)
    assert has(bank) == (0, 0, 120)
    assert because(bank.hold(TENANT, replace(SEAT, id=HoldId("x")), now=NOON)) is Refusal.ACCOUNT_CLOSED
