"""A device as a row of the table, and back."""

from datetime import UTC, datetime

from chalicelib import table
from chalicelib.access.rules import Device, Heard, Right
from chalicelib.shared.ids import DeviceId, Tenant, VenueId
from chalicelib.table import DeviceRow


def device_row(device: Device) -> DeviceRow:
    """Write a device that was just enrolled as a row; the index finds it by its venue."""
    return DeviceRow(
        table.device_pk(device.tenant, device.id),
        "DEVICE",
        group=table.devices_group(device.tenant),
        place=f"{device.venue}#{device.id}",
        venue=device.venue,
        label=device.label,
        rights=sorted(device.rights),
        public_key=device.public_key,
        enrolled_on=device.enrolled_on,
    )


def to_device(row: DeviceRow, tenant: Tenant) -> Device:
    """Give the device that a row holds, revoked or not."""
    return Device(
        tenant=tenant,
        id=DeviceId(row.pk.removeprefix(table.device_pk(tenant, ""))),
        venue=VenueId(row.venue),
        label=row.label,
        rights=frozenset(map(Right, row.rights)),
        public_key=row.public_key,
        enrolled_on=row.enrolled_on,
        revoked_on=row.revoked_on,
        heard=None if row.heard_at is None else Heard(datetime.fromtimestamp(int(row.heard_at), UTC), int(row.unsent)),
    )
