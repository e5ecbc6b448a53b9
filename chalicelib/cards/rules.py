"""What a card is, and what may be done with it."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from chalicelib.credentials.rules import CardBody, Companion, Flags, Kind
from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.shared.calendar import Period, add_months, stamp, start_of
from chalicelib.shared.ids import CardKey, CardNumber, OfferId, ProgrammeId, VenueId, holds_identity_number
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Offer, Programme, State, Venue, in_language
from chalicelib.venues.rules import Counts as PerMark

WRONG_YEARS: Final = 5  # guesses on the holder's page, then nothing until the next day
KEPT_MONTHS: Final = 12  # a card and all that names it, after its last day (decision: two clocks of retention)
KEPT_REQUEST: Final = timedelta(days=30)
ASKED_AGAIN: Final = timedelta(hours=1)  # within this the same wish again is the one whose answer was lost
ROWS_TOGETHER: Final = 100  # DynamoDB's limit to what is written all or nothing
BLANKS_TOGETHER: Final = 33  # card, pointer and history of each, and one request id
ROWS_OF_A_CARD: Final = 5  # request id, card, pointer, history, claim; the quota's row is shared
_MONTHS: Final = re.compile(r"P(?:(?P<years>\d{1,2})Y)?(?:(?P<months>\d{1,2})M)?")


class Status(StrEnum):
    """Where a card is in its life. A blank is a numbered card that belongs to nobody yet."""

    BLANK = "blank"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    ENDED = "ended"


Due = tuple[date, CardNumber]  # a card's last day and its number: its place in the list of what expires


@dataclass(frozen=True, slots=True)
class LatestUse:
    """When and where the card was used last; each use overwrites it."""

    venue: str
    visit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A card with its counters. `uses` is `<quota>@<period stamp>` -> marks, `last` is quota -> date."""

    number: CardNumber
    key: CardKey
    status: Status
    programme: ProgrammeId
    valid_from: date
    valid_until: date  # the last day included
    birth_year: int | None = None
    language: str = "nb"
    external_ref: str | None = None
    unit: str | None = None
    family_ref: str | None = None
    funding: str | None = None
    flags: int = 0
    issued_by: str = ""
    year: str | None = None
    replaced_by: CardNumber | None = None
    uses: dict[str, int] = field(default_factory=dict)
    last: dict[str, date] = field(default_factory=dict)
    latest: LatestUse | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One line of a card's history."""

    at: datetime
    status: Status
    reason: str | None
    by: str


def counter(agreement: Agreement, day: date) -> str:
    """Name the counter that a visit on a day is marked under: `<quota>@<period stamp>`."""
    return f"{agreement.quota}@{stamp(agreement.per, day)}"


def left(card: Card, agreement: Agreement, day: date) -> int | None:
    """Give the marks that a card has left under an agreement on a day; None where entry is free all year."""
    if agreement.limit is None:
        return None
    return max(agreement.limit - card.uses.get(counter(agreement, day), 0), 0)


class Act(StrEnum):
    """What an issuer may do with a card's status."""

    BLOCK = "block"
    UNBLOCK = "unblock"
    REPLACE = "replace"
    END = "end"


# What is not named cannot be done. Doing again what is done already changes nothing, except a replacement:
# that would make a third card.
AFTER: Final[Mapping[tuple[Act, Status], Status]] = {
    (Act.BLOCK, Status.ACTIVE): Status.BLOCKED,
    (Act.BLOCK, Status.BLOCKED): Status.BLOCKED,
    (Act.UNBLOCK, Status.BLOCKED): Status.ACTIVE,
    (Act.UNBLOCK, Status.ACTIVE): Status.ACTIVE,
    (Act.REPLACE, Status.ACTIVE): Status.REPLACED,
    (Act.REPLACE, Status.BLOCKED): Status.REPLACED,
    (Act.END, Status.BLANK): Status.ENDED,
    (Act.END, Status.ACTIVE): Status.ENDED,
    (Act.END, Status.BLOCKED): Status.ENDED,
    (Act.END, Status.ENDED): Status.ENDED,
}
LIVE: Final = frozenset({Status.ACTIVE, Status.BLOCKED})  # somebody's card, though perhaps not just now
OF_NO_USE: Final = frozenset({Status.BLOCKED, Status.REPLACED, Status.ENDED})  # what a phone without network must know
REASONS: Final = frozenset({"lost", "stolen", "damaged", "misuse", "ended"})
CORRECTED: Final = "corrected"
CORRECTABLE: Final = frozenset({"birth_year", "language", "external_ref", "unit"})


