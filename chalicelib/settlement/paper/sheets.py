"""lines.csv and summary.csv: UTF-8 with BOM, `;`, decimal comma, lines ending in CRLF (RFC 4180)."""

import csv
import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from io import StringIO
from operator import attrgetter
from typing import Final

from chalicelib.settlement.paper.words import ROUNDING, TREATED, WAYS, remark
from chalicelib.settlement.rules import Book, Line, LineType, Payee, Summed, Totals
from chalicelib.shared.ids import OfferId, VenueId, VisitId
from chalicelib.shared.money import Ore, kroner
from chalicelib.venues.rules import SettleBy

LINES_HEADER: Final = (
    "oppgjor", "brukersted", "orgnr", "tilbud", "dato", "kortnr_maskert", "personer", "pris", "egenandel",
    "refusjon_prosent", "belop", "mva", "avtale", "finansiering", "oppgjorsmate", "type", "korrigerer", "besok_id",
)  # fmt: skip
SUMMARY_HEADER: Final = (
    "oppgjor", "brukersted", "brukersted_id", "orgnr", "konto_maskert", "oppgjorsmate", "besok", "personer",
    "brutto", "egenandel", "belop", "korreksjoner", "til_oppgjor", "justeringer", "finansiering", "besoksar",
    "overfort_inn", "oppgjort_na", "overfort_ut", "behandling", "referanse", "merknad", "oppgjorsmate_tekst",
    "behandling_tekst",
)  # fmt: skip
MASK: Final = "*" * 9
_BOM: Final = b"\xef\xbb\xbf"
_ROWS_AT_A_TIME: Final = 500
_REMEMBERED: Final = 8192
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*").fullmatch
# What makes a spreadsheet take text for a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class LinesCsv:
    """lines.csv, a line at a time.

    `brukersted` and `tilbud` are names, for the reader. A correction repeats the visit's terms as they stood, so
    that only `belop` is negative; its `besok_id` and `korrigerer` are both the visit it takes back.
    """

    def __init__(self, book: Book, write: Callable[[bytes], object]) -> None:
        self._book = book
        self._write = write
        self._rows: list[str] = []
        # Most of a line stands on many others too, and is written once for all of them.
        self._front = lru_cache(_REMEMBERED)(self._fronted)
        write(_BOM + _rows([LINES_HEADER]))

    def line(self, line: Line) -> None:
        """Take the next line."""
        terms, corrects = line.terms, line.corrects
        self._rows.append(
            f"{self._front(terms.venue, terms.offer, terms.date)}{_cell(MASK + terms.last3)};"
            f"{_middle(line.amount, line.type, *ALIKE(terms))}"
            f"{_id(corrects) if corrects else ''};{_id(line.visit)}\r\n"
        )
        if len(self._rows) >= _ROWS_AT_A_TIME:
            self.end()

    def end(self) -> None:
        """Write what is left."""
        self._write("".join(self._rows).encode())
        self._rows.clear()

    def _fronted(self, venue: VenueId, offer: OfferId, day: date) -> str:
        payee = self._book.payees[venue]
        cells = (payee.label, payee.orgnr, self._book.title_in(venue, offer, "nb"), day.isoformat())
        return "".join(f"{_cell(_text(cell))};" for cell in (self._book.month, *cells))


# Of a visit's terms, what says nothing of whose it is.
ALIKE: Final = attrgetter(
    "persons", "price", "copay", "percent", "vat_code", "agreement", "funding", "settle_by"
)  # fmt: skip


@lru_cache(_REMEMBERED)
def _middle(  # noqa: PLR0913, PLR0917  a line has as many cells
    amount: Ore, kind: LineType, persons: int, price: Ore, copay: Ore, percent: int, vat_code: str | None,
    agreement: str, funding: str | None, settle_by: SettleBy,
) -> str:  # fmt: skip
    cells = (
        str(persons), kroner(price), kroner(copay), str(percent), kroner(amount), _text(vat_code), _text(agreement),
        _text(funding), settle_by.value, kind.value,
    )  # fmt: skip
    return "".join(f"{_cell(cell)};" for cell in cells)


