"""The doors of activities and awards: written and awarded by those who hold them, reviewed and granted by operators."""

from datetime import date
from typing import Annotated, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import kred as answers
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.kred_currencies import ACTING, RUNNING, as_table, wants_csv
from chalicelib.api.reading import Body, CardText, Id, Label, Line, Text, Words
from chalicelib.kred.rules.activities import (
    ADDITIONALITY,
    Activity,
    Effect,
    Grant,
    Pay,
    Statement,
    Taper,
    due_for_renewal,
)
from chalicelib.kred.rules.awards import MOST_MINUTES, Wish, free_of
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import ActivityId, CurrencyId, MemberId, OperatorId, OrganisationId

doors = Doors(__name__)

_CURRENCY: Final = "/v1/kred/currencies/{currency}"
_ACTIVITY: Final = _CURRENCY + "/activities/{activity}"
_YEARS: Final = range(2020, 2200)

Minutes = Annotated[int, Meta(ge=1, le=10_000_000, description="minutes; 60 are one Kred")]


class StatementBody(Body, frozen=True):
    """Yes or no to the sentence that TimeKred is limited by, and why."""

    holds: Annotated[bool, Meta(description=ADDITIONALITY)]
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class ActivityBody(Body, frozen=True):
    """An activity's form. It may be stored half done; what is missing is named when it is to be approved."""

    operator: Id
    title: Words
    organisation: Id | None = None
    tasks: Annotated[Text, Meta(description="what one does, as it stands on an attestation")] = ""
    place: Line = ""
    responsible: Annotated[Line, Meta(description="who answers for it")] = ""
    benefits: Annotated[Text, Meta(description="who gains besides the participant")] = ""
    effects: Annotated[tuple[Effect, ...], Meta(max_length=10)] = ()
    pay: Annotated[Pay, Meta(description="by the hour, a fixed number of minutes, or none: hours only count")] = (
        Pay.HOURLY
    )
    minutes: Annotated[int, Meta(ge=0, le=MOST_MINUTES, description="for an hour, or fixed; 0 for none")] = 60
    statement: StatementBody | None = None
    long_term: (
        Annotated[str, Meta(max_length=1000, description="why it goes on although it will not carry itself")] | None
    ) = None


class ReviewBody(Body, frozen=True):
    """Who has reviewed the form; the day is the server's."""

    reviewer: Label


class TaperBody(Body, frozen=True, rename={"starts": "from"}):
    """From a day on, so many minutes of the grant."""

    starts: date
    minutes: Minutes


class GrantBody(Body, frozen=True, rename={"starts": "from", "ends": "until"}):
    """Minutes from a day until another, both included. `id` is made by the caller; `taper` adds up to `minutes`."""

    id: Id
    minutes: Minutes
    starts: date
    ends: date
    taper: Annotated[list[TaperBody], Meta(max_length=24)] = []
    reason: Annotated[str, Meta(max_length=1000)] = ""


class AwardBody(Body, frozen=True):
    """What a member is given. `id` is made by the caller; `present` is how many minutes they took part.

    The member is named by the code that they show (`card`), or by id.
    """

    id: Id
    minutes: Annotated[int, Meta(ge=0, le=MOST_MINUTES)]
    present: Annotated[int, Meta(ge=0, le=MOST_MINUTES)] = 0
    card: CardText | None = None
    member: Id | None = None


class TakeBackBody(Body, frozen=True):
    """The id of the transfer that takes it back, made by the caller."""

    id: Id


@doors.open(
    "PUT", _ACTIVITY, who=ACTING, takes=ActivityBody, gives=answers.ActivityAnswer,
    says="Write an activity's form, or change it. An approved one that says something else waits for review again.",
)  # fmt: skip
def put_activity(asking: Asking, sent: ActivityBody, currency: str, activity: str) -> Answer:
    """Store it."""
    said = sent.statement
    form = Activity(
        id=ActivityId(activity), currency=CurrencyId(currency), operator=OperatorId(sent.operator),
        title=dict(sent.title), tasks=sent.tasks, place=sent.place, responsible=sent.responsible,
        benefits=sent.benefits, effects=sent.effects, pay=sent.pay, minutes=sent.minutes,
        organisation=None if sent.organisation is None else OrganisationId(sent.organisation),
        statement=None if said is None else Statement(said.holds, said.reason), long_term=sent.long_term,
    )  # fmt: skip
    return Answer(answers.activity(wiring.house().activities.put(asking.caller, form)))


@doors.open(
    "GET", _CURRENCY + "/activities", who=ACTING, gives=answers.ActivitiesAnswer,
    says="The activities that are your operator's or your organisation's own.",
)  # fmt: skip
def list_activities(asking: Asking, currency: str) -> Answer:
    """List them."""
    listed = wiring.house().activities.listed(asking.caller, CurrencyId(currency))
    renew = [each.id for each in due_for_renewal(listed, oslo_date(asking.now))]
    return Answer(answers.ActivitiesAnswer(activities=[answers.activity(each) for each in listed], renew=[*renew]))


