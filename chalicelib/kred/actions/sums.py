"""Telling what currencies come to: sums for the city, grants in public, and what currencies owe one another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.access.rules import Caller, Role
from chalicelib.kred.actions.currencies import CurrencyDesk
from chalicelib.kred.rules.activities import Activity
from chalicelib.kred.rules.currencies import PartnerState, Setup, unknown_currency
from chalicelib.kred.rules.sums import (
    PERSONS,
    GrantLine,
    Netting,
    Payoff,
    Sums,
    hidden_netting,
    hidden_sums,
    in_public,
    insist_on_payoff,
    is_public,
    is_running,
    more_than_stands,
    netting_of,
)
from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    POT,
    Account,
    Balance,
    Booked,
    Entry,
    Refused,
    Transfer,
    clearing_account,
    grant_account,
    member_account,
    partner_account,
    paying_off,
)
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CurrencyId, MemberId, Tenant

MOST_ENTRIES = 100_000
_LOOKED_AT = 100  # members, of whom five have to have moved something


class Activities(Protocol):
    """Where activities are kept."""

    def activities(self, tenant: Tenant, currency: CurrencyId) -> tuple[Activity, ...]:
        """Give all activities of a currency."""


class Reading(Protocol):
    """Where it is read what accounts have."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has; None where it was never opened."""

    def history(self, tenant: Tenant, currency: CurrencyId, account: Account, *, most: int) -> list[Entry]:
        """Give an account's latest entries, the newest first."""


class Payoffs(Protocol):
    """Where it is kept that something was paid off."""

    def pay_off(self, tenant: Tenant, sent: Payoff, halves: tuple[Transfer, Transfer]) -> Booked | Refused:
        """Book both halves and write it down."""


class People(Protocol):
    """Where members are kept."""

    def listed(self, tenant: Tenant, currency: str, *, after: str | None, most: int) -> list[tuple[str, MemberId]]:
        """Give the members of a currency in the order they joined."""


@dataclass(frozen=True, slots=True)
class SumsDesk:
    """Where currencies are added up; nobody's name and nobody's account is in it."""

    desk: CurrencyDesk
    activities: Activities
    bank: Reading
    payoffs: Payoffs
    people: People

    def sums(self, caller: Caller, *, now: datetime) -> list[Sums]:
        """Give the sums of each currency that a caller may know of: the city and the coordinator, of all.

        The city reads the minutes only of a currency that five people have moved time in.
        """
        found = [self._sums(caller.tenant, each.id, now) for each in self.desk.own(caller)]
        if not _is_outside(caller):
            return found
        return [each if self._is_told(caller.tenant, each.currency) else hidden_sums(each) for each in found]

    def grants(self, tenant: Tenant, currency: CurrencyId) -> list[GrantLine]:
        """Give the accounts of a currency's activities, for anybody: awards in tens of hours, if told.

        UnknownError `unknown_currency`.
        """
        setup = self.desk.setup(tenant, currency)
        organisations = {each.id: each.name for each in self.desk.organisations(tenant, currency)}
        is_told = self._is_told(tenant, currency)
        public = [each for each in self.activities.activities(tenant, currency) if is_public(each)]
        left = {each.id: self._has(tenant, currency, grant_account(each.id)) for each in public}
        return [
            GrantLine(
                each,
                setup.operator(each.operator).name,
                organisations.get(each.organisation) if each.organisation else None,
                in_public(left[each.id], is_told=is_told),
                in_public(each.granted - each.returned - left[each.id], is_told=is_told),
            )
            for each in public
        ]

    def netting(self, caller: Caller, month: str | None) -> list[Netting]:
        """Tell what stands between each of a caller's currencies and those that it takes, or is taken by."""
        tenant = caller.tenant
        setups = {each.id: self.desk.setup(tenant, each.id) for each in self.desk.currencies(tenant)}
        lines = [
            self._netting(tenant, own.id, other, month)
            for own in self.desk.own(caller)
            for other in _others(setups, own.id)
        ]
        if not _is_outside(caller):
            return lines
        told = {each: self._is_told(tenant, each) for each in setups}
        return [each if told[each.currency] and told[each.other] else hidden_netting(each) for each in lines]

    def _is_told(self, tenant: Tenant, currency: CurrencyId) -> bool:
        """Say whether five people at least have moved time in a currency, so that no sum is one person's."""
        moved = 0
        for _, member in self.people.listed(tenant, currency, after=None, most=_LOOKED_AT):
            moved += bool(self.bank.history(tenant, currency, member_account(member), most=1))
            if moved >= PERSONS:
                return True
        return False

    def pay_off(self, caller: Caller, sent: Payoff, *, now: datetime) -> Netting:
        """Record that what a currency owes another was paid off, once, and give what stands then.

        Those who do run both currencies, as the coordinator does: UnknownError `unknown_currency` for another's.
        RuleError `more_than_stands`; ConflictError `other_content` where the id stands for something else.
        """
        for each in (sent.owed, sent.owing):
            _, standing = self.desk.for_whom(caller, each)
            if standing.operators is not None and not standing.operators:
                raise unknown_currency()
        insist_on_payoff(sent.owing, sent.owed)
        said = self.payoffs.pay_off(caller.tenant, sent, paying_off(sent.id, sent.owing, sent.owed, sent.minutes, now))
        if isinstance(said, Refused):
            raise more_than_stands()
        return self._netting(caller.tenant, sent.owed, sent.owing, None)

    def _netting(self, tenant: Tenant, own: CurrencyId, other: CurrencyId, month: str | None) -> Netting:
        entries = self.bank.history(tenant, own, clearing_account(other), most=MOST_ENTRIES)
        return netting_of((own, other), entries, limit=self.desk.setup(tenant, own).takes(other), month=month)

    def _sums(self, tenant: Tenant, currency: CurrencyId, now: datetime) -> Sums:
        setup = self.desk.setup(tenant, currency)
        activities = self.activities.activities(tenant, currency)
        issued = -self._has(tenant, currency, ISSUER)
        on_grants = sum(self._has(tenant, currency, grant_account(each.id)) for each in activities)
        partners = [each for each in setup.partners if each.state is not PartnerState.ASKED]
        spent = sum(self._has(tenant, currency, partner_account(each.venue)) for each in partners)
        in_pot, expired = self._has(tenant, currency, POT), self._has(tenant, currency, EXPIRED)
        others = [each.id for each in self.desk.currencies(tenant) if each.id != currency]
        owed = sum(self._has(tenant, currency, clearing_account(each)) for each in others)
        today = oslo_date(now)
        return Sums(
            currency, issued, on_grants, issued - on_grants - spent - in_pot - expired - owed, spent, in_pot, expired,
            owed, sum(is_running(each, today) for each in activities),
            sum(each.state is PartnerState.APPROVED for each in partners),
        )  # fmt: skip

    def _has(self, tenant: Tenant, currency: CurrencyId, account: Account) -> int:
        found = self.bank.balance(tenant, currency, account)
        return 0 if found is None else found.minutes


def _is_outside(caller: Caller) -> bool:
    """Say whether somebody reads as the city alone, which leads no currency and needs no minute of it."""
    return Role.CITY in caller.roles and Role.COORDINATOR not in caller.roles


def _others(setups: dict[CurrencyId, Setup], currency: CurrencyId) -> list[CurrencyId]:
    takes = {each.other for each in setups[currency].accepts}
    taken_by = {other for other, setup in setups.items() if any(each.other == currency for each in setup.accepts)}
    return sorted(takes | taken_by)
