"""Random years at four venues: every visit is paid exactly once or is in an open month; what is closed stays so.

The clock jumps to the ends of months and years and into both nights of a clock change, phones send late, terms and
payees change, months are closed in any order, by hand and by timer, in one go and in pieces. Which file a line must
stand in is written down once more here, in the plainest way, when its row is written.
"""

import csv
import os
import random
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.files import FolderFiles
from chalicelib.settlement import paper
from chalicelib.settlement.actions import Auditor, Casework, Closing
from chalicelib.settlement.rules import Draft, MonthState, Settlement
from chalicelib.settlement.store import CaseStore, SettlementStore
from chalicelib.shared.answers import ConflictError, ForbiddenError, RuleError, TryAgainError
from chalicelib.shared.calendar import OSLO, Period, end_of_month, next_month, oslo_date, oslo_month
from chalicelib.shared.ids import CallerId, CardNumber, OfferId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Municipality, Offer, SettleBy, Venue, VenueKind
from chalicelib.visits.actions import Asked
from tests.visits.till import CARD_YEAR, KOMMUNE, OFFICE, PROGRAMME, TENANT, Till, clear, device, give_card, token

HISTORIES = int(os.environ.get("OPPLEV_HISTORIES", "16"))
STEPS = int(os.environ.get("OPPLEV_STEPS", "30"))
SEED = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))
FIRST, LAST, LAST_YEAR = date(2026, 1, 1), date(2031, 12, 31), 2029
OFFLINE_DAYS, SUNDAY = 14, 7
ANNA, BO = CallerId("entra/1"), CallerId("entra/2")
ENTRANCE, ACCOUNT = OfferId("inn"), "12345678903"
WAYS = {"bad": "internal", "dans": "voucher", "kino": "invoice", "klubb": "none"}
VENUES = [VenueId(name) for name in WAYS]
CODES = {
    "file": "gl07", "interface": "OK", "voucher_type": "HL", "client": "LK", "responsible": "K", "account": "13700",
}  # fmt: skip
A_SECOND, A_QUARTER = timedelta(seconds=1), timedelta(minutes=15)
SOME = st.lists(
    st.tuples(st.sampled_from(VENUES), st.integers(0, 2), st.sampled_from([1, 1, 2])), min_size=1, max_size=6
)
Key = tuple[str, str]  # venue and way of payment


@dataclass(frozen=True)
class Version:
    """The terms of a venue from a day on, in the model."""

    starts: date
    holder: int
    companion: int
    copay: int
    percent: int
    funding: str | None

    def owed(self, persons: int) -> int:
        whole = (self.holder + (persons - 1) * self.companion - persons * self.copay) * self.percent
        return (2 * whole + 100) // 200


@dataclass
class Paid:
    """A visit in the model: `lines` are the months in whose file it stands, with the sign."""

    venue: str
    way: str
    received: str
    amount: int
    kind: str
    funding: str | None
    lines: list[tuple[str, int]]
    void: str | None = None


