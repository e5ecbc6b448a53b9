"""Who did what, as the office reads it; every door that changes a record leaves exactly one entry, in its words."""

import json
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import table, wiring
from chalicelib.api import seal_hours
from chalicelib.api.endpoint import Opening
from chalicelib.shared.calendar import rfc3339
from tests.api.test_doors import OPENINGS, ask, example, named
from tests.town import OTHER, TENANT, Phone, Town

CHANGING = [each for each in OPENINGS if each.method != "GET"]
# What writes no entry: visits, what is only asked, what is drawn, and the family's own page.
NOTHING_CHANGES = {
    "POST /v1/scan/check", "POST /v1/scan/visits", "POST /v1/scan/visits/batch", "POST /v1/scan/visits/{visit}/void",
    "POST /v1/visits/{visit}/void", "POST /v1/cards/find", "POST /v1/cards/print", "POST /v1/holder/card",
    "POST /v1/audit/verify",
}  # fmt: skip


def told(tenant: str = TENANT) -> list[table.AuditRow]:
    rows = table.AuditRow.scan(consistent_read=True)
    return sorted((row for row in rows if row.pk.startswith(f"T#{tenant}#")), key=lambda row: row.sk)


def day_of(town: Town, *, role: str = "office", **query: str) -> Any:
    reply = town.ask(role, "GET", "/v1/audit", query={"limit": "200", **query})
    assert reply.status == 200, reply.body
    return reply.json


def test_the_office_reads_who_did_what_in_words_the_latest_first(town: Town) -> None:
    asked = {
        "name": "Kino",
        "kind": "private",
        "settle_by": "none",
        "contact": "Testperson Én",
        "account": "12345678903",
    }
    assert town.ask("office", "PUT", "/v1/venues/nykino", asked, who="berit").status == 200
    town.later(seconds=1)
    changed = asked | {"name": "Nye Kino", "settle_by": "voucher", "account": "86011117947"}
    assert town.ask("office", "PUT", "/v1/venues/nykino", changed, who="carl").status == 200
    latest, first, *_ = day_of(town)["entries"]
    assert (latest["by"], latest["role"], latest["what"]) == ("local/carl", "office", "venue.account_asked")
    assert latest["says"] == "Asked for another account number for the venue nykino."
    fields = {each["field"]: (each["before"], each["after"]) for each in latest["changes"]}
    assert fields["name"] == ("Kino", "Nye Kino")
    assert fields["settle by"] == ("none", "voucher")
    assert fields["pending account"][0] == "nothing"
    assert fields["pending account"][1].endswith("ending in 7947")
    assert (first["by"], first["says"]) == ("local/berit", "Made the venue nykino.")
    assert first["about"] == [{"kind": "venue", "ids": ["nykino"]}]


def test_a_change_sent_twice_and_a_change_refused_leave_no_entry(town: Town) -> None:
    asked = {"name": "Kino", "kind": "private", "settle_by": "none"}
    town.ask("office", "PUT", "/v1/venues/nykino", asked)
    town.card("sak-1")
    before = len(told())
    assert town.ask("office", "PUT", "/v1/venues/nykino", asked).status == 200  # says what stands already
    same = {"programme": "kort", "external_ref": "sak-1", "birth_year": town.today.year - 10}
    assert town.ask("issuer", "POST", "/v1/cards", same, headers={"idempotency-key": "x"}).status == 409
    assert town.ask("office", "PUT", "/v1/venues/nykino", asked | {"account": "12345678900"}).status == 422
    assert len(told()) == before


def test_what_is_personal_leaves_a_mark_that_is_the_same_for_the_same_and_never_itself(town: Town) -> None:
    number = town.card("sak-hemmelig")["number"]
    assert town.ask("issuer", "PATCH", f"/v1/cards/{number}", {"birth_year": town.today.year - 9}).status == 200
    assert town.ask("issuer", "PATCH", f"/v1/cards/{number}", {"external_ref": "sak-annen"}).status == 200
    assert town.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "lost"}).status == 200
    entries = day_of(town, kind="card")["entries"]
    assert [each["what"] for each in entries] == ["card.blocked", "card.corrected", "card.corrected", "card.issued"]
    assert len({each["about"][0]["ids"][0] for each in entries}) == 1
    assert entries[0]["about"][0]["ids"][0].startswith("hidden (")
    everything = json.dumps(entries) + "".join(row.document for row in told())
    for secret in (number, "sak-hemmelig", "sak-annen", f": {town.today.year - 9}", f"[{town.today.year - 10}"):
        assert secret not in everything


