"""A list of children at the issuers' door: as JSON, and as the spreadsheets of a town hall save it."""

import json
from typing import Any

import pytest

from tests.town import Reply, Town, send

FIELDS = ("id", "programme", "external_ref", "birth_year")


def batch(town: Town, cards: list[Any]) -> Any:
    reply = town.ask("issuer", "POST", "/v1/cards/batch", {"cards": cards})
    assert reply.status == 200, reply.body
    return reply.json["results"]


def table(town: Town, raw: bytes, content_type: str = "text/csv") -> Reply:
    headers = {"authorization": f"Bearer {town.token('issuer')}", "content-type": content_type}
    return send("POST", "/v1/cards/batch", body=raw, headers=headers)


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"rad-{number}", "programme": "kort", "external_ref": f"sak-{number}", "birth_year": 2016} | changes


def test_each_row_is_answered_in_its_place_and_a_bad_one_stops_no_other(town: Town) -> None:
    results = batch(
        town,
        [
            row(1),
            row(2, birth_year="2016"),
            row(3, birth_year=1950),
            row(4, external_ref="02013299997"),
            {"programme": "kort"},
            "hei",
            row(7, hair="brown"),
            row(8, id="020132 99997"),
            row(9),
        ],
    )
    assert [each["row"] for each in results] == list(range(1, 10))
    assert [each["status"] for each in results] == ["issued", *["problem"] * 7, "issued"]
    assert [each["id"] for each in results] == [
        "rad-1", "rad-2", "rad-3", "rad-4", None, None, "rad-7", None, "rad-9",
    ]  # fmt: skip
    codes = [each.get("problem", {}).get("code") for each in results]
    assert codes == [
        None, "bad_fields", "age_outside_programme", "identity_number", "bad_fields", "bad_fields", "bad_fields",
        "identity_number", None,
    ]  # fmt: skip
    assert [fault["path"] for fault in results[1]["problem"]["fields"]] == ["birth_year"]
    assert {fault["path"] for fault in results[4]["problem"]["fields"]} == {"id", "external_ref", "birth_year"}
    assert "99997" not in json.dumps(results)
    assert "number" not in results[1]
    assert town.ask("issuer", "GET", f"/v1/cards/{results[8]['number']}").json["external_ref"] == "sak-9"


def test_a_batch_sent_twice_answers_with_the_same_numbers(town: Town) -> None:
    cards = [row(each) for each in range(25)]
    first, again = batch(town, cards), batch(town, cards)
    assert {each["status"] for each in first} == {"issued"}
    assert {each["status"] for each in again} == {"replayed"}
    assert [each["number"] for each in first] == [each["number"] for each in again]
    assert town.ask("issuer", "GET", "/v1/programmes/kort").json["cards_issued"] == 25


def test_more_than_the_quota_is_told_row_by_row(town: Town) -> None:
    results = batch(town, [row(each) for each in range(32)])  # of thirty
    assert [each["status"] for each in results] == ["issued"] * 30 + ["problem"] * 2
    assert results[31]["problem"] == {
        "code": "quota_reached",
        "detail": "The programme has given out all its cards of the year.",
        "fields": [],
    }


@pytest.mark.parametrize(
    "body",
    [{}, {"cards": []}, {"cards": {}}, {"cards": [], "more": 1}, {"cards": [row(each) for each in range(501)]}, []],
)
def test_a_list_that_is_none_is_refused_as_a_whole(town: Town, body: Any) -> None:
    reply = town.ask("issuer", "POST", "/v1/cards/batch", body)
    assert (reply.status, reply.code) == (400, "bad_fields")


PLAIN = "id;programme;external_ref;birth_year;language\r\nrad-1;kort;sak-1;2016;so\r\nrad-2;kort;sak-2;2015;\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),  # as Excel saves "CSV UTF-8"
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.replace(";", ",").encode(),
        PLAIN.replace(";", '";"').replace("\r\n", '"\r\n"')[:-1].join(['"', ""]).encode(),  # every cell quoted
        PLAIN.removesuffix("\r\n").encode(),
        (PLAIN + "\r\n;;;;\r\n").encode(),  # empty rows at the end
        PLAIN.replace("rad-1", " rad-1 ").encode(),
        b"birth_year;external_ref;programme;language;id\n2016;sak-1;kort;so;rad-1\n2015;sak-2;kort;;rad-2\n",
    ],
)
def test_the_tables_that_a_spreadsheet_saves_are_read(town: Town, raw: bytes) -> None:
    reply = table(town, raw, "text/csv; charset=utf-8")
    assert reply.status == 200, reply.body
    first, second = reply.json["results"]
    assert [(each["row"], each["id"], each["status"]) for each in (first, second)] == [
        (1, "rad-1", "issued"),
        (2, "rad-2", "issued"),
    ]
    shown = town.ask("issuer", "GET", f"/v1/cards/{first['number']}").json
    assert (shown["external_ref"], shown["birth_year"], shown["language"]) == ("sak-1", 2016, "so")
    assert town.ask("issuer", "GET", f"/v1/cards/{second['number']}").json["language"] == "nb"


