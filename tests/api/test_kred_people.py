"""A day with time: somebody joins by a poster, is awarded, pays at the cinema, gives, and leaves; at the doors."""

import contextlib
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp

from chalicelib import table
from tests import kred_town as kred
from tests.cards.test_paper import rasters
from tests.town import OTHER, TENANT, Town, send

BASE = "/v1/kred/currencies/lokalkred"


@pytest.fixture
def place(town: Town) -> Town:
    """Give a town with a currency."""
    kred.set_up(town)
    return town


def page(card: str, pin: str | None = "4711") -> object:
    return kred.post("/v1/kred/member", {"card": card} | ({"pin": pin} if pin else {})).json


def test_a_day_with_time(place: Town) -> None:
    kred.offer(place)
    member = kred.rich(place, 120)
    shut = kred.post("/v1/kred/member", {"card": member["url"]}).json
    assert (shut["open"], shut["balance"], shut["number"], shut["sessions"]) == (False, None, None, [])
    opened = kred.post("/v1/kred/member", {"card": member["url"], "pin": "4711"}).json
    assert (opened["balance"], opened["history"][0]["what"], opened["history"][0]["minutes"]) == (120, "award", 120)
    assert opened["expiring"][0]["minutes"] == 120
    assert opened["expiring"][0]["warn"] is False

    phone = place.enrol("kino")
    supplies = phone.send("GET", "/v1/kred/spend/snapshot").json
    assert [each["price_adult"] for each in supplies["offers"]] == [60]
    assert supplies["currencies"][0]["name"]["nb"] == "Lokalkred"
    asked = kred.paying(member["url"], adults=1, children=1, first_time=True)
    look = {name: asked[name] for name in ("card", "adults", "children", "offer")}
    verdict = phone.send("POST", "/v1/kred/spend/check", look).json
    assert verdict == {
        "admitted": True, "because": None, "currency": "lokalkred", "adults": 1, "children": 1, "minutes": 90,
        "left": None, "taken_in": None,
    }  # fmt: skip
    paid = phone.send("POST", "/v1/kred/spend", asked)
    assert (paid.status, phone.send("POST", "/v1/kred/spend", asked).status) == (201, 200)
    more = phone.send("POST", "/v1/kred/spend", kred.paying(member["url"]))
    assert (more.status, more.json["verdict"]["because"], more.json["spend"]) == (200, "not_enough", None)
    today = phone.send("GET", "/v1/kred/spend/today").json
    assert (today["adults"], today["children"], today["minutes"]) == (1, 1, 90)
    undone = phone.send("POST", f"/v1/kred/spend/{asked['id']}/undo", {"id": str(uuid.uuid4())})
    assert undone.json["undone"]
    assert phone.send("GET", "/v1/kred/spend/today").json["minutes"] == 0

    friend = kred.join(kred.session(place)["poster"], "Testperson To")
    gift = {"id": str(uuid.uuid4()), "card": member["url"], "pin": "4711", "to": friend["number"], "minutes": 30}
    assert kred.post("/v1/kred/member/gift", gift).json["balance"] == 90
    assert kred.post("/v1/kred/member/gift", gift).json["balance"] == 90
    pot = {"id": str(uuid.uuid4()), "card": member["url"], "pin": "4711", "minutes": 30}
    assert kred.post("/v1/kred/member/donate", pot).json["balance"] == 60
    told = kred.post("/v1/kred/member/export", {"card": member["url"], "pin": "4711"}).json
    assert told["member"]["name"] == "Testperson Én"
    assert sum(each["minutes"] for each in told["entries"]) == 60
    left = kred.post("/v1/kred/member/leave", {"card": member["url"], "pin": "4711", "erase": True})
    assert left.json == {"left": True, "erased": True}
    assert kred.post("/v1/kred/member", {"card": member["url"], "pin": "4711"}).code == "left"


