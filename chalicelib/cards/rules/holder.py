"""What the holder's page shows, and when it keeps the counts to itself."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.cards.rules.allowances import left
from chalicelib.cards.rules.lives import Card, Status
from chalicelib.credentials.rules import Companion, Flags
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Offer,
    Programme,
    State,
    Venue,
    allowance,
    in_language,
    is_by_ceiling,
    money_left,
)

WRONG_YEARS: Final = 5  # guesses on the holder's page, then nothing until the next day


class Counts(StrEnum):
    """Whether the holder's page shows what is left, and if not, why."""

    SHOWN = "shown"
    YEAR_NEEDED = "year_needed"
    WRONG_YEAR = "wrong_year"
    LOCKED = "locked"  # too many wrong years today


@dataclass(frozen=True, slots=True)
class WrongYears:
    """How many wrong birth years were given on a day."""

    day: date
    count: int

    def locks(self, today: date) -> bool:
        """Say whether the counts stay hidden for the rest of the day."""
        return self.day == today and self.count >= WRONG_YEARS

    def another(self, today: date) -> "WrongYears":
        """Count one more; each day starts afresh."""
        return WrongYears(today, self.count + 1 if self.day == today else 1)


@dataclass(frozen=True, slots=True)
class HolderOffer:
    """Something the card is good for, in the holder's language. `left` is None where it is free all year or hidden.

    `included` and `excluded` are phrase codes; amounts are øre.
    """

    venue: VenueId
    venue_name: str
    address: str
    link: str
    offer: OfferId
    title: str
    category: str
    kind: str
    age_limit: int | None
    included: tuple[str, ...]
    included_text: str
    excluded: tuple[str, ...]
    excluded_text: str
    companion: Companion
    persons_max: int
    copay_holder: Ore
    copay_companion: Ore
    limit: int | None
    period: Period
    left: int | None
    by_ceiling: bool = False  # `limit` is what the card's money pays for, if it is spent here alone


@dataclass(frozen=True, slots=True)
class HolderMoney:
    """What the municipality pays for a card in a period, in øre; `left` is None where the counts are hidden."""

    amount: Ore
    left: Ore | None
    period: Period


@dataclass(frozen=True, slots=True)
class HolderView:
    """The holder's page: no name, no number. `active` is False for a card that no till lets in any more."""

    municipality: str
    programme: ProgrammeId
    programme_name: str
    contact: str
    language: str
    valid_from: date
    valid_until: date
    active: bool
    counts: Counts
    offers: tuple[HolderOffer, ...]
    money: HolderMoney | None = None  # None: the programme has no ceiling


def holder_view(card: Card, configuration: Configuration, *, counts: Counts, language: str, today: date) -> HolderView:
    """Draw up the holder's page for a day; before the card's first day, for that day."""
    programme = configuration.programmes[card.programme]
    day = max(today, card.valid_from)
    return HolderView(
        municipality=configuration.municipality.name,
        programme=programme.id,
        programme_name=in_language(programme.name, language),
        contact=programme.contact,
        language=language,
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        active=card.status is Status.ACTIVE and today <= card.valid_until and programme.state is State.OPEN,
        counts=counts,
        offers=offers_on(
            configuration,
            programme,
            day,
            language=language,
            companion=Flags.of(card.flags).companion,
            of=card if counts is Counts.SHOWN else None,
        ),
        money=_money(card, programme, day, shown=counts is Counts.SHOWN),
    )


def _money(card: Card, programme: Programme, day: date, *, shown: bool) -> HolderMoney | None:
    if programme.ceiling is None:
        return None
    remaining = money_left(programme, card.uses, day) if shown else None
    return HolderMoney(programme.ceiling, remaining, programme.ceiling_per)


def offers_on(
    configuration: Configuration,
    programme: Programme,
    day: date,
    *,
    language: str,
    companion: Companion,
    of: Card | None,
) -> tuple[HolderOffer, ...]:
    """List what a programme gives on a day, venue by venue; with what is left on a card where one is given."""
    found = []
    for terms in configuration.agreements:
        venue = configuration.venues.get(terms.venue)
        offer = configuration.offers.get((terms.venue, terms.offer))
        in_force = terms.programme == programme.id and terms.starts <= day <= terms.until
        if in_force and venue is not None and offer is not None:
            remaining = None if of is None else left(of, terms, programme, day)
            found.append(
                _holder_offer(
                    terms, venue, offer, programme, language=language, companion=companion, remaining=remaining
                )
            )
    return tuple(sorted(found, key=lambda each: (each.venue_name, each.venue, each.title, each.offer)))


def _holder_offer(
    terms: Agreement,
    venue: Venue,
    offer: Offer,
    programme: Programme,
    *,
    language: str,
    companion: Companion,
    remaining: int | None,
) -> HolderOffer:
    limit, period = allowance(terms, programme)
    alone = not terms.companion_allowed or terms.persons_max == 1
    return HolderOffer(
        venue=venue.id,
        venue_name=venue.name,
        address=venue.address,
        link=venue.link,
        offer=offer.id,
        title=in_language(offer.title, language),
        category=offer.category,
        kind=offer.kind,
        age_limit=offer.age_limit,
        included=offer.included,
        included_text=in_language(offer.included_text, language),
        excluded=offer.excluded,
        excluded_text=in_language(offer.excluded_text, language),
        companion=Companion.NONE if alone else companion,
        persons_max=1 if alone else terms.persons_max,
        copay_holder=terms.copay_holder,
        copay_companion=terms.copay_companion,
        limit=limit,
        period=period,
        left=remaining,
        by_ceiling=is_by_ceiling(terms, programme),
    )
