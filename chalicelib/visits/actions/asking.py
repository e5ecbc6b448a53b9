"""What is asked at the window, what is answered, and what the window itself leans on."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.cards.rules import Card
from chalicelib.credentials.rules import Reading
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import CardNumber, OfferId, Tenant, VenueId, VisitId
from chalicelib.visits.rules import Changed, Flagged, Listed, Mark, Seen, Suspect, Unmark, Verdict, Visit, Void, Written


class Presented(Protocol):
    """What was held up to the camera, read from a tag or typed, as credentials read it."""

    @property
    def number(self) -> CardNumber | None:
        """The card's number; None where nothing could be read, or nothing of ours."""

    @property
    def forged(self) -> bool:
        """Whether it says that it is ours, and is not."""

    @property
    def foreign(self) -> bool:
        """Whether it is another municipality's."""

    @property
    def reading(self) -> Reading | None:
        """The proven reading of the tag that it came from; None where no tag was read."""

    @property
    def copied(self) -> bool:
        """Whether it claims to come from a tag, and no tag of ours gave it."""

    @property
    def is_time(self) -> bool:
        """Whether it is a token of time, which is no card."""


class Reader(Protocol):
    """How a card's text is read."""

    def __call__(self, tenant: Tenant, text: str, *, municipality_number: int) -> Presented:
        """Read a token, a URL or a number; asks no table."""


class Store(Protocol):
    """What the window keeps. Every method but `register` and the voids is one read; reads are consistent."""

    def card(self, tenant: Tenant, number: CardNumber) -> Card | None:
        """Give a card, or None."""

    def card_of_key(self, tenant: Tenant, key: str) -> Card | None:
        """Give the card that a visit was made with (two reads); None once it is deleted."""

    def visit(self, tenant: Tenant, visit: VisitId) -> Visit | Void | None:
        """Give a visit, or the tombstone of one that was voided before it arrived."""

    def void_of(self, tenant: Tenant, visit: VisitId) -> Void | None:
        """Give the void of a visit."""

    def month_state(self, tenant: Tenant, month: str) -> str | None:
        """Give the state of a month's settlement; None where it was never closed."""

    def register(self, tenant: Tenant, visit: Visit, mark: Mark, *, received: datetime) -> Written | Seen | Changed:
        """Write a visit and mark its card, both or neither, on the mark's conditions. TryAgainError when busy."""

    def void(
        self, tenant: Tenant, void: Void, visit: Visit, card: Unmark | None, *, received: datetime
    ) -> Written | Changed:
        """Write a void, stamp its visit and give the card its marks back, all or nothing."""

    def bury(self, tenant: Tenant, void: Void, *, until: datetime, received: datetime) -> Written | Changed:
        """Put a tombstone where a visit would be written; Changed where something stands there."""

    def listed(self, tenant: Tenant, venue: VenueId, day: date) -> list[Listed]:
        """Give a venue's visits of a day that were received in the day's month."""

    def flagged(
        self, tenant: Tenant, venue: VenueId, month: str, *, after: str | None
    ) -> tuple[list[Flagged], str | None]:
        """Give a venue's flagged visits received in a month, some at a time, and where to read on."""

    def blocked(self, tenant: Tenant) -> list[str]:
        """Give the hashes of the blocked numbers, in order."""

    def suspect(self, tenant: Tenant, suspect: Suspect) -> None:
        """Note a doubt; one write, which the same showing does not repeat."""

    def suspects(self, tenant: Tenant, *, before: str | None, most: int) -> list[Suspect]:
        """Give the latest doubts, newest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit as a phone asks for it. `id` was made and kept there before the first sending."""

    id: VisitId
    card: str
    offer: OfferId
    persons: int
    at: datetime
    carrier: str
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a visit. `replayed`: an earlier request had registered it; the answer is the same as then."""

    visit: Visit | None
    verdict: Verdict
    replayed: bool


class Result(StrEnum):
    """What became of one visit from a queue. The phone may forget all but `problem`."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    OVER_ALLOWANCE = "over_allowance"
    REFUSED = "refused"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the answer to a queue. `problem` says why there is no verdict."""

    id: VisitId
    outcome: Result
    visit: Visit | None = None
    verdict: Verdict | None = None
    problem: OpplevError | None = None

    @property
    def code(self) -> str | None:
        """The problem's code."""
        return None if self.problem is None else self.problem.code

    @property
    def detail(self) -> str | None:
        """What to do about it."""
        return None if self.problem is None else self.problem.detail


@dataclass(frozen=True, slots=True)
class Voided:
    """A visit taken back. `corrects` is the month it was received in; None where it never arrived."""

    visit_id: VisitId
    void_id: str
    month: str
    corrects: str | None
