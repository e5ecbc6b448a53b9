"""A venue looks at its month, objects, and is adjusted; finance takes it to bank or ledger: all through the doors."""

import csv
import io
import uuid
from typing import Any

import pytest

from tests.town import Town


@pytest.fixture
def month(town: Town) -> str:
    """Let the town's clock stand in the middle of a month."""
    town.moment = town.moment.replace(month=1, day=12, hour=9)
    return f"{town.today:%Y-%m}"


def lines_of(town: Town, month: str) -> list[dict[str, str]]:
    pulled = town.ask("finance", "GET", f"/v1/settlements/{month}/files/lines.csv")
    return list(csv.DictReader(io.StringIO(pulled.body.decode("utf-8-sig")), delimiter=";"))


def signed(phone: Any, path: str, query: dict[str, str]) -> Any:
    from tests.town import send  # noqa: PLC0415  only here

    return send("GET", path, headers={"authorization": f"Bearer {phone.sign('GET', path, b'')}"}, query=query)


def test_a_venue_sees_its_month_objects_is_answered_and_adjusted_and_is_paid_for_it(town: Town, month: str) -> None:
    phone, other = town.enrol("bad", "scan", "statement"), town.enrol("bad", "scan")
    visit = phone.send("POST", "/v1/scan/visits", town.visit(town.card()["token"]))
    assert visit.status == 201, visit.body
    shown = signed(phone, "/v1/scan/statement", {"month": month})
    assert shown.status == 200, shown.body
    (statement,) = shown.json["statements"]
    assert (statement["lines"], statement["due"], statement["is_final"]) == (6_251, 6_251, False)
    assert statement["offers"][0]["rows"][0]["visits"] == 1
    assert signed(other, "/v1/scan/statement", {"month": month}).status == 403
    drawn = signed(phone, "/v1/scan/statement", {"month": month, "format": "pdf"})
    assert (drawn.headers["Content-Type"], drawn.body[:5]) == ("application/pdf", b"%PDF-")

    objected = {"id": str(uuid.uuid4()), "month": month, "text": "Det mangler et besøk for to."}
    assert phone.send("POST", "/v1/scan/statement/objections", objected).json["state"] == "open"
    assert phone.send("POST", "/v1/scan/statement/objections", objected).json["state"] == "open"
    changed = phone.send("POST", "/v1/scan/statement/objections", objected | {"text": "Noe annet."})
    assert (changed.status, changed.code) == (409, "id_used_otherwise")
    (listed,) = town.ask("office", "GET", "/v1/objections", query={"month": month}).json["objections"]
    assert listed["venue"] == "bad"
    answer = {"accepted": True, "answer": "Det retter vi."}
    path = f"/v1/objections/{objected['id']}/answer"
    assert town.ask("office", "POST", path, answer).json["state"] == "accepted"
    assert town.ask("office", "POST", path, {**answer, "accepted": False}).code == "already_decided"
    (heard,) = signed(phone, "/v1/scan/statement", {"month": month}).json["objections"]
    assert heard["answer"] == "Det retter vi."

    proposal = {
        "id": str(uuid.uuid4()), "programme": "kort", "offer": "inngang", "date": f"{month}-03", "persons": 2,
        "reason": "to billetter ble ikke registrert",
    }  # fmt: skip
    proposed = town.ask("office", "POST", "/v1/venues/bad/adjustments", proposal, who="olav")
    assert (proposed.status, proposed.json["amount"]) == (201, 10_751)  # half of 215,01, rounded up
    assert town.ask("office", "POST", "/v1/venues/bad/adjustments", proposal, who="olav").json == proposed.json
    assert [each["id"] for each in town.ask("finance", "GET", "/v1/adjustments").json["adjustments"]] == [
        proposal["id"]
    ]
    decide = f"/v1/adjustments/{proposal['id']}/decide"
    own = town.ask("finance", "POST", decide, {"accepted": True}, who="olav")
    assert (own.status, own.code) == (403, "same_person")
    assert town.ask("finance", "POST", decide, {"accepted": True}, who="berit").json["month"] == month
    assert town.ask("finance", "GET", "/v1/adjustments").json["adjustments"] == []

    # What was repeated or turned away stands nowhere; what was said stands hidden.
    told = town.ask("office", "GET", "/v1/audit").json["entries"]
    done = [each["what"] for each in reversed(told)]
    assert [each for each in done if each.startswith(("objection", "adjustment"))] == [
        "objection.made", "objection.accepted", "adjustment.proposed", "adjustment.accepted",
    ]  # fmt: skip
    assert "mangler" not in str(told)

    town.later(days=25)
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="berit").status == 200
    assert [(line["type"], line["belop"]) for line in lines_of(town, month)] == [
        ("justering", "107,51"), ("besok", "62,51"),
    ]  # fmt: skip
    (final,) = signed(phone, "/v1/scan/statement", {"month": month}).json["statements"]
    assert (final["due"], final["is_final"], final["way"]) == (17_002, True, "voucher")
    assert final["adjustments"] == [{
        "offer": "inngang", "date": f"{month}-03", "percent": 50, "persons": 2, "amount": 10_751,
        "reason": "to billetter ble ikke registrert", "was": 0, "becomes": 10_751,
    }]  # fmt: skip
    checked = town.ask("finance", "POST", f"/v1/settlements/{month}/verify").json
    assert (checked["holds"], checked["lines"], checked["findings"]) == (True, 2, [])
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="carl").status == 200
    late = phone.send("POST", "/v1/scan/statement/objections", objected | {"id": str(uuid.uuid4())})
    assert (late.status, late.code) == (409, "month_approved")


