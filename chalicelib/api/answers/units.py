"""Answers about issuer units and their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.answers.common import Shape
from chalicelib.shared.ids import CallerId

if TYPE_CHECKING:
    from chalicelib.access.rules import Units


class PersonAnswer(Shape):
    person: str
    lead: bool
    added_by: str
    added_on: str


class UnitAnswer(Shape):
    id: str
    name: str
    kind: str
    common: bool
    people: list[PersonAnswer] | None


class UnitsAnswer(Shape):
    units: list[UnitAnswer]
    you: str


def unit(stored: Units, unit_id: str, *, people: bool = True) -> UnitAnswer:
    """Show a unit, with its people to those whom they concern."""
    found = stored.unit(unit_id)
    return UnitAnswer(
        id=found.id, name=found.name, kind=found.kind, common=found.common,
        people=[
            PersonAnswer(person=each.id, lead=each.lead, added_by=each.added_by, added_on=each.added_on)
            for each in stored.people_of(unit_id)
        ] if people else None,
    )  # fmt: skip


def units(stored: Units, you: str, *, all_people: bool) -> UnitsAnswer:
    """Show every unit by name, and the people of those that somebody is in."""
    own = stored.of(CallerId(you))
    listed = [unit(stored, each.id, people=all_people or each.id in own) for each in stored.units]
    return UnitsAnswer(units=listed, you=you)
