"""A list as JSON, or as a spreadsheet saves it, read row by row, so that a bad row stops no other."""

import csv
import functools
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic

import msgspec

from chalicelib.api.reading import Body, Row, check_size, identity_number, read, read_cells, shown
from chalicelib.shared.answers import Field, MalformedError, OpplevError
from chalicelib.shared.ids import UUID, holds_identity_number, is_id

MOST_ROWS: Final = 500


class _OnlyId(msgspec.Struct):
    id: str


@dataclass(frozen=True, slots=True)
class Line(Generic[Row]):
    """One row as it was sent, or what is wrong with it. `id` is None where it cannot be read or be repeated."""

    id: str | None
    sent: Row | OpplevError


def rows_of_json(
    raw: bytes, whole: type[Body], kind: type[Row], *, name: str = "cards", most: int = MOST_ROWS
) -> list[Line[Row]]:
    """Read `{"cards": [...]}`; what is wrong with the list as a whole raises as `read` does."""
    check_size(raw)
    rows = _rows(raw, name, most)
    if rows is None:
        read(raw, whole)  # which is stricter, and says what is wrong in words
        raise MalformedError("bad_fields", "Some fields are missing or wrong.")
    return [_line(_id_in(row), functools.partial(read, bytes(row), kind)) for row in rows]


def rows_of_csv(raw: bytes, kind: type[Row]) -> list[Line[Row]]:
    """Read a table whose first row holds the names of the fields, in any order; an empty cell is a field left out.

    UTF-8 with or without a mark, or Latin-1; `;` or `,`. MalformedError `not_csv`, `bad_header`, `no_rows` or
    `too_many_rows`.
    """
    check_size(raw)
    header, *rows = _table(_decoded(raw))
    names = _names(header, kind)
    if not rows:
        raise MalformedError("no_rows", "There is no row below the names of the fields.")
    if len(rows) > MOST_ROWS:
        raise MalformedError("too_many_rows", "Send at most 500 rows at a time.")
    return [_line_of_cells(names, cells, kind) for cells in rows]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")  # what older spreadsheets save; every byte is a letter there


def _table(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise MalformedError("not_csv", "The table cannot be read: a quotation mark lacks its pair.") from None
    filled = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        raise MalformedError("no_rows", "The table is empty.")
    return filled


def _names(header: list[str], kind: type[Any]) -> list[str]:
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    faults = [Field(shown(name), "unknown_field", "There is no such field.") for name in header if name not in known]
    faults += [Field(name, "twice", "This name stands twice.") for name in known if header.count(name) > 1]
    faults += [
        Field(name, "missing", "This field is needed.")
        for name, field in known.items() if field.required and name not in header
    ]  # fmt: skip
    if faults:
        raise MalformedError("bad_header", "The first row must hold the names of the fields.", tuple(faults[:20]))
    return header


def _line_of_cells(names: list[str], cells: list[str], kind: type[Row]) -> Line[Row]:
    row = {name: cell for name, cell in zip(names, cells, strict=False) if cell}

    def sent() -> Row:
        if any(cells[len(names) :]):
            fault = Field("", "invalid", "The row has more cells than the first row has names.")
            raise MalformedError("bad_fields", "Some fields are missing or wrong.", (fault,))
        return read_cells(row, kind)

    return _line(row.get("id"), sent)


def _rows(raw: bytes, name: str, most: int) -> list[msgspec.Raw] | None:
    try:
        whole = msgspec.json.decode(raw, type=dict[str, list[msgspec.Raw]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return whole[name] if set(whole) == {name} and 1 <= len(whole[name]) <= most else None


def _id_in(raw: msgspec.Raw) -> str | None:
    try:
        return msgspec.json.decode(raw, type=_OnlyId).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _line(row_id: str | None, reading: Callable[[], Row]) -> Line[Row]:
    if row_id is not None and not re.fullmatch(UUID, row_id) and holds_identity_number(row_id):
        return Line(None, identity_number(Field("id", "identity_number", "Give the row an id of your own making.")))
    shown_id = row_id if row_id is not None and is_id(row_id) else None
    try:
        return Line(shown_id, reading())
    except OpplevError as error:
        return Line(shown_id, error)
