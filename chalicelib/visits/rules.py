"""Who may come in, decided from facts alone."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore


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
    counter: str
    left: int | None
    price: Ore
    copay: Ore
    percent: int
    amount: Ore
    agreement: str
    settle_by: str
    carrier: str
    device: str
    vat_code: str | None = None
    funding: str | None = None
    flags: tuple[str, ...] = ()  # late, over, ended, blocked, clock
    moved_last: bool = False
    last_before: date | None = None
    void_month: str | None = None
