"""The doors of who runs sessions: held, given out, called off, checked in to, and awarded in one action."""

from __future__ import annotations

import time
from datetime import datetime  # noqa: TC003  msgspec reads the types of fields when a body is read
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Device, Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import people as show
from chalicelib.api.answers.people import (
    AttendanceAnswer,
    AwardsAnswer,
    SeatAnswer,
    SessionsAnswer,
    SessionShown,
)
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body, CardText, Id, Line, Words
from chalicelib.shared.answers import ForbiddenError, MalformedError, UnknownError
from chalicelib.shared.calendar import oslo_date, start_of
from chalicelib.shared.ids import ActivityId, CurrencyId, MemberId, SessionId

if TYPE_CHECKING:
    from chalicelib.kred.rules.sessions import Session
    from chalicelib.kred.rules.standing import Standing

doors = Doors(__name__)

STAFF = frozenset({Role.COORDINATOR, Role.OPERATOR, Role.AWARDER})
AT_THE_DOOR = STAFF | {Role.DEVICE}
_IN_TIME = 20.0  # seconds; the gateway waits 29

Minutes = Annotated[int, Meta(ge=0, le=100_000, description="minutes a person; 60 are one Kred")]
Seats = Annotated[int, Meta(ge=0, le=100_000)]


class SessionBody(Body, frozen=True):
    """A time and a place with seats. It gives time (`award`, of an activity) or costs time (`price_…`, at a venue)."""

    operator: Id
    kind: Annotated[str, Meta(pattern="^(event|course|clean_up|spend_event|match|outing)$")]
    title: Words
    place: Line
    starts_at: datetime
    ends_at: datetime
    activity: Id | None = None
    venue: Id | None = None
    capacity: Seats | None = None
    held_back: Seats = 0
    releases_at: datetime | None = None
    award: Minutes = 0
    price_adult: Minutes = 0
    price_child: Minutes = 0
    sign_up: bool = True


class ReleaseBody(Body, frozen=True):
    """How many of the seats held back to give out; all of them where it does not say."""

    seats: Seats | None = None


class PresentBody(Body, frozen=True):
    """The code of one who is there."""

    card: CardText


class AwardBody(Body, frozen=True):
    """Whom to award of those who were there; everybody where it does not say."""

    members: Annotated[list[Id], Meta(max_length=1000)] | None = None


