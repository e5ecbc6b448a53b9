"""Finance's doors: months closed and approved, files pulled."""

import re

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api import answers
from chalicelib.api.answering import LOG, Answer
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.shared.answers import MalformedError, UnknownError

doors = Doors(__name__)

FINANCE = frozenset({Role.FINANCE})


@doors.open("GET", "/v1/settlements", who=FINANCE, gives=answers.SettlementsAnswer, says="The months and their state.")
def list_settlements(asking: Asking) -> Answer:
    """List them."""
    months = wiring.house().closing.months(asking.tenant, now=asking.now)
    return Answer(answers.SettlementsAnswer(settlements=[answers.settlement(each) for each in months]))


@doors.open(
    "POST", "/v1/settlements/{month}/close", who=FINANCE, gives=answers.SettlementAnswer,
    says="Close a month that has ended; repeating it gives the same answer.",
)  # fmt: skip
def close_month(asking: Asking, month: str) -> Answer:
    """Close it."""
    closed = wiring.house().closing.close(asking.tenant, _month(month), by=asking.by, now=asking.now)
    for alarm in closed.alarms:
        LOG.error("settlement_alarm tenant=%s code=%s month=%s", asking.tenant, alarm.code, alarm.month)
    return Answer(answers.settlement(closed), 202 if closed.state == "closing" else 200)


@doors.open(
    "POST", "/v1/settlements/{month}/approve", who=FINANCE, gives=answers.SettlementAnswer,
    says="Approve a closed month, as another person than who closed it by hand.",
)  # fmt: skip
def approve_month(asking: Asking, month: str) -> Answer:
    """Approve it."""
    approved = wiring.house().closing.approve(asking.tenant, _month(month), by=asking.by, now=asking.now)
    return Answer(answers.settlement(approved))


@doors.open(
    "GET", "/v1/settlements/{month}/files/{name}", who=FINANCE, gives=bytes,
    content_types=("text/csv",), says="A file of a closed month, the same bytes on every call.",
)  # fmt: skip
def get_file(asking: Asking, month: str, name: str) -> Answer:
    """Give it."""
    if re.fullmatch(r"[a-z0-9]{1,20}\.[a-z0-9]{1,5}", name) is None:
        raise UnknownError("unknown_file", "There is no such file.")
    fetched = wiring.house().closing.file(asking.tenant, _month(month), name)
    headers = {
        "ETag": f'"{fetched.sha256}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{asking.tenant}-{month}-{name}"',
    }
    if asking.headers.get("if-none-match") == headers["ETag"]:
        return Answer(None, 304, fetched.content_type, headers)
    if fetched.link is not None:
        return Answer(None, 303, headers={"Location": fetched.link, "ETag": headers["ETag"]})
    return Answer(fetched.content, 200, fetched.content_type, headers)


def _month(text: str) -> str:
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text) is None:
        raise MalformedError("bad_month", "Give the month as yyyy-mm.")
    return text
