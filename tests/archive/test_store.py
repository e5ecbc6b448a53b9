"""Every row of a municipality, gone through and written on the embedded engine, also where DynamoDB is busy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import table
from chalicelib.archive.store import ArchiveStore
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import Tenant

HERE = Tenant("by")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(name: str, tenant: str = "by", **more: dict[str, str]) -> dict[str, Any]:
    return {"PK": {"S": f"T#{tenant}#CARD#{name}"}, "SK": {"S": "CARD"}, "kind": {"S": "card"}, **more}


def names(rows: Iterator[dict[str, Any]]) -> list[str]:
    return sorted(each["PK"]["S"].rpartition("#")[2] for each in rows)


@contextmanager
def answering(operation: str, times: int, **parsed: Any) -> Iterator[list[int]]:
    """Let DynamoDB answer something else, some times; count how often it was asked."""
    asked: list[int] = []

    def instead(**_: object) -> tuple[Any, dict[str, Any]] | None:
        asked.append(1)
        if len(asked) > times:
            return None
        if "Error" in parsed:
            raise ClientError(parsed, operation)  # type: ignore[arg-type]
        return type("Response", (), {"status_code": 200})(), parsed

    events = table.connection().client.meta.events
    events.register(f"before-call.dynamodb.{operation}", instead)
    try:
        yield asked
    finally:
        events.unregister(f"before-call.dynamodb.{operation}", instead)


@pytest.mark.usefixtures("fresh_table")
def test_every_page_of_a_municipality_is_read_and_nothing_of_another() -> None:
    store = ArchiveStore()
    filler = {"text": {"S": "x" * 40_000}}  # thirty to a megabyte, which is a page
    store.put([row(f"{number:03d}", **filler) for number in range(80)])
    store.put([row("1", tenant="byen"), row("1", tenant="nabo")])
    assert names(store.everything(HERE)) == [f"{number:03d}" for number in range(80)]
    assert names(store.everything(Tenant("b"))) == []


@pytest.mark.usefixtures("fresh_table")
def test_who_stops_reading_leaves_no_reader_behind() -> None:
    store = ArchiveStore()
    store.put([row(str(number)) for number in range(30)])
    threads = threading.active_count()
    rows = store.everything(HERE)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert threading.active_count() == threads


@pytest.mark.usefixtures("fresh_table")
def test_what_dynamodb_had_no_room_for_is_written_again() -> None:
    store = ArchiveStore()
    name = table.Row.Meta.table_name
    left = {name: [{"PutRequest": {"Item": row("1")}}]}
    with answering("BatchWriteItem", 2, UnprocessedItems=left) as asked:
        store.put([row("1")])
    assert len(asked) == 3
    assert names(store.everything(HERE)) == ["1"]


@pytest.mark.usefixtures("fresh_table")
def test_a_busy_table_is_asked_again_and_then_given_up() -> None:
    store = ArchiveStore()
    busy = {"Code": "ThrottlingException", "Message": "slower"}
    with answering("BatchWriteItem", 2, Error=busy) as asked:
        store.put([row("1")])
    assert len(asked) == 3
    with answering("Scan", 3, Error=busy):
        assert names(store.everything(HERE)) == ["1"]
    with answering("Scan", 1000, Error=busy), pytest.raises(TryAgainError):
        list(store.everything(HERE))


@pytest.mark.usefixtures("fresh_table")
def test_another_fault_while_reading_is_raised_where_the_rows_are_read() -> None:
    with (
        answering("Scan", 1000, Error={"Code": "AccessDeniedException", "Message": "no"}),
        pytest.raises(ClientError),
    ):
        list(ArchiveStore().everything(HERE))


@pytest.mark.usefixtures("fresh_table")
def test_a_row_whose_time_was_moved_meanwhile_is_not_taken_away() -> None:
    store = ArchiveStore()
    past, later = str(table.epoch(NOW) - 1), str(table.epoch(NOW) + 1)
    store.put([row("1", expires={"N": past}), row("2", expires={"N": later})])
    assert store.remove(row("1"), now=NOW)
    assert not store.remove(row("2"), now=NOW)
    assert not store.remove(row("3"), now=NOW)
    assert names(store.everything(HERE)) == ["2"]


@pytest.mark.usefixtures("fresh_table")
def test_the_note_of_a_reading_in_goes_with_the_head_that_ends_it() -> None:
    store = ArchiveStore()
    assert store.begun(HERE) == []
    store.begin(HERE, "f" * 64)
    assert store.begun(HERE) == ["f" * 64]
    assert store.municipality(HERE) is None
    assert store.tenant_of(3222) is None
    head = {
        "PK": {"S": table.config_pk(HERE)}, "SK": {"S": "MUNICIPALITY"}, "kind": {"S": "document"},
        "GSI1PK": {"S": table.tenants_group()}, "GSI1SK": {"S": "03222#by"},
        "document": {"S": '{"id": "by", "number": 3222, "name": "By", "signing_key": 3}'}, "version": {"N": "0"},
    }  # fmt: skip
    store.finish(HERE, "f" * 64, head)
    assert store.begun(HERE) == []
    assert store.municipality(HERE) == (3222, "By", 3)
    assert store.tenant_of(3222) == HERE
    assert store.prefix(HERE) == "T#by#"
    assert store.list_of_tenants() == "TENANTS"
