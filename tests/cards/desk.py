"""A card desk to test at: one municipality, real tokens over the real table, and trouble on the line when asked for."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from botocore.exceptions import ReadTimeoutError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib import table
from chalicelib.cards.actions import CardDesk, Issued
from chalicelib.cards.rules import Application
from chalicelib.cards.store import CardStore
from chalicelib.credentials.actions import Mint
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CallerId, CardKey, CardNumber, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.table import CardRow, Row
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

TENANT = Tenant("lorenskog")
KOMMUNE = 3222
HOST = "https://kort.example.no"
KORT = ProgrammeId("kort")
NAV = CallerId("local/nav")
NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
POOL, CINEMA = VenueId("badet"), VenueId("kinoen")
SWIM, FILM = OfferId("swim"), OfferId("film")
PROGRAMME = Programme(
    id=KORT,
    code=7,
    name={"nb": "Opplevelseskortet", "en": "Experience card"},
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    quota=30,
    ages_from=5,
    ages_to=18,
    contact="kultur@example.no",
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
CARD = MINT.new_number("0000000042")


def agreement(**changes: Any) -> Agreement:
    """Give the pool's terms: five swims in the card's life."""
    terms = Agreement(
        programme=KORT,
        venue=POOL,
        offer=SWIM,
        starts=date(2026, 1, 1),
        until=date(2026, 12, 31),
        limit=5,
        quota="swim",
        per=Period.CARD,
        copay_companion=Ore(20_00),
    )
    return replace(terms, **changes)


def configuration(*, agreements: tuple[Agreement, ...] | None = None, **programme: Any) -> Configuration:
    """Give a municipality with a pool (five swims) and a cinema (free all year, alone)."""
    film = agreement(venue=CINEMA, offer=FILM, quota="film", limit=None, companion_allowed=False)
    return Configuration(
        municipality=Municipality(TENANT, KOMMUNE, "Lørenskog", coat_of_arms="images/arms"),
        programmes={KORT: replace(PROGRAMME, **programme)},
        venues={
            POOL: Venue(POOL, "Badet", VenueKind.MUNICIPAL, SettleBy.INTERNAL, address="Badeveien 1"),
            CINEMA: Venue(CINEMA, "Kinoen", VenueKind.PRIVATE, SettleBy.INVOICE, link="https://kino.example.no"),
        },
        offers={
            (POOL, SWIM): Offer(POOL, SWIM, {"nb": "Svømming", "en": "Swimming"}, included=("entrance",)),
            (CINEMA, FILM): Offer(CINEMA, FILM, {"nb": "Film"}, excluded_text={"nb": "Popkorn"}, age_limit=6),
        },
        agreements=(agreement(), film) if agreements is None else agreements,
    )


@dataclass
class Desk:
    """A desk over the real table, whose configuration and clock a test can set."""

    terms: Configuration = field(default_factory=configuration)
    now: datetime = NOON
    drawn: Iterator[CardNumber] = field(
        default_factory=lambda: map(lambda each: MINT.new_number(f"{each:010d}"), itertools.count(1))  # noqa: C417  a generator cannot be drawn from by two at once
    )
    store: CardStore = field(default_factory=CardStore)
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def open(self) -> CardDesk:
        """Give the desk."""
        return CardDesk(
            store=self.store,
            terms=lambda _: self.terms,
            mint=MINT,
            host=HOST,
            new_number=lambda: next(self.drawn),
            new_key=lambda: CardKey(f"key-{next(self.keys)}"),
            tenants={KOMMUNE: TENANT}.get,
        )

    def issue(self, ref: str = "ref-1", *, key: str | None = None, **changes: Any) -> Issued:
        """Give out a card."""
        return self.open.issue(TENANT, application(ref, **changes), by=NAV, key=key or f"id-{ref}", now=self.now)

    def later(self, **passed: float) -> "Desk":
        """Let time pass."""
        self.now += timedelta(**passed)
        return self


def application(ref: str = "ref-1", **changes: Any) -> Application:
    """Ask for a card for a child born in 2015."""
    return replace(Application(KORT, ref, 2015), **changes)


def let_in(number: str, counter: str = "swim@card", day: str = "2026-03-02") -> None:
    """Do to a card's row what a visit does: one mark more, and the date, while the card is active."""
    quota = counter.partition("@")[0]
    row = CardRow(table.card_pk(TENANT, number), "CARD")
    row.update(
        [CardRow.uses[counter].set((CardRow.uses[counter] | 0) + 1), CardRow.last[quota].set(day)],
        condition=CardRow.status == "active",
    )


def everything() -> dict[tuple[str, str], dict[str, Any]]:
    """Give every row of the table, as the engine holds it."""
    client = table.connection().client
    items = client.scan(TableName=Row.Meta.table_name, ConsistentRead=True)["Items"]
    return {(item["PK"]["S"], item["SK"]["S"]): item for item in items}


def rows(kind: str) -> list[dict[str, Any]]:
    """Give the rows of one kind."""
    return [item for item in everything().values() if item["kind"]["S"] == kind]


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


def refused(code: str) -> dict[str, Any]:
    """Give a reply with an error of the table."""
    return {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPHeaders": {}}}


LOST = "lost"


@contextmanager
def faults(operation: str, *replies: Any) -> Iterator[list[Any]]:
    """Answer the next calls of an operation with faults: a reply in the engine's place, or LOST after it has acted."""
    waiting = list(replies)

    def before(**_: Any) -> Any:
        if waiting and waiting[0] is not LOST:
            return Broken(), waiting.pop(0)
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
def meanwhile(operation: str, *acts: Callable[[], Any]) -> Iterator[None]:
    """Let somebody else act just before the next calls of an operation reach the table."""
    waiting = list(acts)

    def before(**_: Any) -> None:
        if waiting:
            waiting.pop(0)()

    events = table.connection().client.meta.events
    events.register_first(f"before-call.dynamodb.{operation}", before)
    try:
        yield
    finally:
        events.unregister(f"before-call.dynamodb.{operation}", before)
    assert not waiting, "nobody called"
