"""The culture department's doors: programmes, venues, offers, agreements, phones at tills."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Device, Right, Role
from chalicelib.api import answers
from chalicelib.api.answering import Answer
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Amount, Body, Id, Label, Language, Line, Percent, Reason, Text, Uuid, Words
from chalicelib.shared.answers import ForbiddenError, UnknownError
from chalicelib.shared.calendar import Period, oslo_date
from chalicelib.shared.ids import DeviceId, OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import (
    AgesCounted,
    Agreement,
    Counts,
    Offer,
    Programme,
    Replaced,
    SettleBy,
    State,
    Venue,
    VenueKind,
)

doors = Doors(__name__)

OFFICE = frozenset({Role.OFFICE})
Image = Annotated[
    str, Meta(pattern=r"^(images/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$", description="an image in the files")
]
_READERS = frozenset({Role.OFFICE, Role.FINANCE, Role.ISSUER})


class CardTerms(Body, frozen=True):
    """How many cards a programme year and a family have, how long one holds, who shares it, whether it is replaced.

    It holds as long as the programme, to the end of the calendar year, of the school year (30 June), of the half-year,
    or for years or months as in `P1Y` and `P6M`. `siblings` is how many more children may share a card.
    """

    quota: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    validity: Annotated[str, Meta(pattern=r"^(programme|calendar_year|school_year|half_year|P[1-9][YM]|P1[0-2]M)$")] = (
        "programme"
    )
    per_family: Annotated[int, Meta(ge=1, le=20)] | None = None
    siblings: Annotated[int, Meta(ge=0, le=10)] = 0
    replaced: Replaced = Replaced.FREE


class Ages(Body, frozen=True, rename={"starts": "from", "ends": "to"}):
    """Who may have a card, both years included; counted by birthday, or by the age that is reached in the year."""

    starts: Annotated[int, Meta(ge=0, le=150)]
    ends: Annotated[int, Meta(ge=0, le=150)]
    counted: AgesCounted = AgesCounted.BIRTHDAY


class ProgrammeBody(Body, frozen=True):
    """A programme's numbers."""

    name: Words
    valid_from: date
    valid_until: date
    ages: Ages
    state: State = State.OPEN
    cards: CardTerms = CardTerms()
    companion: Annotated[str, Meta(pattern=r"^(none|any|adult|adult(_only)?_under:\d{1,2}|family)$")] = "any"
    counts: Counts = Counts.VISIT
    once_per_day: bool = False
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=9)] = ("nb",)
    contact: Text = ""
    offline_days: Annotated[int, Meta(ge=1, le=60)] = 14
    logo: Image | None = None
    ceiling: Annotated[Ore, Meta(ge=1, le=100_000_00, description="øre paid for one card in a period")] | None = None
    ceiling_per: Period = Period.YEAR


class VenueBody(Body, frozen=True):
    """A venue, and the one way it is paid."""

    name: Label
    kind: VenueKind
    settle_by: SettleBy
    orgnr: Annotated[str, Meta(max_length=20)] | None = None
    account: Annotated[str, Meta(max_length=20)] | None = None
    address: Line = ""
    contact: Text = ""
    link: Annotated[str, Meta(max_length=300, pattern=r"^(https?://.*)?$")] = ""
    logo: Image | None = None
    erp: Annotated[dict[Id, Line], Meta(max_length=20)] = {}


class OfferBody(Body, frozen=True):
    """Something to do at a venue."""

    title: Words
    included: Annotated[list[Id], Meta(max_length=20)] = []
    included_text: Words = {}
    excluded: Annotated[list[Id], Meta(max_length=20)] = []
    excluded_text: Words = {}
    category: Id = "other"
    kind: Annotated[str, Meta(pattern="^(spectator|participant)$")] = "spectator"
    age_limit: Annotated[int, Meta(ge=0, le=30)] | None = None


class Amounts(Body, frozen=True):
    """What the holder and a companion each pay or cost, in øre."""

    holder: Amount = Ore(0)
    companion: Amount = Ore(0)


