"""From the token of a person or a system to whom it makes its bearer."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeGuard

import msgspec

from chalicelib.access.rules.issuers import Issuer
from chalicelib.access.rules.representing import actor, rights_of
from chalicelib.access.rules.signatures import LEEWAY, UNREADABLE, VerifyingKey, signed
from chalicelib.access.rules.who import Caller, Role, is_tenant
from chalicelib.shared.answers import ForbiddenError, UnauthenticatedError
from chalicelib.shared.ids import CallerId, Tenant, holds_identity_number

_LONGEST_TOKEN: Final = 4096  # bytes; nothing longer is parsed
# A token bound to a key, to a person, or to another's rights says more than we would check (Maskinporten).
_NOT_UNDERSTOOD: Final = ("cnf", "pid", "authorization_details")
# Ansattporten names the person in every token: the number is not read, and the rights are what it is asked for.
_NOT_UNDERSTOOD_OF_PEOPLE: Final = ("cnf",)
_SUBJECT: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")
_HASHED: Final = "sha256:"
_BEARER: Final = re.compile(r"bearer +([^\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Named:
    iss: str


_NAMED: Final = msgspec.json.Decoder(_Named)
_CLAIMS: Final = msgspec.json.Decoder(dict[str, Any])


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
    except UNREADABLE as error:
        raise UnauthenticatedError("bad_token", "The token is not a JWT with an issuer.") from error


def machine_claims(token: str, issuer: Issuer, key: VerifyingKey) -> dict[str, Any]:
    """Give what a token says, once its signature holds and its issuer is the one whose key held."""
    try:
        claims: dict[str, Any] = _CLAIMS.decode(signed(token, key, issuer.algorithms))
    except UNREADABLE as error:
        raise UnauthenticatedError("bad_token", "The token's signature does not hold.") from error
    if claims.get("iss") != issuer.issuer:
        raise UnauthenticatedError("bad_token", "The token's issuer is not the one that signed it.")
    return claims


def caller_of(claims: Mapping[str, Any], issuer: Issuer, *, host: str, now: datetime) -> Caller:
    """Decide who a verified token makes its bearer: one tenant, at least one role."""
    not_understood = _NOT_UNDERSTOOD_OF_PEOPLE if issuer.represents else _NOT_UNDERSTOOD
    if found := [name for name in not_understood if name in claims]:
        detail = f"A token with `{found[0]}` is not accepted."
        raise UnauthenticatedError("bad_token", detail)
    if str(claims.get("token_type", "Bearer")).lower() != "bearer":
        raise UnauthenticatedError("bad_token", "Only bearer tokens are accepted.")
    _judge_times(claims, now)
    tenant = _tenant_of(claims, issuer, host)
    roles = _roles_of(claims, issuer)
    if not roles:
        raise ForbiddenError("no_role", "The token has no scope or role that is known here.")
    supplier = actor(claims["supplier"]) if "supplier" in claims else None
    return Caller(tenant, roles, CallerId(f"{issuer.id}/{_subject_of(claims, issuer)}"), supplier)


def _judge_times(claims: Mapping[str, Any], now: datetime) -> None:
    issued, ends = claims.get("iat"), claims.get("exp")
    starts = claims.get("nbf", issued)
    if not (_is_number(issued) and _is_number(ends) and _is_number(starts)):
        raise UnauthenticatedError("bad_token", "The token must have `iat` and `exp`.")
    seconds = now.timestamp()
    if seconds > ends + LEEWAY:
        raise UnauthenticatedError("token_expired", "The token has expired; get a new one.")
    if max(issued, starts) > seconds + LEEWAY:
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
        allowed = (issuer.consumers or {}).get(_organisation_of(claims, issuer), ())
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
    written = list(rights_of(claims)[1]) if issuer.represents else claims.get(issuer.role_claim or "scope")
    words = written.split(" ") if isinstance(written, str) else written if isinstance(written, list) else []
    meanings = issuer.roles or issuer.scopes
    return frozenset(meanings[word] for word in words if isinstance(word, str) and word in meanings)


def _organisation_of(claims: Mapping[str, Any], issuer: Issuer) -> str:
    """Give who is acting: Maskinporten's consumer, or the organisation that a person has chosen in Ansattporten."""
    return rights_of(claims)[0] if issuer.represents else actor(claims.get("consumer"))


def _subject_of(claims: Mapping[str, Any], issuer: Issuer) -> str:
    """Give who within the issuer, as it may stand in a log: an address or an identity number becomes its hash."""
    if issuer.subject_claim:
        named = claims.get(issuer.subject_claim)
    elif issuer.consumers is not None and not issuer.represents:
        named = actor(claims.get("consumer"))  # a `client_id` comes and goes, and is not for deciding who may do what
    else:
        named = claims.get("sub") or claims.get("client_id")
    if not isinstance(named, str) or not named:
        raise UnauthenticatedError("bad_token", "The token does not say who it was given to.")
    plain = _SUBJECT.fullmatch(named) and not named.startswith(_HASHED) and not holds_identity_number(named)
    return named if plain else f"{_HASHED}{hashlib.sha256(named.encode(errors='replace')).hexdigest()[:32]}"
