"""Making numbered blanks that wait in a drawer."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.cards.actions.clerk import TRIES, Clerk, still_busy, used_for_something_else
from chalicelib.cards.rules import (
    BLANKS_TOGETHER,
    Card,
    Request,
    Status,
    blank_card,
    check_stock,
    content_as_text,
    next_entry,
)
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CardNumber, ProgrammeId, Tenant


@dataclass(frozen=True, slots=True)
class Stocking(Clerk):
    """Makes the stock."""

    def stock(
        self, tenant: Tenant, programme: ProgrammeId, count: int, *, by: CallerId, key: str, now: datetime
    ) -> list[Card]:
        """Make numbered blanks that are nobody's and count in no quota, once however often it is asked.

        What was interrupted goes on where it stopped. ConflictError `idempotency_conflict`; RuleError
        `unknown_programme`, `programme_closed`, `outside_programme` or `no_stock`.
        """
        content = content_as_text({"stock": programme, "count": count})
        sizes = [min(BLANKS_TOGETHER, count - made) for made in range(0, count, BLANKS_TOGETHER)]
        requests = [Request(by, f"{key}#{part}", content, "") for part in range(len(sizes))]
        earlier = self.store.requests(tenant, by, [each.key for each in requests], now=now)
        if any(each.content != content for each in earlier.values()):
            raise used_for_something_else()
        numbers: list[CardNumber] = []
        for request, size in zip(requests, sizes, strict=True):
            before = earlier.get(request.key)
            numbers += _numbers(self._stocked(tenant, programme, request, size, now) if before is None else before)
        found = self.store.cards(tenant, numbers, now=now)
        return [found[number] for number in numbers if number in found]

    def _stocked(self, tenant: Tenant, programme: ProgrammeId, request: Request, size: int, now: datetime) -> Request:
        terms = self._programme(tenant, programme)
        check_stock(terms, oslo_date(now))
        entry = next_entry((), now=now, status=Status.BLANK, reason=None, by=request.by)
        for _ in range(TRIES):
            numbers: set[CardNumber] = set()
            while len(numbers) < size:
                numbers.add(self.new_number())
            blanks = [blank_card(terms, number, self.new_key(), by=request.by) for number in sorted(numbers)]
            made = replace(request, made=",".join(blank.number for blank in blanks))
            clash = self.store.stock(tenant, blanks, entry, made)
            if clash is None:
                return made
            earlier = self.store.request(tenant, request.by, request.key, now=now)
            if earlier is not None and earlier.content != request.content:
                raise used_for_something_else()
            if earlier is not None:
                return earlier
        raise still_busy()


def _numbers(of_stock: Request) -> list[CardNumber]:
    return [CardNumber(number) for number in of_stock.made.split(",")]
