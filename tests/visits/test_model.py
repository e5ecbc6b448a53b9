"""Many short histories at two tills, played on the real table and in a plain dict, which must agree throughout."""

import os
import random
import uuid
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule, run_state_machine_as_test

from chalicelib.cards.rules import Status
from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.calendar import Period, last_day_of_stamp, oslo_date, stamp
from chalicelib.shared.ids import CardNumber, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Counts
from chalicelib.visits.actions import Asked, Result
from tests.visits.till import (
    AGREEMENT,
    PROGRAMME,
    SLIDE,
    SWIM,
    Till,
    card_row,
    configuration,
    device,
    give_card,
    token,
)

SEQUENCES = int(os.environ.get("OPPLEV_SEQUENCES", "50"))
SEED = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))
OFFLINE_DAYS = 14


@dataclass
class Kept:
    """A visit in the model."""

    card: str
    offer: str
    persons: int
    day: date
    counter: str
    marks: int
    moved: bool
    before: date | None
    over: bool
    voided_by: str | None = None


@dataclass
class Model:
    """What the table should hold, in dicts. Its rules are written down once more, in the plainest way there is."""

    limits: dict[str, int | None]
    per: Period
    once: bool
    each_person: bool
    ceiling: int | None = None
    blocked: set[str] = field(default_factory=set)
    uses: dict[tuple[str, str], int] = field(default_factory=dict)
    last: dict[tuple[str, str], date] = field(default_factory=dict)
    visits: dict[str, Kept] = field(default_factory=dict)
    buried: dict[str, str] = field(default_factory=dict)

    def why_not(self, card: str, offer: str, persons: int, day: date) -> str | None:
        """Give the reason for a no."""
        limit = self.limits[offer]
        taken = min(persons, 2) if self.each_person else 1
        if card in self.blocked:
            return "blocked"
        if limit is not None and self.uses.get((card, f"{offer}@{stamp(self.per, day)}"), 0) + taken > limit:
            return "allowance_used_up"
        if self.ceiling is not None and self.spent(card, day) + self.costs(min(persons, 2)) > self.ceiling:
            return "allowance_used_up"
        if self.once and self.last.get((card, offer)) == day:
            return "used_today"
        return "companion_not_allowed" if persons > 2 else None

    def costs(self, persons: int) -> int:
        """Give what the municipality pays: half of 95 kroner, and half of 120 for each companion."""
        return 47_50 + (persons - 1) * 60_00

    def spent(self, card: str, day: date) -> int:
        """Give what was paid for a card in the year."""
        return self.uses.get((card, f"øre@{day.year}"), 0)

    def keep(self, visit: str, card: str, offer: str, persons: int, day: date) -> Kept:
        """Count a visit."""
        over = self.why_not(card, offer, persons, day) not in {None, "blocked"}
        if card in self.blocked:
            self.blocked.discard(card)
            over = self.why_not(card, offer, persons, day) is not None
            self.blocked.add(card)
        counter, before = f"{offer}@{stamp(self.per, day)}", self.last.get((card, offer))
        moved = before is None or before < day
        kept = Kept(card, offer, persons, day, counter, persons if self.each_person else 1, moved, before, over)
        self.visits[visit] = kept
        self.uses[card, counter] = self.uses.get((card, counter), 0) + kept.marks
        if self.ceiling is not None:
            self.uses[card, f"øre@{day.year}"] = self.spent(card, day) + self.costs(persons)
        if moved:
            self.last[card, offer] = day
        return kept

    def take_back(self, visit: str, void: str) -> None:
        """Uncount it."""
        kept = self.visits[visit]
        kept.voided_by = void
        self.uses[kept.card, kept.counter] -= kept.marks
        if self.ceiling is not None:
            self.uses[kept.card, f"øre@{kept.day.year}"] -= self.costs(kept.persons)
        if kept.moved and self.last.get((kept.card, kept.offer)) == kept.day:
            if kept.before is None:
                del self.last[kept.card, kept.offer]
            else:
                self.last[kept.card, kept.offer] = kept.before


