"""Cards in the table: what is written together, and which condition said no."""

from chalicelib.cards.store.books import CardStore

__all__ = ["CardStore"]
