"""What TimeKred's papers have in common: a currency's colours and name, and sheets that are cut."""

from dataclasses import dataclass
from typing import Final

from chalicelib.kred.rules.currencies import Currency
from chalicelib.press.leaf import A4
from chalicelib.press.pen import Colour, Pen, mm

_MARK: Final = mm(4)


@dataclass(frozen=True, slots=True)
class Look:
    """The currency's colours, and what is made of them."""

    colour: Colour
    text: Colour

    def towards_white(self, share: float) -> Colour:
        """Give the colour with so much white in it."""
        red, green, blue = (round(part + (255 - part) * share) for part in self.colour)
        return red, green, blue

    @property
    def dark(self) -> Colour:
        """Give a colour of the same family that is read on a tint of it."""
        most = max(1.0, (0.3 * self.colour[0] + 0.59 * self.colour[1] + 0.11 * self.colour[2]) / 90)
        red, green, blue = (round(part / most) for part in self.colour)
        return red, green, blue


def look_of(currency: Currency) -> Look:
    """Give the colours of a currency."""
    return Look(_rgb(currency.colour), _rgb(currency.text_colour))


def name_of(currency: Currency, language: str) -> str:
    """Give what a currency is called in a language, else in bokmål, else at all."""
    return in_language(currency.name, language)


def in_language(texts: dict[str, str], language: str) -> str:
    """Give a text in a language, else in bokmål, else in whatever there is."""
    return texts.get(language) or texts.get("nb") or next(iter(texts.values()))


def corner(size: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    """Give where the upper left of so many pieces stands on an A4 sheet, in dots."""
    return (A4[0] - columns * size[0]) // 2, (A4[1] - rows * size[1]) // 2


def cutting_marks(pen: Pen, size: tuple[int, int], columns: int, rows: int) -> None:
    """Draw where to cut: outside the sheet's pieces."""
    left, top = corner(size, columns, rows)
    right, bottom = left + columns * size[0], top + rows * size[1]
    for column in range(columns + 1):
        x = left + column * size[0]
        pen.line(x, top - mm(1) - _MARK, x, top - mm(1))
        pen.line(x, bottom + mm(1), x, bottom + mm(1) + _MARK)
    for row in range(rows + 1):
        y = top + row * size[1]
        pen.line(left - mm(1) - _MARK, y, left - mm(1), y)
        pen.line(right + mm(1), y, right + mm(1) + _MARK, y)


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
