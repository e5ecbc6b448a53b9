"""New cards, a stock of blanks, and a blank that becomes somebody's."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pynamodb.transactions import TransactWrite

from chalicelib.cards.rules import (
    Card,
    Clash,
    Draft,
    Request,
    Status,
    StatusChange,
    deed_of_issue,
    deed_of_stock,
    kept_until,
)
from chalicelib.cards.store.parts import (
    claim_for,
    put_card,
    put_new,
    put_request,
    sets,
    take_family_places,
    take_places,
)
from chalicelib.cards.store.patience import Patient
from chalicelib.cards.store.rows import POINTER, card_at, history_row, row_of
from chalicelib.shared.ids import Tenant
from chalicelib.table import CardRow, PointerRow, epoch, pointer_pk

_NOTE: Final = Clash.MOVED  # stands for the put that has no condition, and so never says no
# What makes a blank somebody's card.
_WHOSE: Final = (
    "group", "place", "expires", "status", "valid_from", "valid_until", "birth_year", "language", "external_ref",
    "unit", "family_ref", "funding", "flags", "issued_by", "year", "siblings",
    "family_from",
)  # fmt: skip


class CardIssuing(Patient):
    """What is written when a card is given out."""

    def issue(self, tenant: Tenant, drafts: Sequence[Draft]) -> Clash | None:
        """Write new cards with everything that goes with them, all or none, or say what stands against it."""
        places = Counter(draft.place for draft in drafts)
        one_of_each = {draft.place: draft for draft in drafts}
        families = Counter(draft.family_place for draft in drafts if draft.family_place is not None)
        one_of_each_family = {draft.family_place: draft for draft in drafts if draft.family_place is not None}

        deed = deed_of_issue(drafts)

        def together(write: TransactWrite) -> None:
            for draft in drafts:
                put_new(write, tenant, draft)
            self._note(write, tenant, deed)
            for draft in drafts:
                claim_for(write, tenant, draft.card, draft.renews)
            for place, draft in one_of_each.items():
                take_places(write, tenant, draft.card, draft.quota, places[place])
            for family, draft in one_of_each_family.items():
                take_family_places(write, tenant, draft.card, draft.per_family, families[family])

        puts = [*[Clash.REQUEST, Clash.NUMBER, Clash.MOVED, Clash.MOVED] * len(drafts), _NOTE]
        claims = [Clash.CLAIM for draft in drafts if draft.card.external_ref is not None]
        return self._transact(together, [*puts, *claims, *[Clash.QUOTA] * len(places), *[Clash.FAMILY] * len(families)])

    def stock(self, tenant: Tenant, blanks: Sequence[Card], entry: StatusChange, request: Request) -> Clash | None:
        """Write blanks, all or none, or say what stands against it."""

        def together(write: TransactWrite) -> None:
            put_request(write, tenant, request, entry.at)
            for blank in blanks:
                put_card(write, tenant, blank, entry)
            self._note(write, tenant, deed_of_stock(blanks))

        of_each = [Clash.NUMBER, Clash.MOVED, Clash.MOVED]
        return self._transact(together, [Clash.REQUEST, *of_each * len(blanks), _NOTE])

    def activate(self, tenant: Tenant, draft: Draft) -> Clash | None:
        """Make a blank somebody's card, with everything that goes with it, or say what stands against it.

        What tills have marked on the blank stays; its counters are not written.
        """
        card = draft.card
        kept = epoch(kept_until(card.valid_until))
        row = row_of(tenant, card)
        deed = deed_of_issue([draft], "card.activated")
        still_blank = (CardRow.status == Status.BLANK) & (CardRow.programme == card.programme)

        def together(write: TransactWrite) -> None:
            put_request(write, tenant, draft.request, draft.entry.at)
            write.save(PointerRow(pointer_pk(tenant, card.key), POINTER, number=card.number, expires=kept))
            write.save(history_row(tenant, card.number, draft.entry, kept))
            self._note(write, tenant, deed)
            whose = sets({name: getattr(row, name) for name in _WHOSE})
            write.update(card_at(tenant, card.number), whose, still_blank)
            claim_for(write, tenant, card, draft.renews)
            take_places(write, tenant, card, draft.quota)
            take_family_places(write, tenant, card, draft.per_family)

        no = Clash.MOVED
        return self._transact(together, [Clash.REQUEST, no, no, _NOTE, no, Clash.CLAIM, Clash.QUOTA, Clash.FAMILY])
