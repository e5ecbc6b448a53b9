"""Where sessions and their seats are kept: never more seats than there are, and nobody awarded twice."""

from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

import msgspec
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition

from chalicelib import faults, table
from chalicelib.kred.rules.sessions import Seat, Session, kept_until
from chalicelib.ledger.rules import (
    Held,
    Hold,
    HoldState,
    Refused,
    Transfer,
    posting,
)
from chalicelib.notary import Notary
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.acting import Change, Told
from chalicelib.shared.calendar import oslo_date, rfc3339, start_of
from chalicelib.shared.ids import HoldId, MemberId, SessionId, Tenant, TransferId
from chalicelib.table import Row, SeatRow, SessionRow

SESSION: Final = "SESSION"
SEAT: Final = "SEAT#"


class _Ledger(Protocol):
    """What the ledger puts into a transaction of ours, and how it reads a refusal."""

    def hold(self, tenant: Tenant, hold: HoldId) -> Hold | None:
        """Give minutes that were set aside."""

    def add_hold(self, parcel: Parcel, tenant: Tenant, hold: Hold) -> None:
        """Set minutes aside in a transaction."""

    def explain_hold(self, cancelled: Cancelled, hold: Hold) -> Held | Refused | None:
        """Say what the ledger has against it."""

    def add_posting(self, parcel: Parcel, tenant: Tenant, hold: Hold, transfer: Transfer) -> None:
        """Pay what was set aside in a transaction."""

    def explain_posting(self, cancelled: Cancelled, hold: Hold, now: datetime) -> Refused | None:
        """Say what the ledger has against it."""

    def release(self, tenant: Tenant, hold: Hold, state: HoldState, now: datetime) -> Hold | None:
        """Give back what was set aside."""


