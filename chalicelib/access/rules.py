"""Who is asking, and what they may do: what a token must say before anyone is believed."""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeGuard
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from chalicelib.shared.answers import Field, ForbiddenError, MalformedError, RuleError, UnauthenticatedError
from chalicelib.shared.ids import CallerId, DeviceId, Tenant, VenueId, holds_identity_number

ENROLMENT_LASTS: Final = timedelta(hours=24)
_LONGEST_TOKEN: Final = 4096  # bytes; nothing longer is parsed
_LEEWAY: Final = 10  # seconds that clocks may differ
_PHONE_AHEAD: Final = 60  # seconds that a phone may be ahead of us
_PROOF_LASTS: Final = 120  # seconds from `iat` to `exp` of what a phone signs
_LONGEST_LABEL: Final = 60
_LONGEST_REASON: Final = 200
_SMALLEST_RSA: Final = 2048  # bits
_ALGORITHMS: Final = {
    "RSA": frozenset({"RS256", "RS384", "RS512"}),
    "EC": frozenset({"ES256"}),
    "OKP": frozenset({"EdDSA"}),
}
_ACCEPTED: Final = frozenset().union(*_ALGORITHMS.values())
_READERS: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "RSA": RSAAlgorithm.from_jwk,
    "EC P-256": ECAlgorithm.from_jwk,
    "OKP Ed25519": OKPAlgorithm.from_jwk,
}
# Neither HMAC nor `none` is registered, so that no header can ask for them.
_JWS: Final = PyJWS(algorithms=sorted(_ACCEPTED))
# A token bound to a key, to a person, or to another's rights says more than we would check (Maskinporten).
_NOT_UNDERSTOOD: Final = ("cnf", "pid", "authorization_details")
_ACTOR_AUTHORITY: Final = "iso6523-actorid-upis"
_TENANT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")  # lower case, since a code is read in any case
_DEVICE: Final = re.compile(rf"({_TENANT.pattern})-[0-9a-f]{{24}}")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")
_ACTOR: Final = re.compile(r"[A-Za-z0-9:._-]{1,64}")
_SHORT: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_HASHED: Final = "sha256:"
_CODE: Final = re.compile(r"[A-Z2-7]{16}")  # 80 bits in base32 (RFC 4648)
_LONGEST_CODE: Final = 300  # a whole address is read too
_COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes
_BEARER: Final = re.compile(r"bearer +([^\s]+)", re.IGNORECASE)


class Role(StrEnum):
    """What a token lets its bearer be. A token is bound to one tenant."""

    ISSUER = "issuer"
    OFFICE = "office"
    FINANCE = "finance"
    COORDINATOR = "coordinator"
    DEVICE = "device"


class Right(StrEnum):
    """What a device may do at its venue."""

    SCAN = "scan"
    ENROL = "enrol"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person's or a system's token, verified. `supplier` is who acts for the caller, kept for the log."""

    tenant: Tenant
    roles: frozenset[Role]
    id: CallerId
    supplier: str | None = None

    def has(self, role: Role) -> bool:
        """Say whether the token gives a role."""
        return role in self.roles


@dataclass(frozen=True, slots=True)
class Device:
    """A phone at a till, verified by the key that cannot leave it."""

    tenant: Tenant
    id: DeviceId
    venue: VenueId
    label: str
    rights: frozenset[Right]
    public_key: str  # JWK
    enrolled_on: str  # yyyy-mm-dd
    revoked_on: str | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """A device is always a device."""
        return _DEVICE_ONLY

    def has(self, role: Role) -> bool:
        """Say whether it is a device that is asked for."""
        return role is Role.DEVICE


_DEVICE_ONLY: Final = frozenset({Role.DEVICE})


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A code that turns one phone into a device, once; known by its SHA-256 alone."""

    tenant: Tenant
    fingerprint: str
    venue: VenueId
    label: str
    rights: frozenset[Right]
    expires_at: datetime
    claimed_by: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, and the algorithms it may be used with: a token never chooses the kind of its key."""

    key: RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
    algorithms: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who may sign tokens, what their words mean here, and for which tenants (decision: one verifying path).

    Roles come from `scopes` (the full scope strings) or from `role_claim` read with `roles`. The tenant comes
    from `consumers` (Maskinporten's `consumer.ID` -> tenants), or is `tenant`, or is named by `tenant_claim`.
    """

    issuer: str  # `iss`, to the character
    id: str = ""  # short, in caller ids; the issuer's host name unless given
    audience: str | None = None  # None: no `aud`, Maskinporten's `unspecified`, or an address of ours
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    algorithms: frozenset[str] = _ACCEPTED
    scopes: dict[str, Role] = field(default_factory=dict)
    role_claim: str | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    consumers: dict[str, tuple[Tenant, ...]] | None = None
    tenant: Tenant | None = None
    tenant_claim: str | None = None
    subject_claim: str | None = None  # else `sub`, else `client_id`

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", urlsplit(self.issuer).hostname or "")
        named = [tenant for tenants in (self.consumers or {}).values() for tenant in tenants]
        ways = (self.consumers is not None) + (self.tenant is not None) + (self.tenant_claim is not None)
        faults = {
            "`id` must be short, plain and not `device`": not _SHORT.fullmatch(self.id) or self.id == Role.DEVICE,
            "give `jwks` or `jwks_uri`": (self.jwks is None) == (self.jwks_uri is None),
            "`jwks_uri` must be https": self.jwks_uri is not None and not _is_safe(self.jwks_uri),
            "an algorithm is not accepted": not self.algorithms or not self.algorithms <= _ACCEPTED,
            "give `scopes`, or `role_claim` with `roles`": bool(self.scopes) == bool(self.role_claim and self.roles),
            "no token makes a device": Role.DEVICE in {*self.scopes.values(), *self.roles.values()},
            "give one of `consumers`, `tenant`, `tenant_claim`": ways != 1,
            "a tenant's id is lower case": not all(
                map(is_tenant, [*named, *([] if self.tenant is None else [self.tenant])])
            ),
            "a consumer has no tenant": not all((self.consumers or {}).values()),
        }
        if wrong := [fault for fault, found in faults.items() if found]:
            message = f"issuer {self.issuer}: {'; '.join(wrong)}"
            raise ValueError(message)


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


