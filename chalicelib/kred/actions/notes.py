"""Notes printed, looked at, redeemed once, and taken out of use."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib.kred.rules.currencies import Currency, insist
from chalicelib.kred.rules.notes import (
    MOST_GUESSES,
    REFUSED,
    Batch,
    BatchState,
    Looked,
    NoNote,
    Note,
    NoteState,
    NotTaken,
    Taken,
    content,
    faults_of_batch,
    fingerprint_of,
    is_due,
    may_print,
    read_token,
    serial_of,
    state_of,
    token_of,
)
from chalicelib.ledger.rules import NO_LIMITS, Account, Limits, Refusal, Refused
from chalicelib.shared.answers import ConflictError, RuleError, TryAgainError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CurrencyId, Tenant, TransferId

_TRIES = 20


class NoteBook(Protocol):
    """Where notes and their batches are kept, and the ledger with them."""

    def batch(self, tenant: Tenant, currency: CurrencyId, named: str) -> Batch | None:
        """Give a batch."""

    def batches(self, tenant: Tenant, currency: CurrencyId) -> list[tuple[Batch, int]]:
        """Give the batches of a currency, newest first, each with the minutes that are not redeemed."""

    def fund(self, tenant: Tenant, batch: Batch, limits: Limits) -> Refused | None:
        """Put a new batch and the minutes it is worth where they belong; twice is as good as once."""

    def fill(self, tenant: Tenant, batch: Batch, notes: Iterable[Note]) -> None:
        """Put the notes of a batch; those that stand already stay as they are."""

    def note(self, tenant: Tenant, fingerprint: str) -> Note | None:
        """Give a note."""

    def take(
        self, tenant: Tenant, note: Note, to: Account, transfer: TransferId, *, now: datetime, limits: Limits
    ) -> Taken | Refused | None:
        """Redeem a note and move its minutes, once; None where the note is used already."""

    def left(self, tenant: Tenant, batch: Batch) -> int:
        """Give how many minutes of a batch are not redeemed."""

    def finish(self, tenant: Tenant, batch: Batch, left: int, now: datetime, *, because: str = "") -> bool:
        """End a batch and move what is left of it; False where something was redeemed meanwhile."""

    def printed(self, tenant: Tenant, batch: Batch, by: CallerId) -> None:
        """Write down that the sheets were printed, and by whom."""

    def guesses(self, tenant: Tenant, who: str, now: datetime) -> int:
        """Count one more unknown code from a phone or a member, and say how many it were on that day."""

    def guessed(self, tenant: Tenant, who: str, now: datetime) -> int:
        """Say how many unknown codes came from a phone or a member on a day."""


@dataclass(frozen=True, slots=True)
class NoteDesk:
    """Where printed notes are made and taken. `secret` makes a note's secret of its batch, its place and a key."""

    store: NoteBook
    municipality: Callable[[Tenant], int]
    tenants: Callable[[int], Tenant | None]
    secret: Callable[[Tenant, int, str, int], bytes]
    host: str

    def issue(
        self, tenant: Tenant, batch: Batch, currency: Currency, *, now: datetime, limits: Limits = NO_LIMITS
    ) -> Batch:
        """Make a batch. The same again gives the same batch, and finishes what was broken off.

        ConflictError `other_content`; RuleError `bad_fields`, or `not_enough` where the account that pays has not the
        minutes.
        """
        stands = self.store.batch(tenant, batch.currency, batch.id)
        if stands is None:
            insist(faults_of_batch(batch, currency, oslo_date(now)))
            refused = self.store.fund(tenant, batch, limits)
            if refused is not None:
                raise RuleError(refused.because.value, "The account that pays for the notes does not cover them.")
            stands = self.store.batch(tenant, batch.currency, batch.id) or batch
        if content(stands) != content(batch):
            raise ConflictError("other_content", "Another batch was made under this id.")
        if may_print(stands, now):
            self.store.fill(tenant, stands, (note for note, _ in self._notes(tenant, stands)))
        return stands

    def sheets(
        self, tenant: Tenant, currency: CurrencyId, named: str, *, by: CallerId, now: datetime
    ) -> list[tuple[Note, str]]:
        """Give each note with the address in its code, for the printer; on the day of issue alone.

        UnknownError `unknown_batch`; RuleError `printed_already`, since a second sheet would be money twice.
        """
        batch = self.one(tenant, currency, named)
        if not may_print(batch, now):
            raise RuleError("printed_already", "Notes are printed within 24 hours of being made, and not again.")
        self.store.printed(tenant, batch, by)
        number = self.municipality(tenant)
        return [
            (note, f"{self.host.upper()}/N#{token_of(number, secret)}") for note, secret in self._notes(tenant, batch)
        ]

    def one(self, tenant: Tenant, currency: CurrencyId, named: str) -> Batch:
        """Give a batch; UnknownError `unknown_batch`."""
        found = self.store.batch(tenant, currency, named)
        if found is None:
            raise UnknownError("unknown_batch", "There is no such batch of notes in this currency.")
        return found

    def left(self, tenant: Tenant, batch: Batch) -> int:
        """Give how many minutes of a batch are not redeemed."""
        return self.store.left(tenant, batch)

    def all(self, tenant: Tenant, currency: CurrencyId) -> list[tuple[Batch, int]]:
        """Give the batches of a currency, newest first, each with the minutes that are not redeemed."""
        return self.store.batches(tenant, currency)

    def void(self, tenant: Tenant, currency: CurrencyId, named: str, *, because: str, now: datetime) -> Batch:
        """Take a batch out of use: what is left goes back to the account that paid. Again: nothing changes.

        UnknownError `unknown_batch`; ConflictError `batch_over` where it has expired.
        """
        batch = self.one(tenant, currency, named)
        if batch.state is BatchState.EXPIRED:
            raise ConflictError("batch_over", "The batch has expired; nothing is left of it.")
        return self._ended(tenant, batch, BatchState.VOIDED, now, because)

    def expire(
        self, tenant: Tenant, currency: CurrencyId, *, now: datetime, own: Callable[[Batch], bool] = lambda _: True
    ) -> list[Batch]:
        """End those of one's own batches whose last day has passed: what is left of them has expired."""
        today = oslo_date(now)
        due = [batch for batch, _ in self.store.batches(tenant, currency) if is_due(batch, today) and own(batch)]
        return [self._ended(tenant, batch, BatchState.EXPIRED, now, "") for batch in due]

    def look(self, text: str, *, now: datetime) -> tuple[Tenant, Looked] | None:
        """Say what a note is, to whoever holds it; nothing happens to it. None where it is no note of ours."""
        read = read_token(text)
        tenant = None if read is None else self.tenants(read[0])
        if read is None or tenant is None:
            return None
        looked = self._looked(tenant, read[1], now)
        return None if looked is None else (tenant, looked)

    def redeem(
        self, tenant: Tenant, text: str, to: Account, *, transfer: TransferId, takes: Callable[[str], bool],
        who: str, now: datetime, limits: Limits = NO_LIMITS, is_theirs: Callable[[Batch], bool] = lambda _: False,
    ) -> Taken | NotTaken:  # fmt: skip
        """Take a note once, for a partner or a member's account. A replay outranks a refusal.

        `takes` says of a currency whether it may go there; `who` is the phone or the member, whose guesses are counted;
        `is_theirs` of a batch whether who hands a note in made or printed it: nobody pays themselves.
        """
        if self.store.guessed(tenant, who, now) >= MOST_GUESSES:
            return NotTaken(NoNote.TOO_MANY_GUESSES)
        read = read_token(text)
        is_ours = read is not None and read[0] == self.municipality(tenant)
        looked = self._looked(tenant, read[1], now) if read is not None and is_ours else None
        if looked is None:
            self.store.guesses(tenant, who, now)
            return NotTaken(NoNote.UNKNOWN)
        answer = _at_once(looked, transfer, takes)
        if answer is not None:
            return answer
        if looked.note.used_by is None and is_theirs(self.one(tenant, looked.note.currency, looked.note.batch)):
            return NotTaken(NoNote.OWN_NOTES)
        done = self.store.take(tenant, looked.note, to, transfer, now=now, limits=limits)
        return done if isinstance(done, Taken) else self._why_not(tenant, looked.note, transfer, done, now)

    def _why_not(
        self, tenant: Tenant, note: Note, transfer: TransferId, refused: Refused | None, now: datetime
    ) -> Taken | NotTaken:
        """Say why a note that was good a moment ago was not taken: another was faster, or its batch was ended."""
        stands = self.store.note(tenant, note.fingerprint)
        batch = self.store.batch(tenant, note.currency, note.batch)
        if stands is not None and stands.used_by == transfer:
            return Taken(stands, again=True)
        if stands is not None and batch is not None:
            state = state_of(stands, batch, oslo_date(now))
            if state is not NoteState.GOOD:
                return NotTaken(REFUSED[state])
        if refused is not None and refused.because is Refusal.OVER_LIMIT:
            return NotTaken(NoNote.OVER_LIMIT)
        return NotTaken(NoNote.ACCOUNT_CLOSED)

    def _looked(self, tenant: Tenant, secret: bytes, now: datetime) -> Looked | None:
        note = self.store.note(tenant, fingerprint_of(secret))
        batch = None if note is None else self.store.batch(tenant, note.currency, note.batch)
        if note is None or batch is None:
            return None
        return Looked(note, state_of(note, batch, oslo_date(now)))

    def _ended(self, tenant: Tenant, batch: Batch, state: BatchState, now: datetime, because: str) -> Batch:
        if batch.state is not BatchState.OPEN:
            return batch
        ended = replace(batch, state=state, ended_on=oslo_date(now))
        for _ in range(_TRIES):
            if self.store.finish(tenant, ended, self.store.left(tenant, batch), now, because=because):
                return self.one(tenant, batch.currency, batch.id)
        raise TryAgainError("busy", "Its notes are being redeemed just now; send the call again.")

    def _notes(self, tenant: Tenant, batch: Batch) -> Iterable[tuple[Note, bytes]]:
        for index in range(batch.count):
            secret = self.secret(tenant, batch.key_id, batch.id, index)
            name = fingerprint_of(secret)
            serial = serial_of(batch.id, index)
            yield Note(name, batch.id, batch.currency, serial, batch.worth, batch.last_day), secret


def _at_once(looked: Looked, transfer: TransferId, takes: Callable[[str], bool]) -> Taken | NotTaken | None:
    """Answer without a write where there is nothing to write."""
    if looked.note.used_by == transfer:
        return None  # sent again: the ledger says whether it was this, or something else under the same id
    if looked.state is not NoteState.GOOD:
        return NotTaken(REFUSED[looked.state])
    return None if takes(looked.note.currency) else NotTaken(NoNote.NOT_HERE)
