"""The files as a finance officer's spreadsheet opens them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.settlement import paper
from chalicelib.settlement.paper import LINES_HEADER
from chalicelib.settlement.rules import Book, Line, LineType, Payee, Terms, settle, summary_of, tally_of, total_of
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

KINO = VenueId("kino")
BOOK = Book(
    tenant=Tenant("lorenskog"),
    month="2026-11",
    payees={
        KINO: Payee("Kino på Øra; sal 1", "999999999", "12345678903", reference="3222-202611-0002"),
        VenueId("bad"): Payee("Badet", None, None, reference="3222-202611-0001"),
    },
    titles={"kino/film": {"nb": "Førpremiære"}},
)
TERMS = Terms(
    venue=KINO,
    offer=OfferId("film"),
    programme=ProgrammeId("kort"),
    date=date(2026, 11, 14),
    last3="123",
    persons=2,
    price=Ore(25_001),
    copay=Ore(5_000),
    percent=50,
    amount=Ore(10_001),
    agreement="kort/kino/film/2026-01-01",
    settle_by=SettleBy.VOUCHER,
    vat_code="12",
    funding="fond",
)
VISIT = Line(LineType.VISIT, VisitId("v1"), "2026-11", TERMS, Ore(10_001))
CORRECTION = Line(LineType.CORRECTION, VisitId("v0"), "2026-11", TERMS, Ore(-25_050))
FREE_TERMS = replace(TERMS, venue=VenueId("bad"), offer=OfferId("bading"), settle_by=SettleBy.NONE)
FREE = Line(LineType.VISIT, VisitId("v2"), "2026-11", FREE_TERMS, Ore(0))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def lines_csv(book: Book, lines: Iterable[Line]) -> bytes:
    pieces: list[bytes] = []
    form = paper.LinesCsv(book, pieces.append)
    for line in lines:
        form.line(line)
    form.end()
    return b"".join(pieces)


def summary_csv(book: Book, lines: list[Line]) -> bytes:
    venues = {line.terms.venue for line in lines}
    tallies = {
        venue: tally_of([line for line in lines if line.terms.venue == venue], book.month).tally for venue in venues
    }
    accounts = settle(book, tallies, ())
    whole = total_of(each for tally in tallies.values() for each in tally)
    return paper.summary_csv(book, summary_of(accounts, tallies), whole)


def test_the_lines_file_is_byte_for_byte_what_is_promised() -> None:
    assert (
        lines_csv(BOOK, [VISIT, CORRECTION])
        == (
            "\ufeffoppgjor;brukersted;orgnr;tilbud;dato;kortnr_maskert;personer;pris;egenandel;refusjon_prosent;belop;mva;"
            "avtale;finansiering;oppgjorsmate;type;korrigerer;besok_id\r\n"
            '2026-11;"Kino på Øra; sal 1";999999999;Førpremiære;2026-11-14;*********123;2;250,01;50,00;50;100,01;12;'
            "kort/kino/film/2026-01-01;fond;voucher;besok;;v1\r\n"
            '2026-11;"Kino på Øra; sal 1";999999999;Førpremiære;2026-11-14;*********123;2;250,01;50,00;50;-250,50;12;'
            "kort/kino/film/2026-01-01;fond;voucher;korreksjon;v0;v0\r\n"
        ).encode()
    )


def test_a_month_without_visits_is_a_header_and_a_sum_of_nothing() -> None:
    assert read(lines_csv(BOOK, [])) == [list(LINES_HEADER)]
    assert read(summary_csv(BOOK, []))[1][12] == "0,00"


def test_the_summary_has_a_row_for_each_venue_a_sum_per_funding_a_sum_and_the_rounding_rule() -> None:
    header, *rows = read(summary_csv(BOOK, [FREE, VISIT, CORRECTION]))
    free, kino, fund, everyone, rounding = rows
    assert ";".join(header) == (
        "oppgjor;brukersted;brukersted_id;orgnr;konto_maskert;oppgjorsmate;besok;personer;brutto;egenandel;belop;"
        "korreksjoner;til_oppgjor;justeringer;finansiering;besoksar;overfort_inn;oppgjort_na;overfort_ut;behandling;"
        "referanse;merknad;oppgjorsmate_tekst;behandling_tekst"
    )
    assert ";".join(free) == (
        "2026-11;Badet;bad;;;none;1;2;250,01;50,00;0,00;0,00;0,00;0,00;fond;2026;0,00;0,00;0,00;statistics;"
        "3222-202611-0001S;;Statistikk;Bare statistikk"
    )
    assert kino[:6] == ["2026-11", "Kino på Øra; sal 1", "kino", "999999999", "*******8903", "voucher"]
    assert kino[6:16] == ["1", "2", "250,01", "50,00", "100,01", "-250,50", "-150,49", "0,00", "fond", "2026"]
    assert kino[16:] == [
        "0,00", "0,00", "-150,49", "carried", "3222-202611-0002B", "Under null: overført til neste oppgjør",
        "Utbetaling", "Overført til neste",
    ]  # fmt: skip
    assert fund[1:3] == ["Sum fond", ""]
    assert ";".join(everyone) == (
        "2026-11;Sum;;;;;2;4;500,02;100,00;100,01;-250,50;-150,49;0,00;;;0,00;0,00;-150,49;;;;;"
    )
    assert rounding[0].startswith("Avrunding: ")


def test_a_venue_that_changed_its_way_of_payment_within_the_month_has_a_row_for_each() -> None:
    invoiced = replace(VISIT, terms=replace(TERMS, settle_by=SettleBy.INVOICE))
    rows = read(summary_csv(BOOK, [VISIT, invoiced]))
    assert [(row[2], row[5], row[12]) for row in rows[1:3]] == [
        ("kino", "invoice", "100,01"),
        ("kino", "voucher", "100,01"),
    ]


@pytest.mark.parametrize("name", ["=1+1", "+47", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_name_that_a_spreadsheet_would_calculate_is_only_text(name: str) -> None:
    book = replace(BOOK, payees={KINO: Payee(name, None, None)}, titles={"kino/film": {"nb": name}})
    row = read(lines_csv(book, [replace(VISIT, terms=replace(TERMS, funding=name))]))[1]
    assert (row[1], row[3], row[13]) == (f"'{name}",) * 3
    assert read(summary_csv(book, [VISIT]))[1][1] == f"'{name}"


def test_a_negative_amount_stays_a_number() -> None:
    assert read(lines_csv(BOOK, [CORRECTION]))[1][10] == "-250,50"


def test_a_name_with_quotes_and_line_breaks_stays_in_its_cell() -> None:
    awkward = 'Kino "Øra"\r\nsal;2'
    book = replace(BOOK, payees={KINO: Payee(awkward, None, None)})
    assert read(lines_csv(book, [VISIT]))[1][1] == awkward


def test_the_basis_gives_back_every_line_it_was_given() -> None:
    assert paper.unpack_book(paper.pack_book(BOOK)) == BOOK
    pieces: list[bytes] = []
    paper.pack_lines(iter([FREE, VISIT, CORRECTION]), pieces.append)
    assert list(paper.unpack_lines(b"".join(pieces))) == [FREE, VISIT, CORRECTION]
    assert paper.unpack_settled(b"".join(pieces)) == {("v2", False), ("v1", False), ("v0", True)}
    counted = tally_of([FREE, VISIT, CORRECTION], "2026-11")
    assert paper.unpack_counted(paper.pack_counted(counted)) == counted
    accounts = settle(BOOK, {KINO: counted.tally}, ())
    assert paper.unpack_accounts(paper.pack_accounts(accounts)) == accounts
