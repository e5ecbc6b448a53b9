"""What phones without a network send later: nothing lost, nothing twice, the same state in whatever order it comes."""

import random
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import table
from tests.town import Phone, Town


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
            | {"at": (start + timedelta(days=day, minutes=phone)).strftime("%Y-%m-%dT%H:%M:%SZ")}
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
