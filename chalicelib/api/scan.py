"""The ticket window's doors: a phone becomes a device, looks at cards, registers visits and takes them back."""

import functools
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api import metrics
from chalicelib.api.answering import Answer
from chalicelib.api.answers import AmountsAnswer, Shape, VoidAnswer, void
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.reading import Body, CardText, Id, Label, Uuid
from chalicelib.api.rows import Line, rows_of_json
from chalicelib.shared.answers import OpplevError, RuleError
from chalicelib.shared.ids import OfferId, VisitId

if TYPE_CHECKING:
    from chalicelib.visits.actions import Asked, Outcome
    from chalicelib.visits.rules import Verdict, Visit

doors = Doors(__name__)

DEVICE = frozenset({Role.DEVICE})
MOST_IN_A_BATCH: Final = 100
WAITING: Final = "Opplev-Waiting"
_WAITING_SAYS: Final = "how many visits the phone will still have to send after this call; the office sees it"


class PublicKey(Body, frozen=True):
    """A P-256 key as JWK; the private half cannot leave the phone."""

    kty: Annotated[str, Meta(pattern="^EC$")]
    crv: Annotated[str, Meta(pattern="^P-256$")]
    x: Annotated[str, Meta(min_length=43, max_length=43)]
    y: Annotated[str, Meta(min_length=43, max_length=43)]
    ext: bool | None = None
    key_ops: list[Id] | None = None
    alg: Id | None = None


class ClaimBody(Body, frozen=True):
    """A code, and the key of the phone that uses it."""

    code: Annotated[str, Meta(min_length=8, max_length=200)]
    public_key: PublicKey
    label: Label | None = None


class CheckBody(Body, frozen=True):
    """A card held up at an offer."""

    card: CardText
    offer: Id


class VisitBody(Body, frozen=True):
    """A visit; `id` is made by the phone and stored there before sending."""

    id: Uuid
    card: CardText
    offer: Id
    persons: Annotated[int, Meta(ge=1, le=20)]
    at: datetime
    carrier: Annotated[str, Meta(pattern="^(qr|nfc|sun|typed)$")]
    offline: bool = False


class BatchBody(Body, frozen=True):
    """Visits from a phone's queue."""

    visits: Annotated[list[VisitBody], Meta(min_length=1, max_length=MOST_IN_A_BATCH)]


class VoidBody(Body, frozen=True):
    """A visit taken back; `id` is the void's own."""

    id: Uuid
    reason: Annotated[str, Meta(pattern="^(mistake|left|other)$")] = "mistake"


class OfferShown(Shape):
    id: str
    title: dict[str, str]
    category: str
    companion_allowed: bool
    persons_max: int


class VenueShown(Shape):
    id: str
    name: str


class DeviceClaimed(Shape):
    device_id: str
    tenant: str
    municipality: int
    venue: VenueShown
    offers: list[OfferShown]
    audience: str
    rights: list[str]


class ToPayAnswer(AmountsAnswer):
    children: int  # so many pay as the holder does


class VerdictAnswer(Shape):
    admitted: bool
    because: str | None
    persons: int
    offer: str
    included: list[str]
    included_text: dict[str, str]
    excluded: list[str]
    excluded_text: dict[str, str]
    to_pay: ToPayAnswer | None
    left: int | None
    limit: int | None
    period: str | None
    companion: str
    age_limit: int | None
    valid_until: date | None
    used_minutes_ago: int | None


class VisitShown(Shape):
    id: str
    offer: str
    persons: int
    date: date


class VisitAnswer(Shape):
    visit: VisitShown | None
    verdict: VerdictAnswer


class OutcomeAnswer(Shape):
    id: str | None  # None where it cannot be read, or be repeated
    outcome: str
    code: str | None
    detail: str | None
    verdict: VerdictAnswer | None
    flags: list[str]


class BatchAnswer(Shape):
    results: list[OutcomeAnswer]


