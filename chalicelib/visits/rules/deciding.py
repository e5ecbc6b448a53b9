"""Who may come in, and every reason against it."""

from datetime import date
from typing import Final

from chalicelib.cards.rules import Card, Status, left, marks_left
from chalicelib.credentials.rules import Flags
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Counts, Programme, State, money_left, visits_paid
from chalicelib.visits.rules.facts import Admitted, Because, Facts, Refused

MOST_PERSONS: Final = 20  # more than this is a slip of the finger, whatever an agreement says
NO_COMPANION: Final = "none"
_FAMILY: Final = "family"


def decide(facts: Facts) -> Admitted | Refused:
    """Answer for one visit or one look. Where several reasons hold, the most fundamental one is given."""
    because = next(iter(reasons(facts)), None)
    persons = _room(facts)
    if because is not None:
        mendable = because in {Because.ALLOWANCE_USED_UP, Because.COMPANION_NOT_ALLOWED}
        return Refused(because, persons if mendable else 0)
    if facts.persons is None:
        return Admitted(persons, left_of(facts))
    return Admitted(facts.persons, left_after(facts, facts.persons))


def reasons(facts: Facts) -> tuple[Because, ...]:
    """Give every reason for a no, most fundamental first: the card itself, its validity, the place, the allowance."""
    if facts.forged:
        return (Because.FORGED_CARD,)
    if facts.card is None:
        return (Because.COPIED_TAG if facts.copied else Because.UNKNOWN_CARD,)
    held = {
        Because.COPIED_TAG: facts.copied,
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


def marks(programme: Programme | None, agreement: Agreement | None, persons: int) -> int:
    """Give the marks that a visit takes of the allowance: one, or one per person."""
    return persons if _counts_persons(programme, agreement) else 1


def children(card: Card | None) -> int:
    """Give how many children share a card."""
    return 1 if card is None else 1 + card.siblings


def company(programme: Programme | None, agreement: Agreement | None, card: Card | None) -> str:
    """Give the companion rule at a venue: the programme's, unless the agreement lets nobody come along.

    Where it hangs on the holder's age, it is the class that the card was given at issue (decision: the card code).
    """
    if programme is None or agreement is None:
        return NO_COMPANION
    if not agreement.companion_allowed or agreement.persons_max == 1:
        return NO_COMPANION
    if ":" in programme.companion and card is not None:
        return Flags.of(card.flags).companion
    return programme.companion


def left_of(facts: Facts) -> int | None:
    """Give the visits left at the offer on the day, by marks and by money; None where nothing bounds them."""
    if facts.card is None or facts.agreement is None:
        return None
    return left(facts.card, facts.agreement, facts.programme, facts.day)


def left_after(facts: Facts, persons: int) -> int | None:
    """Give the visits left after one by so many persons, and none where it goes over; None where nothing bounds."""
    if facts.agreement is None:
        return None
    by_marks, money = _marks_left(facts), _money_left(facts)
    if by_marks is not None:
        by_marks = max(by_marks - marks(facts.programme, facts.agreement, persons), 0)
    if money is not None:
        money = Ore(max(money - facts.agreement.reimbursed(persons, children(facts.card)), 0))
    bounds = (by_marks, visits_paid(facts.agreement, money))
    return min((bound for bound in bounds if bound is not None), default=None)


def _marks_left(facts: Facts) -> int | None:
    if facts.card is None or facts.agreement is None:
        return None
    return marks_left(facts.card, facts.agreement, facts.day)


def _money_left(facts: Facts) -> Ore | None:
    if facts.card is None or facts.agreement is None:
        return None
    return money_left(facts.programme, facts.card.uses, facts.day)


def _counts_persons(programme: Programme | None, agreement: Agreement | None) -> bool:
    own = None if agreement is None else agreement.counts
    return (own or (None if programme is None else programme.counts)) is Counts.PERSON


def _is_open(programme: Programme | None, day: date) -> bool:
    if programme is None or programme.state is State.CLOSED:
        return False
    return programme.valid_from <= day <= programme.valid_until


def _most(facts: Facts) -> int:
    """Give how many persons may come by the rules of company, marks aside.

    The children of a shared card may come together. The agreement's most is for one child and its company; a household
    has the children among it.
    """
    holders, rule = children(facts.card), company(facts.programme, facts.agreement, facts.card)
    if facts.agreement is None or rule == NO_COMPANION:
        return holders
    if rule == _FAMILY:
        return max(holders, facts.agreement.persons_max)
    return min(holders - 1 + facts.agreement.persons_max, MOST_PERSONS)


def _room(facts: Facts) -> int:
    """Give how many persons may come in now: by the rules of company, by the marks and by the money left."""
    return next((persons for persons in range(_most(facts), 0, -1) if _is_enough_for(facts, persons)), 0)


def _is_used_up(facts: Facts) -> bool:
    """Weigh the allowance against the persons who may come at all, so that company is not mistaken for it."""
    return not _is_enough_for(facts, min(facts.persons or 1, _most(facts)))


def _is_enough_for(facts: Facts, persons: int) -> bool:
    if facts.agreement is None:
        return True
    by_marks, money = _marks_left(facts), _money_left(facts)
    enough_marks = by_marks is None or marks(facts.programme, facts.agreement, persons) <= by_marks
    return enough_marks and (money is None or facts.agreement.reimbursed(persons, children(facts.card)) <= money)


def _is_used_today(facts: Facts) -> bool:
    if facts.card is None or facts.agreement is None or facts.programme is None:
        return False
    return facts.programme.once_per_day and facts.card.last.get(facts.agreement.quota) == facts.day


def _has_too_much_company(facts: Facts) -> bool:
    return facts.agreement is not None and (facts.persons or 1) > _most(facts)
