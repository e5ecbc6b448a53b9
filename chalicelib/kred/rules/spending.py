"""Spending time at a partner: what it costs, whether there is room, and why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.kred.rules.sessions import Session
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.calendar import Period, oslo_date, stamp
from chalicelib.shared.ids import CardNumber, DeviceId, MemberId, OfferId, SessionId, VenueId

UNDO_MINUTES: Final = 15  # where the partner's offer does not say


class Because(StrEnum):
    """Why time cannot be spent here and now. The screen owns the words."""

    UNKNOWN_CODE = "unknown_code"
    FORGED_CODE = "forged_code"
    NOT_TIME = "not_time"  # a card of the other kind
    OTHER_CURRENCY = "other_currency"  # a currency that is not taken here, nor accepted by one that is
    PAIR_LIMIT = "pair_limit"  # the two currencies have agreed on so much, and no more
    OUT_OF_STEP = "out_of_step"  # the price is none that the other currency can pay
    NOT_NAMED = "not_named"  # a paper code that nobody has taken yet
    LEFT = "left"
    NOT_ENOUGH = "not_enough"
    NOT_HERE = "not_here"  # the venue offers nothing for time under this name
    CLOSED = "closed"
    SOLD_OUT = "sold_out"
    OVER_FLOOR = "over_floor"  # more without network than the currency allows
    OVER = "session_over"


@dataclass(frozen=True, slots=True)
class SpendOffer:
    """What a venue takes for one of its offers in one currency: minutes a person, and how many in a day or a week."""

    currency: str
    venue: VenueId
    offer: OfferId
    price_adult: int
    price_child: int
    capacity: int | None = None
    per: Period = Period.DAY
    undo_minutes: int = UNDO_MINUTES
    open: bool = True

    def price(self, adults: int, children: int) -> int:
        """Give what so many pay, in minutes."""
        return self.price_adult * adults + self.price_child * children


@dataclass(frozen=True, slots=True)
class Spend:
    """Time that was spent at a venue. A venue sees all of it but the member."""

    id: str
    currency: str
    venue: VenueId
    offer: OfferId | None
    session: SessionId | None
    member: MemberId
    last3: str  # of the code, so that two in a list can be told apart
    adults: int
    children: int
    minutes: int
    at: datetime
    device: DeviceId
    offline: bool = False
    undo_until: datetime | None = None
    undone_by: str | None = None
    taken_in: str | None = None  # the partner's currency, where it took another (requirement TK-12)

    @property
    def priced_in(self) -> str:
        """Give the currency of the price, of the places and of the partner's account."""
        return self.taken_in or self.currency

    @property
    def persons(self) -> int:
        """Give how many came in."""
        return self.adults + self.children


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the phone at the partner is told: yes or no, and the price; never a name, never a balance."""

    admitted: bool
    because: Because | None
    currency: str | None
    adults: int
    children: int
    minutes: int
    left: int | None = None  # persons that there is room for
    taken_in: str | None = None  # the partner's currency, where it takes another's minutes


@dataclass(frozen=True, slots=True)
class Room:
    """The counter that a purchase takes its places from."""

    venue: VenueId
    offer: OfferId
    stamp: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Seats:
    """The session that a purchase takes its places from, and how many it has to give out now."""

    session: Session
    limit: int | None


@dataclass(frozen=True, slots=True)
class Full:
    """No place is left."""


@dataclass(frozen=True, slots=True)
class Visitors:
    """How many of one age band came to a partner in a month, one a purchase, and for how many it was the first time."""

    month: str
    band: str
    first: int
    before: int
    unasked: int


def insist_on_price(offer: SpendOffer, step: int) -> None:
    """Raise RuleError where a price is out of the currency's step, or nothing at all."""
    faults = [
        Field(name, "out_of_step", f"The currency goes in steps of {step} minutes.")
        for name in ("price_adult", "price_child")
        if getattr(offer, name) % step
    ]
    if offer.price_adult + offer.price_child == 0:
        faults.append(Field("price_adult", "nothing", "An offer for time costs time."))
    if faults:
        raise RuleError("bad_price", "The price does not fit the currency.", tuple(faults))


def why_not_across(minutes: int, *, step: int, offline: bool) -> Because | None:
    """Say why a price cannot be paid in another currency, whose step is given: never without network.

    What the two currencies owe each other is known to the server alone, so that what may be taken offline is nothing.
    """
    if minutes % step:
        return Because.OUT_OF_STEP
    return Because.OVER_FLOOR if offline and minutes else None


def room_of(offer: SpendOffer, at: datetime) -> Room | None:
    """Give the counter of the day or week that somebody comes on; None where there is room for everybody."""
    if offer.capacity is None:
        return None
    return Room(offer.venue, offer.offer, stamp(offer.per, oslo_date(at)), offer.capacity)


def undo_until(offer: SpendOffer, now: datetime) -> datetime:
    """Give until when the same venue may take it back by itself; later the operator does."""
    return now + timedelta(minutes=offer.undo_minutes)


def content(spend: Spend) -> tuple[object, ...]:
    """Give what must be the same when an id is sent again: who, where, what and how many (L4)."""
    return (spend.member, spend.venue, spend.offer, spend.session, spend.adults, spend.children)


def last3(number: CardNumber) -> str:
    """Give the last three digits of a code."""
    return number[-3:]
