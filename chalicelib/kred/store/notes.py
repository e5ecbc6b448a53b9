"""Notes in the table: a row each under the fingerprint of its secret, and a row for each batch."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.kred.rules.notes import Batch, BatchState, Note, Taken, goes
from chalicelib.ledger.rules import (
    EXPIRED,
    NO_LIMITS,
    POT,
    Account,
    Balance,
    Booked,
    Leg,
    Limits,
    Refusal,
    Refused,
    Transfer,
    notes_account,
)
from chalicelib.notary import Notary
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.acting import Change, Told
from chalicelib.shared.calendar import oslo_date, start_of
from chalicelib.shared.ids import CallerId, CurrencyId, Tenant, TransferId
from chalicelib.table import GuessRow, NoteBatchRow, NoteRow

_NOTE: Final = "NOTE"
_BATCH: Final = "BATCH#"
_AT_ONCE: Final = 100  # notes in one transaction
_GUESSES_KEPT: Final = timedelta(days=2)


class _Ledger(Protocol):
    """What of the ledger takes part in a transaction with a note."""

    def add(self, parcel: Parcel, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> None:
        """Put all that a transfer writes into a transaction."""

    def explain(
        self, cancelled: Cancelled, *transfers: Transfer, limits: Limits = NO_LIMITS
    ) -> Booked | Refused | None:
        """Say what the ledger has against it."""

    def open(self, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Open an account where there is none."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has."""


class NoteStore:
    """Batches, their notes, and the float that each batch is worth."""

    def __init__(self, ledger: _Ledger, notary: Notary | None = None) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()

    def batch(self, tenant: Tenant, currency: CurrencyId, named: str) -> Batch | None:
        """Give a batch."""
        key = table.notes_pk(tenant, currency)
        try:
            row = faults.patiently(lambda: NoteBatchRow.get(key, _BATCH + named, consistent_read=True))
        except DoesNotExist:
            return None
        return _batch(currency, row)

    def batches(self, tenant: Tenant, currency: CurrencyId) -> list[tuple[Batch, int]]:
        """Give the batches of a currency, newest first, each with the minutes that are not redeemed."""
        key = table.notes_pk(tenant, currency)
        rows = faults.patiently(lambda: list(NoteBatchRow.query(key, consistent_read=True)))
        found = sorted((_batch(currency, row) for row in rows), key=lambda each: each.issued_at, reverse=True)
        return [(each, self.left(tenant, each)) for each in found]

    def fund(self, tenant: Tenant, batch: Batch, limits: Limits) -> Refused | None:
        """Put a new batch and the minutes it is worth where they belong; twice is as good as once."""
        float_of_it = notes_account(batch.id)
        self._ledger.open(tenant, batch.currency, float_of_it)
        transfer = Transfer(
            TransferId(f"{batch.id}-notes"), batch.currency, (Leg(batch.source, float_of_it, batch.minutes),),
            "notes", batch.issued_at,
        )  # fmt: skip
        told: dict[str, Told] = {"count": batch.count, "worth": batch.worth, "last_day": batch.last_day}
        parcel = Parcel()
        is_new = NoteBatchRow.pk.does_not_exist()
        parcel.put("batch", _batch_row(tenant, batch), is_new)
        self._ledger.add(parcel, tenant, transfer, limits=limits)
        self._notary.note(parcel, tenant, "notes.issued", Change("notes", (batch.id,), after=told))
        cancelled = parcel.send()
        if cancelled is None or "batch" in cancelled:
            return None
        answer = self._ledger.explain(cancelled, transfer, limits=limits)
        return answer if isinstance(answer, Refused) else None

    def fill(self, tenant: Tenant, batch: Batch, notes: Iterable[Note]) -> None:
        """Put the notes of a batch, a hundred at a time; those that stand already stay as they are."""
        waiting, expires = iter(notes), table.epoch(goes(batch))
        while some := list(islice(waiting, _AT_ONCE)):
            parcel = Parcel()
            is_new = NoteRow.pk.does_not_exist()
            for note in some:
                parcel.put(note.serial, _note_row(tenant, note, expires), is_new)
            parcel.send()

    def note(self, tenant: Tenant, fingerprint: str) -> Note | None:
        """Give a note."""
        key = table.note_pk(tenant, fingerprint)
        try:
            row = faults.patiently(lambda: NoteRow.get(key, _NOTE, consistent_read=True))
        except DoesNotExist:
            return None
        return Note(
            fingerprint, row.batch, CurrencyId(row.currency), row.serial, int(row.worth),
            date.fromisoformat(row.last_day), row.used_by,
        )  # fmt: skip

    def take(  # noqa: PLR0913  what, to whom, under which id, when, within which limits
        self, tenant: Tenant, note: Note, to: Account, transfer: TransferId, *, now: datetime, limits: Limits
    ) -> Taken | Refused | None:
        """Redeem a note and move its minutes, once; None where the note is used already."""
        moved = Transfer(transfer, note.currency, (Leg(notes_account(note.batch), to, note.worth),), "note", now)
        parcel = Parcel()
        never_used = NoteRow.pk.exists() & NoteRow.used_by.does_not_exist()
        row = NoteRow(table.note_pk(tenant, note.fingerprint), _NOTE)
        parcel.update("note", row, [NoteRow.used_by.set(transfer)], never_used)
        self._ledger.add(parcel, tenant, moved, limits=limits)
        cancelled = parcel.send()
        if cancelled is None:
            return Taken(note)
        answer = self._ledger.explain(cancelled, moved, limits=limits)
        if isinstance(answer, Booked):
            return Taken(note, again=True)
        return None if "note" in cancelled else answer

    def left(self, tenant: Tenant, batch: Batch) -> int:
        """Give how many minutes of a batch are not redeemed."""
        balance = self._ledger.balance(tenant, batch.currency, notes_account(batch.id))
        return 0 if balance is None else balance.free

    def finish(self, tenant: Tenant, batch: Batch, left: int, now: datetime, *, because: str = "") -> bool:
        """End a batch and move what is left of it; False where something was redeemed meanwhile."""
        back = EXPIRED if batch.state is BatchState.EXPIRED else batch.source
        refused = self._finish(tenant, batch, left, back, now=now, because=because)
        if refused is not None and (refused.because, refused.account) == (Refusal.ACCOUNT_CLOSED, back):
            self._ledger.open(tenant, batch.currency, POT)
            refused = self._finish(
                tenant, batch, left, POT, now=now, because=because
            )  # who paid is no longer here to take it back
        return refused is None

    def _finish(  # noqa: PLR0913  which, how much of it, to whom, when, why
        self, tenant: Tenant, batch: Batch, left: int, back: Account, *, now: datetime, because: str
    ) -> Refused | None:
        row = NoteBatchRow(table.notes_pk(tenant, batch.currency), _BATCH + batch.id)
        ended = [
            NoteBatchRow.state.set(batch.state.value),
            NoteBatchRow.ended_on.set((batch.ended_on or oslo_date(now)).isoformat()),
        ]
        is_open = NoteBatchRow.state == BatchState.OPEN.value
        parcel = Parcel()
        parcel.update("batch", row, ended, is_open)
        moved = Transfer(
            TransferId(f"{batch.id}-{batch.state}"), batch.currency, (Leg(notes_account(batch.id), back, left),),
            f"notes_{batch.state}", now, because,
        )  # fmt: skip
        if left:
            self._ledger.add(parcel, tenant, moved)
        told: dict[str, Told] = {"state": batch.state.value, "left": left, "because": because or None}
        before: dict[str, Told] = {"state": BatchState.OPEN.value}
        self._notary.note(parcel, tenant, f"notes.{batch.state}", Change("notes", (batch.id,), before, told))
        cancelled = parcel.send()
        if cancelled is None or "batch" in cancelled:
            return None
        answer = self._ledger.explain(cancelled, moved) if left else None
        return answer if isinstance(answer, Refused) else None

    def printed(self, tenant: Tenant, batch: Batch, by: CallerId) -> None:
        """Write down that the sheets were printed, and by whom."""
        parcel = Parcel()
        is_there = NoteBatchRow.pk.exists()
        row = NoteBatchRow(table.notes_pk(tenant, batch.currency), _BATCH + batch.id)
        parcel.update("batch", row, [NoteBatchRow.printed_by.add({by})], is_there)
        self._notary.note(parcel, tenant, "notes.printed", Change("notes", (batch.id,)))
        parcel.send()

    def guesses(self, tenant: Tenant, who: str, now: datetime) -> int:
        """Count one more unknown code from a phone or a member, and say how many it were on that day."""
        day = oslo_date(now)
        row = GuessRow(table.guesses_pk(tenant, who), day.isoformat())
        goes_at = table.epoch(start_of(day) + _GUESSES_KEPT)
        ends = GuessRow.expires.set(goes_at)
        faults.patiently(lambda: row.update([GuessRow.kind.set(GuessRow), GuessRow.codes.add(1), ends]))
        return int(row.codes)

    def guessed(self, tenant: Tenant, who: str, now: datetime) -> int:
        """Say how many unknown codes came from a phone or a member on a day."""
        key = table.guesses_pk(tenant, who)
        try:
            row = faults.patiently(lambda: GuessRow.get(key, oslo_date(now).isoformat(), consistent_read=True))
        except DoesNotExist:
            return 0
        return int(row.codes)


