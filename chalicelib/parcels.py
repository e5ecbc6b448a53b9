"""A transaction whose parts carry names, so that its sender learns which of them said no, and what stood there."""

import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Final, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import faults
from chalicelib.shared.answers import TryAgainError
from chalicelib.table import Row, connection

Kind = TypeVar("Kind", bound=Row)
MOST_PARTS: Final = 100  # of one transaction; DynamoDB takes no more
PATIENCE: Final = 5.0  # seconds
_FIRST_PAUSE: Final = 0.02  # doubled at each try, and a random share of it waited
_LONGEST_PAUSE: Final = 1.0
_OLD: Final = "ALL_OLD"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """That nothing was written: by the name of each part whose condition failed, its row as it stood, if it did."""

    standing: Mapping[str, dict[str, Any] | None]

    def __contains__(self, name: str) -> bool:
        return name in self.standing

    def row(self, name: str, kind: type[Kind]) -> Kind | None:
        """Give the row that a part found in its place; None where there was none, or the part did not fail."""
        raw = self.standing.get(name)
        return None if raw is None else kind.from_raw_data(raw)


@dataclass(slots=True)
class Parcel:
    """Parts that are written together or not at all; no two may be of one row. It may be sent once."""

    pause: Callable[[float], None] = time.sleep
    _checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    _deletes: dict[str, dict[str, Any]] = field(default_factory=dict)
    _puts: dict[str, dict[str, Any]] = field(default_factory=dict)
    _updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    _final: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._checks) + len(self._deletes) + len(self._puts) + len(self._updates)

    def put(self, name: str, row: Row, condition: Condition | None = None, *, final: bool = False) -> None:
        """Write a row. A `final` part's no is not asked again while other parts are in somebody's way: an id's row."""
        self._add(self._puts, name, row.get_save_kwargs_from_instance(condition, _returned(condition)))
        if final:
            self._final.add(name)

    def save(self, row: Row) -> None:
        """Write a row that has no condition and needs no name: what the notary adds."""
        self.put(f"{row.pk} {row.sk}", row)

    def update(self, name: str, row: Row, actions: Sequence[Action], condition: Condition | None = None) -> None:
        """Change what stands at a row's two keys."""
        self._add(self._updates, name, row.get_update_kwargs_from_instance([*actions], condition, _returned(condition)))

    def delete(self, name: str, row: Row, condition: Condition | None = None) -> None:
        """Remove what stands at a row's two keys."""
        self._add(self._deletes, name, row.get_delete_kwargs_from_instance(condition, _returned(condition)))

    def check(self, name: str, row: Row, condition: Condition) -> None:
        """Insist on what stands at a row's two keys. It is in the way of other transactions, as a write is."""
        self._add(self._checks, name, row.get_delete_kwargs_from_instance(condition, _OLD))

    def send(self, *, patience: float = PATIENCE) -> Cancelled | None:
        """Send it: None where all of it stands. TryAgainError `busy` where `patience` seconds were not enough.

        What passes by itself (a conflict, a throttle, a lost reply) is sent again under the same transaction token.
        """
        token, end = str(uuid.uuid4()), time.monotonic() + patience
        for turn in count():
            try:
                connection().transact_write_items(
                    list(self._checks.values()), list(self._deletes.values()), list(self._puts.values()),
                    list(self._updates.values()), client_request_token=token,
                )  # fmt: skip
            except TransactWriteError as error:
                cancelled = self._cancelled(error)
                if cancelled is not None:
                    return cancelled
                if not faults.is_passing(error):
                    raise
                wait = random.uniform(0, min(_FIRST_PAUSE * 2**turn, _LONGEST_PAUSE))  # noqa: S311  it spreads tries
                if time.monotonic() + wait > end:
                    raise TryAgainError("busy", "The table is busy; send the same call again.") from error
                self.pause(wait)
            else:
                return None
        raise AssertionError

    def _add(self, parts: dict[str, dict[str, Any]], name: str, part: dict[str, Any]) -> None:
        if name in self._names():
            raise ValueError(name)
        parts[name] = part
        if len(self) > MOST_PARTS:
            raise ValueError(name)

    def _names(self) -> list[str]:
        """Name the parts in the order that they are sent in."""
        return list(chain(self._checks, self._deletes, self._puts, self._updates))

    def _cancelled(self, error: TransactWriteError) -> Cancelled | None:
        reasons = error.cancellation_reasons
        if not reasons:
            return None
        failed = {
            name: reason.raw_item
            for name, reason in zip(self._names(), reasons, strict=True)
            if reason is not None and reason.code == faults.CONDITION
        }
        # While another write is under way, a condition says what was, not what will be; an id once written stays.
        if not failed or (faults.is_passing(error) and not self._final.intersection(failed)):
            return None
        return Cancelled(failed)


def _returned(condition: Condition | None) -> str | None:
    return None if condition is None else _OLD
