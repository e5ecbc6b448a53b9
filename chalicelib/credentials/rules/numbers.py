"""The card's number: ten random digits and two that tell a slip of the finger."""

import hashlib
import re
from typing import Final

from stdnum.iso7064 import mod_97_10

from chalicelib.shared.ids import CardNumber, Tenant

_RANDOM_DIGITS: Final = re.compile(r"\d{10}", re.ASCII)
_TWELVE_DIGITS: Final = re.compile(r"\d{12}", re.ASCII)


def with_check_digits(ten: str) -> CardNumber:
    """Make a card number of ten random digits (ISO 7064 Mod 97-10); it says nothing of the card's status."""
    if _RANDOM_DIGITS.fullmatch(ten) is None:
        raise ValueError
    return CardNumber(ten + mod_97_10.calc_check_digits(ten))


def checked_number(digits: str) -> CardNumber | None:
    """Give twelve digits as a card number, or None where they were mistyped."""
    # Made again and compared, since modulo 97 the check digits 01 pass for 98.
    if _TWELVE_DIGITS.fullmatch(digits) is None or with_check_digits(digits[:-2]) != digits:
        return None
    return CardNumber(digits)


def printed(number: CardNumber) -> str:
    """Write a number as it stands on the card: 4-4-4."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def blocked_hash(tenant: Tenant, number: CardNumber) -> str:
    """Give what stands in the blocked list for a number: 10 hex digits, the first 5 bytes of a SHA-256.

    The scanner makes the same of a number it has in hand; with the tenant in it, two municipalities' lists differ.
    """
    return hashlib.sha256(f"{tenant}:{number}".encode()).hexdigest()[:10]
