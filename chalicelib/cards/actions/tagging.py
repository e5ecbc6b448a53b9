"""Tags in cards: what a bureau is told to write on them, and which one came back in which card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.cards.actions.clerk import TRIES, still_busy, unknown_card
from chalicelib.cards.actions.printing import Printing
from chalicelib.cards.rules import Binding, Card, TagOrder, batch_of_keys, bound, given_twice, tag_file
from chalicelib.shared.answers import ConflictError, OpplevError, TryAgainError
from chalicelib.shared.ids import CardNumber, Tenant


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a row of a bureau's return came to; not `changed` where the card had that tag before."""

    number: CardNumber
    changed: bool


@dataclass(frozen=True, slots=True)
class Tagging(Printing):
    """Orders tags, and ties those that come back to their cards."""

    def order_tags(
        self, tenant: Tenant, wanted: Sequence[tuple[CardNumber, str | None]], *, now: datetime
    ) -> list[TagOrder]:
        """Give what a bureau needs to make cards with tags, in the order asked for; the names stay nowhere.

        Errors as for `prints`, and RuleError `host_too_long`. Nothing is written: an order may be given again.
        """
        cards = self._printable(tenant, [number for number, _ in wanted], now)
        batch = batch_of_keys(tenant, self.terms(tenant).municipality.signing_key)
        return [self._order(tenant, cards[number], name or None, batch) for number, name in wanted]

    def _order(self, tenant: Tenant, card: Card, name: str | None, batch: str) -> TagOrder:
        url = self.link(tenant, card)[1]
        return TagOrder(card.number, name, card.valid_until, url, tag_file(url), batch)

    def bind_tags(self, tenant: Tenant, bindings: Sequence[Binding], *, now: datetime) -> list[Tagged | OpplevError]:
        """Tie tags to cards, row by row: what comes of each stands in its place, and a bad row stops no other.

        The same rows again change nothing. TryAgainError: out of time (D9).
        """
        twice = given_twice(bindings)
        try:
            found = self.store.cards(tenant, {each.number for each in bindings}, now=now)
        except TryAgainError as busy:
            return [busy for _ in bindings]

        def came_of(row: int, binding: Binding) -> Tagged | OpplevError:
            if row in twice:
                return ConflictError("same_tag_twice", "An earlier row gives the same tag to another card.")
            try:
                return self._tagged(tenant, binding, found, now)
            except OpplevError as error:
                return error

        return [came_of(row, each) for row, each in enumerate(bindings)]

    def _tagged(self, tenant: Tenant, binding: Binding, found: dict[CardNumber, Card], now: datetime) -> Tagged:
        for _ in range(TRIES):
            before = found.get(binding.number)
            if before is None or not self.sees(before):
                raise unknown_card()
            after = bound(before, binding)
            if after == before:
                return Tagged(before.number, changed=False)
            clash = self.store.tag(tenant, before, after)
            # What a later row of the same list finds is the card as it stands now.
            found |= {before.number: after} if clash is None else self.store.cards(tenant, [before.number], now=now)
            if clash is None:
                return Tagged(after.number, changed=True)
        raise still_busy()
