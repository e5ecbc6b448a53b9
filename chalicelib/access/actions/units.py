"""The units that give out cards: set up by the office, peopled by their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.access.rules import (
    BLANKS_ONLY,
    Caller,
    Person,
    Role,
    Sight,
    Unit,
    Units,
    refuse_to_add,
    refuse_to_remove,
)
from chalicelib.shared.answers import UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, Tenant


class UnitBook(Protocol):
    """Where units and their people are kept."""

    def units(self, tenant: Tenant) -> Units:
        """Give a tenant's units as they were at most 60 seconds ago."""
        ...

    def units_now(self, tenant: Tenant) -> Units:
        """Give a tenant's units as they are."""
        ...

    def put_unit(self, tenant: Tenant, unit: Unit, before: Unit | None) -> None:
        """Keep a unit, new or changed from what it was before."""
        ...

    def put_person(self, tenant: Tenant, person: Person) -> bool:
        """Keep somebody of a unit; False where there is no such unit."""
        ...

    def remove_person(self, tenant: Tenant, unit: str, person: CallerId) -> None:
        """Forget somebody of a unit; doing it again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class UnitDesk:
    """Where it is kept who gives out cards for whom. `known_tenant` raises for a tenant that is none."""

    store: UnitBook
    known_tenant: Callable[[Tenant], object]

    def sight(self, caller: Caller) -> Sight:
        """Say whose cards a caller sees: an issuer its units' own; the office, which knows nobody, blanks alone."""
        return self.store.units(caller.tenant).sight(caller.id) if caller.has(Role.ISSUER) else BLANKS_ONLY

    def all(self, tenant: Tenant) -> Units:
        """Give a tenant's units and people."""
        return self.store.units_now(tenant)

    def put(self, tenant: Tenant, unit: Unit) -> Units:
        """Make or change a unit, and give them all. UnknownError `unknown_tenant`."""
        self.known_tenant(tenant)
        units = self.store.units_now(tenant)
        before = next((each for each in units.units if each.id == unit.id), None)
        if before == unit:
            return units
        self.store.put_unit(tenant, unit, before)
        return self.store.units_now(tenant)

    def add(self, caller: Caller, unit: str, person: CallerId, *, lead: bool, now: datetime) -> Units:
        """Let somebody work for a unit, or change whether they lead it. Whom the office adds leads.

        UnknownError `unknown_unit`; ForbiddenError `not_a_lead` or `unit_has_a_lead`.
        """
        before = self._with(caller.tenant, unit)
        by_lead = _leads(caller, before, unit)
        refuse_to_add(before, unit, leads=by_lead, is_office=caller.has(Role.OFFICE))
        if any(each.id == person and each.lead == lead for each in before.people_of(unit)) and by_lead:
            return before
        added = Person(unit, person, lead or not by_lead, added_by=caller.id, added_on=oslo_date(now).isoformat())
        if not self.store.put_person(caller.tenant, added):
            raise UnknownError("unknown_unit", "There is no such unit.")
        return self.store.units_now(caller.tenant)

    def remove(self, caller: Caller, unit: str, person: CallerId) -> Units:
        """Let somebody work for a unit no longer: at once in this process, within 60 seconds everywhere."""
        before = self._with(caller.tenant, unit)
        leads = _leads(caller, before, unit)
        refuse_to_remove(person, by=caller.id, leads=leads, is_office=caller.has(Role.OFFICE))
        self.store.remove_person(caller.tenant, unit, person)
        return self.store.units_now(caller.tenant)

    def _with(self, tenant: Tenant, unit: str) -> Units:
        units = self.store.units_now(tenant)
        units.unit(unit)
        return units


def _leads(caller: Caller, units: Units, unit: str) -> bool:
    # Whoever has come with the office's token alone acts for the office, and leads nothing.
    return caller.has(Role.ISSUER) and units.leads(caller.id, unit)
