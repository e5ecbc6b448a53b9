"""At the till of a partner of another currency: paid, given back, owed, and paid off, through the doors."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.shared.ids import CurrencyId, Tenant
from tests import kred_town as kred
from tests.town import TENANT, Phone, Town

OURS, THEIRS = "/v1/kred/currencies/lokalkred", "/v1/kred/currencies/annenkred"


def put(town: Town, path: str, body: Any) -> Any:
    reply = town.ask("coordinator", "PUT", path, body)
    assert reply.status == 200, reply.body
    return reply.json


@pytest.fixture
def there(town: Town) -> tuple[Town, Phone, Any]:
    """Give a town where kino takes the other currency alone, its phone, and a rich member of ours."""
    kred.set_up(town)
    kred.elsewhere(town, limit=90)
    put(town, f"{THEIRS}/operators/sor", {"name": "Sør"})
    put(town, f"{THEIRS}/operators/sor/people", {"person": "local/sara"})
    return town, town.enrol("kino", "scan", "statement"), kred.rich(town, 120)


def paying(town: Town, member: Any, **changes: Any) -> dict[str, Any]:
    return kred.paying(member["url"], at=town.moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes)


def lines(town: Town) -> list[tuple[Any, ...]]:
    names = ("currency", "taken", "given", "settled", "owed", "limit")
    told = town.ask("coordinator", "GET", "/v1/kred/netting").json["lines"]
    return [tuple(each[name] for name in names) for each in told]


def agree(town: Town) -> None:
    """Insist that the books of both currencies agree with themselves, entry by entry."""
    later = town.moment + timedelta(hours=1)
    for currency in ("lokalkred", "annenkred"):
        checked = wiring.house().keeper.check(Tenant(TENANT), CurrencyId(currency), now=later)
        assert checked.findings == ()
        assert sum(checked.minutes.values()) == 0


def test_a_member_of_one_currency_pays_at_a_partner_of_another_and_gets_it_back(
    there: tuple[Town, Phone, Any],
) -> None:
    town, phone, member = there
    supplies = phone.send("GET", "/v1/kred/spend/snapshot").json
    assert [each["id"] for each in supplies["currencies"]] == ["annenkred"]
    assert [(each["currency"]["id"], each["taken_in"]) for each in supplies["accepted"]] == [
        ("lokalkred", ["annenkred"])
    ]
    look = {"card": member["url"], "adults": 1, "children": 0, "offer": "inngang"}
    verdict = phone.send("POST", "/v1/kred/spend/check", look).json
    assert (verdict["admitted"], verdict["currency"], verdict["taken_in"]) == (True, "lokalkred", "annenkred")
    sent = paying(town, member)
    first, again = phone.send("POST", "/v1/kred/spend", sent), phone.send("POST", "/v1/kred/spend", sent)
    assert (first.status, again.status, again.json["replayed"]) == (201, 200, True)
    assert (first.json["spend"]["currency"], first.json["spend"]["taken_in"]) == ("lokalkred", "annenkred")
    refused = phone.send("POST", "/v1/kred/spend", paying(town, member))
    assert (refused.status, refused.json["spend"], refused.json["verdict"]["because"]) == (200, None, "pair_limit")
    assert lines(town) == [("annenkred", 60, 0, 0, 60, 90), ("lokalkred", 0, 60, 0, -60, 0)]
    agree(town)
    page = kred.post("/v1/kred/member", {"card": member["url"], "pin": "4711"}).json
    entry = next(each for each in page["history"] if each["what"] == "payment")
    assert (entry["minutes"], entry["place"], entry["place_name"], entry["taken_in"]) == (
        -60, "kino", "Kino", {"nb": "Annenkred", "en": "Other time"},
    )  # fmt: skip
    undo = {"id": str(uuid.uuid4())}
    for _ in range(2):
        assert phone.send("POST", f"/v1/kred/spend/{sent['id']}/undo", undo).json["undone"]
    assert phone.send("POST", f"/v1/kred/spend/{sent['id']}/undo", {"id": str(uuid.uuid4())}).status == 409
    assert lines(town) == [("annenkred", 0, 0, 0, 0, 90), ("lokalkred", 0, 0, 0, 0, 0)]
    page = kred.post("/v1/kred/member", {"card": member["url"], "pin": "4711"}).json
    assert page["balance"] == 120
    agree(town)


def test_what_is_owed_is_paid_off_once_by_who_runs_both_and_never_more_than_stands(
    there: tuple[Town, Phone, Any],
) -> None:
    town, phone, member = there
    assert phone.send("POST", "/v1/kred/spend", paying(town, member)).status == 201
    body = {"id": str(uuid.uuid4()), "other": "lokalkred", "minutes": 60, "reason": "Avtalt for høsten"}

    def pay_off(role: str = "coordinator", who: str = "anne", path: str = THEIRS, **changes: Any) -> Any:
        return town.ask(role, "POST", f"{path}/payoffs", body | changes, who=who)

    assert pay_off("operator", "sara").code == "unknown_currency"  # she runs the one that is owed, and not the other
    assert pay_off(minutes=61).code == "more_than_stands"
    assert pay_off(other="annenkred").code == "same_currency"
    assert pay_off(other="ingenkred").status == 404
    assert pay_off(path=OURS, other="annenkred").code == "more_than_stands"  # it is the one that owes
    first, again = pay_off(), pay_off()
    assert (first.status, again.status, again.json) == (200, 200, first.json)
    assert (first.json["owed"], first.json["settled"]) == (0, 60)
    assert pay_off(minutes=30).code == "other_content"
    assert pay_off(id=str(uuid.uuid4()), minutes=1).code == "more_than_stands"
    assert lines(town) == [("annenkred", 60, 0, 60, 0, 90), ("lokalkred", 0, 60, -60, 0, 0)]
    table = town.ask("coordinator", "GET", "/v1/kred/netting", query={"format": "csv"}).body.decode("utf-8-sig")
    assert table.splitlines()[:2] == [
        "valuta;motpart;maaned;tatt_imot;brukt_hos_motpart;motpart_skylder;grense;oppgjort",
        "annenkred;lokalkred;alle;60;0;0;90;60",
    ]
    agree(town)
    sums = {each["currency"]: each for each in town.ask("coordinator", "GET", "/v1/kred/sums").json["currencies"]}
    assert (sums["annenkred"]["issued"], sums["annenkred"]["spent"], sums["annenkred"]["owed"]) == (60, 60, 0)
    told = town.ask("office", "GET", "/v1/audit", query={"limit": "200"}).json["entries"]
    [noted] = [each for each in told if each["what"] == "payoff.made"]
    assert "lokalkred/annenkred" in noted["says"]
    assert "Avtalt for høsten" in str(noted)
    assert phone.send("POST", "/v1/kred/spend", paying(town, member)).status == 201  # the limit is free again
