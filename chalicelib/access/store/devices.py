"""Where devices and enrolment codes are kept, and for how long a device is remembered."""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.access.rules import Device, Enrolment, Heard, Right
from chalicelib.access.store.rows import device_row, to_device
from chalicelib.notary import Notary
from chalicelib.shared.acting import Change, Hidden, Told
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import DeviceId, Tenant, VenueId
from chalicelib.table import DeviceRow, EnrolmentRow

_Answer = TypeVar("_Answer")

_REMEMBERED: Final = 60.0  # seconds a device is remembered, and so how long a revoked one may still come in
_MOST_REMEMBERED: Final = 2048
_GRACE: Final = timedelta(days=1)  # how long an expired code is still told from an unknown one
_TRIES: Final = 4  # one, and three more
_SHOWN: Final = 12  # digits of a code's fingerprint that name it in the book of changes


class AccessStore:
    """Devices and enrolment codes. A device is remembered for 60 seconds; this process's own writes at once."""

    def __init__(self, monotonic: Callable[[], float], notary: Notary | None = None) -> None:
        self._monotonic = monotonic
        self._notary = notary or Notary()
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[Tenant, DeviceId], tuple[float, Device]] = OrderedDict()
        self._writes = 0

    def device(self, tenant: Tenant, device: DeviceId) -> Device | None:
        """Give a device as it was at most 60 seconds ago; only devices that exist are remembered."""
        known = self._recall(tenant, device)
        if known is not None:
            return known
        writes = self._writes
        started = self._monotonic()
        try:
            row = patiently(lambda: DeviceRow.get(table.device_pk(tenant, device), "DEVICE", consistent_read=True))
        except DoesNotExist:
            return None
        found = to_device(row, tenant)
        self._remember(found, since=started, unless_written_since=writes)
        return found

    def devices(self, tenant: Tenant) -> list[Device]:
        """Give a tenant's devices by venue. The index holds their names only, so their rows are read as well."""
        order = patiently(
            lambda: [row.pk for row in DeviceRow.by_month.query(table.devices_group(tenant), attributes_to_get=["PK"])]
        )
        rows = patiently(lambda: {row.pk: row for row in DeviceRow.batch_get([(pk, "DEVICE") for pk in order])})
        return [to_device(rows[pk], tenant) for pk in order if pk in rows]

    def put_enrolment(self, enrolment: Enrolment) -> None:
        """Keep a new code for its day, and another in which it is known as expired."""
        row = EnrolmentRow(
            table.enrolment_pk(enrolment.tenant, enrolment.fingerprint),
            "ENROLMENT",
            venue=enrolment.venue,
            label=enrolment.label,
            rights=sorted(enrolment.rights),
            expires=table.epoch(enrolment.expires_at + _GRACE),
        )
        nobody_has_it = EnrolmentRow.pk.does_not_exist()
        opened = Change("enrolment", (enrolment.fingerprint[:_SHOWN],), after=_told(enrolment))

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(row, condition=nobody_has_it)
                self._notary.note(transaction, enrolment.tenant, "enrolment.opened", opened)

        patiently(write)

    def enrolment(self, tenant: Tenant, fingerprint: str, *, now: datetime) -> Enrolment | None:
        """Give the enrolment of a code as it is now, or None; a row past its time is no row."""
        try:
            row = patiently(
                lambda: EnrolmentRow.get(table.enrolment_pk(tenant, fingerprint), "ENROLMENT", consistent_read=True)
            )
        except DoesNotExist:
            return None
        ends = int(row.expires or 0)
        if ends <= table.epoch(now):
            return None
        return Enrolment(
            tenant=tenant,
            fingerprint=fingerprint,
            venue=VenueId(row.venue),
            label=row.label,
            rights=frozenset(map(Right, row.rights)),
            expires_at=datetime.fromtimestamp(ends, UTC) - _GRACE,
            claimed_by=DeviceId(row.claimed_by) if row.claimed_by else None,
        )

    def claim(self, enrolment: Enrolment, device: Device, *, now: datetime) -> bool:
        """Put a device and mark its code, both or neither; False where another was first or time ran out."""
        code = EnrolmentRow(table.enrolment_pk(enrolment.tenant, enrolment.fingerprint), "ENROLMENT")
        new_device = DeviceRow.pk.does_not_exist()
        unclaimed = EnrolmentRow.claimed_by.does_not_exist()
        in_time = EnrolmentRow.expires > table.epoch(now + _GRACE)  # fails too where there is no such code
        enrolled = Change("device", (device.id,), after={**_told(device), "enrolment": enrolment.fingerprint[:_SHOWN]})

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(device_row(device), condition=new_device)
                self._notary.note(transaction, device.tenant, "device.enrolled", enrolled)
                transaction.update(
                    code, actions=[EnrolmentRow.claimed_by.set(device.id)], condition=unclaimed & in_time
                )

        try:
            patiently(write)
        except TransactWriteError as error:
            if faults.CONDITION not in faults.reasons_of(error):
                raise
            return False
        self._written(device)
        return True

    def revoke(self, tenant: Tenant, device: DeviceId, *, reason: str, day: str) -> Device | None:
        """Write down that a device is out of use, unless it says so already; None where there is none."""
        row = DeviceRow(table.device_pk(tenant, device), "DEVICE")
        in_use = DeviceRow.pk.exists() & DeviceRow.revoked_on.does_not_exist()
        actions: list[Any] = [DeviceRow.revoked_on.set(day), DeviceRow.revoked_because.set(reason)]
        stopped = Change("device", (device,), after={"revoked_on": day, "revoked_because": Hidden(reason)})

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                self._notary.note(transaction, tenant, "device.revoked", stopped)
                transaction.update(row, actions=actions, condition=in_use)

        try:
            patiently(write)
        except TransactWriteError as error:
            if faults.CONDITION not in faults.reasons_of(error):
                raise
        try:
            patiently(lambda: row.refresh(consistent_read=True))
        except DoesNotExist:
            return None
        revoked = to_device(row, tenant)
        self._written(revoked)
        return revoked

    def note(self, device: Device, heard: Heard) -> None:
        """Write down what a phone told of itself, in one write that is not insisted on: it will tell again.

        What is remembered of the phone learns it too, and lasts no longer for it.
        """
        row = DeviceRow(table.device_pk(device.tenant, device.id), "DEVICE")
        is_there = DeviceRow.pk.exists()
        actions: list[Any] = [DeviceRow.heard_at.set(table.epoch(heard.at)), DeviceRow.unsent.set(heard.unsent)]
        try:
            row.update(actions=actions, condition=is_there)
        except PynamoDBException as error:
            if faults.is_passing(error) or faults.code_of(error) == faults.REFUSED:
                return
            raise
        with self._lock:
            known = self._remembered.get((device.tenant, device.id))
            if known is not None:
                self._remembered[device.tenant, device.id] = (known[0], replace(known[1], heard=heard))

    def _recall(self, tenant: Tenant, device: DeviceId) -> Device | None:
        with self._lock:
            found = self._remembered.get((tenant, device))
            if found is None or self._monotonic() - found[0] >= _REMEMBERED:
                return None
            self._remembered.move_to_end((tenant, device))
            return found[1]

    def _remember(self, device: Device, *, since: float, unless_written_since: int) -> None:
        with self._lock:
            if self._writes != unless_written_since:
                return  # what was read may be older than what this process has written meanwhile
            self._keep(device, since)

    def _written(self, device: Device) -> None:
        with self._lock:
            self._writes += 1
            self._keep(device, self._monotonic())

    def _keep(self, device: Device, since: float) -> None:
        self._remembered[device.tenant, device.id] = (since, device)
        self._remembered.move_to_end((device.tenant, device.id))
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)


def _told(of: Enrolment | Device) -> dict[str, Told]:
    # What people write on a phone may be a name.
    return {"venue": of.venue, "rights": ", ".join(sorted(of.rights)), "label": Hidden(of.label)}


def patiently(ask: Callable[[], _Answer]) -> _Answer:
    """Ask the table, up to three times more where it is busy; then TryAgainError `busy`.

    A connection that broke is not tried again here: what was sent may have been done, and the caller's own
    repetition finds it.
    """
    for tried in range(1, _TRIES + 1):
        try:
            return ask()
        except DoesNotExist:
            raise
        except PynamoDBException as error:
            if not faults.is_passing(error):
                raise
            if faults.is_unanswered(error) or tried == _TRIES:
                raise TryAgainError("busy", "The table is busy; send the same again.") from error
        time.sleep(random.uniform(0.01, 0.04) * 2**tried)  # noqa: S311  jitter needs no secrecy
    raise AssertionError
