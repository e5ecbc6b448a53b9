"""Cards and sheets on paper: the names go out with the request, come back in the PDF, and stay nowhere else."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from clerk import tables
from clerk.api import Api, ClerkError
from clerk.issuing import MOST_AT_ONCE
from clerk.screen import Screen

_DIGITS: Final = 12
_SHEETS_AT_ONCE: Final = 100


def print_cards(
    api: Api, screen: Screen, source: Path, target: Path, *, names: Path | None, only: Sequence[str], layout: str
) -> int:
    """Print the cards of a list that has numbers, five hundred to a file."""
    return send_in_parcels(
        api,
        screen,
        chosen(source, names, only),
        target,
        path="/v1/cards/print",
        more={"layout": layout},
        ending=".csv" if layout == "csv" else ".pdf",
        named=names is not None,
    )


def print_sheets(
    api: Api, screen: Screen, source: Path, target: Path, *, names: Path | None, only: Sequence[str], kind: str,
    language: str | None,
) -> int:  # fmt: skip
    """Print a sheet for each family of a list: what the card is, or what is left where."""
    more = {"kind": kind} | ({"language": language} if language else {})
    return send_in_parcels(
        api, screen, chosen(source, names, only), target, path="/v1/cards/sheets", more=more, most=_SHEETS_AT_ONCE,
        told="sheets", named=names is not None,
    )  # fmt: skip


def chosen(source: Path, names: Path | None, only: Sequence[str]) -> list[dict[str, str]]:
    """Give the cards to print, with the names that the list itself or another one has for them."""
    rows = [row for row in tables.read(source) if row.get("number")]
    if not rows:
        message = f"{source}: no row has a card number; give the file of results that `issue` wrote."
        raise ClerkError(message)
    called = _names(names)
    _insist_on_one_name(source, rows)
    wanted = {digits_of(number) for number in only}
    cards: list[dict[str, str]] = []
    told: set[str] = set()
    for row in rows:
        number = digits_of(row["number"])
        if number in told or (wanted and number not in wanted):
            continue
        told.add(number)  # two rows may have come to one card: it is printed once
        name = row.get("name") or next((called[key] for key in _keys(row) if key in called), "")
        cards.append({"number": number} | ({"name": name} if name else {}))
    if missing := wanted - {card["number"] for card in cards}:
        message = f"{len(missing)} of the numbers after --only are not in {source}."
        raise ClerkError(message)
    return cards


def digits_of(number: str) -> str:
    """Give a card number without the spaces or hyphens it is printed with. ClerkError, without it, where it is none."""
    digits = "".join(sign for sign in number if sign not in " -\u00a0")
    # A spreadsheet takes the leading zeros of a number away.
    digits = digits.zfill(_DIGITS) if digits.isdecimal() else digits
    if len(digits) != _DIGITS or not digits.isdecimal() or not digits.isascii():
        message = "A card number is 12 digits; one in the list is not."
        raise ClerkError(message)
    return digits


def _names(place: Path | None) -> dict[tuple[str, str], str]:
    if place is None:
        return {}
    rows = tables.read(place)
    tables.needs(place, rows, "name")
    _insist_on_one_name(place, rows)
    return {key: row["name"] for row in rows if row.get("name") for key in _keys(row)}


def _insist_on_one_name(place: Path, rows: Sequence[tables.Row]) -> None:
    """Refuse a list that gives one card two names: whoever guesses prints a child's card with another's name."""
    called: dict[tuple[str, str], tuple[int, str]] = {}
    for at, row in enumerate(rows, 1):
        for key in _keys(row) if row.get("name") else []:
            first, name = called.setdefault(key, (at, row["name"]))
            if name != row["name"]:
                message = (
                    f"{place}: rows {first} and {at} are the same card ({key[0]}) with two names. "
                    "Give each child a reference of its own, or write the names beside the card numbers."
                )
                raise ClerkError(message)


def _keys(row: tables.Row) -> list[tuple[str, str]]:
    keys = [("number", digits_of(row["number"]))] if row.get("number") else []
    return keys + [(name, row[name]) for name in ("id", "external_ref") if row.get(name)]


def send_in_parcels(
    api: Api,
    screen: Screen,
    cards: Sequence[dict[str, str]],
    target: Path,
    *,
    path: str,
    more: dict[str, Any],
    most: int = MOST_AT_ONCE,
    ending: str = ".pdf",
    told: str = "printed",
    named: bool = False,
) -> int:
    """Ask for what is printed of some cards, so many at once, and write each answer to a file.

    `named`: a list of names was given, so that a card without one is told of also where all are.
    """
    parcels = [cards[first : first + most] for first in range(0, len(cards), most)]
    # The place beside the list ends as paper does; a bureau's list is no PDF.
    stem = target.name.removesuffix(ending).removesuffix(".pdf")
    written = []
    with screen.bar("printing", len(cards)) as step:
        for at, parcel in enumerate(parcels, 1):
            body = json.dumps({"cards": list(parcel), **more}).encode()
            paper = api.fetch("POST", path, body, kind="application/json")
            place = target.with_name(f"{stem}{ending}" if len(parcels) == 1 else f"{stem}-{at}{ending}")
            tables.write_bytes(place, paper)
            written.append(place)
            step(len(parcel))
    nameless = sum("name" not in card for card in cards)
    screen.line(told, count=len(cards), pages=", ".join(str(place) for place in written))
    if nameless and (named or nameless < len(cards)):
        screen.line("without_name", count=nameless)
    if nameless < len(cards):
        screen.line("keep_names")
    screen.result({"cards": len(cards), "without_name": nameless, "files": [str(place) for place in written]})
    return 0
