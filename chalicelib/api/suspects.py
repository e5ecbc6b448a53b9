"""The office's list of codes and tags that were not what they say."""

import re
from datetime import date
from typing import Final

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.shared.answers import MalformedError

doors = Doors(__name__)

_MOST: Final = 100
_PLACE: Final = r"\d{4}-\d\d-\d\d[0-9a-f]{16}"


class SuspectShown(Shape):
    day: date
    band: str
    venue: str
    offer: str
    device: str
    reason: str
    last3: str | None


class SuspectsAnswer(Shape):
    suspects: list[SuspectShown]
    cursor: str | None


@doors.open(
    "GET", "/v1/suspects", who=frozenset({Role.OFFICE}), gives=SuspectsAnswer,
    query={"cursor": "the cursor of the page before; the last page gives none"},
    says="Forged codes and copied tags that were shown at tills, newest first: day, band and till, never a child.",
)  # fmt: skip
def list_suspects(asking: Asking) -> Answer:
    """List them, a hundred at a time."""
    cursor = asking.query.get("cursor")
    if cursor is not None and re.fullmatch(_PLACE, cursor) is None:
        raise MalformedError("bad_query", "Give cursor as the page before gave it.")
    before = None if cursor is None else f"{cursor[:10]}#{cursor[10:]}"
    found = wiring.house().window.suspects(asking.tenant, before=before, most=_MOST + 1)
    page = found[:_MOST]
    shown = [
        SuspectShown(
            day=each.day, band=each.band, venue=each.venue, offer=each.offer, device=each.device, reason=each.reason,
            last3=each.last3,
        )
        for each in page
    ]  # fmt: skip
    last = page[-1] if len(found) > _MOST else None
    return Answer(SuspectsAnswer(suspects=shown, cursor=None if last is None else f"{last.day}{last.fingerprint}"))
