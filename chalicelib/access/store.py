"""Where devices, enrolment codes and issuers' keys are kept, and for how long they are remembered."""

import json
import random
import threading
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any, Final, TypeVar

from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.access.rules import Device, Enrolment, Issuer, Right, VerifyingKey, parse_keys
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import DeviceId, Tenant, VenueId
from chalicelib.table import DeviceRow, EnrolmentRow

_Answer = TypeVar("_Answer")

_REMEMBERED: Final = 60.0  # seconds a device is remembered, and so how long a revoked one may still come in
_MOST_REMEMBERED: Final = 2048
_GRACE: Final = timedelta(days=1)  # how long an expired code is still told from an unknown one
_TRIES: Final = 4  # one, and three more
_KEYS_LAST: Final = 24 * 3600.0
_KEYS_LAST_AT_MOST: Final = 48 * 3600.0  # while their issuer cannot be reached
_KEYS_AGAIN: Final = 60.0
_KEYS_AGAIN_AFTER_FAILURE: Final = 5.0
_KEYS_TIMEOUT: Final = 3.0
_LARGEST_JWKS: Final = 256 * 1024


class AccessStore:
    """Devices and enrolment codes. A device is remembered for 60 seconds; this process's own writes at once."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
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
            row = _patiently(lambda: DeviceRow.get(table.device_pk(tenant, device), "DEVICE", consistent_read=True))
        except DoesNotExist:
            return None
        found = _device(row, tenant)
        self._remember(found, since=started, unless_written_since=writes)
        return found

    def devices(self, tenant: Tenant) -> list[Device]:
        """Give a tenant's devices by venue. The index holds their names only, so their rows are read as well."""
        order = _patiently(
            lambda: [row.pk for row in DeviceRow.by_month.query(table.devices_group(tenant), attributes_to_get=["PK"])]
        )
        rows = _patiently(lambda: {row.pk: row for row in DeviceRow.batch_get([(pk, "DEVICE") for pk in order])})
        return [_device(rows[pk], tenant) for pk in order if pk in rows]

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
        _patiently(lambda: row.save(condition=nobody_has_it))

    def enrolment(self, tenant: Tenant, fingerprint: str, *, now: datetime) -> Enrolment | None:
        """Give the enrolment of a code as it is now, or None; a row past its time is no row."""
        try:
            row = _patiently(
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

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(_row(device), condition=new_device)
                transaction.update(
                    code, actions=[EnrolmentRow.claimed_by.set(device.id)], condition=unclaimed & in_time
                )

        try:
            _patiently(write)
        except TransactWriteError as error:
            if faults.CONDITION not in faults.reasons_of(error):
                raise
            return False
        self._written(device)
        return True

    def revoke(self, tenant: Tenant, device: DeviceId, *, reason: str, day: str) -> Device | None:
        """Write down that a device is out of use, unless it says so already; None where there is none."""
        row = DeviceRow(table.device_pk(tenant, device), "DEVICE")
        known = DeviceRow.pk.exists()
        actions: list[Any] = [
            DeviceRow.revoked_on.set(DeviceRow.revoked_on | day),
            DeviceRow.revoked_because.set(DeviceRow.revoked_because | reason),
        ]
        try:
            _patiently(lambda: row.update(actions=actions, condition=known))
        except PynamoDBException as error:
            if faults.code_of(error) != faults.REFUSED:
                raise
            return None
        revoked = _device(row, tenant)
        self._written(revoked)
        return revoked

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


@dataclass(slots=True)
class _KeySet:
    """What is known of one issuer's keys, and when it was asked."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: dict[str, VerifyingKey] = field(default_factory=dict)
    fetched_at: float | None = None
    asked_at: float | None = None


class IssuerKeys:
    """Issuers' public keys: read once, fetched again after a day or (once a minute at most) for an unknown key id.

    An issuer that cannot be reached keeps its keys for one day more.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._sets: dict[str, _KeySet] = {}

    def key(self, issuer: Issuer, key_id: str) -> VerifyingKey | None:
        """Give a key by its id, or the only one for a token that names none; TryAgainError `keys_unreachable`."""
        known = self._set_of(issuer)
        found = _pick(known.keys, key_id)
        if issuer.jwks_uri is None or (found is not None and self._age(known.fetched_at) < _KEYS_LAST):
            return found
        if found is not None and self._age(known.fetched_at) < _KEYS_LAST_AT_MOST:
            # Old keys serve while one request fetches new ones.
            if known.lock.acquire(blocking=False):
                try:
                    self._ask(issuer.jwks_uri, known)
                finally:
                    known.lock.release()
            return _pick(known.keys, key_id)
        with known.lock:  # whoever waited here finds what the first has fetched
            answered = self._ask(issuer.jwks_uri, known)
        found = _pick(known.keys, key_id) if self._age(known.fetched_at) < _KEYS_LAST_AT_MOST else None
        if found is None and not answered:
            raise TryAgainError("keys_unreachable", "The issuer's keys cannot be fetched now; try again.")
        return found

    def _set_of(self, issuer: Issuer) -> _KeySet:
        known = self._sets.get(issuer.issuer)
        if known is None:
            with self._lock:
                known = self._sets.setdefault(issuer.issuer, _KeySet(keys=parse_keys(issuer.jwks)))
        return known

    def _ask(self, address: str, known: _KeySet) -> bool:
        """Fetch unless it was done lately; say whether the latest fetch went well. Its lock is held."""
        worked = known.asked_at is not None and known.asked_at == known.fetched_at
        if self._age(known.asked_at) < (_KEYS_AGAIN if worked else _KEYS_AGAIN_AFTER_FAILURE):
            return worked
        known.asked_at = self._monotonic()
        keys = parse_keys(_fetch(address))
        if keys:
            known.keys, known.fetched_at = keys, known.asked_at
        return bool(keys)

    def _age(self, since: float | None) -> float:
        return float("inf") if since is None else self._monotonic() - since


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys come from the address that was configured, and from nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


_OPENER: Final = urllib.request.build_opener(_NoRedirect)


def _fetch(address: str) -> object:
    """Give what is at an address as JSON, None where it does not answer."""
    request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310  https, see rules
    try:
        with _OPENER.open(request, timeout=_KEYS_TIMEOUT) as answer:
            return json.loads(answer.read(_LARGEST_JWKS))
    except (OSError, HTTPException, ValueError, RecursionError):  # URLError and timeouts are OSError
        return None


def _pick(keys: dict[str, VerifyingKey], key_id: str) -> VerifyingKey | None:
    if not key_id and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(key_id)


def _row(device: Device) -> DeviceRow:
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


def _device(row: DeviceRow, tenant: Tenant) -> Device:
    return Device(
        tenant=tenant,
        id=DeviceId(row.pk.removeprefix(table.device_pk(tenant, ""))),
        venue=VenueId(row.venue),
        label=row.label,
        rights=frozenset(map(Right, row.rights)),
        public_key=row.public_key,
        enrolled_on=row.enrolled_on,
        revoked_on=row.revoked_on,
    )


def _patiently(ask: Callable[[], _Answer]) -> _Answer:
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
