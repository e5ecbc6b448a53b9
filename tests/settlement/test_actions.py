"""Months closed on the embedded engine, with files in a folder."""

import csv
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import table
from chalicelib.files import FolderFiles, Sink
from chalicelib.settlement import paper
from chalicelib.settlement.actions import Closing
from chalicelib.settlement.rules import TIMER, MonthState, Settlement, Totals
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.answers import (
    ConflictError,
    ForbiddenError,
    MalformedError,
    OpplevError,
    RuleError,
    UnknownError,
)
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore, share
from chalicelib.venues.rules import Agreement, Configuration, Municipality, Offer, SettleBy, Venue, VenueKind

TENANT = Tenant("lorenskog")
ANNA, BO, CARL = CallerId("entra/finance-1"), CallerId("entra/finance-2"), CallerId("entra/finance-3")
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)
JANUARY = datetime(2027, 1, 4, 9, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 1, 9, tzinfo=UTC)
KINO, BAD, DANS = VenueId("kino"), VenueId("bad"), VenueId("dans")
VENUES = (
    Venue(KINO, "Kinoen", VenueKind.PRIVATE, SettleBy.INVOICE, orgnr="999999999", account="12345678903"),
    Venue(BAD, "Badet", VenueKind.MUNICIPAL, SettleBy.INTERNAL),
    Venue(DANS, "Dansen", VenueKind.ASSOCIATION, SettleBy.NONE),
)
FIRST = Agreement(
    ProgrammeId("kort"), KINO, OfferId("film"), date(2026, 3, 1), date(2027, 12, 31), 5, "film", reimburse=50
)
CONFIGURATION = Configuration(
    Municipality(TENANT, 3222, "Testkommune"),
    {},
    {venue.id: venue for venue in VENUES},
    {(KINO, OfferId("film")): Offer(KINO, OfferId("film"), {"nb": "Film"})},
    (FIRST,),
)

pytestmark = pytest.mark.usefixtures("fresh_table")


@pytest.fixture
def desk(tmp_path: Path) -> Closing:
    return desk_in(tmp_path)


def desk_in(folder: Path, configuration: Configuration = CONFIGURATION, *, page: int | None = None) -> Closing:
    return Closing(SettlementStore(page), FolderFiles(folder), lambda _: configuration, paper)


def terms_of(venue: str, day: str, **more: Any) -> dict[str, Any]:
    settle_by = {"kino": "invoice", "bad": "internal", "dans": "none"}[venue]
    return {
        "venue": venue, "offer": "film", "programme": "kort", "date": day, "last3": "123", "persons": 1,
        "price": 10_000, "copay": 0, "percent": 50, "amount": 5_000, "agreement": "kort/kino/film/2026-03-01",
        "settle_by": settle_by, **more,
    }  # fmt: skip


def visit_row(
    visit: str, *, month: str, day: str = "", venue: str = "kino", tenant: str = TENANT, **more: Any
) -> table.VisitRow:
    day = day or f"{month}-14"
    return table.VisitRow(
        pk=table.visit_pk(tenant, visit), sk="VISIT", group=table.settle_group(tenant, venue, month),
        place=f"{day}#{visit}", month=month, band="12-16", marks=1, counter="film@card", carrier="qr", device="d",
        **terms_of(venue, day, **more),
    )  # fmt: skip


def visit(name: str, **more: Any) -> None:
    """Let a visit have been received."""
    visit_row(name, **more).save()


def void(name: str, *, month: str) -> None:
    """Take a stored visit back, as received in a month: a row of its own, and the month on the visit."""
    row = table.VisitRow.get(table.visit_pk(TENANT, name), "VISIT")
    row.update(actions=[table.VisitRow.void_month.set(month)])
    terms = {key: getattr(row, key) for key in terms_of("kino", row.date)}
    table.VoidRow(
        pk=row.pk, sk="VOID", group=table.settle_group(TENANT, row.venue, month), place=f"{row.date}#{name}",
        void_id=f"void of {name}", reason="mistake", by="d", month=month, corrects=row.month, **terms,
    ).save()  # fmt: skip


def pulled(desk: Closing, month: str, name: str, tenant: Tenant = TENANT) -> bytes:
    content = desk.file(tenant, month, name, by=BO, now=JANUARY).content
    assert content is not None
    return content


