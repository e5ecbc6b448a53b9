"""Cards that are ready to be given out, and what is written together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chalicelib.cards.rules.applications import Request
from chalicelib.cards.rules.lives import Card, StatusChange
from chalicelib.shared.ids import CardNumber

ROWS_TOGETHER: Final = 100  # DynamoDB's limit to what is written all or nothing
BLANKS_TOGETHER: Final = 33  # card, pointer and history of each, and one request id
ROWS_OF_A_CARD: Final = 5  # request id, card, pointer, history, claim; the quota's row is shared


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
