"""Finance's doors: months closed and approved, files pulled; a venue's statement, objections and adjustments."""

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api import answers
from chalicelib.api.answering import LOG, Answer
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body, Id, Reason, Uuid
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore

if TYPE_CHECKING:
    from chalicelib.settlement.rules import Settlement

doors = Doors(__name__)

FINANCE = frozenset({Role.FINANCE})
_BOTH: Final = frozenset({Role.FINANCE, Role.OFFICE})
_AT_THE_DOOR: Final = 20.0  # seconds; the gateway waits 29
_FILE_TYPES: Final = (
    "text/csv", "text/plain", "application/xml", "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
Day: TypeAlias = date  # for a body that has a field of that name
Code = Annotated[str, Meta(max_length=100)]


class CodesBody(Body, frozen=True):
    """Accounting codes by name. `account` is the account that a bank file pays from."""

    account: Annotated[str, Meta(max_length=20)] | None = None
    codes: Annotated[dict[Code, Code], Meta(max_length=200)] = {}


class AdjustmentBody(Body, frozen=True):
    """What is to be paid or taken back. Without `amount` it is what the agreement of that day gives for the persons."""

    id: Uuid
    programme: Id
    offer: Id
    date: date
    reason: Reason
    persons: Annotated[int, Meta(ge=0, le=1000)] = 1
    amount: Annotated[Ore, Meta(ge=-1_000_000_00, le=1_000_000_00, description="øre, negative to take back")] | None = (
        None
    )
    visit_id: Uuid | None = None


class DecisionBody(Body, frozen=True):
    """Yes or no."""

    accepted: bool


class ObjectionBody(Body, frozen=True):
    """What a venue does not agree with, in its own words; never a name. `offer` and `date`: which line or day."""

    id: Uuid
    month: Annotated[str, Meta(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
    text: Annotated[str, Meta(min_length=1, max_length=1000)]
    offer: Id | None = None
    date: Day | None = None


class ObjectionAnswerBody(Body, frozen=True):
    """Whether the venue is right, and why."""

    accepted: bool
    answer: Annotated[str, Meta(min_length=1, max_length=1000)]


@doors.open("GET", "/v1/settlements", who=FINANCE, gives=answers.SettlementsAnswer, says="The months and their state.")
def list_settlements(asking: Asking) -> Answer:
    """List them."""
    months = wiring.house().closing.months(asking.tenant, now=asking.now)
    waiting = _waiting(asking)
    return Answer(answers.SettlementsAnswer(settlements=[_shown(each, waiting) for each in months]))


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
    return Answer(_shown(closed, _waiting(asking)), 202 if closed.state == "closing" else 200)


@doors.open(
    "POST", "/v1/settlements/{month}/approve", who=FINANCE, gives=answers.SettlementAnswer,
    says="Approve a closed month, as another person than who closed it by hand.",
)  # fmt: skip
def approve_month(asking: Asking, month: str) -> Answer:
    """Approve it."""
    approved = wiring.house().closing.approve(asking.tenant, _month(month), by=asking.by, now=asking.now)
    return Answer(_shown(approved, _waiting(asking)))


@doors.open(
    "POST", "/v1/settlements/{month}/paid", who=FINANCE, gives=answers.SettlementAnswer,
    says="Note that an approved month is paid.",
)  # fmt: skip
def month_paid(asking: Asking, month: str) -> Answer:
    """Note it."""
    paid = wiring.house().closing.paid(asking.tenant, _month(month), by=asking.by, now=asking.now)
    return Answer(_shown(paid, _waiting(asking)))


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


def _shown(settlement: "Settlement", waiting: Counter[str]) -> answers.SettlementAnswer:
    files = wiring.house().closing.files_of(settlement)
    return answers.settlement(settlement, files, open_objections=waiting[settlement.month])


def _waiting(asking: Asking) -> Counter[str]:
    """Count the venues' objections to each month that nobody has answered: who approves must know of them."""
    from chalicelib.settlement.rules import CaseState

    found = wiring.house().casework.objections(asking.tenant, month=None)
    return Counter(each.month for each in found if each.state is CaseState.OPEN)


def _month(text: str) -> str:
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text) is None:
        raise MalformedError("bad_month", "Give the month as yyyy-mm.")
    return text


@doors.open(
    "GET", "/v1/adjustments", who=_BOTH, gives=answers.AdjustmentsAnswer,
    says="The adjustments that wait for finance.",
)  # fmt: skip
def list_adjustments(asking: Asking) -> Answer:
    """List them."""
    waiting = wiring.house().casework.proposed(asking.tenant)
    return Answer(answers.AdjustmentsAnswer(adjustments=[answers.adjustment(each) for each in waiting]))


@doors.open(
    "POST", "/v1/venues/{venue}/adjustments", who=frozenset({Role.OFFICE}), takes=AdjustmentBody,
    gives=answers.AdjustmentAnswer, status=201,
    says="Propose an adjustment for visits that were never registered, or wrongly so; finance confirms it.",
)  # fmt: skip
def propose_adjustment(asking: Asking, sent: AdjustmentBody, venue: str) -> Answer:
    """Propose it, once."""
    from chalicelib.settlement.rules import Draft

    draft = Draft(
        id=VisitId(sent.id), venue=VenueId(venue), offer=OfferId(sent.offer), programme=ProgrammeId(sent.programme),
        date=sent.date, persons=sent.persons, reason=sent.reason, amount=sent.amount,
        about=None if sent.visit_id is None else VisitId(sent.visit_id),
    )  # fmt: skip
    made = wiring.house().casework.propose(asking.tenant, draft, by=asking.by, now=asking.now)
    return Answer(answers.adjustment(made), 201)


@doors.open(
    "POST", "/v1/adjustments/{adjustment}/decide", who=FINANCE, takes=DecisionBody, gives=answers.AdjustmentAnswer,
    says="Confirm an adjustment, which makes it a line of this month, or reject it; another than who proposed it.",
)  # fmt: skip
def decide_adjustment(asking: Asking, sent: DecisionBody, adjustment: str) -> Answer:
    """Decide it."""
    decided = wiring.house().casework.decide(
        asking.tenant, VisitId(adjustment), accepted=sent.accepted, by=asking.by, now=asking.now
    )
    return Answer(answers.adjustment(decided))


@doors.open(
    "GET", "/v1/objections", who=_BOTH, gives=answers.ObjectionsAnswer,
    query={"month": "yyyy-mm; all where it is left out"},
    says="The venues' objections to their statements.",
)  # fmt: skip
def list_objections(asking: Asking) -> Answer:
    """List them."""
    text = asking.query.get("month")
    found = wiring.house().casework.objections(asking.tenant, month=None if text is None else _month(text))
    return Answer(answers.ObjectionsAnswer(objections=[answers.objection(each) for each in found]))


@doors.open(
    "POST", "/v1/objections/{objection}/answer", who=_BOTH, takes=ObjectionAnswerBody,
    gives=answers.ObjectionAnswer, says="Answer an objection; the venue reads it beside its statement.",
)  # fmt: skip
def answer_objection(asking: Asking, sent: ObjectionAnswerBody, objection: str) -> Answer:
    """Answer it, once."""
    answered = wiring.house().casework.answer(
        asking.tenant, objection, accepted=sent.accepted, answer=sent.answer, by=asking.by, now=asking.now
    )
    return Answer(answers.objection(answered))


@doors.open(
    "GET", "/v1/scan/statement", who=frozenset({Role.DEVICE}), right=Right.STATEMENT, gives=answers.StatementsAnswer,
    query={"month": "yyyy-mm", "format": "pdf for the statements as a document"},
    content_types=("application/json", "application/pdf"),
    says="The venue's own month: per offer and day, what it comes to, and what was objected and answered.",
)  # fmt: skip
def get_statement(asking: Asking) -> Answer:
    """Show it, also while the month is open."""
    from chalicelib.settlement.paper import statements_pdf

    month, desk = _month(asking.query.get("month", "")), wiring.house().casework
    told = desk.statements(asking.tenant, asking.device.venue, month, now=asking.now)
    if asking.query.get("format") == "pdf":
        if not told:
            raise UnknownError("nothing_to_show", "There is nothing to settle for this month.")
        named = {"Content-Disposition": f'inline; filename="{told[0].reference}.pdf"'}
        return Answer(statements_pdf(told), 200, "application/pdf", named)
    objections = desk.objections(asking.tenant, venue=asking.device.venue, month=month)
    state, months = desk.seen(asking.tenant, asking.device.venue, month, now=asking.now)
    return Answer(answers.statements(month, told, objections, state=state, months=months))


@doors.open(
    "POST", "/v1/scan/statement/objections", who=frozenset({Role.DEVICE}), right=Right.STATEMENT, takes=ObjectionBody,
    gives=answers.ObjectionAnswer, status=201, says="Object to the venue's statement, until the month is approved.",
)  # fmt: skip
def object_to_statement(asking: Asking, sent: ObjectionBody) -> Answer:
    """Take it, once however often it is sent."""
    from chalicelib.settlement.rules import Said

    offer = None if sent.offer is None else OfferId(sent.offer)
    said = Said(sent.id, _month(sent.month), sent.text, offer, sent.date)
    made = wiring.house().casework.object(asking.device, said, now=asking.now)
    return Answer(answers.objection(made), 201)
