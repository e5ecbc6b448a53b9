"""The desks of Opplevelseskort: cards, the ticket window, settlement, figures."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.ground import Ground

if TYPE_CHECKING:
    from chalicelib.cards.actions import CardDesk
    from chalicelib.reports.actions import Statistics
    from chalicelib.settlement.actions import Auditor, Casework, Closing
    from chalicelib.visits.actions import Window


class KortDesks(Ground):
    """The desks of Opplevelseskort: cards, the ticket window, settlement, figures."""

    @cached_property
    def cards(self) -> CardDesk:
        """Where cards are given out."""
        from chalicelib.cards.actions import CardDesk
        from chalicelib.cards.store import CardStore
        from chalicelib.shared.ids import CardKey

        return CardDesk(
            store=CardStore(notary=self.notary),
            terms=self.terms.configuration,
            mint=self.mint,
            host=self.config.host,
            new_number=lambda: self.mint.new_number(f"{secrets.randbelow(10**10):010d}"),
            new_key=lambda: CardKey(secrets.token_urlsafe(12)),
            tenants=self.terms.tenant_of,
        )

    @cached_property
    def window(self) -> Window:
        """Where cards are shown."""
        from chalicelib.visits.actions import Window
        from chalicelib.visits.store import VisitStore

        return Window(
            store=VisitStore(self.clock),
            configuration=self.terms.configuration,
            read_card=self.mint.read,
            keys=self.signing_keys,
        )

    @cached_property
    def closing(self) -> Closing:
        """Where months are closed."""
        from chalicelib.settlement import paper
        from chalicelib.settlement.actions import Closing
        from chalicelib.settlement.store import SettlementStore

        return Closing(
            store=SettlementStore(notary=self.notary),
            files=self.files,
            configuration=self.terms.configuration,
            paper=paper,
        )

    @cached_property
    def statistics(self) -> Statistics:
        """Where figures are told."""
        from chalicelib.reports import paper
        from chalicelib.reports.actions import Statistics
        from chalicelib.reports.store import StatisticsStore

        return Statistics(
            store=StatisticsStore(), files=self.files, configuration=self.terms.configuration, paper=paper
        )

    @cached_property
    def auditor(self) -> Auditor:
        """Who computes closed months again."""
        from chalicelib.settlement.actions import Auditor

        return Auditor(self.closing)

    @cached_property
    def casework(self) -> Casework:
        """Where a venue's month is looked at, objected to and adjusted."""
        from chalicelib.settlement.actions import Casework
        from chalicelib.settlement.store import CaseStore

        return Casework(store=CaseStore(self.notary), closing=self.closing, configuration=self.terms.configuration)
