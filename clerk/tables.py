"""Tables as spreadsheets save them: read with whatever marks and letters they come, written so that they open again."""

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from clerk.api import ClerkError

Row = dict[str, str]
# What a caseworker's own list may call a field, for what the API calls it.
_ALSO: Final = {
    "navn": "name", "ordning": "programme", "program": "programme", "referanse": "external_ref",
    "ref": "external_ref", "fødselsår": "birth_year", "fodselsar": "birth_year", "språk": "language",
    "sprak": "language", "kortnummer": "number", "kortnr": "number", "familie": "family_ref", "søsken": "siblings",
    "sosken": "siblings", "enhet": "unit", "finansiering": "funding_source", "gyldig_fra": "valid_from",
    "gyldig_til": "valid_until", "forny": "renew", "blankt": "stock",
}  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def read(place: Path) -> list[Row]:
    """Read a table whose first row holds the names of its fields; rows without a word in them are left out."""
    try:
        raw = place.read_bytes()
    except OSError as error:
        message = f"{place}: {error.strerror}."
        raise ClerkError(message) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # what older spreadsheets save
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        message = f"{place}: the table cannot be read; a quotation mark lacks its pair."
        raise ClerkError(message) from error
    lines = [[cell.strip() for cell in line] for line in lines if any(cell.strip() for cell in line)]
    if len(lines) < 2:  # noqa: PLR2004  the names, and one row
        message = f"{place}: the first row must hold the names of the fields, and there must be a row below it."
        raise ClerkError(message)
    names = [_ALSO.get(name.lower(), name.lower()) for name in lines[0]]
    if twice := sorted({name for name in names if names.count(name) > 1 and name}):
        message = f"{place}: {', '.join(twice)} stands twice in the first row."
        raise ClerkError(message)
    return [_row(place, at, names, cells) for at, cells in enumerate(lines[1:], 1)]


def needs(place: Path, rows: Iterable[Row], *names: str) -> None:
    """Say which columns a table lacks."""
    columns = {name for row in rows for name in row}
    if missing := [name for name in names if name not in columns]:
        message = f"{place}: there is no column {', '.join(missing)}."
        raise ClerkError(message)


def csv_text(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> bytes:
    """Write rows for the API: UTF-8, commas."""
    kept = io.StringIO(newline="")
    writer = csv.DictWriter(kept, names, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return kept.getvalue().encode()


def write(place: Path, rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> None:
    """Write a table that a spreadsheet opens, all of it or nothing, for its owner's eyes alone.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    kept = io.StringIO(newline="")
    writer = csv.DictWriter(kept, names, delimiter=";", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows({name: _safe(row.get(name, "")) for name in names} for row in rows)
    write_bytes(place, kept.getvalue().encode("utf-8-sig"))


@contextmanager
def keeping(place: Path) -> Iterator[list[Path]]:
    """Keep card numbers of an older table that the one written in its place does not have, in a file beside it.

    Give a list that holds that file's place afterwards, where there is one.
    """
    aside: list[Path] = []
    old = place.read_bytes() if place.is_file() else None
    numbers = _numbers_in(place) if old is not None else set()
    try:
        yield aside
    finally:
        if old is not None and numbers - _numbers_in(place):
            beside = place.with_name(f"{place.name.removesuffix('.csv')}.before.csv")
            write_bytes(beside, old)
            aside.append(beside)


def _numbers_in(place: Path) -> set[str]:
    try:
        return {row["number"] for row in read(place) if row.get("number")}
    except ClerkError:
        return set()  # it is no table of ours, or has no row


def write_bytes(place: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: it is whole, or not there; its owner alone reads it."""
    try:
        aside, named = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        with os.fdopen(aside, "wb") as file:
            file.write(content)
        Path(named).replace(place)
    except OSError as error:
        message = f"{place} cannot be written: {error.strerror}."
        raise ClerkError(message) from error


def _row(place: Path, at: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    if any(cells[len(names) :]):
        message = f"{place}: row {at} has more cells than the first row has names."
        raise ClerkError(message)
    # An apostrophe that we put before a cell is taken off again.
    return {
        name: cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
        for name, cell in zip(names, cells, strict=False) if name
    }  # fmt: skip


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
