"""The doors to what taking part has meant: members are asked, and figures told to those who run it and to partners."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.kred_members import CodeBody as MemberBody
from chalicelib.api.kred_members import key_of
from chalicelib.api.reading import Body, Id
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.ids import CurrencyId, Tenant, VenueId, is_id

if TYPE_CHECKING:
    from chalicelib.impact.actions import RoundTold
    from chalicelib.impact.rules import Quarter, Told

doors = Doors(__name__)

_OUTCOME: Final = "^(quality_of_life|less_isolated|mental_health|contribute|belonging|network)$"
_BY_CODE: Final = "the member's code and its PIN are the proof"
_EFFECT: Final = "^(belonging|network|safety|work|health|learning|family|youth|environment|culture)$"


class SurveyBody(Body, frozen=True):
    """When members are asked: with `invited` 0 all of today. `effects` says which activities it is about."""

    kind: Annotated[str, Meta(pattern="^(baseline|follow_up)$")]
    opens: date
    closes: Annotated[date, Meta(description="the last day")]
    invited: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    effects: list[Annotated[str, Meta(pattern=_EFFECT)]] = []


class ReplyBody(Body, frozen=True):
    """How it is now, from 1 (not at all) to 5 (very much), and in a follow-up whether taking part made it better."""

    now: Annotated[int, Meta(ge=1, le=5)]
    better: Annotated[str, Meta(pattern="^(yes|no|unsure)$")] | None = None


class AnswersBody(MemberBody, frozen=True, kw_only=True):
    """A member's answers to a round; nobody needs to answer everything. The member is not kept with them."""

    survey: Id
    answers: dict[Annotated[str, Meta(pattern=_OUTCOME)], ReplyBody]


class AskedAnswer(Shape):
    survey: str
    kind: str
    closes: date
    outcomes: list[str]


class AllAskedAnswer(Shape):
    asked: list[AskedAnswer]


class AnsweredAnswer(Shape):
    answered: Annotated[bool, Meta(description="false where this member has answered before, and nothing was kept")]


class ToldAnswer(Shape):
    outcome: str
    n: Annotated[int, Meta(description="how many answered; under five the figures beside it are null")]
    mean: Annotated[float | None, Meta(description="of 1 to 5")]
    high: Annotated[int | None, Meta(description="percent who answered 4 or 5")]
    n_better: Annotated[int, Meta(description="how many answered whether it got better")]
    better: Annotated[int | None, Meta(description="percent of these who said yes")]
    cited: Annotated[int | None, Meta(description="percent in the measurement of 2018 that the model is known by")]


class SurveyAnswer(Shape):
    id: str
    kind: str
    opens: date
    closes: date
    effects: list[str]
    state: Annotated[str, Meta(description="coming, open or over; figures are told when it is over")]
    invited: int
    n: int
    response_rate: Annotated[int, Meta(description="percent of those invited")]
    outcomes: list[ToldAnswer]


class SurveysAnswer(Shape):
    surveys: list[SurveyAnswer]


class QuarterAnswer(Shape):
    quarter: str
    visits: int | None
    age_bands: dict[str, int | None]
    asked: Annotated[int | None, Meta(description="how many were asked whether they had been here before")]
    first_time: Annotated[int | None, Meta(description="percent of these who had not")]


class VisitorsAnswer(Shape):
    quarters: list[QuarterAnswer]
    visits: Annotated[int | None, Meta(description="in all quarters that are told")]


class PartnerPageAnswer(Shape):
    municipality: str
    venue: str
    name: str
    address: str
    link: str
    currencies: list[dict[str, str]]
    visits: int | None
    first_time: int | None


@doors.open(
    "PUT", "/v1/kred/currencies/{currency}/surveys/{survey}", who=frozenset({Role.COORDINATOR}), takes=SurveyBody,
    gives=SurveyAnswer, says="Set up a round of questions to the members, before anything is earned or after a while. "
    "Once it takes answers only its last day may be moved.",
)  # fmt: skip
def put_survey(asking: Asking, sent: SurveyBody, currency: str, survey: str) -> Answer:
    """Set it up."""
    from chalicelib.impact.rules import Round, RoundKind

    house = wiring.house()
    house.currencies.for_whom(asking.caller, CurrencyId(currency))
    effects = tuple(dict.fromkeys(sent.effects))
    asked = Round(survey, currency, RoundKind(sent.kind), sent.opens, sent.closes, sent.invited, effects)
    return Answer(_round(house.impact.put(asking.tenant, asked, now=asking.now)))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/surveys",
    who=frozenset({Role.COORDINATOR, Role.OPERATOR, Role.CITY}), gives=SurveysAnswer,
    says="What members answered, round by round: always with how many, and never a percentage of fewer than five.",
)  # fmt: skip
def list_surveys(asking: Asking, currency: str) -> Answer:
    """Tell of them."""
    house = wiring.house()
    if asking.caller.has(Role.CITY):
        house.currencies.setup(asking.tenant, CurrencyId(currency))
    else:
        house.currencies.for_whom(asking.caller, CurrencyId(currency))
    found = house.impact.all(asking.tenant, currency, now=asking.now)
    return Answer(SurveysAnswer(surveys=[_round(each) for each in found]))


