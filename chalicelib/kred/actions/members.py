"""Joining, naming a code from paper, the member's own page, giving away, leaving."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.audit.rules import time_of
from chalicelib.kred.actions.codes import Codes, unknown_code
from chalicelib.kred.rules.members import (
    Code,
    Member,
    Person,
    Standing,
    WrongPins,
    fingerprint_of,
    holds,
    is_locked,
    joined,
    left,
    locked,
    named,
    one_more_wrong,
)
from chalicelib.kred.rules.sessions import Seat, Session, may_check_in, parse_code
from chalicelib.kred.rules.terms import TimeTerms
from chalicelib.ledger.rules import (
    NO_LIMITS,
    POT,
    Account,
    Balance,
    Booked,
    Entry,
    Leg,
    Limits,
    Refused,
    Sort,
    Transfer,
    expiring,
    member_account,
    other_side,
    sort_of,
)
from chalicelib.shared.answers import ConflictError, ForbiddenError, RuleError, TryAgainError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CardNumber, CurrencyId, MemberId, SessionId, Tenant, TransferId

MOST_CODES: Final = 30  # on paper at a time: each is a member, a code and an account in one transaction
_ROUNDS: Final = 5
_HISTORY: Final = 50
_ALL: Final = 100_000


class Members(Protocol):
    """Where members are kept."""

    def member(self, tenant: Tenant, member: MemberId) -> Member | None:
        """Give a member."""

    def members(self, tenant: Tenant, members: list[MemberId]) -> dict[MemberId, Member]:
        """Give several members."""

    def listed(self, tenant: Tenant, currency: str, *, after: str | None, most: int) -> list[tuple[str, MemberId]]:
        """List the members of a currency."""

    def join(self, tenant: Tenant, *members: Member, session: Session | None = None) -> str | None:
        """Keep new members."""

    def change(self, tenant: Tenant, before: Member, after: Member, what: str) -> bool:
        """Change a member that is as it was read."""

    def note_wrong_pin(self, tenant: Tenant, member: Member, wrong: WrongPins) -> bool:
        """Write down a wrong PIN."""


class SessionBook(Protocol):
    """Where sessions and seats are kept."""

    def session(self, tenant: Tenant, currency: str, session: SessionId) -> Session | None:
        """Give a session."""

    def seats_of(self, tenant: Tenant, member: MemberId, *, since: datetime | None = None) -> list[tuple[str, Seat]]:
        """List a member's seats."""


class Bank(Protocol):
    """The desk that moves minutes."""

    def transfer(self, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> Booked | Refused:
        """Book a transfer."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has."""

    def history(self, tenant: Tenant, currency: CurrencyId, account: Account, *, most: int) -> list[Entry]:
        """Give an account's latest entries."""

    def standing(self, tenant: Tenant, transfer: TransferId) -> Transfer | None:
        """Give a transfer."""

    def close_account(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, into: Account, transfer: TransferId,
        now: datetime, because: str = "",
    ) -> Booked | Refused | None:  # fmt: skip
        """Move what an account has into another, and close it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A member, and the code to carry: the address in its QR."""

    member: Member
    url: str


@dataclass(frozen=True, slots=True)
class Going:
    """Minutes that go after a day; `warn` from thirty days before."""

    minutes: int
    last_day: date
    warn: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where minutes were taken in another currency: the partner's account in that one."""

    account: Account
    terms: TimeTerms


@dataclass(frozen=True, slots=True)
class Page:
    """A member's own page. Without the PIN it says nothing but which currency the code is of."""

    terms: TimeTerms
    open: bool
    named: bool
    pin_set: bool
    language: str
    member: Member | None = None
    balance: Balance | None = None
    history: tuple[tuple[datetime, Entry], ...] = ()
    expiring: tuple[Going, ...] = ()
    seats: tuple[tuple[str, Seat], ...] = ()
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)  # by the entry's transfer


@dataclass(frozen=True, slots=True)
class Key:
    """What opens a member's page: the code, and the PIN. `tenant` is needed for a typed number alone."""

    text: str
    pin: str | None
    tenant: Tenant | None = None


