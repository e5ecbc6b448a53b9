"""Attestations and printed notes through the doors: each operator its own, and anyone checks what is held up."""

import json
import shutil
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from chalicelib import table, wiring
from chalicelib.kred.rules.currencies import Currency, Operator, Partner, PartnerState
from chalicelib.kred.rules.standing import Worker
from chalicelib.ledger.rules import EXPIRED, ISSUER, POT, Leg, Transfer
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CurrencyId, OperatorId, Tenant, TransferId, VenueId
from tests.town import Reply, Town, begins, send

TENANT, KRED = Tenant("lorenskog"), CurrencyId("solkred")
HERE = f"/v1/kred/currencies/{KRED}"


@pytest.fixture
def sun(town: Town) -> Town:
    """Give the town a currency with two operators, ten hours in its pot, and a cinema that takes it."""
    house, now = wiring.house(), town.moment
    desk = house.currencies
    desk.put_currency(TENANT, Currency(KRED, {"nb": "SolKred"}, contact="22 00 00 00"))
    for name, person in (("sol", "anne"), ("mane", "bo")):
        desk.put_operator(TENANT, Operator(KRED, OperatorId(name), name.title()))
        worker = Worker(name, False, CallerId(f"local/{person}"), True, CallerId("local/x"), oslo_date(now))
        desk.store.put_worker(TENANT, KRED, worker)
    legs = (Leg(ISSUER, POT, 600),)
    house.bank.transfer(TENANT, Transfer(TransferId("pot"), KRED, legs, "grant", now))
    asked = Partner(KRED, VenueId("kino"), PartnerState.APPROVED)
    desk.store.change_record(TENANT, asked, lambda _: asked)
    return town


def attestation(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()), "of": "sol", "person": "Testperson Hemmelig", "organisation": "Gårdsstyret",
        "tasks": "Planla sommerfesten.", "first": "2026-01-02", "last": "2026-03-04",
        "extent": {"measure": "total", "amount": 3840},
    } | changes  # fmt: skip


def notes(**changes: Any) -> dict[str, Any]:
    last_day = f"{begins().year + 1}-12-31"
    return {"id": str(uuid.uuid4()), "minutes": 60, "count": 3, "last_day": last_day, "operator": "sol"} | changes


def verify(code: str) -> Any:
    reply = send("POST", "/v1/attestations/verify", body=json.dumps({"code": code}).encode())
    assert reply.status == 200, reply.body
    return reply.json


def looked(code: str) -> Any:
    return send("POST", "/v1/kred/notes/look", body=json.dumps({"code": code}).encode()).json


def codes_of(pdf: Reply, folder: Path) -> list[str]:
    (folder / "paper.pdf").write_bytes(pdf.body)
    tool = shutil.which("pdftoppm")
    assert tool is not None
    asked = [tool, "-r", "200", "-gray", "-png", "-singlefile", str(folder / "paper.pdf"), str(folder / "paper")]
    subprocess.run(asked, check=True)  # noqa: S603  our own words
    return [each.text for each in zxingcpp.read_barcodes(Image.open(folder / "paper.png"))]


def test_an_attestation_is_given_printed_checked_and_taken_back(sun: Town) -> None:
    asked = attestation()
    given = sun.ask("operator", "POST", f"{HERE}/attestations", asked)
    assert given.status == 201, given.body
    again = sun.ask("operator", "POST", f"{HERE}/attestations", asked)
    assert (again.status, again.json) == (201, given.json)
    other = sun.ask("operator", "POST", f"{HERE}/attestations", asked | {"person": "En Annen"})
    assert (other.status, other.code) == (409, "other_content")
    found = verify(given.json["code"])
    assert (found["standing"], found["attested"]) == ("holds", given.json["attested"])
    paper = sun.ask("operator", "GET", f"{HERE}/attestations/{asked['id']}/paper")
    assert (paper.status, paper.headers["Content-Type"], paper.body[:5]) == (200, "application/pdf", b"%PDF-")
    taken = sun.ask("operator", "POST", f"{HERE}/attestations/{asked['id']}/revoke", {"reason": "mistake"})
    assert taken.status == 200
    found = verify(given.json["code"])
    assert (found["standing"], found["attested"]) == ("revoked", None)
    [listed] = sun.ask("operator", "GET", f"{HERE}/attestations").json["attestations"]
    assert listed["revoked_on"] == oslo_date(sun.moment).isoformat()