def test_a_member_reads_what_time_is_spent_on_where_it_went_and_what_was_done_for_it(place: Town) -> None:
    kred.offer(place)
    member = kred.rich(place, 120)
    key = {"card": member["url"], "pin": "4711"}
    assert kred.post("/v1/kred/member", {"card": member["url"]}).json["places"] == []
    (inngang,) = kred.post("/v1/kred/member", key).json["places"]
    assert (inngang["name"], inngang["title"], inngang["category"]) == ("Kino", {"nb": "kino for alle"}, "other")
    assert (inngang["price_adult"], inngang["price_child"], inngang["capacity"]) == (60, 30, None)
    assert place.enrol("kino").send("POST", "/v1/kred/spend", kred.paying(member["url"])).status == 201
    assert kred.post("/v1/kred/member", key).json["currency"]["contact"] == "Bydelshuset, tlf. 22 00 00 00"
    named = place.ask("coordinator", "PUT", f"{BASE}/operators/bydelen", {"name": "Bydelen", "contact": "Rom 2"})
    assert named.status == 200
    assert kred.post("/v1/kred/member", key).json["currency"]["contact"] == "Rom 2"  # of those one joined with
    told = {each["what"]: each for each in kred.post("/v1/kred/member", key).json["history"]}
    assert (told["payment"]["place_name"], told["award"]["title"]) == ("Kino", {"nb": "Strandrydding"})
    done = kred.post("/v1/kred/member/activities", key).json
    (deed,) = done["activities"]
    assert (deed["title"], deed["tasks"], deed["organisation"]) == (
        {"nb": "Strandrydding"}, "Rydder stranda", "Bydelen",
    )  # fmt: skip
    assert (deed["times"], deed["present"], deed["earned"], done["present"]) == (1, 120, 120, 120)
    assert kred.post("/v1/kred/member/export", key).json["activities"] == done["activities"]
    assert kred.post("/v1/kred/member/activities", key | {"pin": "0000"}).code == "wrong_pin"
    partner = place.ask("coordinator", "PUT", f"{BASE}/partners/kino", {"state": "ended"})
    assert partner.status == 200
    assert kred.post("/v1/kred/member", key).json["places"] == []  # the cinema takes it no longer


def test_a_member_signs_up_scans_the_poster_and_is_awarded_with_the_others_in_one_action(place: Town) -> None:
    held = kred.session(place, capacity=1)
    kred.may_award(place, held["poster"])
    one, two = kred.join(held["poster"]), kred.join(held["poster"], "Testperson To")
    key = {"card": one["url"], "pin": "4711", "session": "strandrydding"}
    taken = kred.post("/v1/kred/member/sign-up", key).json
    assert taken["seat"]["adults"] == 1
    full = kred.post("/v1/kred/member/sign-up", key | {"card": two["url"]}).json
    assert full == {"seat": None, "because": "full"}
    there = kred.post("/v1/kred/member/check-in", {"card": one["url"], "code": held["poster"]}).json
    assert there["seat"]["present"]
    assert kred.post("/v1/kred/member/check-in", {"card": two["url"], "code": held["poster"]}).json["because"] == "full"
    for outcome in ("awarded", "again"):
        given = place.ask("coordinator", "POST", f"{BASE}/sessions/strandrydding/award", {}).json
        assert [each["outcome"] for each in given["results"]] == [outcome]
    assert kred.post("/v1/kred/member", {"card": one["url"], "pin": "4711"}).json["balance"] == 120
    listed = place.ask("coordinator", "GET", f"{BASE}/sessions/strandrydding").json
    assert [each["name"] for each in listed["attendance"]] == [None]  # the coordinator sees no names
    called = place.ask("coordinator", "POST", f"{BASE}/sessions/strandrydding/cancel")
    assert called.json["cancelled"]