class AgreementBody(Body, frozen=True, rename={"starts": "from"}):
    """One version of the terms of an offer in a programme."""

    programme: Id
    offer: Id
    starts: date
    until: date
    limit: Annotated[int, Meta(ge=1, le=10_000)] | None
    per: Period = Period.CARD
    quota: Id | None = None
    companion_allowed: bool = True
    persons_max: Annotated[int, Meta(ge=1, le=10)] = 2
    counts: Annotated[Counts | None, Meta(description="None: as the programme says")] = None
    price: Amounts = Amounts()
    copay: Amounts = Amounts()
    reimburse: Percent = 0
    vat_code: Id | None = None
    funding_source: Id | None = None
    signed_on: date | None = None
    for_all: Annotated[
        bool, Meta(description="let the other offers under the same quota take over limit and period from that day")
    ] = False


class EnrolmentBody(Body, frozen=True):
    """A code for one phone."""

    label: Label
    rights: Annotated[tuple[Right, ...], Meta(min_length=1, max_length=3)] = (Right.SCAN,)


class ConfirmBody(Body, frozen=True):
    """The number that is confirmed: what waits may have changed since it was looked at."""

    account: Annotated[str, Meta(pattern=r"^\d{11}$")]


class ReasonBody(Body, frozen=True):
    """Why."""

    reason: Reason


class StockBody(Body, frozen=True):
    """How many blanks, of a programme whose cards last as long as it does."""

    programme: Id
    count: Annotated[int, Meta(ge=1, le=500)]


class OfficeVoidBody(Body, frozen=True):
    """The office's own void; `id` (a UUID) makes repeating it harmless."""

    reason: Reason
    id: Uuid | None = None


@doors.open(
    "PUT", "/v1/programmes/{programme}", who=OFFICE, takes=ProgrammeBody, gives=answers.ProgrammeAnswer,
    says="Make or change a programme.",
)  # fmt: skip
def put_programme(asking: Asking, sent: ProgrammeBody, programme: str) -> Answer:
    """Store a programme."""
    house = wiring.house()
    stored = house.terms.put_programme(
        asking.tenant,
        Programme(
            id=ProgrammeId(programme), code=0, name=sent.name, valid_from=sent.valid_from,
            valid_until=sent.valid_until, state=sent.state, quota=sent.cards.quota, validity=sent.cards.validity,
            ages_from=sent.ages.starts, ages_to=sent.ages.ends, companion=sent.companion, counts=sent.counts,
            once_per_day=sent.once_per_day, languages=sent.languages, contact=sent.contact,
            offline_days=sent.offline_days, logo=sent.logo, ages_counted=sent.ages.counted,
            per_family=sent.cards.per_family, siblings_max=sent.cards.siblings, replaced=sent.cards.replaced,
            ceiling=sent.ceiling, ceiling_per=sent.ceiling_per,
        ),
    )  # fmt: skip
    return Answer(answers.programme(stored, house.cards.used_of_quota(asking.tenant, stored, oslo_date(asking.now))))


@doors.open(
    "GET", "/v1/programmes", who=_READERS, gives=answers.ProgrammesAnswer, says="The programmes, with cards left."
)
def list_programmes(asking: Asking) -> Answer:
    """List them."""
    house = wiring.house()
    today = oslo_date(asking.now)
    programmes = house.terms.configuration(asking.tenant).programmes.values()
    listed = [answers.programme(each, house.cards.used_of_quota(asking.tenant, each, today)) for each in programmes]
    return Answer(answers.ProgrammesAnswer(programmes=listed))


@doors.open(
    "GET", "/v1/programmes/{programme}", who=_READERS, gives=answers.ProgrammeAnswer, says="One programme."
)  # fmt: skip
def get_programme(asking: Asking, programme: str) -> Answer:
    """Show it."""
    house = wiring.house()
    found = house.terms.configuration(asking.tenant).programmes.get(ProgrammeId(programme))
    if found is None:
        raise UnknownError("unknown_programme", "There is no such programme.")
    return Answer(answers.programme(found, house.cards.used_of_quota(asking.tenant, found, oslo_date(asking.now))))


