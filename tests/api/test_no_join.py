"""Somebody has a card and is a member too: no door of one programme says a word of the other (decision D15)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import table
from chalicelib.access.rules import Role
from chalicelib.api.endpoint import Opening
from tests import kred_town as time
from tests.api.test_doors import example, named, openings
from tests.town import Phone, Reply, Town, send

KRED = "/v1/kred"


@dataclass(frozen=True, slots=True)
class Day:
    """A town in which one person has visited by card and paid by time, at the same venue and phone."""

    town: Town
    phone: Phone
    card: Any
    visit: str
    member: Any

    @property
    def of_the_card(self) -> set[str]:
        """What would give the card away: its number in both ways of writing it, its token, reference and key."""
        number = str(self.card["number"])
        (key,) = {row.key for row in table.CardRow.scan(consistent_read=True)}
        return {number, " ".join(number[at : at + 4] for at in (0, 4, 8)), self.card["token"], "sak-begge", key}

    @property
    def of_the_member(self) -> set[str]:
        """What would give the member away: the id, the name, the number in both ways, the token."""
        number = str(self.member["number"])
        token = self.member["url"].rpartition("#")[2]
        spaced = " ".join(number[at : at + 4] for at in (0, 4, 8))
        return {self.member["member"], "Testperson Begge", number, spaced, token}


@pytest.fixture
def day(town: Town) -> Day:
    """Let one person do everything there is in both programmes."""
    time.set_up(town)
    time.offer(town)
    phone = town.enrol("kino", "scan", "statement")
    card = town.card("sak-begge")
    visit = phone.send("POST", "/v1/scan/visits", town.visit(card["token"]))
    assert visit.status == 201, visit.body
    held = time.session(town, "begge", award=120)
    time.may_award(town, held["poster"])
    member = time.join(held["poster"], "Testperson Begge")
    place = f"/v1/kred/currencies/lokalkred/sessions/{held['session']['id']}"
    assert town.ask("coordinator", "POST", f"{place}/check-in", {"card": member["url"]}).status == 200
    assert town.ask("coordinator", "POST", f"{place}/award", {}).status == 200
    paid = phone.send("POST", "/v1/kred/spend", time.paying(member["url"]))
    assert paid.status == 201, paid.body
    told = town.ask("coordinator", "PUT", "/v1/kred/currencies/lokalkred/operators/bydelen/people",
                    {"person": "local/anne", "lead": True})  # fmt: skip
    assert told.status == 200, told.body
    return Day(town, phone, card, visit.json["visit"]["id"], member)


def asked(day: Day, opening: Opening) -> Iterator[Reply]:
    """Ask a door as each who may, for the things of the day."""
    path, _ = example(opening, day.card["number"], day.visit)
    path = path.replace("/activities/dugnad", "/activities/rydding").replace("strandrydding", "begge")
    query = {"/v1/cards": {"programme": "kort", "expires_before": "2030-01-01"}}
    if not opening.who:
        yield send("GET", path, query={"tenant": "lorenskog"})
    for role in sorted(opening.who):
        if role is Role.DEVICE:
            yield day.phone.send("GET", path)
        else:
            yield day.town.ask(role.value, "GET", path, query=query.get(opening.path))


def is_of_time(path: str) -> bool:
    return path.startswith("/v1/kred")


def test_what_is_read_of_one_programme_says_nothing_of_the_other(day: Day) -> None:
    answered = set()
    for opening in openings():
        if opening.method != "GET":
            continue
        secret = day.of_the_card if is_of_time(opening.path) else day.of_the_member
        for reply in asked(day, opening):
            said = (
                json.dumps(reply.json, ensure_ascii=False)
                if "json" in reply.headers["Content-Type"]
                else str(reply.body)
            )
            assert {each for each in secret if each in said} == set(), (named(opening), reply.status)
            if reply.status == 200:
                answered.add(opening.path)
    # It was really looked at where the day's own things stand.
    assert {
        "/v1/cards", "/v1/cards/{number}", "/v1/scan/today", "/v1/audit", "/v1/venues/{venue}",
        "/v1/kred/currencies/{currency}/members", "/v1/kred/currencies/{currency}/sessions/{session}",
        "/v1/kred/spend/today", "/v1/kred/currencies/{currency}/years/{year}", "/v1/kred/currencies/{currency}/grants",
    } <= answered  # fmt: skip


def test_who_shows_a_code_is_told_of_its_own_programme_alone(day: Day) -> None:
    card, member = day.card["token"], day.member["url"]
    of_card = [
        time.post("/v1/holder/card", {"card": card, "birth_year": day.town.today.year - 10}),
        day.town.ask("issuer", "POST", "/v1/cards/find", {"external_ref": "sak-begge"}),
        day.phone.send("POST", "/v1/scan/check", {"card": card, "offer": "inngang"}),
    ]
    of_time = [
        time.post("/v1/kred/member", {"card": member, "pin": "4711"}),
        time.post("/v1/kred/member/export", {"card": member, "pin": "4711"}),
        time.post("/v1/kred/member/surveys", {"card": member, "pin": "4711"}),
        day.phone.send(
            "POST", "/v1/kred/spend/check", {k: v for k, v in time.paying(member).items() if k not in {"id", "at"}}
        ),
    ]
    for replies, secret in ((of_card, day.of_the_member), (of_time, day.of_the_card)):
        for reply in replies:
            assert reply.status == 200, reply.body
            assert {each for each in secret if each in json.dumps(reply.json, ensure_ascii=False)} == set()


def test_a_code_of_one_programme_is_nothing_in_the_other(day: Day) -> None:
    at_the_till = day.phone.send("POST", "/v1/scan/check", {"card": day.member["url"], "offer": "inngang"})
    assert not at_the_till.json["admitted"]
    assert time.post("/v1/holder/card", {"card": day.member["url"]}).status == 404
    assert time.post("/v1/kred/member", {"card": day.card["token"], "pin": "4711"}).status == 404
    paid = day.phone.send("POST", "/v1/kred/spend", time.paying(day.card["token"]))
    assert paid.status != 201
    assert paid.json.get("spend") is None
