"""Sessions: held, signed up for, checked in to, and awarded to everybody who was there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from chalicelib.access.rules import Caller
from chalicelib.kred.actions.codes import Codes
from chalicelib.kred.rules import spending
from chalicelib.kred.rules.members import Code, Member
from chalicelib.kred.rules.sessions import (
    OPEN_AFTER,
    Because,
    Seat,
    Session,
    award_id,
    insist_on_sense,
    may_check_in,
    may_sign_up,
    persons_in,
)
from chalicelib.kred.rules.terms import TimeTerms
from chalicelib.ledger.rules import (
    Hold,
    Refusal,
    Refused,
    member_account,
    partner_account,
)
from chalicelib.shared.answers import ConflictError, RuleError, TryAgainError, UnknownError
from chalicelib.shared.ids import (
    CurrencyId,
    HoldId,
    MemberId,
    SessionId,
    Tenant,
    VenueId,
)

_ROUNDS: Final = 8
_NO: Final = {Refusal.NOT_ENOUGH: Because.NOT_ENOUGH, Refusal.ACCOUNT_CLOSED: Because.LEFT}


class Sessions(Protocol):
    """Where sessions and seats are kept."""

    def session(self, tenant: Tenant, currency: str, session: SessionId) -> Session | None:
        """Give a session."""

    def sessions(self, tenant: Tenant, currency: str, *, since: datetime, most: int = 100) -> list[Session]:
        """List sessions."""

    def put_session(self, tenant: Tenant, session: Session, before: Session | None, what: str) -> bool:
        """Keep a session that is as it was read."""

    def seat(self, tenant: Tenant, session: Session, member: MemberId) -> Seat | None:
        """Give a member's seat."""

    def seats(self, tenant: Tenant, session: Session) -> list[Seat]:
        """List everybody's."""

    def sign_up(
        self, tenant: Tenant, session: Session, seat: Seat, before: Seat | None, *, limit: int | None, hold: Hold | None
    ) -> Refused | str | None:
        """Take places, and set minutes aside for them."""

    def give_up(self, tenant: Tenant, session: Session, seat: Seat, before: Seat, *, now: datetime) -> bool:
        """Give places back, and the minutes."""

    def be_there(
        self, tenant: Tenant, session: Session, seat: Seat, before: Seat | None, *, limit: int | None, now: datetime
    ) -> Refused | str | None:
        """Write down that somebody is there, and pay what was set aside."""

    def note_award(self, tenant: Tenant, session: Session, member: MemberId, transfer: str) -> None:
        """Write on a seat by what it was awarded."""


class Names(Protocol):
    """Where members are kept."""

    def members(self, tenant: Tenant, members: list[MemberId]) -> dict[MemberId, Member]:
        """Give several members."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one who was at a session is to be awarded, under an id that is the same however often it is sent."""

    id: str
    session: Session
    member: MemberId
    by: Caller
    present: int  # minutes that the session lasted


class Gives(Protocol):
    """Who gives awards by the rules of activities and grants."""

    def __call__(self, claim: Claim, *, now: datetime) -> bool | StrEnum:
        """Give one: True where it was given before, False where it is now, or why not."""


@dataclass(frozen=True, slots=True)
class Awarded:
    """What came of awarding one: `done`, `again` (it was before), or why not."""

    member: MemberId
    minutes: int
    done: bool
    again: bool = False
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """A session with everybody who signed up or was there, and their names for who runs it."""

    session: Session
    seats: tuple[Seat, ...]
    names: dict[MemberId, Member]


