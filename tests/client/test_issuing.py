"""Cards by the list, as a caseworker gives it at the command line."""

import json
import stat
from pathlib import Path

import pytest

from clerk.api import Reply
from tests.client.conftest import Desk

BORN = 2016


def listed(count: int, *, ref: str = "sak") -> str:
    return "external_ref;birth_year\n" + "".join(f"{ref}-{number};{BORN}\n" for number in range(count))


def test_a_list_is_issued_and_the_same_list_again_changes_nothing(desk: Desk) -> None:
    place = desk.table("barn.csv", listed(25))
    assert desk.run("issue", place, "--programme", "kort")["issued"] == 25
    first = desk.read("barn.results.csv")
    assert [row["status"] for row in first] == ["issued"] * 25
    assert len({row["number"] for row in first}) == 25
    again = desk.run("issue", place, "--programme", "kort")
    assert (again["issued"], again["before"], again["problems"]) == (0, 25, 0)
    assert [row["number"] for row in desk.read("barn.results.csv")] == [row["number"] for row in first]
    assert desk.town.ask("office", "GET", "/v1/programmes/kort").json["cards_issued"] == 25


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("external_ref,birth_year,programme\nsak-1,2016,kort\n", "utf-8"),
        ("external_ref;birth_year;programme\r\nsak-1;2016;kort\r\n", "utf-8-sig"),
        ("Referanse;Fødselsår;Ordning\r\n\r\nsak-1;2016;kort\r\n;;\r\n", "latin-1"),
        ('"external_ref";"birth_year";"programme"\n" sak-1 ";"2016";"kort"\n', "utf-8"),
    ],
)
def test_a_list_is_read_as_any_spreadsheet_saves_it(desk: Desk, text: str, encoding: str) -> None:
    assert desk.run("issue", desk.table("barn.csv", text, encoding))["issued"] == 1


def test_bad_rows_are_named_with_what_to_do_and_stop_no_other(desk: Desk) -> None:
    text = (
        "external_ref;birth_year\nsak-1;2016\nsak-2;to tusen\nsak-3;1970\nsak-1;2016\nOla Nordmann;2016\nsak-6;2016\n"
    )
    _, said = desk.say("issue", desk.table("barn.csv", text), "--programme", "kort", "--words", "nb", code=3)
    rows = desk.read("barn.results.csv")
    assert [row["status"] for row in rows] == ["issued", "problem", "problem", "replayed", "problem", "issued"]
    assert [row["problem"] for row in rows][1:3] == ["bad_fields", "age_outside_programme"]
    assert all(row["remedy"] for row in rows if row["status"] == "problem")
    assert "2 kort er utstedt" in said
    assert "rad 3" in said
    assert "Se på fødselsåret" in said


def test_a_list_of_more_than_five_hundred_is_sent_in_parcels(desk: Desk) -> None:
    asked = [0]

    def answer(method: str, path: str) -> Reply | None:
        del method, path
        count = desk.sent[-1][2].count(b"\n") - 1
        asked.append(count)
        results = [{"row": at + 1, "id": "x", "status": "issued", "number": "1" * 12} for at in range(count)]
        return 200, {}, json.dumps({"results": results}).encode()

    desk.before = answer
    assert desk.run("issue", desk.table("barn.csv", listed(1201)), "--programme", "kort")["issued"] == 1201
    assert asked[1:] == [500, 500, 201]


def test_rows_that_time_did_not_suffice_for_are_sent_again(desk: Desk) -> None:
    sizes = []

    def answer(method: str, path: str) -> Reply | None:
        del method, path
        count = desk.sent[-1][2].count(b"\n") - 1
        sizes.append(count)
        results = [
            {"row": at + 1, "id": "x", "status": "issued", "number": "1" * 12} if at < 4
            else {"row": at + 1, "id": "x", "status": "try_again", "problem": {"code": "busy", "detail": "Send again."}}
            for at in range(count)
        ]  # fmt: skip
        return 200, {}, json.dumps({"results": results}).encode()

    desk.before = answer
    told = desk.run("issue", desk.table("barn.csv", listed(10)), "--programme", "kort")
    assert (told["issued"], told["try_again"]) == (10, 0)
    assert sizes == [10, 6, 2]


def test_a_server_that_gets_nowhere_is_left_alone_and_the_rest_is_said(desk: Desk) -> None:
    def answer(method: str, path: str) -> Reply | None:
        del method, path
        count = desk.sent[-1][2].count(b"\n") - 1
        again = {"id": "x", "status": "try_again", "problem": {"code": "busy", "detail": "Send again.", "fields": []}}
        return 200, {}, json.dumps({"results": [again | {"row": at + 1} for at in range(count)]}).encode()

    desk.before = answer
    told = desk.run("issue", desk.table("barn.csv", listed(3)), "--programme", "kort", code=4)
    assert told["try_again"] == 3
    assert len(desk.sent) == 1


