"""Letting people, systems and phones in at the door, and keeping the units that give out cards."""

from chalicelib.access.actions.gate import Doorbook, Gate, Keys, OpenEnrolment
from chalicelib.access.actions.units import UnitBook, UnitDesk

__all__ = [
    "Doorbook",
    "Gate",
    "Keys",
    "OpenEnrolment",
    "UnitBook",
    "UnitDesk",
]
