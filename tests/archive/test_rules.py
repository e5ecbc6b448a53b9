"""What a row is in an archive, and which clock it goes by."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chalicelib import table
from chalicelib.archive.rules import (
    CLOCKS,
    Clock,
    belongs,
    file_goes,
    item_of,
    line_of,
    manifest_of,
    pictures_in,
    tallied,
    tally_of_file,
)
from chalicelib.shared.answers import MalformedError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEYS = {"PK": {"S": "T#by#CARD#1"}, "SK": {"S": "CARD"}, "kind": {"S": "card"}}
VALUES = some.recursive(
    some.one_of(
        some.builds(lambda text: {"S": text}, some.text(max_size=8)),
        some.builds(lambda number: {"N": str(number)}, some.integers(-(10**20), 10**20)),
        some.builds(lambda number: {"N": f"{number}.5"}, some.integers(0, 99)),
        some.builds(lambda yes: {"BOOL": yes}, some.booleans()),
        some.just({"NULL": True}),
        some.builds(lambda raw: {"B": raw}, some.binary(max_size=8)),
        some.builds(lambda texts: {"SS": sorted(texts)}, some.sets(some.text(min_size=1, max_size=4), min_size=1)),
    ),
    lambda inner: some.one_of(
        some.builds(lambda held: {"L": held}, some.lists(inner, max_size=3)),
        some.builds(lambda held: {"M": held}, some.dictionaries(some.sampled_from(["a", "$map", "$bytes"]), inner)),
    ),
    max_leaves=6,
)


# On a busy machine the making of nested values is slow; that is no fault of theirs.
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(some.dictionaries(some.text(min_size=1, max_size=4), VALUES, max_size=4))
def test_every_row_is_read_as_it_was_written(values: dict[str, object]) -> None:
    assert item_of(line_of(values)) == values  # type: ignore[arg-type]


def test_a_line_is_plain_json_with_its_names_in_order() -> None:
    line = line_of({**KEYS, "uses": {"M": {"kino@2026": {"N": "3"}}}, "funding": {"NULL": True}})
    assert line.endswith(b"\n")
    assert json.loads(line) == {
        "PK": "T#by#CARD#1", "SK": "CARD", "funding": None, "kind": "card", "uses": {"kino@2026": 3},
    }  # fmt: skip
    assert list(json.loads(line)) == sorted(json.loads(line))


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"a": 1.5}', b'{"a": {"$bytes": "?"}}', b'{"a": {"$map": 1}}'])
def test_what_is_no_row_is_not_read_as_one(line: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        item_of(line)
    assert refused.value.code == "bad_archive"


def test_a_manifest_of_a_later_format_is_refused() -> None:
    later = {"format": "opplev-archive/2", "tenant": "by", "number": 1, "name": "By", "signing_key": {}, "parts": []}
    with pytest.raises(MalformedError) as refused:
        manifest_of(json.dumps(later).encode())
    assert refused.value.code == "other_format"
    with pytest.raises(MalformedError):
        manifest_of(b"PK")


@pytest.mark.parametrize(
    ("changes", "belonging"),
    [
        ({}, True),
        ({"GSI1PK": {"S": "T#by#EXPIRES#kort#2026-12"}}, True),
        ({"PK": {"S": "T#nabo#CARD#1"}}, False),  # another municipality's row
        ({"PK": {"S": "T#byen#CARD#1"}}, False),  # an id that begins the same
        ({"GSI1PK": {"S": "T#nabo#DEVICES"}}, False),  # a row that would be found among another's
        ({"GSI1PK": {"S": "TENANTS"}, "GSI1SK": {"S": "03222#by"}}, False),  # only the head stands in that list
        ({"GSI1PK": {"S": "TENANTS"}, "GSI1SK": {"S": "03222#by"}, "SK": {"S": "MUNICIPALITY"}}, True),
        ({"GSI1PK": {"S": "TENANTS"}, "GSI1SK": {"S": "03205#by"}, "SK": {"S": "MUNICIPALITY"}}, False),
    ],
)
def test_an_archive_may_hold_rows_of_its_own_municipality_alone(changes: dict[str, object], *, belonging: bool) -> None:
    assert belongs({**KEYS, **changes}, "T#by#", "TENANTS", 3222) is belonging  # type: ignore[arg-type]


def test_the_pictures_of_a_record_are_found() -> None:
    assert pictures_in({"document": {"S": '{"logo": "images/a.png", "coat_of_arms": null, "name": "x"}'}}) == [
        "images/a.png"
    ]
    assert pictures_in({"document": {"S": "?"}}) == []


def test_every_kind_of_row_has_a_clock() -> None:
    assert sorted(CLOCKS) == table.kinds()


def test_what_is_past_soon_and_undated_is_counted_apart() -> None:
    def ends(**after: float) -> dict[str, dict[str, str]]:
        return {**KEYS, "expires": {"N": str(int((NOW + timedelta(**after)).timestamp()))}}

    items = [ends(days=-9), ends(seconds=0), ends(days=29), ends(days=31), KEYS]
    tally = tallied("card", items, NOW)
    assert (tally.rows, tally.past, tally.soon, tally.undated, tally.longest_past) == (5, 2, 1, 1, 9)
    assert tallied("quota", [KEYS], NOW).undated == 0
    assert tally.clock is Clock.CARD


def test_a_settlements_files_go_five_years_after_its_years_end() -> None:
    key = "by/settlements/2020-03/lines.csv"
    assert file_goes(key) == datetime(2025, 12, 31, 23, tzinfo=UTC)  # midnight in Oslo
    assert file_goes("by/other.png") is None
    assert tally_of_file(key, NOW).past == 1
    assert tally_of_file("by/settlements/2021-12/lines.csv", NOW).past == 0
    assert tally_of_file("by/settlements/2021-12/lines.csv", NOW).soon == 0
    assert tally_of_file("by/settlements/2021-12/lines.csv", NOW + timedelta(days=20)).soon == 1
