"""Finance's doors: months closed and approved, files pulled."""

import re
from typing import Annotated, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api import answers
from chalicelib.api.answering import LOG, Answer
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body
from chalicelib.shared.answers import MalformedError, UnknownError

doors = Doors(__name__)

FINANCE = frozenset({Role.FINANCE})
_AT_THE_DOOR: Final = 20.0  # seconds; the gateway waits 29
_FILE_TYPES: Final = (
    "text/csv", "text/plain", "application/xml", "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
Code = Annotated[str, Meta(max_length=100)]


class CodesBody(Body, frozen=True):
    """Accounting codes by name. `account` is the account that a bank file pays from."""

    account: Annotated[str, Meta(max_length=20)] | None = None
    codes: Annotated[dict[Code, Code], Meta(max_length=200)] = {}


@doors.open("GET", "/v1/settlements", who=FINANCE, gives=answers.SettlementsAnswer, says="The months and their state.")
def list_settlements(asking: Asking) -> Answer:
    """List them."""
    months = wiring.house().closing.months(asking.tenant, now=asking.now)
    return Answer(answers.SettlementsAnswer(settlements=[answers.settlement(each) for each in months]))


@doors.open(
    "POST", "/v1/settlements/{month}/close", who=FINANCE, gives=answers.SettlementAnswer,
    says="Close a month that has ended; repeating it gives the same answer, or carries on what takes long (202).",
)  # fmt: skip
def close_month(asking: Asking, month: str) -> Answer:
    """Close it."""
    house = wiring.house()
    pace = house.pace(_AT_THE_DOOR)
    closed = house.closing.close(asking.tenant, _month(month), by=asking.by, now=asking.now, time_for=pace)
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
    "POST", "/v1/settlements/{month}/paid", who=FINANCE, gives=answers.SettlementAnswer,
    says="Note that an approved month is paid.",
)  # fmt: skip
def month_paid(asking: Asking, month: str) -> Answer:
    """Note it."""
    paid = wiring.house().closing.paid(asking.tenant, _month(month), by=asking.by, now=asking.now)
    return Answer(answers.settlement(paid))


@doors.open(
    "POST", "/v1/settlements/{month}/verify", who=FINANCE, gives=answers.VerifiedAnswer,
    says="Compute a closed month again from the rows of its visits, and say what does not add up.",
)  # fmt: skip
def verify_month(asking: Asking, month: str) -> Answer:
    """Compute it again."""
    verified = wiring.house().auditor.verify(asking.tenant, _month(month), now=asking.now)
    return Answer(answers.verified(verified))


@doors.open(
    "GET", "/v1/erp", who=frozenset({Role.FINANCE, Role.OFFICE}), gives=answers.CodesAnswer,
    says="The municipality's accounting codes.",
)  # fmt: skip
def get_codes(asking: Asking) -> Answer:
    """Show them."""
    return Answer(answers.codes(wiring.house().terms.configuration(asking.tenant).municipality))


@doors.open(
    "PUT", "/v1/erp", who=FINANCE, takes=CodesBody, gives=answers.CodesAnswer,
    says="Set the accounting codes: which payment file there is, and what stands in it.",
)  # fmt: skip
def put_codes(asking: Asking, sent: CodesBody) -> Answer:
    """Set them, all at once."""
    account = {"debtor_account": plain} if (plain := re.sub(r"[ .]", "", sent.account or "")) else {}
    stored = wiring.house().terms.put_codes(asking.tenant, {**sent.codes, **account})
    return Answer(answers.codes(stored))


@doors.open(
    "GET", "/v1/settlements/{month}/files/{name}", who=FINANCE, gives=bytes,
    content_types=_FILE_TYPES,
    says="A file of a closed month, the same bytes on every call; 303 to a link of five minutes where it is large.",
)  # fmt: skip
def get_file(asking: Asking, month: str, name: str) -> Answer:
    """Give it."""
    if re.fullmatch(r"[a-z0-9]{1,20}\.[a-z0-9]{1,5}", name) is None:
        raise UnknownError("unknown_file", "There is no such file.")
    fetched = wiring.house().closing.file(asking.tenant, _month(month), name, by=asking.by, now=asking.now)
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
