"""Making numbers and tokens for cards, and reading what is held up to the camera."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib.credentials.rules import (
    DOMAIN,
    CardBody,
    Flags,
    Kind,
    NumberText,
    Reading,
    TagKeys,
    TokenText,
    checked_number,
    from_token,
    pack,
    read_tap,
    split_card_text,
    to_token,
    unpack,
    with_check_digits,
)
from chalicelib.shared.ids import CardNumber, Tenant


class Keys(Protocol):
    """The signing keys of every tenant, several at a time while one takes over from another."""

    def private(self, tenant: Tenant, key_id: int) -> Ed25519PrivateKey:
        """Give the key to sign with; KeyError where there is none of this id."""

    def public(self, tenant: Tenant, key_id: int) -> Ed25519PublicKey:
        """Give the key to verify with; KeyError where there is none of this id."""

    def tags(self, tenant: Tenant, key_id: int) -> TagKeys:
        """Give the keys of the tags that were made under this id; KeyError where there is none."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What was held up or typed. With neither number, `forged` nor `foreign` it is nothing that we can read.

    `body` is given for a token that holds, and then carries the same number; a typed number has none.
    """

    number: CardNumber | None = None
    body: CardBody | None = None
    forged: bool = False
    foreign: bool = False
    reading: Reading | None = None  # proven by the tag it was read from
    copied: bool = False  # the token holds, but the tag is not the one that it was written to, or not ours

    @property
    def is_time(self) -> bool:
        """Say whether it is a token of time, which is no card though a card may have the same number."""
        return self.body is not None and Flags.of(self.body.flags).kind is Kind.TIMEKRED


@dataclass(frozen=True, slots=True)
class Mint:
    """Where numbers and tokens come from, and where they are told from false ones."""

    keys: Keys

    def new_number(self, ten_random_digits: str) -> CardNumber:
        """Make a card number of ten random digits."""
        return with_check_digits(ten_random_digits)

    def sign(self, tenant: Tenant, body: CardBody) -> str:
        """Give the token text of a body: 125 characters, base32 in capitals. The same body gives the same token."""
        packed = pack(body)
        return to_token(packed, self.keys.private(tenant, body.key_id).sign(DOMAIN + packed))

    def url(self, host: str, token: str) -> str:
        """Give the address that stands in the QR code; in capitals, which makes the code smaller."""
        return f"{host.upper()}/K#{token}"

    def read(self, tenant: Tenant, text: str, *, municipality_number: int) -> Presented:
        """Tell a number, a true token, a forged one and another municipality's apart; asks no table.

        Another municipality's token is not verified: its keys are not ours to look up, and it is of no use here.
        """
        match split_card_text(text):
            case NumberText(digits):
                return Presented(checked_number(digits))
            case None:
                return Presented()
            case TokenText() as text_of_card:
                return self._read_token(tenant, text_of_card, municipality_number)

    def _read_token(self, tenant: Tenant, text: TokenText, municipality_number: int) -> Presented:
        try:
            packed, signature = from_token(text.token)
            body = unpack(packed)
            if body.tenant != municipality_number:
                return Presented(foreign=True)
            self.keys.public(tenant, body.key_id).verify(signature, DOMAIN + packed)
        except (ValueError, KeyError, InvalidSignature):
            return Presented(forged=True)
        if text.tap is None:
            return Presented(body.number, body)
        reading = read_tap(text.tap, self.keys.tags(tenant, body.key_id))
        return Presented(body.number, body, reading=reading, copied=reading is None)

    def municipality_of(self, text: str) -> int | None:
        """Give the municipality number that a token names, unproven: it says whose keys to read the token with."""
        match split_card_text(text):
            case TokenText(token):
                try:
                    return unpack(from_token(token)[0]).tenant
                except ValueError:
                    return None
            case _:
                return None

    def jwks(self, tenant: Tenant, key_ids: Iterable[int]) -> dict[str, list[dict[str, str]]]:
        """Give the public keys as a JWK set (RFC 8037), for whoever wants to verify a card without asking us."""
        return {"keys": [_jwk(key_id, self.keys.public(tenant, key_id)) for key_id in key_ids]}


def _jwk(key_id: int, key: Ed25519PublicKey) -> dict[str, str]:
    x = base64.urlsafe_b64encode(key.public_bytes_raw()).decode("ascii").rstrip("=")
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": str(key_id), "x": x}
