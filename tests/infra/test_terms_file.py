"""A municipality's terms in one file: read as they stand, sent as the office would, every slip named where it is."""

import json
from pathlib import Path

import pytest

from infra.terms_file import Ask, TermsFileError, read, send, send_codes

FILE = """
sources = ["the town's own page"]
assumed = []

[municipality]
id = "eksempel"
number = 9999
name = "Eksempel kommune"

[programmes.kort]
name.nb = "Kortet"
valid_from = 2028-02-29
valid_until = 2028-12-31
ages = { from = 5, to = 18 }

[venues.kino]
name = "Kinoen"
kind = "private"
settle_by = "none"

[venues.kino.offers.film]
title.nb = "Film"

[[venues.kino.offers.film.agreements]]
until = 2028-06-30
limit = 5

[[venues.kino.offers.film.agreements]]
from = 2028-07-01
limit = "free"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "eksempel.toml"
    path.write_text(FILE)
    return path


def test_a_file_is_the_office_s_calls_in_their_order_with_what_goes_without_saying_filled_in(file: Path) -> None:
    made: list[tuple[str, str, dict[str, object]]] = []

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            return 404, b""
        made.append((method, path, json.loads(body)))
        return 201, b"{}"

    send(read(file), ask)
    assert [call[:2] for call in made] == [
        ("PUT", "/v1/programmes/kort"),
        ("PUT", "/v1/venues/kino"),
        ("PUT", "/v1/venues/kino/offers/film"),
        ("POST", "/v1/venues/kino/agreements"),
        ("POST", "/v1/venues/kino/agreements"),
    ]
    assert made[0][2]["valid_from"] == "2028-02-29"
    assert made[3][2] == {
        "offer": "film", "programme": "kort", "from": "2028-02-29", "until": "2028-06-30", "limit": 5
    }  # fmt: skip
    assert (made[4][2]["from"], made[4][2]["until"], made[4][2]["limit"]) == ("2028-07-01", "2028-12-31", None)


def test_the_same_rules_may_be_loaded_for_another_year(file: Path) -> None:
    programme, *_, last = read(file, year=2029).calls
    assert [str(programme.body[name]) for name in ("valid_from", "valid_until")] == ["2029-02-28", "2029-12-31"]
    assert str(last.body["from"]) == "2029-07-01"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (FILE + "\n[venue.bad]", "`venue`, which nothing reads"),  # a slip of the finger is not passed over
        (FILE.replace("number = 9999", ""), "[municipality]"),
        (FILE.replace('sources = ["the town\'s own page"]', ""), "lacks `sources`"),
        (FILE.replace("valid_from = 2028-02-29", 'valid_from = "2028-02-29"'), "a date without quotes"),
        (FILE.replace("limit = 5", "limit ="), "is not TOML"),
        (FILE.replace("[programmes.kort]", "[programmes]\n[venues.x]"), "no programme"),
    ],
)
def test_a_slip_in_the_file_is_said_with_what_to_do(file: Path, wrong: str, told: str) -> None:
    file.write_text(wrong)
    with pytest.raises(TermsFileError, match=told.replace("[", r"\[")):
        read(file, year=2028)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TermsFileError, match="There is no file"):
        read(tmp_path / "nowhere.toml")


def test_what_the_office_s_door_refuses_is_said_with_the_table_it_stands_in(file: Path) -> None:
    problem = {"detail": "Some fields are against a rule.", "fields": [{"path": "limit", "detail": "Write a number."}]}

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:  # noqa: ARG001  as the protocol has it
        return (422, json.dumps(problem).encode()) if method == "POST" else (200, b"{}")

    with pytest.raises(TermsFileError) as refused:
        send(read(file), ask)
    assert str(refused.value) == (
        "[venues.kino.offers.film.agreements] was refused: Some fields are against a rule.\n  limit: Write a number."
    )


def standing(**paths: object) -> tuple[list[str], Ask]:
    """Give an office with something in its books, and what is written there."""
    written: list[str] = []

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            found = paths.get(path.rpartition("/")[2])
            return (404, b"") if found is None else (200, json.dumps(found).encode())
        written.append(f"{method} {path} {body.decode()}")
        return 200, b"{}"

    return written, ask


def test_a_file_that_would_go_back_to_an_earlier_year_is_refused_before_anything_is_written(file: Path) -> None:
    written, ask = standing(kort={"valid_from": "2029-01-01"})
    with pytest.raises(TermsFileError, match=r"stands from 2029-01-01 on. Nothing was written; .*--year 2029"):
        send(read(file), ask)
    assert written == []
    send(read(file, year=2029), ask)
    assert len(written) == 5


def test_a_version_that_would_run_into_a_later_one_is_refused_before_anything_is_written(file: Path) -> None:
    version = {"programme": "kort", "offer": "film", "from": "2028-09-01", "until": "2028-12-31"}
    written, ask = standing(kino={"agreements": [version]})
    with pytest.raises(TermsFileError, match=r"from 2028-07-01 would run into the version from 2028-09-01"):
        send(read(file), ask)
    assert written == []
    same = version | {"from": "2028-07-01"}
    send(read(file), standing(kino={"agreements": [same]})[1])


def test_accounting_codes_are_set_where_there_are_none_and_never_over_those_of_finance(file: Path) -> None:
    file.write_text(FILE + '[erp]\naccount = "00010200016"\n[erp.codes]\nfile = "gl07"\n')
    terms = read(file)
    written, ask = standing(erp={"account": None, "codes": {}})
    assert send_codes(terms, ask)
    assert written == ['PUT /v1/erp {"account": "00010200016", "codes": {"file": "gl07"}}']
    written, ask = standing(erp={"account": None, "codes": {"file": "pain001"}})
    assert send_codes(terms, ask)
    assert written == []
    assert not send_codes(terms, lambda method, *_: (403, b"") if method == "PUT" else (404, b""))
    with pytest.raises(TermsFileError, match=r"\[erp\] was refused"):
        send_codes(terms, lambda method, *_: (422, b"") if method == "PUT" else (404, b""))
