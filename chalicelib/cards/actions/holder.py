"""The holder's own page."""

from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.cards.actions.clerk import TRIES, Clerk, still_busy, unknown_card
from chalicelib.cards.rules import Card, Counts, HolderView, WrongYears, holder_view
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import Tenant


@dataclass(frozen=True, slots=True)
class HolderPage(Clerk):
    """Shows a card to whoever carries it."""

    def holder(
        self, text: str, *, tenant: Tenant | None, birth_year: int | None, language: str | None, now: datetime
    ) -> HolderView:
        """Show the holder's page. A token without the birth year shows offers and no counts, a number nothing.

        `tenant` is asked for a number only, which names no municipality. UnknownError `unknown_card` for whatever
        shows nothing: forged, mistyped, never issued, or a number with a wrong year.
        """
        municipality = self.mint.municipality_of(text)
        is_token = municipality is not None
        home = self.tenants(municipality) if municipality is not None else tenant
        if home is None:
            raise unknown_card()
        configuration = self.terms(home)
        presented = self.mint.read(home, text, municipality_number=configuration.municipality.number)
        if presented.number is None or presented.is_time:
            raise unknown_card()
        card = self._known(home, presented.number, now)
        today = oslo_date(now)
        counts = Counts.YEAR_NEEDED
        if birth_year is not None and card.birth_year is not None:
            counts = self._guessed(home, card, birth_year, today)
        if counts is not Counts.SHOWN and not is_token:
            raise unknown_card()
        return holder_view(card, configuration, counts=counts, language=language or card.language, today=today)

    def _guessed(self, tenant: Tenant, card: Card, birth_year: int, today: date) -> Counts:
        for _ in range(TRIES):
            wrong = self.store.wrong_years(tenant, card.number)
            if wrong is not None and wrong.locks(today):
                return Counts.LOCKED
            if birth_year == card.birth_year:
                return Counts.SHOWN
            another = (wrong or WrongYears(today, 0)).another(today)
            if self.store.note_wrong_years(tenant, card.number, wrong, another):
                return Counts.WRONG_YEAR
        raise still_busy()
