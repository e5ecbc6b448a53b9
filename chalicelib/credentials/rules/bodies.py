"""The body of a card's token, as bits and as base32."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.credentials.rules.numbers import checked_number, with_check_digits
from chalicelib.shared.ids import CardNumber

DOMAIN: Final = b"opplev/1\0"  # what is signed starts with this, so that no other signature can stand in for a card's
BODY_BYTES: Final = 14
SIGNATURE_BYTES: Final = 64
TOKEN_CHARACTERS: Final = 125
KEY_IDS: Final = range(16)

_FORMAT: Final = 1
_EPOCH: Final = date(2020, 1, 1)


class Kind(StrEnum):
    """Which of the two programmes a token belongs to."""

    CARD = "card"
    TIMEKRED = "timekred"


class Companion(StrEnum):
    """Who may come along, fixed when the card is issued."""

    NONE = "none"
    ANY = "any"
    ADULT = "adult"
    FAMILY = "family"  # who lives together with the holder


_KINDS: Final = (Kind.CARD, Kind.TIMEKRED)
_COMPANIONS: Final = (Companion.NONE, Companion.ANY, Companion.ADULT, Companion.FAMILY)
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
