"""Who may come in: a person or a system by a token, a phone by its key."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from chalicelib.shared.ids import CallerId, DeviceId, Tenant, VenueId

_TENANT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")  # lower case, since a code is read in any case
_COUNT: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_DEVICE: Final = re.compile(rf"({_TENANT.pattern})-[0-9a-f]{{24}}")


class Role(StrEnum):
    """What a token lets its bearer be. A token is bound to one tenant."""

    ISSUER = "issuer"
    OFFICE = "office"
    FINANCE = "finance"
    COORDINATOR = "coordinator"  # of TimeKred: every operator of a municipality, and nobody's name
    OPERATOR = "operator"  # of a currency of time, for what is its own
    AWARDER = "awarder"  # of an organisation under an operator
    CITY = "city"  # whoever owns it all, and sees sums
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
class Heard:
    """What a phone last told of itself: how many visits it had yet to send, and in which hour that was (UTC)."""

    at: datetime
    unsent: int

    def is_news_after(self, before: "Heard | None") -> bool:
        """Say whether it is worth a write: another hour, or the first that wait, or none left."""
        return before is None or self.at != before.at or bool(self.unsent) != bool(before.unsent)


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
    heard: "Heard | None" = None

    @property
    def roles(self) -> frozenset[Role]:
        """A device is always a device."""
        return _DEVICE_ONLY

    def has(self, role: Role) -> bool:
        """Say whether it is a device that is asked for."""
        return role is Role.DEVICE


def heard_of(told: str | None, *, now: datetime) -> Heard | None:
    """Read what a phone says of its queue; None where it says nothing, or nothing that can be meant."""
    if told is None or _COUNT.fullmatch(told) is None:
        return None
    # The hour is enough to find a phone by; the minute would tell when a card was last used.
    return Heard(now.astimezone(UTC).replace(minute=0, second=0, microsecond=0), int(told))


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
