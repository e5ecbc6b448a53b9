"""What a programme, a venue, an offer and an agreement are, and which agreement holds on a day."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, is_id
from chalicelib.shared.money import Ore, share

Words = dict[str, str]  # language (BCP 47) -> text

LANGUAGES: Final = frozenset({"nb", "nn", "en", "ar", "so", "ti", "uk", "pl", "fa"})
# What an offer may say that it includes or not, without translating it: the words stand with the scanner's.
PHRASES: Final = frozenset({
    "entrance", "ticket", "booking_fee", "3d_glasses", "snacks", "popcorn", "drinks", "food", "equipment_rental",
    "skates", "swimwear", "locker", "grip_socks", "arcade_games", "instruction", "safety_course", "course_materials",
    "instrument_loan", "membership_fee", "training_fee", "insurance", "club_clothes", "tournaments", "transport",
    "guided_tour", "special_events", "parking",
})  # fmt: skip
# What statistics are split by (requirement OK-05).
CATEGORIES: Final = frozenset({
    "cinema", "play_centre", "pool", "performance", "dance", "music", "theatre", "sport", "museum", "other",
})  # fmt: skip
CODES: Final = 256  # one byte of the token
MOST_PER_TICKET: Final = Ore(100_000_00)
_FIRST_DAY: Final = date(2020, 1, 1)  # a token counts its days from here, in 16 bits
_LAST_DAY: Final = date(2199, 12, 31)
_LIST: Final = 20


class State(StrEnum):
    """Whether a programme still gives out cards and lets them in."""

    OPEN = "open"
    CLOSED = "closed"


class Counts(StrEnum):
    """What takes one mark of the allowance: a visit of any size, or each person."""

    VISIT = "visit"
    PERSON = "person"


class VenueKind(StrEnum):
    """Who runs a venue."""

    PRIVATE = "private"
    ASSOCIATION = "association"
    MUNICIPAL = "municipal"


class SettleBy(StrEnum):
    """The one way a venue's visits are paid (decision: each visit is paid one way)."""

    INVOICE = "invoice"
    VOUCHER = "voucher"
    INTERNAL = "internal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Municipality:
    """A tenant. `number` is the kommunenummer that stands in its cards' tokens."""

    id: Tenant
    number: int
    name: str
    signing_key: int = 1  # the key id that new cards are signed with, 0-15
    coat_of_arms: str | None = None  # an image in the files, `images/<name>`


@dataclass(frozen=True, slots=True)
class Programme:
    """A scheme and its numbers. `code` stands in the tokens, given when the programme is first stored."""

    id: ProgrammeId
    code: int
    name: Words
    valid_from: date
    valid_until: date
    state: State = State.OPEN
    quota: int | None = None  # cards per programme year
    validity: str = "programme"  # or an ISO 8601 duration of years or months: `P1Y`, `P6M`
    ages_from: int = 0
    ages_to: int = 150
    companion: str = "any"  # none, any, adult, adult_under:<age>
    counts: Counts = Counts.VISIT
    once_per_day: bool = False
    languages: tuple[str, ...] = ("nb",)
    contact: str = ""
    offline_days: int = 14  # how old a visit from a queue may be
    logo: str | None = None  # an image in the files


@dataclass(frozen=True, slots=True)
class PendingAccount:
    """A changed account number that waits for a second person."""

    account: str
    by: str


