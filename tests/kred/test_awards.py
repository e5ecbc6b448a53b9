"""Awards on the embedded engine: out of a grant, within its days and steps, never to oneself, once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.access.rules import Caller, Role
from chalicelib.kred.actions import ActivityDesk, AwardDesk, CurrencyDesk
from chalicelib.kred.rules.activities import Activity, Effect, Grant, Organisation, Pay, Statement, Taper
from chalicelib.kred.rules.awards import Awarded, NoAward, NotAwarded, Wish
from chalicelib.kred.rules.currencies import Currency, Operator
from chalicelib.kred.store import ActivityStore, AwardStore, CurrencyStore
from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import ISSUER, grant_account, member_account
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import ConflictError, RuleError, UnknownError
from chalicelib.shared.ids import (
    ActivityId,
    CallerId,
    CurrencyId,
    MemberId,
    OperatorId,
    OrganisationId,
    Tenant,
    TransferId,
)

TENANT = Tenant("byen")
KRED = CurrencyId("lundkred")
ACTIVITY = ActivityId("dugnad")
NAMED = (KRED, ACTIVITY)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
START, END = date(2026, 3, 1), date(2026, 5, 31)
BOSS = Caller(TENANT, frozenset({Role.COORDINATOR}), CallerId("local/boss"))
NORD = Caller(TENANT, frozenset({Role.OPERATOR}), CallerId("local/nord"))
GARD = Caller(TENANT, frozenset({Role.AWARDER}), CallerId("local/gard"))
MINE, OTHER = MemberId("m-gard"), MemberId("m-other")


class Town:
    """A currency with an operator, a board of a housing yard, and one activity of the board's."""

    def __init__(self) -> None:
        ledger = LedgerStore()
        self.bank = Bank(ledger)
        self.currencies = CurrencyDesk(
            CurrencyStore(lambda: 0.0),
            self.bank,
            known_tenant=lambda _: None,
            is_venue=lambda _, venue: venue == "kino",
            whose=lambda _tenant, _currency, code: MemberId(code),
        )
        self.activities = ActivityDesk(ActivityStore(ledger), self.currencies, self.bank)
        self.awards = AwardDesk(
            AwardStore(ledger), self.currencies, names=lambda _, members: dict.fromkeys(members, "Test")
        )
        self.currencies.put_currency(TENANT, Currency(KRED, {"nb": "LundKred"}, step=30, most=600))
        self.currencies.put_operator(TENANT, Operator(KRED, OperatorId("nord"), "Bydel Nord"))
        self.let_in(BOSS, "nord", NORD, is_organisation=False)
        self.currencies.put_organisation(
            NORD, Organisation(KRED, OrganisationId("gard"), OperatorId("nord"), "Gårdsstyret", budget=3000)
        )
        self.let_in(NORD, "gard", GARD, is_organisation=True)
        self.currencies.link(GARD, KRED, MINE, now=NOW)
        for member in (MINE, OTHER):
            self.bank.open_account(TENANT, KRED, member_account(member))

    def let_in(self, by: Caller, of: str, person: Caller, *, is_organisation: bool) -> None:
        self.currencies.let_in(by, KRED, of, person.id, is_organisation=is_organisation, lead=False, now=NOW)

    def begin(self, *, minutes: int = 600, taper: tuple[Taper, ...] = (), rate: int = 60, **changes: object) -> None:
        self.activities.put(GARD, form(minutes=rate, **changes))
        self.activities.approve(NORD, NAMED, "Test Leser", now=NOW)
        self.activities.grant(NORD, NAMED, Grant("grant-1", minutes, START, END, taper), now=NOW)

    def award(
        self, award: str = "a-1", minutes: int = 60, *, member: MemberId = OTHER, by: Caller = GARD, now: datetime = NOW
    ) -> Awarded | NotAwarded:
        return self.awards.award(by, KRED, Wish(award, ACTIVITY, member, minutes, max(minutes, 60)), now=now)

    def has(self, member: MemberId) -> int:
        found = self.bank.balance(TENANT, KRED, member_account(member))
        assert found is not None
        return found.minutes

    def left(self) -> int:
        found = self.bank.balance(TENANT, KRED, grant_account(ACTIVITY))
        return 0 if found is None else found.minutes


