"""The card desk, all of it."""

from dataclasses import dataclass

from chalicelib.cards.actions.changes import Changes
from chalicelib.cards.actions.holder import HolderPage
from chalicelib.cards.actions.renewals import Renewals
from chalicelib.cards.actions.stocking import Stocking
from chalicelib.cards.actions.tagging import Tagging


@dataclass(frozen=True, slots=True)
class CardDesk(Renewals, Stocking, Changes, Tagging, HolderPage):
    """The desk where cards are given out."""
