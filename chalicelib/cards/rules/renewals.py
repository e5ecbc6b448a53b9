"""The card of the next period, and who will be too old for it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from chalicelib.cards.rules.applications import Application
from chalicelib.cards.rules.lives import LIVE, Card, Status, StatusChange
from chalicelib.cards.rules.terms import is_too_old
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.calendar import Period
from chalicelib.venues.rules import Programme, purse


@dataclass(frozen=True, slots=True)
class Undone:
    """A card whose renewal is taken back, and what its story says of it."""

    card: Card
    entry: StatusChange


def next_period(card: Card, today: date) -> date:
    """Give the first day that a card's successor may have: the day after the card's last, and never a day gone by."""
    return max(card.valid_until + timedelta(days=1), today)


def too_old_for_the_next(card: Card, programme: Programme, today: date) -> bool:
    """Say whether a programme's ages leave the holder out of the next period, whatever the birthday."""
    return card.birth_year is not None and is_too_old(programme, card.birth_year, next_period(card, today))


def may_be_undone(successor: Card, today: date) -> bool:
    """Say whether a renewal can be taken back: as long as the new card's first day has not come."""
    return successor.status in LIVE and successor.valid_from > today


def was_undone(successor: Card | None, today: date) -> bool:
    """Say whether a card that was given out by a renewal ended before its first day came."""
    return successor is not None and successor.status is Status.ENDED and successor.valid_from > today


def with_spent(card: Card, before: Card, programme: Programme) -> Card:
    """Let a new card go on with what was paid in the same period: a ceiling is the child's, not the card's.

    As it stood when the card was renewed; marks start afresh (requirement OK-15).
    """
    named = purse(programme, card.valid_from)
    if named is None or programme.ceiling_per is Period.CARD or named not in before.uses:
        return card
    return replace(card, uses={**card.uses, named: before.uses[named]})


def renewal(card: Card, programme: Programme, today: date) -> Application:
    """Give what is asked for when a card is renewed: the same child, from the first day of the next period (OK-15).

    ConflictError `not_in_that_state` where the card is nobody's any more.
    """
    if card.status not in LIVE or card.external_ref is None or card.birth_year is None:
        raise ConflictError("not_in_that_state", "The card is nobody's any more.")
    return Application(
        programme=programme.id,
        external_ref=card.external_ref,
        birth_year=card.birth_year,
        language=card.language,
        unit=card.unit,
        family_ref=card.family_ref,
        funding_source=card.funding,
        siblings=card.siblings,
        valid_from=max(next_period(card, today), programme.valid_from),
    )
