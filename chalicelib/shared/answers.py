"""What can be said when something cannot be done, in one shape; the door alone turns it into HTTP (RFC 9457)."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Field:
    """One fault in what was sent: where it stands, a stable code, and how to mend it."""

    path: str
    code: str
    detail: str


class OpplevError(Exception):
    """Something that cannot be asked or done. `code` is stable; `detail` never holds a name, number or token."""

    kind: ClassVar[str] = "internal"

    def __init__(self, code: str, detail: str, fields: tuple[Field, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.fields = fields


class MalformedError(OpplevError):
    """What was sent cannot be read: wrong types, unknown fields, not JSON."""

    kind = "malformed"


class UnauthenticatedError(OpplevError):
    """Nobody is known to be asking: no token, or one that does not hold."""

    kind = "unauthenticated"


class ForbiddenError(OpplevError):
    """Somebody is asking who may not."""

    kind = "forbidden"


class UnknownError(OpplevError):
    """There is no such thing here; another tenant's things look the same."""

    kind = "unknown"


class ConflictError(OpplevError):
    """What is stored says otherwise."""

    kind = "conflict"


class TooLargeError(OpplevError):
    """More was sent than one call takes."""

    kind = "too_large"


class RuleError(OpplevError):
    """Well-formed, and against a rule."""

    kind = "against_rule"


class TryAgainError(OpplevError):
    """The table was busy; nothing was written, and the same call may be sent again."""

    kind = "try_again"
