"""The desks that people meet in TimeKred: members, sessions, spending, notes, attestations, questions."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.kred import KredDesks

if TYPE_CHECKING:
    from datetime import datetime
    from enum import StrEnum

    from chalicelib.attestations.actions import AttestationDesk
    from chalicelib.impact.actions import ImpactDesk
    from chalicelib.kred.actions.members import MemberDesk
    from chalicelib.kred.actions.notes import NoteDesk
    from chalicelib.kred.actions.sessions import Claim, SessionDesk
    from chalicelib.kred.actions.spending import SpendDesk
    from chalicelib.kred.rules.members import Member
    from chalicelib.kred.rules.terms import TimeTerms
    from chalicelib.kred.store.sessions import SessionStore
    from chalicelib.ledger.actions import Keeper
    from chalicelib.shared.ids import CurrencyId, Tenant


class KredPeopleDesks(KredDesks):
    """The desks that people meet in TimeKred: members, sessions, spending, notes, attestations, questions."""

    @cached_property
    def keeper(self) -> Keeper:
        """Who seals what was moved, by the clock, and checks that the books agree."""
        from chalicelib import table
        from chalicelib.audit.store import AuditStore
        from chalicelib.ledger.actions import Keeper
        from chalicelib.ledger.store import JournalStore
        from chalicelib.shared.answers import UnknownError

        def chain(currency: CurrencyId) -> AuditStore:
            return AuditStore(chain=lambda tenant: table.ledger_seals_pk(tenant, currency))

        def life(tenant: Tenant, currency: CurrencyId) -> int | None:
            try:
                return self._kred_terms(tenant, currency).expires_after
            except UnknownError:  # a ledger whose currency has no record keeps what it has
                return None

        return Keeper(
            bank=self.bank,
            journal=JournalStore(),
            chain=chain,
            key=self._sealing_key,
            key_of=self._sealing_key_of,
            life=life,
            past=lambda tenant, currency, now: self.notes.expire(tenant, currency, now=now),
        )

    @cached_property
    def members(self) -> MemberDesk:
        """Where people join, and look after what they have earned."""
        from chalicelib.kred.actions.members import MemberDesk
        from chalicelib.shared.ids import MemberId

        return MemberDesk(
            store=self._member_store,
            sessions=self._session_store,
            codes=self._codes,
            bank=self.bank,
            terms=self._kred_terms,
            url=self._member_url,
            new_number=lambda: self.mint.new_number(f"{secrets.randbelow(10**10):010d}"),
            new_id=lambda: MemberId(secrets.token_hex(12)),
            forgets=self.currencies.forget,
        )

    @cached_property
    def sessions(self) -> SessionDesk:
        """Where everything is kept that has a time and a place."""
        from chalicelib.kred.actions.sessions import SessionDesk
        from chalicelib.shared.ids import HoldId

        return SessionDesk(
            store=self._session_store,
            names=self._member_store,
            codes=self._codes,
            terms=self._kred_terms,
            gives=self._give_award,
            new_code=lambda: secrets.token_urlsafe(12),
            new_hold=lambda: HoldId(f"seat-{secrets.token_hex(12)}"),
        )

    @cached_property
    def spending(self) -> SpendDesk:
        """Where time is spent."""
        from chalicelib.kred.actions.spending import SpendDesk
        from chalicelib.kred.store.spending import SpendStore

        return SpendDesk(
            store=SpendStore(self.ledger, self.notary),
            sessions=self._session_store,
            codes=self._codes,
            bank=self.bank,
            terms=self._kred_terms,
            takes=self.takes_time,
            currencies=lambda tenant: [each.id for each in self.currencies.currencies(tenant)],
            limit=self._limit_between,
        )

    @cached_property
    def _session_store(self) -> SessionStore:
        from chalicelib.kred.store.sessions import SessionStore

        return SessionStore(self.ledger, self.notary)

    def _member_url(self, tenant: Tenant, member: Member, terms: TimeTerms) -> str:
        from chalicelib.kred.rules.members import body_of

        town = self.terms.configuration(tenant).municipality
        body = body_of(member, municipality=town.number, key_id=town.signing_key, code=terms.code)
        return self.mint.url(self.config.host, self.mint.sign(tenant, body))

    def _give_award(self, claim: Claim, *, now: datetime) -> bool | StrEnum:
        from chalicelib.kred.rules.awards import NotAwarded, Wish
        from chalicelib.shared.ids import ActivityId, CurrencyId

        held = claim.session
        wish = Wish(claim.id, ActivityId(held.activity or ""), claim.member, held.award, claim.present, held.id)
        said = self.awards.award(claim.by, CurrencyId(held.currency), wish, now=now)
        return said.because if isinstance(said, NotAwarded) else said.replayed

    @cached_property
    def notes(self) -> NoteDesk:
        """Where printed notes are made and taken."""
        import hashlib
        import hmac

        from chalicelib.kred.actions.notes import NoteDesk
        from chalicelib.kred.rules.notes import SECRET_BYTES
        from chalicelib.kred.store.notes import NoteStore

        def secret(tenant: Tenant, key_id: int, batch: str, index: int) -> bytes:
            return hmac.digest(self.keys.notes(tenant, key_id), f"{batch}/{index}".encode(), hashlib.sha256)[
                :SECRET_BYTES
            ]

        return NoteDesk(
            store=NoteStore(self.ledger, self.notary),
            municipality=lambda tenant: self.terms.configuration(tenant).municipality.number,
            tenants=self.terms.tenant_of,
            secret=secret,
            host=self.config.host,
        )

    @cached_property
    def impact(self) -> ImpactDesk:
        """Where it is asked what taking part has meant."""
        import hashlib
        import hmac

        from chalicelib.impact.actions import ImpactDesk
        from chalicelib.impact.store import SurveyStore
        from chalicelib.kred.store.members import MemberStore
        from chalicelib.kred.store.spending import SpendStore

        people = MemberStore(self.ledger, self.notary)

        def ticket(tenant: Tenant, survey: str, member: str) -> str:
            # The oldest key: it stays the same while a round goes on.
            key = self.keys.book(tenant, min(self.keys.key_ids(tenant)))
            return hmac.new(key, f"survey/{survey}/{member}".encode(), hashlib.sha256).hexdigest()

        def members(tenant: Tenant, currency: str) -> int:
            count, after = 0, None
            while page := people.listed(tenant, currency, after=after, most=1000):
                count, after = count + len(page), page[-1][0]
            return count

        return ImpactDesk(
            store=SurveyStore(self.notary),
            ticket=ticket,
            members=members,
            visitors=SpendStore(self.ledger, self.notary).visitors,
        )

    @cached_property
    def attestations(self) -> AttestationDesk:
        """Where attestations are given and checked."""
        from chalicelib.attestations.actions import AttestationDesk
        from chalicelib.attestations.store import AttestationStore

        return AttestationDesk(
            store=AttestationStore(self.notary),
            configuration=self.terms.configuration,
            tenants=self.terms.tenant_of,
            keys=self.keys,
            host=self.config.host,
        )
