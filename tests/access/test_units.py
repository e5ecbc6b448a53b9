"""Units and their people: what each sees, what is remembered, and for how long."""

from dataclasses import dataclass

import pytest

from chalicelib import table
from chalicelib.access.rules import BLANKS_ONLY, EVERYTHING, Person, Sight, Unit, UnitKind, Units
from chalicelib.access.store import UnitStore
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import CallerId, Tenant

TENANT = Tenant("lorenskog")
ANNE, BO, CARL = CallerId("local/anne"), CallerId("local/bo"), CallerId("local/carl")
NAV, HEALTH = Unit("nav", "NAV", UnitKind.NAV, common=True), Unit("helse", "Helsestasjonen", UnitKind.HEALTH)


def of(unit: Unit, who: CallerId, *, lead: bool = False) -> Person:
    return Person(unit.id, who, lead, added_by=ANNE, added_on="2026-11-22")


UNITS = Units((NAV, HEALTH), (of(NAV, ANNE, lead=True), of(HEALTH, BO), of(NAV, CARL), of(HEALTH, CARL)))


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def requests() -> list[str]:
    """Note every call to the table from now on."""
    asked: list[str] = []
    events = table.connection().client.meta.events
    events.register("before-call.dynamodb.*", lambda model, **_: asked.append(model.name))
    return asked


@pytest.mark.parametrize(
    ("sight", "unit", "seen"),
    [
        (EVERYTHING, "nav", True),
        (EVERYTHING, None, True),
        (BLANKS_ONLY, "nav", False),
        (BLANKS_ONLY, None, False),
        (UNITS.sight(ANNE), "nav", True),
        (UNITS.sight(ANNE), "helse", False),
        (UNITS.sight(ANNE), None, True),  # NAV keeps the common ones
        (UNITS.sight(ANNE), "nedlagt", True),  # the card of a unit that never was one
        (UNITS.sight(BO), None, False),
        (UNITS.sight(BO), "helse", True),
        (UNITS.sight(CARL), "helse", True),
        (UNITS.sight(CallerId("local/dina")), "nav", False),
        (Units((), ()).sight(ANNE), "nav", True),  # a municipality without units is one desk
    ],
)
def test_whose_cards_somebody_sees(sight: Sight, unit: str | None, seen: bool) -> None:  # noqa: FBT001  a case
    assert sight.sees(unit) is seen


@pytest.mark.parametrize(
    ("who", "named", "given"),
    [
        (ANNE, None, "nav"),
        (ANNE, "nav", "nav"),
        (ANNE, "helse", "unknown_unit"),
        (CARL, None, "unit_needed"),
        (CARL, "helse", "helse"),
        (CallerId("local/dina"), None, "in_no_unit"),
    ],
)
def test_which_unit_a_new_card_belongs_to(who: CallerId, named: str | None, given: str) -> None:
    try:
        assert UNITS.sight(who).unit_for(named) == given
    except OpplevError as error:
        assert error.code == given  # noqa: PT017  the case says which


@pytest.mark.usefixtures("fresh_table")
def test_units_are_read_once_a_minute_and_a_write_of_our_own_is_seen_at_once() -> None:
    clock = Clock()
    store = UnitStore(clock)
    store.put_unit(TENANT, NAV, None)
    assert store.put_person(TENANT, of(NAV, ANNE, lead=True))
    asked = requests()
    for _ in range(5):
        assert store.units(TENANT) == Units((NAV,), (of(NAV, ANNE, lead=True),))
    assert asked == ["Query"]
    clock.now += 61
    store.units(TENANT)
    assert asked == ["Query", "Query"]
    store.remove_person(TENANT, NAV.id, ANNE)
    assert store.units(TENANT).people == ()


@pytest.mark.usefixtures("fresh_table")
def test_a_unit_of_one_municipality_is_none_of_anothers() -> None:
    store = UnitStore(Clock())
    store.put_unit(TENANT, NAV, None)
    assert not store.put_person(Tenant("nabo"), of(NAV, ANNE))
    assert store.units(Tenant("nabo")) == Units((), ())


@pytest.mark.usefixtures("fresh_table")
def test_each_change_is_written_into_the_book_once_and_what_changes_nothing_is_not() -> None:
    store = UnitStore(Clock())
    store.put_unit(TENANT, NAV, None)
    store.put_person(TENANT, of(NAV, BO))
    store.remove_person(TENANT, NAV.id, BO)
    store.remove_person(TENANT, NAV.id, BO)  # gone already
    assert not store.put_person(TENANT, of(HEALTH, BO))  # there is no such unit
    noted = [row.what for row in table.AuditRow.scan(consistent_read=True) if isinstance(row, table.AuditRow)]
    assert sorted(noted) == ["person.added", "person.removed", "unit.made"]
