"""What a municipality's own web page says, as steps at the product's doors: a child gets a card, comes, loses it."""

import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import EllipsisType
from typing import Any

from chalicelib.shared.calendar import OSLO
from infra.terms_file import Call, TermsFile
from tests.town import Phone, Reply, Town

_NUMBERS = itertools.count(1)

Row = list[Callable[["Here"], None]]
Told = str | int | None | EllipsisType  # `...`: the row says nothing of it


@dataclass
class Here:
    """A municipality that stands as its file says, and the card that the row speaks of."""

    town: Town
    file: TermsFile
    opened: date  # the day that every row begins on
    card: dict[str, Any] = field(default_factory=dict)
    visit: str = ""
    born: int = 0
    phones: dict[str, Phone] = field(default_factory=dict)

    def plays(self, row: Row) -> None:
        """Play a row from the first day on; a programme that it closes opens again after it."""
        self.card, self.visit = {}, ""
        self.day(self.opened)
        try:
            for step in row:
                step(self)
        finally:
            self.asks("office", "PUT", self.programme.path, self.programme.body)

    @property
    def programme(self) -> Call:
        """Give the call that makes the programme."""
        return self.file.calls[0]

    def day(self, day: date) -> None:
        """Let it be noon in Oslo on a day."""
        self.town.moment = datetime.combine(day, time(12), OSLO).astimezone(UTC)

    def asks(self, role: str, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """Ask as somebody of this municipality, each time under an id of its own."""
        plain = json.loads(json.dumps(body, default=str))
        headers = {"idempotency-key": str(uuid.uuid4())}
        return self.town.ask(role, method, path, plain, tenant=self.file.tenant, headers=headers, query=query or None)

    def phone(self, venue: str) -> Phone:
        """Give the phone at a venue's till."""
        if venue not in self.phones:
            self.phones[venue] = self.town.enrol(venue, tenant=self.file.tenant)
        return self.phones[venue]


def child(
    *, turns: int, on: date | None = None, until: date | None = None, family: str | None = "", siblings: int = 0,
    no: str | None = None,
) -> Callable[[Here], None]:  # fmt: skip
    """Give a card to a child who turns so many years this year; or do not, and say why."""

    def step(here: Here) -> None:
        if on is not None:
            here.day(on)
        asked: dict[str, Any] = {
            "programme": here.programme.path.rpartition("/")[2], "external_ref": f"sak-{next(_NUMBERS)}",
            "birth_year": here.town.today.year - turns, "siblings": siblings,
            "family_ref": f"familie-{next(_NUMBERS)}" if family == "" else family,
        }  # fmt: skip
        made = here.asks("issuer", "POST", "/v1/cards", asked)
        if no is not None:
            assert (made.status, made.json["code"]) == (422, no), made.body
            return
        assert made.status == 201, made.body
        here.card, here.born = made.json, asked["birth_year"]
        assert until is None or made.json["valid_until"] == until.isoformat()

    return step


def comes(
    where: str, *, persons: int = 1, because: str | None = None, left: Told = ..., pays: Told = ..., times: int = 1
) -> Callable[[Here], None]:
    """Let the holder come to `venue/offer`: in (and so much left), or not, because."""

    def step(here: Here) -> None:
        venue, _, offer = where.partition("/")
        for _ in range(times):
            sent = here.town.visit(here.card["token"], persons=persons, offer=offer)
            said = here.phone(venue).send("POST", "/v1/scan/visits", sent)
            assert said.status in {200, 201}, said.body
            verdict = said.json["verdict"]
            assert verdict["because"] == because, verdict
            if because is None:
                here.visit = said.json["visit"]["id"]
        assert left is ... or verdict["left"] == left, verdict
        assert pays is ... or _paid(verdict["to_pay"], persons) == pays, verdict

    return step


def _paid(told: dict[str, int], persons: int) -> int:
    holders = min(persons, told["children"])
    return holders * told["holder"] + (persons - holders) * told["companion"]


def may(
    where: str, *, persons: Told = ..., companion: Told = ..., left: Told = ..., limit: Told = ..., period: Told = ...
) -> Callable[[Here], None]:
    """Hold the card up without coming in, and see what the till is told."""

    def step(here: Here) -> None:
        venue, _, offer = where.partition("/")
        look = here.phone(venue).send("POST", "/v1/scan/check", {"card": here.card["token"], "offer": offer}).json
        wanted = {"persons": persons, "companion": companion, "left": left, "limit": limit, "period": period}
        said = {name: told for name, told in wanted.items() if told is not ...}
        assert {name: look[name] for name in said} == said

    return step


def family_sees(*, money_left: int | None, amount: int = 0) -> Callable[[Here], None]:
    """Open the card's own page with the birth year, and see what is left of the money."""

    def step(here: Here) -> None:
        asked = {"card": here.card["token"], "birth_year": here.born}
        seen = here.town.ask(None, "POST", "/v1/holder/card", asked).json
        assert seen["counts_shown"], seen
        told = seen["money"]
        assert (told and (told["left"], told["amount"])) == (None if money_left is None else (money_left, amount))
        assert {each["by_ceiling"] for each in seen["offers"]} == ({False} if money_left is None else {False, True})

    return step


def undone(here: Here) -> None:
    """Take the latest visit back, from the till it was made at."""
    reply = here.asks("office", "POST", f"/v1/visits/{here.visit}/void", {"reason": "feil"})
    assert reply.status == 200, reply.body


def on(day: date) -> Callable[[Here], None]:
    """Let time pass."""
    return lambda here: here.day(day)


def lost(*, no: str | None = None) -> Callable[[Here], None]:
    """Lose the card and ask for another."""

    def step(here: Here) -> None:
        made = here.asks("issuer", "POST", f"/v1/cards/{here.card['number']}/replace", {"reason": "lost"})
        if no is not None:
            assert (made.status, made.json["code"]) == (422, no), made.body
            return
        assert made.status == 201, made.body
        here.card = made.json
        here.town.later(hours=2)  # sooner the same wish is taken for the same request

    return step


def renewed(*, until: date) -> Callable[[Here], None]:
    """Give the holder a card for the next period."""

    def step(here: Here) -> None:
        named = here.programme.path.rpartition("/")[2]
        made = here.asks("issuer", "POST", f"/v1/cards/{here.card['number']}/renew", {"programme": named})
        assert (made.status, made.json.get("valid_until")) == (201, until.isoformat()), made.body
        here.card = made.json

    return step


def too_old_next_time(answer: object) -> Callable[[Here], None]:
    """See what the renewal list says of the card."""

    def step(here: Here) -> None:
        named = here.programme.path.rpartition("/")[2]
        due = here.asks("issuer", "GET", "/v1/cards", programme=named, expires_before="2030-01-01").json["cards"]
        assert [each["too_old"] for each in due if each["number"] == here.card["number"]] == [answer]

    return step


def closed_early(here: Here) -> None:
    """Let the municipality end the programme before its time."""
    reply = here.asks("office", "PUT", here.programme.path, here.programme.body | {"state": "closed"})
    assert reply.status == 200, reply.body
