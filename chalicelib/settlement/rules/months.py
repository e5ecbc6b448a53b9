"""Months: how far each has come, which may be closed, and the chain that ties one settlement to the next."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from chalicelib.settlement.rules.accounts import Account, Because, Way
from chalicelib.settlement.rules.facts import Totals
from chalicelib.settlement.rules.lines import Alarm
from chalicelib.shared.answers import MalformedError, RuleError
from chalicelib.shared.calendar import add_months, end_of_month, next_month, oslo_month
from chalicelib.shared.ids import CallerId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Configuration, SettleBy

# Who closes by the clock. It can be nobody's id: a caller's holds a slash.
TIMER: Final = CallerId("timer")
# Reads of an index lag behind writes; a month is closed when the last write of it must have arrived (decision D8).
GRACE: Final = timedelta(minutes=15)
_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


class MonthState(StrEnum):
    """How far a month has come. `closing`: begun, and not yet known to have ended."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    APPROVED = "approved"
    EXPORTED = "exported"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A venue whose money waits for a later month: held, or carried forward."""

    venue: VenueId
    settle_by: SettleBy
    way: Way
    amount: Ore
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A month as finance sees it. `files` is name -> sha256; `sha256` covers those of closing and the one before.

    `number` counts a municipality's settlements in the order they were begun; `previous` is the month of the one
    before, whose waiting money came along and whose `sha256` stands in this one's.
    """

    tenant: Tenant
    month: str
    state: MonthState
    totals: Totals | None = None  # None until it is closed
    sha256: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    closed_by: CallerId | None = None
    closed_at: datetime | None = None
    approved_by: CallerId | None = None
    approved_at: datetime | None = None
    alarms: tuple[Alarm, ...] = ()
    number: int = 1
    previous: str | None = None
    previous_sha256: str | None = None
    ways: dict[str, Ore] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    exported_by: CallerId | None = None
    exported_at: datetime | None = None
    paid_by: CallerId | None = None
    paid_at: datetime | None = None
    sizes: dict[str, int] = field(default_factory=dict)  # bytes of each file
    closed_with: tuple[str, ...] = ()  # the files that `sha256` covers


def chained(tenant: Tenant, month: str, files: dict[str, str], previous: str | None) -> str:
    """Give the fingerprint of a settlement: that of its month, of the one before it, and of its files.

    Anyone can repeat it: SHA-256 over lines of `opplev-settlement`, tenant, month, the fingerprint before (or
    `first`), then each file's name and fingerprint by name, each line ended by a line feed.
    """
    told = ["opplev-settlement", tenant, month, previous or "first"]
    told += [f"{name} {files[name]}" for name in sorted(files)]
    return sha256("".join(f"{each}\n" for each in told).encode()).hexdigest()


def waiting_of(accounts: Iterable[Account]) -> tuple[Waiting, ...]:
    """List the venues whose money waits."""
    return tuple(
        Waiting(each.venue, each.settle_by, each.way, each.forward, each.because) for each in accounts if each.stays
    )


# By the municipality's code `file`.
PAYMENT_FILES: Final = {"gl07": "gl07.txt", "pain001": "pain001.xml"}


class Standing(StrEnum):
    """Whether a file can be pulled."""

    READY = "ready"
    WAITS = "waits"
    NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a month, and why it is not ready: `not_closed`, `not_approved`, or which other one there is instead."""

    name: str
    state: Standing
    because: str | None = None


def payment_file_of(settlement: Settlement, code: str) -> str | None:
    """Name the one payment file of a month: that which was pulled, whatever is set now, else what the code says."""
    pulled = (name for name in PAYMENT_FILES.values() if name in settlement.files)
    return next(pulled, None) or PAYMENT_FILES.get(code)


def file_states(settlement: Settlement, closed_with: Iterable[str], code: str) -> tuple[FileState, ...]:
    """List the files of a month, each with whether it can be pulled; `code` is the municipality's code `file`."""
    begun = settlement.state in {MonthState.OPEN, MonthState.CLOSING}
    waits = "not_closed" if begun else "not_approved" if settlement.state is MonthState.CLOSED else None
    mine = payment_file_of(settlement, code)
    found = [
        FileState(name, *((Standing.WAITS, "not_closed") if begun else (Standing.READY, None))) for name in closed_with
    ]
    for name in PAYMENT_FILES.values():
        if mine is None:
            found.append(FileState(name, Standing.NOT_HERE, "no_payment_file"))
        elif name != mine:
            found.append(FileState(name, Standing.NOT_HERE, "other_payment_file"))
        else:
            found.append(FileState(name, Standing.WAITS if waits else Standing.READY, waits))
    return tuple(found)


def check_month(month: str) -> None:
    """Raise MalformedError `bad_month` where it is not `yyyy-mm`."""
    if not _MONTH.fullmatch(month):
        code, detail = "bad_month", "A month is written yyyy-mm."
        raise MalformedError(code, detail)


def is_over(month: str, now: datetime) -> bool:
    """Say whether the month ended in Oslo at least 15 minutes ago."""
    return now >= end_of_month(month) + GRACE


def check_over(month: str, now: datetime) -> None:
    """Raise RuleError `month_not_over` until 15 minutes after the month has ended in Oslo."""
    if not is_over(month, now):
        code, detail = "month_not_over", "A month can be closed 15 minutes after it has ended."
        raise RuleError(code, detail)


def first_month(configuration: Configuration) -> str | None:
    """Give the month of the earliest agreement, before which nobody can have visited; None where there is none."""
    starts = [agreement.starts for agreement in configuration.agreements]
    return f"{min(starts):%Y-%m}" if starts else None


def check_begun(month: str, configuration: Configuration) -> None:
    """Raise RuleError `before_first_agreement` for a month in which nobody can have visited."""
    first = first_month(configuration)
    if first is None or month < first:
        code, detail = "before_first_agreement", "No agreement was in force yet in this month."
        raise RuleError(code, detail)


def open_months(stored: Iterable[Settlement], first: str | None, now: datetime) -> list[str]:
    """Name the months that nobody has begun to close, from the first agreement or closed month to the current one."""
    current = oslo_month(now)
    known = {settlement.month for settlement in stored}
    month = min([current, *known, *([first] if first else [])])
    unclosed = []
    while month <= current:
        if month not in known:
            unclosed.append(month)
        month = next_month(month)
    return unclosed


def months_of(configuration: Configuration, venue: VenueId, now: datetime) -> list[str]:
    """Name the months that a venue may have a statement for: from its first agreement to the current, newest first."""
    starts = [f"{each.starts:%Y-%m}" for each in configuration.agreements if each.venue == venue]
    month = current = oslo_month(now)
    named = [current]
    while month > min(starts, default=current):
        month = month_before(month)
        named.append(month)
    return named


def month_before(month: str) -> str:
    """Give the month before `yyyy-mm`."""
    return f"{add_months(date.fromisoformat(f'{month}-01'), -1):%Y-%m}"
