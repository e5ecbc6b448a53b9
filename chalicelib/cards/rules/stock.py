"""Numbered blanks that are nobody's yet, and how one becomes somebody's."""

from dataclasses import replace
from datetime import date, datetime

from chalicelib.cards.rules.lives import Card, LatestUse, Status
from chalicelib.cards.rules.terms import BY_AGE, lasts_by_itself
from chalicelib.credentials.rules import Companion, Flags, Kind
from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.shared.ids import CardKey, CardNumber, ProgrammeId
from chalicelib.venues.rules import Programme, State


def check_stock(programme: Programme, today: date) -> None:
    """Raise RuleError where no blanks can be made: closed, over, or cards with a validity of their own.

    What is printed on a blank holds for whoever gets it, so its dates must be the programme's.
    """
    if programme.state is State.CLOSED:
        raise RuleError("programme_closed", "The programme gives out no more cards.")
    if programme.valid_until < today:
        raise RuleError("outside_programme", "The programme is over.")
    if lasts_by_itself(programme):
        fault = Field("programme", "validity_of_its_own", "A blank carries the programme's dates.")
        raise RuleError("no_stock", "Only a programme whose cards last as long as it does has a stock.", (fault,))


def blank_card(programme: Programme, number: CardNumber, key: CardKey, *, by: str) -> Card:
    """Give a numbered card that is nobody's yet. Where a companion hangs on the age, an adult is always right."""
    rule = programme.companion.partition(":")[0]
    companion = Companion.ADULT if rule in BY_AGE else Companion(rule)
    return Card(
        number=number,
        key=key,
        status=Status.BLANK,
        programme=programme.id,
        valid_from=programme.valid_from,
        valid_until=programme.valid_until,
        flags=Flags(Kind.CARD, blank=True, companion=companion).byte,
        issued_by=by,
    )


def refuse_unless_blank(card: Card, programme: ProgrammeId) -> None:
    """Raise ConflictError where a card is somebody's or over, RuleError where it is another programme's."""
    if card.status is not Status.BLANK:
        raise ConflictError("not_in_that_state", "This card is no blank of the stock.")
    if card.programme != programme:
        fault = Field("programme", "other_programme", "The blank was made for another programme.")
        raise RuleError("other_programme", "The blank belongs to another programme.", (fault,))


def on_blank(card: Card, blank: Card) -> Card:
    """Let a card be the blank: its number, and what tills without network have marked on it before (decision D11)."""
    uses = {name: card.uses.get(name, 0) + blank.uses.get(name, 0) for name in card.uses.keys() | blank.uses.keys()}
    last = {
        name: max(day for day in (card.last.get(name), blank.last.get(name)) if day is not None)
        for name in card.last.keys() | blank.last.keys()
    }
    latest = max((each for each in (card.latest, blank.latest) if each is not None), key=_at, default=None)
    return replace(card, number=blank.number, uses=uses, last=last, latest=latest, tag=blank.tag)


def _at(use: LatestUse) -> datetime:
    return use.at
