"""What the bank needs of whoever keeps its books."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Balance,
    Booked,
    Entry,
    Held,
    Hold,
    HoldState,
    Limits,
    Refused,
    State,
    Transfer,
)
from chalicelib.shared.ids import CurrencyId, HoldId, Tenant, TransferId


class Books(Protocol):
    """Where accounts, transfers, entries and holds stand."""

    def book(self, tenant: Tenant, *transfers: Transfer, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Write transfers, all or none; of several, the first is given back."""

    def transfer(self, tenant: Tenant, transfer: TransferId) -> Transfer | None:
        """Give a transfer."""

    def reversed_by(self, tenant: Tenant, transfer: TransferId) -> TransferId | None:
        """Give the transfer that took another back."""

    def open(self, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Open an account where there is none."""

    def set_state(self, tenant: Tenant, currency: CurrencyId, balance: Balance, state: State) -> bool:
        """Close or open an account that is as it was read; False where it is not."""

    def empty(self, tenant: Tenant, balance: Balance, transfer: Transfer, *, closes: bool = False) -> Booked | None:
        """Write a transfer out of an account that is as it was read; None where it is not."""

    def set_lots(self, tenant: Tenant, currency: CurrencyId, balance: Balance) -> bool:
        """Give an account that is as it was read the lots read with it; False where it is not."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has."""

    def entries(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, after: str = "", backwards: bool = False
    ) -> Iterator[Entry]:
        """Give an account's entries in order."""

    def accounts(self, tenant: Tenant, currency: CurrencyId) -> Iterator[tuple[str, Account]]:
        """Give the accounts that have a row, with the day each was opened on."""

    def currencies(self, tenant: Tenant) -> list[CurrencyId]:
        """Give the currencies in which an account was ever opened."""

    def reserve(self, tenant: Tenant, hold: Hold) -> Held | Refused:
        """Write a new hold with its minutes."""

    def hold(self, tenant: Tenant, hold: HoldId) -> Hold | None:
        """Give a hold as it is written."""

    def holds(
        self, tenant: Tenant, currency: CurrencyId, *, until: datetime | None = None
    ) -> Iterator[tuple[Account, HoldId]]:
        """Give the holds that are not over, with the account of each."""

    def post(self, tenant: Tenant, hold: Hold, transfer: Transfer) -> Booked | Refused:
        """Write the transfer that ends a hold."""

    def release(self, tenant: Tenant, hold: Hold, state: HoldState, now: datetime) -> Hold | None:
        """Give a hold's minutes back; None where it has gone on since it was read."""
