"""Writes down who did what, in the same transaction as the deed itself.

One row for each transaction that changes a record other than a visit. What is personal leaves a mark (HMAC-SHA256
under a key of the municipality's own) and not itself. The package `audit` seals and verifies what stands here.
"""

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from chalicelib import table
from chalicelib.shared.acting import Change, Hidden, Told, who_acts
from chalicelib.shared.calendar import kept_five_years, oslo_date
from chalicelib.shared.ids import Tenant, sortable_id

MARK: Final = "#"  # how the mark of a hidden value begins
_MARK_DIGITS: Final = 16  # 64 bits
_LONG: Final = 60  # characters of a value that stand in full
_SHORT: Final = 16
_MOST_BYTES: Final = 850  # with its keys, the row is then below 1 kB


class Writing(Protocol):
    """A transaction, or a parcel, that takes one row more."""

    def save(self, row: table.AuditRow | table.BookRow, /) -> None:
        """Put a row without a condition."""


def _by_itself() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


class Notary:
    """The one who writes into the book. `clock` gives the time; `key` the municipality's key for what is hidden.

    By itself, as in a command beside the machine, it reads the machine's clock and forgets the key afterwards.
    """

    def __init__(
        self, clock: Callable[[], datetime] = _by_itself, key: Callable[[Tenant], bytes] | None = None
    ) -> None:
        self._clock = clock
        stray = secrets.token_bytes(32)
        self._key = key or (lambda _: stray)
        self._lock = threading.Lock()
        self._latest = (0, 0)  # the millisecond of the latest id, and the number that tells it from others of the same

    def note(self, write: Writing, tenant: Tenant, what: str, *changes: Change) -> None:
        """Add one entry to a transaction: `what` was done, as `card.issued`, by whoever is acting.

        It is one put without a condition. It is stamped now, so the transaction must be sent within twenty seconds.
        """
        at = self._clock()
        write.save(
            table.AuditRow(
                table.audit_pk(tenant, oslo_date(at).isoformat()),
                self._next_id(at),
                what=what,
                document=self._document(tenant, at, changes),
                expires=table.epoch(kept_five_years(at)),
            )
        )

    def open_book(self, write: Writing, tenant: Tenant) -> None:
        """Write down since when a new municipality's changes are kept, for the one who seals them."""
        write.save(table.BookRow(table.seals_pk(tenant), table.BOOK, since=self._clock().astimezone(UTC).isoformat()))

    def _next_id(self, at: datetime) -> str:
        """Give an id of its own, after every other that this process made in the same millisecond."""
        with self._lock:
            now = int(at.timestamp() * 1000)
            last, number = self._latest
            self._latest = (now, number + 1 if now == last else int.from_bytes(secrets.token_bytes(9)))
            return sortable_id(at, self._latest[1].to_bytes(10))

    def _document(self, tenant: Tenant, at: datetime, changes: tuple[Change, ...]) -> str:
        written = self._written(tenant, at, changes, _LONG)
        return written if len(written.encode()) <= _MOST_BYTES else self._written(tenant, at, changes, _SHORT)

    def _written(self, tenant: Tenant, at: datetime, changes: tuple[Change, ...], longest: int) -> str:
        actor = who_acts()

        def told(value: Told) -> str | int | None:
            if isinstance(value, Hidden):
                return self._mark(tenant, value)
            return value if value is None or isinstance(value, int) else _shortened(str(value), longest)

        document: dict[str, Any] = {
            "at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "by": actor.id,
            "role": actor.role,
            "records": [
                {
                    "kind": change.kind,
                    "ids": [told(each) for each in change.ids],
                    "changed": {name: [told(old), told(new)] for name, (old, new) in change.differences.items()},
                }
                for change in changes
            ],
        }
        if actor.supplier is not None:
            document["supplier"] = actor.supplier
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def _mark(self, tenant: Tenant, hidden: Hidden) -> str:
        made = hmac.new(self._key(tenant), hidden.value.encode(), hashlib.sha256).hexdigest()[:_MARK_DIGITS]
        return f"{MARK}{made}" + (f"…{hidden.value[-hidden.tail :]}" if hidden.tail else "")


def _shortened(text: str, longest: int) -> str:
    """Give a text, or its beginning with a fingerprint, so that two long ones are told apart."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({hashlib.sha256(text.encode()).hexdigest()[:_MARK_DIGITS]})"
