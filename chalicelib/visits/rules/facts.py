"""What a decision rests on, and the yes or the no that it is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.cards.rules import Card
from chalicelib.venues.rules import Agreement, Offer, Programme


class Because(StrEnum):
    """Why not. The screen owns the words in every language."""

    UNKNOWN_CARD = "unknown_card"
    FORGED_CARD = "forged_card"
    COPIED_TAG = "copied_tag"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    NOT_THIS_VENUE = "not_this_venue"
    NO_AGREEMENT = "no_agreement"
    PROGRAMME_CLOSED = "programme_closed"
    ALLOWANCE_USED_UP = "allowance_used_up"
    USED_TODAY = "used_today"
    COMPANION_NOT_ALLOWED = "companion_not_allowed"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision rests on. `persons` is None where the till only asks how many may come."""

    card: Card | None
    programme: Programme | None  # the card's; None: not configured here yet
    offer: Offer | None  # None: not one of this venue's
    agreement: Agreement | None  # in force on the day
    known_here: bool  # the programme has, or has had, an agreement with this venue
    day: date
    persons: int | None = None
    forged: bool = False
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """Yes. `persons` may come in; `left` counts after them, or as it stands where nobody was named."""

    persons: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """No, because. `persons` is how many could have come in instead."""

    because: Because
    persons: int = 0
