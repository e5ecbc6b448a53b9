"""The workbook opened by another program, and the statements read as text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import msgspec
import openpyxl
import pytest
from pypdf import PdfReader

from chalicelib.press.latin import USUAL
from chalicelib.settlement import paper
from chalicelib.settlement.paper.statement_words import words_in
from chalicelib.settlement.rules import (
    Book,
    Line,
    LineType,
    Part,
    Payee,
    Terms,
    by_funding,
    explained_of,
    settle,
    statement_of,
    summary_of,
    tally_of,
    total_of,
)
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

KINO, BAD = VenueId("kino"), VenueId("bad")
BOOK = Book(
    Tenant("t"),
    "2026-11",
    {
        KINO: Payee("Kino <på> Øra & co", "974760673", "12345678903", "Kino på Øra", reference="3222-202611-0002"),
        BAD: Payee("Badet", name="Badet", language="nn", reference="3222-202611-0001"),
    },
    {"kino/film": {"nb": "Førpremiære"}, "bad/inn": {"nb": "Bading", "nn": "Symjing"}},
    "Testkommune",
    3222,
)  # fmt: skip
TERMS = Terms(
    KINO, OfferId("film"), ProgrammeId("kort"), date(2026, 11, 14), "123", 2, Ore(25_001), Ore(5_000), 50, Ore(10_001),
    "2026-01-01", SettleBy.VOUCHER, "12", "fond",
)  # fmt: skip
POOL = replace(TERMS, venue=BAD, offer=OfferId("inn"), settle_by=SettleBy.INVOICE, funding=None)
LINES = [
    Line(LineType.VISIT, VisitId("v3"), "2026-11", POOL, Ore(10_001)),
    Line(LineType.CORRECTION, VisitId("v0"), "2026-11", replace(TERMS, date=date(2026, 10, 3)), Ore(-10_001)),
    Line(LineType.VISIT, VisitId("v1"), "2026-11", TERMS, Ore(10_001)),
    Line(LineType.OVER_ALLOWANCE, VisitId("v2"), "2026-11", TERMS, Ore(10_001)),
    Line(LineType.ADJUSTMENT, VisitId("a1"), "2026-11", TERMS, Ore(777), VisitId("v9"), "Prisen var feil"),
]
STOOD: dict[tuple[OfferId, date], Ore | None] = {(OfferId("film"), TERMS.date): Ore(0)}


def workbook(lines: Sequence[Line], **limits: int) -> bytes:
    venues = {line.terms.venue for line in lines}
    counted = {venue: tally_of([each for each in lines if each.terms.venue == venue], "2026-11") for venue in venues}
    tallies = {venue: each.tally for venue, each in counted.items()}
    accounts = settle(BOOK, tallies, ())
    whole = total_of(each for tally in tallies.values() for each in tally)
    pieces: list[bytes] = []
    explained = {told.id: told for each in counted.values() for told in explained_of(each, STOOD)}
    summed, funding = summary_of(accounts, tallies), by_funding(accounts)
    form = paper.Workbook(BOOK, pieces.append, summed, whole, funding, explained=explained, **limits)
    for line in lines:
        form.line(line)
    form.end()
    return b"".join(pieces)


def test_a_spreadsheet_program_finds_real_numbers_and_dates_a_frozen_header_and_a_filter_on_a4() -> None:
    opened = openpyxl.load_workbook(BytesIO(workbook(LINES)))
    assert opened.sheetnames == ["Oppsummering", "Linjer", "Korreksjoner", "Finansiering"]
    for sheet in opened:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
        assert (int(sheet.page_setup.paperSize or 0), sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.print_title_rows == "$1:$1"
    lines = list(opened["Linjer"].iter_rows(min_row=2, values_only=True))
    assert len(lines) == len(LINES)
    assert lines[1][:11] == (
        "2026-11", "Kino <på> Øra & co", "974760673", "Førpremiære", datetime(2026, 10, 3), "*********123", 2,  # noqa: DTZ001  a date
        250.01, 50, 50, -100.01,
    )  # fmt: skip
    assert lines[1][13:] == ("fond", "Utbetaling", "Korreksjon", "v0", "v0")
    corrections = list(opened["Korreksjoner"].iter_rows(min_row=2, values_only=True))
    assert [each[:16] for each in corrections] == [lines[1][:16], lines[4][:16]]
    assert lines[4][15:] == ("Justering", "v9", "a1")
    assert corrections[0][16:] == (None, None, None, "v0", "v0")
    assert corrections[1][16:] == (200.02, 207.79, "Prisen var feil", "v9", "a1")


def test_each_sheets_sum_is_the_sum_of_the_lines() -> None:
    opened = openpyxl.load_workbook(BytesIO(workbook(LINES)))
    by_lines = round(sum(row[10] for row in opened["Linjer"].iter_rows(min_row=2, values_only=True)), 2)  # type: ignore[misc]
    summed = {row[0]: row for row in opened["Oppsummering"].iter_rows(min_row=2, values_only=True)}
    funded = {row[0]: row for row in opened["Finansiering"].iter_rows(min_row=2, values_only=True)}
    assert by_lines == summed["Sum"][9] == funded["Sum"][3] == pytest.approx(207.79)


def test_what_has_no_room_in_a_sheet_stands_in_a_further_one_with_the_same_header_filter_and_print_area() -> None:
    opened = openpyxl.load_workbook(BytesIO(workbook(LINES, most_rows=3)))
    assert opened.sheetnames == ["Oppsummering", "Linjer", "Linjer 2", "Linjer 3", "Korreksjoner", "Finansiering"]
    sheets = [opened[name] for name in ("Linjer", "Linjer 2", "Linjer 3")]
    rows = [list(sheet.iter_rows(values_only=True)) for sheet in sheets]
    assert [len(each) for each in rows] == [3, 3, 2]
    assert rows[0][0] == rows[1][0] == rows[2][0]
    assert [row[-1] for each in rows for row in each[1:]] == [line.visit for line in LINES]
    assert [(sheet.auto_filter.ref, sheet.print_area) for sheet in sheets] == [
        ("A1:R3", "'Linjer'!$A$1:$P$3"),
        ("A1:R3", "'Linjer 2'!$A$1:$P$3"),
        ("A1:R2", "'Linjer 3'!$A$1:$P$2"),
    ]


def test_a_month_without_lines_is_a_workbook_with_headers() -> None:
    opened = openpyxl.load_workbook(BytesIO(workbook([])))
    assert opened["Linjer"].max_row == 1
    assert opened["Oppsummering"]["A2"].value == "Sum"


def test_the_same_lines_give_the_same_workbook_to_the_byte() -> None:
    assert workbook(LINES) == workbook(LINES)
    assert {each.date_time for each in ZipFile(BytesIO(workbook(LINES))).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\u00a0", " ")


def statement(venue: VenueId, lines: Sequence[Line], *, brought: int = 0, book: Book = BOOK) -> bytes:
    counted = tally_of(lines, "2026-11")
    (account,) = settle(book, {venue: counted.tally}, ())
    if brought:
        account = replace(account, brought=(Part("2026-10", 2026, None, None, Ore(brought)),))
    return paper.statement_pdf(statement_of(book, account, counted.tally, explained=explained_of(counted, STOOD)))


def test_an_adjustment_tells_the_owner_which_day_for_how_many_why_and_what_it_was_and_becomes() -> None:
    told = " ".join(text_of(statement(KINO, LINES[1:])).split())
    assert (
        "14.11.2026 Justering 7,77 Retter 14. november 2026, 2 personer. Refusjonen for dagen var kr 200,02 og blir "
        "kr 207,79. Begrunnelse: Prisen var feil"
    ) in told
    nynorsk = [replace(LINES[4], terms=replace(POOL, persons=1), reason="Éin person mangla, Łukasz-døra var låst")]
    told = " ".join(text_of(statement(BAD, nynorsk)).split())
    assert "Rettar 14. november 2026, 1 person. Grunngjeving: Éin person mangla" in told
    unsaid = [replace(LINES[4], terms=replace(TERMS, persons=0), reason="")]
    assert "Begrunnelse" not in text_of(statement(KINO, unsaid))


def test_two_adjustments_of_one_day_follow_each_other_and_each_says_its_own() -> None:
    more = Line(LineType.ADJUSTMENT, VisitId("a2"), "2026-11", TERMS, Ore(-1_000), None, "Én for mye")
    told = " ".join(text_of(statement(KINO, [*LINES[2:], more])).split())
    assert "var kr 200,02 og blir kr 207,79. Begrunnelse: Prisen var feil" in told
    assert "var kr 207,79 og blir kr 197,79. Begrunnelse: Én for mye" in told
    assert told.count("Justering -2,23") == 1


def test_a_statement_says_what_is_paid_for_which_days_and_what_it_is_called_but_never_an_invoice() -> None:
    said = text_of(statement(KINO, LINES[1:]))
    for words in (
        "Oppgjørsoversikt", "3222-202611-0002B", "november 2026", "Førpremiære", "14.11.2026", "Besøk over kvote",
        "Korreksjon", "-100,01", "Til utbetaling", "kr 107,78", "*******8903",
    ):  # fmt: skip
        assert words in said, words
    assert "12345678903" not in said
    assert "Faktura " not in said


def test_the_sum_of_a_statement_is_that_of_its_own_columns() -> None:
    """The basis leaves the copay out in the rows, so it does in their sum."""
    said = text_of(statement(KINO, LINES[1:4]))
    assert said.count("200,01") == 2, said  # the visit, and the visit over the allowance
    assert "400,02" in said
    assert "500,02" not in said


def test_a_venue_reads_its_own_language_form() -> None:
    said = text_of(statement(BAD, LINES[:1]))
    assert "Oppgjersoversyn" in said
    assert "Symjing" in said
    assert "Send eigen faktura" in said
    assert "3222-202611-0001F" in said


def test_a_statement_names_the_months_that_money_is_brought_from() -> None:
    said = text_of(statement(KINO, LINES[2:3], brought=-5_000))
    assert "Overført fra oktober 2026" in said
    assert "kr 50,01" in said


def test_a_venue_that_is_held_is_told_why() -> None:
    unpaid = replace(BOOK, payees={**BOOK.payees, KINO: replace(BOOK.payees[KINO], account=None)})
    said = text_of(statement(KINO, LINES[2:3], book=unpaid))
    assert "Holdes tilbake inntil videre" in said
    assert "Kontonummeret deres mangler" in said


def test_a_venue_with_an_arabic_name_has_a_statement_too() -> None:
    named = replace(BOOK, payees={**BOOK.payees, KINO: replace(BOOK.payees[KINO], name="سينما النور")})
    assert statement(KINO, LINES[2:3], book=named).startswith(b"%PDF")


def test_a_name_with_letters_that_norwegian_lacks_stands_whole_and_costs_the_others_nothing() -> None:
    foreign = replace(BOOK, payees={**BOOK.payees, KINO: replace(BOOK.payees[KINO], name="Čapek Łódź Ğ \u2013 «Őr»")})
    named, usual = statement(KINO, LINES[2:3], book=foreign), statement(KINO, LINES[2:3])
    assert "Čapek Łódź Ğ \u2013 «Őr»" in text_of(named)
    assert len(usual) < len(named)


def test_every_word_of_a_statement_is_in_the_letters_that_every_statement_has() -> None:
    for language in ("nb", "nn"):
        assert set(msgspec.json.encode(words_in(language)).decode()) <= USUAL


def test_a_statement_drawn_twice_is_the_same_to_the_byte() -> None:
    assert statement(KINO, LINES[1:]) == statement(KINO, LINES[1:])
    tally = tally_of(LINES[:1], "2026-11").tally
    (account,) = settle(BOOK, {BAD: tally}, ())
    packed = paper.statements_zip([statement_of(BOOK, account, tally)])
    assert packed == paper.statements_zip([statement_of(BOOK, account, tally)])
    assert ZipFile(BytesIO(packed)).namelist() == ["3222-202611-0001F-bad.pdf"]
