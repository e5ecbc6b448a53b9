"""A till to test at: one municipality with a pool and a cinema, real tokens, and an ear on the line to the table."""

import hashlib
import itertools
import os
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from botocore.exceptions import ReadTimeoutError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib import table
from chalicelib.access.rules import Caller, Device, Right, Role
from chalicelib.cards.rules import Status
from chalicelib.credentials.actions import Mint, Presented
from chalicelib.credentials.rules import CardBody
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CallerId, CardNumber, DeviceId, OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.table import CardRow, PointerRow, Row
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Municipality,
    Offer,
    Programme,
    SettleBy,
    Venue,
    VenueKind,
)
from chalicelib.visits.actions import Asked, Window
from chalicelib.visits.store import VisitStore

TENANT = Tenant("lorenskog")
KOMMUNE = 3222
CARD_YEAR = ProgrammeId("kort2026")
POOL, CINEMA = VenueId("badet"), VenueId("kinoen")
SWIM, SLIDE, FILM = OfferId("swim"), OfferId("slide"), OfferId("film")
NOON = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)  # 12:15 in Oslo, a Sunday
NUMBERS = itertools.count(1)

PROGRAMME = Programme(
    id=CARD_YEAR,
    code=7,
    name={"nb": "Opplevelseskortet 2026"},
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 3, 31),
)
AGREEMENT = Agreement(
    programme=CARD_YEAR,
    venue=POOL,
    offer=SWIM,
    starts=date(2026, 1, 1),
    until=date(2027, 3, 31),
    limit=5,
    quota="swim",
    per=Period.YEAR,
    price_holder=Ore(95_00),
    price_companion=Ore(140_00),
    copay_holder=Ore(0),
    copay_companion=Ore(20_00),
    reimburse=50,
    funding_source="kultur",
)


class Ring:
    """Signing keys made of nothing but the tenant and the key id."""

    def private(self, tenant: Tenant, key_id: int) -> Ed25519PrivateKey:
        """Give the key to sign with."""
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{tenant}/{key_id}".encode()).digest())

    def public(self, tenant: Tenant, key_id: int) -> Ed25519PublicKey:
        """Give the key to verify with."""
        return self.private(tenant, key_id).public_key()


MINT = Mint(Ring())


def configuration(
    *, programme: Programme = PROGRAMME, agreements: tuple[Agreement, ...] = (AGREEMENT,), **venue: Any
) -> Configuration:
    """Give a municipality with a pool (swim and slide) and a cinema (film)."""
    pool = Venue(id=POOL, name="Badet", kind=VenueKind.MUNICIPAL, settle_by=SettleBy.INTERNAL)
    cinema = Venue(id=CINEMA, name="Kinoen", kind=VenueKind.PRIVATE, settle_by=SettleBy.INVOICE)
    offers = (
        Offer(venue=POOL, id=SWIM, title={"nb": "Svømming"}, included=("entrance",), excluded=("locker",), age_limit=4),
        Offer(venue=POOL, id=SLIDE, title={"nb": "Sklie"}),
        Offer(venue=CINEMA, id=FILM, title={"nb": "Film"}, included_text={"nb": "Alle filmer"}),
    )
    return Configuration(
        municipality=Municipality(TENANT, KOMMUNE, "Lørenskog"),
        programmes={programme.id: programme},
        venues={POOL: replace(pool, **venue), CINEMA: cinema},
        offers={(offer.venue, offer.id): offer for offer in offers},
        agreements=agreements,
    )


def device(venue: VenueId = POOL, *, name: str = "1" * 24) -> Device:
    """Give a phone at a venue."""
    rights = frozenset({Right.SCAN})
    return Device(TENANT, DeviceId(f"{TENANT}-{name}"), venue, "Kassa", rights, "{}", "2026-01-01")


OFFICE = Caller(TENANT, Role.OFFICE, CallerId("local/kultur"))


@dataclass
class Till:
    """A window over the real table, whose clock and configuration a test can set."""

    terms: Configuration = field(default_factory=configuration)
    moment: datetime = NOON
    pauses: list[float] = field(default_factory=list)
    reads: Callable[..., Presented] = MINT.read

    @property
    def window(self) -> Window:
        """Give the window."""
        return Window(
            store=VisitStore(lambda: self.moment, self.pauses.append),
            configuration=lambda _: self.terms,
            read_card=self.reads,
            keys=lambda tenant: MINT.jwks(tenant, [1]),
        )

    def ask(self, card: str, **changes: Any) -> Asked:
        """Ask for a visit now, by one person, under an id of its own."""
        asked = Asked(VisitId(str(uuid.uuid4())), card, SWIM, 1, self.moment, "qr")
        return replace(asked, **changes)


def furnish(dynamodb: str, name: str) -> None:
    """Bind the rows to a table for one file of tests; making a client each time would take longer than the tests."""
    table.bind(name=f"opplev-{os.getpid()}-{name}", region="eu-north-1", engine=dynamodb)
    Row.create_table(wait=True)