def test_codes_for_paper_are_handed_out_earn_and_are_named_later(place: Town) -> None:
    made = place.ask("coordinator", "POST", f"{BASE}/codes", {"operator": "bydelen", "count": 3})
    assert made.status == 201
    assert len({each["number"] for each in made.json["codes"]}) == 3
    paper = made.json["codes"][0]
    named = {"card": paper["number"], "tenant": "lorenskog", "name": "Testperson Én", "language": "nn",
             "age_band": "under_15", "consent": True, "pin": "1234"}  # fmt: skip
    assert kred.post("/v1/kred/member/name", named).code == "guardian_missing"
    opened = kred.post("/v1/kred/member/name", named | {"guardian": "Testvoksen To"})
    assert (opened.status, opened.json["named"], opened.json["balance"]) == (200, True, 0)
    again = place.ask("coordinator", "POST", f"{BASE}/members/{paper['member']}/code")
    assert again.status == 201
    assert kred.post("/v1/kred/member/pin", {"card": again.json["url"], "pin": "9876"}).json["open"]
    listed = place.ask("coordinator", "GET", f"{BASE}/members").json["members"]
    assert {each["name"] for each in listed} == {None}


def test_a_poster_and_codes_are_printed_for_those_who_run_it(place: Town, tmp_path: Path) -> None:
    held = kred.session(place)
    poster = place.ask("coordinator", "GET", f"{BASE}/sessions/strandrydding/poster", query={"language": "en"})
    assert (poster.status, read(poster.body, tmp_path)) == (200, {held["poster"]})
    assert place.ask("coordinator", "GET", f"{BASE}/sessions/strandrydding/poster", query={"language": "de"}).code == (
        "bad_query"
    )
    made = place.ask("coordinator", "POST", f"{BASE}/codes", {"operator": "bydelen", "count": 12}).json["codes"]
    urls = [each["url"] for each in made]
    sheets = place.ask("coordinator", "POST", f"{BASE}/codes/sheets", {"cards": urls})
    assert (sheets.status, read(sheets.body, tmp_path)) == (200, set(urls))
    strange = place.ask("coordinator", "POST", f"{BASE}/codes/sheets", {"cards": [urls[0], "000000000098"]})
    assert (strange.status, strange.code) == (404, "unknown_code")


def read(pdf: bytes, folder: Path) -> set[str]:
    """Give what the codes on a paper say."""
    return {each.text for sheet in rasters(pdf, folder) for each in zxingcpp.read_barcodes(sheet)}


def test_another_municipalitys_currency_of_the_same_name_knows_nobody_here(place: Town) -> None:
    place.settle_in(OTHER)
    kred.set_up(place, OTHER)
    member, held = kred.rich(place), kred.session(place)
    foreign = place.enrol("kino", tenant=OTHER)
    said = foreign.send("POST", "/v1/kred/spend", kred.paying(member["url"]))
    assert said.json["verdict"]["because"] == "unknown_code"
    for path in (f"{BASE}/sessions/strandrydding", f"{BASE}/members/{member['member']}/code"):
        method = "POST" if path.endswith("code") else "GET"
        assert place.ask("coordinator", method, path, tenant=OTHER).status == 404
    assert held["session"]["currency"] == "lokalkred"
    assert place.ask("coordinator", "GET", f"{BASE}/members", tenant=OTHER).json["members"] == []


def test_an_operator_of_one_currency_knows_nothing_of_another(place: Town) -> None:
    kred.session(place)
    for method, path, body in (
        ("GET", f"{BASE}/sessions", None), ("GET", f"{BASE}/members", None),
        ("GET", f"{BASE}/sessions/strandrydding", None),
        ("POST", f"{BASE}/codes", {"operator": "bydelen", "count": 1}), ("GET", f"{BASE}/offers", None),
        ("POST", f"{BASE}/sessions/strandrydding/award", {}), ("POST", f"{BASE}/sessions/strandrydding/cancel", None),
    ):  # fmt: skip
        said = place.ask("operator", method, path, body, who="fremmed")
        assert said.status == 404, (path, said.body)


def test_a_token_of_time_is_no_card_and_a_card_is_no_token_of_time(place: Town) -> None:
    kred.offer(place)
    member, card, phone = kred.rich(place), place.card(), place.enrol("kino")
    visit = phone.send("POST", "/v1/scan/visits", place.visit(member["url"]))
    assert visit.json["verdict"]["because"] == "unknown_card"
    said = phone.send("POST", "/v1/kred/spend", kred.paying(card["url"]))
    assert said.json["verdict"]["because"] == "not_time"


