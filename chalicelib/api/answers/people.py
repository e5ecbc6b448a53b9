"""The shapes of answers about members, sessions and time spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date  # noqa: TC003  msgspec reads the types of fields when a shape is used
from typing import TYPE_CHECKING

from chalicelib.api.answers.common import Shape, instant_of
from chalicelib.shared.calendar import rfc3339

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.kred.actions.members import Carried, Elsewhere, Page
    from chalicelib.kred.actions.sessions import Attendance, Awarded
    from chalicelib.kred.actions.spending import Spent, Supplies
    from chalicelib.kred.rules.deeds import Deed
    from chalicelib.kred.rules.members import Member
    from chalicelib.kred.rules.sessions import Seat, Session
    from chalicelib.kred.rules.spending import Spend, SpendOffer, Verdict
    from chalicelib.kred.rules.terms import TimeTerms
    from chalicelib.ledger.rules import Entry
    from chalicelib.venues.rules import Offer, Venue


class CurrencyShown(Shape):
    id: str
    code: int
    name: dict[str, str]
    step: int
    offline_floor: int
    contact: str
    colours: dict[str, str]


class SessionShown(Shape):
    id: str
    currency: str
    operator: str
    kind: str
    title: dict[str, str]
    place: str
    starts_at: str
    ends_at: str
    activity: str | None
    venue: str | None
    capacity: int | None
    left: int | None
    award: int
    price_adult: int
    price_child: int
    sign_up: bool
    cancelled: bool


class SeatShown(Shape):
    session: str
    currency: str
    adults: int
    children: int
    cancelled: bool
    present: bool
    awarded: int


class CodeAnswer(Shape):
    member: str
    number: str
    url: str
    qr_svg: str
    currency: CurrencyShown


class CodesAnswer(Shape):
    codes: list[CodeAnswer]


class EntryShown(Shape):
    """`title` is the activity it was earned by; `place` the venue it was spent at, `place_name` what that is called."""

    at: str
    what: str
    minutes: int
    place: str | None
    place_name: str | None
    title: dict[str, str]
    taken_in: dict[str, str] | None  # the name of the currency that it was taken in, where that is another


class PlaceShown(Shape):
    """Something to spend time on, and where; minutes a person. `per` is what `capacity` counts by."""

    venue: str
    name: str
    address: str
    link: str
    offer: str
    title: dict[str, str]
    category: str
    price_adult: int
    price_child: int
    capacity: int | None
    per: str


class DeedShown(Shape):
    """An activity as the member has done it; `present` and `earned` in minutes."""

    activity: str
    title: dict[str, str]
    tasks: str
    organisation: str
    times: int
    present: int
    earned: int
    first: date
    last: date


class DeedsAnswer(Shape):
    activities: list[DeedShown]
    present: int
    earned: int


class ExpiringShown(Shape):
    minutes: int
    last_day: date
    warn: bool


class MemberPage(Shape):
    currency: CurrencyShown
    municipality: str
    open: bool
    named: bool
    pin_set: bool
    language: str
    number: str | None
    qr_svg: str | None
    balance: int | None
    set_aside: int | None
    history: list[EntryShown]
    expiring: list[ExpiringShown]
    seats: list[SeatShown]
    sessions: list[SessionShown]
    places: list[PlaceShown]


class LeftAnswer(Shape):
    left: bool
    erased: bool


class MemberShown(Shape):
    id: str
    name: str | None
    standing: str
    age_band: str | None
    language: str
    joined_on: date
    number_last3: str


class MembersAnswer(Shape):
    members: list[MemberShown]
    cursor: str | None


class ExportAnswer(Shape):
    member: dict[str, str | None]
    entries: list[EntryShown]
    seats: list[SeatShown]
    attestations: list[dict[str, str]] = []
    activities: list[DeedShown] = []


class PosterAnswer(Shape):
    municipality: str
    currency: CurrencyShown
    session: SessionShown


class SeatAnswer(Shape):
    seat: SeatShown | None
    because: str | None


class AttendantShown(Shape):
    member: str
    name: str | None
    adults: int
    children: int
    cancelled: bool
    present_at: str | None
    awarded: int


class AttendanceAnswer(Shape):
    session: SessionShown
    held_back: int
    taken: int
    joined: int
    poster: str
    qr_svg: str
    attendance: list[AttendantShown]


class SessionsAnswer(Shape):
    sessions: list[SessionShown]


class AwardedShown(Shape):
    member: str
    minutes: int
    outcome: str
    because: str | None


class AwardsAnswer(Shape):
    results: list[AwardedShown]


class TimeOfferShown(Shape):
    currency: str
    venue: str
    offer: str
    title: dict[str, str]
    price_adult: int
    price_child: int
    capacity: int | None
    per: str
    undo_minutes: int
    open: bool


class TimeOffersAnswer(Shape):
    offers: list[TimeOfferShown]


class SpendVerdict(Shape):
    admitted: bool
    because: str | None
    currency: str | None
    adults: int
    children: int
    minutes: int
    left: int | None
    taken_in: str | None


class SpendShown(Shape):
    id: str
    currency: str
    offer: str | None
    session: str | None
    last3: str
    adults: int
    children: int
    minutes: int
    at: str
    undo_until: str | None
    undone: bool
    taken_in: str | None


class SpendAnswer(Shape):
    spend: SpendShown | None
    verdict: SpendVerdict
    replayed: bool


class SpendDay(Shape):
    adults: int
    children: int
    minutes: int
    spends: list[SpendShown]


class AcceptedShown(Shape):
    currency: CurrencyShown
    taken_in: list[str]


class SpendSupplies(Shape):
    venue: str
    offers: list[TimeOfferShown]
    currencies: list[CurrencyShown]
    sessions: list[SessionShown]
    accepted: list[AcceptedShown]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a member: what things are called, what is to come, and where time can be spent."""

    municipality: str = ""
    venues: dict[str, str] = field(default_factory=dict)
    activities: dict[str, dict[str, str]] = field(default_factory=dict)
    places: list[PlaceShown] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    contact: str = ""  # of who the member joined with; where it is empty, the currency's own