@dataclass(frozen=True, slots=True)
class SessionDesk:
    """The desk of everything that has a time and a place."""

    store: Sessions
    names: Names
    codes: Codes
    terms: Callable[[Tenant, str], TimeTerms]
    gives: Gives
    new_code: Callable[[], str]
    new_hold: Callable[[], HoldId]

    def put(self, tenant: Tenant, sent: Session) -> Session:
        """Hold a session, new or changed; who has a seat keeps it. RuleError `bad_session`, `fewer_than_taken`."""
        insist_on_sense(sent, self.terms(tenant, sent.currency).step)
        before = self.store.session(tenant, sent.currency, sent.id)
        if before is None:
            after = replace(sent, code=self.new_code())
        else:
            after = replace(sent, code=before.code, cancelled=before.cancelled, taken=before.taken)
            self._insist_on_no_surprise(before, after)
        if not self.store.put_session(tenant, after, before, "session.changed" if before else "session.made"):
            raise ConflictError("changed_meanwhile", "The session was changed meanwhile; read it again.")
        return self.session(tenant, sent.currency, sent.id)

    def session(self, tenant: Tenant, currency: str, session: SessionId) -> Session:
        """Give a session. UnknownError `unknown_session`."""
        found = self.store.session(tenant, currency, session)
        if found is None:
            raise UnknownError("unknown_session", "There is no such session in this currency.")
        return found

    def find(self, tenant: Tenant, currency: str, session: SessionId) -> Session | None:
        """Give a session, or None."""
        return self.store.session(tenant, currency, session)

    def upcoming(self, tenant: Tenant, currency: str, *, since: datetime) -> list[Session]:
        """List the sessions that start at a time or later."""
        self.terms(tenant, currency)
        return self.store.sessions(tenant, currency, since=since)

    def attendance(self, tenant: Tenant, session: Session) -> Attendance:
        """Give the list of who signed up and who was there, with names: for who runs the session."""
        seats = self.store.seats(tenant, session)
        return Attendance(session, tuple(seats), self.names.members(tenant, [each.member for each in seats]))

    def release(self, tenant: Tenant, session: Session, seats: int | None) -> Session:
        """Give out seats that were held back, or so many of them (requirement TK-24)."""
        held_back = 0 if seats is None else max(session.held_back - seats, 0)
        return self._change(tenant, replace(session, held_back=held_back), session, "session.released")

    def cancel(self, tenant: Tenant, session: Session, *, now: datetime) -> Session:
        """Call a session off: nobody new comes, and what was set aside is given back. Sent again, it goes on."""
        if not session.cancelled:
            session = self._change(tenant, replace(session, cancelled=True), session, "session.cancelled")
        for seat in self.store.seats(tenant, session):
            if not seat.cancelled and seat.present_at is None:
                self.store.give_up(tenant, session, replace(seat, cancelled=True), seat, now=now)
        return session

    def sign_up(
        self, tenant: Tenant, session: Session, member: Member, *, adults: int, children: int, now: datetime
    ) -> Seat | Because:
        """Give seats to a member and those who come along, never more than there are; sent again, the same seats.

        A price is set aside in the same moment. ConflictError `signed_up_otherwise` where the member has others.
        """
        persons = persons_in(adults, children)
        for _ in range(_ROUNDS):
            because = may_sign_up(session, now)
            if because is not None:
                return because
            before = self.store.seat(tenant, session, member.id)
            if before is not None and not before.cancelled:
                return _the_same(before, adults, children)
            left = session.left(now)
            if left is not None and left < persons:
                return Because.FULL
            hold = self._hold(session, member.id, adults, children)
            seat = Seat(session.id, member.id, adults, children, now, None if hold is None else hold.id)
            said = self.store.sign_up(tenant, session, seat, before, limit=session.seats(now), hold=hold)
            if said is None:
                return seat
            if isinstance(said, Refused):
                return _NO.get(said.because, Because.NOT_ENOUGH)
            session = self.session(tenant, session.currency, session.id)
        raise TryAgainError("busy", "Many are signing up right now; send the same again.")

    def give_up(self, tenant: Tenant, session: Session, member: MemberId, *, now: datetime) -> Seat:
        """Give a seat back, and what was set aside for it. RuleError `session_over` once it has begun."""
        for _ in range(_ROUNDS):
            before = self.store.seat(tenant, session, member)
            if before is None:
                raise UnknownError("not_signed_up", "There is no seat to give back.")
            if before.cancelled:
                return before
            if before.present_at is not None or now >= session.starts_at:
                raise RuleError(Because.OVER.value, "It has begun; ask the organiser.")
            if self.store.give_up(tenant, session, replace(before, cancelled=True), before, now=now):
                return replace(before, cancelled=True)
        raise TryAgainError("busy", "The seat is being changed; send the same again.")

    def check_in(self, tenant: Tenant, session: Session, text: str, *, now: datetime) -> Seat | Because:
        """Check in whoever's code is held up."""
        found = self.codes.find(tenant, text)
        if isinstance(found, spending.Because):
            return Because.UNKNOWN_CODE
        return self.check_in_code(tenant, session, found, now=now)

    def check_in_code(self, tenant: Tenant, session: Session, code: Code, *, now: datetime) -> Seat | Because:
        """Write down that a member is there, twice as good as once. Who did not sign up takes a seat that is left."""
        for _ in range(_ROUNDS):
            before = self.store.seat(tenant, session, code.member)
            if before is not None and before.present_at is not None:
                return before
            because = _why_not_in(session, code, before, now)
            if because is not None:
                return because
            seat = replace(before or Seat(session.id, code.member, 1, 0), present_at=now, cancelled=False)
            said = self.store.be_there(tenant, session, seat, before, limit=session.seats(now), now=now)
            if said is None:
                return seat
            if isinstance(said, Refused):
                return _NO.get(said.because, Because.NOT_ENOUGH)
            session = self.session(tenant, session.currency, session.id)
        raise TryAgainError("busy", "Many are being checked in right now; send the same again.")

    def award(
        self, tenant: Tenant, session: Session, *, by: Caller, only: frozenset[MemberId] | None, now: datetime,
        in_time: Callable[[], bool],
    ) -> list[Awarded]:  # fmt: skip
        """Award everybody who was there, or those named, one transaction each; sent again, nobody gets it twice.

        Who is left when `in_time` says no is answered `try_again`.
        """
        if session.activity is None:
            raise RuleError(Because.NO_AWARD.value, "The session is of no activity, and gives no time.")
        done = []
        for seat in self.store.seats(tenant, session):
            if only is not None and seat.member not in only:
                continue
            if seat.present_at is None:
                if only is not None:
                    done.append(Awarded(seat.member, 0, done=False, because=Because.NOT_PRESENT))
                continue
            if not in_time():
                done.append(Awarded(seat.member, 0, done=False, because="try_again"))
                continue
            done.append(self._award_one(tenant, session, seat, by=by, now=now))
        return done

    def _award_one(self, tenant: Tenant, session: Session, seat: Seat, *, by: Caller, now: datetime) -> Awarded:
        if seat.transfer is not None:
            return Awarded(seat.member, seat.minutes, done=True, again=True)
        lasted = int((session.ends_at - session.starts_at).total_seconds() // 60)
        claim = Claim(award_id(session, seat.member), session, seat.member, by, lasted)
        said = self.gives(claim, now=now)
        if isinstance(said, StrEnum):
            return Awarded(seat.member, 0, done=False, because=said.value)
        self.store.note_award(tenant, session, seat.member, claim.id)
        return Awarded(seat.member, session.award, done=True, again=said)

    def _hold(self, session: Session, member: MemberId, adults: int, children: int) -> Hold | None:
        minutes = session.price(adults, children)
        if minutes == 0 or session.venue is None:
            return None
        return Hold(
            self.new_hold(), CurrencyId(session.currency), member_account(member),
            partner_account(VenueId(session.venue)), minutes, "seat", session.ends_at + OPEN_AFTER,
        )  # fmt: skip

    def _change(self, tenant: Tenant, after: Session, before: Session, what: str) -> Session:
        if not self.store.put_session(tenant, after, before, what):
            raise TryAgainError("busy", "The session was changed meanwhile; send the same again.")
        return self.session(tenant, after.currency, after.id)

    @staticmethod
    def _insist_on_no_surprise(before: Session, after: Session) -> None:
        if after.capacity is not None and after.capacity < before.taken:
            raise RuleError("fewer_than_taken", "More seats are taken than that.")
        priced = (before.price_adult, before.price_child, before.venue, before.award, before.activity)
        if before.taken and priced != (after.price_adult, after.price_child, after.venue, after.award, after.activity):
            raise RuleError("price_is_fixed", "Somebody has signed up; what it costs or gives stays.")


def _why_not_in(session: Session, code: Code, seat: Seat | None, now: datetime) -> Because | None:
    """Say why somebody is not checked in, or None."""
    if code.currency != session.currency:
        return Because.OTHER_CURRENCY
    if not code.may_earn:
        return Because.LEFT
    if seat is None or seat.cancelled:
        if session.is_paid:
            return Because.NOT_SIGNED_UP
        if session.left(now) == 0:
            return Because.FULL
    return may_check_in(session, now)


def _the_same(before: Seat, adults: int, children: int) -> Seat:
    if (before.adults, before.children) != (adults, children):
        raise ConflictError("signed_up_otherwise", "The member has other seats; give them back first.")
    return before
