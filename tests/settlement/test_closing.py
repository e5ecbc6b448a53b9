"""A closing that is stopped anywhere, or runs out of time, ends in the same bytes; and can be computed again."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib import table
from chalicelib.files import FolderFiles, Sink
from chalicelib.settlement import paper
from chalicelib.settlement.actions import Auditor, Closing
from chalicelib.settlement.actions.counting import Counting
from chalicelib.settlement.actions.supplies import Shelf
from chalicelib.settlement.rules import TIMER, Counted, LineType, MonthState, Settlement, book_of
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.answers import ConflictError, TryAgainError, UnknownError
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Municipality, Offer, SettleBy, Venue, VenueKind

TENANT = Tenant("lorenskog")
ANNA, BO = CallerId("entra/1"), CallerId("entra/2")
DECEMBER, JANUARY = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2027, 1, 4, 9, tzinfo=UTC)
WAYS = {"bad": "internal", "dans": "voucher", "kino": "invoice", "klubb": "none"}
CODES = {
    "file": "gl07", "interface": "OK", "voucher_type": "HL", "client": "LK", "responsible": "K", "account": "13700",
}  # fmt: skip
VENUES = {
    VenueId(name): Venue(
        VenueId(name), name.title(), VenueKind.PRIVATE, SettleBy(way), account="12345678903",
        erp={"supplier": "50001", "internal_account": "16200"},
    )
    for name, way in WAYS.items()
}  # fmt: skip
CONFIGURATION = Configuration(
    Municipality(TENANT, 3222, "By", erp=CODES), {}, VENUES,
    {(venue, OfferId("inn")): Offer(venue, OfferId("inn"), {"nb": "Inngang"}) for venue in VENUES},
    (Agreement(ProgrammeId("kort"), VenueId("kino"), OfferId("inn"), date(2026, 1, 1), date(2027, 12, 31), 5, "k"),),
)  # fmt: skip
pytestmark = pytest.mark.usefixtures("fresh_table")


class StopError(Exception):
    """The power goes."""


class Fuse:
    """Goes after so many steps, be they files or requests to the table."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, **_: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise StopError


class Fused(FolderFiles):
    def __init__(self, folder: Path, fuse: Fuse) -> None:
        super().__init__(folder)
        self.fuse = fuse

    def put_once(self, key: str, content: bytes) -> bool:
        self.fuse.step()
        wrote = super().put_once(key, content)
        self.fuse.step()
        return wrote

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        self.fuse.step()
        with super().writing(key) as sink:
            yield sink
            self.fuse.step()
        self.fuse.step()


def desk(files: FolderFiles, workers: int = 2) -> Closing:
    return Closing(SettlementStore(page=7), files, lambda _: CONFIGURATION, paper, workers)


def row(number: int, venue: str, month: str = "2026-11", **more: Any) -> table.VisitRow:
    day = f"{month}-{number % 27 + 1:02d}"
    return table.VisitRow(
        pk=table.visit_pk(TENANT, f"v{number:04d}"), sk="VISIT", group=table.settle_group(TENANT, venue, month),
        place=f"{day}#v{number:04d}", month=month, band="12-16", marks=1, counter="k", carrier="qr", device="d",
        **{
            "venue": venue, "offer": "inn", "programme": "kort", "date": day, "last3": "123", "persons": 1,
            "price": 9_551, "copay": 0, "percent": 50, "amount": 4_776, "agreement": "2026-01-01",
            "settle_by": WAYS[venue], **more,
        },
    )  # fmt: skip


def some_visits(many: int = 40) -> None:
    with table.VisitRow.batch_write() as batch:
        for number in range(many):
            batch.save(row(number, sorted(WAYS)[number % 4]))


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_closing_killed_at_twenty_random_points_ends_in_the_same_bytes(tmp_path: Path) -> None:
    some_visits()
    events = table.connection().client.meta.events
    counter = Fuse(10**6)
    events.register("before-call.dynamodb", counter.step, unique_id="fuse")
    whole = desk(Fused(tmp_path / "whole", counter)).close(TENANT, "2026-11", by=TIMER, now=DECEMBER)
    events.unregister("before-call.dynamodb", unique_id="fuse")
    steps_in_all = 10**6 - counter.left
    expected = bytes_in(tmp_path / "whole")
    assert len(expected) >= 2 * len(VENUES) + 6
    dice = random.Random(20261122)  # noqa: S311  the same points at every run
    for number, steps in enumerate(dice.sample(range(steps_in_all), 20)):
        for kept in table.Row.scan():
            if isinstance(kept, table.SettlementRow | table.ChainRow):
                kept.delete()
        folder, fuse = tmp_path / str(number), Fuse(steps)
        events.register("before-call.dynamodb", fuse.step, unique_id="fuse")
        try:
            with pytest.raises(StopError):
                desk(Fused(folder, fuse)).close(TENANT, "2026-11", by=TIMER, now=DECEMBER)
        finally:
            events.unregister("before-call.dynamodb", unique_id="fuse")
        healed = desk(FolderFiles(folder)).close(TENANT, "2026-11", by=BO, now=JANUARY)
        assert bytes_in(folder) == expected, steps
        assert (healed.sha256, healed.totals, healed.files) == (whole.sha256, whole.totals, whole.files)


