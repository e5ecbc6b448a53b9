"""Kroner as whole øre: one way to take a share, one way to print."""

from typing import NewType

Ore = NewType("Ore", int)

_PER_KRONE = 100


def share(amount: Ore, percent: int) -> Ore:
    """Take a percentage of an amount of at least 0, half an øre rounded up (requirement OK-32)."""
    return Ore((amount * percent + 50) // 100)


def kroner(amount: Ore) -> str:
    """Print øre as kroner with two decimals and a decimal comma, as Norwegian spreadsheets read it: `-12,50`."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), _PER_KRONE)
    return f"{sign}{whole},{rest:02d}"
