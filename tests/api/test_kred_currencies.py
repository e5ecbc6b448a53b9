"""Two currencies in one town: each operator has its own, and of the other's no door says anything at all."""

import csv
import io
import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.access.rules import Caller, Role
from chalicelib.api.endpoint import Opening
from chalicelib.kred.rules.currencies import PartnerState
from chalicelib.ledger.rules import Leg, Transfer, accepting, member_account, partner_account
from chalicelib.shared.ids import CallerId, CurrencyId, MemberId, Tenant, TransferId, VenueId
from tests import kred_town as kred
from tests.api.test_doors import OPENINGS, example, fingerprint, named
from tests.town import TENANT, Reply, Town, send

OURS, THEIRS = "lokalkred", "annenkred"
NOBODY = "ingenkred"
WORK = [
    each for each in OPENINGS
    if each.path.startswith("/v1/kred/") and "{currency}" in each.path and each.who & {Role.OPERATOR, Role.AWARDER}
]  # fmt: skip
FORM = {
    "title": {"nb": "Dugnad"}, "tasks": "Rydder", "responsible": "Styret", "benefits": "Alle i gården",
    "effects": ["belonging", "safety"], "statement": {"holds": True, "reason": "Ingen har kommet før."},
}  # fmt: skip


class Two:
    """A town with two currencies: Nora runs ours, Sara theirs; Gro awards for our housing yard."""

    def __init__(self, town: Town) -> None:
        self.town = town
        for currency, operator, who in ((OURS, "nord", "nora"), (THEIRS, "sor", "sara")):
            base = f"/v1/kred/currencies/{currency}"
            self.put("coordinator", base, {"name": {"nb": currency.title()}, "step": 30, "yearly_most": 90})
            self.put("coordinator", f"{base}/operators/{operator}", {"name": operator.title()})
            self.put("coordinator", f"{base}/operators/{operator}/people", {"person": f"local/{who}", "lead": True})
            form = FORM | {"operator": operator}
            self.put("operator", f"{base}/activities/rydding", form, who=who)
            self.post("operator", f"{base}/activities/rydding/approve", {"reviewer": "Test Leser"}, who=who)
            grant = {"id": f"grant-{currency}", "minutes": 600, "from": "2026-01-01", "until": "2099-12-31"}
            self.post("operator", f"{base}/activities/rydding/grants", grant, who=who)
        self.base = f"/v1/kred/currencies/{OURS}"

    def put(self, role: str, path: str, body: Any, *, who: str = "anne") -> Any:
        reply = self.town.ask(role, "PUT", path, body, who=who)
        assert reply.status == 200, reply.body
        return reply.json

    def post(self, role: str, path: str, body: Any, *, who: str = "anne") -> Any:
        reply = self.town.ask(role, "POST", path, body, who=who)
        assert reply.status == 200, reply.body
        return reply.json

    def member(self, currency: str, member: str, *, awarder: str | None = None) -> None:
        wiring.house().bank.open_account(Tenant(TENANT), CurrencyId(currency), member_account(MemberId(member)))
        if awarder is not None:
            who = Caller(Tenant(TENANT), frozenset({Role.OPERATOR, Role.AWARDER}), CallerId(f"local/{awarder}"))
            wiring.house().currencies.link(who, CurrencyId(currency), MemberId(member), now=self.town.moment)

    def award(self, member: str, minutes: int = 60, *, who: str = "nora", role: str = "operator", **more: Any) -> Reply:
        asked = {"id": str(uuid.uuid4()), "minutes": minutes, "present": minutes, "member": member} | more
        return self.town.ask(role, "POST", f"{self.base}/activities/rydding/awards", asked, who=who)


@pytest.fixture
def two(town: Town) -> Two:
    """Give the town with two currencies."""
    return Two(town)


def test_the_walk_takes_every_door_that_names_a_currency() -> None:
    assert len(WORK) >= 15
    assert {named(each) for each in WORK} >= {"GET /v1/kred/currencies/{currency}/years/{year}"}


@pytest.mark.parametrize("opening", WORK, ids=named)
def test_of_another_operators_currency_no_door_says_that_it_is_there(opening: Opening, two: Two) -> None:
    two.member(OURS, "m1", awarder="nora")
    award = two.award("m2").json
    assert award["because"] == "unknown_member"
    before = fingerprint()
    role = "operator" if Role.OPERATOR in opening.who else "awarder"
    replies = []
    for currency in (OURS, NOBODY):
        path, body = example(opening, "999999999999", str(uuid.UUID(int=1)))
        path = in_currency(path, currency)
        raw = json.dumps(body).replace("bydelen", "nord") if body is not None else None
        reply = two.town.ask(role, opening.method, path, None if raw is None else json.loads(raw), who="sara")
        replies.append((reply.status, reply.body))
    assert replies[0] == replies[1]
    assert replies[0][0] == 404
    assert fingerprint() == before


