"""What a card bureau writes on a tag, and when a tag becomes a card's (NTAG 424 DNA)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib.cards.rules.lives import Card, Status, Tag
from chalicelib.credentials.rules import MAC_BYTES, PICC_BYTES
from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.ids import CardNumber

FILE_BYTES: Final = 256  # the chip's NDEF file, its two bytes of length included
_PREFIXES: Final = {"http": b"\x03", "https": b"\x04"}  # what an NDEF URI record writes for a scheme
_URL: Final = re.compile(r"(?i)(?P<scheme>https?)://(?P<host>[^/#]+)(?P<rest>/.*#)(?P<token>[A-Z2-7]+)")
_TAGGED: Final = frozenset({Status.BLANK, Status.ACTIVE, Status.BLOCKED})


@dataclass(frozen=True, slots=True)
class TagFile:
    """The bytes of a tag's NDEF file, and where in it the chip mirrors itself: offsets from the file's start.

    The MAC covers what stands from `mac_input` up to `mac`: the token, and the UID and count of the reading.
    """

    content: bytes
    picc: int
    mac_input: int
    mac: int


@dataclass(frozen=True, slots=True)
class TagOrder:
    """One card as a bureau makes it with a tag in it. The name is used and forgotten."""

    number: CardNumber
    name: str | None
    valid_until: date
    url: str
    file: TagFile
    key_batch: str


@dataclass(frozen=True, slots=True)
class Binding:
    """What a bureau says of a card that it made: the tag's UID, and how often it was read there."""

    number: CardNumber
    tag: Tag
    replaces: bool = False


def tag_file(url: str) -> TagFile:
    """Lay out the file of a tag with a card's address; zeros stand where the chip mirrors itself.

    RuleError `host_too_long` where the address is too long for the chip.
    """
    found = _URL.fullmatch(url)
    if found is None:
        message = "a card's address is an http or https URL with a token behind #"
        raise ValueError(message)
    lead = f"{found['host'].lower()}{found['rest']}".encode("ascii")
    tail = f"{found['token']}.{'0' * 2 * PICC_BYTES}.{'0' * 2 * MAC_BYTES}".encode("ascii")
    payload = _PREFIXES[found["scheme"].lower()] + lead + tail
    size = 2 + 4 + len(payload)  # the length, and the record's own head
    if size > FILE_BYTES:
        detail = (
            f"The host {found['host'].lower()} has {len(found['host'])} characters; with more than "
            f"{len(found['host']) - (size - FILE_BYTES)} the address does not fit into a tag."
        )
        raise RuleError("host_too_long", detail)
    record = b"\xd1\x01" + len(payload).to_bytes(1) + b"U" + payload
    token = 2 + len(record) - len(tail)
    picc = token + len(found["token"]) + 1
    return TagFile(len(record).to_bytes(2) + record, picc=picc, mac_input=token, mac=picc + 2 * PICC_BYTES + 1)


def bound(card: Card, binding: Binding) -> Card:
    """Give a card with its tag; the same card where it has that one, whose count never moves back.

    ConflictError `not_in_that_state` where the card is nobody's any more, `has_another_tag` unless it `replaces` it.
    """
    if card.status not in _TAGGED:
        raise ConflictError("not_in_that_state", "The card is nobody's any more.")
    if card.tag is not None and card.tag.uid == binding.tag.uid:
        return card
    if card.tag is not None and not binding.replaces:
        raise ConflictError("has_another_tag", "The card has another tag; send `replaces` where that one is gone.")
    return replace(card, tag=binding.tag)


def given_twice(bindings: Sequence[Binding]) -> set[int]:
    """Give the rows whose tag stands in an earlier row by another card: a tag holds one card's token."""
    first: dict[str, CardNumber] = {}
    return {row for row, each in enumerate(bindings) if first.setdefault(each.tag.uid, each.number) != each.number}


def batch_of_keys(tenant: str, key_id: int) -> str:
    """Name the keys that a tag is written with, as the bureau's contract does."""
    return f"{tenant}-{key_id}"
