"""The names of things, kept distinct by type, and the guard against national identity numbers."""

import re
from datetime import datetime
from typing import Final, NewType

Tenant = NewType("Tenant", str)
ProgrammeId = NewType("ProgrammeId", str)
VenueId = NewType("VenueId", str)
OfferId = NewType("OfferId", str)
CardNumber = NewType("CardNumber", str)  # 12 digits, the last two are check digits (ISO 7064 Mod 97-10)
CardKey = NewType("CardKey", str)  # random; the only tie between a visit and a card (design: two clocks of retention)
VisitId = NewType("VisitId", str)
DeviceId = NewType("DeviceId", str)  # "<tenant>-<24 hex digits>"
CurrencyId = NewType("CurrencyId", str)
MemberId = NewType("MemberId", str)  # random: all that a ledger knows of somebody, and nothing of a card's (D15)
ActivityId = NewType("ActivityId", str)
SessionId = NewType("SessionId", str)
TransferId = NewType("TransferId", str)  # made by whoever asks, who stores it before sending
HoldId = NewType("HoldId", str)
OperatorId = NewType("OperatorId", str)
OrganisationId = NewType("OrganisationId", str)
CallerId = NewType("CallerId", str)  # the person or client behind a token: "<issuer id>/<subject>"

ID: Final = r"^[A-Za-z0-9_-]{1,64}$"
UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_BASE32: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, in the alphabet's order
_SORTABLE_DIGITS: Final = 26
_RANDOM_BITS: Final = 80
_BETWEEN: Final = r"[ .:/_-]?"
_ELEVEN_DIGITS: Final = re.compile(
    rf"(?<!\d)\d{{2}}{_BETWEEN}\d{{2}}{_BETWEEN}\d{{2}}{_BETWEEN}\d{{5}}(?!\d)", re.ASCII
)
_A_UUID: Final = re.compile(rf"(?<![0-9A-Za-z]){UUID[1:-1]}(?![0-9A-Za-z])")
_FIRST_WEIGHTS: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def is_id(text: str) -> bool:
    """Say whether text can stand as an id in a path: letters, digits, `_` and `-`, at most 64."""
    return re.fullmatch(ID, text) is not None


def sortable_id(at: datetime, random: bytes) -> str:
    """Give an id that sorts by its time (a ULID): milliseconds since 1970, then ten bytes that tell two apart."""
    number = int(at.timestamp() * 1000) << _RANDOM_BITS | int.from_bytes(random)
    return "".join(_BASE32[number >> 5 * place & 31] for place in reversed(range(_SORTABLE_DIGITS)))


def holds_identity_number(text: str) -> bool:
    """Say whether any 11 digits in the text have the control digits of a fødselsnummer.

    Covers D-, H- and synthetic numbers, and the numbers given from 2032, whose first control digit leaves
    a remainder of 0 to 3 (Skatteetaten, "Nytt fødselsnummer fra 2032"). The date part is not looked at.
    A UUID is none: one in 7,700 random ones holds such digits by chance, and callers make their references of them,
    as they are or after a word of their own.
    """
    rest = _A_UUID.sub("x", text)
    return any(_has_control_digits(re.sub(r"\D", "", found.group())) for found in _ELEVEN_DIGITS.finditer(rest))


def is_identity_number(text: str) -> bool:
    """Say whether a text is nothing but a fødselsnummer, as `holds_identity_number` knows it.

    For what is random by nature, as a token, in which eleven such digits may stand by chance.
    """
    found = _ELEVEN_DIGITS.fullmatch(text.strip())
    return found is not None and _has_control_digits(re.sub(r"\D", "", found.group()))


def _has_control_digits(eleven: str) -> bool:
    digits = [int(digit) for digit in eleven]
    first = sum(weight * digit for weight, digit in zip(_FIRST_WEIGHTS, digits, strict=False)) + digits[9]
    second = sum(weight * digit for weight, digit in zip(_SECOND_WEIGHTS, digits, strict=False)) + digits[10]
    return first % 11 in {0, 1, 2, 3} and second % 11 == 0
