"""Cards by the list: sent five hundred at a time, what was not reached sent again, each row told what it came to."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clerk import tables, words
from clerk.api import Api, ClerkError, NotReachedError
from clerk.screen import Screen

MOST_AT_ONCE: Final = 500
_ROUNDS: Final = 20  # of sending what time did not suffice for; each gets further, or we stop
_PAUSE: Final = 1.0
# Columns of a list that are ours or the caller's, and never sent: the name least of all.
NOT_SENT: Final = frozenset({"name", "row", "status", "number", "problem", "remedy", "token", "url"})
_NAMED_TOGETHER: Final = 5  # rows with the same thing to put right are told in one line
RESULT: Final = ("row", "id", "external_ref", "status", "number", "problem", "remedy")


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a list."""

    done: int
    before: int
    problems: int
    left: int
    same: int = 0  # rows that came to the card of a row above them

    @property
    def code(self) -> int:
        """Give the exit code: 0 all done, 3 rows to put right, 4 rows to send again."""
        return 4 if self.left else 3 if self.problems else 0


def issue(api: Api, screen: Screen, source: Path, result: Path, *, programme: str | None, names: bool) -> int:
    """Give out the cards of a list, once however often it is given; write what each row came to beside it."""
    rows = tables.read(source)
    for row in rows:
        if programme and not row.get("programme"):
            row["programme"] = programme
    tables.needs(source, rows, "programme", "external_ref", "birth_year")
    for at, row in enumerate(rows, 1):
        row["row"] = str(at)
        if not row.get("id"):
            row["id"] = id_of(row)
    kept = [*RESULT, "name"] if names else list(RESULT)
    columns = sorted({name for row in rows for name in row if name not in NOT_SENT})
    parcels = Parcels(api, "/v1/cards/batch", columns, lambda row: row)
    with keeping(screen, result), screen.bar("issuing", len(rows)) as step:
        parcels.send(rows, lambda: tables.write(result, rows, kept), step)
    return tell(screen, "issued", rows, result)


def id_of(row: tables.Row) -> str:
    """Give a row without an id one that is the same whenever the same row is sent."""
    told = {name: value for name, value in row.items() if value and name not in NOT_SENT and name != "id"}
    return f"r-{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Parcels:
    """A list on its way to a call that takes five hundred rows and answers each; `line` is how a row is sent."""

    api: Api
    path: str
    columns: Sequence[str]
    line: Callable[[tables.Row], tables.Row]

    def send(self, rows: Sequence[tables.Row], save: Callable[[], None], step: Callable[[int], None]) -> None:
        """Send the rows, and what was not reached again; each row is told what it came to, and saved."""
        for first in range(0, len(rows), MOST_AT_ONCE):
            self._parcel(rows[first : first + MOST_AT_ONCE], save, step)

    def _parcel(self, rows: Sequence[tables.Row], save: Callable[[], None], step: Callable[[int], None]) -> None:
        waiting = list(rows)
        for each in range(_ROUNDS):
            if each:
                self.api.sleep(_PAUSE)
            raw = tables.csv_text([self.line(row) for row in waiting], self.columns)
            try:
                answers = json.loads(self.api.fetch("POST", self.path, raw, kind="text/csv"))["results"]
            except NotReachedError:
                _mark(waiting)
                save()
                raise
            for answer in answers:
                _note(waiting[answer["row"] - 1], answer)
            save()
            left = [row for row in waiting if row["status"] == "try_again"]
            step(len(waiting) - len(left))
            if not left or len(left) == len(waiting):
                break
            waiting = left


def _mark(rows: Sequence[tables.Row]) -> None:
    for row in rows:
        row.update({"status": "try_again", "problem": "", "remedy": ""})


def _note(row: tables.Row, answer: dict[str, Any]) -> None:
    row.update(
        {"status": str(answer["status"]), "number": str(answer.get("number") or ""), "problem": "", "remedy": ""}
    )
    if (problem := answer.get("problem")) is not None:
        faults = "; ".join(f"{each['path']}: {each['detail']}" for each in problem.get("fields") or [])
        row["problem"] = str(problem["code"])
        row["remedy"] = faults or str(problem["detail"])


def tell(screen: Screen, what: str, rows: Sequence[tables.Row], result: Path) -> int:
    """Say what came of a list, to people and programs; give the exit code."""
    counts = counted(rows)
    screen.line(what, count=counts.done)
    if counts.before:
        screen.line("before", count=counts.before)
    if counts.same:
        screen.line("same_card", count=counts.same)
    told_of_problems(screen, rows)
    if counts.left:
        screen.line("left", count=counts.left)
    screen.line("results", file=result)
    screen.result({
        what: counts.done, "before": counts.before, "problems": counts.problems, "try_again": counts.left,
        "results": str(result),
    })  # fmt: skip
    return counts.code


@contextmanager
def keeping(screen: Screen, result: Path) -> Iterator[None]:
    """Lose no card number that the results had before, whatever comes of the list; say where they are kept."""
    aside: list[Path] = []
    try:
        with tables.keeping(result) as aside:
            yield
    finally:
        for place in aside:
            screen.line("older_numbers", file=place)


def counted(rows: Sequence[tables.Row]) -> Counts:
    """Count what the rows came to."""
    came_to = [row.get("status", "try_again") for row in rows]
    numbers = [row["number"] for row in rows if row.get("number") and row.get("status") in {"issued", "replayed"}]
    same = len(numbers) - len(set(numbers))
    before = max(came_to.count("replayed") - same, 0)
    return Counts(came_to.count("issued"), before, came_to.count("problem"), came_to.count("try_again"), same)


def told_of_problems(screen: Screen, rows: Sequence[tables.Row], *, most: int = 20) -> None:
    """Say which rows need to be put right, and how."""
    wrong = [row for row in rows if row.get("status") == "problem"]
    if not wrong:
        return
    screen.line("problems", count=len(wrong))
    alike: dict[str, list[tables.Row]] = {}
    for row in wrong:
        alike.setdefault(words.remedy(screen.speech, row["problem"], row["remedy"]), []).append(row)
    for advice, rows_alike in list(alike.items())[:most]:
        named = ", ".join(f"{row['row']}{_whose(row)}" for row in rows_alike[:_NAMED_TOGETHER])
        unnamed = len(rows_alike) - _NAMED_TOGETHER
        more = f" {words.say(screen.speech, 'more', count=unnamed)}" if unnamed > 0 else ""
        screen.aside(f"  {words.say(screen.speech, 'row', row=named)}{more}: {advice}")
    if len(alike) > most:
        left = sum(len(each) for each in list(alike.values())[most:])
        screen.aside("  " + words.say(screen.speech, "more", count=left))


def _whose(row: tables.Row) -> str:
    known = row.get("external_ref") or row.get("old_number")
    return f" ({known})" if known else ""


def beside(source: Path, suffix: str) -> Path:
    """Name a file beside another: `barn.csv` gives `barn.results.csv`. ClerkError where it would be the same."""
    place = source.with_name(f"{source.name.removesuffix('.csv').removesuffix('.results')}{suffix}")
    if place == source:
        message = f"{source} is a file of results; name another place with --results."
        raise ClerkError(message)
    return place
