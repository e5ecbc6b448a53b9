"""The desk that moves minutes between accounts and tells what each has."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from chalicelib.ledger.actions.aging import TRIES, Aging
from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Balance,
    Booked,
    Entry,
    Leg,
    Limits,
    Refusal,
    Refused,
    State,
    Transfer,
    across,
    is_kept,
    reversals,
    sort_of,
    why_not,
    why_not_together,
)
from chalicelib.shared.answers import ConflictError, TryAgainError
from chalicelib.shared.ids import CurrencyId, Tenant, TransferId

CLOSING: Final = "closing"


@dataclass(frozen=True, slots=True)
class Bank(Aging):
    """The desk that keeps the ledger of every currency of a municipality."""

    def transfer(self, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Book a transfer in one request; sent again: the same answer. ConflictError if its id stands for another."""
        return self._book(tenant, (self.aged(tenant, transfer),), limits)

    def together(self, tenant: Tenant, *transfers: Transfer, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Book transfers of different currencies, all or none (L8); the first is given back."""
        return self._book(tenant, transfers, limits)

    def exchange(self, tenant: Tenant, transfer: Transfer, taking: CurrencyId, *, limits: Limits) -> Booked | Refused:
        """Book a payment to an account of another currency, within what the two have agreed (`rules.accepting`).

        Both clearing accounts must have been opened.
        """
        return self._book(tenant, across(transfer, taking), limits)

    def reverse(  # noqa: PLR0913  which, under which id, why, when, within which limits
        self,
        tenant: Tenant,
        original: TransferId,
        transfer: TransferId,
        *,
        because: str,
        now: datetime,
        limits: Limits = NO_LIMITS,
    ) -> Booked | Refused:
        """Take a transfer back, with those it stands together with, by a new one: once (L6)."""
        first = self.store.transfer(tenant, original)
        if first is None:
            return Refused(Refusal.UNKNOWN_TRANSFER)
        if first.reverses is not None:
            return Refused(Refusal.NOT_REVERSIBLE)
        others = [self.store.transfer(tenant, each) for each in first.links]
        originals = (first, *(each for each in others if each is not None))
        return self._book(tenant, reversals(originals, transfer, because, now), limits)

    def open_account(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Refused | None:
        """Open an account; twice is as good as once. One that keeps no row needs no opening."""
        if sort_of(account) is None:
            return Refused(Refusal.UNKNOWN_ACCOUNT, account)
        if is_kept(account):
            self.store.open(tenant, currency, account)
        return None

    def close_account(  # noqa: PLR0913  each way out is one answer; whose, where what is left goes, under which id, when, why
        self,
        tenant: Tenant,
        currency: CurrencyId,
        account: Account,
        *,
        into: Account,
        transfer: TransferId,
        now: datetime,
        because: str = "",
    ) -> Booked | Refused | None:
        """Move what an account has into another, and close it (L10): it takes part in no transfer until reopened.

        None where it had nothing. What is on hold must be over first.
        """
        standing = self._closed_by(tenant, transfer, account)
        if standing is not None:
            return standing  # also when it was opened again since: whoever asks late does not close it twice
        for _ in range(TRIES):
            balance = self.store.balance(tenant, currency, account) if is_kept(account) else None
            if balance is None:
                return Refused(Refusal.UNKNOWN_ACCOUNT, account)
            if balance.held and self.expire_holds(tenant, currency, now=now, only=account):
                continue
            if balance.held or balance.free < 0:
                return Refused(Refusal.STILL_HELD if balance.held else Refusal.OVER_LIMIT, account)
            if balance.free == 0:
                if self._has_state(tenant, currency, balance, State.CLOSED):
                    return None
                continue
            wanted = Transfer(transfer, currency, (Leg(account, into, balance.free),), CLOSING, now, because)
            answer = why_not(wanted) or self.store.empty(tenant, balance, wanted, closes=True)
            if answer is not None:
                return answer
        raise TryAgainError("busy", "The account is in use; send the call again.")

    def reopen_account(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Refused | None:
        """Let a closed account take part again; what was moved out comes back by a reversal."""
        for _ in range(TRIES):
            balance = self.store.balance(tenant, currency, account) if is_kept(account) else None
            if balance is None:
                return Refused(Refusal.UNKNOWN_ACCOUNT, account)
            if self._has_state(tenant, currency, balance, State.OPEN):
                return None
        raise TryAgainError("busy", "The account is in use; send the call again.")

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has; None where it was never opened."""
        return self.store.balance(tenant, currency, account)

    def standing(self, tenant: Tenant, transfer: TransferId) -> Transfer | None:
        """Give a transfer as it stands; None where there is none."""
        return self.store.transfer(tenant, transfer)

    def history(self, tenant: Tenant, currency: CurrencyId, account: Account, *, most: int) -> list[Entry]:
        """Give an account's latest entries, the newest first."""
        return list(islice(self.store.entries(tenant, currency, account, backwards=True), most))

    def _book(self, tenant: Tenant, transfers: tuple[Transfer, ...], limits: Limits) -> Booked | Refused:
        no = why_not_together(transfers)
        if no is not None:
            return no
        answer = self.store.book(tenant, *transfers, limits=limits)
        currency = transfers[0].currency
        if self._was_in_the_way(tenant, currency, answer, transfers[0].made_at):
            return self.store.book(tenant, *transfers, limits=limits)
        return answer

    def _has_state(self, tenant: Tenant, currency: CurrencyId, balance: Balance, state: State) -> bool:
        return balance.state is state or self.store.set_state(tenant, currency, balance, state)

    def _closed_by(self, tenant: Tenant, transfer: TransferId, account: Account) -> Booked | None:
        standing = self.store.transfer(tenant, transfer)
        if standing is None:
            return None
        if standing.what != CLOSING or standing.legs[0].debit != account:
            raise ConflictError("other_content", "This id was used for something else.")
        return Booked(standing, again=True)
