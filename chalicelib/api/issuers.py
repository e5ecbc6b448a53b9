"""The issuers' doors: NAV and others who give cards to children."""

from __future__ import annotations

import functools
from datetime import date  # noqa: TC003  msgspec reads it when a body is made
from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Meta, UnsetType

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api import answers
from chalicelib.api.answering import Answer
from chalicelib.api.counter import desk
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import REFERENCE, Body, Id, Language, Year
from chalicelib.api.rows import MOST_ROWS, Line, rows_of_csv, rows_of_json
from chalicelib.shared.answers import MalformedError, OpplevError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CardNumber, ProgrammeId

if TYPE_CHECKING:
    from chalicelib.cards.rules import Application, Card, StatusChange

doors = Doors(__name__)

ISSUER = frozenset({Role.ISSUER})
ONCE = {"Idempotency-Key": "an id made by the caller; the same key and content give the same card"}
StockNumber = Annotated[str, Meta(pattern=r"^\d{12}$", description="a blank of the stock")]
BlockReason = Annotated[str, Meta(pattern="^(lost|stolen|damaged|misuse|ended)$")]
# An opaque reference of the issuer's own; 64 printable characters, no space at the ends.
Reference = Annotated[str, Meta(min_length=1, max_length=64, pattern=REFERENCE)]


class IssueBody(Body, frozen=True):
    """A child's card, without the child: an opaque reference and a birth year."""

    programme: Id
    external_ref: Reference
    birth_year: Year
    language: Language = "nb"
    unit: Id | None = None
    family_ref: Reference | None = None
    funding_source: Id | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    siblings: Annotated[int, Meta(ge=0, le=10)] = 0


class BatchRow(IssueBody, frozen=True, kw_only=True):
    """One of many cards, with an id of the caller's own: the same id and content give the same card."""

    id: Id


class BatchBody(Body, frozen=True):
    """Many cards. As text/csv the first row holds the names of the fields."""

    cards: Annotated[list[BatchRow], Meta(min_length=1, max_length=MOST_ROWS)]


class CorrectBody(Body, frozen=True):
    """What was wrong, or has moved."""

    birth_year: Year | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    external_ref: Reference | UnsetType = UNSET
    unit: Id | UnsetType | None = UNSET


class FindBody(Body, frozen=True):
    """A reference, in a body since references stay out of URLs."""

    external_ref: Reference


class CardReasonBody(Body, frozen=True):
    """Why a card is blocked or ended."""

    reason: BlockReason


class ReplaceBody(CardReasonBody, frozen=True):
    """Why a card is replaced, and the blank that takes over where there is one."""

    number: StockNumber | None = None


class UnblockBody(Body, frozen=True):
    """Nothing need be said."""

    reason: BlockReason | None = None


@doors.open(
    "POST", "/v1/cards", who=ISSUER, takes=IssueBody, gives=answers.IssuedAnswer, status=201,
    headers=ONCE, says="Give a child a card.",
)  # fmt: skip
def issue(asking: Asking, sent: IssueBody) -> Answer:
    """Issue it, once however often it is asked."""
    key = asking.idempotency_key
    made = desk(asking).issue(asking.tenant, _application(sent), by=asking.by, key=key, now=asking.now)
    return Answer(answers.issued(made), 201)


def _application(sent: IssueBody) -> Application:
    from chalicelib.cards.rules import Application

    return Application(
        programme=ProgrammeId(sent.programme), external_ref=sent.external_ref, birth_year=sent.birth_year,
        language=sent.language, unit=sent.unit, family_ref=sent.family_ref, funding_source=sent.funding_source,
        valid_from=sent.valid_from, valid_until=sent.valid_until, siblings=sent.siblings,
    )  # fmt: skip


@doors.open(
    "POST", "/v1/cards/batch", who=ISSUER, takes=BatchBody, gives=answers.BatchAnswer,
    reads={
        "application/json": functools.partial(rows_of_json, whole=BatchBody, kind=BatchRow),
        "text/csv": functools.partial(rows_of_csv, kind=BatchRow),
    },
    says="Give many children a card, row by row: a bad row stops no other, and sent twice gives nothing out twice.",
)  # fmt: skip
def issue_batch(asking: Asking, sent: list[Line[BatchRow]]) -> Answer:
    """Issue them; the rows that time did not suffice for are to be sent again."""
    from chalicelib.cards.actions import Asked

    rows = {row: line.sent for row, line in enumerate(sent) if isinstance(line.sent, BatchRow)}
    asked = [Asked(each.id, _application(each)) for each in rows.values()]
    at = desk(asking).in_one_go()
    came_of = dict(zip(rows, at.issue_many(asking.tenant, asked, by=asking.by, now=asking.now), strict=True))
    return Answer(answers.BatchAnswer(results=[
        answers.batch_row(row + 1, line.id, line.sent if isinstance(line.sent, OpplevError) else came_of[row])
        for row, line in enumerate(sent)
    ]))  # fmt: skip


