"""Asking members on the embedded engine: each once, and nobody finds out who said what."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib import table
from chalicelib.impact.actions import ImpactDesk
from chalicelib.impact.rules import Answers, Better, Outcome, Reply, Round, RoundKind, RoundState
from chalicelib.impact.store import SurveyStore
from chalicelib.shared.answers import ConflictError, RuleError, UnknownError
from chalicelib.shared.ids import MemberId, Tenant

TENANT = Tenant("lorenskog")
ROUND = Round("host26", "solkred", RoundKind.FOLLOW_UP, date(2026, 11, 1), date(2026, 11, 30), 0)
BEFORE, NOW = datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)
AFTER = datetime(2026, 12, 1, 12, tzinfo=UTC)
GOOD = Answers({Outcome.BELONGING: Reply(5, Better.YES), Outcome.MENTAL_HEALTH: Reply(3, Better.UNSURE)})


def ticket(tenant: Tenant, named: str, member: MemberId) -> str:
    return hashlib.sha256(f"key {tenant} {named} {member}".encode()).hexdigest()


@pytest.fixture
def desk(fresh_table: str) -> ImpactDesk:
    del fresh_table
    made = ImpactDesk(store=SurveyStore(), ticket=ticket, members=lambda *_: 8, visitors=lambda *_: [])
    made.put(TENANT, ROUND, now=BEFORE)
    return made


def answer(desk: ImpactDesk, member: str, answers: Answers = GOOD) -> bool:
    return desk.answer(TENANT, "solkred", "host26", MemberId(member), answers, now=NOW)


def test_everybody_who_is_a_member_is_asked_and_the_rate_says_how_many_answered(desk: ImpactDesk) -> None:
    for number in range(6):
        assert answer(desk, f"m{number}")
    [going] = desk.all(TENANT, "solkred", now=NOW)
    assert (going.round.invited, going.state, going.n, going.rate, going.told) == (8, RoundState.OPEN, 6, 75, ())
    [over] = desk.all(TENANT, "solkred", now=AFTER)
    belonging = next(each for each in over.told if each.outcome is Outcome.BELONGING)
    assert (over.state, belonging.n, belonging.mean, belonging.better) == (RoundState.OVER, 6, 5.0, 100)


def test_a_member_answers_once_however_often_it_is_sent(desk: ImpactDesk) -> None:
    assert [each.id for each in desk.asked(TENANT, "solkred", MemberId("m1"), now=NOW)] == ["host26"]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: answer(desk, "m1"), range(16))) == 1
    assert desk.asked(TENANT, "solkred", MemberId("m1"), now=NOW) == []
    [told] = desk.all(TENANT, "solkred", now=NOW)
    assert told.n == 1


def test_nothing_in_the_table_says_who_answered_what_or_when(desk: ImpactDesk) -> None:
    for number in range(5):
        answer(desk, f"member-{number}")
    rows = [row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)]
    tickets = [row for row in rows if row["kind"]["S"] == "ticket"]
    answers = [row for row in rows if row["kind"]["S"] == "answer"]
    assert (len(tickets), len(answers)) == (5, 5)
    for row in tickets + answers:
        assert "member-" not in json.dumps(row)
        assert set(row) <= {"PK", "SK", "kind", "expires", "document"}
    # All that any two rows have in common is the same for all of them.
    assert len({row["expires"]["N"] for row in tickets + answers}) == 1
    names = [row["SK"]["S"].partition("#")[2] for row in answers]
    assert not {name for name in names for row in tickets if name in json.dumps(row)}


def test_outside_its_days_a_round_takes_no_answer(desk: ImpactDesk) -> None:
    for moment in (BEFORE, AFTER):
        with pytest.raises(RuleError):
            desk.answer(TENANT, "solkred", "host26", MemberId("m1"), GOOD, now=moment)
        assert desk.asked(TENANT, "solkred", MemberId("m1"), now=moment) == []
    with pytest.raises(UnknownError):
        desk.answer(TENANT, "manekred", "host26", MemberId("m1"), GOOD, now=NOW)
    with pytest.raises(RuleError):
        answer(desk, "m1", Answers({Outcome.NETWORK: Reply(0)}))


def test_a_round_under_way_is_lengthened_and_nothing_else(desk: ImpactDesk) -> None:
    longer = replace(ROUND, closes=date(2026, 12, 15))
    assert desk.put(TENANT, longer, now=NOW).round.closes == date(2026, 12, 15)
    assert desk.put(TENANT, longer, now=NOW + timedelta(hours=1)).round.invited == 8  # as many as when it was set up
    with pytest.raises(ConflictError):
        desk.put(TENANT, replace(longer, kind=RoundKind.BASELINE), now=NOW)
    with pytest.raises(ConflictError):
        desk.put(TENANT, replace(longer, closes=date(2026, 11, 20)), now=NOW)
    with pytest.raises(RuleError):
        desk.put(TENANT, replace(ROUND, id="x", closes=date(2026, 10, 1)), now=NOW)
