"""Pages of the index read fast: the answer of a Query is decoded once, straight into visits and voids.

botocore reads an answer attribute by attribute, into dicts that would then be read again: for a month of a million
visits that is most of the time a closing takes. It lets a hook read the answer in its place (`before-parse`), and the
hook below does so for the queries that are asked under `fast()`, in this thread only.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any, Final

import msgspec

from chalicelib import table
from chalicelib.settlement.rules import Adjusted, Entry, TakenBack, Terms, Visited
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

_BEFORE_PARSE: Final = "before-parse.dynamodb.Query"
_FINE: Final = 200


class _S(msgspec.Struct):
    """A text as DynamoDB writes it."""

    S: str


class _N(msgspec.Struct):
    """A number as DynamoDB writes it."""

    N: str


class _L(msgspec.Struct):
    """A list of texts as DynamoDB writes it."""

    L: list[_S]


class Item(msgspec.Struct):
    """A row as the index shows it; what a line does not need is passed over."""

    PK: _S
    kind: _S
    venue: _S | None = None
    offer: _S | None = None
    programme: _S | None = None
    date: _S | None = None
    last3: _S | None = None
    persons: _N | None = None
    price: _N | None = None
    copay: _N | None = None
    percent: _N | None = None
    amount: _N | None = None
    agreement: _S | None = None
    settle_by: _S | None = None
    vat_code: Any = None
    funding: Any = None
    flags: Any = None
    void_month: Any = None
    corrects: Any = None
    expires: _N | None = None


class _Page(msgspec.Struct):
    Items: list[Item] = []
    LastEvaluatedKey: dict[str, Any] | None = None


_PAGE: Final = msgspec.json.Decoder(_Page)
_ASKED: Final = threading.local()


@contextmanager
def fast() -> Iterator[None]:
    """Read the queries of this thread fast while the block lasts; each `Items` holds an Item per row."""
    events = table.connection().client.meta.events
    events.register(_BEFORE_PARSE, _read, unique_id="opplev-settlement")
    _ASKED.fast = True
    try:
        yield
    finally:
        _ASKED.fast = False


def _read(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    if not getattr(_ASKED, "fast", False) or response_dict["status_code"] != _FINE:
        return
    page = _PAGE.decode(response_dict["body"])
    customized_response_dict["Items"] = page.Items
    if page.LastEvaluatedKey:
        customized_response_dict["LastEvaluatedKey"] = page.LastEvaluatedKey
    response_dict["body"] = b"{}"


def entry_of(item: Item, skip: int, past: int) -> Entry | None:
    """Give what a row is to a settlement. `skip` characters of its key stand before the id; None: nothing, or gone."""
    if item.expires is not None and int(item.expires.N) <= past:
        return None
    kind = item.kind.S
    visit = VisitId(item.PK.S[skip:])
    if kind == "visit":
        flags = item.flags
        return Visited(
            visit,
            _terms(item),
            tuple(each["S"] for each in flags["L"]) if flags and "L" in flags else (),
            _text(item.void_month),
        )
    if kind == "void" and (corrects := _text(item.corrects)) is not None:
        return TakenBack(visit, _terms(item), corrects)
    if kind == "adjustment":
        about = _text(item.corrects)
        return Adjusted(visit, _terms(item), None if about is None else VisitId(about))
    return None


def _terms(item: Item) -> Terms:
    return Terms(
        VenueId(item.venue.S),  # type: ignore[union-attr]  # a row of these kinds has all of them
        OfferId(item.offer.S),  # type: ignore[union-attr]
        ProgrammeId(item.programme.S),  # type: ignore[union-attr]
        _day(item.date.S),  # type: ignore[union-attr]
        item.last3.S,  # type: ignore[union-attr]
        int(item.persons.N),  # type: ignore[union-attr]
        Ore(int(item.price.N)),  # type: ignore[union-attr]
        Ore(int(item.copay.N)),  # type: ignore[union-attr]
        int(item.percent.N),  # type: ignore[union-attr]
        Ore(int(item.amount.N)),  # type: ignore[union-attr]
        item.agreement.S,  # type: ignore[union-attr]
        SettleBy(item.settle_by.S),  # type: ignore[union-attr]
        _text(item.vat_code),
        _text(item.funding),
    )


def _text(value: Any) -> str | None:
    """Give a text that may be absent; DynamoDB can also hold it as null."""
    return None if value is None else value.get("S")


@lru_cache(maxsize=1024)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def skip_of(tenant: Tenant) -> int:
    """Say how many characters of a row's key stand before its visit."""
    return len(table.visit_pk(tenant, ""))