def clear() -> None:
    """Empty the table."""
    client, name = table.connection().client, Row.Meta.table_name
    for pk, sk in everything():
        client.delete_item(TableName=name, Key={"PK": {"S": pk}, "SK": {"S": sk}})


def give_card(*, number: CardNumber | None = None, **changes: Any) -> CardNumber:
    """Put a card in the table and give its number."""
    number = number or MINT.new_number(f"{next(NUMBERS):010d}")
    row = CardRow(
        table.card_pk(TENANT, number),
        "CARD",
        key=changes.pop("key", secrets.token_urlsafe(12)),
        status=Status.ACTIVE.value,
        programme=CARD_YEAR,
        valid_from="2026-01-01",
        valid_until="2026-12-31",
        birth_year=2015,
        language="nb",
        external_ref=f"ref-{number}",
        issued_by="local/nav",
        year="2026-01-01",
    )
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    PointerRow(table.pointer_pk(TENANT, row.key), "POINTER", number=number).save()
    return number


def card_row(number: str) -> CardRow:
    """Read a card's row."""
    return CardRow.get(table.card_pk(TENANT, number), "CARD", consistent_read=True)


def used(number: str, counter: str = "swim@2026") -> int:
    """Give the marks on a card."""
    return int(card_row(number).uses.attribute_values.get(counter, 0))


def everything() -> dict[tuple[str, str], dict[str, Any]]:
    """Give every row of the table, to compare two states of it."""
    table_name = Row.Meta.table_name
    items = table.connection().client.scan(TableName=table_name, ConsistentRead=True)["Items"]
    return {(item["PK"]["S"], item["SK"]["S"]): item for item in items}


def token(number: str, *, tenant: Tenant = TENANT, kommune: int = KOMMUNE) -> str:
    """Sign a card's token."""
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    return MINT.sign(tenant, CardBody(1, kommune, PROGRAMME.code, 4, CardNumber(number), first, last))


@dataclass
class Line:
    """What went over the line to the table, and what it cost."""

    calls: list[str] = field(default_factory=list)
    write_units: float = 0.0
    read_units: float = 0.0


@contextmanager
def listening() -> Iterator[Line]:
    """Count the requests to the table and add up the capacity that the engine reports."""
    line = Line()

    def ask_for_units(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def called(model: Any, **_: Any) -> None:
        line.calls.append(model.name)

    def answered(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            if model.name == "GetItem":
                line.read_units += each["CapacityUnits"]
            else:
                line.write_units += each["CapacityUnits"]

    events = table.connection().client.meta.events
    hooks = (
        ("before-parameter-build.dynamodb.*Item*", ask_for_units),
        ("before-call.dynamodb", called),
        ("after-call.dynamodb", answered),
    )
    for name, hook in hooks:
        events.register(name, hook)
    try:
        yield line
    finally:
        for name, hook in hooks:
            events.unregister(name, hook)


class Broken:
    """An HTTP answer that says no."""

    status_code = 400
    headers: dict[str, str] = {}  # noqa: RUF012  botocore only looks


def cancelled(*codes: str) -> dict[str, Any]:
    """Give the reply to a transaction that was cancelled, a code for each of its parts."""
    return {
        "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
        "ResponseMetadata": {"HTTPHeaders": {}},
    }


def throttled(code: str = "ThrottlingException") -> dict[str, Any]:
    """Give the reply of a table that has too much to do."""
    return {"Error": {"Code": code, "Message": "slow down"}, "ResponseMetadata": {"HTTPHeaders": {}}}


LOST = "lost"


@contextmanager
def faults(operation: str, *replies: Any) -> Iterator[list[Any]]:
    """Answer the next calls of an operation with faults: a reply in the engine's place, or LOST after it has acted."""
    waiting = list(replies)

    def before(**_: Any) -> Any:
        if waiting and waiting[0] is not LOST:
            reply = waiting.pop(0)
            return None if reply is None else (Broken(), reply)
        return None

    def after(**_: Any) -> None:
        if waiting and waiting[0] is LOST:
            waiting.pop(0)
            raise ReadTimeoutError(endpoint_url="table")

    events = table.connection().client.meta.events
    events.register_first(f"before-call.dynamodb.{operation}", before)
    events.register(f"after-call.dynamodb.{operation}", after)
    try:
        yield waiting
    finally:
        events.unregister(f"before-call.dynamodb.{operation}", before)
        events.unregister(f"after-call.dynamodb.{operation}", after)


@contextmanager
def meanwhile(operation: str, act: Callable[[], Any]) -> Iterator[None]:
    """Let somebody else act once, just before the next call of an operation reaches the table."""
    done: list[bool] = []

    def before(**_: Any) -> None:
        if not done:
            done.append(True)
            act()

    events = table.connection().client.meta.events
    events.register_first(f"before-call.dynamodb.{operation}", before)
    try:
        yield
    finally:
        events.unregister(f"before-call.dynamodb.{operation}", before)
    assert done, "nobody called"
