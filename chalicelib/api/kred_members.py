"""The doors of TimeKred's members: joining by a poster, their own page, and the codes that an operator hands out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import people as show
from chalicelib.api.answers.people import (
    CodeAnswer,
    CodesAnswer,
    DeedsAnswer,
    ExportAnswer,
    LeftAnswer,
    MemberPage,
    MembersAnswer,
    PosterAnswer,
    SeatAnswer,
)
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.reading import Body, CardText, Id, Language, Uuid
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import oslo_date, start_of
from chalicelib.shared.ids import CurrencyId, MemberId, SessionId, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.api.answers.people import PlaceShown
    from chalicelib.kred.actions.members import Key, Page
    from chalicelib.kred.rules.activities import Activity
    from chalicelib.kred.rules.members import Member, Person
    from chalicelib.kred.rules.sessions import Because, Seat

doors = Doors(__name__)

STAFF = frozenset({Role.COORDINATOR, Role.OPERATOR})
_BY_CODE = "the code and its PIN are the proof; without the PIN it says nothing of anybody"
_MOST_LISTED = 100

Pin = Annotated[str, Meta(pattern="^[0-9]{4,6}$", description="four to six digits of the member's own")]
Poster = Annotated[str, Meta(min_length=8, max_length=400, description="what a session's poster carries")]
Band = Annotated[str, Meta(pattern="^(under_15|15_19|20_29|30_49|50_66|67_up)$")]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Minutes = Annotated[int, Meta(ge=1, le=100_000, description="minutes; 60 are one Kred")]
Few = Annotated[int, Meta(ge=0, le=20)]


class PersonBody(Body, frozen=True):
    """What somebody says of themselves; under 15 a guardian agrees by name."""

    name: Name
    language: Language
    age_band: Band
    consent: bool
    pin: Pin
    guardian: Name | None = None


class JoinBody(PersonBody, frozen=True, kw_only=True):
    """Somebody who scanned a session's poster. `id` is made by their phone, so that they join once."""

    id: Uuid
    code: Poster


class PosterBody(Body, frozen=True):
    """What a session's poster carries."""

    code: Poster


class CodeBody(Body, frozen=True):
    """A member's code."""

    card: CardText
    pin: Pin | None = None
    tenant: Annotated[Id, Meta(description="needed for a number, which does not say whose it is")] | None = None


class NameBody(PersonBody, frozen=True, kw_only=True):
    """A code on paper, and who takes it."""

    card: CardText
    tenant: Id | None = None


class GiftBody(CodeBody, frozen=True, kw_only=True):
    """Minutes for another member of the currency."""

    id: Uuid
    to: CardText
    minutes: Minutes


class DonationBody(CodeBody, frozen=True, kw_only=True):
    """Minutes for the pot that all share."""

    id: Uuid
    minutes: Minutes


class LeaveBody(CodeBody, frozen=True, kw_only=True):
    """Leaving; with `erase` the name goes at once."""

    erase: bool = False


class SignUpBody(CodeBody, frozen=True, kw_only=True):
    """Seats at a session, for the member and those who come along."""

    session: Id
    adults: Few = 1
    children: Few = 0


class SeatBody(CodeBody, frozen=True, kw_only=True):
    """A seat to give back."""

    session: Id


class BeThereBody(Body, frozen=True):
    """A member who scans a session's poster, and so is there."""

    card: CardText
    code: Poster
    tenant: Id | None = None


class PaperBody(Body, frozen=True):
    """How many codes for paper, and of which operator."""

    operator: Id
    count: Annotated[int, Meta(ge=1, le=30)]


@doors.open(
    "POST", "/v1/kred/poster", who=PUBLIC, takes=PosterBody, gives=PosterAnswer,
    says="What a session's poster is for.", why_public="the poster hangs where everybody sees it",
)  # fmt: skip
def read_poster(asking: Asking, sent: PosterBody) -> Answer:
    """Say it."""
    house = wiring.house()
    tenant, held = house.members.posted(sent.code)
    terms = house.members.terms(tenant, held.currency)
    municipality = house.terms.configuration(tenant).municipality.name
    return Answer(
        PosterAnswer(municipality=municipality, currency=show.currency(terms), session=show.session(held, asking.now))
    )


