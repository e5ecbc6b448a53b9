"""The configuration in the table: one document per record, read whole, cached for a minute."""

import random
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec
from pynamodb.exceptions import QueryError, TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.notary import Notary
from chalicelib.shared.answers import TryAgainError, UnknownError
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.table import DocumentRow
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Municipality,
    Offer,
    Programme,
    Reading,
    Record,
    Venue,
    changes_of,
    deed_of,
)

CACHED_SECONDS: Final = 60.0
_LONGEST_PAUSE: Final = 0.1
_WRITE: Final = msgspec.json.Encoder()


class TermsStore:
    """The configuration of every tenant. `monotonic` gives seconds, to know how old what is cached is."""

    def __init__(self, monotonic: Callable[[], float], notary: Notary | None = None) -> None:
        self._monotonic = monotonic
        self._notary = notary or Notary()
        self._lock = threading.Lock()
        self._cached: dict[Tenant, tuple[float, Configuration]] = {}
        self._changes: dict[Tenant, int] = {}
        self._tenants: tuple[float, dict[int, Tenant]] | None = None

    def load(self, tenant: Tenant) -> Configuration:
        """Give the configuration, at most 60 s old, with every change this process made itself."""
        cached = self._cached.get(tenant)
        now = self._monotonic()
        if cached is not None and now - cached[0] < CACHED_SECONDS:
            return cached[1]
        changes = self._changes.get(tenant, 0)
        configuration = self.read(tenant).configuration
        if configuration is None:
            raise UnknownError("unknown_tenant", "There is no such municipality.")
        with self._lock:
            # What was read before a change of our own landed is not kept.
            if self._changes.get(tenant, 0) == changes:
                self._cached[tenant] = (now, configuration)
        return configuration

    def read(self, tenant: Tenant) -> Reading:
        """Give the configuration as it stands now, every page of it; TryAgainError where the table is busy."""
        try:
            rows = list(DocumentRow.query(table.config_pk(tenant), consistent_read=True))
        except QueryError as error:
            if faults.is_passing(error):
                raise TryAgainError("busy", "The table is busy; try again.") from error
            raise
        return Reading(_configuration(rows), {row.sk: int(row.version) for row in rows})

    def tenants(self) -> dict[int, Tenant]:
        """Give every municipality by its number, at most 60 s old; a new one may be missing for a moment longer."""
        now = self._monotonic()
        if self._tenants is not None and now - self._tenants[0] < CACHED_SECONDS:
            return self._tenants[1]
        try:
            places = [str(row.place) for row in DocumentRow.by_month.query(table.tenants_group())]
        except QueryError as error:
            if faults.is_passing(error):
                raise TryAgainError("busy", "The table is busy; try again.") from error
            raise
        found = {int(number): Tenant(tenant) for number, _, tenant in (place.partition("#") for place in places)}
        self._tenants = (now, found)
        return found

    def holders_of(self, number: int) -> set[Tenant]:
        """Give whose kommunenummer it is, as the index has it now."""
        of_number = DocumentRow.place.startswith(f"{number:05d}#")
        try:
            places = [str(row.place) for row in DocumentRow.by_month.query(table.tenants_group(), of_number)]
        except QueryError as error:
            if faults.is_passing(error):
                raise TryAgainError("busy", "The table is busy; try again.") from error
            raise
        return {Tenant(place.partition("#")[2]) for place in places}

    def write(self, tenant: Tenant, reading: Reading, records: list[Record]) -> bool:
        """Write all records or none: False, after a short pause, where one has changed since or the table is busy.

        False after a lost reply may mean that it was written: whoever reads again sees it.
        """
        try:
            with TransactWrite(connection=table.connection()) as transaction:
                for record in records:
                    version = reading.versions.get(_sort_key(record))
                    is_new = DocumentRow.pk.does_not_exist()
                    is_as_read = DocumentRow.version == version
                    row = _row(tenant, record, version=0 if version is None else version + 1)
                    transaction.save(row, condition=is_new if version is None else is_as_read)
                self._note(transaction, tenant, reading, records)
        except TransactWriteError as error:
            if not (_was_overtaken(error) or faults.is_passing(error)):
                raise
            time.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311  spreads tries, guards nothing
            return False
        finally:
            self._forget(tenant)
        return True

    def _note(self, transaction: TransactWrite, tenant: Tenant, reading: Reading, records: list[Record]) -> None:
        if reading.configuration is None:
            self._notary.open_book(transaction, tenant)
        changes = changes_of(reading.configuration, records)
        if changes:
            self._notary.note(transaction, tenant, deed_of(changes), *changes)

    def _forget(self, tenant: Tenant) -> None:
        with self._lock:
            self._changes[tenant] = self._changes.get(tenant, 0) + 1
            self._cached.pop(tenant, None)
            self._tenants = None


def _was_overtaken(error: TransactWriteError) -> bool:
    """Say whether somebody else's write stood in the way, so that a fresh reading may do better."""
    reasons = [code for code in faults.reasons_of(error) if code not in {None, "None"}]
    return bool(reasons) and {faults.CONDITION, *faults.PASSING}.issuperset(reasons)


def _sort_key(record: Record) -> str:
    match record:
        case Municipality():
            return "MUNICIPALITY"
        case Programme():
            return f"PROGRAMME#{record.id}"
        case Venue():
            return f"VENUE#{record.id}"
        case Offer():
            return f"OFFER#{record.venue}#{record.id}"
        case Agreement():
            return f"AGREEMENT#{record.programme}#{record.venue}#{record.offer}#{record.starts.isoformat()}"


def _row(tenant: Tenant, record: Record, *, version: int) -> DocumentRow:
    document = _WRITE.encode(record).decode()
    row = DocumentRow(table.config_pk(tenant), _sort_key(record), document=document, version=version)
    if isinstance(record, Municipality):
        row.group, row.place = table.tenants_group(), f"{record.number:05d}#{tenant}"
    return row


def _configuration(rows: list[DocumentRow]) -> Configuration | None:
    municipality: Municipality | None = None
    programmes: dict[ProgrammeId, Programme] = {}
    venues: dict[VenueId, Venue] = {}
    offers: dict[tuple[VenueId, OfferId], Offer] = {}
    agreements: list[Agreement] = []
    for row in rows:
        match row.sk.split("#", 1)[0]:
            case "MUNICIPALITY":
                municipality = msgspec.json.decode(row.document, type=Municipality)
            case "PROGRAMME":
                programme = msgspec.json.decode(row.document, type=Programme)
                programmes[programme.id] = programme
            case "VENUE":
                venue = msgspec.json.decode(row.document, type=Venue)
                venues[venue.id] = venue
            case "OFFER":
                offer = msgspec.json.decode(row.document, type=Offer)
                offers[offer.venue, offer.id] = offer
            case "AGREEMENT":
                agreements.append(msgspec.json.decode(row.document, type=Agreement))
    if municipality is None:
        return None
    return Configuration(municipality, programmes, venues, offers, tuple(agreements))
