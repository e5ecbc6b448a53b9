"""Answers about cards."""

from __future__ import annotations

from datetime import date  # noqa: TC003  msgspec reads it when a shape is made
from typing import TYPE_CHECKING, Literal

from chalicelib.api.answers.common import RowProblem, Shape, problem_of, status_of
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.calendar import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.cards.actions import GivenOut, Issued, Tagged
    from chalicelib.cards.rules import Card, StatusChange
    from chalicelib.venues.rules import Configuration, Programme


class CardAnswer(Shape):
    number: str
    programme: str
    valid_from: date
    valid_until: date
    status: str


class IssuedAnswer(CardAnswer):
    url: str
    token: str


class BatchRowAnswer(Shape, omit_defaults=True):
    row: int
    id: str | None
    status: Literal["issued", "replayed", "problem", "try_again"]
    number: str | None = None
    problem: RowProblem | None = None


class BatchAnswer(Shape):
    results: list[BatchRowAnswer]


class TagRowAnswer(Shape, omit_defaults=True):
    row: int
    status: Literal["bound", "unchanged", "problem", "try_again"]
    number: str | None = None
    problem: RowProblem | None = None


class TagsAnswer(Shape):
    results: list[TagRowAnswer]


class UseAnswer(Shape):
    venue: str
    offer: str
    used: int
    left: int | None
    limit: int | None
    period: str


class HistoryAnswer(Shape):
    at: str
    status: str
    reason: str | None
    by: str | None


class CardInFull(CardAnswer):
    birth_year: int | None
    language: str
    external_ref: str | None
    unit: str | None
    family_ref: str | None
    funding_source: str | None
    siblings: int
    replaced_by: str | None
    uses: list[UseAnswer]
    history: list[HistoryAnswer]


class CardsAnswer(Shape):
    cards: list[CardAnswer]


class DueAnswer(CardAnswer):
    too_old: bool


class WorkList(Shape):
    cards: list[DueAnswer]
    cursor: str | None


def card(stored: Card) -> CardAnswer:
    """Show a card in a list."""
    return CardAnswer(
        number=stored.number, programme=stored.programme, valid_from=stored.valid_from,
        valid_until=stored.valid_until, status=stored.status,
    )  # fmt: skip


def work_list(found: Iterable[Card], programme: Programme, today: date, cursor: str | None) -> WorkList:
    """Show the cards that expire, and whose holders the programme's ages leave out of the next period."""
    from chalicelib.cards.rules import too_old_for_the_next

    return WorkList(cards=[
        DueAnswer(
            number=each.number, programme=each.programme, valid_from=each.valid_from, valid_until=each.valid_until,
            status=each.status, too_old=too_old_for_the_next(each, programme, today),
        )
        for each in found
    ], cursor=cursor)  # fmt: skip


def issued(made: Issued) -> IssuedAnswer:
    """Show a card that was just given out, with what goes on it."""
    return IssuedAnswer(
        number=made.card.number, programme=made.card.programme, valid_from=made.card.valid_from,
        valid_until=made.card.valid_until, status=made.card.status, url=made.url, token=made.token,
    )  # fmt: skip


def batch_row(row: int, row_id: str | None, came_of: GivenOut | OpplevError) -> BatchRowAnswer:
    """Show what a row of a batch came to; the first row is 1."""
    if not isinstance(came_of, OpplevError):
        status: Literal["issued", "replayed"] = "replayed" if came_of.replayed else "issued"
        return BatchRowAnswer(row=row, id=row_id, status=status, number=came_of.number)
    return BatchRowAnswer(row=row, id=row_id, status=status_of(came_of), problem=problem_of(came_of))


def tag_row(row: int, came_of: Tagged | OpplevError) -> TagRowAnswer:
    """Show what a row of a bureau's return came to; the first row is 1."""
    if isinstance(came_of, OpplevError):
        return TagRowAnswer(row=row, status=status_of(came_of), problem=problem_of(came_of))
    return TagRowAnswer(row=row, status="bound" if came_of.changed else "unchanged", number=came_of.number)


def card_in_full(stored: Card, history: Iterable[StatusChange], configuration: Configuration, day: date) -> CardInFull:
    """Show a card to its issuer: use per offer under the terms of the day, and its history."""
    from chalicelib.cards.rules import counter, left
    from chalicelib.venues.rules import allowance

    programme = configuration.programmes.get(stored.programme)
    terms = [
        (each, *allowance(each, programme)) for each in configuration.agreements
        if each.programme == stored.programme and each.starts <= day <= each.until
    ]  # fmt: skip
    return CardInFull(
        number=stored.number, programme=stored.programme, valid_from=stored.valid_from,
        valid_until=stored.valid_until, status=stored.status, birth_year=stored.birth_year,
        language=stored.language, external_ref=stored.external_ref, unit=stored.unit,
        family_ref=stored.family_ref, funding_source=stored.funding, siblings=stored.siblings,
        replaced_by=stored.replaced_by,
        uses=[
            UseAnswer(
                venue=each.venue, offer=each.offer, used=stored.uses.get(counter(each, day), 0),
                left=left(stored, each, programme, day), limit=limit, period=period,
            )
            for each, limit, period in terms
        ],
        history=[
            HistoryAnswer(at=rfc3339(each.at), status=each.status, reason=each.reason, by=each.by or None)
            for each in history
        ],
    )  # fmt: skip
