"""A PDF being drawn, measured in dots of a 300 dpi card printer: fills, images, lines of text, codes."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import segno
from fontTools.pens.recordingPen import RecordingPen  # type: ignore[import-untyped]  # it brings no types
from fontTools.svgLib.path import parse_path  # type: ignore[import-untyped]  # the same
from fpdf import FPDF
from fpdf.enums import Duplex, RenderStyle
from fpdf.fonts import TTFFont
from fpdf.line_break import Fragment
from fpdf.prefs import ViewerPreferences
from PIL import Image, UnidentifiedImageError

from chalicelib.press.letters import FONTS, font_for, helpers_of, needs_shaping, tidy
from chalicelib.shared.answers import Field, RuleError

Colour = tuple[int, int, int]
DEEP: Final[Colour] = (16, 78, 97)
MIDDLE: Final[Colour] = (64, 149, 156)
LIGHT: Final[Colour] = (190, 222, 217)
SUN: Final[Colour] = (247, 190, 84)
PALE: Final[Colour] = (236, 245, 243)
GREY: Final[Colour] = (96, 110, 116)
LINE: Final[Colour] = (205, 218, 219)
INK: Final[Colour] = (26, 38, 44)
WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)

_DOTS_PER_INCH: Final = 300
_POINTS_PER_DOT: Final = 72 / _DOTS_PER_INCH  # 0.24: whole dots are exact in the file's hundredths of a point
_MODULE: Final = 5
_QUIET_MODULES: Final = 4  # white around the code
QUIET: Final = _QUIET_MODULES * _MODULE
# Choosing the best of eight masks doubles the time of a card, and no camera that we simulated could tell.
_MASK: Final = 3
_SHARPEST: Final = 480  # pixels of an image's longer side
_SMALLEST: Final = 2 / 3  # of the size asked for


def mm(millimetres: float) -> int:
    """Give millimetres in whole dots."""
    return round(millimetres / 25.4 * _DOTS_PER_INCH)


def _points(dots: float) -> str:
    return f"{dots * _POINTS_PER_DOT:.2f}"


# ID-1 (85.60 x 53.98 mm) in whole dots; within the tolerance of the standard.
CARD: Final = (1011, 638)
EDGE: Final = mm(4.2)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as it goes into the file."""

    png: bytes
    ratio: float  # width by height


def picture(image: bytes, path: str) -> Picture:
    """Read a PNG or JPEG, no sharper than paper shows; RuleError naming the path where it is neither."""
    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as opened:
            opened.thumbnail((_SHARPEST, _SHARPEST))
            drawn = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        remedy = "Give a PNG or JPEG."
        raise RuleError("image_unreadable", remedy, (Field(path, "image_unreadable", remedy),)) from None
    written = io.BytesIO()
    drawn.save(written, "PNG")
    return Picture(written.getvalue(), drawn.width / drawn.height)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code to be drawn, its modules so many dots wide. `side` is its width in dots, quiet zone included."""

    matrix: tuple[bytearray, ...]
    module: int = _MODULE

    @property
    def side(self) -> int:
        """Give the width of the code and the white it needs."""
        return (len(self.matrix) + 2 * _QUIET_MODULES) * self.module

    @property
    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Give each run of dark modules: its row, its first column, how many."""
        for row, modules in enumerate(self.matrix):
            run = 0
            for column, dark in enumerate((*modules, 0)):
                if dark:
                    run += 1
                elif run:
                    yield row, column - run, run
                    run = 0


def code_of(url: str) -> Code:
    """Make the code of a URL, cut so that all but `#` is alphanumeric in it, which keeps it small."""
    segments = [part for part in url.partition("#") if part]
    made = segno.make_qr(segments, error="m", boost_error=False, mask=_MASK)  # type: ignore[arg-type]  # segments are taken
    return Code(made.matrix)


@cache
def _operators_of(path: str) -> str:
    pen = RecordingPen()
    parse_path(path, pen)
    names = {"moveTo": "m", "lineTo": "l", "curveTo": "c", "closePath": "h", "endPath": ""}
    return " ".join(
        " ".join([*(f"{part:.3f}" for point in points for part in point), names[what]]) for what, points in pen.value
    )


class _Document(FPDF):
    """FPDF, but for one thing: it cuts text before every mark above or below a letter, and what is cut cannot join."""

    def _parse_chars(self, text: str, *args: Any, **named: Any) -> Iterator[Fragment]:
        font = self.current_font
        if text and isinstance(font, TTFFont) and all(ord(char) in font.cmap for char in text):
            yield Fragment(text, self._get_current_graphics_state(), self.k)
        else:
            yield from super()._parse_chars(text, *args, **named)


