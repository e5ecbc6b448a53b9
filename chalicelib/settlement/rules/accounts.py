"""How each venue is settled: every line one way, what cannot be paid held, what is below zero carried forward (D18)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chalicelib.settlement.rules.books import Book
from chalicelib.settlement.rules.facts import Tallied, Tally, Totals, total_of
from chalicelib.shared.ids import VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy


class Way(StrEnum):
    """Where a line stands: in exactly one of these."""

    INVOICE = "invoice"  # the basis of the venue's own invoice
    VOUCHER = "voucher"
    INTERNAL = "internal"
    STATISTICS = "statistics"
    HELD = "held"
    CARRIED = "carried"


class Because(StrEnum):
    """Why a venue is held."""

    NO_ACCOUNT = "no_account"
    NO_SUPPLIER = "no_supplier"  # the ERP knows payees by a number of its own
    NO_INTERNAL_ACCOUNT = "no_internal_account"


@dataclass(frozen=True, slots=True)
class Part:
    """Money of one month, year of visit, funding source and tax code. `month` names where it comes from."""

    month: str
    year: int
    funding: str | None
    vat_code: str | None
    amount: Ore


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What a venue has coming one way. `brought` is what earlier months left, `parts` this month's lines."""

    venue: VenueId
    settle_by: SettleBy
    totals: Totals
    brought: Parts
    parts: Parts
    way: Way
    because: Because | None = None

    @property
    def lines(self) -> Ore:
        """Give the sum of this month's lines."""
        return sum_of(self.parts)

    @property
    def opening(self) -> Ore:
        """Give what earlier months left."""
        return sum_of(self.brought)

    @property
    def due(self) -> Ore:
        """Give what would be settled now."""
        return Ore(self.opening + self.lines)

    @property
    def stays(self) -> bool:
        """Say whether it waits for a later month."""
        return self.way in WAITING

    @property
    def settled(self) -> Ore:
        """Give what is settled now."""
        return Ore(0) if self.stays else self.due

    @property
    def forward(self) -> Ore:
        """Give what is left to a later month."""
        return self.due if self.stays else Ore(0)

    @property
    def months(self) -> tuple[str, ...]:
        """Name the earlier months that what was brought comes from."""
        return tuple(sorted({part.month for part in self.brought}))


WAITING: Final = frozenset({Way.HELD, Way.CARRIED})
_OWN_WAY: Final = {
    SettleBy.INVOICE: Way.INVOICE,
    SettleBy.VOUCHER: Way.VOUCHER,
    SettleBy.INTERNAL: Way.INTERNAL,
    SettleBy.NONE: Way.STATISTICS,
}


def settle(book: Book, tallies: Mapping[VenueId, Tally], before: Iterable[Account]) -> tuple[Account, ...]:
    """Settle a month: `before` are the accounts of the settlement before it, whose waiting money comes along."""
    brought = {
        (each.venue, each.settle_by): compact((*each.brought, *each.parts)) for each in before if each.stays
    }  # fmt: skip
    grouped: dict[tuple[VenueId, SettleBy], list[Tallied]] = {key: [] for key in brought}
    for venue, tally in tallies.items():
        for each in tally:
            grouped.setdefault((venue, each.settle_by), []).append(each)
    return tuple(
        _account(book, venue, settle_by, tuple(tally), brought.get((venue, settle_by), ()))
        for (venue, settle_by), tally in sorted(grouped.items())
    )


def way_of(book: Book, venue: VenueId, settle_by: SettleBy, due: Ore) -> tuple[Way, Because | None]:
    """Choose the one way: below zero is carried forward, and money for a venue that cannot be paid is held."""
    if settle_by is SettleBy.NONE:
        return Way.STATISTICS, None
    if due < 0:
        return Way.CARRIED, None
    missing = _missing(book, venue, settle_by) if due else None
    return (Way.HELD, missing) if missing else (_OWN_WAY[settle_by], None)


def compact(parts: Iterable[Part]) -> Parts:
    """Add up the parts that differ in amount only; what comes to nothing is left out."""
    sums: dict[tuple[str, int, str | None, str | None], int] = {}
    for part in parts:
        key = (part.month, part.year, part.funding, part.vat_code)
        sums[key] = sums.get(key, 0) + part.amount
    ordered = sorted(sums.items(), key=lambda item: tuple(str(each or "") for each in item[0]))
    return tuple(Part(*key, Ore(amount)) for key, amount in ordered if amount)


def sum_of(parts: Iterable[Part]) -> Ore:
    """Add parts up."""
    return Ore(sum(part.amount for part in parts))


def by_way(accounts: Iterable[Account]) -> dict[Way, Ore]:
    """Give the sum of this month's lines per way; together they are all the lines."""
    sums = dict.fromkeys(Way, Ore(0))
    for account in accounts:
        sums[account.way] = Ore(sums[account.way] + account.lines)
    return sums


def by_funding(accounts: Iterable[Account]) -> dict[tuple[str | None, int], tuple[Ore, Ore]]:
    """Give, per funding source and year of visit, what the lines come to and what is settled now."""
    sums: dict[tuple[str | None, int], tuple[Ore, Ore]] = {}

    def add(part: Part, lines: Ore, settled: Ore) -> None:
        before = sums.get((part.funding, part.year), (Ore(0), Ore(0)))
        sums[part.funding, part.year] = (Ore(before[0] + lines), Ore(before[1] + settled))

    for account in accounts:
        for part in account.parts:
            add(part, part.amount, Ore(0) if account.stays else part.amount)
        for part in account.brought:
            add(part, Ore(0), Ore(0) if account.stays else part.amount)
    return dict(sorted(sums.items(), key=lambda item: (item[0][0] or "", item[0][1])))


def _account(book: Book, venue: VenueId, settle_by: SettleBy, tally: Tally, brought: Parts) -> Account:
    parts = compact(
        Part(book.month, each.date.year, each.funding, each.vat_code, each.totals.to_settle) for each in tally
    )
    way, because = way_of(book, venue, settle_by, Ore(sum_of(parts) + sum_of(brought)))
    return Account(venue, settle_by, total_of(tally), brought, parts, way, because)


def _missing(book: Book, venue: VenueId, settle_by: SettleBy) -> Because | None:
    codes = book.coded.get(venue, frozenset())
    by_ledger = book.payment_file == "gl07"
    if settle_by is SettleBy.VOUCHER:
        if book.payees[venue].account is None:
            return Because.NO_ACCOUNT
        return Because.NO_SUPPLIER if by_ledger and "supplier" not in codes else None
    if settle_by is SettleBy.INTERNAL and by_ledger and "internal_account" not in codes:
        return Because.NO_INTERNAL_ACCOUNT
    return None
