"""What a municipality's archive holds, how a row is written in it, and which clock each kind of row goes by."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import start_of

FORMAT: Final = "opplev-archive/1"
MANIFEST: Final = "manifest.json"
ROWS: Final = "rows"  # rows/<kind>.jsonl
FILES: Final = "files"  # files/<key>
IMPORTING: Final = "import"  # the kind of row that stands while an archive is read in
HEAD: Final = "MUNICIPALITY"  # the sort key of the row without which a municipality is unknown
SETTLED_YEARS: Final = 5
SOON: Final = timedelta(days=30)
_PICTURES: Final = frozenset({"coat_of_arms", "logo"})
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_MONTH_FILE: Final = re.compile(r"[^/]+/settlements/(\d{4})-\d\d/.+")
_WRITE: Final = msgspec.json.Encoder(order="sorted")

Typed = Mapping[str, Any]  # {"S": "text"}, as DynamoDB writes a value
Item = Mapping[str, Typed]


class Clock(StrEnum):
    """What decides when a row goes (decision: two clocks of retention)."""

    NEVER = "never"  # configuration, counts and phones, minutes between accounts: nothing about a child
    CARD = "card"  # 12 months after the card's last day
    CARD_ENDS = "card_ends"  # with the card's last day
    SETTLED = "settled"  # five years after the year's end
    REQUEST = "request"  # 30 days
    SUSPECT = "suspect"  # a year
    ENROLMENT = "enrolment"  # two days
    IMPORT = "import"  # when the reading in is done
    MEMBER = "member"  # a year after leaving, and no day before that
    SEAT = "seat"  # a year after the session
    ROOM = "room"  # 60 days


CLOCKS: Final[Mapping[str, Clock]] = {
    "account": Clock.NEVER,
    "audit": Clock.SETTLED,
    "adjustment": Clock.SETTLED,
    "answer": Clock.SETTLED,
    "attestation": Clock.SETTLED,
    "attestation_of": Clock.SETTLED,
    "award": Clock.SETTLED,
    "blocked": Clock.CARD_ENDS,
    "book": Clock.NEVER,
    "card": Clock.CARD,
    "checkpoint": Clock.NEVER,
    "chain": Clock.NEVER,
    "claim": Clock.CARD,
    "device": Clock.NEVER,
    "document": Clock.NEVER,
    "enrolment": Clock.ENROLMENT,
    "entry": Clock.NEVER,
    "family": Clock.CARD,
    "history": Clock.CARD,
    "hold": Clock.NEVER,
    "guess": Clock.ENROLMENT,
    "import": Clock.IMPORT,
    "note": Clock.SETTLED,
    "note_batch": Clock.SETTLED,
    "person": Clock.NEVER,
    "kred": Clock.NEVER,
    "link": Clock.NEVER,
    "objection": Clock.SETTLED,
    "pointer": Clock.CARD,
    "quota": Clock.NEVER,
    "revocation": Clock.NEVER,
    "request": Clock.REQUEST,
    "member": Clock.MEMBER,
    "member_code": Clock.MEMBER,
    "session": Clock.NEVER,
    "seat": Clock.SEAT,
    "time_offer": Clock.NEVER,
    "room": Clock.ROOM,
    "spend": Clock.SETTLED,
    "visitors": Clock.NEVER,
    "reversal": Clock.NEVER,
    "seal": Clock.SETTLED,
    "settlement": Clock.SETTLED,
    "suspect": Clock.SUSPECT,
    "transfer": Clock.NEVER,
    "survey": Clock.SETTLED,
    "ticket": Clock.SETTLED,
    "unit": Clock.NEVER,
    "visit": Clock.SETTLED,
    "void": Clock.SETTLED,
    "worker": Clock.NEVER,
}
UNDATED: Final = frozenset({Clock.NEVER, Clock.IMPORT, Clock.MEMBER})


class Part(msgspec.Struct, frozen=True):
    """One member of the archive, and what it must be when it is read again. `rows` is None for a file."""

    name: str
    bytes: int
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds. The same rows and files give the same manifest, whenever and wherever it is made."""

    format: str
    tenant: str
    number: int  # kommunenummer, which stands in every card
    name: str
    signing_key: dict[str, str]  # the public half of the key that cards are signed with (JWK)
    parts: tuple[Part, ...]

    def rows(self) -> int:
        """Count the rows of every kind."""
        return sum(part.rows or 0 for part in self.parts)


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands of one kind of row or file, and what of it is past its time; never which."""

    kind: str
    clock: Clock
    rows: int = 0
    past: int = 0
    soon: int = 0  # within 30 days
    undated: int = 0  # of a kind that must go, without a day to go on: a fault of ours
    longest_past: int = 0  # whole days


def line_of(item: Item) -> bytes:
    """Write a row as one line of JSON, names in order: texts, whole numbers, truth values, lists, maps."""
    return _WRITE.encode({name: _plain(value) for name, value in item.items()}) + b"\n"


def item_of(line: bytes) -> dict[str, dict[str, Any]]:
    """Read a line again, as DynamoDB writes a row. MalformedError `bad_archive` where it is none."""
    try:
        return {name: _typed(value) for name, value in msgspec.json.decode(line, type=dict[str, Any]).items()}
    except (msgspec.MsgspecError, ValueError, AttributeError) as error:
        raise bad_archive() from error


def manifest_text(manifest: Manifest) -> bytes:
    """Write a manifest for people and programs."""
    return msgspec.json.format(_WRITE.encode(manifest), indent=1) + b"\n"


def manifest_of(text: bytes) -> Manifest:
    """Read a manifest. MalformedError `bad_archive`, or `other_format` where a later version wrote it."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise bad_archive() from error
    if manifest.format != FORMAT:
        raise MalformedError("other_format", "The archive is of a format that this version cannot read.")
    return manifest