@doors.open(
    "POST", "/v1/devices", who=PUBLIC, takes=ClaimBody, gives=DeviceClaimed, status=201,
    says="Turn a phone into a device with a code from the office.",
    why_public="the code is the proof; it holds once and for a day",
)  # fmt: skip
def claim(asking: Asking, sent: ClaimBody) -> Answer:
    """Claim the code."""
    house = wiring.house()
    key = {"kty": sent.public_key.kty, "crv": sent.public_key.crv, "x": sent.public_key.x, "y": sent.public_key.y}
    device = house.gate.claim(sent.code, public_key=key, label=sent.label, now=asking.now)
    configuration = house.terms.configuration(device.tenant)
    venue = configuration.venues[device.venue]
    terms = {each.offer: each for each in configuration.agreements if each.venue == venue.id}
    offers = [
        OfferShown(
            id=offer.id, title=offer.title, category=offer.category,
            companion_allowed=offer.id in terms and terms[offer.id].companion_allowed,
            persons_max=terms[offer.id].persons_max if offer.id in terms else 1,
        )
        for offer in configuration.offers.values()
        if offer.venue == venue.id
    ]  # fmt: skip
    shown = VenueShown(id=venue.id, name=venue.name)
    answer = DeviceClaimed(
        device_id=device.id, tenant=device.tenant, municipality=configuration.municipality.number, venue=shown,
        offers=offers, audience=house.config.host, rights=sorted(device.rights),
    )  # fmt: skip
    return Answer(answer, 201)


@doors.open(
    "GET", "/v1/scan/snapshot", who=DEVICE, right=Right.SCAN, gives=dict[str, Any],
    headers={"If-None-Match": "the ETag of the snapshot the phone has; a 304 renews it", WAITING: _WAITING_SAYS},
    says="What a phone needs to know to judge a card by itself: terms, signing keys, blocked numbers.",
)  # fmt: skip
def snapshot(asking: Asking) -> Answer:
    """Take it."""
    house = wiring.house()
    taken = house.window.snapshot(asking.device, now=asking.now)
    house.gate.hear(asking.device, asking.headers.get(WAITING), now=asking.now)
    etag = f'"{taken.etag}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if asking.headers.get("if-none-match") == etag:
        return Answer(None, 304, headers=headers)
    return Answer(taken, headers=headers)


@doors.open(
    "POST", "/v1/scan/check", who=DEVICE, right=Right.SCAN, takes=CheckBody, gives=VerdictAnswer,
    says="May this card come in here? Writes nothing.",
)  # fmt: skip
def check(asking: Asking, sent: CheckBody) -> Answer:
    """Look."""
    verdict = wiring.house().window.check(asking.device, card=sent.card, offer=OfferId(sent.offer), now=asking.now)
    _count_refusal(asking, verdict)
    return Answer(_verdict(verdict))


@doors.open(
    "POST", "/v1/scan/visits", who=DEVICE, right=Right.SCAN, takes=VisitBody, gives=VisitAnswer, status=201,
    says="Register a visit; 200 when it was registered before or is refused.",
)  # fmt: skip
def register(asking: Asking, sent: VisitBody) -> Answer:
    """Register it once."""
    done = wiring.house().window.register(asking.device, _asked(sent), now=asking.now)
    _count_refusal(asking, done.verdict)
    answer = VisitAnswer(visit=_visit(done.visit), verdict=_verdict(done.verdict))
    return Answer(answer, 201 if done.visit is not None and not done.replayed else 200)


@doors.open(
    "POST", "/v1/scan/visits/batch", who=DEVICE, right=Right.SCAN, takes=BatchBody, gives=BatchAnswer,
    reads={
        "application/json": functools.partial(
            rows_of_json, whole=BatchBody, kind=VisitBody, name="visits", most=MOST_IN_A_BATCH
        )
    },
    headers={WAITING: _WAITING_SAYS},
    says="Visits from a queue, in the order sent; one bad row never stops a good one.",
)  # fmt: skip
def register_batch(asking: Asking, sent: list[Line[VisitBody]]) -> Answer:
    """Register each that can be read; a row that cannot is a problem of its own."""
    read = [_read(line) for line in sent]
    house = wiring.house()
    asked = [each for each in read if not isinstance(each, OutcomeAnswer)]
    came_of = iter(house.window.register_batch(asking.device, asked, now=asking.now))
    house.gate.hear(asking.device, asking.headers.get(WAITING), now=asking.now)
    results = [each if isinstance(each, OutcomeAnswer) else _outcome(next(came_of)) for each in read]
    return Answer(BatchAnswer(results=results))


