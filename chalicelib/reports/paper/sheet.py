"""A page of A4 being filled from the top: headings, lines of text, bars and columns, all of them vectors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.press.pen import GREY, INK, LINE, WHITE, Colour, Pen, mm

A4: Final = (2480, 3508)
LEFT: Final = mm(20)
WIDE: Final = A4[0] - 2 * LEFT
TOP: Final = mm(22)
FOOT: Final = A4[1] - mm(18)
GAP: Final = mm(9)
_ROW: Final = mm(7.4)
_BAR: Final = mm(4.8)
_NAMES: Final = 0.34  # of the width, for what a bar is of
_TINT: Final = 0.72


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart. `figure` None: hidden; `text` stands beside it; `faint`: a figure of earlier."""

    name: str
    figure: int | None
    text: str
    faint: bool = False


def tint(colour: Colour, by: float = _TINT) -> Colour:
    """Give a colour thinned with white."""
    red, green, blue = (round(part + (255 - part) * by) for part in colour)
    return red, green, blue


class Sheet:
    """Pages that turn by themselves. `y` is how far down the page is filled, in dots."""

    def __init__(self, language: str, made: datetime, colour: Colour, foot: tuple[str, str]) -> None:
        self.pen = Pen(A4, language, made)
        self.colour = colour
        self.y: float = TOP
        self._foot = foot
        self._page = 0

    def turn(self) -> None:
        """Begin a new page, with its foot."""
        self._page += 1
        self.pen.page()
        self.pen.fill(LINE, LEFT, FOOT, WIDE, 2)
        self.pen.say(self._foot[0], LEFT, FOOT + mm(5), 8.5, colour=GREY)
        page = self._foot[1].format(page=self._page)
        self.pen.say(page, LEFT + WIDE - self.pen.wide(page, "text", 8.5), FOOT + mm(5), 8.5, colour=GREY)
        self.y = TOP

    def need(self, high: float) -> None:
        """Turn the page where so much does not fit any more."""
        if self.y + high > FOOT - mm(4):
            self.turn()

    def heading(self, text: str, note: str = "", *, keep: float = 0) -> None:
        """Write a heading with a sentence below, on the page of what follows."""
        lines = self.wrapped(note, WIDE, 10.5) if note else []
        self.need(mm(9) + len(lines) * mm(5.2) + keep)
        self.pen.say(text, LEFT, self.y + mm(5.4), 16, font="strong", colour=self.colour)
        self.y += mm(9)
        self._lines(lines, 10.5, mm(5.2), GREY)
        self.y += mm(2.5)

    def paragraph(self, text: str, *, size: float = 10.5, colour: Colour = INK, strong: bool = False) -> None:
        """Write running text."""
        self._lines(self.wrapped(text, WIDE, size, "strong" if strong else "text"), size, mm(5.4), colour)
        self.y += mm(2)

    def _lines(self, lines: Iterable[str], size: float, step: float, colour: Colour) -> None:
        for line in lines:
            self.need(step)
            self.pen.say(line, LEFT, self.y + mm(3.8), size, colour=colour)
            self.y += step

    def wrapped(self, text: str, room: float, size: float, font: str = "text") -> list[str]:
        """Break text into lines."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.pen.wide(longer, font, size) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def bars(self, bars: Sequence[Bar]) -> None:
        """Draw a bar for each figure, its name before it and the figure behind it."""
        largest = max((bar.figure or 0 for bar in bars), default=0) or 1
        start = LEFT + WIDE * _NAMES
        room = LEFT + WIDE - start - mm(26)
        for bar in bars:
            names = self._named(bar.name, WIDE * _NAMES - mm(4))
            high = _ROW + (len(names) - 1) * mm(4.2)
            self.need(high)
            middle = self.y + high / 2
            for row, line in enumerate(names):
                baseline = middle + mm(1.4) + (row - (len(names) - 1) / 2) * mm(4.2)
                self.pen.say(line, LEFT, baseline, 10.5 if len(names) == 1 else 9.5, room=WIDE * _NAMES - mm(4))
            long = max(room * (bar.figure or 0) / largest, mm(0.8)) if bar.figure else mm(0.5)
            self._block(start, middle - _BAR / 2, long, _BAR, faint=bar.faint or bar.figure is None)
            self.pen.say(bar.text, start + long + mm(2), middle + mm(1.5), 10.5, font="strong")
            self.y += high
        self.y += mm(1.5)

    def _named(self, name: str, room: float) -> list[str]:
        """Give a name as one line, or as two smaller ones where it is long; the second loses its end."""
        if self.pen.wide(name, "text", 10.5) <= room:
            return [name]
        first, *more = self.wrapped(name, room, 9.5)
        return [first, " ".join(more)] if more else [first]

    def columns(self, bars: Sequence[Bar], x: float, wide: float, high: float) -> None:
        """Draw columns side by side between x and x + wide; does not move down."""
        largest = max((bar.figure or 0 for bar in bars), default=0) or 1
        step = wide / max(len(bars), 1)
        room, floor = high - mm(12), self.y + high - mm(6)
        for place, bar in enumerate(bars):
            left, thick = x + place * step + step * 0.16, step * 0.68
            tall = max(room * (bar.figure or 0) / largest, mm(0.8)) if bar.figure else mm(0.5)
            self._block(left, floor - tall, thick, tall, faint=bar.faint or bar.figure is None)
            self._centred(bar.text, left, thick, floor - tall - mm(1.4), 9.5, "strong", INK, step)
            self._centred(bar.name, left, thick, floor + mm(4.4), 9, "text", GREY, step)
        self.pen.fill(LINE, x, floor, wide, 2)

    def split(self, part: int, whole: int, largest: int) -> None:
        """Draw a whole in outline with a part of it filled; the largest whole takes the width."""
        long = WIDE * whole / max(largest, 1)
        if whole:
            self._block(LEFT, self.y, long, mm(8), faint=True)
        if part:
            self._block(LEFT, self.y, long * part / whole, mm(8), faint=False)
        self.y += mm(10)

    def _block(self, x: float, y: float, wide: float, high: float, *, faint: bool) -> None:
        """Fill a bar, or draw it in outline, which grey paper tells apart too."""
        self.pen.fill(self.colour, x, y, wide, high)
        edge = 4
        if faint and wide > 2 * edge and high > 2 * edge:
            self.pen.fill(tint(self.colour, 0.86), x + edge, y + edge, wide - 2 * edge, high - 2 * edge)

    def _centred(  # noqa: PLR0913, PLR0917  a line of text has this many sides
        self, text: str, x: float, wide: float, baseline: float, size: float, font: str, colour: Colour, room: float
    ) -> None:
        """Write a line around the middle of what it is about, smaller where it would touch its neighbour."""
        fitting = self.pen.fitting(text, font, room * 0.96, most=size, least=1) or size
        self.pen.say(text, x + (wide - self.pen.wide(text, font, fitting)) / 2, baseline, fitting, font=font,
                     colour=colour)  # fmt: skip

    def finish(self) -> bytes:
        """Give the file."""
        try:
            return self.pen.finish()
        finally:
            self.pen.close()


def on(colour: Colour) -> Colour:
    """Give white, or ink where white would not be read on a colour."""
    return WHITE if contrast(colour, WHITE) >= 4.5 else INK  # noqa: PLR2004  WCAG 2.2, text


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast of two colours as WCAG counts it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
