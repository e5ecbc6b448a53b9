"""A visit as it stands, as it was taken back, and as a venue's list shows it."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from chalicelib.cards.rules import Card
from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore

Day: TypeAlias = date  # for classes that have a field of that name


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it stands, with the terms it was registered under. Amounts in øre."""

    id: VisitId
    venue: VenueId
    offer: OfferId
    programme: ProgrammeId
    card_key: str | None  # None once the card is deleted, or where the number was never issued
    last3: str
    date: date
    band: str
    month: str  # received, yyyy-mm
    persons: int
    marks: int
    counter: str  # empty where nothing is counted, since the offer never had an agreement
    left: int | None
    price: Ore
    copay: Ore
    percent: int
    amount: Ore
    agreement: str  # the first day of the version; empty where there never was one
    settle_by: str
    carrier: str
    device: str
    vat_code: str | None = None
    funding: str | None = None
    flags: tuple[str, ...] = ()
    moved_last: bool = False
    last_before: Day | None = None
    void_month: str | None = None
    children: int = 1  # how many share the card: that many pay as holders
    purse: str | None = None  # the card's counter of what was paid, where `amount` was taken from a ceiling


@dataclass(frozen=True, slots=True)
class Void:
    """That a visit was taken back. `corrects` is the month it was received in; None for one that never arrived."""

    visit: VisitId
    void_id: str
    reason: str
    by: str
    month: str
    venue: VenueId | None = None
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """It is written."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Nothing was written: the visit's id is there already, as a visit or as the tombstone of one."""

    earlier: Visit | Void


@dataclass(frozen=True, slots=True)
class Changed:
    """Nothing was written: the card is no longer as it was read. None: it is gone."""

    card: Card | None


@dataclass(frozen=True, slots=True)
class Flagged:
    """A visit that was let in without network although something spoke against it, as the office sees it."""

    id: VisitId
    venue: VenueId
    offer: OfferId
    date: date
    persons: int
    last3: str
    device: str
    flags: tuple[str, ...]
    amount: Ore
    voided: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A visit as the venue's own list of a day shows it."""

    id: VisitId
    offer: OfferId
    persons: int
    last3: str
    band: str
    device: str
    voided: bool
