"""A town for each test that asks at its doors."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import wiring
from tests import town as towns
from tests.town import Town


@pytest.fixture
def town(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[Town]:
    """Give Lørenskog with a programme, three venues and their terms."""
    founded = towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    founded.settle_in()
    yield founded
    towns.insist_that_the_book_fits()
    wiring.use(None)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Listen to every logger there is, however its lines are written out."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter().format(record))

    ear = Ear(level=logging.DEBUG)
    # Botocore and urllib3 at DEBUG print whole requests by design; they run at their default level in production.
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in ("opplev", "opplev.metrics", "chalice"))]
    before = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(ear)
    for each in loggers[1:]:
        each.setLevel(logging.DEBUG)
    yield lines
    for each, level in zip(loggers, before, strict=True):
        each.removeHandler(ear)
        each.setLevel(level)
