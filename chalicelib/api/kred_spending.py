"""The doors of time spent: what a venue takes, and the phone at the partner that looks, takes it and gives it back."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  msgspec reads the types of fields when a body is read
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api import metrics
from chalicelib.api.answering import Answer
from chalicelib.api.answers import people as show
from chalicelib.api.answers.people import (
    SpendAnswer,
    SpendDay,
    SpendShown,
    SpendSupplies,
    SpendVerdict,
    TimeOffersAnswer,
    TimeOfferShown,
)
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body, CardText, Id, Uuid
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.ids import CurrencyId, OfferId, SessionId, VenueId

if TYPE_CHECKING:
    from chalicelib.kred.actions.spending import Asked
    from chalicelib.kred.rules.spending import Verdict

doors = Doors(__name__)

DEVICE = frozenset({Role.DEVICE})
STAFF = frozenset({Role.COORDINATOR, Role.OPERATOR})

Minutes = Annotated[int, Meta(ge=0, le=100_000, description="minutes a person; 60 are one Kred")]
Persons = Annotated[int, Meta(ge=0, le=20)]


class TimeOfferBody(Body, frozen=True):
    """What a venue takes for one of its offers: minutes a person, and how many in a day or a week."""

    price_adult: Minutes
    price_child: Minutes
    capacity: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    per: Annotated[str, Meta(pattern="^(day|week)$")] = "day"
    undo_minutes: Annotated[int, Meta(ge=0, le=1440)] = 15
    open: bool = True


class PriceBody(Body, frozen=True):
    """What a venue takes, or would take, for one of its offers: minutes a person, and how many in a day or a week."""

    offer: Id
    price_adult: Minutes
    price_child: Minutes = 0
    capacity: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    per: Annotated[str, Meta(pattern="^(day|week)$")] = "day"


class LookBody(Body, frozen=True):
    """A code held up, and how many come; for an offer of the venue, or a session that is paid at its door."""

    card: CardText
    adults: Persons
    children: Persons
    offer: Id | None = None
    session: Id | None = None


class SpendBody(LookBody, frozen=True, kw_only=True):
    """A payment; `id` is made by the phone and stored there before sending."""

    id: Uuid
    at: datetime
    offline: bool = False
    first_time: bool | None = None


class UndoBody(Body, frozen=True):
    """A payment taken back; `id` is the undoing's own."""

    id: Uuid


@doors.open(
    "PUT", "/v1/kred/currencies/{currency}/venues/{venue}/offers/{offer}", who=STAFF, takes=TimeOfferBody,
    gives=TimeOfferShown, says="Set what a venue takes for one of its offers in time.",
)  # fmt: skip
def put_offer(asking: Asking, sent: TimeOfferBody, currency: str, venue: str, offer: str) -> Answer:
    """Keep it."""
    wiring.house().currencies.for_whom(asking.caller, CurrencyId(currency))
    return Answer(publish(asking, currency, venue, offer, sent))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/offers", who=STAFF, gives=TimeOffersAnswer,
    says="What is to be had in a currency, and where.",
)  # fmt: skip
def list_offers(asking: Asking, currency: str) -> Answer:
    """List it."""
    house = wiring.house()
    house.currencies.for_whom(asking.caller, CurrencyId(currency))
    titles = {key: offer.title for key, offer in house.terms.configuration(asking.tenant).offers.items()}
    found = house.spending.offers(asking.tenant, currency)
    shown = [show.time_offer(each, titles.get((each.venue, each.offer), {})) for each in found]
    return Answer(TimeOffersAnswer(offers=shown))


@doors.open(
    "GET", "/v1/kred/spend/snapshot", who=DEVICE, right=Right.SCAN, gives=SpendSupplies,
    says="What a phone needs to take time: prices, currencies, and today's sessions that are paid at the door.",
)  # fmt: skip
def snapshot(asking: Asking) -> Answer:
    """Give it."""
    house = wiring.house()
    configuration = house.terms.configuration(asking.tenant)
    titles = {of[1]: offer.title for of, offer in configuration.offers.items() if of[0] == asking.device.venue}
    known = house.spending.supplies(asking.device, now=asking.now)
    return Answer(show.supplies(known, asking.device.venue, {str(k): v for k, v in titles.items()}, asking.now))