@doors.open(
    "POST", "/v1/kred/join", who=PUBLIC, takes=JoinBody, gives=CodeAnswer, status=201,
    says="Join a currency of time by a session's poster.", why_public="whoever stands at the poster may join",
)  # fmt: skip
def join(asking: Asking, sent: JoinBody) -> Answer:
    """Join once, and get a code to carry."""
    house = wiring.house()
    made = house.members.join(sent.id, sent.code, _person(sent), now=asking.now)
    tenant, _ = house.members.posted(sent.code)
    return Answer(show.code(made, house.members.terms(tenant, made.member.currency), _drawn(made.url)), 201)


@doors.open(
    "POST", "/v1/kred/member", who=PUBLIC, takes=CodeBody, gives=MemberPage,
    says="A member's own page: what they have, what came and went, what is to come.", why_public=_BY_CODE,
)  # fmt: skip
def show_page(asking: Asking, sent: CodeBody) -> Answer:
    """Show it."""
    return _page(asking, sent, wiring.house().members.page(key_of(sent), now=asking.now))


@doors.open(
    "POST", "/v1/kred/member/name", who=PUBLIC, takes=NameBody, gives=MemberPage,
    says="Take a code on paper for one's own; what it has earned stays.", why_public="whoever was handed the paper may",
)  # fmt: skip
def name_code(asking: Asking, sent: NameBody) -> Answer:
    """Name it, once."""
    from chalicelib.kred.actions.members import Key

    key = Key(sent.card, None, None if sent.tenant is None else Tenant(sent.tenant))
    page = wiring.house().members.name(key, _person(sent), now=asking.now)
    return _page(asking, CodeBody(card=sent.card, tenant=sent.tenant), page)


@doors.open(
    "POST", "/v1/kred/member/pin", who=PUBLIC, takes=CodeBody, gives=MemberPage,
    says="Give a PIN to a new code that has none.", why_public="the operator handed the code to its member",
)  # fmt: skip
def set_pin(asking: Asking, sent: CodeBody) -> Answer:
    """Set it, once."""
    return _page(asking, sent, wiring.house().members.set_pin(key_of(sent), now=asking.now))


@doors.open(
    "POST", "/v1/kred/member/gift", who=PUBLIC, takes=GiftBody, gives=MemberPage,
    says="Give minutes to another member.", why_public=_BY_CODE,
)  # fmt: skip
def give(asking: Asking, sent: GiftBody) -> Answer:
    """Give them, once."""
    desk = wiring.house().members
    desk.gift(sent.id, key_of(sent), sent.to, sent.minutes, now=asking.now)
    return _page(asking, sent, desk.page(key_of(sent), now=asking.now))


@doors.open(
    "POST", "/v1/kred/member/donate", who=PUBLIC, takes=DonationBody, gives=MemberPage,
    says="Give minutes to the pot that all share.", why_public=_BY_CODE,
)  # fmt: skip
def donate(asking: Asking, sent: DonationBody) -> Answer:
    """Give them, once."""
    desk = wiring.house().members
    desk.donate(sent.id, key_of(sent), sent.minutes, now=asking.now)
    return _page(asking, sent, desk.page(key_of(sent), now=asking.now))


@doors.open(
    "POST", "/v1/kred/member/export", who=PUBLIC, takes=CodeBody, gives=ExportAnswer,
    says="Everything that is kept of a member.", why_public=_BY_CODE,
)  # fmt: skip
def export(asking: Asking, sent: CodeBody) -> Answer:
    """Give it."""
    house, key = wiring.house(), key_of(sent)
    shown = house.members.everything(key, now=asking.now)
    tenant, member = house.members.opened(key, now=asking.now)
    activities = house.activities.all(tenant, CurrencyId(member.currency))
    told = show.export(shown, _around(tenant, activities))
    told.activities = _deeds(asking, tenant, member, activities).activities
    told.attestations = [
        {
            "id": each.id, "organisation": each.facts.organisation, "tasks": each.facts.tasks,
            "first": str(each.facts.first), "last": str(each.facts.last), "issued_on": str(each.issued_on),
            "revoked_on": "" if each.revoked is None else str(each.revoked.on),
            "code": house.attestations.address(tenant, each),
        }
        for each in house.attestations.of_member(tenant, member.id, now=asking.now)
    ]  # fmt: skip
    return Answer(told)


