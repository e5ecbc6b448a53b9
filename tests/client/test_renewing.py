"""Next year's cards at the command line: a work list, a cross for each, and the renewing."""

import pytest

from tests.client.conftest import Desk


@pytest.fixture
def expiring(desk: Desk) -> Desk:
    year = desk.town.today.year
    text = f"external_ref;birth_year\nsak-1;{year - 10}\nsak-2;{year - 9}\nsak-3;{year - 19}\n"
    desk.run("issue", desk.table("barn.csv", text), "--programme", "kort")
    following = {
        "name": {"nb": "Neste år"}, "valid_from": f"{year + 1}-01-01", "valid_until": f"{year + 3}-12-31",
        "cards": {"quota": 30, "validity": "P1Y"}, "ages": {"from": 5, "to": 18}, "languages": ["nb"],
    }  # fmt: skip
    assert desk.town.ask("office", "PUT", "/v1/programmes/neste", following).status == 200
    return desk


def test_the_list_has_a_cross_for_each_who_is_not_too_old_and_the_crosses_are_renewed(expiring: Desk) -> None:
    before = f"31.12.{expiring.town.today.year + 1}"
    told = expiring.run("expiring", "--programme", "kort", "--before", before)
    assert told == {"cards": 3, "too_old": 1, "list": "renew-kort.csv"}
    rows = expiring.read("renew-kort.csv")
    assert sorted(row["renew"] for row in rows) == ["", "x", "x"]
    assert not {"external_ref", "birth_year"} & set(rows[0])

    done = expiring.run("renew", "renew-kort.csv", "--to", "neste")
    assert (done["renewed"], done["problems"]) == (2, 0)
    first = {row["old_number"]: row["number"] for row in expiring.read("renew-kort.results.csv")}
    expiring.run("renew", "renew-kort.csv", "--to", "neste")
    again = {row["old_number"]: row["number"] for row in expiring.read("renew-kort.results.csv")}
    assert again == first
    assert expiring.town.ask("office", "GET", "/v1/programmes/neste").json["cards_issued"] == 2
    old = next(iter(first))
    assert expiring.run("cancel-renewal", old) == {"cancelled": 1}
    assert expiring.town.ask("office", "GET", "/v1/programmes/neste").json["cards_issued"] == 1


def test_what_was_taken_back_is_renewed_again_by_the_same_list(expiring: Desk) -> None:
    old = expiring.read("barn.results.csv")[0]["number"]
    expiring.table("valg.csv", f"number\n{old}\n")
    made = []
    for _ in range(2):
        assert expiring.run("renew", "valg.csv", "--to", "neste", "--all")["renewed"] == 1
        made.append(expiring.read("valg.results.csv")[0]["number"])
        assert expiring.run("renew", "valg.csv", "--to", "neste", "--all")["before"] == 1
        assert expiring.read("valg.results.csv")[0]["number"] == made[-1]
        if len(made) == 1:
            assert expiring.run("cancel-renewal", old) == {"cancelled": 1}
    assert made[0] != made[1]


def test_nothing_renews_by_itself(expiring: Desk) -> None:
    rows = expiring.read("barn.results.csv")
    text = "renew;number\n" + "".join(f";{row['number']}\n" for row in rows)
    _, said = expiring.say("renew", expiring.table("ingen.csv", text), "--to", "neste", code=2)
    assert "No row has an x" in said


def test_a_card_that_cannot_be_renewed_stops_no_other(expiring: Desk) -> None:
    numbers = [row["number"] for row in expiring.read("barn.results.csv")]
    assert expiring.town.ask("issuer", "POST", f"/v1/cards/{numbers[0]}/block", {"reason": "ended"}).status == 200
    text = "number\n" + "".join(f"{number}\n" for number in [numbers[0], "000000000000", numbers[1]])
    told = expiring.run("renew", expiring.table("valg.csv", text), "--to", "neste", "--all", code=3)
    assert (told["renewed"], told["problems"]) == (1, 2)
    rows = expiring.read("valg.results.csv")
    assert [row["status"] for row in rows] == ["problem", "problem", "issued"]
    assert all(row["remedy"] for row in rows[:2])


@pytest.mark.parametrize("written", ["i morgen", "2026", "1.2"])
def test_a_day_that_is_none_is_said_to_be(desk: Desk, written: str) -> None:
    _, said = desk.say("expiring", "--programme", "kort", "--before", written, code=1)
    assert "is not a date" in said


def test_a_visit_is_taken_back_by_its_id_in_finances_file(desk: Desk) -> None:
    phone, card = desk.town.enrol("kino"), desk.town.card()
    visit = phone.send("POST", "/v1/scan/visits", desk.town.visit(card["token"])).json["visit"]["id"]
    desk.role = "office"
    _, said = desk.say("void", visit, "--reason", "feil kort", "--words", "nb")
    assert "annullert" in said
    _, said = desk.say("void", "5a3cc0c4-52a5-4f0b-9a4e-0b7ac1a8a0ff", "--reason", "feil kort", code=1)
    assert said
