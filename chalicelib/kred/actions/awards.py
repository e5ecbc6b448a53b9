"""Giving minutes for taking part, taking them back, and telling what a year came to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from chalicelib.access.rules import Caller
from chalicelib.kred.actions.currencies import CurrencyDesk
from chalicelib.kred.rules.activities import Activity
from chalicelib.kred.rules.awards import (
    AWARDS_KEPT_YEARS,
    Award,
    Awarded,
    NoAward,
    NotAwarded,
    Wish,
    limits_of,
    may_award,
    reversal_of,
    transfer_of,
)
from chalicelib.kred.rules.deeds import Deed, deeds_of
from chalicelib.kred.rules.standing import Known, Standing
from chalicelib.kred.rules.years import YearLine, lines_of_year
from chalicelib.ledger.rules import Booked, Limits, Refused, Transfer
from chalicelib.shared.answers import ConflictError, UnknownError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CurrencyId, MemberId, Tenant


class AwardBook(Protocol):
    """Where awards are kept."""

    def award(
        self, tenant: Tenant, asked: Award, decide: Callable[[Activity], NoAward | tuple[Transfer | None, Limits]],
        now: datetime,
    ) -> Awarded | NotAwarded:  # fmt: skip
        """Make an award in one transaction, on the activity as it stands. Sent again, it is the same award."""

    def made_award(self, tenant: Tenant, award: str) -> Award | None:
        """Give an award."""

    def take_back(
        self, tenant: Tenant, award: Award, transfer: Transfer | None, *, by: CallerId, on: date
    ) -> Booked | Refused | None:
        """Take an award back with the minutes it moved, once."""

    def awards(
        self, tenant: Tenant, currency: CurrencyId, year: int, *, member: MemberId | None = None
    ) -> Iterator[Award]:
        """Give the awards of a year by member and day, or those of one member."""


@dataclass(frozen=True, slots=True)
class AwardDesk:
    """Where minutes are given for taking part."""

    store: AwardBook
    desk: CurrencyDesk
    names: Callable[[Tenant, list[MemberId]], Mapping[MemberId, str | None]]

    def award(self, caller: Caller, currency: CurrencyId, wish: Wish, *, now: datetime) -> Awarded | NotAwarded:
        """Give a member minutes out of an activity's grant, or count their hours. The same id twice gives once.

        UnknownError for an activity that is not the caller's own; ConflictError `other_content`.
        """
        known, standing = self.desk.for_whom(caller, currency)
        return self._award(caller.tenant, known, standing, wish, now)

    def _award(
        self, tenant: Tenant, known: Known, standing: Standing, wish: Wish, now: datetime
    ) -> Awarded | NotAwarded:
        rules = known.setup.currency
        award = Award(
            id=wish.id, currency=rules.id, activity=wish.activity, organisation="", member=wish.member,
            minutes=wish.minutes, present=wish.present, on=oslo_date(now), by=standing.caller, session=wish.session,
        )  # fmt: skip

        def decide(activity: Activity) -> NoAward | tuple[Transfer | None, Limits]:
            standing.insist_on_activity(activity)
            no = may_award(rules, activity, standing, award)
            return no or (transfer_of(award, now), limits_of(rules, activity, award))

        return self.store.award(tenant, award, decide, now)

    def take_back(self, caller: Caller, currency: CurrencyId, award: str, reversal: str, *, now: datetime) -> Award:
        """Take an award back as the operator whose activity it was of. The same reversal twice is done once.

        UnknownError `unknown_award`; ConflictError `already_reversed`, or `not_enough` where it has been spent.
        """
        known, standing = self.desk.for_whom(caller, currency)
        made = self.store.made_award(caller.tenant, award)
        if made is None or made.currency != currency:
            raise _unknown_award()
        operator = next(
            (e.operator for e in known.roster.organisations if e.id == made.organisation), made.organisation
        )
        if not standing.runs(operator):
            raise _unknown_award()
        transfer = reversal_of(made, reversal, now)
        answer = self.store.take_back(caller.tenant, made, transfer, by=caller.id, on=oslo_date(now))
        if isinstance(answer, Refused):
            raise ConflictError(answer.because.value, "It cannot be taken back: spent, or taken back before.")
        return self.store.made_award(caller.tenant, award) or made

    def year(self, caller: Caller, currency: CurrencyId, year: int) -> list[YearLine]:
        """Tell what each person earned with each organisation of the caller's own in a year (for the tax report).

        Who acts for an operator reads the names; the coordinator, who sees them all, reads none (requirement TK-09).
        """
        known, standing = self.desk.for_whom(caller, currency)
        own = {str(each.id) for each in known.setup.operators if standing.runs(each.id)}
        if not own:
            raise UnknownError("unknown_operator", "You act for no operator in this currency.")
        own |= {str(each.id) for each in known.roster.organisations if each.operator in own}
        awards = self.store.awards(caller.tenant, currency, year)
        lines = lines_of_year((each for each in awards if each.organisation in own), known.setup.currency, year)
        if standing.operators is None:
            return lines
        names = self.names(caller.tenant, sorted({each.member for each in lines}))
        return [replace(each, name=names.get(each.member)) for each in lines]

    def of_member(self, tenant: Tenant, currency: CurrencyId, member: MemberId, years: range) -> list[Award]:
        """Give a member's awards of some years, in order, taken back ones left out; for history and attestations."""
        return [
            award for year in years for award in self.store.awards(tenant, currency, year, member=member)
            if award.reversed_on is None
        ]  # fmt: skip

    def deeds(
        self, tenant: Tenant, currency: CurrencyId, member: MemberId, activities: Iterable[Activity], *, now: datetime
    ) -> list[Deed]:
        """Tell a member what they have taken part in, for as long as awards are kept (requirement TK-36)."""
        names = {str(each.id): each.name for each in self.desk.setup(tenant, currency).operators}
        names |= {str(each.id): each.name for each in self.desk.organisations(tenant, currency)}
        this_year = oslo_date(now).year
        years = range(this_year - AWARDS_KEPT_YEARS, this_year + 1)
        return deeds_of(self.of_member(tenant, currency, member, years), activities, names)


def _unknown_award() -> UnknownError:
    return UnknownError("unknown_award", "There is no such award in this currency.")