@doors.open(
    "PUT", "/v1/venues/{venue}", who=OFFICE, takes=VenueBody, gives=answers.VenueAnswer,
    says="Make or change a venue. A changed account number waits for a second person.",
)  # fmt: skip
def put_venue(asking: Asking, sent: VenueBody, venue: str) -> Answer:
    """Store a venue."""
    stored = wiring.house().terms.put_venue(
        asking.tenant,
        Venue(
            id=VenueId(venue), name=sent.name, kind=sent.kind, settle_by=sent.settle_by, orgnr=sent.orgnr,
            account=sent.account, address=sent.address, contact=sent.contact, link=sent.link, logo=sent.logo,
            erp=dict(sent.erp),
        ),
        by=asking.by,
    )  # fmt: skip
    return Answer(answers.venue(stored))


@doors.open(
    "POST", "/v1/venues/{venue}/account/confirm", who=frozenset({Role.OFFICE, Role.FINANCE}), takes=ConfirmBody,
    gives=answers.VenueAnswer, says="Confirm a changed account number, as another person than who changed it.",
)  # fmt: skip
def confirm_account(asking: Asking, sent: ConfirmBody, venue: str) -> Answer:
    """Let the new account stand."""
    confirmed = wiring.house().terms.confirm_account(asking.tenant, VenueId(venue), by=asking.by, account=sent.account)
    return Answer(answers.venue(confirmed))


@doors.open(
    "PUT", "/v1/venues/{venue}/offers/{offer}", who=OFFICE, takes=OfferBody, gives=answers.OfferAnswer,
    says="Make or change something to do at a venue.",
)  # fmt: skip
def put_offer(asking: Asking, sent: OfferBody, venue: str, offer: str) -> Answer:
    """Store an offer."""
    stored = wiring.house().terms.put_offer(
        asking.tenant,
        Offer(
            venue=VenueId(venue), id=OfferId(offer), title=sent.title, included=tuple(sent.included),
            included_text=sent.included_text, excluded=tuple(sent.excluded), excluded_text=sent.excluded_text,
            category=sent.category, kind=sent.kind, age_limit=sent.age_limit,
        ),
    )  # fmt: skip
    return Answer(answers.offer(stored))


@doors.open(
    "POST", "/v1/venues/{venue}/agreements", who=OFFICE, takes=AgreementBody, gives=answers.AgreementAnswer,
    status=201, says="Add a version of the terms; it ends the version before it.",
)  # fmt: skip
def add_agreement(asking: Asking, sent: AgreementBody, venue: str) -> Answer:
    """Store a version."""
    house = wiring.house()
    stored = house.terms.add_agreement(
        asking.tenant,
        Agreement(
            programme=ProgrammeId(sent.programme), venue=VenueId(venue), offer=OfferId(sent.offer),
            starts=sent.starts, until=sent.until, limit=sent.limit, quota=sent.quota or "", per=sent.per,
            companion_allowed=sent.companion_allowed, persons_max=sent.persons_max, counts=sent.counts,
            price_holder=sent.price.holder, price_companion=sent.price.companion,
            copay_holder=sent.copay.holder, copay_companion=sent.copay.companion,
            reimburse=sent.reimburse, vat_code=sent.vat_code, funding_source=sent.funding_source,
            signed_on=sent.signed_on,
        ),
        first_open_day=house.closing.first_open_day(asking.tenant),
        for_all=sent.for_all,
    )  # fmt: skip
    return Answer(answers.agreement(stored), 201)


@doors.open(
    "GET", "/v1/venues", who=frozenset({Role.OFFICE, Role.FINANCE}), gives=answers.VenuesAnswer,
    says="The venues with their offers, agreements and phones.",
)  # fmt: skip
def list_venues(asking: Asking) -> Answer:
    """List them."""
    house = wiring.house()
    configuration = house.terms.configuration(asking.tenant)
    devices = house.gate.devices(asking.tenant)
    listed = [answers.venue_in_full(venue, configuration, devices) for venue in configuration.venues.values()]
    return Answer(answers.VenuesAnswer(venues=listed))


