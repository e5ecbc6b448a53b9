"""What a till is told."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from chalicelib.cards.rules import Card, Status
from chalicelib.shared.calendar import Period, oslo_date
from chalicelib.shared.ids import OfferId, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Offer, Programme, Words, allowance
from chalicelib.visits.rules.deciding import NO_COMPANION, children, company, decide, left_of
from chalicelib.visits.rules.facts import Admitted, Because, Facts, Refused
from chalicelib.visits.rules.offline import Flag
from chalicelib.visits.rules.visits import Visit

_OF_THE_DATES: Final = frozenset({Because.NOT_YET_VALID, Because.EXPIRED})
_OF_THE_ALLOWANCE: Final = frozenset({Because.ALLOWANCE_USED_UP, Because.USED_TODAY, Because.COMPANION_NOT_ALLOWED})


@dataclass(frozen=True, slots=True)
class ToPay:
    """What is paid at the till, in øre: for the holder, and for each who comes along.

    The first `children` persons pay as the holder does: more than one where children share a card.
    """

    holder: Ore
    companion: Ore
    children: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a till is told: nothing about the holder, other venues or earlier days (decision: yes or no)."""

    admitted: bool
    because: Because | None
    persons: int  # how many may come in now; once registered, how many came
    offer: OfferId
    included: tuple[str, ...] = ()  # phrase codes
    included_text: Words = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    excluded_text: Words = field(default_factory=dict)
    to_pay: ToPay | None = None
    left: int | None = None  # None: free all year, or not for this till to know
    limit: int | None = None
    period: Period | None = None
    companion: str = NO_COMPANION
    age_limit: int | None = None
    valid_until: date | None = None
    used_minutes_ago: int | None = None


def minutes_since_use(card: Card | None, venue: VenueId, now: datetime) -> int | None:
    """Give the minutes since the card was used at this venue today; None where it was not (D2: nothing else)."""
    if card is None or card.latest is None or card.latest.venue != venue:
        return None
    if oslo_date(card.latest.at) != oslo_date(now):
        return None
    return max(int((now - card.latest.at).total_seconds()) // 60, 0)


def verdict_on(facts: Facts, asked: OfferId, *, used_minutes_ago: int | None) -> Verdict:
    """Put a decision into a till's words. A card that is no good here tells nothing about itself."""
    decision = decide(facts)
    because = decision.because if isinstance(decision, Refused) else None
    good = because is None or because in _OF_THE_ALLOWANCE
    return _verdict(
        facts.offer,
        facts.programme,
        facts.agreement if good else None,
        because=because,
        persons=decision.persons,
        asked=asked,
        left=decision.left if isinstance(decision, Admitted) else left_of(facts) if good else None,
        sharing=children(facts.card),
        companion=company(facts.programme, facts.agreement if good else None, facts.card),
        valid_until=_last_day(facts, because),
        used_minutes_ago=used_minutes_ago,
    )


def verdict_of(visit: Visit, configuration: Configuration, card: Card | None) -> Verdict:
    """Give the yes that a registered visit is answered with, the first time and whenever it is sent again."""
    named = (visit.programme, visit.venue, visit.offer, visit.agreement)
    terms = (
        version
        for version in configuration.agreements
        if (version.programme, version.venue, version.offer, version.starts.isoformat()) == named
    )
    programme = configuration.programmes.get(visit.programme)
    agreement = None if Flag.NO_AGREEMENT in visit.flags else next(terms, None)
    return _verdict(
        configuration.offers.get((visit.venue, visit.offer)),
        programme,
        agreement,
        because=None,
        persons=visit.persons,
        asked=visit.offer,
        left=visit.left,
        sharing=visit.children,
        companion=company(programme, agreement, card),
        valid_until=None if card is None else card.valid_until,
        # Left out although it is known the first time, since a repeat could not say it and must say the same.
        used_minutes_ago=None,
    )


def _last_day(facts: Facts, because: Because | None) -> date | None:
    if facts.card is None or facts.card.status is not Status.ACTIVE:
        return None
    told = because is None or because in _OF_THE_ALLOWANCE or because in _OF_THE_DATES
    return facts.card.valid_until if told else None


def _verdict(  # noqa: PLR0913  facts are many; they are keywords
    offer: Offer | None,
    programme: Programme | None,
    agreement: Agreement | None,
    *,
    because: Because | None,
    persons: int,
    asked: OfferId,
    left: int | None,
    sharing: int,
    companion: str,
    valid_until: date | None,
    used_minutes_ago: int | None,
) -> Verdict:
    limit, period = (None, None) if agreement is None else allowance(agreement, programme)
    return Verdict(
        admitted=because is None,
        because=because,
        persons=persons,
        offer=asked,
        included=offer.included if offer else (),
        included_text=offer.included_text if offer else {},
        excluded=offer.excluded if offer else (),
        excluded_text=offer.excluded_text if offer else {},
        to_pay=ToPay(agreement.copay_holder, agreement.copay_companion, sharing) if agreement else None,
        left=left,
        limit=limit,
        period=period,
        companion=companion,
        age_limit=offer.age_limit if offer else None,
        valid_until=valid_until,
        used_minutes_ago=used_minutes_ago,
    )