def test_a_row_of_a_table_and_the_same_row_as_json_are_the_same_request(town: Town) -> None:
    assert table(town, PLAIN.encode()).json["results"][0]["status"] == "issued"
    assert batch(town, [row(1, language="so")])[0]["status"] == "replayed"


def test_a_table_in_latin_1_is_read_and_its_bad_cell_named(town: Town) -> None:
    raw = "id;programme;external_ref;birth_year;unit\nrad-1;kort;sak-1;2016;Lørenskog\nrad-2;kort;sak-2;2016;nav\n"
    first, second = table(town, raw.encode("latin-1")).json["results"]
    assert (first["status"], first["problem"]["fields"][0]["path"]) == ("problem", "unit")
    assert second["status"] == "issued"
    assert table(town, raw.encode()).json["results"][0]["problem"]["fields"][0]["path"] == "unit"


def test_bad_cells_are_told_row_by_row(town: Town) -> None:
    rows = [
        "id;programme;external_ref;birth_year;valid_from;siblings",
        "rad-1;kort;sak-1;to tusen;;",
        "rad-2;kort;02013299997;2016;;",
        "02013299997;kort;sak-3;2016;;",
        "rad-4;kort;sak-4;2016;31.12.2026;",
        "rad-5;kort;sak-5;2016;;2",
        "rad-6;kort",
        "rad-7;kort;sak-7;2016;;;;extra",
        "rad-8;kort;sak 02013299997;2016;;",
        "rad-9;kort;sak-9;2016",
    ]
    reply = table(town, "\n".join(rows).encode())
    results = reply.json["results"]
    assert [each.get("problem", {}).get("code", each["status"]) for each in results] == [
        "bad_fields", "identity_number", "identity_number", "bad_fields", "too_many_siblings", "bad_fields",
        "bad_fields", "identity_number", "issued",
    ]  # fmt: skip
    paths = [[fault["path"] for fault in each["problem"]["fields"]] for each in results if "problem" in each]
    assert paths[:4] == [["birth_year"], ["external_ref"], ["id"], ["valid_from"]]
    assert paths[4:6] == [["siblings"], ["external_ref", "birth_year"]]
    assert b"99997" not in reply.body
    assert results[2]["id"] is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_rows"),
        (b"\xef\xbb\xbf", "no_rows"),
        (b"\r\n;;;\r\n", "no_rows"),
        (b"id;programme;external_ref;birth_year\r\n", "no_rows"),
        (b'{"cards": []}', "bad_header"),
        (b"id;programme;external_ref\na;kort;b\n", "bad_header"),  # no birth year
        (b"id;programme;external_ref;birth_year;navn\na;kort;b;2016;N\n", "bad_header"),  # no names here
        (b"id;id;programme;external_ref;birth_year\na;a;kort;b;2016\n", "bad_header"),
        (b"02013299997;programme;external_ref;birth_year\na;kort;b;2016\n", "bad_header"),
        (b'id;programme;external_ref;birth_year\n"a;kort;b;2016\n', "not_csv"),
        (b'id;programme;external_ref;birth_year\n"a"b;kort;b;2016\n', "not_csv"),
        (b"id;programme;external_ref;birth_year\n" + b"x" * 200_000 + b";kort;b;2016\n", "not_csv"),
        (PLAIN.encode("utf-16"), "bad_header"),
        (b"\x00" * 50, "bad_header"),
        (b"id;programme;external_ref;birth_year\n" + b"a;kort;b;2016\n" * 501, "too_many_rows"),
        (b"id;programme;external_ref;birth_year\n" + b"a;kort;b;2016\n" * 90_000, "body_too_large"),
    ],
)
def test_what_is_no_table_is_refused_in_words(town: Town, raw: bytes, code: str) -> None:
    reply = table(town, raw)
    assert 400 <= reply.status < 500, reply.body
    assert reply.code == code
    assert b"99997" not in reply.body


def test_five_hundred_rows_are_taken_at_once(town: Town) -> None:
    programme = town.ask("issuer", "GET", "/v1/programmes/kort").json
    wanted = {name: programme[name] for name in ("name", "valid_from", "valid_until", "ages", "languages")}
    assert town.ask("office", "PUT", "/v1/programmes/kort", wanted | {"cards": {"validity": "P1Y"}}).status == 200
    results = batch(town, [row(each) for each in range(500)])
    assert {each["status"] for each in results} == {"issued"}
    assert len({each["number"] for each in results}) == 500


def test_other_routes_take_no_table(town: Town) -> None:
    headers = {"authorization": f"Bearer {town.token('issuer')}", "content-type": "text/csv"}
    assert send("POST", "/v1/cards", body=PLAIN.encode(), headers=headers).code == "unsupported_media_type"


def test_the_contract_says_that_a_table_is_taken(town: Town) -> None:
    taken = send("GET", "/v1/openapi.json").json["paths"]["/v1/cards/batch"]["post"]["requestBody"]["content"]
    assert set(taken) == {"application/json", "text/csv"}
    assert town.ask("office", "POST", "/v1/cards/batch", {"cards": [row(1)]}).status == 403
