"""The bank: where minutes are moved, reserved, given back and counted."""

from chalicelib.ledger.actions.bank import Bank
from chalicelib.ledger.actions.books import Books
from chalicelib.ledger.actions.keeping import SETTLED, Journal, Keeper

__all__ = ["SETTLED", "Bank", "Books", "Journal", "Keeper"]