def test_a_kind_a_day_and_a_page_are_asked_for(town: Town) -> None:
    town.later(days=1)
    for _ in range(3):
        town.card()
        town.later(seconds=1)
    first = day_of(town, limit="2")
    assert [each["what"] for each in first["entries"]] == ["card.issued", "card.issued"]
    second = day_of(town, limit="2", cursor=first["cursor"])
    assert len(second["entries"]) == 1
    assert second["cursor"] is None
    assert day_of(town, kind="venue")["entries"] == []
    yesterday = (town.today - timedelta(days=1)).isoformat()
    assert {each["what"] for each in day_of(town, day=yesterday, kind="venue")["entries"]} == {"venue.made"}


@pytest.mark.parametrize(
    "query",
    [{"day": "i går"}, {"day": "1999-01-01"}, {"limit": "0"}, {"limit": "201"}, {"kind": "a b"}, {"cursor": "!"}],
)
def test_a_question_that_cannot_be_read_says_so(town: Town, query: dict[str, str]) -> None:
    assert town.ask("office", "GET", "/v1/audit", query=query).code == "bad_query"


def test_another_municipality_reads_its_own_book_alone(town: Town) -> None:
    town.card()
    theirs = town.ask("office", "GET", "/v1/audit", tenant=OTHER).json["entries"]
    assert [each["what"] for each in theirs] == ["municipality.made"]


def test_a_book_without_a_seal_says_when_the_first_one_comes(town: Town) -> None:
    town.moment = town.moment.replace(minute=40, second=0)
    unsealed = town.ask("office", "POST", "/v1/audit/verify", {}).json
    assert (unsealed["seals"], unsealed["head"], unsealed["waiting"] > 0) == (0, None, True)
    comes = town.moment + timedelta(minutes=35)  # the hour and a quarter
    assert unsealed["next_seal"] == rfc3339(comes)
    seal_hours.run({}, None)
    assert town.ask("office", "POST", "/v1/audit/verify", {}).json["head"] is None
    town.moment = comes + timedelta(minutes=1)
    seal_hours.run({}, None)
    sealed = town.ask("office", "POST", "/v1/audit/verify", {}).json
    assert (sealed["waiting"], sealed["next_seal"]) == (0, None)
    assert sealed["head"] is not None


def test_the_timer_seals_the_hour_and_what_an_auditor_kept_proves_it(town: Town) -> None:
    town.later(hours=2)
    assert seal_hours.run({}, None) == {TENANT: 1, OTHER: 1}
    assert seal_hours.run({"tenants": [TENANT]}, None) == {TENANT: 0}
    sealed = town.ask("finance", "GET", "/v1/audit/seals").json
    head = sealed["head"]
    assert sealed["seals"][-1] == head
    kept = {"name": head["name"], "digest": head["digest"]}
    town.card()
    checked = town.ask("finance", "POST", "/v1/audit/verify", {"kept": kept}).json
    assert (checked["finding"], checked["cursor"], checked["entries"], checked["waiting"]) == (
        None,
        None,
        head["entries"],
        1,
    )
    wrong = town.ask("office", "POST", "/v1/audit/verify", {"kept": kept | {"digest": "0" * 64}}).json
    assert wrong["finding"]["fault"] == "other_chain"
    assert town.ask("office", "POST", "/v1/audit/verify", {"cursor": "2020-01-01T00Z"}).code == "unknown_seal"


def test_an_entry_that_somebody_changed_in_the_table_is_named_at_the_door(town: Town) -> None:
    town.later(hours=2)
    seal_hours.run({}, None)
    row = told()[2]
    row.document = row.document.replace("anne", "berit")
    row.save()
    finding = town.ask("office", "POST", "/v1/audit/verify", {}).json["finding"]
    assert (finding["fault"], finding["entry"]) == ("changed", row.sk)
    assert "has been changed" in finding["says"]
    row.document = row.document.replace("berit", "anne")
    row.save()


def made_ready(town: Town, opening: Opening, phone: Phone) -> tuple[str, Any]:
    """Give a path and a body that change something."""
    number = town.card("sak-1")["number"]
    path, body = example(opening, number, str(uuid.uuid4()))
    year = town.today.year
    match named(opening):
        case "POST /v1/venues/{venue}/account/confirm":
            put = {"name": "Kino", "kind": "private", "settle_by": "invoice", "account": "86011117947"}
            town.ask("office", "PUT", "/v1/venues/kino", put, who="berit")
            body = {"account": "86011117947"}
        case "POST /v1/venues/{venue}/agreements":
            body = body | {"from": f"{year + 1}-01-01", "until": f"{year + 1}-12-31"}
        case "POST /v1/devices/{device}/revoke":
            path = f"/v1/devices/{phone.device_id}/revoke"
        case "POST /v1/cards/{number}/unblock":
            town.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "lost"})
        case _:
            pass
    return path, body


