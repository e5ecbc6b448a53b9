"""What a visit marks on its card, and what comes back when it is taken back."""

from dataclasses import dataclass
from datetime import date

from chalicelib.cards.rules import Card, LatestUse, Tag
from chalicelib.shared.ids import CardNumber
from chalicelib.shared.money import Ore
from chalicelib.visits.rules.visits import Visit


@dataclass(frozen=True, slots=True)
class Spend:
    """What a visit takes of a card's ceiling, in øre."""

    purse: str  # the counter of what was paid
    amount: Ore
    ceiling: Ore | None  # None: the counter may stand at anything afterwards


@dataclass(frozen=True, slots=True)
class Mark:
    """What a visit changes on its card, and what must still hold when it is written."""

    number: CardNumber
    day: date
    counter: str
    marks: int
    limit: int | None  # None: the counter may stand at anything afterwards
    within_rules: bool  # the card must still be active and valid; False for what has happened already
    once_a_day: bool
    moves_last: bool
    last_before: date | None
    latest: LatestUse | None  # None: a later use is already remembered
    forgotten: tuple[str, ...]  # counters of periods that are over
    spend: Spend | None = None  # None: the programme has no ceiling, or the visit costs nothing
    tag: Tag | None = None  # the reading that let the card in, to be above the last one; None: no tag was read

    @property
    def quota(self) -> str:
        """Name what `last` is kept under: the counter without its period."""
        return quota_of(self.counter)


@dataclass(frozen=True, slots=True)
class Fall:
    """A counter as it was read, and what it falls to."""

    counter: str
    used: int
    to: int


@dataclass(frozen=True, slots=True)
class Unmark:
    """What taking a visit back changes on its card: the counters fall, and what the visit replaced comes back."""

    number: CardNumber
    counter: str
    falls: tuple[Fall, ...]  # the marks, and what was paid; a counter that is gone does not fall
    restores_last: bool
    day: date
    last_before: date | None
    forgets_latest: str | None  # the latest use to forget, where it is this visit

    @property
    def quota(self) -> str:
        """Name what `last` is kept under."""
        return quota_of(self.counter)


def unmark(visit: Visit, card: Card) -> Unmark:
    """Say what taking a visit back does to its card: never below zero, and `last` only where this visit moved it."""
    taken = ((visit.counter, visit.marks), (visit.purse or "", visit.amount))
    is_latest = card.latest is not None and (card.latest.venue, card.latest.visit) == (visit.venue, visit.id[:8])
    return Unmark(
        number=card.number,
        counter=visit.counter,
        falls=tuple(
            Fall(named, card.uses[named], max(card.uses[named] - much, 0))
            for named, much in taken
            if named in card.uses
        ),
        restores_last=visit.moved_last and card.last.get(quota_of(visit.counter)) == visit.date,
        day=visit.date,
        last_before=visit.last_before,
        forgets_latest=visit.id[:8] if is_latest else None,
    )


def quota_of(named: str) -> str:
    """Give the quota in a counter's name `<quota>@<period stamp>`."""
    return named.rpartition("@")[0]
