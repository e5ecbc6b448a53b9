"""A member of one currency at a partner of another: both ledgers or neither, within what the two have agreed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import table
from chalicelib.kred.actions.members import Key
from chalicelib.kred.actions.spending import Asked, Spent
from chalicelib.kred.rules.members import Member
from chalicelib.kred.rules.sessions import SessionKind
from chalicelib.kred.rules.spending import Because, why_not_across
from chalicelib.kred.rules.sums import netting_of
from chalicelib.kred.rules.terms import TimeTerms
from chalicelib.ledger.rules import (
    PAYOFF,
    REVERSAL,
    Account,
    Booked,
    Entry,
    Refused,
    clearing_account,
    partner_account,
    paying_off,
)
from chalicelib.shared.answers import ConflictError, UnknownError
from chalicelib.shared.calendar import oslo_month
from chalicelib.shared.ids import CurrencyId, SessionId, Tenant, TransferId, VenueId, sortable_id
from tests.kred.hall import CURRENCY, NOW, TENANT, Hall, device

THEIRS = CurrencyId("annenkred")
OURS_OWES, THEIRS_IS_OWED = clearing_account(THEIRS), clearing_account(CURRENCY)
TILL = partner_account(VenueId("kino"))


class Square:
    """Kino takes the other currency alone, whose partners take ours up to a limit; our members come to it."""

    def __init__(self) -> None:
        self.hall = Hall()
        self.theirs = TimeTerms(THEIRS, 8, {"nb": "Annenkred"}, step=30, offline_floor=600)
        self.limit = 120
        self.taken = {THEIRS}
        self.hall.spending = replace(
            self.hall.spending,
            terms=self.terms,
            takes=lambda _, currency, __: currency in self.taken,
            currencies=lambda _: [CURRENCY, THEIRS],
            limit=lambda _, taking, paying: self.limit if (taking, paying) == (THEIRS, CURRENCY) else 0,
        )
        self.hall.desk = replace(self.hall.desk, terms=self.terms)
        self.hall.bank.open_account(TENANT, CURRENCY, OURS_OWES)
        self.hall.bank.open_account(TENANT, THEIRS, THEIRS_IS_OWED)
        self.hall.offer(currency=THEIRS)

    def terms(self, _: Tenant, currency: str) -> TimeTerms:
        return self.theirs if currency == THEIRS else self.hall.terms

    def pay(self, member: Member, **changes: Any) -> Spent:
        return self.send(self.hall.asked(member, **changes))

    def send(self, asked: Asked) -> Spent:
        return self.hall.spending.spend(device(), asked, now=NOW)

    def look(self, member: Member, **changes: Any) -> Because | None:
        return self.hall.spending.check(device(), self.hall.asked(member, **changes), now=NOW).because

    def has(self, currency: CurrencyId, account: Account) -> int:
        found = self.hall.bank.balance(TENANT, currency, account)
        assert found is not None
        return found.minutes

    def between(self) -> tuple[int, int]:
        """Give what stands between the two, as each of them has it; every currency must still sum to zero."""
        sums: Counter[str] = Counter()
        for row in table.Row.scan(consistent_read=True):
            if isinstance(row, table.EntryRow):
                sums[row.pk.split("#")[3]] += int(row.minutes)
        assert not any(sums.values()), sums
        return self.has(CURRENCY, OURS_OWES), self.has(THEIRS, THEIRS_IS_OWED)


@pytest.fixture
def square(fresh_table: str) -> Square:
    """Give the two currencies on an empty table."""
    assert fresh_table
    return Square()


# What holds, from facts alone


def test_a_price_is_paid_across_only_in_the_other_currency_s_step_and_never_without_network() -> None:
    assert why_not_across(60, step=30, offline=False) is None
    assert why_not_across(90, step=60, offline=False) is Because.OUT_OF_STEP
    assert why_not_across(60, step=30, offline=True) is Because.OVER_FLOOR


def entry(minutes: int, what: str, at: int = 0) -> Entry:
    name = sortable_id(NOW + timedelta(days=at), bytes(10))
    return Entry(name, THEIRS_IS_OWED, TransferId("t"), what, minutes, TILL)


def test_what_was_given_back_was_never_taken_and_what_was_paid_off_is_neither() -> None:
    told = [
        entry(-60, "payment"),
        entry(-30, "payment"),
        entry(30, REVERSAL),
        entry(40, PAYOFF, 40),
        entry(15, "payment"),
    ]
    all_of_it = netting_of((THEIRS, CURRENCY), told, limit=120, month=None)
    assert (all_of_it.taken, all_of_it.given, all_of_it.settled, all_of_it.owed) == (60, 15, 40, 5)
    assert all_of_it.taken - all_of_it.given - all_of_it.settled == all_of_it.owed
    month = netting_of((THEIRS, CURRENCY), told, limit=120, month=oslo_month(NOW))
    assert (month.taken, month.settled, month.owed) == (60, 0, 5)
    mirrored = netting_of((CURRENCY, THEIRS), [replace(e, minutes=-e.minutes) for e in told], limit=0, month=None)
    assert (mirrored.taken, mirrored.given, mirrored.settled, mirrored.owed) == (15, 60, -40, -5)


# On the engine


def test_a_payment_moves_minutes_in_both_currencies_once_and_says_in_which(square: Square) -> None:
    member = square.hall.rich(120)
    assert square.look(member) is None
    asked = square.hall.asked(member)
    first, again = square.send(asked), square.send(asked)
    assert (first.verdict.admitted, first.verdict.currency, first.verdict.taken_in) == (True, CURRENCY, THEIRS)
    assert (again.replayed, again.verdict.taken_in) == (True, THEIRS)
    assert (square.hall.has(member), square.has(THEIRS, TILL)) == (60, 60)
    assert square.between() == (60, -60)
    [listed] = square.hall.spending.today(device(), now=NOW)
    assert (listed.currency, listed.taken_in) == (CURRENCY, THEIRS)


def test_where_the_venue_takes_the_member_s_own_currency_nothing_stands_between(square: Square) -> None:
    square.taken = {CURRENCY, THEIRS}
    member = square.hall.rich(120)
    assert square.pay(member).verdict.taken_in == THEIRS  # our currency buys nothing here under this name
    square.hall.offer(price_adult=30)
    paid = square.pay(member)
    assert (paid.verdict.taken_in, paid.verdict.minutes) == (None, 30)
    square.hall.offer(price_adult=30, open=False)
    assert square.pay(member).verdict.because is Because.CLOSED  # and does not slip in by the other's offer
    assert square.between() == (60, -60)


def test_each_no_between_currencies_has_a_reason_of_its_own(square: Square) -> None:
    member, poor = square.hall.rich(600), square.hall.rich(30)
    assert square.pay(poor).verdict.because is Because.NOT_ENOUGH
    assert square.pay(member, adults=2, offline=True, at=NOW).verdict.because is Because.OVER_FLOOR
    assert square.pay(member, offer="annet").verdict.because is Because.OTHER_CURRENCY
    square.hall.terms = replace(square.hall.terms, step=60)
    assert (square.look(member, children=1), square.pay(member, children=1).verdict.because) == (
        Because.OUT_OF_STEP, Because.OUT_OF_STEP,
    )  # fmt: skip
    assert square.pay(member, adults=2).verdict.admitted
    assert (square.look(member), square.pay(member).verdict.because) == (Because.PAIR_LIMIT, Because.PAIR_LIMIT)
    square.limit = 0
    assert (square.look(member), square.pay(member).verdict.because) == (Because.OTHER_CURRENCY, Because.OTHER_CURRENCY)
    square.limit = 600
    square.hall.offer(currency=THEIRS, open=False)
    assert square.pay(member).verdict.because is Because.CLOSED
    assert square.between() == (120, -120)


def test_fifty_payments_at_once_at_a_limit_that_takes_one_more(square: Square) -> None:
    members = [square.hall.rich(60) for _ in range(50)]
    first = square.hall.rich(60)
    assert square.pay(first).verdict.admitted
    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(square.pay, members))
    assert Counter(each.verdict.because for each in said) == {None: 1, Because.PAIR_LIMIT: 49}
    assert square.between() == (120, -120)
    assert sum(square.hall.has(each) for each in members) == 49 * 60


def test_a_lost_reply_is_answered_the_same_when_it_is_sent_again_also_after_the_limit_was_reached(
    square: Square,
) -> None:
    square.limit = 60
    member = square.hall.rich(120)
    asked = square.hall.asked(member)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: square.send(asked), range(8)))
    assert all(each.verdict.admitted for each in said)
    assert sum(not each.replayed for each in said) == 1
    square.limit = 0
    late = square.send(asked)
    assert (late.replayed, late.verdict.admitted) == (True, True)
    assert square.between() == (60, -60)
    with pytest.raises(ConflictError):
        square.send(replace(asked, children=1))


def test_the_same_venue_gives_everything_back_through_both_currencies_once(square: Square) -> None:
    square.hall.offer(currency=THEIRS, capacity=1)
    member = square.hall.rich(60)
    asked = square.hall.asked(member)
    assert square.send(asked).verdict.admitted
    with pytest.raises(UnknownError):
        square.hall.spending.undo(device("bad"), asked.id, "undo-1", now=NOW)
    with pytest.raises(UnknownError):  # the payment is of the partner's currency, and of those who run it
        square.hall.spending.undo_for(TENANT, CURRENCY, asked.id, "undo-1", now=NOW)
    square.limit = 0  # what was agreed on has ended since
    for _ in range(2):
        square.hall.spending.undo(device(), asked.id, "undo-1", now=NOW)
    assert (square.hall.has(member), square.has(THEIRS, TILL), square.between()) == (60, 0, (0, 0))
    with pytest.raises(ConflictError):
        square.hall.spending.undo(device(), asked.id, "undo-2", now=NOW)
    square.limit = 60
    assert square.pay(member).verdict.admitted  # the place is free again, and so is the limit


def test_a_payment_that_was_paid_off_can_still_be_given_back(square: Square) -> None:
    member = square.hall.rich(60)
    asked = square.hall.asked(member)
    square.send(asked)
    halves = paying_off(TransferId("off-1"), CURRENCY, THEIRS, 60, NOW)
    assert isinstance(square.hall.bank.together(TENANT, *halves), Booked)
    assert square.between() == (0, 0)
    square.hall.spending.undo_for(TENANT, THEIRS, asked.id, "undo-1", now=NOW + timedelta(days=3))
    assert (square.hall.has(member), square.between()) == (60, (-60, 60))


def test_never_more_is_paid_off_than_stands_and_an_id_pays_off_once(square: Square) -> None:
    square.pay(square.hall.rich(60))

    def off(name: str, minutes: int) -> object:
        return square.hall.bank.together(TENANT, *paying_off(TransferId(name), CURRENCY, THEIRS, minutes, NOW))

    assert isinstance(off("off-1", 90), Refused)
    wrong_way = paying_off(TransferId("off-2"), THEIRS, CURRENCY, 30, NOW)
    assert isinstance(square.hall.bank.together(TENANT, *wrong_way), Refused)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda n: off(f"off-{3 + n}", 60), range(8)))
    assert sum(isinstance(each, Booked) for each in said) == 1
    assert square.between() == (0, 0)


def test_a_spend_event_of_the_other_currency_takes_ours_until_it_is_full(square: Square) -> None:
    square.hall.sessions = replace(square.hall.sessions, terms=square.terms)
    event = square.hall.session(
        "festen", currency=THEIRS, kind=SessionKind.SPEND_EVENT, award=0, activity=None, venue="kino", price_adult=30,
        sign_up=False, capacity=2,
    )  # fmt: skip
    members = [square.hall.rich(60) for _ in range(3)]
    said = [square.pay(each, offer=None, session=SessionId(event.id)).verdict for each in members]
    assert [each.because for each in said] == [None, None, Because.SOLD_OUT]
    assert square.between() == (60, -60)
    spend = square.hall.spending.today(device(), now=NOW)[0]
    square.hall.spending.undo(device(), spend.id, "undo-1", now=NOW)
    assert square.hall.sessions.session(TENANT, THEIRS, event.id).taken == 1


def test_the_phone_is_told_which_other_currencies_are_accepted_and_by_which(square: Square) -> None:
    supplies = square.hall.spending.supplies(device(), now=NOW)
    assert [each.currency for each in supplies.terms] == [THEIRS]
    assert [(terms.currency, by) for terms, by in supplies.accepted] == [(CURRENCY, (THEIRS,))]
    square.limit = 0
    assert square.hall.spending.supplies(device(), now=NOW).accepted == ()


def test_the_member_reads_where_it_was_and_in_which_currency_also_of_what_came_back(square: Square) -> None:
    member = square.hall.rich(120)
    asked = square.hall.asked(member)
    square.send(asked)
    square.hall.spending.undo(device(), asked.id, "undo-1", now=NOW)
    page = square.hall.desk.page(Key(square.hall.token(member, square.hall.terms), "4711"), now=NOW)
    told = [
        (each.what, each.minutes, there.account, there.terms.name)
        for _, each in page.history
        if (there := page.elsewhere.get(each.transfer)) is not None
    ]
    assert sorted(told) == [("payment", -60, TILL, square.theirs.name), (REVERSAL, 60, TILL, square.theirs.name)]
