"""Signatures, and the public keys and algorithms that they are held against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from chalicelib.shared.answers import UnauthenticatedError

LEEWAY: Final = 10  # seconds that clocks may differ
_SMALLEST_RSA: Final = 2048  # bits
ALGORITHMS: Final = {
    "RSA": frozenset({"RS256", "RS384", "RS512"}),
    "EC": frozenset({"ES256"}),
    "OKP": frozenset({"EdDSA"}),
}
ACCEPTED: Final = frozenset().union(*ALGORITHMS.values())
_READERS: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "RSA": RSAAlgorithm.from_jwk,
    "EC P-256": ECAlgorithm.from_jwk,
    "OKP Ed25519": OKPAlgorithm.from_jwk,
}
# Neither HMAC nor `none` is registered, so that no header can ask for them.
_JWS: Final = PyJWS(algorithms=sorted(ACCEPTED))
UNREADABLE: Final = (PyJWTError, ValueError, TypeError, RecursionError, msgspec.MsgspecError)


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, and the algorithms it may be used with: a token never chooses the kind of its key."""

    key: RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
    algorithms: frozenset[str]


def parse_keys(jwks: object) -> dict[str, VerifyingKey]:
    """Read a JWKS by key id (empty where a key has none). Keys that we would not use are passed over."""
    written = jwks.get("keys") if isinstance(jwks, dict) else None
    keys: dict[str, VerifyingKey] = {}
    for jwk in written if isinstance(written, list) else []:
        key = verifying_key(jwk) if isinstance(jwk, dict) else None
        if key is not None:
            keys.setdefault(str(jwk.get("kid") or ""), key)
    return keys


def key_id_of(token: str) -> str:
    """Give the key id in a token's header, empty where there is none."""
    try:
        return str(_JWS.get_unverified_header(token).get("kid") or "")
    except PyJWTError as error:
        raise UnauthenticatedError("bad_token", "The token's header cannot be read.") from error


def signed(token: str, key: VerifyingKey, accepted: frozenset[str]) -> bytes:
    """Give the payload of a token whose signature holds; otherwise one of `UNREADABLE`."""
    payload: bytes = _JWS.decode_complete(token, key.key, algorithms=list(accepted & key.algorithms))["payload"]
    return payload


def verifying_key(jwk: Mapping[str, Any]) -> VerifyingKey | None:
    """Read one key of a JWKS, or None where we would not use it."""
    kind = str(jwk.get("kty"))
    read = _READERS.get(f"{kind} {jwk['crv']}" if "crv" in jwk else kind)
    if read is None or jwk.get("use", "sig") != "sig":
        return None
    public = {name: jwk[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in jwk}
    try:
        key: Any = read(public)
    except (PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < _SMALLEST_RSA:
        return None
    algorithms = frozenset(each for each in ALGORITHMS[kind] if jwk.get("alg", each) == each)
    return VerifyingKey(key, algorithms) if algorithms else None
