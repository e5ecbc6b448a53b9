"""Reversals, payments across currencies, closed accounts, and minutes that grow old."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    POT,
    Account,
    Booked,
    Expiring,
    Leg,
    Limits,
    Refusal,
    Refused,
    Transfer,
    accepting,
    clearing_account,
    member_account,
    partner_account,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.ids import CurrencyId, MemberId, Tenant, TransferId, VenueId

TENANT, KRED, OTHER = Tenant("oslo"), CurrencyId("toyen"), CurrencyId("oslo")
JANUARY, MARCH = datetime(2026, 1, 20, 12, tzinfo=UTC), datetime(2026, 3, 20, 12, tzinfo=UTC)
MEMBER, FRIEND = member_account(MemberId("m1")), member_account(MemberId("m2"))
POOL = partner_account(VenueId("badet"))

pytestmark = pytest.mark.usefixtures("fresh_table")


@pytest.fixture
def bank(fresh_table: str) -> Bank:
    """Give a bank with two members, and two currencies that know of each other."""
    del fresh_table
    opened = Bank(LedgerStore(lambda: JANUARY))
    for account in (MEMBER, FRIEND, POT, clearing_account(OTHER)):
        opened.open_account(TENANT, KRED, account)
    opened.open_account(TENANT, OTHER, clearing_account(KRED))
    return opened


def move(
    bank: Bank, name: str, debit: Account, credit: Account, minutes: int, made: datetime = JANUARY
) -> Booked | Refused:
    return bank.transfer(TENANT, Transfer(TransferId(name), KRED, (Leg(debit, credit, minutes),), "moved", made))


def has(bank: Bank, account: Account, currency: CurrencyId = KRED) -> int:
    balance = bank.balance(TENANT, currency, account)
    assert balance is not None
    return balance.minutes


def reverse(bank: Bank, original: str, name: str = "r1", limits: Limits | None = None) -> Booked | Refused:
    return bank.reverse(
        TENANT, TransferId(original), TransferId(name), because="mistake", now=MARCH, limits=limits or Limits()
    )


def due(bank: Bank, account: Account, now: datetime = MARCH) -> list[tuple[int, date]]:
    return [(lot.minutes, lot.last_day) for lot in bank.expiring(TENANT, KRED, account, life=2, now=now)]


def test_a_reversal_is_linked_to_what_it_takes_back_and_stands_once(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60)
    booked = reverse(bank, "a1")
    assert isinstance(booked, Booked)
    assert (booked.transfer.reverses, booked.transfer.because) == ("a1", "mistake")
    assert bank.store.reversed_by(TENANT, TransferId("a1")) == "r1"
    assert reverse(bank, "a1", "r2") == Refused(Refusal.ALREADY_REVERSED)
    assert reverse(bank, "a1") == Booked(booked.transfer, again=True)
    assert (has(bank, MEMBER), has(bank, ISSUER)) == (0, 0)


def test_a_reversal_is_final_and_what_is_unknown_cannot_be_reversed(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60)
    reverse(bank, "a1")
    assert reverse(bank, "r1", "r2") == Refused(Refusal.NOT_REVERSIBLE)
    assert reverse(bank, "nothing", "r3") == Refused(Refusal.UNKNOWN_TRANSFER)


def test_what_was_spent_meanwhile_cannot_be_taken_back(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60)
    move(bank, "s1", MEMBER, POOL, 30)
    assert reverse(bank, "a1") == Refused(Refusal.NOT_ENOUGH, MEMBER)
    assert has(bank, MEMBER) == 30


def test_a_payment_in_another_currency_moves_both_or_neither_within_what_was_agreed(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 120)

    def pay(name: str, minutes: int, limit: int) -> Booked | Refused:
        wanted = Transfer(TransferId(name), KRED, (Leg(MEMBER, POOL, minutes),), "payment", JANUARY)
        return bank.exchange(TENANT, wanted, OTHER, limits=accepting(KRED, OTHER, limit))

    assert pay("x0", 60, 0) == Refused(Refusal.OVER_LIMIT, clearing_account(KRED))  # off, unless agreed
    assert isinstance(pay("x1", 60, 90), Booked)
    assert isinstance(pay("x1", 60, 90), Booked)
    assert pay("x2", 60, 90) == Refused(Refusal.OVER_LIMIT, clearing_account(KRED))
    assert (has(bank, MEMBER), has(bank, clearing_account(OTHER))) == (60, 60)
    assert (has(bank, clearing_account(KRED), OTHER), has(bank, POOL, OTHER)) == (-60, 60)
    [owed] = [bank.store.transfer(TENANT, each) for each in (TransferId("x1-b"),)]
    assert owed is not None
    assert owed.links == ("x1",)
    assert isinstance(reverse(bank, "x1", limits=accepting(KRED, OTHER, 90)), Booked)
    assert (has(bank, MEMBER), has(bank, clearing_account(KRED), OTHER), has(bank, POOL, OTHER)) == (120, 0, 0)
    assert reverse(bank, "x1-b", "r2") == Refused(Refusal.ALREADY_REVERSED)


def test_what_one_currency_took_makes_room_for_what_the_other_takes(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 120)
    bank.open_account(TENANT, OTHER, FRIEND)
    bank.transfer(TENANT, Transfer(TransferId("a2"), OTHER, (Leg(ISSUER, FRIEND, 60),), "moved", JANUARY))
    limits = accepting(KRED, OTHER, 60)
    there = Transfer(TransferId("x1"), KRED, (Leg(MEMBER, POOL, 60),), "payment", JANUARY)
    back = Transfer(TransferId("x2"), OTHER, (Leg(FRIEND, POOL, 60),), "payment", JANUARY)
    again = Transfer(TransferId("x3"), KRED, (Leg(MEMBER, POOL, 60),), "payment", JANUARY)
    assert isinstance(bank.exchange(TENANT, there, OTHER, limits=limits), Booked)
    assert isinstance(bank.exchange(TENANT, again, OTHER, limits=limits), Refused)
    assert isinstance(bank.exchange(TENANT, back, KRED, limits=limits), Booked)
    assert isinstance(bank.exchange(TENANT, again, OTHER, limits=limits), Booked)


def test_transfers_of_the_same_currency_do_not_stand_together(bank: Bank) -> None:
    one = Transfer(TransferId("a1"), KRED, (Leg(ISSUER, MEMBER, 60),), "moved", JANUARY)
    other = Transfer(TransferId("a2"), KRED, (Leg(ISSUER, FRIEND, 60),), "moved", JANUARY)
    assert bank.together(TENANT, one, other) == Refused(Refusal.OTHER_CURRENCY)


def test_a_closed_account_takes_part_in_nothing_until_it_is_opened_again(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60)

    def close(name: str = "c1") -> Booked | Refused | None:
        return bank.close_account(TENANT, KRED, MEMBER, into=POT, transfer=TransferId(name), now=JANUARY)

    closed = close()
    assert isinstance(closed, Booked)
    assert close() == Booked(closed.transfer, again=True)
    assert close("c2") is None  # closed as it was asked; there is nothing more to move
    with pytest.raises(ConflictError):
        close("a1")
    assert (has(bank, MEMBER), has(bank, POT)) == (0, 60)
    assert move(bank, "a2", ISSUER, MEMBER, 60) == Refused(Refusal.ACCOUNT_CLOSED, MEMBER)
    assert reverse(bank, "c1") == Refused(Refusal.ACCOUNT_CLOSED, MEMBER)
    assert bank.reopen_account(TENANT, KRED, MEMBER) is None
    assert isinstance(reverse(bank, "c1"), Booked)
    assert has(bank, MEMBER) == 60


def test_what_has_no_row_is_neither_closed_nor_opened(bank: Bank) -> None:
    answer = bank.close_account(TENANT, KRED, POOL, into=POT, transfer=TransferId("c1"), now=JANUARY)
    assert answer == Refused(Refusal.UNKNOWN_ACCOUNT, POOL)
    assert bank.reopen_account(TENANT, KRED, POOL) == Refused(Refusal.UNKNOWN_ACCOUNT, POOL)
    assert bank.open_account(TENANT, KRED, POOL) is None
    assert bank.open_account(TENANT, KRED, Account("bank")) == Refused(Refusal.UNKNOWN_ACCOUNT, Account("bank"))


def test_an_account_without_minutes_closes_without_a_transfer(bank: Bank) -> None:
    assert bank.close_account(TENANT, KRED, MEMBER, into=POT, transfer=TransferId("c1"), now=JANUARY) is None
    assert bank.store.transfer(TENANT, TransferId("c1")) is None
    assert move(bank, "a2", ISSUER, MEMBER, 60) == Refused(Refusal.ACCOUNT_CLOSED, MEMBER)


def test_the_oldest_minutes_are_spent_first_and_the_owner_is_warned_a_month_and_a_week_before(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60, JANUARY)
    move(bank, "a2", ISSUER, MEMBER, 60, MARCH)
    assert due(bank, MEMBER) == [(60, date(2026, 3, 31)), (60, date(2026, 5, 31))]
    move(bank, "s1", MEMBER, POOL, 45, MARCH)
    assert due(bank, MEMBER) == [(15, date(2026, 3, 31)), (60, date(2026, 5, 31))]
    assert Expiring(15, date(2026, 3, 31)).warned_on == (date(2026, 3, 1), date(2026, 3, 24))


def test_minutes_go_after_their_last_day_and_not_on_it(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60, JANUARY)
    move(bank, "a2", ISSUER, MEMBER, 30, MARCH)

    def expire(now: datetime) -> Booked | None:
        return bank.expire_lots(TENANT, KRED, MEMBER, life=2, now=now)

    assert expire(datetime(2026, 3, 31, 21, 59, tzinfo=UTC)) is None  # 23:59 in Oslo, on the last day
    booked = expire(datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    assert booked is not None
    assert booked.transfer.legs[0].minutes == 60
    assert expire(datetime(2026, 3, 31, 22, 0, tzinfo=UTC)) is None
    assert (has(bank, MEMBER), has(bank, EXPIRED)) == (30, 60)


def test_a_gift_is_as_old_as_what_was_given_so_that_giving_to_and_fro_keeps_nothing_young(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60, JANUARY)
    move(bank, "a2", ISSUER, MEMBER, 60, MARCH)
    move(bank, "g1", MEMBER, FRIEND, 90, MARCH)
    assert due(bank, FRIEND) == [(60, date(2026, 3, 31)), (30, date(2026, 5, 31))]
    assert due(bank, MEMBER) == [(30, date(2026, 5, 31))]
    move(bank, "g2", FRIEND, MEMBER, 60, MARCH)
    assert due(bank, MEMBER) == [(60, date(2026, 3, 31)), (30, date(2026, 5, 31))]


def test_a_wrong_award_is_taken_from_its_own_month(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60, JANUARY)
    move(bank, "a2", ISSUER, MEMBER, 60, MARCH)
    reverse(bank, "a2")
    assert due(bank, MEMBER) == [(60, date(2026, 3, 31))]


def test_what_comes_back_is_as_old_as_it_was_and_what_came_back_too_late_begins_anew(bank: Bank) -> None:
    move(bank, "a1", ISSUER, MEMBER, 60, JANUARY)
    move(bank, "s1", MEMBER, POOL, 60, JANUARY)
    may = datetime(2026, 5, 2, 12, tzinfo=UTC)
    bank.expire_lots(TENANT, KRED, MEMBER, life=2, now=may)  # January's are gone, all of them spent
    bank.reverse(TENANT, TransferId("s1"), TransferId("r1"), because="mistake", now=may)
    assert bank.expire_lots(TENANT, KRED, MEMBER, life=2, now=may) is None
    assert due(bank, MEMBER, may) == [(60, date(2026, 7, 31))]
