"""Minutes on hold in the table: reserved with the account's own row, and ended once."""

from collections.abc import Iterator
from datetime import datetime

from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Held,
    Hold,
    HoldState,
    Refusal,
    Refused,
    Transfer,
    difference_of_holds,
    over,
)
from chalicelib.ledger.store import parts
from chalicelib.ledger.store.rows import BALANCE, HOLD, hold_row, to_hold
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.answers import ConflictError, Field
from chalicelib.shared.calendar import rfc3339
from chalicelib.shared.ids import CurrencyId, HoldId, Tenant
from chalicelib.table import AccountRow, HoldRow, Row


class HoldStore:
    """Holds. Other stores put one into a parcel of their own with `add_hold`."""

    def add_hold(self, parcel: Parcel, tenant: Tenant, hold: Hold) -> None:
        """Put a new hold and its minutes into a transaction; limits are kept here, so that posting cannot break one."""
        id_is_new = HoldRow.pk.does_not_exist()
        parcel.put(_part(hold.id), hold_row(tenant, hold), id_is_new, final=True)
        parcel.update(
            parts.balance_part(hold.currency, hold.debit),
            AccountRow(table.ledger_pk(tenant, hold.currency, hold.debit), BALANCE),
            [AccountRow.free.add(-hold.minutes), AccountRow.held.add(hold.minutes), AccountRow.version.add(1)],
            parts.may_change(hold.debit, -hold.minutes, NO_LIMITS),
        )

    def explain_hold(self, cancelled: Cancelled, hold: Hold) -> Held | Refused | None:
        """Say what the ledger has against a transaction with a new hold, or that it was written before."""
        row = cancelled.row(_part(hold.id), HoldRow)
        if row is None:
            return parts.why_not_account(cancelled, hold.currency, hold.debit)
        standing = to_hold(row)
        other = difference_of_holds(standing, hold)
        if other is not None:
            fault = Field(other, "other_content", "It was different when the id was first sent.")
            raise ConflictError("other_content", "This id was used for something else.", (fault,))
        return Held(standing, again=True)

    def reserve(self, tenant: Tenant, hold: Hold) -> Held | Refused:
        """Write a new hold with its minutes."""
        parcel = Parcel()
        self.add_hold(parcel, tenant, hold)
        cancelled = parcel.send()
        answer = Held(hold) if cancelled is None else self.explain_hold(cancelled, hold)
        if answer is None:
            raise AssertionError
        return answer

    def hold(self, tenant: Tenant, hold: HoldId) -> Hold | None:
        """Give a hold as it is written; ask it `at` an instant."""
        try:
            row = faults.patiently(lambda: HoldRow.get(table.hold_pk(tenant, hold), HOLD, consistent_read=True))
        except DoesNotExist:
            return None
        return to_hold(row)

    def holds(
        self, tenant: Tenant, currency: CurrencyId, *, until: datetime | None = None
    ) -> Iterator[tuple[Account, HoldId]]:
        """Give the holds of a currency that are not over, with the account of each; those that end until an instant.

        They come from the index, which may lag by a moment.
        """
        group = table.holds_group(tenant, currency)
        within = None if until is None else table.ByMonth.place < f"{rfc3339(until)}~"
        rows = Row.by_month.query(group, within)
        while (row := faults.patiently(lambda: next(rows, None))) is not None:
            _, account, hold = row.place.split("#")
            yield Account(account), HoldId(hold)

    def add_posting(self, parcel: Parcel, tenant: Tenant, hold: Hold, transfer: Transfer) -> None:
        """Put the end of a pending hold by a transfer into a transaction: the transfer, and what is left goes back."""
        self._end(parcel, tenant, hold, HoldState.POSTED, transfer.made_at, by=transfer.id)
        parts.add_transfer(parcel, tenant, transfer, NO_LIMITS, releases={hold.debit: hold.minutes})

    def explain_posting(self, cancelled: Cancelled, hold: Hold, now: datetime) -> Refused | None:
        """Say why a hold could not be ended; None where it was not that."""
        if _part(hold.id) not in cancelled:
            return None
        row = cancelled.row(_part(hold.id), HoldRow)
        return Refused(Refusal.UNKNOWN_HOLD) if row is None else over(to_hold(row).at(now))

    def release(self, tenant: Tenant, hold: Hold, state: HoldState, now: datetime) -> Hold | None:
        """Void a hold, or let one whose time is over expire: its minutes are free again. Give how it stands then.

        None where it has gone on since it was read.
        """
        parcel = Parcel()
        ended = self._end(parcel, tenant, hold, state, now)
        parcel.update(
            parts.balance_part(hold.currency, hold.debit),
            AccountRow(table.ledger_pk(tenant, hold.currency, hold.debit), BALANCE),
            [AccountRow.free.add(hold.minutes), AccountRow.held.add(-hold.minutes), AccountRow.version.add(1)],
            AccountRow.held >= hold.minutes,
        )
        return ended if parcel.send() is None else None

    @staticmethod
    def _end(  # noqa: PLR0913  which, how, when, by what
        parcel: Parcel, tenant: Tenant, hold: Hold, state: HoldState, now: datetime, *, by: str | None = None
    ) -> Hold:
        is_pending = HoldRow.state == HoldState.PENDING.value
        seconds = table.epoch(now)
        in_time = HoldRow.ends <= seconds if state is HoldState.EXPIRED else HoldRow.ends > seconds
        actions = [HoldRow.state.set(state.value), HoldRow.group.remove(), HoldRow.place.remove()]
        if by is not None:
            actions.append(HoldRow.ended_by.set(by))
        row = HoldRow(table.hold_pk(tenant, hold.id), HOLD)
        parcel.update(_part(hold.id), row, actions, is_pending & in_time)
        return Hold(hold.id, hold.currency, hold.debit, hold.credit, hold.minutes, hold.what, hold.ends, state)


def _part(hold: HoldId) -> str:
    return f"hold {hold}"
