"""The book of changes on the table: sealed by the hour, verified, and whatever is meddled with is named."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pynamodb.transactions import TransactWrite

from chalicelib import table
from chalicelib.audit.actions import AuditBook, Verified
from chalicelib.audit.rules import Fault, due, place_after
from chalicelib.audit.store import AuditStore
from chalicelib.notary import Notary
from chalicelib.shared.acting import Actor, Change, Hidden, acting
from chalicelib.shared.ids import CallerId, Tenant

TENANT = Tenant("prove")
OTHER = Tenant("nabo")
KEY = b"k" * 32
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


class Town:
    """A municipality whose clock the test turns."""

    def __init__(self) -> None:
        self.now = START
        self.notary = Notary(lambda: self.now, lambda _: KEY)
        store = AuditStore(page=7)
        self.desk = AuditBook(store, key=lambda _: (1, KEY), key_of=lambda _, each: KEY if each == 1 else None)

    def found(self, tenant: Tenant = TENANT) -> None:
        with TransactWrite(connection=table.connection()) as write:
            self.notary.open_book(write, tenant)
            self.notary.note(write, tenant, "municipality.made", Change("municipality", (tenant,)))

    def change(self, name: str = "kino", tenant: Tenant = TENANT) -> None:
        with TransactWrite(connection=table.connection()) as write:
            self.notary.note(write, tenant, "venue.changed", Change("venue", (name,), {"name": "før"}, {"name": name}))

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def seal(self) -> int:
        return self.desk.seal_due(TENANT, now=self.now)

    def verify(self, **how: Any) -> Verified:
        return self.desk.verify_all(TENANT, now=self.now, **how)

    def fault(self) -> tuple[Fault, str | None]:
        finding = self.verify().finding
        assert finding is not None
        return finding.fault, finding.entry


@pytest.fixture
def town(fresh_table: str) -> Town:
    assert fresh_table
    made = Town()
    made.found()
    return made


def entries(tenant: Tenant = TENANT) -> list[table.AuditRow]:
    rows = table.AuditRow.scan(consistent_read=True)
    return sorted((row for row in rows if row.pk.startswith(f"T#{tenant}#")), key=lambda row: row.sk)


def seals() -> list[table.SealRow]:
    return list(table.SealRow.query(table.seals_pk(TENANT), consistent_read=True))


@pytest.fixture
def three_hours(town: Town) -> Town:
    """Give a town with three entries in each of three hours, sealed, and one entry that waits."""
    for _ in range(3):
        for name in ("kino", "bad", "klubb"):
            town.change(name)
            town.later(minutes=5)
        town.later(minutes=45)
    town.later(hours=1)
    assert town.seal() == 3
    town.change("venter")
    assert town.verify().finding is None
    return town


def test_an_hour_is_sealed_a_quarter_of_an_hour_after_its_end_and_once(town: Town) -> None:
    town.now = datetime(2026, 3, 2, 9, 14, 59, tzinfo=UTC)
    assert town.seal() == 0
    town.now = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert town.seal() == 1
    assert town.seal() == 0
    (only,) = seals()
    assert (only.sk, only.until) == ("2026-03-02T08Z", "2026-03-02T09:00:00Z")


def test_hours_that_were_missed_are_sealed_by_the_next_run_and_a_quiet_day_too(town: Town) -> None:
    town.later(hours=1)
    town.change()
    town.later(days=3)
    town.change()
    town.later(hours=2)
    assert town.seal() == 3
    town.later(hours=20)
    assert town.seal() == 0  # nothing happened, and that is not worth a row yet
    town.later(hours=5)
    assert town.seal() == 1
    found = town.verify()
    assert (found.finding, found.entries, found.seals, found.waiting) == (None, 3, 4, 0)


def test_every_entry_that_is_not_sealed_yet_is_counted_and_dated(three_hours: Town) -> None:
    found = three_hours.verify()
    assert (found.entries, found.waiting, found.waiting_since) == (10, 1, three_hours.now)


def test_a_verification_in_parts_comes_to_the_same(three_hours: Town) -> None:
    steps = [three_hours.desk.verify(TENANT, now=three_hours.now, most=(1, 1))]
    while steps[-1].after is not None:
        steps.append(three_hours.desk.verify(TENANT, past=steps[-1].after, now=three_hours.now, most=(1, 1)))
    assert [step.seals for step in steps] == [1, 1, 1, 0]
    assert sum(step.entries for step in steps) == 10
    assert steps[-1].waiting == 1


def changed_document(_: Town) -> str:
    row = entries()[4]
    row.document = row.document.replace("operator", "somebody")
    row.save()
    return str(row.sk)


def changed_deed(_: Town) -> str:
    row = entries()[2]
    row.what = "venue.made"
    row.save()
    return str(row.sk)


def removed(_: Town) -> str:
    row = entries()[5]
    row.delete()
    return str(row.sk)


def removed_last(_: Town) -> str:
    row = entries()[9]
    row.delete()
    return str(row.sk)


def inserted(town: Town) -> str:
    """Somebody writes what looks like an entry of an hour long past; so does a write that lands far too late."""
    before = {row.sk for row in entries()}
    now, town.now = town.now, START + timedelta(hours=1, minutes=7)
    town.change("smuglet")
    town.now = now
    (made,) = {row.sk for row in entries()} - before
    return str(made)


def inserted_by_hand(_: Town) -> str:
    row = entries()[6]
    row.sk += "!"
    row.save()
    return str(row.sk)


@pytest.mark.parametrize(
    ("meddle", "fault"),
    [
        (changed_document, Fault.CHANGED),
        (changed_deed, Fault.CHANGED),
        (removed, Fault.REMOVED),
        (removed_last, Fault.REMOVED),
        (inserted, Fault.INSERTED),
        (inserted_by_hand, Fault.INSERTED),
    ],
)
def test_one_entry_that_was_meddled_with_is_found_and_named(
    three_hours: Town, meddle: Callable[[Town], str], fault: Fault
) -> None:
    entry = meddle(three_hours)
    assert three_hours.fault() == (fault, entry)


def test_of_several_the_first_is_named(three_hours: Town) -> None:
    for at in (8, 3):
        row = entries()[at]
        row.document += " "
        row.save()
    assert three_hours.fault() == (Fault.CHANGED, entries()[3].sk)


def test_no_later_seal_covers_an_entry_that_lands_late_in_a_sealed_hour(three_hours: Town) -> None:
    late = inserted(three_hours)
    three_hours.later(hours=2)
    assert three_hours.seal() == 1
    assert three_hours.fault() == (Fault.INSERTED, late)


def test_a_seal_that_was_changed_or_removed_is_named(three_hours: Town) -> None:
    row = seals()[1]
    kept = row.digest
    row.digest = "0" * 64
    row.save()
    assert three_hours.fault() == (Fault.SEAL_CHANGED, None)
    row.delete()
    assert three_hours.fault() == (Fault.SEAL_REMOVED, None)
    row.digest = kept
    row.save()
    assert three_hours.verify().finding is None


def test_whoever_can_write_the_table_but_has_no_key_cannot_make_a_seal(three_hours: Town) -> None:
    changed = entries()[9]
    changed.document = changed.document.replace("klubb", "teater")
    changed.save()
    last = seals()[-1]
    last.delete()
    intruder = AuditBook(AuditStore(), key=lambda _: (1, b"guessed"), key_of=lambda *_: b"guessed")
    assert intruder.seal_due(TENANT, now=three_hours.now - timedelta(minutes=30)) == 1
    finding = three_hours.verify().finding
    assert finding is not None
    assert (finding.fault, finding.seal) == (Fault.SEAL_CHANGED, last.sk)


def test_a_chain_made_anew_by_somebody_with_the_key_is_found_by_the_seal_that_was_kept(three_hours: Town) -> None:
    kept = (str(seals()[1].sk), str(seals()[1].digest))
    assert three_hours.verify(kept=kept).finding is None
    entries()[1].delete()
    for row in seals():
        row.delete()
    three_hours.seal()
    assert three_hours.verify().finding is None  # it fits in itself
    finding = three_hours.verify(kept=kept).finding
    assert finding is not None
    assert finding.fault is Fault.OTHER_CHAIN


def test_a_key_that_has_been_taken_out_leaves_the_chain_to_check(three_hours: Town) -> None:
    desk = AuditBook(AuditStore(), key=lambda _: (2, b"new"), key_of=lambda _, each: b"new" if each == 2 else None)
    assert desk.verify_all(TENANT, now=three_hours.now).unkeyed == 3
    entries()[1].delete()
    assert desk.verify_all(TENANT, now=three_hours.now).finding is not None


@pytest.fixture
def busy_hour(town: Town) -> Town:
    """Give a town whose seals cover four entries at the most, and an hour of eleven."""
    town.desk = replace(town.desk, most_covered=4)
    for at in range(10):
        town.change(f"v{at}")
    town.later(hours=1)
    assert town.seal() == 3
    return town


def test_an_hour_of_very_many_has_several_seals(busy_hour: Town) -> None:
    assert [row.sk for row in seals()] == ["2026-03-02T08Z", "2026-03-02T08Z.001", "2026-03-02T08Z.002"]
    assert busy_hour.verify().finding is None
    one = entries()[7]
    one.delete()
    assert busy_hour.fault() == (Fault.REMOVED, one.sk)


def test_a_sealer_that_stopped_halfway_through_an_hour_goes_on_there(busy_hour: Town) -> None:
    whole = [row.digest for row in seals()]
    for row in seals()[1:]:
        row.delete()
    assert busy_hour.verify().waiting == 7
    busy_hour.later(hours=5)
    busy_hour.seal()
    assert [row.digest for row in seals()] == whole


def test_two_who_seal_at_once_make_the_same_seals(town: Town) -> None:
    for _ in range(4):
        town.change()
        town.later(hours=1)
    town.later(hours=1)
    with ThreadPoolExecutor(4) as sealers:
        made = sum(sealers.map(lambda _: town.seal(), range(4)))
    assert made == len(seals()) == 4
    assert town.verify().finding is None


def test_eight_who_write_at_once_lose_no_entry(town: Town) -> None:
    def write(writer: int) -> None:
        with acting(Actor(CallerId(f"local/{writer}"), "office")):
            for at in range(25):
                town.change(f"{writer}-{at}")

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write, range(8)))
    town.later(hours=2)
    town.seal()
    found = town.verify()
    assert (found.finding, found.entries, found.waiting) == (None, 201, 0)
    for writer in range(8):
        assert sum(f'"by":"local/{writer}"' in row.document for row in entries()) == 25


def test_what_is_past_its_time_goes_with_its_seals_and_the_rest_still_verifies(town: Town) -> None:
    town.change()
    town.later(hours=2)
    town.seal()
    town.now = datetime(2027, 1, 1, 10, tzinfo=UTC)
    town.change()
    town.later(hours=2)
    town.seal()
    assert town.verify().entries == 3
    town.now = datetime(2032, 1, 2, 10, tzinfo=UTC)  # five years after the end of the first one's year
    assert (town.verify().finding, town.verify().entries) == (None, 1)
    for row in [*entries()[:2], seals()[0]]:
        row.delete()  # as DynamoDB does, some days later
    assert (town.verify().finding, town.verify().entries) == (None, 1)


def test_two_municipalities_have_a_chain_each(town: Town) -> None:
    town.found(OTHER)
    town.change(tenant=OTHER)
    town.change()
    town.later(hours=2)
    assert town.desk.seal_all_due([TENANT, OTHER], now=town.now) == [(TENANT, 1), (OTHER, 1)]
    for row in entries(OTHER):
        row.delete()
    assert (town.verify().finding, town.verify().entries) == (None, 2)
    assert town.desk.verify_all(OTHER, now=town.now).finding is not None


def test_a_hidden_value_leaves_the_same_mark_for_the_same_and_another_under_another_key(town: Town) -> None:
    def mark(value: str, key: bytes = KEY) -> str:
        town.later(seconds=1)
        with TransactWrite(connection=table.connection()) as write:
            Notary(lambda: town.now, lambda _: key).note(write, TENANT, "card.x", Change("card", (Hidden(value),)))
        return str(entries()[-1].document).split('"ids":["')[1].split('"')[0]

    first = mark("1234")
    assert mark("1234") == first
    assert mark("1235") != first
    assert mark("1234", b"other") != first
    assert "1234" not in "".join(row.document for row in entries())


def test_each_seal_begins_where_the_one_before_ended(three_hours: Town) -> None:
    found = list(AuditStore().seals(TENANT, "0", "9", now=three_hours.now))
    for before, after in pairwise(found):
        assert (after.since, after.before) == (place_after(before).since, before.digest)
    assert found[-1].until <= due(three_hours.now)


DEEDS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["kino", "bad"]), st.booleans()), max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS, data=st.data())
def test_whatever_is_done_and_whenever_it_is_sealed_one_meddling_is_found(
    fresh_table: str, deeds: list[tuple[int, str, bool]], data: st.DataObject
) -> None:
    assert fresh_table
    for row in table.Row.scan():
        row.delete()
    town = Town()
    town.found()
    for minutes, name, seals_now in deeds:
        town.later(minutes=minutes)
        town.change(name)
        if seals_now:
            town.seal()
    town.later(hours=2)
    town.seal()
    found = town.verify()
    assert (found.finding, found.entries, found.waiting) == (None, len(deeds) + 1, 0)
    victim = data.draw(st.sampled_from(entries()))
    if data.draw(st.booleans()):
        victim.delete()
    else:
        victim.document = victim.document.replace("operator", secrets.token_hex(4))
        victim.save()
    assert town.fault()[1] == victim.sk
