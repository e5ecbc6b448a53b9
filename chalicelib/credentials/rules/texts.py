"""What was held up or typed, before anything about it is proven."""

import re
from dataclasses import dataclass
from typing import Final

from chalicelib.credentials.rules.taps import Tap

_TWELVE_DIGITS: Final = re.compile(r"\d{12}", re.ASCII)
_SEPARATORS: Final = re.compile(r"[\s\u2010-\u2013\u2212-]+")  # people type 4-4-4 with whatever dash is at hand
_CARD_URL: Final = re.compile(r"(?ias)https?://[^/?#\s]+(?:/k)?/?(?:\?[^#]*)?#(?P<token>.+)")
# A tag writes its UID and counter behind the token, enciphered, and a MAC behind those.
_TAPPED: Final = re.compile(
    r"(?P<covered>(?P<token>[A-Za-z2-7]+)\.(?P<picc>[0-9A-Fa-f]{32})\.)(?P<mac>[0-9A-Fa-f]{16})"
)
# Shorter bare text is somebody's parking ticket, not a card that was tampered with.
_LEAST_BARE_TOKEN: Final = re.compile(r"[^\s:/]{100,250}")


@dataclass(frozen=True, slots=True)
class NumberText:
    """Twelve digits that somebody typed; their check digits are not looked at yet."""

    digits: str


@dataclass(frozen=True, slots=True)
class TokenText:
    """What stood where a card has its token, and what a tag added; nothing about either is proven yet."""

    token: str
    tap: Tap | None = None


def split_card_text(text: str) -> NumberText | TokenText | None:
    """Say what was presented: a card's URL, its bare token, or a typed number; None where it is nothing of ours.

    Scheme, host, path and token may stand in any letter case, the number with spaces or hyphens anywhere.
    """
    trimmed = text.strip()
    digits = _SEPARATORS.sub("", trimmed)
    if _TWELVE_DIGITS.fullmatch(digits):
        return NumberText(digits)
    url = _CARD_URL.fullmatch(trimmed)
    if url is not None:
        return _with_tap(url["token"])
    return _with_tap(trimmed) if _LEAST_BARE_TOKEN.fullmatch(trimmed) else None


def _with_tap(text: str) -> TokenText:
    # A tail that is no tap stays with the token, which is then not one either.
    tapped = _TAPPED.fullmatch(text)
    if tapped is None:
        return TokenText(text)
    tap = Tap(bytes.fromhex(tapped["picc"]), bytes.fromhex(tapped["mac"]), tapped["covered"].encode("ascii"))
    return TokenText(tapped["token"], tap)
