"""Setting up a currency of time: its rules, who runs it, who acts for whom, who takes it and whose else's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from chalicelib.access.rules import Caller, Role
from chalicelib.kred.rules.activities import Organisation
from chalicelib.kred.rules.changes import Record
from chalicelib.kred.rules.currencies import (
    Acceptance,
    Currency,
    Operator,
    Partner,
    PartnerState,
    Setup,
    asked_again,
    faults_of_acceptance,
    faults_of_currency,
    faults_of_minutes,
    faults_of_prices,
    insist,
    refuse_another_step,
    unknown_currency,
    with_code,
)
from chalicelib.kred.rules.standing import (
    Known,
    Link,
    Standing,
    Worker,
    refuse_to_let_in,
    standing_of,
    unknown_organisation,
)
from chalicelib.ledger.rules import EXPIRED, POT, Account, Refused, clearing_account
from chalicelib.shared.answers import ConflictError, Field, RuleError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CurrencyId, MemberId, Tenant, VenueId

Kind = TypeVar("Kind", bound=Record)
MOST_BUDGET = 1_000_000


class CurrencyBook(Protocol):
    """Where currencies are kept with all that is set up for them."""

    def currencies(self, tenant: Tenant) -> tuple[Currency, ...]:
        """Give a tenant's currencies as they were at most 60 seconds ago."""

    def known(self, tenant: Tenant, currency: CurrencyId) -> Known | None:
        """Give all that is set up for a currency as it was at most 60 seconds ago; None where there is none."""

    def known_now(self, tenant: Tenant, currency: CurrencyId) -> Known | None:
        """Give all that is set up for a currency as it is."""

    def change_record(self, tenant: Tenant, named: Kind, decide: Callable[[Kind | None], Kind]) -> Kind:
        """Change a record, or make it: `decide` is asked what becomes of what stands."""

    def put_worker(self, tenant: Tenant, currency: CurrencyId, worker: Worker) -> None:
        """Let somebody act for an operator or an organisation."""

    def remove_worker(self, tenant: Tenant, currency: CurrencyId, worker: Worker) -> None:
        """Let somebody act for them no longer."""

    def put_link(self, tenant: Tenant, currency: CurrencyId, link: Link) -> bool:
        """Keep which member somebody is who awards; False where they have said to be another."""

    def remove_link(self, tenant: Tenant, currency: CurrencyId, caller: CallerId) -> None:
        """Forget which member somebody is."""


