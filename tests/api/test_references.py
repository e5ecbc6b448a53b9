"""Who a card is for is the issuers' own: no answer to office, finance or a till holds a reference, in any route."""

import io
import json
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.access.rules import Role
from chalicelib.api.endpoint import Opening
from tests.api.test_doors import OPENINGS, example, named
from tests.town import Phone, Reply, Town

REFERENCES = (b"sak-hemmelig-17", b"hjem-hemmelig-4")
WALKERS = (Role.OFFICE, Role.FINANCE, Role.DEVICE)
WALK = [(role, each) for each in OPENINGS for role in WALKERS if role in each.who]


@pytest.fixture(scope="module")
def walked() -> dict[str, int]:
    """Count what was answered well, so that the walk cannot be one of refusals alone."""
    return {}


@pytest.fixture
def planted(town: Town) -> tuple[Town, Phone, str, str, str]:
    """Give a town with a card whose references are planted, used at the cinema this month and the one before."""
    asked = {
        "programme": "kort", "external_ref": REFERENCES[0].decode(), "family_ref": REFERENCES[1].decode(),
        "birth_year": town.today.year - 10,
    }  # fmt: skip
    made = town.ask("issuer", "POST", "/v1/cards", asked, headers={"idempotency-key": "k"})
    phone = town.enrol("kino", "scan", "enrol", "statement")
    visit = phone.send("POST", "/v1/scan/visits", town.visit(made.json["token"]))
    assert visit.status == 201, visit.body
    month = f"{town.today:%Y-%m}"
    town.later(days=40)
    again = phone.send("POST", "/v1/scan/visits", town.visit(made.json["token"]))
    assert again.status == 201, again.body
    return town, phone, made.json["number"], visit.json["visit"]["id"], month


def everything_in(content: bytes) -> Iterator[bytes]:
    """Give an answer, and whatever is packed in it: a workbook, an archive of statements, the streams of a PDF."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from everything_in(packed.read(name))
    for stream in content.split(b"stream\n")[1:] if content.startswith(b"%PDF") else ():
        try:
            yield zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue


def ask(role: Role, opening: Opening, planted: tuple[Town, Phone, str, str, str], name: str) -> Reply:
    town, phone, number, visit, month = planted
    path, body = example(opening, number, visit)
    path = path.replace("2026-01", month).replace("lines.csv", name)
    if role is Role.DEVICE:
        path = path.replace("lorenskog-000000000000000000000000", phone.device_id)
        return phone.send(opening.method, path, body)
    headers = {"idempotency-key": str(uuid.uuid4())}
    return town.ask(role, opening.method, path, body, headers=headers, who=f"{role}-{opening.method}")


@pytest.mark.parametrize(("role", "opening"), WALK, ids=lambda each: each if isinstance(each, str) else named(each))
def test_no_answer_to_office_finance_or_a_till_holds_a_reference(
    role: Role, opening: Opening, planted: tuple[Town, Phone, str, str, str], walked: dict[str, int]
) -> None:
    town, _, _, _, month = planted
    names = [""]
    if "{month}" in opening.path and not opening.path.endswith("/close"):
        closed = town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="berit")
        assert closed.status == 200, closed.body
        names = closed.json["files"] if "{name}" in opening.path and "settlements" in opening.path else [""]
    if opening.path.endswith("/paid"):
        assert town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="carl").status == 200
    for name in names:
        reply = ask(role, opening, planted, name)
        walked[named(opening)] = reply.status
        if "settlements" in opening.path:
            assert reply.status == 200, (name, reply.body)
        for content in everything_in(reply.body):
            for secret in REFERENCES:
                assert secret not in content, (named(opening), name)


def test_the_walk_was_answered(walked: dict[str, int]) -> None:
    if len(walked) < len({named(opening) for _, opening in WALK}):
        pytest.skip("only where the whole walk has run in this process")
    answered = [status for status in walked.values() if status < 400]
    assert len(answered) >= len(walked) * 0.6, walked


def test_the_issuers_own_answers_hold_them(planted: tuple[Town, Phone, str, str, str]) -> None:
    town, _, number, _, _ = planted
    seen = town.ask("issuer", "GET", f"/v1/cards/{number}")
    assert all(secret in seen.body for secret in REFERENCES)


def test_a_list_that_is_answered_row_by_row_repeats_no_reference(town: Town) -> None:
    cards: list[Any] = [
        {"id": f"rad-{each}", "programme": "kort", "external_ref": REFERENCES[0].decode(), "birth_year": 2016}
        for each in range(3)
    ]
    reply = town.ask("issuer", "POST", "/v1/cards/batch", {"cards": cards})
    assert [each["status"] for each in json.loads(reply.body)["results"]] == ["issued", "problem", "problem"]
    assert REFERENCES[0] not in reply.body
