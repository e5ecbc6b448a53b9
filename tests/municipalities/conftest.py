"""A municipality for each file of rows: loaded from its own file, and from nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import table, wiring
from chalicelib.shared.ids import Tenant
from chalicelib.venues.rules import Municipality
from infra import terms_file
from tests import town as towns
from tests.municipalities.page import Here
from tests.town import send

FILES = Path(__file__).resolve().parents[2] / "infra" / "local" / "municipalities"


@pytest.fixture(scope="module")
def here(request: pytest.FixtureRequest, dynamodb: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """Give the municipality that the file of rows is named after; its rows begin on `OPENED`."""
    named = request.module.__name__.rpartition("test_")[2]
    table.bind(name=f"opplev-{os.getpid()}-{named}", region="eu-north-1", engine=dynamodb)
    table.Row.create_table(wait=True)
    town = towns.found(tmp_path_factory.mktemp(named), engine=dynamodb, name=table.Row.Meta.table_name)
    file = terms_file.read(FILES / f"{named}.toml")
    here = Here(town, file, request.module.OPENED)
    here.day(here.opened)
    who = file.municipality
    wiring.house().terms.put_municipality(Municipality(Tenant(who["id"]), who["number"], who["name"]))
    authorization = {"authorization": f"Bearer {town.token('office', tenant=file.tenant)}"}

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        reply = send(method, path, body=body, headers=authorization)
        return reply.status, reply.body

    terms_file.send(file, ask)
    yield here
    wiring.use(None)
