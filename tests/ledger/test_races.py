"""Many at the same moment, over one account: exactly as many get through as there are minutes for."""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    ISSUER,
    Hold,
    Leg,
    Transfer,
    member_account,
    partner_account,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.ids import CurrencyId, HoldId, MemberId, Tenant, TransferId, VenueId
from tests.ledger import bank as tellers
from tests.ledger.model import told

TENANT, KRED = Tenant("oslo"), CurrencyId("toyen")
NOON = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
MEMBER = member_account(MemberId("m1"))
POOL = partner_account(VenueId("badet"))
SEED = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))

pytestmark = pytest.mark.usefixtures("fresh_table")


@pytest.fixture
def bank(fresh_table: str) -> Bank:
    """Give a bank with a member who has one Kred."""
    del fresh_table
    opened = Bank(LedgerStore(lambda: NOON))
    opened.open_account(TENANT, KRED, MEMBER)
    opened.transfer(TENANT, moved("start", ISSUER, 60))
    return opened


def moved(name: str, debit: str, minutes: int) -> Transfer:
    credit = POOL if debit == MEMBER else MEMBER
    return Transfer(TransferId(name), KRED, (Leg(debit, credit, minutes),), "moved", NOON)  # type: ignore[arg-type]


def at_once(number: int, do: Callable[[int], Any]) -> Counter[str]:
    """Let so many do it at the same moment, and count what they are answered."""
    start, answers = threading.Barrier(number), list[str]()

    def one(which: int) -> None:
        start.wait()
        answers.append(told(do(which)))

    threads = [threading.Thread(target=one, args=(which,)) for which in range(number)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return Counter(answers)


def has(bank: Bank) -> tuple[int, int, int]:
    member, pool = bank.balance(TENANT, KRED, MEMBER), bank.balance(TENANT, KRED, POOL)
    assert member is not None
    assert pool is not None
    return member.free, member.held, pool.minutes


def test_of_fifty_payments_at_once_from_a_balance_that_pays_once_exactly_one_is_made(bank: Bank) -> None:
    answers = at_once(50, lambda which: bank.transfer(TENANT, moved(f"p{which}", MEMBER, 60)))
    assert answers == {"booked": 1, "not_enough": 49}
    assert has(bank) == (0, 0, 60)


def test_of_fifty_holds_at_once_exactly_one_is_held(bank: Bank) -> None:
    def hold(which: int) -> Any:
        wanted = Hold(HoldId(f"h{which}"), KRED, MEMBER, POOL, 60, "payment", NOON + timedelta(hours=1))
        return bank.hold(TENANT, wanted, now=NOON)

    assert at_once(50, hold) == {"held": 1, "not_enough": 49}
    assert has(bank) == (0, 60, 0)


def test_one_payment_sent_fifty_times_at_once_is_made_once_and_answered_fifty_times(bank: Bank) -> None:
    assert at_once(50, lambda _: bank.transfer(TENANT, moved("p", MEMBER, 60))) == {"booked": 1, "again": 49}
    assert has(bank) == (0, 0, 60)


def test_a_transfer_reversed_by_many_at_once_each_sending_twice_is_reversed_once(bank: Bank) -> None:
    bank.transfer(TENANT, moved("p", MEMBER, 60))

    def reverse(which: int) -> Any:
        name = TransferId(f"r{which // 2}")
        return bank.reverse(TENANT, TransferId("p"), name, because="mistake", now=NOON)

    assert at_once(40, reverse) == {"booked": 1, "again": 1, "already_reversed": 38}
    assert has(bank) == (60, 0, 0)


def test_a_hold_posted_and_voided_by_many_at_once_is_over_once(bank: Bank) -> None:
    hold = Hold(HoldId("h"), KRED, MEMBER, POOL, 60, "payment", NOON + timedelta(hours=1))
    bank.hold(TENANT, hold, now=NOON)

    def end(which: int) -> Any:
        if which % 2:
            return bank.void(TENANT, hold.id, now=NOON)
        return bank.post(TENANT, hold.id, TransferId(f"p{which}"), now=NOON)

    answers = at_once(40, end)
    if answers["booked"]:
        assert answers == {"booked": 1, "hold_over": 39}
        assert has(bank) == (0, 0, 60)
    else:
        assert answers == {"held": 1, "again": 19, "hold_over": 20}
        assert has(bank) == (60, 0, 0)


def test_old_minutes_expire_once_though_many_clocks_strike(bank: Bank) -> None:
    later = NOON + timedelta(days=100)
    answers = at_once(10, lambda _: bank.expire_lots(TENANT, KRED, MEMBER, life=1, now=later))
    assert answers["booked"] == 1
    assert has(bank) == (0, 0, 0)


def test_while_sixteen_tellers_move_minutes_every_snapshot_of_a_currency_adds_up_to_zero() -> None:
    print(f"OPPLEV_SEED={SEED}")  # noqa: T201  to run it again
    full = os.environ.get("OPPLEV_FULL") == "1"
    found = tellers.run(transfers=10_000 if full else 1_500, snapshots=1_000 if full else 150, seed=SEED)
    assert found.wrong == []
    assert found.snapshots >= (1_000 if full else 150)
    assert {"not_enough", "already_reversed"} <= set(found.because)
