"""The whole of it, as the people of the town hall do it: set up, issue, print, scan, take back, close, pull."""

import csv
import hashlib
import io
import uuid
from datetime import UTC, datetime

import pytest

from tests.town import Phone, Town, send


@pytest.fixture
def january(town: Town) -> Town:
    """Turn the clock back to the middle of a month, so that the month can end."""
    town.moment = town.moment.replace(day=15, hour=12)
    return town


def visit_of(town: Town, phone: Phone, card: str, **changes: object) -> tuple[int, dict[str, object]]:
    reply = phone.send("POST", "/v1/scan/visits", town.visit(card, **changes))  # type: ignore[arg-type]
    return reply.status, reply.json


def test_five_visits_are_let_in_the_sixth_is_not_and_one_taken_back_makes_room(january: Town) -> None:
    town, phone = january, january.enrol("kino")
    card = town.card()
    for left in (4, 3, 2, 1, 0):
        status, answer = visit_of(town, phone, card["token"], persons=2)
        assert (status, answer["verdict"]["left"]) == (201, left)  # type: ignore[index]
    last = answer["visit"]["id"]  # type: ignore[index]
    status, answer = visit_of(town, phone, card["number"])
    assert (status, answer["visit"]) == (200, None)
    assert answer["verdict"]["because"] == "allowance_used_up"  # type: ignore[index]
    void = {"id": str(uuid.uuid4()), "reason": "mistake"}
    assert phone.send("POST", f"/v1/scan/visits/{last}/void", void).status == 200
    assert phone.send("POST", f"/v1/scan/visits/{last}/void", void).status == 200
    assert visit_of(town, phone, card["url"])[0] == 201
    shown = town.ask("issuer", "GET", f"/v1/cards/{card['number']}").json
    assert {use["venue"]: use["left"] for use in shown["uses"]} == {"kino": 0, "bad": None, "klubb": 2}


def test_the_answer_to_the_last_visit_is_still_yes_when_it_is_asked_for_again(january: Town) -> None:
    town, phone = january, january.enrol("klubb")
    card = town.card()
    assert visit_of(town, phone, card["token"])[0] == 201
    asked = town.visit(card["token"])
    first = phone.send("POST", "/v1/scan/visits", asked)
    again = phone.send("POST", "/v1/scan/visits", asked)
    twin = phone.send("POST", "/v1/scan/visits", asked | {"offline": True, "carrier": "typed", "card": card["number"]})
    assert (first.status, again.status, twin.status) == (201, 200, 200)
    assert first.json == again.json == twin.json
    assert first.json["verdict"]["left"] == 0
    for change in ({"persons": 2}, {"card": town.card()["token"]}):
        other = phone.send("POST", "/v1/scan/visits", asked | change)
        assert (other.status, other.code) == (409, "id_used_otherwise")


