"""What a card has left: marks under an agreement, and money under a ceiling."""

from datetime import date

from chalicelib.cards.rules.lives import Card
from chalicelib.shared.calendar import stamp
from chalicelib.venues.rules import Agreement, Programme, money_left, visits_paid


def counter(agreement: Agreement, day: date) -> str:
    """Name the counter that a visit on a day is marked under: `<quota>@<period stamp>`."""
    return f"{agreement.quota}@{stamp(agreement.per, day)}"


def marks_left(card: Card, agreement: Agreement, day: date) -> int | None:
    """Give the marks that a card has left under an agreement on a day; None where visits have no limit."""
    if agreement.limit is None:
        return None
    return max(agreement.limit - card.uses.get(counter(agreement, day), 0), 0)


def left(card: Card, agreement: Agreement, programme: Programme | None, day: date) -> int | None:
    """Give the visits that a card has left: by its marks, and by what the ceiling still pays for; None: free all year.

    A ceiling that does not pay for one more visit leaves none.
    """
    money = money_left(programme, card.uses, day)
    bounds = (marks_left(card, agreement, day), visits_paid(agreement, money))
    return min((bound for bound in bounds if bound is not None), default=None)