class Accounts(Protocol):
    """Where accounts are opened."""

    def open_account(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Refused | None:
        """Open an account; twice is as good as once."""


@dataclass(frozen=True, slots=True)
class CurrencyDesk:
    """Where currencies are set up. `known_tenant` raises for a tenant that is none.

    `whose` says whose code is held up; it raises UnknownError `unknown_code` for one of no member of the currency.
    """

    store: CurrencyBook
    accounts: Accounts
    known_tenant: Callable[[Tenant], object]
    is_venue: Callable[[Tenant, VenueId], bool]
    whose: Callable[[Tenant, CurrencyId, str], MemberId]

    def currencies(self, tenant: Tenant) -> tuple[Currency, ...]:
        """Give a tenant's currencies."""
        return self.store.currencies(tenant)

    def setup(self, tenant: Tenant, currency: CurrencyId) -> Setup:
        """Give a currency with what is set up for it, at most 60 seconds old. UnknownError `unknown_currency`."""
        return self._known(tenant, currency).setup

    def organisations(self, tenant: Tenant, currency: CurrencyId) -> tuple[Organisation, ...]:
        """Give the organisations of a currency as they are."""
        return self._now(tenant, currency).roster.organisations

    def for_whom(self, caller: Caller, currency: CurrencyId) -> tuple[Known, Standing]:
        """Give a currency, and for whom a caller acts in it. UnknownError where that is nobody, or there is none."""
        known = self._known(caller.tenant, currency)
        return known, standing_of(
            known.roster, caller.id, coordinator=caller.has(Role.COORDINATOR), operator=caller.has(Role.OPERATOR),
            awarder=caller.has(Role.AWARDER),
        )  # fmt: skip

    def own(self, caller: Caller) -> list[Currency]:
        """Give the currencies that a caller may know of: the coordinator and the city all, others their own."""
        listed = self.store.currencies(caller.tenant)
        if caller.has(Role.COORDINATOR) or caller.has(Role.CITY):
            return [*listed]
        return [each for each in listed if self._acts(caller, each.id)]

    def put_currency(self, tenant: Tenant, sent: Currency) -> Currency:
        """Make or change a currency; a new one gets its pot. RuleError names what is wrong."""
        self.known_tenant(tenant)
        insist(faults_of_currency(sent))

        def decide(before: Currency | None) -> Currency:
            refuse_another_step(before, sent)
            return with_code(before, sent, self.store.currencies(tenant))

        self.accounts.open_account(tenant, sent.id, POT)
        self.accounts.open_account(tenant, sent.id, EXPIRED)
        return self.store.change_record(tenant, sent, decide)

    def put_operator(self, tenant: Tenant, sent: Operator) -> Setup:
        """Make or change who runs activities in a currency."""
        known = self._known(tenant, sent.currency)
        if sent.id in {str(each.id) for each in known.roster.organisations}:
            raise ConflictError("id_taken", "An organisation has this id; choose another.")
        self.store.change_record(tenant, sent, lambda _: sent)
        return self._now(tenant, sent.currency).setup

    def accept(self, tenant: Tenant, sent: Acceptance) -> Setup:
        """Say how much of another currency is taken here. UnknownError where either is none of the municipality's."""
        known = self._known(tenant, sent.currency)
        insist(faults_of_acceptance(sent, known.setup.currency))
        self._known(tenant, sent.other)
        self.accounts.open_account(tenant, sent.currency, clearing_account(sent.other))
        self.accounts.open_account(tenant, sent.other, clearing_account(sent.currency))
        self.store.change_record(tenant, sent, lambda _: sent)
        return self._now(tenant, sent.currency).setup

    def put_organisation(self, caller: Caller, sent: Organisation) -> Known:
        """Make or change an organisation under an operator of the caller's. Its budget is not below what is granted."""
        known, standing = self.for_whom(caller, sent.currency)
        standing.insist_on_operator(sent.operator)
        known.setup.operator(sent.operator)
        insist(faults_of_minutes("budget", sent.budget, known.setup.currency.step, least=0, most=MOST_BUDGET))
        if sent.id in {str(each.id) for each in known.setup.operators}:
            raise ConflictError("id_taken", "An operator has this id; choose another.")

        def decide(before: Organisation | None) -> Organisation:
            if before is None:
                return replace(sent, granted=0)
            if not standing.runs(before.operator):
                raise unknown_organisation()
            if before.operator != sent.operator:
                raise ConflictError("another_operator", "An organisation stays with its operator.")
            if sent.budget < before.granted:
                fault = Field("budget", "below_granted", "More than that has been granted already.")
                raise RuleError("below_granted", "The budget is below what has been granted.", (fault,))
            return replace(sent, granted=before.granted)

        self.store.change_record(caller.tenant, sent, decide)
        return self._now(caller.tenant, sent.currency)

    def let_in(
        self, caller: Caller, currency: CurrencyId, of: str, person: CallerId, *, is_organisation: bool, lead: bool,
        now: datetime,
    ) -> Known:  # fmt: skip
        """Let somebody act for an operator or an organisation."""
        self._insist_on_letting_in(caller, currency, of, is_organisation=is_organisation)
        on = oslo_date(now)
        self.store.put_worker(caller.tenant, currency, Worker(of, is_organisation, person, lead, caller.id, on))
        return self._now(caller.tenant, currency)

    def let_out(
        self, caller: Caller, currency: CurrencyId, of: str, person: CallerId, *, is_organisation: bool
    ) -> Known:
        """Let somebody act for them no longer: at once in this process, within 60 seconds everywhere."""
        known = self._insist_on_letting_in(caller, currency, of, is_organisation=is_organisation)
        for worker in known.roster.workers_of(of, is_organisation=is_organisation):
            if worker.id == person:
                self.store.remove_worker(caller.tenant, currency, worker)
        return self._now(caller.tenant, currency)

    def link_code(self, caller: Caller, currency: CurrencyId, code: str, *, now: datetime) -> Standing:
        """Say which member somebody is who awards, by showing that member's code. UnknownError `unknown_code`."""
        self.for_whom(caller, currency)
        return self.link(caller, currency, self.whose(caller.tenant, currency, code), now=now)

    def link(self, caller: Caller, currency: CurrencyId, member: MemberId, *, now: datetime) -> Standing:
        """Say which member somebody is who awards; it holds until an operator undoes it.

        ConflictError `linked_already` where it was another.
        """
        self.for_whom(caller, currency)
        if not self.store.put_link(caller.tenant, currency, Link(caller.id, member, oslo_date(now))):
            raise ConflictError("linked_already", "You have said to be another member; an operator can undo that.")
        return self.for_whom(caller, currency)[1]

    def unlink(self, caller: Caller, currency: CurrencyId, person: CallerId) -> None:
        """Forget which member somebody is: an operator does, for others than themselves."""
        _, standing = self.for_whom(caller, currency)
        if standing.operators is not None and not standing.operators:
            raise UnknownError("unknown_operator", "There is no such operator in this currency.")
        if person == caller.id:
            raise ConflictError("same_person", "Another person undoes it.")
        self.store.remove_link(caller.tenant, currency, person)

    def who_is(self, tenant: Tenant, currency: CurrencyId, member: MemberId) -> frozenset[CallerId]:
        """Give who has said to be a member; as it stands now."""
        return frozenset(each.id for each in self._now(tenant, currency).roster.links if each.member == member)

    def forget(self, tenant: Tenant, currency: CurrencyId, member: MemberId) -> None:
        """Let nobody be a member any more who has left; doing it again changes nothing."""
        for each in self._now(tenant, currency).roster.links:
            if each.member == member:
                self.store.remove_link(tenant, currency, each.id)

    def ask_to_take(self, tenant: Tenant, asked: Partner) -> Partner:
        """Let a venue ask to take a currency, and for which prices; who takes it already asks for new prices alone.

        RuleError `bad_fields` for prices that the currency cannot have.
        """
        insist(faults_of_prices(asked.asks, self._known(tenant, asked.currency).setup.currency))
        return self.store.change_record(tenant, asked, lambda before: asked_again(before, asked))

    def decide_on(
        self, caller: Caller, currency: CurrencyId, venue: VenueId, state: PartnerState, *, offers: str, now: datetime,
        answered: bool = False,
    ) -> Partner:  # fmt: skip
        """Let a venue take a currency, or no longer; `answered`: what it asked for waits no more.

        UnknownError `unknown_venue`.
        """
        _, standing = self.for_whom(caller, currency)
        if standing.operators is not None and not standing.operators:
            raise UnknownError("unknown_venue", "There is no such venue.")
        if not self.is_venue(caller.tenant, venue):
            raise UnknownError("unknown_venue", "There is no such venue.")
        day = oslo_date(now)

        def decide(before: Partner | None) -> Partner:
            stood = before or Partner(currency, venue, state)
            asks = () if answered else stood.asks
            if before is not None and before.state is state and asks == before.asks and offers in {"", before.offers}:
                return before
            after = replace(stood, state=state, offers=offers or stood.offers, asks=asks)
            return replace(after, decided_by=caller.id, decided_on=day)

        return self.store.change_record(caller.tenant, Partner(currency, venue, state), decide)

    def _insist_on_letting_in(self, caller: Caller, currency: CurrencyId, of: str, *, is_organisation: bool) -> Known:
        known, standing = self.for_whom(caller, currency)
        if is_organisation:
            operator = next((each.operator for each in known.roster.organisations if each.id == of), None)
            if operator is None:
                raise unknown_organisation()
        else:
            operator = known.setup.operator(of).id
        refuse_to_let_in(standing, of, operator, is_organisation=is_organisation)
        return known

    def _acts(self, caller: Caller, currency: CurrencyId) -> bool:
        try:
            self.for_whom(caller, currency)
        except UnknownError:
            return False
        return True

    def _known(self, tenant: Tenant, currency: CurrencyId) -> Known:
        known = self.store.known(tenant, currency)
        if known is None:
            raise unknown_currency()
        return known

    def _now(self, tenant: Tenant, currency: CurrencyId) -> Known:
        known = self.store.known_now(tenant, currency)
        if known is None:
            raise unknown_currency()
        return known