@pytest.mark.parametrize("opening", WORK, ids=named)
def test_another_operator_of_the_same_currency_touches_nothing_of_ours(opening: Opening, two: Two) -> None:
    two.put("coordinator", f"{two.base}/operators/ost", {"name": "Øst"})
    two.put("coordinator", f"{two.base}/operators/ost/people", {"person": "local/siri", "lead": True})
    two.put("operator", f"{two.base}/organisations/styret", {"operator": "nord", "name": "Styret"}, who="nora")
    two.member(OURS, "m1", awarder="nora")
    two.member(OURS, "m9")
    asked = str(uuid.uuid4())
    assert two.award("m9", id=asked).json["awarded"]
    before = fingerprints_of_nord()
    path, body = example(opening, "999999999999", asked)
    path = in_currency(path, OURS)
    sent = None if body is None else json.loads(json.dumps(body).replace("bydelen", "nord").replace("m1", "m9"))
    role = "operator" if Role.OPERATOR in opening.who else "awarder"
    reply = two.town.ask(role, opening.method, path, sent, who="siri")
    # Its own lists are there, and empty; a partner takes the currency for all of its operators.
    assert reply.status < 500, reply.body
    for secret in (b"rydding", b"m9", b"local/nora", b"Styret", asked.encode()):
        assert secret not in reply.body
    # (Where a body names a second currency, it is that one that there is not.)
    known = reply.status == 200 or reply.code != "unknown_currency" or "other" in (sent or {})
    assert known or Role.OPERATOR not in opening.who
    assert fingerprints_of_nord() == before


def in_currency(path: str, currency: str) -> str:
    """Give an example's path in a currency of ours, and with what stands in it."""
    named_here = path.replace("dugnad", "rydding").replace("bydelen", "nord")
    return re.sub("(/v1/kred/currencies/)[^/]+", rf"\g<1>{currency}", named_here)


def fingerprints_of_nord() -> list[str]:
    of = ("ACTIVITIES", "LEDGER#lokalkred", "AWARD#", "TRANSFER#")
    from chalicelib import table  # noqa: PLC0415  only here

    rows = [row for row in table.Row.scan(consistent_read=True) if any(part in row.pk for part in of)]
    return sorted(json.dumps(row.to_dynamodb_dict(), sort_keys=True) for row in rows)


def test_the_city_sees_sums_and_no_currency_from_within(two: Two) -> None:
    two.member(OURS, "m1", awarder="nora")
    two.member(OURS, "m2")
    assert two.award("m2").json["awarded"]
    told = two.town.ask("city", "GET", "/v1/kred/sums").json["currencies"]
    ours = next(each for each in told if each["currency"] == OURS)
    assert ours["activities"] == 1
    # What one person has is no sum.
    assert {ours[each] for each in ("issued", "on_grants", "in_hands", "spent", "in_pot", "expired", "owed")} == {None}
    exact = two.town.ask("coordinator", "GET", "/v1/kred/sums").json["currencies"]
    within = next(each for each in exact if each["currency"] == OURS)
    assert (within["on_grants"], within["in_hands"], within["spent"]) == (540, 60, 0)
    for opening in WORK:
        path, body = example(opening, "999999999999", str(uuid.UUID(int=1)))
        reply = two.town.ask("city", opening.method, in_currency(path, OURS), body)
        assert Role.CITY in opening.who or reply.code == "wrong_role"
        for secret in (b"m2", b"nora", b"Leser"):
            assert secret not in reply.body
    mine = two.town.ask("operator", "GET", "/v1/kred/sums", who="sara").json["currencies"]
    assert [each["currency"] for each in mine] == [THEIRS]


