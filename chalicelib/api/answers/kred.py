"""Answers about currencies of time, activities and awards."""

from __future__ import annotations

from datetime import date  # noqa: TC003  msgspec reads it when a shape is made
from typing import TYPE_CHECKING

from chalicelib.api.answers.common import Shape
from chalicelib.kred.rules.activities import ADDITIONALITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.kred.rules.activities import Activity, Grant, Organisation
    from chalicelib.kred.rules.awards import Award, Awarded, NotAwarded
    from chalicelib.kred.rules.currencies import Acceptance, Currency, Operator, Partner
    from chalicelib.kred.rules.standing import Known, Standing, Worker
    from chalicelib.kred.rules.sums import GrantLine, Netting, Sums
    from chalicelib.kred.rules.years import YearLine


class CurrencyAnswer(Shape):
    id: str
    code: int
    name: dict[str, str]
    step: int
    colour: str
    text_colour: str
    expires_after: int | None
    most: int | None
    leave: str
    offline_floor: int
    yearly_most: int | None
    contact: str
    state: str


class CurrenciesAnswer(Shape):
    """`you` is how somebody else lets you in: the id that your token gives."""

    currencies: list[CurrencyAnswer]
    you: str


class WorkerAnswer(Shape):
    person: str
    lead: bool
    linked: bool
    added_by: str
    added_on: date


class OperatorAnswer(Shape):
    id: str
    name: str
    kind: str
    contact: str
    people: list[WorkerAnswer] | None


class OrganisationAnswer(Shape):
    id: str
    operator: str
    name: str
    budget: int
    granted: int
    people: list[WorkerAnswer]


class AcceptanceAnswer(Shape):
    other: str
    limit: int
    open: bool


class PriceAnswer(Shape):
    offer: str
    price_adult: int
    price_child: int
    capacity: int | None
    per: str


class PartnerAnswer(Shape):
    """`asks` are prices that the venue has asked for and nobody has answered yet."""

    venue: str
    state: str
    offers: str
    contact: str
    asked_on: date | None
    decided_on: date | None
    asks: list[PriceAnswer]
    note: str


class SetupAnswer(Shape):
    """A currency with what is the caller's own in it. `linked`: the caller has said which member they are."""

    currency: CurrencyAnswer
    operators: list[OperatorAnswer]
    organisations: list[OrganisationAnswer]
    accepts: list[AcceptanceAnswer]
    partners: list[PartnerAnswer]
    you: str
    linked: bool


class StatementOfActivity(Shape):
    """`text` is what `holds` answers to."""

    text: str
    holds: bool
    reason: str


class ReviewAnswer(Shape):
    reviewer: str
    on: date


class TaperAnswer(Shape, rename={"starts": "from"}):
    starts: date
    minutes: int


class GrantAnswer(Shape, rename={"starts": "from", "ends": "until"}):
    id: str
    minutes: int
    starts: date
    ends: date
    taper: list[TaperAnswer]
    reason: str
    on: date | None


class ActivityAnswer(Shape):
    """`left` is what its grants have left, `free` what of that may be awarded today; else null."""

    id: str
    currency: str
    operator: str
    organisation: str | None
    title: dict[str, str]
    tasks: str
    place: str
    responsible: str
    benefits: str
    effects: list[str]
    pay: str
    minutes: int
    statement: StatementOfActivity | None
    review: ReviewAnswer | None
    long_term: str | None
    state: str
    grants: list[GrantAnswer]
    left: int | None
    free: int | None


class ActivitiesAnswer(Shape):
    """`renew` are the long-term ones whose grant ends within two months."""

    activities: list[ActivityAnswer]
    renew: list[str]


class AwardShown(Shape):
    id: str
    activity: str
    organisation: str
    member: str
    minutes: int
    present: int
    on: date
    session: str | None
    reversed_on: date | None


class AwardAnswer(Shape):
    """`because` says why nothing was done; `replayed` that it was done before."""

    awarded: bool
    because: str | None
    replayed: bool
    award: AwardShown | None


class YearLineAnswer(Shape):
    organisation: str
    member: str
    name: str | None
    awards: int
    minutes: int
    present: int
    over: bool


