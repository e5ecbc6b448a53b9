"""What a transfer is, what it does to each account, and when it cannot be one."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.ledger.rules.accounts import EXPIRED, ISSUER, Account, Sort, is_aging, is_kept, sort_of
from chalicelib.shared.calendar import oslo_month
from chalicelib.shared.ids import CurrencyId, TransferId, is_id, sortable_id

MOST_LEGS: Final = 16  # of a transfer: two entries and two balances each, and the caller's own rows beside them
MOST_MINUTES: Final = 60 * 1_000_000  # of a leg: a million Kred is a slip of the finger


class Refusal(StrEnum):
    """Why the ledger says no. Nothing is written, and the same id may be sent again when the reason has gone."""

    NOT_ENOUGH = "not_enough"
    OVER_LIMIT = "over_limit"
    ACCOUNT_CLOSED = "account_closed"
    UNKNOWN_ACCOUNT = "unknown_account"
    SAME_ACCOUNT = "same_account"
    NOT_POSITIVE = "not_positive"
    TOO_MUCH = "too_much"
    OTHER_CURRENCY = "other_currency"
    NOT_FROM_HERE = "not_from_here"  # what was spent or has expired comes back by a reversal alone
    UNKNOWN_TRANSFER = "unknown_transfer"
    ALREADY_REVERSED = "already_reversed"
    NOT_REVERSIBLE = "not_reversible"  # a reversal is final; what was wrong about it is a new transfer
    UNKNOWN_HOLD = "unknown_hold"
    HOLD_OVER = "hold_over"  # it was posted or voided
    HOLD_EXPIRED = "hold_expired"
    STILL_HELD = "still_held"  # an account with a hold cannot be closed


# What another day, or somebody else's transfer, may change; for the others the same call will be refused again.
MAY_PASS: Final = frozenset({
    Refusal.NOT_ENOUGH, Refusal.OVER_LIMIT, Refusal.ACCOUNT_CLOSED, Refusal.UNKNOWN_ACCOUNT, Refusal.UNKNOWN_TRANSFER,
    Refusal.UNKNOWN_HOLD, Refusal.STILL_HELD,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """The same minutes taken from one account and given to another.

    `ages` are the months that the minutes were earned in, where they keep their age on the way, as in a gift; else they
    are as old as the transfer. It is looked up while the transfer is made, and no part of what was asked for.
    """

    debit: Account
    credit: Account
    minutes: int
    ages: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """Minutes moved within one currency; never changed. `made_at` is the server's time, whatever a phone says (L9)."""

    id: TransferId
    currency: CurrencyId
    legs: tuple[Leg, ...]
    what: str  # `award`, `payment`, `gift`: the caller's word
    made_at: datetime
    because: str = ""  # a reason code
    reverses: TransferId | None = None
    links: tuple[TransferId, ...] = ()  # those it stands or falls with


@dataclass(frozen=True, slots=True)
class Booked:
    """It stands; `again`: it stood before, and nothing was written now."""

    transfer: Transfer
    again: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It does not stand, and nothing was written."""

    because: Refusal
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of one leg, at the account it is of."""

    id: str
    account: Account
    transfer: TransferId
    what: str
    minutes: int  # below zero for what is taken
    other: Account


def why_not(transfer: Transfer) -> Refused | None:
    """Say why a transfer cannot be one, whatever the accounts have (L1)."""
    if not transfer.legs or not is_id(transfer.id):
        return Refused(Refusal.UNKNOWN_TRANSFER)
    if len(transfer.legs) > MOST_LEGS:
        return Refused(Refusal.TOO_MUCH)
    return next((no for leg in transfer.legs if (no := _why_not_leg(transfer, leg)) is not None), None)


def _why_not_leg(transfer: Transfer, leg: Leg) -> Refused | None:
    if leg.minutes < 1 or leg.minutes > MOST_MINUTES:
        return Refused(Refusal.NOT_POSITIVE if leg.minutes < 1 else Refusal.TOO_MUCH)
    if leg.debit == leg.credit:
        return Refused(Refusal.SAME_ACCOUNT, leg.debit)
    for account in (leg.debit, leg.credit):
        if sort_of(account) is None:
            return Refused(Refusal.UNKNOWN_ACCOUNT, account)
        if sort_of(account) is Sort.CLEARING and account.partition(":")[2] == transfer.currency:
            return Refused(Refusal.OTHER_CURRENCY, account)
    is_sink = not is_kept(leg.debit) and leg.debit != ISSUER
    # Each reversal gives back once what its transfer gave, so a derived account is never below zero.
    return Refused(Refusal.NOT_FROM_HERE, leg.debit) if is_sink and transfer.reverses is None else None


def difference(standing: Transfer, sent: Transfer) -> str | None:
    """Name the first field in which what was sent is not what stands under its id; its time does not count (L4)."""
    if len(standing.legs) != len(sent.legs):
        return "legs"
    for number, (one, other) in enumerate(zip(standing.legs, sent.legs, strict=True)):
        for name in ("debit", "credit", "minutes"):
            if getattr(one, name) != getattr(other, name):
                return f"legs[{number}].{name}"
    names = ("currency", "what", "because", "reverses", "links")
    return next((name for name in names if getattr(standing, name) != getattr(sent, name)), None)


def movements(transfer: Transfer) -> dict[Account, int]:
    """Give what each account gains or loses in all."""
    sums: dict[Account, int] = {}
    for leg in transfer.legs:
        sums[leg.debit] = sums.get(leg.debit, 0) - leg.minutes
        sums[leg.credit] = sums.get(leg.credit, 0) + leg.minutes
    return sums


def entries(transfer: Transfer) -> Iterator[Entry]:
    """Give both sides of every leg. An entry's id is its transfer's own: sent twice, it is the same."""
    for number, leg in enumerate(transfer.legs):
        name = entry_id(transfer, number)
        yield Entry(name, leg.debit, transfer.id, transfer.what, -leg.minutes, leg.credit)
        yield Entry(name, leg.credit, transfer.id, transfer.what, leg.minutes, leg.debit)


def entry_id(transfer: Transfer, leg: int = 0) -> str:
    """Give the id that sorts a transfer's entries by their time, and after those of the legs before."""
    return sortable_id(transfer.made_at, hashlib.sha256(transfer.id.encode()).digest()[:9] + bytes([leg]))


def aging(transfer: Transfer) -> dict[Account, dict[str, int]]:
    """Give what changes in the lots of each account where minutes grow old.

    What is spent changes none: the oldest went, and what is left is the newest. What comes back is therefore as old as
    it was. Only what had expired begins anew, and only what was wrongly given is taken from the month it was given in.
    A gift moves its months from one to the other.
    """
    changes: dict[Account, dict[str, int]] = {}
    now = oslo_month(transfer.made_at)
    for leg in transfer.legs:
        ages = leg.ages or ((now, leg.minutes),)
        moves = bool(leg.ages) and is_aging(leg.debit) and is_aging(leg.credit)
        begins = transfer.reverses is None or leg.debit == EXPIRED
        if is_aging(leg.credit) and (begins or moves):
            _add(changes.setdefault(leg.credit, {}), ages, 1)
        if is_aging(leg.debit) and (not begins or moves):
            _add(changes.setdefault(leg.debit, {}), ages, -1)
    return changes


def _add(lots: dict[str, int], ages: tuple[tuple[str, int], ...], sign: int) -> None:
    for month, minutes in ages:
        lots[month] = lots.get(month, 0) + sign * minutes