def test_what_is_granted_is_read_by_anybody_and_no_person_stands_in_it(two: Two) -> None:
    two.member(OURS, "m1", awarder="nora")
    two.member(OURS, "m2")
    two.award("m2")
    told = send("GET", f"{two.base}/grants", query={"tenant": TENANT})
    assert told.json["grants"] == [{
        "activity": "rydding", "title": {"nb": "Dugnad"}, "operator": "Nord", "organisation": None,
        "effects": ["belonging", "safety"], "state": "approved", "granted": 600, "awarded": None, "left": None,
    }]  # fmt: skip
    both = {"activities": 1, "granted": 600, "awarded": None}
    assert told.json["effects"] == [{"effect": name} | both for name in ("belonging", "safety")]
    for secret in (b"m2", b"nora", b"Leser"):
        assert secret not in told.body
    assert send("GET", f"/v1/kred/currencies/{NOBODY}/grants", query={"tenant": TENANT}).status == 404


def test_an_activity_is_not_approved_without_a_yes_a_reason_and_a_reviewer(two: Two) -> None:
    path = f"{two.base}/activities/kafe"
    half = {"operator": "nord", "title": {"nb": "Kafé"}}
    two.put("operator", path, half, who="nora")
    reply = two.town.ask("operator", "POST", f"{path}/approve", {"reviewer": "Test Leser"}, who="nora")
    assert (reply.status, reply.code) == (422, "not_ready")
    assert {each["path"] for each in reply.json["fields"]} == {"benefits", "effects", "responsible", "statement"}
    said = "TimeKred kan benyttes der innsatsen eller bevegelsen ellers ikke hadde skjedd"
    assert said in str(reply.json["fields"])
    anyway = FORM | {"operator": "nord", "statement": {"holds": False, "reason": "Den går av seg selv."}}
    shown = two.put("operator", path, anyway, who="nora")
    assert shown["statement"]["text"] == said
    reply = two.town.ask("operator", "POST", f"{path}/approve", {"reviewer": "Test Leser"}, who="nora")
    assert (reply.status, reply.code) == (422, "would_happen_anyway")
    two.put("operator", path, FORM | {"operator": "nord"}, who="nora")
    done = two.post("operator", f"{path}/approve", {"reviewer": "Test Leser"}, who="nora")
    assert (done["state"], done["review"]["reviewer"]) == ("approved", "Test Leser")
    again = two.put("operator", path, FORM | {"operator": "nord", "benefits": "Noen andre"}, who="nora")
    assert (again["state"], again["review"]) == ("draft", None)


def test_a_long_term_activity_is_granted_a_year_at_a_time_and_renewed_with_a_reason(two: Two) -> None:
    path = f"{two.base}/activities/kor"
    two.put("operator", path, FORM | {"operator": "nord", "long_term": "Stor sosial effekt"}, who="nora")
    two.post("operator", f"{path}/approve", {"reviewer": "Test Leser"}, who="nora")

    def grant(first: str, last: str, **more: Any) -> Reply:
        asked = {"id": str(uuid.uuid4()), "minutes": 300, "from": first, "until": last} | more
        return two.town.ask("operator", "POST", f"{path}/grants", asked, who="nora")

    assert grant("2026-01-01", "2027-06-30").json["fields"][0]["code"] == "over_a_year"
    assert grant("2025-01-01", "2025-12-31").status == 200
    listed = two.town.ask("operator", "GET", f"{two.base}/activities", who="nora").json
    assert listed["renew"] == ["kor"]
    assert grant("2026-01-01", "2026-12-31").json["fields"][0]["path"] == "reason"
    assert grant("2026-01-01", "2026-12-31", reason="Fortsatt viktig").status == 200


def test_a_board_awards_its_neighbours_within_its_budget_and_never_itself(two: Two) -> None:
    yard = f"{two.base}/organisations/styret"
    two.put("operator", yard, {"operator": "nord", "name": "Gårdsstyret", "budget": 120}, who="nora")
    shown = two.put("operator", f"{yard}/people", {"person": "local/gro", "lead": True}, who="nora")
    assert shown["organisations"][0]["people"][0]["linked"] is False
    path = f"{two.base}/activities/gard"
    two.put("awarder", path, FORM | {"operator": "nord", "organisation": "styret"}, who="gro")
    refused = two.town.ask("awarder", "POST", f"{path}/approve", {"reviewer": "Gro"}, who="gro")
    assert refused.code == "wrong_role"
    two.post("operator", f"{path}/approve", {"reviewer": "Test Leser"}, who="nora")
    over = {"id": "g-1", "minutes": 150, "from": "2026-01-01", "until": "2099-12-31"}
    assert two.town.ask("operator", "POST", f"{path}/grants", over, who="nora").code == "over_budget"
    granted = two.post("operator", f"{path}/grants", over | {"minutes": 120}, who="nora")
    assert (granted["left"], granted["free"]) == (120, 120)

    def award(member: str, **more: Any) -> Any:
        asked = {"id": str(uuid.uuid4()), "minutes": 60, "present": 60, "member": member} | more
        return two.post("awarder", f"{path}/awards", asked, who="gro")

    two.member(OURS, "m2")
    assert award("m2")["because"] == "not_linked"
    two.member(OURS, "m-gro", awarder="gro")
    assert award("m-gro")["because"] == "self_award"
    assert award("m2")["awarded"]
    assert award("m2")["awarded"]
    assert award("m2")["because"] == "above_grant"
    # Of what the operator has beside it, a board sees nothing.
    listed = two.town.ask("awarder", "GET", f"{two.base}/activities", who="gro").json["activities"]
    assert [each["id"] for each in listed] == ["gard"]
    assert two.town.ask("awarder", "GET", f"{two.base}/activities/rydding", who="gro").status == 404
    gone = two.post("operator", f"{yard}/people/remove", {"person": "local/gro"}, who="nora")
    assert gone["organisations"][0]["people"] == []
    assert two.town.ask("awarder", "GET", f"{two.base}/activities", who="gro").status == 404


