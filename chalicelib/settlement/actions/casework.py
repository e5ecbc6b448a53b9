"""A venue's own view of its month, its objections, and the adjustments that come of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from chalicelib.access.rules import Device
from chalicelib.settlement.actions.closing import Closing
from chalicelib.settlement.actions.counting import Counting
from chalicelib.settlement.actions.supplies import Shelf
from chalicelib.settlement.rules import (
    Adjustment,
    CaseState,
    Counted,
    Draft,
    MonthState,
    Objection,
    Said,
    Statement,
    book_of,
    check_month,
    check_second_person,
    months_of,
    objection_of,
    settle,
    statement_of,
    tally_of,
    terms_of,
)
from chalicelib.shared.answers import ConflictError, RuleError, UnknownError
from chalicelib.shared.calendar import oslo_date, oslo_month
from chalicelib.shared.ids import CallerId, Tenant, VenueId, VisitId
from chalicelib.venues.rules import Configuration

_Case = TypeVar("_Case")


class Cases(Protocol):
    """Where objections and adjustments are kept."""

    def object(self, tenant: Tenant, objection: Objection) -> Objection:
        """Store an objection once; the one that stands under its id where it was sent before."""

    def objection(self, tenant: Tenant, named: str) -> Objection | None:
        """Give an objection, or None; consistent."""

    def objections(self, tenant: Tenant) -> list[Objection]:
        """Give all objections, oldest first."""

    def answer(self, tenant: Tenant, objection: Objection) -> bool:
        """Store an answer; False where it was answered already."""

    def propose(self, tenant: Tenant, adjustment: Adjustment) -> Adjustment:
        """Store a proposal once; the one that stands under its id where it was sent before."""

    def adjustment(self, tenant: Tenant, named: VisitId) -> Adjustment | None:
        """Give an adjustment, or None; consistent."""

    def proposed(self, tenant: Tenant) -> list[Adjustment]:
        """Give the adjustments that wait for finance."""

    def decide(self, tenant: Tenant, adjustment: Adjustment) -> bool:
        """Store a decision; an accepted one settles in its month. False where it was decided already."""


@dataclass(frozen=True, slots=True)
class Casework:
    """The desk between venue, office and finance."""

    store: Cases
    closing: Closing
    configuration: Callable[[Tenant], Configuration]

    def statements(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> list[Statement]:
        """Give a venue's month, one statement per way of payment; one that is open as it stands now.

        Raises MalformedError `bad_month`, UnknownError `unknown_venue`, RuleError `month_not_begun`.
        """
        check_month(month)
        if month > oslo_month(now):
            code, detail = "month_not_begun", "The month has not begun."
            raise RuleError(code, detail)
        configuration = self.configuration(tenant)
        if venue not in configuration.venues:
            code, detail = "unknown_venue", "There is no such venue."
            raise UnknownError(code, detail)
        settlement = self.closing.store.load(tenant, month)
        closed = settlement is not None and settlement.state is not MonthState.CLOSING
        shelf = Shelf(self.closing.files)
        if closed:
            book, accounts = self.closing.accounts(tenant, month)
            counting = Counting(self.closing.store, shelf, self.closing.paper, book, now)
            counted = counting.venue(venue) if venue in book.payees else Counted(())
        else:
            book = book_of(configuration, month)
            counting = Counting(self.closing.store, shelf, self.closing.paper, book, now)
            counted = tally_of(counting.found(venue), month)
            head = self.closing.store.head(tenant)
            last = None if head is None else self.closing.store.load(tenant, head)
            ended = last is not None and last.state is not MonthState.CLOSING
            before = self.closing.accounts(tenant, last.month)[1] if last is not None and ended else ()
            accounts = settle(book, {venue: counted.tally}, [each for each in before if each.venue == venue])
        explained = counting.explained(venue, counted)
        return [
            statement_of(book, account, counted.tally, explained=explained, is_final=closed)
            for account in accounts
            if account.venue == venue
        ]

    def seen(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> tuple[MonthState, list[str]]:
        """Say how far a month has come, and for which months the venue may have statements, newest first."""
        settlement = self.closing.store.load(tenant, month)
        state = MonthState.OPEN if settlement is None else settlement.state
        return state, months_of(self.configuration(tenant), venue, now)

    def object(self, device: Device, said: Said, *, now: datetime) -> Objection:
        """Take a venue's objection, once however often it is sent.

        Raises ConflictError `month_approved` once the month is, and `id_used_otherwise`; RuleError `another_month` for
        a day outside it; UnknownError `unknown_offer`.
        """
        month = said.month
        check_month(month)
        made = objection_of(said, device, now)
        standing = self.store.objection(device.tenant, said.id)
        if standing is None:
            offers = self.configuration(device.tenant).offers
            if said.offer is not None and (device.venue, said.offer) not in offers:
                code, detail = "unknown_offer", "There is no such offer at this venue."
                raise UnknownError(code, detail)
            if month > oslo_month(now):
                code, detail = "month_not_begun", "The month has not begun."
                raise RuleError(code, detail)
            settlement = self.closing.store.load(device.tenant, month)
            if settlement is not None and settlement.state not in {MonthState.CLOSING, MonthState.CLOSED}:
                code, detail = "month_approved", "The month is approved; ask the office for an adjustment."
                raise ConflictError(code, detail)
            standing = self.store.object(device.tenant, made)
        if standing.said != made.said:
            code, detail = "id_used_otherwise", "This id was used for something else."
            raise ConflictError(code, detail)
        return standing

    def objections(self, tenant: Tenant, *, venue: VenueId | None = None, month: str | None = None) -> list[Objection]:
        """Give the objections of a venue or a month, or all of them."""
        return [
            each
            for each in self.store.objections(tenant)
            if venue in {None, each.venue} and month in {None, each.month}
        ]  # fmt: skip

    def answer(  # noqa: PLR0913  an answer has this many sides
        self, tenant: Tenant, named: str, *, accepted: bool, answer: str, by: CallerId, now: datetime
    ) -> Objection:
        """Answer an objection. Raises UnknownError, ConflictError `already_decided` where it has another answer."""
        standing = _known(self.store.objection(tenant, named))
        state = CaseState.ACCEPTED if accepted else CaseState.REJECTED
        if standing.state is CaseState.OPEN:
            answered = replace(standing, state=state, answer=answer, answered_by=by, answered_at=now)
            if self.store.answer(tenant, answered):
                return answered
            standing = _known(self.store.objection(tenant, named))
        if (standing.state, standing.answer) != (state, answer):
            raise _decided()
        return standing

    def propose(self, tenant: Tenant, draft: Draft, *, by: CallerId, now: datetime) -> Adjustment:
        """Propose an adjustment, once however often it is sent; ConflictError `id_used_otherwise` for another."""
        configuration = self.configuration(tenant)
        if (draft.venue, draft.offer) not in configuration.offers:
            code, detail = "unknown_offer", "There is no such venue and offer."
            raise UnknownError(code, detail)
        terms = terms_of(draft, configuration, today=oslo_date(now))
        made = Adjustment(draft.id, terms, draft.reason, by, now, draft.about)
        standing = self.store.propose(tenant, made)
        if (standing.terms, standing.reason, standing.about) != (made.terms, made.reason, made.about):
            code, detail = "id_used_otherwise", "This id was used for something else."
            raise ConflictError(code, detail)
        return standing

    def proposed(self, tenant: Tenant) -> Iterable[Adjustment]:
        """Give the adjustments that wait for finance."""
        return self.store.proposed(tenant)

    def decide(
        self, tenant: Tenant, named: VisitId, *, accepted: bool, by: CallerId, now: datetime
    ) -> Adjustment:  # fmt: skip
        """Confirm an adjustment, which makes it a line of the month of today, or reject it; by a second person.

        Raises UnknownError, ForbiddenError `same_person`, ConflictError `already_decided`.
        """
        standing = _known(self.store.adjustment(tenant, named))
        state = CaseState.ACCEPTED if accepted else CaseState.REJECTED
        if standing.state is CaseState.OPEN:
            check_second_person(standing, by)
            month = oslo_month(now) if accepted else None
            decided = replace(standing, state=state, decided_by=by, decided_at=now, month=month)
            if self.store.decide(tenant, decided):
                return decided
            standing = _known(self.store.adjustment(tenant, named))
        if standing.state is not state:
            raise _decided()
        return standing


def _known(found: _Case | None) -> _Case:
    if found is None:
        code, detail = "unknown_case", "There is no such case."
        raise UnknownError(code, detail)
    return found


def _decided() -> ConflictError:
    code, detail = "already_decided", "It has been decided otherwise."
    return ConflictError(code, detail)
