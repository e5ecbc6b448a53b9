"""A large file on a laptop: 303 to a link that holds five minutes, as in the cloud, and no longer."""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import app as contents
from chalicelib import wiring
from chalicelib.files import FolderFiles
from chalicelib.settlement.actions import LARGE
from chalicelib.shared.ids import Tenant
from infra.local.links import Links
from infra.local.server import serving
from infra.local.wire import Answer, Request
from tests import town as towns
from tests.town import TENANT, Town

KEY = "a key of this run alone"
NAMED = "by/settlements/2026-01/lines.csv"


def asked(link: str, method: str = "GET") -> Request:
    parts = urlsplit(link)
    return Request(method, parts.path, parts.query, [], b"", keep_alive=False, peer="127.0.0.1")


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    kept = FolderFiles(tmp_path, address="http://127.0.0.1:8000", key=KEY)
    kept.put_once(NAMED, b"dato;belop\r\n")
    return kept


def link_for(files: FolderFiles, seconds: int = 300) -> str:
    link = files.link(NAMED, name="by-2026-01-lines.csv", content_type="text/csv; charset=utf-8", seconds=seconds)
    assert link is not None
    return link


def given(files: FolderFiles, request: Request) -> Answer:
    answer = Links(files, KEY).answer(request)
    assert answer is not None
    return answer


def test_who_has_the_link_gets_the_file_under_its_name(files: FolderFiles) -> None:
    answer = given(files, asked(link_for(files)))
    assert (answer.status, answer.body) == (200, b"dato;belop\r\n")
    headers = dict(answer.headers)
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"] == 'attachment; filename="by-2026-01-lines.csv"'


def test_a_link_is_over_when_its_time_is_and_any_change_of_it_is_refused(files: FolderFiles) -> None:
    assert b"link_over" in given(files, asked(link_for(files, seconds=-1))).body
    good = link_for(files)
    longer = re.sub(r"until=\d+", f"until={int(time.time()) + 9_999}", good)
    for wrong in (longer, good.replace("lines.csv?", "book.json?"), good[:-1], good.partition("&signature")[0]):
        answer = given(files, asked(wrong))
        assert (answer.status, b"bad_link" in answer.body) == (403, True), wrong
    assert Links(files, "").answer(asked(good)) != given(files, asked(good))
    assert Links(files, KEY).answer(asked(good, "POST")) is None


def test_a_folder_that_nobody_serves_has_no_links(tmp_path: Path) -> None:
    assert FolderFiles(tmp_path).link(NAMED, name="x", content_type="y", seconds=300) is None


@pytest.fixture
def served(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[tuple[Town, str, list[str]]]:
    routes: list[str] = []
    links = Links(FolderFiles(tmp_path / "files"), KEY)

    def note(method: str, route: str, status: int, milliseconds: float) -> None:
        del milliseconds
        routes.append(f"{method} {route} {status}")

    with serving(contents.app, note=note, links=links) as address:
        town = towns.found(tmp_path, engine=dynamodb, name=fresh_table, host=address, files_key=KEY)
        town.settle_in()
        yield town, address, routes
    wiring.use(None)


def test_a_file_over_four_megabytes_comes_by_a_link_and_its_signature_is_in_no_log(
    served: tuple[Town, str, list[str]],
) -> None:
    town, address, routes = served
    month = f"{town.today:%Y-%m}"
    town.later(days=40)
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/close", who="berit").status == 200
    house = wiring.house()
    stored = house.closing.store.load(Tenant(TENANT), month)
    assert stored is not None
    small = town.ask("finance", "GET", f"/v1/settlements/{month}/files/lines.csv")
    assert (small.status, "Location" in small.headers) == (200, False)
    large = replace(stored, sizes={**stored.sizes, "lines.csv": LARGE + 1})  # as if it were
    assert house.closing.store.advance(large, before=stored.state)
    sent = town.ask("finance", "GET", f"/v1/settlements/{month}/files/lines.csv")
    assert sent.status == 303
    link = sent.headers["Location"]
    assert link.startswith(f"{address}/files/{TENANT}/settlements/{month}/lines.csv?")
    with urllib.request.urlopen(link, timeout=10) as answer:  # noqa: S310  our own server
        assert answer.read() == small.body
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{link}0", timeout=10)  # noqa: S310  the same
    for _ in range(100):  # a request is noted once it is answered
        if len(routes) == 2:
            break
        time.sleep(0.05)
    assert routes == ["GET /files/ 200", "GET /files/ 403"]
