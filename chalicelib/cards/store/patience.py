"""Trying again what passes by itself, and saying which condition said no."""

import random
import time
from collections.abc import Callable
from typing import Final, Self, TypeVar

from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.cards.rules import Clash, Deed
from chalicelib.notary import Notary
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import Tenant
from chalicelib.table import connection

Got = TypeVar("Got")
_LONGEST_SECONDS: Final = 20.0  # decision: a visit settles in the month the server received it
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0
_CONDITION: Final = "ConditionalCheckFailed"
REFUSAL: Final = "ConditionalCheckFailedException"
# What passes by itself: somebody else's write, or too many of them.
_PASSING: Final = frozenset({
    "TransactionConflict", "TransactionConflictException", "TransactionInProgressException", "ThrottlingError",
    "ThrottlingException", "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "InternalServerError", "ServiceUnavailable",
})  # fmt: skip


class Patient:
    """Writes all or nothing. A conflict or throttling is tried again with jitter for 20 s at the most, then `busy`."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        deadline: float | None = None,
        notary: Notary | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._deadline = deadline
        self._notary = notary or Notary()

    def in_one_go(self) -> Self:
        """Give the same store with twenty seconds for all that it is asked from now on (decision D9)."""
        deadline = self._monotonic() + _LONGEST_SECONDS
        return type(self)(monotonic=self._monotonic, sleep=self._sleep, deadline=deadline, notary=self._notary)

    def _note(self, write: TransactWrite, tenant: Tenant, deed: Deed) -> None:
        """Add the put that says who did it; it comes after the puts that were added before, and has no condition."""
        what, changes = deed
        self._notary.note(write, tenant, what, *changes)

    def _transact(self, together: Callable[[TransactWrite], None], clashes: list[Clash]) -> Clash | None:
        """Write all or nothing; give the weightiest of the clashes, named in the order the parts are sent."""

        def written() -> Clash | None:
            try:
                with TransactWrite(connection=connection()) as write:
                    together(write)
            except TransactWriteError as error:
                codes = [reason.code if reason else "None" for reason in error.cancellation_reasons]
                # While another write is under way, a condition says what was, not what will be: ask again.
                if _CONDITION not in codes or _PASSING.intersection(codes):
                    raise
                said_no = {clash for clash, code in zip(clashes, codes, strict=False) if code == _CONDITION}
                return next(clash for clash in Clash if clash in said_no)
            return None

        return self._patiently(written)

    def _patiently(self, attempt: Callable[[], Got]) -> Got:
        deadline = self._monotonic() + _LONGEST_SECONDS if self._deadline is None else self._deadline
        if self._monotonic() > deadline:
            raise TryAgainError("busy", "There was no time left for this; send the same call again.")
        pause = _FIRST_PAUSE
        while True:
            try:
                return attempt()
            except PynamoDBException as error:
                if not _passes(error):
                    raise
                wait = random.uniform(pause / 2, pause)  # noqa: S311  it spreads, it does not hide
                if self._monotonic() + wait > deadline:
                    raise TryAgainError("busy", "The table is busy; send the same call again.") from error
            self._sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _passes(error: PynamoDBException) -> bool:
    if isinstance(error, TransactWriteError) and error.cancellation_reasons:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        return bool(codes & _PASSING)
    # Without an answer (no connection, no reply in time) it may be tried again: every write here is conditional.
    return isinstance(error.cause, HTTPClientError | NoConnectionError) or code_of(error) in _PASSING


def code_of(error: PynamoDBException) -> str | None:
    """Give DynamoDB's code for what went wrong, or None where there was no answer."""
    # Not PynamoDB's own property, which falls over a lost connection: botocore gives that an empty `response`.
    answer = getattr(error.cause, "response", None) or {}
    code: str | None = answer.get("Error", {}).get("Code")
    return code
