"""Where awards are kept, each written together with the minutes that it moves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final, Protocol

from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.kred.rules.activities import Activity
from chalicelib.kred.rules.awards import Award, Awarded, NoAward, NotAwarded, differing, refused
from chalicelib.kred.rules.standing import unknown_activity
from chalicelib.kred.store.records import TRIES, overtaken, read_record
from chalicelib.ledger.rules import NO_LIMITS, Booked, Limits, Refused, Transfer
from chalicelib.notary import Notary
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.acting import Change, Hidden, Told
from chalicelib.shared.answers import ConflictError, Field
from chalicelib.shared.calendar import kept_five_years
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, MemberId, Tenant
from chalicelib.table import AwardRow, KredRow

Decided = NoAward | tuple[Transfer | None, Limits]
_AWARD: Final = "AWARD"
_PART: Final = "award"
_ACTIVITY: Final = "activity"


class _Ledger(Protocol):
    """What puts a transfer into a transaction, and reads its refusal."""

    def add(self, parcel: Parcel, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> None:
        """Put all that a transfer writes into a transaction."""

    def explain(
        self, cancelled: Cancelled, *transfers: Transfer, limits: Limits = NO_LIMITS
    ) -> Booked | Refused | None:
        """Say what the ledger has against it, or that it was written before; None where it has nothing."""


class AwardStore:
    """The awards of every currency, by id and by member and year."""

    def __init__(self, ledger: _Ledger, notary: Notary | None = None) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()

    def award(
        self, tenant: Tenant, asked: Award, decide: Callable[[Activity], Decided], now: datetime
    ) -> Awarded | NotAwarded:
        """Make an award in one transaction, on the activity as it stands. Sent again, it is the same award.

        A replay outranks a refusal. ConflictError `other_content`; UnknownError `unknown_activity`.
        """
        place = (table.activities_pk(tenant, asked.currency), asked.activity)
        for _ in range(TRIES):
            activity, version = read_record(place, Activity)
            decided = decide(activity) if activity is not None else None
            if activity is None or decided is None:
                raise unknown_activity()
            award = replace(asked, organisation=activity.organisation or activity.operator)
            if isinstance(decided, NoAward):
                return self._replay(tenant, award) or NotAwarded(decided)
            transfer, limits = decided
            parcel = self._parcel(tenant, award, now)
            parcel.check(_ACTIVITY, KredRow(*place), KredRow.version == version)
            if transfer is not None:
                self._ledger.add(parcel, tenant, transfer, limits=limits)
            cancelled = parcel.send()
            if cancelled is None:
                return Awarded(award)
            standing = cancelled.row(_PART, AwardRow)
            if standing is not None:
                return _same(_award(standing), award)
            if _ACTIVITY in cancelled:
                continue
            answer = None if transfer is None else self._ledger.explain(cancelled, transfer, limits=limits)
            if isinstance(answer, Refused):
                return NotAwarded(refused(answer.because, activity, answer.account))
            raise _other("id")  # the ledger knows the id, and for no award
        raise overtaken()

    def made_award(self, tenant: Tenant, award: str) -> Award | None:
        """Give an award."""
        try:
            row = faults.patiently(lambda: AwardRow.get(table.award_pk(tenant, award), _AWARD, consistent_read=True))
        except DoesNotExist:
            return None
        return _award(row)

    def take_back(
        self, tenant: Tenant, award: Award, transfer: Transfer | None, *, by: CallerId, on: date
    ) -> Booked | Refused | None:
        """Take an award back with the minutes it moved, once; None where none were moved."""
        row = AwardRow(table.award_pk(tenant, award.id), _AWARD)
        not_yet = AwardRow.reversed_on.does_not_exist()
        parcel = Parcel()
        parcel.update(_PART, row, [AwardRow.reversed_by.set(by), AwardRow.reversed_on.set(on.isoformat())], not_yet)
        if transfer is not None:
            self._ledger.add(parcel, tenant, transfer)
        self._notary.note(parcel, tenant, "award.reversed", _change(award))
        cancelled = parcel.send()
        if cancelled is None:
            return None if transfer is None else Booked(transfer)
        answer = None if transfer is None else self._ledger.explain(cancelled, transfer)
        if answer is None:
            raise ConflictError("already_reversed", "The award was taken back before.")
        return answer

    def awards(
        self, tenant: Tenant, currency: CurrencyId, year: int, *, member: MemberId | None = None
    ) -> Iterator[Award]:
        """Give the awards of a year by member and day, or those of one member; one just made may be missing yet."""
        group = table.awards_group(tenant, currency, str(year))
        of_member = None if member is None else AwardRow.place.startswith(f"{member}#")
        places = faults.patiently(lambda: [str(row.place) for row in AwardRow.by_month.query(group, of_member)])
        keys = [(table.award_pk(tenant, place.rpartition("#")[2]), _AWARD) for place in places]
        rows = faults.patiently(lambda: {row.pk: row for row in AwardRow.batch_get(keys, consistent_read=True)})
        yield from (_award(rows[pk]) for pk, _ in keys if pk in rows)

    def _replay(self, tenant: Tenant, award: Award) -> Awarded | None:
        standing = self.made_award(tenant, award.id)
        return None if standing is None else _same(standing, award)

    def _parcel(self, tenant: Tenant, award: Award, now: datetime) -> Parcel:
        id_is_new = AwardRow.pk.does_not_exist()
        parcel = Parcel()
        parcel.put(_PART, _row(tenant, award, now), id_is_new, final=True)
        self._notary.note(parcel, tenant, "award.made", _change(award))
        return parcel


def _same(standing: Award, sent: Award) -> Awarded:
    other = differing(standing, sent)
    if other is not None:
        raise _other(other)
    return Awarded(standing, replayed=True)


def _other(field: str) -> ConflictError:
    fault = Field(field, "other_content", "It was different when the id was first sent.")
    return ConflictError("other_content", "This id was used for something else.", (fault,))


def _change(award: Award) -> Change:
    of: dict[str, Told] = {
        "activity": f"{award.currency}/{award.activity}",
        "member": Hidden(award.member),
        "minutes": award.minutes,
    }
    return Change("award", (award.id,), after=of)


def _row(tenant: Tenant, award: Award, now: datetime) -> AwardRow:
    day = award.on.isoformat()
    return AwardRow(
        table.award_pk(tenant, award.id),
        _AWARD,
        group=table.awards_group(tenant, award.currency, day[:4]),
        place=f"{award.member}#{day}#{award.id}",
        currency=award.currency,
        activity=award.activity,
        organisation=award.organisation,
        member=award.member,
        minutes=award.minutes,
        present=award.present,
        awarded_on=day,
        by=award.by,
        session=award.session,
        expires=table.epoch(kept_five_years(now)),
    )


def _award(row: AwardRow) -> Award:
    return Award(
        id=row.pk.rpartition("#")[2],
        currency=CurrencyId(row.currency),
        activity=ActivityId(row.activity),
        organisation=row.organisation,
        member=MemberId(row.member),
        minutes=int(row.minutes),
        present=int(row.present),
        on=date.fromisoformat(row.awarded_on),
        by=CallerId(row.by),
        session=row.session,
        reversed_by=None if row.reversed_by is None else CallerId(row.reversed_by),
        reversed_on=None if row.reversed_on is None else date.fromisoformat(row.reversed_on),
    )
