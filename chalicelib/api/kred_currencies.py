"""The doors where currencies of time are set up: by the coordinator, and by operators for what is their own."""

from typing import Annotated, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import kred as answers
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.kred_spending import PriceBody, TimeOfferBody, publish, title_of
from chalicelib.api.reading import Body, CardText, Id, Label, Reason, Text, Uuid, Words
from chalicelib.api.units import PersonId
from chalicelib.kred.rules.activities import Organisation
from chalicelib.kred.rules.currencies import (
    DARK,
    LIGHT,
    Acceptance,
    AskedPrice,
    Currency,
    CurrencyState,
    Leave,
    Operator,
    OperatorKind,
    Partner,
    PartnerState,
    faults_of_prices,
    insist,
)
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import Period, oslo_date
from chalicelib.shared.ids import CallerId, CurrencyId, OfferId, OperatorId, OrganisationId, Tenant, VenueId, is_id

doors = Doors(__name__)

COORDINATOR: Final = frozenset({Role.COORDINATOR})
RUNNING: Final = frozenset({Role.COORDINATOR, Role.OPERATOR})
ACTING: Final = RUNNING | {Role.AWARDER}
OWNERS: Final = RUNNING | {Role.CITY}
_CURRENCY: Final = "/v1/kred/currencies/{currency}"
_MONTH: Final = r"^\d{4}-(0[1-9]|1[0-2])$"

Minutes = Annotated[int, Meta(ge=0, le=10_000_000, description="minutes; 60 are one Kred")]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]


class CurrencyBody(Body, frozen=True):
    """A currency of time and its rules. Minutes throughout; `expires_after` is months after they were earned."""

    name: Words
    step: Annotated[int, Meta(ge=15, le=60)] = 60
    colour: Colour = DARK
    text_colour: Colour = LIGHT
    expires_after: Annotated[int, Meta(ge=1, le=120)] | None = None
    most: Minutes | None = None
    leave: Leave = Leave.POT
    offline_floor: Minutes = 0
    yearly_most: Annotated[
        Minutes | None, Meta(description="what one person earns with one organisation in a year before it is marked")
    ] = None
    contact: Text = ""
    state: CurrencyState = CurrencyState.OPEN


class OperatorBody(Body, frozen=True):
    """Who runs activities in a currency."""

    name: Label
    kind: OperatorKind = OperatorKind.DISTRICT
    contact: Text = ""


class WorkerBody(Body, frozen=True):
    """Somebody who acts for an operator or an organisation, by the id that the token gives; a lead lets others in."""

    person: PersonId
    lead: bool = False


class GoneBody(Body, frozen=True):
    """Somebody who acts for it no longer."""

    person: PersonId


class OrganisationBody(Body, frozen=True):
    """A small board under an operator. `budget` is what its activities may be granted in all, in minutes."""

    operator: Id
    name: Label
    budget: Minutes = 0


class LinkBody(Body, frozen=True):
    """One's own member code, as it is scanned or typed."""

    card: CardText


class AcceptanceBody(Body, frozen=True):
    """How much another currency may owe here at any time, in minutes; `open` false: nothing more is taken."""

    limit: Minutes
    open: bool = True


class PayoffBody(Body, frozen=True):
    """That `other` has paid off so many minutes of what it owed, and why: what was agreed on, and no person's name."""

    id: Uuid
    other: Id
    minutes: Annotated[int, Meta(ge=1, le=10_000_000, description="minutes, never more than stands")]
    reason: Reason


class AskBody(Body, frozen=True):
    """That the phone's venue wants to take a currency, and what it wants to give for it.

    `prices` are for offers that it has; they wait for an operator. `note` is what it wants to say of being a partner.
    """

    currency: Id
    offers: Reason
    contact: Text = ""
    prices: Annotated[list[PriceBody], Meta(max_length=20)] = []
    note: Text = ""


class PartnerBody(Body, frozen=True):
    """Whether a venue takes the currency; `offers` replaces its own words where it says something.

    `prices` are set as they are sent here, and answer what the venue has asked for; an empty list declines it.
    """

    state: Annotated[PartnerState, Meta(description="approved or ended")]
    offers: Annotated[str, Meta(max_length=200)] = ""
    prices: Annotated[list[PriceBody], Meta(max_length=20)] | None = None


