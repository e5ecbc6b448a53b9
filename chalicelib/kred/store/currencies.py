"""Where currencies are kept with all that is set up for them, and for how long they are remembered."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

from chalicelib import faults, table
from chalicelib.kred.rules.activities import Organisation
from chalicelib.kred.rules.changes import Record, change_of, deed_of
from chalicelib.kred.rules.currencies import Acceptance, Currency, Operator, Partner, Setup
from chalicelib.kred.rules.standing import Known, Link, Roster, Worker
from chalicelib.kred.store.records import (
    ACCEPTS,
    OPERATOR,
    ORGANISATION,
    PARTNER,
    TRIES,
    overtaken,
    place_of,
    put_record,
    read_record,
    record_of,
)
from chalicelib.notary import Notary
from chalicelib.parcels import Parcel
from chalicelib.shared.acting import Change, Hidden
from chalicelib.shared.ids import CallerId, CurrencyId, MemberId, Tenant
from chalicelib.table import KredRow, LinkRow, Row, WorkerRow

Kind = TypeVar("Kind", bound=Record)
_REMEMBERED: Final = 60.0  # seconds, and so how long somebody who was removed may still come in elsewhere
_OF_OPERATOR: Final = "WORKER#OPERATOR#"
_OF_ORGANISATION: Final = "WORKER#ORGANISATION#"
_LINK: Final = "LINK#"


class CurrencyStore:
    """A tenant's currencies and what is set up for each: one Query each, remembered for 60 seconds."""

    def __init__(self, monotonic: Callable[[], float], notary: Notary | None = None) -> None:
        self._monotonic = monotonic
        self._notary = notary or Notary()
        self._lock = threading.Lock()
        self._currencies: dict[Tenant, tuple[float, tuple[Currency, ...]]] = {}
        self._known: dict[tuple[Tenant, CurrencyId], tuple[float, Known]] = {}
        self._writes = 0

    def currencies(self, tenant: Tenant) -> tuple[Currency, ...]:
        """Give a tenant's currencies as they were at most 60 seconds ago."""
        remembered = self._currencies.get(tenant)
        if remembered is not None and self._monotonic() - remembered[0] < _REMEMBERED:
            return remembered[1]
        writes, started = self._writes, self._monotonic()
        rows = faults.patiently(lambda: list(KredRow.query(table.currencies_pk(tenant), consistent_read=True)))
        found = tuple(record_of(row, Currency) for row in rows)
        with self._lock:
            if self._writes == writes:  # else what was read may be older than what was written meanwhile
                self._currencies[tenant] = (started, found)
        return found

    def known(self, tenant: Tenant, currency: CurrencyId) -> Known | None:
        """Give all that is set up for a currency as it was at most 60 seconds ago; None where there is none."""
        remembered = self._known.get((tenant, currency))
        if remembered is not None and self._monotonic() - remembered[0] < _REMEMBERED:
            return remembered[1]
        return self.known_now(tenant, currency)

    def known_now(self, tenant: Tenant, currency: CurrencyId) -> Known | None:
        """Give all that is set up for a currency as it is."""
        writes, started = self._writes, self._monotonic()
        record, _ = read_record((table.currencies_pk(tenant), currency), Currency)
        if record is None:
            return None
        pk = table.currency_pk(tenant, currency)
        rows: list[Any] = faults.patiently(lambda: list(Row.query(pk, consistent_read=True)))
        found = _known(record, rows)
        with self._lock:
            if self._writes == writes:
                self._known[tenant, currency] = (started, found)
        return found

    def change_record(self, tenant: Tenant, named: Kind, decide: Callable[[Kind | None], Kind]) -> Kind:
        """Change a record, or make it: `decide` is asked what becomes of what stands at the place of `named`.

        It is asked again where somebody else was faster. TryAgainError `busy`.
        """
        for _ in range(TRIES):
            before, version = read_record(place_of(tenant, named), type(named))
            after = decide(before)
            if after == before:
                return after
            parcel = Parcel()
            put_record(parcel, tenant, after, version)
            self._notary.note(parcel, tenant, deed_of(before, after), change_of(before, after))
            cancelled = parcel.send()
            self._forget()
            if cancelled is None:
                return after
        raise overtaken()

    def put_worker(self, tenant: Tenant, currency: CurrencyId, worker: Worker) -> None:
        """Let somebody act for an operator or an organisation."""
        row = WorkerRow(*_place_of_worker(tenant, currency, worker.of, worker.id, worker.is_organisation))
        row.lead, row.added_by, row.added_on = worker.lead, worker.added_by, worker.added_on.isoformat()
        added = Change("worker", (worker.id,), after={"for": f"{currency}/{worker.of}", "lead": worker.lead})
        parcel = Parcel()
        parcel.put("worker", row)
        self._notary.note(parcel, tenant, "worker.added", added)
        parcel.send()
        self._forget()

    def remove_worker(self, tenant: Tenant, currency: CurrencyId, worker: Worker) -> None:
        """Let somebody act for them no longer; doing it again changes nothing."""
        is_there = WorkerRow.pk.exists()
        gone = Change("worker", (worker.id,), before={"for": f"{currency}/{worker.of}"})
        parcel = Parcel()
        place = _place_of_worker(tenant, currency, worker.of, worker.id, worker.is_organisation)
        parcel.delete("worker", WorkerRow(*place), is_there)
        self._notary.note(parcel, tenant, "worker.removed", gone)
        parcel.send()
        self._forget()

    def put_link(self, tenant: Tenant, currency: CurrencyId, link: Link) -> bool:
        """Keep which member somebody is who awards; False where they have said to be another."""
        row = LinkRow(table.currency_pk(tenant, currency), _LINK + link.id, member=link.member)
        row.linked_on = link.on.isoformat()
        is_new = LinkRow.pk.does_not_exist()
        said_so = LinkRow.member == link.member
        parcel = Parcel()
        parcel.put("link", row, is_new | said_so)
        self._notary.note(
            parcel, tenant, "link.made", Change("link", (link.id,), after={"member": Hidden(link.member)})
        )
        stands = parcel.send() is None
        self._forget()
        return stands

    def remove_link(self, tenant: Tenant, currency: CurrencyId, caller: CallerId) -> None:
        """Forget which member somebody is; doing it again changes nothing."""
        is_there = LinkRow.pk.exists()
        parcel = Parcel()
        parcel.delete("link", LinkRow(table.currency_pk(tenant, currency), _LINK + caller), is_there)
        self._notary.note(parcel, tenant, "link.removed", Change("link", (caller,)))
        parcel.send()
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._writes += 1
            self._currencies.clear()
            self._known.clear()