@doors.open(
    "GET", _ACTIVITY, who=ACTING, gives=answers.ActivityAnswer,
    says="One activity, with what its grants have left and what of that may be awarded today.",
)  # fmt: skip
def get_activity(asking: Asking, currency: str, activity: str) -> Answer:
    """Show it."""
    found, _ = wiring.house().activities.own(asking.caller, CurrencyId(currency), ActivityId(activity))
    return _with_balance(asking, found)


@doors.open(
    "POST", _ACTIVITY + "/approve", who=RUNNING, takes=ReviewBody, gives=answers.ActivityAnswer,
    says="Approve an activity, with the name of who reviewed it. Without a yes to the statement there is no approval.",
)  # fmt: skip
def approve(asking: Asking, sent: ReviewBody, currency: str, activity: str) -> Answer:
    """Approve it."""
    named = CurrencyId(currency), ActivityId(activity)
    done = wiring.house().activities.approve(asking.caller, named, sent.reviewer, now=asking.now)
    return Answer(answers.activity(done))


@doors.open(
    "POST", _ACTIVITY + "/grants", who=RUNNING, takes=GrantBody, gives=answers.ActivityAnswer,
    says="Grant an approved activity minutes to award; the same id grants once. A long-term one is renewed so, "
    "a year at a time, with a reason.",
)  # fmt: skip
def grant(asking: Asking, sent: GrantBody, currency: str, activity: str) -> Answer:
    """Grant them."""
    steps = tuple(Taper(each.starts, each.minutes) for each in sent.taper)
    given = Grant(sent.id, sent.minutes, sent.starts, sent.ends, steps, sent.reason)
    named = CurrencyId(currency), ActivityId(activity)
    return _with_balance(asking, wiring.house().activities.grant(asking.caller, named, given, now=asking.now))


@doors.open(
    "POST", _ACTIVITY + "/close", who=RUNNING, gives=answers.ActivityAnswer,
    says="End an activity; what is left of its grants goes back to where it came from.",
)  # fmt: skip
def close(asking: Asking, currency: str, activity: str) -> Answer:
    """End it."""
    named = CurrencyId(currency), ActivityId(activity)
    return _with_balance(asking, wiring.house().activities.close(asking.caller, named, now=asking.now))


@doors.open(
    "POST", _ACTIVITY + "/awards", who=ACTING, takes=AwardBody, gives=answers.AwardAnswer,
    says="Award a member out of the activity's grant, or count their hours. Sent again, it is the same award; "
    "a no is an answer, with its reason.",
)  # fmt: skip
def award(asking: Asking, sent: AwardBody, currency: str, activity: str) -> Answer:
    """Award them."""
    house = wiring.house()
    if (sent.card is None) == (sent.member is None):
        raise MalformedError("one_member", "Name the member by `card` or by `member`, and not by both.")
    house.currencies.for_whom(asking.caller, CurrencyId(currency))
    member = MemberId(sent.member or "")
    if sent.card is not None:
        member = house.currencies.whose(asking.tenant, CurrencyId(currency), sent.card)
    wish = Wish(sent.id, ActivityId(activity), member, sent.minutes, sent.present)
    return Answer(answers.awarded(house.awards.award(asking.caller, CurrencyId(currency), wish, now=asking.now)))


@doors.open(
    "POST", _CURRENCY + "/awards/{award}/reverse", who=RUNNING, takes=TakeBackBody, gives=answers.AwardShown,
    says="Take an award back, once, as the operator whose activity it was of; refused where it has been spent.",
)  # fmt: skip
def take_back(asking: Asking, sent: TakeBackBody, currency: str, award: str) -> Answer:
    """Take it back."""
    desk = wiring.house().awards
    return Answer(answers.award(desk.take_back(asking.caller, CurrencyId(currency), award, sent.id, now=asking.now)))


@doors.open(
    "GET", _CURRENCY + "/years/{year}", who=frozenset({Role.COORDINATOR, Role.OPERATOR}), gives=answers.YearAnswer,
    content_types=("application/json", "text/csv"), query={"format": "json (default) or csv"},
    says="What each person earned with each organisation in a year. Operators read the names, for the tax report.",
)  # fmt: skip
def year(asking: Asking, currency: str, year: str) -> Answer:
    """Tell it."""
    from chalicelib.kred.paper.tables import year_csv

    if not year.isdecimal() or int(year) not in _YEARS:
        raise MalformedError("bad_path", "Write a year as 2026.")
    lines = wiring.house().awards.year(asking.caller, CurrencyId(currency), int(year))
    if wants_csv(asking):
        return as_table(year_csv(lines), f"opptjent-{currency}-{year}.csv")
    return Answer(answers.year(int(year), lines))


def _with_balance(asking: Asking, activity: Activity) -> Answer:
    """Show an activity with what its grants have left, and what of that may be awarded today."""
    left, today = wiring.house().activities.balance(asking.tenant, activity), oslo_date(asking.now)
    free = free_of(activity, left, today) if activity.grant_on(today) else 0
    return Answer(answers.activity(activity, left=left, free=free))
