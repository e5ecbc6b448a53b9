"""A record of TimeKred as a row of the table, and back; each is written only where it still is as it was read."""

from typing import Final, TypeVar

import msgspec
from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.kred.rules.activities import Activity, Organisation
from chalicelib.kred.rules.changes import Record
from chalicelib.kred.rules.currencies import Acceptance, Currency, Operator, Partner
from chalicelib.parcels import Parcel
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import Tenant
from chalicelib.table import KredRow

Kind = TypeVar("Kind", bound=Record)
RECORD: Final = "record"  # the part of a parcel that a record is
TRIES: Final = 8
OPERATOR: Final = "OPERATOR#"
ACCEPTS: Final = "ACCEPTS#"
PARTNER: Final = "PARTNER#"
ORGANISATION: Final = "ORGANISATION#"
_WRITE: Final = msgspec.json.Encoder()


def place_of(tenant: Tenant, record: Record) -> tuple[str, str]:
    """Give the two keys of a record."""
    match record:
        case Currency():
            return table.currencies_pk(tenant), record.id
        case Activity():
            return table.activities_pk(tenant, record.currency), record.id
        case Operator():
            return table.currency_pk(tenant, record.currency), OPERATOR + record.id
        case Organisation():
            return table.currency_pk(tenant, record.currency), ORGANISATION + record.id
        case Acceptance():
            return table.currency_pk(tenant, record.currency), ACCEPTS + record.other
        case Partner():
            return table.currency_pk(tenant, record.currency), PARTNER + record.venue


def read_record(place: tuple[str, str], kind: type[Kind]) -> tuple[Kind | None, int | None]:
    """Give a record as it stands now, and the version that a change of it insists on."""
    try:
        row = faults.patiently(lambda: KredRow.get(*place, consistent_read=True))
    except DoesNotExist:
        return None, None
    return record_of(row, kind), int(row.version)


def record_of(row: KredRow, kind: type[Kind]) -> Kind:
    """Give the record that a row holds."""
    return msgspec.json.decode(row.document, type=kind)


def put_record(parcel: Parcel, tenant: Tenant, record: Record, version: int | None, part: str = RECORD) -> None:
    """Write a record where it still is as it was read; None: where there is none."""
    row = KredRow(*place_of(tenant, record), document=_WRITE.encode(record).decode(), version=(version or 0) + 1)
    is_new = KredRow.pk.does_not_exist()
    is_as_read = KredRow.version == version
    parcel.put(part, row, is_new if version is None else is_as_read)


def overtaken() -> TryAgainError:
    """Say that somebody else was faster, every time."""
    return TryAgainError("busy", "Somebody else is changing the same; send the call again.")
