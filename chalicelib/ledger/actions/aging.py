"""Minutes that grow old: given on at their age, warned of, and expired."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.ledger.actions.holding import Holding
from chalicelib.ledger.rules import (
    EXPIRED,
    EXPIRY,
    Account,
    Balance,
    Booked,
    Expiring,
    Leg,
    State,
    Transfer,
    due,
    exact,
    expiring,
    is_aging,
    is_gift,
    kept_lots,
    with_ages,
)
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CurrencyId, Tenant, TransferId

TRIES = 8  # against somebody who spends at the same time


@dataclass(frozen=True, slots=True)
class Aging(Holding):
    """The part of the bank where time passes."""

    def aged(self, tenant: Tenant, transfer: Transfer) -> Transfer:
        """Give a gift between members that carries the age of what is given; anything else as it is.

        Lots that were spent are first taken out of both accounts: the taker's would else make young what is old.
        """
        if not is_gift(transfer):
            return transfer
        met = {account for leg in transfer.legs for account in (leg.debit, leg.credit) if is_aging(account)}
        today = oslo_date(transfer.made_at)
        found = {account: self._exact(tenant, transfer.currency, account, today) for account in sorted(met)}
        known = {account: balance for account, balance in found.items() if balance is not None}
        return with_ages(transfer, known, today)

    def expiring(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, life: int, now: datetime
    ) -> list[Expiring]:
        """Give what of an account will go, when, and when its owner is warned; `life` is in months after earning."""
        balance = self.store.balance(tenant, currency, account)
        return [] if balance is None else expiring(balance, life, oslo_date(now))

    def expire_lots(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, life: int, now: datetime
    ) -> Booked | None:
        """Move an account's minutes whose last day has passed to `expired`; None where there are none.

        What is on hold stays until its hold is over, and what comes back of it goes then. Twice is as good as once.
        """
        today = oslo_date(now)
        for _ in range(TRIES):
            balance = self.store.balance(tenant, currency, account)
            if balance is None or balance.state is State.CLOSED:
                return None
            gone = due(balance, life, today)
            taken = min(gone, balance.free)
            lots = balance.lots if taken < gone else kept_lots(balance, life, today)
            after = replace(balance, lots=lots)
            if taken:
                booked = self.store.empty(tenant, after, _expiry(currency, balance, taken, now))
                if booked is not None:
                    return booked
            elif lots == balance.lots or self.store.set_lots(tenant, currency, after):
                return None
        raise TryAgainError("busy", "The account is in use; send the call again.")

    def _exact(self, tenant: Tenant, currency: CurrencyId, account: Account, today: date) -> Balance | None:
        """Write what is left of an account's lots; whoever spends in between changes an age by that, and no sum."""
        balance = None
        for _ in range(TRIES):
            balance = self.store.balance(tenant, currency, account)
            if balance is None:
                return None
            after = exact(balance, today)
            if after.lots == balance.lots or self.store.set_lots(tenant, currency, after):
                return after
        return balance


def _expiry(currency: CurrencyId, balance: Balance, minutes: int, now: datetime) -> Transfer:
    """Name it by the state that the account was read in: whoever sends it twice writes it once."""
    told = f"{currency}/{balance.account}/{balance.version}"
    name = TransferId(f"{EXPIRY}-{hashlib.sha256(told.encode()).hexdigest()[:32]}")
    return Transfer(name, currency, (Leg(balance.account, EXPIRED, minutes),), EXPIRY, now)
