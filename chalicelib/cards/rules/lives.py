"""What a card is, where it is in its life, and what its status allows next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.credentials.rules import CardBody
from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.shared.calendar import add_months, start_of
from chalicelib.shared.ids import CardKey, CardNumber, ProgrammeId
from chalicelib.venues.rules import Configuration

KEPT_MONTHS: Final = 12  # a card and all that names it, after its last day (decision: two clocks of retention)
MOVED: Final = "moved"  # to another unit, which is not shown what was before
ASKED_AGAIN: Final = timedelta(hours=1)  # within this the same wish again is the one whose answer was lost


class Status(StrEnum):
    """Where a card is in its life. A blank is a numbered card that belongs to nobody yet."""

    BLANK = "blank"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    ENDED = "ended"


Due = tuple[date, CardNumber]  # a card's last day and its number: its place in the list of what expires


@dataclass(frozen=True, slots=True)
class LatestUse:
    """When and where the card was used last; each use overwrites it."""

    venue: str
    visit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag in a card: its UID (14 hex digits), and the count of the last reading that let somebody in."""

    uid: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A card with its counters. `uses` is `<quota>@<period stamp>` -> marks, `last` is quota -> date."""

    number: CardNumber
    key: CardKey
    status: Status
    programme: ProgrammeId
    valid_from: date
    valid_until: date  # the last day included
    birth_year: int | None = None
    language: str = "nb"
    external_ref: str | None = None
    unit: str | None = None
    family_ref: str | None = None
    funding: str | None = None
    flags: int = 0
    issued_by: str = ""
    year: str | None = None
    replaced_by: CardNumber | None = None
    family_from: date | None = None  # the first day of the period in which it takes one of its family's places
    siblings: int = 0  # how many more children share it
    replacements: int = 0  # how many numbers it has had before this one
    uses: dict[str, int] = field(default_factory=dict)
    last: dict[str, date] = field(default_factory=dict)
    latest: LatestUse | None = None
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One line of a card's history."""

    at: datetime
    status: Status
    reason: str | None
    by: str


class Act(StrEnum):
    """What an issuer may do with a card's status."""

    BLOCK = "block"
    UNBLOCK = "unblock"
    REPLACE = "replace"
    END = "end"


# What is not named cannot be done. Doing again what is done already changes nothing, except a replacement:
# that would make a third card.
AFTER: Final[Mapping[tuple[Act, Status], Status]] = {
    (Act.BLOCK, Status.ACTIVE): Status.BLOCKED,
    (Act.BLOCK, Status.BLOCKED): Status.BLOCKED,
    (Act.UNBLOCK, Status.BLOCKED): Status.ACTIVE,
    (Act.UNBLOCK, Status.ACTIVE): Status.ACTIVE,
    (Act.REPLACE, Status.ACTIVE): Status.REPLACED,
    (Act.REPLACE, Status.BLOCKED): Status.REPLACED,
    (Act.END, Status.BLANK): Status.ENDED,
    (Act.END, Status.ACTIVE): Status.ENDED,
    (Act.END, Status.BLOCKED): Status.ENDED,
    (Act.END, Status.ENDED): Status.ENDED,
}
LIVE: Final = frozenset({Status.ACTIVE, Status.BLOCKED})  # somebody's card, though perhaps not just now
OF_NO_USE: Final = frozenset({Status.BLOCKED, Status.REPLACED, Status.ENDED})  # what a phone without network must know
REASONS: Final = frozenset({"lost", "stolen", "damaged", "misuse", "ended"})


def refuse_unknown_reason(reason: str | None) -> None:
    """Raise RuleError `unknown_reason` for free text, since a history holds codes only."""
    if reason is not None and reason not in REASONS:
        fault = Field("reason", "unknown_reason", "Give one of: " + ", ".join(sorted(REASONS)) + ".")
        raise RuleError("unknown_reason", "A reason is one of a few codes.", (fault,))


def status_after(act: Act, status: Status) -> Status:
    """Give the status that an act leads to; ConflictError `not_in_that_state` where it cannot be done."""
    after = AFTER.get((act, status))
    if after is None:
        raise ConflictError("not_in_that_state", "The card's status does not allow this.")
    return after


def next_entry(
    history: Sequence[StatusChange], *, now: datetime, status: Status, reason: str | None, by: str
) -> StatusChange:
    """Give the next line of a card's history. It runs forward, also where two machines' clocks do not."""
    after_the_latest = history[-1].at + timedelta(microseconds=1) if history else now
    return StatusChange(max(now, after_the_latest), status, reason, by)


def since_it_moved(history: Sequence[StatusChange]) -> list[StatusChange]:
    """Give what has happened to a card since it moved to the unit that has it now; who moved it is not told."""
    moves = [place for place, change in enumerate(history) if change.reason == MOVED]
    if not moves:
        return list(history)
    arrived, *since = history[moves[-1] :]
    return [replace(arrived, by=""), *since]


def is_repeated(history: Sequence[StatusChange], *, reason: str | None, by: str, now: datetime) -> bool:
    """Say whether a card's latest change is what a caller asks for again, within the hour."""
    latest = max(history, key=lambda change: change.at, default=None)
    return latest is not None and (latest.by, latest.reason) == (by, reason) and now - latest.at <= ASKED_AGAIN


def kept_until(valid_until: date) -> datetime:
    """Give the instant at which a card and all that names it is to be gone."""
    return start_of(add_months(valid_until, KEPT_MONTHS) + timedelta(days=1))


def body_of(card: Card, configuration: Configuration) -> CardBody:
    """Give what a card's token says."""
    return CardBody(
        key_id=configuration.municipality.signing_key,
        tenant=configuration.municipality.number,
        programme=configuration.programmes[card.programme].code,
        flags=card.flags,
        number=card.number,
        valid_from=card.valid_from,
        valid_until=card.valid_until,
    )
