"""Whether the book is as it was sealed, and which entry is the first that is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.audit.rules.entries import Entry
from chalicelib.audit.rules.seals import Place, Seal, digest_of, mac_of, time_of
from chalicelib.shared.ids import Tenant


class Fault(StrEnum):
    """What is wrong with the first thing that does not fit."""

    CHANGED = "changed"  # an entry says something else than when it was sealed
    REMOVED = "removed"  # a sealed entry is gone
    INSERTED = "inserted"  # an entry is not covered by its hour's seal: put in afterwards, or landed late
    SEAL_CHANGED = "seal_changed"  # a seal does not fit what it says itself, or nobody with the key wrote it
    SEAL_REMOVED = "seal_removed"  # a seal does not go on where the one before it ended
    OTHER_CHAIN = "other_chain"  # a seal that was kept elsewhere is not the one that stands here


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that does not fit: in which seal, and which entry where it is one."""

    fault: Fault
    seal: str
    at: datetime
    entry: str | None = None


def check_seal(tenant: Tenant, seal: Seal, place: Place | None, key: bytes | None) -> Finding | None:
    """Say what is wrong with a seal by itself, and after the one before it; no place: it is the first that is kept.

    No key: its id was taken out of the secret, so that only the chain can be checked.
    """
    if place is not None and (seal.since, seal.part, seal.before) != (place.since, place.part, place.before):
        return Finding(Fault.SEAL_REMOVED, seal.name, min(place.since, seal.since))
    signed = key is None or seal.mac == mac_of(seal.digest, key)
    if seal.digest != digest_of(tenant, seal) or not signed:
        return Finding(Fault.SEAL_CHANGED, seal.name, seal.since)
    return None


def check_entries(tenant: Tenant, seal: Seal, found: Iterable[Entry]) -> Finding | None:
    """Name the first entry within a seal's bounds that is not as sealed, or not there, or there too much."""
    standing = iter(found)
    entry = next(standing, None)
    for covered in seal.covered:
        if entry is not None and entry.id < covered.id:
            return _of_entry(Fault.INSERTED, seal, entry.id)
        if entry is None or entry.id != covered.id:
            return _of_entry(Fault.REMOVED, seal, covered.id)
        if entry.digest(tenant) != covered.digest:
            return _of_entry(Fault.CHANGED, seal, entry.id)
        entry = next(standing, None)
    return None if entry is None else _of_entry(Fault.INSERTED, seal, entry.id)


def _of_entry(fault: Fault, seal: Seal, entry: str) -> Finding:
    try:
        at = time_of(entry)
    except ValueError:  # an id that nobody of ours made
        at = seal.until
    return Finding(fault, seal.name, at, entry)
