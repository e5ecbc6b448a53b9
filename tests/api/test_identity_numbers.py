"""No national identity number gets in: every kind of one, in every text of every route, and it is never repeated."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import table
from chalicelib.api.endpoint import Opening
from tests.api.test_doors import OPENINGS, example, fingerprint, named
from tests.api.test_malformed import DOCUMENT, authorization
from tests.town import Phone, Reply, Town, send

TAKING = [each for each in OPENINGS if each.takes is not None]
# Checked as a kontonummer, which has the same second control digit.
EXEMPT = {"account"}


def with_control_digits(nine: str, remainder: int) -> str | None:
    """Give a number whose first control digit leaves a remainder, which is 0 before 2032 and 0 to 3 from then on."""
    digits = [int(each) for each in nine]
    first = (remainder - sum(a * b for a, b in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), digits, strict=True))) % 11
    if first > 9:
        return None
    second = -sum(a * b for a, b in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), [*digits, first], strict=True)) % 11
    return None if second > 9 else f"{nine}{first}{second}"


def made(day: int, month: int, remainder: int) -> str:
    """Give the first number of its kind for a birthday in 2013."""
    tries = (with_control_digits(f"{day:02d}{month:02d}13{each:03d}", remainder) for each in range(500, 999))
    return next(number for number in tries if number)


NUMBERS = [
    made(2, 1, 0),  # fødselsnummer
    made(42, 1, 0),  # D-number
    made(2, 81, 0),  # synthetic, Skatteetaten
    made(2, 41, 0),  # synthetic, NAV; also what an H-number looks like
    made(42, 81, 0),  # a synthetic D-number
    *(made(2, 1, remainder) for remainder in (1, 2, 3)),  # from 2032
    "02013299997",  # Skatteetaten's own example
]


def texts(schema: Any, definitions: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every text that a body of a schema may hold."""
    if "$ref" in schema:
        yield from texts(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, path)
    for each in schema.get("anyOf", ()):
        yield from texts(each, definitions, path)
    if schema.get("type") == "string" or "enum" in schema:
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from texts(inner, definitions, (*path, name))
    if isinstance(schema.get("items"), dict):
        yield from texts(schema["items"], definitions, (*path, 0))
    if isinstance(schema.get("additionalProperties"), dict):
        yield (*path, "<name>")
        yield from texts(schema["additionalProperties"], definitions, (*path, "nb"))


def planted(body: Any, path: tuple[Any, ...], number: str) -> Any:
    """Put a number into a body, in the place of whatever stands there, or of nothing."""
    whole = {"": copy.deepcopy(body)}
    at: Any = whole
    steps = ["", *path]
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if step == "<name>":
            at[number] = "tekst"
        elif following is None:
            at[step] = number
        else:
            inner: Any = [] if following == 0 else {}
            if step == 0:
                if not at:
                    at.append(inner)
            elif not isinstance(at.get(step), type(inner)):
                at[step] = inner
            if following == 0 and not at[step]:
                at[step].append("")
            at = at[step]
    return whole[""]


@pytest.fixture
def asked(town: Town) -> tuple[Town, Phone, str, str]:
    phone = town.enrol("kino", "scan", "enrol", "statement")
    card = town.card("sak-1")
    visit = phone.send("POST", "/v1/scan/visits", town.visit(card["number"])).json["visit"]["id"]
    return town, phone, card["number"], visit


def body_of(opening: Opening, number: str, visit: str) -> tuple[str, Any]:
    if opening.path == "/v1/devices":
        return opening.path, {"code": "x", "public_key": {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}}
    if opening.path == "/v1/holder/card":
        return opening.path, {"card": number, "tenant": "lorenskog"}
    return example(opening, number, visit)


def ask(opening: Opening, path: str, body: Any, town: Town, phone: Phone) -> Reply:
    raw = json.dumps(body).encode()
    headers = authorization(town, phone, opening.who, opening.method, path, raw) | {"idempotency-key": "k-1"}
    return send(opening.method, path, body=raw, headers=headers)


def refused_in_silence(reply: Reply, number: str, where: Any) -> None:
    rows = reply.json.get("results", ())
    answers = [reply.json, *rows, *(each.get("problem", {}) for each in rows)]
    said = next((each for each in answers if each.get("code") == "identity_number"), None)
    assert said is not None, (where, reply.status, reply.body)
    assert reply.status == (200 if "results" in reply.json else 422), where
    assert "reference of your own" in said["detail"]
    assert said.get("outcome") == "problem" or said["fields"], where  # a phone has no use for a field's name
    assert number.encode() not in reply.body, where
    assert number[-5:].encode() not in reply.body, where


def test_the_numbers_are_of_the_kinds_that_there_are() -> None:
    assert len(set(NUMBERS)) == 9
    assert all(len(each) == 11 for each in NUMBERS)