def test_a_month_that_takes_longer_than_a_call_may_is_carried_on_and_no_venue_is_counted_twice(tmp_path: Path) -> None:
    some_visits()
    closing = desk(FolderFiles(tmp_path), workers=1)
    counted: list[int] = []
    table.connection().client.meta.events.register("before-call.dynamodb.Query", lambda **_: counted.append(1))
    turns = iter([True, False, False, False])
    first = closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER, time_for=lambda _: next(turns))
    assert first.state is MonthState.CLOSING
    with pytest.raises(UnknownError):
        closing.file(TENANT, "2026-11", "lines.csv", by=BO, now=JANUARY)
    with pytest.raises(TryAgainError) as caught:
        closing.close(TENANT, "2026-12", by=ANNA, now=JANUARY, time_for=lambda _: False)
    assert caught.value.code == "another_month_closing"
    short = closing.close(TENANT, "2026-11", by=BO, now=DECEMBER, time_for=lambda lines: lines == 0)
    assert short.state is MonthState.CLOSING
    before = len(counted)
    ((_, closed),) = closing.carry_on([TENANT], now=DECEMBER)
    assert len(counted) == before
    assert not isinstance(closed, Exception)
    assert (closed.state, closed.closed_by) == (MonthState.CLOSED, ANNA)
    assert closing.carry_on([TENANT], now=DECEMBER) == []


def test_settlements_follow_one_another_and_each_fingerprint_covers_the_one_before(tmp_path: Path) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    november = closing.close(TENANT, "2026-11", by=ANNA, now=JANUARY)
    december = closing.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    late = closing.close(TENANT, "2026-10", by=ANNA, now=JANUARY)
    assert [(each.number, each.previous, each.previous_sha256) for each in (november, december, late)] == [
        (1, None, None), (2, "2026-11", november.sha256), (3, "2026-12", december.sha256),
    ]  # fmt: skip
    assert len({november.sha256, december.sha256, late.sha256}) == 3


def test_a_payment_file_is_made_once_after_approval_and_the_month_is_exported_and_paid(tmp_path: Path) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    for early in (closing.file, closing.paid):
        with pytest.raises(ConflictError) as caught:
            early(TENANT, "2026-11", *(["gl07.txt"] if early == closing.file else []), by=BO, now=DECEMBER)  # type: ignore[operator]
        assert caught.value.code == "not_approved"
    sealed = closing.approve(TENANT, "2026-11", by=BO, now=DECEMBER).sha256
    with pytest.raises(UnknownError):
        closing.file(TENANT, "2026-11", "pain001.xml", by=BO, now=DECEMBER)
    first = closing.file(TENANT, "2026-11", "gl07.txt", by=BO, now=DECEMBER)
    again = closing.file(TENANT, "2026-11", "gl07.txt", by=ANNA, now=JANUARY)
    assert first == again
    stored = closing.store.load(TENANT, "2026-11")
    assert stored is not None
    assert (stored.state, stored.exported_by, stored.sha256) == (MonthState.EXPORTED, BO, sealed)
    paid = closing.paid(TENANT, "2026-11", by=BO, now=JANUARY)
    assert closing.paid(TENANT, "2026-11", by=ANNA, now=JANUARY) == paid
    assert (paid.state, paid.paid_by) == (MonthState.PAID, BO)
    assert Auditor(closing).verify(TENANT, "2026-11", now=JANUARY).holds


def test_nobody_is_paid_by_two_files_also_where_another_form_is_set_after_the_first_was_pulled(tmp_path: Path) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    closing.approve(TENANT, "2026-11", by=BO, now=DECEMBER)
    first = closing.file(TENANT, "2026-11", "gl07.txt", by=BO, now=DECEMBER)
    other = replace(CONFIGURATION, municipality=Municipality(TENANT, 3222, "By", erp={**CODES, "file": "pain001"}))
    changed = replace(closing, configuration=lambda _: other)
    with pytest.raises(UnknownError) as caught:
        changed.file(TENANT, "2026-11", "pain001.xml", by=BO, now=JANUARY)
    assert caught.value.code == "other_payment_file"
    assert changed.file(TENANT, "2026-11", "gl07.txt", by=BO, now=JANUARY) == first


