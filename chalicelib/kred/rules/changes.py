"""What a saved record of TimeKred changes, as the book of changes tells it."""

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

from chalicelib.kred.rules.activities import Activity, ActivityState, Organisation
from chalicelib.kred.rules.currencies import Acceptance, Currency, Operator, Partner
from chalicelib.shared.acting import Change, Hidden, Told

Record = Currency | Operator | Acceptance | Partner | Organisation | Activity
_PERSONS: Final = frozenset({"contact", "reviewer", "responsible", "decided_by"})
_NAMES: Final = frozenset({"id", "currency", "other", "venue"})  # what a record's own id says already
_KINDS: Final[dict[type[Record], str]] = {
    Currency: "currency",
    Operator: "operator",
    Acceptance: "acceptance",
    Partner: "partner",
    Organisation: "organisation",
    Activity: "activity",
}


def change_of(before: Record | None, after: Record) -> Change:
    """Give what saving a record changes."""
    return Change(_KINDS[type(after)], (name_of(after),), {} if before is None else told(before), told(after))


def name_of(record: Record) -> str:
    """Name a record as people speak of it: `gronnkred/bydel-nord`."""
    match record:
        case Currency():
            return record.id
        case Acceptance():
            return f"{record.currency}/{record.other}"
        case Partner():
            return f"{record.currency}/{record.venue}"
        case _:
            return f"{record.currency}/{record.id}"


def deed_of(before: Record | None, after: Record) -> str:
    """Name what was done, as `activity.approved`."""
    if isinstance(after, Partner):
        if isinstance(before, Partner) and before.state is after.state and (before.note, before.asks) != (
            after.note, after.asks
        ) and after.decided_on == before.decided_on:  # fmt: skip
            return "partner.asked"
        return f"partner.{after.state.value}"
    if isinstance(after, Activity) and before is not None:
        was = before.state if isinstance(before, Activity) else None
        if was is not after.state and after.state is not ActivityState.DRAFT:
            return f"activity.{after.state.value}"
    return f"{_KINDS[type(after)]}.{'made' if before is None else 'changed'}"


def told(record: Record) -> dict[str, Told]:
    """Give what is worth telling of a record; what says who a person is stays hidden."""
    said: dict[str, Told] = {}
    for each in fields(record):
        if each.name not in _NAMES:
            _tell(said, each.name, each.name, getattr(record, each.name))
    return said


def _tell(said: dict[str, Told], path: str, name: str, value: Any) -> None:
    if is_dataclass(value):
        for each in fields(value):
            _tell(said, f"{path}.{each.name}", each.name, getattr(value, each.name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            _tell(said, f"{path}.{key}", name, inner)
    elif path in {"grants", "asks"}:
        said[path] = len(value)  # each grant is told by itself, and each price when it is set
    elif isinstance(value, tuple):
        said[path] = ", ".join(map(str, value)) or None
    elif value not in {None, ""}:
        plain = value if isinstance(value, bool | int | date) else str(value)
        said[path] = Hidden(str(value)) if name in _PERSONS else plain