class YearAnswer(Shape):
    year: int
    lines: list[YearLineAnswer]


class SumsAnswer(Shape):
    """`null`: so few have moved time that it would be somebody's own."""

    currency: str
    issued: int | None
    on_grants: int | None
    in_hands: int | None
    spent: int | None
    in_pot: int | None
    expired: int | None
    owed: int | None
    activities: int
    partners: int


class SumsListed(Shape):
    currencies: list[SumsAnswer]


class NettingLine(Shape):
    currency: str
    other: str
    month: str | None
    taken: int | None
    given: int | None
    owed: int | None
    limit: int
    settled: int | None


class NettingAnswer(Shape):
    lines: list[NettingLine]


class PublicGrant(Shape):
    activity: str
    title: dict[str, str]
    operator: str
    organisation: str | None
    effects: list[str]
    state: str
    granted: int
    awarded: int | None
    left: int | None


class EffectAnswer(Shape):
    effect: str
    activities: int
    granted: int
    awarded: int | None


class PublicGrants(Shape):
    """`effects` sets beside each other what activities mean to bring about; one with several stands in each."""

    currency: str
    grants: list[PublicGrant]
    effects: list[EffectAnswer]


def currency(stored: Currency) -> CurrencyAnswer:
    """Show a currency."""
    return CurrencyAnswer(
        id=stored.id, code=stored.code, name=stored.name, step=stored.step, colour=stored.colour,
        text_colour=stored.text_colour, expires_after=stored.expires_after, most=stored.most, leave=stored.leave,
        offline_floor=stored.offline_floor, yearly_most=stored.yearly_most, contact=stored.contact,
        state=stored.state,
    )  # fmt: skip


def setup(known: Known, standing: Standing) -> SetupAnswer:
    """Show what is set up for a currency, as far as it is the caller's own."""
    roster = known.roster
    return SetupAnswer(
        currency=currency(known.setup.currency),
        operators=[_operator(each, known, people=standing.runs(each.id)) for each in known.setup.operators],
        organisations=[_organisation(each, known) for each in roster.organisations if standing.sees(each)],
        accepts=[acceptance(each) for each in known.setup.accepts],
        partners=[partner(each) for each in known.setup.partners],
        you=standing.caller,
        linked=standing.member is not None,
    )


def acceptance(stored: Acceptance) -> AcceptanceAnswer:
    """Show that another currency is taken."""
    return AcceptanceAnswer(other=stored.other, limit=stored.limit, open=stored.open)


def partner(stored: Partner) -> PartnerAnswer:
    """Show a venue that takes a currency, or wants to."""
    return PartnerAnswer(
        venue=stored.venue, state=stored.state, offers=stored.offers, contact=stored.contact,
        asked_on=stored.asked_on, decided_on=stored.decided_on, asks=[
            PriceAnswer(
                offer=each.offer, price_adult=each.price_adult, price_child=each.price_child, capacity=each.capacity,
                per=each.per.value,
            )
            for each in stored.asks
        ],
        note=stored.note,
    )  # fmt: skip


def activity(stored: Activity, *, left: int | None = None, free: int | None = None) -> ActivityAnswer:
    """Show an activity, one by itself with what it may still award."""
    said, review = stored.statement, stored.review
    return ActivityAnswer(
        id=stored.id, currency=stored.currency, operator=stored.operator, organisation=stored.organisation,
        title=stored.title, tasks=stored.tasks, place=stored.place, responsible=stored.responsible,
        benefits=stored.benefits, effects=[*stored.effects], pay=stored.pay, minutes=stored.minutes,
        statement=None if said is None else StatementOfActivity(
            text=ADDITIONALITY, holds=said.holds, reason=said.reason
        ),
        review=None if review is None else ReviewAnswer(reviewer=review.reviewer, on=review.on),
        long_term=stored.long_term, state=stored.state, grants=[_grant(each) for each in stored.grants],
        left=left, free=free,
    )  # fmt: skip