@dataclass(frozen=True, slots=True)
class _Named:
    iss: str


_PROOF: Final = msgspec.json.Decoder(Proof)
_NAMED: Final = msgspec.json.Decoder(_Named)
_UNREADABLE: Final = (PyJWTError, ValueError, TypeError, RecursionError, msgspec.MsgspecError)
_CLAIMS: Final = msgspec.json.Decoder(dict[str, Any])


def issuers_from(text: str) -> dict[str, Issuer]:
    """Read the configured issuers by their `iss`. ValueError, with the fault named, when they cannot be used."""
    written = msgspec.json.decode(text, type=list[dict[str, Any]])
    known = {each.name for each in fields(Issuer)}
    if unknown := {name for each in written for name in each} - known:
        message = f"issuers: unknown {sorted(unknown)}"
        raise ValueError(message)
    issuers = [msgspec.convert(each, Issuer) for each in written]
    if len({each.issuer for each in issuers}) < len(issuers) or len({each.id for each in issuers}) < len(issuers):
        message = "issuers: two have the same `issuer` or `id`"
        raise ValueError(message)
    return {each.issuer: each for each in issuers}


def parse_keys(jwks: object) -> dict[str, VerifyingKey]:
    """Read a JWKS by key id (empty where a key has none). Keys that we would not use are passed over."""
    written = jwks.get("keys") if isinstance(jwks, dict) else None
    keys: dict[str, VerifyingKey] = {}
    for jwk in written if isinstance(written, list) else []:
        key = _verifying_key(jwk) if isinstance(jwk, dict) else None
        if key is not None:
            keys.setdefault(str(jwk.get("kid") or ""), key)
    return keys


def bearer(authorization: str | None) -> str:
    """Give the token of an `Authorization` header. 401 `no_token` or, where it is too long to be read, `bad_token`."""
    found = _BEARER.fullmatch(authorization.strip(" ")) if authorization else None
    if found is None:
        raise UnauthenticatedError("no_token", "Send the token as `Authorization: Bearer <token>`.")
    token = found[1]
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise UnauthenticatedError("bad_token", "The token is too long, or is not a JWT.")
    return token


def issuer_of(token: str) -> str:
    """Give who a token says has signed it, not yet believed."""
    try:
        _, payload, _ = token.split(".")
        return _NAMED.decode(base64.urlsafe_b64decode(payload + "==")).iss
    except _UNREADABLE as error:
        raise UnauthenticatedError("bad_token", "The token is not a JWT with an issuer.") from error


def key_id_of(token: str) -> str:
    """Give the key id in a token's header, empty where there is none."""
    try:
        return str(_JWS.get_unverified_header(token).get("kid") or "")
    except PyJWTError as error:
        raise UnauthenticatedError("bad_token", "The token's header cannot be read.") from error


def tenant_of_device(named: str) -> Tenant | None:
    """Give the tenant in a device id, or None where it is no device id."""
    found = _DEVICE.fullmatch(named)
    return Tenant(found[1]) if found else None


