"""A month on paper: the basis that everything is made from, and the files that a finance officer opens."""

import csv
from collections.abc import Iterable, Iterator
from gzip import GzipFile
from io import BufferedWriter, BytesIO, TextIOWrapper
from typing import Any, Final, cast

import msgspec

from chalicelib.settlement.rules import Book, Line, Payee, Sums, Totals, total
from chalicelib.shared.ids import VenueId
from chalicelib.shared.money import kroner

LINES_HEADER: Final = (
    "oppgjor", "brukersted", "orgnr", "tilbud", "dato", "kortnr_maskert", "personer", "pris", "egenandel",
    "refusjon_prosent", "belop", "mva", "avtale", "finansiering", "oppgjorsmate", "type", "korrigerer", "besok_id",
)  # fmt: skip
SUMMARY_HEADER: Final = (
    "oppgjor", "brukersted", "brukersted_id", "orgnr", "konto_maskert", "oppgjorsmate", "besok", "personer",
    "brutto", "egenandel", "belop", "korreksjoner", "til_oppgjor",
)  # fmt: skip
ROUNDING: Final = "Avrunding: beløpet er regnet ut per linje i hele øre, og en halv øre er rundet opp."
_MASK: Final = "*" * 9
# What makes a spreadsheet take text for a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def pack(book: Book, lines: Iterable[Line]) -> bytes:
    """Write the basis: JSON lines under gzip, the book first. It is never shown; the other files are made from it."""
    held = BytesIO()
    encoder = msgspec.json.Encoder()
    # GzipFile is a stream of bytes in all but its declared type.
    with GzipFile(fileobj=held, mode="wb", mtime=0) as squeezed, BufferedWriter(cast("Any", squeezed)) as out:
        out.write(encoder.encode(book) + b"\n")
        for line in lines:
            out.write(encoder.encode(line) + b"\n")
    return held.getvalue()


def unpack(basis: bytes) -> tuple[Book, Iterator[Line]]:
    """Read the basis back, line by line."""
    rows = GzipFile(fileobj=BytesIO(basis))
    book = msgspec.json.decode(rows.readline(), type=Book)
    decoder = msgspec.json.Decoder(Line)
    return book, map(decoder.decode, rows)


def lines_csv(book: Book, lines: Iterable[Line]) -> bytes:
    """Write lines.csv: UTF-8 with BOM, `;`, decimal comma, lines ending in CRLF (RFC 4180).

    `brukersted` and `tilbud` are names, for the reader. A correction repeats the visit's terms as they stood, so
    that only `belop` is negative; its `besok_id` and `korrigerer` are both the visit it takes back.
    """
    return _sheet(LINES_HEADER, (_line(book, line) for line in lines))


def summary_csv(book: Book, sums: Sums) -> bytes:
    """Write summary.csv, in the form of lines.csv: a row per venue and way of payment, `Sum`, and the rounding rule.

    `til_oppgjor` is `belop` and `korreksjoner` together and equals the venue's lines added up; it may be negative.
    """
    rows = [
        _sum(book.month, book.payees[venue], venue, settle_by.value, totals)
        for (venue, settle_by), totals in sums.items()
    ]
    everyone = Payee(label="Sum", orgnr=None, masked_account=None)
    rows.append(_sum(book.month, everyone, VenueId(""), "", total(sums)))
    rows.append([ROUNDING, *[""] * (len(SUMMARY_HEADER) - 1)])
    return _sheet(SUMMARY_HEADER, rows)


def _line(book: Book, line: Line) -> list[str | int]:
    terms = line.terms
    payee = book.payees[terms.venue]
    return [
        book.month,
        _text(payee.label),
        _text(payee.orgnr),
        _text(book.title(terms)),
        terms.date.isoformat(),
        f"{_MASK}{terms.last3}",
        terms.persons,
        kroner(terms.price),
        kroner(terms.copay),
        terms.percent,
        kroner(line.amount),
        _text(terms.vat_code),
        _text(terms.agreement),
        _text(terms.funding),
        terms.settle_by.value,
        line.type.value,
        _text(line.corrects),
        _text(line.visit),
    ]


def _sum(month: str, payee: Payee, venue: VenueId, settle_by: str, totals: Totals) -> list[str | int]:
    return [
        month,
        _text(payee.label),
        _text(venue),
        _text(payee.orgnr),
        payee.masked_account or "",
        settle_by,
        totals.visits,
        totals.persons,
        kroner(totals.gross),
        kroner(totals.copay),
        kroner(totals.amount),
        kroner(totals.corrections),
        kroner(totals.to_settle),
    ]


def _sheet(header: tuple[str, ...], rows: Iterable[list[str | int]]) -> bytes:
    held = BytesIO()
    text = TextIOWrapper(held, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    text.flush()
    return held.getvalue()


def _text(text: str | None) -> str:
    """Give a cell of text that no spreadsheet takes for a formula; amounts do not come this way."""
    if text is None:
        return ""
    return f"'{text}" if text.startswith(_FORMULA) else text
