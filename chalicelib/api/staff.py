"""The doors to the staff's sheet: for the phone at the till, and for the office."""

from typing import Final

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api.answering import Answer
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.prints import as_file
from chalicelib.shared.ids import VenueId

doors = Doors(__name__)

_QUERY: Final = {"language": "nb (as said nothing), nn or en"}


@doors.open(
    "GET", "/v1/scan/staff-sheet", who=frozenset({Role.DEVICE}), right=Right.SCAN, gives=bytes,
    content_types=("application/pdf",), query=_QUERY,
    says="A page for the staff: what holds at this venue, what to say; on its back a list for the day the phone is "
    "dead.",
)  # fmt: skip
def own_staff_sheet(asking: Asking) -> Answer:
    """Print it for the venue that the phone stands at."""
    return _sheet(asking, asking.device.venue)


@doors.open(
    "GET", "/v1/venues/{venue}/staff-sheet", who=frozenset({Role.OFFICE}), gives=bytes,
    content_types=("application/pdf",), query=_QUERY, says="The page for the staff of a venue.",
)  # fmt: skip
def staff_sheet_of(asking: Asking, venue: str) -> Answer:
    """Print it for a venue."""
    return _sheet(asking, VenueId(venue))


def _sheet(asking: Asking, venue: VenueId) -> Answer:
    from chalicelib.visits.paper import draw_staff_sheet

    house = wiring.house()
    language = asking.query.get("language", "nb")
    sheet, arms = house.window.staff_sheet(
        asking.tenant, venue, language=language, images=house.files.get, now=asking.now
    )
    return as_file(draw_staff_sheet(sheet, arms=arms), "application/pdf", "ansatte.pdf")
