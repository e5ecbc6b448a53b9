"""A hall to test members, sessions and spending in: the real desks on the embedded engine, one currency, one grant."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib.access.rules import Device, Right
from chalicelib.credentials.actions import Mint
from chalicelib.credentials.rules import CardBody, Flags, Kind, TagKeys
from chalicelib.kred.actions.codes import Codes
from chalicelib.kred.actions.members import MemberDesk
from chalicelib.kred.actions.sessions import Claim, SessionDesk
from chalicelib.kred.actions.spending import Asked, SpendDesk
from chalicelib.kred.rules.members import AgeBand, Member, Person
from chalicelib.kred.rules.sessions import Session, SessionKind
from chalicelib.kred.rules.spending import SpendOffer
from chalicelib.kred.rules.terms import TimeTerms
from chalicelib.kred.store.members import MemberStore
from chalicelib.kred.store.sessions import SessionStore
from chalicelib.kred.store.spending import SpendStore
from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import ISSUER, Leg, Refused, Transfer, grant_account, member_account
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.ids import (
    ActivityId,
    CurrencyId,
    DeviceId,
    HoldId,
    MemberId,
    OfferId,
    SessionId,
    Tenant,
    TransferId,
    VenueId,
)

TENANT = Tenant("lorenskog")
CURRENCY = CurrencyId("lokalkred")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GRANT = grant_account(ActivityId("rydding"))
_NUMBERS = itertools.count(1)


class OneKey:
    """One signing key for all."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    def private(self, _: Tenant, key_id: int) -> Ed25519PrivateKey:  # noqa: ARG002  a key for all
        return self.key

    def public(self, _: Tenant, key_id: int) -> Ed25519PublicKey:  # noqa: ARG002  the same
        return self.key.public_key()

    def tags(self, _: Tenant, key_id: int) -> TagKeys:  # noqa: ARG002  no code of time is in a tag
        raise KeyError


@dataclass
class Hall:
    """The desks, and short ways to what the tests need."""

    terms: TimeTerms = field(
        default_factory=lambda: TimeTerms(CURRENCY, 7, {"nb": "Lokalkred"}, step=30, offline_floor=60)
    )
    not_to: MemberId | None = None  # who is the awarder

    def __post_init__(self) -> None:
        ledger = LedgerStore()
        self.bank = Bank(store=ledger)
        self.mint = Mint(keys=OneKey())
        self.members = MemberStore(ledger)
        self.session_store = SessionStore(ledger)
        self.spend_store = SpendStore(ledger)
        self.codes = Codes(
            self.members, lambda _, text: self.mint.read(TENANT, text, municipality_number=3222),
            lambda text: TENANT if self.mint.municipality_of(text) == 3222 else None,
        )  # fmt: skip
        self.desk = MemberDesk(
            store=self.members, sessions=self.session_store, codes=self.codes, bank=self.bank, terms=self._terms,
            url=lambda _, member, terms: self.mint.url("https://kort.example.no", self.token(member, terms)),
            new_number=lambda: self.mint.new_number(f"{secrets.randbelow(10**10):010d}"),
            new_id=lambda: MemberId(secrets.token_hex(12)),
        )  # fmt: skip
        self.sessions = SessionDesk(
            store=self.session_store, names=self.members, codes=self.codes, terms=self._terms, gives=self.give,
            new_code=lambda: "hemmelig", new_hold=lambda: HoldId(secrets.token_hex(12)),
        )  # fmt: skip
        self.spending = SpendDesk(
            store=self.spend_store,
            sessions=self.session_store,
            codes=self.codes,
            bank=self.bank,
            terms=self._terms,
            takes=lambda *_: True,
            currencies=lambda _: [CURRENCY],
            limit=lambda *_: 0,
        )
        self.bank.open_account(TENANT, CURRENCY, GRANT)
        self.move(ISSUER, GRANT, 600_000)
        self.bank.open_account(TENANT, CURRENCY, self.terms.leave_to)

    def _terms(self, _: Tenant, currency: str) -> TimeTerms:
        assert currency == CURRENCY
        return self.terms

    def token(self, member: Member, terms: TimeTerms) -> str:
        body = CardBody(1, 3222, terms.code, Flags(Kind.TIMEKRED).byte, member.number, NOW.date(), NOW.date())
        return self.mint.sign(TENANT, body)

    def move(self, debit: Any, credit: Any, minutes: int) -> None:
        name = TransferId(f"t{next(_NUMBERS)}-{secrets.token_hex(4)}")
        said = self.bank.transfer(TENANT, Transfer(name, CURRENCY, (Leg(debit, credit, minutes),), "award", NOW))
        assert not isinstance(said, Refused), said

    def give(self, claim: Claim, *, now: datetime) -> bool | StrEnum:
        """Give as the desk of awards does, within the grant, and never to oneself."""
        if claim.member == self.not_to:
            return SelfAward.SELF
        legs = (Leg(GRANT, member_account(claim.member), claim.session.award),)
        said = self.bank.transfer(TENANT, Transfer(TransferId(claim.id), CURRENCY, legs, "award", now))
        return said.because if isinstance(said, Refused) else said.again

    def session(self, named: str = "strandrydding", **changes: Any) -> Session:
        drawn = {
            "id": SessionId(named), "currency": CURRENCY, "operator": "bydelen", "kind": SessionKind.CLEAN_UP,
            "title": {"nb": "Strandrydding"}, "place": "Sjøbadet", "starts_at": NOW,
            "ends_at": NOW + timedelta(hours=2), "code": "", "activity": "rydding", "award": 120,
        } | changes  # fmt: skip
        return self.sessions.put(TENANT, Session(**drawn))

    def poster(self, session: Session) -> str:
        return f"https://kort.example.no/K#s.{TENANT}.{session.currency}.{session.id}.{session.code}"

    def join(self, named: str = "Testperson Én", *, session: Session | None = None, **changes: Any) -> Member:
        of = session or self.session("apent-mote")
        said = {"name": named, "language": "nb", "band": AgeBand.TWENTIES, "consent": True, "pin": "4711"} | changes
        return self.desk.join(f"join-{next(_NUMBERS)}", self.poster(of), Person(**said), now=NOW).member

    def rich(self, minutes: int, **changes: Any) -> Member:
        member = self.join(**changes)
        self.move(GRANT, member_account(member.id), minutes)
        return member

    def has(self, member: Member) -> int:
        balance = self.bank.balance(TENANT, CURRENCY, member_account(member.id))
        assert balance is not None
        return balance.free

    def offer(self, **changes: Any) -> SpendOffer:
        drawn = {
            "currency": CURRENCY, "venue": VenueId("kino"), "offer": OfferId("inngang"), "price_adult": 60,
            "price_child": 30,
        } | changes  # fmt: skip
        return self.spending.put_offer(TENANT, SpendOffer(**drawn))

    def asked(self, member: Member, **changes: Any) -> Asked:
        drawn = {
            "card": self.token(member, self.terms), "adults": 1, "children": 0, "offer": OfferId("inngang"),
            "id": f"p{next(_NUMBERS)}-{secrets.token_hex(4)}",
        } | changes  # fmt: skip
        return Asked(**drawn)


class SelfAward(StrEnum):
    SELF = "self_award"


def device(venue: str = "kino") -> Device:
    named = DeviceId(f"lorenskog-{'0' * 23}{1 if venue == 'kino' else 2}")
    return Device(TENANT, named, VenueId(venue), "Luke", frozenset({Right.SCAN}), "{}", "2026-01-01")