def lines(desk: Closing, month: str, tenant: Tenant = TENANT) -> list[dict[str, str]]:
    content = pulled(desk, month, "lines.csv", tenant)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def summary(desk: Closing, month: str, tenant: Tenant = TENANT) -> list[dict[str, str]]:
    content = pulled(desk, month, "summary.csv", tenant)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def ore(kroner: str) -> int:
    return int(kroner.replace(",", ""))


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What is paid


def test_half_an_ore_is_rounded_up_on_each_line_and_the_month_is_the_sum_of_its_lines(desk: Closing) -> None:
    for number in range(3):
        visit(f"v{number}", month="2026-11", price=2501, amount=share(Ore(2501), 50))
    closed = desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert [line["belop"] for line in lines(desk, "2026-11")] == ["12,51"] * 3
    assert closed.totals == Totals(3, 3, 3, Ore(7503), Ore(0), Ore(3753), Ore(0), Ore(3753))
    assert [row["til_oppgjor"] for row in summary(desk, "2026-11")][:2] == ["37,53", "37,53"]


def test_lines_stand_by_venue_then_date_then_visit(desk: Closing) -> None:
    visit("v1", month="2026-11", day="2026-11-20")
    visit("v3", month="2026-11", day="2026-11-02")
    visit("v2", month="2026-11", day="2026-11-02")
    visit("v4", month="2026-11", venue="bad")
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert [(line["brukersted"], line["besok_id"]) for line in lines(desk, "2026-11")] == [
        ("Badet", "v4"), ("Kinoen", "v2"), ("Kinoen", "v3"), ("Kinoen", "v1"),
    ]  # fmt: skip


def test_a_venue_that_takes_its_own_costs_is_in_the_statistics_and_not_in_the_sum(desk: Closing) -> None:
    visit("v1", month="2026-11", venue="dans", persons=2, amount=9_900)
    visit("v2", month="2026-11", venue="kino")
    closed = desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    dans, kino, everyone, _ = summary(desk, "2026-11")
    assert (dans["brukersted"], dans["oppgjorsmate"], dans["personer"], dans["til_oppgjor"]) == (
        "Dansen", "none", "2", "0,00",
    )  # fmt: skip
    assert kino["til_oppgjor"] == everyone["til_oppgjor"] == "50,00"
    assert closed.totals is not None
    assert (closed.totals.visits, closed.totals.to_settle) == (2, 5_000)


def test_a_visit_over_the_allowance_is_paid_as_its_own_kind_of_line(desk: Closing) -> None:
    visit("v1", month="2026-11", flags=["over", "late"])
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert [(line["type"], line["belop"]) for line in lines(desk, "2026-11")] == [("over_kvote", "50,00")]


def test_a_visit_taken_back_in_its_own_month_leaves_no_trace_in_the_file(desk: Closing) -> None:
    visit("v1", month="2026-11")
    void("v1", month="2026-11")
    closed = desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert lines(desk, "2026-11") == []
    assert closed.totals == Totals()


@pytest.mark.parametrize("november_first", [True, False])
def test_a_visit_taken_back_in_a_later_month_is_corrected_there(desk: Closing, *, november_first: bool) -> None:
    visit("v1", month="2026-11")
    if november_first:
        desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    void("v1", month="2026-12")
    desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    desk.close(TENANT, "2026-11", by=ANNA, now=JANUARY)
    assert [(line["type"], line["belop"]) for line in lines(desk, "2026-11")] == [("besok", "50,00")]
    (correction,) = lines(desk, "2026-12")
    assert (correction["type"], correction["belop"], correction["korrigerer"]) == ("korreksjon", "-50,00", "v1")
    assert correction["dato"] == "2026-11-14"
    kino = summary(desk, "2026-12")[0]
    assert (kino["besok"], kino["korreksjoner"], kino["til_oppgjor"]) == ("0", "-50,00", "-50,00")


def test_a_visit_of_new_years_eve_that_arrives_in_january_settles_in_january(desk: Closing) -> None:
    visit("v1", month="2027-01", day="2026-12-31", flags=["late"])
    desk.close(TENANT, "2026-12", by=ANNA, now=FEBRUARY)
    desk.close(TENANT, "2027-01", by=ANNA, now=FEBRUARY)
    assert lines(desk, "2026-12") == []
    assert [(line["oppgjor"], line["dato"]) for line in lines(desk, "2027-01")] == [("2027-01", "2026-12-31")]