def test_the_code_on_the_printed_page_is_the_one_that_proves_it(sun: Town, tmp_path: Path) -> None:
    asked = attestation()
    sun.ask("operator", "POST", f"{HERE}/attestations", asked)
    [code] = codes_of(sun.ask("operator", "GET", f"{HERE}/attestations/{asked['id']}/paper"), tmp_path)
    assert verify(code)["attested"]["person"] == "Testperson Hemmelig"
    assert verify(code[:60] + ("A" if code[60] != "A" else "B") + code[61:])["standing"] == "not_ours"


def test_another_operators_attestations_are_unknown(sun: Town) -> None:
    asked = attestation()
    assert sun.ask("operator", "POST", f"{HERE}/attestations", asked).status == 201
    bo = {"who": "bo"}
    assert sun.ask("operator", "POST", f"{HERE}/attestations", attestation(), **bo).status == 404
    assert sun.ask("operator", "GET", f"{HERE}/attestations", **bo).json == {"attestations": []}
    assert sun.ask("operator", "GET", f"{HERE}/attestations/{asked['id']}/paper", **bo).status == 404
    revoke = f"{HERE}/attestations/{asked['id']}/revoke"
    assert sun.ask("operator", "POST", revoke, {"reason": "mistake"}, **bo).status == 404
    assert sun.ask("operator", "GET", f"{HERE}/attestations", who="carl").status == 404
    assert sun.ask("coordinator", "GET", f"{HERE}/attestations").status == 403  # it knows nobody's name


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"last": "2999-01-01"}, "last"),
        ({"person": "Testperson 漢"}, "person"),
        ({"extent": {"measure": "percent", "amount": 101}}, "extent"),
    ],
)
def test_what_cannot_be_attested_is_named(sun: Town, changes: dict[str, Any], path: str) -> None:
    reply = sun.ask("operator", "POST", f"{HERE}/attestations", attestation(**changes))
    assert reply.status == 422
    assert [each["path"] for each in reply.json["fields"]] == [path]


def test_a_name_stands_in_the_record_and_nowhere_else(sun: Town) -> None:
    assert sun.ask("operator", "POST", f"{HERE}/attestations", attestation()).status == 201
    rows = [row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)]
    holding = {row["kind"]["S"] for row in rows if "Hemmelig" in json.dumps(row, ensure_ascii=False)}
    assert holding == {"attestation"}


