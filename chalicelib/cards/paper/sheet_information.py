"""How the card is used, on one page: three pictures, four things to know, and where it may be used."""

from collections.abc import Sequence
from typing import Final

from chalicelib.cards.paper.sheet_top import BODY, FOOT, ROOM, Frame, kroner
from chalicelib.cards.rules import SheetLine
from chalicelib.press.leaf import A4, MARGIN, leading
from chalicelib.press.pen import DEEP, GREY, INK, LIGHT, LINE, MIDDLE, PALE, SUN, WHITE, Picture, mm
from chalicelib.press.pictures import picture_of

_GUTTER: Final = mm(6)
_COLUMN: Final = (ROOM - _GUTTER) // 2
_SQUEEZED: Final = 1.15  # of its room, a line of small type still reads well
_STEPS: Final = BODY + mm(2)
_KNOW: Final = _STEPS + mm(52)
_PLACES: Final = _KNOW + mm(35)
_ROWS: Final = _PLACES + mm(12)
_FREE: Final = FOOT - mm(3) - _ROWS
_ROOMY, _TIGHT = mm(21), mm(15)


def front_of(lines: Sequence[SheetLine]) -> int:
    """Give how many places fit on the front."""
    return len(lines) if len(lines) <= _held(_FREE, _ROOMY) else min(len(lines), _held(_FREE, _TIGHT))


def draw_information(frame: Frame, arms: Picture | None) -> None:
    """Draw the front."""
    frame.band(frame.words["title"], arms)
    frame.panel("")
    _steps(frame)
    _know(frame)
    frame.leaf.line(frame.tongue.words["offers.title"], MARGIN, _PLACES + mm(6), 17, ROOM, font="strong", colour=DEEP)
    lines = frame.sheet.lines
    _places(frame, lines[: front_of(lines)], _ROWS, _ROOMY if len(lines) <= _held(_FREE, _ROOMY) else _TIGHT)
    frame.foot()


def draw_more_places(frame: Frame, lines: Sequence[SheetLine]) -> None:
    """Draw the back: the places that the front has no room for."""
    top = frame.heading(frame.tongue.words["offers.title"])
    free = A4[1] - MARGIN - top
    pitch = _ROOMY if len(lines) <= _held(free, _ROOMY) else _TIGHT
    shown = lines[: _held(free - mm(8), _TIGHT)] if len(lines) > _held(free, _TIGHT) else lines
    _places(frame, shown, top, pitch)
    frame.how_many_more(len(lines) - len(shown))