@dataclass(frozen=True, slots=True)
class Venue:
    """A place that takes the card, and how it is paid."""

    id: VenueId
    name: str
    kind: VenueKind
    settle_by: SettleBy
    orgnr: str | None = None
    account: str | None = None  # kontonummer, 11 digits
    pending_account: PendingAccount | None = None
    address: str = ""
    contact: str = ""
    link: str = ""
    logo: str | None = None
    erp: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to do at a venue. `included` and `excluded` are phrase codes; `*_text` is free text."""

    venue: VenueId
    id: OfferId
    title: Words
    included: tuple[str, ...] = ()
    included_text: Words = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    excluded_text: Words = field(default_factory=dict)
    category: str = "other"
    kind: str = "spectator"  # or participant (requirement OK-03)
    age_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of the terms of an offer in a programme, in force from `starts` to `until`, both days included."""

    programme: ProgrammeId
    venue: VenueId
    offer: OfferId
    starts: date
    until: date
    limit: int | None  # None: free all year
    quota: str  # the key that the marks are counted under; the offer's own unless shared
    per: Period = Period.CARD
    companion_allowed: bool = True
    persons_max: int = 2
    price_holder: Ore = Ore(0)
    price_companion: Ore = Ore(0)
    copay_holder: Ore = Ore(0)
    copay_companion: Ore = Ore(0)
    reimburse: int = 0  # percent of price less copay
    vat_code: str | None = None
    funding_source: str | None = None
    signed_on: date | None = None

    def price(self, persons: int) -> Ore:
        """Give what the tickets cost for the holder and any companions."""
        return Ore(self.price_holder + (persons - 1) * self.price_companion)

    def copay(self, persons: int) -> Ore:
        """Give what is paid at the till."""
        return Ore(self.copay_holder + (persons - 1) * self.copay_companion)

    def reimbursed(self, persons: int) -> Ore:
        """Give what the municipality owes for one visit: its share of price less copay, half an øre rounded up."""
        return share(Ore(self.price(persons) - self.copay(persons)), self.reimburse)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything a tenant has set up, as it was when it was read."""

    municipality: Municipality
    programmes: dict[ProgrammeId, Programme]
    venues: dict[VenueId, Venue]
    offers: dict[tuple[VenueId, OfferId], Offer]
    agreements: tuple[Agreement, ...]

    def agreement(self, programme: ProgrammeId, venue: VenueId, offer: OfferId, day: date) -> Agreement | None:
        """Give the version in force on a day, or None."""
        for version in self.agreements:
            named = (version.programme, version.venue, version.offer)
            if named == (programme, venue, offer) and version.starts <= day <= version.until:
                return version
        return None

    def programme_of_code(self, code: int) -> Programme | None:
        """Give the programme whose code stands in a token, or None."""
        return next((programme for programme in self.programmes.values() if programme.code == code), None)


Record = Municipality | Programme | Venue | Offer | Agreement


@dataclass(frozen=True, slots=True)
class Reading:
    """A tenant's configuration read for changing it, with the version of each record; None: no such tenant yet."""

    configuration: Configuration | None
    versions: dict[str, int]


def in_language(words: Words, language: str) -> str:
    """Give a text in a language, else in bokmål, else in whatever language there is."""
    return words.get(language) or words.get("nb") or next(iter(words.values()), "")


def own_quota(venue: VenueId, offer: OfferId) -> str:
    """Name the counter of an offer that shares its allowance with none.

    Two venues may call an offer the same, and no shared key (an id) can hold the slash.
    """
    return f"{venue}/{offer}"


def lowest_free_code(programmes: Iterable[Programme]) -> int:
    """Give the code that a new programme gets; ConflictError when 256 have been given."""
    taken = {programme.code for programme in programmes}
    free = next((code for code in range(CODES) if code not in taken), None)
    if free is None:
        raise ConflictError("no_code_left", "A municipality can have at most 256 programmes.")
    return free


def with_account(before: Venue | None, sent: Venue, *, by: str) -> Venue:
    """Give a venue as it is stored: a first account is taken, a changed one waits, none sent changes nothing.

    The old account sent again withdraws the change. Whoever asked first for the waiting account stays its asker,
    so that nobody's second save turns the asker into the one who may confirm.
    """
    if before is None or before.account is None:
        return replace(sent, pending_account=None)
    waiting = before.pending_account
    if sent.account == before.account:
        waiting = None
    elif sent.account is not None and (waiting is None or waiting.account != sent.account):
        waiting = PendingAccount(sent.account, by)
    return replace(sent, account=before.account, pending_account=waiting)


def ended_by(earlier: Iterable[Agreement], new: Agreement) -> list[Agreement]:
    """Give the earlier versions of the same terms that a new one ends, each until the day before it.

    Raises ConflictError where a version starts on the same day, or later and before the new one is over.
    """
    ended = []
    for version in earlier:
        if (version.programme, version.venue, version.offer) != (new.programme, new.venue, new.offer):
            continue
        if version.starts >= new.starts:
            if version.starts <= new.until:
                raise ConflictError(
                    "agreements_overlap",
                    "Another version starts within these dates.",
                    (Field("until", "overlaps", f"End before {version.starts}, when the next version starts."),),
                )
        elif version.until >= new.starts:
            ended.append(replace(version, until=new.starts - timedelta(days=1)))
    return ended


