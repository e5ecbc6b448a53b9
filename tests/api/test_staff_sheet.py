"""The staff's sheet at its doors: a phone gets its own venue's, the office any."""

import io

from pypdf import PdfReader

from tests.town import OTHER, Town


def text_of(body: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def test_a_phone_prints_its_own_venues_sheet_and_the_office_any(town: Town) -> None:
    own = town.enrol("kino").send("GET", "/v1/scan/staff-sheet")
    assert (own.status, own.headers["Content-Type"]) == (200, "application/pdf")
    assert "Kino · Lorenskog" in text_of(own.body)
    assert "kino for alle" in text_of(own.body)
    asked = town.ask("office", "GET", "/v1/venues/bad/staff-sheet", query={"language": "en"})
    assert "How to welcome the card" in text_of(asked.body)
    assert "bad for alle" in text_of(asked.body)
    assert town.ask("office", "GET", "/v1/venues/ingen/staff-sheet").code == "unknown_venue"
    assert town.ask("office", "GET", "/v1/venues/kino/staff-sheet", query={"language": "so"}).code == "bad_query"
    assert town.ask("office", "GET", "/v1/venues/kino/staff-sheet", tenant=OTHER).status == 404