def _held(free: float, pitch: int) -> int:
    return 2 * int(free // pitch)


def _steps(frame: Frame) -> None:
    leaf = frame.leaf
    steps = (("pin", frame.words["choose"]), ("card", frame.tongue.words["tip.show"]), ("check", frame.words["enter"]))
    wide = (ROOM - 2 * _GUTTER) / 3
    for which, (name, text) in enumerate(steps):
        start = MARGIN + which * (wide + _GUTTER)
        middle = start + wide / 2
        leaf.disc(LIGHT, middle, _STEPS + mm(13), mm(12.5))
        if name == "card":
            _card(frame, middle)
        else:
            leaf.picture(name, middle - mm(8.5), _STEPS + mm(4.5), mm(17), DEEP)
        leaf.disc(DEEP, middle - mm(11.5), _STEPS + mm(4), mm(3.6))
        leaf.line(
            str(which + 1), middle - mm(15.1), _STEPS + mm(5.7), 13, mm(7.2), font="strong", colour=WHITE, along=0.5
        )
        leaf.lines(text, start, _STEPS + mm(32.5), 12.5, wide, font="strong", along=0.5, most=3)


def _card(frame: Frame, middle: float) -> None:
    # The card itself: sky, sun, and the code.
    leaf, wide, high, top = frame.leaf, mm(19), mm(12), _STEPS + mm(7)
    left = middle - wide / 2
    leaf.fill(DEEP, left - mm(0.5), top - mm(0.5), wide + mm(1), high + mm(1), round_by=mm(1.6))
    leaf.fill(WHITE, left, top, wide, high, round_by=mm(1.2))
    leaf.fill(MIDDLE, left, top + mm(1), wide, mm(3.6))
    leaf.disc(SUN, left + mm(4), top + mm(2.8), mm(1.2))
    code = mm(1)
    for row, bits in enumerate(("11101", "10100", "11011", "00101", "10111")):
        for column, bit in enumerate(bits):
            if bit == "1":
                leaf.fill(INK, left + wide - mm(6.6) + column * code, top + mm(5.9) + row * code, code, code)
    for row in range(3):
        leaf.fill(LINE, left + mm(1.8), top + mm(6.4) + row * mm(1.7), mm(8 - 2 * row), mm(0.8))


def _know(frame: Frame) -> None:
    told = (
        ("camera", frame.tongue.words["tip.photo"]),
        ("shield", frame.words["only_card"]),
        ("one", frame.companions()),
        ("pin", frame.words["what"]),
    )
    for which, (name, text) in enumerate(told):
        row, column = divmod(which, 2)
        start, top = MARGIN + column * (_COLUMN + _GUTTER), _KNOW + row * mm(15.5)
        frame.leaf.picture(name, start, top, mm(10), MIDDLE)
        room = _COLUMN - mm(13)
        lines = frame.leaf.pen.lines(text, 11, room)
        baseline = top + mm(6.6) - (min(len(lines), 2) - 1) * leading(11) / 2
        frame.leaf.lines(text, start + mm(13), baseline, 11, room, most=2)


def _places(frame: Frame, lines: Sequence[SheetLine], top: float, pitch: int) -> None:
    for which, line in enumerate(lines):
        row, column = divmod(which, 2)
        _place(frame, line, MARGIN + column * (_COLUMN + _GUTTER), top + row * pitch, pitch)


def _place(frame: Frame, line: SheetLine, start: float, top: float, pitch: int) -> None:
    leaf, tile = frame.leaf, pitch - mm(4.5)
    leaf.fill(PALE, start, top, tile, tile, round_by=mm(2))
    leaf.picture(picture_of(line.category), start + tile * 0.16, top + tile * 0.16, tile * 0.68, DEEP)
    room, at = _COLUMN - tile - mm(3), start + tile + mm(3)
    about = " · ".join(part for part in (line.what, line.address) if part)
    if leaf.pen.wide_of(about, 9.5) > room * _SQUEEZED:
        about = line.what  # whole words before an address cut short; the page behind the code has it
    names = [line.place]
    downs: tuple[float, ...] = (4.4, 9.2, 14.6) if pitch == _ROOMY else (3.4, 7.8, 12)
    if pitch == _ROOMY and leaf.pen.wide_of(line.place, 9.5, font="strong") > room:
        first, *rest = leaf.pen.lines(line.place, 10, room, font="strong")
        names, downs = [first, " ".join(rest)], (3, 7.2, 11.4, 15.6)
    for name, down in zip(names, downs, strict=False):
        leaf.line(name, at, top + mm(down), 12 if len(names) == 1 else 10, room, font="strong")
    leaf.line(about, at, top + mm(downs[-2]), 9.5, room, colour=GREY)
    size = 11 if pitch == _ROOMY else 9
    leaf.line(allowance(frame, line), at, top + mm(downs[-1]), size, room, font="strong", colour=DEEP)


def allowance(frame: Frame, line: SheetLine) -> str:
    """Say how often, and what is paid at the till."""
    words = frame.tongue.words
    times = (
        f"{line.limit} \N{MULTIPLICATION SIGN} {words[f'per.{line.per}']}"  # no word for visits, which has many plurals
    )
    often = words["free_all_year"] if line.limit is None else times
    return f"{often} · {frame.tongue.say('pay', amount=kroner(line.copay))}" if line.copay else often
