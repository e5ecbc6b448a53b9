"""The card's number and the body of its token, as bits and digits."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from stdnum.iso7064 import mod_97_10

from chalicelib.shared.ids import CardNumber, Tenant

DOMAIN: Final = b"opplev/1\0"  # what is signed starts with this, so that no other signature can stand in for a card's
BODY_BYTES: Final = 14
SIGNATURE_BYTES: Final = 64
TOKEN_CHARACTERS: Final = 125
KEY_IDS: Final = range(16)

_FORMAT: Final = 1
_EPOCH: Final = date(2020, 1, 1)
_RANDOM_DIGITS: Final = re.compile(r"\d{10}", re.ASCII)
_TWELVE_DIGITS: Final = re.compile(r"\d{12}", re.ASCII)
_SEPARATORS: Final = re.compile(r"[\s\u2010-\u2013\u2212-]+")  # people type 4-4-4 with whatever dash is at hand
_CARD_URL: Final = re.compile(r"(?ias)https?://[^/?#\s]+(?:/k)?/?(?:\?[^#]*)?#(?P<token>.+)")
# Shorter bare text is somebody's parking ticket, not a card that was tampered with.
_LEAST_BARE_TOKEN: Final = re.compile(r"[^\s:/]{100,200}")


class Kind(StrEnum):
    """Which of the two programmes a token belongs to."""

    CARD = "card"
    TIMEKRED = "timekred"


class Companion(StrEnum):
    """Who may come along, fixed when the card is issued."""

    NONE = "none"
    ANY = "any"
    ADULT = "adult"


_KINDS: Final = (Kind.CARD, Kind.TIMEKRED)
_COMPANIONS: Final = (Companion.NONE, Companion.ANY, Companion.ADULT)
_BLANK_BIT: Final = 1
_COMPANION_BIT: Final = 2


@dataclass(frozen=True, slots=True)
class Flags:
    """The class and flags byte: bit 0 the kind, bit 1 blank, bits 2-3 the companion class, the rest 0."""

    kind: Kind = Kind.CARD
    blank: bool = False
    companion: Companion = Companion.ANY

    @property
    def byte(self) -> int:
        """Give the byte that stands in the token."""
        companion = _COMPANIONS.index(self.companion)
        return _KINDS.index(self.kind) | self.blank << _BLANK_BIT | companion << _COMPANION_BIT

    @classmethod
    def of(cls, byte: int) -> "Flags":
        """Read the byte; ValueError where a bit stands that nobody has given a meaning."""
        companion = byte >> _COMPANION_BIT
        if companion >= len(_COMPANIONS):
            raise ValueError
        return cls(_KINDS[byte & 1], bool(byte >> _BLANK_BIT & 1), _COMPANIONS[companion])


@dataclass(frozen=True, slots=True)
class CardBody:
    """The 14 bytes that are signed: no personal data (decision: the card code).

    format and key id (1), tenant (2), programme code (1), class and flags (1), number as 40 bits (5),
    valid from and until (last day included) as days since 2020-01-01 (2 + 2).
    The 40 bits hold the number's ten random digits; its two check digits follow from them.
    """

    key_id: int
    tenant: int  # the municipality's number
    programme: int  # the programme's code
    flags: int
    number: CardNumber
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class NumberText:
    """Twelve digits that somebody typed; their check digits are not looked at yet."""

    digits: str


@dataclass(frozen=True, slots=True)
class TokenText:
    """What stood where a card has its token; nothing about it is proven yet."""

    token: str


def with_check_digits(ten: str) -> CardNumber:
    """Make a card number of ten random digits (ISO 7064 Mod 97-10); it says nothing of the card's status."""
    if _RANDOM_DIGITS.fullmatch(ten) is None:
        raise ValueError
    return CardNumber(ten + mod_97_10.calc_check_digits(ten))


def checked_number(digits: str) -> CardNumber | None:
    """Give twelve digits as a card number, or None where they were mistyped."""
    # Made again and compared, since modulo 97 the check digits 01 pass for 98.
    if _TWELVE_DIGITS.fullmatch(digits) is None or with_check_digits(digits[:-2]) != digits:
        return None
    return CardNumber(digits)


def printed(number: CardNumber) -> str:
    """Write a number as it stands on the card: 4-4-4."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def blocked_hash(tenant: Tenant, number: CardNumber) -> str:
    """Give what stands in the blocked list for a number: 10 hex digits, the first 5 bytes of a SHA-256.

    The scanner makes the same of a number it has in hand; with the tenant in it, two municipalities' lists differ.
    """
    return hashlib.sha256(f"{tenant}:{number}".encode()).hexdigest()[:10]


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
        return TokenText(url["token"])
    return TokenText(trimmed) if _LEAST_BARE_TOKEN.fullmatch(trimmed) else None


def pack(body: CardBody) -> bytes:
    """Write a body as its 14 bytes; OverflowError or ValueError where a field does not fit."""
    if body.key_id not in KEY_IDS or checked_number(body.number) is None:
        raise ValueError
    return b"".join((
        (_FORMAT << 4 | body.key_id).to_bytes(1, "big"),
        body.tenant.to_bytes(2, "big"),
        body.programme.to_bytes(1, "big"),
        body.flags.to_bytes(1, "big"),
        int(body.number[:-2]).to_bytes(5, "big"),
        (body.valid_from - _EPOCH).days.to_bytes(2, "big"),
        (body.valid_until - _EPOCH).days.to_bytes(2, "big"),
    ))  # fmt: skip


def unpack(packed: bytes) -> CardBody:
    """Read 14 bytes back; ValueError where they are not a body of this format."""
    if len(packed) != BODY_BYTES or packed[0] >> 4 != _FORMAT:
        raise ValueError
    return CardBody(
        key_id=packed[0] & 0x0F,
        tenant=int.from_bytes(packed[1:3], "big"),
        programme=packed[3],
        flags=packed[4],
        number=with_check_digits(f"{int.from_bytes(packed[5:10], 'big'):010d}"),
        valid_from=_EPOCH + timedelta(days=int.from_bytes(packed[10:12], "big")),
        valid_until=_EPOCH + timedelta(days=int.from_bytes(packed[12:14], "big")),
    )


def to_token(body: bytes, signature: bytes) -> str:
    """Write body and signature as 125 characters: RFC 4648 base32 without padding, which a QR holds as alphanumeric."""
    return base64.b32encode(body + signature).decode("ascii").rstrip("=")


def from_token(token: str) -> tuple[bytes, bytes]:
    """Split a token in any letter case into body and signature; ValueError where it is not exactly one token."""
    # Not .upper() first: that turns some letters of other alphabets into ours.
    if len(token) != TOKEN_CHARACTERS or not token.isascii():
        raise ValueError
    try:
        whole = base64.b32decode(token.upper() + "===")
    except binascii.Error as error:
        raise ValueError from error
    body, signature = whole[:BODY_BYTES], whole[BODY_BYTES:]
    # The last character has a bit to spare; without this two tokens would read the same.
    if to_token(body, signature) != token.upper():
        raise ValueError
    return body, signature
