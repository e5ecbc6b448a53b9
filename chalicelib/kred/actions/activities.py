"""Activities from a form to an end: written, reviewed, granted minutes, renewed, closed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from chalicelib.access.rules import Caller
from chalicelib.kred.actions.currencies import CurrencyDesk
from chalicelib.kred.rules.activities import (
    Activity,
    ActivityState,
    Grant,
    Organisation,
    Review,
    approved,
    edited,
    faults_of_activity,
    same_grant,
    with_grant,
)
from chalicelib.kred.rules.currencies import Currency, CurrencyState, Setup, insist
from chalicelib.kred.rules.standing import Standing, unknown_activity
from chalicelib.ledger.rules import ISSUER, Account, Balance, Booked, Leg, Refused, Transfer, grant_account
from chalicelib.shared.answers import ConflictError, Field, RuleError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import ActivityId, CurrencyId, Tenant, TransferId

GRANTED = "grant"
RETURNED = "grant_returned"
Named = tuple[CurrencyId, ActivityId]


class ActivityBook(Protocol):
    """Where activities are kept, and minutes granted."""

    def activity(self, tenant: Tenant, currency: CurrencyId, activity: ActivityId) -> Activity | None:
        """Give an activity as it is."""

    def activities(self, tenant: Tenant, currency: CurrencyId) -> tuple[Activity, ...]:
        """Give all activities of a currency."""

    def change_activity(self, tenant: Tenant, named: Named, decide: Callable[[Activity | None], Activity]) -> Activity:
        """Change an activity, or make it; `decide` is asked what becomes of what stands."""

    def grant(
        self,
        tenant: Tenant,
        named: Named,
        decide: Callable[[Activity | None, Organisation | None], tuple[Activity, Organisation | None, Transfer]],
    ) -> tuple[Activity, Booked | Refused]:
        """Move minutes between the issuer and an activity, with the record that says why, in one transaction."""


class Balances(Protocol):
    """Where it is asked what an account has."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has; None where it was never opened."""