class Pen:
    """Draws on a document of pages of one size."""

    def __init__(self, size: tuple[int, int], language: str, made: datetime, *, two_sided: bool = True) -> None:
        pdf = _Document(unit=_POINTS_PER_DOT, format=size)
        pdf.set_creation_date(made)
        pdf.set_producer("Opplev")
        pdf.set_lang(language)
        # A driver that shrinks to fit would break the whole dots of the code and the register of the backs.
        sides = Duplex.DUPLEX_FLIP_LONG_EDGE if two_sided else Duplex.SIMPLEX
        pdf.viewer_preferences = ViewerPreferences(print_scaling="None", duplex=sides)
        pdf.set_margin(0)
        pdf.c_margin = 0
        pdf.set_auto_page_break(auto=False)
        self._pdf = pdf
        self._seen: dict[tuple[str, str], tuple[str, str]] = {}
        self._manners: dict[tuple[str, str], _Manner] = {}
        self._loaded: set[str] = set()
        self._high = size[1]
        self._widths: dict[tuple[str, str], float] = {}  # at one point
        self._helpers: tuple[str, ...] = ()
        self._shaped = False

    def page(self) -> None:
        """Turn to a new page."""
        self._pdf.add_page()

    def finish(self) -> bytes:
        """Give the file."""
        return bytes(self._pdf.output())

    def close(self) -> None:
        """Close the font files, which FPDF leaves open."""
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def fill(  # noqa: PLR0913  a rectangle has four sides
        self, colour: Colour, x: float, y: float, width: float, height: float, *, round_by: int = 0
    ) -> None:
        """Fill a rectangle."""
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(x, y, width, height, RenderStyle.F, round_corners=round_by > 0, corner_radius=round_by)

    def boxes(self, corners: Iterable[tuple[int, int]], side: int) -> None:
        """Draw boxes to tick, each by its upper left corner."""
        self._pdf.set_draw_color(*INK)
        self._pdf.set_line_width(2)
        size = f"{_points(side)} {_points(-side)} re S"
        self._draw(f"{self._at(x, y)} {size}" for x, y in corners)

    def line(self, x: int, y: int, to_x: int, to_y: int) -> None:
        """Draw a thin black line."""
        self._pdf.set_draw_color(*BLACK)
        self._pdf.set_line_width(1)
        self._pdf.line(x, y, to_x, to_y)

    def disc(self, colour: Colour, x: int, y: int, radius: int) -> None:
        """Fill a circle."""
        self._pdf.set_fill_color(*colour)
        self._pdf.circle(x, y, radius, RenderStyle.F)

    def hill(
        self, colour: Colour, across: tuple[int, int, int], wave: tuple[float, float, float, float], foot: float
    ) -> None:
        """Fill below a wave, in mm from the top: its height at the left, two pulls, at the right; down to the foot."""
        x, y, width = across
        left, first, second, right = map(mm, wave)
        self._pdf.set_fill_color(*colour)
        pulls = (x + width * 0.35, y + first), (x + width * 0.65, y + second), (x + width, y + right)
        lower = (x + width, y + mm(foot)), (x, y + mm(foot))
        self._draw([
            f"{self._at(x, y + left)} m",
            f"{' '.join(self._at(*point) for point in pulls)} c",
            *(f"{self._at(*corner)} l" for corner in lower),
            "h f",
        ])  # fmt: skip

    def image(self, shown: Picture, x: float, y: float, height: float) -> None:
        """Place an image by its height."""
        self._pdf.image(shown.png, x, y, height * shown.ratio, height)

    def code(self, code: Code, x: int, y: int) -> None:
        """Draw the modules as runs, on white with the quiet zone."""
        self.fill(WHITE, x, y, code.side, code.side)
        self._pdf.set_fill_color(*BLACK)
        steps = range(len(code.matrix) + 1)
        module, quiet = code.module, _QUIET_MODULES * code.module
        rows = [_points(self._high - y - quiet - row * module) for row in steps]
        columns = [_points(x + quiet + column * module) for column in steps]
        wide, high = [_points(run * module) for run in steps], _points(-module)
        self._draw(f"{columns[column]} {rows[row]} {wide[run]} {high} re f" for row, column, run in code.runs)

    def link(self, address: str, x: float, y: float, width: float, height: float) -> None:
        """Let a click on a rectangle open an address, where the paper is read on a screen."""
        self._pdf.link(x, y, width, height, address)

    def _at(self, x: float, y: float) -> str:
        return f"{_points(x)} {_points(self._high - y)}"

    def _draw(self, operators: Iterable[str]) -> None:
        # One write for many shapes: a call for each of a code's modules takes longer than all the rest of a card.
        self._pdf._out("\n".join(operators))  # noqa: SLF001  no open way in writes more than one shape

    def say(  # noqa: PLR0913  a line of text has this many sides
        self, text: str, x: float, baseline: float, size: float, *, font: str = "text", colour: Colour = INK,
        room: float | None = None, spacing: float = 0, along: float = 0,
    ) -> None:  # fmt: skip
        """Write one line; where it has too little room it shrinks by a third at most, then loses its end.

        `along` says where in its room it stands: 0 at the left, 1 at the right.
        """
        text, font = self._drawn(text, font)
        if room is not None:
            fitting = self.fitting(text, font, room, most=size, least=size * _SMALLEST)
            if fitting is None:
                text = self._cut(text, font, size * _SMALLEST, room)
            size = fitting or size * _SMALLEST
            x += along * (room - self.wide(text, font, size))
        manner = self._set(font, size, text)
        self._pdf.set_char_spacing(spacing)
        self._pdf.set_text_color(*colour)
        if manner.plain:
            self._pdf.text(x, baseline, text)
        else:
            # A cell without height has its baseline 0.3 of the letter's size below the pen.
            self._pdf.set_xy(x, baseline - 0.3 * self._pdf.font_size)
            self._pdf.cell(w=None, h=0, text=text)
        self._pdf.set_char_spacing(0)

    def fitting(self, text: str, font: str, room: float, *, most: float, least: float) -> float | None:
        """Give the largest size at which text fits, or None where that is below the least."""
        size = room / max(self.wide(text, font, 1), 1e-9)
        if size >= most:
            return most
        return size if size >= least else None

    def fits(self, text: str, font: str, room: float, size: float) -> bool:
        """Say whether `say` would write the text whole."""
        return self.fitting(text, font, room, most=size, least=size * _SMALLEST) is not None

    def wide_of(self, text: str, size: float, *, font: str = "text") -> float:
        """Give the width that `say` writes text in, in dots."""
        return self.wide(*self._drawn(text, font), size)

    def lines(self, text: str, size: float, room: float, *, font: str = "text") -> list[str]:
        """Break text between words into lines that fit a room."""
        drawn, family = self._drawn(text, font)
        lines: list[str] = []
        for word in drawn.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.wide(longer, family, size) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def stroke(self, path: str, x: float, y: float, size: float, colour: Colour) -> None:
        """Draw a picture of lines on a 24 by 24 grid, given as the `d` of an SVG path, at a size in dots."""
        scale = size / 24 * _POINTS_PER_DOT
        red, green, blue = (f"{part / 255:.3f}" for part in colour)
        self._draw([
            f"q {scale:.4f} 0 0 {-scale:.4f} {self._at(x, y)} cm",
            f"1.7 w 1 J 1 j {red} {green} {blue} RG",
            _operators_of(path),
            "S Q",
        ])  # fmt: skip

    def wide(self, text: str, font: str, size: float) -> float:
        """Give the width of text in dots."""
        if (text, font) not in self._widths:
            self._set(font, 10, text)
            self._widths[text, font] = self._pdf.get_string_width(text) / 10
        return self._widths[text, font] * size

    def _drawn(self, text: str, font: str) -> tuple[str, str]:
        # Most lines of a print run stand on every card of it.
        if (text, font) not in self._seen:
            drawn = tidy(text)
            self._seen[text, font] = drawn, font_for(drawn, font) if font in {"text", "strong"} else font
        return self._seen[text, font]

    def _cut(self, text: str, font: str, size: float, room: float) -> str:
        while text and self.wide(f"{text}…", font, size) > room:
            text = text[:-1].rstrip()
        return f"{text}…"

    def _set(self, font: str, size: float, text: str) -> "_Manner":
        manner = self._manners.get((text, font))
        if manner is None:
            manner = self._manners[text, font] = _Manner(needs_shaping(text), helpers_of(font, text))
        # A font that nothing is written in need not be read.
        for each in (one for one in (font, *manner.helpers) if one not in self._loaded):
            self._pdf.add_font(each, fname=FONTS[each])
            self._loaded.add(each)
        if self._shaped != manner.shaped:
            self._shaped = manner.shaped
            self._pdf.set_text_shaping(use_shaping_engine=manner.shaped)
        if self._helpers != manner.helpers:
            self._helpers = manner.helpers
            self._pdf.set_fallback_fonts(list(manner.helpers))
        self._pdf.set_font(font, size=size)
        return manner


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a text is written: shaped or letter by letter, and with which fonts beside its own."""

    shaped: bool
    helpers: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Say whether letters stand side by side in one font, which takes a quarter of the time."""
        return not self.shaped and not self.helpers
