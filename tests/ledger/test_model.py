"""Many short histories of a ledger, played on the real table and in plain dicts, which must agree after each step."""

import os
import random

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chalicelib import table
from chalicelib.ledger.rules import ISSUER, POT, Account
from chalicelib.shared.ids import CurrencyId
from tests.ledger.model import GRANT, MEMBERS, ONE, POOL, TWO, Play

SEQUENCES = int(os.environ.get("OPPLEV_SEQUENCES", "25"))
SEED = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))
CURRENCY, MEMBER = some.sampled_from([ONE, ONE, TWO]), some.sampled_from(MEMBERS)
MINUTES, ANY = some.sampled_from([15, 30, 60, 120]), some.integers(0, 999)


class Ledgers(RuleBasedStateMachine):
    """Two currencies, four members, a grant and a partner in each, and months that pass."""

    @initialize()
    def open_the_books(self) -> None:
        for row in table.Row.scan():
            row.delete()
        self.play = Play()
        for currency in (ONE, TWO):
            self.play.transfer(currency, ISSUER, GRANT, 600)
            self.play.transfer(currency, GRANT, MEMBERS[0], 120)

    @rule(currency=CURRENCY, member=MEMBER, minutes=MINUTES)
    def award(self, currency: CurrencyId, member: Account, minutes: int) -> None:
        self.play.transfer(currency, GRANT, member, minutes)

    @rule(currency=CURRENCY, minutes=MINUTES)
    def grant(self, currency: CurrencyId, minutes: int) -> None:
        self.play.transfer(currency, ISSUER, GRANT, minutes)

    @rule(currency=CURRENCY, member=MEMBER, minutes=MINUTES)
    def pay(self, currency: CurrencyId, member: Account, minutes: int) -> None:
        self.play.transfer(currency, member, POOL, minutes)

    @rule(currency=CURRENCY, minutes=MINUTES, back=some.sampled_from([0, 1]))
    def give(self, currency: CurrencyId, minutes: int, back: int) -> None:
        one, other = MEMBERS[back], MEMBERS[1 - back]
        self.play.transfer(currency, one, other, minutes)

    @rule(currency=CURRENCY, member=MEMBER, minutes=MINUTES)
    def donate(self, currency: CurrencyId, member: Account, minutes: int) -> None:
        self.play.transfer(currency, member, POT, minutes)

    @rule(currency=CURRENCY, member=MEMBER, minutes=MINUTES)
    def pay_in_the_other_currency(self, currency: CurrencyId, member: Account, minutes: int) -> None:
        self.play.exchange(currency, member, minutes)

    @rule(currency=CURRENCY, minutes=MINUTES)
    def pay_off_what_is_owed(self, currency: CurrencyId, minutes: int) -> None:
        self.play.pay_off(currency, minutes)

    @rule(which=ANY)
    def reverse(self, which: int) -> None:
        self.play.reverse(which)

    @rule(currency=CURRENCY, member=MEMBER, minutes=MINUTES, hours=some.sampled_from([1, 24, 24 * 60]))
    def hold(self, currency: CurrencyId, member: Account, minutes: int, hours: int) -> None:
        self.play.hold(currency, member, minutes, hours)

    @rule(which=ANY, share=some.sampled_from([4, 4, 4, 2, 1, 0, 5]))
    def post(self, which: int, share: int) -> None:
        self.play.post(which, share)

    @rule(which=ANY)
    def void(self, which: int) -> None:
        self.play.void(which)

    @rule(currency=CURRENCY)
    def sweep(self, currency: CurrencyId) -> None:
        self.play.expire_holds(currency)

    @rule(currency=CURRENCY, member=MEMBER)
    def let_old_minutes_go(self, currency: CurrencyId, member: Account) -> None:
        self.play.expire_lots(currency, member)

    @rule(currency=CURRENCY, member=MEMBER)
    def close(self, currency: CurrencyId, member: Account) -> None:
        self.play.close(currency, member)

    @rule(currency=CURRENCY, member=MEMBER)
    def reopen(self, currency: CurrencyId, member: Account) -> None:
        self.play.reopen(currency, member)

    @rule(which=ANY)
    def send_again(self, which: int) -> None:
        self.play.again(which)

    @rule(which=ANY)
    def send_other_content(self, which: int) -> None:
        self.play.other_content(which)

    @rule(hours=some.sampled_from([1, 25, 24 * 35, 24 * 100]))
    def time_passes(self, hours: int) -> None:
        self.play.pass_time(hours)

    @invariant()
    def everything_agrees(self) -> None:
        if hasattr(self, "play"):
            self.play.check()


@pytest.mark.usefixtures("fresh_table")
def test_whatever_is_done_the_books_are_what_the_plainest_ledger_says() -> None:
    print(f"OPPLEV_SEED={SEED} OPPLEV_SEQUENCES={SEQUENCES}")  # noqa: T201  to run it again
    run_state_machine_as_test(
        seed(SEED)(Ledgers),
        settings=settings(
            max_examples=SEQUENCES, stateful_step_count=40, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
