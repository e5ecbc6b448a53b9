"""What the card desk needs of its books."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from chalicelib.cards.rules import Card, Claim, Clash, Draft, Due, Request, StatusChange, Undone, WrongYears
from chalicelib.shared.ids import CardNumber, ProgrammeId, Tenant


class CardBooks(Protocol):
    """What the desk needs of a store; cards.store says what each does."""

    def in_one_go(self) -> "CardBooks":
        """Give the same books with one deadline for all that they are asked from now on."""

    def card(self, tenant: Tenant, number: CardNumber, *, now: datetime) -> Card | None:
        """Give a card, or None."""

    def card_and_history(
        self, tenant: Tenant, number: CardNumber, *, now: datetime
    ) -> tuple[Card, list[StatusChange]] | None:
        """Give a card and its history, the oldest first, or None."""

    def cards(self, tenant: Tenant, numbers: Iterable[CardNumber], *, now: datetime) -> dict[CardNumber, Card]:
        """Give those of some cards that there are."""

    def request(self, tenant: Tenant, by: str, key: str, *, now: datetime) -> Request | None:
        """Give what a caller asked for under a request id, or None."""

    def requests(self, tenant: Tenant, by: str, keys: Iterable[str], *, now: datetime) -> dict[str, Request]:
        """Give what a caller asked for under some request ids, for those that were used."""

    def claims(self, tenant: Tenant, external_ref: str, *, now: datetime) -> list[Claim]:
        """Give the claims of a reference, one per programme."""

    def holders(
        self, tenant: Tenant, programme: ProgrammeId, refs: Iterable[str], *, now: datetime
    ) -> dict[str, CardNumber]:
        """Give the card that each of some references holds in a programme, for those that hold one."""

    def issued(self, tenant: Tenant, programme: ProgrammeId, year: str) -> int:
        """Give how many cards count in a programme year, named by its first day."""

    def renewed(
        self, tenant: Tenant, programmes: Iterable[ProgrammeId], refs: Iterable[str], *, now: datetime
    ) -> set[CardNumber]:
        """Give the cards that some references held before those that they hold in some programmes."""

    def expiring(
        self,
        tenant: Tenant,
        programme: ProgrammeId,
        month: str,
        *,
        before: date,
        after: Due | None,
        most: int,
        now: datetime,
    ) -> list[Due]:
        """Give the first of somebody's cards whose last day is in a month and before a day, in order."""

    def issue(self, tenant: Tenant, drafts: Sequence[Draft]) -> Clash | None:
        """Write new cards with everything that goes with them, all or none, or say what stands against it."""

    def stock(self, tenant: Tenant, blanks: Sequence[Card], entry: StatusChange, request: Request) -> Clash | None:
        """Write blanks, all or none, or say what stands against it."""

    def activate(self, tenant: Tenant, draft: Draft) -> Clash | None:
        """Make a blank somebody's card, with everything that goes with it, or say what stands against it."""

    def change(
        self,
        tenant: Tenant,
        before: Card,
        after: Card,
        entry: StatusChange,
        *,
        ends_claim: bool,
        undone: Undone | None = None,
    ) -> Clash | None:
        """Write a new status, or say that the card has moved."""

    def correct(
        self, tenant: Tenant, before: Card, after: Card, entry: StatusChange, *, moves_claim: bool
    ) -> Clash | None:
        """Write what was wrong, or say what stands against it."""

    def replace(
        self,
        tenant: Tenant,
        before: Card,
        after: Card,
        *,
        story: Iterable[StatusChange],
        moves_claim: bool,
        blank: Card | None,
    ) -> Clash | None:
        """Write a card's new number, or say what stands against it. The last of the story is how the new one began."""

    def tag(self, tenant: Tenant, before: Card, after: Card) -> Clash | None:
        """Write which tag a card has, or say that the card has moved."""

    def wrong_years(self, tenant: Tenant, number: CardNumber) -> WrongYears | None:
        """Give how many wrong birth years were given for a card, or None."""

    def note_wrong_years(
        self, tenant: Tenant, number: CardNumber, before: WrongYears | None, after: WrongYears
    ) -> bool:
        """Write a guess down; False where another guess came in between."""