@dataclass(frozen=True, slots=True)
class Application:
    """What an issuer asks for: a child's card, without the child."""

    programme: ProgrammeId
    external_ref: str
    birth_year: int
    language: str = "nb"
    unit: str | None = None
    family_ref: str | None = None
    funding_source: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    siblings: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong, or has moved: any of `birth_year`, `language`, `external_ref`, `unit`."""

    fields: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Request:
    """A request id of a caller with what it asked for; `made` is the number it was answered with.

    A stock is many requests, `<key>#0` and on, each of which made several numbers with commas between them.
    """

    by: str
    key: str
    content: str
    made: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Which card a reference holds in a programme. `previous` is the card before it, for whoever still carries it."""

    external_ref: str
    programme: ProgrammeId
    number: CardNumber
    previous: CardNumber
    valid_until: date
    ended: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A card that is ready to be given out, with what is written together with it. `quota` None: no limit.

    `renews` is the card of the period before, of which the claim then tells.
    """

    card: Card
    entry: StatusChange
    request: Request
    quota: int | None
    renews: CardNumber | None = None


class Clash(StrEnum):
    """Why a write did not happen, the weightiest first: what is stored says otherwise."""

    REQUEST = "request"  # the request id was used before
    MOVED = "moved"  # the card is no longer as it was read: read again
    CLAIM = "claim"  # the reference has a card
    QUOTA = "quota"  # the programme year is full
    NUMBER = "number"  # the number is somebody else's: draw again


def content_of(application: Application, **also: str) -> str:
    """Write an application as canonical JSON, so that the same request is known by what it says."""
    return content_as_text({**asdict(application), **also})


def content_as_text(said: Mapping[str, Any]) -> str:
    """Write what a request says as canonical JSON."""
    return json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def parcels(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Divide drafts, in their order, into what one transaction holds; no row is named twice in one (decision D9)."""
    parcel: list[Draft] = []
    named: set[tuple[str, ...]] = set()
    places: set[tuple[str, str | None]] = set()
    for draft in drafts:
        names, place = _names(draft), (draft.card.programme, draft.card.year)
        rows = ROWS_OF_A_CARD * (len(parcel) + 1) + len(places | {place})
        if parcel and (rows > ROWS_TOGETHER or named & names):
            yield parcel
            parcel, named, places = [], set(), set()
        parcel.append(draft)
        named |= names
        places.add(place)
    if parcel:
        yield parcel


def _names(draft: Draft) -> set[tuple[str, ...]]:
    card = draft.card
    return {
        ("request", draft.request.by, draft.request.key),
        ("number", card.number),
        ("key", card.key),
        ("claim", card.external_ref or card.number, card.programme),
    }


def refuse_identity_numbers(texts: Mapping[str, str | int | None]) -> None:
    """Raise RuleError `identity_number` naming the fields that look like a fødselsnummer (decision: none is stored)."""
    found = tuple(
        Field(name, "identity_number", "This looks like a fødselsnummer.")
        for name, text in texts.items()
        if isinstance(text, str) and holds_identity_number(text)
    )
    if found:
        raise RuleError("identity_number", "A national identity number is never stored here; leave it out.", found)


def refuse_unknown_reason(reason: str | None) -> None:
    """Raise RuleError `unknown_reason` for free text, since a history holds codes only."""
    if reason is not None and reason not in REASONS:
        fault = Field("reason", "unknown_reason", "Give one of: " + ", ".join(sorted(REASONS)) + ".")
        raise RuleError("unknown_reason", "A reason is one of a few codes.", (fault,))


def status_after(act: Act, status: Status) -> Status:
    """Give the status that an act leads to; ConflictError `not_in_that_state` where it cannot be done."""
    after = AFTER.get((act, status))
    if after is None:
        raise ConflictError("not_in_that_state", "The card's status does not allow this.")
    return after


