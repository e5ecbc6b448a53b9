"""Where TimeKred is kept: a store for each subject."""

from chalicelib.kred.store.activities import ActivityStore
from chalicelib.kred.store.awards import AwardStore
from chalicelib.kred.store.currencies import CurrencyStore

__all__ = ["ActivityStore", "AwardStore", "CurrencyStore"]
