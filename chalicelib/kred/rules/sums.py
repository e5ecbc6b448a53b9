"""What a currency comes to, without anybody in it: its sums, its grants in public, and what two currencies owe."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib.audit.rules import time_of
from chalicelib.kred.rules.activities import Activity, ActivityState, Effect
from chalicelib.ledger.rules import PAYOFF, REVERSAL, Entry
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.calendar import oslo_month
from chalicelib.shared.ids import CurrencyId, TransferId

PERSONS: Final = 5  # who must have moved a currency's minutes before anybody outside it is told of them
COARSE: Final = 600  # minutes: more than anybody earns or spends at once


@dataclass(frozen=True, slots=True)
class Sums:
    """A currency in minutes. What was issued is all the rest together, since its sum is zero.

    `in_hands` is with members and on printed notes. None: not told to this reader.
    """

    currency: CurrencyId
    issued: int | None
    on_grants: int | None
    in_hands: int | None
    spent: int | None
    in_pot: int | None
    expired: int | None
    owed: int | None  # to other currencies, less what they owe
    activities: int
    partners: int


@dataclass(frozen=True, slots=True)
class GrantLine:
    """An activity's account as anybody may read it: no person stands in it."""

    activity: Activity
    operator: str
    organisation: str | None
    left: int | None
    awarded: int | None  # what members were given out of it, less what was taken back


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What was given to activities that mean to bring about one effect; one that names several stands in each."""

    effect: Effect
    activities: int
    granted: int
    awarded: int | None


@dataclass(frozen=True, slots=True)
class Netting:
    """Two currencies: what each one's partners took of the other's members, and what stands between them now.

    `owed` above zero: the other owes this one. `limit` is what it may owe; 0: nothing is taken of it any more.
    """

    currency: CurrencyId
    other: CurrencyId
    month: str | None  # of what was taken; None: since the beginning
    taken: int | None  # by partners of `currency`, from members of `other`
    given: int | None  # by partners of `other`, from members of `currency`
    owed: int | None
    limit: int
    settled: int | None = 0  # what the other has paid off of it; below zero: what this one has


def netting_of(
    pair: tuple[CurrencyId, CurrencyId], entries: Iterable[Entry], *, limit: int, month: str | None
) -> Netting:
    """Add up one currency's account with another: what is taken there stands below zero, what is given above."""
    taken = given = settled = balance = 0
    for entry in entries:
        balance += entry.minutes
        if month is not None and oslo_month(time_of(entry.id)) != month:
            continue
        if entry.what == PAYOFF:
            settled += entry.minutes
        elif (entry.minutes < 0) is (entry.what != REVERSAL):  # what was given back was never taken
            taken -= entry.minutes
        else:
            given += entry.minutes
    return Netting(*pair, month, taken, given, -balance, limit, settled)


def insist_on_payoff(owing: CurrencyId, owed: CurrencyId) -> None:
    """Raise RuleError `same_currency` where nothing can stand between the two."""
    if owing == owed:
        fault = Field("other", "same_currency", "A currency owes itself nothing.")
        raise RuleError("same_currency", "Name the currency that owes.", (fault,))


def more_than_stands() -> RuleError:
    """Say that so much is not owed."""
    fault = Field("minutes", "more_than_stands", "The other currency does not owe so much now.")
    return RuleError("more_than_stands", "Less than that stands between the two currencies.", (fault,))


@dataclass(frozen=True, slots=True)
class Payoff:
    """That what one currency owed another was paid off, as those who run both have agreed (requirement TK-12)."""

    id: TransferId
    owing: CurrencyId
    owed: CurrencyId
    minutes: int
    reason: str


def by_effect(lines: Sequence[GrantLine]) -> list[EffectLine]:
    """Set effects beside each other, those that were given most first (requirement TK-13)."""
    told = [
        EffectLine(effect, len(own), sum(each.activity.granted for each in own), _awarded(own))
        for effect in Effect
        if (own := [each for each in lines if effect in each.activity.effects])
    ]
    return sorted(told, key=lambda each: (-each.granted, each.effect))


def _awarded(lines: Sequence[GrantLine]) -> int | None:
    told = [each.awarded for each in lines if each.awarded is not None]
    return sum(told) if len(told) == len(lines) else None


def in_public(minutes: int, *, is_told: bool) -> int | None:
    """Give a figure as anybody reads it: in whole tens of hours towards zero, or not at all.

    So two tellings do not differ by what one person earned between them.
    """
    return minutes // COARSE * COARSE if is_told else None


def hidden_sums(sums: Sums) -> Sums:
    """Give a currency without its minutes: so few move them that a sum is somebody's own."""
    return replace(sums, issued=None, on_grants=None, in_hands=None, spent=None, in_pot=None, expired=None, owed=None)


def hidden_netting(line: Netting) -> Netting:
    """Give what stands between two currencies without its minutes, for the same reason."""
    return replace(line, taken=None, given=None, owed=None, settled=None)


def is_public(activity: Activity) -> bool:
    """Say whether an activity is shown to anybody: one that was approved, and given something."""
    return activity.state is not ActivityState.DRAFT and bool(activity.grants)


def is_running(activity: Activity, today: date) -> bool:
    """Say whether an activity may award today, or only counts hours."""
    return activity.state is ActivityState.APPROVED and (not activity.earns or activity.grant_on(today) is not None)
