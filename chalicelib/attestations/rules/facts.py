"""What an attestation says of somebody, and how it stands (requirement TK-18)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from chalicelib.shared.answers import Field
from chalicelib.shared.calendar import kept_five_years, start_of
from chalicelib.shared.ids import CallerId, Tenant

AttestationId = NewType("AttestationId", str)  # a UUID of the caller's making

LANGUAGES: Final = ("nb", "nn", "en")
MOST_TASKS: Final = 600  # characters; the code beside them holds them too, and must be read by a phone
_LONGEST_WORD: Final = 40  # a longer one would not go on a line
_TEXTS: Final = ("person", "organisation", "tasks", "signatory")
_EARLIEST: Final = date(1970, 1, 1)
_MOST: Final = {"total": 60 * 20_000, "week": 60 * 60, "percent": 100}


class Measure(StrEnum):
    """How the extent is told: schools and employers ask for hours, hours a week or a share of full time."""

    TOTAL = "total"  # minutes in all
    WEEK = "week"  # minutes a week
    PERCENT = "percent"  # of full time


@dataclass(frozen=True, slots=True)
class Extent:
    """How much it was: minutes, minutes a week, or percent."""

    measure: Measure
    amount: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the paper says; both days are counted. `signatory` is who vouches for it, with a title if wanted."""

    person: str
    organisation: str
    tasks: str
    first: date
    last: date
    extent: Extent
    language: str
    signatory: str = ""


class Because(StrEnum):
    """Why an attestation was taken back. Not told to whoever checks it: that it holds no longer is enough."""

    MISTAKE = "mistake"
    REPLACED = "replaced"
    MISUSE = "misuse"


@dataclass(frozen=True, slots=True)
class Revocation:
    """That an attestation holds no longer. It holds no name, and stays when the record has gone."""

    on: date
    because: Because
    by: CallerId


@dataclass(frozen=True, slots=True)
class Attestation:
    """An attestation as the municipality keeps it. `of` is the operator or the organisation that gave it.

    `member` is set where it tells of a member of TimeKred.
    """

    id: AttestationId
    currency: str
    of: str
    facts: Facts
    issued_on: date
    by: CallerId
    key_id: int
    member: str | None = None
    revoked: Revocation | None = None


class Standing(StrEnum):
    """What whoever checks a code is told."""

    HOLDS = "holds"
    NOT_KEPT = "not_kept"  # genuine, and the municipality keeps its record no longer
    REVOKED = "revoked"
    NOT_OURS = "not_ours"  # no signature of ours covers it: made up, changed, or read wrongly


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer to a code. The facts are those that were signed, whatever the paper around the code says."""

    standing: Standing
    tenant: Tenant | None = None
    facts: Facts | None = None
    issued_on: date | None = None
    revoked_on: date | None = None
    id: AttestationId | None = None


def tidied(facts: Facts) -> Facts:
    """Give the facts as they are printed and signed: composed letters, single spaces, no control characters."""
    return replace(
        facts,
        person=_tidy(facts.person),
        organisation=_tidy(facts.organisation),
        tasks=_tidy(facts.tasks),
        signatory=_tidy(facts.signatory),
    )


def _tidy(text: str) -> str:
    spaced = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(char for char in spaced if unicodedata.category(char) != "Cc").split())


def faults_of(facts: Facts, today: date) -> tuple[Field, ...]:
    """Say what is wrong with the facts; nothing where they can be attested. Nobody vouches for days to come."""
    return tuple(_faults(facts, today))


def _faults(facts: Facts, today: date) -> Iterator[Field]:
    for name in _TEXTS:
        text: str = getattr(facts, name)
        if not text and name != "signatory":
            yield Field(name, "missing", "This field is needed.")
        if any(len(word) > _LONGEST_WORD for word in text.split(" ")):
            yield Field(name, "word_too_long", "A word has more than 40 letters; put a space in it.")
    if facts.first < _EARLIEST:
        yield Field("first", "too_early", "Give a day after 1 January 1970.")
    if facts.last < facts.first:
        yield Field("last", "before_first", "The last day is before the first.")
    if facts.last > today:
        yield Field("last", "not_yet", "Attest what has been done: the last day may be today at the latest.")
    if not 0 < facts.extent.amount <= _MOST[facts.extent.measure]:
        yield Field("extent", "out_of_bounds", "Give minutes in all, at most 60 hours a week, or 1 to 100 percent.")


def goes(issued_on: date) -> datetime:
    """Say when the municipality lets go of the record: five years after the year's end. The paper holds on."""
    return kept_five_years(start_of(issued_on))


def is_kept(attestation: Attestation, now: datetime) -> bool:
    """Say whether the record has still its time; the table deletes late."""
    return goes(attestation.issued_on) > now
