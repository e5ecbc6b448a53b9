"""Every row of a municipality, whatever it is about: read by going through the table, written as it is."""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as LineError

from chalicelib import faults, table
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import Tenant

_AT_ONCE: Final = 25  # DynamoDB's limit to what is written in one request
_TRIES: Final = 8
_PAUSE: Final = 0.05  # seconds, doubled each time
_SEGMENTS: Final = 4
_PAGES_WAITING: Final = 8
_Answer = TypeVar("_Answer")
_Found = TypeVar("_Found")


class _Head(msgspec.Struct):
    number: int
    name: str
    signing_key: int = 1


class ArchiveStore:
    """The whole table, gone through in parallel: the one question that is not answered by a key.

    Cards, visits and references have keys that nobody lists, so a way out reads every row of the table, of the other
    municipalities too, and DynamoDB passes over theirs before it answers. Reads are consistent.
    """

    def everything(self, tenant: Tenant) -> Iterator[dict[str, Any]]:
        """Give every row of a municipality, each once, in no order, a megabyte at a time in four threads."""
        pages: queue.Queue[list[dict[str, Any]] | BaseException | None] = queue.Queue(_PAGES_WAITING)
        enough = threading.Event()
        readers = [
            threading.Thread(target=_read, args=(tenant, segment, pages, enough), daemon=True)
            for segment in range(_SEGMENTS)
        ]
        for reader in readers:
            reader.start()
        try:
            ended = 0
            while ended < _SEGMENTS:
                page = pages.get()
                if isinstance(page, BaseException):
                    raise page
                if page is None:
                    ended += 1
                else:
                    yield from page
        finally:
            enough.set()
            _drain(readers, pages)

    def prefix(self, tenant: Tenant) -> str:
        """Give how every key of a municipality begins."""
        return table.of_tenant(tenant)

    def list_of_tenants(self) -> str:
        """Give the group of the index that lists all municipalities."""
        return table.tenants_group()

    def municipality(self, tenant: Tenant) -> tuple[int, str, int] | None:
        """Give a municipality's number, name and signing key; None where there is none."""
        key = {"PK": {"S": table.config_pk(tenant)}, "SK": {"S": "MUNICIPALITY"}}
        found = _patiently(lambda: _client().get_item(TableName=_name(), Key=key, ConsistentRead=True)).get("Item")
        if found is None:
            return None
        head = msgspec.json.decode(found["document"]["S"], type=_Head)
        return head.number, head.name, head.signing_key

    def tenant_of(self, number: int) -> Tenant | None:
        """Give who has a kommunenummer."""
        asked = {
            "IndexName": table.INDEX,
            "KeyConditionExpression": "GSI1PK = :all AND begins_with(GSI1SK, :number)",
            "ExpressionAttributeValues": {":all": {"S": table.tenants_group()}, ":number": {"S": f"{number:05d}#"}},
        }
        found = _patiently(lambda: _client().query(TableName=_name(), **asked))["Items"]
        return Tenant(found[0]["GSI1SK"]["S"].partition("#")[2]) if found else None

    def begun(self, tenant: Tenant) -> list[str]:
        """Give the fingerprints of archives whose reading in has begun and not ended."""
        asked = {
            "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": {":pk": {"S": table.import_pk(tenant)}},
            "ConsistentRead": True,
        }
        return [row["SK"]["S"] for row in _patiently(lambda: _client().query(TableName=_name(), **asked))["Items"]]

    def begin(self, tenant: Tenant, fingerprint: str) -> None:
        """Note that an archive is being read in."""
        note = {**_note(tenant, fingerprint), "kind": {"S": "import"}}
        _patiently(lambda: _client().put_item(TableName=_name(), Item=note))

    def put(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Write rows as they are, over what stands there, twenty-five a request."""
        for first in range(0, len(items), _AT_ONCE):
            waiting: list[Any] = [{"PutRequest": {"Item": item}} for item in items[first : first + _AT_ONCE]]
            for tried in range(_TRIES):
                waiting = _put_some(waiting)
                if not waiting:
                    break
                _pause(tried)
            else:
                raise _busy()

    def finish(self, tenant: Tenant, fingerprint: str, head: Mapping[str, Any]) -> None:
        """Write a municipality's head and take the note away, both or neither."""
        parts = [
            {"Put": {"TableName": _name(), "Item": head}},
            {"Delete": {"TableName": _name(), "Key": _note(tenant, fingerprint)}},
        ]
        _patiently(lambda: _client().transact_write_items(TransactItems=parts))

    def remove(self, item: Mapping[str, Any], *, now: datetime) -> bool:
        """Take a row away if its time has still passed; False where it has not, or it is gone."""
        past = "attribute_exists(PK) AND #ends <= :now"

        def remove() -> bool:
            try:
                _client().delete_item(
                    TableName=_name(), Key={"PK": item["PK"], "SK": item["SK"]}, ConditionExpression=past,
                    ExpressionAttributeNames={"#ends": table.TIME_TO_LIVE},
                    ExpressionAttributeValues={":now": {"N": str(table.epoch(now))}},
                )  # fmt: skip
            except ClientError as error:
                if error.response["Error"]["Code"] == faults.REFUSED:
                    return False
                raise
            return True

        return _patiently(remove)


def _read(tenant: Tenant, segment: int, pages: queue.Queue[Any], enough: threading.Event) -> None:
    start: dict[str, Any] = {}
    asked = {
        "FilterExpression": "begins_with(PK, :tenant)",
        "ExpressionAttributeValues": {":tenant": {"S": table.of_tenant(tenant)}},
        "ConsistentRead": True,
        "Segment": segment,
        "TotalSegments": _SEGMENTS,
    }
    try:
        while not enough.is_set():
            page = _patiently(partial(_client().scan, TableName=_name(), **asked, **start))
            pages.put(page["Items"])
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        pages.put(None)
    except BaseException as error:  # noqa: BLE001  raised again where the rows are read
        pages.put(error)


def _drain(readers: Sequence[threading.Thread], pages: queue.Queue[_Found]) -> None:
    """Let the readers end that still have something to hand over."""
    while any(reader.is_alive() for reader in readers):
        try:
            pages.get(timeout=0.05)
        except queue.Empty:
            continue


def _put_some(waiting: list[Any]) -> list[Any]:
    """Write what there is room for; give back the rest."""
    answer = _patiently(lambda: _client().batch_write_item(RequestItems={_name(): waiting}))
    left: list[Any] = answer.get("UnprocessedItems", {}).get(_name(), [])
    return left


def _patiently(ask: Callable[[], _Answer]) -> _Answer:
    """Ask again where it passes by itself: every request here may be sent twice. TryAgainError `busy`."""
    for tried in range(_TRIES):
        try:
            return ask()
        except ClientError as error:
            if error.response["Error"]["Code"] not in faults.PASSING:
                raise
        except (HTTPClientError, LineError):
            pass
        _pause(tried)
    raise _busy()


def _pause(tried: int) -> None:
    time.sleep(random.uniform(0, _PAUSE * 2**tried))  # noqa: S311  spreads tries, guards nothing


def _busy() -> TryAgainError:
    return TryAgainError("busy", "The table is busy; start the command again, it goes on where it was.")


def _note(tenant: Tenant, fingerprint: str) -> dict[str, dict[str, str]]:
    return {"PK": {"S": table.import_pk(tenant)}, "SK": {"S": fingerprint}}


def _client() -> Any:
    return table.connection().client


def _name() -> str:
    return table.Row.Meta.table_name
