"""TimeKred in the demo municipality: somebody with time to spend, a session to join, and paper, made once."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

from chalicelib.access.rules import Caller, Device, Role
from chalicelib.kred.actions.members import Carried
from chalicelib.kred.actions.spending import Asked
from chalicelib.kred.rules.activities import Activity, Effect, Grant, Statement
from chalicelib.kred.rules.awards import Wish
from chalicelib.kred.rules.members import AgeBand, Person
from chalicelib.kred.rules.sessions import Session, SessionKind, code_text
from chalicelib.kred.rules.spending import SpendOffer
from chalicelib.shared.answers import UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, OfferId, OperatorId, SessionId
from chalicelib.wiring import House
from infra.local.demo_terms import PIN, SCANNER_VENUE, TENANT
from infra.local.places import Places, StartError, read_json, write_private
from infra.terms_file import Ask

_CURRENCY: Final = CurrencyId("grankred")
_ACTIVITY: Final = ActivityId("strandrydding")
_OPERATOR: Final = OperatorId("grana")
_TITLE: Final = {"nb": "Strandrydding", "nn": "Strandrydding", "en": "Beach clean-up"}
_BY: Final = Caller(TENANT, frozenset({Role.COORDINATOR}), CallerId("local/demo"))
_NAMESPACE: Final = uuid.UUID("6f70706c-6576-4000-8000-6b7265640000")
_OFFER: Final = SpendOffer(_CURRENCY, SCANNER_VENUE, OfferId("film"), price_adult=60, price_child=30)
_LEADER, _PERSON = "Testperson Leder", "Testperson Én"
_AT, _MEMBER, _CODE = "kred_at", "kred_member", "kred_attested"  # in the demo's own record


@dataclass(frozen=True, slots=True)
class KredDemo:
    """What of TimeKred there is to click on and to print."""

    member: str  # the address of a member's own page
    poster: str  # where today's session is joined
    attested: str  # where an attestation is checked
    printed: Path  # the poster, on paper
    notes: Path
    attestation: Path


def load(
    house: House, places: Places, ask: Ask, till: Callable[[date], Device], *, between: Callable[[], None]
) -> KredDemo | None:
    """Load what is missing of it; a second time changes nothing but today's session. None: there is no such currency.

    `ask` asks at the product's doors as an operator; `till` gives a phone of the partner's.
    """
    try:
        house.currencies.setup(TENANT, _CURRENCY)
    except UnknownError:
        return None
    record = places.data / "demo.json"
    told = read_json(record)
    if _CODE not in told:
        at = told.get(_AT) or house.clock().isoformat()
        write_private(record, json.dumps({**told, _AT: at}).encode())
        member = _fill(house, datetime.fromisoformat(at), till, between)
        between()
        attested = _print(house, places, ask, member)
        told = {**read_json(record), _MEMBER: _fragment(member.url), _CODE: _fragment(attested)}
        write_private(record, json.dumps(told).encode())
    today, printed = _session(house), _paper(places, "poster")
    printed.write_bytes(_at(ask, "GET", f"/v1/kred/currencies/{_CURRENCY}/sessions/{today.id}/poster"))
    return KredDemo(
        member=f"{house.config.host}/K{told[_MEMBER]}",
        poster=code_text(house.config.host, TENANT, today),
        printed=printed,
        attested=f"{house.config.host}/A{told[_CODE]}",
        notes=_paper(places, "kred-notes"),
        attestation=_paper(places, "attestation"),
    )


def _fill(house: House, now: datetime, till: Callable[[date], Device], between: Callable[[], None]) -> Carried:
    """Let somebody take part, be awarded twice and go to the cinema; give them with their code.

    All of it happens at the instant of the first load: the ledger knows no transfer from before it was opened.
    """
    _begin(house, now)
    held = _session(house)
    leader, member = (_joined(house, held, name, now) for name in (_LEADER, _PERSON))
    house.currencies.link_code(_BY, _CURRENCY, leader.url, now=now)
    between()
    house.sessions.check_in(TENANT, held, member.url, now=now)
    house.sessions.award(TENANT, held, by=_BY, only=None, now=now, in_time=lambda: True)
    house.awards.award(_BY, _CURRENCY, Wish(_id("weighing"), _ACTIVITY, member.member.id, 120, 120), now=now)
    between()
    phone = till(oslo_date(now))
    asked = Asked(member.url, adults=1, children=0, offer=_OFFER.offer, id=_id("film"), at=now, first_time=True)
    house.spending.spend(phone, asked, now=now)
    house.gate.revoke(TENANT, phone.id, reason="demo", now=now)
    return member


def _begin(house: House, at: datetime) -> None:
    house.spending.put_offer(TENANT, _OFFER)
    house.currencies.let_in(_BY, _CURRENCY, _OPERATOR, _BY.id, is_organisation=False, lead=True, now=at)
    house.activities.put(_BY, Activity(
        _ACTIVITY, _CURRENCY, _OPERATOR, _TITLE,
        tasks="Rydder stranda og veier det som er funnet", place="Sjøbadet", responsible="Grana bydel",
        benefits="Alle som bader der", effects=(Effect.ENVIRONMENT, Effect.BELONGING),
        statement=Statement(True, "Ingen rydder stranda ellers."),
    ))  # fmt: skip
    named = (_CURRENCY, _ACTIVITY)
    house.activities.approve(_BY, named, "Testleser Én", now=at)
    first = oslo_date(at)
    house.activities.grant(_BY, named, Grant("demo", 6_000, first, first + timedelta(days=365)), now=at)


def _session(house: House) -> Session:
    """Give today's clean-up; it is held anew on each day that somebody looks."""
    now = house.clock()
    named, hour = SessionId(f"rydding-{oslo_date(now)}"), now.replace(minute=0, second=0, microsecond=0)
    drawn = Session(
        named, _CURRENCY, _OPERATOR, SessionKind.CLEAN_UP, _TITLE, "Sjøbadet", hour, hour + timedelta(hours=2), "",
        _ACTIVITY, award=120,
    )  # fmt: skip
    return house.sessions.find(TENANT, _CURRENCY, named) or house.sessions.put(TENANT, drawn)


