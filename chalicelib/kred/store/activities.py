"""Where activities are kept, and where minutes are granted to them."""

from collections.abc import Callable
from typing import Protocol

from chalicelib import faults, table
from chalicelib.kred.rules.activities import Activity, Organisation
from chalicelib.kred.rules.changes import change_of, deed_of
from chalicelib.kred.store.records import TRIES, overtaken, put_record, read_record, record_of
from chalicelib.ledger.rules import NO_LIMITS, Account, Booked, Limits, Refused, Transfer
from chalicelib.notary import Notary
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.acting import Change
from chalicelib.shared.ids import ActivityId, CurrencyId, OrganisationId, Tenant
from chalicelib.table import KredRow

_BUDGET = "organisation"


class _Ledger(Protocol):
    """What puts a transfer into a transaction, and reads its refusal."""

    def add(self, parcel: Parcel, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> None:
        """Put all that a transfer writes into a transaction."""

    def explain(
        self, cancelled: Cancelled, *transfers: Transfer, limits: Limits = NO_LIMITS
    ) -> Booked | Refused | None:
        """Say what the ledger has against it, or that it was written before; None where it has nothing."""

    def open(self, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Open an account where there is none."""


class ActivityStore:
    """The activities of every currency. They are read as they are, since awards depend on it."""

    def __init__(self, ledger: _Ledger, notary: Notary | None = None) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()

    def activity(self, tenant: Tenant, currency: CurrencyId, activity: ActivityId) -> Activity | None:
        """Give an activity."""
        return read_record((table.activities_pk(tenant, currency), activity), Activity)[0]

    def activities(self, tenant: Tenant, currency: CurrencyId) -> tuple[Activity, ...]:
        """Give all activities of a currency."""
        pk = table.activities_pk(tenant, currency)
        rows = faults.patiently(lambda: list(KredRow.query(pk, consistent_read=True)))
        return tuple(record_of(row, Activity) for row in rows)

    def change_activity(
        self, tenant: Tenant, named: tuple[CurrencyId, ActivityId], decide: Callable[[Activity | None], Activity]
    ) -> Activity:
        """Change an activity, or make it; `decide` is asked again where somebody else was faster."""
        for _ in range(TRIES):
            before, version = read_record((table.activities_pk(tenant, named[0]), named[1]), Activity)
            after = decide(before)
            if after == before:
                return after
            parcel = Parcel()
            put_record(parcel, tenant, after, version)
            self._notary.note(parcel, tenant, deed_of(before, after), change_of(before, after))
            if parcel.send() is None:
                return after
        raise overtaken()

    def grant(
        self,
        tenant: Tenant,
        named: tuple[CurrencyId, ActivityId],
        decide: Callable[[Activity | None, Organisation | None], tuple[Activity, Organisation | None, Transfer]],
    ) -> tuple[Activity, Booked | Refused]:
        """Move minutes between the issuer and an activity, with the record that says why, in one transaction.

        `decide` gives what becomes of the activity and of its organisation's budget, and the transfer. A transfer that
        stands already is given back as it is, and changes nothing.
        """
        for _ in range(TRIES):
            before, version = read_record((table.activities_pk(tenant, named[0]), named[1]), Activity)
            held = self._organisation(tenant, named[0], before.organisation if before else None)
            after, organisation, transfer = decide(before, held[0])
            if after == before:
                return after, Booked(transfer, again=True)
            parcel = Parcel()
            put_record(parcel, tenant, after, version)
            if organisation is not None:
                put_record(parcel, tenant, organisation, held[1], _BUDGET)
            for leg in transfer.legs:
                self._ledger.open(tenant, named[0], leg.credit)
            self._ledger.add(parcel, tenant, transfer)
            deed = "activity.closed" if transfer.what == "grant_returned" else "activity.granted"
            told = {"minutes": sum(leg.minutes for leg in transfer.legs)}
            self._notary.note(parcel, tenant, deed, Change("activity", (f"{named[0]}/{named[1]}",), after=told))
            cancelled = parcel.send()
            if cancelled is None:
                return after, Booked(transfer)
            answer = self._ledger.explain(cancelled, transfer)
            if answer is not None:
                return before or after, answer
        raise overtaken()

    @staticmethod
    def _organisation(
        tenant: Tenant, currency: CurrencyId, organisation: OrganisationId | None
    ) -> tuple[Organisation | None, int | None]:
        if organisation is None:
            return None, None
        return read_record((table.currency_pk(tenant, currency), f"ORGANISATION#{organisation}"), Organisation)
