"""Which accounts a currency has, which of them keep what they have, and how far down each may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from chalicelib.shared.ids import ActivityId, CurrencyId, MemberId, VenueId, is_id

Account = NewType("Account", str)  # `issuer`, `member:<id>`: the name of an account within a currency

ISSUER: Final = Account("issuer")  # the only one that may be below zero: where minutes come from
EXPIRED: Final = Account("expired")
POT: Final = Account("pot")


class Sort(StrEnum):
    """What an account is for."""

    ISSUER = "issuer"
    EXPIRED = "expired"
    POT = "pot"
    GRANT = "grant"
    MEMBER = "member"
    PARTNER = "partner"
    NOTES = "notes"
    CLEARING = "clearing"  # what another currency's partners have taken, and ours of theirs


# A row that says what the account has, since it must not fall below a limit. The others are derived from their
# entries: they would be written by everybody at the same time (decision D9).
KEPT: Final = frozenset({Sort.GRANT, Sort.MEMBER, Sort.NOTES, Sort.POT, Sort.CLEARING})
_SORTS: Final = {sort.value: sort for sort in Sort}
_ALONE: Final = frozenset({Sort.ISSUER, Sort.EXPIRED, Sort.POT})


def grant_account(activity: ActivityId) -> Account:
    """Name the account that an activity awards from."""
    return Account(f"{Sort.GRANT}:{activity}")


def member_account(member: MemberId) -> Account:
    """Name a member's account."""
    return Account(f"{Sort.MEMBER}:{member}")


def partner_account(venue: VenueId) -> Account:
    """Name the account of what was spent at a partner."""
    return Account(f"{Sort.PARTNER}:{venue}")


def notes_account(batch: str) -> Account:
    """Name the float that a batch of printed notes is worth."""
    return Account(f"{Sort.NOTES}:{batch}")


def clearing_account(other: CurrencyId) -> Account:
    """Name the account that stands between this currency and another."""
    return Account(f"{Sort.CLEARING}:{other}")


def sort_of(account: Account) -> Sort | None:
    """Give what an account is for; None where a name is none of an account."""
    word, colon, name = account.partition(":")
    sort = _SORTS.get(word)
    return sort if (sort in _ALONE) == (not colon) and (not colon or is_id(name)) else None


def is_kept(account: Account) -> bool:
    """Say whether a row says what the account has; else it is the sum of its entries."""
    return sort_of(account) in KEPT


def is_aging(account: Account) -> bool:
    """Say whether minutes grow old here: a member's alone."""
    return sort_of(account) is Sort.MEMBER


class State(StrEnum):
    """Whether an account takes part."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has: `free` may be spent, `held` is reserved. `lots` are the minutes earned in each month.

    A lot below zero counts as none: more was taken back of its month than was left of it.
    """

    account: Account
    free: int
    held: int = 0
    state: State = State.OPEN
    lots: Mapping[str, int] = field(default_factory=dict)
    version: int = 0

    @property
    def minutes(self) -> int:
        """Give all of it."""
        return self.free + self.held


@dataclass(frozen=True, slots=True)
class Limits:
    """How far down and up accounts of one currency may go; it is the caller's, who knows what was agreed.

    An account that keeps what it has may not fall below zero, or below its floor here: a clearing account has one
    where two currencies accept each other (TK-12). A cap is what may be free at the most.
    """

    floors: Mapping[Account, int] = field(default_factory=dict)
    caps: Mapping[Account, int] = field(default_factory=dict)

    def floor(self, account: Account) -> int:
        """Give the least that may be free."""
        return self.floors.get(account, 0)


NO_LIMITS: Final = Limits()