@doors.open(
    "POST", "/v1/kred/spend/check", who=DEVICE, right=Right.SCAN, takes=LookBody, gives=SpendVerdict,
    says="Whether so many may come in for time: enough or not, never how much.",
)  # fmt: skip
def check(asking: Asking, sent: LookBody) -> Answer:
    """Look; nothing is paid."""
    _insist_on_one(sent)
    from chalicelib.kred.actions.spending import Asked

    asked = Asked(
        sent.card, sent.adults, sent.children, None if sent.offer is None else OfferId(sent.offer),
        None if sent.session is None else SessionId(sent.session),
    )  # fmt: skip
    verdict = wiring.house().spending.check(asking.device, asked, now=asking.now)
    _count(verdict, asking)
    return Answer(show.spend_verdict(verdict))


@doors.open(
    "POST", "/v1/kred/spend", who=DEVICE, right=Right.SCAN, takes=SpendBody, gives=SpendAnswer, status=201,
    says="Take time for so many, once; sent again, the same answer. A refusal is 200 with no payment.",
)  # fmt: skip
def spend(asking: Asking, sent: SpendBody) -> Answer:
    """Take it."""
    done = wiring.house().spending.spend(asking.device, _asked(sent), now=asking.now)
    _count(done.verdict, asking)
    return Answer(show.spent(done), 201 if done.spend is not None and not done.replayed else 200)


@doors.open(
    "POST", "/v1/kred/spend/{spend}/undo", who=DEVICE, right=Right.SCAN, takes=UndoBody, gives=SpendShown,
    says="Take a payment back by the venue that took it, while its offer allows.",
)  # fmt: skip
def undo(asking: Asking, sent: UndoBody, spend: str) -> Answer:
    """Take it back, once."""
    return Answer(show.spend(wiring.house().spending.undo(asking.device, spend, sent.id, now=asking.now)))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/spends/{spend}/undo", who=STAFF, takes=UndoBody, gives=SpendShown,
    says="Take a payment back when the venue no longer can.",
)  # fmt: skip
def undo_late(asking: Asking, sent: UndoBody, currency: str, spend: str) -> Answer:
    """Take it back, once."""
    house = wiring.house()
    house.currencies.for_whom(asking.caller, CurrencyId(currency))
    return Answer(show.spend(house.spending.undo_for(asking.tenant, currency, spend, sent.id, now=asking.now)))


@doors.open(
    "GET", "/v1/kred/spend/today", who=DEVICE, right=Right.SCAN, gives=SpendDay,
    says="What was paid at the venue today, and what it comes to.",
)  # fmt: skip
def today(asking: Asking) -> Answer:
    """List it."""
    return Answer(show.day(wiring.house().spending.today(asking.device, now=asking.now)))


def _asked(sent: SpendBody) -> Asked:
    from chalicelib.kred.actions.spending import Asked

    _insist_on_one(sent)
    if sent.at.tzinfo is None:
        raise MalformedError("bad_fields", "Write `at` with its offset, such as 2026-11-22T10:00:00Z.")
    return Asked(
        sent.card, sent.adults, sent.children, None if sent.offer is None else OfferId(sent.offer),
        None if sent.session is None else SessionId(sent.session), sent.id, sent.at, sent.offline, sent.first_time,
    )  # fmt: skip


def _count(verdict: Verdict, asking: Asking) -> None:
    because = "admitted" if verdict.because is None else verdict.because.value
    metrics.count("TimeAsked", now=asking.now, dimensions={"because": because}, properties={"device": asking.device.id})


def _insist_on_one(sent: LookBody) -> None:
    if (sent.offer is None) == (sent.session is None):
        raise MalformedError("bad_fields", "Send an offer or a session, one of the two.")


def publish(asking: Asking, currency: str, venue: str, offer: str, sent: TimeOfferBody) -> TimeOfferShown:
    """Set what a venue takes for an offer. UnknownError where it has no such offer, or does not take the currency."""
    from chalicelib.kred.rules.spending import SpendOffer
    from chalicelib.shared.calendar import Period

    house = wiring.house()
    title = title_of(asking, venue, offer)
    if not house.takes_time(asking.tenant, currency, VenueId(venue)):
        raise UnknownError("unknown_venue", "The venue does not take this currency.")
    kept = house.spending.put_offer(
        asking.tenant,
        SpendOffer(
            currency, VenueId(venue), OfferId(offer), sent.price_adult, sent.price_child, sent.capacity,
            Period(sent.per), sent.undo_minutes, sent.open,
        ),
    )  # fmt: skip
    return show.time_offer(kept, title)


def title_of(asking: Asking, venue: str, offer: str) -> dict[str, str]:
    """Give what a venue's offer is called; UnknownError `unknown_offer`."""
    known = wiring.house().terms.configuration(asking.tenant).offers.get((VenueId(venue), OfferId(offer)))
    if known is None:
        raise UnknownError("unknown_offer", "The venue has no such offer.")
    return known.title