def test_a_board_invites_to_its_own_work_itself_and_to_nothing_else(two: Two) -> None:
    yard, path = f"{two.base}/organisations/styret", f"{two.base}/activities/gard"
    two.put("operator", yard, {"operator": "nord", "name": "Gårdsstyret", "budget": 600}, who="nora")
    two.put("operator", f"{yard}/people", {"person": "local/gro"}, who="nora")
    two.put("awarder", path, FORM | {"operator": "nord", "organisation": "styret"}, who="gro")
    two.post("operator", f"{path}/approve", {"reviewer": "Test Leser"}, who="nora")
    grant = {"id": "g-1", "minutes": 600, "from": "2026-01-01", "until": "2099-12-31"}
    two.post("operator", f"{path}/grants", grant, who="nora")
    starts = two.town.moment
    held = {
        "operator": "nord", "kind": "event", "title": {"nb": "Dugnad"}, "place": "Gården", "activity": "gard",
        "starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=2)).isoformat(), "award": 120,
    }  # fmt: skip
    own = f"{two.base}/sessions/dugnad"
    assert two.put("awarder", own, held, who="gro")["award"] == 120
    promised = two.town.ask("awarder", "PUT", own, held | {"award": 150}, who="gro")
    assert (promised.code, promised.json["fields"][0]["code"]) == ("bad_fields", "above_rate")
    poster = two.town.ask("awarder", "GET", own, who="gro").json["poster"]
    gro, neighbour = kred.join(poster, "Testperson Gro"), kred.join(poster, "Testperson To")
    two.post("awarder", f"{two.base}/link", {"card": gro["url"]}, who="gro")
    for card in (gro, neighbour):
        two.post("awarder", f"{own}/check-in", {"card": card["url"]}, who="gro")
    given = two.post("awarder", f"{own}/award", {}, who="gro")["results"]
    assert sorted((each["outcome"], each["because"]) for each in given) == [
        ("awarded", None),
        ("refused", "self_award"),
    ]
    # What is the operator's own, or costs time at a venue, is not the board's to hold, change or call off.
    two.put("operator", f"{two.base}/partners/kino", {"state": "approved"}, who="nora")
    film = held | {"award": 0, "venue": "kino", "price_adult": 60}
    two.put("operator", f"{two.base}/sessions/film", film, who="nora")
    two.put("operator", f"{two.base}/sessions/nord", held | {"activity": "rydding"}, who="nora")
    for name, body, code in (
        ("ny", film, "for_the_operator"), ("film", held, "for_the_operator"), ("nord", held, "unknown_session"),
        ("ny", held | {"activity": "rydding"}, "unknown_activity"),
        ("ny", held | {"activity": None, "award": 0}, "unknown_operator"),
    ):  # fmt: skip
        assert two.town.ask("awarder", "PUT", f"{two.base}/sessions/{name}", body, who="gro").code == code
    assert two.town.ask("awarder", "POST", f"{two.base}/sessions/film/cancel", who="gro").code == "for_the_operator"
    assert two.town.ask("awarder", "POST", f"{two.base}/sessions/nord/cancel", who="gro").status == 404
    assert two.post("awarder", f"{own}/cancel", None, who="gro")["cancelled"]