def insist(faults: Iterable[Field]) -> None:
    """Raise RuleError naming every fault, if there is any."""
    found = tuple(faults)
    if found:
        raise RuleError("bad_fields", "Some fields are against a rule.", found)


def faults_of_municipality(sent: Municipality) -> Iterator[Field]:
    """Name what is wrong with a municipality."""
    yield from _id("id", sent.id)
    yield from _text("name", sent.name, 1, 100)
    yield from _number("number", sent.number, 1, 9999)
    yield from _number("signing_key", sent.signing_key, 0, 15)
    yield from _image("coat_of_arms", sent.coat_of_arms)


def faults_of_programme(sent: Programme) -> Iterator[Field]:
    """Name what is wrong with a programme."""
    yield from _id("id", sent.id)
    yield from _words("name", sent.name, 80, needed=True)
    yield from _dates("valid_from", sent.valid_from, "valid_until", sent.valid_until)
    if sent.quota is not None:
        yield from _number("cards.quota", sent.quota, 0, 1_000_000)
    if not re.fullmatch(r"programme|P([1-9]|10)Y|P([1-9]|[1-9][0-9]|1[01][0-9]|120)M", sent.validity):
        yield Field("cards.validity", "bad_validity", "Write `programme`, or years or months as in `P1Y` or `P6M`.")
    yield from _number("ages.from", sent.ages_from, 0, 150)
    yield from _number("ages.to", sent.ages_to, 0, 150)
    if sent.ages_from > sent.ages_to:
        yield Field("ages.to", "before_from", "The highest age is at least the lowest.")
    if not re.fullmatch(r"none|any|adult|adult_under:[1-9][0-9]?", sent.companion):
        yield Field("companion", "bad_companion", "Write `none`, `any`, `adult` or `adult_under:` and an age.")
    if not sent.languages or len(set(sent.languages)) < len(sent.languages) or set(sent.languages) - LANGUAGES:
        yield Field("languages", "bad_languages", f"Name each language once, out of {', '.join(sorted(LANGUAGES))}.")
    yield from _text("contact", sent.contact, 0, 1000)
    yield from _number("offline_days", sent.offline_days, 1, 60)
    yield from _image("logo", sent.logo)


def faults_of_venue(sent: Venue) -> Iterator[Field]:
    """Name what is wrong with a venue. `orgnr` and `account` are plain digits here (`plain_digits`)."""
    yield from _id("id", sent.id)
    yield from _text("name", sent.name, 1, 100)
    if sent.orgnr is not None and not _is_orgnr(sent.orgnr):
        yield Field("orgnr", "bad_orgnr", "Write the 9 digits of the organisasjonsnummer; a digit is wrong here.")
    if sent.account is not None and not _is_account(sent.account):
        yield Field("account", "bad_account", "Write the 11 digits of the kontonummer; a digit is wrong here.")
    yield from _text("address", sent.address, 0, 200)
    yield from _text("contact", sent.contact, 0, 1000)
    if sent.link and not re.fullmatch(r"https?://[^\s<>\"]{1,290}", sent.link):
        yield Field("link", "bad_link", "Write an address that starts with https://.")
    yield from _image("logo", sent.logo)
    if len(sent.erp) > _LIST:
        yield Field("erp", "too_many", f"At most {_LIST} values.")
    for name, value in sent.erp.items():
        yield from _id("erp", name)
        yield from _text(f"erp.{name}", value, 0, 200)


def faults_of_offer(sent: Offer) -> Iterator[Field]:
    """Name what is wrong with an offer."""
    yield from _id("id", sent.id)
    yield from _words("title", sent.title, 100, needed=True)
    for path, codes in (("included", sent.included), ("excluded", sent.excluded)):
        yield from _phrases(path, codes)
    if set(sent.included) & set(sent.excluded):
        yield Field("excluded", "also_included", "The same thing cannot be both included and not.")
    yield from _words("included_text", sent.included_text, 500)
    yield from _words("excluded_text", sent.excluded_text, 500)
    if sent.category not in CATEGORIES:
        yield Field("category", "unknown_category", f"Choose one of {', '.join(sorted(CATEGORIES))}.")
    if sent.kind not in {"spectator", "participant"}:
        yield Field("kind", "unknown_kind", "Write `spectator` or `participant`.")
    if sent.age_limit is not None:
        yield from _number("age_limit", sent.age_limit, 0, 120)


