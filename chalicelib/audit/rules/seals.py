"""The seal of an hour: what its entries were, and the seal before, so that no link can be changed alone."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.audit.rules.entries import Entry
from chalicelib.shared.calendar import kept_five_years, rfc3339
from chalicelib.shared.ids import Tenant, sortable_id

HOUR: Final = timedelta(hours=1)
# An entry is stamped before it is written and no write retries past 20 seconds, so by then all have landed.
LATE: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)
QUIET: Final = timedelta(days=1)  # how long nothing may happen before that, too, is sealed
MOST_COVERED: Final = 5000  # of one seal, 290 kB of the 400 that a row may have
_FIRST: Final = bytes(10)


@dataclass(frozen=True, slots=True)
class Covered:
    """An entry as its seal remembers it."""

    id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """All entries from where the seal before ended to `until`; they are of one hour, the last before `until`.

    An hour of very many has several seals: each but the last says that there is `more`.
    """

    since: datetime
    until: datetime
    part: int
    more: bool
    covered: tuple[Covered, ...]
    before: str  # digest of the seal before; nothing for the first
    digest: str
    key: int
    mac: str

    @property
    def name(self) -> str:
        """Where it stands, and what an auditor calls it: `2026-11-22T09Z`."""
        return seal_name(self.since, self.part)

    @property
    def kept_until(self) -> datetime:
        """As long as the entries it covers: the day on which both go."""
        return kept_five_years(self.until - HOUR)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the chain goes on: after which instant, or after which entry of an hour that is half sealed."""

    since: datetime
    part: int = 0
    after: str = ""
    before: str = ""


def start_of_hour(instant: datetime) -> datetime:
    """Give the start of the hour; it is the same hour in Oslo and in UTC."""
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def due(now: datetime) -> datetime:
    """Give the instant before which every hour may be sealed."""
    return start_of_hour(now - LATE)


def next_seal(waiting_since: datetime | None, now: datetime) -> datetime:
    """Give the earliest instant at which what waits, or what is written now, may be sealed: its hour is over."""
    return max(now, start_of_hour(waiting_since or now) + _HOUR + LATE)


def seal_name(since: datetime, part: int = 0) -> str:
    """Name the seal that begins at an instant; seals sort by their names."""
    return f"{since.astimezone(UTC):%Y-%m-%dT%HZ}" + (f".{part:03d}" if part else "")


def place_after(seal: Seal) -> Place:
    """Give where the chain goes on after a seal."""
    if seal.more:
        return Place(seal.since, seal.part + 1, seal.covered[-1].id, seal.digest)
    return Place(seal.until, before=seal.digest)


def first_id(place: Place) -> str:
    """Give what every entry of the next seal sorts after."""
    return after(place.after) if place.after else sortable_id(place.since, _FIRST)


def last_id(seal: Seal) -> str:
    """Give what every entry within a seal's bounds sorts before."""
    return after(seal.covered[-1].id) if seal.more else sortable_id(seal.until, _FIRST)


def after(name: str) -> str:
    """Give what sorts right after a name or an id: nothing of ours holds a space."""
    return f"{name} "


def seals(  # noqa: PLR0913  what is sealed, from where, until when, by whom, how much at a time
    tenant: Tenant,
    place: Place,
    entries: Iterable[Entry],
    until: datetime,
    key: tuple[int, bytes],
    *,
    most: int = MOST_COVERED,
) -> Iterator[Seal]:
    """Seal entries, given in order, hour by hour; then a quiet day too, so that the next time begins from there."""
    waiting: list[Covered] = []
    hour: datetime | None = None
    for entry in entries:
        if not entry.is_proper:
            continue
        made = start_of_hour(time_of(entry.id))
        if hour is not None and (made != hour or len(waiting) == most):
            seal = _seal(tenant, place, waiting, hour + HOUR, key, more=made == hour)
            yield seal
            place, waiting = place_after(seal), []
        hour = made
        waiting.append(Covered(entry.id, entry.digest(tenant)))
    if hour is not None:
        seal = _seal(tenant, place, waiting, hour + HOUR, key, more=False)
        yield seal
        place = place_after(seal)
    if until - place.since >= QUIET:
        yield _seal(tenant, place, [], until, key, more=False)


def time_of(entry_id: str) -> datetime:
    """Give the instant that stands in an entry's id."""
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    milliseconds = 0
    for digit in entry_id[:10]:
        milliseconds = milliseconds * 32 + digits.index(digit)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def digest_of(tenant: Tenant, seal: Seal) -> str:
    """Give the SHA-256 of what a seal says: whose, of when, after which, and each entry with its SHA-256, in order."""
    said = [
        "opplev/seal/1", tenant, rfc3339(seal.since), rfc3339(seal.until), str(seal.part), str(seal.more),
        seal.before, str(len(seal.covered)), *(f"{each.id} {each.digest.hex()}" for each in seal.covered),
    ]  # fmt: skip
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def mac_of(digest: str, key: bytes) -> str:
    """Give what only somebody with the municipality's key could write beside a digest."""
    return hmac.new(key, f"opplev/seal/1\n{digest}".encode(), hashlib.sha256).hexdigest()


def _seal(  # noqa: PLR0913  what a seal says
    tenant: Tenant, place: Place, covered: list[Covered], until: datetime, key: tuple[int, bytes], *, more: bool
) -> Seal:
    bare = Seal(place.since, until, place.part, more, tuple(covered), place.before, "", key[0], "")
    digest = digest_of(tenant, bare)
    return Seal(
        place.since, until, place.part, more, bare.covered, place.before, digest, key[0], mac_of(digest, key[1])
    )
