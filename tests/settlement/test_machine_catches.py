"""Whether the random years would notice: faults are planted one by one, and each must be found.

All begin at the same number, from which each is found within a few histories, so that this takes no longer each time.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from chalicelib.settlement import paper
from chalicelib.settlement.actions import Casework, Closing
from chalicelib.settlement.rules import Account, Entry, Settlement, TakenBack
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement
from tests.settlement.test_machine import Years

HISTORIES, STEPS, BEGIN = 60, 30, 1
WINTER = timezone(timedelta(hours=1))
Change = Callable[[str, Iterator[Entry]], Iterator[Entry]]


def reading(change: Change) -> type[SettlementStore]:
    """Give a store that reads a month's rows with a fault."""

    class Misreading(SettlementStore):
        def entries(self, *asked: Any, now: datetime) -> Iterator[Entry]:
            return change(asked[2], super().entries(*asked, now=now))

    return Misreading


def first_row_twice(_: str, entries: Iterator[Entry]) -> Iterator[Entry]:
    for place, entry in enumerate(entries):
        yield entry
        if place == 0 and not isinstance(entry, TakenBack):
            yield replace(entry, visit=type(entry.visit)(f"{entry.visit}-"))


def without_what_came_late(month: str, entries: Iterator[Entry]) -> Iterator[Entry]:
    return (each for each in entries if isinstance(each, TakenBack) or f"{each.terms.date:%Y-%m}" == month)


def without_corrections(_: str, entries: Iterator[Entry]) -> Iterator[Entry]:
    return (each for each in entries if not isinstance(each, TakenBack))


class Misreckoning:
    """A till's window that works with other times than it was told; everything else it does as it should."""

    def __init__(self, window: Any) -> None:
        self.window = window

    def __getattr__(self, name: str) -> Any:
        return getattr(self.window, name)

    def register(self, device: Any, asked: Any, *, now: datetime) -> Any:
        return self.window.register(device, self.wrong(asked, now), now=self.clock(now))

    def register_batch(self, device: Any, asked: list[Any], *, now: datetime) -> Any:
        return self.window.register_batch(device, [self.wrong(each, now) for each in asked], now=self.clock(now))

    def wrong(self, asked: Any, now: datetime) -> Any:
        del now
        return asked

    def clock(self, now: datetime) -> datetime:
        return now


class WinterAllYear(Misreckoning):
    """Forgets at both clock changes that the hour changes: midnight of the summer comes an hour late."""

    def clock(self, now: datetime) -> datetime:
        is_another_day = now.astimezone(WINTER).date() != oslo_date(now)
        return now - timedelta(hours=1) if is_another_day else now

    def wrong(self, asked: Any, now: datetime) -> Any:
        del now
        return replace(asked, at=self.clock(asked.at))


class YearOfUtc(Misreckoning):
    """Begins the year when it begins in Greenwich: the first hour of it in Oslo falls into last year."""

    def clock(self, now: datetime) -> datetime:
        is_another_year = now.astimezone(UTC).year != oslo_date(now).year
        return now - timedelta(hours=1) if is_another_year else now


class TermsOfToday(Misreckoning):
    """Pays what was sent late by the agreement of the day on which it arrived."""

    def wrong(self, asked: Any, now: datetime) -> Any:
        return replace(asked, at=now) if asked.offline else asked


class RoundingDown(Agreement):
    """Drops half an øre."""

    def reimbursed(self, persons: int, children: int = 1) -> Ore:
        return Ore((self.price(persons, children) - self.copay(persons, children)) * self.reimburse // 100)


class Rewriting(Closing):
    """Writes the month anew when it is approved."""

    def approve(self, *asked: Any, **how: Any) -> Settlement:
        approved = super().approve(*asked, **how)
        written = Path(self.files._folder, approved.tenant, "settlements", approved.month, "lines.csv")  # type: ignore[attr-defined]
        written.write_bytes(written.read_bytes() + b"\r\n")
        return approved


class Forgetting:
    """Forms that read back last month's accounts without what was held or carried forward."""

    def __getattr__(self, name: str) -> Any:
        return getattr(paper, name)

    def unpack_accounts(self, kept: bytes) -> tuple[Account, ...]:
        return tuple(each for each in paper.unpack_accounts(kept) if not each.stays)


class AlwaysYes(Casework):
    """Confirms also what finance rejects."""

    def decide(self, *asked: Any, accepted: bool, **how: Any) -> Any:
        del accepted
        return super().decide(*asked, accepted=True, **how)


FAULTS: dict[str, dict[str, Any]] = {
    "a visit counted twice": {"Store": reading(first_row_twice)},
    "a visit that was sent in another month lost": {"Store": reading(without_what_came_late)},
    "a void not corrected": {"Store": reading(without_corrections)},
    "the wrong month at the end of a year": {"Window": YearOfUtc},
    "the wrong hour while it is summer time": {"Window": WinterAllYear},
    "the agreement of today instead of the visit's day": {"Window": TermsOfToday},
    "half an øre rounded down": {"Terms": RoundingDown},
    "a closed month written anew": {"Desk": Rewriting},
    "money that waits forgotten": {"Forms": Forgetting()},
    "a rejected adjustment paid": {"Cases": AlwaysYes},
}


def noticed(planted: dict[str, Any], begin: int) -> str:
    """Run histories until one of them breaks, and give what it broke; empty where none does."""
    faulty = type("Faulty", (Years,), dict(planted))
    try:
        run_state_machine_as_test(
            seed(begin)(faulty),
            settings=settings(
                max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False,
                report_multiple_bugs=False, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
            ),
        )  # fmt: skip
    except Exception as broken:  # noqa: BLE001  whatever it stumbles over is noticed
        return type(broken).__name__
    return ""


@pytest.mark.usefixtures("fresh_table")
@pytest.mark.parametrize("fault", FAULTS)
def test_the_random_years_find(fault: str) -> None:
    assert noticed(FAULTS[fault], BEGIN)
