"""The doors of printed notes: made and taken out of use by an operator, redeemed by a partner's phone."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Right, Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.kred_members import CodeBody as MemberBody
from chalicelib.api.kred_members import key_of
from chalicelib.api.prints import as_file
from chalicelib.api.proofs import CodeBody
from chalicelib.api.reading import Body, Id, Uuid
from chalicelib.shared.answers import MalformedError, UnknownError
from chalicelib.shared.ids import ActivityId, CurrencyId, OperatorId, TransferId, VenueId

if TYPE_CHECKING:
    from chalicelib.kred.rules.notes import Batch, NotTaken, Taken
    from chalicelib.kred.rules.standing import Standing
    from chalicelib.ledger.rules import Account, Limits

doors = Doors(__name__)

_WHO: Final = frozenset({Role.OPERATOR, Role.COORDINATOR})


class NotesBody(Body, frozen=True):
    """Notes to make: paid for by an activity's grant, or, by an operator, out of the pot. `minutes` is of each."""

    id: Uuid
    minutes: Annotated[int, Meta(ge=1, le=600)]
    count: Annotated[int, Meta(ge=1, le=500)]
    last_day: date
    activity: Id | None = None
    operator: Annotated[Id, Meta(description="whose notes they are, where the pot pays for them")] | None = None
    language: Annotated[str, Meta(pattern="^(nb|nn|en)$")] = "nb"


class VoidBody(Body, frozen=True):
    """Why the notes are taken out of use."""

    reason: Annotated[str, Meta(pattern="^(stolen|lost|mistake)$")]


class RedeemBody(CodeBody, frozen=True):
    """A note that is handed in, under an id that the phone has stored before sending."""

    id: Uuid


class DepositBody(MemberBody, frozen=True, kw_only=True):
    """A note that a member puts into their own account; `note` is what its code holds."""

    id: Uuid
    note: Annotated[str, Meta(min_length=1, max_length=400)]


class BatchAnswer(Shape):
    id: str
    operator: str
    minutes: int
    count: int
    worth: int
    left: Annotated[int, Meta(description="minutes that are not redeemed")]
    last_day: date
    state: str
    ended_on: date | None
    paid_by: str


class BatchesAnswer(Shape):
    batches: list[BatchAnswer]
    left: int


class RedeemedAnswer(Shape):
    taken: bool
    because: str | None
    minutes: int
    currency: str | None
    serial: str | None


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/notes", who=_WHO, takes=NotesBody, gives=BatchAnswer, status=201,
    says="Make a batch of printed notes, paid for at once. The same id and content again: the same batch.",
)  # fmt: skip
def issue_notes(asking: Asking, sent: NotesBody, currency: str) -> Answer:
    """Make them."""
    from chalicelib.kred.rules.notes import Batch

    house, tenant, here = wiring.house(), asking.tenant, CurrencyId(currency)
    source, operator, limits = _source(asking, sent, here)
    batch = Batch(
        sent.id, here, source, sent.minutes, sent.count, sent.last_day, asking.by, asking.now,
        house.terms.configuration(tenant).municipality.signing_key, operator, sent.language,
    )  # fmt: skip
    setup = house.currencies.setup(tenant, here)
    made = house.notes.issue(tenant, batch, setup.currency, now=asking.now, limits=limits)
    return Answer(_shown(made, house.notes.left(tenant, made)), 201)


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/notes", who=_WHO, gives=BatchesAnswer,
    says="Your own batches, newest first, with what is not redeemed of each.",
)  # fmt: skip
def list_notes(asking: Asking, currency: str) -> Answer:
    """List them."""
    standing = _here(asking, currency)
    found = wiring.house().notes.all(asking.tenant, CurrencyId(currency))
    own = [_shown(batch, left) for batch, left in found if standing.runs(batch.operator)]
    return Answer(BatchesAnswer(batches=own, left=sum(each.left for each in own)))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/notes/{batch}/sheets", who=_WHO, gives=bytes,
    content_types=("application/pdf",),
    says="The notes on A4 sheets with marks to cut along: within 24 hours of being made, and written down each time.",
)  # fmt: skip
def print_notes(asking: Asking, currency: str, batch: str) -> Answer:
    """Print them."""
    from chalicelib.kred.paper.notes import print_notes as draw

    house, here = wiring.house(), CurrencyId(currency)
    found = _own(asking, currency, batch)
    notes = house.notes.sheets(asking.tenant, here, batch, by=asking.by, now=asking.now)
    drawn = draw(
        notes, house.currencies.setup(asking.tenant, here).currency,
        issuer=house.terms.configuration(asking.tenant).municipality.name, language=found.language,
        made=found.issued_at,
    )  # fmt: skip
    return as_file(drawn, "application/pdf", "sedler.pdf")


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/notes/{batch}/void", who=_WHO, takes=VoidBody, gives=BatchAnswer,
    says="Take a batch out of use: no note of it is taken any more, and what was left goes back to who paid.",
)  # fmt: skip
def void_notes(asking: Asking, sent: VoidBody, currency: str, batch: str) -> Answer:
    """Void it."""
    _own(asking, currency, batch)
    desk = wiring.house().notes
    ended = desk.void(asking.tenant, CurrencyId(currency), batch, because=sent.reason, now=asking.now)
    return Answer(_shown(ended, desk.left(asking.tenant, ended)))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/notes/expire", who=_WHO, gives=BatchesAnswer,
    says="End those of your own batches whose last day has passed: what is left of them has expired.",
)  # fmt: skip
def expire_notes(asking: Asking, currency: str) -> Answer:
    """End them."""
    standing = _here(asking, currency)
    ended = wiring.house().notes.expire(
        asking.tenant, CurrencyId(currency), now=asking.now, own=lambda each: standing.runs(each.operator)
    )
    return Answer(BatchesAnswer(batches=[_shown(each, 0) for each in ended], left=0))


