"""Who is asking, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.shared.ids import CallerId, DeviceId, Tenant, VenueId


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
    """A person's or a system's token, verified."""

    tenant: Tenant
    role: Role
    id: CallerId
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A phone at a till, verified by the key that cannot leave it."""

    tenant: Tenant
    id: DeviceId
    venue: VenueId
    label: str
    rights: frozenset[Right]
    public_key: str  # JWK
    enrolled_on: str
    revoked_on: str | None = None

    @property
    def role(self) -> Role:
        """A device is always a device."""
        return Role.DEVICE
