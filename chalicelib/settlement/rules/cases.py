"""What people say of a month: a venue's objection, and the office's adjustment that finance confirms."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from chalicelib.access.rules import Device
from chalicelib.settlement.rules.facts import Terms
from chalicelib.shared.answers import ForbiddenError, RuleError
from chalicelib.shared.ids import CallerId, DeviceId, OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, SettleBy

Day: TypeAlias = date  # for classes that have a field of that name


class CaseState(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Objection:
    """That a venue does not agree with its statement, or with one offer or day of it. The office answers."""

    id: str
    venue: VenueId
    month: str
    text: str
    by: DeviceId
    at: datetime
    state: CaseState = CaseState.OPEN
    answer: str = ""
    answered_by: CallerId | None = None
    answered_at: datetime | None = None
    offer: OfferId | None = None
    date: Day | None = None

    @property
    def said(self) -> tuple[object, ...]:
        """Give what the venue said, by which a second sending of it is known."""
        return self.venue, self.month, self.text, self.offer, self.date


@dataclass(frozen=True, slots=True)
class Said:
    """An objection as it is sent. `id` is made by the phone; `offer` and `date` say which line or day it is about."""

    id: str
    month: str
    text: str
    offer: OfferId | None = None
    date: Day | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Money for visits never registered, or wrongly so. `terms.amount` is signed; `month` is where it settles.

    The office proposes it with a reason; it is a line once finance has confirmed it, in the month of that day.
    """

    id: VisitId
    terms: Terms
    reason: str
    proposed_by: CallerId
    proposed_at: datetime
    about: VisitId | None = None
    state: CaseState = CaseState.OPEN
    decided_by: CallerId | None = None
    decided_at: datetime | None = None
    month: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An adjustment as it is asked for. Without an amount it is what the agreement of the day gives for the persons."""

    id: VisitId
    venue: VenueId
    offer: OfferId
    programme: ProgrammeId
    date: Day
    persons: int
    reason: str
    amount: Ore | None = None
    about: VisitId | None = None


def objection_of(said: Said, device: Device, now: datetime) -> Objection:
    """Write down what a venue's phone said. Raises RuleError `another_month` where the day is not of the month."""
    if said.date is not None and f"{said.date:%Y-%m}" != said.month:
        code, detail = "another_month", "The day is not of the month that the objection is about."
        raise RuleError(code, detail)
    return Objection(
        said.id, device.venue, said.month, said.text, device.id, now, offer=said.offer, date=said.date
    )  # fmt: skip


def terms_of(draft: Draft, configuration: Configuration, *, today: date) -> Terms:
    """Give the terms of an adjustment: the agreement in force on its day, the venue's way of payment.

    Raises RuleError `in_the_future`, `no_agreement` where there is none and no amount either, `nothing`.
    """
    if draft.date > today:
        code, detail = "in_the_future", "An adjustment is about a day that has been."
        raise RuleError(code, detail)
    agreement = _in_force(draft, configuration)
    if agreement is None and draft.amount is None:
        code, detail = "no_agreement", "No agreement was in force that day; give the amount."
        raise RuleError(code, detail)
    counted = agreement is not None and draft.amount is None
    amount = agreement.reimbursed(draft.persons) if agreement is not None and counted else draft.amount or Ore(0)
    venue = configuration.venues[draft.venue]
    if not amount and venue.settle_by is not SettleBy.NONE:
        code, detail = "nothing", "An adjustment of nothing changes nothing."
        raise RuleError(code, detail)
    return Terms(
        venue=draft.venue,
        offer=draft.offer,
        programme=draft.programme,
        date=draft.date,
        last3="",
        persons=draft.persons,
        price=agreement.price(draft.persons) if agreement and counted else Ore(abs(amount)),
        copay=agreement.copay(draft.persons) if agreement and counted else Ore(0),
        percent=agreement.reimburse if agreement and counted else 100,
        amount=amount,
        agreement=agreement.starts.isoformat() if agreement else "",
        settle_by=venue.settle_by,
        vat_code=agreement.vat_code if agreement else None,
        funding=agreement.funding_source if agreement else None,
    )


def check_second_person(adjustment: Adjustment, by: CallerId) -> None:
    """Raise ForbiddenError `same_person` where who proposed it decides on it."""
    if adjustment.proposed_by == by:
        code, detail = "same_person", "Another person than who proposed the adjustment must confirm it."
        raise ForbiddenError(code, detail)


def _in_force(draft: Draft, configuration: Configuration) -> Agreement | None:
    wanted = (draft.programme, draft.venue, draft.offer)
    return next(
        (
            each
            for each in configuration.agreements
            if (each.programme, each.venue, each.offer) == wanted and each.starts <= draft.date <= each.until
        ),
        None,
    )
