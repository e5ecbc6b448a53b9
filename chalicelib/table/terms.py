"""What a municipality has configured: programmes, venues, offers, agreements."""

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class DocumentRow(Row, discriminator="document"):
    """A tenant, programme, venue, offer or agreement version: configuration, read whole and cached."""

    document = UnicodeAttribute()  # JSON of the dataclass in venues.rules
    version = NumberAttribute(default=0)


def config_pk(tenant: str) -> str:
    """Everything a tenant has configured, one Query."""
    return f"T#{tenant}#CONFIG"


def tenants_group() -> str:
    """GSI1: every municipality of the deployment, `<number>#<tenant>`; the one list that belongs to no tenant."""
    return "TENANTS"
