"""What is not stored cannot leak: every table item and every log line is read for the name, the token, the number."""

import contextlib
import json
from datetime import UTC

import pytest

from chalicelib import table
from chalicelib.shared.calendar import OSLO
from tests.town import Town, send

NAME = "Testbarn Hemmelig"
REFERENCE = "sak-hemmelig-17"
# The rows that are the card itself, and die with it: they hold its number, since it is how the card is found.
OF_THE_CARD = {"card", "history", "claim", "pointer", "request"}


def test_no_name_no_token_and_no_full_number_stands_where_it_should_not(
    town: Town, heard: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    phone, card = town.enrol("klubb"), town.card(REFERENCE)
    number, token = card["number"], card["token"]
    printed = town.ask("issuer", "POST", "/v1/cards/print", {"cards": [{"number": number, "name": NAME}]})
    assert printed.status == 200
    for kind in ("information", "left"):
        named = {"cards": [{"number": number, "name": NAME}], "kind": kind}
        assert town.ask("issuer", "POST", "/v1/cards/sheets", named).status == 200
    listed = {"cards": [{"number": number, "name": NAME}], "layout": "csv"}
    assert NAME.encode() in town.ask("issuer", "POST", "/v1/cards/print", listed).body
    ordered = town.ask("issuer", "POST", "/v1/cards/tags/order", {"cards": [{"number": number, "name": NAME}]})
    assert NAME.encode() in ordered.body
    tied = {"cards": [{"number": number, "uid": "04de5f1eacc040"}]}
    assert town.ask("issuer", "POST", "/v1/cards/tags", tied).status == 200
    visits = [phone.send("POST", "/v1/scan/visits", town.visit(text)) for text in (token, card["url"], number, token)]
    assert [each.status for each in visits] == [201, 201, 200, 200]  # the third and fourth are refused, and counted
    phone.send("POST", "/v1/scan/check", {"card": token[:-1] + ("A" if token[-1] != "A" else "B"), "offer": "inngang"})
    phone.send("POST", f"/v1/scan/visits/{visits[0].json['visit']['id']}/void", {"id": visits[0].json["visit"]["id"]})
    phone.send("POST", "/v1/scan/visits/batch", {"visits": [town.visit(token), town.visit(number)]})
    send("POST", "/v1/holder/card", body=json.dumps({"card": token, "birth_year": 2016}).encode())
    town.ask("issuer", "GET", f"/v1/cards/{number}")
    town.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "lost"})
    town.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": NAME})  # refused, and not repeated
    town.ask("issuer", "POST", "/v1/cards/print", {"cards": [{"number": "000000000000", "name": NAME}]})
    with contextlib.suppress(AssertionError):
        send("POST", f"/v1/cards/{token}/print", body=b"{}")

    said = capfd.readouterr()
    logs = "\n".join([*heard, said.out, said.err])
    assert "allowance_used_up" in logs  # refusals were counted, by reason and device
    assert phone.device_id in logs
    for secret in (NAME, NAME.split()[1], token, number, REFERENCE):
        assert secret not in logs

    rows = [row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)]
    assert {row["kind"]["S"] for row in rows} >= {"card", "visit", "void", "claim", "blocked", "device"}
    for row in rows:
        stands = json.dumps(row, ensure_ascii=False)
        assert NAME not in stands
        assert token not in stands
        if row["kind"]["S"] not in OF_THE_CARD:
            assert number not in stands, row["kind"]
            assert REFERENCE not in stands, row["kind"]


def test_a_visit_keeps_its_date_and_never_the_minute(town: Town) -> None:
    phone, card = town.enrol("kino"), town.card()
    phone.send("POST", "/v1/scan/visits", town.visit(card["token"]))
    [visit] = table.VisitRow.scan(table.Row.sk == "VISIT", consistent_read=True)
    stands = json.dumps(visit.to_dynamodb_dict())
    assert town.today.isoformat() in stands
    for zone in (UTC, OSLO):
        assert town.moment.astimezone(zone).strftime("%H:%M") not in stands
    assert str(int(town.moment.timestamp())) not in stands


def test_the_office_and_finance_see_no_reference(town: Town) -> None:
    town.card(REFERENCE)
    for role, path in (
        ("office", "/v1/programmes"), ("office", "/v1/venues"), ("finance", "/v1/settlements"),
        ("finance", "/v1/venues"),
    ):  # fmt: skip
        shown = town.ask(role, "GET", path)
        assert shown.status == 200
        assert REFERENCE.encode() not in shown.body


def test_a_till_learns_nothing_about_the_holder(town: Town) -> None:
    phone, card = town.enrol("kino"), town.card(REFERENCE)
    other = town.enrol("klubb")
    other.send("POST", "/v1/scan/visits", town.visit(card["token"]))
    verdict = phone.send("POST", "/v1/scan/check", {"card": card["token"], "offer": "inngang"})
    assert set(verdict.json) == {
        "admitted", "because", "persons", "offer", "included", "included_text", "excluded", "excluded_text", "to_pay",
        "left", "limit", "period", "companion", "age_limit", "valid_until", "used_minutes_ago",
    }  # fmt: skip
    assert verdict.json["used_minutes_ago"] is None  # the use was elsewhere
    for secret in (REFERENCE, card["number"], str(town.today.year - 10), "klubb"):
        assert secret.encode() not in verdict.body
