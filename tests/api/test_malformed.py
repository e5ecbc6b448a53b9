"""Whatever is sent, the answer is a clear one: 4xx with a problem, never 500, and nothing half done."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core import NotSet

import app as contents
from chalicelib.api.openapi import document
from tests.api.test_doors import OPENINGS, example, named
from tests.town import HOST, Phone, Town, is_routed, send

DOCUMENT: Final = document(contents.app, host=HOST, version="test")

NASTY = {
    "not json": b"{",
    "empty": b"",
    "a list": b"[]",
    "a word": b'"hei"',
    "null": b"null",
    "not utf-8": b'{"programme": "\xff\xfe"}',
    "deep": b"[" * 200_000,
    "deep object": b'{"a":' * 100_000,
    "huge": b'{"programme":"' + b"x" * 1_100_000 + b'"}',
    "huge number": b'{"birth_year": 1' + b"0" * 5000 + b"}",
    "unknown field": b'{"surprise": 1}',
    "nan": b'{"persons": NaN}',
    "bom": b"\xef\xbb\xbf{}",
    "zero byte": b'{"external_ref": "a\\u0000b"}',
    "half a surrogate": b'{"external_ref": "\\ud800"}',
}


@pytest.fixture
def asked(town: Town) -> tuple[Town, Phone, str, str]:
    phone = town.enrol("kino", "scan", "enrol", "statement")
    card = town.card()
    visit = phone.send("POST", "/v1/scan/visits", town.visit(card["number"])).json["visit"]["id"]
    return town, phone, card["number"], visit


def authorization(town: Town, phone: Phone, roles: Iterable[str], method: str, path: str, raw: bytes) -> dict[str, str]:
    machine = sorted(role for role in roles if role != "device")
    if machine:
        return {"authorization": f"Bearer {town.token(machine[0])}"}
    return {"authorization": f"Bearer {phone.sign(method, path, raw)}"} if roles else {}


@pytest.mark.parametrize("opening", [each for each in OPENINGS if each.takes], ids=named)
def test_a_body_that_cannot_be_read_is_refused_in_words(opening: Any, asked: tuple[Town, Phone, str, str]) -> None:
    town, phone, number, visit = asked
    path, _ = (opening.path, None) if not opening.who else example(opening, number, visit)
    for name, raw in NASTY.items():
        headers = authorization(town, phone, opening.who, opening.method, path, raw) | {"idempotency-key": "k"}
        reply = send(opening.method, path, body=raw, headers=headers)
        assert 400 <= reply.status < 500, (name, reply.body)
        assert reply.code, name


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "field"),
    [
        ("issuer", "POST", "/v1/cards", {"programme": "kort", "external_ref": "a", "birth_year": "2016"}, "birth_year"),
        ("issuer", "POST", "/v1/cards", {"programme": "kort", "external_ref": "a", "birth_year": -1}, "birth_year"),
        ("issuer", "POST", "/v1/cards", {"programme": "kort", "birth_year": 2016}, "external_ref"),
        ("issuer", "POST", "/v1/cards/print", {"cards": [{"number": "1"}]}, "cards[0].number"),
        ("office", "PUT", "/v1/venues/x", {"name": "X", "kind": "castle", "settle_by": "none"}, "kind"),
        ("office", "PUT", "/v1/programmes/x",
         {"name": {"nb": "x"}, "valid_from": "2026-02-30", "valid_until": "2026-12-31", "ages": {"from": 1, "to": 2}},
         "valid_from"),  # 30 February does not exist
        ("office", "PUT", "/v1/programmes/x",
         {"name": {"nb": "x"}, "valid_from": "2026-01-01", "valid_until": "2026-12-31", "ages": {"from": 1, "up": 2}},
         "ages"),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(town: Town, role: str, method: str, path: str, body: Any, field: str) -> None:
    reply = town.ask(role, method, path, body, headers={"idempotency-key": "k"})
    assert reply.status == 400, reply.body
    assert any(fault["path"].startswith(field) for fault in reply.json["fields"]), reply.json


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/v1/cards", {"programme": "kort", "external_ref": "Ola N", "birth_year": 2016}, "An opaque reference"),
        ("/v1/cards/x/block", {"reason": "mistet"}, "One of: lost, stolen, damaged, misuse, ended."),
        ("/v1/cards", {"programme": "kort", "external_ref": "a", "birth_year": 15}, "Expected a whole number >= 1900"),
    ],
)
def test_a_fault_is_said_so_that_a_caseworker_can_mend_it(town: Town, path: str, body: Any, says: str) -> None:
    reply = town.ask("issuer", "POST", path, body, headers={"idempotency-key": "k"})
    assert reply.status == 400
    assert reply.json["fields"][0]["detail"].startswith(says), reply.json


def test_every_fault_of_a_body_is_named_at_once(town: Town) -> None:
    reply = town.ask("issuer", "POST", "/v1/cards", {"birth_year": "x", "hair": 1}, headers={"idempotency-key": "k"})
    assert {fault["path"] for fault in reply.json["fields"]} == {"birth_year", "hair", "programme", "external_ref"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/cards", {"programme": "kort", "external_ref": "02013299997", "birth_year": 2016}, "external_ref"),
        ("/v1/cards/find", {"external_ref": "02013299997"}, "external_ref"),
        ("/v1/cards/print", {"cards": [{"number": "123456789012", "name": "Barn 020132 99997"}]}, "cards[0].name"),
    ],
)
def test_a_national_identity_number_is_refused_and_not_repeated(town: Town, path: str, body: Any, field: str) -> None:
    reply = town.ask("issuer", "POST", path, body, headers={"idempotency-key": "k"})
    assert (reply.status, reply.code) == (422, "identity_number")
    assert reply.json["fields"][0]["path"] == field
    assert b"99997" not in reply.body


def test_the_contract_describes_every_route() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(each.method, each.path) for each in OPENINGS}


def test_random_requests_are_answered_and_never_with_500(town: Town) -> None:
    assert send("GET", "/v1/openapi.json").json["paths"] == json.loads(json.dumps(DOCUMENT["paths"]))
    phone = town.enrol("kino", "scan", "enrol", "statement")
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    statuses: Counter[int] = Counter()
    kinds: Counter[str | None] = Counter()

    def ask(case: Any) -> None:
        is_table = case.media_type == "text/csv"
        raw = b"" if isinstance(case.body, NotSet) else _text(case.body) if is_table else _raw(case.body)
        path = case.formatted_path
        headers = {str(name): str(value) for name, value in dict(case.headers or {}).items()}
        headers |= authorization(town, phone, case.operation.definition.raw["x-roles"], case.method, path, raw)
        headers |= {"content-type": "text/csv"} if is_table else {}
        query = {str(name): str(value) for name, value in dict(case.query or {}).items()}
        kinds[case.media_type] += 1
        status = _through_gateway(case.method, path, raw, headers, query)
        statuses[status] += 1
        assert status < 500, (case.method, path, raw[:300])

    for result in schema.get_all_operations():
        operation = result.ok()
        assert operation is not None
        has_something_to_spoil = operation.definition.raw["parameters"] or "requestBody" in operation.definition.raw
        for mode in list(GenerationMode) if has_something_to_spoil else [GenerationMode.POSITIVE]:
            settings(
                max_examples=8, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(given(case=operation.as_strategy(generation_mode=mode))(ask))()  # fmt: skip
    assert sum(statuses.values()) > 200
    assert {200, 400, 404} <= set(statuses)
    assert kinds["text/csv"] > 0


def _raw(body: Any) -> bytes:
    try:
        return json.dumps(body).encode()
    except (TypeError, ValueError):
        return repr(body).encode()


def _text(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _through_gateway(method: str, path: str, raw: bytes, headers: dict[str, str], query: dict[str, str]) -> int:
    if not is_routed(path):
        return 404  # the gateway's own answer
    reply = send(method, path, body=raw or None, headers=headers, query=query)
    if reply.status >= 400:
        assert reply.code
    return reply.status


def test_every_call_that_the_introduction_names_is_in_the_document() -> None:
    named = re.findall(r"`([A-Z]+) (/v1/\S+)`", DOCUMENT["info"]["description"])
    assert len(named) >= 20
    assert [each for each in named if each[0].lower() not in DOCUMENT["paths"].get(each[1], {})] == []
