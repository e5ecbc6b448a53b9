"""Asking members, counting what they say, and telling it when nobody can be told from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.impact.rules import (
    Answers,
    Quarter,
    Round,
    RoundState,
    Told,
    changed,
    faults_of_answers,
    faults_of_round,
    quarters_told,
    state_of,
    told_of,
    total_told,
)
from chalicelib.impact.rules.surveys import rates
from chalicelib.kred.rules.spending import Visitors
from chalicelib.shared.answers import ConflictError, RuleError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import MemberId, Tenant, VenueId


class Surveys(Protocol):
    """Where rounds, tickets and answers are kept, and no two of them can be laid together."""

    def round(self, tenant: Tenant, currency: str, named: str) -> Round | None:
        """Give a round."""

    def rounds(self, tenant: Tenant, currency: str) -> list[Round]:
        """Give the rounds of a currency."""

    def put_round(self, tenant: Tenant, sent: Round, before: Round | None) -> bool:
        """Keep a round, new or changed; False where it was changed meanwhile."""

    def answer(self, tenant: Tenant, asked: Round, ticket: str, answers: Answers) -> bool:
        """Spend a ticket and keep the answers; False where the ticket was spent before."""

    def is_spent(self, tenant: Tenant, asked: Round, ticket: str) -> bool:
        """Say whether a ticket was spent."""

    def answers(self, tenant: Tenant, asked: Round) -> list[Answers]:
        """Give the answers of a round, in no order."""


@dataclass(frozen=True, slots=True)
class RoundTold:
    """A round as it is told: how many answered always, what they said when it is over."""

    round: Round
    state: RoundState
    n: int
    rate: int  # percent of those who were asked
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactDesk:
    """Where it is asked what taking part has meant.

    `ticket` makes of a member and a round what only the municipality's key can make again; `members` counts the members
    of a currency.
    """

    store: Surveys
    ticket: Callable[[Tenant, str, MemberId], str]
    members: Callable[[Tenant, str], int]
    visitors: Callable[[Tenant, VenueId], Sequence[Visitors]]

    def put(self, tenant: Tenant, sent: Round, *, now: datetime) -> RoundTold:
        """Set a round up, or change it before it opens. With `invited` 0 all members of today are asked.

        RuleError `bad_round`; ConflictError `round_under_way` where it takes answers already.
        """
        before = self.store.round(tenant, sent.currency, sent.id)
        if sent.invited == 0:
            asked = self.members(tenant, sent.currency) if before is None else before.invited
            sent = Round(sent.id, sent.currency, sent.kind, sent.opens, sent.closes, asked, sent.effects)
        if sent != before:
            faults = tuple(faults_of_round(sent))
            if faults:
                raise RuleError("bad_round", "Nobody can be asked like that.", faults)
            may = before is None or changed(before, sent, oslo_date(now))
            if not may or not self.store.put_round(tenant, sent, before):
                raise ConflictError("round_under_way", "The round takes answers already; make another one.")
        return self._told(tenant, sent, now)

    def all(self, tenant: Tenant, currency: str, *, now: datetime) -> list[RoundTold]:
        """Tell of every round of a currency, oldest first."""
        found = sorted(self.store.rounds(tenant, currency), key=lambda each: (each.opens, each.id))
        return [self._told(tenant, each, now) for each in found]

    def asked(self, tenant: Tenant, currency: str, member: MemberId, *, now: datetime) -> list[Round]:
        """Give the rounds that a member may answer today."""
        today = oslo_date(now)
        return [
            each
            for each in self.store.rounds(tenant, currency)
            if state_of(each, today) is RoundState.OPEN
            and not self.store.is_spent(tenant, each, self.ticket(tenant, each.id, member))
        ]

    def answer(
        self, tenant: Tenant, currency: str, named: str, member: MemberId, answers: Answers, *, now: datetime
    ) -> bool:
        """Keep a member's answers without the member; False where they have answered before, and nothing is kept.

        UnknownError `unknown_round`; RuleError `round_not_open`, `bad_answers`.
        """
        asked = self.store.round(tenant, currency, named)
        if asked is None:
            raise UnknownError("unknown_round", "Nobody is asked under this name.")
        if state_of(asked, oslo_date(now)) is not RoundState.OPEN:
            raise RuleError("round_not_open", "Answers are taken from its first day to its last.")
        faults = tuple(faults_of_answers(asked, answers))
        if faults:
            raise RuleError("bad_answers", "Some answers do not fit their questions.", faults)
        return self.store.answer(tenant, asked, self.ticket(tenant, asked.id, member), answers)

    def of_partner(self, tenant: Tenant, venue: VenueId, *, now: datetime) -> tuple[list[Quarter], int | None]:
        """Tell a partner who came, by whole quarters, and how many in all of these."""
        quarters = quarters_told(self.visitors(tenant, venue), oslo_date(now))
        return quarters, total_told(quarters)

    def _told(self, tenant: Tenant, asked: Round, now: datetime) -> RoundTold:
        state = state_of(asked, oslo_date(now))
        answers = [] if state is RoundState.COMING else self.store.answers(tenant, asked)
        rate = rates([asked], {asked.id: len(answers)})[asked.id]
        told = tuple(told_of(answers)) if state is RoundState.OVER else ()
        return RoundTold(asked, state, len(answers), rate, told)
