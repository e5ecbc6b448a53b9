"""The demo municipality: the terms of its file, ten cards, and a month of visits as a till would register them."""

import base64
import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.access.rules import Device, Right
from chalicelib.cards.rules import Application, Card, Status
from chalicelib.shared.answers import OpplevError, UnknownError
from chalicelib.shared.calendar import OSLO, oslo_date
from chalicelib.shared.ids import CallerId, Tenant, VenueId, VisitId
from chalicelib.visits.actions import Asked
from chalicelib.wiring import House
from infra.local import demo_kred, demo_pictures, office
from infra.local.demo_terms import ARMS, CHILDREN, FILE, LOGO, PROGRAMME, SCANNER_VENUE, TENANT, Child
from infra.local.places import Places, StartError, read_json, write_private

_BY: Final = CallerId("local/demo")
_NAMESPACE: Final = uuid.UUID("6f70706c-6576-4000-8000-64656d6f0000")
_VISITS_EACH: Final = range(4, 9)
_OPEN_HOURS: Final = range(11, 19)  # o'clock in Oslo


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A demo card, and the address in its code."""

    child: Child
    card: Card
    url: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What stands in the demo municipality."""

    tenant: Tenant
    cards: tuple[DemoCard, ...]
    month: str  # a finished one, with visits, for finance to close
    kred: demo_kred.KredDemo | None = None


def load(house: House, places: Places, *, between: Callable[[], None] = lambda: None) -> Demo:
    """Load what is missing of it, and print the cards; a second time changes nothing.

    `between` is called between its steps, and may raise to break off: what is there is found the next time.
    """
    record = places.data / "demo.json"
    if not _stands(house) or "month" not in read_json(record):
        month = (oslo_date(house.clock()).replace(day=1) - timedelta(days=1)).replace(day=1)
        house.files.put_once(LOGO, demo_pictures.logo())
        house.files.put_once(ARMS, demo_pictures.arms())
        office.load(house, places, FILE, year=month.year, between=between)
        between()
        _fill(house, _issue(house, month), month, between)
        write_private(record, json.dumps({"month": f"{month:%Y-%m}"}).encode())
    told = read_json(record)
    demo = Demo(TENANT, tuple(_cards(house)), told["month"])
    # The codes on the sheet hold the address; at another address it is printed anew.
    if told.get("sheet") != house.config.host or not places.demo_cards.exists():
        _print(house, places, demo)
        write_private(record, json.dumps({**told, "sheet": house.config.host}).encode())
    between()
    ask = office.asking(house, places, TENANT, "operator", "demo")
    kred = demo_kred.load(house, places, ask, lambda day: _till(house, SCANNER_VENUE, day), between=between)
    return replace(demo, kred=kred)


def enrolment_url(house: House, *, tenant: str, venue: str, label: str, rights: frozenset[Right]) -> str:
    """Open an enrolment and give its address; StartError where there is no such venue."""
    try:
        if VenueId(venue) not in house.terms.configuration(Tenant(tenant)).venues:
            message = f"There is no venue {venue!r} in {tenant!r}."
            raise StartError(message)
        opened = house.gate.open_enrolment(
            Tenant(tenant), VenueId(venue), label=label, rights=rights, now=house.clock()
        )
    except OpplevError as error:
        raise StartError(error.detail) from error
    return f"{house.config.host}/E#{opened.code.upper()}"


def _stands(house: House) -> bool:
    try:
        return PROGRAMME in house.terms.configuration(TENANT).programmes
    except UnknownError:
        return False


def _issue(house: House, month: date) -> list[DemoCard]:
    """Issue the cards a fortnight before a month, or when the programme starts; give those that there are."""
    day = max(month - timedelta(days=14), month.replace(month=1))
    now = datetime.combine(day, time(9), OSLO)
    for child in CHILDREN:
        application = Application(
            programme=PROGRAMME,
            external_ref=child.ref,
            birth_year=day.year - child.age,
            language=child.language,
            unit="demo",
        )
        if not house.cards.find(TENANT, child.ref, now=house.clock()):
            house.cards.issue(TENANT, application, by=_BY, key=child.ref.lower(), now=now)
    return list(_cards(house))


def _cards(house: House) -> Iterator[DemoCard]:
    for child in CHILDREN:
        for card in house.cards.find(TENANT, child.ref, now=house.clock())[:1]:
            _, url = house.cards.link(TENANT, card)
            yield DemoCard(child, card, f"{house.config.host}/K{url[url.index('#') :]}")


def _fill(house: House, cards: list[DemoCard], month: date, between: Callable[[], None]) -> None:
    """Register a month's visits, each at its own time, from a phone of its venue that then is handed in."""
    chance = random.Random(f"{month:%Y-%m}")  # noqa: S311  made up on purpose, the same each time
    terms = [each for each in house.terms.configuration(TENANT).agreements if each.programme == PROGRAMME]
    tills = {venue: _till(house, venue, month) for venue in sorted({each.venue for each in terms})}
    for demo in cards:
        between()
        for turn in range(chance.choice(_VISITS_EACH)):
            agreed = chance.choice(terms)
            at = _some_time(chance, month)
            asked = Asked(
                id=VisitId(str(uuid.uuid5(_NAMESPACE, f"{demo.child.ref}/{month}/{turn}"))),
                card=demo.card.number,
                offer=agreed.offer,
                persons=chance.choice((1, 2)) if agreed.companion_allowed else 1,
                at=at,
                carrier="qr",
                offline=False,
            )
            house.window.register(tills[agreed.venue], asked, now=at)
    for till in tills.values():
        house.gate.revoke(TENANT, till.id, reason="demo", now=house.clock())


def _till(house: House, venue: VenueId, month: date) -> Device:
    now = datetime.combine(month, time(8), OSLO)
    opened = house.gate.open_enrolment(TENANT, venue, label="Kasse (demo)", rights=frozenset({Right.SCAN}), now=now)
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(part.to_bytes(32, "big")).decode().rstrip("=") for part in (point.x, point.y))
    public_key = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    return house.gate.claim(opened.code, public_key=public_key, label=None, now=now)


def _some_time(chance: random.Random, month: date) -> datetime:
    day = month + timedelta(days=chance.randrange(28))
    return datetime.combine(day, time(chance.choice(_OPEN_HOURS), chance.randrange(60)), OSLO)


def _print(house: House, places: Places, demo: Demo) -> None:
    from chalicelib.cards.paper import print_cards  # noqa: PLC0415  most starts print nothing

    wanted = [(each.card.number, each.child.printed) for each in demo.cards if each.card.status is Status.ACTIVE]
    if not wanted:
        return
    jobs, look = house.cards.prints(TENANT, wanted, images=house.files.get, now=house.clock())
    places.demo_cards.parent.mkdir(parents=True, exist_ok=True)
    places.demo_cards.write_bytes(print_cards(jobs, look, layout="a4"))