def bad_archive() -> MalformedError:
    """Say that a file is not an archive, or has been changed since it was written."""
    return MalformedError("bad_archive", "The file is not a whole archive; ask for it to be sent again.")


def kind_of(item: Item) -> str:
    """Give the kind of a row. MalformedError `bad_archive` where it has none."""
    kind = item.get("kind", {}).get("S")
    if not isinstance(kind, str) or kind not in CLOCKS:
        raise bad_archive()
    return kind


def place_of(item: Item) -> tuple[str, str]:
    """Give a row's two keys."""
    try:
        return str(item["PK"]["S"]), str(item["SK"]["S"])
    except KeyError as error:
        raise bad_archive() from error


def is_past(item: Item, now: datetime) -> bool:
    """Say whether a row has passed its time, though DynamoDB may not have come round to it."""
    ends = _ends(item)
    return ends is not None and ends <= now.timestamp()


def belongs(item: Item, prefix: str, tenants: str, number: int) -> bool:
    """Say whether all keys of a row are the municipality's own; its head alone stands in the list of all of them."""
    group = item.get("GSI1PK", {}).get("S")
    if not place_of(item)[0].startswith(prefix):
        return False
    if group == tenants:
        return is_head(item) and item.get("GSI1SK", {}).get("S", "").startswith(f"{number:05d}#")
    return group is None or str(group).startswith(prefix)


def is_head(item: Item) -> bool:
    """Say whether it is the row without which the municipality is unknown: written last, so that nothing is half."""
    return place_of(item)[1] == HEAD


def pictures_in(item: Item) -> list[str]:
    """Give the keys of the files that a record of the configuration shows on cards."""
    try:
        record = msgspec.json.decode(item["document"]["S"], type=dict[str, Any])
    except (KeyError, msgspec.MsgspecError):
        return []
    return sorted(str(value) for name, value in record.items() if name in _PICTURES and value)


def tallied(kind: str, items: Iterable[Item], now: datetime) -> Tally:
    """Count the rows of one kind."""
    clock, seconds = CLOCKS[kind], now.timestamp()
    rows = past = soon = undated = longest = 0
    for item in items:
        rows, ends = rows + 1, _ends(item)
        if ends is None:
            undated += clock not in UNDATED
        elif ends <= seconds:
            past, longest = past + 1, max(longest, int(seconds - ends) // 86400)
        else:
            soon += ends <= (now + SOON).timestamp()
    return Tally(kind, clock, rows, past, soon, undated, longest)


def added(one: Tally, other: Tally) -> Tally:
    """Add up two counts of the same kind."""
    return Tally(
        one.kind, one.clock, one.rows + other.rows, one.past + other.past, one.soon + other.soon,
        one.undated + other.undated, max(one.longest_past, other.longest_past),
    )  # fmt: skip


def file_goes(key: str) -> datetime | None:
    """Give when a file of a settlement goes, five years after its year's end; None for a file that stays."""
    found = _MONTH_FILE.fullmatch(key)
    return start_of(date(int(found[1]) + SETTLED_YEARS + 1, 1, 1)) if found else None


def tally_of_file(key: str, now: datetime) -> Tally:
    """Count a file."""
    goes = file_goes(key)
    if goes is None:
        return Tally("file", Clock.SETTLED, rows=1)
    past = goes <= now
    return Tally(
        "file", Clock.SETTLED, rows=1, past=int(past), soon=int(not past and goes <= now + SOON),
        longest_past=(now.astimezone(UTC) - goes).days if past else 0,
    )  # fmt: skip


def _ends(item: Item) -> int | None:
    ends = item.get("expires", {}).get("N")
    return None if ends is None else int(float(ends))


def _plain(value: Typed) -> Any:  # noqa: PLR0911  one way out for each type that DynamoDB has
    [(kind, held)] = value.items()
    match kind:
        case "S" | "BOOL":
            return held
        case "N":
            return int(held) if _WHOLE.fullmatch(held) else {"$number": held}
        case "NULL":
            return None
        case "L":
            return [_plain(each) for each in held]
        case "M":
            inner = {name: _plain(each) for name, each in held.items()}
            return {"$map": inner} if any(name.startswith("$") for name in inner) else inner
        case "B":
            return {"$bytes": base64.b64encode(held).decode()}
        case "SS" | "NS":
            return {f"${kind}": sorted(held)}
        case _:
            raise bad_archive()


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [_typed(each) for each in value]}
        case dict():
            return _typed_map(value)
        case _:
            raise bad_archive()


def _typed_map(value: dict[str, Any]) -> dict[str, Any]:
    name, held = next(iter(value.items())) if len(value) == 1 else ("", value)
    match name:
        case "$number":
            return {"N": held}
        case "$bytes":
            return {"B": base64.b64decode(str(held), validate=True)}
        case "$SS" | "$NS":
            return {name.removeprefix("$"): held}
        case _:
            inner = held if name == "$map" else value
            return {"M": {each: _typed(of_it) for each, of_it in inner.items()}}