@pytest.mark.parametrize("opening", TAKING, ids=named)
def test_an_identity_number_in_any_text_of_any_route_is_refused_and_never_repeated(
    opening: Opening, asked: tuple[Town, Phone, str, str], heard: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    town, phone, card, visit = asked
    document = send("GET", "/v1/openapi.json").json
    schema = document["paths"][opening.path][opening.method.lower()]["requestBody"]["content"]["application/json"]
    path, body = body_of(opening, card, visit)
    ways = list(dict.fromkeys(texts(schema["schema"], document["components"]["schemas"])))
    before = fingerprint()
    for way in ways:
        if way and way[-1] in EXEMPT:
            continue
        for number in NUMBERS if way == ways[0] else (NUMBERS[0], NUMBERS[-1]):
            refused_in_silence(ask(opening, path, planted(body, way, number), town, phone), number, way)
    assert fingerprint() == before
    said = capfd.readouterr()
    logs = "\n".join([*heard, said.out, said.err])
    assert not [number for number in NUMBERS if number in logs]


def test_the_walk_finds_the_texts_of_every_route() -> None:
    document = DOCUMENT
    found = {
        named(opening): list(texts(
            document["paths"][opening.path][opening.method.lower()]["requestBody"]["content"]["application/json"][
                "schema"
            ],
            document["components"]["schemas"],
        ))
        for opening in TAKING
    }  # fmt: skip
    assert ("cards", 0, "family_ref") in found["POST /v1/cards/batch"]
    assert ("cards", 0, "name") in found["POST /v1/cards/print"]
    assert ("name", "nb") in found["PUT /v1/programmes/{programme}"]
    assert ("visits", 0, "card") in found["POST /v1/scan/visits/batch"]
    assert sum(map(len, found.values())) > 90


@pytest.mark.parametrize("written", ["{0}", "{1} {2}", "{1}-{2}", "ref {1}.{2} gammel", "a_{0}_b", "{3}.{4}.{5} {2}"])
def test_however_it_is_written(town: Town, written: str) -> None:
    number = NUMBERS[0]
    text = written.format(number, number[:6], number[6:], number[:2], number[2:4], number[4:6])
    asked = {"programme": "kort", "external_ref": text, "birth_year": 2016}
    reply = town.ask("issuer", "POST", "/v1/cards", asked, headers={"idempotency-key": "k-1"})
    assert (reply.status, reply.code) == (422, "identity_number")
    assert number[6:].encode() not in reply.body


@pytest.mark.parametrize("number", NUMBERS)
def test_nor_does_one_stand_in_an_address_or_as_a_request_id(town: Town, number: str) -> None:
    before = fingerprint()
    child = {"programme": "kort", "external_ref": "sak-1", "birth_year": 2016}
    replies = [
        town.ask("issuer", "GET", f"/v1/cards/{number}"),
        town.ask("office", "PUT", f"/v1/units/{number}", {"name": "NAV"}),
        town.ask("issuer", "GET", "/v1/cards", query={"programme": number, "expires_before": "2030-01-01"}),
        town.ask("issuer", "POST", "/v1/cards", child, headers={"idempotency-key": number}),
        town.ask("issuer", "POST", "/v1/cards", child, headers={"idempotency-key": f"sak-{number}"}),
    ]
    for reply in replies:
        assert (reply.status, reply.code) == (422, "identity_number")
        assert number.encode() not in reply.body
    assert fingerprint() == before


def test_a_table_of_cards_names_the_row_and_the_field_and_gives_the_others_out(
    town: Town, heard: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    fields = ("external_ref", "unit", "family_ref", "funding_source", "language", "birth_year", "valid_from")
    header = "id;programme;" + ";".join(fields)
    rows = [header, "rad-0;kort;sak-0;;;;nb;2016;"]
    for each, field in enumerate(fields, 1):
        cells = {"external_ref": f"sak-{each}", "birth_year": "2016"} | {field: NUMBERS[each % len(NUMBERS)]}
        rows.append(f"rad-{each};kort;" + ";".join(cells.get(name, "") for name in fields))
    headers = {"authorization": f"Bearer {town.token('issuer')}", "content-type": "text/csv"}
    reply = send("POST", "/v1/cards/batch", body="\r\n".join(rows).encode(), headers=headers)
    first, *others = reply.json["results"]
    assert first["status"] == "issued"
    for field, result in zip(fields, others, strict=True):
        assert (result["problem"]["code"], result["problem"]["fields"][0]["path"]) == ("identity_number", field)
    logs = "\n".join([*heard, *capfd.readouterr()])
    stands = "\n".join(json.dumps(row.to_dynamodb_dict()) for row in table.Row.scan(consistent_read=True))
    assert not [number for number in NUMBERS if number in reply.body.decode() + logs + stands]


def test_what_is_random_may_hold_such_digits_by_chance(town: Town) -> None:
    token = f"HTTPS://KORT.EXAMPLE.NO/K#ABCDEF{NUMBERS[0]}GHIJK"
    phone = town.enrol("kino")
    seen = phone.send("POST", "/v1/scan/check", {"card": token, "offer": "inngang"})
    assert (seen.status, seen.json["admitted"]) == (200, False)
