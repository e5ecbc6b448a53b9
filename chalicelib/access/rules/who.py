"""Who may come in: a person or a system by a token, a phone by its key."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.shared.ids import CallerId, DeviceId, Tenant, VenueId

_TENANT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")  # lower case, since a code is read in any case
_DEVICE: Final = re.compile(rf"({_TENANT.pattern})-[0-9a-f]{{24}}")


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


def is_tenant(text: str) -> bool:
    """Say whether text can be a tenant's id: it stands in codes that are read in any case, and in device ids."""
    return _TENANT.fullmatch(text) is not None


def tenant_of_device(named: str) -> Tenant | None:
    """Give the tenant in a device id, or None where it is no device id."""
    found = _DEVICE.fullmatch(named)
    return Tenant(found[1]) if found else None
