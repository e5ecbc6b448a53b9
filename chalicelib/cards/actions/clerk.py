"""What all work at the card desk rests on: finding a card, its programme and its token."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Self

from chalicelib.access.rules import EVERYTHING, Sight
from chalicelib.cards.actions.books import CardBooks
from chalicelib.cards.rules import Card, Request, StatusChange, body_of, programme_year, since_it_moved
from chalicelib.credentials.actions import Mint
from chalicelib.shared.answers import ConflictError, Field, RuleError, TryAgainError, UnknownError
from chalicelib.shared.ids import CardKey, CardNumber, ProgrammeId, Tenant
from chalicelib.venues.rules import Configuration, Programme

TRIES: Final = 20  # times that a card may change under our hands before we give up


@dataclass(frozen=True, slots=True)
class Issued:
    """A card with what goes on it. `replayed` says that the same request was answered before."""

    card: Card
    token: str
    url: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Clerk:
    """Whoever works at the desk. `tenants` finds a municipality by the number that stands in a token."""

    store: CardBooks
    terms: Callable[[Tenant], Configuration]
    mint: Mint
    host: str
    new_number: Callable[[], CardNumber]
    new_key: Callable[[], CardKey]
    tenants: Callable[[int], Tenant | None]
    sight: Sight = EVERYTHING  # whose cards whoever asks may see; the others are unknown here

    def seen_by(self, sight: Sight) -> Self:
        """Give this desk as somebody sees it who does not see every unit's cards (requirement OK-37)."""
        return replace(self, sight=sight)

    def link(self, tenant: Tenant, card: Card) -> tuple[str, str]:
        """Give a card's token and the address that its QR code holds; the same card gives the same ones."""
        token = self.mint.sign(tenant, body_of(card, self.terms(tenant)))
        return token, self.mint.url(self.host, token)

    def get(self, tenant: Tenant, number: CardNumber, *, now: datetime) -> tuple[Card, list[StatusChange]]:
        """Give a card and its history, the oldest first; to a unit that it moved to, what has happened since."""
        card, history = self._whole(tenant, number, now)
        return card, history if self.sight.own is None else since_it_moved(history)

    def find(self, tenant: Tenant, external_ref: str, *, now: datetime) -> list[Card]:
        """Give the cards of a reference: in each programme the present one, and the one before it."""
        claims = self.store.claims(tenant, external_ref, now=now)
        found = self.store.cards(
            tenant, [number for each in claims for number in (each.number, each.previous)], now=now
        )
        return [card for card in found.values() if card.external_ref == external_ref and self.sees(card)]

    def used_of_quota(self, tenant: Tenant, programme: Programme, day: date) -> int:
        """Give how many cards count in the programme year of a day."""
        return self.store.issued(tenant, programme.id, programme_year(programme, day).isoformat())

    def _known(self, tenant: Tenant, number: CardNumber, now: datetime) -> Card:
        found = self.store.card(tenant, number, now=now)
        if found is None or not self.sees(found):
            raise unknown_card()
        return found

    def _whole(self, tenant: Tenant, number: CardNumber, now: datetime) -> tuple[Card, list[StatusChange]]:
        found = self.store.card_and_history(tenant, number, now=now)
        if found is None or not self.sees(found[0]):
            raise unknown_card()
        return found

    def sees(self, card: Card) -> bool:
        """Say whether whoever asks may see a card."""
        return card.external_ref is None or self.sight.sees(card.unit)  # a blank is nobody's, and anybody's to give

    def _programme(self, tenant: Tenant, programme: ProgrammeId) -> Programme:
        found = self.terms(tenant).programmes.get(programme)
        if found is None:
            fault = Field("programme", "unknown_programme", "There is no such programme.")
            raise RuleError("unknown_programme", "There is no such programme.", (fault,))
        return found

    def _with_token(self, tenant: Tenant, card: Card) -> Issued:
        token, url = self.link(tenant, card)
        return Issued(card, token, url)

    def _answered(self, tenant: Tenant, request: Request, now: datetime) -> Issued | None:
        """Give the answer that a request id was given before, or None; another content is a conflict."""
        earlier = self.store.request(tenant, request.by, request.key, now=now)
        if earlier is None:
            return None
        if earlier.content != request.content:
            raise used_for_something_else()
        return replace(self._with_token(tenant, self._known(tenant, CardNumber(earlier.made), now)), replayed=True)

    def _holds_claim(self, tenant: Tenant, card: Card, now: datetime) -> bool:
        if card.external_ref is None:
            return False
        holders = self.store.holders(tenant, card.programme, [card.external_ref], now=now)
        return holders.get(card.external_ref) == card.number


def used_for_something_else() -> ConflictError:
    """Say that a request id came before with another content."""
    return ConflictError("idempotency_conflict", "This Idempotency-Key was used for something else.")


def unknown_card() -> UnknownError:
    """One answer for whatever is no card here: never made, gone, or another's."""
    return UnknownError("unknown_card", "There is no such card here.")


def still_busy() -> TryAgainError:
    """Say that a card changed under our hands again and again."""
    return TryAgainError("busy", "Others are changing the same card; send the same call again.")
