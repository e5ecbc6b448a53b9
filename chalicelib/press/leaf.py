"""A leaf of paper for a reader: what starts at the left starts at the right in Arabic and Persian."""

from dataclasses import dataclass
from typing import Final

from chalicelib.press.pen import INK, Colour, Pen, mm
from chalicelib.press.pictures import PICTURES

A4: Final = (2480, 3508)  # in dots, within the tolerance of the standard
MARGIN: Final = mm(15)
_LEADING: Final = 1.42
_DOTS_PER_POINT: Final = 300 / 72


@dataclass(frozen=True, slots=True)
class Leaf:
    """Places things from where reading starts; `from_the_right` mirrors the whole page."""

    pen: Pen
    from_the_right: bool

    def left(self, start: float, width: float) -> float:
        """Give the left edge of something so wide that starts so far in."""
        return A4[0] - start - width if self.from_the_right else start

    def fill(  # noqa: PLR0913  a rectangle has four sides
        self, colour: Colour, start: float, y: float, width: float, height: float, *, round_by: int = 0
    ) -> None:
        """Fill a rectangle."""
        self.pen.fill(colour, self.left(start, width), y, width, height, round_by=round_by)

    def line(  # noqa: PLR0913  a line of text has this many sides
        self, text: str, start: float, baseline: float, size: float, room: float, *,
        font: str = "text", colour: Colour = INK, along: float = 0,
    ) -> None:  # fmt: skip
        """Write one line in its room, at its start (`along` 0), in its middle or at its end (1)."""
        self.pen.say(
            text, self.left(start, room), baseline, size, font=font, colour=colour, room=room,
            along=1 - along if self.from_the_right else along,
        )  # fmt: skip

    def lines(  # noqa: PLR0913  a block of text has this many sides
        self, text: str, start: float, baseline: float, size: float, room: float, *,
        font: str = "text", colour: Colour = INK, along: float = 0, most: int = 9,
    ) -> float:  # fmt: skip
        """Write as many lines as text takes, the last of the most shrunk to fit; give the baseline below them."""
        broken = self.pen.lines(text, size, room, font=font)
        if len(broken) > most:
            broken = [*broken[: most - 1], " ".join(broken[most - 1 :])]
        for each in broken:
            self.line(each, start, baseline, size, room, font=font, colour=colour, along=along)
            baseline += leading(size)
        return baseline

    def picture(self, name: str, start: float, y: float, size: float, colour: Colour) -> None:
        """Draw a picture. It is not mirrored: a ball is a ball."""
        self.pen.stroke(PICTURES[name], self.left(start, size), y, size, colour)

    def disc(self, colour: Colour, start: float, y: float, radius: int) -> None:
        """Fill a circle about a point."""
        self.pen.disc(colour, round(self.left(start, 0)), round(y), radius)


def leading(size: float) -> float:
    """Give how far apart the lines of text of a size stand, in dots; Ethiopic and Arabic letters are tall."""
    return size * _DOTS_PER_POINT * _LEADING
