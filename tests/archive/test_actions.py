"""A municipality taken out as one file and read in elsewhere: nothing is lost, and a card given out before goes on."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from botocore.exceptions import ClientError

from chalicelib import table, wiring
from chalicelib.archive.actions import Retention
from chalicelib.archive.paper import ArchiveReader, ArchiveWriter
from chalicelib.archive.rules import CLOCKS, UNDATED, Clock, Manifest, is_past
from chalicelib.shared.answers import ConflictError, MalformedError, UnknownError
from chalicelib.shared.calendar import add_months, start_of
from chalicelib.shared.ids import Tenant
from chalicelib.venues.rules import Municipality
from tests import town as towns
from tests.town import OTHER, TENANT, Phone, Town

HERE = Tenant(TENANT)


@dataclass
class Left:
    """A town that has been lived in, its archive, and a phone that was there."""

    town: Town
    phone: Phone
    card: Any
    file: Path
    manifest: Manifest


def quiet(what: str, count: int) -> None:
    del what, count


def export(place: Path, tenant: str = TENANT) -> Manifest:
    house = wiring.house()
    with ArchiveWriter(place) as writer:
        return house.archive.export(Tenant(tenant), writer, now=house.clock(), said=quiet)


def bring_in(place: Path, *, new_keys: bool = False) -> Manifest:
    house = wiring.house()
    with ArchiveReader(place) as reader:
        return house.archive.bring_in(reader, now=house.clock(), said=quiet, new_keys=new_keys)


def report(*, delete: bool = False) -> Retention:
    house = wiring.house()
    return house.archive.retention(HERE, now=house.clock(), delete=delete, said=quiet)


def everything() -> list[dict[str, Any]]:
    return sorted(
        table.connection().client.scan(TableName=table.Row.Meta.table_name)["Items"],
        key=lambda row: (row["PK"]["S"], row["SK"]["S"]),
    )


def empty_table(engine: str, name: str) -> None:
    table.bind(name=name, region="eu-north-1", engine=engine)
    table.Row.create_table(wait=True)


def move(folder: Path, engine: str, town: Town, *, secret: str) -> None:
    """Build a deployment that has nothing yet, with a secret of its own."""
    name = f"{table.Row.Meta.table_name}-moved"
    folder.mkdir()
    (folder / "secret.json").write_text(secret)
    config = wiring.house().config
    there = replace(config, table=name, files=str(folder / "files"), secret=str(folder / "secret.json"))
    empty_table(engine, name)
    wiring.use(wiring.build(there, clock=town.clock))


@pytest.fixture
def left(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[Left]:
    """Live in a town for two months, beside a neighbour, and write its archive."""
    town = towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    town.moment = town.moment.replace(day=15, hour=12)
    town.settle_in()
    town.settle_in(OTHER)
    town.card(tenant=OTHER)
    phone, card = town.enrol("kino"), town.card("sak-1")
    wiring.house().files.put_once("images/vaapen.png", b"a picture")
    municipality = wiring.house().terms.configuration(HERE).municipality
    wiring.house().terms.put_municipality(replace(municipality, coat_of_arms="images/vaapen.png"))
    assert phone.send("POST", "/v1/scan/visits", town.visit(card["token"])).status == 201
    town.later(days=20)
    month = (town.moment - timedelta(days=20)).strftime("%Y-%m")
    assert town.ask("finance", "POST", f"/v1/settlements/{month}/close").status == 200
    blocked = town.card("sak-2")["number"]
    assert town.ask("issuer", "POST", f"/v1/cards/{blocked}/block", {"reason": "lost"}).status == 200
    voided = phone.send("POST", "/v1/scan/visits", town.visit(card["token"])).json["visit"]["id"]
    void = {"id": "5a3cc0c4-52a5-4f0b-9a4e-0b7ac1a8a0ff"}
    assert phone.send("POST", f"/v1/scan/visits/{voided}/void", void).status == 200
    assert phone.send("POST", "/v1/scan/visits", town.visit(card["token"])).status == 201
    file = tmp_path / "by.opplev.zip"
    manifest = export(file)
    yield Left(town, phone, card, file, manifest)
    wiring.use(None)


def carried() -> str:
    """Give a secret of another deployment, with what was carried to it by hand."""
    keys = wiring.house().keys.to_carry(HERE)
    return json.dumps({"1": "another deployment's own secret text.....", "carried": keys})


def test_a_municipality_goes_out_and_in_and_out_again_with_the_same_bytes(
    left: Left, dynamodb: str, tmp_path: Path
) -> None:
    ours = [row for row in everything() if row["PK"]["S"].startswith(f"T#{TENANT}#")]
    rows = [row for row in ours if not is_past(row, left.town.moment)]
    move(tmp_path / "there", dynamodb, left.town, secret=carried())
    assert bring_in(left.file) == left.manifest
    assert everything() == rows
    again = tmp_path / "again.zip"
    assert export(again) == left.manifest
    assert again.read_bytes() == left.file.read_bytes()
    assert wiring.house().files.names(TENANT)
    assert wiring.house().files.get("images/vaapen.png") == b"a picture"
    assert wiring.house().terms.tenants() == [HERE]


def test_what_was_there_before_works_there_and_a_visit_from_before_settles_after(
    left: Left, dynamodb: str, tmp_path: Path
) -> None:
    town = left.town
    month = f"{town.today:%Y-%m}"
    move(tmp_path / "there", dynamodb, town, secret=carried())
    bring_in(left.file)
    answer = left.phone.send("POST", "/v1/scan/visits", town.visit(left.card["token"]))  # the phone, the printed card
    assert answer.status == 201
    assert answer.json["verdict"]["left"] == 2  # of five, one in each month before, one now
    town.later(days=31)
    closed = town.ask("finance", "POST", f"/v1/settlements/{month}/close")
    assert closed.status == 200, closed.body
    assert closed.json["totals"]["visits"] == 2
    again = town.ask("issuer", "POST", "/v1/cards", {"programme": "kort", "external_ref": "sak-1", "birth_year": 2016},
                     headers={"idempotency-key": "k-1"})  # fmt: skip
    assert (again.status, again.code) == (409, "already_has_card")
    assert town.card("sak-3")["number"]  # signed with the carried key


def test_without_the_carried_keys_nothing_is_read_in_unless_there_will_be_new_cards(
    left: Left, dynamodb: str, tmp_path: Path
) -> None:
    move(tmp_path / "there", dynamodb, left.town, secret='{"1": "another deployment\'s own secret text....."}')
    with pytest.raises(ConflictError) as refused:
        bring_in(left.file)
    assert refused.value.code == "key_missing"
    assert everything() == []
    bring_in(left.file, new_keys=True)
    phone, town = left.phone, left.town
    shown = phone.send("POST", "/v1/scan/check", {"card": left.card["token"], "offer": "inngang"}).json
    assert shown["because"] == "forged_card"
    typed = phone.send("POST", "/v1/scan/check", {"card": left.card["number"], "offer": "inngang"}).json
    assert typed["admitted"] is True  # the number's row decides
    assert town.card("sak-9")["number"]


@pytest.mark.usefixtures("left")
def test_what_is_carried_is_one_municipalitys_and_no_others() -> None:
    keys = wiring.house().keys.to_carry(HERE)
    assert keys
    assert all(f"/{TENANT}#" in name or f"/{TENANT}/" in name for name in keys)
    secret = json.loads(Path(wiring.house().config.secret).read_text())
    assert not any(text in json.dumps(keys) for text in secret.values())


def test_nothing_secret_and_nothing_of_the_neighbours_is_in_the_file(left: Left) -> None:
    raw = left.file.read_bytes()
    assert f"T#{OTHER}#".encode() not in raw
    assert b"a secret of forty characters" not in raw
    for key in wiring.house().keys.to_carry(HERE).values():
        assert key.rstrip("=").encode() not in raw
    assert left.file.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in left.file.parent.glob(".*")) == []


def test_a_municipality_that_stands_is_not_written_over(left: Left) -> None:
    before = everything()
    with pytest.raises(ConflictError) as refused:
        bring_in(left.file)
    assert refused.value.code == "tenant_stands"
    assert everything() == before


def test_a_kommunenummer_that_another_has_here_is_refused(left: Left, dynamodb: str, tmp_path: Path) -> None:
    move(tmp_path / "there", dynamodb, left.town, secret=carried())
    wiring.house().terms.put_municipality(Municipality(Tenant("annen"), 3222, "Annen"))
    with pytest.raises(ConflictError) as refused:
        bring_in(left.file)
    assert refused.value.code == "number_taken"


def test_a_picture_of_the_same_name_is_not_written_over(left: Left, dynamodb: str, tmp_path: Path) -> None:
    move(tmp_path / "there", dynamodb, left.town, secret=carried())
    wiring.house().files.put_once("images/vaapen.png", b"another's picture")
    with pytest.raises(ConflictError) as refused:
        bring_in(left.file)
    assert refused.value.code == "file_stands"


@pytest.mark.parametrize("broken_at", [1, 2])
def test_a_reading_in_that_broke_off_goes_on_where_it_was(
    left: Left, dynamodb: str, tmp_path: Path, broken_at: int
) -> None:
    move(tmp_path / "there", dynamodb, left.town, secret=carried())
    client = table.connection().client
    calls = iter(range(1, 100))

    def fail(**_: object) -> None:
        if next(calls) >= broken_at:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "BatchWriteItem")

    client.meta.events.register("before-call.dynamodb.BatchWriteItem", fail)
    with pytest.raises(ClientError):
        bring_in(left.file)
    client.meta.events.unregister("before-call.dynamodb.BatchWriteItem", fail)
    with pytest.raises(UnknownError):  # nobody is let in to half a municipality
        wiring.house().terms.configuration(HERE)
    with pytest.raises(UnknownError):
        export(tmp_path / "half.zip")
    other = tmp_path / "other.zip"
    rewrite(left.file, other, lambda _, content: content.replace(b"Kino", b"Fino"), honest=True)
    with pytest.raises(ConflictError) as refused:
        bring_in(other)
    assert refused.value.code == "other_import"
    bring_in(left.file)
    again = tmp_path / "again.zip"
    assert export(again) == left.manifest
    assert again.read_bytes() == left.file.read_bytes()


def rewrite(source: Path, target: Path, change: Any, *, honest: bool = False) -> None:
    """Write an archive anew with its parts changed, and with `honest` a manifest that says so."""
    with ZipFile(source) as old:
        parts = {name: change(name, old.read(name)) for name in old.namelist() if name != "manifest.json"}
        manifest = json.loads(old.read("manifest.json"))
    if honest:
        manifest["parts"] = [
            part | {"bytes": len(parts[part["name"]]), "sha256": hashlib.sha256(parts[part["name"]]).hexdigest()}
            for part in manifest["parts"]
        ]
    with ZipFile(target, "w", ZIP_STORED) as new:
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(manifest))


@pytest.mark.parametrize(
    "change",
    [
        lambda _, content: content.replace(b'"persons":1', b'"persons":9'),
        lambda name, content: content[:-1] if name.endswith("visit.jsonl") else content,
        lambda name, content: None if name.endswith("void.jsonl") else content,
        lambda name, content: b"" if name.startswith("files/") else content,
    ],
)
def test_an_archive_that_was_changed_is_found_before_anything_is_written(
    left: Left, dynamodb: str, tmp_path: Path, change: Any
) -> None:
    move(tmp_path / "there", dynamodb, left.town, secret=carried())
    changed = tmp_path / "changed.zip"
    rewrite(left.file, changed, change)
    with pytest.raises(MalformedError) as refused:
        bring_in(changed)
    assert refused.value.code == "bad_archive"
    assert everything() == []


def test_an_archive_cannot_write_into_another_municipality(left: Left, dynamodb: str, tmp_path: Path) -> None:
    move(tmp_path / "there", dynamodb, left.town, secret=carried())
    foreign = tmp_path / "foreign.zip"
    rewrite(
        left.file, foreign,
        lambda _, content: content.replace(b"T#lorenskog#QUOTA", b"T#nabolands#QUOTA"), honest=True,
    )  # fmt: skip
    with pytest.raises(MalformedError) as refused:
        bring_in(foreign)
    assert refused.value.code == "bad_archive"
    assert everything() == []


def test_what_is_no_archive_is_said_to_be_none(left: Left, tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("hello")
    with pytest.raises(MalformedError):
        bring_in(text)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(left.file.read_bytes()[:-100])
    with pytest.raises(MalformedError):
        bring_in(cut)


def test_rows_past_their_time_stay_behind(left: Left, tmp_path: Path) -> None:
    before = left.manifest.rows()
    left.town.later(days=31)  # the request ids of this month's cards
    assert export(tmp_path / "later.zip").rows() < before


def test_an_unknown_municipality_has_no_archive(left: Left, tmp_path: Path) -> None:
    with pytest.raises(UnknownError):
        export(tmp_path / "none.zip", "ingen")
    assert not (tmp_path / "none.zip").exists()
    assert left.file.exists()


def test_every_row_that_the_doors_write_has_the_day_that_its_clock_says(left: Left) -> None:
    days = {date.fromisoformat(row["valid_until"]["S"]) for row in everything() if row["kind"]["S"] == "card"}
    kept = {table.epoch(start_of(add_months(day, 12) + timedelta(days=1))) for day in days}
    year = left.town.today.year
    for row in everything():
        clock, goes = CLOCKS[row["kind"]["S"]], row.get("expires", {}).get("N")
        assert (goes is None) == (clock in UNDATED), row["kind"]
        if clock is Clock.CARD:
            assert int(goes) in kept
        if clock is Clock.SETTLED:
            assert int(goes) in {table.epoch(start_of(date(each + 6, 1, 1))) for each in (year, year - 1)}
        if clock is Clock.REQUEST:
            assert int(goes) <= table.epoch(left.town.moment + timedelta(days=30))


def test_the_report_counts_by_kind_and_deletes_nothing_unless_told(left: Left) -> None:
    before = everything()
    left.town.later(days=366 * 2 + 366)
    found = {tally.kind: tally for tally in report().tallies}
    assert (found["card"].rows, found["card"].past) == (2, 2)
    assert found["visit"].past == 0
    assert found["document"].past == 0
    assert not any(tally.undated for tally in found.values())
    assert everything() == before

    done = report(delete=True)
    assert done.removed["card"] == 2
    kinds = {row["kind"]["S"] for row in everything() if row["PK"]["S"].startswith(f"T#{TENANT}#")}
    assert not kinds & {"card", "pointer", "claim", "history", "request", "enrolment", "blocked"}
    assert {"visit", "void", "settlement", "document", "device", "quota"} <= kinds
    assert [row for row in everything() if row["PK"]["S"].startswith(f"T#{OTHER}#CARD")]  # the neighbour's are its own
    assert report(delete=True).removed == {}


def test_a_settlements_files_go_when_their_time_has_passed(left: Left) -> None:
    files = len(wiring.house().files.names(TENANT))
    assert files
    left.town.later(days=366 * 7)
    done = report(delete=True)
    assert done.removed["file"] == files
    assert wiring.house().files.names(TENANT) == []
    assert wiring.house().files.get("images/vaapen.png") == b"a picture"
    kinds = {row["kind"]["S"] for row in everything() if row["PK"]["S"].startswith(f"T#{TENANT}#")}
    assert not kinds & {"visit", "void"}


def test_the_report_names_nobody(left: Left) -> None:
    told = repr(report())
    assert left.card["number"] not in told
    assert "sak-1" not in told
    shutil.rmtree(wiring.house().config.files)
    assert report().tallies


def test_a_slip_in_a_name_is_no_clean_report(left: Left) -> None:
    del left
    house = wiring.house()
    with pytest.raises(UnknownError):
        house.archive.retention(Tenant("ingen"), now=house.clock(), delete=False, said=quiet)