def test_a_tombstone_is_no_line(desk: Closing) -> None:
    table.VoidRow(
        pk=table.visit_pk(TENANT, "v1"), sk="VOID", void_id="w", reason="mistake", by="d", month="2026-11",
        group=table.settle_group(TENANT, "kino", "2026-11"), place="2026-11-14#v1", venue="kino",
    ).save()  # fmt: skip
    assert desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER).totals == Totals()


def test_another_municipalitys_visits_at_a_venue_of_the_same_id_are_not_ours(desk: Closing) -> None:
    visit_row("v1", month="2026-11", tenant="raelingen").save()
    assert desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER).totals == Totals()


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["kino", "bad", "dans"]),
        st.integers(0, 99_999),  # price
        st.integers(0, 100),  # percent
        st.sampled_from([None, "2026-11", "2026-12"]),  # taken back
        st.booleans(),  # over
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_lines_summary_and_totals_always_agree_and_later_voids_bring_back_all_that_was_paid(
    tmp_path_factory: pytest.TempPathFactory, fresh_table: str, rows: list[tuple[str, int, int, str | None, bool]]
) -> None:
    for row in table.Row.scan():
        row.delete()
    desk = desk_in(tmp_path_factory.mktemp(fresh_table))
    kept = 0
    for number, (venue, price, percent, taken_back, over) in enumerate(rows):
        amount = 0 if venue == "dans" else share(Ore(price), percent)
        visit(f"v{number}", month="2026-11", venue=venue, price=price, percent=percent, amount=amount,
              flags=["over"] if over else None)  # fmt: skip
        if taken_back:
            void(f"v{number}", month=taken_back)
        kept += 0 if taken_back else amount
    paid = 0
    for month, now in (("2026-11", DECEMBER), ("2026-12", JANUARY)):
        closed = desk.close(TENANT, month, by=ANNA, now=now)
        assert closed.totals is not None
        assert closed.totals.lines == len(lines(desk, month))
        by_lines = sum(ore(line["belop"]) for line in lines(desk, month))
        *venues, everyone, _ = summary(desk, month)
        assert by_lines == sum(ore(row["til_oppgjor"]) for row in venues) == ore(everyone["til_oppgjor"])
        assert by_lines == closed.totals.to_settle == closed.totals.amount + closed.totals.corrections
        paid += by_lines
    assert paid == kept


# Closing once


def test_closing_again_is_the_same_answer_whoever_asks_and_the_same_bytes(desk: Closing, tmp_path: Path) -> None:
    visit("v1", month="2026-11")
    closed = desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    stood = files_in(tmp_path)
    visit("late", month="2026-11")
    table.VisitRow.get(table.visit_pk(TENANT, "v1"), "VISIT").update(actions=[table.VisitRow.amount.set(1)])
    renamed = replace(CONFIGURATION, venues={KINO: replace(VENUES[0], name="Nytt navn")})
    later = desk_in(tmp_path, renamed)
    assert later.close(TENANT, "2026-11", by=BO, now=JANUARY) == closed
    assert files_in(tmp_path) == stood
    fetched = later.file(TENANT, "2026-11", "lines.csv", by=BO, now=JANUARY)
    assert fetched.content == stood["lorenskog/settlements/2026-11/lines.csv"]
    assert fetched.sha256 == sha256(fetched.content or b"").hexdigest() == closed.files["lines.csv"]
    assert fetched.content_type == "text/csv; charset=utf-8"
    assert (closed.state, closed.closed_by, closed.closed_at) == (MonthState.CLOSED, ANNA, DECEMBER)


def test_many_closers_at_once_make_one_file_and_get_one_answer(tmp_path: Path) -> None:
    with table.VisitRow.batch_write() as batch:
        for number in range(60):
            batch.save(visit_row(f"v{number:03d}", month="2026-11"))
    start = threading.Barrier(4)
    answers: list[Settlement | Exception] = []

    def close(number: int) -> None:
        # Each sees another name for the venue, so that files of their own making would differ.
        renamed = replace(CONFIGURATION, venues={KINO: replace(VENUES[0], name=f"Kinoen {number}")})
        desk = desk_in(tmp_path, renamed)
        start.wait()
        try:
            answers.append(
                desk.close(TENANT, "2026-11", by=CallerId(f"entra/{number}"), now=DECEMBER.replace(minute=number))
            )
        except Exception as error:  # noqa: BLE001  the main thread looks at it
            answers.append(error)

    closers = [threading.Thread(target=close, args=(number,)) for number in range(4)]
    for closer in closers:
        closer.start()
    for closer in closers:
        closer.join()
    desk = desk_in(tmp_path)
    assert answers == [SettlementStore().load(TENANT, "2026-11")] * 4
    assert len({line["brukersted"] for line in lines(desk, "2026-11")}) == 1
    assert lines(desk, "2026-11")[0]["brukersted"] == summary(desk, "2026-11")[0]["brukersted"]


