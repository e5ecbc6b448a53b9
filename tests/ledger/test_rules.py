"""What holds in the ledger, from facts alone."""

from datetime import date

import pytest

from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    MAY_PASS,
    POT,
    Account,
    Balance,
    Refusal,
    Sort,
    clearing_account,
    due,
    exact,
    grant_account,
    is_kept,
    kept_lots,
    last_day,
    left,
    member_account,
    notes_account,
    oldest,
    partner_account,
    sort_of,
)
from chalicelib.shared.ids import ActivityId, CurrencyId, MemberId, VenueId

MEMBER = member_account(MemberId("m1"))
MARCH = date(2026, 3, 20)


def has(minutes: int, held: int = 0, **lots: int) -> Balance:
    return Balance(MEMBER, minutes, held, lots={f"2026-{month[1:]}": earned for month, earned in lots.items()})


@pytest.mark.parametrize(
    ("account", "sort", "kept"),
    [
        (ISSUER, Sort.ISSUER, False),
        (EXPIRED, Sort.EXPIRED, False),
        (POT, Sort.POT, True),
        (grant_account(ActivityId("a")), Sort.GRANT, True),
        (MEMBER, Sort.MEMBER, True),
        (partner_account(VenueId("v")), Sort.PARTNER, False),
        (notes_account("b"), Sort.NOTES, True),
        (clearing_account(CurrencyId("c")), Sort.CLEARING, True),
        (Account("member:"), None, False),
        (Account("member"), None, False),
        (Account("issuer:1"), None, False),
        (Account("member:a#b"), None, False),  # it would be somebody else's key
        (Account("member:a:b"), None, False),
        (Account(""), None, False),
    ],
)
def test_the_name_of_an_account_says_what_it_is_for(account: Account, sort: Sort | None, kept: bool) -> None:  # noqa: FBT001  a case
    assert sort_of(account) == sort
    assert is_kept(account) is kept


@pytest.mark.parametrize(
    ("balance", "found"),
    [
        (has(120, _01=60, _02=60), {"2026-01": 60, "2026-02": 60}),
        (has(90, _01=60, _02=60), {"2026-01": 30, "2026-02": 60}),  # the oldest went first
        (has(30, 30, _01=60, _02=60), {"2026-02": 60}),  # what is on hold is still there
        (has(0, _01=60), {}),
        (has(60), {"2026-03": 60}),  # it came back after its month had gone
        (has(90, _01=60), {"2026-01": 60, "2026-03": 30}),
        (has(60, _01=-30, _02=60), {"2026-02": 60}),  # more was taken back of January than was left
    ],
)
def test_what_is_left_is_the_newest_that_was_earned(balance: Balance, found: dict[str, int]) -> None:
    assert left(balance, MARCH) == found
    assert exact(balance, MARCH).lots == found
    assert sum(found.values()) == balance.minutes


@pytest.mark.parametrize(
    ("month", "life", "day"),
    [
        ("2026-01", 2, date(2026, 3, 31)),
        ("2026-12", 2, date(2027, 2, 28)),
        ("2027-12", 2, date(2028, 2, 29)),
        ("2026-05", 0, date(2026, 5, 31)),
        ("2026-05", 12, date(2027, 5, 31)),
    ],
)
def test_minutes_live_so_many_months_after_the_month_they_were_earned_in(month: str, life: int, day: date) -> None:
    assert last_day(month, life) == day


def test_only_what_is_past_its_last_day_is_due_and_then_its_months_go() -> None:
    balance = has(100, _01=60, _02=60)
    assert due(balance, 2, date(2026, 3, 31)) == 0
    assert due(balance, 2, date(2026, 4, 1)) == 40
    assert kept_lots(balance, 2, date(2026, 4, 1)) == {"2026-02": 60}


def test_a_gift_takes_the_oldest() -> None:
    assert oldest(has(100, _01=60, _02=60), 50, MARCH) == (("2026-01", 40), ("2026-02", 10))
    assert oldest(has(10, _02=60), 50, MARCH) == (("2026-02", 10),)


def test_it_is_decided_for_every_refusal_whether_the_same_call_may_do_better_later() -> None:
    for_ever = {
        Refusal.SAME_ACCOUNT, Refusal.NOT_POSITIVE, Refusal.TOO_MUCH, Refusal.OTHER_CURRENCY, Refusal.NOT_FROM_HERE,
        Refusal.ALREADY_REVERSED, Refusal.NOT_REVERSIBLE, Refusal.HOLD_OVER, Refusal.HOLD_EXPIRED,
    }  # fmt: skip
    assert set(Refusal) == MAY_PASS | for_ever
    assert not MAY_PASS & for_ever
