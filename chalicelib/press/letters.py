"""Letters: which font has them, which must be shaped, and which nobody here can print."""

import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it brings no types

_FOLDER: Final = Path(__file__).parent / "fonts"
FONTS: Final = {
    "text": _FOLDER / "NotoSans-Regular.ttf",
    "strong": _FOLDER / "NotoSans-Bold.ttf",
    "arabic": _FOLDER / "NotoSansArabic-Bold.ttf",
    "ethiopic": _FOLDER / "NotoSansEthiopic-Bold.ttf",
    "arabic_text": _FOLDER / "NotoSansArabic-Regular.ttf",
    "ethiopic_text": _FOLDER / "NotoSansEthiopic-Regular.ttf",
}
# The two above cut to Latin letters (U+0020-017F): a tenth of the time where a paper needs no other.
LATIN: Final = {"text": _FOLDER / "NotoSans-Regular-Latin.ttf", "strong": _FOLDER / "NotoSans-Bold-Latin.ttf"}
_SCRIPTS: Final = {"ARABIC": "arabic", "ETHIOPIC": "ethiopic"}
_WEIGHTS: Final = {
    "text": ("text", "arabic_text", "ethiopic_text"),
    "strong": ("strong", "arabic", "ethiopic"),
}
_JOINERS: Final = frozenset("\u200c\u200d")  # Persian writes names with these
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})


def is_printable(text: str) -> bool:
    """Say whether a font here has every letter; the others would come out as empty boxes."""
    return all(any(ord(char) in letters_of(font) for font in FONTS) for char in tidy(text))


def is_latin(text: str) -> bool:
    """Say whether the fonts cut to Latin have every letter."""
    return all(" " <= char <= "\u017f" or char in "\u2013\u2014\u2019\u2026" for char in tidy(text))


def tidy(text: str) -> str:
    """Give text as it is drawn: composed letters, single spaces, no control characters."""
    spaced = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    drawn = (char for char in spaced if char in _JOINERS or unicodedata.category(char) not in {"Cc", "Cf"})
    return " ".join("".join(drawn).split())


def font_for(text: str, otherwise: str = "strong") -> str:
    """Choose the font by the first letter of a script that has its own, `text` or `strong`."""
    scripts = (_SCRIPTS.get(unicodedata.name(char, "").split(" ")[0]) for char in text)
    script = next((font for font in scripts if font is not None), None)
    if script is None:
        return otherwise
    return f"{script}_text" if otherwise == "text" else script


def helpers_of(font: str, text: str) -> tuple[str, ...]:
    """Give the fonts of the same weight that have the letters of a text that a font lacks."""
    lacking = {ord(char) for char in text} - letters_of(font)
    family = next(fonts for fonts in _WEIGHTS.values() if font in fonts)
    return tuple(other for other in family if other != font and lacking & letters_of(other))


def needs_shaping(text: str) -> bool:
    """Say whether letters join, stack or run from the right; shaping the others costs a millisecond a line."""
    return any(unicodedata.combining(char) or unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def halves(name: str, wide: Callable[[str], float]) -> tuple[str, ...]:
    """Split a long name at the space that makes its lines most alike; one word stays one line."""
    words = name.split(" ")
    ways = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return min(ways, key=lambda way: max(map(wide, way))) if ways else (name,)


@cache
def letters_of(font: str) -> frozenset[int]:
    """Give the code points that a font has letters for."""
    with TTFont(FONTS[font], lazy=True) as opened:
        return frozenset(opened.getBestCmap())