def test_the_year_is_a_table_of_who_earned_what_where_and_marks_those_above_the_mark(two: Two) -> None:
    two.member(OURS, "m1", awarder="nora")
    two.member(OURS, "m2")
    two.member(OURS, "m3")
    for member, minutes in (("m2", 60), ("m2", 60), ("m3", 30)):
        assert two.award(member, minutes).json["awarded"]
    year = two.town.today.year
    got = two.town.ask("operator", "GET", f"{two.base}/years/{year}", who="nora", query={"format": "csv"})
    assert got.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(got.body.decode("utf-8-sig")), delimiter=";"))
    assert [(row["medlem"], row["organisasjon"], row["minutter"], row["over_merket"]) for row in rows] == [
        ("m2", "nord", "120", "ja"), ("m3", "nord", "30", "nei"),
    ]  # fmt: skip
    assert two.town.ask("coordinator", "GET", f"{two.base}/years/{year}").json["lines"][0]["name"] is None
    assert two.town.ask("operator", "GET", f"{two.base}/years/niogtjue", who="nora").status == 400


def test_one_currency_takes_another_only_when_it_has_said_so_and_what_is_owed_is_seen(two: Two) -> None:
    house, tenant = wiring.house(), Tenant(TENANT)
    nora = Caller(tenant, frozenset({Role.OPERATOR}), CallerId("local/nora"))
    two.member(OURS, "m1", awarder="nora")
    two.member(OURS, "m2")
    two.award("m2", 90)
    assert house.currencies.setup(tenant, CurrencyId(THEIRS)).takes(OURS) == 0
    assert two.town.ask("operator", "GET", "/v1/kred/netting", who="nora").json["lines"] == []
    two.put("coordinator", f"/v1/kred/currencies/{THEIRS}/accepts/{OURS}", {"limit": 60})
    limit = house.currencies.setup(tenant, CurrencyId(THEIRS)).takes(OURS)
    leg = Leg(member_account(MemberId("m2")), partner_account(VenueId("kino")), 60)
    paid = Transfer(TransferId("p-1"), CurrencyId(OURS), (leg,), "payment", two.town.moment)
    limits = accepting(CurrencyId(OURS), CurrencyId(THEIRS), limit)
    house.bank.exchange(tenant, paid, CurrencyId(THEIRS), limits=limits)
    lines = two.town.ask("coordinator", "GET", "/v1/kred/netting").json["lines"]
    assert [(each["currency"], each["taken"], each["given"], each["owed"], each["limit"]) for each in lines] == [
        (THEIRS, 60, 0, 60, 60), (OURS, 0, 60, -60, 0),
    ]  # fmt: skip
    query = {"format": "csv", "month": f"{two.town.today:%Y-%m}"}
    table = two.town.ask("operator", "GET", "/v1/kred/netting", who="nora", query=query).body.decode("utf-8-sig")
    assert table.splitlines()[1].startswith(f"{OURS};{THEIRS};{query['month']};0;60;-60;0")
    assert house.currencies.own(nora)[0].id == OURS
    city = two.town.ask("city", "GET", "/v1/kred/netting").json["lines"]
    assert {(each["taken"], each["given"], each["owed"]) for each in city} == {(None, None, None)}
    sums = two.town.ask("coordinator", "GET", "/v1/kred/sums").json["currencies"]
    assert {each["currency"]: each["owed"] for each in sums} == {OURS: 60, THEIRS: -60}


def test_a_venue_asks_to_take_a_currency_on_its_phone_and_an_operator_decides(two: Two) -> None:
    phone = two.town.enrol("kino", "scan", "statement")
    asked = phone.send("POST", "/v1/kred/partners", {"currency": OURS, "offers": "Film på mandager"})
    assert (asked.status, asked.json["state"], asked.json["venue"]) == (200, "asked", "kino")
    path = f"{two.base}/partners/kino"
    approved = two.put("operator", path, {"state": "approved"}, who="nora")
    assert (approved["state"], approved["offers"]) == ("approved", "Film på mandager")
    again = phone.send("POST", "/v1/kred/partners", {"currency": OURS, "offers": "Noe annet"})
    assert again.json["state"] == "approved"
    setup = wiring.house().currencies.setup(Tenant(TENANT), CurrencyId(OURS))
    partner = setup.partner("kino")
    assert partner is not None
    assert partner.state is PartnerState.APPROVED
    assert two.put("operator", path, {"state": "ended"}, who="nora")["state"] == "ended"
    assert (
        two.town.ask("operator", "PUT", f"{two.base}/partners/nowhere", {"state": "approved"}, who="nora").status == 404
    )


