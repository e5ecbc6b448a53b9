"""What is left where, on one page, for those who would rather look at paper than at a phone."""

from collections.abc import Sequence
from typing import Final

from chalicelib.cards.paper.sheet_information import allowance
from chalicelib.cards.paper.sheet_top import BODY, FOOT, ROOM, Frame, day
from chalicelib.cards.rules import SheetLine
from chalicelib.press.leaf import A4, MARGIN
from chalicelib.press.pen import DEEP, GREY, LIGHT, LINE, MIDDLE, PALE, WHITE, Picture, mm
from chalicelib.press.pictures import picture_of

_TIP: Final = FOOT - mm(16)
_FREE: Final = _TIP - mm(3) - BODY
_HEIGHTS: Final = (mm(26), mm(20), mm(17.5), mm(15.5))  # of a row, from roomy to tight
_MOST_DOTS: Final = 15
_COUNT: Final = mm(48)


def front_of(lines: Sequence[SheetLine]) -> int:
    """Give how many lines fit on the front."""
    return min(len(lines), int(_FREE // _HEIGHTS[-1]))


def draw_left(frame: Frame, arms: Picture | None) -> None:
    """Draw the front."""
    frame.band(frame.tongue.words["year.title"], arms)
    frame.panel(frame.words["day"].format(date=day(frame.sheet.day)))
    lines = frame.sheet.lines[: front_of(frame.sheet.lines)]
    _lines(frame, lines, BODY, next((each for each in _HEIGHTS if each * len(lines) <= _FREE), _HEIGHTS[-1]))
    _tip(frame)
    frame.foot()


def draw_more_left(frame: Frame, lines: Sequence[SheetLine]) -> None:
    """Draw the back: the lines that the front has no room for."""
    top = frame.heading(frame.tongue.words["year.title"])
    free = A4[1] - MARGIN - top
    high = next((each for each in _HEIGHTS if each * len(lines) <= free), _HEIGHTS[-1])
    shown = lines if high * len(lines) <= free else lines[: int((free - mm(8)) // high)]
    _lines(frame, shown, top, high)
    frame.how_many_more(len(lines) - len(shown))


def _lines(frame: Frame, lines: Sequence[SheetLine], top: float, high: int) -> None:
    for which, line in enumerate(lines):
        _line(frame, line, top + which * high, high)


def _line(frame: Frame, line: SheetLine, top: float, high: int) -> None:
    leaf, tile = frame.leaf, min(high - mm(2.2), mm(18))
    grown = tile / mm(18)
    inside = top + (high - tile) / 2
    leaf.fill(PALE, MARGIN, inside, tile, tile, round_by=mm(2))
    leaf.picture(picture_of(line.category), MARGIN + tile * 0.16, inside + tile * 0.16, tile * 0.68, DEEP)
    at, room = MARGIN + tile + mm(4), ROOM - tile - mm(8) - _COUNT
    leaf.line(line.place, at, inside + tile * 0.32, 10 + 5 * grown, room, font="strong")
    leaf.line(line.what, at, inside + tile * 0.62, 8 + 2.5 * grown, room, colour=GREY)
    _dots(frame, line, (at, inside + tile * 0.88), mm(1.1 + 0.6 * grown), room)
    _count(frame, line, MARGIN + ROOM - _COUNT, inside, tile)
    leaf.fill(LINE, MARGIN, top + high - 2, ROOM, 2)


def _dots(frame: Frame, line: SheetLine, at: tuple[float, float], radius: int, room: float) -> None:
    leaf, (start, middle) = frame.leaf, at
    if line.limit is None or line.left is None or line.limit > _MOST_DOTS:
        leaf.line(allowance(frame, line), start, middle + radius * 0.7, 9, room, colour=GREY)
        return
    step = radius * 2.7
    for which in range(line.limit):
        along = start + radius + which * step
        leaf.disc(MIDDLE if which < line.left else LINE, along, middle, radius)
        if which >= line.left:
            leaf.disc(WHITE, along, middle, round(radius * 0.72))
    used = line.limit * step + mm(2)
    per = frame.tongue.words[f"per.{line.per}"]
    leaf.line(per, start + used, middle + radius * 0.7, 9, max(room - used, mm(10)), colour=GREY)


def _count(frame: Frame, line: SheetLine, start: float, top: float, tile: float) -> None:
    leaf = frame.leaf
    if line.limit is None or line.left is None:
        leaf.picture("check", start + _COUNT - mm(11) - tile * 0.2, top + tile * 0.2, tile * 0.6, MIDDLE)
        return
    big = 16 + 18 * tile / mm(18)
    of = frame.words["of"].format(limit=line.limit)
    wide = mm(22)
    leaf.line(
        str(line.left), start, top + tile * 0.72, big, _COUNT - wide - mm(2), font="strong",
        colour=DEEP if line.left else GREY, along=1,
    )  # fmt: skip
    leaf.line(of, start + _COUNT - wide, top + tile * 0.72, 12, wide, colour=GREY)


def _tip(frame: Frame) -> None:
    leaf = frame.leaf
    leaf.fill(LIGHT, MARGIN, _TIP, ROOM, mm(13), round_by=mm(3))
    leaf.picture("camera", MARGIN + mm(5), _TIP + mm(1.8), mm(9.5), DEEP)
    leaf.line(frame.tongue.words["tip.photo"], MARGIN + mm(20), _TIP + mm(5.6), 11.5, ROOM - mm(24), font="strong")
    counts = frame.words["by_person" if frame.sheet.each_person_counts else "by_visit"]
    leaf.line(f"{counts} {frame.tongue.words['tip.show']}", MARGIN + mm(20), _TIP + mm(10.6), 10, ROOM - mm(24))
