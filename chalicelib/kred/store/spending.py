"""Where it is kept what venues take for time, what was spent, and how many came for the first time."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, Protocol

import msgspec
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition

from chalicelib import faults, table
from chalicelib.kred.rules.spending import Full, Room, Seats, Spend, SpendOffer, Visitors
from chalicelib.kred.store.sessions import SESSION
from chalicelib.ledger.rules import NO_LIMITS, Booked, Limits, Refused, Transfer
from chalicelib.notary import Notary
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.acting import Change, Told
from chalicelib.shared.calendar import kept_five_years, oslo_date, rfc3339
from chalicelib.shared.ids import DeviceId, MemberId, OfferId, SessionId, Tenant, VenueId
from chalicelib.table import RoomRow, Row, SessionRow, SpendRow, TimeOfferRow, VisitorsRow

SPEND: Final = "SPEND"
PLACES: Final = "places"  # the part that says that no place is left
_REMEMBERED: Final = 60.0  # seconds
_ROOM_KEPT: Final = timedelta(days=60)


class _Ledger(Protocol):
    """What the ledger puts into a transaction of ours, and how it reads a refusal."""

    def add(self, parcel: Parcel, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> None:
        """Put a transfer into a transaction."""

    def explain(
        self, cancelled: Cancelled, *transfers: Transfer, limits: Limits = NO_LIMITS
    ) -> Booked | Refused | None:
        """Say what the ledger has against it."""


class SpendStore:
    """Prices in time, spending, and the counts that partners see."""

    def __init__(
        self, ledger: _Ledger, notary: Notary | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()
        self._monotonic = monotonic
        self._remembered: dict[Tenant, tuple[float, list[SpendOffer]]] = {}

    def time_offers(self, tenant: Tenant) -> list[SpendOffer]:
        """Give what all venues take in time, in every currency, as it was at most 60 seconds ago."""
        known = self._remembered.get(tenant)
        if known is not None and self._monotonic() - known[0] < _REMEMBERED:
            return known[1]
        started = self._monotonic()
        rows = faults.patiently(lambda: list(TimeOfferRow.query(table.time_offers_pk(tenant), consistent_read=True)))
        found = [msgspec.json.decode(row.document, type=SpendOffer) for row in rows]
        self._remembered[tenant] = (started, found)
        return found

    def put_time_offer(self, tenant: Tenant, offer: SpendOffer, before: SpendOffer | None) -> None:
        """Keep what a venue takes for one of its offers."""
        parcel = Parcel()
        sk = f"{offer.venue}#{offer.offer}#{offer.currency}"
        row = TimeOfferRow(table.time_offers_pk(tenant), sk, document=msgspec.json.encode(offer).decode())
        parcel.put("offer", row)
        change = Change("time_offer", (sk,), {} if before is None else _told(before), _told(offer))
        self._notary.note(parcel, tenant, "time_offer.changed" if before else "time_offer.made", change)
        parcel.send()
        self._remembered.pop(tenant, None)

    def spend(
        self,
        tenant: Tenant,
        spend: Spend,
        transfers: tuple[Transfer, ...],
        places: Room | Seats | None,
        *,
        limits: Limits = NO_LIMITS,
    ) -> Spend | Refused | Full | None:
        """Move the minutes, write down what was spent and take the places, all or none.

        Gives None where it stands now, the earlier spend where the id stands already, or who said no.
        """
        parcel = Parcel()
        first_time_seen = SpendRow.pk.does_not_exist()
        parcel.put("spend", _row(tenant, spend), first_time_seen, final=True)
        for each in transfers:
            self._ledger.add(parcel, tenant, each, limits=limits)
        _take(parcel, tenant, spend, places)
        cancelled = parcel.send()
        if cancelled is None:
            return None
        earlier = cancelled.row("spend", SpendRow)
        if earlier is not None:
            return _spend(earlier)
        # Before the ledger, since a place that is gone is gone whatever one has.
        if PLACES in cancelled:
            return Full()
        said = self._ledger.explain(cancelled, *transfers, limits=limits)
        assert isinstance(said, Refused)  # noqa: S101  a transfer is written with its spend or not at all
        return said

    def spent(self, tenant: Tenant, spend: str) -> Spend | None:
        """Give what was spent under an id."""
        try:
            row = faults.patiently(lambda: SpendRow.get(table.spend_pk(tenant, spend), SPEND, consistent_read=True))
        except DoesNotExist:
            return None
        return _spend(row)

    def undo(
        self,
        tenant: Tenant,
        spend: Spend,
        transfers: tuple[Transfer, ...],
        places: Room | Seats | None,
        *,
        limits: Limits = NO_LIMITS,
    ) -> Booked | Refused | None:
        """Give the minutes and the places back. None where it was undone meanwhile."""
        parcel = Parcel()
        row = SpendRow(table.spend_pk(tenant, spend.id), SPEND)
        still_stands = SpendRow.pk.exists() & SpendRow.undone_by.does_not_exist()
        parcel.update("spend", row, [SpendRow.undone_by.set(transfers[0].id)], still_stands)
        for each in transfers:
            self._ledger.add(parcel, tenant, each, limits=limits)
        _give_back(parcel, tenant, spend, places)
        cancelled = parcel.send()
        if cancelled is None:
            return Booked(transfers[0])
        return self._ledger.explain(cancelled, *transfers, limits=limits)

    def spent_on(self, tenant: Tenant, venue: VenueId, day: date) -> list[Spend]:
        """List what was spent at a venue on a day, from an index that may lag by a moment."""
        group = table.spent_group(tenant, venue, day.isoformat())
        rows = faults.patiently(lambda: list(Row.by_month.query(group)))
        keys = [(row.pk, row.sk) for row in rows]
        found = faults.patiently(lambda: list(SpendRow.batch_get(keys, consistent_read=True))) if keys else []
        return sorted(map(_spend, found), key=lambda each: (each.at, each.id))

    def count_visitors(self, tenant: Tenant, venue: VenueId, counted: Visitors) -> None:
        """Add to the visitors of a month. No transaction holds this row, so that nobody waits for it at a till."""
        row = VisitorsRow(table.visitors_pk(tenant, venue), f"{counted.month}#{counted.band}")
        added = (
            VisitorsRow.first.add(counted.first),
            VisitorsRow.before.add(counted.before),
            VisitorsRow.unasked.add(counted.unasked),
        )
        faults.patiently(lambda: row.update([VisitorsRow.kind.set(VisitorsRow), *added]))

    def visitors(self, tenant: Tenant, venue: VenueId) -> list[Visitors]:
        """Give a partner's visitors, by month and age band; who shows them hides what is under five."""
        rows = faults.patiently(lambda: list(VisitorsRow.query(table.visitors_pk(tenant, venue))))
        return [
            Visitors(row.sk[:7], row.sk[8:], int(row.first), int(row.before), int(row.unasked))  # <yyyy-mm>#<band>
            for row in rows
        ]


