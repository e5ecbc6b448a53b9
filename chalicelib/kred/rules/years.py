"""What a year came to: what each person earned with each organisation, since gifts above a sum are taxed."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.kred.rules.awards import Award
from chalicelib.kred.rules.currencies import Currency
from chalicelib.shared.ids import MemberId


@dataclass(frozen=True, slots=True)
class YearLine:
    """One person's year with one organisation, in minutes. `over`: more than the currency has as its mark."""

    year: int
    organisation: str
    member: MemberId
    awards: int
    minutes: int
    present: int
    over: bool
    name: str | None = None  # for those who may know it


def lines_of_year(awards: Iterable[Award], currency: Currency, year: int) -> list[YearLine]:
    """Add up awards that stand, by organisation and person; one taken back counts for nothing."""
    sums: dict[tuple[str, MemberId], tuple[int, int, int]] = {}
    for award in awards:
        if award.reversed_on is None:
            count, minutes, present = sums.get((award.organisation, award.member), (0, 0, 0))
            sums[award.organisation, award.member] = (count + 1, minutes + award.minutes, present + award.present)
    most = currency.yearly_most
    return [
        YearLine(year, organisation, member, count, minutes, present, most is not None and minutes > most)
        for (organisation, member), (count, minutes, present) in sorted(sums.items())
    ]