def test_a_month_is_closed_by_one_approved_by_another_and_its_files_never_change(january: Town) -> None:
    town = january
    cinema, pool, club = town.enrol("kino"), town.enrol("bad"), town.enrol("klubb")
    card = town.card()
    month = f"{town.today:%Y-%m}"
    visits = [visit_of(town, phone, card["token"])[1]["visit"]["id"] for phone in (cinema, cinema, pool, club)]  # type: ignore[index]
    early = town.ask("finance", "POST", f"/v1/settlements/{month}/close")
    assert (early.status, early.code) == (422, "month_not_over")

    town.later(days=20)
    closed = town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="berit")
    assert closed.status == 200, closed.body
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="carl").json == closed.json
    totals = closed.json["totals"]
    assert (totals["visits"], totals["amount"]) == (4, 2 * 12501 + 6251 + 0)

    path = f"/v1/settlements/{month}/files/lines.csv"
    pulled = town.ask("finance", "GET", path)
    assert pulled.headers["ETag"].strip('"') == hashlib.sha256(pulled.body).hexdigest()
    rows = list(csv.DictReader(io.StringIO(pulled.body.decode("utf-8-sig")), delimiter=";"))
    assert [row["belop"] for row in rows if row["oppgjorsmate"] == "invoice"] == ["125,01", "125,01"]
    assert [row["belop"] for row in rows if row["oppgjorsmate"] == "voucher"] == ["62,51"]
    assert all(row["kortnr_maskert"].endswith(card["number"][-3:]) for row in rows)

    own = town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="berit")
    assert (own.status, own.code) == (403, "same_person")
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="carl").json["state"] == "approved"

    late = town.ask("office", "POST", f"/v1/visits/{visits[0]}/void", {"reason": "feil kort"})
    assert late.status == 200, late.body
    refused = cinema.send("POST", f"/v1/scan/visits/{visits[1]}/void", {"id": str(uuid.uuid4())})
    assert (refused.status, refused.code) == (409, "month_closed")
    assert town.ask("finance", "GET", path).body == pulled.body
    unchanged = town.ask("finance", "GET", path, headers={"if-none-match": pulled.headers["ETag"]})
    assert (unchanged.status, unchanged.body) == (304, b"")

    following = f"{town.today:%Y-%m}"
    town.later(days=31)
    corrected = town.ask("finance", "POST", f"/v1/settlements/{following}/close")
    assert corrected.json["totals"]["corrections"] == -12501
    lines = town.ask("finance", "GET", f"/v1/settlements/{following}/files/lines.csv").body.decode("utf-8-sig")
    [line] = list(csv.DictReader(io.StringIO(lines), delimiter=";"))
    assert (line["type"], line["korrigerer"], line["belop"]) == ("korreksjon", visits[0], "-125,01")


def test_a_childs_card_is_printed_with_a_name_by_its_issuer_and_not_at_all_by_the_office(town: Town) -> None:
    card = town.card()
    named = {"cards": [{"number": card["number"], "name": "Testbarn Én"}], "layout": "cr80"}
    printed = town.ask("issuer", "POST", "/v1/cards/print", named)
    assert printed.status == 200, printed.body
    assert printed.headers["Content-Type"] == "application/pdf"
    assert printed.body.startswith(b"%PDF-")
    refused = town.ask("office", "POST", "/v1/cards/print", named)
    assert (refused.status, refused.code) == (403, "names_are_for_issuers")
    blank = {"cards": [{"number": card["number"]}], "layout": "a4"}
    refused = town.ask("office", "POST", "/v1/cards/print", blank)
    assert (refused.status, refused.code) == (404, "unknown_card")  # the office prints the blanks of the stock


def test_a_lost_card_is_blocked_replaced_and_what_was_used_follows(town: Town) -> None:
    phone, card = town.enrol("klubb"), town.card()
    assert visit_of(town, phone, card["token"])[0] == 201
    blocked = town.ask("issuer", "POST", f"/v1/cards/{card['number']}/block", {"reason": "lost"})
    assert blocked.json["status"] == "blocked"
    assert visit_of(town, phone, card["token"])[1]["verdict"]["because"] == "blocked"  # type: ignore[index]
    new = town.ask("issuer", "POST", f"/v1/cards/{card['number']}/replace", {"reason": "lost"})
    assert new.status == 201
    again = town.ask("issuer", "POST", f"/v1/cards/{card['number']}/replace", {"reason": "lost"})
    assert again.json == new.json  # the answer that was lost on its way, asked for again
    other = town.ask("issuer", "POST", f"/v1/cards/{card['number']}/replace", {"reason": "lost"}, who="berit")
    assert other.code == "not_in_that_state"
    status, answer = visit_of(town, phone, new.json["token"])
    assert (status, answer["verdict"]["left"]) == (201, 0)  # type: ignore[index]
    assert visit_of(town, phone, card["token"])[1]["verdict"]["because"] == "replaced"  # type: ignore[index]


