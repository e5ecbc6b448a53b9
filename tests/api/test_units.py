"""Issuers are many: each unit has its own people and cards, and of another unit's no door says anything at all."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.access.rules import Role
from chalicelib.api.endpoint import Opening
from tests.api.test_doors import OPENINGS, example, fingerprint, named
from tests.town import TENANT, Reply, Town, send

ANNE, BO = "anne", "bo"  # of NAV, of the health nurses
UNKNOWN = "999999999999"


def person(name: str) -> str:
    return f"local/{name}"


def unit(town: Town, name: str, lead: str, **changes: Any) -> None:
    put = {"name": name.title(), "kind": "other"} | changes
    assert town.ask("office", "PUT", f"/v1/units/{name}", put).status == 200
    added = town.ask("office", "PUT", f"/v1/units/{name}/people", {"person": person(lead)})
    assert added.status == 200, added.body


@pytest.fixture
def units(town: Town) -> Town:
    """Give a town where NAV (anne) and the health nurses (bo) give out cards."""
    unit(town, "nav", ANNE, kind="nav")
    unit(town, "helse", BO, kind="health")
    return town


def give(town: Town, who: str, ref: str, **changes: Any) -> Reply:
    asked = {"programme": "kort", "external_ref": ref, "birth_year": town.today.year - 10} | changes
    return town.ask("issuer", "POST", "/v1/cards", asked, who=who, headers={"idempotency-key": str(uuid.uuid4())})


def given(town: Town, who: str, ref: str, **changes: Any) -> str:
    made = give(town, who, ref, **changes)
    assert made.status == 201, made.body
    return str(made.json["number"])


def shown(town: Town, who: str, number: str) -> Reply:
    return town.ask("issuer", "GET", f"/v1/cards/{number}", who=who)


# The people of a unit


def test_the_office_adds_the_first_who_leads_and_a_lead_adds_and_removes_the_rest(units: Town) -> None:
    path = "/v1/units/nav/people"
    second = units.ask("office", "PUT", path, {"person": "local/carl"})
    assert (second.status, second.code) == (403, "unit_has_a_lead")
    assert units.ask("issuer", "PUT", path, {"person": "local/carl"}, who=BO).code == "not_a_lead"
    added = units.ask("issuer", "PUT", path, {"person": "local/carl"}, who=ANNE).json
    assert {each["person"]: (each["lead"], each["added_by"]) for each in added["people"]} == {
        "local/anne": (True, "local/anne"), "local/carl": (False, "local/anne"),
    }  # fmt: skip
    assert units.ask("issuer", "PUT", path, {"person": "local/dina"}, who="carl").code == "not_a_lead"
    assert give(units, "carl", "sak-1").status == 201
    gone = units.ask("issuer", "POST", f"{path}/remove", {"person": "local/carl"}, who=ANNE)
    assert [each["person"] for each in gone.json["people"]] == ["local/anne"]
    assert give(units, "carl", "sak-2").code == "in_no_unit"
    assert units.ask("issuer", "POST", f"{path}/remove", {"person": "local/anne"}, who=BO).code == "not_a_lead"


def test_a_unit_whose_lead_has_left_gets_a_new_one_from_the_office(units: Town) -> None:
    path = "/v1/units/nav/people"
    assert units.ask("office", "POST", f"{path}/remove", {"person": "local/anne"}).json["people"] == []
    assert units.ask("office", "PUT", path, {"person": "local/carl", "lead": False}).json["people"][0]["lead"] is True
    assert units.ask("office", "PUT", "/v1/units/none/people", {"person": "local/carl"}).code == "unknown_unit"


def test_everyone_sees_which_units_there_are_and_an_issuer_the_people_of_its_own(units: Town) -> None:
    seen = units.ask("issuer", "GET", "/v1/units", who=ANNE).json
    assert seen["you"] == "local/anne"
    assert {each["id"]: each["people"] is None for each in seen["units"]} == {"helse": True, "nav": False}
    assert all(each["people"] for each in units.ask("office", "GET", "/v1/units").json["units"])
    assert units.ask("issuer", "GET", "/v1/units", tenant="nabo").json["units"] == []


# Whose cards they are


def test_a_new_card_is_the_callers_units_own(units: Town) -> None:
    number = given(units, ANNE, "sak-1")
    assert shown(units, ANNE, number).json["unit"] == "nav"
    assert (shown(units, BO, number).status, shown(units, "carl", number).status) == (404, 404)
    refused = give(units, ANNE, "sak-2", unit="helse")
    assert (refused.status, refused.json["fields"][0]["code"]) == (422, "unknown_unit")


def test_somebody_of_two_units_says_which_gives_the_card_and_sees_both(units: Town) -> None:
    assert units.ask("issuer", "PUT", "/v1/units/helse/people", {"person": "local/anne"}, who=BO).status == 200
    assert give(units, ANNE, "sak-1").code == "unit_needed"
    assert shown(units, ANNE, given(units, ANNE, "sak-1", unit="helse")).json["unit"] == "helse"
    assert shown(units, ANNE, given(units, BO, "sak-2")).status == 200


def test_the_cards_of_before_there_were_units_stay_with_the_unit_that_keeps_the_common_ones(town: Town) -> None:
    old = town.card("sak-1")["number"]
    unit(town, "nav", ANNE)
    unit(town, "helse", BO)
    assert shown(town, ANNE, old).status == 404
    assert town.ask("office", "PUT", "/v1/units/nav", {"name": "NAV", "common": True}).status == 200
    assert shown(town, ANNE, old).status == 200
    assert shown(town, BO, old).status == 404
    renewed = town.ask(
        "issuer", "POST", f"/v1/cards/{old}/renew", {"programme": "kort"}, who=ANNE, headers={"idempotency-key": "r"}
    )
    assert shown(town, ANNE, renewed.json["number"]).json["unit"] == "nav"


def takes_a_card(opening: Opening) -> bool:
    path, body = example(opening, UNKNOWN, UNKNOWN)
    said = path + json.dumps(body)
    return Role.ISSUER in opening.who and (UNKNOWN in said or "external_ref" in said)


TAKING_A_CARD = [each for each in OPENINGS if each.who and takes_a_card(each)]
# Beside the example of every route: each other field in which a card is named.
ALSO: list[tuple[str, str, Any]] = [
    ("POST", "/v1/cards/{other}/block", {"reason": "ended"}),
    ("POST", "/v1/cards/{own}/replace", {"reason": "lost", "number": "{other}"}),
    ("POST", "/v1/cards/{own}/renew", {"programme": "kort", "number": "{other}"}),
    ("POST", "/v1/cards/renew", {"cards": [
        {"id": "rad-1", "number": "{other}", "programme": "kort"},
        {"id": "rad-2", "number": "{own}", "programme": "kort", "stock": "{other}"},
    ]}),
    ("POST", "/v1/cards/print", {"cards": [{"number": "{own}"}, {"number": "{other}"}], "layout": "cr80"}),
    ("POST", "/v1/cards/find", {"external_ref": "sak-bo"}),
    ("PATCH", "/v1/cards/{other}", {"unit": "nav"}),
    ("PATCH", "/v1/cards/{other}", {"external_ref": "sak-ny"}),
]  # fmt: skip


def test_the_walk_takes_every_route_that_names_a_card() -> None:
    assert len(TAKING_A_CARD) >= 12
    in_path = {named(each) for each in OPENINGS if "{number}" in each.path and Role.ISSUER in each.who}
    assert in_path <= {named(each) for each in TAKING_A_CARD}


@pytest.mark.parametrize("opening", TAKING_A_CARD, ids=named)
def test_another_units_card_is_unknown_in_every_route(opening: Opening, units: Town) -> None:
    if named(opening) in {"POST /v1/cards", "POST /v1/cards/batch"}:
        pytest.skip("these name no card that there is")
    number = given(units, BO, "sak-1", family_ref="hjem-hemmelig")  # the reference that the examples look for
    before = fingerprint()
    replies = []
    for asked in (number, UNKNOWN):
        path, body = example(opening, asked, UNKNOWN)
        query = {"programme": "kort", "expires_before": "2099-01-01"} if path == "/v1/cards" else None
        headers = {"idempotency-key": "walk"}
        reply = units.ask("issuer", opening.method, path, body, who=ANNE, headers=headers, query=query)
        replies.append((reply.status, reply.body.replace(asked.encode(), b"")))
        assert b"hjem-hemmelig" not in reply.body
    assert replies[0] == replies[1]
    assert replies[0][0] in {200, 404}  # 200 where a list holds nothing, or a row of it says unknown
    assert fingerprint() == before


@pytest.mark.parametrize(("method", "path", "body"), ALSO)
def test_another_units_card_is_unknown_in_every_field(method: str, path: str, body: Any, units: Town) -> None:
    own, other = given(units, ANNE, "sak-anne"), given(units, BO, "sak-bo")
    before = fingerprint()
    replies = []
    for asked, ref in ((other, "sak-bo"), (UNKNOWN, "sak-ingen")):
        fill = lambda text: text.replace("{own}", own).replace("{other}", asked).replace("sak-bo", ref)  # noqa: B023, E731  used at once
        sent = json.loads(fill(json.dumps(body)))
        reply = units.ask("issuer", method, fill(path), sent, who=ANNE, headers={"idempotency-key": "walk"})
        replies.append((reply.status, reply.body))
    assert replies[0] == replies[1]
    assert other.encode() not in replies[0][1]
    assert fingerprint() == before


def test_the_work_list_and_what_a_reference_finds_are_the_units_own(units: Town) -> None:
    own, other = given(units, ANNE, "sak-1"), given(units, BO, "sak-2")
    query = {"programme": "kort", "expires_before": "2099-01-01", "limit": "1"}
    for who, number in ((ANNE, own), (BO, other)):
        page = units.ask("issuer", "GET", "/v1/cards", who=who, query=query).json
        assert ([each["number"] for each in page["cards"]], page["cursor"]) == ([number], None)
    assert units.ask("issuer", "POST", "/v1/cards/find", {"external_ref": "sak-2"}, who=ANNE).json == {"cards": []}


def test_a_blank_is_anybodys_to_give_until_somebody_has_it(units: Town) -> None:
    year = units.today.year
    programme = {
        "name": {"nb": "Sommerkortet"}, "ages": {"from": 5, "to": 18}, "valid_from": f"{year}-01-01",
        "valid_until": f"{year}-12-31",
    }  # fmt: skip
    assert units.ask("office", "PUT", "/v1/programmes/sommer", programme).status == 200
    headers = {"idempotency-key": "lager"}
    made = units.ask("office", "POST", "/v1/cards/stock", {"programme": "sommer", "count": 1}, headers=headers)
    number = made.json["cards"][0]["number"]
    assert shown(units, BO, number).json["status"] == "blank"
    child = {"programme": "sommer", "external_ref": "sak-1", "birth_year": year - 10}
    path = f"/v1/cards/{number}/activate"
    assert units.ask("issuer", "POST", path, child, who=ANNE, headers={"idempotency-key": "a"}).status == 201
    second = units.ask("issuer", "POST", path, child | {"external_ref": "sak-2"}, who=BO, headers=headers)
    assert (second.status, second.code) == (404, "unknown_card")
    # The office prints what is nobody's, and no card of a child.
    printed = units.ask("office", "POST", "/v1/cards/print", {"cards": [{"number": number}]})
    assert (printed.status, printed.code) == (404, "unknown_card")


# A family that moves


def test_a_card_that_moves_is_the_other_units_and_its_story_begins_there(units: Town) -> None:
    number = given(units, ANNE, "sak-1")
    units.later(minutes=1)
    assert units.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "misuse"}, who=ANNE).status == 200
    units.later(minutes=1)
    assert units.ask("issuer", "POST", f"/v1/cards/{number}/unblock", {}, who=ANNE).status == 200
    units.later(minutes=1)
    nowhere = units.ask("issuer", "PATCH", f"/v1/cards/{number}", {"unit": "ingen"}, who=ANNE)
    assert (nowhere.status, nowhere.code) == (422, "unknown_unit")
    asked = {"unit": "helse", "external_ref": "helse-9"}
    moved = units.ask("issuer", "PATCH", f"/v1/cards/{number}", asked, who=ANNE)
    assert (moved.status, moved.json["unit"]) == (200, "helse")
    assert shown(units, ANNE, number).status == 404
    units.later(minutes=1)
    assert units.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "lost"}, who=BO).status == 200
    seen = shown(units, BO, number)
    assert [(each["status"], each["reason"], each["by"]) for each in seen.json["history"]] == [
        ("active", "moved", None), ("blocked", "lost", "local/bo"),
    ]  # fmt: skip
    assert seen.json["external_ref"] == "helse-9"
    for secret in (b"misuse", b"anne", b"sak-1"):
        assert secret not in seen.body
    # Neither a new number nor a look at the same unit again brings the past back.
    same = units.ask("issuer", "PATCH", f"/v1/cards/{number}", {"unit": "helse"}, who=BO)
    made = units.ask("issuer", "POST", f"/v1/cards/{number}/replace", {"reason": "lost"}, who=BO).json["number"]
    for reply in (same, shown(units, BO, made)):
        assert reply.status == 200
        assert b"misuse" not in reply.body
    assert give(units, ANNE, "sak-1").status == 201  # the old reference is free


def test_a_family_that_moves_to_another_municipality_gets_a_new_card_there_and_nothing_follows(units: Town) -> None:
    units.settle_in("nabo")
    number = given(units, ANNE, "sak-1")
    assert units.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "ended"}, who=ANNE).status == 200
    there = units.card("nabo-1", tenant="nabo")["number"]
    assert units.ask("issuer", "GET", f"/v1/cards/{number}", tenant="nabo").status == 404
    seen = units.ask("issuer", "GET", f"/v1/cards/{there}", tenant="nabo").json
    assert ([each["status"] for each in seen["history"]], seen["unit"]) == (["active"], None)


def test_a_till_and_a_holder_are_asked_nothing_of_units(units: Town) -> None:
    phone = units.enrol("kino")
    number = given(units, BO, "sak-1")
    visit = phone.send("POST", "/v1/scan/visits", units.visit(number))
    assert visit.status == 201
    asked = {"card": number, "birth_year": units.today.year - 10}
    page = send("POST", "/v1/holder/card", body=json.dumps(asked | {"tenant": TENANT}).encode())
    assert page.status == 200, page.body