@doors.open(
    "POST", "/v1/kred/member/activities", who=PUBLIC, takes=CodeBody, gives=DeedsAnswer,
    says="What a member has taken part in: activities, what one does there, hours and days.", why_public=_BY_CODE,
)  # fmt: skip
def list_deeds(asking: Asking, sent: CodeBody) -> Answer:
    """List it, the latest first."""
    tenant, member = wiring.house().members.opened(key_of(sent), now=asking.now)
    activities = wiring.house().activities.all(tenant, CurrencyId(member.currency))
    return Answer(_deeds(asking, tenant, member, activities))


@doors.open(
    "POST", "/v1/kred/member/leave", who=PUBLIC, takes=LeaveBody, gives=LeftAnswer,
    says="Leave: the minutes go where the currency says, the name at once or after a year.", why_public=_BY_CODE,
)  # fmt: skip
def leave(asking: Asking, sent: LeaveBody) -> Answer:
    """Let them go."""
    house, key = wiring.house(), key_of(sent)
    if sent.erase:
        _forget_attestations(key, asking)
    house.members.leave(key, erase=sent.erase, now=asking.now)
    return Answer(LeftAnswer(left=True, erased=sent.erase))


@doors.open(
    "POST", "/v1/kred/member/sign-up", who=PUBLIC, takes=SignUpBody, gives=SeatAnswer,
    says="Take seats at a session; what they cost is set aside.", why_public=_BY_CODE,
)  # fmt: skip
def sign_up(asking: Asking, sent: SignUpBody) -> Answer:
    """Take them, once."""
    house = wiring.house()
    tenant, member = house.members.opened(key_of(sent), now=asking.now)
    held = house.sessions.session(tenant, member.currency, SessionId(sent.session))
    said = house.sessions.sign_up(tenant, held, member, adults=sent.adults, children=sent.children, now=asking.now)
    return _seat(said, member.currency)


@doors.open(
    "POST", "/v1/kred/member/cancel", who=PUBLIC, takes=SeatBody, gives=SeatAnswer,
    says="Give a seat back before the session begins.", why_public=_BY_CODE,
)  # fmt: skip
def cancel(asking: Asking, sent: SeatBody) -> Answer:
    """Give it back, once."""
    house = wiring.house()
    tenant, member = house.members.opened(key_of(sent), now=asking.now)
    held = house.sessions.session(tenant, member.currency, SessionId(sent.session))
    return _seat(house.sessions.give_up(tenant, held, member.id, now=asking.now), member.currency)


@doors.open(
    "POST", "/v1/kred/member/check-in", who=PUBLIC, takes=BeThereBody, gives=SeatAnswer,
    says="Be there: a member scans the session's poster.", why_public="the member's code and the poster are the proof",
)  # fmt: skip
def be_there(asking: Asking, sent: BeThereBody) -> Answer:
    """Write it down, once."""
    house = wiring.house()
    tenant, held = house.members.posted(sent.code)
    return _seat(house.sessions.check_in(tenant, held, sent.card, now=asking.now), held.currency)


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/members", who=STAFF, gives=MembersAnswer,
    query={"limit": "at most 100", "cursor": "from the answer before"},
    says="Who joined with an operator of the caller's; the coordinator sees no names.",
)  # fmt: skip
def list_members(asking: Asking, currency: str) -> Answer:
    """List them."""
    house = wiring.house()
    _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    listed = house.members.listed(asking.tenant, currency, after=asking.query.get("cursor"), most=_limit(asking))
    own = [show.member(each, named=standing.operators is not None) for _, each in listed
           if standing.runs(each.organiser or "")]  # fmt: skip
    full = len(listed) == _limit(asking)
    return Answer(MembersAnswer(members=own, cursor=listed[-1][0] if full else None))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/codes", who=STAFF, takes=PaperBody, gives=CodesAnswer, status=201,
    says="Make codes for paper, which earn at once and are named later.",
)  # fmt: skip
def make_codes(asking: Asking, sent: PaperBody, currency: str) -> Answer:
    """Make them."""
    house = wiring.house()
    known, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    standing.insist_on_operator(known.setup.operator(sent.operator).id)
    made = house.members.prepare(asking.tenant, currency, count=sent.count, organiser=sent.operator, now=asking.now)
    terms = house.members.terms(asking.tenant, currency)
    return Answer(CodesAnswer(codes=[show.code(each, terms, _drawn(each.url)) for each in made]), 201)


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/members/{member}/code", who=STAFF, gives=CodeAnswer, status=201,
    says="A new code for a member who lost theirs or forgot the PIN; the old one is of no use.",
)  # fmt: skip
def replace_code(asking: Asking, currency: str, member: str) -> Answer:
    """Make it."""
    house = wiring.house()
    _, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    made = house.members.replace_code(
        asking.tenant, currency, MemberId(member), may=lambda known: standing.runs(known.organiser or "")
    )
    return Answer(show.code(made, house.members.terms(asking.tenant, currency), _drawn(made.url)), 201)


