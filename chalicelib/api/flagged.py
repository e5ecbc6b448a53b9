"""The office's and finance's list of visits that something spoke against."""

import re
from datetime import date
from typing import Final

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import oslo_month
from chalicelib.shared.ids import VenueId

doors = Doors(__name__)

_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
# A venue, and after which of its visits: `<venue>.<date>.<id>`, with `.VOID` after a visit's void.
_CURSOR: Final = re.compile(r"([A-Za-z0-9_-]{1,64})(?:\.(\d{4}-\d\d-\d\d\.[0-9a-f-]{36}(?:\.VOID)?))?", re.ASCII)


class FlaggedShown(Shape):
    visit_id: str
    venue: str
    offer: str
    date: date
    persons: int
    last3: str
    device: str
    flags: list[str]
    amount: int
    taken_back: bool


class FlaggedAnswer(Shape):
    month: str
    visits: list[FlaggedShown]
    cursor: str | None


@doors.open(
    "GET", "/v1/visits/flagged", who=frozenset({Role.OFFICE, Role.FINANCE}), gives=FlaggedAnswer,
    query={
        "month": "yyyy-mm in which they were received; the current one where none is given",
        "venue": "one venue; all where none is given",
        "cursor": "the cursor of the page before; the last page gives none",
    },
    says="Visits that were let in without network although something spoke against them: over the allowance, late, a "
    "phone's clock, ended, blocked, a copied tag, a blank, no terms. They are recorded and paid.",
)  # fmt: skip
def list_flagged(asking: Asking) -> Answer:
    """List them, about a hundred at a time."""
    month = asking.query.get("month", oslo_month(asking.now))
    cursor, venue = asking.query.get("cursor"), asking.query.get("venue")
    place = None if cursor is None else _CURSOR.fullmatch(cursor)
    if _MONTH.fullmatch(month) is None or (cursor is not None and place is None):
        raise MalformedError("bad_query", "Give month as yyyy-mm, and cursor as the page before gave it.")
    after = None if place is None else (VenueId(place[1]), place[2] and place[2].replace(".", "#"))
    found, read_on = wiring.house().window.flagged(
        asking.tenant, month, venue=None if venue is None else VenueId(venue), after=after
    )
    shown = [
        FlaggedShown(
            visit_id=each.id, venue=each.venue, offer=each.offer, date=each.date, persons=each.persons,
            last3=each.last3, device=each.device, flags=list(each.flags), amount=each.amount, taken_back=each.voided,
        )
        for each in found
    ]  # fmt: skip
    following = None if read_on is None else ".".join(part.replace("#", ".") for part in read_on if part)
    return Answer(FlaggedAnswer(month=month, visits=shown, cursor=following))