@doors.open(
    "PUT", _CURRENCY, who=COORDINATOR, takes=CurrencyBody, gives=answers.CurrencyAnswer,
    says="Make or change a currency of time, with a ledger of its own. Its step can become finer, never coarser.",
)  # fmt: skip
def put_currency(asking: Asking, sent: CurrencyBody, currency: str) -> Answer:
    """Store it."""
    made = Currency(
        id=CurrencyId(currency), name=dict(sent.name), step=sent.step, colour=sent.colour,
        text_colour=sent.text_colour, expires_after=sent.expires_after, most=sent.most, leave=sent.leave,
        offline_floor=sent.offline_floor, yearly_most=sent.yearly_most, contact=sent.contact, state=sent.state,
    )  # fmt: skip
    return Answer(answers.currency(wiring.house().currencies.put_currency(asking.tenant, made)))


@doors.open(
    "GET", "/v1/kred/currencies", who=ACTING | {Role.CITY}, gives=answers.CurrenciesAnswer,
    says="The currencies that you act in, and who you are. The coordinator and the city see all of them.",
)  # fmt: skip
def list_currencies(asking: Asking) -> Answer:
    """List them."""
    listed = [answers.currency(each) for each in wiring.house().currencies.own(asking.caller)]
    return Answer(answers.CurrenciesAnswer(currencies=listed, you=asking.caller.id))


@doors.open(
    "GET", _CURRENCY, who=ACTING, gives=answers.SetupAnswer,
    says="A currency with its operators and partners, and the organisations and people that are your own.",
)  # fmt: skip
def get_currency(asking: Asking, currency: str) -> Answer:
    """Show it."""
    return _setup(asking, currency)


@doors.open(
    "PUT", _CURRENCY + "/operators/{operator}", who=COORDINATOR, takes=OperatorBody, gives=answers.SetupAnswer,
    says="Make or change who runs activities in a currency: a district, or an organisation outside.",
)  # fmt: skip
def put_operator(asking: Asking, sent: OperatorBody, currency: str, operator: str) -> Answer:
    """Store it."""
    made = Operator(CurrencyId(currency), OperatorId(operator), sent.name, sent.kind, sent.contact)
    wiring.house().currencies.put_operator(asking.tenant, made)
    return _setup(asking, currency)


@doors.open(
    "PUT", _CURRENCY + "/operators/{operator}/people", who=RUNNING, takes=WorkerBody, gives=answers.SetupAnswer,
    says="Let somebody act for an operator. The coordinator does, and whoever leads it.",
)  # fmt: skip
def put_operator_person(asking: Asking, sent: WorkerBody, currency: str, operator: str) -> Answer:
    """Let them in."""
    return _let_in(asking, sent, currency, operator, is_organisation=False)


@doors.open(
    "POST", _CURRENCY + "/operators/{operator}/people/remove", who=RUNNING, takes=GoneBody,
    gives=answers.SetupAnswer, says="Let somebody act for an operator no longer. It holds within 60 seconds.",
)  # fmt: skip
def remove_operator_person(asking: Asking, sent: GoneBody, currency: str, operator: str) -> Answer:
    """Let them out."""
    return _let_out(asking, sent, currency, operator, is_organisation=False)


@doors.open(
    "PUT", _CURRENCY + "/organisations/{organisation}", who=RUNNING, takes=OrganisationBody,
    gives=answers.SetupAnswer,
    says="Make or change an organisation under an operator, such as the board of a housing yard, with its budget.",
)  # fmt: skip
def put_organisation(asking: Asking, sent: OrganisationBody, currency: str, organisation: str) -> Answer:
    """Store it."""
    made = Organisation(
        CurrencyId(currency), OrganisationId(organisation), OperatorId(sent.operator), sent.name, sent.budget
    )
    wiring.house().currencies.put_organisation(asking.caller, made)
    return _setup(asking, currency)


@doors.open(
    "PUT", _CURRENCY + "/organisations/{organisation}/people", who=ACTING, takes=WorkerBody,
    gives=answers.SetupAnswer,
    says="Let somebody award for an organisation. Its operator does, and whoever leads it.",
)  # fmt: skip
def put_awarder(asking: Asking, sent: WorkerBody, currency: str, organisation: str) -> Answer:
    """Let them in."""
    return _let_in(asking, sent, currency, organisation, is_organisation=True)