def currency(terms: TimeTerms, *, contact: str = "") -> CurrencyShown:
    """Show a currency; `contact` is whom to ask, where that is not the currency's own."""
    return CurrencyShown(
        id=terms.currency, code=terms.code, name=terms.name, step=terms.step, offline_floor=terms.offline_floor,
        contact=contact or terms.contact, colours=terms.colours,
    )  # fmt: skip


def session(held: Session, now: datetime) -> SessionShown:
    """Show a session; who has a seat stands elsewhere."""
    return SessionShown(
        id=held.id, currency=held.currency, operator=held.operator, kind=held.kind.value, title=held.title,
        place=held.place, starts_at=rfc3339(held.starts_at), ends_at=rfc3339(held.ends_at), activity=held.activity,
        venue=held.venue, capacity=held.capacity, left=held.left(now), award=held.award, price_adult=held.price_adult,
        price_child=held.price_child, sign_up=held.sign_up, cancelled=held.cancelled,
    )  # fmt: skip


def seat(taken: Seat, of: str) -> SeatShown:
    """Show a seat, and never whose."""
    return SeatShown(
        session=taken.session, currency=of, adults=taken.adults, children=taken.children, cancelled=taken.cancelled,
        present=taken.present_at is not None, awarded=taken.minutes,
    )  # fmt: skip


def code(carried: Carried, terms: TimeTerms, qr_svg: str) -> CodeAnswer:
    """Show a code to carry."""
    made = carried.member
    return CodeAnswer(member=made.id, number=made.number, url=carried.url, qr_svg=qr_svg, currency=currency(terms))


def page(shown: Page, around: Around, qr_svg: str | None, now: datetime) -> MemberPage:
    """Show a member's page; what the PIN has not opened is empty."""
    balance = shown.balance
    return MemberPage(
        currency=currency(shown.terms, contact=around.contact), municipality=around.municipality, open=shown.open,
        named=shown.named, pin_set=shown.pin_set, language=shown.language,
        number=shown.member.number if shown.member else None, qr_svg=qr_svg,
        balance=balance.free if balance else None, set_aside=balance.held if balance else None,
        history=entries(shown, around), expiring=[
            ExpiringShown(minutes=each.minutes, last_day=each.last_day, warn=each.warn) for each in shown.expiring
        ],
        seats=[seat(each, of) for of, each in shown.seats], sessions=[session(each, now) for each in around.sessions],
        places=around.places,
    )  # fmt: skip


def entries(shown: Page, around: Around) -> list[EntryShown]:
    """Show what was earned and spent, the latest first; other people's accounts stay unnamed."""
    return [_entry(at, entry, shown.elsewhere.get(entry.transfer), around) for at, entry in shown.history]


def place(offer: SpendOffer, venue: Venue, what: Offer) -> PlaceShown:
    """Show something to spend time on, and where it is; nothing of how the venue is paid."""
    return PlaceShown(
        venue=venue.id, name=venue.name, address=venue.address, link=venue.link, offer=what.id, title=what.title,
        category=what.category, price_adult=offer.price_adult, price_child=offer.price_child,
        capacity=offer.capacity, per=offer.per.value,
    )  # fmt: skip


def deeds(done: list[Deed]) -> DeedsAnswer:
    """Show what a member has taken part in."""
    shown = [
        DeedShown(
            activity=each.activity, title=each.title, tasks=each.tasks, organisation=each.organisation,
            times=each.times, present=each.present, earned=each.earned, first=each.first, last=each.last,
        )
        for each in done
    ]  # fmt: skip
    return DeedsAnswer(
        activities=shown, present=sum(each.present for each in done), earned=sum(each.earned for each in done)
    )


