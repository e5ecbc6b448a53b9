"""Cards that are ready to be given out, and what is written together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.cards.rules.applications import Request
from chalicelib.cards.rules.lives import Card, StatusChange
from chalicelib.shared.ids import CardNumber, ProgrammeId

Place = tuple[ProgrammeId, str | None]  # a programme and the first day of its year
FamilyPlace = tuple[str, ProgrammeId, date]  # a family, a programme and the first day of a period
ROWS_TOGETHER: Final = 100  # DynamoDB's limit to what is written all or nothing
BLANKS_TOGETHER: Final = 32  # card, pointer and history of each, one request id, and who made them
ROWS_OF_THE_NOTARY: Final = 1  # who did it, for all that is written together
ROWS_OF_A_CARD: Final = 5  # request id, card, pointer, history, claim; the rows that count are shared


@dataclass(frozen=True, slots=True)
class Draft:
    """A card that is ready to be given out, with what is written together with it.

    `quota` and `per_family` None: no limit. `renews` is the card of the period before, of which the claim then tells.
    """

    card: Card
    entry: StatusChange
    request: Request
    quota: int | None
    renews: CardNumber | None = None
    per_family: int | None = None

    @property
    def place(self) -> Place:
        """Name the row that counts the card within its programme year."""
        return self.card.programme, self.card.year

    @property
    def family_place(self) -> FamilyPlace | None:
        """Name the row that counts the card within its family, where the family is known."""
        card = self.card
        if card.family_ref is None or card.family_from is None:
            return None
        return card.family_ref, card.programme, card.family_from


class Clash(StrEnum):
    """Why a write did not happen, the weightiest first: what is stored says otherwise."""

    REQUEST = "request"  # the request id was used before
    MOVED = "moved"  # the card is no longer as it was read: read again
    CLAIM = "claim"  # the reference has a card
    QUOTA = "quota"  # the programme year is full
    FAMILY = "family"  # the family has all its cards
    NUMBER = "number"  # the number is somebody else's: draw again


def parcels(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Divide drafts, in their order, into what one transaction holds; no row is named twice in one (decision D9)."""
    parcel: list[Draft] = []
    named: set[tuple[str, ...]] = set()
    places: set[Place | FamilyPlace] = set()
    for draft in drafts:
        names = _names(draft)
        taken: set[Place | FamilyPlace] = {each for each in (draft.place, draft.family_place) if each is not None}
        rows = ROWS_OF_A_CARD * (len(parcel) + 1) + len(places | taken) + ROWS_OF_THE_NOTARY
        if parcel and (rows > ROWS_TOGETHER or named & names):
            yield parcel
            parcel, named, places = [], set(), set()
        parcel.append(draft)
        named |= names
        places |= taken
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