@doors.open(
    "POST", "/v1/kred/notes/redeem", who=frozenset({Role.DEVICE}), right=Right.SCAN, takes=RedeemBody,
    gives=RedeemedAnswer, says="Take a note at a partner, once. A no is an answer: `taken` false, with its reason.",
)  # fmt: skip
def redeem_note(asking: Asking, sent: RedeemBody) -> Answer:
    """Take it."""
    from chalicelib.ledger.rules import partner_account

    venue = asking.device.venue
    done = wiring.house().notes.redeem(
        asking.tenant, sent.code, partner_account(venue), transfer=TransferId(sent.id),
        takes=lambda currency: _takes(asking, currency, venue), who=asking.device.id, now=asking.now,
    )  # fmt: skip
    return Answer(redeemed(done))


@doors.open(
    "POST", "/v1/kred/member/deposit", who=PUBLIC, takes=DepositBody, gives=RedeemedAnswer,
    says="Put a note into one's own account, once, but for one's own print. A no is an answer: `taken` false, and why.",
    why_public="the member's code and its PIN are the proof",
)  # fmt: skip
def deposit_note(asking: Asking, sent: DepositBody) -> Answer:
    """Put it in."""
    from chalicelib.ledger.rules import member_account

    house = wiring.house()
    tenant, member = house.members.opened(key_of(sent), now=asking.now)
    currency = CurrencyId(member.currency)
    done = house.notes.redeem(
        tenant, sent.note, member_account(member.id), transfer=TransferId(sent.id),
        takes=lambda taken: taken == currency, who=member.id, now=asking.now,
        is_theirs=lambda batch: bool(batch.hands & house.currencies.who_is(tenant, currency, member.id)),
        limits=house.members.terms(tenant, member.currency).caps(member.id),
    )  # fmt: skip
    return Answer(redeemed(done))


def redeemed(done: "Taken | NotTaken") -> RedeemedAnswer:
    """Show what came of a note."""
    from chalicelib.kred.rules.notes import NotTaken

    if isinstance(done, NotTaken):
        return RedeemedAnswer(taken=False, because=done.because, minutes=0, currency=None, serial=None)
    note = done.note
    return RedeemedAnswer(taken=True, because=None, minutes=note.worth, currency=note.currency, serial=note.serial)


def _takes(asking: Asking, currency: str, venue: VenueId) -> bool:
    from chalicelib.kred.rules.currencies import PartnerState

    partner = wiring.house().currencies.setup(asking.tenant, CurrencyId(currency)).partner(venue)
    return partner is not None and partner.state is PartnerState.APPROVED


def _source(asking: Asking, sent: NotesBody, currency: CurrencyId) -> "tuple[Account, str, Limits]":
    """Say who pays, whose notes they are, and how much of it is free today."""
    from chalicelib.kred.rules.activities import ActivityState, held_back
    from chalicelib.ledger.rules import NO_LIMITS, POT, Limits, grant_account
    from chalicelib.shared.answers import ConflictError
    from chalicelib.shared.calendar import oslo_date

    house, standing = wiring.house(), _here(asking, currency)
    if (sent.activity is None) == (sent.operator is None):
        raise MalformedError("bad_fields", "Give the activity that pays, or the operator where the pot does.")
    if sent.activity is None:
        standing.insist_on_operator(sent.operator or "")
        house.currencies.setup(asking.tenant, currency).operator(sent.operator or "")
        return POT, sent.operator or "", NO_LIMITS
    activity, _ = house.activities.own(asking.caller, currency, ActivityId(sent.activity))
    standing.insist_on_running(activity)
    today, paying = oslo_date(asking.now), grant_account(activity.id)
    if activity.state is not ActivityState.APPROVED or activity.grant_on(today) is None:
        raise ConflictError("no_grant", "The activity has no grant that may be used today.")
    return paying, activity.operator, Limits(floors={paying: held_back(activity, today)})


def _here(asking: Asking, currency: str) -> "Standing":
    standing = wiring.house().currencies.for_whom(asking.caller, CurrencyId(currency))[1]
    if standing.operators is not None and not standing.operators:
        raise UnknownError("unknown_currency", "There is no such currency.")
    return standing


def _own(asking: Asking, currency: str, batch: str) -> "Batch":
    standing = _here(asking, currency)
    found = wiring.house().notes.one(asking.tenant, CurrencyId(currency), batch)
    if not standing.runs(OperatorId(found.operator)):
        raise UnknownError("unknown_batch", "There is no such batch of notes in this currency.")
    return found


def _shown(batch: "Batch", left: int) -> BatchAnswer:
    told: dict[str, Any] = {"last_day": batch.last_day, "ended_on": batch.ended_on}
    return BatchAnswer(
        id=batch.id, operator=batch.operator, minutes=batch.worth, count=batch.count, worth=batch.minutes, left=left,
        state=batch.state, paid_by=batch.source, **told,
    )  # fmt: skip
