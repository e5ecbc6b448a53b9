"""The card on paper: front and back, one to a page for a card printer, or ten to an A4 sheet to cut."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

from chalicelib.cards.paper.back import Back
from chalicelib.cards.paper.front import Front, pictures_of
from chalicelib.cards.paper.words import words_in
from chalicelib.cards.rules import Look, PrintJob
from chalicelib.press.letters import is_printable
from chalicelib.press.pen import CARD, Pen, mm
from chalicelib.shared.answers import Field, RuleError

_A4: Final = (2480, 3508)  # in dots, within the tolerance of the standard
_COLUMNS: Final = 2
_ROWS: Final = 5
_BETWEEN: Final = (mm(8), mm(2))
_BLEED: Final = mm(1)
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)


def print_cards(jobs: Sequence[PrintJob], look: Look, *, layout: str, made: datetime = _MADE) -> bytes:
    """Draw cards as a PDF, the same bytes for the same facts; `made` is the date that the file bears.

    `cr80`: a page per side. `a4`: ten cards a sheet with cut marks, a page of fronts and a page of backs that meet
    when printed duplex along the long edge. RuleError where a name holds letters that no font here has, or an
    image cannot be read. Names are drawn and stand nowhere else, not in the file's own description either.
    """
    _insist_letters(jobs)
    pictures = pictures_of(look)
    with closing(Pen(CARD if layout == "cr80" else _A4, look.language, made)) as pen:
        draw = _pages if layout == "cr80" else _sheets
        draw(pen, Front(pen, look, pictures), Back(pen, words_in(look.language)), jobs)
        return pen.finish()


def _insist_letters(jobs: Sequence[PrintJob]) -> None:
    remedy = "The name holds letters that cannot be printed; write it with other letters."
    faults = tuple(
        Field(f"cards[{index}].name", "letters_not_printable", remedy)
        for index, job in enumerate(jobs)
        if job.name is not None and not is_printable(job.name)
    )
    if faults:
        raise RuleError("letters_not_printable", remedy, faults)


def _pages(pen: Pen, front: Front, back: Back, jobs: Sequence[PrintJob]) -> None:
    for job in jobs:
        pen.page()
        front.draw(job, (0, 0), bleed=0)
        pen.page()
        back.draw(job, (0, 0), bleed=0)


def _sheets(pen: Pen, front: Front, back: Back, jobs: Sequence[PrintJob]) -> None:
    xs, ys = _edges()
    for start in range(0, len(jobs), _COLUMNS * _ROWS):
        sheet = jobs[start : start + _COLUMNS * _ROWS]
        pen.page()
        for place, job in enumerate(sheet):
            row, column = divmod(place, _COLUMNS)
            front.draw(job, (xs[2 * column], ys[2 * row]), bleed=_BLEED)
        _cut_marks(pen, xs, ys)
        pen.page()
        for place, job in enumerate(sheet):
            row, column = divmod(place, _COLUMNS)
            # The sheet is turned along its long edge: what was at the left comes out at the right.
            back.draw(job, (xs[2 * (_COLUMNS - 1 - column)], ys[2 * row]), bleed=_BLEED)
        _cut_marks(pen, xs, ys)


def _cut_marks(pen: Pen, xs: list[int], ys: list[int]) -> None:
    # Outside the outermost cards, never on a card.
    away, length = mm(2), mm(4)
    for x in xs:
        pen.line(x, ys[0] - away, x, ys[0] - away - length)
        pen.line(x, ys[-1] + away, x, ys[-1] + away + length)
    for y in ys:
        pen.line(xs[0] - away, y, xs[0] - away - length, y)
        pen.line(xs[-1] + away, y, xs[-1] + away + length, y)


def _edges() -> tuple[list[int], list[int]]:
    """Give the left and right edges of the columns, and the upper and lower edges of the rows."""
    edges = []
    for size, card, between, count in zip(_A4, CARD, _BETWEEN, (_COLUMNS, _ROWS), strict=True):
        first = (size - count * card - (count - 1) * between) // 2
        starts = [first + index * (card + between) for index in range(count)]
        edges.append([edge for start in starts for edge in (start, start + card)])
    return edges[0], edges[1]