def _read(line: Line[VisitBody]) -> "Asked | OutcomeAnswer":
    try:
        return _asked(line.sent) if isinstance(line.sent, VisitBody) else _problem(line, line.sent)
    except OpplevError as error:
        return _problem(line, error)


def _problem(line: Line[VisitBody], error: OpplevError) -> OutcomeAnswer:
    return OutcomeAnswer(id=line.id, outcome="problem", code=error.code, detail=error.detail, verdict=None, flags=[])


def _outcome(came: "Outcome") -> OutcomeAnswer:
    return OutcomeAnswer(
        id=came.id, outcome=came.outcome, code=came.code, detail=came.detail,
        verdict=None if came.verdict is None else _verdict(came.verdict),
        flags=[] if came.visit is None else list(came.visit.flags),
    )  # fmt: skip


@doors.open(
    "POST", "/v1/scan/visits/{visit}/void", who=DEVICE, right=Right.SCAN, takes=VoidBody, gives=VoidAnswer,
    says="Take a visit back, from any phone of the same venue, until the month closes.",
)  # fmt: skip
def void_visit(asking: Asking, sent: VoidBody, visit: str) -> Answer:
    """Void it."""
    done = wiring.house().window.void(
        asking.device, VisitId(visit), void_id=VisitId(sent.id), reason=sent.reason, now=asking.now
    )
    return Answer(void(done))


@doors.open(
    "GET", "/v1/scan/today", who=DEVICE, right=Right.SCAN, gives=dict[str, Any],
    says="The venue's counts and its visits of today.",
)  # fmt: skip
def today(asking: Asking) -> Answer:
    """Count them."""
    return Answer(wiring.house().window.today(asking.device, now=asking.now))


def _asked(sent: VisitBody) -> "Asked":
    from chalicelib.visits.actions import Asked

    if sent.at.tzinfo is None:
        raise RuleError("at_without_zone", "Give `at` in UTC: 2026-11-22T10:15:00Z.")
    return Asked(
        id=VisitId(sent.id), card=sent.card, offer=OfferId(sent.offer), persons=sent.persons,
        at=sent.at.astimezone(UTC), carrier=sent.carrier, offline=sent.offline,
    )  # fmt: skip


def _count_refusal(asking: Asking, verdict: "Verdict") -> None:
    if verdict.because is not None:
        device = asking.device
        metrics.count(
            "Refused",
            now=asking.now,
            dimensions={"tenant": device.tenant, "because": verdict.because},
            properties={"device": device.id, "venue": device.venue, "offer": verdict.offer},
        )


def _visit(visit: "Visit | None") -> VisitShown | None:
    if visit is None:
        return None
    return VisitShown(id=visit.id, offer=visit.offer, persons=visit.persons, date=visit.date)


def _verdict(verdict: "Verdict") -> VerdictAnswer:
    to_pay = verdict.to_pay
    return VerdictAnswer(
        admitted=verdict.admitted, because=verdict.because, persons=verdict.persons, offer=verdict.offer,
        included=list(verdict.included), included_text=verdict.included_text, excluded=list(verdict.excluded),
        excluded_text=verdict.excluded_text,
        to_pay=None if to_pay is None else ToPayAnswer(
            holder=to_pay.holder, companion=to_pay.companion, children=to_pay.children
        ),
        left=verdict.left, limit=verdict.limit, period=verdict.period, companion=verdict.companion,
        age_limit=verdict.age_limit, valid_until=verdict.valid_until, used_minutes_ago=verdict.used_minutes_ago,
    )  # fmt: skip
