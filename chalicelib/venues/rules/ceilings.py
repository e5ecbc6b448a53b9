"""What the municipality still pays for on a card, where a programme has a ceiling in kroner."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from chalicelib.shared.calendar import Period, stamp
from chalicelib.shared.money import Ore
from chalicelib.venues.rules.records import Agreement, Programme

_PURSE: Final = "øre"  # no quota can be called so: an id has no such letter, an offer's own has a slash


def purse(programme: Programme | None, day: date) -> str | None:
    """Name the counter of what was paid for a card in the period of a day, in øre; None where there is no ceiling."""
    if programme is None or programme.ceiling is None:
        return None
    return f"{_PURSE}@{stamp(programme.ceiling_per, day)}"


def money_left(programme: Programme | None, uses: Mapping[str, int], day: date) -> Ore | None:
    """Give what may still be paid for a card with these counters; None where there is no ceiling."""
    named = purse(programme, day)
    if named is None or programme is None or programme.ceiling is None:
        return None
    return Ore(max(programme.ceiling - uses.get(named, 0), 0))


def visits_paid(agreement: Agreement, money: Ore | None) -> int | None:
    """Give how many visits of the holder alone an amount pays for; None where they cost nothing or nothing bounds."""
    each = agreement.reimbursed(1)
    return None if money is None or each == 0 else money // each


def is_by_ceiling(agreement: Agreement, programme: Programme | None) -> bool:
    """Say whether visits have no limit but the programme's ceiling, which all such offers draw on."""
    ceiling = None if programme is None else programme.ceiling
    return agreement.limit is None and visits_paid(agreement, ceiling) is not None


def allowance(agreement: Agreement, programme: Programme | None) -> tuple[int | None, Period]:
    """Give the allowance as people are told it: so many visits in a period, and None where entry is free all year.

    Where the visits themselves have no limit, it is as many as the programme's ceiling pays for.
    """
    if agreement.limit is not None or programme is None:
        return agreement.limit, agreement.per
    paid = visits_paid(agreement, programme.ceiling)
    return paid, agreement.per if paid is None else programme.ceiling_per