def test_a_lost_answer_is_asked_for_again_and_nothing_is_given_out_twice(desk: Desk) -> None:
    lost = iter([True, False])

    def answer(method: str, path: str) -> Reply | None:
        del method, path
        if next(lost, False):
            desk.before = lambda *_: None
            method, path, body = desk.sent[-1]
            desk.through(method, f"https://x{path}", {"authorization": f"Bearer {desk.town.token('issuer')}",
                                                      "content-type": "text/csv"}, body)  # fmt: skip
            desk.before = answer
            raise TimeoutError
        return None

    desk.before = answer
    told = desk.run("issue", desk.table("barn.csv", listed(5)), "--programme", "kort")
    assert (told["issued"], told["before"]) == (0, 5)
    assert desk.town.ask("office", "GET", "/v1/programmes/kort").json["cards_issued"] == 5


def test_a_server_that_is_gone_is_said_to_be_and_the_same_command_goes_on(desk: Desk) -> None:
    place = desk.table("barn.csv", listed(5))
    desk.before = lambda *_: (503, {}, b"<html>busy</html>")
    _, said = desk.say("issue", place, "--programme", "kort", code=4)
    assert "give the same command again" in said
    assert [row["status"] for row in desk.read("barn.results.csv")] == ["try_again"] * 5
    desk.before = lambda *_: None
    assert desk.run("issue", place, "--programme", "kort")["issued"] == 5


def test_the_name_is_not_sent_and_stands_in_the_results_only_where_it_was_asked_for(desk: Desk) -> None:
    text = f"external_ref;birth_year;navn\nsak-1;{BORN};Testbarn Én\n"
    place = desk.table("barn.csv", text)
    desk.run("issue", place, "--programme", "kort")
    assert "Testbarn" not in (desk.folder / "barn.results.csv").read_text()
    desk.run("issue", place, "--programme", "kort", "--names")
    assert desk.read("barn.results.csv")[0]["name"] == "Testbarn Én"
    assert not [body for _, _, body in desk.sent if b"Testbarn" in body or b"name" in body]


def test_the_results_are_for_their_owner_alone(desk: Desk) -> None:
    desk.run("issue", desk.table("barn.csv", listed(1)), "--programme", "kort")
    assert stat.S_IMODE((desk.folder / "barn.results.csv").stat().st_mode) == 0o600
    assert [place.name for place in desk.folder.iterdir() if place.name.startswith(".")] == []


def test_the_results_are_not_written_over_by_being_given_as_the_list(desk: Desk) -> None:
    desk.run("issue", desk.table("barn.csv", listed(2)), "--programme", "kort")
    before = (desk.folder / "barn.results.csv").read_bytes()
    _, said = desk.say("issue", "barn.results.csv", "--programme", "kort", code=1)
    assert "name another place" in said
    assert (desk.folder / "barn.results.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "first row"),
        ("external_ref;birth_year\n", "a row below"),
        ("external_ref\nsak-1\n", "no column programme, birth_year"),
        ('external_ref;birth_year\n"sak-1;2016\n', "quotation mark"),
        ("external_ref;external_ref;birth_year\na;b;2016\n", "stands twice"),
        ("external_ref;birth_year\na;2016;mer\n", "more cells"),
    ],
)
def test_a_list_that_cannot_be_read_is_said_to_be_in_words(desk: Desk, text: str, said: str) -> None:
    _, told = desk.say("issue", desk.table("barn.csv", text), code=1)
    assert said in told
    assert not desk.sent


def test_a_column_that_the_api_does_not_know_is_named(desk: Desk) -> None:
    text = "external_ref;birth_year;programme;farge\nsak-1;2016;kort;blå\n"
    _, told = desk.say("issue", desk.table("barn.csv", text), code=1)
    assert "farge" in told


def test_a_list_that_is_not_there_and_a_role_that_may_not_are_said_to_be(desk: Desk) -> None:
    _, told = desk.say("issue", "ingen.csv", code=1)
    assert "ingen.csv" in told
    desk.role = "finance"
    _, told = desk.say("issue", desk.table("barn.csv", listed(1)), "--programme", "kort", code=1)
    assert "wrong_role" in told
    assert not Path("barn.results.csv").exists()


def test_numbers_that_a_broken_run_would_write_over_are_kept_beside(desk: Desk) -> None:
    place = desk.table("barn.csv", listed(3))
    desk.run("issue", place, "--programme", "kort")
    numbers = [row["number"] for row in desk.read("barn.results.csv")]
    assert not (desk.folder / "barn.results.before.csv").exists()
    desk.before = lambda *_: (503, {}, b"<html>busy</html>")
    _, said = desk.say("issue", place, "--programme", "kort", code=4)
    assert "barn.results.before.csv" in said
    assert [row["number"] for row in desk.read("barn.results.before.csv")] == numbers
    desk.before = lambda *_: None
    assert desk.run("issue", place, "--programme", "kort")["before"] == 3
    assert [row["number"] for row in desk.read("barn.results.csv")] == numbers
