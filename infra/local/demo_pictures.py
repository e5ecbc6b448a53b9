"""Two pictures for the demo cards, drawn here: a logo, and a shield that is nobody's coat of arms."""

import io
from typing import Final

from PIL import Image, ImageDraw

_SHARP: Final = 4  # drawn this much larger, so that edges come out smooth
_NIGHT: Final = "#16324f"
_SUN: Final = "#f6a821"
_CORAL: Final = "#e4572e"
_SEA: Final = "#2a9d8f"
_SKY: Final = "#dceaf2"
_PAPER: Final = "#fffdf8"


def logo() -> bytes:
    """Draw a ticket with a sun over hills: something to look forward to. As PNG on nothing."""
    picture, pen = _sheet(600, 600)
    pen.rounded_rectangle(_box(40, 120, 560, 480), 48 * _SHARP, fill=_NIGHT)
    for top in (120, 480):  # the notches where a ticket is torn
        pen.ellipse(_box(380, top - 26, 432, top + 26), fill=(0, 0, 0, 0))
    for top in range(170, 440, 34):
        pen.rounded_rectangle(_box(402, top, 410, top + 18), 4 * _SHARP, fill=_PAPER)
    pen.ellipse(_box(150, 180, 290, 320), fill=_SUN)
    view = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    hills = ImageDraw.Draw(view)
    hills.ellipse(_box(-60, 320, 300, 700), fill=_SEA)
    hills.ellipse(_box(150, 350, 480, 740), fill=_CORAL)
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(_box(72, 152, 372, 448), 28 * _SHARP, fill=255)
    picture.paste(view, (0, 0), Image.composite(view.getchannel("A"), mask.point(lambda _: 0), mask))
    for left, top, size, colour in ((446, 190, 58, _SUN), (446, 271, 58, _SEA), (446, 352, 58, _CORAL)):
        pen.ellipse(_box(left, top, left + size, top + size), fill=colour)
    return _png(picture)


def arms() -> bytes:
    """Draw a shield with a sun over waves, as PNG on nothing."""
    picture, pen = _sheet(500, 600)
    pen.polygon(_shield(0), fill=_NIGHT)
    pen.polygon(_shield(16), fill=_PAPER)
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon(_shield(28), fill=255)
    view = Image.new("RGBA", picture.size, _SKY)
    waves = ImageDraw.Draw(view)
    waves.rectangle(_box(0, 360, 500, 600), fill=_SEA)
    for left in range(-50, 500, 140):
        waves.ellipse(_box(left, 300, left + 140, 400), fill=_SKY)
        waves.ellipse(_box(left + 70, 330, left + 210, 430), fill=_SEA)
    waves.ellipse(_box(180, 120, 320, 260), fill=_SUN)
    picture.paste(view, (0, 0), mask)
    return _png(picture)


def _shield(inset: float) -> list[tuple[float, float]]:
    """Give the outline of a shield: straight above, two arcs meeting in a point below."""
    left, right, top, waist, foot = 60 + inset, 440 - inset, 60 + inset, 330, 560 - inset * 1.3
    across, down = (right - left) / 2, foot - waist
    steps = [step / 40 for step in range(41)]
    falling = [(right - across * step**2.2, waist + down * step) for step in steps]
    rising = [(left + across * step**2.2, waist + down * step) for step in reversed(steps)]
    return [(x * _SHARP, y * _SHARP) for x, y in [(left, top), (right, top), *falling, *rising]]


def _sheet(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGBA", (width * _SHARP, height * _SHARP), (0, 0, 0, 0))
    return picture, ImageDraw.Draw(picture)


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left * _SHARP, top * _SHARP, right * _SHARP, bottom * _SHARP


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.crop(picture.getbbox()).reduce(_SHARP).save(out, "PNG", optimize=True)
    return out.getvalue()
