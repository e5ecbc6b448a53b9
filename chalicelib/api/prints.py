"""The doors to the printer: cards, a list for a card bureau, and the sheets that a family takes home."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.counter import desk
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body, Language
from chalicelib.shared.answers import ForbiddenError
from chalicelib.shared.ids import CardNumber

doors = Doors(__name__)

PRINTERS = frozenset({Role.ISSUER, Role.OFFICE})
MOST_SHEETS = 250  # an answer of the function holds 6 MB


class PrintLine(Body, frozen=True):
    """A card to print. The name goes into the PDF and nowhere else; without one the card is printed blank."""

    number: Annotated[str, Meta(pattern=r"^\d{12}$")]
    name: Annotated[str, Meta(min_length=1, max_length=80)] | None = None


class PrintBody(Body, frozen=True):
    """Cards to print: CR80 pages for a card printer, A4 sheets with cut marks, or a CSV for a card bureau."""

    cards: Annotated[list[PrintLine], Meta(min_length=1, max_length=500)]
    layout: Annotated[str, Meta(pattern="^(cr80|a4|csv)$")] = "a4"


class SheetsBody(Body, frozen=True):
    """Cards to tell of: how the card is used, or what is left where. Without a language, each in its card's own."""

    cards: Annotated[list[PrintLine], Meta(min_length=1, max_length=MOST_SHEETS)]
    kind: Annotated[str, Meta(pattern="^(information|left)$")] = "information"
    language: Language | None = None


@doors.open(
    "POST", "/v1/cards/print", who=PRINTERS, takes=PrintBody, gives=bytes,
    content_types=("application/pdf", "text/csv"),
    says="Cards as a PDF, or as a list for a card bureau. Names are used and forgotten; the office gives none.",
)  # fmt: skip
def print_cards(asking: Asking, sent: PrintBody) -> Answer:
    """Print them."""
    from chalicelib.cards.paper import print_cards as draw
    from chalicelib.cards.paper.bureau import bureau_csv

    refuse_names_of_the_office(asking, sent.cards)
    jobs, look = desk(asking).prints(asking.tenant, wanted(sent.cards), images=wiring.house().files.get, now=asking.now)
    if sent.layout == "csv":
        return as_file(bureau_csv(jobs), "text/csv; charset=utf-8", "kort.csv")
    return as_file(draw(jobs, look, layout=sent.layout), "application/pdf", "kort.pdf")


@doors.open(
    "POST", "/v1/cards/sheets", who=PRINTERS, takes=SheetsBody, gives=bytes, content_types=("application/pdf",),
    says="A sheet for each card in the family's language: how it is used, or what is left where. The office makes "
    "sheets for blanks only, without a name.",
)  # fmt: skip
def print_sheets(asking: Asking, sent: SheetsBody) -> Answer:
    """Print them."""
    from chalicelib.cards.paper.sheets import print_sheets as draw
    from chalicelib.cards.rules import SheetKind

    refuse_names_of_the_office(asking, sent.cards)
    kind = SheetKind(sent.kind)
    if kind is SheetKind.LEFT and Role.ISSUER not in asking.caller.roles:
        raise ForbiddenError("counts_are_for_issuers", "What is left on a card is for those who gave it.")
    house = wiring.house()
    sheets, arms = desk(asking).sheets(
        asking.tenant, wanted(sent.cards), language=sent.language, images=house.files.get, now=asking.now
    )
    return as_file(draw(sheets, kind, arms=arms), "application/pdf", "ark.pdf")


def wanted(cards: list[PrintLine]) -> list[tuple[CardNumber, str | None]]:
    """Give the cards that are asked for, with the names that pass through."""
    return [(CardNumber(line.number), line.name) for line in cards]


def refuse_names_of_the_office(asking: Asking, cards: list[PrintLine]) -> None:
    """Raise ForbiddenError `names_are_for_issuers` where the office sends a name."""
    if Role.ISSUER not in asking.caller.roles and any(line.name is not None for line in cards):
        raise ForbiddenError("names_are_for_issuers", "The office prints cards without a name.")


def as_file(content: bytes, kind: str, name: str) -> Answer:
    """Give a file that a browser shows."""
    return Answer(content, 200, kind, {"Content-Disposition": f'inline; filename="{name}"'})
