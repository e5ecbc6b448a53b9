"""What is written when a card changes: its status, its mistakes, its number."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cards.rules import (
    CORRECTABLE,
    OF_NO_USE,
    Card,
    Clash,
    Status,
    StatusChange,
    Undone,
    deed_of_change,
    deed_of_correction,
    deed_of_replacement,
    deed_of_tag,
    kept_until,
)
from chalicelib.cards.store.parts import (
    as_read,
    claim_for,
    held_claim,
    is_still,
    sets,
    take_family_places,
    unused_since,
)
from chalicelib.cards.store.patience import Patient
from chalicelib.cards.store.rows import CARD, POINTER, blocked_row, card_at, history_row, quota_row, row_of, tag_map
from chalicelib.shared.ids import Tenant
from chalicelib.table import CardRow, ClaimRow, PointerRow, QuotaRow, card_pk, epoch, pointer_pk

_LONGEST_STORY: Final = 80  # a transaction holds 100 rows


class CardChanging(Patient):
    """Each change is written under the condition that the card is as it was read."""

    def change(  # noqa: PLR0913  a change has that many parts
        self,
        tenant: Tenant,
        before: Card,
        after: Card,
        entry: StatusChange,
        *,
        ends_claim: bool,
        undone: Undone | None = None,
    ) -> Clash | None:
        """Write a card's new status with its history and its place in the blocked list.

        A card that ends gives its places in the quota and the family back, and its claim where it still holds it: to
        the card that it was to renew where that is `undone`, else to nobody.
        """
        kept = epoch(kept_until(after.valid_until))
        ending = after.status is Status.ENDED

        def together(write: TransactWrite) -> None:
            if undone is not None:
                _tell_of(write, tenant, undone)
            if after.status not in OF_NO_USE:
                write.delete(blocked_row(tenant, after.number, kept))
            write.save(history_row(tenant, after.number, entry, kept))
            if after.status in OF_NO_USE:
                write.save(blocked_row(tenant, after.number, kept))
            self._note(write, tenant, deed_of_change(before, after, entry, undone))
            write.update(card_at(tenant, after.number), [CardRow.status.set(after.status)], as_read(before))
            if ending and after.year is not None:
                write.update(quota_row(tenant, after), [QuotaRow.issued.add(-1)])
                take_family_places(write, tenant, after, None, -1)
            if ending and ends_claim:
                claim, its_own = held_claim(tenant, after)
                write.update(claim, _let_go(after, undone), its_own)

        return self._transact(together, [Clash.MOVED] * 9)

    def correct(
        self, tenant: Tenant, before: Card, after: Card, entry: StatusChange, *, moves_claim: bool
    ) -> Clash | None:
        """Write what was wrong. `moves_claim` frees the old reference and takes the new one."""
        kept = epoch(kept_until(after.valid_until))
        as_it_was = as_read(before) & is_still(CardRow.external_ref, before.external_ref)
        changes = {name: getattr(after, name) for name in sorted(CORRECTABLE)} | {"flags": after.flags}

        def together(write: TransactWrite) -> None:
            if moves_claim:
                write.delete(*held_claim(tenant, before))
            write.save(history_row(tenant, after.number, entry, kept))
            self._note(write, tenant, deed_of_correction(before, after))
            write.update(card_at(tenant, after.number), sets(changes), as_it_was)
            if moves_claim:
                claim_for(write, tenant, after)

        moved = Clash.MOVED
        return self._transact(together, [*[moved] * 4, Clash.CLAIM] if moves_claim else [moved] * 3)

    def replace(  # noqa: PLR0913  a replacement has that many parts
        self,
        tenant: Tenant,
        before: Card,
        after: Card,
        *,
        story: Iterable[StatusChange],
        moves_claim: bool,
        blank: Card | None,
    ) -> Clash | None:
        """Write a card's new number, under the condition that nobody was let in with the old one meanwhile.

        `story` is the history that the new number goes on with; its last entry is the replacement. `blank` is the
        card of the stock that takes over, and that nobody was let in with meanwhile either.
        """
        kept = epoch(kept_until(after.valid_until))
        as_it_was = as_read(before)
        nobody_came_in = unused_since(before)
        number_is_free = CardRow.pk.does_not_exist()
        if blank is not None:
            number_is_free = (CardRow.status == Status.BLANK) & unused_since(blank)
        still_the_old = PointerRow.number == before.number
        entries = list(story)[-_LONGEST_STORY:]
        farewell = replace(entries[-1], status=Status.REPLACED)
        gone: list[Action] = [CardRow.status.set(Status.REPLACED), CardRow.replaced_by.set(after.number)]

        def together(write: TransactWrite) -> None:
            write.save(row_of(tenant, after), condition=number_is_free)
            pointer = PointerRow(pointer_pk(tenant, after.key), POINTER, number=after.number, expires=kept)
            write.save(pointer, condition=still_the_old)
            if blank is not None:  # whom a till let in with the blank finds the card by the blank's key
                write.save(PointerRow(pointer_pk(tenant, blank.key), POINTER, number=after.number, expires=kept))
            write.save(blocked_row(tenant, before.number, kept))
            write.save(history_row(tenant, before.number, farewell, kept))
            for entry in entries:
                write.save(history_row(tenant, after.number, entry, kept))
            self._note(write, tenant, deed_of_replacement(before, after, entries[-1]))
            write.update(card_at(tenant, before.number), gone, as_it_was & nobody_came_in)
            if moves_claim:
                claim, its_own = held_claim(tenant, before)
                write.update(claim, [ClaimRow.number.set(after.number)], its_own)

        first = Clash.NUMBER if blank is None else Clash.MOVED
        return self._transact(together, [first, *[Clash.MOVED] * (len(entries) + 7)])

    def tag(self, tenant: Tenant, before: Card, after: Card) -> Clash | None:
        """Write which tag a card has, unless it has got another meanwhile, or one that let somebody in."""
        as_it_was = as_read(before) & is_still(CardRow.tag, tag_map(before.tag))

        def together(write: TransactWrite) -> None:
            self._note(write, tenant, deed_of_tag(before, after))
            write.update(card_at(tenant, after.number), sets({"tag": tag_map(after.tag)}), as_it_was)

        return self._transact(together, [Clash.MOVED] * 2)


def _tell_of(write: TransactWrite, tenant: Tenant, undone: Undone) -> None:
    """Write into the story of a card that it is not renewed after all, while it is as it was read."""
    old = undone.card
    write.condition_check(CardRow, card_pk(tenant, old.number), CARD, condition=as_read(old))
    write.save(history_row(tenant, old.number, undone.entry, epoch(kept_until(old.valid_until))))


def _let_go(card: Card, undone: Undone | None) -> list[Action]:
    """End a card's claim, or give it back to the card of the same programme that was to be renewed."""
    if undone is None or undone.card.programme != card.programme:
        return [ClaimRow.ended.set(value=True)]
    old = undone.card
    return [
        ClaimRow.number.set(old.number),
        ClaimRow.previous.set(old.number),
        ClaimRow.valid_until.set(old.valid_until.isoformat()),
        ClaimRow.expires.set(epoch(kept_until(old.valid_until))),
    ]
