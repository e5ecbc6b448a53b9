"""The terminal of a laptop whose table does not answer."""

import logging

from chalicelib.api.answering import UNANSWERED
from infra.local.calm import OncePerMinute


def _line(kind: str) -> logging.LogRecord:
    return logging.LogRecord("opplev", logging.ERROR, "", 0, UNANSWERED, ("busy", "r-1", kind), None)


def test_a_table_that_is_away_is_said_once_a_minute_with_what_to_do_and_no_request() -> None:
    at = [0.0]
    calm, first = OncePerMinute(lambda: at[0]), _line("EndpointConnectionError")
    assert calm.filter(first)
    assert "Stop with Ctrl-C and start again" in first.getMessage()
    assert "r-1" not in first.getMessage()
    at[0] = 59.9
    assert not calm.filter(_line("EndpointConnectionError"))
    assert calm.filter(_line("ProvisionedThroughputExceededException"))  # that is another matter
    at[0] = 60.0
    assert calm.filter(_line("ReadTimeoutError"))
