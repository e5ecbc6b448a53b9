"""Who may be awarded what, by whom and when; an award is taken from an activity's grant, never made of nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.kred.rules.activities import Activity, ActivityState, held_back, worth
from chalicelib.kred.rules.currencies import Currency, CurrencyState, in_step
from chalicelib.kred.rules.standing import Standing
from chalicelib.ledger.rules import (
    Account,
    Leg,
    Limits,
    Refusal,
    Transfer,
    grant_account,
    member_account,
    reversal,
)
from chalicelib.shared.answers import Field
from chalicelib.shared.calendar import start_of
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, MemberId, TransferId

AWARD: Final = "award"
AWARD_REVERSED: Final = "award_reversed"
MOST_MINUTES: Final = 24 * 60  # in one award
AWARDS_KEPT_YEARS: Final = 5  # after the year they were made in


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
    ABOVE_RATE = "above_rate"  # more than the approved activity gives for so long
    NOTHING_EARNED = "nothing_earned"  # here hours are only counted
    NOT_LINKED = "not_linked"  # who awards has not said which member they are
    SELF = "self_award"
    UNKNOWN_MEMBER = "unknown_member"
    OVER_LIMIT = "over_limit"  # the member would hold more than the currency allows
    ACCOUNT_CLOSED = "account_closed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: that a member is given something for taking part. `present` is minutes of being there."""

    id: str
    activity: ActivityId
    member: MemberId
    minutes: int
    present: int
    session: str | None = None


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
    return (
        _wrong_amount(currency, activity, award.minutes)
        or _outside(activity, award.on)
        or _above_rate(currency, activity, award)
    )


def most_for(currency: Currency, activity: Activity, present: int) -> int:
    """Give the most that so many minutes of taking part may earn, rounded up to the currency's step."""
    return -(-worth(activity, present) // currency.step) * currency.step


def faults_of_promise(currency: Currency, activity: Activity, award: int, lasts: timedelta) -> Iterator[Field]:
    """Name a session's award that its activity does not give for so long: nobody is promised what is refused later."""
    most = most_for(currency, activity, int(lasts.total_seconds() // 60))
    if lasts > timedelta(0) and award > most:
        yield Field("award", "above_rate", f"The activity gives {most} minutes at the most for a session this long.")


def free_of(activity: Activity, balance: int, today: date) -> int:
    """Give how much of a grant account's balance may be awarded today."""
    return max(balance - held_back(activity, today), 0)


def refused(because: Refusal, activity: Activity, account: Account | None) -> NoAward:
    """Say in our words why the ledger does not move an award's minutes."""
    at_the_grant = account == grant_account(activity.id)
    match because:
        case Refusal.NOT_ENOUGH:
            return NoAward.ABOVE_GRANT
        case Refusal.OVER_LIMIT:
            return NoAward.ABOVE_STEP if at_the_grant else NoAward.OVER_LIMIT
        case Refusal.UNKNOWN_ACCOUNT:
            return NoAward.NO_GRANT if at_the_grant else NoAward.UNKNOWN_MEMBER
        case _:
            return NoAward.ACCOUNT_CLOSED


def differing(standing: Award, sent: Award) -> str | None:
    """Name the first field in which what stands under an id is not what was sent."""
    names = ("currency", "activity", "member", "minutes", "present", "session")
    return next((name for name in names if getattr(standing, name) != getattr(sent, name)), None)


def transfer_of(award: Award, now: datetime) -> Transfer | None:
    """Give the minutes that an award moves out of its activity's grant; None where hours are only counted."""
    if not award.minutes:
        return None
    leg = Leg(grant_account(award.activity), member_account(award.member), award.minutes)
    return Transfer(TransferId(award.id), award.currency, (leg,), AWARD, now)


def reversal_of(award: Award, name: str, now: datetime) -> Transfer | None:
    """Give the minutes that go back to the grant, out of the month they were given in; None where none were moved."""
    made = transfer_of(award, start_of(award.on))
    return None if made is None else reversal(made, TransferId(name), AWARD_REVERSED, now)


def limits_of(currency: Currency, activity: Activity, award: Award) -> Limits:
    """Give how far down the grant may go today, and how far up the member."""
    floors = {grant_account(activity.id): held_back(activity, award.on)}
    caps = {} if currency.most is None else {member_account(award.member): currency.most}
    return Limits(floors, caps)


def _wrong_amount(currency: Currency, activity: Activity, minutes: int) -> NoAward | None:
    if not activity.earns:
        return NoAward.NOTHING_EARNED if minutes else None
    return NoAward.OUT_OF_STEP if minutes <= 0 or not in_step(currency, minutes) else None


def _above_rate(currency: Currency, activity: Activity, award: Award) -> NoAward | None:
    """Hold an award to what was approved: by the hour or fixed, rounded up to a step (requirement TK-03)."""
    return NoAward.ABOVE_RATE if award.minutes > most_for(currency, activity, award.present) else None


def _outside(activity: Activity, today: date) -> NoAward | None:
    if not activity.earns or activity.grant_on(today) is not None:
        return None
    if not activity.grants:
        return NoAward.NO_GRANT
    return NoAward.BEFORE_START if today < min(each.starts for each in activity.grants) else NoAward.AFTER_END