class SessionStore:
    """Sessions of every currency, and who has a seat."""

    def __init__(self, ledger: _Ledger, notary: Notary | None = None) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()

    def session(self, tenant: Tenant, currency: str, session: SessionId) -> Session | None:
        """Give a session with its counters as they stand."""
        try:
            row = faults.patiently(
                lambda: SessionRow.get(table.session_pk(tenant, currency, session), SESSION, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return _session(row)

    def sessions(self, tenant: Tenant, currency: str, *, since: datetime, most: int = 100) -> list[Session]:
        """List the sessions of a currency that start at a time or later."""
        later = table.ByMonth.place >= _place(since)
        group = table.sessions_group(tenant, currency)
        rows = faults.patiently(lambda: list(Row.by_month.query(group, later, limit=most)))
        keys = [(row.pk, row.sk) for row in rows]
        found = faults.patiently(lambda: list(SessionRow.batch_get(keys, consistent_read=True))) if keys else []
        return sorted(map(_session, found), key=lambda each: (each.starts_at, each.id))

    def put_session(self, tenant: Tenant, session: Session, before: Session | None, what: str) -> bool:
        """Keep a session, new or changed; its counters stand. False where it was changed meanwhile."""
        parcel = Parcel()
        pk = table.session_pk(tenant, session.currency, session.id)
        row = SessionRow(pk, SESSION)
        as_read = SessionRow.pk.does_not_exist() if before is None else SessionRow.version == before.version
        actions = [
            SessionRow.kind.set(SessionRow),
            SessionRow.document.set(_document(session)),
            SessionRow.version.set(0 if before is None else before.version + 1),
            Row.group.set(table.sessions_group(tenant, session.currency)),
            Row.place.set(f"{_place(session.starts_at)}#{session.id}"),
        ]
        if before is None:
            actions += [SessionRow.taken.set(0), SessionRow.joined.set(0)]
        parcel.update("session", row, actions, as_read)
        change = Change("session", (session.id,), {} if before is None else _told(before), _told(session))
        self._notary.note(parcel, tenant, what, change)
        return parcel.send() is None

    def seat(self, tenant: Tenant, session: Session, member: MemberId) -> Seat | None:
        """Give a member's seat."""
        pk = table.session_pk(tenant, session.currency, session.id)
        try:
            row = faults.patiently(lambda: SeatRow.get(pk, SEAT + member, consistent_read=True))
        except DoesNotExist:
            return None
        return _seat(row)

    def seats(self, tenant: Tenant, session: Session) -> list[Seat]:
        """List everybody who signed up for a session or was there."""
        pk = table.session_pk(tenant, session.currency, session.id)
        rows = faults.patiently(lambda: list(SeatRow.query(pk, SeatRow.sk.startswith(SEAT), consistent_read=True)))
        return [_seat(row) for row in rows]

    def seats_of(self, tenant: Tenant, member: MemberId, *, since: datetime | None = None) -> list[tuple[str, Seat]]:
        """List a member's seats, each with the currency of its session, by when they start."""
        later = None if since is None else table.ByMonth.place >= _place(since)
        group = table.seats_group(tenant, member)
        rows = faults.patiently(lambda: list(Row.by_month.query(group, later)))
        keys = [(row.pk, row.sk) for row in rows]
        found = faults.patiently(lambda: list(SeatRow.batch_get(keys, consistent_read=True))) if keys else []
        return [(row.pk.split("#")[3], _seat(row)) for row in found]

    def sign_up(  # noqa: PLR0913  a seat, what it was, and what it takes
        self, tenant: Tenant, session: Session, seat: Seat, before: Seat | None, *, limit: int | None, hold: Hold | None
    ) -> Refused | str | None:
        """Take a seat's places where there are so many (`limit`), and set its price aside, or neither.

        None where it stands. Else `seat` or `session`, which was changed meanwhile or has no place left, or what the
        ledger says.
        """
        parcel = Parcel()
        self._put(parcel, tenant, session, seat, before)
        self._take(parcel, tenant, session, seat.persons, limit)
        if hold is not None:
            self._ledger.add_hold(parcel, tenant, hold)
        cancelled = parcel.send()
        if cancelled is None:
            return None
        said = None if hold is None else self._ledger.explain_hold(cancelled, hold)
        return _changed(cancelled) or (said if isinstance(said, Refused) else "seat")

    def give_up(self, tenant: Tenant, session: Session, seat: Seat, before: Seat, *, now: datetime) -> bool:
        """Give a seat's places back, then what was set aside; False where the seat was changed meanwhile.

        What is cut short between the two comes back by itself when the session is over.
        """
        parcel = Parcel()
        self._put(parcel, tenant, session, seat, before)
        row = SessionRow(table.session_pk(tenant, session.currency, session.id), SESSION)
        parcel.update("session", row, [SessionRow.taken.add(-before.persons)], SessionRow.pk.exists())
        if parcel.send() is not None:
            return False
        hold = None if before.hold is None else self._ledger.hold(tenant, HoldId(before.hold))
        if hold is not None and hold.state is HoldState.PENDING:
            self._ledger.release(tenant, hold, HoldState.VOIDED, now)
        return True

    def be_there(  # noqa: PLR0913  the same
        self, tenant: Tenant, session: Session, seat: Seat, before: Seat | None, *, limit: int | None, now: datetime
    ) -> Refused | str | None:
        """Write down that somebody is there, with the payment of what was set aside; answers as `sign_up`."""
        parcel = Parcel()
        self._put(parcel, tenant, session, seat, before)
        if before is None or before.cancelled:
            self._take(parcel, tenant, session, seat.persons, limit)
        hold = None if before is None or before.hold is None else self._ledger.hold(tenant, HoldId(before.hold))
        if hold is not None:
            self._ledger.add_posting(parcel, tenant, hold, posting(hold, TransferId(hold.id), hold.minutes, now))
        cancelled = parcel.send()
        if cancelled is None:
            return None
        said = None if hold is None else self._ledger.explain_posting(cancelled, hold, now)
        return _changed(cancelled) or said or "seat"

    def note_award(self, tenant: Tenant, session: Session, member: MemberId, transfer: str) -> None:
        """Write on a seat by what it was awarded, so that the list shows it; the ledger alone decides that it was."""
        row = SeatRow(table.session_pk(tenant, session.currency, session.id), SEAT + member)
        still_there = SeatRow.pk.exists()
        by, minutes = SeatRow.transfer.set(transfer), SeatRow.minutes.set(session.award)
        faults.patiently(lambda: row.update([by, minutes], still_there))

    @staticmethod
    def _put(parcel: Parcel, tenant: Tenant, session: Session, seat: Seat, before: Seat | None) -> None:
        parcel.put("seat", _seat_row(tenant, session, seat), _as_read(before))

    @staticmethod
    def _take(parcel: Parcel, tenant: Tenant, session: Session, persons: int, limit: int | None) -> None:
        row = SessionRow(table.session_pk(tenant, session.currency, session.id), SESSION)
        unchanged = SessionRow.version == session.version
        there_is_room = SessionRow.taken <= (limit or 0) - persons
        condition = unchanged if limit is None else unchanged & there_is_room
        parcel.update("session", row, [SessionRow.taken.add(persons)], condition)


def _changed(cancelled: Cancelled) -> str | None:
    """Name the part of ours that failed; a place that is gone is gone whatever the ledger says."""
    return next((part for part in ("seat", "session") if part in cancelled), None)


def _as_read(before: Seat | None) -> Condition:
    if before is None:
        return SeatRow.pk.does_not_exist()
    still_there = SeatRow.cancelled == before.cancelled
    same_place = (SeatRow.adults == before.adults) & (SeatRow.children == before.children)
    present = SeatRow.present_at.exists() if before.present_at else SeatRow.present_at.does_not_exist()
    awarded = SeatRow.transfer.exists() if before.transfer else SeatRow.transfer.does_not_exist()
    all_of_it: Condition = still_there & same_place & present & awarded
    return all_of_it


def _seat_row(tenant: Tenant, session: Session, seat: Seat) -> SeatRow:
    return SeatRow(
        table.session_pk(tenant, session.currency, session.id), SEAT + seat.member,
        group=table.seats_group(tenant, seat.member), place=f"{_place(session.starts_at)}#{session.id}",
        expires=table.epoch(start_of(kept_until(oslo_date(session.ends_at)))),
        adults=seat.adults, children=seat.children, signed_up_at=_text(seat.signed_up_at), hold=seat.hold,
        cancelled=seat.cancelled, present_at=_text(seat.present_at), transfer=seat.transfer, minutes=seat.minutes,
    )  # fmt: skip


def _seat(row: SeatRow) -> Seat:
    return Seat(
        SessionId(row.pk.rpartition("#")[2]), MemberId(row.sk.removeprefix(SEAT)), int(row.adults), int(row.children),
        _time(row.signed_up_at), row.hold, bool(row.cancelled), _time(row.present_at), row.transfer, int(row.minutes),
    )  # fmt: skip


def _document(session: Session) -> str:
    return msgspec.json.encode(session).decode()


def _session(row: SessionRow) -> Session:
    session = msgspec.json.decode(row.document, type=Session)
    return replace(session, taken=int(row.taken), joined=int(row.joined), version=int(row.version))


def _told(session: Session) -> dict[str, Told]:
    return {
        "starts_at": session.starts_at.isoformat(), "ends_at": session.ends_at.isoformat(), "place": session.place,
        "capacity": session.capacity, "held_back": session.held_back, "award": session.award,
        "price_adult": session.price_adult, "price_child": session.price_child, "activity": session.activity,
        "venue": session.venue, "cancelled": session.cancelled,
    }  # fmt: skip


def _place(at: datetime) -> str:
    return rfc3339(at)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