@dataclass(frozen=True, slots=True)
class ActivityDesk:
    """Where activities are written, reviewed and granted minutes."""

    store: ActivityBook
    desk: CurrencyDesk
    bank: Balances

    def activity(self, tenant: Tenant, currency: CurrencyId, activity: ActivityId) -> Activity:
        """Give an activity. UnknownError `unknown_activity`."""
        found = self.store.activity(tenant, currency, activity)
        if found is None:
            raise unknown_activity()
        return found

    def own(self, caller: Caller, currency: CurrencyId, activity: ActivityId) -> tuple[Activity, Standing]:
        """Give an activity of the caller's own, and for whom they act. UnknownError for another's."""
        _, standing = self.desk.for_whom(caller, currency)
        found = self.activity(caller.tenant, currency, activity)
        standing.insist_on_activity(found)
        return found, standing

    def listed(self, caller: Caller, currency: CurrencyId) -> list[Activity]:
        """Give the activities of a caller's own operator or organisation; the coordinator sees all."""
        _, standing = self.desk.for_whom(caller, currency)
        return [
            each for each in self.store.activities(caller.tenant, currency)
            if standing.runs(each.operator) or each.organisation in standing.organisations
        ]  # fmt: skip

    def all(self, tenant: Tenant, currency: CurrencyId) -> tuple[Activity, ...]:
        """Give all activities of a currency, for sums and what is public."""
        return self.store.activities(tenant, currency)

    def put(self, caller: Caller, sent: Activity) -> Activity:
        """Write a form, new or changed. An approved activity that says something else waits for review again."""
        known, standing = self.desk.for_whom(caller, sent.currency)
        insist(faults_of_activity(sent, known.setup.currency))
        if sent.organisation is not None:
            organisation = known.roster.organisation(sent.organisation)
            if not standing.sees(organisation) or organisation.operator != sent.operator:
                raise UnknownError("unknown_organisation", "There is no such organisation in this currency.")
        else:
            standing.insist_on_operator(sent.operator)
        known.setup.operator(sent.operator)

        def decide(before: Activity | None) -> Activity:
            if before is not None:
                standing.insist_on_activity(before)
            return edited(before, sent)

        return self.store.change_activity(caller.tenant, (sent.currency, sent.id), decide)

    def approve(self, caller: Caller, named: Named, reviewer: str, *, now: datetime) -> Activity:
        """Let an activity award, as its operator, with the name of who has reviewed it (requirement TK-32)."""
        _, standing = self.desk.for_whom(caller, named[0])
        review = Review(reviewer, caller.id, oslo_date(now))

        def decide(before: Activity | None) -> Activity:
            activity = _insist(before, standing)
            return activity if activity.state is ActivityState.APPROVED else approved(activity, review)

        return self.store.change_activity(caller.tenant, named, decide)

    def grant(self, caller: Caller, named: Named, grant: Grant, *, now: datetime) -> Activity:
        """Grant minutes out of the issuer, as the operator. The same id twice grants once.

        RuleError `bad_grant` or `over_budget`; ConflictError `not_approved`, `currency_closed` or `other_content`.
        """
        known, standing = self.desk.for_whom(caller, named[0])
        signed = replace(grant, by=caller.id, on=oslo_date(now))

        def decide(
            before: Activity | None, organisation: Organisation | None
        ) -> tuple[Activity, Organisation | None, Transfer]:
            activity = _insist(before, standing)
            transfer = _transfer(grant.id, named, GRANTED, grant.minutes, now)
            stands = next((each for each in activity.grants if each.id == grant.id), None)
            if stands is not None:
                _refuse_other_content(stands, grant)
                return activity, None, transfer
            _insist_on_open(known.setup)
            budget = _within_budget(organisation, known.setup.currency, grant.minutes)
            return with_grant(activity, signed, known.setup.currency), budget, transfer

        return _stands(self.store.grant(caller.tenant, named, decide))

    def close(self, caller: Caller, named: Named, *, now: datetime) -> Activity:
        """End an activity; what is left of its grants goes back to the issuer, and of the budget. Twice ends once."""
        _, standing = self.desk.for_whom(caller, named[0])
        left = self.bank.balance(caller.tenant, named[0], grant_account(named[1]))
        if left is None or not left.minutes:
            return self.store.change_activity(
                caller.tenant, named, lambda before: replace(_insist(before, standing), state=ActivityState.CLOSED)
            )

        def decide(
            before: Activity | None, organisation: Organisation | None
        ) -> tuple[Activity, Organisation | None, Transfer]:
            activity = _insist(before, standing)
            transfer = _transfer(_closing_id(activity), named, RETURNED, left.minutes, now)
            freed = None if organisation is None else replace(organisation, granted=organisation.granted - left.minutes)
            returned = activity.returned + left.minutes
            return replace(activity, state=ActivityState.CLOSED, returned=returned), freed, transfer

        return _stands(self.store.grant(caller.tenant, named, decide))

    def balance(self, tenant: Tenant, activity: Activity) -> int:
        """Give what an activity's grants have left."""
        found = self.bank.balance(tenant, activity.currency, grant_account(activity.id))
        return 0 if found is None else found.minutes


def _insist(activity: Activity | None, standing: Standing) -> Activity:
    if activity is None:
        raise unknown_activity()
    standing.insist_on_running(activity)
    return activity


def _insist_on_open(setup: Setup) -> None:
    if setup.currency.state is not CurrencyState.OPEN:
        raise ConflictError("currency_closed", "The currency is closed; nothing more is granted.")


def _within_budget(organisation: Organisation | None, currency: Currency, minutes: int) -> Organisation | None:
    if organisation is None:
        return None
    left = organisation.budget - organisation.granted
    if minutes > left:
        fault = Field("minutes", "over_budget", f"The organisation has {left} minutes of its budget left.")
        raise RuleError("over_budget", f"That is more than the organisation has in {currency.id}.", (fault,))
    return replace(organisation, granted=organisation.granted + minutes)


def _transfer(transfer: str, named: Named, what: str, minutes: int, now: datetime) -> Transfer:
    issuer, grant = ISSUER, grant_account(named[1])
    leg = Leg(issuer, grant, minutes) if what == GRANTED else Leg(grant, issuer, minutes)
    return Transfer(TransferId(transfer), named[0], (leg,), what, now)


def _refuse_other_content(stands: Grant, sent: Grant) -> None:
    other = same_grant(stands, sent)
    if other is not None:
        fault = Field(other, "other_content", "It was different when the id was first sent.")
        raise ConflictError("other_content", "This id was used for something else.", (fault,))


def _closing_id(activity: Activity) -> str:
    """Name the transfer that gives back what is left; an award taken back later is given back by one of its own."""
    said = f"{activity.currency}/{activity.id}/{activity.returned}"
    return f"close-{sha256(said.encode()).hexdigest()[:40]}"


def _stands(done: tuple[Activity, Booked | Refused]) -> Activity:
    activity, answer = done
    if isinstance(answer, Refused):
        raise ConflictError(answer.because.value, "The ledger says no; look at the activity again.")
    return activity
