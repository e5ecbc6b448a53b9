"""Closed months, what was objected to and corrected, the chain of settlements, and an archive read in."""

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class SettlementRow(Row, discriminator="settlement"):
    """A month as finance sees it: its state, its totals, and the fingerprint of its lines."""

    state = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of settlement.rules.Settlement
    version = NumberAttribute(default=0)


class ImportRow(Row, discriminator="import"):
    """That a municipality's archive is being read in here, until all of it stands. The sort key is its fingerprint."""


class AdjustmentRow(Row, discriminator="adjustment"):
    """Money for visits that were never registered, or wrongly so; among the visits of its month once confirmed."""

    state = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of settlement.rules.Adjustment
    venue = UnicodeAttribute()
    offer = UnicodeAttribute()
    programme = UnicodeAttribute()
    last3 = UnicodeAttribute()
    date = UnicodeAttribute()
    persons = NumberAttribute()
    price = NumberAttribute()
    copay = NumberAttribute()
    percent = NumberAttribute()
    amount = NumberAttribute()
    vat_code = UnicodeAttribute(null=True)
    agreement = UnicodeAttribute()
    funding = UnicodeAttribute(null=True)
    settle_by = UnicodeAttribute()
    corrects = UnicodeAttribute(null=True)  # the visit that it is about


class ObjectionRow(Row, discriminator="objection"):
    """That a venue does not agree with its statement, and what it was answered."""

    state = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of settlement.rules.Objection


class ChainRow(Row, discriminator="chain"):
    """Which month's closing was begun last, so that settlements follow one another."""

    month = UnicodeAttribute()


def settlement_pk(tenant: str) -> str:
    """Find the settlements of a tenant, one row per month (`yyyy-mm`)."""
    return f"T#{tenant}#SETTLEMENT"


def import_pk(tenant: str) -> str:
    """Find an archive that is being read in, by its fingerprint."""
    return f"T#{tenant}#IMPORT"


def objections_pk(tenant: str) -> str:
    """Find the objections of a tenant, by their ids."""
    return f"T#{tenant}#OBJECTION"


def adjustments_group(tenant: str) -> str:
    """GSI1: the adjustments that wait for finance."""
    return f"T#{tenant}#ADJUSTMENTS"


def chain_pk(tenant: str) -> str:
    """Find the end of a tenant's chain of settlements (`HEAD`)."""
    return f"T#{tenant}#CHAIN"
