"""Who may ask: phones, the codes that enrol them, units and their people."""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class DeviceRow(Row, discriminator="device"):
    """A phone that may scan, and the public half of the key that stays in it."""

    venue = UnicodeAttribute()
    label = UnicodeAttribute()
    rights: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    public_key = UnicodeAttribute()  # JWK, P-256
    enrolled_on = UnicodeAttribute()
    revoked_on = UnicodeAttribute(null=True)
    revoked_because = UnicodeAttribute(null=True)
    heard_at = NumberAttribute(null=True)  # the hour in which it last told how many visits it had yet to send
    unsent = NumberAttribute(null=True)


class EnrolmentRow(Row, discriminator="enrolment"):
    """A code that turns one phone into a device, once."""

    venue = UnicodeAttribute()
    label = UnicodeAttribute()
    rights: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    claimed_by = UnicodeAttribute(null=True)


class UnitRow(Row, discriminator="unit"):
    """A unit that gives out cards: NAV, the health nurses, child welfare."""

    name = UnicodeAttribute()
    sort = UnicodeAttribute()
    common = BooleanAttribute(default=False)  # it keeps the cards that stand in no unit


class PersonRow(Row, discriminator="person"):
    """Somebody who works for a unit, by the id that the token gives."""

    lead = BooleanAttribute(default=False)
    added_by = UnicodeAttribute()
    added_on = UnicodeAttribute()


def device_pk(tenant: str, device: str) -> str:
    """Find a device (`DEVICE`)."""
    return f"T#{tenant}#DEVICE#{device}"


def units_pk(tenant: str) -> str:
    """Find the units of a tenant (`UNIT#<id>`) and their people (`PERSON#<unit>#<caller>`), one Query."""
    return f"T#{tenant}#UNITS"


def enrolment_pk(tenant: str, fingerprint: str) -> str:
    """Find an enrolment code by its SHA-256 (`ENROLMENT`)."""
    return f"T#{tenant}#ENROL#{fingerprint}"


def devices_group(tenant: str) -> str:
    """GSI1: the devices of a tenant, sorted by venue."""
    return f"T#{tenant}#DEVICES"
