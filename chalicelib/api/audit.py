"""The doors to the book of changes: who did what, its seals, and whether anybody has altered it."""

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.reading import Body
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import next_month, oslo_date, oslo_month, rfc3339
from chalicelib.shared.ids import is_id

if TYPE_CHECKING:
    from chalicelib.audit.actions import Verified
    from chalicelib.audit.rules import Entry, Seal

doors = Doors(__name__)

OFFICE = frozenset({Role.OFFICE})
AUDITORS = frozenset({Role.OFFICE, Role.FINANCE})
_USUAL, _MOST = 50, 200
_SEAL = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}Z(\.[0-9]{3})?$"
SealName = Annotated[str, Meta(pattern=_SEAL, description="a seal's name, such as 2026-11-22T09Z")]


class KeptBody(Body, frozen=True):
    """A seal that was kept elsewhere, on paper perhaps: its name and its digest."""

    name: SealName
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class VerifyBody(Body, frozen=True):
    """Where to go on, as the answer before said; and a seal that has to be the one that stands here."""

    cursor: SealName | None = None
    kept: KeptBody | None = None


class AboutAnswer(Shape):
    """What a deed was done to. An id that is hidden says so; the same value has the same mark everywhere."""

    kind: str
    ids: list[str]


class ChangeAnswer(AboutAnswer):
    field: str
    before: str
    after: str


class EntryAnswer(Shape):
    """`says` is the deed in a sentence; `by` is who did it, in which `role`, and for them the `supplier` if any."""

    id: str
    at: str
    by: str
    role: str
    supplier: str | None
    what: str
    says: str
    about: list[AboutAnswer]
    changes: list[ChangeAnswer]


class EntriesAnswer(Shape):
    """A page of a day, the latest first; `cursor` null: there are no more."""

    day: str
    entries: list[EntryAnswer]
    cursor: str | None


class SealAnswer(Shape):
    """`digest` is the SHA-256 over the hour's entries in order, and over `before`, the digest of the seal before."""

    name: str
    since: str
    until: str
    entries: int
    before: str
    digest: str


class SealsAnswer(Shape):
    """The seals of a month; `head` is the latest of all: who keeps its name and digest can prove every earlier one."""

    month: str
    seals: list[SealAnswer]
    head: SealAnswer | None


class FindingAnswer(Shape):
    """The first thing that does not fit; `entry` null: it is the seal itself."""

    fault: str
    says: str
    at: str
    seal: str
    entry: str | None


class VerifiedAnswer(Shape):
    """`cursor` says where to go on; null with `finding` null: all of it fits, up to the seal `head`.

    Without a `head` nothing is sealed yet, and nothing is proven. `next_seal` is when, at the earliest, the first seal
    comes, or the next one over what waits.

    `waiting` entries are not sealed yet, the oldest from `waiting_since`. `unkeyed` seals were made under a key that
    has been taken out of the secret, so that only their place in the chain could be checked.
    """

    entries: int
    seals: int
    finding: FindingAnswer | None
    cursor: str | None
    head: SealAnswer | None
    waiting: int
    waiting_since: str | None
    unkeyed: int
    next_seal: str | None


@doors.open(
    "GET", "/v1/audit", who=OFFICE, gives=EntriesAnswer,
    query={
        "day": "yyyy-mm-dd in Oslo; today",
        "kind": "only what was done to these: card, programme, venue, offer, agreement, device, settlement, unit ...",
        "limit": f"how many at a time, at most {_MOST}; {_USUAL}",
        "cursor": "the cursor of the page before",
    },
    says="Who did what on a day: every change of a record other than a visit, the latest first.",
)  # fmt: skip
def list_entries(asking: Asking) -> Answer:
    """List them."""
    day, kind = _day(asking), asking.query.get("kind")
    if kind is not None and not is_id(kind):
        raise MalformedError("bad_query", "Give kind as one word, such as card.")
    found, cursor = wiring.house().audit.page(
        asking.tenant, day, kind=kind, before=asking.query.get("cursor"), most=_limit(asking), now=asking.now
    )
    return Answer(EntriesAnswer(day.isoformat(), [_entry(each) for each in found], cursor))