def _joined(house: House, held: Session, name: str, at: datetime) -> Carried:
    person = Person(name, "nb", AgeBand.THIRTIES, consent=True, pin=PIN)
    return house.members.join(_id(name), code_text(house.config.host, TENANT, held), person, now=at)


def _print(house: House, places: Places, ask: Ask, member: Carried) -> str:
    """Print notes and an attestation as an operator would; give the address in the attestation's code."""
    here, today = f"/v1/kred/currencies/{_CURRENCY}", oslo_date(house.clock())
    batch, attested = _id(f"notes/{today}"), _id(f"attested/{today}")
    _at(ask, "POST", f"{here}/notes", {
        "id": batch, "activity": _ACTIVITY, "minutes": 60, "count": 6, "last_day": f"{today + timedelta(days=365)}",
    })  # fmt: skip
    made = json.loads(_at(ask, "POST", f"{here}/attestations", {
        "id": attested, "of": _OPERATOR, "person": _PERSON, "organisation": "Grana bydel",
        "tasks": "Ryddet stranda ved Sjøbadet og veide det som ble funnet.", "first": f"{today}",
        "last": f"{today}", "extent": {"measure": "total", "amount": 240}, "signatory": _LEADER,
        "member": member.member.id,
    }))  # fmt: skip
    for file, path in (("kred-notes", f"notes/{batch}/sheets"), ("attestation", f"attestations/{attested}/paper")):
        _paper(places, file).write_bytes(_at(ask, "GET", f"{here}/{path}"))
    return str(made["code"])


def _at(ask: Ask, method: str, path: str, sent: dict[str, object] | None = None) -> bytes:
    status, answer = ask(method, path, b"" if sent is None else json.dumps(sent).encode())
    if status >= HTTPStatus.BAD_REQUEST:
        message = f"{method} {path} was answered {status}: {answer[:300].decode(errors='replace')}"
        raise StartError(message)
    return answer


def _paper(places: Places, name: str) -> Path:
    path = places.demo_cards.parent / f"{name}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _fragment(url: str) -> str:
    return url[url.index("#") :]


def _id(of: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, of))
