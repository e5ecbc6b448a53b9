"""Last year's cards, at the issuers' door: the work list, and a new card in two clicks."""

import base64
from typing import Any

import pytest

from tests.town import Reply, Town, send


def renew(town: Town, of: str, *, key: str = "f-1", role: str = "issuer", **changes: Any) -> Reply:
    asked = {"programme": "kort"} | changes
    return town.ask(role, "POST", f"/v1/cards/{of}/renew", asked, headers={"idempotency-key": key})


def listed(town: Town, **query: str) -> Any:
    asked = {"programme": "kort", "expires_before": f"{town.today.year + 3}-01-01"} | query
    reply = town.ask("issuer", "GET", "/v1/cards", query=asked)
    assert reply.status == 200, reply.body
    return reply.json


def born(town: Town, age: int, ref: str) -> str:
    asked = {"programme": "kort", "external_ref": ref, "birth_year": town.today.year - age}
    made = town.ask("issuer", "POST", "/v1/cards", asked, headers={"idempotency-key": ref})
    assert made.status == 201, made.body
    return str(made.json["number"])


def test_the_work_list_says_who_will_be_too_old_and_the_rest_are_renewed_from_it(town: Town) -> None:
    child, grown = born(town, 10, "sak-1"), born(town, 19, "sak-2")
    assert {each["number"]: each["too_old"] for each in listed(town)["cards"]} == {child: False, grown: True}
    made = renew(town, child)
    assert made.status == 201
    old = town.ask("issuer", "GET", f"/v1/cards/{child}").json
    assert made.json["valid_from"] > old["valid_until"]
    assert (old["status"], old["replaced_by"]) == ("active", None)
    assert renew(town, child).json == made.json
    assert child not in {each["number"] for each in listed(town)["cards"]}
    refused = renew(town, grown, key="f-2")
    assert (refused.status, refused.code) == (422, "age_outside_programme")


def test_only_an_issuer_renews_and_says_which_request_it_is(town: Town) -> None:
    number = born(town, 10, "sak-1")
    assert renew(town, number, role="office").status == 403
    reply = town.ask("issuer", "POST", f"/v1/cards/{number}/renew", {"programme": "kort"})
    assert reply.code == "idempotency_key_missing"
    assert renew(town, number, number="12").code == "bad_fields"


def test_the_work_list_comes_in_pages(town: Town) -> None:
    numbers = {born(town, 10, f"sak-{each}") for each in range(5)}
    whole = listed(town)
    assert (len(whole["cards"]), whole["cursor"]) == (5, None)
    seen: list[str] = []
    asked = {"limit": "2"}
    sizes = []
    while True:
        page = listed(town, **asked)
        seen += [each["number"] for each in page["cards"]]
        sizes.append(len(page["cards"]))
        if page["cursor"] is None:
            break
        asked["cursor"] = page["cursor"]
    assert (sizes, set(seen)) == ([2, 2, 1], numbers)
    assert [each["number"] for each in whole["cards"]] == seen
    assert listed(town, limit="5")["cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "501"}, {"limit": "-1"}, {"limit": "to"}, {"limit": ""}, {"limit": "\u0663"},
        {"cursor": ""}, {"cursor": "x"}, {"cursor": "æ"}, {"cursor": "!!!!"}, {"cursor": "AAAA"},
        {"cursor": base64.urlsafe_b64encode(b"2026-13-40#123456789012").decode()},
        {"cursor": base64.urlsafe_b64encode("2026-12-31#12345678901\u0663".encode()).decode()},
        {"expires_before": "soon"}, {"programme": "a b"},
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(town: Town, query: dict[str, str]) -> None:
    asked = {"programme": "kort", "expires_before": "2030-01-01"} | query
    reply = town.ask("issuer", "GET", "/v1/cards", query=asked)
    assert (reply.status, reply.code) == (400, "bad_query")


def test_a_cursor_of_another_municipality_shows_nothing_of_it(town: Town) -> None:
    town.settle_in("nabo")
    for each in range(2):
        born(town, 10, f"sak-{each}")
    cursor = listed(town, limit="1")["cursor"]
    asked = {"programme": "kort", "expires_before": "2099-01-01", "cursor": cursor}
    assert town.ask("issuer", "GET", "/v1/cards", tenant="nabo", query=asked).json == {"cards": [], "cursor": None}


def test_a_renewal_is_taken_back_at_the_door_before_the_new_cards_first_day(town: Town) -> None:
    child = born(town, 10, "sak-1")
    path = f"/v1/cards/{child}/cancel-renewal"
    assert town.ask("issuer", "POST", path).code == "not_renewed"
    new = renew(town, child).json["number"]
    kept = town.ask("issuer", "POST", path)
    assert (kept.status, kept.json["number"], kept.json["status"]) == (200, child, "active")
    assert town.ask("issuer", "POST", path).json == kept.json
    assert town.ask("issuer", "GET", f"/v1/cards/{new}").json["status"] == "ended"
    assert child in {each["number"] for each in listed(town)["cards"]}
    assert town.ask("office", "POST", path).status == 403


def test_the_work_list_saved_from_a_spreadsheet_is_renewed_row_by_row(town: Town) -> None:
    numbers = [born(town, 10, f"sak-{each}") for each in range(3)]
    rows = "\r\n".join(f"rad-{each};{number};kort" for each, number in enumerate(numbers))
    table = f"id;number;programme\r\n{rows}\r\nrad-x;12;kort\r\n"
    headers = {"authorization": f"Bearer {town.token('issuer')}", "content-type": "text/csv"}
    first = send("POST", "/v1/cards/renew", body=table.encode("utf-8-sig"), headers=headers).json["results"]
    assert [each["status"] for each in first] == ["issued"] * 3 + ["problem"]
    assert first[3]["problem"]["fields"][0]["path"] == "number"
    again = send("POST", "/v1/cards/renew", body=table.replace(";", ",").encode(), headers=headers).json["results"]
    assert [each["status"] for each in again] == ["replayed"] * 3 + ["problem"]
    assert {each["number"] for each in listed(town)["cards"]}.isdisjoint(numbers)
