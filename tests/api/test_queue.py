"""What phones without a network send later: nothing lost, nothing twice, the same state in whatever order it comes."""

import random
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import table
from tests.town import Phone, Town, days_on


def visits() -> list[Any]:
    return list(table.VisitRow.scan(table.Row.sk == "VISIT", consistent_read=True))


def send(phone: Phone, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Send a queue as a phone does: a hundred at a time."""
    outcomes: list[dict[str, Any]] = []
    for start in range(0, len(rows), 100):
        answer = phone.send("POST", "/v1/scan/visits/batch", {"visits": rows[start : start + 100]})
        assert answer.status == 200, answer.body
        outcomes += answer.json["results"]
    return outcomes


def flagged(town: Town, role: str = "office", **query: str) -> list[dict[str, Any]]:
    """Read the whole list of visits that something spoke against, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = town.ask(role, "GET", "/v1/visits/flagged", query=query)
        assert page.status == 200, page.body
        found += page.json["visits"]
        if page.json["cursor"] is None:
            return found
        query |= {"cursor": page.json["cursor"]}


@pytest.mark.parametrize("first", [0, 1])
def test_two_phones_of_a_venue_without_network_for_four_days_are_paid_for_all_eight_visits(
    town: Town, first: int
) -> None:
    card = town.card()
    phones = [town.enrol("kino"), town.enrol("kino")]
    start = town.moment
    queues = [
        [
            town.visit(card["token"], offline=True)
            | {"at": (days_on(start, day) + timedelta(seconds=phone)).strftime("%Y-%m-%dT%H:%M:%SZ")}
            for day in range(4)
        ]
        for phone in range(2)
    ]
    town.later(days=3, hours=2)
    for _ in range(2):
        for which in (first, 1 - first):
            send(phones[which], queues[which])
    found = visits()
    assert len(found) == 8
    assert sum("over" in (visit.flags or ()) for visit in found) == 3
    seen = [each for each in flagged(town) if "over" in each["flags"]]
    assert {each["visit_id"] for each in seen} <= {row["id"] for queue in queues for row in queue}
    assert len(seen) == 3
    assert all(each["amount"] == 12501 and each["last3"] == card["number"][-3:] for each in seen)
    assert all(visit.amount == 12501 for visit in found)


def test_five_hundred_visits_sent_twice_in_any_order_are_the_same_as_once_in_order(town: Town) -> None:
    chance = random.Random(500)  # noqa: S311  a test's own order
    cards = [town.card() for _ in range(20)]
    phones = [town.enrol("bad"), town.enrol("bad")]
    rows = [
        town.visit(chance.choice(cards)["token"], offline=True, persons=chance.choice([1, 2]))
        | {"at": (town.moment - timedelta(minutes=at)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for at in range(500)
    ]
    chance.shuffle(rows)
    first = send(phones[0], rows)
    state = {visit.pk: visit.to_simple_dict() for visit in visits()}
    chance.shuffle(rows)
    again = send(phones[1], rows)
    assert {each["outcome"] for each in first} == {"recorded"}
    assert {each["outcome"] for each in again} == {"replayed"}
    assert {visit.pk: visit.to_simple_dict() for visit in visits()} == state
    assert len(state) == 500
    for card in cards:
        shown = town.ask("issuer", "GET", f"/v1/cards/{card['number']}").json
        used = {use["venue"]: use["used"] for use in shown["uses"]}["bad"]
        assert used == sum(row["card"] == card["token"] for row in rows)


def test_a_queue_is_told_what_each_visit_is_flagged_with(town: Town) -> None:
    card = town.card()
    phone = town.enrol("klubb")
    late = town.visit(card["token"], offline=True)
    late["at"] = (town.moment - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [late, *(town.visit(card["token"], offline=True) for _ in range(2))]
    first = send(phone, rows)
    assert "late" in first[0]["flags"]
    assert send(phone, rows)[2]["flags"] == ["over"]


def told(phone: Phone, waiting: str) -> None:
    assert phone.send("GET", "/v1/scan/snapshot", headers={"Opplev-Waiting": waiting}).status == 200


def shown(town: Town, phone: Phone) -> tuple[str | None, int | None]:
    """Give what the office sees of a phone."""
    venue = town.ask("office", "GET", "/v1/venues/bad").json
    (found,) = [each for each in venue["devices"] if each["device_id"] == phone.device_id]
    return found["seen_at"], found["unsent"]


def test_of_a_lost_phone_the_office_sees_when_it_was_last_heard_and_how_many_visits_it_had_yet_to_send(
    town: Town,
) -> None:
    phone, silent = town.enrol("bad"), town.enrol("bad")
    town.later(minutes=-town.moment.minute, seconds=-town.moment.second)
    hour = town.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    town.later(minutes=17)
    told(phone, "12")
    assert shown(town, phone) == (hour, 12)
    assert shown(town, silent) == (None, None)
    stopped = town.ask("office", "POST", f"/v1/devices/{phone.device_id}/revoke", {"reason": "mistet"}).json
    assert (stopped["seen_at"], stopped["unsent"]) == (hour, 12)


def test_a_phone_that_tells_its_queue_costs_a_write_an_hour_and_one_where_it_fills_or_empties(town: Town) -> None:
    phone, card = town.enrol("bad"), town.card()
    town.later(minutes=-town.moment.minute, seconds=-town.moment.second)
    writes: list[str] = []
    events = table.connection().client.meta.events
    events.register("before-send.dynamodb.UpdateItem", lambda **_: writes.append("update"), unique_id="told")
    try:
        for waiting, so_far in (("0", 1), ("0", 1), ("3", 2), ("4", 2), ("40", 2), ("0", 3), ("0", 3)):
            told(phone, waiting)
            assert len(writes) == so_far
        town.later(hours=1)
        told(phone, "0")
        told(phone, "0")
        assert len(writes) == 4
        # A scan at the till tells nothing, and what can be no count is no news.
        assert phone.send("POST", "/v1/scan/visits", town.visit(card["token"])).status == 201
        for nonsense in ("-1", "1e3", "٣", "123456", "", "mange"):
            told(phone, nonsense)
        assert len(writes) == 4
        row = town.visit(card["token"], offline=True)
        sent = phone.send("POST", "/v1/scan/visits/batch", {"visits": [row]}, headers={"Opplev-Waiting": "2"})
        assert (sent.status, len(writes)) == (200, 5)
    finally:
        events.unregister("before-send.dynamodb.UpdateItem", unique_id="told")
    assert shown(town, phone)[1] == 2


def test_the_office_and_finance_read_page_by_page_what_something_spoke_against(town: Town) -> None:
    cards = [town.card() for _ in range(3)]
    places = {venue: town.enrol(venue) for venue in ("kino", "klubb")}
    rows = {
        venue: [
            town.visit(cards[at % 3]["token"], offline=True)
            | {"at": (town.moment + timedelta(minutes=at)).strftime("%Y-%m-%dT%H:%M:%SZ")}
            for at in range(180)
        ]
        for venue in places
    }
    town.later(hours=3)
    for venue, phone in places.items():
        send(phone, rows[venue])
    regular = town.ask("office", "GET", "/v1/visits/flagged", query={"venue": "bad"}).json
    assert (regular["visits"], regular["cursor"]) == ([], None)
    everywhere = flagged(town, "finance")
    assert len(town.ask("office", "GET", "/v1/visits/flagged").json["visits"]) < len(everywhere)
    assert len(everywhere) == len({each["visit_id"] for each in everywhere}) == 2 * 180 - 3 * 5 - 3 * 2
    assert flagged(town, venue="klubb") == [each for each in everywhere if each["venue"] == "klubb"]
    assert flagged(town, month="2020-01") == []

    def small_pages(params: dict[str, Any], **_: Any) -> None:
        params["Limit"] = 37

    events = table.connection().client.meta.events
    events.register("before-parameter-build.dynamodb.Query", small_pages)
    try:
        first = town.ask("office", "GET", "/v1/visits/flagged", query={"venue": "kino"}).json
        assert first["cursor"].startswith("kino.")
        assert len(first["visits"]) < 165
        assert flagged(town) == everywhere
    finally:
        events.unregister("before-parameter-build.dynamodb.Query", small_pages)
    one = everywhere[0]
    assert set(one) == {
        "visit_id", "venue", "offer", "date", "persons", "last3", "device", "flags", "amount", "taken_back"
    }  # fmt: skip
    voided = town.ask("office", "POST", f"/v1/visits/{one['visit_id']}/void", {"reason": "mistake"})
    assert voided.status == 200, voided.body
    assert flagged(town, venue=one["venue"])[0]["taken_back"]
    for query in ({"month": "2026-13"}, {"cursor": "x.y"}, {"cursor": "kino.2026-11-22"}, {"cursor": "#"}):
        assert town.ask("office", "GET", "/v1/visits/flagged", query=query).code == "bad_query"
    assert town.ask("office", "GET", "/v1/visits/flagged", query={"venue": "ingen"}).code == "unknown_venue"
    assert town.ask("issuer", "GET", "/v1/visits/flagged").code == "wrong_role"


def test_a_row_that_cannot_be_read_is_a_problem_of_its_own_and_the_others_are_registered(town: Town) -> None:
    card, phone = town.card(), town.enrol("bad")
    good = [town.visit(card["token"], offline=True) for _ in range(3)]
    bad: list[Any] = [
        town.visit("02013299997", offline=True),
        {name: value for name, value in town.visit(card["token"]).items() if name != "offer"},
        town.visit(card["token"], persons=0),
        town.visit(card["token"], hair="brown"),
        town.visit(card["token"], at="2026-11-22T10:00:00"),
        town.visit(card["token"]) | {"id": "not one of ours"},
        "hei",
    ]
    results = send(phone, [good[0], *bad, *good[1:]])
    assert [each["outcome"] for each in results] == ["recorded", *["problem"] * len(bad), "recorded", "recorded"]
    codes = ["identity_number", *["bad_fields"] * 3, "at_without_zone", "bad_fields", "bad_fields"]
    assert [each["code"] for each in results[1:-2]] == codes
    named = [row["id"] if isinstance(row, dict) else None for row in bad]
    assert [each["id"] for each in results[1:-2]] == [*named[:5], None, None]
    assert len(visits()) == 3
    assert send(phone, [bad[0]])[0]["code"] == "identity_number"
    wholes: list[Any] = [{"visits": []}, {"visits": good * 34}, {"visits": good, "hair": "brown"}, {"visits": "x"}, []]
    for whole in wholes:
        assert phone.send("POST", "/v1/scan/visits/batch", whole).status == 400
