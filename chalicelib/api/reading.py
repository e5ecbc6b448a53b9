"""What a caller sent, read strictly: every fault is named with its field, and no identity number gets through."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from chalicelib.shared.answers import Field, MalformedError, RuleError, TooLargeError
from chalicelib.shared.ids import ID, UUID, holds_identity_number
from chalicelib.shared.money import Ore

Sent = TypeVar("Sent")

MOST_BYTES: Final = 1_000_000
# A kontonummer has eleven digits by nature and is checked as such; codes and tokens are random and stay unread here.
UNGUARDED: Final = frozenset({"account", "card", "code", "id", "public_key", "visit_id"})
REFERENCE: Final = r"^[A-Za-z0-9_.:/-]+$"
_REGEX: Final = re.compile(r"matching regex '(.+)'")
_CHOICES: Final = re.compile(r"\^\(([\w|]+)\)\$")
_PATTERNS: Final = {
    ID: "Letters, digits, _ and - only, at most 64.",
    UUID: "A UUID in lower case, such as 2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e.",
    REFERENCE: "An opaque reference: letters, digits and _ . : / - only, no spaces and never a name.",
}
_AT: Final = re.compile(r" - at `(.+)`$")

Id = Annotated[str, Meta(pattern=ID)]
Uuid = Annotated[str, Meta(pattern=UUID, description="a random UUID (version 4), lower case, made by the caller")]
Line = Annotated[str, Meta(max_length=200)]
Label = Annotated[str, Meta(min_length=1, max_length=60)]
Text = Annotated[str, Meta(max_length=1000)]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]
CardText = Annotated[str, Meta(min_length=1, max_length=400, description="token, URL or number")]
Amount = Annotated[Ore, Meta(ge=0, le=100_000_00, description="øre")]
Percent = Annotated[int, Meta(ge=0, le=100)]
Year = Annotated[int, Meta(ge=1900, le=2100)]
LANGUAGES: Final = ("nb", "nn", "en", "ar", "so", "ti", "uk", "pl", "fa")
Language = Annotated[str, Meta(pattern=f"^({'|'.join(LANGUAGES)})$")]
Words = dict[Language, Annotated[str, Meta(min_length=1, max_length=500)]]


class Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What every body has in common: a field that is not known is a fault, since it was meant to do something."""


Row = TypeVar("Row", bound=Body)


def read(raw: bytes, kind: type[Sent]) -> Sent:
    """Read a JSON body as a kind of Body.

    Raises MalformedError with `fields` naming every fault at the top level, TooLargeError over a megabyte, and
    RuleError `identity_number` where a text holds a fødselsnummer (decision: no national identity numbers).
    """
    check_size(raw)
    try:
        sent = msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        raise MalformedError("bad_fields", "Some fields are missing or wrong.", _faults(raw, kind)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedError("not_json", "The body is not JSON in UTF-8.") from None
    return _guarded(sent)


def check_size(raw: bytes) -> None:
    """Raise TooLargeError over a megabyte."""
    if len(raw) > MOST_BYTES:
        raise TooLargeError("body_too_large", "Send at most one megabyte at a time.")


def read_cells(cells: Mapping[str, str], kind: type[Row]) -> Row:
    """Read the cells of one row of a table as a kind of Body, as strictly as `read` does and with the same errors."""
    given: dict[str, Any] = {}
    faults: list[Field] = []
    for field in msgspec.structs.fields(kind):
        if field.encode_name in cells:
            try:
                given[field.encode_name] = msgspec.convert(cells[field.encode_name], field.type, strict=False)
            except msgspec.ValidationError as error:
                faults.append(_fault(field.encode_name, str(error)))
        elif field.required:
            faults.append(Field(field.encode_name, "missing", "This field is needed."))
    if faults:
        raise MalformedError("bad_fields", "Some fields are missing or wrong.", tuple(faults))
    return _guarded(msgspec.convert(given, kind))


def _guarded(sent: Sent) -> Sent:
    found = tuple(_identity_numbers(sent, ""))
    if found:
        raise RuleError("identity_number", "A national identity number is never stored here; leave it out.", found)
    return sent


def _faults(raw: bytes, kind: type[Any]) -> tuple[Field, ...]:
    try:
        loose = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    if not isinstance(loose, dict):
        return (Field("", "type", "Expected an object."),)
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    faults = [Field(shown(name), "unknown_field", "There is no such field.") for name in loose if name not in known]
    for name, field in known.items():
        if name in loose:
            try:
                msgspec.convert(loose[name], field.type)
            except msgspec.ValidationError as error:
                faults.append(_fault(name, str(error)))
        elif field.required:
            faults.append(Field(name, "missing", "This field is needed."))
    return tuple(faults[:20])


def _fault(name: str, message: str) -> Field:
    at = _AT.search(message)
    path = name if at is None else name + at.group(1).removeprefix("$")
    return Field(path, "invalid", _plainly(_AT.sub("", message)))


def _plainly(message: str) -> str:
    """Say a validator's sentence so that a caseworker can mend the field."""
    found = _REGEX.search(message)
    if found is None:
        return message.replace("`int`", "a whole number").replace("`str`", "a text").replace("`", "")
    choices = _CHOICES.fullmatch(found[1])
    if choices is not None:
        return f"One of: {choices[1].replace('|', ', ')}."
    return _PATTERNS.get(found[1], f"Expected a text like {found[1]}.")


def shown(name: str) -> str:
    """Give a name that is not known as it may be repeated."""
    # An unknown name is the caller's own text: shown only where it cannot be anything but a name.
    return name if re.fullmatch(r"[A-Za-z_]{1,40}", name) else "?"


def _identity_numbers(value: Any, path: str) -> Iterator[Field]:
    if isinstance(value, str):
        if holds_identity_number(value):
            yield Field(path, "identity_number", "This looks like a fødselsnummer.")
    else:
        for step, inner in _inside(value):
            yield from _identity_numbers(inner, f"{path}{step}".removeprefix("."))


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in UNGUARDED:
                yield f".{key}", item
                yield "", key
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", item) for index, item in enumerate(value))