@dataclass(frozen=True, slots=True)
class MemberDesk:
    """The desk where people join and look after what they have earned.

    `url` makes the signed code of a member; `new_number` draws one.
    """

    store: Members
    sessions: SessionBook
    codes: Codes
    bank: Bank
    terms: Callable[[Tenant, str], TimeTerms]
    url: Callable[[Tenant, Member, TimeTerms], str]
    new_number: Callable[[], CardNumber]
    new_id: Callable[[], MemberId]
    forgets: Callable[[Tenant, CurrencyId, MemberId], object] = lambda *_: None  # that somebody awards as the member

    def join(self, join_id: str, poster: str, person: Person, *, now: datetime) -> Carried:
        """Let somebody join by a session's code; sent again, the same member with the same code.

        UnknownError `unknown_session`; RuleError as `rules.members.joined`, and why nobody may join there now;
        ConflictError `other_content` where the id stands for somebody else.
        """
        tenant, session = self.posted(poster)
        because = may_check_in(session, now)
        if because is not None:
            raise RuleError(because.value, "Nobody can join by this code now.")
        terms = self.terms(tenant, session.currency)
        made = MemberId(sha256(f"{tenant}/{session.currency}/{join_id}".encode()).hexdigest()[:24])
        for _ in range(_ROUNDS):
            member = replace(
                joined(made, self.new_number(), session.currency, person, now),
                joined_at=session.id,
                organiser=session.operator,
            )
            standing = self.store.join(tenant, member, session=session)
            if standing is None:
                return Carried(member, self.url(tenant, member, terms))
            if standing == "session":
                raise RuleError("too_many_joined", "So many have joined by this code that it takes no more.")
            if standing == "member":
                return self._joined_before(tenant, member, terms)
        raise TryAgainError("busy", "No number could be drawn; send the same again.")

    def prepare(self, tenant: Tenant, currency: str, *, count: int, organiser: str, now: datetime) -> list[Carried]:
        """Make codes for paper, which earn at once and are named later."""
        if not 1 <= count <= MOST_CODES:
            raise RuleError("count_out_of_bounds", f"Make 1 to {MOST_CODES} codes at a time.")
        terms, day = self.terms(tenant, currency), oslo_date(now)
        for _ in range(_ROUNDS):
            made = [
                Member(self.new_id(), currency, self.new_number(), Standing.UNNAMED, day, organiser=organiser)
                for _ in range(count)
            ]
            if self.store.join(tenant, *made) is None:
                return [Carried(each, self.url(tenant, each, terms)) for each in made]
        raise TryAgainError("busy", "No numbers could be drawn; send the same again.")

    def name(self, key: Key, person: Person, *, now: datetime) -> Page:
        """Name a code from paper, and give it a PIN. ConflictError `already_named`; RuleError as `joined`."""
        tenant = self.codes.at_home(key.text, key.tenant)
        member = self._member(tenant, key.text)
        after = named(member, person, now)
        if member.standing is not Standing.UNNAMED:
            same = (member.name, member.band, member.pin) == (after.name, after.band, after.pin)
            if member.standing is not Standing.ACTIVE or not same:
                raise ConflictError("already_named", "The code is somebody's already.")
        elif not self.store.change(tenant, member, after, "member.named"):
            raise ConflictError("already_named", "The code is somebody's already.")
        return self.page(replace(key, pin=person.pin), now=now)

    def set_pin(self, key: Key, *, now: datetime) -> Page:
        """Give a PIN to a code that was replaced. ConflictError `pin_is_set`."""
        tenant = self.codes.at_home(key.text, key.tenant)
        member = self._member(tenant, key.text)
        if member.pin is not None or member.standing is not Standing.ACTIVE or key.pin is None:
            raise ConflictError("pin_is_set", "The code has a PIN, or nobody's name.")
        after = replace(member, pin=fingerprint_of(member.id, key.pin))
        if not self.store.change(tenant, member, after, "member.pin_set"):
            raise TryAgainError("busy", "The code was changed meanwhile; send the same again.")
        return self.page(key, now=now)

    def page(self, key: Key, *, now: datetime) -> Page:
        """Show a member's page: with the PIN all of it. ForbiddenError `wrong_pin`, `locked`, `left`."""
        tenant = self.codes.at_home(key.text, key.tenant)
        if key.pin is None:
            member = self._member(tenant, key.text)
            terms = self.terms(tenant, member.currency)
            return Page(terms, False, member.name is not None, member.pin is not None, member.language)
        return self._page(tenant, self._opened(tenant, key, now), now, most=_HISTORY)

    def everything(self, key: Key, *, now: datetime) -> Page:
        """Give all that is kept of a member, to be taken away (GDPR, article 20)."""
        tenant = self.codes.at_home(key.text, key.tenant)
        return self._page(tenant, self._opened(tenant, key, now), now, most=_ALL)

    def gift(self, gift_id: str, key: Key, to: str, minutes: int, *, now: datetime) -> Booked:
        """Give minutes to another member of the currency; sent again, the same gift. RuleError says why not."""
        tenant = self.codes.at_home(key.text, key.tenant)
        giver = self._opened(tenant, key, now)
        found = self.codes.find(tenant, to)
        if not isinstance(found, Code) or found.currency != giver.currency or not found.may_earn:
            raise UnknownError("unknown_receiver", "There is no such member in this currency.")
        terms = self.terms(tenant, giver.currency)
        legs = (Leg(member_account(giver.id), member_account(found.member), terms.insist_on_step(minutes)),)
        gift = Transfer(TransferId(gift_id), CurrencyId(giver.currency), legs, "gift", now)
        return _booked(self.bank.transfer(tenant, gift, limits=terms.caps(found.member)))

    def donate(self, gift_id: str, key: Key, minutes: int, *, now: datetime) -> Booked:
        """Give minutes to the pot that all share."""
        tenant = self.codes.at_home(key.text, key.tenant)
        giver = self._opened(tenant, key, now)
        minutes = self.terms(tenant, giver.currency).insist_on_step(minutes)
        legs = (Leg(member_account(giver.id), POT, minutes),)
        return _booked(
            self.bank.transfer(tenant, Transfer(TransferId(gift_id), CurrencyId(giver.currency), legs, "donation", now))
        )

    def leave(self, key: Key, *, erase: bool, now: datetime) -> Member:
        """Let a member go: first nobody can pay it any more, then what it has goes where the currency says.

        RuleError `still_held` while minutes are set aside for a seat. A call that was cut short is sent again: the
        account is closed before the code dies.
        """
        tenant = self.codes.at_home(key.text, key.tenant)
        member = self._opened(tenant, key, now)
        account, currency = member_account(member.id), CurrencyId(member.currency)
        into = self.terms(tenant, member.currency).leave_to
        name = TransferId(f"leave-{member.id}")
        said = self.bank.close_account(tenant, currency, account, into=into, transfer=name, now=now, because="left")
        if isinstance(said, Refused):
            raise RuleError(said.because.value, "Minutes are set aside for a seat; give it back first.")
        self.forgets(tenant, currency, member.id)
        gone = left(member, now, erase=erase)
        if not self.store.change(tenant, member, gone, "member.erased" if erase else "member.left"):
            raise TryAgainError("busy", "The member was changed meanwhile; send the same again.")
        return gone

    def carried(
        self, tenant: Tenant, currency: str, texts: Sequence[str], *, may: Callable[[Member], bool]
    ) -> list[Carried]:
        """Give the members whose codes these are, each with its address. UnknownError `unknown_code`.

        `may` says whether a member is one of the caller's own; another's code is unknown.
        """
        terms = self.terms(tenant, currency)
        members = [self._member(tenant, each) for each in texts]
        if not all(each.currency == currency and each.may_earn and may(each) for each in members):
            raise unknown_code()
        return [Carried(each, self.url(tenant, each, terms)) for each in members]

    def replace_code(
        self, tenant: Tenant, currency: str, member_id: MemberId, *, may: Callable[[Member], bool] = lambda _: True
    ) -> Carried:
        """Give a member who lost the code or forgot the PIN a new code without one; the old one is of no use.

        `may` says whether the member is one of the caller's own; another's is unknown.
        """
        member = self.store.member(tenant, member_id)
        if member is None or member.currency != currency or not member.may_earn or not may(member):
            raise UnknownError("unknown_member", "There is no such member.")
        for _ in range(_ROUNDS):
            after = replace(member, number=self.new_number(), pin=None, wrong_pins=None)
            if self.store.change(tenant, member, after, "member.code_replaced"):
                return Carried(after, self.url(tenant, after, self.terms(tenant, currency)))
        raise TryAgainError("busy", "The member was changed meanwhile; send the same again.")

    def listed(self, tenant: Tenant, currency: str, *, after: str | None, most: int) -> list[tuple[str, Member]]:
        """List the members of a currency with their names, for who runs it."""
        self.terms(tenant, currency)
        places = self.store.listed(tenant, currency, after=after, most=most)
        found = self.store.members(tenant, [each for _, each in places])
        return [(place, found[each]) for place, each in places if each in found]

    def known(self, tenant: Tenant, currency: str, member: MemberId) -> Member:
        """Give a member of a currency. UnknownError `unknown_member`."""
        found = self.store.member(tenant, member)
        if found is None or found.currency != currency:
            raise UnknownError("unknown_member", "There is no such member.")
        return found

    def posted(self, poster: str) -> tuple[Tenant, Session]:
        """Read a session's code. UnknownError `unknown_session` for any that is not one."""
        read = parse_code(poster)
        if read is None:
            raise _unknown_session()
        tenant, currency, session_id, secret = Tenant(read[0]), read[1], read[2], read[3]
        session = self.sessions.session(tenant, currency, session_id)
        if session is None or session.code != secret:
            raise _unknown_session()
        return tenant, session

    def opened(self, key: Key, *, now: datetime) -> tuple[Tenant, Member]:
        """Give the member whose code and PIN these are."""
        tenant = self.codes.at_home(key.text, key.tenant)
        return tenant, self._opened(tenant, key, now)

    def _page(self, tenant: Tenant, member: Member, now: datetime, *, most: int) -> Page:
        terms, account = self.terms(tenant, member.currency), member_account(member.id)
        currency = CurrencyId(member.currency)
        balance = self.bank.balance(tenant, currency, account)
        history = self.bank.history(tenant, currency, account, most=most)
        return Page(
            terms, True, True, True, member.language, member, balance,
            tuple((time_of(each.id), each) for each in history), _going(balance, terms, oslo_date(now)),
            tuple(self.sessions.seats_of(tenant, member.id)), self._elsewhere(tenant, history),
        )  # fmt: skip

    def _elsewhere(self, tenant: Tenant, history: list[Entry]) -> dict[str, Elsewhere]:
        """Look up where what left the currency went: one read for each, and most pages have none."""
        found: dict[str, Elsewhere] = {}
        for each in history:
            if sort_of(each.other) is not Sort.CLEARING:
                continue
            there = self.bank.standing(tenant, other_side(each.transfer))
            if there is not None:
                [leg] = there.legs
                account = leg.credit if sort_of(leg.debit) is Sort.CLEARING else leg.debit
                found[each.transfer] = Elsewhere(account, self.terms(tenant, there.currency))
        return found

    def _joined_before(self, tenant: Tenant, sent: Member, terms: TimeTerms) -> Carried:
        standing = self.store.member(tenant, sent.id)
        if standing is None or (standing.name, standing.band, standing.pin) != (sent.name, sent.band, sent.pin):
            raise ConflictError("other_content", "This id was used by somebody else; make a new one.")
        return Carried(standing, self.url(tenant, standing, terms))

    def _member(self, tenant: Tenant, text: str) -> Member:
        found = self.codes.find(tenant, text)
        member = self.store.member(tenant, found.member) if isinstance(found, Code) else None
        if member is None:
            raise unknown_code()
        if not member.may_earn:
            raise ForbiddenError("left", "The member has left.")
        return member

    def _opened(self, tenant: Tenant, key: Key, now: datetime) -> Member:
        member, today = self._member(tenant, key.text), oslo_date(now)
        for _ in range(_ROUNDS):
            if is_locked(member, today):
                raise locked()
            if member.pin is None:
                raise ForbiddenError("pin_not_set", "The code has no PIN yet.")
            if key.pin is not None and holds(member, key.pin):
                return member
            if self.store.note_wrong_pin(tenant, member, one_more_wrong(member, today)):
                raise ForbiddenError("wrong_pin", "That is not the PIN.")
            member = self._member(tenant, key.text)
        raise TryAgainError("busy", "The page is being opened elsewhere; send the same again.")


def _going(balance: Balance | None, terms: TimeTerms, today: date) -> tuple[Going, ...]:
    if balance is None or terms.expires_after is None:
        return ()
    return tuple(
        Going(each.minutes, each.last_day, warn=today >= min(each.warned_on))
        for each in expiring(balance, terms.expires_after, today)
    )


def _booked(said: Booked | Refused) -> Booked:
    if isinstance(said, Refused):
        raise RuleError(said.because.value, "The minutes could not be moved.")
    return said


def _unknown_session() -> UnknownError:
    return UnknownError("unknown_session", "There is no such session; look for its newest poster.")
