"""The code that makes a phone a device, and the words that are kept of the phone."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Final

from chalicelib.access.rules.who import is_tenant
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import Tenant, holds_identity_number

ENROLMENT_LASTS: Final = timedelta(hours=24)
_LONGEST_LABEL: Final = 60
_LONGEST_REASON: Final = 200
_CODE: Final = re.compile(r"[A-Z2-7]{16}")  # 80 bits in base32 (RFC 4648)
_LONGEST_CODE: Final = 300  # a whole address is read too


def new_code(tenant: Tenant, random: bytes) -> tuple[str, str]:
    """Write 80 random bits as an enrolment code, `<tenant>.XXXX-XXXX-XXXX-XXXX`, and give its fingerprint too."""
    letters = base64.b32encode(random).decode()
    groups = "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
    return f"{tenant}.{groups}", _fingerprint(letters)


def read_code(text: str) -> tuple[Tenant, str] | None:
    """Give the tenant and the fingerprint of a code, or of the address that holds it; None where it is no code.

    Case does not count, nor do spaces and hyphens after the dot.
    """
    if len(text) > _LONGEST_CODE:
        return None
    tenant, _, written = text.rpartition("#")[2].strip().rpartition(".")
    letters = re.sub(r"[\s-]", "", written).upper()
    if not is_tenant(tenant.lower()) or not _CODE.fullmatch(letters):
        return None
    return Tenant(tenant.lower()), _fingerprint(letters)


def checked_label(label: str) -> str:
    """Give a phone's label, 1-60 characters; a label that holds an identity number is refused."""
    return _checked(label, "label", _LONGEST_LABEL)


def checked_reason(reason: str) -> str:
    """Give the reason a phone was taken out of use, 1-200 characters, without identity numbers."""
    return _checked(reason, "reason", _LONGEST_REASON)


def _fingerprint(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()


def _checked(text: str, name: str, longest: int) -> str:
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= longest or not trimmed.isprintable():
        code, detail = f"bad_{name}", f"`{name}` must be 1-{longest} characters on one line."
        raise RuleError(code, detail, (Field(name, code, detail),))
    if holds_identity_number(trimmed):
        detail = f"`{name}` looks like it holds a fødselsnummer; leave it out."
        raise RuleError("identity_number", detail, (Field(name, "identity_number", detail),))
    return trimmed
