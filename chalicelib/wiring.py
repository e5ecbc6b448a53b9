"""Builds everything once, each desk when it is first asked for; the clock and new ids come from here.

A desk is imported with its first request: a scan in a cold function pays for neither settlement nor paper.
"""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.config import Config, from_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from chalicelib.access.actions import Gate, UnitDesk
    from chalicelib.archive.actions import Archive
    from chalicelib.attestations.actions import AttestationDesk
    from chalicelib.audit.actions import AuditBook
    from chalicelib.cards.actions import CardDesk
    from chalicelib.credentials.actions import Mint, Presented
    from chalicelib.credentials.store import KeyRing
    from chalicelib.files import Files
    from chalicelib.impact.actions import ImpactDesk
    from chalicelib.kred.actions import ActivityDesk, AwardDesk, CurrencyDesk, SumsDesk
    from chalicelib.kred.actions.codes import Codes
    from chalicelib.kred.actions.members import MemberDesk
    from chalicelib.kred.actions.notes import NoteDesk
    from chalicelib.kred.actions.sessions import Claim, SessionDesk
    from chalicelib.kred.actions.spending import SpendDesk
    from chalicelib.kred.rules.members import Member
    from chalicelib.kred.rules.terms import TimeTerms
    from chalicelib.kred.store.members import MemberStore
    from chalicelib.kred.store.sessions import SessionStore
    from chalicelib.ledger.actions import Bank, Keeper
    from chalicelib.ledger.store import LedgerStore
    from chalicelib.notary import Notary
    from chalicelib.reports.actions import Statistics
    from chalicelib.settlement.actions import Auditor, Casework, Closing, Pace
    from chalicelib.shared.ids import CurrencyId, MemberId, Tenant, VenueId
    from chalicelib.venues.actions import Terms
    from chalicelib.visits.actions import Window

# What writing a line into the files of a month may take at most, of the memory that Lambda gives us.
LINE_SECONDS = 0.0001
_LOCK = threading.RLock()
_STANDING: list[House] = []


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)  # noqa: TID251  the one place that reads the clock


