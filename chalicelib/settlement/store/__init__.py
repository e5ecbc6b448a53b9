"""What a settlement keeps in the table, and reads from it."""

from chalicelib.settlement.store.cases import CaseStore
from chalicelib.settlement.store.months import SettlementStore

__all__ = ["CaseStore", "SettlementStore"]
