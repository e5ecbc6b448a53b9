"""The rows of a settlement on the embedded engine, with the faults that a real table makes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from chalicelib import table
from chalicelib.settlement.rules import Alarm, MonthState, Settlement, TakenBack, Terms, Totals, Visited
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

TENANT = Tenant("lorenskog")
KINO = VenueId("kino")
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TERMS = Terms(
    venue=KINO,
    offer=OfferId("film"),
    programme=ProgrammeId("kort"),
    date=date(2026, 11, 14),
    last3="123",
    persons=2,
    price=Ore(25_001),
    copay=Ore(5_000),
    percent=50,
    amount=Ore(10_001),
    agreement="kort/kino/film/2026-01-01",
    settle_by=SettleBy.VOUCHER,
    vat_code="12",
    funding="fond",
)
BEGUN = Settlement(TENANT, "2026-11", MonthState.CLOSING, closed_by=CallerId("entra/finance-1"), closed_at=NOW)

pytestmark = pytest.mark.usefixtures("fresh_table")


def row_of(kind: type[Any], visit: str, *, month: str = "2026-11", **more: Any) -> Any:
    """Make a visit or a void as the visits package stores it."""
    own = {
        "carrier": "qr", "device": "lorenskog-1", "band": "12-16", "marks": 1, "counter": "film@card",
    } if kind is table.VisitRow else {"void_id": "w", "reason": "mistake", "by": "lorenskog-1"}  # fmt: skip
    terms = {
        "venue": "kino", "offer": "film", "programme": "kort", "date": "2026-11-14", "last3": "123", "persons": 2,
        "price": 25_001, "copay": 5_000, "percent": 50, "amount": 10_001, "agreement": "kort/kino/film/2026-01-01",
        "settle_by": "voucher", "vat_code": "12", "funding": "fond",
    }  # fmt: skip
    return kind(
        pk=table.visit_pk(TENANT, visit),
        sk="VISIT" if kind is table.VisitRow else "VOID",
        group=table.settle_group(TENANT, "kino", month),
        place=f"2026-11-14#{visit}",
        month=month,
        **{**own, **terms, **more},
    )


def fail(operation: str, *answers: Any) -> list[str]:
    """Answer the next calls of an operation with these errors, unsent; then let calls through."""
    left, seen = list(answers), []

    def answer(**_: Any) -> Any:
        seen.append(operation)
        if not left:
            return None
        error = left.pop(0)
        if isinstance(error, Exception):
            raise error
        return _Refusal(), {"Error": {"Code": error, "Message": "injected"}, "ResponseMetadata": {}}

    table.connection().client.meta.events.register(f"before-call.dynamodb.{operation}", answer)
    return seen


class _Refusal:
    status_code = 400


def test_what_is_stored_comes_back_whole() -> None:
    store = SettlementStore()
    closed = Settlement(
        TENANT, "2026-11", MonthState.CLOSED, Totals(2, 1, 2, Ore(3), Ore(4), Ore(5), Ore(-6), Ore(-1)), "ab",
        {"lines.csv": "ab"}, CallerId("timer"), NOW, None, None, (Alarm("straggler", "2026-10", 1, (VisitId("v"),)),),
    )  # fmt: skip
    assert store.begin(BEGUN) is True
    assert store.load(TENANT, "2026-11") == BEGUN
    assert store.advance(closed, before=MonthState.CLOSING) is True
    assert store.load(TENANT, "2026-11") == closed


def test_a_month_is_begun_once_and_comes_further_once() -> None:
    store = SettlementStore()
    assert store.advance(BEGUN, before=MonthState.CLOSING) is False
    assert store.begin(BEGUN) is True
    assert store.begin(BEGUN) is False
    closed = Settlement(TENANT, "2026-11", MonthState.CLOSED)
    assert store.advance(closed, before=MonthState.CLOSING) is True
    assert store.advance(closed, before=MonthState.CLOSING) is False


def test_a_month_follows_the_one_that_was_begun_last_and_no_other() -> None:
    store = SettlementStore()
    assert store.head(TENANT) is None
    assert store.begin(BEGUN) is True
    assert store.head(TENANT) == "2026-11"
    assert store.begin(Settlement(TENANT, "2026-12", MonthState.CLOSING)) is False
    assert store.begin(Settlement(TENANT, "2026-12", MonthState.CLOSING, previous="2026-10")) is False
    assert store.load(TENANT, "2026-12") is None
    assert store.begin(Settlement(TENANT, "2026-12", MonthState.CLOSING, previous="2026-11")) is True
    assert store.head(TENANT) == "2026-12"


def test_months_come_oldest_first_and_only_the_tenants_own() -> None:
    store = SettlementStore()
    before = None
    for month in ("2026-11", "2026-09", "2026-10"):
        assert store.begin(Settlement(TENANT, month, MonthState.CLOSING, previous=before))
        before = month
    store.begin(Settlement(Tenant("lorenskog2"), "2026-12", MonthState.CLOSING))
    assert [settlement.month for settlement in store.all(TENANT)] == ["2026-09", "2026-10", "2026-11"]
    latest = store.latest(TENANT)
    assert latest is not None
    assert latest.month == "2026-11"
    assert store.latest(Tenant("nobody")) is None
    assert store.load(Tenant("lorenskog2"), "2026-11") is None


def test_visits_and_voids_of_a_venue_and_month_are_read_with_their_terms() -> None:
    row_of(table.VisitRow, "v1", flags=["over"], void_month="2026-12").save()
    row_of(table.VoidRow, "v2", corrects="2026-10").save()
    row_of(table.VisitRow, "v3", month="2026-12").save()
    assert list(SettlementStore().entries(TENANT, KINO, "2026-11", now=NOW)) == [
        Visited(VisitId("v1"), TERMS, ("over",), "2026-12"),
        TakenBack(VisitId("v2"), TERMS, "2026-10"),
    ]


def test_a_tombstone_and_a_row_past_its_time_are_passed_over() -> None:
    row_of(table.VoidRow, "v1", corrects=None).save()
    row_of(table.VisitRow, "v2", expires=table.epoch(NOW)).save()
    row_of(table.VisitRow, "v3", expires=table.epoch(NOW) + 1).save()
    assert [entry.visit for entry in SettlementStore().entries(TENANT, KINO, "2026-11", now=NOW)] == ["v3"]


def test_rows_are_asked_for_page_by_page_and_only_as_they_are_used() -> None:
    with table.VisitRow.batch_write() as batch:
        for number in range(25):
            batch.save(row_of(table.VisitRow, f"v{number:02d}"))
    asked = fail("Query")
    entries = SettlementStore(page=10).entries(TENANT, KINO, "2026-11", now=NOW)
    assert next(entries).visit == "v00"
    assert len(asked) == 1
    assert len(list(entries)) == 24
    assert len(asked) == 3


@pytest.mark.parametrize("fault", ["ThrottlingException", ConnectionClosedError(endpoint_url="http://t")])
def test_a_busy_table_is_asked_again_in_the_middle_of_a_month(fault: Any) -> None:
    with table.VisitRow.batch_write() as batch:
        for number in range(12):
            batch.save(row_of(table.VisitRow, f"v{number:02d}"))
    entries = SettlementStore(page=5).entries(TENANT, KINO, "2026-11", now=NOW)
    seen = [next(entries)]
    fail("Query", fault, fault, fault)
    seen += entries
    assert [entry.visit for entry in seen] == [f"v{number:02d}" for number in range(12)]


def test_a_table_that_stays_busy_asks_to_be_tried_again() -> None:
    fail("GetItem", *["ThrottlingException"] * 4)
    with pytest.raises(TryAgainError) as caught:
        SettlementStore().load(TENANT, "2026-11")
    assert caught.value.code == "busy"


def test_a_first_row_whose_reply_was_lost_stands_once() -> None:
    def lose(**_: Any) -> None:
        events.unregister("after-call.dynamodb.TransactWriteItems", lose)
        raise ConnectionClosedError(endpoint_url="http://t")

    events = table.connection().client.meta.events
    events.register("after-call.dynamodb.TransactWriteItems", lose)
    store = SettlementStore()
    assert store.begin(BEGUN) is False
    assert store.load(TENANT, "2026-11") == BEGUN
