"""What a transfer puts into a transaction, and how the ledger reads its refusal."""

from collections.abc import Iterable, Mapping, Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import table
from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Booked,
    Limits,
    Refusal,
    Refused,
    Sort,
    State,
    Transfer,
    aging,
    difference,
    entries,
    is_kept,
    movements,
    sort_of,
)
from chalicelib.ledger.store.rows import BALANCE, REVERSAL, entry_row, to_transfer, transfer_row
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.answers import ConflictError, Field
from chalicelib.shared.ids import CurrencyId, Tenant, TransferId
from chalicelib.table import AccountRow, ReversalRow, TransferRow


def add_transfer(  # noqa: PLR0913  what is written, within which limits, and what else of its accounts
    parcel: Parcel,
    tenant: Tenant,
    transfer: Transfer,
    limits: Limits,
    *,
    releases: Mapping[Account, int] | None = None,
    also: Mapping[Account, tuple[Condition, Sequence[Action]]] | None = None,
) -> None:
    """Put the transfer where its id is new, both entries of each leg, and what its accounts then have.

    `releases` are minutes on hold that the transfer is paid from; `also` is what else must hold of an account, and
    what else is changed in it.
    """
    id_is_new = TransferRow.pk.does_not_exist()
    parcel.put(_transfer(transfer.id), transfer_row(tenant, transfer), id_is_new, final=True)
    for entry in entries(transfer):
        parcel.save(entry_row(tenant, transfer.currency, entry))
    if transfer.reverses is not None:
        marker = ReversalRow(table.transfer_pk(tenant, transfer.reverses), REVERSAL, by=transfer.id)
        never_reversed = ReversalRow.pk.does_not_exist()
        parcel.put(_reversal(transfer.reverses), marker, never_reversed)
    lots = aging(transfer)
    for account, change in movements(transfer).items():
        if not is_kept(account):
            continue
        released = releases.get(account, 0) if releases else 0
        condition = may_change(account, change + released, limits)
        actions = [AccountRow.free.add(change + released), AccountRow.version.add(1), *_lots(lots.get(account, {}))]
        if released:
            actions.append(AccountRow.held.add(-released))
            condition = condition & (AccountRow.held >= released)
        if also and account in also:
            condition = condition & also[account][0]
            actions.extend(also[account][1])
        row = AccountRow(table.ledger_pk(tenant, transfer.currency, account), BALANCE)
        parcel.update(balance_part(transfer.currency, account), row, actions, condition)


def may_change(account: Account, change: int, limits: Limits) -> Condition:
    """Insist that an account is open and stays within its limits; none has to where it comes nearer to them."""
    is_open: Condition = AccountRow.state == State.OPEN.value
    if change < 0:
        there_is_enough = AccountRow.free >= limits.floor(account) - change
        is_open = is_open & there_is_enough
    if change > 0 and account in limits.caps:
        there_is_room = AccountRow.free <= limits.caps[account] - change
        is_open = is_open & there_is_room
    return is_open


def explain(cancelled: Cancelled, transfers: Iterable[Transfer], limits: Limits = NO_LIMITS) -> Booked | Refused | None:
    """Say why a transaction with these transfers was not written; None where it was no part of theirs.

    A replay outranks a refusal (decision D6). ConflictError `other_content` names the field in which what stands under
    the id is not what was sent.
    """
    sent = list(transfers)
    for transfer in sent:
        standing = cancelled.row(_transfer(transfer.id), TransferRow)
        if standing is not None:
            return _replay(to_transfer(standing), transfer)
    return next((no for transfer in sent if (no := _why_not(cancelled, transfer, limits)) is not None), None)


def balance_part(currency: CurrencyId, account: Account) -> str:
    """Name the part that changes what an account has."""
    return f"balance {currency} {account}"


def why_not_account(cancelled: Cancelled, currency: CurrencyId, account: Account, *, floor: int = 0) -> Refused | None:
    """Say why an account could not be changed; None where it was not that."""
    part = balance_part(currency, account)
    if part not in cancelled:
        return None
    row = cancelled.row(part, AccountRow)
    if row is None:
        return Refused(Refusal.UNKNOWN_ACCOUNT, account)
    if row.state != State.OPEN:
        return Refused(Refusal.ACCOUNT_CLOSED, account)
    has_limit = floor != 0 or sort_of(account) is Sort.CLEARING
    return Refused(Refusal.OVER_LIMIT if has_limit else Refusal.NOT_ENOUGH, account)


def _replay(standing: Transfer, sent: Transfer) -> Booked:
    other = difference(standing, sent)
    if other is not None:
        raise ConflictError(
            "other_content", "This id was used for something else.",
            (Field(other, "other_content", "It was different when the id was first sent."),),
        )  # fmt: skip
    return Booked(standing, again=True)


def _why_not(cancelled: Cancelled, transfer: Transfer, limits: Limits) -> Refused | None:
    if transfer.reverses is not None and _reversal(transfer.reverses) in cancelled:
        return Refused(Refusal.ALREADY_REVERSED)
    for account, change in movements(transfer).items():
        no = why_not_account(cancelled, transfer.currency, account, floor=limits.floor(account))
        if no is not None and no.because is Refusal.NOT_ENOUGH and change > 0:
            return Refused(Refusal.OVER_LIMIT, account)
        if no is not None:
            return no
    return None


def _lots(changes: dict[str, int]) -> list[Action]:
    actions: list[Action] = []
    for month, minutes in changes.items():
        earned = AccountRow.lots[month]
        if minutes > 0:
            actions.append(earned.set((earned | 0) + minutes))
        if minutes < 0:  # a month that has expired since has no lot left to take from
            actions.append(earned.set((earned | -minutes) - -minutes))
    return actions


def _transfer(transfer: TransferId) -> str:
    return f"transfer {transfer}"


def _reversal(transfer: TransferId) -> str:
    return f"reversal {transfer}"