def _take(parcel: Parcel, tenant: Tenant, spend: Spend, places: Room | Seats | None) -> None:
    """Take the places where there are so many."""
    match places:
        case Room():
            there_is_room = RoomRow.taken.does_not_exist() | (RoomRow.taken <= places.capacity - spend.persons)
            _count_room(parcel, tenant, spend, places, spend.persons, there_is_room)
        case Seats(session, limit):
            row = SessionRow(table.session_pk(tenant, session.currency, session.id), SESSION)
            unchanged = SessionRow.version == session.version
            a_seat_is_left = SessionRow.taken <= (limit or 0) - spend.persons
            condition = unchanged if limit is None else unchanged & a_seat_is_left
            parcel.update(PLACES, row, [SessionRow.taken.add(spend.persons)], condition)
        case None:
            pass


def _give_back(parcel: Parcel, tenant: Tenant, spend: Spend, places: Room | Seats | None) -> None:
    match places:
        case Room():
            _count_room(parcel, tenant, spend, places, -spend.persons, None)
        case Seats(session, _):
            row = SessionRow(table.session_pk(tenant, session.currency, session.id), SESSION)
            parcel.update(PLACES, row, [SessionRow.taken.add(-spend.persons)], SessionRow.pk.exists())
        case None:
            pass


def _count_room(  # noqa: PLR0913, PLR0917  a counter, by how much, and whether it may
    parcel: Parcel, tenant: Tenant, spend: Spend, room: Room, persons: int, condition: Condition | None
) -> None:
    row = RoomRow(table.room_pk(tenant, spend.priced_in, room.venue, room.offer), room.stamp)
    ends = table.epoch(spend.at + _ROOM_KEPT)
    actions = [RoomRow.kind.set(RoomRow), RoomRow.taken.add(persons), RoomRow.expires.set(ends)]
    parcel.update(PLACES, row, actions, condition)


def _row(tenant: Tenant, spend: Spend) -> SpendRow:
    return SpendRow(
        table.spend_pk(tenant, spend.id), SPEND,
        group=table.spent_group(tenant, spend.venue, oslo_date(spend.at).isoformat()),
        place=f"{rfc3339(spend.at)}#{spend.id}", expires=table.epoch(kept_five_years(spend.at)),
        currency=spend.currency, venue=spend.venue, offer=spend.offer, session=spend.session, member=spend.member,
        last3=spend.last3, adults=spend.adults, children=spend.children, minutes=spend.minutes,
        at=spend.at.isoformat(), device=spend.device, offline=spend.offline,
        undo_until=None if spend.undo_until is None else spend.undo_until.isoformat(), undone_by=spend.undone_by,
        taken_in=spend.taken_in,
    )  # fmt: skip


def _spend(row: SpendRow) -> Spend:
    return Spend(
        id=row.pk.rpartition("#")[2], currency=row.currency, venue=VenueId(row.venue),
        offer=OfferId(row.offer) if row.offer else None, session=SessionId(row.session) if row.session else None,
        member=MemberId(row.member), last3=row.last3, adults=int(row.adults), children=int(row.children),
        minutes=int(row.minutes), at=datetime.fromisoformat(row.at), device=DeviceId(row.device),
        offline=bool(row.offline), undo_until=datetime.fromisoformat(row.undo_until) if row.undo_until else None,
        undone_by=row.undone_by, taken_in=row.taken_in,
    )  # fmt: skip


def _told(offer: SpendOffer) -> dict[str, Told]:
    return {
        "price_adult": offer.price_adult, "price_child": offer.price_child, "capacity": offer.capacity,
        "per": offer.per.value, "open": offer.open, "undo_minutes": offer.undo_minutes,
    }  # fmt: skip
