"""Issuer units: who gives out cards in a municipality, each with its own people and its own cards (OK-37)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chalicelib.shared.answers import Field, ForbiddenError, RuleError, UnknownError
from chalicelib.shared.ids import CallerId

_NOT_YOURS: Final = "This is no unit of yours; GET /v1/units lists them."
_NO_SUCH: Final = "There is no such unit in this municipality; GET /v1/units lists them."


class UnitKind(StrEnum):
    """What kind of office a unit is."""

    NAV = "nav"
    HEALTH = "health"
    CHILD_WELFARE = "child_welfare"
    INTRODUCTION = "introduction"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that gives out cards. `common`: it keeps the cards that stand in no unit."""

    id: str
    name: str
    kind: UnitKind
    common: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a unit, by the id that the token gives; a lead adds and removes others. `added_on` is a date."""

    unit: str
    id: CallerId
    lead: bool
    added_by: CallerId
    added_on: str


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose cards somebody sees. `own` None: every unit's, as where a municipality has no units.

    `known` are all units of the municipality; `common`: also the cards that stand in none of them.
    """

    own: frozenset[str] | None = None
    known: frozenset[str] = frozenset()
    common: bool = False

    def sees(self, unit: str | None) -> bool:
        """Say whether a unit's cards are seen."""
        if self.own is None:
            return True
        return unit in self.own or (self.common and unit not in self.known)

    def unit_for(self, named: str | None) -> str | None:
        """Give the unit that a new card belongs to: the one named, or the caller's only one.

        ForbiddenError `in_no_unit`; RuleError `unit_needed` or `unknown_unit`.
        """
        if self.own is None:
            return named
        if not self.own:
            raise ForbiddenError("in_no_unit", "You are in no unit yet; ask a unit's lead to add you.")
        if named is not None and named not in self.own:
            raise _unknown_unit(_NOT_YOURS)
        if named is None and len(self.own) > 1:
            fault = Field("unit", "unit_needed", "You are in several units: say which one gives the card.")
            raise RuleError("unit_needed", "Say which unit gives the card.", (fault,))
        return named or min(self.own)

    def unit_to_move_to(self, named: str | None) -> str | None:
        """Give the unit that a card may move to: any that there is. RuleError `unknown_unit`."""
        if self.own is not None and named not in self.known:
            raise _unknown_unit(_NO_SUCH)
        return named


EVERYTHING = Sight()
BLANKS_ONLY = Sight(own=frozenset())


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a municipality and their people, as they were when they were read."""

    units: tuple[Unit, ...]
    people: tuple[Person, ...]

    def unit(self, unit: str) -> Unit:
        """Give a unit; UnknownError `unknown_unit`."""
        found = next((each for each in self.units if each.id == unit), None)
        if found is None:
            raise UnknownError("unknown_unit", "There is no such unit.")
        return found

    def people_of(self, unit: str) -> tuple[Person, ...]:
        """Give a unit's people."""
        return tuple(each for each in self.people if each.unit == unit)

    def of(self, caller: CallerId) -> frozenset[str]:
        """Give the units that somebody is in."""
        return frozenset(each.unit for each in self.people if each.id == caller)

    def leads(self, caller: CallerId, unit: str) -> bool:
        """Say whether somebody is a unit's lead."""
        return any(each.id == caller and each.lead for each in self.people_of(unit))

    def has_lead(self, unit: str) -> bool:
        """Say whether a unit can add people by itself."""
        return any(each.lead for each in self.people_of(unit))

    def sight(self, caller: CallerId) -> Sight:
        """Say whose cards an issuer sees: its units' own, or all where the municipality has no units."""
        if not self.units:
            return EVERYTHING
        own = self.of(caller)
        common = any(each.common and each.id in own for each in self.units)
        return Sight(own, frozenset(each.id for each in self.units), common)


def refuse_to_add(units: Units, unit: str, *, leads: bool, is_office: bool) -> None:
    """Raise ForbiddenError unless a lead of the unit adds somebody, or the office its first lead."""
    if leads or (is_office and not units.has_lead(unit)):
        return
    if is_office:
        raise ForbiddenError("unit_has_a_lead", "The unit has a lead, who adds its people; the office adds the first.")
    raise _not_a_lead()


def refuse_to_remove(person: CallerId, *, by: CallerId, leads: bool, is_office: bool) -> None:
    """Raise ForbiddenError unless it is a lead of the unit, the office, or the person's own wish."""
    if not (leads or is_office or by == person):
        raise _not_a_lead()


def _not_a_lead() -> ForbiddenError:
    return ForbiddenError("not_a_lead", "Only a lead of the unit adds and removes its people.")


def _unknown_unit(detail: str) -> RuleError:
    return RuleError("unknown_unit", "There is no such unit.", (Field("unit", "unknown_unit", detail),))