@doors.open(
    "POST", _CURRENCY + "/organisations/{organisation}/people/remove", who=ACTING, takes=GoneBody,
    gives=answers.SetupAnswer, says="Let somebody award for an organisation no longer. It holds within 60 seconds.",
)  # fmt: skip
def remove_awarder(asking: Asking, sent: GoneBody, currency: str, organisation: str) -> Answer:
    """Let them out."""
    return _let_out(asking, sent, currency, organisation, is_organisation=True)


@doors.open(
    "POST", _CURRENCY + "/link", who=ACTING, takes=LinkBody, gives=answers.SetupAnswer,
    says="Say which member you are, with your own code. Who has not awards nobody; nobody awards themselves.",
)  # fmt: skip
def link(asking: Asking, sent: LinkBody, currency: str) -> Answer:
    """Remember it."""
    wiring.house().currencies.link_code(asking.caller, CurrencyId(currency), sent.card, now=asking.now)
    return _setup(asking, currency)


@doors.open(
    "POST", _CURRENCY + "/link/remove", who=RUNNING, takes=GoneBody, gives=answers.SetupAnswer,
    says="Undo which member somebody has said to be; another person than they themselves does.",
)  # fmt: skip
def unlink(asking: Asking, sent: GoneBody, currency: str) -> Answer:
    """Forget it."""
    wiring.house().currencies.unlink(asking.caller, CurrencyId(currency), CallerId(sent.person))
    return _setup(asking, currency)


@doors.open(
    "PUT", _CURRENCY + "/accepts/{other}", who=COORDINATOR, takes=AcceptanceBody, gives=answers.AcceptanceAnswer,
    says="Let a currency's partners take another's minutes, up to what the other may owe. Off until this is said.",
)  # fmt: skip
def accept(asking: Asking, sent: AcceptanceBody, currency: str, other: str) -> Answer:
    """Store it."""
    said = Acceptance(CurrencyId(currency), CurrencyId(other), sent.limit, sent.open)
    wiring.house().currencies.accept(asking.tenant, said)
    return Answer(answers.acceptance(said))


@doors.open(
    "POST", "/v1/kred/partners", who=frozenset({Role.DEVICE}), right=Right.STATEMENT, takes=AskBody,
    gives=answers.PartnerAnswer, says="Ask that the phone's venue may take a currency; an operator decides.",
)  # fmt: skip
def ask_to_take(asking: Asking, sent: AskBody) -> Answer:
    """Ask."""
    for each in sent.prices:
        title_of(asking, asking.device.venue, each.offer)
    asked = Partner(
        CurrencyId(sent.currency), asking.device.venue, PartnerState.ASKED, sent.offers, sent.contact,
        asked_on=oslo_date(asking.now), asks=tuple(map(_price, sent.prices)), note=sent.note,
    )  # fmt: skip
    return Answer(answers.partner(wiring.house().currencies.ask_to_take(asking.tenant, asked)))


@doors.open(
    "PUT", _CURRENCY + "/partners/{venue}", who=RUNNING, takes=PartnerBody, gives=answers.PartnerAnswer,
    says="Let a venue take the currency, whether it has asked or not, or let it no longer.",
)  # fmt: skip
def decide_on_partner(asking: Asking, sent: PartnerBody, currency: str, venue: str) -> Answer:
    """Decide."""
    if sent.state is PartnerState.ASKED:
        raise MalformedError("bad_state", "A venue is `approved` or `ended`; asking it does itself.")
    prices = sent.prices or []
    if prices and sent.state is not PartnerState.APPROVED:
        raise MalformedError("bad_state", "A venue that does not take the currency has no prices in it.")
    desk = wiring.house().currencies
    known, _ = desk.for_whom(asking.caller, CurrencyId(currency))
    insist(faults_of_prices(map(_price, prices), known.setup.currency))
    for each in prices:
        title_of(asking, venue, each.offer)
    decided = desk.decide_on(
        asking.caller, CurrencyId(currency), VenueId(venue), sent.state, offers=sent.offers, now=asking.now,
        answered=sent.prices is not None,
    )  # fmt: skip
    for each in prices:
        publish(asking, currency, venue, each.offer, TimeOfferBody(
            price_adult=each.price_adult, price_child=each.price_child, capacity=each.capacity, per=each.per
        ))  # fmt: skip
    return Answer(answers.partner(decided))


