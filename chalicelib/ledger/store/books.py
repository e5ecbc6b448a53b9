"""The books of every currency: what stands in them, and the one way to write into them."""

from collections.abc import Iterator

from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Balance,
    Booked,
    Entry,
    Limits,
    Refused,
    State,
    Transfer,
    is_kept,
)
from chalicelib.ledger.store import parts
from chalicelib.ledger.store.rows import BALANCE, ENTRY, TRANSFER, to_balance, to_entry, to_transfer
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.ids import CurrencyId, Tenant, TransferId
from chalicelib.table import AccountRow, EntryRow, TransferRow


class LedgerStore:
    """Accounts, transfers and entries. Other stores put a transfer into a parcel of their own with `add`."""

    def add(self, parcel: Parcel, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> None:
        """Put all that a transfer writes into a transaction; ask `rules.why_not` first, and `explain` afterwards."""
        parts.add_transfer(parcel, tenant, transfer, limits)

    def explain(
        self, cancelled: Cancelled, *transfers: Transfer, limits: Limits = NO_LIMITS
    ) -> Booked | Refused | None:
        """Say what the ledger has against a transaction with these transfers, or that it was written before.

        None where the ledger has nothing against it. ConflictError `other_content` where an id stands for another.
        """
        return parts.explain(cancelled, transfers, limits)

    def add_account(self, parcel: Parcel, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Put a new account, with nothing in it, into a transaction; the part's name is the account's."""
        row = AccountRow(table.ledger_pk(tenant, currency, account), BALANCE, state=State.OPEN.value)
        is_new = AccountRow.pk.does_not_exist()
        parcel.put(account, row, is_new)

    def book(self, tenant: Tenant, *transfers: Transfer, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Write transfers, all or none; of several, the first is given back."""
        parcel = Parcel()
        for transfer in transfers:
            self.add(parcel, tenant, transfer, limits=limits)
        cancelled = parcel.send()
        if cancelled is None:
            return Booked(transfers[0])
        answer = self.explain(cancelled, *transfers, limits=limits)
        if answer is None:
            raise AssertionError
        return answer

    def open(self, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Open an account where there is none; twice is as good as once."""
        parcel = Parcel()
        self.add_account(parcel, tenant, currency, account)
        parcel.send()

    def set_state(self, tenant: Tenant, currency: CurrencyId, balance: Balance, state: State) -> bool:
        """Close or open an account that is as it was read; False where it is not."""
        parcel = Parcel()
        row = AccountRow(table.ledger_pk(tenant, currency, balance.account), BALANCE)
        as_read = AccountRow.version == balance.version
        actions = [AccountRow.state.set(state.value), AccountRow.version.add(1)]
        parcel.update(balance.account, row, actions, as_read)
        return parcel.send() is None

    def transfer(self, tenant: Tenant, transfer: TransferId) -> Transfer | None:
        """Give a transfer."""
        try:
            row = faults.patiently(
                lambda: TransferRow.get(table.transfer_pk(tenant, transfer), TRANSFER, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return to_transfer(row)

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has; None where it was never opened."""
        if not is_kept(account):
            found = self.entries(tenant, currency, account)
            return Balance(account, sum(entry.minutes for entry in found))
        try:
            row = faults.patiently(
                lambda: AccountRow.get(table.ledger_pk(tenant, currency, account), BALANCE, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return to_balance(account, row)

    def entries(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, backwards: bool = False
    ) -> Iterator[Entry]:
        """Give an account's entries in order, page by page."""
        rows = EntryRow.query(
            table.ledger_pk(tenant, currency, account), EntryRow.sk.startswith(ENTRY), consistent_read=True,
            scan_index_forward=not backwards,
        )  # fmt: skip
        while (row := faults.patiently(lambda: next(rows, None))) is not None:
            yield to_entry(account, row)
