"""Nobody comes through a door that is not theirs: every route, every wrong token, and nothing is written."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import app as contents
from chalicelib import table
from chalicelib.access.rules import Role
from chalicelib.api.endpoint import Opening, opening_of
from tests.town import OTHER, Phone, Reply, Town, begins, send

MACHINE = [role for role in Role if role is not Role.DEVICE]
POSTER = "https://kort.example.no/K#s.lorenskog.lokalkred.strandrydding.hemmelig"
PERSON = {"name": "Testperson Én", "language": "nb", "age_band": "20_29", "consent": True, "pin": "4711"}
UUID = "2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e"


def openings() -> Iterator[Opening]:
    for methods in contents.app.routes.values():
        for entry in methods.values():
            opening = opening_of(entry.view_function)
            assert opening is not None, f"{entry.uri_pattern} went round the doors"
            yield opening


OPENINGS = list(openings())
GUARDED = [each for each in OPENINGS if each.who]


def named(opening: Opening) -> str:
    return f"{opening.method} {opening.path}"


def test_every_route_says_who_may_ask_or_why_anyone_may() -> None:
    assert len(OPENINGS) >= 30
    for opening in OPENINGS:
        assert opening.says
        assert bool(opening.who) != bool(opening.why_public), named(opening)


def example(opening: Opening, number: str, visit: str) -> tuple[str, Any]:
    """Give a path and a body that the route would take from the right one."""
    path = (
        opening.path.replace("{programme}", "kort").replace("{venue}", "kino").replace("{offer}", "inngang")
        .replace("{unit}", "nav").replace("{number}", number).replace("{visit}", visit).replace("{month}", "2026-01")
        .replace("{adjustment}", visit).replace("{attestation}", visit)
        .replace("{batch}", visit).replace("{survey}", "host26")
        .replace("{objection}", visit).replace("{name}", "lines.csv")
        .replace("{device}", "lorenskog-000000000000000000000000")
        .replace("{operator}", "bydelen").replace("{organisation}", "styret")
        .replace("{activity}", "dugnad").replace("{award}", visit).replace("{other}", "annenkred")
        .replace("{year}", "2026")
        .replace("{currency}", "lokalkred").replace("{session}", "strandrydding").replace("{member}", "m1")
        .replace("{spend}", visit)
    )  # fmt: skip
    reason = {"reason": "lost"}
    checked = {"card": number, "offer": "inngang"}
    scanned = {
        "id": str(uuid.uuid4()), "card": number, "offer": "inngang", "persons": 1, "at": "2026-11-22T10:00:00Z",
        "carrier": "qr", "offline": False,
    }  # fmt: skip
    bodies: dict[str, Any] = {
        "PUT /v1/programmes/{programme}": {
            "name": {"nb": "x"}, "valid_from": "2026-01-01", "valid_until": "2026-12-31", "ages": {"from": 5, "to": 18}
        },
        "PUT /v1/venues/{venue}": {"name": "Kino", "kind": "private", "settle_by": "none"},
        "POST /v1/venues/{venue}/account/confirm": {"account": "12345678903"},
        "PUT /v1/venues/{venue}/offers/{offer}": {"title": {"nb": "x"}},
        "POST /v1/venues/{venue}/agreements": {
            "programme": "kort", "offer": "inngang", "from": "2027-01-01", "until": "2027-12-31", "limit": 1
        },
        "POST /v1/venues/{venue}/enrolments": {"label": "Luke"},
        "POST /v1/devices/{device}/revoke": reason,
        "POST /v1/visits/{visit}/void": reason,
        "POST /v1/audit/verify": {},
        "POST /v1/cards": {"programme": "kort", "external_ref": "sak-x", "birth_year": 2016},
        "POST /v1/cards/batch": {
            "cards": [{"id": "rad-1", "programme": "kort", "external_ref": "sak-y", "birth_year": 2016}]
        },
        "POST /v1/cards/stock": {"programme": "kort", "count": 2},
        "POST /v1/cards/{number}/activate": {"programme": "kort", "external_ref": "sak-z", "birth_year": 2016},
        "POST /v1/cards/tags": {"cards": [{"number": number, "uid": "04de5f1eacc040"}]},
        "POST /v1/cards/tags/order": {"cards": [{"number": number}]},
        "POST /v1/cards/{number}/renew": {"programme": "kort"},
        "POST /v1/cards/renew": {"cards": [{"id": "rad-1", "number": number, "programme": "kort"}]},
        "PUT /v1/units/{unit}": {"name": "NAV", "kind": "nav"},
        "PUT /v1/units/{unit}/people": {"person": "local/anne"},
        "POST /v1/units/{unit}/people/remove": {"person": "local/anne"},
        "PATCH /v1/cards/{number}": {"birth_year": 2015},
        "POST /v1/cards/find": {"external_ref": "sak-1"},
        "POST /v1/cards/{number}/block": reason,
        "POST /v1/cards/{number}/unblock": {},
        "POST /v1/cards/{number}/replace": reason,
        "POST /v1/cards/print": {"cards": [{"number": number}]},
        "POST /v1/venues/{venue}/adjustments": {
            "id": str(uuid.uuid4()), "programme": "kort", "offer": "inngang", "date": "2026-01-02", "amount": -100,
            "reason": "registrert to ganger",
        },
        "POST /v1/adjustments/{adjustment}/decide": {"accepted": True},
        "POST /v1/objections/{objection}/answer": {"accepted": False, "answer": "Besøket er med."},
        "POST /v1/scan/statement/objections": {
            "id": str(uuid.uuid4()), "month": "2026-01", "text": "Det mangler et besøk."
        },
        "POST /v1/kred/currencies/{currency}/attestations": {
            "id": str(uuid.uuid4()), "of": "sol", "person": "Testperson Én", "organisation": "Testgården",
            "tasks": "Planla sommerfesten.", "first": "2026-01-02", "last": "2026-01-03",
            "extent": {"measure": "total", "amount": 120},
        },
        "POST /v1/kred/currencies/{currency}/attestations/{attestation}/revoke": {"reason": "mistake"},
        "POST /v1/kred/currencies/{currency}/notes": {
            "id": str(uuid.uuid4()), "minutes": 60, "count": 3, "last_day": f"{begins().year + 1}-12-31",
            "operator": "sol",
        },
        "POST /v1/kred/currencies/{currency}/notes/{batch}/void": {"reason": "stolen"},
        "PUT /v1/kred/currencies/{currency}/surveys/{survey}": {
            "kind": "baseline", "opens": "2027-01-01", "closes": "2027-01-31", "invited": 10
        },
        "POST /v1/attestations/verify": {"code": "A" * 200},
        "POST /v1/kred/notes/look": {"code": "A" * 31},
        "POST /v1/kred/member/attestation": {"card": number, "pin": "4711", "id": str(uuid.uuid4())},
        "POST /v1/kred/member/deposit": {
            "card": number, "pin": "4711", "id": str(uuid.uuid4()), "note": "A" * 31
        },
        "POST /v1/kred/member/surveys": {"card": number, "pin": "4711"},
        "POST /v1/kred/member/surveys/answer": {
            "card": number, "pin": "4711", "survey": "host26", "answers": {"belonging": {"now": 4}}
        },
        "POST /v1/kred/notes/redeem": {"id": str(uuid.uuid4()), "code": "A" * 31},
        "PUT /v1/erp": {"account": "86011117947", "codes": {"file": "gl07", "client": "LK"}},
        "POST /v1/cards/sheets": {"cards": [{"number": number}], "kind": "left"},
        "PUT /v1/kred/currencies/{currency}": {"name": {"nb": "LokalKred"}},
        "PUT /v1/kred/currencies/{currency}/operators/{operator}": {"name": "Bydelen"},
        "PUT /v1/kred/currencies/{currency}/operators/{operator}/people": {"person": "local/anne"},
        "POST /v1/kred/currencies/{currency}/operators/{operator}/people/remove": {"person": "local/anne"},
        "PUT /v1/kred/currencies/{currency}/organisations/{organisation}": {"operator": "bydelen", "name": "Styret"},
        "PUT /v1/kred/currencies/{currency}/organisations/{organisation}/people": {"person": "local/bo"},
        "POST /v1/kred/currencies/{currency}/organisations/{organisation}/people/remove": {"person": "local/bo"},
        "POST /v1/kred/currencies/{currency}/link": {"card": number},
        "POST /v1/kred/currencies/{currency}/link/remove": {"person": "local/bo"},
        "PUT /v1/kred/currencies/{currency}/accepts/{other}": {"limit": 600},
        "POST /v1/kred/currencies/{currency}/payoffs": {
            "id": str(uuid.uuid4()), "other": "annenkred", "minutes": 60, "reason": "Avtalt i oktober",
        },
        "POST /v1/kred/partners": {
            "currency": "lokalkred", "offers": "Film på mandager", "prices": [{"offer": "inngang", "price_adult": 60}],
        },
        "PUT /v1/kred/currencies/{currency}/partners/{venue}": {
            "state": "approved", "prices": [{"offer": "inngang", "price_adult": 60}],
        },
        "PUT /v1/kred/currencies/{currency}/activities/{activity}": {
            "operator": "bydelen", "title": {"nb": "Dugnad"}, "responsible": "Styret", "benefits": "Alle i gården",
            "effects": ["belonging"], "statement": {"holds": True, "reason": "Ingen har kommet før."},
        },
        "POST /v1/kred/currencies/{currency}/activities/{activity}/approve": {"reviewer": "Test Leser"},
        "POST /v1/kred/currencies/{currency}/activities/{activity}/grants": {
            "id": str(uuid.uuid4()), "minutes": 600, "from": "2026-01-01", "until": "2026-12-31",
            "taper": [{"from": "2026-01-01", "minutes": 600}],
        },
        "POST /v1/kred/currencies/{currency}/activities/{activity}/awards": {
            "id": str(uuid.uuid4()), "minutes": 60, "present": 60, "member": "m1"
        },
        "POST /v1/kred/currencies/{currency}/awards/{award}/reverse": {"id": str(uuid.uuid4())},
        "POST /v1/kred/poster": {"code": POSTER},
        "POST /v1/kred/join": {"id": str(uuid.uuid4()), "code": POSTER, **PERSON},
        "POST /v1/kred/member": {"card": number},
        "POST /v1/kred/member/name": {"card": number, **PERSON},
        "POST /v1/kred/member/pin": {"card": number, "pin": "4711"},
        "POST /v1/kred/member/gift": {
            "id": str(uuid.uuid4()), "card": number, "pin": "4711", "to": "000000000098", "minutes": 60
        },
        "POST /v1/kred/member/donate": {"id": str(uuid.uuid4()), "card": number, "pin": "4711", "minutes": 60},
        "POST /v1/kred/member/activities": {"card": number, "pin": "4711"},
        "POST /v1/kred/member/export": {"card": number, "pin": "4711"},
        "POST /v1/kred/member/leave": {"card": number, "pin": "4711", "erase": True},
        "POST /v1/kred/member/sign-up": {"card": number, "pin": "4711", "session": "strandrydding"},
        "POST /v1/kred/member/cancel": {"card": number, "pin": "4711", "session": "strandrydding"},
        "POST /v1/kred/member/check-in": {"card": number, "code": POSTER},
        "POST /v1/kred/currencies/{currency}/codes": {"operator": "bydelen", "count": 2},
        "POST /v1/kred/currencies/{currency}/codes/sheets": {"cards": [number]},
        "PUT /v1/kred/currencies/{currency}/sessions/{session}": {
            "operator": "bydelen", "kind": "clean_up", "title": {"nb": "Strandrydding"}, "place": "Sjøbadet",
            "starts_at": "2026-11-22T10:00:00Z", "ends_at": "2026-11-22T12:00:00Z",
        },
        "POST /v1/kred/currencies/{currency}/sessions/{session}/release": {"seats": 2},
        "POST /v1/kred/currencies/{currency}/sessions/{session}/check-in": {"card": number},
        "POST /v1/kred/currencies/{currency}/sessions/{session}/award": {},
        "PUT /v1/kred/currencies/{currency}/venues/{venue}/offers/{offer}": {"price_adult": 60, "price_child": 30},
        "POST /v1/kred/spend/check": {"card": number, "adults": 1, "children": 0, "offer": "inngang"},
        "POST /v1/kred/spend": {
            "id": str(uuid.uuid4()), "card": number, "adults": 1, "children": 0, "offer": "inngang",
            "at": "2026-11-22T10:00:00Z",
        },
        "POST /v1/kred/spend/{spend}/undo": {"id": str(uuid.uuid4())},
        "POST /v1/kred/currencies/{currency}/spends/{spend}/undo": {"id": str(uuid.uuid4())},
        "POST /v1/scan/check": checked,
        "POST /v1/scan/visits": scanned,
        "POST /v1/scan/visits/batch": {"visits": [scanned]},
        "POST /v1/scan/visits/{visit}/void": {"id": str(uuid.uuid4()), "reason": "mistake"},
    }  # fmt: skip
    body = bodies.get(named(opening))
    assert (opening.takes is None) == (body is None), f"give {named(opening)} an example here"
    return path, body


def fingerprint(of: str = "") -> str:
    """Sum up everything that stands in the table under keys that start so."""
    found = [row for row in table.Row.scan(consistent_read=True) if row.pk.startswith(of)]
    rows = sorted(json.dumps(row.to_dynamodb_dict(), sort_keys=True) for row in found)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def ask(opening: Opening, path: str, body: Any, authorization: str | None) -> Reply:
    raw = None if body is None else json.dumps(body).encode()
    headers = {"idempotency-key": str(uuid.uuid4())} | ({"authorization": authorization} if authorization else {})
    query = {"programme": "kort", "expires_before": "2030-01-01"} if opening.path == "/v1/cards" else None
    return send(opening.method, path, body=raw, headers=headers, query=query)


@pytest.fixture
def settled(town: Town) -> tuple[Town, str, str, Phone]:
    """Give a town with a card, a visit and a phone."""
    phone = town.enrol("kino")
    card = town.card("sak-1")
    visit = phone.send("POST", "/v1/scan/visits", town.visit(card["token"]))
    assert visit.status == 201, visit.body
    return town, card["number"], visit.json["visit"]["id"], phone


@pytest.mark.parametrize("opening", GUARDED, ids=named)
def test_a_route_is_shut_to_everyone_it_did_not_name(opening: Opening, settled: tuple[Town, str, str, Phone]) -> None:
    town, number, visit, phone = settled
    path, body = example(opening, number, visit)
    raw = b"" if body is None else json.dumps(body).encode()
    right = next(iter(sorted(opening.who)))
    stranger = Town(ec.generate_private_key(ec.SECP256R1()), town.moment)
    other_phone = Phone(phone.device_id, phone.audience, ec.generate_private_key(ec.SECP256R1()), town.clock)
    past = int(town.moment.timestamp()) - 7200
    before = fingerprint()

    refused: list[tuple[str | None, int]] = [
        (None, 401),
        ("Bearer ", 401),
        ("Basic YW5uZTphbm5l", 401),
        ("Bearer not.a.token", 401),
        ("Bearer " + "a" * 9000, 401),
        (f"Bearer {stranger.token(right)}", 401),  # another issuer's signature
        (f"Bearer {town.token(right, iss='https://elsewhere.example.no/')}", 401),
        (f"Bearer {town.token(right, iat=past, exp=past + 60)}", 401),  # expired
        (f"Bearer {jwt.encode({'iss': 'x', 'sub': 'y'}, '', algorithm='none')}", 401),
        (f"Bearer {other_phone.sign(opening.method, path, raw)}", 401),  # a key that is not the phone's
        (f"Bearer {phone.sign(opening.method, path, raw, aud='https://elsewhere.example.no')}", 401),
        (f"Bearer {phone.sign(opening.method, path + '/x', raw)}", 401),
        (f"Bearer {phone.sign('DELETE', path, raw)}", 401),
        (f"Bearer {phone.sign(opening.method, path, raw + b' ')}", 401),  # made for another body
        (f"Bearer {phone.sign(opening.method, path, raw, iat=past, exp=past + 60)}", 401),
    ]
    refused += [(f"Bearer {town.token(role)}", 403) for role in MACHINE if role not in opening.who]
    if Role.DEVICE not in opening.who or opening.right == "enrol":
        refused.append((f"Bearer {phone.sign(opening.method, path, raw)}", 403))
    for authorization, status in refused:
        reply = ask(opening, path, body, authorization)
        assert reply.status == status, (authorization, reply.body)
        assert reply.code
        assert reply.headers["Cache-Control"] == "no-store"
    assert fingerprint() == before


# What another municipality's caller gets for our ids, where that is not 404.
ELSEWHERE = {
    "PUT /v1/programmes/{programme}": 200,  # a programme of its own, under the same id
    "PUT /v1/venues/{venue}": 200,  # a venue of its own
    "PUT /v1/units/{unit}": 200,  # a unit of its own
    "PUT /v1/kred/currencies/{currency}": 200,  # a currency of its own
    "POST /v1/settlements/{month}/close": 422,  # it has no agreement to settle
    "POST /v1/settlements/{month}/approve": 409,  # it has no closed month
    "POST /v1/statistics/{month}": 422,  # it has no visits to tell of
    "POST /v1/settlements/{month}/paid": 409,  # the same
    "POST /v1/settlements/{month}/verify": 409,  # the same
    "POST /v1/scan/visits/{visit}/void": 200,  # buries an id that has not arrived there
}


@pytest.mark.parametrize("opening", [each for each in GUARDED if "{" in each.path], ids=named)
def test_another_municipalitys_things_are_unknown(opening: Opening, settled: tuple[Town, str, str, Phone]) -> None:
    town, number, visit, _ = settled
    path, body = example(opening, number, visit)
    if opening.who == {Role.DEVICE}:
        town.settle_in(OTHER)
        foreign = town.enrol("bad", tenant=OTHER)
        token = foreign.sign(opening.method, path, json.dumps(body).encode())
    else:
        token = town.token(min(opening.who - {Role.DEVICE}), tenant=OTHER)
    ours, everything = fingerprint("T#lorenskog#"), fingerprint()
    reply = ask(opening, path, body, f"Bearer {token}")
    assert reply.status == ELSEWHERE.get(named(opening), 404), reply.body
    assert fingerprint("T#lorenskog#") == ours
    if reply.status >= 400:
        assert fingerprint() == everything


def test_a_signature_made_for_one_body_is_no_good_for_another(settled: tuple[Town, str, str, Phone]) -> None:
    town, number, _, phone = settled
    path = "/v1/scan/visits"
    mine = json.dumps(town.visit(number)).encode()
    signed = phone.sign("POST", path, mine)
    before = fingerprint()
    other = json.dumps(town.visit(number, persons=2)).encode()
    reply = send("POST", path, body=other, headers={"authorization": f"Bearer {signed}"})
    assert (reply.status, reply.code) == (401, "bad_proof")
    assert fingerprint() == before
    assert send("POST", path, body=mine, headers={"authorization": f"Bearer {signed}"}).status == 201


def test_a_phone_whose_clock_is_wrong_is_told_so_and_to_sign_again(settled: tuple[Town, str, str, Phone]) -> None:
    town, number, _, phone = settled
    ahead = int(town.moment.timestamp()) + 600
    body = json.dumps({"card": number, "offer": "inngang"}).encode()
    signed = phone.sign("POST", "/v1/scan/check", body, iat=ahead, exp=ahead + 60)
    reply = send("POST", "/v1/scan/check", body=body, headers={"authorization": f"Bearer {signed}"})
    assert (reply.status, reply.code) == (401, "clock")


def test_a_revoked_phone_is_turned_away_at_once_in_the_same_process(settled: tuple[Town, str, str, Phone]) -> None:
    town, number, _, phone = settled
    stopped = town.ask("office", "POST", f"/v1/devices/{phone.device_id}/revoke", {"reason": "mistet"})
    assert stopped.status == 200
    reply = phone.send("POST", "/v1/scan/check", {"card": number, "offer": "inngang"})
    assert (reply.status, reply.code) == (401, "device_revoked")


def test_a_path_that_takes_another_method_says_so_in_the_one_shape(town: Town) -> None:
    reply = send("DELETE", "/v1/programmes")
    assert (reply.status, reply.code) == (405, "method_not_allowed")
    assert town.ask("office", "PUT", "/v1/programmes/kort", headers={"content-type": "text/plain"}).code == (
        "unsupported_media_type"
    )
