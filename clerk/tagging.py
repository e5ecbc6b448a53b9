"""Cards with NFC tags: the list that a card bureau makes them from, and the list that it sends back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from clerk import tables
from clerk.api import Api, ClerkError
from clerk.issuing import Parcels, told_of_problems
from clerk.printing import chosen, digits_of, send_in_parcels
from clerk.screen import Screen

RESULT: Final = ("row", "card_no", "uid", "status", "problem", "remedy")
_SENT: Final = ("number", "uid", "count", "replaces")
_NO: Final = frozenset({"0", "no", "nei", "n", "false", "fail"})


def order(api: Api, screen: Screen, source: Path, target: Path, *, names: Path | None, only: Sequence[str]) -> int:
    """Write the list that a bureau makes the cards of a list from, five hundred to a file."""
    cards = chosen(source, names, only)
    return send_in_parcels(api, screen, cards, target, path="/v1/cards/tags/order", more={}, ending=".csv")


def bring_back(
    api: Api, screen: Screen, source: Path, result: Path, *, ordered: Path | None, replaces: bool
) -> int:  # fmt: skip
    """Tie the tags of a bureau's list to their cards, once however often it is given.

    It has `uid`, and the card by `card_no` or by the `seq` of the list that was ordered; where it has them, `ctr` is
    how often the bureau read the tag, and `originality_ok` whether the chip is the maker's own.
    """
    rows = tables.read(source)
    tables.needs(source, rows, "uid")
    _name_the_cards(source, rows, ordered)
    for at, row in enumerate(rows, 1):
        row |= {"row": str(at), "uid": "".join(sign for sign in row["uid"] if sign not in " :-").lower()}
        row |= {"count": row.get("count") or row.get("ctr") or "", "replaces": "true" if replaces else ""}
        if row.get("originality_ok", "").lower() in _NO:
            row |= {"status": "problem", "problem": "not_original", "remedy": ""}
    sent = [row for row in rows if "status" not in row]
    parcels = Parcels(api, "/v1/cards/tags", _SENT, lambda row: {**row, "number": row["card_no"]})
    with screen.bar("tagging", len(sent)) as step:
        parcels.send(sent, lambda: tables.write(result, rows, RESULT), step)
    tables.write(result, rows, RESULT)
    return _tell(screen, rows, result)


def _name_the_cards(source: Path, rows: Sequence[tables.Row], ordered: Path | None) -> None:
    """Give each row its card's number, where the bureau names it by its place in the order alone."""
    places = {} if ordered is None else {row.get("seq", ""): row.get("card_no", "") for row in tables.read(ordered)}
    for at, row in enumerate(rows, 1):
        number = row.get("card_no") or row.get("number") or places.get(row.get("seq", ""), "")
        if not number:
            message = f"{source}: row {at} names no card; give the list that was ordered with --order."
            raise ClerkError(message)
        row["card_no"] = digits_of(number)


def _tell(screen: Screen, rows: Sequence[tables.Row], result: Path) -> int:
    came_to = [row.get("status", "try_again") for row in rows]
    bound, before, problems, left = map(came_to.count, ("bound", "unchanged", "problem", "try_again"))
    screen.line("tagged", count=bound)
    if before:
        screen.line("tagged_before", count=before)
    told_of_problems(screen, rows)
    if left:
        screen.line("left", count=left)
    screen.line("results", file=result)
    screen.result({
        "bound": bound, "before": before, "problems": problems, "try_again": left, "results": str(result)
    })  # fmt: skip
    return 4 if left else 3 if problems else 0
