"""What a phone signs for each request, and how it is held against that request."""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from chalicelib.access.rules.signatures import ALGORITHMS, LEEWAY, UNREADABLE, VerifyingKey, signed, verifying_key
from chalicelib.access.rules.who import Device
from chalicelib.shared.answers import MalformedError, UnauthenticatedError

_PHONE_AHEAD: Final = 60  # seconds that a phone may be ahead of us
_PROOF_LASTS: Final = 120  # seconds from `iat` to `exp` of what a phone signs
_COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """What a phone signs for each request: which call, which body, when (decision: devices prove themselves)."""

    iss: str
    aud: str
    htm: str
    htu: str
    iat: int | float
    exp: int | float
    jti: str
    bh: str


_PROOF: Final = msgspec.json.Decoder(Proof)


def judge_proof(  # noqa: PLR0913  facts are many; they are keywords
    token: str, device: Device, *, host: str, method: str, path: str, body: bytes, now: datetime
) -> None:
    """Hold a phone's token against its key and against the request it came with.

    401 `bad_proof` where anything differs, `device_revoked` (to the phone itself alone), `clock`.
    """
    try:
        proof = _PROOF.decode(signed(token, device_key(device.public_key), ALGORITHMS["EC"]))
    except UNREADABLE as error:
        raise bad_proof() from error
    if device.revoked_on is not None:
        raise UnauthenticatedError("device_revoked", "This phone's access has been taken back.")
    asked = (device.id, host, method, path, body_hash(body))
    if (proof.iss, proof.aud, proof.htm, proof.htu, proof.bh) != asked or not proof.jti:
        raise bad_proof()
    if not proof.iat < proof.exp <= proof.iat + _PROOF_LASTS:
        raise bad_proof()
    seconds = now.timestamp()
    if proof.iat > seconds + _PHONE_AHEAD or seconds > proof.exp + LEEWAY:
        raise UnauthenticatedError("clock", "The phone's clock differs from ours; see the `Date` header.")


def bad_proof() -> UnauthenticatedError:
    """One answer for an unknown device, a wrong key and a token of another request."""
    return UnauthenticatedError("bad_proof", "The phone's signature does not fit this request.")


def body_hash(body: bytes) -> str:
    """Give `bh`: base64url of the SHA-256 of the body, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")


def public_key_text(jwk: Mapping[str, Any]) -> str:
    """Give a phone's public key as it is stored. 400 `bad_public_key` unless it is the public half of P-256."""
    x, y = str(jwk.get("x")), str(jwk.get("y"))
    public = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    shaped = jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and "d" not in jwk
    if not shaped or not _COORDINATE.fullmatch(x) or not _COORDINATE.fullmatch(y) or verifying_key(public) is None:
        raise MalformedError("bad_public_key", "`public_key` must be the public half of a P-256 key, as a JWK.")
    return json.dumps(public, separators=(",", ":"), sort_keys=True)


@functools.lru_cache(maxsize=2048)
def device_key(public_key: str) -> VerifyingKey:
    """Read a stored public key; read once, since a phone asks again and again."""
    key = verifying_key(json.loads(public_key))
    if key is None:
        message = "a stored public key cannot be read"
        raise TypeError(message)
    return key
