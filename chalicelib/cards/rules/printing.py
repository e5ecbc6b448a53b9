"""What is printed on a card."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from chalicelib.cards.rules.lives import Card, Status
from chalicelib.credentials.rules import Companion, Flags
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardNumber, ProgrammeId, VenueId
from chalicelib.venues.rules import Agreement, Configuration, Programme, Venue, in_language, is_by_ceiling
from chalicelib.venues.rules import Counts as PerMark


@dataclass(frozen=True, slots=True)
class BackLine:
    """One allowance on the back of a printed card. `visits` boxes to tick; None: free entry."""

    place: str
    visits: int | None
    per: Period = Period.CARD
    by_ceiling: bool = False  # as often as the card's money pays for it


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One card as it is printed. Without a name there is a line to write it on. The name is never stored or logged."""

    number: CardNumber
    url: str
    programme: ProgrammeId
    title: str  # the programme's name
    valid_from: date
    valid_until: date  # the last day included
    lines: tuple[BackLine, ...]
    companion: Companion = Companion.ANY
    persons_max: int = 2  # the holder and those along, at the offer that takes most
    each_person_counts: bool = False  # one mark per person, not per visit
    name: str | None = None
    contact: str = ""
    siblings: int = 0  # how many more children share it


@dataclass(frozen=True, slots=True)
class Look:
    """What all cards of one print run share. Images are PNG or JPEG as bytes."""

    language: str  # nb, nn or en; another is printed in bokmål
    municipality: str
    coat_of_arms: bytes | None = None
    logos: Mapping[ProgrammeId, bytes] = field(default_factory=dict)
    venue_logos: tuple[bytes, ...] = ()


def back_lines(configuration: Configuration, programme: ProgrammeId, day: date, language: str) -> tuple[BackLine, ...]:
    """List the allowances in force on a day by venue; offers that share one stand on one line."""
    shared: dict[str, list[Agreement]] = {}
    for terms in configuration.agreements:
        known = terms.venue in configuration.venues and (terms.venue, terms.offer) in configuration.offers
        if known and terms.programme == programme and terms.starts <= day <= terms.until:
            shared.setdefault(terms.quota, []).append(terms)
    lines_at: dict[VenueId, int] = {}
    for group in shared.values():
        for venue in {terms.venue for terms in group}:
            lines_at[venue] = lines_at.get(venue, 0) + 1
    lines = [
        BackLine(
            _place(group, configuration, language, lines_at),
            group[0].limit,
            group[0].per,
            is_by_ceiling(group[0], configuration.programmes.get(programme)),
        )
        for group in shared.values()
    ]
    return tuple(sorted(lines, key=lambda line: line.place.casefold()))


def _place(group: list[Agreement], configuration: Configuration, language: str, lines_at: Mapping[VenueId, int]) -> str:
    # The offer is named only where the venue alone does not say which allowance this is.
    titles: dict[VenueId, list[str]] = {}
    for terms in group:
        offer = configuration.offers[terms.venue, terms.offer]
        titles.setdefault(terms.venue, []).append(in_language(offer.title, language))
    named = [
        configuration.venues[venue].name + (f": {', '.join(sorted(of_venue))}" if lines_at[venue] > 1 else "")
        for venue, of_venue in titles.items()
    ]
    return ", ".join(sorted(named))


PRINTABLE: Final = frozenset({Status.BLANK, Status.ACTIVE})
FACE_LANGUAGES: Final = ("nb", "nn", "en")


def face_language(programme: Programme) -> str:
    """Give the language of the printed face: the programme's first that the venues read, else bokmål."""
    return next((language for language in programme.languages if language in FACE_LANGUAGES), "nb")


def print_job(card: Card, configuration: Configuration, *, url: str, name: str | None, today: date) -> PrintJob:
    """Give what is printed on a card: the terms of today, or of its first day where that is later."""
    programme = configuration.programmes[card.programme]
    language = face_language(programme)
    day = max(today, card.valid_from)
    in_force = [
        terms for terms in configuration.agreements
        if terms.programme == programme.id and terms.starts <= day <= terms.until and terms.companion_allowed
    ]  # fmt: skip
    return PrintJob(
        number=card.number,
        url=url,
        programme=programme.id,
        title=in_language(programme.name, language),
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        lines=back_lines(configuration, programme.id, day, language),
        companion=Flags.of(card.flags).companion,
        persons_max=max((terms.persons_max for terms in in_force), default=1),
        each_person_counts=programme.counts is PerMark.PERSON,
        name=name,
        contact=programme.contact,
        siblings=card.siblings,
    )


def print_look(
    configuration: Configuration, programmes: Collection[ProgrammeId], images: Callable[[str], bytes | None]
) -> Look:
    """Give what a print run shares. `images` finds an image by where it is kept; one that is gone is left out."""
    shown = [configuration.programmes[each] for each in configuration.programmes if each in programmes]
    places = {terms.venue for terms in configuration.agreements if terms.programme in programmes}
    venues = sorted((configuration.venues[each] for each in places if each in configuration.venues), key=_by_name)
    arms = configuration.municipality.coat_of_arms
    logos = {each.id: image for each in shown if each.logo and (image := images(each.logo)) is not None}
    return Look(
        language=face_language(shown[0]),
        municipality=configuration.municipality.name,
        coat_of_arms=images(arms) if arms else None,
        logos=logos,
        venue_logos=tuple(image for each in venues if each.logo and (image := images(each.logo)) is not None),
    )


def _by_name(venue: Venue) -> tuple[str, VenueId]:
    return venue.name.casefold(), venue.id
