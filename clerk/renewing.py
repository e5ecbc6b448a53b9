"""Next year's cards: the work list of what expires, a cross for each that is to be renewed, and the renewing."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from clerk import tables
from clerk.api import Api, ClerkError, NotReachedError, RefusedError
from clerk.issuing import counted, told_of_problems
from clerk.printing import digits_of
from clerk.screen import Screen

LIST: Final = ("renew", "number", "valid_until", "too_old", "stock")
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
    with screen.bar("renewing", len(picked)) as step:
        for at, row in enumerate(picked):
            try:
                _renew(api, row, to)
            except NotReachedError:
                _save(result, picked[: at + 1])
                raise
            if at % 50 == 49:  # noqa: PLR2004  so that little is lost when the power goes
                _save(result, picked[: at + 1])
            step(1)
    _save(result, picked)
    counts = counted(picked)
    screen.line("renewed", count=counts.done)
    told_of_problems(screen, picked)
    screen.line("results", file=result)
    screen.result({"renewed": counts.done, "problems": counts.problems, "results": str(result)})
    return counts.code


def _due(card: dict[str, Any]) -> tables.Row:
    too_old = bool(card["too_old"])
    return {
        "renew": "" if too_old else "x", "number": card["number"], "valid_until": card["valid_until"],
        "too_old": "x" if too_old else "", "stock": "",
    }  # fmt: skip


def _renew(api: Api, row: tables.Row, to: str) -> None:
    number = row["old_number"]
    told = f"{number} {to} {row['stock']}"
    key = f"renew-{hashlib.sha256(told.encode()).hexdigest()[:32]}"
    body = {"programme": to} | ({"number": row["stock"]} if row["stock"] else {})
    row["status"] = "try_again"
    try:
        made = api.ask("POST", f"/v1/cards/{number}/renew", body, key=key)
    except RefusedError as error:
        if error.status in {401, 403}:
            raise
        faults = "; ".join(f"{fault.path}: {fault.detail}" for fault in error.faults)
        row.update({"status": "problem", "problem": error.code, "remedy": faults or error.detail})
    else:
        row.update({"status": "renewed", "number": made["number"]})


def _save(place: Path, rows: Sequence[tables.Row]) -> None:
    tables.write(place, rows, RESULT)


def day(text: str) -> str:
    """Give a date as the API takes it, also written as 31.12.2026."""
    pieces = text.split(".")
    if len(pieces) == 3 and all(piece.isdecimal() for piece in pieces):  # noqa: PLR2004  day, month, year
        text = f"{pieces[2]:0>4}-{pieces[1]:0>2}-{pieces[0]:0>2}"
    if len(text) != len("2026-12-31") or text[4] != "-":
        message = f"{text} is not a date; write 2026-12-31 or 31.12.2026."
        raise ClerkError(message)
    return text
