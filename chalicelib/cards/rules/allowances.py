"""What a card has left: the counter that a visit is marked under."""

from datetime import date

from chalicelib.cards.rules.lives import Card
from chalicelib.shared.calendar import stamp
from chalicelib.venues.rules import Agreement


def counter(agreement: Agreement, day: date) -> str:
    """Name the counter that a visit on a day is marked under: `<quota>@<period stamp>`."""
    return f"{agreement.quota}@{stamp(agreement.per, day)}"


def left(card: Card, agreement: Agreement, day: date) -> int | None:
    """Give the marks that a card has left under an agreement on a day; None where entry is free all year."""
    if agreement.limit is None:
        return None
    return max(agreement.limit - card.uses.get(counter(agreement, day), 0), 0)