class Overtaken(FolderFiles):
    """A folder in which another closer finishes just before we write our first file."""

    def __init__(self, folder: Path, rival: Callable[[], object]) -> None:
        super().__init__(folder)
        self.rival: Callable[[], object] | None = rival

    def put_once(self, key: str, content: bytes) -> bool:
        rival, self.rival = self.rival, None
        if rival:
            rival()
        return super().put_once(key, content)


def test_a_closer_that_is_overtaken_gives_the_answer_of_the_one_that_was_first(tmp_path: Path) -> None:
    visit("v1", month="2026-11")
    rivals: list[Settlement] = []

    def rival() -> None:
        visit("v2", month="2026-11")
        rivals.append(desk_in(tmp_path).close(TENANT, "2026-11", by=BO, now=JANUARY))

    slow = Closing(SettlementStore(), Overtaken(tmp_path, rival), lambda _: CONFIGURATION, paper)
    assert [slow.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)] == rivals
    assert len(lines(slow, "2026-11")) == 2


def test_a_closer_that_is_overtaken_by_one_that_then_fails_builds_on_what_that_one_wrote(tmp_path: Path) -> None:
    visit("v1", month="2026-11")

    def rival() -> None:
        visit("v2", month="2026-11")
        failing = PowerCut(tmp_path, "parts/kino.jsonl.gz", after=True)
        with pytest.raises(OSError, match="kino"):
            Closing(SettlementStore(), failing, lambda _: CONFIGURATION, paper).close(
                TENANT, "2026-11", by=BO, now=JANUARY
            )

    slow = Closing(SettlementStore(), Overtaken(tmp_path, rival), lambda _: CONFIGURATION, paper)
    closed = slow.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert closed.totals is not None
    assert closed.totals.lines == len(lines(slow, "2026-11")) == 2


def test_a_closer_that_finds_another_has_begun_finishes_in_the_others_name(desk: Closing) -> None:
    visit("v1", month="2026-11")
    begun = threading.Event()

    def begin_first(**_: Any) -> None:
        if not begun.is_set():
            begun.set()
            SettlementStore().begin(Settlement(TENANT, "2026-11", MonthState.CLOSING, closed_by=CARL))

    table.connection().client.meta.events.register("before-call.dynamodb.TransactWriteItems", begin_first)
    closed = desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert (closed.state, closed.closed_by) == (MonthState.CLOSED, CARL)
    assert SettlementStore().load(TENANT, "2026-11") == closed


class PowerCut(FolderFiles):
    """A folder on a machine that stops before, or after, a file of this name is written."""

    def __init__(self, folder: Path, name: str, *, after: bool) -> None:
        super().__init__(folder)
        self.name, self.after = name, after

    def put_once(self, key: str, content: bytes) -> bool:
        self._cut(key, now=not self.after)
        wrote = super().put_once(key, content)
        self._cut(key, now=True)
        return wrote

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        with super().writing(key) as sink:
            yield sink
            self._cut(key, now=not self.after)
        self._cut(key, now=True)

    def _cut(self, key: str, *, now: bool) -> None:
        if now and key.endswith(self.name):
            raise OSError(self.name)