def machine_claims(token: str, issuer: Issuer, key: VerifyingKey) -> dict[str, Any]:
    """Give what a token says, once its signature holds and its issuer is the one whose key held."""
    try:
        claims: dict[str, Any] = _CLAIMS.decode(_signed(token, key, issuer.algorithms))
    except _UNREADABLE as error:
        raise UnauthenticatedError("bad_token", "The token's signature does not hold.") from error
    if claims.get("iss") != issuer.issuer:
        raise UnauthenticatedError("bad_token", "The token's issuer is not the one that signed it.")
    return claims


def caller_of(claims: Mapping[str, Any], issuer: Issuer, *, host: str, now: datetime) -> Caller:
    """Decide who a verified token makes its bearer: one tenant, at least one role."""
    if found := [name for name in _NOT_UNDERSTOOD if name in claims]:
        detail = f"A token with `{found[0]}` is not accepted."
        raise UnauthenticatedError("bad_token", detail)
    _judge_times(claims, now)
    tenant = _tenant_of(claims, issuer, host)
    roles = _roles_of(claims, issuer)
    if not roles:
        raise ForbiddenError("no_role", "The token has no scope or role that is known here.")
    supplier = _actor(claims["supplier"]) if "supplier" in claims else None
    return Caller(tenant, roles, CallerId(f"{issuer.id}/{_subject_of(claims, issuer)}"), supplier)


def judge_proof(token: str, device: Device, *, host: str, method: str, path: str, body: bytes, now: datetime) -> None:
    """Hold a phone's token against its key and against the request it came with.

    401 `bad_proof` where anything differs, `device_revoked` (to the phone itself alone), `clock`.
    """
    try:
        proof = _PROOF.decode(_signed(token, device_key(device.public_key), _ALGORITHMS["EC"]))
    except _UNREADABLE as error:
        raise bad_proof() from error
    if device.revoked_on is not None:
        raise UnauthenticatedError("device_revoked", "This phone's access has been taken back.")
    asked = (device.id, host, method, path, body_hash(body))
    if (proof.iss, proof.aud, proof.htm, proof.htu, proof.bh) != asked or not proof.jti:
        raise bad_proof()
    if not proof.iat < proof.exp <= proof.iat + _PROOF_LASTS:
        raise bad_proof()
    seconds = now.timestamp()
    if proof.iat > seconds + _PHONE_AHEAD or seconds > proof.exp + _LEEWAY:
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
    if not shaped or not _COORDINATE.fullmatch(x) or not _COORDINATE.fullmatch(y) or _verifying_key(public) is None:
        raise MalformedError("bad_public_key", "`public_key` must be the public half of a P-256 key, as a JWK.")
    return json.dumps(public, separators=(",", ":"), sort_keys=True)


@functools.lru_cache(maxsize=2048)
def device_key(public_key: str) -> VerifyingKey:
    """Read a stored public key; read once, since a phone asks again and again."""
    key = _verifying_key(json.loads(public_key))
    if key is None:
        message = "a stored public key cannot be read"
        raise TypeError(message)
    return key


def new_code(tenant: Tenant, random: bytes) -> tuple[str, str]:
    """Write 80 random bits as an enrolment code, `<tenant>.XXXX-XXXX-XXXX-XXXX`, and give its fingerprint too."""
    letters = base64.b32encode(random).decode()
    groups = "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
    return f"{tenant}.{groups}", _fingerprint(letters)


def read_code(text: str) -> tuple[Tenant, str] | None:
    """Give the tenant and the fingerprint of a code, or of the address that holds it; None where it is no code.

    Case does not count, nor do spaces and hyphens after the dot.
    """
    if len(text) > _LONGEST_CODE:
        return None
    tenant, _, written = text.rpartition("#")[2].strip().rpartition(".")
    letters = re.sub(r"[\s-]", "", written).upper()
    if not is_tenant(tenant.lower()) or not _CODE.fullmatch(letters):
        return None
    return Tenant(tenant.lower()), _fingerprint(letters)


def checked_label(label: str) -> str:
    """Give a phone's label, 1-60 characters; a label that holds an identity number is refused."""
    return _checked(label, "label", _LONGEST_LABEL)


def checked_reason(reason: str) -> str:
    """Give the reason a phone was taken out of use, 1-200 characters, without identity numbers."""
    return _checked(reason, "reason", _LONGEST_REASON)


def is_tenant(text: str) -> bool:
    """Say whether text can be a tenant's id: it stands in codes that are read in any case, and in device ids."""
    return _TENANT.fullmatch(text) is not None


