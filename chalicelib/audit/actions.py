"""Reading the book of changes, sealing it by the hour, and verifying that nobody has altered it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Final, Protocol

from chalicelib.audit.rules import (
    MOST_COVERED,
    Entry,
    Fault,
    Finding,
    Place,
    Seal,
    after,
    check_entries,
    check_seal,
    due,
    first_id,
    is_entry_id,
    last_id,
    place_after,
    seal_name,
    seals,
    start_of_hour,
    time_of,
)
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.calendar import kept_five_years, start_of
from chalicelib.shared.ids import Tenant

# Where a book was not opened with its municipality, as before there was one, its first seal begins here.
_LOOK_BACK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
MOST_ENTRIES: Final = 5000  # that one step of a verification looks at
MOST_SEALS: Final = 400


class Book(Protocol):
    """Where entries and seals stand."""

    def since(self, tenant: Tenant) -> datetime | None:
        """Give the instant from which a municipality's changes are written down."""

    def entries(
        self,
        tenant: Tenant,
        first: str,
        before: str,
        *,
        kind: str | None = None,
        backwards: bool = False,
        now: datetime,
    ) -> Iterator[Entry]:
        """Give the entries from one id to before another, page by page."""

    def head(self, tenant: Tenant) -> Seal | None:
        """Give the latest seal."""

    def seal(self, tenant: Tenant, name: str, *, now: datetime) -> Seal | None:
        """Give a seal by its name."""

    def seals(self, tenant: Tenant, first: str, before: str, *, now: datetime) -> Iterator[Seal]:
        """Give the seals from one name to before another, in order, page by page."""

    def put_seal(self, tenant: Tenant, seal: Seal) -> bool:
        """Store a seal; False where one stands in its place."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a verification has come. `after` is the seal to go on after, None at the end; a finding ends it."""

    head: Seal | None
    entries: int = 0
    seals: int = 0
    finding: Finding | None = None
    after: str | None = None
    unkeyed: int = 0  # seals whose key is no longer in the secret: only their chain could be checked
    waiting: int = 0  # entries that no seal covers yet; counted at the end
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditBook:
    """The desk that keeps the book. `key` gives the id and the key to seal with, `key_of` the key of an id."""

    store: Book
    key: Callable[[Tenant], tuple[int, bytes]]
    key_of: Callable[[Tenant, int], bytes | None]
    most_covered: int = MOST_COVERED  # entries under one seal

    def page(
        self, tenant: Tenant, day: date, *, kind: str | None, before: str | None, most: int, now: datetime
    ) -> tuple[list[Entry], str | None]:
        """Give an Oslo day's entries, the latest first, and before which id the next page goes on, if there is one."""
        first, end = first_id(Place(start_of(day))), first_id(Place(start_of(day + _DAY)))
        if before is not None:
            if not (is_entry_id(before) and first < before <= end):
                raise MalformedError("bad_query", "Give cursor as the page before gave it, with the same day.")
            end = before
        found = list(islice(self.store.entries(tenant, first, end, kind=kind, backwards=True, now=now), most + 1))
        return found[:most], found[most - 1].id if len(found) > most else None

    def seal_due(self, tenant: Tenant, *, now: datetime) -> int:
        """Seal every hour that is due and not sealed yet; give how many seals were made. Twice is as good as once."""
        made = 0
        while (place := self._place(tenant, now)).since < due(now):
            entries = self.store.entries(tenant, first_id(place), first_id(Place(due(now))), now=now)
            for seal in seals(tenant, place, entries, due(now), self.key(tenant), most=self.most_covered):
                if not self.store.put_seal(tenant, seal):
                    break  # somebody else seals at the same time: go on after what they made
                made += 1
            else:
                return made
        return made

    def seal_all_due(self, tenants: Iterable[Tenant], *, now: datetime) -> list[tuple[Tenant, int | Exception]]:
        """Seal for every municipality; what goes wrong for one is its outcome, and stops no other."""
        outcomes: list[tuple[Tenant, int | Exception]] = []
        for tenant in tenants:
            try:
                outcomes.append((tenant, self.seal_due(tenant, now=now)))
            except Exception as error:  # noqa: BLE001  one municipality's fault is not the next one's; the door logs it
                outcomes.append((tenant, error))
        return outcomes

    def head(self, tenant: Tenant) -> Seal | None:
        """Give the latest seal."""
        return self.store.head(tenant)

    def seals(self, tenant: Tenant, since: date, before: date, *, now: datetime) -> Iterator[Seal]:
        """Give the seals that begin on the Oslo days from one to before another, in order."""
        first, end = seal_name(start_of(since)), seal_name(start_of(before))
        yield from self.store.seals(tenant, first, end, now=now)

    def verify(
        self,
        tenant: Tenant,
        *,
        past: str | None = None,
        kept: tuple[str, str] | None = None,
        now: datetime,
        most: tuple[int, int] = (MOST_ENTRIES, MOST_SEALS),
    ) -> Verified:
        """Check the next part of the chain, from its beginning or past a seal; a finding names the first that is wrong.

        `kept` is the name and the digest of a seal that was kept elsewhere: it has to be the one that stands here.
        """
        end = now + _DAY  # a clock may be ahead of ours
        found = Verified(self.store.head(tenant), finding=self._other_chain(tenant, kept, now))
        if found.finding is not None:
            return found
        place = self._beginning(tenant, past, now)
        standing: _Standing | None = None
        for seal in self.store.seals(tenant, after(past) if past else "0", seal_name(end), now=now):
            begins = place or Place(seal.since)
            standing = standing or _Standing(self.store.entries(tenant, *_ids(begins, end), now=now))
            key = self.key_of(tenant, seal.key)
            found = replace(
                found,
                entries=found.entries + len(seal.covered),
                seals=found.seals + 1,
                unkeyed=found.unkeyed + (key is None),
                finding=check_seal(tenant, seal, place, key)
                or check_entries(tenant, seal, standing.before(last_id(seal))),
            )
            if found.finding is not None:
                return found
            place = place_after(seal)
            if found.entries >= most[0] or found.seals >= most[1]:
                return replace(found, after=seal.name)
        if standing is None and place is not None:
            standing = _Standing(self.store.entries(tenant, *_ids(place, end), now=now))
        waiting = [] if standing is None else [time_of(entry.id) for entry in standing.rest() if entry.is_proper]
        return replace(found, waiting=len(waiting), waiting_since=min(waiting, default=None))

    def verify_all(self, tenant: Tenant, *, kept: tuple[str, str] | None = None, now: datetime) -> Verified:
        """Check the whole chain, part by part."""
        part = self.verify(tenant, kept=kept, now=now)
        entries, made, unkeyed = part.entries, part.seals, part.unkeyed
        while part.after is not None:
            part = self.verify(tenant, past=part.after, now=now)
            entries, made, unkeyed = entries + part.entries, made + part.seals, unkeyed + part.unkeyed
        return replace(part, entries=entries, seals=made, unkeyed=unkeyed)

    def _place(self, tenant: Tenant, now: datetime) -> Place:
        head = self.store.head(tenant)
        if head is not None:
            return place_after(head)
        return Place(start_of_hour(self.store.since(tenant) or now - _LOOK_BACK))

    def _beginning(self, tenant: Tenant, past: str | None, now: datetime) -> Place | None:
        """Give where the first seal to check has to go on; None where what was before it has gone with its year."""
        if past is not None:
            seal = self.store.seal(tenant, past, now=now)
            if seal is None:
                raise UnknownError("unknown_seal", "There is no seal of this name to go on after.")
            return place_after(seal)
        since = self.store.since(tenant)
        return None if since is None or kept_five_years(since) <= now else Place(start_of_hour(since))

    def _other_chain(self, tenant: Tenant, kept: tuple[str, str] | None, now: datetime) -> Finding | None:
        if kept is None:
            return None
        seal = self.store.seal(tenant, kept[0], now=now)
        if seal is not None and seal.digest == kept[1]:
            return None
        return Finding(Fault.OTHER_CHAIN, kept[0], now if seal is None else seal.since)


class _Standing:
    """The entries as they stand, read once, a seal's bounds at a time."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries

    def before(self, end: str) -> Iterator[Entry]:
        for entry in self._entries:
            if entry.id >= end:
                self._entries = chain([entry], self._entries)
                return
            yield entry

    def rest(self) -> Iterator[Entry]:
        return self._entries


def _ids(place: Place, end: datetime) -> tuple[str, str]:
    return first_id(place), first_id(Place(start_of_hour(end)))
