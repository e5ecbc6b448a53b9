"""The doors that a family comes through, without a login: the card's page, and what there is to do."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.api.answering import Answer
from chalicelib.api.answers import AmountsAnswer, Shape
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.reading import Body, CardText, Id, Language, Year
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import Tenant, is_id

if TYPE_CHECKING:
    from chalicelib.cards.rules import HolderOffer, HolderView

doors = Doors(__name__)


class HolderBody(Body, frozen=True):
    """A card, and the holder's birth year where the counts are wanted."""

    card: CardText
    birth_year: Year | None = None
    language: Language | None = None
    tenant: Annotated[Id, Meta(description="needed for a number, which does not say whose it is")] | None = None


class Place(Shape):
    id: str
    name: str
    address: str
    link: str


class OfferAnswer(Shape):
    venue: Place
    offer: str
    title: str
    category: str
    kind: str
    age_limit: int | None
    included: list[str]
    included_text: str
    excluded: list[str]
    excluded_text: str
    companion: str
    persons_max: int
    copay: AmountsAnswer
    left: int | None
    limit: int | None
    period: str
    by_ceiling: bool


class Scheme(Shape):
    id: str
    name: str


class MoneyAnswer(Shape):
    amount: int
    left: int | None
    period: str


class HolderAnswer(Shape):
    municipality: str
    programme: Scheme
    contact: str
    language: str
    valid_from: date
    valid_until: date
    active: bool
    counts: str
    counts_shown: bool
    money: MoneyAnswer | None
    offers: list[OfferAnswer]


class OffersAnswer(Shape):
    municipality: str
    offers: list[OfferAnswer]


@doors.open(
    "POST", "/v1/holder/card", who=PUBLIC, takes=HolderBody, gives=HolderAnswer,
    says="What the card is good for; with the birth year also what is left where.",
    why_public="the token is the proof; without the birth year there are no counts",
)  # fmt: skip
def show_card(asking: Asking, sent: HolderBody) -> Answer:
    """Show it."""
    house = wiring.house()
    only = house.terms.tenants()
    # A number does not say whose it is; where there is one municipality, it is that one's.
    home = only[0] if sent.tenant is None and len(only) == 1 else sent.tenant
    view = house.cards.holder(
        sent.card,
        tenant=None if home is None else Tenant(home),
        birth_year=sent.birth_year,
        language=sent.language,
        now=asking.now,
    )
    return Answer(_page(view))


@doors.open(
    "GET", "/v1/offers", who=PUBLIC, gives=OffersAnswer, says="What there is to do in a municipality.",
    query={"tenant": "the municipality's id", "language": "for the texts; default nb"},
    why_public="the offers are public information",
)  # fmt: skip
def list_offers(asking: Asking) -> Answer:
    """List the offers with an agreement in force."""
    from chalicelib.cards.rules import offers_on
    from chalicelib.credentials.rules import Companion
    from chalicelib.venues.rules import State

    tenant, language = asking.query.get("tenant", ""), asking.query.get("language", "nb")
    if not is_id(tenant):
        raise MalformedError("bad_query", "Give the municipality's id as tenant.")
    try:
        configuration = wiring.house().terms.configuration(Tenant(tenant))
    except UnknownError:
        raise UnknownError("unknown_tenant", "There is no such municipality here.") from None
    today = oslo_date(asking.now)
    offers = [
        _offer(offer)
        for programme in configuration.programmes.values()
        if programme.state is State.OPEN
        for offer in offers_on(configuration, programme, today, language=language, companion=Companion.ANY, of=None)
    ]
    answer = OffersAnswer(municipality=configuration.municipality.name, offers=offers)
    return Answer(answer, headers={"Cache-Control": "public, max-age=300"})


def _page(view: "HolderView") -> HolderAnswer:
    return HolderAnswer(
        municipality=view.municipality, programme=Scheme(id=view.programme, name=view.programme_name),
        contact=view.contact, language=view.language, valid_from=view.valid_from, valid_until=view.valid_until,
        active=view.active, counts=view.counts, counts_shown=view.counts == "shown",
        money=None if view.money is None else MoneyAnswer(
            amount=view.money.amount, left=view.money.left, period=view.money.period
        ),
        offers=[_offer(each) for each in view.offers],
    )  # fmt: skip


def _offer(offer: "HolderOffer") -> OfferAnswer:
    return OfferAnswer(
        venue=Place(id=offer.venue, name=offer.venue_name, address=offer.address, link=offer.link),
        offer=offer.offer, title=offer.title, category=offer.category, kind=offer.kind, age_limit=offer.age_limit,
        included=list(offer.included), included_text=offer.included_text, excluded=list(offer.excluded),
        excluded_text=offer.excluded_text, companion=str(offer.companion), persons_max=offer.persons_max,
        copay=AmountsAnswer(holder=offer.copay_holder, companion=offer.copay_companion),
        left=offer.left, limit=offer.limit, period=offer.period, by_ceiling=offer.by_ceiling,
    )  # fmt: skip