def _known(currency: Currency, rows: list[Any]) -> Known:
    def records(kind: type[Kind], prefix: str) -> tuple[Kind, ...]:
        return tuple(record_of(row, kind) for row in rows if row.sk.startswith(prefix))

    setup = Setup(currency, records(Operator, OPERATOR), records(Acceptance, ACCEPTS), records(Partner, PARTNER))
    workers = tuple(_worker(row) for row in rows if isinstance(row, WorkerRow))
    links = tuple(_link(row) for row in rows if isinstance(row, LinkRow))
    return Known(setup, Roster(records(Organisation, ORGANISATION), workers, links))


def _place_of_worker(
    tenant: Tenant,
    currency: CurrencyId,
    of: str,
    caller: CallerId,
    is_organisation: bool,  # noqa: FBT001  part of a key
) -> tuple[str, str]:
    prefix = _OF_ORGANISATION if is_organisation else _OF_OPERATOR
    return table.currency_pk(tenant, currency), f"{prefix}{of}#{caller}"


def _worker(row: WorkerRow) -> Worker:
    is_organisation = row.sk.startswith(_OF_ORGANISATION)
    named = row.sk.removeprefix(_OF_ORGANISATION if is_organisation else _OF_OPERATOR)
    of, _, caller = named.partition("#")
    on = date.fromisoformat(row.added_on)
    return Worker(of, is_organisation, CallerId(caller), bool(row.lead), CallerId(row.added_by), on)


def _link(row: LinkRow) -> Link:
    return Link(CallerId(row.sk.removeprefix(_LINK)), MemberId(row.member), date.fromisoformat(row.linked_on))
