"""What a municipality sets up: programmes, venues, offers, and the terms of an offer."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore, share
from chalicelib.venues.rules.phrases import Words


class State(StrEnum):
    """Whether a programme still gives out cards and lets them in."""

    OPEN = "open"
    CLOSED = "closed"


class Counts(StrEnum):
    """What takes one mark of the allowance: a visit of any size, or each person."""

    VISIT = "visit"
    PERSON = "person"


class AgesCounted(StrEnum):
    """When an age is reached: on the birthday, which the server does not know, or with the year."""

    BIRTHDAY = "birthday"  # out only who is outside on every day of the start year
    YEAR = "year"  # the age reached in the start year decides


class Replaced(StrEnum):
    """How often a lost, stolen or damaged card is replaced."""

    FREE = "free"
    ONCE = "once"
    NEVER = "never"


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
    erp: dict[str, str] = field(default_factory=dict)  # accounting codes, by the names in docs/operations.md


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
    # programme, calendar_year, school_year (from 1 July), half_year, or a duration of years or months: `P1Y`, `P6M`
    validity: str = "programme"
    ages_from: int = 0
    ages_to: int = 150
    # none, any, adult, family (who lives together), adult_under:<age> (from that age on, anyone), and
    # adult_only_under:<age> (from that age on, nobody)
    companion: str = "any"
    counts: Counts = Counts.VISIT
    once_per_day: bool = False
    languages: tuple[str, ...] = ("nb",)
    contact: str = ""
    offline_days: int = 14  # how old a visit from a queue may be
    logo: str | None = None  # an image in the files
    ages_counted: AgesCounted = AgesCounted.BIRTHDAY
    per_family: int | None = None  # cards at a time under one family reference; None: no limit
    siblings_max: int = 0  # how many more children may share a card
    replaced: Replaced = Replaced.FREE
    ceiling: Ore | None = None  # what the municipality pays at most for a card in a period; None: no limit
    ceiling_per: Period = Period.YEAR


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
    counts: Counts | None = None  # None: as the programme says
    price_holder: Ore = Ore(0)
    price_companion: Ore = Ore(0)
    copay_holder: Ore = Ore(0)
    copay_companion: Ore = Ore(0)
    reimburse: int = 0  # percent of price less copay
    vat_code: str | None = None
    funding_source: str | None = None
    signed_on: date | None = None

    def price(self, persons: int, children: int = 1) -> Ore:
        """Give what the tickets cost. The children of a shared card are taken to come first, then companions."""
        holders = min(persons, children)
        return Ore(holders * self.price_holder + (persons - holders) * self.price_companion)

    def copay(self, persons: int, children: int = 1) -> Ore:
        """Give what is paid at the till."""
        holders = min(persons, children)
        return Ore(holders * self.copay_holder + (persons - holders) * self.copay_companion)

    def reimbursed(self, persons: int, children: int = 1) -> Ore:
        """Give what the municipality owes for one visit: its share of price less copay, half an øre rounded up."""
        return share(Ore(self.price(persons, children) - self.copay(persons, children)), self.reimburse)


Record = Municipality | Programme | Venue | Offer | Agreement


def own_quota(venue: VenueId, offer: OfferId) -> str:
    """Name the counter of an offer that shares its allowance with none.

    Two venues may call an offer the same, and no shared key (an id) can hold the slash.
    """
    return f"{venue}/{offer}"
