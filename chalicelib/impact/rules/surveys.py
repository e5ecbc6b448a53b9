"""What members are asked, before and after, and what may be told of it (requirements TK-08, TK-13, TK-35).

Nothing but the number of answers is told while a round goes on: who asked before and after each answer would else read
it off the difference. When it has ended, no percentage stands on fewer than five answers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from chalicelib.shared.answers import Field
from chalicelib.shared.calendar import kept_five_years, start_of

SMALL: Final = 5
_SCALE: Final = range(1, 6)  # from "not at all" to "very much"
_MOST_DAYS: Final = 92
_HIGH: Final = 4  # and above: "much" or "very much"


class Outcome(StrEnum):
    """What is asked about: the four outcomes that the model's measurements are known by, then belonging and network."""

    QUALITY_OF_LIFE = "quality_of_life"
    LESS_ISOLATED = "less_isolated"
    MENTAL_HEALTH = "mental_health"
    CONTRIBUTE = "contribute"
    BELONGING = "belonging"
    NETWORK = "network"


OUTCOMES: Final = tuple(Outcome)
# What members of the British model answered in 2018, to be set beside one's own: the percentage that got better.
CITED: Final[Mapping[Outcome, int]] = {
    Outcome.QUALITY_OF_LIFE: 83,
    Outcome.LESS_ISOLATED: 52,
    Outcome.MENTAL_HEALTH: 35,
    Outcome.CONTRIBUTE: 59,
}


class RoundKind(StrEnum):
    """Before anything was earned, or after a while."""

    BASELINE = "baseline"
    FOLLOW_UP = "follow_up"


class RoundState(StrEnum):
    """Whether a round is to come, takes answers, or is told of."""

    COMING = "coming"
    OPEN = "open"
    OVER = "over"


class Better(StrEnum):
    """Whether something got better through taking part; asked in a follow-up."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Round:
    """One asking round of a currency. `invited` is how many were asked: the members when it was set up, unless given.

    `effects` are the tags of the activities it is about, if it is not about all.
    """

    id: str
    currency: str
    kind: RoundKind
    opens: date
    closes: date  # the last day
    invited: int
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to one question: how it is now from 1 to 5, and in a follow-up whether it got better."""

    now: int
    better: Better | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """One person's answers. Nobody needs to answer everything; who it was stands nowhere."""

    replies: Mapping[Outcome, Reply]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one question. `n` answered it; the rest is None under five."""

    outcome: Outcome
    n: int
    mean: float | None  # from 1 to 5
    high: int | None  # percent who answered 4 or 5
    better: int | None  # percent who say that it got better
    n_better: int  # who answered that


def state_of(asked: Round, today: date) -> RoundState:
    """Say whether a round takes answers; both its days count."""
    if today < asked.opens:
        return RoundState.COMING
    return RoundState.OVER if today > asked.closes else RoundState.OPEN


def faults_of_round(sent: Round) -> Iterator[Field]:
    """Name what is wrong with a round."""
    if sent.closes < sent.opens:
        yield Field("closes", "before_opens", "The last day is not before the first.")
    elif (sent.closes - sent.opens).days > _MOST_DAYS:
        yield Field("closes", "too_long", "A round takes three months at most.")
    if sent.invited < 1:
        yield Field("invited", "nobody", "Nobody is asked yet.")


def changed(before: Round, sent: Round, today: date) -> bool:
    """Say whether what was sent may take the place of what stands: not once it takes answers, but for its last day."""
    if state_of(before, today) is RoundState.COMING:
        return True
    fixed = (before.kind, before.opens, before.effects, before.currency) == (
        sent.kind,
        sent.opens,
        sent.effects,
        sent.currency,
    )
    # What is over has been told, so it stays over.
    return fixed and state_of(before, today) is RoundState.OPEN and sent.closes >= today


def faults_of_answers(asked: Round, answers: Answers) -> Iterator[Field]:
    """Name what is wrong with somebody's answers."""
    if not answers.replies:
        yield Field("answers", "missing", "Answer one question at least.")
    for outcome, reply in answers.replies.items():
        if reply.now not in _SCALE:
            yield Field(f"answers.{outcome}.now", "out_of_range", "From 1 to 5.")
        if reply.better is not None and asked.kind is RoundKind.BASELINE:
            yield Field(f"answers.{outcome}.better", "not_asked", "Before anything was earned nothing got better yet.")


def told_of(answers: Sequence[Answers]) -> list[Told]:
    """Tell of a round that is over, question by question; always with how many answered."""
    return [
        _told(outcome, [each.replies[outcome] for each in answers if outcome in each.replies]) for outcome in OUTCOMES
    ]


def _told(outcome: Outcome, replies: Sequence[Reply]) -> Told:
    n, asked = len(replies), [each.better for each in replies if each.better is not None]
    enough = n >= SMALL
    return Told(
        outcome,
        n,
        mean=round(sum(each.now for each in replies) / n, 1) if enough else None,
        high=_percent(sum(each.now >= _HIGH for each in replies), n) if enough else None,
        better=_percent(sum(each is Better.YES for each in asked), len(asked)) if len(asked) >= SMALL else None,
        n_better=len(asked),
    )


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole)


def goes(asked: Round) -> datetime:
    """Say when a round and its answers go: five years after the year it ended in."""
    return kept_five_years(start_of(asked.closes))


def rates(asked: Iterable[Round], counts: Mapping[str, int]) -> dict[str, int]:
    """Give the response rate of each round in percent; never above a hundred, as members come and go."""
    return {each.id: min(100, _percent(counts.get(each.id, 0), each.invited)) for each in asked}
