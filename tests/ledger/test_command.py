"""The operator's command that says whether the ledger agrees, and the timer that keeps it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import table, wiring
from chalicelib.api import seal_hours
from chalicelib.ledger.rules import ISSUER, Booked, Leg, Transfer, member_account, partner_account
from chalicelib.shared.answers import UnknownError
from chalicelib.shared.ids import CurrencyId, MemberId, Tenant, TransferId, VenueId
from infra.ledger import told
from tests import town as towns
from tests.town import Town

TENANT, KRED = Tenant(towns.TENANT), CurrencyId("lokalkred")
MEMBER, POOL = member_account(MemberId("m1")), partner_account(VenueId("bad"))


@pytest.fixture
def town(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[Town]:
    """Give a town in which a member has earned two Kred and paid one, some hours ago."""
    founded = towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    founded.settle_in()
    bank = wiring.house().bank
    bank.open_account(TENANT, KRED, MEMBER)
    for name, debit, credit, minutes in (("a1", ISSUER, MEMBER, 120), ("s1", MEMBER, POOL, 60)):
        moved = Transfer(TransferId(name), KRED, (Leg(debit, credit, minutes),), "moved", wiring.house().clock())
        assert isinstance(bank.transfer(TENANT, moved), Booked)
    founded.later(hours=3)
    yield founded
    wiring.use(None)


@pytest.mark.usefixtures("town")
def test_the_timer_seals_the_ledger_with_the_book_and_the_command_says_that_all_agrees() -> None:
    assert seal_hours.run({}, None)[TENANT] >= 2  # one of the book at least, and one of the ledger
    line, agrees = told(wiring.house(), TENANT, None, None)
    assert agrees
    assert "lokalkred: all of it agrees. 2 transfers between 3 accounts, sum 0; 2 of them under 1 seals." in line
    kept = line.rpartition("keep this elsewhere: ")[2]
    assert told(wiring.house(), TENANT, "lokalkred", kept)[1]


@pytest.mark.usefixtures("town")
def test_the_command_names_what_does_not_agree() -> None:
    row = table.AccountRow(table.ledger_pk(TENANT, KRED, MEMBER), "BALANCE")
    row.update(actions=[table.AccountRow.free.add(30)])
    assert told(wiring.house(), TENANT, None, None) == ("lokalkred: balance, member:m1", False)


@pytest.mark.usefixtures("town")
def test_a_currency_that_there_is_not_is_never_said_to_agree() -> None:
    with pytest.raises(UnknownError) as refused:
        told(wiring.house(), TENANT, "nokred", None)
    assert refused.value.code == "unknown_currency"


@pytest.mark.usefixtures("town")
def test_a_ledger_that_cannot_be_sealed_rings_the_alarm_of_the_timer() -> None:
    table.AccountRow(
        "T#lorenskog#LEDGER#x#ACCOUNT#pot", "BALANCE", state="open", group=table.accounts_group(TENANT),
        place="x#no-day#pot",
    ).save()  # fmt: skip
    with pytest.raises(seal_hours.HoursNotSealedError):
        seal_hours.run({}, None)
