"""Who did what, by day, and the seals over it."""

from typing import Final

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row

BOOK: Final = "-"  # sorts before every seal


class AuditRow(Row, discriminator="audit"):
    """Who did what to a record, written with the deed itself; the sort key is an id that sorts by its time."""

    what = UnicodeAttribute()  # `card.issued`
    document = UnicodeAttribute()  # JSON, see chalicelib/notary.py


class SealRow(Row, discriminator="seal"):
    """What an hour's entries were when it was sealed, and the seal before; put once, named by where it begins."""

    until = UnicodeAttribute()
    more = BooleanAttribute(default=False)  # the same hour goes on in the next seal
    covered = BinaryAttribute(legacy_encoding=False)  # of each entry in order: its id (26 bytes), its SHA-256 (32)
    before = UnicodeAttribute()
    digest = UnicodeAttribute()
    key = NumberAttribute()  # the id of the secret that `mac` was made under
    mac = UnicodeAttribute()


class BookRow(Row, discriminator="book"):
    """Since when a municipality's changes are written down."""

    since = UnicodeAttribute()


def audit_pk(tenant: str, day: str) -> str:
    """Find the entries of an Oslo day, in the order they were made."""
    return f"T#{tenant}#AUDIT#{day}"


def seals_pk(tenant: str) -> str:
    """Find the seals of a tenant in order, after the row that says since when there is anything to seal (`BOOK`)."""
    return f"T#{tenant}#SEALS"
