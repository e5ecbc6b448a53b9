"""Activities that time is earned by: who else gains, what would not have happened otherwise, and what is granted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

from chalicelib.kred.rules.currencies import Currency, faults_of_minutes
from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.shared.calendar import add_months
from chalicelib.shared.ids import ActivityId, CurrencyId, OperatorId, OrganisationId

# Word for word as those who made TimeKred drew its limit (requirement TK-32).
ADDITIONALITY: Final = "TimeKred kan benyttes der innsatsen eller bevegelsen ellers ikke hadde skjedd"
MOST_GRANT: Final = 10_000_000  # minutes
_MOST_STEPS: Final = 24
_MONTHS_OF_A_YEAR: Final = 12


class Effect(StrEnum):
    """What an activity is meant to bring about, so that effects can be compared (requirement TK-13)."""

    BELONGING = "belonging"
    NETWORK = "network"
    SAFETY = "safety"
    WORK = "work"
    HEALTH = "health"
    LEARNING = "learning"
    FAMILY = "family"
    YOUTH = "youth"
    ENVIRONMENT = "environment"
    CULTURE = "culture"


class Pay(StrEnum):
    """How time is earned: by the hour, a fixed number of minutes, or not at all, with hours that only count."""

    HOURLY = "hourly"
    FIXED = "fixed"
    NONE = "none"


class ActivityState(StrEnum):
    """A draft becomes an activity when somebody has reviewed it."""

    DRAFT = "draft"
    APPROVED = "approved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is answered to `ADDITIONALITY`, and why."""

    holds: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """Who said that the statement holds, and when. `by` is the token's id, `reviewer` the name that was written."""

    reviewer: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Taper:
    """From a day on, so many minutes of the grant; what is left of the steps before may be used too."""

    starts: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Grant:
    """Minutes that an activity may award, from a day until another, both included (requirement TK-33).

    With `taper`, its minutes become free step by step. `id` is the transfer's, made by the caller.
    """

    id: str
    minutes: int
    starts: date
    ends: date
    taper: tuple[Taper, ...] = ()
    reason: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that residents do for more than themselves."""

    id: ActivityId
    currency: CurrencyId
    operator: OperatorId
    title: dict[str, str]
    tasks: str = ""  # what one does, as it stands on an attestation
    place: str = ""
    responsible: str = ""  # the partner or person who answers for it
    benefits: str = ""  # who gains besides the participant (requirement TK-05)
    effects: tuple[Effect, ...] = ()
    pay: Pay = Pay.HOURLY
    minutes: int = 60  # for an hour, or fixed
    organisation: OrganisationId | None = None
    statement: Statement | None = None
    review: Review | None = None
    long_term: str | None = None  # why it goes on although it will not carry itself (requirement TK-34)
    state: ActivityState = ActivityState.DRAFT
    grants: tuple[Grant, ...] = ()
    returned: int = 0  # minutes of the grants that were left when it closed

    @property
    def granted(self) -> int:
        """Give the minutes of all its grants."""
        return sum(each.minutes for each in self.grants)

    @property
    def earns(self) -> bool:
        """Say whether minutes are earned, or hours only counted."""
        return self.pay is not Pay.NONE

    def grant_on(self, day: date) -> Grant | None:
        """Give the grant that awards of a day are taken from."""
        return next((each for each in self.grants if each.starts <= day <= each.ends), None)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A small board or group under an operator, with a budget that its activities' grants are kept within (TK-16)."""

    currency: CurrencyId
    id: OrganisationId
    operator: OperatorId
    name: str
    budget: int = 0  # minutes of all its grants together
    granted: int = 0  # of these


def worth(activity: Activity, present: int) -> int:
    """Give what so many minutes of taking part earn, rounded down to whole minutes of the hourly rate."""
    match activity.pay:
        case Pay.HOURLY:
            return present * activity.minutes // 60
        case Pay.FIXED:
            return activity.minutes
        case Pay.NONE:
            return 0


def held_back(activity: Activity, day: date) -> int:
    """Give how much of the grants is not free yet on a day: the taper's later steps, and grants that start later."""
    later = sum(each.minutes for each in activity.grants if each.starts > day)
    current = activity.grant_on(day)
    return later + sum(step.minutes for step in current.taper if step.starts > day) if current else later


def faults_of_activity(sent: Activity, currency: Currency) -> Iterator[Field]:
    """Name what is wrong with an activity's form; what is missing before approval is named then."""
    if not sent.title:
        yield Field("title", "missing", "Write it in at least one language.")
    if sent.earns:
        yield from faults_of_minutes("minutes", sent.minutes, currency.step, least=currency.step)
    elif sent.minutes:
        yield Field("minutes", "no_award", "Where hours are only counted, nothing is earned.")
    if len(set(sent.effects)) < len(sent.effects):
        yield Field("effects", "twice", "Name each effect once.")


