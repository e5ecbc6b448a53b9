"""Members say what it has meant to them, put notes into their accounts and keep their attestations; at the doors."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import table, wiring
from chalicelib.kred.rules.spending import Visitors
from chalicelib.kred.rules.standing import Worker
from chalicelib.kred.store.spending import SpendStore
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.ids import CallerId, Tenant, VenueId
from tests import kred_town as kred
from tests.town import TENANT, Town, send

BASE = "/v1/kred/currencies/lokalkred"
SAID = {"belonging": {"now": 5, "better": "yes"}, "mental_health": {"now": 3, "better": "unsure"}}


@pytest.fixture
def place(town: Town) -> Town:
    """Give a town with a currency, and Anne, who runs it."""
    kred.set_up(town)
    worker = Worker("bydelen", False, CallerId("local/anne"), True, CallerId("local/x"), town.today)
    wiring.house().currencies.store.put_worker(Tenant(TENANT), kred.LOCAL, worker)
    return town


def opened(member: Any) -> dict[str, str]:
    return {"card": member["url"], "pin": "4711"}


def test_members_answer_once_and_are_told_of_when_it_is_over(place: Town) -> None:
    poster = kred.session(place)["poster"]
    members = [kred.join(poster, f"Testperson {number}") for number in range(6)]
    today = place.today
    asked = {"kind": "follow_up", "opens": str(today), "closes": str(today + timedelta(days=7)), "effects": ["family"]}
    made = place.ask("coordinator", "PUT", f"{BASE}/surveys/host", asked)
    assert (made.status, made.json["invited"], made.json["state"]) == (200, 6, "open"), made.body
    [waiting] = kred.post("/v1/kred/member/surveys", opened(members[0])).json["asked"]
    assert (waiting["survey"], len(waiting["outcomes"])) == ("host", 6)
    for member in members[:5]:
        sent = opened(member) | {"survey": "host", "answers": SAID}
        assert kred.post("/v1/kred/member/surveys/answer", sent).json == {"answered": True}
        assert kred.post("/v1/kred/member/surveys/answer", sent).json == {"answered": False}
        assert kred.post("/v1/kred/member/surveys", opened(member)).json == {"asked": []}
    [going] = place.ask("operator", "GET", f"{BASE}/surveys").json["surveys"]
    assert (going["n"], going["response_rate"], going["outcomes"]) == (5, 83, [])
    place.later(days=8)
    for role in ("operator", "coordinator", "city"):
        [over] = place.ask(role, "GET", f"{BASE}/surveys").json["surveys"]
        told = {each["outcome"]: each for each in over["outcomes"]}
        assert told["belonging"] == {
            "outcome": "belonging", "n": 5, "mean": 5.0, "high": 100, "n_better": 5, "better": 100, "cited": None
        }  # fmt: skip
        assert (told["quality_of_life"]["n"], told["quality_of_life"]["better"]) == (0, None)
        assert told["quality_of_life"]["cited"] == 83
    late = kred.post("/v1/kred/member/surveys/answer", opened(members[5]) | {"survey": "host", "answers": SAID})
    assert (late.status, late.code) == (422, "round_not_open")


def test_no_row_ties_an_answer_to_a_member(place: Town) -> None:
    member = kred.join(kred.session(place)["poster"])
    today = str(place.today)
    asked = {"kind": "baseline", "opens": today, "closes": today, "invited": 20}
    assert place.ask("coordinator", "PUT", f"{BASE}/surveys/forst", asked).status == 200
    said = opened(member) | {"survey": "forst", "answers": {"belonging": {"now": 2}}}
    assert kred.post("/v1/kred/member/surveys/answer", said).json == {"answered": True}
    rows = [row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)]
    told = [json.dumps(row) for row in rows if row["kind"]["S"] in {"ticket", "answer"}]
    assert len(told) == 2
    assert not [row for row in told if member["member"] in row or member["number"] in row]
    wrong = kred.post("/v1/kred/member/surveys", {"card": member["url"], "pin": "0000"})
    assert (wrong.status, wrong.code) == (403, "wrong_pin")


def test_a_partner_sees_who_came_by_quarters_and_the_public_a_sum(place: Town) -> None:
    store = SpendStore(LedgerStore())
    month = place.today.replace(day=1) - timedelta(days=100)
    for band, first, before in (("20_29", 12, 8), ("under_15", 6, 7), ("67_up", 1, 1)):
        store.count_visitors(Tenant(TENANT), VenueId("kino"), Visitors(f"{month:%Y-%m}", band, first, before, 0))
    phone = place.enrol("kino", "statement")
    seen = phone.send("GET", "/v1/kred/visitors")
    [quarter] = seen.json["quarters"]
    assert (quarter["visits"], quarter["asked"], quarter["first_time"], seen.json["visits"]) == (35, 35, 54, 35)
    assert quarter["age_bands"] == {"20_29": 20, "67_up": None, "under_15": None}
    assert place.ask("operator", "GET", f"{BASE}/partners/kino/visitors").json == seen.json
    assert place.ask("operator", "GET", f"{BASE}/partners/bad/visitors").status == 404
    shown = send("GET", "/v1/kred/partners/kino", query={"tenant": TENANT})
    assert (shown.json["visits"], shown.json["currencies"][0]["name"]) == (35, "Lokalkred")
    assert "age_bands" not in shown.json
    assert send("GET", "/v1/kred/partners/bad", query={"tenant": TENANT}).status == 404


def test_a_member_puts_a_note_into_their_own_account_once(place: Town) -> None:
    member = kred.join(kred.session(place)["poster"])
    last_day = f"{place.today.year + 1}-12-31"
    batch = {"id": str(uuid.uuid4()), "minutes": 60, "count": 2, "last_day": last_day, "activity": "rydding"}
    made = place.ask("operator", "POST", f"{BASE}/notes", batch)
    assert (made.status, made.json["paid_by"], made.json["operator"]) == (201, "grant:rydding", "bydelen"), made.body
    house = wiring.house()
    [(_, code), _] = house.notes.sheets(
        Tenant(TENANT), kred.LOCAL, batch["id"], by=kred.coordinator().id, now=place.moment
    )
    sent = opened(member) | {"id": str(uuid.uuid4()), "note": code}
    assert kred.post("/v1/kred/member/deposit", sent).json["taken"] is True
    assert kred.post("/v1/kred/member/deposit", sent).json["taken"] is True
    other = kred.post("/v1/kred/member/deposit", sent | {"id": str(uuid.uuid4())}).json
    assert (other["taken"], other["because"]) == (False, "note_used")
    assert kred.post("/v1/kred/member", opened(member)).json["balance"] == 60
    guess = kred.post("/v1/kred/member/deposit", sent | {"note": "A" * 31, "id": str(uuid.uuid4())}).json
    assert guess["because"] == "unknown_note"


def test_who_makes_notes_puts_none_of_them_into_their_own_account(place: Town) -> None:
    poster = kred.session(place)["poster"]
    mine, other = kred.join(poster), kred.join(poster, "Testperson To")
    batch = {
        "id": str(uuid.uuid4()), "minutes": 60, "count": 1, "last_day": f"{place.moment.year + 1}-12-31",
        "activity": "rydding",
    }  # fmt: skip
    assert place.ask("operator", "POST", f"{BASE}/notes", batch).status == 201
    linked = place.ask("operator", "POST", f"{BASE}/link", {"card": mine["url"]})
    assert linked.status == 200, linked.body
    house = wiring.house()
    [(_, code)] = house.notes.sheets(
        Tenant(TENANT), kred.LOCAL, batch["id"], by=kred.coordinator().id, now=place.moment
    )
    sent = {"id": str(uuid.uuid4()), "note": code}
    refused = kred.post("/v1/kred/member/deposit", opened(mine) | sent).json
    assert (refused["taken"], refused["because"], refused["minutes"]) == (False, "own_notes", 0)
    assert kred.post("/v1/kred/member/deposit", opened(other) | sent).json["taken"] is True


def test_an_attestation_follows_its_member_out_and_its_paper_holds_when_the_name_is_gone(place: Town) -> None:
    member = kred.join(kred.session(place)["poster"])
    asked = {
        "id": str(uuid.uuid4()), "of": "bydelen", "person": "Testperson Én", "organisation": "Bydelen",
        "tasks": "Ryddet stranda.", "first": "2026-01-02", "last": "2026-03-04", "member": member["member"],
        "extent": {"measure": "total", "amount": 600},
    }  # fmt: skip
    given = place.ask("operator", "POST", f"{BASE}/attestations", asked)
    assert given.status == 201, given.body
    stranger = asked | {"id": str(uuid.uuid4()), "member": "nobody"}
    assert place.ask("operator", "POST", f"{BASE}/attestations", stranger).code == "unknown_member"
    [kept] = kred.post("/v1/kred/member/export", opened(member)).json["attestations"]
    assert kept["code"] == given.json["code"]
    paper = kred.post("/v1/kred/member/attestation", opened(member) | {"id": asked["id"]})
    assert (paper.status, paper.body[:5]) == (200, b"%PDF-")
    assert kred.post("/v1/kred/member/attestation", opened(member) | {"id": str(uuid.uuid4())}).status == 404
    assert kred.post("/v1/kred/member/leave", opened(member) | {"erase": True}).json["erased"] is True
    rows = [row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)]
    assert not [row for row in rows if "Testperson Én" in json.dumps(row, ensure_ascii=False)]
    found = kred.post("/v1/attestations/verify", {"code": given.json["code"]}).json
    assert (found["standing"], found["attested"]["person"]) == ("not_kept", "Testperson Én")
