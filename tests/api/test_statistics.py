"""The culture department tells the year so far: through the doors, from the first visit to the council's papers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib import wiring
from chalicelib.files import Files
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.ids import CallerId, Tenant
from tests.town import OTHER, TENANT, Town


@pytest.fixture
def autumn(town: Town) -> Town:
    """Give a town whose clock stands in October, with eight cards of which seven are used, and then in November."""
    year = town.today.year
    town.moment = datetime(year, 10, 6, 14, tzinfo=UTC)
    kino, bad = town.enrol("kino"), town.enrol("bad")
    cards = [town.card(f"sak-{number}")["token"] for number in range(8)]
    for card in cards[:7]:
        for phone, persons in ((kino, 2), (bad, 1)):
            reply = phone.send("POST", "/v1/scan/visits", town.visit(card, persons=persons))
            assert reply.status == 201, reply.body
    mistaken = bad.send("POST", "/v1/scan/visits", town.visit(cards[0])).json["visit"]["id"]
    undone = {"id": "2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e", "reason": "mistake"}
    assert bad.send("POST", f"/v1/scan/visits/{mistaken}/void", undone).status == 200
    town.moment = datetime(year, 11, 2, 9, tzinfo=UTC)
    return town


def test_the_year_is_told_once_and_the_same_ever_after(autumn: Town) -> None:
    year = autumn.today.year
    assert autumn.ask("office", "GET", "/v1/statistics").json == {"year": year, "told": []}
    assert autumn.ask("office", "GET", f"/v1/statistics/{year}-10").code == "not_told"
    told = autumn.ask("office", "POST", f"/v1/statistics/{year}-10")
    assert told.status == 200, told.body
    assert told.json["visits"] == 14
    rows = {row["key"]: row["visits"] for row in told.json["tables"]["venue"]}
    # What nobody visited takes the smallest of the others with it: the sum is told.
    assert sorted(rows.values(), key=str) == [7, None, None]
    assert rows["klubb"] is None
    assert {row["key"]: row["visits"] for row in told.json["tables"]["companion"]} == {"alone": 7, "with": 7}
    assert told.json["reach"] == [{"programme": "kort", "cards": 10, "used": 5, "quota": 30}]
    autumn.later(hours=1)
    again = autumn.ask("office", "POST", f"/v1/statistics/{year}-10", who="berit")
    assert again.json == told.json == autumn.ask("finance", "GET", f"/v1/statistics/{year}-10").json


def test_two_who_tell_different_months_at_once_lay_one_on_top_of_the_other(autumn: Town) -> None:
    year = autumn.today.year
    desk = wiring.house().statistics

    class AnotherFirst:
        """Files where somebody else tells November in the moment before our first write."""

        def __init__(self, files: Files) -> None:
            self.files, self.waits = files, True

        def put_once(self, key: str, content: bytes) -> bool:
            if self.waits:
                self.waits = False
                desk.tell(Tenant(TENANT), f"{year}-11", by=CallerId("x/berit"), now=autumn.moment)
            return self.files.put_once(key, content)

        def get(self, key: str) -> bytes | None:
            return self.files.get(key)

    autumn.moment = datetime(year, 12, 2, 9, tzinfo=UTC)
    slower = replace(desk, files=AnotherFirst(desk.files))
    with pytest.raises(ConflictError, match="told_further"):
        slower.tell(Tenant(TENANT), f"{year}-10", by=CallerId("x/anne"), now=autumn.moment)
    assert [each.until for each in desk.releases(Tenant(TENANT), year)] == [f"{year}-11"]


def test_a_telling_leaves_nothing_that_could_be_subtracted_from_the_next(autumn: Town) -> None:
    year = autumn.today.year
    assert autumn.ask("office", "POST", f"/v1/statistics/{year}-10").status == 200
    early = autumn.ask("office", "POST", f"/v1/statistics/{year}-09")
    assert (early.status, early.code) == (409, "told_further")
    not_over = autumn.ask("office", "POST", f"/v1/statistics/{year}-11")
    assert (not_over.status, not_over.code) == (422, "month_not_over")
    autumn.moment = datetime(year + 1, 1, 1, 12, tzinfo=UTC)
    nothing_since = autumn.ask("office", "POST", f"/v1/statistics/{year}-12")
    assert (nothing_since.status, nothing_since.code) == (422, "too_few")


def test_the_files_are_the_same_bytes_on_every_pull(autumn: Town) -> None:
    path = f"/v1/statistics/{autumn.today.year}-10"
    assert autumn.ask("office", "GET", f"{path}/files/tables.csv").code == "not_told"
    assert autumn.ask("office", "POST", path).status == 200
    for name in autumn.ask("office", "GET", path).json["files"]:
        first = autumn.ask("office", "GET", f"{path}/files/{name}")
        autumn.later(hours=5)
        assert autumn.ask("finance", "GET", f"{path}/files/{name}").body == first.body
        known = {"if-none-match": first.headers["ETag"]}
        assert autumn.ask("office", "GET", f"{path}/files/{name}", headers=known).status == 304
    assert autumn.ask("office", "GET", f"{path}/files/lines.csv").code == "no_such_file"


def test_what_is_told_of_one_municipality_is_unknown_in_another(autumn: Town) -> None:
    path = f"/v1/statistics/{autumn.today.year}-10"
    assert autumn.ask("office", "POST", path).status == 200
    assert autumn.ask("office", "GET", path, tenant=OTHER).status == 404
    assert autumn.ask("office", "POST", path, tenant=OTHER).code == "too_few"


def test_a_year_is_asked_for_by_four_digits(town: Town) -> None:
    assert town.ask("office", "GET", "/v1/statistics", query={"year": "i fjor"}).code == "bad_year"
    assert town.ask("office", "GET", "/v1/statistics", query={"year": "2024"}).json == {"year": 2024, "told": []}