def test_each_file_says_whether_it_can_be_pulled_and_what_it_waits_for(tmp_path: Path) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))

    def states(settlement: Settlement) -> dict[str, str]:
        return {each.name: each.because or str(each.state) for each in closing.files_of(settlement)}

    (ahead, *_) = closing.months(TENANT, now=DECEMBER)
    assert set(states(ahead).values()) == {"not_closed", "other_payment_file"}
    closed = closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert (states(closed)["lines.csv"], states(closed)["gl07.txt"]) == ("ready", "not_approved")
    approved = closing.approve(TENANT, "2026-11", by=BO, now=DECEMBER)
    assert (states(approved)["gl07.txt"], states(approved)["pain001.xml"]) == ("ready", "other_payment_file")
    with pytest.raises(UnknownError) as caught:
        closing.file(TENANT, "2026-11", "lines.txt", by=BO, now=DECEMBER)
    assert "gl07.txt, lines.csv, statements.zip" in caught.value.detail
    assert "pain001" not in caught.value.detail


def test_what_an_adjusted_day_was_is_told_from_its_own_month_and_not_at_all_where_that_is_not_closed(
    tmp_path: Path,
) -> None:
    some_visits(8)
    files = FolderFiles(tmp_path)
    closing = desk(files)
    closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)

    def counting(month: str) -> Counting:
        return Counting(closing.store, Shelf(files), paper, book_of(CONFIGURATION, month), JANUARY)

    first, *others = counting("2026-11").lines(VenueId("kino"))
    stood = sum(each.amount for each in (first, *others) if each.terms.date == first.terms.date)
    adjusted = replace(first, type=LineType.ADJUSTMENT, month="2026-12", amount=Ore(-100), reason="Feil pris")
    unclosed = replace(adjusted, terms=replace(adjusted.terms, date=date(2026, 10, 2)))
    told = counting("2026-12").explained(VenueId("kino"), Counted((), (), (unclosed, adjusted)))
    assert [(each.date, each.was, each.becomes) for each in told] == [
        (date(2026, 10, 2), None, None), (first.terms.date, stood, stood - 100),
    ]  # fmt: skip


def test_a_month_computed_again_holds_also_when_rows_came_late_or_were_taken_back_since(tmp_path: Path) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    auditor = Auditor(closing)
    with pytest.raises(ConflictError):
        auditor.verify(TENANT, "2026-11", now=DECEMBER)
    closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    row(90, "kino").save()  # too late for its month
    kept = table.VisitRow.get(table.visit_pk(TENANT, "v0001"), "VISIT")
    kept.update(actions=[table.VisitRow.void_month.set("2026-12")])
    waits = auditor.verify(TENANT, "2026-11", now=DECEMBER)
    assert (waits.holds, waits.lines, waits.waiting, waits.remade) == (True, 8, 1, True)
    closing.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    settled = auditor.verify(TENANT, "2026-11", now=JANUARY)
    assert (settled.holds, settled.waiting) == (True, 0)
    assert auditor.verify(TENANT, "2026-12", now=JANUARY).holds


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"amount": 4_777}, {"line_differs"}),
        ({"persons": 2}, {"line_differs"}),
        ({"settle_by": "invoice"}, {"line_differs"}),
        (None, {"line_without_row"}),
    ],
)
def test_a_row_that_was_changed_or_removed_is_found(
    tmp_path: Path, change: dict[str, Any] | None, found: set[str]
) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    kept = table.VisitRow.get(table.visit_pk(TENANT, "v0001"), "VISIT")
    if change is None:
        kept.delete()
    else:
        kept.update(actions=[getattr(table.VisitRow, name).set(value) for name, value in change.items()])
    findings = Auditor(closing).verify(TENANT, "2026-11", now=DECEMBER).findings
    assert {(each.code, each.venue, each.visits) for each in findings} == {
        (code, VenueId("dans"), ("v0001",)) for code in found
    }


def test_a_chain_that_was_cut_is_found(tmp_path: Path) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    closing.close(TENANT, "2026-11", by=ANNA, now=JANUARY)
    closing.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    assert Auditor(closing).verify(TENANT, "2026-12", now=JANUARY).holds
    table.SettlementRow.get(table.settlement_pk(TENANT), "2026-11").delete()
    found = Auditor(closing).verify(TENANT, "2026-12", now=JANUARY).findings
    assert [each.code for each in found] == ["chain_broken"]
    # November goes as 2032 begins in Oslo, an hour before it begins in UTC.
    for gone in (datetime(2031, 12, 31, 23, tzinfo=UTC), datetime(2032, 1, 4, tzinfo=UTC)):
        assert Auditor(closing).verify(TENANT, "2026-12", now=gone).findings == ()


@pytest.mark.parametrize("name", ["lines.csv", "summary.csv", "workbook.xlsx", "statements.zip", "accounts.json"])
def test_a_file_that_was_changed_is_found(tmp_path: Path, name: str) -> None:
    some_visits(8)
    closing = desk(FolderFiles(tmp_path))
    closing.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    place = tmp_path / "lorenskog" / "settlements" / "2026-11" / name
    place.write_bytes(place.read_bytes().replace(b"9552", b"9553") if name == "accounts.json" else b"other")
    findings = {each.code for each in Auditor(closing).verify(TENANT, "2026-11", now=DECEMBER).findings}
    assert findings == {"accounts_differ" if name == "accounts.json" else f"file_altered:{name}"}
