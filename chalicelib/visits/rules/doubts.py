"""A code or a tag that is not what it says: told from the table's own count, and kept for the office to look into."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.cards.rules import Card
from chalicelib.credentials.rules import Reading


class Doubt(StrEnum):
    """What is wrong with what was shown; the till is told `forged_card` or `copied_tag`, the office this."""

    FORGED = "forged"  # the token was not signed here, or was changed since
    WRONG_KEY = "wrong_tag_key"  # the token holds, but no tag of ours gave this reading
    NO_TAG = "no_tag"  # a tag of ours, in a card that is not known to have one
    OTHER_TAG = "other_tag"  # a tag of ours, but another card's
    REPLAYED = "replayed"  # a reading that was used, or is older than one that was


@dataclass(frozen=True, slots=True)
class Suspect:
    """One doubt at one till on one day; nothing about a child. `fingerprint` tells the same showing from another."""

    day: date
    band: str
    venue: str
    offer: str
    device: str
    reason: Doubt
    last3: str | None
    fingerprint: str


def doubt_of(reading: Reading | None, card: Card | None) -> Doubt | None:
    """Say what speaks against a proven reading of a card's tag, or None."""
    if reading is None or card is None:
        return None
    if card.tag is None:
        return Doubt.NO_TAG
    if card.tag.uid != reading.uid:
        return Doubt.OTHER_TAG
    return Doubt.REPLAYED if reading.count <= card.tag.count else None


def is_noted(doubt: Doubt, reading: Reading | None, card: Card | None) -> bool:
    """Say whether a doubt counts against a visit that has happened.

    A queue brings readings later than the next till's, so only one that was used itself is no honest one.
    """
    if doubt is not Doubt.REPLAYED or reading is None or card is None or card.tag is None:
        return True
    return reading.count == card.tag.count