def test_the_family_sees_offers_with_the_card_and_counts_with_the_birth_year(town: Town) -> None:
    phone, card = town.enrol("kino"), town.card()
    visit_of(town, phone, card["token"])
    without = send("POST", "/v1/holder/card", body=b'{"card": "%s", "language": "en"}' % card["url"].encode())
    assert without.status == 200, without.body
    assert (without.json["counts"], without.json["programme"]["name"]) == ("year_needed", "The Experience Card")
    assert all(offer["left"] is None for offer in without.json["offers"])
    year = town.today.year - 10
    asked = b'{"card": "%s", "birth_year": %d}' % (card["token"].encode(), year)
    with_year = send("POST", "/v1/holder/card", body=asked)
    assert {each["venue"]["id"]: each["left"] for each in with_year.json["offers"]} == {
        "kino": 4, "bad": None, "klubb": 2
    }  # fmt: skip
    number = send("POST", "/v1/holder/card", body=b'{"card": "%s", "tenant": "lorenskog"}' % card["number"].encode())
    assert (number.status, number.code) == (404, "unknown_card")


def test_a_changed_account_number_waits_for_a_second_person_who_names_it(town: Town) -> None:
    changed = {"name": "Kino", "kind": "private", "settle_by": "invoice", "orgnr": "974760673"}
    changed["account"] = "15032080119"
    stored = town.ask("office", "PUT", "/v1/venues/kino", changed, who="anne").json
    assert (stored["account"], stored["account_waiting"]) == ("12345678903", "15032080119")
    path, right = "/v1/venues/kino/account/confirm", {"account": "15032080119"}
    assert town.ask("office", "POST", path, right, who="anne").code == "same_person"
    assert town.ask("finance", "POST", path, {"account": "12345678903"}, who="per").code == "nothing_waits"
    confirmed = town.ask("finance", "POST", path, right, who="per").json
    assert (confirmed["account"], confirmed["account_waiting"]) == ("15032080119", None)


def test_the_public_pages_of_a_municipality_say_what_there_is_and_which_keys_sign(town: Town) -> None:
    offers = send("GET", "/v1/offers", query={"tenant": "lorenskog"})
    assert {each["venue"]["id"] for each in offers.json["offers"]} == {"kino", "bad", "klubb"}
    assert offers.headers["Cache-Control"] == "public, max-age=300"
    keys = send("GET", "/v1/keys", query={"tenant": "lorenskog"})
    assert [key["crv"] for key in keys.json["keys"]] == ["Ed25519"]
    assert send("GET", "/v1/keys", query={"tenant": "ukjent"}).status == 404
    assert send("GET", "/v1/health").json == {"version": "test", "table": True}
    assert town.moment.tzinfo is UTC


def test_a_snapshot_is_taken_once_and_renewed_without_its_body(town: Town) -> None:
    phone = town.enrol("kino")
    taken = phone.send("GET", "/v1/scan/snapshot")
    assert taken.status == 200
    town.later(seconds=90)
    again = phone.send("GET", "/v1/scan/snapshot", headers={"if-none-match": taken.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    card = town.card()
    town.ask("issuer", "POST", f"/v1/cards/{card['number']}/block", {"reason": "lost"})
    changed = phone.send("GET", "/v1/scan/snapshot", headers={"if-none-match": taken.headers["ETag"]})
    assert changed.status == 200
    digest = hashlib.sha256(f"lorenskog:{card['number']}".encode()).digest()[:5].hex()
    assert changed.json["blocked"] == [digest]


def test_the_clock_of_the_first_closes_last_month_for_everyone(town: Town) -> None:
    from chalicelib.api import close_months  # noqa: PLC0415  the timer's own door

    town.moment = datetime(town.today.year, town.today.month, 1, 12, tzinfo=UTC)
    closed = close_months.run({"tenants": ["lorenskog"]}, None)
    assert closed == {"lorenskog": "closed"}
    months = town.ask("finance", "GET", "/v1/settlements").json["settlements"]
    states = {each["month"]: each["state"] for each in months}
    assert "closed" in states.values()
    assert states[f"{town.today:%Y-%m}"] == "open"
