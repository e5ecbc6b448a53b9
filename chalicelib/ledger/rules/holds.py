"""Minutes reserved in a first step and spent, given back or left to run out in a second, once (L7)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.ledger.rules.accounts import Account, is_kept
from chalicelib.ledger.rules.transfers import Leg, Refusal, Refused, Transfer, why_not
from chalicelib.shared.ids import CurrencyId, HoldId, TransferId

LONGEST: Final = timedelta(days=400)  # of a hold: a seat in next year's programme


class HoldState(StrEnum):
    """Where a hold has come to."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Hold:
    """Minutes of one account that nobody else may spend until the hold is over. `ends` is the server's time (L9)."""

    id: HoldId
    currency: CurrencyId
    debit: Account
    credit: Account
    minutes: int
    what: str
    ends: datetime
    state: HoldState = HoldState.PENDING
    ended_by: TransferId | None = None

    def at(self, now: datetime) -> "Hold":
        """Give the hold as it stands at an instant: past its end it is over, whether or not it has been swept."""
        return replace(self, state=HoldState.EXPIRED) if self.is_overdue(now) else self

    def is_overdue(self, now: datetime) -> bool:
        """Say whether its time is over and its minutes have not been given back yet."""
        return self.state is HoldState.PENDING and self.ends <= now


@dataclass(frozen=True, slots=True)
class Held:
    """The hold stands so; `again`: it did before, and nothing was written now."""

    hold: Hold
    again: bool = False


def why_not_held(hold: Hold, now: datetime) -> Refused | None:
    """Say why a hold cannot be one, whatever the account has."""
    no = why_not(posting(hold, TransferId(hold.id), hold.minutes, now))
    if no is not None:
        return no
    if not is_kept(hold.debit):
        return Refused(Refusal.NOT_FROM_HERE, hold.debit)
    return Refused(Refusal.HOLD_EXPIRED) if not now < hold.ends <= now + LONGEST else None


def over(hold: Hold) -> Refused | None:
    """Say why a hold is over; None while it is not. Ask it of a hold as it stands at an instant."""
    if hold.state is HoldState.PENDING:
        return None
    return Refused(Refusal.HOLD_EXPIRED if hold.state is HoldState.EXPIRED else Refusal.HOLD_OVER)


def posting(hold: Hold, transfer: TransferId, minutes: int, now: datetime, because: str = "") -> Transfer:
    """Give the transfer that posts a hold, for all of it or less; the rest goes back in the same moment."""
    return Transfer(transfer, hold.currency, (Leg(hold.debit, hold.credit, minutes),), hold.what, now, because)


def difference_of_holds(standing: Hold, sent: Hold) -> str | None:
    """Name the first field in which what was sent is not what stands under its id; when it ends does not count."""
    names = ("currency", "debit", "credit", "minutes", "what")
    return next((name for name in names if getattr(standing, name) != getattr(sent, name)), None)
