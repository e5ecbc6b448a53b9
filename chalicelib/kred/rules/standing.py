"""Who acts for whom in a currency: the coordinator for all, an operator and an awarder for what is their own."""

from dataclasses import dataclass
from datetime import date

from chalicelib.kred.rules.activities import Activity, Organisation
from chalicelib.kred.rules.currencies import Setup, unknown_currency
from chalicelib.shared.answers import ForbiddenError, UnknownError
from chalicelib.shared.ids import CallerId, MemberId, OperatorId, OrganisationId


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who acts for an operator, or for an organisation under one; by the id that the token gives.

    A lead lets others in and out. `added_on` is a date.
    """

    of: str  # the operator's or the organisation's id
    is_organisation: bool
    id: CallerId
    lead: bool
    added_by: CallerId
    added_on: date


@dataclass(frozen=True, slots=True)
class Link:
    """Which member somebody who awards is, so that nobody awards to themselves."""

    id: CallerId
    member: MemberId
    on: date


@dataclass(frozen=True, slots=True)
class Roster:
    """The organisations, workers and links of one currency, as they were when they were read."""

    organisations: tuple[Organisation, ...] = ()
    workers: tuple[Worker, ...] = ()
    links: tuple[Link, ...] = ()

    def organisation(self, organisation: str) -> Organisation:
        """Give an organisation; UnknownError `unknown_organisation`."""
        found = next((each for each in self.organisations if each.id == organisation), None)
        if found is None:
            raise unknown_organisation()
        return found

    def workers_of(self, of: str, *, is_organisation: bool) -> tuple[Worker, ...]:
        """Give who acts for an operator or an organisation."""
        return tuple(each for each in self.workers if (each.of, each.is_organisation) == (of, is_organisation))

    def member_of(self, caller: CallerId) -> MemberId | None:
        """Give which member somebody has said to be."""
        return next((each.member for each in self.links if each.id == caller), None)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one currency but its activities and members, as it was when it was read."""

    setup: Setup
    roster: Roster


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may see and do in one currency. `operators` None: all of them, as the coordinator."""

    caller: CallerId
    operators: frozenset[OperatorId] | None
    organisations: frozenset[OrganisationId]
    leads: frozenset[tuple[str, bool]] = frozenset()  # of what, and whether it is an organisation
    member: MemberId | None = None

    def runs(self, operator: str) -> bool:
        """Say whether somebody acts for an operator."""
        return self.operators is None or operator in self.operators

    def sees(self, organisation: Organisation) -> bool:
        """Say whether an organisation is somebody's own, or their operator's."""
        return self.runs(organisation.operator) or organisation.id in self.organisations

    def insist_on_operator(self, operator: str) -> None:
        """Raise UnknownError `unknown_operator`: of another's no door says whether it is there."""
        if not self.runs(operator):
            raise UnknownError("unknown_operator", "There is no such operator in this currency.")

    def insist_on_activity(self, activity: Activity) -> None:
        """Raise UnknownError `unknown_activity` for one that is neither the operator's nor the organisation's."""
        if not (self.runs(activity.operator) or activity.organisation in self.organisations):
            raise unknown_activity()

    def insist_on_holding(self, operator: str, activity: Activity | None, venue: str | None) -> None:
        """Let an operator hold sessions, and a board those of its own activities: residents invite (TK-14, TK-16).

        What costs time at a venue is the operator's: ForbiddenError `for_the_operator`. UnknownError for another's.
        """
        if self.runs(operator):
            return
        if activity is None or activity.organisation not in self.organisations or activity.operator != operator:
            raise UnknownError("unknown_operator", "There is no such operator in this currency.")
        if venue is not None:
            raise ForbiddenError("for_the_operator", "The operator decides that; ask those who run the currency.")

    def insist_on_running(self, activity: Activity) -> None:
        """Raise as `insist_on_activity`, and ForbiddenError `for_the_operator` where an awarder asks."""
        self.insist_on_activity(activity)
        if not self.runs(activity.operator):
            raise ForbiddenError("for_the_operator", "The operator decides that; ask those who run the currency.")


def standing_of(roster: Roster, caller: CallerId, *, coordinator: bool, operator: bool, awarder: bool) -> Standing:
    """Say for whom somebody acts with the roles of their token.

    UnknownError `unknown_currency` for who acts for nobody here: a currency of others is none of theirs.
    """
    own = [each for each in roster.workers if each.id == caller and (awarder if each.is_organisation else operator)]
    if not coordinator and not own:
        raise unknown_currency()
    return Standing(
        caller=caller,
        operators=None if coordinator else frozenset(OperatorId(each.of) for each in own if not each.is_organisation),
        organisations=frozenset(OrganisationId(each.of) for each in own if each.is_organisation),
        leads=frozenset((each.of, each.is_organisation) for each in own if each.lead),
        member=roster.member_of(caller),
    )


def refuse_to_let_in(standing: Standing, of: str, operator: str, *, is_organisation: bool) -> None:
    """Raise unless a lead lets somebody in or out; the coordinator does for all, an operator for its organisations.

    UnknownError where it is another's; ForbiddenError `not_a_lead` for who acts for it and does not lead.
    """
    if standing.operators is None or (of, is_organisation) in standing.leads:
        return
    if is_organisation and standing.runs(operator):
        return
    if not is_organisation and standing.runs(of):
        raise _not_a_lead()
    if is_organisation and of in standing.organisations:
        raise _not_a_lead()
    raise (
        unknown_organisation()
        if is_organisation
        else UnknownError("unknown_operator", "There is no such operator in this currency.")
    )


def unknown_activity() -> UnknownError:
    """Say that there is no such activity, or that it is another's."""
    return UnknownError("unknown_activity", "There is no such activity in this currency.")


def unknown_organisation() -> UnknownError:
    """Say that there is no such organisation, or that it is another's."""
    return UnknownError("unknown_organisation", "There is no such organisation in this currency.")


def _not_a_lead() -> ForbiddenError:
    return ForbiddenError("not_a_lead", "Only a lead lets others in and out.")
