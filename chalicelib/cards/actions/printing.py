"""Cards on their way to the printer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.cards.actions.clerk import Clerk
from chalicelib.cards.rules import PRINTABLE, Card, Look, PrintJob, Sheet, print_job, print_look, sheet
from chalicelib.shared.answers import ConflictError, Field, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CardNumber, Tenant


@dataclass(frozen=True, slots=True)
class Printing(Clerk):
    """Gathers what is printed; names pass through and stay nowhere."""

    def prints(
        self,
        tenant: Tenant,
        wanted: Sequence[tuple[CardNumber, str | None]],
        *,
        images: Callable[[str], bytes | None],
        now: datetime,
    ) -> tuple[list[PrintJob], Look]:
        """Give what is printed on some cards, in the order asked for. The names pass through and stay nowhere.

        UnknownError `unknown_card` or ConflictError `not_in_that_state`, with the rows at fault in `fields`.
        """
        cards = self._printable(tenant, [number for number, _ in wanted], now)
        configuration = self.terms(tenant)
        today = oslo_date(now)
        jobs = [
            print_job(
                cards[number], configuration, url=self.link(tenant, cards[number])[1], name=name or None, today=today
            )
            for number, name in wanted
        ]
        return jobs, print_look(configuration, {job.programme for job in jobs}, images)

    def sheets(
        self,
        tenant: Tenant,
        wanted: Sequence[tuple[CardNumber, str | None]],
        *,
        language: str | None,
        images: Callable[[str], bytes | None],
        now: datetime,
    ) -> tuple[list[Sheet], bytes | None]:
        """Give the sheets of some cards, in a language or each in its card's own, and the coat of arms.

        Errors as for `prints`.
        """
        cards = self._printable(tenant, [number for number, _ in wanted], now)
        configuration, today = self.terms(tenant), oslo_date(now)
        arms = configuration.municipality.coat_of_arms
        sheets = [
            sheet(
                cards[number], configuration, name=name or None, language=language or cards[number].language,
                today=today,
            )
            for number, name in wanted
        ]  # fmt: skip
        return sheets, images(arms) if arms else None

    def _printable(self, tenant: Tenant, numbers: Sequence[CardNumber], now: datetime) -> dict[CardNumber, Card]:
        found = self.store.cards(tenant, numbers, now=now)
        cards = {number: card for number, card in found.items() if self.sees(card)}
        missing = [row for row, number in enumerate(numbers) if number not in cards]
        if missing:
            raise UnknownError("unknown_card", "There is no such card here.", _rows(missing, "unknown_card"))
        useless = [row for row, number in enumerate(numbers) if cards[number].status not in PRINTABLE]
        if useless:
            raise ConflictError("not_in_that_state", "No till lets this card in.", _rows(useless, "not_in_that_state"))
        return cards


def _rows(rows: Iterable[int], code: str) -> tuple[Field, ...]:
    return tuple(Field(f"cards[{row}].number", code, "This card cannot be printed.") for row in rows)
