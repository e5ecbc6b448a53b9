"""What a caller sent, read strictly: every fault is named with its field, and no identity number gets through."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from chalicelib.shared.answers import Field, MalformedError, RuleError, TooLargeError
from chalicelib.shared.ids import ID, UUID, holds_identity_number, is_identity_number
from chalicelib.shared.money import Ore

Sent = TypeVar("Sent")

MOST_BYTES: Final = 1_000_000
# A kontonummer has eleven digits by nature and is checked as such.
UNGUARDED: Final = frozenset({"account"})
# In codes, tokens and random ids eleven such digits may stand by chance: refused where they are all there is.
RANDOM: Final = frozenset({"card", "code", "digest", "id", "note", "public_key", "to", "uid", "visit_id"})
REFERENCE: Final = r"^[A-Za-z0-9_.:/-]+$"
_REGEX: Final = re.compile(r"matching regex '(.+)'")
_CHOICES: Final = re.compile(r"\^\(([\w|]+)\)\$")
_PATTERNS: Final = {
    ID: "Letters, digits, _ and - only, at most 64.",
    UUID: "A UUID in lower case, such as 2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e.",
    REFERENCE: "An opaque reference: letters, digits and _ . : / - only, no spaces and never a name.",
}
_MOST_FAULTS: Final = 20
_LOOKS_LIKE: Final = "This looks like a fødselsnummer or a D-number; send a reference of your own in its place."
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
        _guard_what_is_wrong(raw)
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
        _guarded(dict(cells))
        raise MalformedError("bad_fields", "Some fields are missing or wrong.", tuple(faults))
    return _guarded(msgspec.convert(given, kind))


def _guarded(sent: Sent) -> Sent:
    found = tuple(_identity_numbers(sent, "", holds_identity_number))[:_MOST_FAULTS]
    if found:
        raise identity_number(*found)
    return sent


def identity_number(*faults: Field) -> RuleError:
    """Say that an identity number was sent, where, and what to send in its place; never the number."""
    detail = "A fødselsnummer or D-number is never taken in here. Leave it out, or send a reference of your own."
    return RuleError("identity_number", detail, faults)


def guard_address(texts: Mapping[str, str]) -> None:
    """Raise RuleError `identity_number` where one stands in an address: in its path, its query or its headers."""
    found = [Field(name, "identity_number", _LOOKS_LIKE) for name, text in texts.items() if is_identity_number(text)]
    if found:
        raise identity_number(*found)


def _guard_what_is_wrong(raw: bytes) -> None:
    """Look for an identity number also where a field's form is wrong, since that is what is to be told first."""
    try:
        _guarded(msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return


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
    return tuple(faults[:_MOST_FAULTS])


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


Guard = Callable[[str], bool]


def _identity_numbers(value: Any, path: str, guard: Guard) -> Iterator[Field]:
    if isinstance(value, str):
        if guard(value):
            yield Field(path, "identity_number", _LOOKS_LIKE)
    else:
        for step, inner, inner_guard in _inside(value, guard):
            yield from _identity_numbers(inner, f"{path}{step}".removeprefix("."), inner_guard)


def _inside(value: Any, guard: Guard) -> Iterator[tuple[str, Any, Guard]]:
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, dict):
        for key, item in value.items():
            if guard(str(key)):
                yield "", key, guard  # and the name is not repeated
            elif key not in UNGUARDED:
                yield f".{shown(str(key))}", item, is_identity_number if key in RANDOM else guard
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", item, guard) for index, item in enumerate(value))
