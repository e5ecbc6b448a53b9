"""What goes to the accounting system: vouchers for venues that are paid, re-postings for the municipality's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.settlement.rules.accounts import Account, Part, Way
from chalicelib.settlement.rules.books import Book, Payee
from chalicelib.shared.ids import VenueId
from chalicelib.shared.money import Ore

Codes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cost:
    """Money of one year of visits, one funding source and one tax code."""

    year: int
    funding: str | None
    vat_code: str | None
    amount: Ore


@dataclass(frozen=True, slots=True)
class Payment:
    """What one venue gets. `is_internal`: by re-posting within the municipality's own books."""

    venue: VenueId
    payee: Payee
    reference: str
    amount: Ore
    costs: tuple[Cost, ...]
    is_internal: bool
    months: tuple[str, ...]  # earlier ones that part of it comes from


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounting codes of a municipality and of its venues, as they stand when the file is written.

    A code is looked up from the special to the general: for visits of an earlier year (`prior_year-<name>`), for the
    funding source (`<source>-<name>`), for the venue, for its kind (`<kind>-<name>`), for the municipality.
    """

    municipal: Codes
    venues: Mapping[VenueId, Codes]

    def code(self, name: str) -> str:
        """Give a code of the municipality, empty where it has none."""
        return self.municipal.get(name, "")

    def of(self, venue: VenueId, name: str) -> str:
        """Give a code of a venue's own."""
        return self.venues.get(venue, {}).get(name, "")

    def cost(self, payment: Payment, cost: Cost, name: str, *, year: int) -> str:
        """Give the code that a cost is booked on."""
        found = (
            self.code(f"prior_year-{name}") if cost.year < year else "",
            self.code(f"{cost.funding}-{name}") if cost.funding else "",
            self.of(payment.venue, name),
            self.code(f"{payment.payee.kind.value}-{name}"),
            self.code(name),
        )
        return next(filter(None, found), "")


@dataclass(frozen=True, slots=True)
class Run:
    """A month's payments, on their way into a file. `today` is the day the file is written."""

    book: Book
    payments: tuple[Payment, ...]
    chart: Chart
    today: date

    @property
    def batch(self) -> str:
        """Name the batch: the same month never makes two of them, so that nothing is read in twice."""
        return f"{self.book.number:04d}-{self.book.month.replace('-', '')}"


def payments_of(book: Book, accounts: Iterable[Account]) -> tuple[Payment, ...]:
    """Give what is paid now: nobody gets nothing, and what waits or is invoiced or is only counted is not here."""
    return tuple(
        Payment(
            account.venue,
            book.payees[account.venue],
            book.reference(account.venue, account.settle_by),
            account.settled,
            _costs((*account.brought, *account.parts)),
            account.way is Way.INTERNAL,
            account.months,
        )
        for account in accounts
        if account.way in {Way.VOUCHER, Way.INTERNAL} and account.settled
    )


def _costs(parts: Iterable[Part]) -> tuple[Cost, ...]:
    sums: dict[tuple[int, str, str], int] = {}
    for part in parts:
        key = (part.year, part.funding or "", part.vat_code or "")
        sums[key] = sums.get(key, 0) + part.amount
    return tuple(
        Cost(year, funding or None, vat_code or None, Ore(amount))
        for (year, funding, vat_code), amount in sorted(sums.items())
        if amount
    )
