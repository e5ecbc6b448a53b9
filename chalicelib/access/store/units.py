"""Where issuer units and their people are kept, and for how long they are remembered."""

import threading
from collections.abc import Callable
from typing import Any, Final

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.access.rules import Person, Unit, UnitKind, Units
from chalicelib.access.store.devices import patiently
from chalicelib.notary import Notary
from chalicelib.shared.acting import Change, Told
from chalicelib.shared.ids import CallerId, Tenant
from chalicelib.table import PersonRow, Row, UnitRow

_REMEMBERED: Final = 60.0  # seconds, and so how long somebody who was removed may still come in elsewhere
_UNIT: Final = "UNIT#"
_PERSON: Final = "PERSON#"


class UnitStore:
    """A tenant's units and their people, one Query, remembered for 60 seconds; this process's own writes at once."""

    def __init__(self, monotonic: Callable[[], float], notary: Notary | None = None) -> None:
        self._monotonic = monotonic
        self._notary = notary or Notary()
        self._lock = threading.Lock()
        self._remembered: dict[Tenant, tuple[float, Units]] = {}
        self._writes = 0

    def units(self, tenant: Tenant) -> Units:
        """Give a tenant's units as they were at most 60 seconds ago."""
        known = self._remembered.get(tenant)
        if known is not None and self._monotonic() - known[0] < _REMEMBERED:
            return known[1]
        return self.units_now(tenant)

    def units_now(self, tenant: Tenant) -> Units:
        """Give a tenant's units and their people as they are."""
        writes, started = self._writes, self._monotonic()
        rows: list[Any] = patiently(lambda: list(Row.query(table.units_pk(tenant), consistent_read=True)))
        units = tuple(_unit(row) for row in rows if isinstance(row, UnitRow))
        found = Units(units, tuple(_person(row) for row in rows if isinstance(row, PersonRow)))
        with self._lock:
            if self._writes == writes:  # else what was read may be older than what was written meanwhile
                self._remembered[tenant] = (started, found)
        return found

    def put_unit(self, tenant: Tenant, unit: Unit, before: Unit | None) -> None:
        """Keep a unit, new or changed."""
        row = UnitRow(table.units_pk(tenant), _UNIT + unit.id, name=unit.name, sort=unit.kind, common=unit.common)
        change = Change("unit", (unit.id,), _told(before) if before else {}, _told(unit))

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(row)
                self._notary.note(transaction, tenant, "unit.changed" if before else "unit.made", change)

        patiently(write)
        self._written(tenant)

    def put_person(self, tenant: Tenant, person: Person) -> bool:
        """Keep somebody of a unit; False where there is no such unit."""
        row = _person_row(tenant, person)
        the_unit_is_there = UnitRow.pk.exists()
        added = Change("person", (person.id,), after={"unit": person.unit, "lead": person.lead})

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.condition_check(
                    UnitRow, table.units_pk(tenant), _UNIT + person.unit, condition=the_unit_is_there
                )
                transaction.save(row)
                self._notary.note(transaction, tenant, "person.added", added)

        stood = self._unless_refused(write)
        self._written(tenant)
        return stood

    def remove_person(self, tenant: Tenant, unit: str, person: CallerId) -> None:
        """Forget somebody of a unit; doing it again changes nothing."""
        row = PersonRow(table.units_pk(tenant), f"{_PERSON}{unit}#{person}")
        is_there = PersonRow.pk.exists()
        gone = Change("person", (person,), before={"unit": unit})

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.delete(row, condition=is_there)
                self._notary.note(transaction, tenant, "person.removed", gone)

        self._unless_refused(write)
        self._written(tenant)

    @staticmethod
    def _unless_refused(write: Callable[[], None]) -> bool:
        try:
            patiently(write)
        except TransactWriteError as error:
            if faults.CONDITION not in faults.reasons_of(error):
                raise
            return False
        return True

    def _written(self, tenant: Tenant) -> None:
        with self._lock:
            self._writes += 1
            self._remembered.pop(tenant, None)


def _told(unit: Unit) -> dict[str, Told]:
    return {"name": unit.name, "kind": str(unit.kind), "common": unit.common}


def _unit(row: UnitRow) -> Unit:
    return Unit(row.sk.removeprefix(_UNIT), row.name, UnitKind(row.sort), bool(row.common))


def _person(row: PersonRow) -> Person:
    unit, _, person = row.sk.removeprefix(_PERSON).partition("#")
    return Person(unit, CallerId(person), bool(row.lead), CallerId(row.added_by), row.added_on)


def _person_row(tenant: Tenant, person: Person) -> PersonRow:
    row = PersonRow(table.units_pk(tenant), f"{_PERSON}{person.unit}#{person.id}")
    row.lead, row.added_by, row.added_on = person.lead, person.added_by, person.added_on
    return row
