"""A session: one time and place with seats, be it an event, a course, a clean-up, a spend event or a match."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import MemberId, SessionId

MOST_PERSONS: Final = 10  # of one sign-up: a family, not a bus
MOST_JOINING: Final = 1000  # by one session's code, so that a code on a poster cannot fill the table
OPEN_BEFORE: Final = timedelta(hours=24)  # how long before its start somebody may join or check in
OPEN_AFTER: Final = timedelta(hours=24)  # and how long after its end
KEPT_MONTHS: Final = 12  # who was there, after the day
_AWARD_DIGITS: Final = 40


class SessionKind(StrEnum):
    """What it is, for the page and the reports; the rules are the same for all."""

    EVENT = "event"
    COURSE = "course"
    CLEAN_UP = "clean_up"
    SPEND_EVENT = "spend_event"
    MATCH = "match"
    OUTING = "outing"


class Because(StrEnum):
    """Why somebody does not get a seat, is not checked in, or is not awarded."""

    FULL = "full"
    CANCELLED = "session_cancelled"
    OVER = "session_over"
    NOT_YET = "session_not_yet"
    NOT_ENOUGH = "not_enough"
    NOT_SIGNED_UP = "not_signed_up"
    NOT_PRESENT = "not_present"
    SELF = "self_award"
    UNKNOWN_CODE = "unknown_code"
    LEFT = "left"
    NOT_NAMED = "not_named"
    OTHER_CURRENCY = "other_currency"
    NO_AWARD = "no_award"


@dataclass(frozen=True, slots=True)
class Session:
    """A session of one currency. Minutes are per person: earned (`award`) or paid (`price_adult`, `price_child`).

    `held_back` seats are the partner's own until `releases_at`, or until somebody releases them (requirement TK-24).
    `capacity` None: there is room for everybody. `code` is what its poster carries.
    """

    id: SessionId
    currency: str
    operator: str
    kind: SessionKind
    title: dict[str, str]
    place: str
    starts_at: datetime
    ends_at: datetime
    code: str = field(repr=False)
    activity: str | None = None
    venue: str | None = None
    capacity: int | None = None
    held_back: int = 0
    releases_at: datetime | None = None
    award: int = 0
    price_adult: int = 0
    price_child: int = 0
    sign_up: bool = True  # False: whoever comes is there
    cancelled: bool = False
    taken: int = 0
    joined: int = 0
    version: int = 0

    @property
    def is_paid(self) -> bool:
        """Say whether a seat costs time."""
        return self.price_adult > 0 or self.price_child > 0

    @property
    def sells_at_the_door(self) -> bool:
        """Say whether it is paid as the queue comes, and not by signing up (requirement TK-06)."""
        return self.is_paid and not self.sign_up

    def seats(self, now: datetime) -> int | None:
        """Give how many seats there are to give out now; None where there is room for everybody."""
        if self.capacity is None:
            return None
        released = self.releases_at is not None and now >= self.releases_at
        return self.capacity - (0 if released else self.held_back)

    def left(self, now: datetime) -> int | None:
        """Give how many seats are left now."""
        seats = self.seats(now)
        return None if seats is None else max(seats - self.taken, 0)

    def price(self, adults: int, children: int) -> int:
        """Give what so many pay, in minutes."""
        return self.price_adult * adults + self.price_child * children


@dataclass(frozen=True, slots=True)
class Seat:
    """That a member has signed up, with how many, and what came of it."""

    session: SessionId
    member: MemberId
    adults: int
    children: int
    signed_up_at: datetime | None = None
    hold: str | None = None  # minutes set aside for it
    cancelled: bool = False
    present_at: datetime | None = None
    transfer: str | None = None  # what it was awarded by
    minutes: int = 0  # what was awarded, or paid

    @property
    def persons(self) -> int:
        """Give how many seats it takes."""
        return self.adults + self.children


def insist_on_sense(session: Session, step: int) -> None:
    """Raise RuleError where a session cannot be held: wrong hours, seats or minutes."""
    faults = []
    if session.ends_at <= session.starts_at:
        faults.append(Field("ends_at", "before_start", "It ends before it starts."))
    if session.held_back and (session.capacity is None or session.held_back > session.capacity):
        faults.append(Field("held_back", "too_many", "More seats are held back than there are."))
    faults += [
        Field(name, "out_of_step", f"The currency goes in steps of {step} minutes.")
        for name in ("award", "price_adult", "price_child")
        if getattr(session, name) % step
    ]
    if session.award and session.is_paid:
        faults.append(Field("award", "both_ways", "A session gives time or costs time, not both."))
    if session.award and session.activity is None:
        faults.append(Field("activity", "missing", "An award is taken from an activity's grant."))
    if session.is_paid and session.venue is None:
        faults.append(Field("venue", "missing", "A price is paid to a venue."))
    if session.releases_at is not None and session.releases_at > session.starts_at:
        faults.append(Field("releases_at", "after_start", "Seats are released before it starts."))
    if faults:
        raise RuleError("bad_session", "The session does not hold together.", tuple(faults))


def may_sign_up(session: Session, now: datetime) -> Because | None:
    """Say why nobody may sign up now, or None. That seats are left is for the write to say."""
    if session.cancelled:
        return Because.CANCELLED
    if now >= session.ends_at:
        return Because.OVER
    return None


def may_check_in(session: Session, now: datetime) -> Because | None:
    """Say why nobody is checked in now, or None."""
    if session.cancelled:
        return Because.CANCELLED
    if now < session.starts_at - OPEN_BEFORE:
        return Because.NOT_YET
    if now > session.ends_at + OPEN_AFTER:
        return Because.OVER
    return None


def persons_in(adults: int, children: int) -> int:
    """Count who comes. RuleError `persons_out_of_bounds`."""
    if adults < 0 or children < 0 or not 1 <= adults + children <= MOST_PERSONS:
        raise RuleError("persons_out_of_bounds", f"Send 1 to {MOST_PERSONS} persons in all.")
    return adults + children


def award_id(session: Session, member: MemberId) -> str:
    """Name the transfer that awards a member for a session: sent again, it is the same one (L3, L4)."""
    named = f"{session.currency}/{session.activity}/{session.id}/{member}"
    return f"aw-{sha256(named.encode()).hexdigest()[:_AWARD_DIGITS]}"


def kept_until(day: date) -> date:
    """Give the day on which it is forgotten who was at a session."""
    return day + timedelta(days=30 * KEPT_MONTHS)


def code_text(host: str, tenant: str, session: Session) -> str:
    """Give the address on a session's poster: a phone's camera opens the page that joins and checks in."""
    return f"{host}/K#s.{tenant}.{session.currency}.{session.id}.{session.code}"


def parse_code(text: str) -> tuple[str, str, SessionId, str] | None:
    """Read tenant, currency, session and secret from what was scanned; None where it is no session's code."""
    bare = text.strip().rsplit("#", 1)[-1]
    pieces = bare.split(".")
    if len(pieces) != 5 or pieces[0] != "s" or not all(pieces):  # noqa: PLR2004  `s` and four more
        return None
    return pieces[1], pieces[2], SessionId(pieces[3]), pieces[4]
