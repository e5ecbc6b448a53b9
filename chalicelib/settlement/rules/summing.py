"""A month summed up: a row per venue, way of payment, funding source and year of visit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.settlement.rules.accounts import Account, Because, Way, sum_of
from chalicelib.settlement.rules.facts import Tally, Totals, total_of
from chalicelib.shared.ids import VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy


@dataclass(frozen=True, slots=True)
class Summed:
    """One row of the summary. `brought` plus the lines is what is settled now, or left to a later month."""

    venue: VenueId
    settle_by: SettleBy
    funding: str | None
    year: int
    totals: Totals
    brought: Ore
    settled: Ore
    forward: Ore
    way: Way
    because: Because | None
    months: tuple[str, ...]  # that what was brought comes from


def summary_of(accounts: Iterable[Account], tallies: Mapping[VenueId, Tally]) -> list[Summed]:
    """Sum a month up; the rows of an account add up to it."""
    rows: list[Summed] = []
    for account in accounts:
        tally = [each for each in tallies.get(account.venue, ()) if each.settle_by is account.settle_by]
        keys = {(each.funding, each.date.year) for each in tally} | {
            (part.funding, part.year) for part in account.brought
        }
        for funding, year in sorted(keys, key=lambda key: (key[0] or "", key[1])):
            totals = total_of(each for each in tally if (each.funding, each.date.year) == (funding, year))
            mine = [part for part in account.brought if (part.funding, part.year) == (funding, year)]
            due = Ore(sum_of(mine) + totals.to_settle)
            rows.append(
                Summed(
                    account.venue, account.settle_by, funding, year, totals, sum_of(mine),
                    Ore(0) if account.stays else due, due if account.stays else Ore(0),
                    account.way, account.because, tuple(sorted({part.month for part in mine})),
                )
            )  # fmt: skip
    return rows