@doors.open(
    "POST", "/v1/cards/{number}/activate", who=ISSUER, takes=IssueBody, gives=answers.IssuedAnswer, status=201,
    headers=ONCE, says="Make a blank of the stock a child's card.",
)  # fmt: skip
def activate_card(asking: Asking, sent: IssueBody, number: str) -> Answer:
    """Activate it, once however often it is asked."""
    key = asking.idempotency_key
    made = desk(asking).activate(
        asking.tenant, CardNumber(number), _application(sent), by=asking.by, key=key, now=asking.now
    )
    return Answer(answers.issued(made), 201)


@doors.open("GET", "/v1/cards/{number}", who=ISSUER, gives=answers.CardInFull, says="A card, its use and its history.")
def get_card(asking: Asking, number: str) -> Answer:
    """Show it."""
    return _in_full(asking, *desk(asking).get(asking.tenant, CardNumber(number), now=asking.now))


@doors.open(
    "PATCH", "/v1/cards/{number}", who=ISSUER, takes=CorrectBody, gives=answers.CardInFull,
    says="Correct a birth year, a language, a reference or a unit.",
)  # fmt: skip
def correct_card(asking: Asking, sent: CorrectBody, number: str) -> Answer:
    """Correct it."""
    from chalicelib.cards.rules import Correction

    fields = {
        name: value
        for name in ("birth_year", "language", "external_ref", "unit")
        if (value := getattr(sent, name)) is not UNSET
    }
    if not fields:
        raise MalformedError("nothing_to_correct", "Name at least one field to correct.")
    at = desk(asking)
    mended = at.correct(asking.tenant, CardNumber(number), Correction(fields=fields), by=asking.by, now=asking.now)
    # Who moves a card to another unit sees it this once more.
    found, history = at.get(asking.tenant, mended.number, now=asking.now) if at.sees(mended) else (mended, [])
    return _in_full(asking, found, history)


def _in_full(asking: Asking, found: Card, history: list[StatusChange]) -> Answer:
    configuration = wiring.house().terms.configuration(asking.tenant)
    return Answer(answers.card_in_full(found, history, configuration, oslo_date(asking.now)))


@doors.open(
    "POST", "/v1/cards/find", who=ISSUER, takes=FindBody, gives=answers.CardsAnswer,
    says="The cards of a reference, which travels in the body.",
)  # fmt: skip
def find_cards(asking: Asking, sent: FindBody) -> Answer:
    """Find them."""
    found = desk(asking).find(asking.tenant, sent.external_ref, now=asking.now)
    return Answer(answers.CardsAnswer(cards=[answers.card(each) for each in found]))


@doors.open(
    "POST", "/v1/cards/{number}/block", who=ISSUER, takes=CardReasonBody, gives=answers.CardAnswer,
    says="Block a card; `ended` ends it for good and gives its place in the quota back.",
)  # fmt: skip
def block_card(asking: Asking, sent: CardReasonBody, number: str) -> Answer:
    """Block or end it."""
    at = desk(asking)
    act = at.end if sent.reason == "ended" else at.block
    return Answer(
        answers.card(act(asking.tenant, CardNumber(number), reason=sent.reason, by=asking.by, now=asking.now))
    )


@doors.open(
    "POST", "/v1/cards/{number}/unblock", who=ISSUER, takes=UnblockBody, gives=answers.CardAnswer,
    says="Let a blocked card be used again.",
)  # fmt: skip
def unblock_card(asking: Asking, sent: UnblockBody, number: str) -> Answer:
    """Unblock it."""
    freed = desk(asking).unblock(asking.tenant, CardNumber(number), reason=sent.reason, by=asking.by, now=asking.now)
    return Answer(answers.card(freed))


@doors.open(
    "POST", "/v1/cards/{number}/replace", who=ISSUER, takes=ReplaceBody, gives=answers.IssuedAnswer, status=201,
    says="Give a card a new number and token, or those of a blank; counters and history follow.",
)  # fmt: skip
def replace_card(asking: Asking, sent: ReplaceBody, number: str) -> Answer:
    """Replace it."""
    stock = None if sent.number is None else CardNumber(sent.number)
    made = desk(asking).replace(
        asking.tenant, CardNumber(number), reason=sent.reason, stock=stock, by=asking.by, now=asking.now
    )
    return Answer(answers.issued(made), 201)
