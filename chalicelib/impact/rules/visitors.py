"""Who came to a partner, by whole quarters: the share of first visits and the age bands (requirements TK-23, TK-27).

A quarter is told once it has ended, by itself, so that no two figures differ by a few people. A band under five is not
told, and where one is not, another is not either: the sum would give it away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from chalicelib.impact.rules.surveys import SMALL
from chalicelib.kred.rules.spending import Visitors

_MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is told of a quarter, `2026-Q4`. None: too few, or it would give away those that are."""

    name: str
    visits: int | None
    bands: Mapping[str, int | None] = field(default_factory=dict)
    asked: int | None = None  # how many were asked whether they had been here before
    first: int | None = None  # percent of them who had not


def quarters_told(counted: Iterable[Visitors], today: date) -> list[Quarter]:
    """Tell of the quarters that have ended, oldest first."""
    current = _quarter(f"{today:%Y-%m}")
    found: dict[str, list[Visitors]] = defaultdict(list)
    for each in counted:
        found[_quarter(each.month)].append(each)
    return [_told(name, found[name]) for name in sorted(found) if name < current]


def total_told(quarters: Iterable[Quarter]) -> int | None:
    """Add up what was told; None where nothing was."""
    told = [each.visits for each in quarters if each.visits is not None]
    return sum(told) if told else None


def _told(name: str, counted: list[Visitors]) -> Quarter:
    bands: dict[str, int] = defaultdict(int)
    for each in counted:
        bands[each.band] += each.first + each.before + each.unasked
    visits = sum(bands.values())
    if visits < SMALL:
        return Quarter(name, None, dict.fromkeys(sorted(bands)))
    first, before = sum(each.first for each in counted), sum(each.before for each in counted)
    # Both sides of the share are people: three newcomers are as few as three who had been here.
    share = None if min(first, before) < SMALL else (200 * first + first + before) // (2 * (first + before))
    return Quarter(name, visits, _hidden(bands), None if share is None else first + before, share)


def _hidden(bands: Mapping[str, int]) -> dict[str, int | None]:
    """Hide what is small, and the smallest others until those that are hidden are five together and more than one."""
    told: dict[str, int | None] = dict(sorted(bands.items()))
    small = [band for band in bands if bands[band] < SMALL]
    rest = sorted((band for band in bands if bands[band] >= SMALL), key=lambda band: (bands[band], band))
    while small and rest and (len(small) == 1 or sum(bands[each] for each in small) < SMALL):
        small.append(rest.pop(0))
    return told | dict.fromkeys(small)


def _quarter(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{year}-Q{(int(number) - 1) // _MONTHS + 1}"
