"""The doors of issuer units: set up by the office, peopled by their own leads."""

from typing import Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role, Unit, UnitKind
from chalicelib.api import answers
from chalicelib.api.answering import Answer
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body, Label
from chalicelib.shared.ids import CallerId

doors = Doors(__name__)

_BOTH = frozenset({Role.OFFICE, Role.ISSUER})
# Who it is, as the token says and as `you` in the list of units shows: `<issuer>/<subject>`.
PersonId = Annotated[str, Meta(min_length=1, max_length=150, pattern=r"^[A-Za-z0-9_.:/-]+$")]


class UnitBody(Body, frozen=True):
    """A unit that gives out cards. `common`: it keeps the cards that stand in no unit, as those of before."""

    name: Label
    kind: UnitKind = UnitKind.OTHER
    common: bool = False


class PersonBody(Body, frozen=True):
    """Somebody who works for the unit, by the id that the token gives; a lead adds and removes others."""

    person: PersonId
    lead: bool = False


class LeaverBody(Body, frozen=True):
    """Somebody who works for the unit no longer."""

    person: PersonId


@doors.open(
    "PUT", "/v1/units/{unit}", who=frozenset({Role.OFFICE}), takes=UnitBody, gives=answers.UnitAnswer,
    says="Make or change a unit of issuers. From the first on, an issuer sees the cards of its own units alone.",
)  # fmt: skip
def put_unit(asking: Asking, sent: UnitBody, unit: str) -> Answer:
    """Store it."""
    units = wiring.house().units.put(asking.tenant, Unit(unit, sent.name, sent.kind, sent.common))
    return Answer(answers.unit(units, unit))


@doors.open(
    "GET", "/v1/units", who=_BOTH, gives=answers.UnitsAnswer,
    says="The units by name, and who you are. An issuer sees the people of its own units, the office all.",
)  # fmt: skip
def list_units(asking: Asking) -> Answer:
    """List them."""
    caller = asking.caller
    return Answer(answers.units(wiring.house().units.all(asking.tenant), caller.id, all_people=caller.has(Role.OFFICE)))


@doors.open(
    "PUT", "/v1/units/{unit}/people", who=_BOTH, takes=PersonBody, gives=answers.UnitAnswer,
    says="Let somebody work for a unit. A lead adds its people; the office adds the first, who leads.",
)  # fmt: skip
def put_person(asking: Asking, sent: PersonBody, unit: str) -> Answer:
    """Add somebody, or change whether they lead."""
    person = CallerId(sent.person)
    units = wiring.house().units.add(asking.caller, unit, person, lead=sent.lead, now=asking.now)
    return Answer(answers.unit(units, unit))


@doors.open(
    "POST", "/v1/units/{unit}/people/remove", who=_BOTH, takes=LeaverBody, gives=answers.UnitAnswer,
    says="Let somebody work for a unit no longer: a lead, the office, or the person. It holds within 60 seconds.",
)  # fmt: skip
def remove_person(asking: Asking, sent: LeaverBody, unit: str) -> Answer:
    """Remove them."""
    units = wiring.house().units.remove(asking.caller, unit, CallerId(sent.person))
    return Answer(answers.unit(units, unit))
