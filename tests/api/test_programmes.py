"""A programme and its agreements go in through the office's door and come out as they went in."""

from typing import Any

import pytest

from tests.town import Town

PROGRAMME: dict[str, Any] = {
    "name": {"nb": "Aktivitetskortet"},
    "valid_from": "2026-01-01",
    "valid_until": "2028-12-31",
    "state": "open",
    "cards": {"quota": 500, "validity": "school_year", "per_family": 4, "siblings": 1, "replaced": "once"},
    "ages": {"from": 4, "to": 17, "counted": "year"},
    "companion": "family",
    "counts": "person",
    "once_per_day": True,
    "languages": ["nb", "so"],
    "contact": "Kultur",
    "offline_days": 7,
    "ceiling": 2_000_00,
    "ceiling_per": "half_year",
}


def test_a_programme_comes_back_with_every_number_it_was_given(town: Town) -> None:
    put = town.ask("office", "PUT", "/v1/programmes/aktivitet", PROGRAMME)
    assert put.status == 200, put.body
    got = town.ask("office", "GET", "/v1/programmes/aktivitet").json
    assert {name: got[name] for name in PROGRAMME} == PROGRAMME


def test_a_programme_that_says_little_has_no_ceiling_and_no_limit_for_a_family(town: Town) -> None:
    little = {name: PROGRAMME[name] for name in ("name", "valid_from", "valid_until")} | {"ages": {"from": 4, "to": 17}}
    got = town.ask("office", "PUT", "/v1/programmes/aktivitet", little).json
    assert got["cards"] == {
        "quota": None, "validity": "programme", "per_family": None, "siblings": 0, "replaced": "free"
    }  # fmt: skip
    assert (got["ceiling"], got["ceiling_per"], got["ages"]["counted"]) == (None, "year", "birthday")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cards": {"validity": "school"}},
        {"cards": {"per_family": 0}},
        {"cards": {"siblings": 11}},
        {"cards": {"replaced": "twice"}},
        {"ages": {"from": 4, "to": 17, "counted": "day"}},
        {"companion": "family:4"},
        {"ceiling": 0},
        {"ceiling_per": "decade"},
    ],
    ids=str,
)
def test_a_number_that_no_rule_knows_is_named_and_nothing_is_stored(town: Town, wrong: dict[str, Any]) -> None:
    refused = town.ask("office", "PUT", "/v1/programmes/aktivitet", PROGRAMME | wrong)
    assert (refused.status, refused.code) == (400, "bad_fields")
    assert [field["path"].split(".")[0] for field in refused.json["fields"]] == list(wrong)
    assert town.ask("office", "GET", "/v1/programmes/aktivitet").status == 404


def test_an_agreement_may_count_persons_where_the_programme_counts_visits(town: Town) -> None:
    year = town.today.year
    terms = {"programme": "kort", "offer": "inngang", "from": f"{year + 1}-01-01", "until": f"{year + 1}-12-31",
             "limit": 10, "counts": "person"}  # fmt: skip
    made = town.ask("office", "POST", "/v1/venues/kino/agreements", terms)
    assert (made.status, made.json["counts"]) == (201, "person")
