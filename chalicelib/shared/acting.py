"""Who is acting, and what they changed: what the notary is told of every deed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from chalicelib.shared.ids import CallerId


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which role, and the supplier who acts for them where the token names one."""

    id: CallerId
    role: str
    supplier: str | None = None


# Whoever came through no door gives a command beside the machine. It can be nobody's id: a caller's holds a slash.
OPERATOR: Final = Actor(CallerId("operator"), "operator")
_ACTING: Final = ContextVar("acting", default=OPERATOR)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Let somebody be the one who acts until the end of the block; a door or a timer says so, once."""
    before = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(before)


def who_acts() -> Actor:
    """Give who is acting now."""
    return _ACTING.get()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value that nobody may read in the book of changes: a card's number, a reference, a person.

    It leaves a mark that is the same for the same value; its last `tail` characters stand beside the mark.
    """

    value: str
    tail: int = 0


Told = str | int | bool | date | Hidden | None


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a record, or in the same way to several of a kind.

    `before` and `after` hold what is worth telling; a field that is the same in both is passed over.
    """

    kind: str  # `venue`, `card`: the word of docs/words.md
    ids: tuple[str | Hidden, ...]
    before: Mapping[str, Told] = field(default_factory=dict)
    after: Mapping[str, Told] = field(default_factory=dict)

    @property
    def differences(self) -> dict[str, tuple[Told, Told]]:
        """Give each field that is not as it was, before and after, in the alphabet's order."""
        pairs = {name: (self.before.get(name), self.after.get(name)) for name in {**self.before, **self.after}}
        return {name: pair for name, pair in sorted(pairs.items()) if pair[0] != pair[1]}