DONE = {
    "PUT /v1/programmes/{programme}": "programme.changed",
    "PUT /v1/venues/{venue}": "venue.changed",
    "POST /v1/venues/{venue}/account/confirm": "venue.account_confirmed",
    "PUT /v1/venues/{venue}/offers/{offer}": "offer.changed",
    "POST /v1/venues/{venue}/agreements": "agreement.made",
    "POST /v1/venues/{venue}/enrolments": "enrolment.opened",
    "POST /v1/devices/{device}/revoke": "device.revoked",
    "POST /v1/cards": "card.issued",
    "POST /v1/cards/batch": "card.issued",
    "PATCH /v1/cards/{number}": "card.corrected",
    "POST /v1/cards/{number}/block": "card.blocked",
    "POST /v1/cards/{number}/unblock": "card.unblocked",
    "POST /v1/cards/{number}/replace": "card.replaced",
    "POST /v1/cards/{number}/renew": "card.renewed",
}


@pytest.mark.parametrize("opening", [each for each in CHANGING if named(each) in DONE], ids=named)
def test_a_door_that_changes_a_record_leaves_one_entry_that_says_what(town: Town, opening: Opening) -> None:
    phone = town.enrol("kino")
    path, body = made_ready(town, opening, phone)
    before = {row.sk for row in told()}
    role = min(opening.who - {"device"})
    reply = ask(opening, path, body, f"Bearer {town.token(role)}")
    assert reply.status in {200, 201}, reply.body
    made = [row for row in told() if row.sk not in before]
    assert [row.what for row in made] == [DONE[named(opening)]]
    assert json.loads(made[0].document)["by"] == "local/anne"
    assert json.loads(made[0].document)["role"] == role


@pytest.mark.parametrize("opening", [each for each in CHANGING if named(each) in NOTHING_CHANGES], ids=named)
def test_a_visit_a_question_and_a_drawing_leave_none(town: Town, opening: Opening) -> None:
    phone, number = town.enrol("kino"), town.card("sak-1")["number"]
    visit = phone.send("POST", "/v1/scan/visits", town.visit(number)).json["visit"]["id"]
    path, body = opening.path, {"card": number, "birth_year": town.today.year - 10}
    if opening.who:
        path, body = example(opening, number, visit)
    before = Counter(row.sk for row in told())
    if "device" in opening.who:
        phone.send(opening.method, path, body)
    else:
        role = f"Bearer {town.token(min(opening.who))}" if opening.who else None
        ask(opening, path, body, role)
    assert Counter(row.sk for row in told()) == before


def test_months_phones_and_blanks_leave_their_entries_too(town: Town) -> None:
    town.enrol("kino")
    assert told()[-1].what == "device.enrolled"
    assert json.loads(told()[-1].document)["role"] == "public"
    month = f"{town.today:%Y-%m}"
    town.later(days=40)
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/close").status == 200
    assert [row.what for row in told()[-2:]] == ["settlement.closing", "settlement.closed"]
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/close").status == 200
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="berit").status == 200
    assert [row.what for row in told()[-2:]] == ["settlement.closed", "settlement.approved"]
    assert json.loads(told()[-1].document)["records"][0]["changed"] == {"state": ["closed", "approved"]}


def test_an_entry_stays_under_a_kilobyte_also_of_a_whole_parcel(town: Town) -> None:
    rows = [
        {"id": f"r{at}", "programme": "kort", "external_ref": f"sak-{at}", "birth_year": town.today.year - 10}
        for at in range(19)
    ]
    assert town.ask("issuer", "POST", "/v1/cards/batch", {"cards": rows}).status == 200
    assert told()[-1].what == "card.issued"
    for row in told():
        assert sum(len(str(name)) + len(str(each)) for name, each in row.to_simple_dict().items()) <= 1024, row.what
    entry = day_of(town)["entries"][0]
    assert entry["says"].startswith("Issued 19 cards: hidden (")


def test_every_change_of_one_municipality_is_noted_in_its_own_book(town: Town) -> None:
    before = len(told())
    town.settle_in(OTHER)
    assert len(told()) == before
    assert wiring.house().audit.verify_all(TENANT, now=town.moment).finding is None
