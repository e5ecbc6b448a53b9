"""Reserving minutes, and ending what was reserved: once, in one of three ways."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.ledger.actions.books import Books
from chalicelib.ledger.rules import (
    Account,
    Booked,
    Held,
    Hold,
    HoldState,
    Refusal,
    Refused,
    difference,
    over,
    posting,
    why_not,
    why_not_held,
)
from chalicelib.shared.answers import ConflictError, Field
from chalicelib.shared.ids import CurrencyId, HoldId, Tenant, TransferId


@dataclass(frozen=True, slots=True)
class Holding:
    """The part of the bank where minutes wait."""

    store: Books

    def hold(self, tenant: Tenant, hold: Hold, *, now: datetime) -> Held | Refused:
        """Reserve minutes until `hold.ends`, which the caller counts from the server's time."""
        no = why_not_held(hold, now)
        if no is not None:
            return no
        answer = self.store.reserve(tenant, hold)
        if self._was_in_the_way(tenant, hold.currency, answer, now):
            answer = self.store.reserve(tenant, hold)
        return replace(answer, hold=answer.hold.at(now)) if isinstance(answer, Held) else answer

    def hold_of(self, tenant: Tenant, hold: HoldId, *, now: datetime) -> Hold | None:
        """Give a hold as it stands at an instant."""
        found = self.store.hold(tenant, hold)
        return None if found is None else found.at(now)

    def post(  # noqa: PLR0913  which, under which id, how much of it, when, why
        self,
        tenant: Tenant,
        hold: HoldId,
        transfer: TransferId,
        *,
        minutes: int | None = None,
        now: datetime,
        because: str = "",
    ) -> Booked | Refused:
        """Spend what is on hold, or less of it: the rest is free again. The transfer has an id of its own."""
        found = self.store.hold(tenant, hold)
        if found is None:
            return Refused(Refusal.UNKNOWN_HOLD)
        wanted = posting(found, transfer, found.minutes if minutes is None else minutes, now, because)
        no = why_not(wanted) or (Refused(Refusal.TOO_MUCH) if wanted.legs[0].minutes > found.minutes else None)
        no = no or over(found.at(now))
        if no is None:
            return self.store.post(tenant, found, wanted)
        standing = self.store.transfer(tenant, transfer)
        if standing is None:
            return no
        other = difference(standing, wanted)
        if other is not None:
            fault = Field(other, "other_content", "It was different when the id was first sent.")
            raise ConflictError("other_content", "This id was used for something else.", (fault,))
        return Booked(standing, again=True)

    def void(self, tenant: Tenant, hold: HoldId, *, now: datetime) -> Held | Refused:
        """Give what is on hold back; what was voided before is voided still."""
        return self._release(tenant, hold, HoldState.VOIDED, now)

    def expire_hold(self, tenant: Tenant, hold: HoldId, *, now: datetime) -> Held | Refused:
        """Give back what was on hold until now. `hold_over` where it was posted, voided, or has time left."""
        return self._release(tenant, hold, HoldState.EXPIRED, now)

    def expire_holds(self, tenant: Tenant, currency: CurrencyId, *, now: datetime, only: Account | None = None) -> int:
        """Give back what all holds whose time is over reserved, or those of one account; count them."""
        ended = 0
        for account, hold in self.store.holds(tenant, currency, until=now):
            if only in {None, account}:
                answer = self.expire_hold(tenant, hold, now=now)
                ended += isinstance(answer, Held) and not answer.again
        return ended

    def _release(self, tenant: Tenant, hold: HoldId, state: HoldState, now: datetime) -> Held | Refused:
        for _ in range(2):  # between reading and writing it can only end, and it ends once
            found = self.store.hold(tenant, hold)
            if found is None:
                return Refused(Refusal.UNKNOWN_HOLD)
            if found.state is state:
                return Held(found, again=True)
            if state is HoldState.VOIDED and (no := over(found.at(now))) is not None:
                return no
            if state is HoldState.EXPIRED and not found.is_overdue(now):
                return Refused(Refusal.HOLD_OVER)
            ended = self.store.release(tenant, found, state, now)
            if ended is not None:
                return Held(ended)
        return Refused(Refusal.HOLD_OVER)

    def _was_in_the_way(
        self, tenant: Tenant, currency: CurrencyId, answer: Booked | Held | Refused, now: datetime
    ) -> bool:
        """Say whether what an account lacks was on hold for longer than agreed, and is free now."""
        if not isinstance(answer, Refused) or answer.because is not Refusal.NOT_ENOUGH:
            return False
        return self.expire_holds(tenant, currency, now=now, only=answer.account) > 0