def test_an_objection_names_its_day_and_offer_and_the_page_knows_which_months_there_are(town: Town, month: str) -> None:
    phone = town.enrol("bad", "statement")
    shown = signed(phone, "/v1/scan/statement", {"month": month}).json
    first = f"{town.today.year - 1}-01"  # when the agreement began
    assert (shown["state"], shown["statements"]) == ("open", [])
    assert (shown["months"][0], shown["months"][-1], len(shown["months"])) == (month, first, 13)
    path = "/v1/scan/statement/objections"
    about = {"id": str(uuid.uuid4()), "month": month, "text": "Det var to.", "offer": "inngang", "date": f"{month}-03"}
    made = phone.send("POST", path, about)
    assert (made.status, made.json["offer"], made.json["date"]) == (201, "inngang", f"{month}-03")
    assert phone.send("POST", path, about).json == made.json
    assert phone.send("POST", path, {**about, "date": f"{month}-04"}).code == "id_used_otherwise"
    fresh = {**about, "id": str(uuid.uuid4())}
    assert phone.send("POST", path, {**fresh, "date": f"{first}-31"}).code == "another_month"
    assert phone.send("POST", path, {**fresh, "offer": "ukjent"}).code == "unknown_offer"
    assert town.ask("office", "GET", "/v1/objections").json["objections"] == [made.json]


