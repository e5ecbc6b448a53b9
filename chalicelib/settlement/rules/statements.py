"""What a venue is told of its month: per offer and day, with the sum and what becomes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from chalicelib.settlement.rules.accounts import Account, Because, Way
from chalicelib.settlement.rules.books import Book
from chalicelib.settlement.rules.facts import Counted, Day, Line, LineType, Tallied, Tally, Totals, total_of
from chalicelib.shared.ids import OfferId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

_Key: TypeAlias = tuple[Day, LineType, int]
# Of a day: what came in, then what was changed of it afterwards.
_ORDER: Final = (LineType.VISIT, LineType.OVER_ALLOWANCE, LineType.CORRECTION, LineType.ADJUSTMENT)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One kind of line on one day. `amount` is signed; a correction or an adjustment has no visits."""

    date: Day
    type: LineType
    percent: int
    visits: int
    persons: int
    gross: Ore
    copay: Ore
    amount: Ore


@dataclass(frozen=True, slots=True)
class Explained:
    """An adjustment as its venue may know it: the day it corrects, for how many, why, and what that day comes to.

    `was` is what the offer's day had come to before it, in all months together; None where one of them is not closed.
    """

    id: VisitId
    settle_by: SettleBy
    offer: OfferId
    date: Day
    percent: int
    persons: int
    reason: str
    amount: Ore
    was: Ore | None

    @property
    def becomes(self) -> Ore | None:
        """Give what the day comes to with it."""
        return None if self.was is None else Ore(self.was + self.amount)


@dataclass(frozen=True, slots=True)
class StatementOffer:
    """An offer's rows by day."""

    offer: OfferId
    title: str
    rows: tuple[StatementRow, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Statement:
    """A venue's month, one way of payment. Never an invoice: it is what the venue's own invoice may refer to."""

    municipality: str
    venue: VenueId
    name: str
    orgnr: str | None
    address: str
    masked_account: str | None
    language: str
    month: str
    settle_by: SettleBy
    reference: str
    offers: tuple[StatementOffer, ...]
    totals: Totals
    brought: Ore
    brought_from: tuple[str, ...]
    due: Ore
    way: Way
    because: Because | None
    is_final: bool = True  # False: the month is open, and more may come
    explained: tuple[Explained, ...] = ()


def explained_of(counted: Counted, before: Mapping[tuple[OfferId, Day], Ore | None]) -> tuple[Explained, ...]:
    """Explain a venue's adjustments of a month; `before` is what their days came to in the months before it."""
    stood = dict(before)
    for each in counted.tally:
        had = stood.get((each.offer, each.date))
        if had is not None and each.type is not LineType.ADJUSTMENT:
            stood[each.offer, each.date] = Ore(had + each.totals.to_settle)
    explained = []
    for line in sorted(counted.adjusted, key=lambda each: each.place):
        found = _explained(line, stood.get((line.terms.offer, line.terms.date)))
        stood[found.offer, found.date] = found.becomes
        explained.append(found)
    return tuple(explained)


def statement_of(
    book: Book, account: Account, tally: Tally, *, explained: Iterable[Explained] = (), is_final: bool = True
) -> Statement:
    """Write down what a venue has coming one way."""
    payee = book.payees[account.venue]
    mine = [each for each in tally if each.settle_by is account.settle_by]
    offers = sorted({each.offer for each in mine})
    return Statement(
        municipality=book.municipality,
        venue=account.venue,
        name=payee.name or payee.label,
        orgnr=payee.orgnr,
        address=payee.address,
        masked_account=payee.masked_account,
        language=payee.language,
        month=book.month,
        settle_by=account.settle_by,
        reference=book.reference(account.venue, account.settle_by),
        offers=tuple(
            _offer(book, account.venue, offer, payee.language, [each for each in mine if each.offer == offer])
            for offer in offers
        ),
        totals=account.totals,
        brought=account.opening,
        brought_from=account.months,
        due=account.due,
        way=account.way,
        because=account.because,
        is_final=is_final,
        explained=tuple(each for each in explained if each.settle_by is account.settle_by),
    )


def _explained(line: Line, was: Ore | None) -> Explained:
    terms = line.terms
    return Explained(
        id=line.visit,
        settle_by=terms.settle_by,
        offer=terms.offer,
        date=terms.date,
        percent=terms.percent,
        persons=terms.persons,
        reason=line.reason,
        amount=line.amount,
        was=was,
    )


def _offer(book: Book, venue: VenueId, offer: OfferId, language: str, tally: list[Tallied]) -> StatementOffer:
    days: dict[_Key, list[Tallied]] = {}
    for each in tally:
        days.setdefault((each.date, each.type, each.percent), []).append(each)
    ordered = sorted(days, key=lambda key: (key[0], _ORDER.index(key[1]), key[2]))
    rows = tuple(_row(key, days[key]) for key in ordered)
    return StatementOffer(offer, book.title_in(venue, offer, language), rows, total_of(tally))


def _row(key: _Key, tally: Iterable[Tallied]) -> StatementRow:
    whole = total_of(tally)
    return StatementRow(*key, whole.visits, whole.persons, whole.gross, whole.copay, whole.to_settle)
