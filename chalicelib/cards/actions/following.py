"""Which card follows which: one renewed by another, one replaced by another."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.cards.actions.clerk import TRIES, Clerk
from chalicelib.cards.rules import LIVE, RENEWAL_CANCELLED, Card, Undone, may_be_undone, next_entry
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CardNumber, Tenant


@dataclass(frozen=True, slots=True)
class Following(Clerk):
    """Finds the card after a card, and the one before it."""

    def _successor(self, tenant: Tenant, old: Card, now: datetime) -> Card | None:
        """Give the card that renews a card, in whichever programme."""
        for claim in self.store.claims(tenant, old.external_ref, now=now) if old.external_ref else ():
            if claim.number == old.number or claim.ended:
                continue
            before = self._carried_on(tenant, claim.previous, now)
            if before is not None and before.number == old.number:
                return self._known(tenant, claim.number, now)
        return None

    def _undone(self, tenant: Tenant, successor: Card, *, by: CallerId, now: datetime) -> Undone | None:
        """Give the card that a card was to renew, where the renewal can still be taken back."""
        if successor.external_ref is None or not may_be_undone(successor, oslo_date(now)):
            return None
        claims = self.store.claims(tenant, successor.external_ref, now=now)
        previous = next((each.previous for each in claims if each.number == successor.number), successor.number)
        old = None if previous == successor.number else self._carried_on(tenant, previous, now)
        if old is None or old.status not in LIVE or old.external_ref != successor.external_ref:
            return None
        found = self.store.card_and_history(tenant, old.number, now=now)
        history = found[1] if found else []
        return Undone(old, next_entry(history, now=now, status=old.status, reason=RENEWAL_CANCELLED, by=by))

    def _carried_on(self, tenant: Tenant, number: CardNumber, now: datetime) -> Card | None:
        """Give a card, or the one that it was replaced by; None where it is gone."""
        card = self.store.card(tenant, number, now=now)
        for _ in range(TRIES):
            if card is None or card.replaced_by is None:
                break
            card = self.store.card(tenant, card.replaced_by, now=now)
        return card
