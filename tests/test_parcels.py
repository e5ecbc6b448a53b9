"""A transaction whose parts have names: who said no, what stood there, and what passes by itself."""

from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib import table
from chalicelib.parcels import MOST_PARTS, Cancelled, Parcel
from chalicelib.shared.answers import TryAgainError
from tests.visits.till import LOST, cancelled, faults, throttled

pytestmark = pytest.mark.usefixtures("fresh_table")
IS_NEW = table.QuotaRow.pk.does_not_exist()
IS_THERE = table.QuotaRow.pk.exists()


def quota(name: str, issued: int = 0) -> table.QuotaRow:
    return table.QuotaRow("T#t#QUOTA", name, issued=issued)


def issued(name: str) -> int | None:
    try:
        return int(table.QuotaRow.get("T#t#QUOTA", name, consistent_read=True).issued)
    except table.QuotaRow.DoesNotExist:
        return None


def send(parcel: Parcel, **said: Any) -> Cancelled | None:
    parcel.pause = lambda _: None
    return parcel.send(**said)


def test_all_parts_are_written_whatever_order_they_were_added_in() -> None:
    for name in ("old", "there", "gone"):
        quota(name, 1).save()
    parcel = Parcel()
    parcel.update("count", quota("old"), [table.QuotaRow.issued.add(1)], IS_THERE)
    parcel.put("new", quota("new", 7), IS_NEW)
    parcel.delete("remove", quota("gone"), IS_THERE)
    parcel.check("insist", quota("there"), IS_THERE)
    parcel.save(quota("noted", 3))
    assert len(parcel) == 5
    assert send(parcel) is None
    assert [issued(name) for name in ("old", "new", "gone", "there", "noted")] == [2, 7, None, 1, 3]


def test_each_part_that_said_no_is_named_with_what_stood_there_and_nothing_is_written() -> None:
    quota("new", 5).save()
    parcel = Parcel()
    parcel.update("count", quota("nobody"), [table.QuotaRow.issued.add(1)], IS_THERE)
    parcel.put("fine", quota("fine"), IS_NEW)
    parcel.put("id", quota("new"), IS_NEW)
    parcel.delete("remove", quota("nothing"), IS_THERE)
    said = send(parcel)
    assert said is not None
    assert set(said.standing) == {"count", "id", "remove"}
    assert "fine" not in said
    assert said.row("count", table.QuotaRow) is None
    stood = said.row("id", table.QuotaRow)
    assert stood is not None
    assert stood.issued == 5
    assert issued("fine") is None


@pytest.mark.parametrize(
    "fault", [cancelled("None", "TransactionConflict"), throttled(), throttled("InternalServerError"), LOST]
)
def test_what_passes_by_itself_is_sent_again_and_written_once(fault: Any) -> None:
    quota("old", 1).save()
    parcel = Parcel()
    parcel.put("new", quota("new"), IS_NEW)
    parcel.update("count", quota("old"), [table.QuotaRow.issued.add(1)], IS_THERE)
    with faults("TransactWriteItems", fault, fault) as waiting:
        assert send(parcel) is None
    assert waiting == []
    assert issued("old") == 2


def test_while_another_part_is_in_the_way_a_no_is_asked_again_unless_it_is_an_ids() -> None:
    no_and_conflict = cancelled("ConditionalCheckFailed", "TransactionConflict")
    parcel = Parcel()
    parcel.put("new", quota("a"), IS_NEW)
    parcel.put("other", quota("b"), IS_NEW)
    with faults("TransactWriteItems", no_and_conflict):
        assert send(parcel) is None
    final = Parcel()
    final.put("id", quota("c"), IS_NEW, final=True)
    final.put("other", quota("d"), IS_NEW)
    with faults("TransactWriteItems", no_and_conflict):
        said = send(final)
    assert said is not None
    assert "id" in said


def test_a_table_that_stays_busy_is_given_up_and_nothing_is_written() -> None:
    parcel = Parcel()
    parcel.put("new", quota("new"), IS_NEW)
    with faults("TransactWriteItems", *[throttled()] * 500), pytest.raises(TryAgainError) as said:
        send(parcel, patience=0.2)
    assert said.value.code == "busy"
    assert issued("new") is None


def test_what_trying_again_cannot_mend_comes_out_at_once() -> None:
    parcel = Parcel()
    parcel.put("new", quota("new"), IS_NEW)
    with faults("TransactWriteItems", throttled("AccessDeniedException")), pytest.raises(TransactWriteError):
        send(parcel)


def test_a_name_stands_once_and_a_transaction_takes_a_hundred_parts() -> None:
    parcel = Parcel()
    for number in range(MOST_PARTS):
        parcel.put(f"{number}", quota(f"{number}"))
    with pytest.raises(ValueError, match="one too many"):
        parcel.put("one too many", quota("x"))
    with pytest.raises(ValueError, match="0"):
        Parcel(_puts={"0": {}}).check("0", quota("0"), IS_THERE)
