"""The ledger in the table."""

from chalicelib.ledger.store.books import LedgerStore

__all__ = ["LedgerStore"]
