"""The parts that transactions on cards are put together from, each with its condition."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cards.rules import KEPT_REQUEST, Card, Draft, Request, StatusChange, kept_until
from chalicelib.cards.store.rows import POINTER, REQUEST, family_row, history_row, last_days, quota_row, row_of, tag_map
from chalicelib.shared.ids import CardNumber, Tenant
from chalicelib.table import (
    CardRow,
    ClaimRow,
    FamilyRow,
    PointerRow,
    QuotaRow,
    RequestRow,
    claim_pk,
    epoch,
    pointer_pk,
    request_pk,
)


def put_new(write: TransactWrite, tenant: Tenant, draft: Draft) -> None:
    """Write a card that was not there, and the request id that it answers."""
    put_request(write, tenant, draft.request, draft.entry.at)
    put_card(write, tenant, draft.card, draft.entry)


def put_request(write: TransactWrite, tenant: Tenant, request: Request, now: datetime) -> None:
    """Write the request id, unless it was used within its thirty days."""
    row = RequestRow(request_pk(tenant, request.by, request.key), REQUEST, expires=epoch(now + KEPT_REQUEST))
    row.content, row.made = request.content, request.made
    first_time_asked = RequestRow.pk.does_not_exist() | (RequestRow.expires <= epoch(now))
    write.save(row, condition=first_time_asked)


def put_card(write: TransactWrite, tenant: Tenant, card: Card, entry: StatusChange) -> None:
    """Write a card with its pointer and the first line of its history, unless the number is taken."""
    kept = epoch(kept_until(card.valid_until))
    number_is_free = CardRow.pk.does_not_exist()
    write.save(row_of(tenant, card), condition=number_is_free)
    write.save(PointerRow(pointer_pk(tenant, card.key), POINTER, number=card.number, expires=kept))
    write.save(history_row(tenant, card.number, entry, kept))


def claim_for(write: TransactWrite, tenant: Tenant, card: Card, renews: CardNumber | None = None) -> None:
    """Let a reference hold a card, unless it holds one already; the one before is remembered."""
    if card.external_ref is None:
        return
    ended = ClaimRow.ended == True  # noqa: E712  a condition, not a comparison
    over_before_it_starts = ClaimRow.valid_until < card.valid_from.isoformat()
    holds_none = ClaimRow.pk.does_not_exist() | ended | over_before_it_starts
    actions: list[Action] = [
        ClaimRow.kind.set(ClaimRow),
        # Not the claim's own number where a renewal is known: that may be a successor that was taken back.
        ClaimRow.previous.set(renews or ClaimRow.number | card.number),
        ClaimRow.number.set(card.number),
        ClaimRow.valid_until.set(card.valid_until.isoformat()),
        ClaimRow.ended.set(value=False),
        ClaimRow.expires.set(epoch(kept_until(card.valid_until))),
    ]
    write.update(ClaimRow(claim_pk(tenant, card.external_ref), card.programme), actions, holds_none)


def held_claim(tenant: Tenant, card: Card) -> tuple[ClaimRow, Condition]:
    """Give a card's claim, and the condition that it still is the card's."""
    return ClaimRow(claim_pk(tenant, card.external_ref or ""), card.programme), ClaimRow.number == card.number


def take_places(write: TransactWrite, tenant: Tenant, card: Card, quota: int | None, places: int = 1) -> None:
    """Take places in the programme year of a card, where so many are left."""
    enough_left: Condition | None = None
    if quota is not None:
        enough_left = QuotaRow.issued <= quota - places
        if quota >= places:
            enough_left |= QuotaRow.issued.does_not_exist()
    write.update(quota_row(tenant, card), [QuotaRow.kind.set(QuotaRow), QuotaRow.issued.add(places)], enough_left)


def take_family_places(
    write: TransactWrite, tenant: Tenant, card: Card, per_family: int | None, places: int = 1
) -> None:
    """Take some of a family's places in a period, where so many are left; nothing where no family is named."""
    row = family_row(tenant, card)
    if row is None:
        return
    enough_left: Condition | None = None
    if per_family is not None:
        enough_left = FamilyRow.issued <= per_family - places
        if per_family >= places:
            enough_left |= FamilyRow.issued.does_not_exist()
    kept = FamilyRow.expires.set(epoch(kept_until(card.valid_until)))
    write.update(row, [FamilyRow.kind.set(FamilyRow), FamilyRow.issued.add(places), kept], enough_left)


def as_read(card: Card) -> Condition:
    """Say that a card is as it was read: its status, and whose it is."""
    same_status, same_unit = CardRow.status == card.status, is_still(CardRow.unit, card.unit)
    condition: Condition = same_status & same_unit
    return condition


def unused_since(card: Card) -> Condition:
    """Say that nobody was let in with a card since it was read."""
    nobody_came_in = (CardRow.uses == dict(card.uses)) & (CardRow.last == last_days(card))
    unused: Condition = nobody_came_in & is_still(CardRow.tag, tag_map(card.tag))
    return unused


def sets(changes: Mapping[str, Any]) -> list[Action]:
    """Set what has a value, remove what has none."""
    return [
        getattr(CardRow, name).remove() if value is None else getattr(CardRow, name).set(value)
        for name, value in changes.items()
    ]


def is_still(attribute: Any, value: Any) -> Condition:
    """Say that an attribute is as it was read, absence included."""
    condition: Condition = attribute.does_not_exist() if value is None else attribute == value
    return condition