def form(**changes: object) -> Activity:
    plain = Activity(
        id=ACTIVITY, currency=KRED, operator=OperatorId("nord"), title={"nb": "Dugnad i gården"},
        responsible="Gårdsstyret", benefits="Alle som bor i gården", effects=(Effect.BELONGING,),
        organisation=OrganisationId("gard"), statement=Statement(holds=True, reason="Ingen har møtt opp før."),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test names the fields it means


@pytest.fixture
def town(fresh_table: str) -> Town:
    del fresh_table
    return Town()


def refused(answer: Awarded | NotAwarded) -> NoAward:
    assert isinstance(answer, NotAwarded), answer
    return answer.because


def test_an_award_moves_minutes_from_the_grant_to_the_member_and_the_sum_stays_zero(town: Town) -> None:
    town.begin()
    made = town.award(minutes=90)
    assert isinstance(made, Awarded)
    assert (made.award.organisation, made.award.by, made.replayed) == ("gard", GARD.id, False)
    issued = town.bank.balance(TENANT, KRED, ISSUER)
    assert issued is not None
    assert (town.has(OTHER), town.left(), issued.minutes) == (90, 510, -600)


def test_an_award_sent_twice_is_made_once_and_with_other_content_refused(town: Town) -> None:
    town.begin()
    assert isinstance(town.award(), Awarded)
    again = town.award()
    assert isinstance(again, Awarded)
    assert again.replayed
    assert (town.has(OTHER), town.left()) == (60, 540)
    with pytest.raises(ConflictError) as fault:
        town.award(minutes=90)
    assert (fault.value.code, fault.value.fields[0].path) == ("other_content", "minutes")


def test_a_replay_outranks_a_refusal(town: Town) -> None:
    town.begin()
    town.award()
    again = town.award(now=NOW + timedelta(days=400))  # long after the end
    assert isinstance(again, Awarded)
    assert again.replayed


def test_nobody_awards_themselves_and_who_has_not_said_which_member_they_are_awards_nobody(town: Town) -> None:
    town.begin()
    assert refused(town.award(member=MINE)) is NoAward.SELF
    assert refused(town.award(by=NORD)) is NoAward.NOT_LINKED
    assert (town.has(MINE), town.has(OTHER)) == (0, 0)
    # Another member cannot be put in one's own place afterwards.
    with pytest.raises(ConflictError) as fault:
        town.currencies.link(GARD, KRED, OTHER, now=NOW)
    assert fault.value.code == "linked_already"


@pytest.mark.parametrize(
    ("day", "because"),
    [
        (date(2026, 2, 28), NoAward.BEFORE_START),
        (START, None),
        (END, None),  # the last day counts
        (date(2026, 6, 1), NoAward.AFTER_END),
    ],
)
def test_awards_are_refused_before_the_start_and_after_the_end(town: Town, day: date, because: NoAward | None) -> None:
    town.begin()
    made = town.award(now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert (made.because if isinstance(made, NotAwarded) else None) is because


def test_awards_above_the_grant_are_refused(town: Town) -> None:
    town.begin(minutes=90)
    assert isinstance(town.award("a-1", 60), Awarded)
    assert refused(town.award("a-2", 60)) is NoAward.ABOVE_GRANT
    assert isinstance(town.award("a-3", 30), Awarded)
    assert (town.has(OTHER), town.left()) == (90, 0)


def test_a_taper_lets_no_more_out_than_its_steps_until_then(town: Town) -> None:
    town.begin(minutes=180, taper=(Taper(START, 120), Taper(date(2026, 4, 1), 60)))
    assert isinstance(town.award("a-1", 120), Awarded)
    assert refused(town.award("a-2", 30)) is NoAward.ABOVE_STEP
    assert isinstance(town.award("a-2", 30, now=datetime(2026, 4, 1, 12, tzinfo=UTC)), Awarded)


def test_a_member_does_not_get_more_than_the_currency_lets_one_hold(town: Town) -> None:
    town.begin(minutes=900)
    assert isinstance(town.award("a-1", 600), Awarded)
    assert refused(town.award("a-2", 30)) is NoAward.OVER_LIMIT


def test_minutes_out_of_step_and_unknown_members_are_refused(town: Town) -> None:
    town.begin()
    assert refused(town.award(minutes=45)) is NoAward.OUT_OF_STEP
    assert refused(town.award(member=MemberId("m-nobody"))) is NoAward.UNKNOWN_MEMBER


@pytest.mark.parametrize(
    ("pay", "rate", "present", "most"),
    [
        (Pay.HOURLY, 60, 45, 60),  # three quarters of an hour, rounded up to the step of half an hour
        (Pay.HOURLY, 30, 120, 60),  # half an hour for an hour
        (Pay.FIXED, 90, 15, 90),  # however long it took
    ],
)
def test_an_award_is_not_above_what_was_approved(town: Town, pay: Pay, rate: int, present: int, most: int) -> None:
    town.begin(pay=pay, rate=rate)
    over = town.awards.award(GARD, KRED, Wish("a-1", ACTIVITY, OTHER, most + 30, present), now=NOW)
    assert refused(over) is NoAward.ABOVE_RATE
    assert isinstance(town.awards.award(GARD, KRED, Wish("a-1", ACTIVITY, OTHER, most, present), now=NOW), Awarded)


def test_by_the_hour_nothing_is_earned_without_having_been_there(town: Town) -> None:
    town.begin()
    never_there = town.awards.award(GARD, KRED, Wish("a-1", ACTIVITY, OTHER, 30, 0), now=NOW)
    assert refused(never_there) is NoAward.ABOVE_RATE


def test_where_hours_only_count_no_minutes_move(town: Town) -> None:
    town.activities.put(GARD, form(pay=Pay.NONE, minutes=0))
    town.activities.approve(NORD, NAMED, "Test Leser", now=NOW)
    assert refused(town.award(minutes=30)) is NoAward.NOTHING_EARNED
    assert isinstance(town.award(minutes=0), Awarded)
    assert town.has(OTHER) == 0
    lines = town.awards.year(NORD, KRED, 2026)
    assert [(each.member, each.minutes, each.present) for each in lines] == [(OTHER, 0, 60)]
    with pytest.raises(RuleError) as fault:
        town.activities.grant(NORD, NAMED, Grant("grant-1", 600, START, END), now=NOW)
    assert fault.value.code == "no_award"


def test_an_award_is_taken_back_once_by_the_operator_alone(town: Town) -> None:
    town.begin()
    town.award()
    with pytest.raises(UnknownError):
        town.awards.take_back(GARD, KRED, "a-1", "r-1", now=NOW)
    taken = town.awards.take_back(NORD, KRED, "a-1", "r-1", now=NOW)
    assert (taken.reversed_by, town.has(OTHER), town.left()) == (NORD.id, 0, 600)
    assert town.awards.take_back(NORD, KRED, "a-1", "r-1", now=NOW) == taken
    with pytest.raises(ConflictError) as fault:
        town.awards.take_back(NORD, KRED, "a-1", "r-2", now=NOW)
    assert fault.value.code == "already_reversed"
    assert town.awards.year(NORD, KRED, 2026) == []


def test_a_grant_is_given_once_and_kept_within_the_organisation_s_budget(town: Town) -> None:
    town.begin(minutes=2000 - 2000 % 30)
    same = Grant("grant-1", 1980, START, END)
    assert len(town.activities.grant(NORD, NAMED, same, now=NOW).grants) == 1
    with pytest.raises(ConflictError):
        town.activities.grant(NORD, NAMED, replace(same, minutes=30), now=NOW)
    after = Grant("grant-2", 1980, date(2026, 6, 1), date(2026, 8, 31))
    with pytest.raises(RuleError) as fault:
        town.activities.grant(NORD, NAMED, after, now=NOW)
    assert fault.value.code == "over_budget"
    assert town.left() == 1980


def test_what_is_left_goes_back_when_an_activity_closes_and_frees_the_budget(town: Town) -> None:
    town.begin()
    town.award()
    assert town.activities.close(NORD, NAMED, now=NOW).state == "closed"
    issued = town.bank.balance(TENANT, KRED, ISSUER)
    assert issued is not None
    assert (town.left(), issued.minutes, town.has(OTHER)) == (0, -60, 60)
    assert town.activities.close(NORD, NAMED, now=NOW).state == "closed"
    assert refused(town.award("a-2")) is NoAward.NOT_APPROVED
    known = town.currencies.store.known_now(TENANT, KRED)
    assert known is not None
    assert known.roster.organisation("gard").granted == 60


def test_what_is_taken_back_after_the_end_is_given_back_by_closing_once_more(town: Town) -> None:
    town.begin()
    town.award()
    town.activities.close(NORD, NAMED, now=NOW)
    town.awards.take_back(NORD, KRED, "a-1", "r-1", now=NOW)
    assert town.left() == 60
    assert town.activities.close(NORD, NAMED, now=NOW).returned == 600
    issued = town.bank.balance(TENANT, KRED, ISSUER)
    assert issued is not None
    assert (town.left(), issued.minutes) == (0, 0)


def test_of_twelve_awards_at_once_as_many_are_made_as_the_grant_has_minutes_for(town: Town) -> None:
    town.begin(minutes=90)
    with ThreadPoolExecutor(12) as together:
        made = list(together.map(lambda turn: town.award(f"a-{turn}", 30), range(12)))
    assert sum(isinstance(each, Awarded) for each in made) == 3
    assert {each.because for each in made if isinstance(each, NotAwarded)} == {NoAward.ABOVE_GRANT}
    assert (town.has(OTHER), town.left()) == (90, 0)


def test_one_award_sent_by_eight_at_once_is_made_once(town: Town) -> None:
    town.begin()
    with ThreadPoolExecutor(8) as together:
        made = list(together.map(lambda _: town.award(), range(8)))
    assert [each.replayed for each in made if isinstance(each, Awarded)].count(False) == 1
    assert len([each for each in made if isinstance(each, Awarded)]) == 8
    assert (town.has(OTHER), town.left()) == (60, 540)


def test_of_another_operator_s_activity_nothing_is_said(town: Town) -> None:
    town.begin()
    town.award()
    town.currencies.put_operator(TENANT, Operator(KRED, OperatorId("sor"), "Bydel Sør"))
    sor = Caller(TENANT, frozenset({Role.OPERATOR, Role.AWARDER}), CallerId("local/sor"))
    with pytest.raises(UnknownError):
        town.currencies.for_whom(sor, KRED)
    town.let_in(BOSS, "sor", sor, is_organisation=False)
    assert town.activities.listed(sor, KRED) == []
    assert town.awards.year(sor, KRED, 2026) == []
    for ask in (
        lambda: town.activities.own(sor, KRED, ACTIVITY),
        lambda: town.activities.put(sor, form(operator=OperatorId("sor"), organisation=None)),
        lambda: town.activities.approve(sor, NAMED, "Test", now=NOW),
        lambda: town.activities.close(sor, NAMED, now=NOW),
        lambda: town.award("a-9", by=sor),
        lambda: town.awards.take_back(sor, KRED, "a-1", "r-1", now=NOW),
    ):
        with pytest.raises(UnknownError):
            ask()


def test_an_award_is_the_transfer_of_the_same_id(town: Town) -> None:
    town.begin()
    town.award("a-1")
    made = town.bank.store.transfer(TENANT, TransferId("a-1"))
    assert made is not None
    assert (made.what, made.legs[0].minutes) == ("award", 60)
