"""The books kept by the clock: sealed, checked, rebuilt; and what somebody has altered, by its name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import table
from chalicelib.audit.store import AuditStore
from chalicelib.ledger.actions import Bank, Keeper
from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    Account,
    Booked,
    Fault,
    Hold,
    Leg,
    Transfer,
    entry_id,
    grant_account,
    member_account,
    partner_account,
)
from chalicelib.ledger.store import JournalStore, LedgerStore
from chalicelib.ledger.store.accounts import TAIL
from chalicelib.shared.ids import ActivityId, CurrencyId, HoldId, MemberId, Tenant, TransferId, VenueId

TENANT, KRED, OTHER = Tenant("oslo"), CurrencyId("toyen"), CurrencyId("oslo")
NOON = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
LATER = NOON + timedelta(hours=4)
GRANT = grant_account(ActivityId("hage"))
MEMBER = member_account(MemberId("m1"))
POOL = partner_account(VenueId("badet"))

pytestmark = pytest.mark.usefixtures("fresh_table")


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(fresh_table: str, clock: Clock) -> Keeper:
    """Give the keeper of a ledger in which a morning has passed."""
    del fresh_table
    bank = Bank(LedgerStore(clock))
    kept = Keeper(
        bank, JournalStore(), lambda currency: AuditStore(chain=lambda of: table.ledger_seals_pk(of, currency)),
        lambda _: (0, b"key"), lambda _, key_id: b"key" if key_id == 0 else None,
    )  # fmt: skip
    for account in (GRANT, MEMBER):
        bank.open_account(TENANT, KRED, account)
    for minute, (name, debit, credit, minutes) in enumerate([
        ("grant", ISSUER, GRANT, 600), ("a1", GRANT, MEMBER, 120), ("a2", GRANT, MEMBER, 60), ("s1", MEMBER, POOL, 30),
    ]):  # fmt: skip
        made = NOON + timedelta(minutes=minute)
        booked = bank.transfer(TENANT, Transfer(TransferId(name), KRED, (Leg(debit, credit, minutes),), "moved", made))
        assert isinstance(booked, Booked)
    return kept


def of(name: str) -> str:
    """Give the id under which a transfer of the morning is sealed."""
    found = LedgerStore().transfer(TENANT, TransferId(name))
    assert found is not None
    return entry_id(found)


def faults(keeper: Keeper) -> list[tuple[Fault, Account | None, str | None]]:
    """Check the books, and give what does not agree."""
    checked = keeper.check(TENANT, KRED, now=LATER)
    return [(each.fault, each.account, each.name) for each in checked.findings]


def test_the_hours_are_sealed_once_and_everything_agrees(keeper: Keeper) -> None:
    assert keeper.keep(TENANT, now=LATER) == 1
    assert keeper.keep(TENANT, now=LATER) == 0
    checked = keeper.check(TENANT, KRED, now=LATER)
    assert checked.findings == ()
    assert (checked.transfers, checked.sealed, checked.seals) == (4, 4, 1)
    assert checked.minutes == {ISSUER: -600, GRANT: 420, MEMBER: 150, POOL: 30}


def test_the_seal_that_was_kept_elsewhere_is_found_again_or_missed(keeper: Keeper) -> None:
    keeper.keep(TENANT, now=LATER)
    head = keeper.check(TENANT, KRED, now=LATER).head
    assert head is not None
    name, _, digest = head.partition(":")
    assert keeper.check(TENANT, KRED, kept=(name, digest), now=LATER).findings == ()
    [found] = keeper.check(TENANT, KRED, kept=(name, "0" * 64), now=LATER).findings
    assert found.fault is Fault.OTHER_CHAIN


def row(name: str) -> table.TransferRow:
    return table.TransferRow.get(table.transfer_pk(TENANT, name), "TRANSFER", consistent_read=True)


def entry(account: Account, name: str) -> table.EntryRow:
    return table.EntryRow.get(table.ledger_pk(TENANT, KRED, account), f"ENTRY#{of(name)}", consistent_read=True)


def test_a_changed_transfer_is_named(keeper: Keeper) -> None:
    keeper.keep(TENANT, now=LATER)
    changed = row("a2")
    changed.legs = changed.legs.replace("60", "90")
    changed.save()
    assert (Fault.TRANSFER_CHANGED, None, of("a2")) in faults(keeper)


def test_a_removed_transfer_is_named(keeper: Keeper) -> None:
    keeper.keep(TENANT, now=LATER)
    name = of("a2")
    row("a2").delete()
    assert (Fault.TRANSFER_REMOVED, None, name) in faults(keeper)


def test_a_transfer_put_in_afterwards_is_named_though_its_entries_and_balances_agree(keeper: Keeper) -> None:
    keeper.keep(TENANT, now=LATER)
    made = NOON + timedelta(minutes=2, seconds=30)
    late = Transfer(TransferId("late"), KRED, (Leg(GRANT, MEMBER, 60),), "moved", made)
    keeper.bank.transfer(TENANT, late)
    assert faults(keeper) == [(Fault.TRANSFER_INSERTED, None, entry_id(late))]


def test_a_transfer_that_cannot_be_read_any_more_is_named_and_stops_nothing(keeper: Keeper) -> None:
    keeper.keep(TENANT, now=LATER)
    broken = row("s1")
    broken.legs = "nothing"
    broken.save()
    assert (Fault.TRANSFER_CHANGED, None, of_row(broken)) in faults(keeper)


def of_row(broken: table.TransferRow) -> str:
    assert broken.place is not None
    return broken.place


@pytest.mark.parametrize(
    ("meddle", "found"),
    [
        (lambda each: each.update(actions=[table.EntryRow.minutes.set(61)]), Fault.ENTRY_CHANGED),
        (lambda each: each.delete(), Fault.ENTRY_REMOVED),
    ],
)
def test_an_entry_that_is_not_what_its_transfer_says_is_named_with_its_account(
    keeper: Keeper, meddle: Callable[[table.EntryRow], None], found: Fault
) -> None:
    keeper.keep(TENANT, now=LATER)
    meddle(entry(MEMBER, "a2"))
    assert (found, MEMBER, of("a2")) in faults(keeper)
    assert (Fault.BALANCE, MEMBER, None) in faults(keeper)
    assert (Fault.SUM, None, None) in faults(keeper)


def test_an_entry_that_no_transfer_knows_is_named(keeper: Keeper) -> None:
    keeper.keep(TENANT, now=LATER)
    stray = f"ENTRY#{of('a2')[:-1]}Z"
    table.EntryRow(
        table.ledger_pk(TENANT, KRED, POOL), stray, transfer="x", what="moved", minutes=5, other=MEMBER
    ).save()  # fmt: skip
    assert (Fault.ENTRY_INSERTED, POOL, stray.removeprefix("ENTRY#")) in faults(keeper)


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (table.AccountRow.free.add(1), Fault.BALANCE),
        (table.AccountRow.free.add(-1), Fault.BALANCE),
    ],
)
def test_a_balance_that_is_not_the_sum_of_its_entries_is_named(keeper: Keeper, action: object, found: Fault) -> None:
    table.AccountRow(table.ledger_pk(TENANT, KRED, MEMBER), "BALANCE").update(actions=[action])  # type: ignore[list-item]
    assert faults(keeper) == [(found, MEMBER, None)]


def test_minutes_said_to_be_on_hold_without_a_hold_are_named(keeper: Keeper) -> None:
    hold = Hold(HoldId("h1"), KRED, MEMBER, POOL, 60, "payment", LATER + timedelta(hours=1))
    keeper.bank.hold(TENANT, hold, now=NOON)
    assert faults(keeper) == []
    table.AccountRow(table.ledger_pk(TENANT, KRED, MEMBER), "BALANCE").update(
        actions=[table.AccountRow.free.add(10), table.AccountRow.held.add(-10)]
    )
    assert faults(keeper) == [(Fault.HELD, MEMBER, None)]


def test_what_was_on_hold_for_too_long_is_given_back_by_the_clock(keeper: Keeper) -> None:
    hold = Hold(HoldId("h1"), KRED, MEMBER, POOL, 60, "payment", NOON + timedelta(hours=1))
    keeper.bank.hold(TENANT, hold, now=NOON)
    keeper.keep(TENANT, now=LATER)
    balance = keeper.bank.balance(TENANT, KRED, MEMBER)
    assert balance is not None
    assert (balance.free, balance.held) == (150, 0)


def test_a_busy_account_leaves_a_checkpoint_and_adds_up_only_what_came_after(keeper: Keeper, clock: Clock) -> None:
    for number in range(TAIL):
        made = NOON + timedelta(minutes=10, seconds=number)
        pay = Transfer(TransferId(f"p{number}"), KRED, (Leg(ISSUER, POOL, 1),), "moved", made)
        keeper.bank.transfer(TENANT, pay)
    store = LedgerStore(clock)
    assert store.balance(TENANT, KRED, POOL).minutes == TAIL + 30  # type: ignore[union-attr]
    assert store.checkpoint(TENANT, KRED, POOL) == ("", 0, 0)  # some may still be on their way
    clock.now = NOON + timedelta(hours=1)
    keeper.keep(TENANT, now=clock.now)
    last, minutes, entries = store.checkpoint(TENANT, KRED, POOL)
    assert (minutes, entries) == (TAIL + 30, TAIL + 1)
    assert list(store.entries(TENANT, KRED, POOL, after=last)) == []
    assert store.balance(TENANT, KRED, POOL).minutes == TAIL + 30  # type: ignore[union-attr]
    assert faults(keeper) == []
    table.CheckpointRow(table.ledger_pk(TENANT, KRED, POOL), f"CHECKPOINT#{last}").update(
        actions=[table.CheckpointRow.minutes.set(7)]
    )
    assert faults(keeper) == [(Fault.CHECKPOINT, POOL, None)]


def test_each_currency_is_sealed_in_a_chain_of_its_own(keeper: Keeper) -> None:
    keeper.bank.open_account(TENANT, OTHER, MEMBER)
    keeper.bank.transfer(TENANT, Transfer(TransferId("o1"), OTHER, (Leg(ISSUER, MEMBER, 60),), "moved", NOON))
    assert keeper.bank.store.currencies(TENANT) == [OTHER, KRED]
    assert keeper.keep(TENANT, now=LATER) == 2
    assert keeper.check(TENANT, OTHER, now=LATER).minutes == {ISSUER: -60, MEMBER: 60}
    assert faults(keeper) == []


def test_on_the_first_of_the_month_old_minutes_go_where_the_currency_says_so(keeper: Keeper) -> None:
    first_of_march = datetime(2027, 3, 1, 0, 16, tzinfo=UTC)
    keeper.keep(TENANT, now=first_of_march)
    assert faults_at(keeper, first_of_march) == ((), {ISSUER: -600, GRANT: 420, MEMBER: 150, POOL: 30})
    grows_old = replace(keeper, life=lambda _, currency: 3 if currency == KRED else None)
    grows_old.keep(TENANT, now=first_of_march - timedelta(days=1))  # November's last day was the last of February
    assert faults_at(keeper, first_of_march)[1][MEMBER] == 150
    grows_old.keep(TENANT, now=first_of_march)
    grows_old.keep(TENANT, now=first_of_march + timedelta(hours=1))
    later = first_of_march + timedelta(hours=2)
    assert faults_at(keeper, later) == ((), {ISSUER: -600, GRANT: 420, MEMBER: 0, POOL: 30, EXPIRED: 150})


def faults_at(keeper: Keeper, now: datetime) -> tuple[object, dict[Account, int]]:
    checked = keeper.check(TENANT, KRED, now=now)
    return checked.findings, dict(checked.minutes)


def test_one_municipality_whose_books_cannot_be_kept_stops_no_other(keeper: Keeper) -> None:
    def broken(_: Tenant) -> tuple[int, bytes]:
        raise LookupError

    (tenant, outcome), (other, none) = Keeper(
        keeper.bank, keeper.journal, keeper.chain, broken, keeper.key_of
    ).keep_all([TENANT, Tenant("moss")], now=LATER)  # fmt: skip
    assert (tenant, type(outcome), other, none) == (TENANT, LookupError, "moss", 0)


def test_what_has_expired_is_added_up_like_a_partner(keeper: Keeper) -> None:
    keeper.bank.transfer(TENANT, Transfer(TransferId("e1"), KRED, (Leg(MEMBER, EXPIRED, 30),), "expiry", NOON))
    balance = keeper.bank.balance(TENANT, KRED, EXPIRED)
    assert balance is not None
    assert balance.minutes == 30
