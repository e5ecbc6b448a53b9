"""What an issuer asks for, and under which request id."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import CardNumber, ProgrammeId, holds_identity_number

KEPT_REQUEST: Final = timedelta(days=30)
CORRECTED: Final = "corrected"
RENEWAL_CANCELLED: Final = "renewal_cancelled"
CORRECTABLE: Final = frozenset({"birth_year", "language", "external_ref", "unit"})


@dataclass(frozen=True, slots=True)
class Application:
    """What an issuer asks for: a child's card, without the child."""

    programme: ProgrammeId
    external_ref: str
    birth_year: int
    language: str = "nb"
    unit: str | None = None
    family_ref: str | None = None
    funding_source: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    siblings: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong, or has moved: any of `birth_year`, `language`, `external_ref`, `unit`."""

    fields: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Request:
    """A request id of a caller with what it asked for; `made` is the number it was answered with.

    A stock is many requests, `<key>#0` and on, each of which made several numbers with commas between them.
    """

    by: str
    key: str
    content: str
    made: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Which card a reference holds in a programme. `previous` is the card before it, for whoever still carries it."""

    external_ref: str
    programme: ProgrammeId
    number: CardNumber
    previous: CardNumber
    valid_until: date
    ended: bool


def content_of(application: Application, **also: str) -> str:
    """Write an application as canonical JSON, so that the same request is known by what it says."""
    return content_as_text({**asdict(application), **also})


def content_as_text(said: Mapping[str, Any]) -> str:
    """Write what a request says as canonical JSON."""
    return json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def refuse_identity_numbers(texts: Mapping[str, str | int | None]) -> None:
    """Raise RuleError `identity_number` naming the fields that look like a fødselsnummer (decision: none is stored)."""
    found = tuple(
        Field(name, "identity_number", "This looks like a fødselsnummer.")
        for name, text in texts.items()
        if isinstance(text, str) and holds_identity_number(text)
    )
    if found:
        raise RuleError("identity_number", "A national identity number is never stored here; leave it out.", found)