class Years(RuleBasedStateMachine):
    """Four venues, three cards, two at the finance office, and years that pass.

    What the product is made of is named here, so that `test_machine_catches.py` may put something faulty in its place.
    """

    Window: Any = staticmethod(lambda window: window)
    Store: type[SettlementStore] = SettlementStore
    Desk: type[Closing] = Closing
    Cases: type[Casework] = Casework
    Terms: type[Agreement] = Agreement
    Forms: Any = paper

    @initialize()
    def open_the_doors(self) -> None:
        clear()
        self.folder = TemporaryDirectory()
        self.till = Till()
        self.cards: list[CardNumber] = [
            give_card(valid_until=LAST.isoformat(), funding=funding) for funding in (None, "bufdir", None)
        ]
        self.ways, self.accounts = dict(WAYS), dict.fromkeys(WAYS, True)
        self.versions = {venue: [Version(FIRST, 95_51, 60_00, 0, 50, None)] for venue in WAYS}
        self.queue: list[tuple[VenueId, Asked, int]] = []
        self.paid: dict[str, Paid] = {}
        self.proposed: list[VisitId] = []
        self.had_accounts: dict[str, dict[str, bool]] = {}  # as the book of a month froze them
        self.kept: dict[str, dict[str, bytes]] = {}  # the files of each closed month
        self.closed: dict[str, Settlement] = {}
        self.waiting: dict[Key, int] = {}
        self.settled: Counter[Key] = Counter()
        self._configure()
        files = FolderFiles(Path(self.folder.name))
        self.closing = self.Desk(self.Store(page=5), files, lambda _: self.till.terms, self.Forms, workers=1)
        self.casework = self.Cases(CaseStore(), self.closing, lambda _: self.till.terms)

    @property
    def window(self) -> Any:
        return self.Window(self.till.window)

    # What happens at the venues.

    @rule(some=SOME, late=st.booleans())
    def visits(self, some: list[tuple[VenueId, int, int]], late: Any) -> None:
        self._visits(some, self._received(late=late))

    @rule(some=SOME, edge=st.sampled_from(["month", "year", "night"]))
    def visits_on_both_sides_of_midnight(self, some: list[tuple[VenueId, int, int]], edge: str) -> None:
        for _ in range(2):
            self._jump(edge)
            self._visits(some, self.till.moment)

    def _visits(self, some: list[tuple[VenueId, int, int]], now: datetime) -> None:
        for venue, card, persons in some:
            asked = self.till.ask(token(self.cards[card]), offer=ENTRANCE, persons=persons, at=now)
            done = self.window.register(device(venue), asked, now=now)
            assert (done.visit is None) == (done.verdict.because == "allowance_used_up")
            if done.visit is not None:
                self._admitted(venue, asked, card, now, done.visit.flags)

    @rule(some=SOME, more=st.booleans())
    def visits_where_there_is_no_network(self, some: list[tuple[VenueId, int, int]], more: Any) -> None:
        for venue, card, persons in some:
            asked = self.till.ask(
                token(self.cards[card]), offer=ENTRANCE, persons=persons + more, at=self.till.moment, offline=True
            )
            self.queue.append((venue, asked, card))

    @precondition(lambda self: self.queue)
    @rule(late=st.booleans(), forgets=st.booleans())
    def empty_the_queues(self, late: Any, forgets: Any) -> None:
        now = self._received(late=late)
        for venue, asked, card in self.queue:
            (outcome,) = self.window.register_batch(device(venue), [asked], now=now)
            if outcome.visit is not None and asked.id not in self.paid:
                self._admitted(venue, asked, card, now, outcome.visit.flags)
            elif asked.id in self.paid:
                assert outcome.outcome.value == ("refused" if self.paid[asked.id].void else "replayed")
        if forgets:
            self.queue.clear()

    @precondition(lambda self: self.queue)
    @rule(which=st.integers(0, 99))
    def take_back_at_the_till_what_may_not_have_arrived(self, which: int) -> None:
        venue, asked, _ = self.queue[which % len(self.queue)]
        if asked.id in self.paid:
            self._void_at_the_till(asked.id, self.till.moment)
        else:
            self.window.void(device(venue), asked.id, void_id="v", reason="mistake", now=self.till.moment)

    @precondition(lambda self: self.paid)
    @rule(which=st.integers(0, 99), late=st.booleans())
    def take_back_at_the_till(self, which: int, late: Any) -> None:
        self._void_at_the_till(self._one(which), self._received(late=late))

    @precondition(lambda self: self.paid)
    @rule(which=st.integers(0, 99), late=st.booleans())
    def take_back_at_the_office(self, which: int, late: Any) -> None:
        visit, now = self._one(which), self._received(late=late)
        if visit in self._adjustments():
            return
        self.window.office_void(OFFICE, VisitId(visit), void_id="v", reason="mistake", now=now)
        self._voided(visit, now)

    # What happens at the town hall.

    @rule(
        venue=st.sampled_from(VENUES),
        holder=st.sampled_from([95_51, 0, 120_00]),
        copay=st.sampled_from([0, 10_05]),
        percent=st.sampled_from([50, 0, 100, 33]),
        funding=st.sampled_from([None, "bufdir"]),
        ahead=st.sampled_from([-3, 0, 1, 12]),
    )
    def agree_anew(self, venue: str, ahead: int, **terms: Any) -> None:
        starts = oslo_date(self.till.moment) + timedelta(days=ahead)
        made = Version(starts, terms["holder"], 60_00, min(terms["copay"], terms["holder"]), terms["percent"],
                       terms["funding"])  # fmt: skip
        self.versions[venue] = [*(each for each in self.versions[venue] if each.starts < starts), made]
        self._configure()

    @rule(some=SOME, percent=st.sampled_from([0, 100, 33]))
    def agree_anew_before_the_queues_are_empty(self, some: list[tuple[VenueId, int, int]], percent: int) -> None:
        self.visits_where_there_is_no_network(some=some, more=False)
        self._jump("day")
        self.agree_anew(venue=some[0][0], holder=120_00, copay=0, percent=percent, funding=None, ahead=0)
        self.empty_the_queues(late=False, forgets=True)

    @rule(venue=st.sampled_from(VENUES), way=st.sampled_from(sorted(WAYS.values())), account=st.booleans())
    def pay_in_another_way(self, venue: str, way: str, account: Any) -> None:
        self.ways[venue], self.accounts[venue] = way, account
        self._configure()

    @rule(venue=st.sampled_from(VENUES), amount=st.sampled_from([-200_00, -50_00, 31_50]))
    def propose_an_adjustment(self, venue: VenueId, amount: int) -> None:
        named, today = VisitId(str(uuid.uuid4())), oslo_date(self.till.moment)
        draft = Draft(named, venue, ENTRANCE, CARD_YEAR, today, 1, "Glemt", Ore(amount))
        self.casework.propose(TENANT, draft, by=ANNA, now=self.till.moment)
        way, funding = self.ways[venue], self._version(venue, today).funding
        owed = 0 if way == "none" else amount
        self.paid[named] = Paid(venue, way, "", owed, "justering", funding, [])
        self.proposed.append(named)

    @precondition(lambda self: self.proposed)
    @rule(accepted=st.sampled_from([True, True, False]), late=st.booleans())
    def decide_on_an_adjustment(self, *, accepted: bool, late: Any) -> None:
        named, now = self.proposed.pop(), self._received(late=late)
        for _ in range(2):
            self.casework.decide(TENANT, named, accepted=accepted, by=BO, now=now)
        if accepted:
            self.paid[named].lines = [(self._in_time(self.paid[named].venue, oslo_month(now)), 1)]

    # What happens at the finance office.

    @rule(which=st.integers(0, 99), by=st.sampled_from([ANNA, BO]), venues=st.sampled_from([99, 99, 0, 1, 3, 4]))
    def close_by_hand(self, which: int, by: CallerId, venues: int) -> None:
        month, over = f"{oslo_date(self.till.moment):%Y-%m}", self._months_over()
        with pytest.raises(RuleError):
            self.closing.close(TENANT, month, by=by, now=self.till.moment)
        if over:
            self._close(over[which % len(over)], by, venues)

    @rule()
    def the_timer_goes(self) -> None:
        self._freeze([oslo_month(self._first_of_month() - A_SECOND)])
        for _, closed in self.closing.close_all_due([TENANT], now=self.till.moment):
            assert isinstance(closed, Settlement)

    @rule(venues=st.sampled_from([99, 0, 1, 3]))
    def carry_on(self, venues: int) -> None:
        left = iter([True] * venues)
        for _, closed in self.closing.carry_on([TENANT], now=self.till.moment, time_for=lambda _: next(left, False)):
            assert isinstance(closed, Settlement)

    @precondition(lambda self: self.closed)
    @rule(which=st.integers(0, 99), by=st.sampled_from([ANNA, BO]), export=st.booleans())
    def approve(self, which: int, by: CallerId, export: Any) -> None:
        month = sorted(self.closed)[which % len(self.closed)]
        try:
            self.closing.approve(TENANT, month, by=by, now=self.till.moment)
        except ForbiddenError:
            assert self.closed[month].closed_by == by
        except ConflictError as error:
            assert error.code == "already_approved"  # noqa: PT017  both ends are weighed
        else:
            if export:
                self.closing.file(TENANT, month, "gl07.txt", by=by, now=self.till.moment)
                self.closing.paid(TENANT, month, by=by, now=self.till.moment)

    # What happens to the clock.

    @rule(jump=st.sampled_from(["hour", "day", "days", "fortnight", "month", "month", "month", "year", "night"]))
    def time_passes(self, jump: str) -> None:
        self._jump(jump)

    def _jump(self, jump: str) -> None:
        moment = self.till.moment
        year = oslo_date(moment).year
        jumps: dict[str, list[datetime]] = {
            "hour": [moment + timedelta(hours=1)],
            "day": [moment + timedelta(days=1)],
            "days": [moment + timedelta(days=5)],
            "fortnight": [moment + timedelta(days=15)],
            "month": [end_of_month(oslo_month(moment)) + past for past in (-A_SECOND, A_QUARTER)],
            "year": [end_of_month(f"{year}-12") + past for past in (-A_SECOND, A_QUARTER)],
            "night": [*_nights(year), *_nights(year + 1)],
        }
        later = next(each for each in jumps[jump] if each > moment)
        if later.year <= LAST_YEAR:
            self.till.moment = later
            note(f"it is {later:%Y-%m-%d %H:%M:%S}Z")

    # What must hold.

    @invariant()
    def what_is_closed_stays_as_it_is(self) -> None:
        if not hasattr(self, "folder"):
            return
        stored = self.closing.store.all(TENANT)
        for settlement in sorted(stored, key=lambda each: each.number):
            if settlement.state is MonthState.CLOSING:
                continue
            month, stand = settlement.month, self._bytes_of(settlement.month)
            if month not in self.closed:
                self.closed[month], self.kept[month] = settlement, stand
                self._weigh(settlement)
            first = self.closed[month]
            assert {name: stand.get(name) for name in self.kept[month]} == self.kept[month]
            assert (settlement.sha256, settlement.totals, settlement.ways) == (first.sha256, first.totals, first.ways)
            self.kept[month] = stand

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            with self.folder:
                self.in_the_end_all_is_paid()

    def in_the_end_all_is_paid(self) -> None:
        self.what_is_closed_stays_as_it_is()
        due = {month for visit in self.paid.values() for month, _ in visit.lines}
        self.till.moment = max([self.till.moment, *(end_of_month(month) + timedelta(hours=1) for month in due)])
        for month in sorted({*due, *self._begun()} - set(self.closed)):
            self._close(month, ANNA, 99)
        self.what_is_closed_stays_as_it_is()
        found: dict[str, list[int]] = {}
        for month in self.closed:
            for line in self._lines(month):
                found.setdefault(line["besok_id"], []).append(_ore(line["belop"]))
            assert Auditor(self.closing).verify(TENANT, month, now=self.till.moment).holds
        for named, visit in self.paid.items():
            if visit.void is None and named not in self.proposed and visit.lines:
                assert found.get(named) == [visit.amount]
            else:
                assert sum(found.get(named, [])) == 0
        assert set(found) <= set(self.paid)
        assert sum(map(sum, found.values())) == self.settled.total() + sum(self.waiting.values())

    def _weigh(self, settlement: Settlement) -> None:
        """Hold a month that was just closed against what the model says of its lines and of its money."""
        month, lines = settlement.month, self._lines(settlement.month)
        wanted = Counter(
            (named, "korreksjon" if sign < 0 else each.kind, sign * each.amount, each.way, each.funding or "")
            for named, each in self.paid.items()
            for due, sign in each.lines
            if due == month
        )
        shown = Counter(
            (line["besok_id"], line["type"], _ore(line["belop"]), line["oppgjorsmate"], line["finansiering"])
            for line in lines
        )
        note(f"{month} closed with {len(lines)} lines")
        assert shown == wanted
        sums: Counter[Key] = Counter()
        for line in lines:
            sums[line["brukersted"].lower(), line["oppgjorsmate"]] += _ore(line["belop"])
        assert settlement.totals is not None
        assert sum(settlement.ways.values()) == settlement.totals.to_settle == sum(sums.values())
        waiting: dict[Key, int] = {}
        for key in {*sums, *self.waiting}:
            due = self.waiting.get(key, 0) + sums[key]
            is_held = key[1] == "voucher" and due > 0 and not self.had_accounts[month][key[0]]
            if key[1] != "none" and (due < 0 or is_held):
                waiting[key] = due
            else:
                self.settled[key] += due
        assert {(each.venue, each.settle_by.value): each.amount for each in settlement.waiting} == waiting
        _, accounts = self.closing.accounts(TENANT, month)
        assert {(each.venue, each.settle_by.value): each.opening for each in accounts if each.opening} == self.waiting
        self.waiting = waiting

    def _admitted(self, venue: str, asked: Asked, card: int, now: datetime, flags: tuple[str, ...]) -> None:
        """Write down which file a visit must stand in."""
        right = now - timedelta(days=OFFLINE_DAYS) <= asked.at <= now + timedelta(minutes=2)
        version = self._version(venue, oslo_date(min(asked.at, now) if right else now))
        amount = 0 if self.ways[venue] == "none" else version.owed(asked.persons)
        funding = "bufdir" if card == 1 else version.funding
        kind = "over_kvote" if "over" in flags else "besok"
        month = oslo_month(now)
        self.paid[asked.id] = Paid(
            venue, self.ways[venue], month, amount, kind, funding, [(self._in_time(venue, month), 1)]
        )

    def _voided(self, named: str, now: datetime) -> None:
        """Write down which file takes a visit back; one that comes before the file does is in neither."""
        visit = self.paid[named]
        if visit.void is not None:
            return
        visit.void = max(oslo_month(now), visit.received)
        if visit.void > visit.received or self._is_counted(visit.venue, visit.lines[0][0]):
            visit.lines.append((self._in_time(visit.venue, visit.void), -1))
        else:
            visit.lines.clear()

    def _void_at_the_till(self, named: str, now: datetime) -> None:
        if named in self._adjustments():
            return
        visit = self.paid[named]
        is_settled = visit.received != oslo_month(now) and visit.received in self._begun()
        try:
            self.window.void(device(VenueId(visit.venue)), VisitId(named), void_id="v", reason="x", now=now)
        except ConflictError as error:
            assert error.code == "month_closed"  # noqa: PT017  both ends are weighed
            assert is_settled
            assert visit.void is None
        else:
            assert visit.void is not None or not is_settled
            self._voided(named, now)

    def _close(self, month: str, by: CallerId, venues: int) -> None:
        left = iter([True] * venues)
        self._freeze([month])
        try:
            self.closing.close(TENANT, month, by=by, now=self.till.moment, time_for=lambda _: next(left, False))
        except TryAgainError as error:
            assert error.code == "another_month_closing"  # noqa: PT017  both ends are weighed
            del self.had_accounts[month]

    def _freeze(self, months: list[str]) -> None:
        for month in months:
            if month not in self._begun():
                self.had_accounts[month] = dict(self.accounts)

    def _begun(self) -> dict[str, MonthState]:
        return {each.month: each.state for each in self.closing.store.all(TENANT)}

    def _months_over(self) -> list[str]:
        """Name the months that may be closed and have not been: those with lines, those after, and the last one."""
        last = oslo_month(self._first_of_month() - A_SECOND)
        due = {month for each in self.paid.values() for month, _ in each.lines}
        found = {*due, *map(next_month, due), *self._begun(), last}
        return sorted(
            month for month in found - set(self.closed) if end_of_month(month) + A_QUARTER <= self.till.moment
        )  # fmt: skip

    def _first_of_month(self) -> datetime:
        return end_of_month(oslo_month(self.till.moment - timedelta(days=oslo_date(self.till.moment).day)))

    def _received(self, *, late: bool) -> datetime:
        """Give the time now, or the last second of a month just closed: it was received there and is written here."""
        now = self.till.moment
        ended = self._first_of_month() - A_SECOND
        return ended if late and oslo_month(ended) in self._begun() else now

    def _in_time(self, venue: str, month: str) -> str:
        return next_month(month) if self._is_counted(venue, month) else month

    def _is_counted(self, venue: str, month: str) -> bool:
        return (self._place(month) / "parts" / f"{venue}.jsonl.gz").exists()

    def _place(self, month: str) -> Path:
        return Path(self.folder.name) / TENANT / "settlements" / month

    def _bytes_of(self, month: str) -> dict[str, bytes]:
        place = self._place(month)
        return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}

    def _lines(self, month: str) -> list[dict[str, str]]:
        return list(csv.DictReader(StringIO(self.kept[month]["lines.csv"].decode("utf-8-sig")), delimiter=";"))

    def _one(self, which: int) -> str:
        return sorted(self.paid)[which % len(self.paid)]

    def _adjustments(self) -> set[str]:
        return {named for named, each in self.paid.items() if each.kind == "justering"}

    def _version(self, venue: str, day: date) -> Version:
        return [each for each in self.versions[venue] if each.starts <= day][-1]

    def _configure(self) -> None:
        programme = replace(PROGRAMME, valid_until=LAST, offline_days=OFFLINE_DAYS, once_per_day=False)
        self.till.terms = Configuration(
            Municipality(TENANT, KOMMUNE, "By", erp=CODES),
            {CARD_YEAR: programme},
            {
                venue: Venue(
                    venue, venue.title(), VenueKind.PRIVATE, SettleBy(self.ways[venue]),
                    account=ACCOUNT if self.accounts[venue] else None,
                    erp={"supplier": "50001", "internal_account": "16200"},
                )
                for venue in VENUES
            },
            {(venue, ENTRANCE): Offer(venue, ENTRANCE, {"nb": "Inngang"}) for venue in VENUES},
            tuple(self._agreements()),
        )  # fmt: skip

    def _agreements(self) -> Any:
        for venue in VENUES:
            versions = self.versions[venue]
            ends = [*(each.starts - timedelta(days=1) for each in versions[1:]), LAST]
            for each, until in zip(versions, ends, strict=True):
                yield self.Terms(
                    CARD_YEAR, venue, ENTRANCE, each.starts, until, 3 if venue == "bad" else None, venue, Period.MONTH,
                    price_holder=Ore(each.holder), price_companion=Ore(60_00), copay_holder=Ore(each.copay),
                    copay_companion=Ore(each.copay), reimburse=each.percent, funding_source=each.funding,
                )  # fmt: skip


def _nights(year: int) -> list[datetime]:
    """Give moments in the two nights of a clock change: before it, and in the hour that comes twice, both times."""
    march, october = (
        max(day for day in (date(year, month, number) for number in range(25, 32)) if day.isoweekday() == SUNDAY)
        for month in (3, 10)
    )
    nights = [(march, 0, 0), (march, 3, 0), (october, 0, 0), (october, 2, 0), (october, 2, 1)]
    return [
        datetime(day.year, day.month, day.day, hour, 30, tzinfo=OSLO, fold=fold).astimezone(UTC)
        for day, hour, fold in nights
    ]  # fmt: skip


def _ore(told: str) -> int:
    return int(told.replace(",", ""))


@pytest.mark.usefixtures("fresh_table")
def test_every_visit_is_paid_exactly_once_or_is_in_an_open_month_and_a_closed_month_never_changes() -> None:
    print(f"OPPLEV_SEED={SEED}")  # noqa: T201  pytest shows it when the test fails
    # No shrinking: to make a failing history shorter takes minutes, and its notes tell it well.
    run_state_machine_as_test(
        seed(SEED)(Years),
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