def edited(before: Activity | None, sent: Activity) -> Activity:
    """Give a form as it is stored. An approved one that says something else waits for review again.

    ConflictError `activity_closed` or `another_operator`; RuleError `pay_is_fixed` where minutes were granted.
    """
    if before is None:
        return sent
    if before.state is ActivityState.CLOSED:
        raise ConflictError("activity_closed", "The activity is closed; make a new one.")
    if (before.operator, before.organisation) != (sent.operator, sent.organisation):
        raise ConflictError("another_operator", "An activity stays with its operator and its organisation.")
    if before.grants and not sent.earns:
        raise RuleError("pay_is_fixed", "The activity has been granted minutes to award.")
    kept = replace(sent, review=before.review, state=before.state, grants=before.grants, returned=before.returned)
    if before.state is ActivityState.APPROVED and kept != before:
        return replace(kept, review=None, state=ActivityState.DRAFT)
    return kept


def approved(activity: Activity, review: Review) -> Activity:
    """Let an activity award. RuleError `not_ready` names what is missing; `would_happen_anyway` where it is not needed.

    ConflictError `activity_closed`.
    """
    if activity.state is ActivityState.CLOSED:
        raise ConflictError("activity_closed", "The activity is closed; make a new one.")
    missing = [
        Field(path, "missing", told)
        for path, told, there in (
            ("benefits", "Say who gains besides the participant.", activity.benefits.strip()),
            ("effects", "Name at least one effect.", activity.effects),
            ("responsible", "Say who answers for it.", activity.responsible.strip()),
            ("statement", f"Answer yes or no, with a reason: {ADDITIONALITY}.", activity.statement),
            ("statement.reason", "Give the reason for the answer.", _reason(activity)),
            ("reviewer", "Write who has reviewed it.", review.reviewer.strip()),
        )
        if not there
    ]
    if missing:
        raise RuleError("not_ready", "The form is not complete.", tuple(missing))
    if activity.statement is not None and not activity.statement.holds:
        raise RuleError("would_happen_anyway", f"{ADDITIONALITY}; the form says that this would have happened.")
    return replace(activity, review=review, state=ActivityState.APPROVED)


def with_grant(activity: Activity, grant: Grant, currency: Currency) -> Activity:
    """Give an activity more to award. Grants do not overlap, and a long-term activity is granted a year at a time.

    ConflictError `not_approved`; RuleError `no_award` or `bad_grant` with the fields.
    """
    if activity.state is not ActivityState.APPROVED:
        raise ConflictError("not_approved", "Only an approved activity is granted minutes.")
    if not activity.earns:
        raise RuleError("no_award", "Here hours are only counted; there is nothing to grant.")
    faults = tuple(_faults_of_grant(activity, grant, currency))
    if faults:
        raise RuleError("bad_grant", "The grant does not hold together.", faults)
    return replace(activity, grants=(*activity.grants, grant))


def same_grant(one: Grant, other: Grant) -> str | None:
    """Name the first field in which two grants of one id differ; None where it was sent twice."""
    for name in ("minutes", "starts", "ends", "taper", "reason"):
        if getattr(one, name) != getattr(other, name):
            return name
    return None


def due_for_renewal(activities: Iterable[Activity], today: date) -> list[Activity]:
    """Give the long-term activities whose latest grant ends within two months, or has ended (requirement TK-34)."""
    soon = add_months(today, 2)
    return [
        each for each in activities
        if each.long_term and each.state is ActivityState.APPROVED
        and max((grant.ends for grant in each.grants), default=today) <= soon
    ]  # fmt: skip


def _reason(activity: Activity) -> str:
    return activity.statement.reason.strip() if activity.statement else "said nothing, which is named already"


def _faults_of_grant(activity: Activity, grant: Grant, currency: Currency) -> Iterator[Field]:
    yield from faults_of_minutes("minutes", grant.minutes, currency.step, least=currency.step, most=MOST_GRANT)
    if grant.ends < grant.starts:
        yield Field("ends", "before_from", "The last day is not before the first.")
        return
    if any(each.starts <= grant.ends and grant.starts <= each.ends for each in activity.grants):
        yield Field("starts", "overlaps", "Another grant of the activity holds on some of these days.")
    if activity.long_term:
        if grant.ends >= add_months(grant.starts, _MONTHS_OF_A_YEAR):
            yield Field("ends", "over_a_year", "A long-term activity is granted a year at a time.")
        if activity.grants and not grant.reason.strip():
            yield Field("reason", "missing", "Say why it is renewed.")
    if grant.taper:
        yield from _faults_of_taper(grant, currency)


def _faults_of_taper(grant: Grant, currency: Currency) -> Iterator[Field]:
    steps = grant.taper
    if len(steps) > _MOST_STEPS:
        yield Field("taper", "too_many", f"At most {_MOST_STEPS} steps.")
    if steps[0].starts != grant.starts or steps[-1].starts > grant.ends:
        yield Field("taper", "outside", "The first step begins with the grant, and the last before it ends.")
    for index, (one, following) in enumerate(pairwise(steps)):
        if following.starts <= one.starts:
            yield Field(f"taper[{index + 1}].starts", "before_from", "Each step begins after the one before.")
        if following.minutes > one.minutes:
            yield Field(f"taper[{index + 1}].minutes", "not_less", "A step is not more than the one before.")
    for index, step in enumerate(steps):
        yield from faults_of_minutes(f"taper[{index}].minutes", step.minutes, currency.step, least=currency.step)
    if sum(step.minutes for step in steps) != grant.minutes:
        yield Field("taper", "other_sum", "The steps add up to the grant.")
