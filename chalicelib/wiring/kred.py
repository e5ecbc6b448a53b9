"""The desks that run TimeKred: the ledger, currencies, activities, awards, sums."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.ground import Ground

if TYPE_CHECKING:
    from chalicelib.credentials.actions import Presented
    from chalicelib.kred.actions import ActivityDesk, AwardDesk, CurrencyDesk, SumsDesk
    from chalicelib.kred.actions.codes import Codes
    from chalicelib.kred.rules.terms import TimeTerms
    from chalicelib.kred.store.members import MemberStore
    from chalicelib.ledger.actions import Bank
    from chalicelib.ledger.store import LedgerStore
    from chalicelib.shared.ids import CurrencyId, MemberId, Tenant, VenueId


class KredDesks(Ground):
    """The desks that run TimeKred: the ledger, currencies, activities, awards, sums."""

    @cached_property
    def ledger(self) -> LedgerStore:
        """What other stores put a transfer into a transaction of their own with."""
        from chalicelib.ledger.store import LedgerStore

        return LedgerStore(self.clock)

    @cached_property
    def bank(self) -> Bank:
        """Where minutes are moved from account to account."""
        from chalicelib.ledger.actions import Bank

        return Bank(store=self.ledger)

    @cached_property
    def currencies(self) -> CurrencyDesk:
        """Where currencies of time are set up, and where it is kept who acts for whom in them."""
        from chalicelib.kred.actions import CurrencyDesk
        from chalicelib.kred.store import CurrencyStore

        return CurrencyDesk(
            store=CurrencyStore(time.monotonic, self.notary),
            accounts=self.bank,
            known_tenant=self.terms.configuration,
            is_venue=lambda tenant, venue: venue in self.terms.configuration(tenant).venues,
            whose=self._member_of_code,
        )

    @cached_property
    def activities(self) -> ActivityDesk:
        """Where activities are reviewed and granted minutes."""
        from chalicelib.kred.actions import ActivityDesk
        from chalicelib.kred.store import ActivityStore

        return ActivityDesk(store=ActivityStore(self.ledger, self.notary), desk=self.currencies, bank=self.bank)

    @cached_property
    def awards(self) -> AwardDesk:
        """Where minutes are given for taking part."""
        from chalicelib.kred.actions import AwardDesk
        from chalicelib.kred.store import AwardStore

        return AwardDesk(store=AwardStore(self.ledger, self.notary), desk=self.currencies, names=self._names_of_members)

    @cached_property
    def sums(self) -> SumsDesk:
        """Where currencies are added up."""
        from chalicelib.kred.actions import SumsDesk
        from chalicelib.kred.store.payoffs import PayoffStore

        return SumsDesk(
            desk=self.currencies,
            activities=self.activities.store,
            bank=self.bank,
            payoffs=PayoffStore(self.ledger, self.notary),
            people=self._member_store,
        )

    @cached_property
    def _member_store(self) -> MemberStore:
        from chalicelib.kred.store.members import MemberStore

        return MemberStore(self.ledger, self.notary)

    @cached_property
    def _codes(self) -> Codes:
        from chalicelib.kred.actions.codes import Codes

        def read(tenant: Tenant, text: str) -> Presented:
            number = self.terms.configuration(tenant).municipality.number
            return self.mint.read(tenant, text, municipality_number=number)

        def tenant_of(text: str) -> Tenant | None:
            number = self.mint.municipality_of(text)
            if number is not None:
                return self.terms.tenant_of(number)
            # A typed number does not say whose it is; where there is one municipality, it is that one's.
            only = self.terms.tenants()
            return only[0] if len(only) == 1 else None

        return Codes(store=self._member_store, read=read, tenant_of=tenant_of)

    def _member_of_code(self, tenant: Tenant, currency: CurrencyId, text: str) -> MemberId:
        from chalicelib.kred.actions.codes import unknown_code
        from chalicelib.kred.rules.members import Code

        found = self._codes.find(tenant, text)
        if not isinstance(found, Code) or found.currency != currency:
            raise unknown_code()
        return found.member

    def _names_of_members(self, tenant: Tenant, members: list[MemberId]) -> dict[MemberId, str | None]:
        found = self._member_store.members(tenant, members)
        return {each.id: each.name for each in found.values()}

    def takes_time(self, tenant: Tenant, currency: str, venue: VenueId) -> bool:
        """Say whether a venue takes a currency of time."""
        from chalicelib.kred.rules.currencies import PartnerState
        from chalicelib.shared.ids import CurrencyId

        partner = self.currencies.setup(tenant, CurrencyId(currency)).partner(venue)
        return partner is not None and partner.state is PartnerState.APPROVED

    def _limit_between(self, tenant: Tenant, taking: str, paying: str) -> int:
        """Give how much one currency lets another owe it; 0 where its minutes are not taken, or it is the same."""
        from chalicelib.shared.ids import CurrencyId

        return 0 if taking == paying else self.currencies.setup(tenant, CurrencyId(taking)).takes(paying)

    def _kred_terms(self, tenant: Tenant, currency: str) -> TimeTerms:
        from chalicelib.kred.rules.terms import terms_of
        from chalicelib.shared.ids import CurrencyId

        return terms_of(self.currencies.setup(tenant, CurrencyId(currency)).currency)
