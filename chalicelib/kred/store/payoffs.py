"""Where it is written down that one currency paid off what it owed another."""

from typing import Protocol

from chalicelib.kred.rules.sums import Payoff
from chalicelib.ledger.rules import NO_LIMITS, Booked, Limits, Refused, Transfer
from chalicelib.notary import Notary
from chalicelib.parcels import Cancelled, Parcel
from chalicelib.shared.acting import Change, Told
from chalicelib.shared.ids import Tenant


class _Ledger(Protocol):
    """What puts a transfer into a transaction, and reads its refusal."""

    def add(self, parcel: Parcel, tenant: Tenant, transfer: Transfer, *, limits: Limits = NO_LIMITS) -> None:
        """Put all that a transfer writes into a transaction."""

    def explain(
        self, cancelled: Cancelled, *transfers: Transfer, limits: Limits = NO_LIMITS
    ) -> Booked | Refused | None:
        """Say what the ledger has against it, or that it was written before."""


class PayoffStore:
    """Both halves of a payoff and who recorded it, in one transaction: the transfer of its id is its record."""

    def __init__(self, ledger: _Ledger, notary: Notary | None = None) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()

    def pay_off(self, tenant: Tenant, sent: Payoff, halves: tuple[Transfer, Transfer]) -> Booked | Refused:
        """Book both halves and note who did it and why; sent again, nothing. Never more than stands."""
        parcel = Parcel()
        for each in halves:
            self._ledger.add(parcel, tenant, each)
        told: dict[str, Told] = {"minutes": sent.minutes, "reason": sent.reason, "payoff": sent.id}
        self._notary.note(parcel, tenant, "payoff.made", Change("payoff", (f"{sent.owing}/{sent.owed}",), after=told))
        cancelled = parcel.send()
        if cancelled is None:
            return Booked(halves[0])
        answer = self._ledger.explain(cancelled, *halves)
        assert answer is not None  # noqa: S101  nothing else in it has a condition
        return answer
