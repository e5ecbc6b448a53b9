"""What changes on a card with a visit, and what must still hold on it when that is written."""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.cards.rules import Status
from chalicelib.shared.calendar import rfc3339
from chalicelib.table import CardRow
from chalicelib.visits.rules import Mark, Unmark


def still_may(mark: Mark) -> Condition:
    """Repeat the rule that the decision was made by: it must hold when the visit is written."""
    card_is_there = CardRow.pk.exists()
    condition: Condition = card_is_there
    if mark.within_rules:
        card_is_active = CardRow.status == Status.ACTIVE.value
        day_is_within = (CardRow.valid_from <= mark.day.isoformat()) & (CardRow.valid_until >= mark.day.isoformat())
        condition = condition & card_is_active & day_is_within
    if mark.limit is not None:
        used = CardRow.uses[mark.counter]
        none_used = used.does_not_exist()
        something_left: Condition = none_used | (used <= mark.limit - mark.marks)
        condition = condition & something_left
    if mark.spend is not None and mark.spend.ceiling is not None:
        spent = CardRow.uses[mark.spend.purse]
        none_spent = spent.does_not_exist()
        enough_left: Condition = none_spent | (spent <= mark.spend.ceiling - mark.spend.amount)
        condition = condition & enough_left
    if mark.tag is not None:
        same_tag = CardRow.tag["uid"] == mark.tag.uid
        a_later_reading = CardRow.tag["count"] < mark.tag.count
        condition = condition & same_tag & a_later_reading
    return condition & _of_last(mark) if mark.counter else condition


def _of_last(mark: Mark) -> Condition:
    """`last` never moves back, and what a void puts back is what stood there; once a day means no visit that day."""
    last, day = CardRow.last[mark.quota], mark.day.isoformat()
    as_read = last.does_not_exist() if mark.last_before is None else last == mark.last_before.isoformat()
    at_or_after = last > day if mark.once_a_day else last >= day
    now: Condition = as_read if mark.moves_last else at_or_after
    return now


def marking(mark: Mark) -> list[Action]:
    """Say what a visit changes on its card: the counters, the last day and the latest use."""
    actions: list[Action] = [CardRow.uses[name].remove() for name in mark.forgotten]
    if mark.counter:
        used = CardRow.uses[mark.counter]
        actions.append(used.set((used | 0) + mark.marks))
        if mark.moves_last:
            actions.append(CardRow.last[mark.quota].set(mark.day.isoformat()))
    if mark.spend is not None:
        spent = CardRow.uses[mark.spend.purse]
        actions.append(spent.set((spent | 0) + mark.spend.amount))
    if mark.tag is not None:
        actions.append(CardRow.tag["count"].set(mark.tag.count))
    if mark.latest is not None:
        latest = {"venue": mark.latest.venue, "visit": mark.latest.visit, "at": rfc3339(mark.latest.at)}
        actions.append(CardRow.latest.set(latest))
    return actions


def as_read(card: Unmark) -> Condition:
    """Insist that the card stands as it did when it was read to give its marks back."""
    condition: Condition = CardRow.pk.exists()
    for fall in card.falls:
        counter_is_as_read = CardRow.uses[fall.counter] == fall.used
        condition = condition & counter_is_as_read
    if card.restores_last:
        last_is_this_visits = CardRow.last[card.quota] == card.day.isoformat()
        condition = condition & last_is_this_visits
    if card.forgets_latest is not None:
        latest_is_this_visit = CardRow.latest["visit"] == card.forgets_latest
        condition = condition & latest_is_this_visit
    return condition


def unmarking(card: Unmark) -> list[Action]:
    """Say what taking a visit back changes on its card; empty where nothing of the visit is left on it."""
    actions: list[Action] = []
    for fall in card.falls:
        used = CardRow.uses[fall.counter]
        actions.append(used.set(fall.to) if fall.to else used.remove())
    if card.restores_last:
        last = CardRow.last[card.quota]
        actions.append(last.remove() if card.last_before is None else last.set(card.last_before.isoformat()))
    if card.forgets_latest is not None:
        actions.append(CardRow.latest.remove())
    return actions
