"""How old minutes are: the oldest are spent first, so what is left is the newest that was earned."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from chalicelib.ledger.rules.accounts import Account, Balance, is_aging
from chalicelib.ledger.rules.transfers import Transfer
from chalicelib.shared.calendar import add_months

WARNED_BEFORE: Final = (timedelta(days=30), timedelta(days=7))
EXPIRY: Final = "expiry"


@dataclass(frozen=True, slots=True)
class Expiring:
    """So many minutes go after a day, if they are not spent first; whoever has them is warned on two days before."""

    minutes: int
    last_day: date

    @property
    def warned_on(self) -> tuple[date, ...]:
        """Give the days of warning."""
        return tuple(self.last_day - before for before in WARNED_BEFORE)


def left(balance: Balance, today: date) -> dict[str, int]:
    """Give what is left of each month's minutes, oldest first.

    What came back after its month had gone is as if it were earned today.
    """
    rest, found = balance.minutes, dict[str, int]()
    for month in sorted(balance.lots, reverse=True):
        taken = min(rest, max(balance.lots[month], 0))
        if taken:
            found[month] = taken
        rest -= taken
    if rest > 0:
        now = f"{today:%Y-%m}"
        found[now] = found.get(now, 0) + rest
    return dict(sorted(found.items()))


def last_day(month: str, life: int) -> date:
    """Give the last day of minutes earned in a month `yyyy-mm` that live so many months after it."""
    return add_months(date.fromisoformat(f"{month}-01"), life + 1) - timedelta(days=1)


def expiring(balance: Balance, life: int, today: date) -> list[Expiring]:
    """Give what will go and when, the next first."""
    return [Expiring(minutes, last_day(month, life)) for month, minutes in left(balance, today).items()]


def due(balance: Balance, life: int, today: date) -> int:
    """Count the minutes whose last day has passed."""
    return sum(lot.minutes for lot in expiring(balance, life, today) if lot.last_day < today)


def kept_lots(balance: Balance, life: int, today: date) -> Mapping[str, int]:
    """Give the lots after all that is due has gone: the months that have not passed, as they were earned."""
    earned = sum(max(minutes, 0) for minutes in balance.lots.values())
    lots = {month: minutes for month, minutes in balance.lots.items() if last_day(month, life) >= today}
    if balance.minutes > earned:  # came back too late: from now on it is of this month
        now = f"{today:%Y-%m}"
        lots[now] = max(lots.get(now, 0), 0) + balance.minutes - earned
    return lots


def exact(balance: Balance, today: date) -> Balance:
    """Give an account whose lots are what is left of them, so that older minutes may be added."""
    return replace(balance, lots=left(balance, today))


def oldest(balance: Balance, minutes: int, today: date) -> tuple[tuple[str, int], ...]:
    """Give the months of the oldest minutes an account has; fewer where it has not so many."""
    taken: list[tuple[str, int]] = []
    for month, lot in left(balance, today).items():
        part = min(lot, minutes - sum(each for _, each in taken))
        if part:
            taken.append((month, part))
    return tuple(taken)


def is_gift(transfer: Transfer) -> bool:
    """Say whether minutes go from where they grow old to where they do: they keep their age."""
    return transfer.reverses is None and any(is_aging(leg.debit) and is_aging(leg.credit) for leg in transfer.legs)


def with_ages(transfer: Transfer, balances: Mapping[Account, Balance], today: date) -> Transfer:
    """Give a gift that carries the age of what is given, by what its givers have."""
    legs = []
    for leg in transfer.legs:
        giver = balances.get(leg.debit)
        ages = () if giver is None or not is_aging(leg.credit) else oldest(giver, leg.minutes, today)
        # Whoever has not enough is refused when it is written; there is nothing to age.
        legs.append(replace(leg, ages=ages if sum(each for _, each in ages) == leg.minutes else ()))
    return replace(transfer, legs=tuple(legs))
