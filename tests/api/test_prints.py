"""What comes out of the printer's doors, for whom, and what never comes along."""

import csv
import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.town import Town

HEADER = ["seq", "card_no", "print_name", "programme", "valid_from", "valid_to", "qr_text", "nfc_url"]


def bureau(town: Town, cards: list[dict[str, str]]) -> list[list[str]]:
    """Ask for the list of a card bureau and read it as a spreadsheet would."""
    reply = town.ask("issuer", "POST", "/v1/cards/print", {"cards": cards, "layout": "csv"})
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.body.startswith(b"\xef\xbb\xbf")
    assert reply.body.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"), newline=""), delimiter=";"))


def texts(body: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(body)).pages]


def sheets(town: Town, role: str = "issuer", **asked: Any) -> Any:
    return town.ask(role, "POST", "/v1/cards/sheets", asked)


def blank(town: Town) -> str:
    """Have the office make a blank of a programme that lasts as long as it does."""
    year = town.today.year
    terms = {
        "name": {"nb": "Lagerkortet"}, "valid_from": f"{year}-01-01", "valid_until": f"{year}-12-31",
        "cards": {"quota": 30, "validity": "programme"}, "ages": {"from": 5, "to": 18},
    }  # fmt: skip
    assert town.ask("office", "PUT", "/v1/programmes/lager", terms).status == 200
    made = town.ask(
        "office", "POST", "/v1/cards/stock", {"programme": "lager", "count": 1}, headers={"idempotency-key": "lager-1"}
    )
    assert made.status == 201, made.body
    number = made.json["cards"][0]["number"]
    return str(number)


# The list for a card bureau.


def test_a_card_bureau_gets_what_it_prints_and_encodes(town: Town) -> None:
    card = town.card()
    header, row = bureau(town, [{"number": card["number"], "name": "Testbarn Én"}])
    assert header == HEADER
    number = card["number"]
    assert row[:3] == ["1", f"{number[:4]} {number[4:8]} {number[8:]}", "Testbarn Én"]
    assert row[3:6] == ["Opplevelseskortet", card["valid_from"], card["valid_until"]]
    assert row[6] == card["url"]
    assert row[7] == card["url"].replace("HTTPS://KORT.EXAMPLE.NO/", "https://kort.example.no/")
    assert row[7] != row[6]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('Test;barn "Én"', 'Test;barn "Én"'),
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-Testbarn", "'-Testbarn"),
        (" \t=1+1", "'=1+1"),
        ("اسم تجريبي", "اسم تجريبي"),
    ],
)
def test_no_name_breaks_the_list_or_is_taken_for_a_formula(town: Town, name: str, written: str) -> None:
    assert bureau(town, [{"number": town.card()["number"], "name": name}])[1][2] == written


def test_the_office_orders_cards_without_a_name(town: Town) -> None:
    number = blank(town)
    asked = {"cards": [{"number": number}], "layout": "csv"}
    assert town.ask("office", "POST", "/v1/cards/print", asked).status == 200
    asked["cards"][0]["name"] = "Testbarn Én"  # type: ignore[index]  # a dict of dicts
    assert town.ask("office", "POST", "/v1/cards/print", asked).code == "names_are_for_issuers"


# The family's sheets.


def test_a_family_takes_home_what_is_left_as_it_stands_today(town: Town) -> None:
    phone, card = town.enrol("kino"), town.card()
    assert phone.send("POST", "/v1/scan/visits", town.visit(card["token"])).status == 201
    printed = sheets(town, cards=[{"number": card["number"], "name": "Testbarn Én"}], kind="left")
    assert printed.headers["Content-Type"] == "application/pdf"
    [text] = texts(printed.body)
    assert "Testbarn Én" in text
    assert "Hvor mye har du igjen?" in text
    assert "4 av 5" in text
    assert "Fri inngang hele året" in text


def test_a_sheet_is_in_the_cards_language_unless_another_is_asked_for(town: Town) -> None:
    number = town.card()["number"]
    town.ask("issuer", "PATCH", f"/v1/cards/{number}", {"language": "pl"})
    [own] = texts(sheets(town, cards=[{"number": number}]).body)
    assert "Jak używać karty" in own
    [asked] = texts(sheets(town, cards=[{"number": number}], language="so").body)
    assert "Sida kaarka loo isticmaalo" in asked


def test_one_call_makes_many_sheets_in_the_order_asked_for(town: Town) -> None:
    cards = [{"number": town.card()["number"], "name": f"Testbarn {which}"} for which in range(3)]
    assert [text.count(f"Testbarn {which}") for which, text in enumerate(texts(sheets(town, cards=cards).body))] == [
        1
    ] * 3


def test_the_office_makes_sheets_of_blanks_and_learns_nothing_of_cards_in_use(town: Town) -> None:
    stock, used = [{"number": blank(town)}], [{"number": town.card()["number"]}]
    assert sheets(town, "office", cards=stock).status == 200
    assert sheets(town, "office", cards=used).code == "unknown_card"
    assert sheets(town, "office", cards=stock, kind="left").code == "counts_are_for_issuers"
    assert sheets(town, "office", cards=[{**stock[0], "name": "Testbarn Én"}]).code == "names_are_for_issuers"


def test_a_sheet_is_refused_for_an_unknown_a_foreign_and_a_blocked_card(town: Town) -> None:
    assert sheets(town, cards=[{"number": "000000000000"}]).code == "unknown_card"
    number = town.card()["number"]
    town.ask("issuer", "POST", f"/v1/cards/{number}/block", {"reason": "lost"})
    refused = sheets(town, cards=[{"number": town.card()["number"]}, {"number": number}])
    assert (refused.status, refused.code) == (409, "not_in_that_state")
    assert [fault["path"] for fault in refused.json["fields"]] == ["cards[1].number"]