def next_entry(
    history: Sequence[StatusChange], *, now: datetime, status: Status, reason: str | None, by: str
) -> StatusChange:
    """Give the next line of a card's history. It runs forward, also where two machines' clocks do not."""
    after_the_latest = history[-1].at + timedelta(microseconds=1) if history else now
    return StatusChange(max(now, after_the_latest), status, reason, by)


def validity(programme: Programme, application: Application, today: date) -> tuple[date, date]:
    """Give a new card's first and last day, both included (requirement OK-14).

    From today, or the programme's start, or the day asked for; until the programme's end or its `validity` is over,
    whichever comes first, or a day asked for before that. RuleError `programme_closed` or `outside_programme`.
    """
    if programme.state is State.CLOSED:
        raise RuleError("programme_closed", "The programme gives out no more cards.")
    first = application.valid_from or max(today, programme.valid_from)
    if not programme.valid_from <= first <= programme.valid_until:
        raise _outside("valid_from", "The first day must be one of the programme's.")
    longest = min(_last_day(programme, first), programme.valid_until)
    last = application.valid_until or longest
    if not first <= last <= longest:
        raise _outside("valid_until", "The last day must be within the programme and its cards' validity.")
    return first, last


def _outside(path: str, detail: str) -> RuleError:
    return RuleError(
        "outside_programme", "The card would not be within its programme.", (Field(path, "outside", detail),)
    )


def _last_day(programme: Programme, first: date) -> date:
    duration = _MONTHS.fullmatch(programme.validity)
    if duration is None:
        return programme.valid_until
    months = int(duration["years"] or 0) * 12 + int(duration["months"] or 0)
    return add_months(first, months) - timedelta(days=1)


def programme_year(programme: Programme, day: date) -> date:
    """Give the first day of the programme year that a day falls in; years are counted from the programme's start."""
    years = max(day.year - programme.valid_from.year, 0)
    first = add_months(programme.valid_from, 12 * years)
    return first if first <= day or not years else add_months(programme.valid_from, 12 * (years - 1))


def check_age(programme: Programme, birth_year: int, first: date) -> None:
    """Raise RuleError `age_outside_programme` for whom the rule excludes on every day of the start year.

    The server knows a year and the issuer the day, so somebody who is 4 or 5 in that year may have a card from 5.
    """
    if first.year - birth_year < programme.ages_from or _is_too_old(programme, birth_year, first):
        fault = Field(
            "birth_year",
            "age_outside_programme",
            f"The programme is for ages {programme.ages_from} to {programme.ages_to}, on some day of {first.year}.",
        )
        raise RuleError("age_outside_programme", "The programme is for other ages.", (fault,))


def is_repeated(history: Sequence[StatusChange], *, reason: str | None, by: str, now: datetime) -> bool:
    """Say whether a card's latest change is what a caller asks for again, within the hour."""
    latest = max(history, key=lambda change: change.at, default=None)
    return latest is not None and (latest.by, latest.reason) == (by, reason) and now - latest.at <= ASKED_AGAIN


def _is_too_old(programme: Programme, birth_year: int, first: date) -> bool:
    return first.year - birth_year - 1 > programme.ages_to


def next_period(card: Card, today: date) -> date:
    """Give the first day that a card's successor may have: the day after the card's last, and never a day gone by."""
    return max(card.valid_until + timedelta(days=1), today)


def too_old_for_the_next(card: Card, programme: Programme, today: date) -> bool:
    """Say whether a programme's ages leave the holder out of the next period, whatever the birthday."""
    return card.birth_year is not None and _is_too_old(programme, card.birth_year, next_period(card, today))


def renewal(card: Card, programme: Programme, today: date) -> Application:
    """Give what is asked for when a card is renewed: the same child, from the first day of the next period (OK-15).

    ConflictError `not_in_that_state` where the card is nobody's any more.
    """
    if card.status not in LIVE or card.external_ref is None or card.birth_year is None:
        raise ConflictError("not_in_that_state", "The card is nobody's any more.")
    return Application(
        programme=programme.id,
        external_ref=card.external_ref,
        birth_year=card.birth_year,
        language=card.language,
        unit=card.unit,
        family_ref=card.family_ref,
        funding_source=card.funding,
        valid_from=max(next_period(card, today), programme.valid_from),
    )


def companion_class(programme: Programme, birth_year: int, first: date) -> Companion:
    """Give who may come along, fixed at issue; an age is taken to be reached on 1 January of the year it is reached."""
    rule, _, age = programme.companion.partition(":")
    if rule == "adult_under":
        return Companion.ADULT if first.year - birth_year < int(age) else Companion.ANY
    return Companion(rule)


