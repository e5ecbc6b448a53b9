"""Who may come in, and every reason against it."""

from datetime import date
from typing import Final

from chalicelib.cards.rules import Status
from chalicelib.cards.rules import left as marks_left
from chalicelib.venues.rules import Agreement, Counts, Programme, State
from chalicelib.visits.rules.facts import Admitted, Because, Facts, Refused

MOST_PERSONS: Final = 20  # more than this is a slip of the finger, whatever an agreement says
NO_COMPANION: Final = "none"


def decide(facts: Facts) -> Admitted | Refused:
    """Answer for one visit or one look. Where several reasons hold, the most fundamental one is given."""
    because = next(iter(reasons(facts)), None)
    persons = _room(facts)
    if because is not None:
        mendable = because in {Because.ALLOWANCE_USED_UP, Because.COMPANION_NOT_ALLOWED}
        return Refused(because, persons if mendable else 0)
    left = left_of(facts)
    if facts.persons is None or left is None:
        return Admitted(facts.persons or persons, left)
    return Admitted(facts.persons, left - marks(facts.programme, facts.persons))


def reasons(facts: Facts) -> tuple[Because, ...]:
    """Give every reason for a no, most fundamental first: the card itself, its validity, the place, the allowance."""
    if facts.forged:
        return (Because.FORGED_CARD,)
    if facts.copied:
        return (Because.COPIED_TAG,)
    if facts.card is None:
        return (Because.UNKNOWN_CARD,)
    held = {
        Because.UNKNOWN_CARD: facts.card.status is Status.BLANK,
        Because.REPLACED: facts.card.status is Status.REPLACED,
        Because.BLOCKED: facts.card.status is Status.BLOCKED,
        Because.NOT_YET_VALID: facts.day < facts.card.valid_from,
        Because.EXPIRED: facts.card.status is Status.ENDED or facts.day > facts.card.valid_until,
        Because.PROGRAMME_CLOSED: not _is_open(facts.programme, facts.day),
        Because.NOT_THIS_VENUE: facts.offer is None or not facts.known_here,
        Because.NO_AGREEMENT: facts.known_here and facts.offer is not None and facts.agreement is None,
        Because.ALLOWANCE_USED_UP: _is_used_up(facts),
        Because.USED_TODAY: _is_used_today(facts),
        Because.COMPANION_NOT_ALLOWED: _has_too_much_company(facts),
    }
    return tuple(because for because, holds in held.items() if holds)


def marks(programme: Programme | None, persons: int) -> int:
    """Give the marks that a visit takes of the allowance: one, or one per person."""
    return persons if programme is not None and programme.counts is Counts.PERSON else 1


def company(programme: Programme | None, agreement: Agreement | None) -> str:
    """Give the companion rule at a venue: the programme's, unless the agreement lets nobody come along."""
    if programme is None or agreement is None:
        return NO_COMPANION
    alone = not agreement.companion_allowed or agreement.persons_max == 1
    return NO_COMPANION if alone else programme.companion


def left_of(facts: Facts) -> int | None:
    """Give the marks left at the offer on the day; None where nothing is counted."""
    if facts.card is None or facts.agreement is None:
        return None
    return marks_left(facts.card, facts.agreement, facts.day)


def _is_open(programme: Programme | None, day: date) -> bool:
    if programme is None or programme.state is State.CLOSED:
        return False
    return programme.valid_from <= day <= programme.valid_until


def _most(facts: Facts) -> int:
    """Give how many persons may come by the rules of company, marks aside."""
    if facts.agreement is None or company(facts.programme, facts.agreement) == NO_COMPANION:
        return 1
    return facts.agreement.persons_max


def _room(facts: Facts) -> int:
    """Give how many persons may come in now: by the rules of company, and by the marks left."""
    most, left = _most(facts), left_of(facts)
    if left is None:
        return most
    if facts.programme is not None and facts.programme.counts is Counts.PERSON:
        return min(most, left)
    return most if left else 0


def _is_used_up(facts: Facts) -> bool:
    """Weigh the marks against the persons who may come at all, so that company is not mistaken for allowance."""
    left = left_of(facts)
    return left is not None and left < marks(facts.programme, min(facts.persons or 1, _most(facts)))


def _is_used_today(facts: Facts) -> bool:
    if facts.card is None or facts.agreement is None or facts.programme is None:
        return False
    return facts.programme.once_per_day and facts.card.last.get(facts.agreement.quota) == facts.day


def _has_too_much_company(facts: Facts) -> bool:
    return facts.agreement is not None and (facts.persons or 1) > _most(facts)
