"""Accounts of time, their entries, transfers and holds."""

from typing import Any

from pynamodb.attributes import (
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class AccountRow(Row, discriminator="account"):
    """What an account of a currency has that must never fall below a limit: free minutes and those on hold."""

    state = UnicodeAttribute()
    free = NumberAttribute(default=0)
    held = NumberAttribute(default=0)
    version = NumberAttribute(default=0)  # one more with every change
    # Month of earning -> minutes earned in it: the oldest are spent first, so that what is left is the newest of them.
    lots: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]


class EntryRow(Row, discriminator="entry"):
    """One side of a transfer, at the account it is of; the sort key is an id that sorts by its time. Never changed."""

    transfer = UnicodeAttribute()
    what = UnicodeAttribute()
    minutes = NumberAttribute()  # below zero for what is taken
    other = UnicodeAttribute()


class TransferRow(Row, discriminator="transfer"):
    """A transfer under the id that its caller made. Never changed."""

    currency = UnicodeAttribute()
    what = UnicodeAttribute()
    legs = UnicodeAttribute()  # JSON: [[debit, credit, minutes], …]
    at = UnicodeAttribute()
    because = UnicodeAttribute(null=True)
    reverses = UnicodeAttribute(null=True)
    links = UnicodeAttribute(null=True)
    ages = UnicodeAttribute(null=True)  # JSON: for each leg the months that its minutes were earned in


class HoldRow(Row, discriminator="hold"):
    """Minutes reserved for one purpose, until they are posted, voided, or the time is over; in the index till then."""

    currency = UnicodeAttribute()
    debit = UnicodeAttribute()
    credit = UnicodeAttribute()
    minutes = NumberAttribute()
    what = UnicodeAttribute()
    ends = NumberAttribute()  # seconds since 1970
    state = UnicodeAttribute()
    ended_by = UnicodeAttribute(null=True)  # the transfer that posted it


class CheckpointRow(Row, discriminator="checkpoint"):
    """What an account without a row of its own came to, up to the entry that the sort key names. Never changed."""

    minutes = NumberAttribute()
    entries = NumberAttribute()


class ReversalRow(Row, discriminator="reversal"):
    """That a transfer was reversed, and by which one: it stands once."""

    by = UnicodeAttribute()


def ledger_pk(tenant: str, currency: str, account: str) -> str:
    """Find an account of a currency: what it has (`BALANCE`) and what made it so (`ENTRY#…`)."""
    return f"T#{tenant}#LEDGER#{currency}#ACCOUNT#{account}"


def accounts_group(tenant: str) -> str:
    """GSI1: the accounts that have a row, `<currency>#<day it was opened>#<name>`."""
    return f"T#{tenant}#ACCOUNTS"


def hold_pk(tenant: str, hold: str) -> str:
    """Find a hold (`HOLD`)."""
    return f"T#{tenant}#HOLD#{hold}"


def holds_group(tenant: str, currency: str) -> str:
    """GSI1: the holds of a currency that are not over, `<when they end>#<account>#<id>`."""
    return f"T#{tenant}#HOLDS#{currency}"


def ledger_seals_pk(tenant: str, currency: str) -> str:
    """Find the seals of a currency's transfers, in order."""
    return f"T#{tenant}#LEDGER#{currency}#SEALS"


def transfer_pk(tenant: str, transfer: str) -> str:
    """Find a transfer (`TRANSFER`) and that it was reversed (`REVERSAL`)."""
    return f"T#{tenant}#TRANSFER#{transfer}"


def journal_group(tenant: str, currency: str, day: str) -> str:
    """GSI1: the transfers of a currency on an Oslo day, sorted by the same ids as their entries."""
    return f"T#{tenant}#LEDGER#{currency}#{day}"
