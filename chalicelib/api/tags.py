"""The doors to the tags in cards: the order that a card bureau makes them from, and the list that it sends back."""

from __future__ import annotations

import functools
from typing import Annotated

from msgspec import Meta

from chalicelib.api import answers
from chalicelib.api.answering import Answer
from chalicelib.api.counter import desk
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.prints import PRINTERS, PrintLine, as_file, refuse_names_of_the_office, wanted
from chalicelib.api.reading import Body
from chalicelib.api.rows import MOST_ROWS, Line, rows_of_csv, rows_of_json
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import CardNumber

doors = Doors(__name__)

MOST_COUNT = 2**24 - 2  # the chip counts to 2**24 - 1, and the last reading must still count as later


class OrderBody(Body, frozen=True):
    """Cards that get a tag. A name goes into the list and nowhere else."""

    cards: Annotated[list[PrintLine], Meta(min_length=1, max_length=MOST_ROWS)]


class TagRow(Body, frozen=True):
    """A card and the tag that was put into it: its UID, and how often it was read where it was made."""

    number: Annotated[str, Meta(pattern=r"^\d{12}$")]
    uid: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{14}$", description="14 hex digits")]
    count: Annotated[int, Meta(ge=0, le=MOST_COUNT)] = 0
    replaces: bool = False


class TagsBody(Body, frozen=True):
    """What came back from a bureau. As text/csv the first row holds the names of the fields."""

    cards: Annotated[list[TagRow], Meta(min_length=1, max_length=MOST_ROWS)]


@doors.open(
    "POST", "/v1/cards/tags/order", who=PRINTERS, takes=OrderBody, gives=bytes, content_types=("text/csv",),
    says="The list that a card bureau makes cards with NFC tags from. Names are used and forgotten; the office orders "
    "blanks, without a name.",
)  # fmt: skip
def order_tags(asking: Asking, sent: OrderBody) -> Answer:
    """Write the list."""
    from chalicelib.cards.paper.bureau import tags_csv

    refuse_names_of_the_office(asking, sent.cards)
    orders = desk(asking).order_tags(asking.tenant, wanted(sent.cards), now=asking.now)
    return as_file(tags_csv(orders), "text/csv; charset=utf-8", "brikker.csv")


@doors.open(
    "POST", "/v1/cards/tags", who=PRINTERS, takes=TagsBody, gives=answers.TagsAnswer,
    reads={
        "application/json": functools.partial(rows_of_json, whole=TagsBody, kind=TagRow),
        "text/csv": functools.partial(rows_of_csv, kind=TagRow),
    },
    says="Tie the tags that a card bureau made to their cards, row by row: a bad row stops no other, and sent twice "
    "changes nothing.",
)  # fmt: skip
def bind_tags(asking: Asking, sent: list[Line[TagRow]]) -> Answer:
    """Tie them; the rows that time did not suffice for are to be sent again."""
    from chalicelib.cards.rules import Binding, Tag

    rows = {row: line.sent for row, line in enumerate(sent) if isinstance(line.sent, TagRow)}
    bindings = [
        Binding(CardNumber(each.number), Tag(each.uid.lower(), each.count), replaces=each.replaces)
        for each in rows.values()
    ]
    at = desk(asking).in_one_go()
    came_of = dict(zip(rows, at.bind_tags(asking.tenant, bindings, now=asking.now), strict=True))
    return Answer(answers.TagsAnswer(results=[
        answers.tag_row(row + 1, line.sent if isinstance(line.sent, OpplevError) else came_of[row])
        for row, line in enumerate(sent)
    ]))  # fmt: skip