def test_a_venue_names_its_prices_itself_and_an_operator_lets_them_stand(two: Two) -> None:
    phone, path = two.town.enrol("kino", "scan", "statement"), f"{two.base}/partners/kino"
    price = {"offer": "inngang", "price_adult": 60, "price_child": 30, "capacity": 20, "per": "week"}
    asked = {"currency": OURS, "offers": "Film på mandager", "prices": [price]}
    for wrong, code in (
        ({"offer": "annet"}, "unknown_offer"), ({"price_adult": 20}, "bad_fields"),
        ({"price_adult": 0, "price_child": 0}, "bad_fields"),
    ):  # fmt: skip
        assert phone.send("POST", "/v1/kred/partners", asked | {"prices": [price | wrong]}).code == code
    assert phone.send("POST", "/v1/kred/partners", asked | {"prices": [price, price]}).code == "bad_fields"
    assert phone.send("POST", "/v1/kred/partners", asked).json["asks"] == [price]
    # Nothing is taken before an operator has seen the prices, and sent them back.
    assert phone.send("GET", "/v1/kred/spend/snapshot").json["offers"] == []
    assert two.put("operator", path, {"state": "approved"}, who="nora")["asks"] == [price]
    assert phone.send("GET", "/v1/kred/spend/snapshot").json["offers"] == []
    assert two.put("operator", path, {"state": "approved", "prices": [price]}, who="nora")["asks"] == []
    (taken,) = phone.send("GET", "/v1/kred/spend/snapshot").json["offers"]
    assert {name: taken[name] for name in price} == price
    # A new price waits in its turn while the old one holds; an empty list declines it.
    later = asked | {"prices": [price | {"price_adult": 120}], "note": "Flere familier på mandager."}
    waits = phone.send("POST", "/v1/kred/partners", later).json
    assert (waits["state"], waits["asks"][0]["price_adult"], waits["note"]) == ("approved", 120, later["note"])
    assert two.put("operator", path, {"state": "approved", "prices": []}, who="nora")["asks"] == []
    assert phone.send("GET", "/v1/kred/spend/snapshot").json["offers"] == [taken]
    ended = two.town.ask("operator", "PUT", path, {"state": "ended", "prices": [price]}, who="nora")
    assert ended.code == "bad_state"


def test_colours_are_readable_and_a_step_only_becomes_finer(two: Two) -> None:
    def put(**fields: Any) -> Reply:
        return two.town.ask("coordinator", "PUT", two.base, {"name": {"nb": "Lokal"}, "step": 30} | fields)

    assert put(colour="#ffffff", text_colour="#eeeeee").json["fields"][0]["code"] == "unreadable"
    assert put(step=60).code == "step_is_fixed"
    assert put(step=15).status == 200
    assert put(step=20).json["fields"][0]["code"] == "bad_step"


def test_what_is_done_stands_in_the_book_in_words_and_names_no_member(two: Two) -> None:
    two.member(OURS, "m1", awarder="nora")
    two.member(OURS, "m-hemmelig")
    asked = str(uuid.uuid4())
    two.award("m-hemmelig", id=asked)
    two.post("operator", f"{two.base}/awards/{asked}/reverse", {"id": str(uuid.uuid4())}, who="nora")
    two.post("operator", f"{two.base}/activities/rydding/close", None, who="nora")
    told = two.town.ask("office", "GET", "/v1/audit", query={"limit": "200"})
    says = {each["what"]: each["says"] for each in told.json["entries"]}
    assert says["currency.made"] == f"Made the currency of time {THEIRS}." or OURS in says["currency.made"]
    assert says["award.made"] == f"Made the award {asked}."
    assert says["award.reversed"] == f"Took the award {asked} back."
    assert says["activity.closed"] == f"Closed the activity {OURS}/rydding."
    assert {"operator.made", "worker.added", "activity.approved", "activity.granted", "link.made"} <= set(says)
    assert b"m-hemmelig" not in told.body
    assert b"Test Leser" not in told.body


def test_an_awarder_who_leaves_as_a_member_is_nobody_s_member_any_more(town: Town) -> None:
    kred.set_up(town)
    mine = kred.join(kred.session(town)["poster"])
    base = "/v1/kred/currencies/lokalkred"
    linked = town.ask("coordinator", "POST", f"{base}/link", {"card": mine["url"]})
    assert (linked.status, linked.json["linked"]) == (200, True)
    gone = {"card": mine["url"], "pin": "4711", "erase": True}
    assert kred.post("/v1/kred/member/leave", gone).json["erased"]
    assert town.ask("coordinator", "GET", base).json["linked"] is False
