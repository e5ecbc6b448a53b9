"""The card desk's books, all of them."""

from chalicelib.cards.store.changing import CardChanging
from chalicelib.cards.store.guessing import Guessing
from chalicelib.cards.store.issuing import CardIssuing
from chalicelib.cards.store.reading import CardReading


class CardStore(CardReading, CardIssuing, CardChanging, Guessing):
    """Cards with their claims, pointers, history and quota."""
