"""A month's lines, a venue at a time: several venues at once, each written once, so that a stop loses one at most."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from operator import attrgetter
from typing import Final

from chalicelib.settlement.actions.supplies import Ledger, Month, Paper, Shelf
from chalicelib.settlement.rules import (
    Book,
    Counted,
    Explained,
    Line,
    Tallying,
    explained_of,
    late_line,
    line_of,
    month_before,
    tally_of,
)
from chalicelib.shared.calendar import next_month
from chalicelib.shared.ids import OfferId, VenueId
from chalicelib.shared.money import Ore

LINES_PART: Final = "jsonl.gz"
COUNTED_PART: Final = "json"
BOOK: Final = "book.json"
# Says whether there is time left for so many lines more.
Pace = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Counting:
    """The lines of one month of one municipality. Which row makes which line is decided once, when it is written."""

    store: Ledger
    shelf: Shelf
    paper: Paper
    book: Book
    now: datetime

    def all(self, workers: int, time_for: Pace) -> dict[VenueId, Counted] | None:
        """Count every venue, several at once; None where time ran out: what is written is not done again."""
        venues = sorted(self.book.payees)
        pool = ThreadPoolExecutor(max_workers=max(1, min(workers, len(venues))), thread_name_prefix="venue")
        try:
            done = list(pool.map(lambda venue: self.venue(venue) if time_for(0) else None, venues))
        finally:
            pool.shutdown(cancel_futures=True)
        counted = {venue: each for venue, each in zip(venues, done, strict=True) if each is not None}
        return counted if len(counted) == len(venues) else None

    def venue(self, venue: VenueId) -> Counted:
        """Write a venue's lines and their sums, once."""
        key = self.place.part(venue, COUNTED_PART)
        kept = self.shelf.files.get(key)
        if kept is None:
            counted = self._written(venue)
            kept = self.shelf.once(key, lambda: self.paper.pack_counted(counted))
        return self.paper.unpack_counted(kept)

    def lines(self, venue: VenueId) -> Iterator[Line]:
        """Read a venue's lines as they were written."""
        return self.paper.unpack_lines(self.shelf.kept(self.place.part(venue, LINES_PART)))

    def found(self, venue: VenueId) -> Iterator[Line]:
        """Find a venue's lines among the rows by day and visit, with what came too late for the month before."""
        month, earlier = self.book.month, month_before(self.book.month)
        kept = self.shelf.files.get(Month(self.book.tenant, earlier).part(venue, LINES_PART))
        own = (line_of(entry, month) for entry in self.store.entries(self.book.tenant, venue, month, now=self.now))
        if kept is None:  # that month is open: its rows are its own affair
            return (line for line in own if line is not None)
        settled = self.paper.unpack_settled(kept)
        rows = self.store.entries(self.book.tenant, venue, earlier, now=self.now)
        late = (late_line(entry, earlier, settled) for entry in rows)
        return merge(*((line for line in each if line is not None) for each in (own, late)), key=attrgetter("place"))

    def explained(self, venue: VenueId, counted: Counted) -> tuple[Explained, ...]:
        """Explain a venue's adjustments of the month, with what the months before had come to on their days."""
        days = {(line.terms.offer, line.terms.date) for line in counted.adjusted}
        return explained_of(counted, self._stood(venue, days)) if days else ()

    def _stood(self, venue: VenueId, days: set[tuple[OfferId, date]]) -> dict[tuple[OfferId, date], Ore | None]:
        stood: dict[tuple[OfferId, date], Ore | None] = dict.fromkeys(days, Ore(0))
        month = min(f"{day:%Y-%m}" for _, day in days)
        while month < self.book.month:
            place = Month(self.book.tenant, month)
            kept = self.shelf.files.get(place.part(venue, COUNTED_PART))
            if kept is None and not self.shelf.files.stands(place.file(BOOK)):
                stood |= {key: None for key in days if f"{key[1]:%Y-%m}" <= month}
            for each in self.paper.unpack_counted(kept).tally if kept is not None else ():
                had = stood.get((each.offer, each.date))
                if had is not None:
                    stood[each.offer, each.date] = Ore(had + each.totals.to_settle)
            month = next_month(month)
        return stood

    @property
    def place(self) -> Month:
        """Where the month's files are."""
        return Month(self.book.tenant, self.book.month)

    def _written(self, venue: VenueId) -> Counted:
        key = self.place.part(venue, LINES_PART)
        if not self.shelf.files.stands(key):
            tallying = Tallying(self.book.month)
            with self.shelf.files.writing(key) as sink:
                self.paper.pack_lines(map(tallying.add, self.found(venue)), sink.write)
            if not sink.stood:
                return tallying.counted()
        return tally_of(self.lines(venue), self.book.month)
