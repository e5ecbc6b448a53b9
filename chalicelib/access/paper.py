"""The enrolment code as a picture that a phone's camera reads."""

from typing import Any


def enrolment_qr(url: str) -> str:
    """Draw an address as a QR code, in SVG to be set into a page: level M, a margin of 4 modules, of any size."""
    import segno  # noqa: PLC0415  a cold start does not pay for drawing

    # `#` alone is outside the capitals' alphabet: in three pieces the picture is a size smaller.
    place, hash_sign, code = url.partition("#")
    pieces: Any = [piece for piece in (place, hash_sign, code) if piece]
    drawn: str = segno.make_qr(pieces, error="m", boost_error=False).svg_inline(border=4, omitsize=True, light="#fff")
    return drawn