WRITTEN = [
    "book.json",
    "parts/kino.jsonl.gz",
    "parts/kino.json",
    "accounts.json",
    "lines.csv",
    "summary.csv",
    "workbook.xlsx",
    "statements.zip",
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_closing_that_stopped_halfway_is_healed_by_closing_again(tmp_path: Path, name: str, *, after: bool) -> None:
    visit("v1", month="2026-11")
    halted = Closing(SettlementStore(), PowerCut(tmp_path, name, after=after), lambda _: CONFIGURATION, paper)
    with pytest.raises(OSError, match=name):
        halted.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    begun = SettlementStore().load(TENANT, "2026-11")
    assert begun is not None
    assert begun.state is MonthState.CLOSING
    stood = files_in(tmp_path)
    with pytest.raises(UnknownError):
        halted.file(TENANT, "2026-11", "lines.csv", by=BO, now=JANUARY)
    # Meanwhile a row turns up late and the venue changes its name: what was written stays the truth.
    visit("v2", month="2026-11")
    healed = desk_in(tmp_path, replace(CONFIGURATION, venues={KINO: replace(VENUES[0], name="Nytt navn")}))
    closed = healed.close(TENANT, "2026-11", by=BO, now=JANUARY)
    assert (closed.state, closed.closed_by, closed.closed_at) == (MonthState.CLOSED, ANNA, DECEMBER)
    assert stood.items() <= files_in(tmp_path).items()
    written = len(lines(healed, "2026-11"))
    counted_already = "lorenskog/settlements/2026-11/parts/kino.jsonl.gz" in stood
    assert written == (1 if counted_already else 2)
    assert closed.totals is not None
    assert closed.totals.lines == written
    assert sum(ore(line["belop"]) for line in lines(healed, "2026-11")) == closed.totals.to_settle


# Stragglers


def test_a_visit_that_came_too_late_for_its_closed_month_settles_in_the_next_and_raises_an_alarm(desk: Closing) -> None:
    visit("v1", month="2026-11")
    assert desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER).alarms == ()
    visit("v2", month="2026-11")
    visit("v3", month="2026-12")
    closed = desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    assert [(line["besok_id"], line["type"]) for line in lines(desk, "2026-12")] == [("v2", "besok"), ("v3", "besok")]
    (alarm,) = closed.alarms
    assert (alarm.code, alarm.month, alarm.lines, alarm.visits) == ("straggler", "2026-11", 1, ("v2",))
    assert desk.close(TENANT, "2026-12", by=BO, now=JANUARY).alarms == closed.alarms
    # And never again.
    desk.close(TENANT, "2027-01", by=ANNA, now=FEBRUARY)
    assert lines(desk, "2027-01") == []


def test_a_straggler_that_is_taken_back_before_it_settles_costs_nothing(desk: Closing) -> None:
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    visit("v1", month="2026-11")
    void("v1", month="2026-12")
    closed = desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    assert sorted(line["belop"] for line in lines(desk, "2026-12")) == ["-50,00", "50,00"]
    assert closed.totals is not None
    assert closed.totals.to_settle == 0


def test_a_void_that_came_too_late_for_its_closed_month_is_corrected_in_the_next_once(desk: Closing) -> None:
    visit("v1", month="2026-11")
    visit("v2", month="2026-10")
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    void("v1", month="2026-11")  # of its own month
    void("v2", month="2026-11")  # of an earlier one
    closed = desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    assert [(line["korrigerer"], line["belop"]) for line in lines(desk, "2026-12")] == [
        ("v2", "-50,00"), ("v1", "-50,00"),
    ]  # fmt: skip
    assert [alarm.lines for alarm in closed.alarms] == [2]


def test_a_correction_that_stands_in_its_closed_month_is_not_made_again(desk: Closing) -> None:
    visit("v1", month="2026-10")
    void("v1", month="2026-11")
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert [line["type"] for line in lines(desk, "2026-11")] == ["korreksjon"]
    closed = desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    assert (lines(desk, "2026-12"), closed.alarms) == ([], ())


def test_nothing_is_late_for_a_month_that_is_still_open(desk: Closing) -> None:
    visit("v1", month="2026-11")
    assert desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY).alarms == ()
    assert lines(desk, "2026-12") == []
    desk.close(TENANT, "2026-11", by=ANNA, now=JANUARY)
    assert [line["besok_id"] for line in lines(desk, "2026-11")] == ["v1"]


# What may be closed


def test_a_month_closes_a_quarter_past_midnight_in_oslo(desk: Closing) -> None:
    with pytest.raises(RuleError) as caught:
        desk.close(TENANT, "2026-11", by=ANNA, now=datetime(2026, 11, 30, 23, 14, 59, tzinfo=UTC))
    assert caught.value.code == "month_not_over"
    assert desk.close(TENANT, "2026-11", by=ANNA, now=datetime(2026, 11, 30, 23, 15, tzinfo=UTC)).state == "closed"


