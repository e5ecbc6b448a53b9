"""Visits in the table: read a card, write a visit and its mark together, take both back together."""

from chalicelib.visits.store.window import VisitStore

__all__ = [
    "VisitStore",
]
