"""The office's list of visits that were let in without network although something spoke against them."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from chalicelib.shared.ids import Tenant, VenueId
from chalicelib.visits.actions.asking import Store
from chalicelib.visits.rules import Flagged

Place: TypeAlias = tuple[VenueId, str | None]  # where to read on: a venue, and after which of its visits

_ENOUGH: Final = 100
_QUERIES: Final = 50  # a megabyte of visits each: some seconds at most


def flagged_at(
    store: Store, tenant: Tenant, venues: Iterable[VenueId], month: str, *, after: Place | None
) -> tuple[list[Flagged], Place | None]:
    """Give flagged visits received in a month, venue by venue, and where to read on; None where that was all.

    A venue without any costs a query all the same, so an answer may be short, or empty, and still not be the last.
    """
    waiting = sorted(each for each in venues if after is None or each >= after[0])
    place = after[1] if after is not None and waiting[:1] == [after[0]] else None
    found: list[Flagged] = []
    for _ in range(_QUERIES):
        if not waiting or len(found) >= _ENOUGH:
            break
        more, place = store.flagged(tenant, waiting[0], month, after=place)
        found += more
        if place is None:
            waiting.pop(0)
    return found, (waiting[0], place) if waiting else None