def test_notes_are_made_printed_looked_at_redeemed_once_and_voided(sun: Town, tmp_path: Path) -> None:
    asked = notes()
    made = sun.ask("operator", "POST", f"{HERE}/notes", asked)
    assert (made.status, made.json["worth"], made.json["left"]) == (201, 180, 180), made.body
    assert sun.ask("operator", "POST", f"{HERE}/notes", asked).json == made.json
    sheets = sun.ask("operator", "GET", f"{HERE}/notes/{asked['id']}/sheets")
    codes = codes_of(sheets, tmp_path)
    assert len(set(codes)) == 3
    shown = looked(codes[0])
    assert (shown["state"], shown["minutes"], shown["currency"], shown["contact"]) == (
        "good", 60, {"nb": "SolKred"}, "22 00 00 00"
    )  # fmt: skip
    phone = sun.enrol("kino")
    handed = {"id": str(uuid.uuid4()), "code": codes[0]}
    first = phone.send("POST", "/v1/kred/notes/redeem", handed)
    assert (first.status, first.json["taken"], first.json["minutes"]) == (200, True, 60), first.body
    assert phone.send("POST", "/v1/kred/notes/redeem", handed).json == first.json
    used = phone.send("POST", "/v1/kred/notes/redeem", handed | {"id": str(uuid.uuid4())})
    assert (used.json["taken"], used.json["because"]) == (False, "note_used")
    elsewhere = sun.enrol("bad").send("POST", "/v1/kred/notes/redeem", {"id": str(uuid.uuid4()), "code": codes[1]})
    assert elsewhere.json["because"] == "not_here"
    voided = sun.ask("operator", "POST", f"{HERE}/notes/{asked['id']}/void", {"reason": "stolen"})
    assert (voided.json["state"], voided.json["left"]) == ("voided", 0)
    gone = phone.send("POST", "/v1/kred/notes/redeem", {"id": str(uuid.uuid4()), "code": codes[1]})
    assert gone.json["because"] == "note_voided"
    assert looked(codes[1])["state"] == "voided"
    assert looked("HTTPS://KORT.EXAMPLE.NO/N#" + "A" * 31)["state"] == "unknown"
    sun.later(hours=25)
    late = sun.ask("operator", "GET", f"{HERE}/notes/{asked['id']}/sheets")
    assert (late.status, late.code) == (422, "printed_already")


def test_another_operators_notes_are_unknown(sun: Town) -> None:
    asked = notes()
    assert sun.ask("operator", "POST", f"{HERE}/notes", asked).status == 201
    assert sun.ask("operator", "POST", f"{HERE}/notes", notes(), who="bo").status == 404
    assert sun.ask("operator", "GET", f"{HERE}/notes", who="bo").json == {"batches": [], "left": 0}
    assert sun.ask("operator", "GET", f"{HERE}/notes/{asked['id']}/sheets", who="bo").status == 404
    void = sun.ask("operator", "POST", f"{HERE}/notes/{asked['id']}/void", {"reason": "stolen"}, who="bo")
    assert void.status == 404
    assert sun.ask("coordinator", "GET", f"{HERE}/notes").json["left"] == 180


def test_more_notes_than_the_pot_has_are_not_made(sun: Town) -> None:
    reply = sun.ask("operator", "POST", f"{HERE}/notes", notes(count=11))
    assert (reply.status, reply.code) == (422, "not_enough")


def test_nobody_prints_a_code_into_a_log(sun: Town, capfd: pytest.CaptureFixture[str]) -> None:
    given = sun.ask("operator", "POST", f"{HERE}/attestations", attestation()).json["code"]
    verify(given)
    said = capfd.readouterr()
    assert "Hemmelig" not in said.out + said.err
    assert given.partition("#")[2][:40] not in said.out + said.err


def test_a_code_that_is_too_long_to_be_one_is_not_looked_at(sun: Town) -> None:
    assert sun
    body = json.dumps({"code": "A" * 4001}).encode()
    assert send("POST", "/v1/attestations/verify", body=body).status == 400


def test_the_hour_s_keeping_lets_go_of_notes_whose_last_day_has_passed(sun: Town) -> None:
    asked = notes()
    assert sun.ask("operator", "POST", f"{HERE}/notes", asked).status == 201
    keeper = wiring.house().keeper
    keeper.keep(TENANT, now=sun.moment)
    (batch,) = sun.ask("operator", "GET", f"{HERE}/notes").json["batches"]
    assert batch["state"] == "open"
    after = datetime.fromisoformat(asked["last_day"]).replace(tzinfo=UTC) + timedelta(days=1, hours=3)
    keeper.keep(TENANT, now=after)
    (batch,) = sun.ask("operator", "GET", f"{HERE}/notes").json["batches"]
    assert batch["state"] == "expired"
    expired = wiring.house().bank.balance(TENANT, KRED, EXPIRED)
    assert expired is not None
    assert expired.minutes == asked["minutes"] * asked["count"]
