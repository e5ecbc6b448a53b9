"""What was done to cards, as the book of changes tells it: never a number, a reference or a year that can be read."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from chalicelib.cards.rules.applications import CORRECTABLE, RENEWAL_CANCELLED
from chalicelib.cards.rules.drafts import Draft
from chalicelib.cards.rules.lives import Card, Status, StatusChange
from chalicelib.cards.rules.renewals import Undone
from chalicelib.shared.acting import Change, Hidden, Told

Deed = tuple[str, tuple[Change, ...]]  # what was done, and to what


def deed_of_issue(drafts: Sequence[Draft], done: str = "card.issued") -> Deed:
    """Tell of cards given out together, those with the same terms in one."""
    told = sorted(((_terms(draft.card), draft.card) for draft in drafts), key=lambda each: str(each[0]))
    changes = [_several([card for _, card in same], terms) for terms, same in groupby(told, key=lambda each: each[0])]
    return ("card.renewed" if drafts[0].renews else done), tuple(changes)


def deed_of_stock(blanks: Sequence[Card]) -> Deed:
    """Tell of blanks made together."""
    return "card.stocked", (_several(blanks, {"programme": blanks[0].programme}),)


def deed_of_change(before: Card, after: Card, entry: StatusChange, undone: Undone | None) -> Deed:
    """Tell of a new status, and of a renewal that came to nothing with it."""
    done = {Status.ACTIVE: "unblocked", Status.BLOCKED: "blocked", Status.ENDED: "ended"}.get(after.status, "changed")
    if entry.reason == RENEWAL_CANCELLED:
        done = "renewal_cancelled"
    change = Change("card", _ids([after]), {"status": before.status}, {"status": after.status, "reason": entry.reason})
    renewed = () if undone is None else (Change("card", _ids([undone.card]), {"renewed": True}),)
    return f"card.{done}", (change, *renewed)


def deed_of_correction(before: Card, after: Card) -> Deed:
    """Tell what was mended."""
    return "card.corrected", (Change("card", _ids([after]), _correctable(before), _correctable(after)),)


def deed_of_replacement(before: Card, after: Card, entry: StatusChange) -> Deed:
    """Tell that a card goes on under another number."""
    gone: dict[str, Told] = {
        "status": Status.REPLACED, "reason": entry.reason, "replaced_by": Hidden(after.number),
    }  # fmt: skip
    return "card.replaced", (Change("card", _ids([before]), {"status": before.status}, gone),)


def deed_of_tag(before: Card, after: Card) -> Deed:
    """Tell that a card got a tag, or another one."""
    was, now = (None if card.tag is None else Hidden(card.tag.uid) for card in (before, after))
    return "card.tagged", (Change("card", _ids([after]), {"tag": was}, {"tag": now}),)


def _several(cards: Iterable[Card], terms: dict[str, Told]) -> Change:
    return Change("card", _ids(cards), after=terms)


def _ids(cards: Iterable[Card]) -> tuple[Hidden, ...]:
    return tuple(Hidden(card.number) for card in cards)


def _terms(card: Card) -> dict[str, Told]:
    return {
        "programme": card.programme, "valid_from": card.valid_from, "valid_until": card.valid_until,
        "unit": card.unit, "siblings": card.siblings or None,
    }  # fmt: skip


def _correctable(card: Card) -> dict[str, Told]:
    told: dict[str, Told] = {name: getattr(card, name) for name in CORRECTABLE}
    if card.external_ref is not None:
        told["external_ref"] = Hidden(card.external_ref)
    if card.birth_year is not None:
        # There are few years: the mark of one is the card's own, so that no two cards can be compared.
        told["birth_year"] = Hidden(f"{card.number}/{card.birth_year}")
    return told
