"""The demo municipality's made-up accounting codes: enough for the file that its ledger reads."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.shared.ids import Tenant
from chalicelib.venues.rules import Municipality
from infra import terms_file
from infra.local.demo_terms import FILE
from infra.terms_file import Ask
from tests import town as towns
from tests.town import Town, send


@pytest.fixture
def demo(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[Town]:
    town = towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    town.moment = datetime(2026, 3, 10, 12, tzinfo=UTC)
    yield town
    wiring.use(None)


def asked_by(town: Town, role: str) -> Ask:
    headers = {"authorization": f"Bearer {town.token(role)}"}

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        reply = send(method, path, body=body or None, headers=headers)
        return reply.status, reply.body

    return ask


def test_the_demo_s_file_brings_codes_that_finance_s_door_takes_and_gl07_is_written_with_them(demo: Town) -> None:
    terms = terms_file.read(FILE)
    who = terms.municipality
    wiring.house().terms.put_municipality(Municipality(Tenant(who["id"]), who["number"], who["name"]))
    terms_file.send(terms, asked_by(demo, "office"))
    assert not terms_file.send_codes(terms, asked_by(demo, "office"))  # they are not the office's to set
    assert terms_file.send_codes(terms, asked_by(demo, "finance"))
    paid = [call.path for call in terms.calls if call.body.get("settle_by") in {"voucher", "internal"}]
    for venue in (path.rpartition("/")[2] for path in paid):
        offer = next(call for call in terms.calls if call.path.startswith(f"/v1/venues/{venue}/offers/"))
        card = demo.ask(
            "issuer", "POST", "/v1/cards",
            {"programme": "opplevelseskort", "external_ref": f"sak-{venue}", "birth_year": 2016},
            headers={"idempotency-key": f"sak-{venue}"},
        ).json  # fmt: skip
        sent = demo.visit(card["token"]) | {"offer": offer.path.rpartition("/")[2], "persons": 1}
        assert demo.enrol(venue).send("POST", "/v1/scan/visits", sent).status == 201
    demo.later(days=25)
    assert demo.ask("finance", "POST", "/v1/settlements/2026-03/close", who="berit").json["waiting"] == []
    assert demo.ask("finance", "POST", "/v1/settlements/2026-03/approve", who="carl").status == 200
    pulled = demo.ask("finance", "GET", "/v1/settlements/2026-03/files/gl07.txt")
    assert pulled.status == 200, pulled.body
    rows = pulled.body.decode("iso-8859-1").splitlines()
    assert {len(row) for row in rows} == {2060}
    assert len(rows) == 2 * len(paid)
