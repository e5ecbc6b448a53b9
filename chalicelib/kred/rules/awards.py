"""Who may be awarded what, by whom and when; an award is taken from an activity's grant, never made of nothing."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.kred.rules.activities import Activity, ActivityState, held_back
from chalicelib.kred.rules.currencies import Currency, CurrencyState, in_step
from chalicelib.kred.rules.standing import Standing
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, MemberId

MOST_MINUTES: Final = 24 * 60  # in one award


class NoAward(StrEnum):
    """Why somebody is not awarded."""

    NOT_APPROVED = "not_approved"
    CURRENCY_CLOSED = "currency_closed"
    NO_GRANT = "no_grant"  # none has been given yet
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    ABOVE_GRANT = "above_grant"
    ABOVE_STEP = "above_step"  # the taper's later steps are not free yet
    OUT_OF_STEP = "out_of_step"
    NOTHING_EARNED = "nothing_earned"  # here hours are only counted
    NOT_LINKED = "not_linked"  # who awards has not said which member they are
    SELF = "self_award"
    UNKNOWN_MEMBER = "unknown_member"
    OVER_LIMIT = "over_limit"  # the member would hold more than the currency allows
    ACCOUNT_CLOSED = "account_closed"


@dataclass(frozen=True, slots=True)
class Award:
    """What somebody was given for taking part. `minutes` are earned, `present` is how long they were there.

    `id` is made by the caller: for an attendance list of activity, session and member. `organisation` is who awards:
    the sub-organisation, or the operator itself.
    """

    id: str
    currency: CurrencyId
    activity: ActivityId
    organisation: str
    member: MemberId
    minutes: int
    present: int
    on: date  # the day it was awarded
    by: CallerId
    session: str | None = None
    reversed_by: CallerId | None = None
    reversed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Awarded:
    """It stands. `replayed`: it stood before, and nothing was done now."""

    award: Award
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class NotAwarded:
    """Nothing was done."""

    because: NoAward


def may_award(currency: Currency, activity: Activity, standing: Standing, award: Award) -> NoAward | None:
    """Say why an award is not made on its day, or None. That the grant has enough is for the write to say."""
    if standing.member is None:
        return NoAward.NOT_LINKED
    if standing.member == award.member:
        return NoAward.SELF
    if activity.state is not ActivityState.APPROVED:
        return NoAward.NOT_APPROVED
    if currency.state is not CurrencyState.OPEN:
        return NoAward.CURRENCY_CLOSED
    return _wrong_amount(currency, activity, award.minutes) or _outside(activity, award.on)


def free_of(activity: Activity, balance: int, today: date) -> int:
    """Give how much of a grant account's balance may be awarded today."""
    return max(balance - held_back(activity, today), 0)


def too_much(activity: Activity, balance: int, minutes: int) -> NoAward:
    """Say why a grant account does not cover an award: it is not there, or not free yet."""
    return NoAward.ABOVE_GRANT if minutes > balance or not activity.grants else NoAward.ABOVE_STEP


def content(award: Award) -> tuple[object, ...]:
    """Give what must be the same when an id is sent again."""
    return (award.currency, award.activity, award.member, award.minutes, award.present, award.session)


def _wrong_amount(currency: Currency, activity: Activity, minutes: int) -> NoAward | None:
    if not activity.earns:
        return NoAward.NOTHING_EARNED if minutes else None
    return NoAward.OUT_OF_STEP if minutes <= 0 or not in_step(currency, minutes) else None


def _outside(activity: Activity, today: date) -> NoAward | None:
    if not activity.earns or activity.grant_on(today) is not None:
        return None
    if not activity.grants:
        return NoAward.NO_GRANT
    return NoAward.BEFORE_START if today < min(each.starts for each in activity.grants) else NoAward.AFTER_END
