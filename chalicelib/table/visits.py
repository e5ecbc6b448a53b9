"""A visit and its void, and how a month of them is found."""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class VisitRow(Row, discriminator="visit"):
    """A visit with the rule and the amounts it was registered with; date and four-hour band, never the minute."""

    venue = UnicodeAttribute()
    offer = UnicodeAttribute()
    programme = UnicodeAttribute()
    card_key = UnicodeAttribute(null=True)
    last3 = UnicodeAttribute()
    date = UnicodeAttribute()
    band = UnicodeAttribute()
    month = UnicodeAttribute()  # received
    persons = NumberAttribute()
    marks = NumberAttribute()
    counter = UnicodeAttribute()  # the key in the card's `uses`
    left = NumberAttribute(null=True)
    moved_last = BooleanAttribute(default=False)
    last_before = UnicodeAttribute(null=True)
    price = NumberAttribute()
    copay = NumberAttribute()
    percent = NumberAttribute()
    amount = NumberAttribute()
    vat_code = UnicodeAttribute(null=True)
    agreement = UnicodeAttribute()
    funding = UnicodeAttribute(null=True)
    settle_by = UnicodeAttribute()
    carrier = UnicodeAttribute()
    device = UnicodeAttribute()
    flags: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    void_month = UnicodeAttribute(null=True)
    children = NumberAttribute(null=True)  # how many share the card, where more than one
    purse = UnicodeAttribute(null=True)  # the key in the card's `uses` that the amount was taken from


class VoidRow(Row, discriminator="void"):
    """That a visit was taken back, as a row of its own month; also a tombstone for a visit that never arrived."""

    void_id = UnicodeAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute()
    month = UnicodeAttribute()
    corrects = UnicodeAttribute(null=True)  # the month of the visit it takes back; None: a tombstone
    venue = UnicodeAttribute(null=True)
    offer = UnicodeAttribute(null=True)
    programme = UnicodeAttribute(null=True)
    last3 = UnicodeAttribute(null=True)
    date = UnicodeAttribute(null=True)
    persons = NumberAttribute(null=True)
    price = NumberAttribute(null=True)
    copay = NumberAttribute(null=True)
    percent = NumberAttribute(null=True)
    amount = NumberAttribute(null=True)
    vat_code = UnicodeAttribute(null=True)
    agreement = UnicodeAttribute(null=True)
    funding = UnicodeAttribute(null=True)
    settle_by = UnicodeAttribute(null=True)


def visit_pk(tenant: str, visit: str) -> str:
    """Find a visit (`VISIT`) and its void (`VOID`)."""
    return f"T#{tenant}#VISIT#{visit}"


def settle_group(tenant: str, venue: str, month: str) -> str:
    """GSI1: the visits and voids of a venue received in a month, sorted by date and id."""
    return f"T#{tenant}#SETTLE#{venue}#{month}"