@doors.open(
    "PUT", "/v1/kred/currencies/{currency}/sessions/{session}", who=STAFF, takes=SessionBody, gives=SessionShown,
    says="Hold a session, or change it; who has a seat keeps it. A board holds those of its own activities.",
)  # fmt: skip
def put_session(asking: Asking, sent: SessionBody, currency: str, session: str) -> Answer:
    """Keep it."""
    from chalicelib.kred.rules.awards import faults_of_promise
    from chalicelib.kred.rules.currencies import PartnerState, insist
    from chalicelib.kred.rules.sessions import Session, SessionKind

    house = wiring.house()
    known, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    activity = None
    if sent.activity is not None:
        activity, _ = house.activities.own(asking.caller, CurrencyId(currency), ActivityId(sent.activity))
    standing.insist_on_holding(known.setup.operator(sent.operator).id, activity, sent.venue)
    if sent.venue is not None:
        partner = known.setup.partner(sent.venue)
        if partner is None or partner.state is not PartnerState.APPROVED:
            raise UnknownError("unknown_venue", "The venue does not take this currency.")
    for at in (sent.starts_at, sent.ends_at, sent.releases_at):
        if at is not None and at.tzinfo is None:
            raise MalformedError("bad_fields", "Write instants with their offset, such as 2026-11-22T10:00:00Z.")
    if activity is not None:
        insist(faults_of_promise(known.setup.currency, activity, sent.award, sent.ends_at - sent.starts_at))
    if house.sessions.find(asking.tenant, currency, SessionId(session)) is not None:
        _held(asking, standing, currency, session)  # another operator's stays theirs
    made = house.sessions.put(
        asking.tenant,
        Session(
            SessionId(session), currency, sent.operator, SessionKind(sent.kind),
            dict(sent.title), sent.place, sent.starts_at, sent.ends_at, "", sent.activity, sent.venue, sent.capacity,
            sent.held_back, sent.releases_at, sent.award, sent.price_adult, sent.price_child, sent.sign_up,
        ),
    )  # fmt: skip
    return Answer(show.session(made, asking.now))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/sessions", who=STAFF, gives=SessionsAnswer,
    query={"since": "an instant; sessions that start then or later, default today, what has begun included"},
    says="The sessions of a currency.",
)  # fmt: skip
def list_sessions(asking: Asking, currency: str) -> Answer:
    """List them."""
    from datetime import datetime as instant

    house = wiring.house()
    house.currencies.for_whom(asking.caller, CurrencyId(currency))
    try:
        since = (
            instant.fromisoformat(asking.query["since"]) if "since" in asking.query else start_of(oslo_date(asking.now))
        )
    except ValueError:
        raise MalformedError("bad_query", "since is an instant, such as 2026-11-22T10:00:00Z.") from None
    if since.tzinfo is None:
        raise MalformedError("bad_query", "since is an instant, such as 2026-11-22T10:00:00Z.")
    found = house.sessions.upcoming(asking.tenant, currency, since=since)
    return Answer(SessionsAnswer(sessions=[show.session(each, asking.now) for each in found]))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/sessions/{session}", who=STAFF, gives=AttendanceAnswer,
    says="A session with its poster, and who signed up and was there; the coordinator sees no names.",
)  # fmt: skip
def show_session(asking: Asking, currency: str, session: str) -> Answer:
    """Show it."""
    from chalicelib.access.paper import enrolment_qr
    from chalicelib.kred.rules.sessions import code_text

    house = wiring.house()
    _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    held = own_session(asking, standing, currency, session)
    poster = code_text(house.config.host, asking.tenant, held)
    listed = house.sessions.attendance(asking.tenant, held)
    named = standing.operators is not None
    return Answer(show.attendance(listed, poster, enrolment_qr(poster), asking.now, named=named))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/sessions/{session}/release", who=STAFF, takes=ReleaseBody,
    gives=SessionShown, says="Give out seats that were held back.",
)  # fmt: skip
def release(asking: Asking, sent: ReleaseBody, currency: str, session: str) -> Answer:
    """Release them."""
    house = wiring.house()
    _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    held = _held(asking, standing, currency, session)
    return Answer(show.session(house.sessions.release(asking.tenant, held, sent.seats), asking.now))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/sessions/{session}/cancel", who=STAFF, gives=SessionShown,
    says="Call a session off; what was set aside for seats is given back.",
)  # fmt: skip
def cancel(asking: Asking, currency: str, session: str) -> Answer:
    """Call it off; sent again, it goes on where it stopped."""
    house = wiring.house()
    _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    held = _held(asking, standing, currency, session)
    return Answer(show.session(house.sessions.cancel(asking.tenant, held, now=asking.now), asking.now))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/sessions/{session}/check-in", who=AT_THE_DOOR, takes=PresentBody,
    gives=SeatAnswer, says="Check in whoever's code is held up; who did not sign up takes a seat that is left.",
)  # fmt: skip
def check_in(asking: Asking, sent: PresentBody, currency: str, session: str) -> Answer:
    """Write down that they are there, once; nobody's name is told."""
    from chalicelib.kred.rules.sessions import Because

    house = wiring.house()
    if isinstance(asking.who, Device):
        held = house.sessions.session(asking.tenant, currency, SessionId(session))
        if held.venue != asking.who.venue:
            raise _unknown()
    else:
        _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
        held = own_session(asking, standing, currency, session)
    said = house.sessions.check_in(asking.tenant, held, sent.card, now=asking.now)
    if isinstance(said, Because):
        return Answer(SeatAnswer(seat=None, because=said.value))
    return Answer(SeatAnswer(seat=show.seat(said, currency), because=None))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/sessions/{session}/award", who=STAFF, takes=AwardBody, gives=AwardsAnswer,
    says="Award everybody who was there, each once; send it again where some are answered `try_again`.",
)  # fmt: skip
def award(asking: Asking, sent: AwardBody, currency: str, session: str) -> Answer:
    """Award them, one transaction each."""
    house = wiring.house()
    _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    held = own_session(asking, standing, currency, session)
    ends = time.monotonic() + _IN_TIME
    only = None if sent.members is None else frozenset(map(MemberId, sent.members))
    done = house.sessions.award(
        asking.tenant, held, by=asking.caller, only=only, now=asking.now, in_time=lambda: time.monotonic() < ends
    )
    return Answer(AwardsAnswer(results=[show.awarded(each) for each in done]))


def own_session(asking: Asking, standing: Standing, currency: str, session: str) -> Session:
    """Give a session of the caller's own: of their operator, or of an activity that their organisation awards for."""
    house = wiring.house()
    held = house.sessions.session(asking.tenant, currency, SessionId(session))
    if standing.runs(held.operator):
        return held
    if held.activity is None:
        raise _unknown()
    try:
        house.activities.own(asking.caller, CurrencyId(currency), ActivityId(held.activity))
    except (UnknownError, ForbiddenError):
        raise _unknown() from None
    return held


def _held(asking: Asking, standing: Standing, currency: str, session: str) -> Session:
    """Give a session of the caller's own that they may change."""
    held = own_session(asking, standing, currency, session)
    if held.venue is not None and not standing.runs(held.operator):
        raise ForbiddenError("for_the_operator", "The operator decides that; ask those who run the currency.")
    return held


def _unknown() -> UnknownError:
    return UnknownError("unknown_session", "There is no such session in this currency.")
