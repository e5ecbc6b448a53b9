"""What a card is, and what may be done with it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.shared.calendar import stamp
from chalicelib.shared.ids import CardKey, CardNumber, ProgrammeId
from chalicelib.venues.rules import Agreement


class Status(StrEnum):
    """Where a card is in its life. A blank is a numbered card that belongs to nobody yet."""

    BLANK = "blank"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    ENDED = "ended"


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
