"""The issuers' doors to the next period: who waits for a card, one renewed, many renewed, and one taken back."""

from __future__ import annotations

import base64
import functools
import re
from datetime import date
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.api import answers
from chalicelib.api.answering import Answer
from chalicelib.api.counter import desk
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.issuers import ISSUER, ONCE, StockNumber
from chalicelib.api.reading import Body, Id
from chalicelib.api.rows import MOST_ROWS, Line, rows_of_csv, rows_of_json
from chalicelib.shared.answers import MalformedError, OpplevError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CardNumber, ProgrammeId, is_id

if TYPE_CHECKING:
    from chalicelib.cards.rules import Card, Due

doors = Doors(__name__)

MOST_LISTED = 500


class RenewBody(Body, frozen=True):
    """The programme of the next period, and the blank to renew with where there is one."""

    programme: Id
    number: StockNumber | None = None


class RenewRow(Body, frozen=True, kw_only=True):
    """One of many renewals, with an id of the caller's own; `stock` is the blank to renew with where there is one."""

    id: Id
    number: Annotated[str, Meta(pattern=r"^\d{12}$", description="the card that is renewed")]
    programme: Id
    stock: StockNumber | None = None


class RenewListBody(Body, frozen=True):
    """Many renewals. As text/csv the first row holds the names of the fields."""

    cards: Annotated[list[RenewRow], Meta(min_length=1, max_length=MOST_ROWS)]


@doors.open(
    "GET", "/v1/cards", who=ISSUER, gives=answers.WorkList, says="The renewal work list, the next to expire first.",
    query={
        "programme": "the programme",
        "expires_before": "a date; cards whose last day is before it",
        "limit": "how many at most, 1 to 500; 500 unless said",
        "cursor": "the cursor of the page before; the last page gives none",
    },
)  # fmt: skip
def list_cards(asking: Asking) -> Answer:
    """List the cards that expire, a page at a time."""
    programme = asking.query.get("programme", "")
    try:
        before = date.fromisoformat(asking.query.get("expires_before", ""))
    except ValueError:
        raise MalformedError("bad_query", "Give expires_before as a date, yyyy-mm-dd.") from None
    if not is_id(programme):
        raise MalformedError("bad_query", "Give the programme's id.")
    after, most = _after(asking.query.get("cursor")), _limit(asking.query.get("limit"))
    house = wiring.house()
    wanted = ProgrammeId(programme)
    found = desk(asking).expiring(asking.tenant, wanted, before=before, after=after, most=most + 1, now=asking.now)
    terms = house.terms.configuration(asking.tenant).programmes[wanted]
    page = found[:most]
    cursor = _cursor(page[-1]) if len(found) > most else None
    return Answer(answers.work_list(page, terms, oslo_date(asking.now), cursor))


def _limit(text: str | None) -> int:
    if text is None:
        return MOST_LISTED
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_LISTED:
        raise MalformedError("bad_query", "Give limit as a number from 1 to 500.")
    return int(text)


def _cursor(card: Card) -> str:
    return base64.urlsafe_b64encode(f"{card.valid_until}#{card.number}".encode()).decode().rstrip("=")


def _after(cursor: str | None) -> Due | None:
    if cursor is None:
        return None
    try:
        told = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        day, number = re.fullmatch(r"(\d{4}-\d\d-\d\d)#(\d{12})", told).groups()  # type: ignore[union-attr]
        return date.fromisoformat(day), CardNumber(number)
    except (ValueError, AttributeError):
        raise MalformedError("bad_query", "Give cursor as the page before gave it.") from None


@doors.open(
    "POST", "/v1/cards/{number}/renew", who=ISSUER, takes=RenewBody, gives=answers.IssuedAnswer, status=201,
    headers=ONCE, says="Give the holder a new card for the next period, with fresh counters; the old one stays.",
)  # fmt: skip
def renew_card(asking: Asking, sent: RenewBody, number: str) -> Answer:
    """Renew it, once however often it is asked."""
    stock = None if sent.number is None else CardNumber(sent.number)
    key = asking.idempotency_key
    made = desk(asking).renew(
        asking.tenant, CardNumber(number), ProgrammeId(sent.programme), stock=stock, by=asking.by, key=key,
        now=asking.now,
    )  # fmt: skip
    return Answer(answers.issued(made), 201)


@doors.open(
    "POST", "/v1/cards/renew", who=ISSUER, takes=RenewListBody, gives=answers.BatchAnswer,
    reads={
        "application/json": functools.partial(rows_of_json, whole=RenewListBody, kind=RenewRow),
        "text/csv": functools.partial(rows_of_csv, kind=RenewRow),
    },
    says="Renew many cards, row by row: a bad row stops no other, and sent twice renews nothing twice.",
)  # fmt: skip
def renew_cards(asking: Asking, sent: list[Line[RenewRow]]) -> Answer:
    """Renew them; the rows that time did not suffice for are to be sent again."""
    from chalicelib.cards.actions import AskedToRenew

    rows = {row: line.sent for row, line in enumerate(sent) if isinstance(line.sent, RenewRow)}
    asked = [
        AskedToRenew(
            each.id, CardNumber(each.number), ProgrammeId(each.programme),
            None if each.stock is None else CardNumber(each.stock),
        )
        for each in rows.values()
    ]  # fmt: skip
    at = desk(asking).in_one_go()
    came_of = dict(zip(rows, at.renew_many(asking.tenant, asked, by=asking.by, now=asking.now), strict=True))
    return Answer(answers.BatchAnswer(results=[
        answers.batch_row(row + 1, line.id, line.sent if isinstance(line.sent, OpplevError) else came_of[row])
        for row, line in enumerate(sent)
    ]))  # fmt: skip


@doors.open(
    "POST", "/v1/cards/{number}/cancel-renewal", who=ISSUER, gives=answers.CardAnswer,
    says="Take a renewal back before the new card's first day: that card ends, and this one has its standing again.",
)  # fmt: skip
def cancel_renewal(asking: Asking, number: str) -> Answer:
    """Take it back."""
    kept = desk(asking).cancel_renewal(asking.tenant, CardNumber(number), by=asking.by, now=asking.now)
    return Answer(answers.card(kept))
