"""A release as it is kept, and its tables for a spreadsheet."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

import msgspec

from chalicelib.reports.rules import SMALL, Reached, Release, Statement
from chalicelib.shared.money import Ore, kroner
from chalicelib.venues.rules import in_language

HIDDEN: Final = ":"  # Statistics Norway's sign for what is not told
HEADER: Final = ("tabell", "nokkel", "navn", "til_og_med", "antall", "minst", "belop", "avrundet_til")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def pack(release: Release) -> bytes:
    """Write a release as it is kept: whole, and never shown."""
    return msgspec.json.encode(release, order="sorted")


def unpack(kept: bytes) -> Release:
    """Read a release back."""
    return msgspec.json.decode(kept, type=Release)


def tables_csv(statement: Statement) -> bytes:
    """Write tables.csv: UTF-8 with BOM, `;`, decimal comma, a row per figure; `:` where it is hidden."""
    held = StringIO(newline="")
    written = csv.writer(held, delimiter=";", lineterminator="\r\n")
    written.writerow(HEADER)
    written.writerows([_text(each) for each in row] for row in _lines(statement))
    return held.getvalue().encode("utf-8-sig")


def _lines(statement: Statement) -> Iterator[list[str]]:
    total = [str(statement.visits), "", *_amount(statement.amount, statement.rounded_to)]
    yield ["total", "", "", statement.until, *total]
    for table, rows in statement.tables.items():
        for row in rows:
            name = in_language(statement.names.get(f"{table}:{row.key}", {}), "nb")
            least = "" if row.at_least is None else str(row.at_least)
            amount = _amount(row.amount, row.rounded_to) if table == "funding" else ["", ""]
            yield [table, row.key, name, statement.until, _figure(row.visits), least, *amount]
    for each in statement.reach:
        yield from _reached(each, statement)


def _reached(each: Reached, statement: Statement) -> Iterator[list[str]]:
    name = in_language(statement.names.get(f"programme:{each.programme}", {}), "nb")
    for table, figure in {"cards": each.cards, "cards_used": each.used}.items():
        yield [table, each.programme, name, statement.until, str(figure), "", "", str(SMALL)]
    if each.quota is not None:
        yield ["quota", each.programme, name, "", str(each.quota), "", "", ""]


def _figure(figure: int | None) -> str:
    return HIDDEN if figure is None else str(figure)


def _amount(amount: Ore | None, to: Ore | None) -> list[str]:
    return [HIDDEN, ""] if amount is None or to is None else [kroner(amount), kroner(to)]


def _text(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) and text != "-" else text