def test_a_month_before_the_first_agreement_is_not_closed(desk: Closing, tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        desk.close(TENANT, "2026-02", by=ANNA, now=DECEMBER)
    assert caught.value.code == "before_first_agreement"
    assert desk.close(TENANT, "2026-03", by=ANNA, now=DECEMBER).state == "closed"
    with pytest.raises(RuleError):
        desk_in(tmp_path, replace(CONFIGURATION, agreements=())).close(TENANT, "2026-11", by=ANNA, now=DECEMBER)


def test_what_is_not_a_month_is_refused_at_every_door(desk: Closing) -> None:
    with pytest.raises(MalformedError):
        desk.close(TENANT, "2026-13", by=ANNA, now=DECEMBER)
    with pytest.raises(MalformedError):
        desk.approve(TENANT, "../2026", by=ANNA, now=DECEMBER)
    with pytest.raises(MalformedError):
        desk.file(TENANT, "2026-1", "lines.csv", by=BO, now=JANUARY)


# Approving


def test_the_one_who_closed_a_month_may_not_approve_it_and_another_may(desk: Closing) -> None:
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    with pytest.raises(ForbiddenError) as caught:
        desk.approve(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert caught.value.code == "same_person"
    approved = desk.approve(TENANT, "2026-11", by=BO, now=DECEMBER)
    assert (approved.state, approved.approved_by, approved.approved_at) == (MonthState.APPROVED, BO, DECEMBER)
    assert desk.approve(TENANT, "2026-11", by=BO, now=JANUARY) == approved
    assert desk.close(TENANT, "2026-11", by=ANNA, now=JANUARY) == approved
    with pytest.raises(ConflictError) as taken:
        desk.approve(TENANT, "2026-11", by=CARL, now=JANUARY)
    assert taken.value.code == "already_approved"
    assert desk.file(TENANT, "2026-11", "lines.csv", by=BO, now=JANUARY).sha256 == approved.files["lines.csv"]


def test_anyone_may_approve_what_the_timer_closed(desk: Closing) -> None:
    desk.close(TENANT, "2026-11", by=TIMER, now=DECEMBER)
    assert desk.approve(TENANT, "2026-11", by=ANNA, now=DECEMBER).approved_by == ANNA


def test_a_month_that_is_open_or_halfway_closed_cannot_be_approved(desk: Closing) -> None:
    with pytest.raises(ConflictError) as caught:
        desk.approve(TENANT, "2026-11", by=BO, now=DECEMBER)
    assert caught.value.code == "not_closed"
    SettlementStore().begin(Settlement(TENANT, "2026-11", MonthState.CLOSING, closed_by=ANNA))
    with pytest.raises(ConflictError):
        desk.approve(TENANT, "2026-11", by=BO, now=DECEMBER)


def test_of_two_approvers_at_once_one_is_written_and_the_other_told(desk: Closing) -> None:
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    rival = threading.Event()

    def approve_first(**_: Any) -> None:
        if not rival.is_set():
            rival.set()
            desk.approve(TENANT, "2026-11", by=CARL, now=DECEMBER)

    # Between our read and our write, another approves.
    table.connection().client.meta.events.register("before-call.dynamodb.TransactWriteItems", approve_first)
    with pytest.raises(ConflictError) as caught:
        desk.approve(TENANT, "2026-11", by=BO, now=DECEMBER)
    assert caught.value.code == "already_approved"
    stored = SettlementStore().load(TENANT, "2026-11")
    assert stored is not None
    assert stored.approved_by == CARL


# Files


@pytest.mark.parametrize("name", ["nothing.csv", "book.json", "../2026-10/lines.csv", ""])
def test_only_the_files_of_a_month_are_given_out(desk: Closing, name: str) -> None:
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    with pytest.raises(UnknownError) as caught:
        desk.file(TENANT, "2026-11", name, by=BO, now=JANUARY)
    assert caught.value.code == "no_such_file"


def test_an_open_month_and_a_foreign_one_have_no_files(desk: Closing) -> None:
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    with pytest.raises(UnknownError):
        desk.file(TENANT, "2026-12", "lines.csv", by=BO, now=JANUARY)
    with pytest.raises(UnknownError):
        desk.file(Tenant("raelingen"), "2026-11", "lines.csv", by=BO, now=JANUARY)


def test_a_file_that_was_changed_or_lost_in_storage_is_not_given_out(desk: Closing, tmp_path: Path) -> None:
    desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    place = tmp_path / "lorenskog" / "settlements" / "2026-11" / "lines.csv"
    place.write_bytes(place.read_bytes() + b"more")
    with pytest.raises(OpplevError) as altered:
        desk.file(TENANT, "2026-11", "lines.csv", by=BO, now=JANUARY)
    place.unlink()
    with pytest.raises(OpplevError) as missing:
        desk.file(TENANT, "2026-11", "lines.csv", by=BO, now=JANUARY)
    assert [(caught.value.kind, caught.value.code) for caught in (altered, missing)] == [
        ("internal", "file_altered"), ("internal", "file_missing"),
    ]  # fmt: skip


# The list and the timer


def test_the_months_stand_newest_first_with_the_open_ones_among_them(desk: Closing) -> None:
    october = desk.close(TENANT, "2026-10", by=ANNA, now=DECEMBER)
    months = desk.months(TENANT, now=DECEMBER)
    assert [(settlement.month, settlement.state.value) for settlement in months[:4]] == [
        ("2026-12", "open"), ("2026-11", "open"), ("2026-10", "closed"), ("2026-09", "open"),
    ]  # fmt: skip
    assert months[2] == october
    assert months[-1].month == "2026-03"


def test_the_first_open_day_is_the_one_after_the_latest_closed_month(desk: Closing) -> None:
    assert desk.first_open_day(TENANT) is None
    desk.close(TENANT, "2026-11", by=ANNA, now=JANUARY)
    desk.close(TENANT, "2026-10", by=ANNA, now=JANUARY)
    assert desk.first_open_day(TENANT) == date(2026, 12, 1)
    desk.close(TENANT, "2026-12", by=ANNA, now=JANUARY)
    assert desk.first_open_day(TENANT) == date(2027, 1, 1)


def test_the_timer_closes_last_month_for_every_tenant_and_one_ones_fault_stops_no_other(tmp_path: Path) -> None:
    def configuration(tenant: Tenant) -> Configuration:
        if tenant == "broken":
            raise LookupError(tenant)
        municipality = replace(CONFIGURATION.municipality, id=tenant)
        agreements = () if tenant == "new" else CONFIGURATION.agreements
        return replace(CONFIGURATION, municipality=municipality, agreements=agreements)

    desk = Closing(SettlementStore(), FolderFiles(tmp_path), configuration, paper)
    quarter_past = datetime(2026, 12, 31, 23, 15, tzinfo=UTC)
    tenants = [Tenant(name) for name in ("broken", "lorenskog", "new", "raelingen")]
    broken, *closed = desk.close_all_due(tenants, now=quarter_past)
    assert isinstance(broken[1], LookupError)
    assert [(tenant, outcome.month, outcome.closed_by) for tenant, outcome in closed
            if isinstance(outcome, Settlement)] == [
        ("lorenskog", "2026-12", "timer"), ("raelingen", "2026-12", "timer"),
    ]  # fmt: skip
    assert desk.close_all_due(tenants[1:2], now=JANUARY) == closed[:1]


def test_a_timer_at_five_past_midnight_fails_nothing_and_closes_at_its_next_turn(desk: Closing) -> None:
    five_past = datetime(2026, 12, 31, 23, 5, tzinfo=UTC)
    assert desk.close_all_due([TENANT], now=five_past) == []
    assert desk.first_open_day(TENANT) is None
    ((_, outcome),) = desk.close_all_due([TENANT], now=five_past + timedelta(minutes=15))
    assert isinstance(outcome, Settlement)
    assert outcome.month == "2026-12"


# Size


def test_a_month_of_two_thousand_visits_is_read_in_pages_and_written_in_order(tmp_path: Path) -> None:
    with table.VisitRow.batch_write() as batch:
        for number in range(2000):
            day = f"2026-11-{number % 28 + 1:02d}"
            batch.save(visit_row(f"v{number:04d}", month="2026-11", day=day, venue=("kino", "bad")[number % 2]))
    desk = desk_in(tmp_path, page=250)
    pages: list[str] = []
    table.connection().client.meta.events.register("before-call.dynamodb.Query", lambda **_: pages.append("page"))
    closed = desk.close(TENANT, "2026-11", by=ANNA, now=DECEMBER)
    assert len(pages) >= 2 * 1000 // 250
    assert closed.totals is not None
    assert (closed.totals.lines, closed.totals.to_settle) == (2000, 2000 * 5_000)
    found = [(line["brukersted"], line["dato"], line["besok_id"]) for line in lines(desk, "2026-11")]
    assert found == sorted(found)
    assert len(set(found)) == 2000