@doors.open(
    "GET", "/v1/venues/{venue}", who=frozenset({Role.OFFICE, Role.FINANCE}), gives=answers.VenueInFull,
    says="One venue with its offers, agreements and phones.",
)  # fmt: skip
def get_venue(asking: Asking, venue: str) -> Answer:
    """Show it."""
    house = wiring.house()
    configuration = house.terms.configuration(asking.tenant)
    found = configuration.venues.get(VenueId(venue))
    if found is None:
        raise UnknownError("unknown_venue", "There is no such venue.")
    return Answer(answers.venue_in_full(found, configuration, house.gate.devices(asking.tenant)))


@doors.open(
    "POST", "/v1/venues/{venue}/enrolments", who=frozenset({Role.OFFICE, Role.DEVICE}), right=Right.ENROL,
    takes=EnrolmentBody, gives=answers.EnrolmentAnswer, status=201,
    says="Make a code that turns one phone into a scanner: 24 hours, one use.",
)  # fmt: skip
def open_enrolment(asking: Asking, sent: EnrolmentBody, venue: str) -> Answer:
    """Make the code and its QR."""
    from chalicelib.access.paper import enrolment_qr

    house = wiring.house()
    if VenueId(venue) not in house.terms.configuration(asking.tenant).venues:
        raise UnknownError("unknown_venue", "There is no such venue.")
    rights = frozenset(sent.rights)
    if isinstance(asking.who, Device) and (asking.who.venue != venue or not rights <= asking.who.rights):
        raise ForbiddenError("missing_right", "A phone lets others in at its own venue, with rights of its own.")
    made = house.gate.open_enrolment(asking.tenant, VenueId(venue), label=sent.label, rights=rights, now=asking.now)
    return Answer(answers.enrolment(made, enrolment_qr(made.url)), 201)


@doors.open(
    "POST", "/v1/devices/{device}/revoke", who=OFFICE, takes=ReasonBody, gives=answers.DeviceAnswer,
    says="Stop a phone; it takes effect within 60 seconds.",
)  # fmt: skip
def revoke_device(asking: Asking, sent: ReasonBody, device: str) -> Answer:
    """Stop it."""
    stopped = wiring.house().gate.revoke(asking.tenant, DeviceId(device), reason=sent.reason, now=asking.now)
    return Answer(answers.device(stopped))


@doors.open(
    "POST", "/v1/cards/stock", who=OFFICE, takes=StockBody, gives=answers.CardsAnswer, status=201,
    headers={"Idempotency-Key": "an id made by the caller; the same key and content give the same blanks"},
    says="Make numbered blanks, which are nobody's until an issuer activates them and count in no quota before.",
)  # fmt: skip
def make_stock(asking: Asking, sent: StockBody) -> Answer:
    """Make them, once however often it is asked."""
    key = asking.idempotency_key
    desk = wiring.house().cards.in_one_go()
    made = desk.stock(asking.tenant, ProgrammeId(sent.programme), sent.count, by=asking.by, key=key, now=asking.now)
    return Answer(answers.CardsAnswer(cards=[answers.card(each) for each in made]), 201)


@doors.open(
    "POST", "/v1/visits/{visit}/void", who=OFFICE, takes=OfficeVoidBody, gives=answers.VoidAnswer,
    says="Take a visit back, also after its month has closed: then it is a correction in the open month.",
)  # fmt: skip
def void_visit(asking: Asking, sent: OfficeVoidBody, visit: str) -> Answer:
    """Void it."""
    # Without an id of the caller's own the visit's is taken: one office void per visit, so a repeat is harmless.
    void_id = VisitId(sent.id or visit)
    done = wiring.house().window.office_void(
        asking.caller, VisitId(visit), void_id=void_id, reason=sent.reason, now=asking.now
    )
    return Answer(answers.void(done))
