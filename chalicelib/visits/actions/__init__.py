"""At the ticket window: look at a card, register a visit once, take it back, and hand a phone what it needs offline."""

from chalicelib.visits.actions.asking import Asked, Outcome, Presented, Reader, Registered, Result, Store, Voided
from chalicelib.visits.actions.supplies import OfferCount, Snapshot, Today, TodayVisit
from chalicelib.visits.actions.window import Window

__all__ = [
    "Asked",
    "OfferCount",
    "Outcome",
    "Presented",
    "Reader",
    "Registered",
    "Result",
    "Snapshot",
    "Store",
    "Today",
    "TodayVisit",
    "Voided",
    "Window",
]
