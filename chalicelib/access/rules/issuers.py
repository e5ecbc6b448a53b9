"""Who may sign tokens, what their words mean here, and for which municipalities."""

import re
from dataclasses import dataclass, field, fields
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from chalicelib.access.rules.signatures import ACCEPTED
from chalicelib.access.rules.who import Role, is_tenant
from chalicelib.shared.ids import Tenant

REPRESENTATION: Final = "authorization_details"
_SHORT: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who may sign tokens, what their words mean here, and for which tenants (decision: one verifying path).

    Roles come from `scopes` (whole scopes, or what follows `scope_prefix`, which Digdir gives each organisation) or
    from `role_claim` read with `roles`. The tenant comes from `consumers` (Maskinporten's `consumer.ID` -> tenants),
    or is `tenant`, or is named by `tenant_claim`. With `authorization_details` as `role_claim` (Ansattporten), `roles`
    names resources of Altinn and `consumers` the organisations that the person may have chosen to act for.
    """

    issuer: str  # `iss`, to the character
    id: str = ""  # short, in caller ids; the issuer's host name unless given
    audience: str | None = None  # None: no `aud`, Maskinporten's `unspecified`, or an address of ours
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    algorithms: frozenset[str] = ACCEPTED
    scopes: dict[str, Role] = field(default_factory=dict)
    scope_prefix: str = ""
    role_claim: str | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    consumers: dict[str, tuple[Tenant, ...]] | None = None
    tenant: Tenant | None = None
    tenant_claim: str | None = None
    subject_claim: str | None = None  # else `sub`; the consumer itself where there are `consumers`

    @property
    def represents(self) -> bool:
        """Say whether its tokens tell what a person may do for an organisation of their choice."""
        return self.role_claim == REPRESENTATION

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", urlsplit(self.issuer).hostname or "")
        object.__setattr__(self, "scopes", {f"{self.scope_prefix}{name}": role for name, role in self.scopes.items()})
        named = [tenant for tenants in (self.consumers or {}).values() for tenant in tenants]
        ways = (self.consumers is not None) + (self.tenant is not None) + (self.tenant_claim is not None)
        faults = {
            "`id` must be short, plain and not `device`": not _SHORT.fullmatch(self.id) or self.id == Role.DEVICE,
            "give `jwks` or `jwks_uri`": (self.jwks is None) == (self.jwks_uri is None),
            "`jwks_uri` must be https": self.jwks_uri is not None and not _is_safe(self.jwks_uri),
            "an algorithm is not accepted": not self.algorithms or not self.algorithms <= ACCEPTED,
            "give `scopes`, or `role_claim` with `roles`": bool(self.scopes) == bool(self.role_claim and self.roles),
            "no token makes a device": Role.DEVICE in {*self.scopes.values(), *self.roles.values()},
            "give one of `consumers`, `tenant`, `tenant_claim`": ways != 1,
            "a tenant's id is lower case": not all(
                map(is_tenant, [*named, *([] if self.tenant is None else [self.tenant])])
            ),
            "a person's choice of organisation needs `consumers` and `audience`": self.represents
            and (self.consumers is None or self.audience is None),
            "a consumer has no tenant": not all((self.consumers or {}).values()),
        }
        if wrong := [fault for fault, found in faults.items() if found]:
            message = f"issuer {self.issuer}: {'; '.join(wrong)}"
            raise ValueError(message)


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


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})
