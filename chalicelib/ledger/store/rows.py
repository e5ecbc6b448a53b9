"""Accounts, transfers and entries as rows of the table, and back."""

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib import table
from chalicelib.ledger.rules import Account, Balance, Entry, Hold, HoldState, Leg, State, Transfer, entry_id
from chalicelib.shared.calendar import oslo_date, rfc3339
from chalicelib.shared.ids import CurrencyId, HoldId, Tenant, TransferId
from chalicelib.table import AccountRow, EntryRow, HoldRow, TransferRow

BALANCE = "BALANCE"
CHECKPOINT = "CHECKPOINT#"
HOLD = "HOLD"
TRANSFER = "TRANSFER"
REVERSAL = "REVERSAL"
ENTRY = "ENTRY#"


def transfer_row(tenant: Tenant, transfer: Transfer) -> TransferRow:
    """Write a transfer as a row, listed under its currency and day."""
    ages = [leg.ages for leg in transfer.legs]
    return TransferRow(
        table.transfer_pk(tenant, transfer.id),
        TRANSFER,
        group=table.journal_group(tenant, transfer.currency, oslo_date(transfer.made_at).isoformat()),
        place=entry_id(transfer),
        currency=transfer.currency,
        what=transfer.what,
        legs=_json([[leg.debit, leg.credit, leg.minutes] for leg in transfer.legs]),
        at=transfer.made_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        because=transfer.because or None,
        reverses=transfer.reverses,
        links=_json(transfer.links) if transfer.links else None,
        ages=_json(ages) if any(ages) else None,
    )


def to_transfer(row: TransferRow) -> Transfer:
    """Give the transfer that a row holds."""
    ages = json.loads(row.ages) if row.ages else None
    return Transfer(
        id=TransferId(row.pk.rpartition("#")[2]),
        currency=CurrencyId(row.currency),
        legs=tuple(
            Leg(Account(debit), Account(credit), minutes, tuple((m, n) for m, n in ages[number]) if ages else ())
            for number, (debit, credit, minutes) in enumerate(json.loads(row.legs))
        ),
        what=row.what,
        made_at=datetime.fromisoformat(row.at),
        because=row.because or "",
        reverses=None if row.reverses is None else TransferId(row.reverses),
        links=tuple(TransferId(each) for each in json.loads(row.links)) if row.links else (),
    )


def entry_row(tenant: Tenant, currency: CurrencyId, entry: Entry) -> EntryRow:
    """Write an entry as a row of its account."""
    return EntryRow(
        table.ledger_pk(tenant, currency, entry.account),
        ENTRY + entry.id,
        transfer=entry.transfer,
        what=entry.what,
        minutes=entry.minutes,
        other=entry.other,
    )


def to_entry(account: Account, row: EntryRow) -> Entry:
    """Give the entry that a row holds."""
    return Entry(
        row.sk.removeprefix(ENTRY), account, TransferId(row.transfer), row.what, int(row.minutes), Account(row.other)
    )


def to_balance(account: Account, row: AccountRow) -> Balance:
    """Give what an account has."""
    lots = row.lots.attribute_values
    return Balance(
        account, int(row.free), int(row.held), State(row.state),
        {month: int(minutes) for month, minutes in sorted(lots.items())}, int(row.version),
    )  # fmt: skip


def hold_row(tenant: Tenant, hold: Hold) -> HoldRow:
    """Write a pending hold as a row, listed by when it ends."""
    return HoldRow(
        table.hold_pk(tenant, hold.id),
        HOLD,
        group=table.holds_group(tenant, hold.currency),
        place=f"{rfc3339(hold.ends)}#{hold.debit}#{hold.id}",
        currency=hold.currency,
        debit=hold.debit,
        credit=hold.credit,
        minutes=hold.minutes,
        what=hold.what,
        ends=table.epoch(hold.ends),
        state=hold.state.value,
    )


def to_hold(row: HoldRow) -> Hold:
    """Give the hold that a row holds."""
    return Hold(
        id=HoldId(row.pk.rpartition("#")[2]),
        currency=CurrencyId(row.currency),
        debit=Account(row.debit),
        credit=Account(row.credit),
        minutes=int(row.minutes),
        what=row.what,
        ends=datetime.fromtimestamp(int(row.ends), UTC),
        state=HoldState(row.state),
        ended_by=None if row.ended_by is None else TransferId(row.ended_by),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
