"""Last year's cards, at the issuers' door: the work list, and a new card in two clicks."""

from typing import Any

from tests.town import Reply, Town


def renew(town: Town, of: str, *, key: str = "f-1", role: str = "issuer", **changes: Any) -> Reply:
    asked = {"programme": "kort"} | changes
    return town.ask(role, "POST", f"/v1/cards/{of}/renew", asked, headers={"idempotency-key": key})


def listed(town: Town, **query: str) -> Any:
    asked = {"programme": "kort", "expires_before": f"{town.moment.year + 3}-01-01"} | query
    reply = town.ask("issuer", "GET", "/v1/cards", query=asked)
    assert reply.status == 200, reply.body
    return reply.json


def born(town: Town, age: int, ref: str) -> str:
    asked = {"programme": "kort", "external_ref": ref, "birth_year": town.moment.year - age}
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
