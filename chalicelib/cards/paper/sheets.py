"""The sheets that a family takes home, one A4 sheet for each card, in the family's language."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chalicelib.cards.paper import sheet_information, sheet_left
from chalicelib.cards.paper.sheet_information import draw_information, draw_more_places
from chalicelib.cards.paper.sheet_left import draw_left, draw_more_left
from chalicelib.cards.paper.sheet_top import Frame
from chalicelib.cards.rules import Sheet, SheetKind, SheetLine
from chalicelib.press.leaf import A4
from chalicelib.press.letters import is_printable
from chalicelib.press.pen import Pen, Picture, picture
from chalicelib.shared.answers import Field, RuleError

_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)


def print_sheets(
    sheets: Sequence[Sheet], kind: SheetKind, *, arms: bytes | None = None, made: datetime = _MADE
) -> bytes:
    """Draw sheets as a PDF, a page each, or two where one has more places than a page holds.

    RuleError where a name holds letters that no font here has, or the coat of arms cannot be read.
    """
    _insist_letters(sheets)
    shown = None if arms is None else picture(arms, "coat_of_arms")
    manner = _INFORMATION if kind is SheetKind.INFORMATION else _LEFT
    # Where one sheet has a back, all have one: a family's sheet must not end on the back of another's.
    two_sided = any(manner.holds(sheet.lines) < len(sheet.lines) for sheet in sheets)
    with closing(Pen(A4, sheets[0].language, made, two_sided=two_sided)) as pen:
        for sheet in sheets:
            frame, held = Frame.of(pen, sheet), manner.holds(sheet.lines)
            pen.page()
            manner.front(frame, shown)
            if two_sided:
                pen.page()
            if held < len(sheet.lines):
                manner.back(frame, sheet.lines[held:])
        return pen.finish()


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a kind of sheet is drawn."""

    holds: Callable[[Sequence[SheetLine]], int]
    front: Callable[[Frame, Picture | None], None]
    back: Callable[[Frame, Sequence[SheetLine]], None]


_INFORMATION: Final = _Manner(sheet_information.front_of, draw_information, draw_more_places)
_LEFT: Final = _Manner(sheet_left.front_of, draw_left, draw_more_left)


def _insist_letters(sheets: Sequence[Sheet]) -> None:
    remedy = "The name holds letters that cannot be printed; write it with other letters."
    faults = tuple(
        Field(f"cards[{index}].name", "letters_not_printable", remedy)
        for index, sheet in enumerate(sheets)
        if sheet.name is not None and not is_printable(sheet.name)
    )
    if faults:
        raise RuleError("letters_not_printable", remedy, faults)