@lru_cache(_REMEMBERED)
def _cell(text: str) -> str:
    """Give a cell as it stands between two semicolons, in quotes where it must be."""
    return _rows([(text, "")]).decode().removesuffix(";\r\n")


def _id(visit: VisitId) -> str:
    return visit if _PLAIN_ID(visit) else _cell(_text(visit))


def summary_csv(book: Book, summed: Iterable[Summed], totals: Totals) -> bytes:
    """Write summary.csv: a row per venue, way of payment, funding source and year of visit; sums; the rounding rule.

    `til_oppgjor` is `belop`, `korreksjoner` and `justeringer` together and equals the lines added up; with
    `overfort_inn` it is `oppgjort_na`, or `overfort_ut` where it waits for a later month.
    """
    rows = list(summed)
    written = [_row(book, row) for row in rows]
    for funding in sorted({row.funding for row in rows if row.funding is not None}):
        mine = [row for row in rows if row.funding == funding]
        written.append(_sum(book.month, f"Sum {funding}", mine, _added(mine), funding))
    if any(row.funding for row in rows) and any(row.funding is None for row in rows):
        mine = [row for row in rows if row.funding is None]
        written.append(_sum(book.month, "Sum uten finansieringskilde", mine, _added(mine), None))
    written.append(_sum(book.month, "Sum", rows, totals, None))
    written.append((ROUNDING, *[""] * (len(SUMMARY_HEADER) - 1)))
    return _BOM + _rows([SUMMARY_HEADER, *written])


def _row(book: Book, row: Summed) -> tuple[str | int, ...]:
    payee = book.payees[row.venue]
    return _cells(
        book.month, payee, row.venue, row.settle_by.value, row.totals, row.funding, str(row.year),
        (row.brought, row.settled, row.forward), row.way.value, book.reference(row.venue, row.settle_by), remark(row),
        (WAYS[row.settle_by], TREATED[row.way]),
    )  # fmt: skip


def _sum(month: str, label: str, rows: list[Summed], totals: Totals, funding: str | None) -> tuple[str | int, ...]:
    moved = (
        Ore(sum(row.brought for row in rows)),
        Ore(sum(row.settled for row in rows)),
        Ore(sum(row.forward for row in rows)),
    )
    return _cells(month, Payee(label), VenueId(""), "", totals, funding, "", moved, "", "", "", ("", ""))


def _cells(  # noqa: PLR0913, PLR0917  a row has as many cells
    month: str, payee: Payee, venue: VenueId, settle_by: str, totals: Totals, funding: str | None, year: str,
    moved: tuple[Ore, Ore, Ore], way: str, reference: str, said: str, words: tuple[str, str],
) -> tuple[str | int, ...]:  # fmt: skip
    return (
        month, _text(payee.label), _text(venue), _text(payee.orgnr), payee.masked_account or "", settle_by,
        totals.visits, totals.persons, kroner(totals.gross), kroner(totals.copay), kroner(totals.amount),
        kroner(totals.corrections), kroner(totals.to_settle), kroner(totals.adjustments), _text(funding), year,
        *map(kroner, moved), way, reference, said, *words,
    )  # fmt: skip


def _added(rows: Iterable[Summed]) -> Totals:
    return sum((row.totals for row in rows), Totals())


def _rows(rows: Iterable[Iterable[str | int]]) -> bytes:
    held = StringIO(newline="")
    csv.writer(held, delimiter=";", lineterminator="\r\n").writerows(rows)
    return held.getvalue().encode()


def _text(text: str | None) -> str:
    """Give a cell of text that no spreadsheet takes for a formula; amounts do not come this way."""
    if text is None:
        return ""
    return f"'{text}" if text.startswith(_FORMULA) else text
