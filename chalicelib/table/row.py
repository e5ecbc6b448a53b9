"""What every row has, the index, and the one connection; the kinds of rows stand beside this file by subject."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar, Final

from botocore.config import Config as BotocoreConfig
from pynamodb.attributes import (
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.connection import Connection
from pynamodb.constants import PAY_PER_REQUEST_BILLING_MODE
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model

INDEX: Final = "GSI1"
TIME_TO_LIVE: Final = "expires"
# What a settlement line, the undo list and the renewal list read. Attributes that a scan changes on a card
# (`uses`, `last`, `latest`) stay out, so that a visit writes the index once, for its own row.
PROJECTED: Final = (
    "kind", "expires", "venue", "offer", "programme", "date", "band", "last3", "persons", "price", "copay", "percent",
    "amount", "vat_code", "agreement", "funding", "settle_by", "flags", "void_month", "corrects", "device",
    "status", "valid_until", "birth_year", "unit", "card_key",
)  # fmt: skip


class ByMonth(GlobalSecondaryIndex["Row"]):  # type: ignore[no-untyped-call]
    """GSI1: the visits and voids a venue is paid for by month received, and the cards that expire in a month."""

    class Meta:
        """Where the index is."""

        index_name = INDEX
        projection = IncludeProjection(list(PROJECTED))

    group = UnicodeAttribute(hash_key=True, attr_name="GSI1PK")
    place = UnicodeAttribute(range_key=True, attr_name="GSI1SK")


class Row(Model):
    """What every row has. `expires` is seconds since 1970; DynamoDB deletes late, so stores pass over rows past it."""

    class Meta:
        """Where the table is; `bind` fills it in, since importing must not read the environment."""

        table_name = "opplev"
        region = "eu-north-1"
        host: ClassVar[str | None] = None
        billing_mode = PAY_PER_REQUEST_BILLING_MODE
        # One try is what D6 counts; a store that may repeat says so itself.
        max_retry_attempts = 0
        connect_timeout_seconds = 2
        read_timeout_seconds = 5
        max_pool_connections = 50

    pk = UnicodeAttribute(hash_key=True, attr_name="PK")
    sk = UnicodeAttribute(range_key=True, attr_name="SK")
    group = UnicodeAttribute(null=True, attr_name="GSI1PK")
    place = UnicodeAttribute(null=True, attr_name="GSI1SK")
    kind = DiscriminatorAttribute()
    expires = NumberAttribute(null=True)

    by_month = ByMonth()


def of_tenant(tenant: str) -> str:
    """Give how every key of a tenant begins; no id holds a `#`, so no other tenant's does."""
    return f"T#{tenant}#"


def epoch(instant: datetime) -> int:
    """Give seconds since 1970, as `expires` holds them."""
    return int(instant.astimezone(UTC).timestamp())


def bind(*, name: str, region: str, engine: str | None) -> None:
    """Say where the table is. Every kind of row then shares one connection, and so one client."""
    Row.Meta.table_name = name
    Row.Meta.region = region
    Row.Meta.host = engine
    Row._connection = None  # noqa: SLF001  PynamoDB offers no other way to bind a model late
    shared = Row._get_connection()  # noqa: SLF001
    # A fixed name: botocore otherwise puts its own together anew for every request, a tenth of what a request costs.
    shared.connection.session.set_default_client_config(BotocoreConfig(user_agent="opplev"))
    for kind in _kinds(Row):
        kind._connection = shared  # noqa: SLF001  None here would make each kind a client of its own


def connection() -> Connection:
    """Give the connection that a transaction is sent through."""
    return Row._get_connection().connection  # noqa: SLF001  the one place that reaches for it


def kinds() -> list[str]:
    """Give every kind of row there is, as `kind` holds it."""
    return sorted(str(kind.kind.get_discriminator(kind)) for kind in _kinds(Row))


def _kinds(row: type[Row]) -> Iterator[type[Row]]:
    for kind in row.__subclasses__():
        yield kind
        yield from _kinds(kind)