def test_finance_sets_the_codes_pulls_the_bank_file_and_notes_that_it_is_paid(town: Town, month: str) -> None:
    phone = town.enrol("bad")
    assert phone.send("POST", "/v1/scan/visits", town.visit(town.card()["token"])).status == 201
    wrong = town.ask("finance", "PUT", "/v1/erp", {"codes": {"file": "lg04"}})
    assert (wrong.status, wrong.json["fields"][0]["code"]) == (422, "unknown_file")
    slips = {
        "acount": "1",
        "bufdir-account": "2",
        "privat-account": "3",
        "private-account": "4",
        "prior_year-dim_1": "5",
    }
    slipped = town.ask("finance", "PUT", "/v1/erp", {"codes": slips}).json
    assert [(each["path"], each["code"]) for each in slipped["fields"]] == [
        ("codes.acount", "unknown_code"), ("codes.bufdir-account", "unknown_code"),
        ("codes.privat-account", "unknown_code"),
    ]  # fmt: skip
    codes = {"file": "pain001", "debtor_bic": "DNBANOKK"}
    assert town.ask("finance", "PUT", "/v1/erp", {"account": "8601.11.17947", "codes": codes}).json["account"] == (
        "86011117947"
    )
    assert town.ask("office", "GET", "/v1/erp").json["codes"] == codes
    town.later(days=25)
    closed = town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="berit").json
    assert [(each["name"], each["because"] or each["state"]) for each in closed["file_states"]] == [
        ("lines.csv", "ready"), ("summary.csv", "ready"), ("workbook.xlsx", "ready"), ("statements.zip", "ready"),
        ("gl07.txt", "other_payment_file"), ("pain001.xml", "not_approved"),
    ]  # fmt: skip
    path = f"/v1/settlements/{month}/files/pain001.xml"
    assert town.ask("finance", "GET", path).code == "not_approved"
    # A new account, confirmed after closing, is for the next month: this one is paid as it was approved.
    moved = {"name": "Bad", "kind": "private", "settle_by": "voucher", "orgnr": "974760673", "account": "15032080119"}
    assert town.ask("office", "PUT", "/v1/venues/bad", moved, who="olav").status == 200
    confirm = "/v1/venues/bad/account/confirm"
    assert town.ask("office", "POST", confirm, {"account": "15032080119"}, who="per").status == 200
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/paid").code == "not_approved"
    town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="carl")
    pulled = town.ask("finance", "GET", path)
    assert (pulled.status, pulled.headers["Content-Type"]) == (200, "application/xml")
    assert b'<InstdAmt Ccy="NOK">62.51</InstdAmt>' in pulled.body
    assert (b"12345678903" in pulled.body, b"15032080119" in pulled.body) == (True, False)
    town.later(days=2)
    assert town.ask("finance", "GET", path).body == pulled.body
    months = town.ask("finance", "GET", "/v1/settlements").json["settlements"]
    assert next(each for each in months if each["month"] == month)["state"] == "exported"
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/paid").json["state"] == "paid"
    for name, kind in (
        ("workbook.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("statements.zip", "application/zip"),
    ):
        file = town.ask("finance", "GET", f"/v1/settlements/{month}/files/{name}")
        assert (file.status, file.headers["Content-Type"], file.body[:2]) == (200, kind, b"PK"), file.body
    other = town.ask("finance", "GET", f"/v1/settlements/{month}/files/gl07.txt")
    assert (other.status, other.code) == (404, "other_payment_file")
    assert "is in pain001.xml, which was pulled" in other.json["detail"]
    unheard = town.ask("finance", "GET", f"/v1/settlements/{month}/files/lines.txt")
    assert (unheard.status, unheard.code) == (404, "no_such_file")
    assert "lines.csv, pain001.xml" in unheard.json["detail"]


def test_a_payment_file_that_is_not_there_says_which_call_makes_one_and_which_codes_it_lacks(
    town: Town, month: str
) -> None:
    phone = town.enrol("bad")
    assert phone.send("POST", "/v1/scan/visits", town.visit(town.card()["token"])).status == 201
    path = f"/v1/settlements/{month}/files/gl07.txt"
    assert town.ask("finance", "GET", path).code == "not_closed"
    town.ask("finance", "PUT", "/v1/erp", {"codes": {"file": "gl07", "client": "72"}})
    supplied = {
        "name": "Bad", "kind": "private", "settle_by": "voucher", "orgnr": "974760673", "account": "12345678903",
        "erp": {"supplier": "950001"},
    }  # fmt: skip
    assert town.ask("office", "PUT", "/v1/venues/bad", supplied).status == 200
    town.later(days=25)
    town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="berit")
    town.ask("finance", "POST", f"/v1/settlements/{month}/approve", who="carl")
    lacking = town.ask("finance", "GET", path)
    assert (lacking.status, lacking.code) == (422, "codes_do_not_fit")
    told = {each["path"]: each["detail"] for each in lacking.json["fields"]}
    assert set(told) == {"erp.interface", "erp.voucher_type", "erp.responsible", "venues.bad.erp.account"}
    assert all("PUT /v1/erp" in each for each in told.values())
    town.ask("finance", "PUT", "/v1/erp", {"codes": {}})
    none = town.ask("finance", "GET", path)
    assert (none.status, none.code) == (404, "no_payment_file")
    assert "PUT /v1/erp" in none.json["detail"]
