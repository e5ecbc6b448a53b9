"""A drawer of blanks: made and printed by the office, given to a child by an issuer, refused at the till until then."""

from typing import Any

from tests.town import Reply, Town


def summer(town: Town) -> None:
    """Set up a programme whose cards last as long as it does, with terms at the cinema."""
    year = town.today.year
    dates = {"valid_from": f"{year}-01-01", "valid_until": f"{year}-12-31"}
    programme = {"name": {"nb": "Sommerkortet"}, "ages": {"from": 5, "to": 18}, "cards": {"quota": 2}, **dates}
    assert town.ask("office", "PUT", "/v1/programmes/sommer", programme).status == 200
    terms = {"programme": "sommer", "offer": "inngang", "from": dates["valid_from"], "until": dates["valid_until"],
             "limit": 3, "quota": "sommer"}  # fmt: skip
    assert town.ask("office", "POST", "/v1/venues/kino/agreements", terms).status == 201


def stock(town: Town, count: int = 2, *, role: str = "office", key: str = "lager-1", **changes: Any) -> Reply:
    asked = {"programme": "sommer", "count": count} | changes
    return town.ask(role, "POST", "/v1/cards/stock", asked, headers={"idempotency-key": key})


def child(town: Town, ref: str = "sak-1") -> dict[str, Any]:
    return {"programme": "sommer", "external_ref": ref, "birth_year": town.today.year - 10}


def activate(town: Town, number: str, body: Any, *, role: str = "issuer", key: str = "k-1") -> Reply:
    return town.ask(role, "POST", f"/v1/cards/{number}/activate", body, headers={"idempotency-key": key})


def test_a_blank_is_printed_refused_at_the_till_and_good_once_a_child_has_it(town: Town) -> None:
    summer(town)
    phone = town.enrol("kino")
    made = stock(town)
    assert made.status == 201
    first, second = made.json["cards"]
    assert (first["status"], first["programme"]) == ("blank", "sommer")
    assert stock(town).json == made.json
    printed = town.ask("office", "POST", "/v1/cards/print", {"cards": [{"number": first["number"]}]})
    assert printed.body.startswith(b"%PDF-")

    look = {"card": first["number"], "offer": "inngang"}
    assert phone.send("POST", "/v1/scan/check", look).json["because"] == "unknown_card"
    refused = phone.send("POST", "/v1/scan/visits", town.visit(first["number"]))
    assert (refused.status, refused.json["verdict"]["because"]) == (200, "unknown_card")
    assert town.ask("office", "GET", "/v1/programmes/sommer").json["cards_issued"] == 0

    done = activate(town, first["number"], child(town))
    assert (done.status, done.json["status"], done.json["number"]) == (201, "active", first["number"])
    assert activate(town, first["number"], child(town)).json == done.json
    assert phone.send("POST", "/v1/scan/check", look).json["admitted"] is True
    assert phone.send("POST", "/v1/scan/visits", town.visit(first["number"])).status == 201
    assert town.ask("office", "GET", "/v1/programmes/sommer").json["cards_issued"] == 1

    lost = {"reason": "lost", "number": second["number"]}
    new = town.ask("issuer", "POST", f"/v1/cards/{first['number']}/replace", lost)
    assert (new.status, new.json["number"]) == (201, second["number"])
    after = phone.send("POST", "/v1/scan/check", {"card": second["number"], "offer": "inngang"}).json
    assert (after["admitted"], after["left"]) == (True, 2)
    assert town.ask("office", "GET", "/v1/programmes/sommer").json["cards_issued"] == 1


def test_who_may_make_and_who_may_give_out_a_blank(town: Town) -> None:
    summer(town)
    assert (stock(town, role="issuer").status, stock(town, role="finance").status) == (403, 403)
    number = stock(town).json["cards"][0]["number"]
    assert activate(town, number, child(town), role="office").status == 403
    town.settle_in("nabo")
    headers = {"idempotency-key": "k"}
    elsewhere = child(town) | {"programme": "kort"}
    reply = town.ask("issuer", "POST", f"/v1/cards/{number}/activate", elsewhere, tenant="nabo", headers=headers)
    assert (reply.status, reply.code) == (404, "unknown_card")


def test_a_stock_is_refused_in_words(town: Town) -> None:
    summer(town)
    assert (stock(town, programme="kort").status, stock(town, programme="kort").code) == (422, "no_stock")
    assert stock(town, programme="none").code == "unknown_programme"
    assert [stock(town, count).code for count in (0, 501, -1)] == ["bad_fields"] * 3
    assert town.ask("office", "POST", "/v1/cards/stock", {"programme": "sommer", "count": 1}).code == (
        "idempotency_key_missing"
    )
    number = stock(town).json["cards"][0]["number"]
    assert town.ask("issuer", "POST", f"/v1/cards/{number}/activate", child(town)).code == "idempotency_key_missing"