class Tills(RuleBasedStateMachine):
    """Two cards, two offers, two phones, and days that pass."""

    per, limit, once, counts = Period.WEEK, 3, False, Counts.PERSON
    ceiling: Ore | None = None
    asked = Bundle("asked")

    @initialize()
    def open_the_doors(self) -> None:
        swim = replace(AGREEMENT, limit=self.limit, per=self.per)
        slide = replace(AGREEMENT, offer=SLIDE, quota="slide", limit=None, per=self.per)
        programme = replace(PROGRAMME, once_per_day=self.once, counts=self.counts, offline_days=OFFLINE_DAYS)
        programme = replace(programme, ceiling=self.ceiling)
        self.till = Till(configuration(programme=programme, agreements=(swim, slide)))
        self.cards: list[CardNumber] = [give_card(valid_until="2027-12-31") for _ in range(2)]
        each_person = self.counts is Counts.PERSON
        self.model = Model({SWIM: self.limit, SLIDE: None}, self.per, self.once, each_person, self.ceiling)

    @rule(
        target=asked,
        card=st.integers(0, 1),
        offer=st.sampled_from([SWIM, SWIM, SLIDE]),
        persons=st.sampled_from([1, 1, 2, 3]),
        ago=st.sampled_from([0, 0, 0, 1, 3, 14, 15, -1]),
        offline=st.booleans(),
    )
    def ask(self, card: int, offer: Any, persons: int, ago: int, offline: Any) -> Any:
        at = self.till.moment - timedelta(days=ago)
        asked = self.till.ask(
            token(self.cards[card]), offer=offer, persons=persons, at=at, offline=offline, id=VisitId(str(uuid.uuid4()))
        )
        self._send(asked, self.cards[card])
        return multiple((asked, self.cards[card]))

    @rule(sent=asked, offline=st.booleans())
    def send_again(self, sent: tuple[Asked, CardNumber], offline: Any) -> None:
        asked, card = sent
        self._send(replace(asked, offline=offline), card)

    @rule(sent=asked, persons=st.sampled_from([1, 2]))
    def send_something_else_under_the_same_id(self, sent: tuple[Asked, CardNumber], persons: int) -> None:
        asked, card = sent
        self._send(replace(asked, persons=persons), card)

    @rule(sent=st.lists(asked, min_size=1, max_size=6))
    def empty_a_queue(self, sent: list[tuple[Asked, CardNumber]]) -> None:
        outcomes = self.till.window.register_batch(device(), [each for each, _ in sent], now=self.till.moment)
        for (asked, card), outcome in zip(sent, outcomes, strict=True):
            expected = self._expected(replace(asked, offline=True), card)
            told = outcome.code or ("recorded" if outcome.outcome is Result.OVER_ALLOWANCE else outcome.outcome.value)
            assert told == expected
            if told == "recorded":
                assert (outcome.outcome is Result.OVER_ALLOWANCE) == self.model.visits[asked.id].over
        self._compare()

    @rule(sent=asked, void=st.sampled_from(["v1", "v2"]))
    def take_back(self, sent: tuple[Asked, CardNumber], void: str) -> None:
        visit = sent[0].id
        kept, buried = self.model.visits.get(visit), self.model.buried.get(visit)
        earlier = kept.voided_by if kept is not None else buried
        try:
            done = self.till.window.void(device(), visit, void_id=void, reason="mistake", now=self.till.moment)
        except ConflictError as error:
            assert error.code == "already_voided"  # noqa: PT017  both ends are weighed
            assert earlier not in {None, void}
            return
        assert earlier in {None, void}
        assert (done.void_id, done.corrects is None) == (void, kept is None)
        if earlier is None and kept is None:
            self.model.buried[visit] = void
        elif earlier is None:
            self.model.take_back(visit, void)
        self._compare()

    @rule(days=st.sampled_from([1, 1, 2, 5, 9]))
    def days_pass(self, days: int) -> None:
        self.till.moment += timedelta(days=days)

    @rule(card=st.integers(0, 1))
    def block_or_unblock(self, card: int) -> None:
        number = self.cards[card]
        self.model.blocked ^= {number}
        row = card_row(number)
        row.status = (Status.BLOCKED if number in self.model.blocked else Status.ACTIVE).value
        row.save()

    def _expected(self, asked: Asked, card: CardNumber) -> str:
        """Say what the model answers, and let it count."""
        now = self.till.moment
        kept = self.model.visits.get(asked.id)
        if kept is not None:
            if (kept.card, kept.offer, kept.persons) != (card, asked.offer, asked.persons):
                return "id_used_otherwise"
            return "replayed" if kept.voided_by is None else "visit_voided"
        if asked.id in self.model.buried:
            return "visit_voided"
        out_of_bounds = not now - timedelta(days=OFFLINE_DAYS) <= asked.at <= now
        day = oslo_date(now if out_of_bounds else asked.at)
        if not asked.offline:
            if out_of_bounds:
                return "at_out_of_bounds"
            because = self.model.why_not(card, asked.offer, asked.persons, day)
            if because is not None:
                return because
        self.model.keep(asked.id, card, asked.offer, asked.persons, day)
        return "recorded"

    def _send(self, asked: Asked, card: CardNumber) -> None:
        try:
            done = self.till.window.register(device(), asked, now=self.till.moment)
        except (ConflictError, RuleError) as error:
            told = error.code
        else:
            told = str(done.verdict.because or ("replayed" if done.replayed else "recorded"))
        expected = self._expected(asked, card)
        note(f"{told} at {self.till.moment:%Y-%m-%d}")
        assert told == expected
        self._compare()

    def _compare(self) -> None:
        """Hold the rows of the cards against the model: counters, `last`, and nothing else gone but what is over."""
        oldest = oslo_date(self.till.moment) - timedelta(days=OFFLINE_DAYS)
        for number in self.cards:
            row = card_row(number)
            marks = {name: int(value) for name, value in row.uses.attribute_values.items()}
            wanted = {name: value for (card, name), value in self.model.uses.items() if card == number and value}
            for name in set(wanted) - set(marks):
                last = last_day_of_stamp(name.partition("@")[2])
                assert last is not None
                assert last < oldest, name
                del wanted[name]
            assert marks == wanted
            lasts = {quota: day.isoformat() for (card, quota), day in self.model.last.items() if card == number}
            assert row.last.attribute_values == lasts


class OnceADay(Tills):
    """The same where a card is good once a day and each visit takes one mark of a year's."""

    per, limit, once, counts = Period.YEAR, 4, True, Counts.VISIT


class UnderACeiling(Tills):
    """The same where the municipality pays at most 330 kroner for a card in a year."""

    limit, ceiling = 6, Ore(330_00)


@pytest.mark.parametrize("machine", [Tills, OnceADay, UnderACeiling])
@pytest.mark.usefixtures("fresh_table")
def test_the_table_and_a_dict_agree_on_every_history(machine: type[Tills]) -> None:
    print(f"OPPLEV_SEED={SEED}")  # noqa: T201  pytest shows it when the test fails
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=SEQUENCES, stateful_step_count=10, deadline=None, suppress_health_check=slow, database=None
        ),
    )
