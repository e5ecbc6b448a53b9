"""A town for each test that asks at its doors."""

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
