"""Builds everything once, each desk when it is first asked for; the clock and new ids come from here.

A desk is imported with its first request: a scan in a cold function pays for neither settlement nor paper.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.config import Config, from_environment
from chalicelib.wiring.kort import KortDesks
from chalicelib.wiring.kred_people import KredPeopleDesks

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCK = threading.RLock()
_STANDING: list[House] = []


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)  # noqa: TID251  the one place that reads the clock


class House(KortDesks, KredPeopleDesks):
    """Every desk of the town hall."""

    def __init__(self, config: Config, clock: Callable[[], datetime] = now) -> None:
        super().__init__(config, clock)


def build(config: Config, *, clock: Callable[[], datetime] = now) -> House:
    """Build the house for a deployment. Nothing is fetched yet: keys and clients come with their first use."""
    from chalicelib import table

    table.bind(name=config.table, region=config.region, engine=config.engine)
    return House(config, clock)


def house() -> House:
    """Give the house, built from the environment when first asked for."""
    if _STANDING:
        return _STANDING[0]
    with _LOCK:
        if not _STANDING:
            _STANDING.append(build(from_environment()))
        return _STANDING[0]


def use(furnished: House | None) -> None:
    """Let this house stand from now on; None tears it down, so that the next request builds anew."""
    with _LOCK:
        _STANDING.clear()
        if furnished is not None:
            _STANDING.append(furnished)