@doors.open(
    "GET", "/v1/kred/sums", who=OWNERS, gives=answers.SumsListed,
    says="What each currency comes to, in minutes: issued, on grants, in people's hands, spent. Nobody stands in it.",
)  # fmt: skip
def sums(asking: Asking) -> Answer:
    """Add up."""
    return Answer(answers.sums(wiring.house().sums.sums(asking.caller, now=asking.now)))


@doors.open(
    "GET", "/v1/kred/netting", who=OWNERS, gives=answers.NettingAnswer,
    content_types=("application/json", "text/csv"),
    query={"month": "yyyy-mm of what was taken; all of it where nothing is said", "format": "json (default) or csv"},
    says="What stands between currencies that take each other's minutes; the other owes where it is above zero.",
)  # fmt: skip
def netting(asking: Asking) -> Answer:
    """Tell it."""
    from chalicelib.kred.paper.tables import netting_csv

    month = month_in(asking)
    lines = wiring.house().sums.netting(asking.caller, month)
    if wants_csv(asking):
        return as_table(netting_csv(lines), f"avregning-{month or 'alle'}.csv")
    return Answer(answers.netting(lines))


@doors.open(
    "POST", _CURRENCY + "/payoffs", who=RUNNING, takes=PayoffBody, gives=answers.NettingLine,
    says="Record that another currency paid off what it owed this one. Who runs both does, once by `id`.",
)  # fmt: skip
def pay_off(asking: Asking, sent: PayoffBody, currency: str) -> Answer:
    """Record it."""
    from chalicelib.kred.rules.sums import Payoff
    from chalicelib.shared.ids import TransferId

    said = Payoff(TransferId(sent.id), CurrencyId(sent.other), CurrencyId(currency), sent.minutes, sent.reason)
    return Answer(answers.netting_line(wiring.house().sums.pay_off(asking.caller, said, now=asking.now)))


@doors.open(
    "GET", _CURRENCY + "/grants", who=PUBLIC, gives=answers.PublicGrants,
    query={"tenant": "the municipality's id"},
    says="What each approved activity of a currency was granted, has awarded and has left.",
    why_public="what is given to activities is everybody's to know, and no person stands in it",
)  # fmt: skip
def public_grants(asking: Asking, currency: str) -> Answer:
    """Tell it."""
    tenant = asking.query.get("tenant", "")
    if not is_id(tenant):
        raise MalformedError("bad_query", "Give the municipality's id as tenant.")
    return Answer(
        answers.public_grants(currency, wiring.house().sums.grants(Tenant(tenant), CurrencyId(currency))),
        headers={"Cache-Control": "public, max-age=300"},
    )


def month_in(asking: Asking) -> str | None:
    """Give the month that is asked for; MalformedError where it is none."""
    import re

    month = asking.query.get("month")
    if month is not None and re.fullmatch(_MONTH, month) is None:
        raise MalformedError("bad_query", "Write a month as 2026-11.")
    return month


def wants_csv(asking: Asking) -> bool:
    """Say whether a table is asked for; MalformedError for a format that there is not."""
    asked = asking.query.get("format", "json")
    if asked not in {"json", "csv"}:
        raise MalformedError("bad_query", "The format is json or csv.")
    return asked == "csv"


def as_table(content: bytes, name: str) -> Answer:
    """Give a table to save."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(content, 200, "text/csv; charset=utf-8", headers)


def _price(sent: PriceBody) -> AskedPrice:
    return AskedPrice(OfferId(sent.offer), sent.price_adult, sent.price_child, sent.capacity, Period(sent.per))


def _let_in(asking: Asking, sent: WorkerBody, currency: str, of: str, *, is_organisation: bool) -> Answer:
    wiring.house().currencies.let_in(
        asking.caller, CurrencyId(currency), of, CallerId(sent.person), is_organisation=is_organisation,
        lead=sent.lead, now=asking.now,
    )  # fmt: skip
    return _setup(asking, currency)


def _let_out(asking: Asking, sent: GoneBody, currency: str, of: str, *, is_organisation: bool) -> Answer:
    desk = wiring.house().currencies
    desk.let_out(asking.caller, CurrencyId(currency), of, CallerId(sent.person), is_organisation=is_organisation)
    return _setup(asking, currency)


def _setup(asking: Asking, currency: str) -> Answer:
    known, standing = wiring.house().currencies.for_whom(asking.caller, CurrencyId(currency))
    return Answer(answers.setup(known, standing))
