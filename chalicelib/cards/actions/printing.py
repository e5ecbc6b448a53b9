"""Cards on their way to the printer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.cards.actions.clerk import Clerk
from chalicelib.cards.rules import PRINTABLE, Look, PrintJob, print_job, print_look
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
        configuration = self.terms(tenant)
        found = self.store.cards(tenant, [number for number, _ in wanted], now=now)
        cards = {number: card for number, card in found.items() if self.sees(card)}
        missing = [row for row, (number, _) in enumerate(wanted) if number not in cards]
        if missing:
            raise UnknownError("unknown_card", "There is no such card here.", _rows(missing, "unknown_card"))
        useless = [row for row, (number, _) in enumerate(wanted) if cards[number].status not in PRINTABLE]
        if useless:
            raise ConflictError("not_in_that_state", "No till lets this card in.", _rows(useless, "not_in_that_state"))
        today = oslo_date(now)
        jobs = [
            print_job(
                cards[number], configuration, url=self.link(tenant, cards[number])[1], name=name or None, today=today
            )
            for number, name in wanted
        ]
        return jobs, print_look(configuration, {job.programme for job in jobs}, images)


def _rows(rows: Iterable[int], code: str) -> tuple[Field, ...]:
    return tuple(Field(f"cards[{row}].number", code, "This card cannot be printed.") for row in rows)
