"""What the terminal is told while the table does not answer: one line a minute, and what to do."""

import logging
import time
from collections.abc import Callable
from typing import Final

from chalicelib.api.answering import UNANSWERED

_EVERY_SECONDS: Final = 60.0
_AWAY: Final = frozenset(
    {"EndpointConnectionError", "ConnectionClosedError", "ConnectTimeoutError", "ReadTimeoutError"}
)
_ADVICE: Final = "The table does not answer (%s). Stop with Ctrl-C and start again; what was stored is kept."


class OncePerMinute(logging.Filter):
    """Let the first such line of a minute pass, in plain words. Other lines pass as they are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._quiet_until = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the line is printed."""
        kind = record.args[-1] if record.msg == UNANSWERED and isinstance(record.args, tuple) else None
        if kind not in _AWAY:
            return True
        now = self._clock()
        if now < self._quiet_until:
            return False
        self._quiet_until = now + _EVERY_SECONDS
        record.msg, record.args = _ADVICE, (kind,)
        return True