class House:
    """Every desk of the town hall."""

    def __init__(self, config: Config, clock: Callable[[], datetime] = now) -> None:
        self.config = config
        self.clock = clock

    @cached_property
    def terms(self) -> Terms:
        """Where programmes, venues and agreements are kept."""
        from chalicelib.venues.actions import Terms
        from chalicelib.venues.store import TermsStore

        return Terms(store=TermsStore(time.monotonic, self.notary))

    @cached_property
    def notary(self) -> Notary:
        """Who writes down what is done; every store that changes a record has the same one."""
        from chalicelib.notary import Notary

        return Notary(self.clock, lambda tenant: self.keys.book(tenant, max(self.keys.key_ids(tenant))))

    @cached_property
    def audit(self) -> AuditBook:
        """Where it stands who did what."""
        from chalicelib.audit.actions import AuditBook
        from chalicelib.audit.store import AuditStore

        return AuditBook(store=AuditStore(), key=self._sealing_key, key_of=self._sealing_key_of)

    @cached_property
    def gate(self) -> Gate:
        """Where it is asked who is asking."""
        from chalicelib.access.actions import Gate
        from chalicelib.access.rules import issuers_from
        from chalicelib.access.store import AccessStore, IssuerKeys

        return Gate(
            store=AccessStore(time.monotonic, self.notary),
            issuers=issuers_from(self.config.issuers),
            keys=IssuerKeys(time.monotonic),
            host=self.config.host,
            new_code=lambda: secrets.token_bytes(10),
            new_device=lambda: secrets.token_hex(12),
        )

    @cached_property
    def units(self) -> UnitDesk:
        """Where it is kept who gives out cards for whom."""
        from chalicelib.access.actions import UnitDesk
        from chalicelib.access.store import UnitStore

        return UnitDesk(store=UnitStore(time.monotonic, self.notary), known_tenant=self.terms.configuration)

    @cached_property
    def mint(self) -> Mint:
        """Where numbers and tokens are made and read."""
        from chalicelib.credentials.actions import Mint

        return Mint(keys=self.keys)

    @cached_property
    def keys(self) -> KeyRing:
        """The keys that cards are signed with."""
        from chalicelib.credentials.store import KeyRing

        return KeyRing(self.config.secret, self.config.region)

    @cached_property
    def cards(self) -> CardDesk:
        """Where cards are given out."""
        from chalicelib.cards.actions import CardDesk
        from chalicelib.cards.store import CardStore
        from chalicelib.shared.ids import CardKey

        return CardDesk(
            store=CardStore(notary=self.notary),
            terms=self.terms.configuration,
            mint=self.mint,
            host=self.config.host,
            new_number=lambda: self.mint.new_number(f"{secrets.randbelow(10**10):010d}"),
            new_key=lambda: CardKey(secrets.token_urlsafe(12)),
            tenants=self.terms.tenant_of,
        )

    @cached_property
    def ledger(self) -> LedgerStore:
        """What other stores put a transfer into a transaction of their own with."""
        from chalicelib.ledger.store import LedgerStore

        return LedgerStore(self.clock)

    @cached_property
    def bank(self) -> Bank:
        """Where minutes are moved from account to account."""
        from chalicelib.ledger.actions import Bank

        return Bank(store=self.ledger)

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
    def currencies(self) -> CurrencyDesk:
        """Where currencies of time are set up, and where it is kept who acts for whom in them."""
        from chalicelib.kred.actions import CurrencyDesk
        from chalicelib.kred.store import CurrencyStore

        return CurrencyDesk(
            store=CurrencyStore(time.monotonic, self.notary),
            accounts=self.bank,
            known_tenant=self.terms.configuration,
            is_venue=lambda tenant, venue: venue in self.terms.configuration(tenant).venues,
            whose=self._member_of_code,
        )

    @cached_property
    def activities(self) -> ActivityDesk:
        """Where activities are reviewed and granted minutes."""
        from chalicelib.kred.actions import ActivityDesk
        from chalicelib.kred.store import ActivityStore

        return ActivityDesk(store=ActivityStore(self.ledger, self.notary), desk=self.currencies, bank=self.bank)

    @cached_property
    def awards(self) -> AwardDesk:
        """Where minutes are given for taking part."""
        from chalicelib.kred.actions import AwardDesk
        from chalicelib.kred.store import AwardStore

        return AwardDesk(store=AwardStore(self.ledger, self.notary), desk=self.currencies, names=self._names_of_members)

    @cached_property
    def sums(self) -> SumsDesk:
        """Where currencies are added up."""
        from chalicelib.kred.actions import SumsDesk
        from chalicelib.kred.store.payoffs import PayoffStore

        return SumsDesk(
            desk=self.currencies,
            activities=self.activities.store,
            bank=self.bank,
            payoffs=PayoffStore(self.ledger, self.notary),
            people=self._member_store,
        )

    @cached_property
    def _member_store(self) -> MemberStore:
        from chalicelib.kred.store.members import MemberStore

        return MemberStore(self.ledger, self.notary)

    @cached_property
    def _codes(self) -> Codes:
        from chalicelib.kred.actions.codes import Codes

        def read(tenant: Tenant, text: str) -> Presented:
            number = self.terms.configuration(tenant).municipality.number
            return self.mint.read(tenant, text, municipality_number=number)

        def tenant_of(text: str) -> Tenant | None:
            number = self.mint.municipality_of(text)
            if number is not None:
                return self.terms.tenant_of(number)
            # A typed number does not say whose it is; where there is one municipality, it is that one's.
            only = self.terms.tenants()
            return only[0] if len(only) == 1 else None

        return Codes(store=self._member_store, read=read, tenant_of=tenant_of)

    def _member_of_code(self, tenant: Tenant, currency: CurrencyId, text: str) -> MemberId:
        from chalicelib.kred.actions.codes import unknown_code
        from chalicelib.kred.rules.members import Code

        found = self._codes.find(tenant, text)
        if not isinstance(found, Code) or found.currency != currency:
            raise unknown_code()
        return found.member

    def _names_of_members(self, tenant: Tenant, members: list[MemberId]) -> dict[MemberId, str | None]:
        found = self._member_store.members(tenant, members)
        return {each.id: each.name for each in found.values()}

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

    def takes_time(self, tenant: Tenant, currency: str, venue: VenueId) -> bool:
        """Say whether a venue takes a currency of time."""
        from chalicelib.kred.rules.currencies import PartnerState
        from chalicelib.shared.ids import CurrencyId

        partner = self.currencies.setup(tenant, CurrencyId(currency)).partner(venue)
        return partner is not None and partner.state is PartnerState.APPROVED

    def _limit_between(self, tenant: Tenant, taking: str, paying: str) -> int:
        """Give how much one currency lets another owe it; 0 where its minutes are not taken, or it is the same."""
        from chalicelib.shared.ids import CurrencyId

        return 0 if taking == paying else self.currencies.setup(tenant, CurrencyId(taking)).takes(paying)

    @cached_property
    def _session_store(self) -> SessionStore:
        from chalicelib.kred.store.sessions import SessionStore

        return SessionStore(self.ledger, self.notary)

    def _kred_terms(self, tenant: Tenant, currency: str) -> TimeTerms:
        from chalicelib.kred.rules.terms import terms_of
        from chalicelib.shared.ids import CurrencyId

        return terms_of(self.currencies.setup(tenant, CurrencyId(currency)).currency)

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
    def window(self) -> Window:
        """Where cards are shown."""
        from chalicelib.visits.actions import Window
        from chalicelib.visits.store import VisitStore

        return Window(
            store=VisitStore(self.clock),
            configuration=self.terms.configuration,
            read_card=self.mint.read,
            keys=self.signing_keys,
        )

    @cached_property
    def closing(self) -> Closing:
        """Where months are closed."""
        from chalicelib.settlement import paper
        from chalicelib.settlement.actions import Closing
        from chalicelib.settlement.store import SettlementStore

        return Closing(
            store=SettlementStore(notary=self.notary),
            files=self.files,
            configuration=self.terms.configuration,
            paper=paper,
        )

    @cached_property
    def archive(self) -> Archive:
        """Where a municipality is taken out as one file, and read in."""
        from chalicelib.archive.actions import Archive
        from chalicelib.archive.store import ArchiveStore

        return Archive(store=ArchiveStore(), files=self.files, key_of=self._signing_key)

    @cached_property
    def statistics(self) -> Statistics:
        """Where figures are told."""
        from chalicelib.reports import paper
        from chalicelib.reports.actions import Statistics
        from chalicelib.reports.store import StatisticsStore

        return Statistics(
            store=StatisticsStore(), files=self.files, configuration=self.terms.configuration, paper=paper
        )

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

    @cached_property
    def auditor(self) -> Auditor:
        """Who computes closed months again."""
        from chalicelib.settlement.actions import Auditor

        return Auditor(self.closing)

    @cached_property
    def casework(self) -> Casework:
        """Where a venue's month is looked at, objected to and adjusted."""
        from chalicelib.settlement.actions import Casework
        from chalicelib.settlement.store import CaseStore

        return Casework(store=CaseStore(self.notary), closing=self.closing, configuration=self.terms.configuration)

    def pace(self, seconds: float) -> Pace:
        """Give so many seconds to work in, counted from now; on one machine there is all the time there is."""
        from chalicelib.settlement.actions import no_hurry

        if self.config.engine is not None:
            return no_hurry
        end = time.monotonic() + seconds
        return lambda lines: time.monotonic() + lines * LINE_SECONDS < end

    @cached_property
    def files(self) -> Files:
        """Where files are kept."""
        from chalicelib.files import open_files

        return open_files(self.config.files, self.config.region, address=self.config.host, key=self.config.files_key)

    def signing_keys(self, tenant: Tenant) -> dict[str, list[dict[str, str]]]:
        """Give the public keys of a tenant's cards as JWKS: also the next one, so that phones have it in good time."""
        self.terms.configuration(tenant)  # UnknownError where there is no such tenant
        return self.mint.jwks(tenant, self.keys.key_ids(tenant))

    def _sealing_key(self, tenant: Tenant) -> tuple[int, bytes]:
        newest = max(self.keys.key_ids(tenant))
        return newest, self.keys.book(tenant, newest)

    def _sealing_key_of(self, tenant: Tenant, key_id: int) -> bytes | None:
        return self.keys.book(tenant, key_id) if key_id in self.keys.key_ids(tenant) else None

    def _signing_key(self, tenant: Tenant, key_id: int) -> dict[str, str] | None:
        if key_id not in self.keys.key_ids(tenant):
            return None
        return self.mint.jwks(tenant, [key_id])["keys"][0]

    def table_answers(self) -> bool:
        """Say whether the table can be read."""
        from chalicelib import table

        try:
            table.connection().describe_table(table.Row.Meta.table_name)
        except Exception:  # noqa: BLE001  whatever is wrong, the answer is no
            return False
        return True


def build(config: Config, *, clock: Callable[[], datetime] = now) -> House:
    """Build the house for a deployment. Nothing is fetched yet: keys and clients come with their first use."""
    from chalicelib import table

    table.bind(name=config.table, region=config.region, engine=config.engine)
    return House(config, clock)


def house() -> House:
    """Give the house, built from the environment when first asked for."""
    if _STANDING:
        return _STANDING[0]
    with _LOCK:
        if not _STANDING:
            _STANDING.append(build(from_environment()))
        return _STANDING[0]


def use(furnished: House | None) -> None:
    """Let this house stand from now on; None tears it down, so that the next request builds anew."""
    with _LOCK:
        _STANDING.clear()
        if furnished is not None:
            _STANDING.append(furnished)
