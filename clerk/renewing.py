"""Next year's cards: the work list of what expires, a cross for each that is to be renewed, and the renewing."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from clerk import tables
from clerk.api import Api, ClerkError
from clerk.issuing import Parcels, keeping, tell
from clerk.printing import digits_of
from clerk.screen import Screen

LIST: Final = ("renew", "number", "valid_until", "too_old", "stock")
_TIMES: Final = 8  # as often as one card may be renewed, taken back and renewed again
RESULT: Final = ("row", "old_number", "status", "number", "problem", "remedy")
_YES: Final = frozenset({"x", "ja", "yes", "1", "true", "j", "y"})


def work_list(api: Api, screen: Screen, target: Path, *, programme: str, before: str) -> int:
    """Write down the cards that expire before a day, the next first, with a cross by those not too old."""
    rows: list[tables.Row] = []
    query = {"programme": programme, "expires_before": before}
    while True:
        page = api.ask("GET", "/v1/cards", query=query)
        rows += [_due(card) for card in page["cards"]]
        if not page.get("cursor"):
            break
        query["cursor"] = page["cursor"]
    tables.write(target, rows, LIST)
    too_old = sum(bool(row["too_old"]) for row in rows)
    screen.line("work_list", count=len(rows), too_old=too_old, file=target)
    if rows:
        screen.line("work_list_next", command=f"./opplev renew {target} --to …")
    screen.result({"cards": len(rows), "too_old": too_old, "list": str(target)})
    return 0


def renew(api: Api, screen: Screen, source: Path, result: Path, *, to: str, every: bool) -> int:
    """Renew the cards of a list that have a cross, once however often it is given; nothing renews by itself."""
    rows = tables.read(source)
    tables.needs(source, rows, "number", *([] if every else ["renew"]))
    picked: list[tables.Row] = []
    for at, row in enumerate(rows, 1):
        if every or row.get("renew", "").lower() in _YES:
            stock = digits_of(row["stock"]) if row.get("stock") else ""
            picked.append({"row": str(at), "old_number": digits_of(row["number"]), "stock": stock})
    if not picked:
        screen.line("none_chosen")
        return 2
    parcels = Parcels(api, "/v1/cards/renew", ("id", "number", "programme", "stock"), lambda row: _line(row, to))
    with keeping(screen, result), screen.bar("renewing", len(picked)) as step:

        def save() -> None:
            tables.write(result, picked, RESULT)

        parcels.send(picked, save, step)
        for _ in range(_TIMES):
            taken_back = [row for row in picked if row.get("problem") == "renewal_cancelled"]
            if not taken_back:
                break
            for row in taken_back:
                row["again"] = f"{row.get('again', '')} again"
            parcels.send(taken_back, save, lambda _: None)
    return tell(screen, "renewed", picked, result)


def cancel(api: Api, screen: Screen, numbers: Sequence[str]) -> int:
    """Take renewals back, by the old cards' numbers, before the new cards' first day."""
    for number in numbers:
        api.ask("POST", f"/v1/cards/{digits_of(number)}/cancel-renewal")
    screen.line("cancelled", count=len(numbers))
    screen.result({"cancelled": len(numbers)})
    return 0


def _line(row: tables.Row, to: str) -> tables.Row:
    """Write a row as it is sent, with an id that is the same whenever the same card is renewed into the same."""
    told = f"{row['old_number']} {to} {row['stock']}{row.get('again', '')}"
    key = f"f-{hashlib.sha256(told.encode()).hexdigest()[:32]}"
    return {"id": key, "number": row["old_number"], "programme": to, "stock": row["stock"]}


def _due(card: dict[str, Any]) -> tables.Row:
    too_old = bool(card["too_old"])
    return {
        "renew": "" if too_old else "x", "number": card["number"], "valid_until": card["valid_until"],
        "too_old": "x" if too_old else "", "stock": "",
    }  # fmt: skip


def day(text: str) -> str:
    """Give a date as the API takes it, also written as 31.12.2026."""
    pieces = text.split(".")
    if len(pieces) == 3 and all(piece.isdecimal() for piece in pieces):  # noqa: PLR2004  day, month, year
        text = f"{pieces[2]:0>4}-{pieces[1]:0>2}-{pieces[0]:0>2}"
    if len(text) != len("2026-12-31") or text[4] != "-":
        message = f"{text} is not a date; write 2026-12-31 or 31.12.2026."
        raise ClerkError(message)
    return text