def _batch_row(tenant: Tenant, batch: Batch) -> NoteBatchRow:
    return NoteBatchRow(
        table.notes_pk(tenant, batch.currency),
        _BATCH + batch.id,
        source=batch.source,
        worth=batch.worth,
        printed=batch.count,
        last_day=batch.last_day.isoformat(),
        by=batch.by,
        issued_at=batch.issued_at.isoformat(),
        key_id=batch.key_id,
        operator=batch.operator,
        language=batch.language,
        state=batch.state.value,
        ended_on=None,
        expires=table.epoch(goes(batch)),
    )


def _batch(currency: CurrencyId, row: NoteBatchRow) -> Batch:
    return Batch(
        row.sk.removeprefix(_BATCH),
        currency,
        Account(row.source),
        int(row.worth),
        int(row.printed),
        date.fromisoformat(row.last_day),
        CallerId(row.by),
        datetime.fromisoformat(row.issued_at),
        int(row.key_id),
        row.operator,
        row.language,
        BatchState(row.state),
        None if row.ended_on is None else date.fromisoformat(row.ended_on),
        frozenset(CallerId(each) for each in row.printed_by or ()),
    )


def _note_row(tenant: Tenant, note: Note, expires: int) -> NoteRow:
    return NoteRow(
        table.note_pk(tenant, note.fingerprint),
        _NOTE,
        batch=note.batch,
        currency=note.currency,
        serial=note.serial,
        worth=note.worth,
        last_day=note.last_day.isoformat(),
        expires=expires,
    )
