"""What the tests stand on: the embedded DynamoDB, one for the run, a fresh table for each test that asks."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import table
from infra.local import engine

ROOT = Path(__file__).resolve().parent.parent
_NUMBERS = itertools.count(1)

os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-north-1")


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[str]:
    """Give the address of an embedded DynamoDB in memory."""
    with engine.running(engine.install(ROOT / ".local" / "engine")) as address:
        yield address


@pytest.fixture
def fresh_table(dynamodb: str) -> str:
    """Bind the rows to an empty table of this test's own, and give its name."""
    name = f"opplev-{os.getpid()}-{next(_NUMBERS)}"
    table.bind(name=name, region="eu-north-1", engine=dynamodb)
    table.Row.create_table(wait=True)
    return name