def export(shown: Page, around: Around) -> ExportAnswer:
    """Give a member everything that is kept of them."""
    member = shown.member
    told: dict[str, str | None] = {}
    if member is not None:
        told = {
            "id": member.id, "currency": member.currency, "number": member.number, "name": member.name,
            "language": member.language, "age_band": member.band.value if member.band else None,
            "guardian": member.guardian, "standing": member.standing.value, "joined_on": str(member.joined_on),
            "consented_on": None if member.consented_on is None else str(member.consented_on),
            "joined_at": member.joined_at, "organiser": member.organiser,
        }  # fmt: skip
    return ExportAnswer(member=told, entries=entries(shown, around), seats=[seat(each, of) for of, each in shown.seats])


def member(known: Member, *, named: bool) -> MemberShown:
    """Show a member to who runs the currency, with the name where they may see it."""
    return MemberShown(
        id=known.id, name=known.name if named else None, standing=known.standing.value,
        age_band=known.band.value if known.band else None, language=known.language, joined_on=known.joined_on,
        number_last3=known.number[-3:],
    )  # fmt: skip


def attendance(held: Attendance, poster: str, qr_svg: str, now: datetime, *, named: bool) -> AttendanceAnswer:
    """Show who signed up and who was there, with names where the asker may see them."""
    names = held.names if named else {}
    return AttendanceAnswer(
        session=session(held.session, now), held_back=held.session.held_back, taken=held.session.taken,
        joined=held.session.joined, poster=poster, qr_svg=qr_svg, attendance=[
            AttendantShown(
                member=each.member, name=names[each.member].name if each.member in names else None,
                adults=each.adults, children=each.children, cancelled=each.cancelled,
                present_at=instant_of(each.present_at), awarded=each.minutes,
            )
            for each in held.seats
        ],
    )  # fmt: skip


def awarded(done: Awarded) -> AwardedShown:
    """Show what came of one award."""
    outcome = "again" if done.again else "awarded" if done.done else "refused"
    if done.because == "try_again":
        outcome = "try_again"
    return AwardedShown(member=done.member, minutes=done.minutes, outcome=outcome, because=done.because)


def time_offer(offer: SpendOffer, title: dict[str, str]) -> TimeOfferShown:
    """Show what a venue takes in time."""
    return TimeOfferShown(
        currency=offer.currency, venue=offer.venue, offer=offer.offer, title=title, price_adult=offer.price_adult,
        price_child=offer.price_child, capacity=offer.capacity, per=offer.per.value, undo_minutes=offer.undo_minutes,
        open=offer.open,
    )  # fmt: skip


def spend_verdict(said: Verdict) -> SpendVerdict:
    """Show yes or no, and the price; never a name, never a balance."""
    return SpendVerdict(
        admitted=said.admitted, because=None if said.because is None else said.because.value, currency=said.currency,
        adults=said.adults, children=said.children, minutes=said.minutes, left=said.left,
        taken_in=said.taken_in,
    )  # fmt: skip


def spend(paid: Spend) -> SpendShown:
    """Show a payment to the venue: not whose it was."""
    return SpendShown(
        id=paid.id, currency=paid.currency, offer=paid.offer, session=paid.session, last3=paid.last3,
        adults=paid.adults, children=paid.children, minutes=paid.minutes, at=rfc3339(paid.at),
        undo_until=instant_of(paid.undo_until), undone=paid.undone_by is not None,
        taken_in=paid.taken_in,
    )  # fmt: skip


def spent(done: Spent) -> SpendAnswer:
    """Show what came of a payment."""
    return SpendAnswer(
        spend=None if done.spend is None else spend(done.spend), verdict=spend_verdict(done.verdict),
        replayed=done.replayed,
    )  # fmt: skip


def day(paid: list[Spend]) -> SpendDay:
    """Show what was paid on a day, and what it comes to without what was taken back."""
    stands = [each for each in paid if each.undone_by is None]
    return SpendDay(
        adults=sum(each.adults for each in stands), children=sum(each.children for each in stands),
        minutes=sum(each.minutes for each in stands), spends=[spend(each) for each in reversed(paid)],
    )  # fmt: skip


def supplies(known: Supplies, venue: str, titles: dict[str, dict[str, str]], now: datetime) -> SpendSupplies:
    """Show what a phone needs to take time."""
    return SpendSupplies(
        venue=venue, offers=[time_offer(each, titles.get(each.offer, {})) for each in known.offers],
        currencies=[currency(each) for each in known.terms], sessions=[session(each, now) for each in known.sessions],
        accepted=[AcceptedShown(currency=currency(each), taken_in=[*by]) for each, by in known.accepted],
    )  # fmt: skip


def _entry(at: datetime, entry: Entry, elsewhere: Elsewhere | None, around: Around) -> EntryShown:
    place = _of("partner", entry.other if elsewhere is None else elsewhere.account)
    return EntryShown(
        at=rfc3339(at), what=entry.what, minutes=entry.minutes, place=place, place_name=around.venues.get(place or ""),
        title=around.activities.get(_of("grant", entry.other) or "", {}),
        taken_in=None if elsewhere is None else elsewhere.terms.name,
    )  # fmt: skip


def _of(kind: str, other: str) -> str | None:
    return other.removeprefix(f"{kind}:") if other.startswith(f"{kind}:") else None
