"""Whether the books agree: transfers with their entries, entries with what each account has, all of them with zero."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.ledger.rules.accounts import Account, Balance, Sort, sort_of
from chalicelib.ledger.rules.transfers import Entry, Transfer, entries


class Fault(StrEnum):
    """What does not agree."""

    TRANSFER_CHANGED = "transfer_changed"  # a sealed transfer says something else
    TRANSFER_REMOVED = "transfer_removed"
    TRANSFER_INSERTED = "transfer_inserted"  # it is not covered by its hour's seal
    SEAL_CHANGED = "seal_changed"
    SEAL_REMOVED = "seal_removed"
    OTHER_CHAIN = "other_chain"
    ENTRY_CHANGED = "entry_changed"  # an entry is not what its transfer says
    ENTRY_REMOVED = "entry_removed"
    ENTRY_INSERTED = "entry_inserted"  # no transfer knows of it
    BALANCE = "balance"  # what an account has is not the sum of its entries
    HELD = "held"  # what is on hold is not the sum of the holds
    CHECKPOINT = "checkpoint"
    BELOW_ZERO = "below_zero"  # an account that must not be
    SUM = "sum"  # the currency's accounts do not add up to zero


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree, and where."""

    fault: Fault
    account: Account | None = None
    name: str | None = None  # of the transfer, entry or seal


@dataclass(frozen=True, slots=True)
class Journaled:
    """A transfer as it stands in the journal of its day. `transfer` is None where its row cannot be read."""

    id: str  # sorts by its time
    what: str
    document: str  # all that it says
    transfer: Transfer | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a currency's books came to: `minutes` is every balance, rebuilt from nothing but the entries."""

    findings: tuple[Finding, ...]
    minutes: Mapping[Account, int]
    transfers: int
    seals: int = 0
    sealed: int = 0  # transfers under a seal
    head: str | None = None  # name and digest of the latest seal, to be kept elsewhere
    young: int = 0  # transfers so new that they are left to the next check


@dataclass(slots=True)
class Tally:
    """Entries of an account added up in order: equal tallies are of equal entries."""

    minutes: int = 0
    number: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, entry: Entry) -> None:
        """Add an entry."""
        self.minutes += entry.minutes
        self.number += 1
        told = [entry.id, entry.transfer, entry.what, entry.minutes, entry.other]
        self._digest.update(json.dumps(told).encode())

    def agrees(self, other: "Tally") -> bool:
        """Say whether another is of the same entries."""
        return (self.number, self._digest.digest()) == (other.number, other._digest.digest())  # noqa: SLF001  its own


def tallied(transfers: Iterable[Transfer]) -> dict[Account, Tally]:
    """Add up, account by account, the entries that transfers should have."""
    found: dict[Account, Tally] = {}
    for transfer in transfers:
        for entry in entries(transfer):
            found.setdefault(entry.account, Tally()).add(entry)
    return found


def expected(transfers: Iterable[Transfer], account: Account) -> Iterator[Entry]:
    """Give the entries that transfers should have at one account, in order."""
    return (entry for transfer in transfers for entry in entries(transfer) if entry.account == account)


def first_difference(account: Account, standing: Iterable[Entry], wanted: Iterable[Entry]) -> Finding | None:
    """Name the first entry that is not as its transfer says, or not there, or there too much; both are in order."""
    there, should = iter(standing), iter(wanted)
    entry = next(there, None)
    for each in should:
        if entry is not None and entry.id < each.id:
            return Finding(Fault.ENTRY_INSERTED, account, entry.id)
        if entry is None or entry.id != each.id:
            return Finding(Fault.ENTRY_REMOVED, account, each.id)
        if entry != each:
            return Finding(Fault.ENTRY_CHANGED, account, each.id)
        entry = next(there, None)
    return None if entry is None else Finding(Fault.ENTRY_INSERTED, account, entry.id)


def check_balance(balance: Balance, minutes: int, held: int) -> Finding | None:
    """Say what is wrong with what an account has, by the sum of its entries and of its pending holds."""
    if balance.minutes != minutes:
        return Finding(Fault.BALANCE, balance.account)
    if balance.held != held:
        return Finding(Fault.HELD, balance.account)
    may_owe = sort_of(balance.account) in {Sort.ISSUER, Sort.CLEARING}
    return Finding(Fault.BELOW_ZERO, balance.account) if balance.free < 0 and not may_owe else None