def flags_of(programme: Programme, birth_year: int, first: date) -> int:
    """Give the class and flags byte of a card that belongs to somebody."""
    return Flags(Kind.CARD, blank=False, companion=companion_class(programme, birth_year, first)).byte


def check_stock(programme: Programme, today: date) -> None:
    """Raise RuleError where no blanks can be made: closed, over, or cards with a validity of their own.

    What is printed on a blank holds for whoever gets it, so its dates must be the programme's.
    """
    if programme.state is State.CLOSED:
        raise RuleError("programme_closed", "The programme gives out no more cards.")
    if programme.valid_until < today:
        raise RuleError("outside_programme", "The programme is over.")
    if _MONTHS.fullmatch(programme.validity):
        fault = Field("programme", "validity_of_its_own", "A blank carries the programme's dates.")
        raise RuleError("no_stock", "Only a programme whose cards last as long as it does has a stock.", (fault,))


def blank_card(programme: Programme, number: CardNumber, key: CardKey, *, by: str) -> Card:
    """Give a numbered card that is nobody's yet. Where a companion hangs on the age, an adult is always right."""
    rule = programme.companion.partition(":")[0]
    companion = Companion.ADULT if rule == "adult_under" else Companion(rule)
    return Card(
        number=number,
        key=key,
        status=Status.BLANK,
        programme=programme.id,
        valid_from=programme.valid_from,
        valid_until=programme.valid_until,
        flags=Flags(Kind.CARD, blank=True, companion=companion).byte,
        issued_by=by,
    )


def refuse_unless_blank(card: Card, programme: ProgrammeId) -> None:
    """Raise ConflictError where a card is somebody's or over, RuleError where it is another programme's."""
    if card.status is not Status.BLANK:
        raise ConflictError("not_in_that_state", "This card is no blank of the stock.")
    if card.programme != programme:
        fault = Field("programme", "other_programme", "The blank was made for another programme.")
        raise RuleError("other_programme", "The blank belongs to another programme.", (fault,))


def on_blank(card: Card, blank: Card) -> Card:
    """Let a card be the blank: its number, and what tills without network have marked on it before (decision D11)."""
    uses = {name: card.uses.get(name, 0) + blank.uses.get(name, 0) for name in card.uses.keys() | blank.uses.keys()}
    last = {
        name: max(day for day in (card.last.get(name), blank.last.get(name)) if day is not None)
        for name in card.last.keys() | blank.last.keys()
    }
    latest = max((each for each in (card.latest, blank.latest) if each is not None), key=_at, default=None)
    return replace(card, number=blank.number, uses=uses, last=last, latest=latest)


def _at(use: LatestUse) -> datetime:
    return use.at


def kept_until(valid_until: date) -> datetime:
    """Give the instant at which a card and all that names it is to be gone."""
    return start_of(add_months(valid_until, KEPT_MONTHS) + timedelta(days=1))


def body_of(card: Card, configuration: Configuration) -> CardBody:
    """Give what a card's token says."""
    return CardBody(
        key_id=configuration.municipality.signing_key,
        tenant=configuration.municipality.number,
        programme=configuration.programmes[card.programme].code,
        flags=card.flags,
        number=card.number,
        valid_from=card.valid_from,
        valid_until=card.valid_until,
    )


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
    )


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
            remaining = None if of is None else left(of, terms, day)
            found.append(
                _holder_offer(terms, venue, offer, language=language, companion=companion, remaining=remaining)
            )
    return tuple(sorted(found, key=lambda each: (each.venue_name, each.venue, each.title, each.offer)))


def _holder_offer(
    terms: Agreement, venue: Venue, offer: Offer, *, language: str, companion: Companion, remaining: int | None
) -> HolderOffer:
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
        limit=terms.limit,
        period=terms.per,
        left=remaining,
    )


@dataclass(frozen=True, slots=True)
class BackLine:
    """One allowance on the back of a printed card. `visits` boxes to tick; None: free entry."""

    place: str
    visits: int | None
    per: Period = Period.CARD


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
        BackLine(_place(group, configuration, language, lines_at), group[0].limit, group[0].per)
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