def test_a_queue_sends_what_was_taken_without_network_and_hears_what_was_refused(place: Town) -> None:
    kred.offer(place)
    member, phone = kred.rich(place, 60), place.enrol("kino")
    at = (place.moment - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    first = kred.paying(member["url"], offline=True, at=at)
    assert phone.send("POST", "/v1/kred/spend", first).status == 201
    late = phone.send("POST", "/v1/kred/spend", kred.paying(member["url"], offline=True, at=at))
    assert late.json["verdict"]["because"] == "not_enough"
    over = phone.send("POST", "/v1/kred/spend", kred.paying(member["url"], adults=2, offline=True, at=at))
    assert over.json["verdict"]["because"] == "over_floor"


def test_no_name_stands_in_a_log_or_reaches_a_partner(
    place: Town,
    heard: list[str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    kred.offer(place)
    held = kred.session(place)
    kred.may_award(place, held["poster"])
    member = kred.join(held["poster"], "Testperson Hemmelig", guardian="Testvoksen Skjult", age_band="under_15")
    phone = place.enrol("kino")
    answers = [
        place.ask("coordinator", "POST", f"{BASE}/sessions/strandrydding/check-in", {"card": member["url"]}),
        place.ask("coordinator", "POST", f"{BASE}/sessions/strandrydding/award", {}),
        phone.send("POST", "/v1/kred/spend", kred.paying(member["url"], first_time=True)),
        phone.send("POST", "/v1/kred/spend", kred.paying(member["url"], adults=9)),
        phone.send("GET", "/v1/kred/spend/today"),
        phone.send("GET", "/v1/kred/spend/snapshot"),
        kred.post("/v1/kred/member", {"card": member["url"], "pin": "0000"}),
        kred.post("/v1/kred/member", {"card": member["url"]}),
    ]
    with contextlib.suppress(AssertionError):
        kred.post("/v1/kred/join", {"name": "Testperson Hemmelig"})
    said = capfd.readouterr()
    logs = "\n".join([*heard, said.out, said.err])
    token = member["url"].partition("#")[2]
    for secret in ("Hemmelig", "Skjult", token, member["number"], "4711"):
        assert secret not in logs
        for answer in answers:
            assert secret.encode() not in answer.body
    for answer in answers[2:6]:
        assert member["member"].encode() not in answer.body
    for row in table.Row.scan(consistent_read=True):
        stands = json.dumps(row.to_dynamodb_dict(), ensure_ascii=False)
        if row.sk != "MEMBER":
            assert "Hemmelig" not in stands, row.pk
            assert "Skjult" not in stands, row.pk


def test_the_city_reads_of_time_only_what_is_nobodys_in_particular(place: Town) -> None:
    def told(role: str) -> dict[str, Any]:
        reply = place.ask(role, "GET", "/v1/kred/sums")
        [found] = [each for each in reply.json["currencies"] if each["currency"] == kred.LOCAL]
        return dict(found)

    def public() -> tuple[int | None, int | None]:
        [line] = send("GET", f"{BASE}/grants", query={"tenant": TENANT}).json["grants"]
        return line["awarded"], line["left"]

    for _ in range(4):
        kred.rich(place)
    assert (told("city")["in_hands"], told("city")["on_grants"], public()) == (None, None, (None, None))
    place.ask("operator", "POST", f"{BASE}/codes", {"operator": "bydelen", "count": 3})  # nobody's yet
    assert told("city")["in_hands"] is None
    for _ in range(2):
        kred.rich(place)
    assert told("city") == told("coordinator")
    assert told("city")["in_hands"] == 720
    assert public() == (600, 58_800)
    # What one more person earns is not the difference of what anybody reads before and after.
    kred.rich(place)
    assert told("city")["in_hands"] == 840
    assert public() == (600, 58_800)
