"""The desk that moves minutes between accounts and tells what each has."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Balance,
    Booked,
    Entry,
    Limits,
    Refusal,
    Refused,
    State,
    Transfer,
    is_kept,
    sort_of,
    why_not,
)
from chalicelib.shared.ids import CurrencyId, Tenant, TransferId


class Books(Protocol):
    """Where accounts, transfers and entries stand."""

    def book(self, tenant: Tenant, *transfers: Transfer, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Write transfers, all or none."""

    def open(self, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Open an account where there is none."""

    def set_state(self, tenant: Tenant, currency: CurrencyId, balance: Balance, state: State) -> bool:
        """Close or open an account that is as it was read; False where it is not."""

    def transfer(self, tenant: Tenant, transfer: TransferId) -> Transfer | None:
        """Give a transfer."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has."""

    def entries(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, backwards: bool = False
    ) -> Iterator[Entry]:
        """Give an account's entries in order."""


@dataclass(frozen=True, slots=True)
class Bank:
    """The desk that keeps the ledger of every currency of a municipality."""

    store: Books

    def open_account(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Refused | None:
        """Open an account; twice is as good as once. One that keeps no row needs no opening."""
        if sort_of(account) is None:
            return Refused(Refusal.UNKNOWN_ACCOUNT, account)
        if is_kept(account):
            self.store.open(tenant, currency, account)
        return None

    def transfer(self, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Book a transfer in one request; sent again: the same answer. ConflictError if its id stands for another."""
        return why_not(transfer) or self.store.book(tenant, transfer, limits=limits)

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has; None where it was never opened."""
        return self.store.balance(tenant, currency, account)

    def history(self, tenant: Tenant, currency: CurrencyId, account: Account, *, most: int) -> list[Entry]:
        """Give an account's latest entries, the newest first."""
        return list(islice(self.store.entries(tenant, currency, account, backwards=True), most))
