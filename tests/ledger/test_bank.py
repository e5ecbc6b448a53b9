"""What the desk of the ledger does with minutes, on the embedded engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import table
from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    ISSUER,
    POT,
    Account,
    Booked,
    Leg,
    Limits,
    Refusal,
    Refused,
    Transfer,
    clearing_account,
    grant_account,
    member_account,
    partner_account,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.ids import ActivityId, CurrencyId, MemberId, Tenant, TransferId, VenueId

TENANT, KRED = Tenant("oslo"), CurrencyId("toyen")
NOON = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
GRANT = grant_account(ActivityId("hage"))
MEMBER, NEIGHBOUR = member_account(MemberId("m1")), member_account(MemberId("m2"))
POOL = partner_account(VenueId("badet"))

pytestmark = pytest.mark.usefixtures("fresh_table")


@pytest.fixture
def bank(fresh_table: str) -> Bank:
    """Give a bank whose grant has ten Kred, and whose members have nothing."""
    del fresh_table
    opened = Bank(LedgerStore())
    for account in (GRANT, MEMBER, NEIGHBOUR, POT):
        opened.open_account(TENANT, KRED, account)
    opened.transfer(TENANT, moved("grant", ISSUER, GRANT, 600))
    return opened


def moved(name: str, debit: Account, credit: Account, minutes: int, what: str = "award") -> Transfer:
    """Give a transfer of one leg."""
    return Transfer(TransferId(name), KRED, (Leg(debit, credit, minutes),), what, NOON)


def has(bank: Bank, account: Account) -> int:
    """Give what an account has."""
    balance = bank.balance(TENANT, KRED, account)
    assert balance is not None
    return balance.minutes


def test_an_award_takes_from_the_grant_what_the_member_gets(bank: Bank) -> None:
    award = moved("a1", GRANT, MEMBER, 120)
    assert bank.transfer(TENANT, award) == Booked(award)
    assert [has(bank, account) for account in (ISSUER, GRANT, MEMBER)] == [-600, 480, 120]
    [entry] = bank.history(TENANT, KRED, MEMBER, most=10)
    assert (entry.minutes, entry.other, entry.transfer) == (120, GRANT, "a1")


def test_a_transfer_sent_twice_is_booked_once_and_answered_the_same_also_when_the_account_is_empty(bank: Bank) -> None:
    award = moved("a1", GRANT, MEMBER, 600)
    bank.transfer(TENANT, award)
    again = bank.transfer(TENANT, replace(award, made_at=NOON.replace(hour=13)))
    assert again == Booked(award, again=True)
    assert has(bank, MEMBER) == 600


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (moved("a1", GRANT, MEMBER, 121), "legs[0].minutes"),
        (moved("a1", POT, MEMBER, 120), "legs[0].debit"),
        (moved("a1", GRANT, NEIGHBOUR, 120), "legs[0].credit"),
        (moved("a1", GRANT, MEMBER, 120, "gift"), "what"),
        (replace(moved("a1", GRANT, MEMBER, 120), currency=CurrencyId("oslo")), "currency"),
        (replace(moved("a1", GRANT, MEMBER, 120), because="thanks"), "because"),
        (replace(moved("a1", GRANT, MEMBER, 120), legs=()), None),
    ],
)
def test_an_id_that_stands_for_something_else_is_refused_with_the_field_that_differs(
    bank: Bank, other: Transfer, field: str | None
) -> None:
    bank.transfer(TENANT, moved("a1", GRANT, MEMBER, 120))
    if field is None:  # what cannot be a transfer is refused before anybody looks
        assert isinstance(bank.transfer(TENANT, other), Refused)
        return
    with pytest.raises(ConflictError) as said:
        bank.transfer(TENANT, other)
    assert (said.value.code, said.value.fields[0].path) == ("other_content", field)
    assert has(bank, MEMBER) == 120


@pytest.mark.parametrize(
    ("transfer", "because"),
    [
        (moved("x", MEMBER, POOL, 1), Refusal.NOT_ENOUGH),
        (moved("x", GRANT, MEMBER, 601), Refusal.NOT_ENOUGH),
        (moved("x", GRANT, MEMBER, 0), Refusal.NOT_POSITIVE),
        (moved("x", GRANT, MEMBER, -60), Refusal.NOT_POSITIVE),
        (moved("x", GRANT, MEMBER, 10**9), Refusal.TOO_MUCH),
        (moved("x", GRANT, GRANT, 60), Refusal.SAME_ACCOUNT),
        (moved("x", GRANT, Account("member:"), 60), Refusal.UNKNOWN_ACCOUNT),
        (moved("x", GRANT, Account("bank:1"), 60), Refusal.UNKNOWN_ACCOUNT),
        (moved("x", GRANT, member_account(MemberId("nobody")), 60), Refusal.UNKNOWN_ACCOUNT),
        (moved("x", POOL, MEMBER, 60), Refusal.NOT_FROM_HERE),
        (moved("x", GRANT, clearing_account(KRED), 60), Refusal.OTHER_CURRENCY),
        (replace(moved("x", GRANT, MEMBER, 60), legs=(Leg(GRANT, MEMBER, 60),) * 17), Refusal.TOO_MUCH),
    ],
)
def test_what_may_not_be_moved_is_refused_with_its_reason_and_moves_nothing(
    bank: Bank, transfer: Transfer, because: Refusal
) -> None:
    answer = bank.transfer(TENANT, transfer)
    assert isinstance(answer, Refused)
    assert answer.because is because
    assert has(bank, GRANT) == 600
    assert LedgerStore().transfer(TENANT, TransferId("x")) is None


def test_a_refused_id_may_be_sent_again_when_the_reason_has_gone(bank: Bank) -> None:
    spend = moved("s1", MEMBER, POOL, 60, "payment")
    assert isinstance(bank.transfer(TENANT, spend), Refused)
    bank.transfer(TENANT, moved("a1", GRANT, MEMBER, 60))
    assert isinstance(bank.transfer(TENANT, spend), Booked)
    assert (has(bank, MEMBER), has(bank, POOL)) == (0, 60)


def test_an_account_takes_no_more_than_its_cap(bank: Bank) -> None:
    limits = Limits(caps={MEMBER: 100})
    assert isinstance(bank.transfer(TENANT, moved("a1", GRANT, MEMBER, 100), limits=limits), Booked)
    answer = bank.transfer(TENANT, moved("a2", GRANT, MEMBER, 1), limits=limits)
    assert answer == Refused(Refusal.OVER_LIMIT, MEMBER)


def test_a_transfer_of_several_legs_moves_all_or_nothing(bank: Bank) -> None:
    legs = (Leg(GRANT, MEMBER, 400), Leg(GRANT, NEIGHBOUR, 300))
    short = replace(moved("a1", GRANT, MEMBER, 1), legs=legs)
    assert bank.transfer(TENANT, short) == Refused(Refusal.NOT_ENOUGH, GRANT)
    assert [has(bank, account) for account in (GRANT, MEMBER, NEIGHBOUR)] == [600, 0, 0]
    enough = replace(short, legs=(legs[0], replace(legs[1], minutes=200)))
    bank.transfer(TENANT, enough)
    assert [has(bank, account) for account in (GRANT, MEMBER, NEIGHBOUR)] == [0, 400, 200]


def test_an_id_is_remembered_after_minutes_and_a_new_start_also_when_the_venue_is_another(bank: Bank) -> None:
    bank.transfer(TENANT, moved("a1", GRANT, MEMBER, 60))
    spend = moved("s1", MEMBER, POOL, 60, "payment")
    bank.transfer(TENANT, spend)
    table.bind(name=table.Row.Meta.table_name, region="eu-north-1", engine=table.Row.Meta.host)  # as a new process does
    later = replace(spend, made_at=NOON + timedelta(minutes=11))
    assert Bank(LedgerStore()).transfer(TENANT, later) == Booked(spend, again=True)
    elsewhere = replace(later, legs=(Leg(MEMBER, partner_account(VenueId("kinoen")), 60),))
    with pytest.raises(ConflictError) as said:
        Bank(LedgerStore()).transfer(TENANT, elsewhere)
    assert said.value.fields[0].path == "legs[0].credit"
    assert (has(bank, MEMBER), has(bank, POOL)) == (0, 60)


def test_another_municipality_may_use_the_same_ids_and_knows_no_account_of_this_one(bank: Bank) -> None:
    award = moved("a1", GRANT, MEMBER, 60)
    bank.transfer(TENANT, award)
    other = Tenant("moss")
    assert bank.transfer(other, award) == Refused(Refusal.UNKNOWN_ACCOUNT, GRANT)
    assert bank.store.transfer(other, TransferId("a1")) is None
    assert bank.balance(other, KRED, MEMBER) is None