def _fingerprint(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()


def _checked(text: str, name: str, longest: int) -> str:
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= longest or not trimmed.isprintable():
        code, detail = f"bad_{name}", f"`{name}` must be 1-{longest} characters on one line."
        raise RuleError(code, detail, (Field(name, code, detail),))
    if holds_identity_number(trimmed):
        detail = f"`{name}` looks like it holds a fødselsnummer; leave it out."
        raise RuleError("identity_number", detail, (Field(name, "identity_number", detail),))
    return trimmed


def _signed(token: str, key: VerifyingKey, accepted: frozenset[str]) -> bytes:
    payload: bytes = _JWS.decode_complete(token, key.key, algorithms=list(accepted & key.algorithms))["payload"]
    return payload


def _verifying_key(jwk: Mapping[str, Any]) -> VerifyingKey | None:
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
    algorithms = frozenset(each for each in _ALGORITHMS[kind] if jwk.get("alg", each) == each)
    return VerifyingKey(key, algorithms) if algorithms else None


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})


def _judge_times(claims: Mapping[str, Any], now: datetime) -> None:
    issued, ends = claims.get("iat"), claims.get("exp")
    starts = claims.get("nbf", issued)
    if not (_is_number(issued) and _is_number(ends) and _is_number(starts)):
        raise UnauthenticatedError("bad_token", "The token must have `iat` and `exp`.")
    seconds = now.timestamp()
    if seconds > ends + _LEEWAY:
        raise UnauthenticatedError("token_expired", "The token has expired; get a new one.")
    if max(issued, starts) > seconds + _LEEWAY:
        raise UnauthenticatedError("clock", "The token is from the future; clocks differ.")


def _is_number(value: object) -> TypeGuard[float]:
    return type(value) in {int, float}  # a JSON `true` is no number


def _tenant_of(claims: Mapping[str, Any], issuer: Issuer, host: str) -> Tenant:
    if issuer.tenant is not None:
        allowed: tuple[Tenant, ...] = (issuer.tenant,)
    elif issuer.tenant_claim is not None:
        named = claims.get(issuer.tenant_claim)
        allowed = (Tenant(named),) if isinstance(named, str) and is_tenant(named) else ()
    else:
        allowed = (issuer.consumers or {}).get(_actor(claims.get("consumer")), ())
    if not allowed:
        raise ForbiddenError("consumer_not_allowed", "This organisation has not been given access here.")
    return _addressed(claims, issuer, host, allowed)


def _addressed(claims: Mapping[str, Any], issuer: Issuer, host: str, allowed: tuple[Tenant, ...]) -> Tenant:
    """Pick the tenant that `aud` names as `<host>/<tenant>`, which a consumer of several tenants must ask for."""
    audiences = _audiences(claims.get("aud", []))
    picked = [tenant for tenant in allowed if f"{host}/{tenant}" in audiences]
    for_us = bool(picked) or not audiences or bool(audiences & {host, "unspecified"})
    if issuer.audience not in audiences if issuer.audience is not None else not for_us:
        raise UnauthenticatedError("bad_token", "The token is for another audience.")
    candidates = picked or list(allowed)
    if len(candidates) > 1:
        raise ForbiddenError("tenant_unclear", "Ask for a token with one `<address>/<municipality>` as its audience.")
    return candidates[0]


def _audiences(written: object) -> set[str]:
    listed = written if isinstance(written, list) else [written]
    if not all(isinstance(each, str) for each in listed):
        raise UnauthenticatedError("bad_token", "The token's audience cannot be read.")
    return set(listed)


def _roles_of(claims: Mapping[str, Any], issuer: Issuer) -> frozenset[Role]:
    written = claims.get(issuer.role_claim or "scope")
    words = written.split(" ") if isinstance(written, str) else written if isinstance(written, list) else []
    meanings = issuer.roles or issuer.scopes
    return frozenset(meanings[word] for word in words if isinstance(word, str) and word in meanings)


def _actor(actor: object) -> str:
    """Give the organisation in `consumer` or `supplier`, as `0192:<orgnr>` (ISO 6523)."""
    named = actor.get("ID") if isinstance(actor, dict) and actor.get("authority") == _ACTOR_AUTHORITY else None
    if not isinstance(named, str) or not _ACTOR.fullmatch(named):
        raise UnauthenticatedError("bad_token", "The token's organisation cannot be read.")
    return named


def _subject_of(claims: Mapping[str, Any], issuer: Issuer) -> str:
    """Give who within the issuer, as it may stand in a log: an address or an identity number becomes its hash."""
    named = claims.get(issuer.subject_claim) if issuer.subject_claim else claims.get("sub") or claims.get("client_id")
    if not isinstance(named, str) or not named:
        raise UnauthenticatedError("bad_token", "The token does not say who it was given to.")
    plain = _SUBJECT.fullmatch(named) and not named.startswith(_HASHED) and not holds_identity_number(named)
    return named if plain else f"{_HASHED}{hashlib.sha256(named.encode(errors='replace')).hexdigest()[:32]}"
