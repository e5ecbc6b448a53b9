"""Whose code is held up: one read, and no name in the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chalicelib.credentials.actions import Presented
from chalicelib.kred.rules.members import Code
from chalicelib.kred.rules.spending import Because
from chalicelib.shared.answers import UnknownError
from chalicelib.shared.ids import CardNumber, Tenant


class CodeBook(Protocol):
    """Where codes are kept."""

    def code(self, tenant: Tenant, number: CardNumber) -> Code | None:
        """Say whose a code is."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Tells a member's code from a card, a copy with a slip, and a parking ticket.

    `read` proves what was held up for a tenant; `tenant_of` says whose a token is, unproven, where it is anybody's.
    """

    store: CodeBook
    read: Callable[[Tenant, str], Presented]
    tenant_of: Callable[[str], Tenant | None]

    def find(self, tenant: Tenant, text: str) -> Code | Because:
        """Say whose it is, or why it is nobody's."""
        presented = self.read(tenant, text)
        if presented.forged:
            return Because.FORGED_CODE
        if presented.body is not None and not presented.is_time:
            return Because.NOT_TIME
        found = None if presented.number is None else self.store.code(tenant, presented.number)
        return found or Because.UNKNOWN_CODE

    def at_home(self, text: str, tenant: Tenant | None) -> Tenant:
        """Give the tenant of a code that came without a login. UnknownError `unknown_code`, as for any other."""
        found = self.tenant_of(text) or tenant
        if found is None:
            raise unknown_code()
        return found


def unknown_code() -> UnknownError:
    """Say that there is no such code."""
    return UnknownError("unknown_code", "There is no such code; look for a newer one, or ask the organiser.")
