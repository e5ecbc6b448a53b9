"""What the staff of a venue need to know on paper: its own offers, who comes along, what is paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Programme,
    State,
    allowance,
    in_language,
    is_by_ceiling,
)

STAFF_LANGUAGES: Final = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class StaffLine:
    """An offer as the staff are told of it. `included` and `excluded` are phrase codes; amounts are øre.

    `along` is how many may come with the holder, and `companion` who they may be, as a programme writes it. `limit`
    None is free entry. `starts` is given where the terms begin after the day the sheet is made.
    """

    title: str
    category: str
    programme: str | None  # where the venue is in several
    companion: str
    along: int
    limit: int | None
    per: Period
    by_ceiling: bool
    copay_holder: Ore
    copay_companion: Ore
    included: tuple[str, ...]
    included_text: str
    excluded: tuple[str, ...]
    excluded_text: str
    age_limit: int | None
    starts: date | None = None


@dataclass(frozen=True, slots=True)
class StaffSheet:
    """The sheet of one venue, in one language."""

    language: str
    municipality: str
    venue: str
    contacts: tuple[str, ...]
    made: date
    lines: tuple[StaffLine, ...]


def insist_on_staff_language(language: str) -> str:
    """Give a language that the staff's pages are written in; MalformedError `bad_query` for another."""
    if language not in STAFF_LANGUAGES:
        raise MalformedError("bad_query", f"language is one of {', '.join(STAFF_LANGUAGES)}.")
    return language


def staff_sheet(configuration: Configuration, venue: VenueId, *, language: str, today: date) -> StaffSheet:
    """Draw up a venue's sheet: of each offer the terms in force, or the next to begin."""
    terms = sorted(_terms(configuration, venue, today), key=lambda each: (each.programme, each.offer))
    programmes = {each.programme: configuration.programmes[each.programme] for each in terms}
    lines = [
        _line(each, configuration, programmes[each.programme], language, today, several=len(programmes) > 1)
        for each in terms
    ]
    return StaffSheet(
        language=language,
        municipality=configuration.municipality.name,
        venue=configuration.venues[venue].name,
        contacts=tuple(sorted({each.contact for each in programmes.values() if each.contact})),
        made=today,
        lines=tuple(sorted(lines, key=lambda line: (line.title.casefold(), line.programme or ""))),
    )


def _terms(configuration: Configuration, venue: VenueId, today: date) -> Iterator[Agreement]:
    """Give of each offer in each programme that goes on the first version that has not ended."""
    first: dict[tuple[str, str], Agreement] = {}
    for each in sorted(configuration.agreements, key=lambda version: version.starts):
        programme = configuration.programmes.get(each.programme)
        if programme is None or programme.state is not State.OPEN or programme.valid_until < today:
            continue
        if each.venue == venue and each.until >= today and (venue, each.offer) in configuration.offers:
            first.setdefault((each.programme, each.offer), each)
    yield from first.values()


def _line(  # noqa: PLR0913  a line is made of that many records
    terms: Agreement, configuration: Configuration, programme: Programme, language: str, today: date, *, several: bool
) -> StaffLine:
    offer = configuration.offers[terms.venue, terms.offer]
    limit, per = allowance(terms, programme)
    along = max(terms.persons_max - 1, 0) if terms.companion_allowed and programme.companion != "none" else 0
    return StaffLine(
        title=in_language(offer.title, language),
        category=offer.category,
        programme=in_language(programme.name, language) if several else None,
        companion=programme.companion if along else "none",
        along=along,
        limit=limit,
        per=per,
        by_ceiling=is_by_ceiling(terms, programme),
        copay_holder=terms.copay_holder,
        copay_companion=terms.copay_companion,
        included=offer.included,
        included_text=in_language(offer.included_text, language),
        excluded=offer.excluded,
        excluded_text=in_language(offer.excluded_text, language),
        age_limit=offer.age_limit,
        starts=terms.starts if terms.starts > today else None,
    )
