"""Printed notes: time that belongs to whoever holds the paper, worth what its batch was funded with (TK-28)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.kred.rules.currencies import Currency, CurrencyState, faults_of_minutes
from chalicelib.ledger.rules import Account
from chalicelib.shared.answers import Field
from chalicelib.shared.calendar import add_months, kept_five_years, start_of
from chalicelib.shared.ids import CallerId, CurrencyId

SECRET_BYTES: Final = 16  # 128 bits: nobody meets one by guessing
MOST_NOTES: Final = 500  # of a batch: fifty sheets
MOST_WORTH: Final = 10 * 60  # minutes of a note: small change, and a small loss
MOST_GUESSES: Final = 20  # unknown codes from one phone or member in a day
PRINTED_WITHIN: Final = timedelta(hours=24)  # after that nobody can print the same notes once more
PER_SHEET: Final = 10
LANGUAGES: Final = ("nb", "nn", "en")

_FORMAT: Final = 1
_LATEST_MONTHS: Final = 36
_TOKEN: Final = re.compile(r"(?ias)(?:https?://[^/?#\s]+/n/?(?:\?[^#]*)?#)?(?P<token>[a-z2-7]{31})")
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which people read as digits


class NoteState(StrEnum):
    """What a note is good for."""

    GOOD = "good"
    USED = "used"
    VOIDED = "voided"
    EXPIRED = "expired"


class BatchState(StrEnum):
    """Whether a batch's notes are taken."""

    OPEN = "open"
    VOIDED = "voided"  # stolen or lost: what was left went back
    EXPIRED = "expired"  # its last day has passed: what was left has expired


class NoNote(StrEnum):
    """Why a note is not taken. The screen owns the words."""

    UNKNOWN = "unknown_note"
    USED = "note_used"
    EXPIRED = "note_expired"
    VOIDED = "note_voided"
    NOT_HERE = "not_here"  # the venue does not take the currency
    OTHER_CURRENCY = "other_currency"
    OVER_LIMIT = "over_limit"  # the member would hold more than the currency allows
    ACCOUNT_CLOSED = "account_closed"
    OWN_NOTES = "own_notes"  # the member made or printed them
    TOO_MANY_GUESSES = "too_many_guesses"


@dataclass(frozen=True, slots=True)
class Batch:
    """Notes of one worth, made at once. `source` is the account that paid for them. `id` is made by the caller."""

    id: str
    currency: CurrencyId
    source: Account
    worth: int  # minutes of each
    count: int
    last_day: date
    by: CallerId
    issued_at: datetime
    key_id: int
    operator: str = ""
    language: str = "nb"
    state: BatchState = BatchState.OPEN
    ended_on: date | None = None
    printed_by: frozenset[CallerId] = frozenset()

    @property
    def hands(self) -> frozenset[CallerId]:
        """Give who has had the notes before anybody earned one: who made them, and who printed them."""
        return self.printed_by | {self.by}

    @property
    def minutes(self) -> int:
        """Give what all of them are worth."""
        return self.worth * self.count


@dataclass(frozen=True, slots=True)
class Note:
    """One note, found by a fingerprint of the secret in its code; the secret itself is kept nowhere."""

    fingerprint: str
    batch: str
    currency: CurrencyId
    serial: str
    worth: int
    last_day: date
    used_by: str | None = None  # the transfer that redeemed it


@dataclass(frozen=True, slots=True)
class Taken:
    """It was taken; `again`: it was taken before under the same id, and nothing was done now."""

    note: Note
    again: bool = False


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It was not taken, and nothing was done."""

    because: NoNote


@dataclass(frozen=True, slots=True)
class Looked:
    """What anybody learns of a note by its code."""

    note: Note
    state: NoteState


def content(batch: Batch) -> tuple[object, ...]:
    """Give what must be the same when a batch's id is sent again."""
    return (batch.currency, batch.source, batch.worth, batch.count, batch.last_day, batch.operator, batch.language)


def faults_of_batch(batch: Batch, currency: Currency, today: date) -> Iterator[Field]:
    """Name what is wrong with a batch to be."""
    yield from faults_of_minutes("minutes", batch.worth, currency.step, least=currency.step, most=MOST_WORTH)
    if not 1 <= batch.count <= MOST_NOTES:
        yield Field("count", "out_of_range", f"From 1 to {MOST_NOTES} notes at a time.")
    if not today <= batch.last_day <= add_months(today, _LATEST_MONTHS):
        yield Field("last_day", "out_of_range", "From today to three years from now.")
    if currency.state is not CurrencyState.OPEN:
        yield Field("currency", "currency_closed", "A closed currency gets no new notes.")


def serial_of(batch: str, index: int) -> str:
    """Give the number that stands on a note: three letters of its batch, and which of it."""
    digest = int.from_bytes(hashlib.sha256(batch.encode()).digest()[:4])
    letters = "".join(_LETTERS[digest // len(_LETTERS) ** place % len(_LETTERS)] for place in range(3))
    return f"{letters}-{index + 1:04d}"


def fingerprint_of(secret: bytes) -> str:
    """Give what is kept of a secret. It has 128 random bits, so a plain hash tells nothing of it."""
    return hashlib.sha256(b"opplev/note/1\0" + secret).hexdigest()


def token_of(municipality: int, secret: bytes) -> str:
    """Write whose note it is, and its secret, as base32: 31 characters."""
    whole = bytes([_FORMAT]) + municipality.to_bytes(2) + secret
    return base64.b32encode(whole).decode("ascii").rstrip("=")


def read_token(text: str) -> tuple[int, bytes] | None:
    """Read a note's address or bare token in any letter case; None where it is none."""
    found = _TOKEN.fullmatch(text.strip())
    if found is None or not found["token"].isascii():
        return None
    try:
        whole = base64.b32decode(found["token"].upper() + "=")
    except binascii.Error:
        return None
    if whole[0] != _FORMAT or token_of(int.from_bytes(whole[1:3]), whole[3:]) != found["token"].upper():
        return None
    return int.from_bytes(whole[1:3]), whole[3:]


def state_of(note: Note, batch: Batch, today: date) -> NoteState:
    """Say what a note is good for on a day; its last day counts."""
    if note.used_by is not None:
        return NoteState.USED
    if batch.state is BatchState.VOIDED:
        return NoteState.VOIDED
    if batch.state is BatchState.EXPIRED or today > note.last_day:
        return NoteState.EXPIRED
    return NoteState.GOOD


REFUSED: Final = {
    NoteState.USED: NoNote.USED,
    NoteState.VOIDED: NoNote.VOIDED,
    NoteState.EXPIRED: NoNote.EXPIRED,
}


def is_due(batch: Batch, today: date) -> bool:
    """Say whether a batch's last day has passed, and what is left of it has still to expire."""
    return batch.state is BatchState.OPEN and today > batch.last_day


def may_print(batch: Batch, now: datetime) -> bool:
    """Say whether its sheets may be printed: on the day they are made, and as long as its notes are taken."""
    return batch.state is BatchState.OPEN and now < batch.issued_at + PRINTED_WITHIN


def goes(batch: Batch) -> datetime:
    """Say when the rows of its notes go: five years after the year of their last day, as all that was paid with."""
    return kept_five_years(start_of(batch.last_day))