@doors.open(
    "GET", "/v1/kred/visitors", who=frozenset({Role.DEVICE}), right=Right.STATEMENT, gives=VisitorsAnswer,
    says="Who came to this venue for time, by quarters that have ended: age bands and the share of first visits.",
)  # fmt: skip
def own_visitors(asking: Asking) -> Answer:
    """Tell the partner."""
    return Answer(_visitors(asking.tenant, asking.device.venue, asking))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/partners/{venue}/visitors",
    who=frozenset({Role.COORDINATOR, Role.OPERATOR}), gives=VisitorsAnswer,
    says="The same for those who run a currency that the venue takes.",
)  # fmt: skip
def visitors_of(asking: Asking, currency: str, venue: str) -> Answer:
    """Tell those who run it."""
    house = wiring.house()
    known, _ = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    if known.setup.partner(venue) is None:
        raise UnknownError("unknown_venue", "There is no such venue.")
    return Answer(_visitors(asking.tenant, VenueId(venue), asking))


@doors.open(
    "GET", "/v1/kred/partners/{venue}", who=PUBLIC, gives=PartnerPageAnswer,
    query={"tenant": "the municipality's id", "language": "for the names of currencies; default nb"},
    says="What a page of thanks to a partner is made of: which currencies it takes, and how many have come.",
    why_public="it thanks a partner in public, in sums that nobody is told from",
)  # fmt: skip
def partner_page(asking: Asking, venue: str) -> Answer:
    """Show it."""
    from chalicelib.kred.rules.currencies import PartnerState

    tenant, language = asking.query.get("tenant", ""), asking.query.get("language", "nb")
    if not is_id(tenant):
        raise MalformedError("bad_query", "Give the municipality's id as tenant.")
    house, home = wiring.house(), Tenant(tenant)
    configuration = house.terms.configuration(home)
    found = configuration.venues.get(VenueId(venue))
    taken = [
        each for each in house.currencies.currencies(home)
        if (partner := house.currencies.setup(home, each.id).partner(venue)) is not None
        and partner.state is PartnerState.APPROVED
    ]  # fmt: skip
    if found is None or not taken:
        raise UnknownError("unknown_venue", "There is no such venue.")
    quarters, visits = house.impact.of_partner(home, found.id, now=asking.now)
    latest = next((each.first for each in reversed(quarters) if each.first is not None), None)
    told = PartnerPageAnswer(
        municipality=configuration.municipality.name, venue=found.id, name=found.name, address=found.address,
        link=found.link, visits=visits, first_time=latest,
        currencies=[
            {"id": each.id, "name": each.name.get(language) or next(iter(each.name.values())), "colour": each.colour}
            for each in taken
        ],
    )  # fmt: skip
    return Answer(told, headers={"Cache-Control": "public, max-age=300"})


@doors.open(
    "POST", "/v1/kred/member/surveys", who=PUBLIC, takes=MemberBody, gives=AllAskedAnswer,
    says="What a member is asked today and has not answered yet.", why_public=_BY_CODE,
)  # fmt: skip
def list_asked(asking: Asking, sent: MemberBody) -> Answer:
    """List it."""
    from chalicelib.impact.rules import OUTCOMES

    house = wiring.house()
    tenant, member = house.members.opened(key_of(sent), now=asking.now)
    found = house.impact.asked(tenant, member.currency, member.id, now=asking.now)
    return Answer(AllAskedAnswer(asked=[
        AskedAnswer(survey=each.id, kind=each.kind, closes=each.closes, outcomes=[*OUTCOMES]) for each in found
    ]))  # fmt: skip


@doors.open(
    "POST", "/v1/kred/member/surveys/answer", who=PUBLIC, takes=AnswersBody, gives=AnsweredAnswer,
    says="Answer a round, once. What is answered is kept without the member, and who answered without what.",
    why_public=_BY_CODE,
)  # fmt: skip
def answer_survey(asking: Asking, sent: AnswersBody) -> Answer:
    """Keep the answers."""
    from chalicelib.impact.rules import Answers, Better, Outcome, Reply

    house = wiring.house()
    tenant, member = house.members.opened(key_of(sent), now=asking.now)
    answers = Answers({
        Outcome(name): Reply(reply.now, None if reply.better is None else Better(reply.better))
        for name, reply in sent.answers.items()
    })  # fmt: skip
    kept = house.impact.answer(tenant, member.currency, sent.survey, member.id, answers, now=asking.now)
    return Answer(AnsweredAnswer(answered=kept))


def _visitors(tenant: Tenant, venue: VenueId, asking: Asking) -> VisitorsAnswer:
    quarters, visits = wiring.house().impact.of_partner(tenant, venue, now=asking.now)
    return VisitorsAnswer(quarters=[_quarter(each) for each in quarters], visits=visits)


def _quarter(told: "Quarter") -> QuarterAnswer:
    return QuarterAnswer(
        quarter=told.name, visits=told.visits, age_bands=dict(told.bands), asked=told.asked, first_time=told.first
    )


def _round(told: "RoundTold") -> SurveyAnswer:
    asked = told.round
    return SurveyAnswer(
        id=asked.id, kind=asked.kind, opens=asked.opens, closes=asked.closes, effects=list(asked.effects),
        state=told.state, invited=asked.invited, n=told.n, response_rate=told.rate,
        outcomes=[_told(each) for each in told.told],
    )  # fmt: skip


def _told(told: "Told") -> ToldAnswer:
    from chalicelib.impact.rules import CITED

    return ToldAnswer(
        outcome=told.outcome, n=told.n, mean=told.mean, high=told.high, n_better=told.n_better, better=told.better,
        cited=CITED.get(told.outcome),
    )  # fmt: skip