def award(stored: Award) -> AwardShown:
    """Show an award; who made it stands in the book of changes."""
    return AwardShown(
        id=stored.id, activity=stored.activity, organisation=stored.organisation, member=stored.member,
        minutes=stored.minutes, present=stored.present, on=stored.on, session=stored.session,
        reversed_on=stored.reversed_on,
    )  # fmt: skip


def awarded(answer: Awarded | NotAwarded) -> AwardAnswer:
    """Say what came of an award."""
    from chalicelib.kred.rules.awards import NotAwarded

    if isinstance(answer, NotAwarded):
        return AwardAnswer(awarded=False, because=answer.because, replayed=False, award=None)
    return AwardAnswer(awarded=True, because=None, replayed=answer.replayed, award=award(answer.award))


def year(of: int, lines: Iterable[YearLine]) -> YearAnswer:
    """Show what each person earned with each organisation."""
    shown = [
        YearLineAnswer(
            organisation=each.organisation, member=each.member, name=each.name, awards=each.awards,
            minutes=each.minutes, present=each.present, over=each.over,
        )
        for each in lines
    ]  # fmt: skip
    return YearAnswer(year=of, lines=shown)


def sums(listed: Iterable[Sums]) -> SumsListed:
    """Show what currencies come to."""
    shown = [
        SumsAnswer(
            currency=each.currency, issued=each.issued, on_grants=each.on_grants, in_hands=each.in_hands,
            spent=each.spent, in_pot=each.in_pot, expired=each.expired, owed=each.owed, activities=each.activities,
            partners=each.partners,
        )
        for each in listed
    ]  # fmt: skip
    return SumsListed(currencies=shown)


def netting(lines: Iterable[Netting]) -> NettingAnswer:
    """Show what stands between currencies."""
    return NettingAnswer(lines=[netting_line(each) for each in lines])


def netting_line(line: Netting) -> NettingLine:
    """Show what stands between two currencies."""
    return NettingLine(
        currency=line.currency, other=line.other, month=line.month, taken=line.taken, given=line.given,
        owed=line.owed, limit=line.limit, settled=line.settled,
    )  # fmt: skip


def public_grants(of: str, lines: Sequence[GrantLine]) -> PublicGrants:
    """Show anybody what activities were granted, and what for."""
    from chalicelib.kred.rules.sums import by_effect

    shown = [
        PublicGrant(
            activity=each.activity.id, title=each.activity.title, operator=each.operator,
            organisation=each.organisation, effects=[*each.activity.effects], state=each.activity.state,
            granted=each.activity.granted, awarded=each.awarded, left=each.left,
        )
        for each in lines
    ]  # fmt: skip
    effects = [
        EffectAnswer(effect=each.effect, activities=each.activities, granted=each.granted, awarded=each.awarded)
        for each in by_effect(lines)
    ]
    return PublicGrants(currency=of, grants=shown, effects=effects)


def _grant(stored: Grant) -> GrantAnswer:
    taper = [TaperAnswer(starts=step.starts, minutes=step.minutes) for step in stored.taper]
    return GrantAnswer(
        id=stored.id, minutes=stored.minutes, starts=stored.starts, ends=stored.ends, taper=taper,
        reason=stored.reason, on=stored.on,
    )  # fmt: skip


def _operator(stored: Operator, known: Known, *, people: bool) -> OperatorAnswer:
    workers = known.roster.workers_of(stored.id, is_organisation=False) if people else None
    return OperatorAnswer(
        id=stored.id, name=stored.name, kind=stored.kind, contact=stored.contact,
        people=None if workers is None else [_worker(each, known) for each in workers],
    )  # fmt: skip


def _organisation(stored: Organisation, known: Known) -> OrganisationAnswer:
    workers = known.roster.workers_of(stored.id, is_organisation=True)
    return OrganisationAnswer(
        id=stored.id, operator=stored.operator, name=stored.name, budget=stored.budget, granted=stored.granted,
        people=[_worker(each, known) for each in workers],
    )  # fmt: skip


def _worker(stored: Worker, known: Known) -> WorkerAnswer:
    return WorkerAnswer(
        person=stored.id, lead=stored.lead, linked=known.roster.member_of(stored.id) is not None,
        added_by=stored.added_by, added_on=stored.added_on,
    )  # fmt: skip
