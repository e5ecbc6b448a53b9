"""Letting people, systems and phones in at the door, and making phones into devices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.access.rules import (
    ENROLMENT_LASTS,
    Caller,
    Device,
    Enrolment,
    Heard,
    Issuer,
    Right,
    VerifyingKey,
    bad_proof,
    bearer,
    caller_of,
    checked_label,
    checked_reason,
    heard_of,
    is_tenant,
    issuer_of,
    judge_proof,
    key_id_of,
    machine_claims,
    new_code,
    public_key_text,
    read_code,
    tenant_of_device,
)
from chalicelib.shared.answers import ConflictError, RuleError, UnauthenticatedError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import DeviceId, Tenant, VenueId


class Doorbook(Protocol):
    """Where devices and enrolment codes are kept."""

    def device(self, tenant: Tenant, device: DeviceId) -> Device | None:
        """Give a device as it was at most 60 seconds ago."""
        ...

    def devices(self, tenant: Tenant) -> list[Device]:
        """Give a tenant's devices, by venue."""
        ...

    def put_enrolment(self, enrolment: Enrolment) -> None:
        """Keep a new code."""
        ...

    def enrolment(self, tenant: Tenant, fingerprint: str, *, now: datetime) -> Enrolment | None:
        """Give the enrolment of a code as it is now, also for a day after it has expired."""
        ...

    def claim(self, enrolment: Enrolment, device: Device, *, now: datetime) -> bool:
        """Spend a code on a device, both or neither; False where the code can no longer be spent."""
        ...

    def revoke(self, tenant: Tenant, device: DeviceId, *, reason: str, day: str) -> Device | None:
        """Take a device out of use; the first time stands. None where there is no such device."""
        ...

    def note(self, device: Device, heard: Heard) -> None:
        """Write down what a phone told of itself, if that can be done just now."""
        ...


class Keys(Protocol):
    """Where issuers' public keys come from."""

    def key(self, issuer: Issuer, key_id: str) -> VerifyingKey | None:
        """Give an issuer's key (its only one, where the token names none). 503 `keys_unreachable`."""
        ...


@dataclass(frozen=True, slots=True)
class OpenEnrolment:
    """A code to hand to a phone: shown once, stored as a fingerprint only."""

    code: str
    url: str
    expires_at: datetime
    venue: VenueId
    label: str
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Gate:
    """The one place that says who is asking. `new_code` gives 10 random bytes, `new_device` 24 hex digits."""

    store: Doorbook
    issuers: Mapping[str, Issuer]
    keys: Keys
    host: str  # the public address; what a phone signs as `aud`
    new_code: Callable[[], bytes]
    new_device: Callable[[], str]

    def caller(
        self, authorization: str | None, *, method: str, path: str, body: bytes, now: datetime
    ) -> Caller | Device:
        """Say whose request this is. 401 and 403 with the codes that rules name; 503 where keys are out of reach."""
        token = bearer(authorization)
        named = issuer_of(token)
        if (issuer := self.issuers.get(named)) is not None:
            return self._machine(token, issuer, now)
        if (tenant := tenant_of_device(named)) is None:
            raise UnauthenticatedError("unknown_issuer", "The token's issuer is not known here.")
        device = self.store.device(tenant, DeviceId(named))
        if device is None:
            raise bad_proof()
        judge_proof(token, device, host=self.host, method=method, path=path, body=body, now=now)
        return device

    def open_enrolment(
        self, tenant: Tenant, venue: VenueId, *, label: str, rights: frozenset[Right], now: datetime
    ) -> OpenEnrolment:
        """Make a code that turns one phone into a device of a venue, once, within 24 hours."""
        if not rights:
            raise RuleError("no_rights", "A phone needs at least one right.")
        named = checked_label(label)
        if not is_tenant(tenant):
            raise RuleError("bad_tenant", "A municipality's id must be lower case to stand in a code.")
        code, fingerprint = new_code(tenant, self.new_code())
        expires_at = now + ENROLMENT_LASTS
        self.store.put_enrolment(Enrolment(tenant, fingerprint, venue, named, rights, expires_at))
        # In capitals, the whole address is the QR code's own alphabet but for the `#`, and the picture is smaller.
        url = f"{self.host.upper()}/E#{code.upper()}"
        return OpenEnrolment(code, url, expires_at, venue, named, rights)

    def claim(self, code: str, *, public_key: Mapping[str, str], label: str | None, now: datetime) -> Device:
        """Turn a phone into a device. The same code with the same key gives the same device again, for a lost reply.

        404 `unknown_code` (also where it is no code), 409 `code_used`, 422 `code_expired`, 400 `bad_public_key`.
        """
        key = public_key_text(public_key)
        enrolment = self._enrolment(code, now)
        if enrolment.claimed_by is None:
            if now >= enrolment.expires_at:
                raise RuleError("code_expired", "The code has expired; ask for a new one.")
            device = self._device(enrolment, key, label, now)
            if self.store.claim(enrolment, device, now=now):
                return device
            enrolment = self._enrolment(code, now)
        earlier = self.store.device(enrolment.tenant, enrolment.claimed_by) if enrolment.claimed_by else None
        if earlier is None or earlier.public_key != key or earlier.revoked_on is not None:
            raise ConflictError("code_used", "The code has been used by another phone; ask for a new one.")
        return earlier

    def revoke(self, tenant: Tenant, device_id: DeviceId, *, reason: str, now: datetime) -> Device:
        """Take a phone out of use: at once in this process, within 60 seconds everywhere. 404 `unknown_device`."""
        day = oslo_date(now).isoformat()
        device = self.store.revoke(tenant, device_id, reason=checked_reason(reason), day=day)
        if device is None:
            raise UnknownError("unknown_device", "There is no such device.")
        return device

    def hear(self, device: Device, told: str | None, *, now: datetime) -> None:
        """Take down how many visits a phone still has to send, so that the office knows it of one that is lost.

        At most one write an hour, and one where the first begins to wait or the last has arrived.
        """
        heard = heard_of(told, now=now)
        if heard is not None and heard.is_news_after(device.heard):
            self.store.note(device, heard)

    def devices(self, tenant: Tenant) -> list[Device]:
        """Give a tenant's devices by venue, those taken out of use too."""
        return self.store.devices(tenant)

    def _machine(self, token: str, issuer: Issuer, now: datetime) -> Caller:
        key = self.keys.key(issuer, key_id_of(token))
        if key is None:
            raise UnauthenticatedError("bad_token", "The token's key is not one of its issuer's.")
        return caller_of(machine_claims(token, issuer, key), issuer, host=self.host, now=now)

    def _enrolment(self, code: str, now: datetime) -> Enrolment:
        read = read_code(code)
        found = self.store.enrolment(read[0], read[1], now=now) if read else None
        if found is None:
            raise UnknownError("unknown_code", "There is no such code; check it, or ask for a new one.")
        return found

    def _device(self, enrolment: Enrolment, key: str, label: str | None, now: datetime) -> Device:
        return Device(
            tenant=enrolment.tenant,
            id=DeviceId(f"{enrolment.tenant}-{self.new_device()}"),
            venue=enrolment.venue,
            label=checked_label(label) if label else enrolment.label,
            rights=enrolment.rights,
            public_key=key,
            enrolled_on=oslo_date(now).isoformat(),
        )
