"""What goes wrong between us and DynamoDB, and what of it passes by itself."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from botocore.exceptions import ConnectionError as LineError
from botocore.exceptions import HTTPClientError
from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.shared.answers import TryAgainError

Answer = TypeVar("Answer")

CONDITION: Final = "ConditionalCheckFailed"  # in a transaction's reasons
REFUSED: Final = "ConditionalCheckFailedException"  # of a single write
# Somebody else's write, or too many of them: the same call may be sent again.
PASSING: Final = frozenset({
    "InternalServerError", "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "ServiceUnavailable", "ThrottlingError", "ThrottlingException", "TransactionConflict",
    "TransactionConflictException", "TransactionInProgressException",
})  # fmt: skip
_TRIES: Final = 4
_PAUSE_SECONDS: Final = 0.1  # doubled at each try, and a random share of it waited


def code_of(error: PynamoDBException) -> str | None:
    """Give DynamoDB's code for what went wrong, or None where no answer came."""
    # Not PynamoDB's `cause_response_code`: it falls over botocore's timeouts, whose `response` is None.
    answer = getattr(error.cause, "response", None) or {}
    code: str | None = answer.get("Error", {}).get("Code")
    return code


def reasons_of(error: PynamoDBException) -> list[str | None]:
    """Give the code of each part of a cancelled transaction, None for a part that had no fault; else nothing."""
    if not isinstance(error, TransactWriteError):
        return []
    return [None if reason is None else reason.code for reason in error.cancellation_reasons]


def is_unanswered(error: PynamoDBException) -> bool:
    """Say whether the line broke: what was sent may have been done, so only a write that may be repeated is."""
    return isinstance(error.cause, HTTPClientError | LineError)


def is_passing(error: PynamoDBException) -> bool:
    """Say whether the same call may do better in a moment."""
    return is_unanswered(error) or code_of(error) in PASSING or not PASSING.isdisjoint(reasons_of(error))


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Ask, and three times more where the table is busy or the line is down; then TryAgainError `busy`.

    For what may be sent twice and nobody stands at a till for; those have patience of their own.
    """
    for turn in range(_TRIES):
        try:
            return ask()
        except PynamoDBException as error:
            if not is_passing(error):
                raise
            if turn == _TRIES - 1:
                raise TryAgainError("busy", "The table is busy; send the call again.") from error
        time.sleep(random.uniform(0, _PAUSE_SECONDS * 2**turn))  # noqa: S311  jitter, not a secret
    raise AssertionError