@doors.open(
    "GET", "/v1/audit/seals", who=AUDITORS, gives=SealsAnswer, query={"month": "yyyy-mm; the current one"},
    says="The seals of a month, to be kept elsewhere: one name and digest on paper prove everything before them.",
)  # fmt: skip
def list_seals(asking: Asking) -> Answer:
    """List them."""
    month = asking.query.get("month") or oslo_month(asking.now)
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month) is None:
        raise MalformedError("bad_month", "Give the month as yyyy-mm.")
    book = wiring.house().audit
    first, end = (date.fromisoformat(f"{each}-01") for each in (month, next_month(month)))
    seals = [_seal(each) for each in book.seals(asking.tenant, first, end, now=asking.now)]
    head = book.head(asking.tenant)
    return Answer(SealsAnswer(month, seals, None if head is None else _seal(head)))


@doors.open(
    "POST", "/v1/audit/verify", who=AUDITORS, takes=VerifyBody, gives=VerifiedAnswer,
    says="Recompute the chain of seals over the book of changes, a part a call; what does not fit first is named.",
)  # fmt: skip
def verify(asking: Asking, sent: VerifyBody) -> Answer:
    """Check the next part."""
    kept = None if sent.kept is None else (sent.kept.name, sent.kept.digest)
    found = wiring.house().audit.verify(asking.tenant, past=sent.cursor, kept=kept, now=asking.now)
    return Answer(_verified(found, asking.now))


def _day(asking: Asking) -> date:
    told = asking.query.get("day")
    if told is None:
        return oslo_date(asking.now)
    try:
        day = date.fromisoformat(told)
    except ValueError:
        day = date.max
    if not date(2020, 1, 1) <= day <= oslo_date(asking.now) + timedelta(days=1):
        raise MalformedError("bad_query", "Give day as yyyy-mm-dd, not after today.")
    return day


def _limit(asking: Asking) -> int:
    told = asking.query.get("limit", str(_USUAL))
    if re.fullmatch(r"[1-9][0-9]{0,2}", told) is None or int(told) > _MOST:
        raise MalformedError("bad_query", "Give limit as a whole number from 1 to 200.")
    return int(told)


def _entry(entry: "Entry") -> EntryAnswer:
    from chalicelib.audit.rules import sentence, shown, time_of

    deed = entry.deed()
    about = [] if deed is None else [AboutAnswer(kind, [shown(each) for each in ids]) for kind, ids in deed.records]
    changes = [] if deed is None else [
        ChangeAnswer(
            each.kind, [shown(name) for name in each.ids], each.field.replace("_", " "),
            shown(each.before), shown(each.after),
        )
        for each in deed.changed
    ]  # fmt: skip
    return EntryAnswer(
        id=entry.id, at=rfc3339(deed.at if deed else time_of(entry.id)), by=deed.by if deed else "",
        role=deed.role if deed else "", supplier=deed.supplier if deed else None, what=entry.what,
        says=sentence(entry, deed), about=about, changes=changes,
    )  # fmt: skip


def _seal(seal: "Seal") -> SealAnswer:
    return SealAnswer(seal.name, rfc3339(seal.since), rfc3339(seal.until), len(seal.covered), seal.before, seal.digest)


def _verified(found: "Verified", now: datetime) -> VerifiedAnswer:
    from chalicelib.audit.rules import fault_sentence, next_seal

    wrong = found.finding
    waits = wrong is None and (found.waiting > 0 or found.head is None)
    return VerifiedAnswer(
        entries=found.entries, seals=found.seals, cursor=found.after,
        finding=None if wrong is None else FindingAnswer(
            wrong.fault, fault_sentence(wrong), rfc3339(wrong.at), wrong.seal, wrong.entry
        ),
        head=None if found.head is None else _seal(found.head), waiting=found.waiting,
        waiting_since=None if found.waiting_since is None else rfc3339(found.waiting_since), unkeyed=found.unkeyed,
        next_seal=rfc3339(next_seal(found.waiting_since, now)) if waits else None,
    )  # fmt: skip
