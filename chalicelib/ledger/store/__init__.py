"""The ledger in the table."""

from chalicelib.ledger.store.books import LedgerStore
from chalicelib.ledger.store.journal import JournalStore

__all__ = ["JournalStore", "LedgerStore"]
