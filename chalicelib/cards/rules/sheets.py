"""What stands on the sheets that a family takes home: how the card is used, and what is left where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.cards.rules.allowances import left
from chalicelib.cards.rules.lives import Card
from chalicelib.credentials.rules import Companion, Flags
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardNumber
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Programme, allowance, in_language
from chalicelib.venues.rules import Counts as PerMark


class SheetKind(StrEnum):
    """What a sheet tells."""

    INFORMATION = "information"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """An allowance, in the reader's language. Offers that share one stand on one line; `limit` None is free entry."""

    category: str
    place: str
    what: str
    address: str
    limit: int | None
    per: Period
    left: int | None
    copay: Ore  # at most, for the holder


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet for one card. The name is never stored or logged."""

    number: CardNumber
    name: str | None
    language: str
    title: str  # the programme's name
    municipality: str
    contact: str
    valid_from: date
    valid_until: date
    companion: Companion
    persons_max: int
    each_person_counts: bool
    day: date  # that the counts are of
    lines: tuple[SheetLine, ...]


def sheet(card: Card, configuration: Configuration, *, name: str | None, language: str, today: date) -> Sheet:
    """Draw up a card's sheet for a day; before the card's first day, for that day."""
    programme = configuration.programmes[card.programme]
    day = max(today, card.valid_from)
    in_force = [
        terms for terms in configuration.agreements
        if terms.programme == programme.id and terms.starts <= day <= terms.until
        and terms.venue in configuration.venues and (terms.venue, terms.offer) in configuration.offers
    ]  # fmt: skip
    companion = Flags.of(card.flags).companion
    along = [terms.persons_max for terms in in_force if terms.companion_allowed and companion is not Companion.NONE]
    shared: dict[str, list[Agreement]] = {}
    for terms in in_force:
        shared.setdefault(terms.quota, []).append(terms)
    lines = [_line(group, card, configuration, programme, language=language, day=day) for group in shared.values()]
    return Sheet(
        number=card.number,
        name=name,
        language=language,
        title=in_language(programme.name, language),
        municipality=configuration.municipality.name,
        contact=programme.contact,
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        companion=companion,
        persons_max=max(along, default=1),
        each_person_counts=programme.counts is PerMark.PERSON,
        day=today,
        lines=tuple(sorted(lines, key=lambda line: (line.place.casefold(), line.what))),
    )


def _line(
    group: Sequence[Agreement], card: Card, configuration: Configuration, programme: Programme, *, language: str,
    day: date,
) -> SheetLine:  # fmt: skip
    limit, per = allowance(group[0], programme)
    offers = [configuration.offers[terms.venue, terms.offer] for terms in group]
    venues = [configuration.venues[each] for each in dict.fromkeys(terms.venue for terms in group)]
    titles = dict.fromkeys(in_language(offer.title, language) for offer in offers)
    return SheetLine(
        category=offers[0].category,
        place=", ".join(venue.name for venue in venues),
        what=", ".join(titles),
        address=venues[0].address if len(venues) == 1 else "",
        limit=limit,
        per=per,
        left=left(card, group[0], programme, day),
        copay=max((terms.copay_holder for terms in group), default=Ore(0)),
    )
