"""A PDF in Latin letters alone: its two fonts are read and cut once, and go into every document as they are.

FPDF reads a font anew for each document and cuts it to the letters in it, which takes far longer than all the drawing
of one page. Here they are cut to what Norwegian names and words need; who has other Latin letters gets them all.
"""

from collections.abc import Sequence
from copy import copy, deepcopy
from functools import cache
from typing import Any, Final, cast

from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.output import OutputProducer

from chalicelib.press.letters import LATIN

_POINTS: Final = frozenset("\u00a0«»§·\u00d7\u2013\u2014\u2019\u2026")
USUAL: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("ÆØÅæøåÄÖÜäöüÀÁÉÈÊÓÒÔàáâéèêóòôç") | _POINTS
_ALL: Final = frozenset(map(chr, range(0x20, 0x180))) | _POINTS
Box = tuple[float, str, bool]  # how wide, what it says, whether it stands to the right


class LatinDocument(FPDF):
    """FPDF with the fonts `text` and `strong`, and rows of a table written in one go.

    `said` is what is written beside the words of the form itself: all of it letters of `is_latin`.
    """

    def __init__(self, said: str) -> None:
        super().__init__(format="A4")
        self.letters = USUAL if set(said) <= USUAL else _ALL
        for number, family in enumerate(LATIN, start=1):
            self.fonts[family] = font = copy(_read(family, self.letters)[0])
            font.i = number

    def row(self, boxes: Sequence[Box], tall: float, *, filled: bool = False, over: bool = False) -> None:
        """Write boxes side by side in the font and colours that are set, with a line under or over them."""
        font, colour = _true_type(self.current_font), self.text_color
        k, size, x = self.k, self.font_size_pt, self.x * self.k
        top, under = (self.h - self.y) * k, (self.h - self.y - tall) * k
        right = x + sum(wide for wide, _, _ in boxes) * k
        edge = top if over else under
        told = [f"{x:.2f} {top:.2f} {right - x:.2f} {under - top:.2f} re f"] if filled else []
        told.append(f"{x:.2f} {edge:.2f} m {right:.2f} {edge:.2f} l S q {colour.serialize().lower() if colour else ''}")
        told.append(self._set_font_for_page(font, size))
        baseline = (self.h - self.y - tall / 2) * k - 0.3 * size
        for wide, text, to_right in boxes:
            start = x + self.c_margin * k
            if to_right:
                start = x + (wide - self.c_margin) * k - sum(font.cw[ord(char)] for char in text) * size / 1000
            if text:
                told.append(f"BT {start:.2f} {baseline:.2f} Td <{_coded(font, text)}> Tj ET")
            x += wide * k
        self._out("\n".join((*told, "Q")))


class Unchanged(OutputProducer):
    """Writes a Latin document's fonts as they were read."""

    def _add_fonts(self, *_: Any) -> Any:
        placed = {}
        letters = self.fpdf.letters if isinstance(self.fpdf, LatinDocument) else _ALL
        for font in self.fpdf.fonts.values():
            first, *others = deepcopy(_read(font.fontkey, letters)[1])
            for each in (first, *others):
                self._add_pdf_obj(each, "fonts")
            placed[font.i] = first
        return placed


@cache
def _read(family: str, letters: frozenset[str]) -> tuple[TTFFont, list[Any]]:
    """Read a font with these letters; give it, and what it is in a file."""
    document = FPDF()
    document.add_font(family, fname=LATIN[family], unicode_range=sorted(map(ord, letters)))
    font = _true_type(document.fonts[family])
    for char in sorted(font.cmap):
        font.subset.pick(char)
    producer = OutputProducer(document)
    producer._add_fonts({}, {}, {})  # noqa: SLF001  so that FPDF says itself what a font is made of
    return font, producer.pdf_objs


def _coded(font: TTFFont, text: str) -> str:
    return "".join(f"{font.subset.pick(ord(char)) or 0:04X}" for char in text)


def _true_type(font: Any) -> TTFFont:
    return cast("TTFFont", font)  # there is no other kind in such a document
