"""A currency in a test's town: its operator, an activity with a grant, a partner, and somebody who awards."""

import uuid
from datetime import date, timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.access.rules import Caller, Role
from chalicelib.kred.rules.activities import Activity, Effect, Grant, Statement
from chalicelib.kred.rules.currencies import Currency, Operator, PartnerState
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, MemberId, OperatorId, Tenant, VenueId
from tests.town import TENANT, Town, begins, send

LOCAL = CurrencyId("lokalkred")
_BY_CODE = "/v1/kred/currencies/lokalkred"


def coordinator(tenant: str = TENANT, who: str = "anne") -> Caller:
    """Give who sets it up."""
    return Caller(Tenant(tenant), frozenset({Role.COORDINATOR}), CallerId(f"local/{who}"))


def set_up(town: Town, tenant: str = TENANT, *, offline_floor: int = 60, granted: int = 60_000) -> None:
    """Set up a currency that kino takes, with an operator, an activity and its grant."""
    house, today, by = wiring.house(), town.today, coordinator(tenant)
    house.currencies.put_currency(
        Tenant(tenant), Currency(LOCAL, {"nb": "Lokalkred", "en": "Local time"}, step=30, expires_after=12,
                                 offline_floor=offline_floor, contact="Bydelshuset, tlf. 22 00 00 00")
    )  # fmt: skip
    house.currencies.put_operator(Tenant(tenant), Operator(LOCAL, OperatorId("bydelen"), "Bydelen"))
    house.currencies.decide_on(by, LOCAL, VenueId("kino"), PartnerState.APPROVED, offers="Kino", now=town.moment)
    activity = Activity(
        ActivityId("rydding"), LOCAL, OperatorId("bydelen"), {"nb": "Strandrydding"}, tasks="Rydder stranda",
        place="Sjøbadet", responsible="Bydelen", benefits="Alle som bader",
        statement=Statement(True, "Ingen rydder ellers"), effects=(Effect.BELONGING,),
    )  # fmt: skip
    house.activities.put(by, activity)
    house.activities.approve(by, (LOCAL, activity.id), "Testleder To", now=town.moment)
    grant = Grant("grant-1", granted, today - timedelta(days=1), date(today.year + 1, today.month, 1))
    house.activities.grant(by, (LOCAL, activity.id), grant, now=town.moment)


def session(town: Town, named: str = "strandrydding", **changes: Any) -> Any:
    """Hold a session, and give it with its poster."""
    starts = town.moment
    drawn = {
        "operator": "bydelen", "kind": "clean_up", "title": {"nb": "Strandrydding", "en": "Beach clean-up"},
        "place": "Sjøbadet", "starts_at": starts.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends_at": (starts + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"), "activity": "rydding", "award": 120,
    } | changes  # fmt: skip
    made = town.ask("coordinator", "PUT", f"{_BY_CODE}/sessions/{named}", drawn)
    assert made.status == 200, made.body
    return town.ask("coordinator", "GET", f"{_BY_CODE}/sessions/{named}").json


def join(poster: str, name: str = "Testperson Én", **changes: Any) -> Any:
    """Join by a poster, and give the code to carry."""
    said = {
        "id": str(uuid.uuid4()), "code": poster, "name": name, "language": "nb", "age_band": "20_29", "consent": True,
        "pin": "4711",
    } | changes  # fmt: skip
    made = post("/v1/kred/join", said)
    assert made.status == 201, made.body
    return made.json


def post(path: str, body: Any) -> Any:
    """Ask as somebody with a phone and no login."""
    import json  # noqa: PLC0415

    return send("POST", path, body=json.dumps(body).encode())


def may_award(town: Town, poster: str, who: str = "anne") -> None:
    """Let somebody award: they have said which member they are."""
    mine = join(poster, "Testperson Leder")
    wiring.house().currencies.link(coordinator(who=who), LOCAL, MemberId(mine["member"]), now=town.moment)


def rich(town: Town, minutes: int = 120) -> Any:
    """Give somebody who has earned so many minutes, by being there."""
    held = session(town, f"gave-{uuid.uuid4().hex[:8]}", award=minutes)
    may_award(town, held["poster"]) if not _linked() else None
    member = join(held["poster"])
    assert town.ask("coordinator", "POST", f"{_BY_CODE}/sessions/{held['session']['id']}/check-in",
                    {"card": member["url"]}).json["seat"]["present"]  # fmt: skip
    given = town.ask("coordinator", "POST", f"{_BY_CODE}/sessions/{held['session']['id']}/award", {})
    assert [each["outcome"] for each in given.json["results"]] == ["awarded"], given.body
    return member


def _linked() -> bool:
    return wiring.house().currencies.for_whom(coordinator(), LOCAL)[1].member is not None


def offer(town: Town, **changes: Any) -> None:
    """Let kino take time for its entrance."""
    drawn = {"price_adult": 60, "price_child": 30} | changes
    put = town.ask("coordinator", "PUT", f"{_BY_CODE}/venues/kino/offers/inngang", drawn)
    assert put.status == 200, put.body


def elsewhere(town: Town, *, limit: int) -> None:
    """Let kino take another currency instead of ours, which accepts ours up to a limit."""
    other = "/v1/kred/currencies/annenkred"
    name = {"nb": "Annenkred", "en": "Other time"}
    for path, body in (
        (other, {"name": name, "step": 30, "offline_floor": 60}),
        (f"{_BY_CODE}/partners/kino", {"state": "ended"}),
        (f"{other}/partners/kino", {"state": "approved"}),
        (f"{other}/venues/kino/offers/inngang", {"price_adult": 60, "price_child": 30}),
        (f"{other}/accepts/lokalkred", {"limit": limit}),
    ):
        done = town.ask("coordinator", "PUT", path, body)
        assert done.status == 200, done.body


def paying(card: str, **changes: Any) -> dict[str, Any]:
    """Write down a payment as a phone sends it."""
    return {
        "id": str(uuid.uuid4()), "card": card, "adults": 1, "children": 0, "offer": "inngang",
        "at": begins().strftime("%Y-%m-%dT%H:%M:%SZ"),
    } | changes  # fmt: skip