def _forget_attestations(key: Key, asking: Asking) -> None:
    """Delete the records that hold the name, before the code dies that a second try would need; the papers hold on."""
    from chalicelib.ledger.rules import member_account

    house = wiring.house()
    tenant, member = house.members.opened(key, now=asking.now)
    balance = house.bank.balance(tenant, CurrencyId(member.currency), member_account(member.id))
    if balance is None or not balance.held:  # else leaving is refused
        house.attestations.forget(tenant, member.id)


def key_of(sent: CodeBody) -> Key:
    """Give what opens a member's page."""
    from chalicelib.kred.actions.members import Key

    return Key(sent.card, sent.pin, None if sent.tenant is None else Tenant(sent.tenant))


def _person(sent: PersonBody) -> Person:
    from chalicelib.kred.rules.members import AgeBand, Person

    return Person(sent.name, sent.language, AgeBand(sent.age_band), sent.consent, sent.pin, sent.guardian)


def _page(asking: Asking, sent: CodeBody, page: Page) -> Answer:
    house = wiring.house()
    tenant = house.members.codes.at_home(sent.card, None if sent.tenant is None else Tenant(sent.tenant))
    drawn = None if page.member is None else _drawn(house.members.url(tenant, page.member, page.terms))
    around = show.Around(house.terms.configuration(tenant).municipality.name)
    if page.member is not None:
        today = house.sessions.upcoming(tenant, page.terms.currency, since=start_of(oslo_date(asking.now)))
        operators = house.currencies.setup(tenant, CurrencyId(page.terms.currency)).operators
        asked = next((each.contact for each in operators if each.id == page.member.organiser), "")
        shown = [each for each in today if not each.cancelled and each.ends_at > asking.now]
        named = _around(tenant, house.activities.all(tenant, CurrencyId(page.terms.currency)))
        around = replace(named, places=_places(tenant, page.terms.currency), sessions=shown, contact=asked)
    return Answer(show.page(page, around, drawn, asking.now))


def _around(tenant: Tenant, activities: Iterable[Activity]) -> show.Around:
    """Give what venues and activities are called."""
    known = wiring.house().terms.configuration(tenant)
    venues: dict[str, str] = {venue: each.name for venue, each in known.venues.items()}
    return show.Around(known.municipality.name, venues, {each.id: each.title for each in activities})


def _places(tenant: Tenant, currency: str) -> list[PlaceShown]:
    """Give what is to be had for time, and where (requirements TK-04, TK-20)."""
    house = wiring.house()
    known = house.terms.configuration(tenant)
    places = [
        show.place(each, known.venues[each.venue], known.offers[each.venue, each.offer])
        for each in house.spending.offers(tenant, currency)
        if each.open and each.venue in known.venues and (each.venue, each.offer) in known.offers
        and house.takes_time(tenant, currency, each.venue)
    ]  # fmt: skip
    return sorted(places, key=lambda each: (each.category, each.name, each.offer))


def _deeds(asking: Asking, tenant: Tenant, member: Member, activities: Iterable[Activity]) -> DeedsAnswer:
    desk = wiring.house().awards
    return show.deeds(desk.deeds(tenant, CurrencyId(member.currency), member.id, activities, now=asking.now))


def _seat(said: Seat | Because, currency: str) -> Answer:
    from chalicelib.kred.rules.sessions import Because

    if isinstance(said, Because):
        return Answer(SeatAnswer(seat=None, because=said.value))
    return Answer(SeatAnswer(seat=show.seat(said, currency), because=None))


def _drawn(url: str) -> str:
    from chalicelib.access.paper import enrolment_qr

    return enrolment_qr(url)


def _limit(asking: Asking) -> int:
    text = asking.query.get("limit", str(_MOST_LISTED))
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_LISTED:
        raise MalformedError("bad_query", f"limit is a number from 1 to {_MOST_LISTED}.")
    return int(text)
