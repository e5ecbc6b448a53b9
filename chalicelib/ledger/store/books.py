"""The books of every currency: what stands in them, and the one way to write into them."""

from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.ledger.rules import (
    NO_LIMITS,
    Balance,
    Booked,
    Hold,
    Limits,
    Refused,
    State,
    Transfer,
)
from chalicelib.ledger.store import parts
from chalicelib.ledger.store.accounts import AccountStore
from chalicelib.ledger.store.holds import HoldStore
from chalicelib.ledger.store.rows import BALANCE, REVERSAL, TRANSFER, to_transfer
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.ids import CurrencyId, Tenant, TransferId
from chalicelib.table import AccountRow, ReversalRow, TransferRow


class LedgerStore(AccountStore, HoldStore):
    """Accounts, transfers, holds. Other stores put a transfer into a parcel of their own with `add`."""

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

    def book(self, tenant: Tenant, *transfers: Transfer, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Write transfers, all or none; of several, the first is given back."""
        parcel = Parcel()
        for transfer in transfers:
            self.add(parcel, tenant, transfer, limits=limits)
        cancelled = parcel.send()
        answer = Booked(transfers[0]) if cancelled is None else self.explain(cancelled, *transfers, limits=limits)
        if answer is None:
            raise AssertionError
        return answer

    def post(self, tenant: Tenant, hold: Hold, transfer: Transfer) -> Booked | Refused:
        """Write the transfer that ends a hold."""
        parcel = Parcel()
        self.add_posting(parcel, tenant, hold, transfer)
        cancelled = parcel.send()
        if cancelled is None:
            return Booked(transfer)
        answer = self.explain(cancelled, transfer)
        if not isinstance(answer, Booked):
            answer = self.explain_posting(cancelled, hold, transfer.made_at) or answer
        if answer is None:
            raise AssertionError
        return answer

    def empty(self, tenant: Tenant, balance: Balance, transfer: Transfer, *, closes: bool = False) -> Booked | None:
        """Write a transfer out of an account that is as it was read, `closes` it or gives it the `lots` read with it.

        None where it has changed since. What stands under the transfer's id is given back first.
        """
        parcel = Parcel()
        as_read = AccountRow.version == balance.version
        actions = [AccountRow.state.set(State.CLOSED.value)] if closes else [AccountRow.lots.set(dict(balance.lots))]
        also = {balance.account: (as_read, actions)}
        parts.add_transfer(parcel, tenant, transfer, NO_LIMITS, also=also)
        cancelled = parcel.send()
        if cancelled is None:
            return Booked(transfer)
        answer = self.explain(cancelled, transfer)
        return answer if isinstance(answer, Booked) else None

    def set_lots(self, tenant: Tenant, currency: CurrencyId, balance: Balance) -> bool:
        """Give an account that is as it was read the lots read with it; False where it is not."""
        parcel = Parcel()
        row = AccountRow(table.ledger_pk(tenant, currency, balance.account), BALANCE)
        as_read = AccountRow.version == balance.version
        actions = [AccountRow.lots.set(dict(balance.lots)), AccountRow.version.add(1)]
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

    def reversed_by(self, tenant: Tenant, transfer: TransferId) -> TransferId | None:
        """Give the transfer that took another back."""
        try:
            row = faults.patiently(
                lambda: ReversalRow.get(table.transfer_pk(tenant, transfer), REVERSAL, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return TransferId(row.by)
