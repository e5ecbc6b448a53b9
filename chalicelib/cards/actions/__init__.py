"""What the card desk does: give out, correct, block, replace and end cards, and show the holder what is left."""

from chalicelib.cards.actions.batches import Asked, GivenOut
from chalicelib.cards.actions.books import CardBooks
from chalicelib.cards.actions.clerk import Issued
from chalicelib.cards.actions.desk import CardDesk
from chalicelib.cards.actions.renewals import AskedToRenew
from chalicelib.cards.actions.tagging import Tagged

__all__ = ["Asked", "AskedToRenew", "CardBooks", "CardDesk", "GivenOut", "Issued", "Tagged"]
