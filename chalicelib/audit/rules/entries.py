"""An entry of the book: who did what to which records, as it was written down with the deed."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chalicelib.shared.ids import Tenant

_ID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)


def is_entry_id(text: str) -> bool:
    """Say whether a text can be an entry's id."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of one record, or of several of a kind, before and after; None: there was, or is, nothing."""

    kind: str
    ids: tuple[str, ...]
    field: str
    before: str | int | None
    after: str | int | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What an entry tells."""

    at: datetime
    by: str
    role: str
    supplier: str | None
    records: tuple[tuple[str, tuple[str, ...]], ...]  # kind and ids
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the book. `day` is the Oslo day it stands under, `document` what the notary wrote."""

    day: str  # yyyy-mm-dd
    id: str  # sorts by its time
    what: str
    document: str

    @property
    def is_proper(self) -> bool:
        """Say whether the id is one that the notary could have made; nothing else is ever sealed."""
        return is_entry_id(self.id)

    def digest(self, tenant: Tenant) -> bytes:
        """Give the SHA-256 of everything that the entry is, its place included."""
        told = [tenant, self.day, self.id, self.what, self.document]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).digest()

    def deed(self) -> Deed | None:
        """Read the document; None where it cannot be read, as after somebody's meddling."""
        try:
            told = json.loads(self.document)
            records = [(str(each["kind"]), tuple(map(str, each["ids"]))) for each in told["records"]]
            return Deed(
                at=datetime.fromisoformat(told["at"]),
                by=str(told["by"]),
                role=str(told["role"]),
                supplier=told.get("supplier"),
                records=tuple(records),
                changed=tuple(_changed(told["records"])),
            )
        except (ValueError, KeyError, TypeError):
            return None


def _changed(records: list[dict[str, Any]]) -> Iterator[Changed]:
    for record in records:
        for name, (before, after) in record["changed"].items():
            yield Changed(str(record["kind"]), tuple(map(str, record["ids"])), str(name), before, after)
