"""The doors to the figures: a year told so far, and the year pack for the council."""

import re
from typing import TYPE_CHECKING

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.calendar import oslo_date, rfc3339

if TYPE_CHECKING:
    from chalicelib.reports.rules import Statement

doors = Doors(__name__)

READERS = frozenset({Role.OFFICE, Role.FINANCE})


class FigureAnswer(Shape):
    """`visits` null: hidden, and then `at_least` is what was told earlier in the year. `amount` in øre, rounded."""

    key: str
    visits: int | None
    at_least: int | None
    amount: int | None


class ReachAnswer(Shape):
    """Cards and those used at least once, both to the nearest five; `quota` null: no limit."""

    programme: str
    cards: int
    used: int
    quota: int | None


class StatementAnswer(Shape):
    """`rounded_to` is how coarsely `amount` is told, in øre; `names` are what the rows' keys are called."""

    year: int
    until: str
    told_at: str
    visits: int
    amount: int | None
    rounded_to: int | None
    hidden: int
    tables: dict[str, list[FigureAnswer]]
    reach: list[ReachAnswer]
    names: dict[str, dict[str, str]]
    earlier: list[str]
    files: list[str]


class ToldAnswer(Shape):
    """A telling: the year up to a month."""

    until: str
    told_at: str


class TellingsAnswer(Shape):
    """What has been told of a year, oldest first."""

    year: int
    told: list[ToldAnswer]


@doors.open(
    "GET", "/v1/statistics", who=READERS, gives=TellingsAnswer, query={"year": "yyyy, this year where it is left out"},
    says="What has been told of a year: each telling is of the year so far.",
)  # fmt: skip
def list_tellings(asking: Asking) -> Answer:
    """List them."""
    text = asking.query.get("year") or str(oslo_date(asking.now).year)
    if re.fullmatch(r"20\d\d", text) is None:
        raise MalformedError("bad_year", "Give the year as yyyy.")
    told = wiring.house().statistics.releases(asking.tenant, int(text))
    listed = [ToldAnswer(until=each.until, told_at=rfc3339(each.made_at)) for each in told]
    return Answer(TellingsAnswer(year=int(text), told=listed))


@doors.open(
    "POST", "/v1/statistics/{month}", who=frozenset({Role.OFFICE}), gives=StatementAnswer,
    says="Tell the year up to a month that has ended. It stands ever after, and later tellings are laid on top of it; "
    "repeating it gives the same answer.",
)  # fmt: skip
def tell_year(asking: Asking, month: str) -> Answer:
    """Tell it."""
    told = wiring.house().statistics.tell(asking.tenant, _month(month), by=asking.by, now=asking.now)
    return Answer(_statement(told))


@doors.open(
    "GET", "/v1/statistics/{month}", who=READERS, gives=StatementAnswer,
    says="The year as it was told up to a month. Figures of fewer than five visits or children are hidden, and so are "
    "those that would give them away.",
)  # fmt: skip
def get_statement(asking: Asking, month: str) -> Answer:
    """Show it."""
    return Answer(_statement(wiring.house().statistics.statement(asking.tenant, _month(month))))


@doors.open(
    "GET", "/v1/statistics/{month}/files/{name}", who=READERS, gives=bytes,
    content_types=("text/csv", "application/pdf"),
    says="What was told as `tables.csv`, or as a year pack for the council: `yearpack-nb.pdf`, `-nn`, `-en`.",
)  # fmt: skip
def get_statistics_file(asking: Asking, month: str, name: str) -> Answer:
    """Give it."""
    from hashlib import sha256

    if re.fullmatch(r"[a-z-]{1,20}\.[a-z]{1,5}", name) is None:
        raise UnknownError("no_such_file", "There is no such file.")
    content, content_type = wiring.house().statistics.file(asking.tenant, _month(month), name)
    headers = {
        "ETag": f'"{sha256(content).hexdigest()}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{asking.tenant}-{month}-{name}"',
    }
    if asking.headers.get("if-none-match") == headers["ETag"]:
        return Answer(None, 304, content_type, headers)
    return Answer(content, 200, content_type, headers)


def _statement(told: "Statement") -> StatementAnswer:
    from chalicelib.reports.actions import SERVED

    return StatementAnswer(
        year=told.year, until=told.until, told_at=rfc3339(told.made_at), visits=told.visits, amount=told.amount,
        rounded_to=told.rounded_to, hidden=told.hidden,
        tables={
            table: [
                FigureAnswer(key=row.key, visits=row.visits, at_least=row.at_least, amount=row.amount) for row in rows
            ]
            for table, rows in told.tables.items()
        },
        reach=[
            ReachAnswer(programme=each.programme, cards=each.cards, used=each.used, quota=each.quota)
            for each in told.reach
        ],
        names=told.names, earlier=list(told.earlier), files=sorted(SERVED),
    )  # fmt: skip


def _month(text: str) -> str:
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text) is None:
        raise MalformedError("bad_month", "Give the month as yyyy-mm.")
    return text
