"""Attestations given, taken back, forgotten, and checked by whoever is shown one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib.attestations.rules import (
    DOMAIN,
    Attestation,
    AttestationId,
    Because,
    Facts,
    Revocation,
    SignedFacts,
    Standing,
    Verified,
    faults_of,
    from_token,
    is_kept,
    pack,
    tidied,
    to_token,
    token_in,
    unpack,
)
from chalicelib.shared.answers import ConflictError, RuleError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, Tenant
from chalicelib.venues.rules import Configuration


class Keys(Protocol):
    """The signing keys of every municipality: those that cards are signed with, under a domain of their own."""

    def private(self, tenant: Tenant, key_id: int) -> Ed25519PrivateKey:
        """Give the key to sign with; KeyError where there is none of this id."""

    def public(self, tenant: Tenant, key_id: int) -> Ed25519PublicKey:
        """Give the key to verify with; KeyError where there is none of this id."""


class Book(Protocol):
    """Where attestations are kept."""

    def put(self, tenant: Tenant, attestation: Attestation) -> bool:
        """Keep a new one; False where its id is taken, be it by one that was taken back or has gone."""

    def find(self, tenant: Tenant, named: AttestationId) -> tuple[Attestation | None, Revocation | None]:
        """Give the record, where it is kept, and that it was taken back, which outlives the record."""

    def of_currency(self, tenant: Tenant, currency: str) -> list[Attestation]:
        """Give those of a currency, newest first; one just given may be missing for a moment."""

    def of_member(self, tenant: Tenant, member: str) -> list[Attestation]:
        """Give those of a member, oldest first."""

    def revoke(self, tenant: Tenant, attestation: Attestation, revocation: Revocation) -> None:
        """Note that one holds no longer; the first time counts."""

    def forget(self, tenant: Tenant, attestations: Sequence[Attestation]) -> None:
        """Delete the records; what was taken back stays so."""


@dataclass(frozen=True, slots=True)
class AttestationDesk:
    """Where attestations are given and checked. `tenants` gives the municipality of a number."""

    store: Book
    configuration: Callable[[Tenant], Configuration]
    tenants: Callable[[int], Tenant | None]
    keys: Keys
    host: str

    def issue(
        self, tenant: Tenant, currency: str, named: AttestationId, facts: Facts, *, of: str, member: str | None,
        by: CallerId, now: datetime,
    ) -> Attestation:  # fmt: skip
        """Attest the facts under an id of the caller's making, for the operator or the organisation `of`.

        The same again gives the same attestation.

        RuleError `bad_attestation` with its faults; ConflictError `other_content` where the id says something else.
        """
        today, facts = oslo_date(now), tidied(facts)
        stands, revoked = self.store.find(tenant, named)
        if stands is None and revoked is None:
            faults = faults_of(facts, today)
            if faults:
                raise RuleError("bad_attestation", "This cannot be attested.", faults)
            key_id = self.configuration(tenant).municipality.signing_key
            made = Attestation(named, currency, of, facts, today, by, key_id, member)
            if self.store.put(tenant, made):
                return made
            stands, _ = self.store.find(tenant, named)
        if stands is None or (stands.currency, stands.of, stands.facts, stands.member) != (currency, of, facts, member):
            raise ConflictError("other_content", "Another attestation was given under this id.")
        return stands

    def one(self, tenant: Tenant, currency: str, named: AttestationId, *, now: datetime) -> Attestation:
        """Give one of a currency; UnknownError `unknown_attestation`."""
        found, _ = self.store.find(tenant, named)
        if found is None or found.currency != currency or not is_kept(found, now):
            raise UnknownError("unknown_attestation", "There is no such attestation.")
        return found

    def all(self, tenant: Tenant, currency: str, *, now: datetime) -> list[Attestation]:
        """Give those of a currency, newest first."""
        return [each for each in self.store.of_currency(tenant, currency) if is_kept(each, now)]

    def of_member(self, tenant: Tenant, member: str, *, now: datetime) -> list[Attestation]:
        """Give those of a member, oldest first."""
        return [each for each in self.store.of_member(tenant, member) if is_kept(each, now)]

    def revoke(
        self, tenant: Tenant, currency: str, named: AttestationId, because: Because, *, by: CallerId, now: datetime
    ) -> Attestation:
        """Take one back; doing it again changes nothing. UnknownError `unknown_attestation`."""
        found = self.one(tenant, currency, named, now=now)
        if found.revoked is None:
            self.store.revoke(tenant, found, Revocation(oslo_date(now), because, by))
        return self.one(tenant, currency, named, now=now)

    def forget(self, tenant: Tenant, member: str) -> int:
        """Delete the records of a member who wants to be forgotten, and say how many; their papers hold on."""
        found = self.store.of_member(tenant, member)
        self.store.forget(tenant, found)
        return len(found)

    def address(self, tenant: Tenant, attestation: Attestation) -> str:
        """Give the address in the code: all that the paper says, signed. The same each time."""
        packed = pack(
            SignedFacts(
                attestation.key_id,
                self.configuration(tenant).municipality.number,
                attestation.id,
                attestation.issued_on,
                attestation.facts,
            )
        )
        signature = self.keys.private(tenant, attestation.key_id).sign(DOMAIN + packed)
        return f"{self.host.upper()}/A#{to_token(packed, signature)}"

    def verify(self, text: str, *, now: datetime) -> Verified:
        """Answer a code by its signature alone, and say whether the attestation was taken back since."""
        token = token_in(text)
        try:
            packed, signature = from_token(token or "")
            # Nothing of it is inflated, or looked up, before it is proven; its head says whose key to prove it with.
            tenant = self.tenants(int.from_bytes(packed[1:3]))
            if tenant is None:
                return Verified(Standing.NOT_OURS)
            self.keys.public(tenant, packed[0] & 0x0F).verify(signature, DOMAIN + packed)
            signed = unpack(packed)
        except (ValueError, KeyError, InvalidSignature):
            return Verified(Standing.NOT_OURS)
        kept, revoked = self.store.find(tenant, signed.id)
        if revoked is not None:
            return Verified(Standing.REVOKED, tenant, issued_on=signed.issued_on, revoked_on=revoked.on, id=signed.id)
        standing = Standing.HOLDS if kept is not None and is_kept(kept, now) else Standing.NOT_KEPT
        return Verified(standing, tenant, signed.facts, signed.issued_on, id=signed.id)
