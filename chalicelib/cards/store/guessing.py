"""Wrong birth years on the holder's page."""

from datetime import date

from pynamodb.exceptions import UpdateError

from chalicelib.cards.rules import WrongYears
from chalicelib.cards.store.parts import is_still
from chalicelib.cards.store.patience import REFUSAL, Patient, code_of
from chalicelib.cards.store.rows import CARD, card_at, guesses, plain
from chalicelib.shared.ids import CardNumber, Tenant
from chalicelib.table import CardRow, card_pk


class Guessing(Patient):
    """How many were given for a card today."""

    def wrong_years(self, tenant: Tenant, number: CardNumber) -> WrongYears | None:
        """Give how many wrong birth years were given for a card, or None."""
        row = self._patiently(lambda: CardRow.get(card_pk(tenant, number), CARD, consistent_read=True))
        found = plain(row.wrong_years)
        return WrongYears(date.fromisoformat(found["date"]), int(found["count"])) if found else None

    def note_wrong_years(
        self, tenant: Tenant, number: CardNumber, before: WrongYears | None, after: WrongYears
    ) -> bool:
        """Write a guess down; False where another guess came in between, which must be read first."""
        nobody_else_guessed = is_still(CardRow.wrong_years, None if before is None else guesses(before))
        still_there = CardRow.pk.exists()

        def noted() -> None:
            row = card_at(tenant, number)
            row.update([CardRow.wrong_years.set(guesses(after))], condition=still_there & nobody_else_guessed)

        try:
            self._patiently(noted)
        except UpdateError as error:
            if code_of(error) != REFUSAL:
                raise
            return False
        return True
