"""What a saved record changes, as the book of changes tells it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any, Final

from chalicelib.shared.acting import Change, Hidden, Told
from chalicelib.venues.rules.configuration import Configuration
from chalicelib.venues.rules.records import (
    Agreement,
    Municipality,
    Offer,
    PendingAccount,
    Programme,
    Record,
    State,
    Venue,
)

_ACCOUNT_DIGITS: Final = 4  # of an account number may be read, so that two people can speak of it
_PERSONS: Final = frozenset({"contact"})
_NAMES: Final = frozenset({"id", "venue", "offer", "programme", "starts"})  # what a record's own id says already


def changes_of(standing: Configuration | None, records: Iterable[Record]) -> list[Change]:
    """Give what saving records changes, a record written along unchanged left out."""
    changes = [_change(_before(standing, record), record) for record in records]
    return [change for change in changes if change.differences]


def deed_of(changes: list[Change]) -> str:
    """Name what was done by what happened to the first record, as `venue.account_confirmed`."""
    first = changes[0]
    gone_from, come_to = first.before, first.after
    if not gone_from:
        return f"{first.kind}.made"
    if first.kind == "programme" and gone_from.get("state") != come_to.get("state"):
        return "programme.closed" if come_to.get("state") == State.CLOSED else "programme.opened"
    if first.kind == "venue" and gone_from.get("pending_account") != come_to.get("pending_account"):
        if come_to.get("pending_account") is not None:
            return "venue.account_asked"
        if come_to.get("account") == gone_from.get("pending_account"):
            return "venue.account_confirmed"
    return f"{first.kind}.changed"


def _change(before: Record | None, after: Record) -> Change:
    kind, named = _name(after)
    return Change(kind, (named,), {} if before is None else dict(_told(before)), _said(before, after))


def _said(before: Record | None, after: Record) -> Mapping[str, Told]:
    """Give what a record says; of a new one, only what it does not say of itself anyway."""
    told = dict(_told(after))
    if before is not None:
        return told
    of_itself = {each.name: each.default for each in fields(after) if each.default is not MISSING}
    return {name: value for name, value in told.items() if value != _plain(name, of_itself.get(name))}


def _told(record: Record) -> Iterator[tuple[str, Told]]:
    for each in fields(record):
        value = getattr(record, each.name)
        if each.name in _NAMES:
            continue
        if isinstance(value, dict):
            yield from ((f"{each.name}.{key}", _plain(each.name, text)) for key, text in value.items())
        else:
            yield each.name, _plain(each.name, value)


def _plain(name: str, value: Any) -> Told:
    if isinstance(value, PendingAccount):
        return Hidden(value.account, _ACCOUNT_DIGITS)
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    if value is None or value == "":
        return None
    if name == "account":
        return Hidden(value, _ACCOUNT_DIGITS)
    if name in _PERSONS:
        return Hidden(value)
    return value if isinstance(value, bool | int | date) else str(value)


def _name(record: Record) -> tuple[str, str]:
    match record:
        case Municipality():
            return "municipality", record.id
        case Programme():
            return "programme", record.id
        case Venue():
            return "venue", record.id
        case Offer():
            return "offer", f"{record.venue}/{record.id}"
        case Agreement():
            starts = record.starts.isoformat()
            return "agreement", f"{record.programme}/{record.venue}/{record.offer}/{starts}"


def _before(standing: Configuration | None, record: Record) -> Record | None:
    if standing is None:
        return None
    match record:
        case Municipality():
            return standing.municipality
        case Programme():
            return standing.programmes.get(record.id)
        case Venue():
            return standing.venues.get(record.id)
        case Offer():
            return standing.offers.get((record.venue, record.id))
        case Agreement():
            same = (each for each in standing.agreements if _name(each) == _name(record))
            return next(same, None)