def faults_of_agreement(sent: Agreement, programme: Programme) -> Iterator[Field]:
    """Name what is wrong with a version of the terms of an offer in a programme."""
    yield from _dates("from", sent.starts, "until", sent.until)
    if sent.starts < programme.valid_from:
        yield Field("from", "outside_programme", f"The programme starts on {programme.valid_from}.")
    if sent.until > programme.valid_until:
        yield Field("until", "outside_programme", f"The programme ends on {programme.valid_until}.")
    if sent.limit is not None:
        yield from _number("limit", sent.limit, 0, 10_000)
    if sent.quota != own_quota(sent.venue, sent.offer):
        yield from _id("quota", sent.quota)
    yield from _number("persons_max", sent.persons_max, 1, 10)
    yield from _ticket("holder", sent.price_holder, sent.copay_holder)
    yield from _ticket("companion", sent.price_companion, sent.copay_companion)
    yield from _number("reimburse", sent.reimburse, 0, 100)
    for path, code in (("vat_code", sent.vat_code), ("funding_source", sent.funding_source)):
        if code is not None:
            yield from _id(path, code)
    if sent.signed_on is not None:
        yield from _dates("signed_on", sent.signed_on, "until", sent.until)


def plain_digits(number: str | None) -> str | None:
    """Give a number without the spaces and dots that people write in it; an empty one is none."""
    return None if number is None else re.sub(r"[ .]", "", number) or None


def _is_orgnr(digits: str) -> bool:
    # Imported here: no scan ever needs it.
    from stdnum.no import orgnr  # noqa: PLC0415

    return re.fullmatch("[0-9]{9}", digits) is not None and orgnr.is_valid(digits)


def _is_account(digits: str) -> bool:
    from stdnum.no import kontonr  # noqa: PLC0415  no scan ever needs it

    # The library also takes the seven digits of the old postgiro; a payment file does not.
    return re.fullmatch("[0-9]{11}", digits) is not None and kontonr.is_valid(digits)


def _id(path: str, text: str) -> Iterator[Field]:
    if not is_id(text):
        yield Field(path, "bad_id", "Use letters, digits, `_` and `-`, at most 64.")


def _number(path: str, value: int, least: int, most: int) -> Iterator[Field]:
    if not least <= value <= most:
        yield Field(path, "out_of_range", f"Write a number from {least} to {most}.")


def _text(path: str, text: str, least: int, most: int) -> Iterator[Field]:
    if not least <= len(text.strip()) or len(text) > most:
        yield Field(path, "bad_length", f"Write from {least} to {most} characters.")


def _words(path: str, words: Mapping[str, str], most: int, *, needed: bool = False) -> Iterator[Field]:
    if needed and not words:
        yield Field(path, "missing", "Write it in at least one language.")
    for language, text in words.items():
        if language not in LANGUAGES:
            yield Field(path, "unknown_language", f"Languages are {', '.join(sorted(LANGUAGES))}.")
        else:
            yield from _text(f"{path}.{language}", text, 1, most)


def _dates(path_from: str, first: date, path_until: str, last: date) -> Iterator[Field]:
    for path, day in ((path_from, first), (path_until, last)):
        if not _FIRST_DAY <= day <= _LAST_DAY:
            yield Field(path, "out_of_range", f"Write a day from {_FIRST_DAY} to {_LAST_DAY}.")
    if last < first:
        yield Field(path_until, "before_from", f"The last day is not before `{path_from}`.")


def _phrases(path: str, codes: tuple[str, ...]) -> Iterator[Field]:
    for index, code in enumerate(codes):
        if code not in PHRASES:
            yield Field(f"{path}[{index}]", "unknown_phrase", f"Choose from {', '.join(sorted(PHRASES))}.")
    if len(set(codes)) < len(codes):
        yield Field(path, "twice", "Name each thing once.")


def _ticket(who: str, price: Ore, copay: Ore) -> Iterator[Field]:
    yield from _number(f"price.{who}", price, 0, MOST_PER_TICKET)
    yield from _number(f"copay.{who}", copay, 0, MOST_PER_TICKET)
    if copay > price:
        yield Field(f"copay.{who}", "over_price", "What is paid at the till is at most the price.")


def _image(path: str, name: str | None) -> Iterator[Field]:
    if name is not None and not re.fullmatch(r"(images/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name):
        yield Field(path, "bad_image", "Name an image of the files, as in `images/logo.png`.")
