"""What the culture department sets up: the municipality, its programmes, venues, offers and their terms."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol, TypeVar

from chalicelib.shared.answers import ConflictError, Field, RuleError, TryAgainError, UnknownError
from chalicelib.shared.ids import CallerId, ProgrammeId, Tenant, VenueId
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Municipality,
    Offer,
    Programme,
    Reading,
    Record,
    Venue,
    ended_by,
    faults_of_agreement,
    faults_of_codes,
    faults_of_municipality,
    faults_of_offer,
    faults_of_programme,
    faults_of_venue,
    followers,
    insist,
    lowest_free_code,
    own_quota,
    plain_digits,
    refuse_another_allowance,
    with_account,
)

_TRIES: Final = 12
_Known = TypeVar("_Known")
_Made = TypeVar("_Made", bound=Record)


class ConfigurationStore(Protocol):
    """Where the configuration is kept."""

    def load(self, tenant: Tenant) -> Configuration:
        """Give the configuration, at most 60 s old; UnknownError where there is no such tenant."""

    def read(self, tenant: Tenant) -> Reading:
        """Give the configuration as it stands now, to change it."""

    def tenants(self) -> dict[int, Tenant]:
        """Give every municipality by its number, at most 60 s old."""

    def holders_of(self, number: int) -> set[Tenant]:
        """Give whose kommunenummer it is, as the index has it now."""

    def write(self, tenant: Tenant, reading: Reading, records: list[Record]) -> bool:
        """Write all records or none: False where any of them has changed since the reading, or the table is busy."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The desk that keeps the rules. Every change is decided on a fresh reading and holds only if that still stands."""

    store: ConfigurationStore

    def configuration(self, tenant: Tenant) -> Configuration:
        """Give everything a tenant has set up; another process's change is seen within 60 s."""
        return self.store.load(tenant)

    def tenants(self) -> list[Tenant]:
        """Give every municipality of the deployment."""
        return sorted(self.store.tenants().values())

    def tenant_of(self, number: int) -> Tenant | None:
        """Give the municipality whose number stands in a token, or None."""
        return self.store.tenants().get(number)

    def put_municipality(self, municipality: Municipality) -> Municipality:
        """Make or change a tenant. Its number stands on printed cards, so it is fixed once there is a programme."""
        insist(faults_of_municipality(municipality))

        def decide(reading: Reading) -> list[Record]:
            before = reading.configuration
            if before is not None and before.programmes and before.municipality.number != municipality.number:
                raise ConflictError("number_in_use", "The municipality's number is printed on its cards.")
            is_new = before is None or before.municipality.number != municipality.number
            if is_new and self.store.holders_of(municipality.number) - {municipality.id}:
                raise ConflictError("number_taken", "Another municipality here has the same kommunenummer.")
            codes = municipality.erp or (before.municipality.erp if before is not None else {})
            return [replace(municipality, erp=codes)]

        return _first(self._until_written(municipality.id, decide), Municipality)

    def put_codes(self, tenant: Tenant, codes: dict[str, str]) -> Municipality:
        """Set the municipality's accounting codes, all of them at once."""

        def decide(reading: Reading) -> list[Record]:
            configuration = _standing(reading)
            funding = {each.funding_source for each in configuration.agreements if each.funding_source is not None}
            insist(faults_of_codes(codes, funding))
            return [replace(configuration.municipality, erp={**codes})]

        return _first(self._until_written(tenant, decide), Municipality)

    def put_programme(self, tenant: Tenant, draft: Programme) -> Programme:
        """Make or change a programme. A new one gets the lowest free code, and keeps it."""
        insist(faults_of_programme(draft))

        def decide(reading: Reading) -> list[Record]:
            configuration = _standing(reading)
            before = configuration.programmes.get(draft.id)
            if before is not None:
                return [replace(draft, code=before.code)]
            code = lowest_free_code(configuration.programmes.values())
            # The municipality is written along, unchanged, so that of two new programmes at once one must look again.
            return [replace(draft, code=code), configuration.municipality]

        return _first(self._until_written(tenant, decide), Programme)

    def put_venue(self, tenant: Tenant, venue: Venue, *, by: CallerId) -> Venue:
        """Make or change a venue. A first account number is taken; a changed one waits for a second person."""
        sent = replace(venue, orgnr=plain_digits(venue.orgnr), account=plain_digits(venue.account))
        insist(faults_of_venue(sent))

        def decide(reading: Reading) -> list[Record]:
            return [with_account(_standing(reading).venues.get(sent.id), sent, by=by)]

        return _first(self._until_written(tenant, decide), Venue)

    def confirm_account(self, tenant: Tenant, venue_id: VenueId, *, by: CallerId, account: str | None = None) -> Venue:
        """Let the waiting account number stand; ConflictError when the one who asked for it confirms.

        With `account`, only that number is confirmed: what waits may have changed since it was looked at.
        """

        def decide(reading: Reading) -> list[Record]:
            venue = _known(_standing(reading).venues.get(venue_id), "unknown_venue")
            waiting = venue.pending_account
            if waiting is None or account not in {None, waiting.account}:
                raise ConflictError("nothing_waits", "No such account number waits to be confirmed.")
            if waiting.by == by:
                raise ConflictError("same_person", "Another person than who changed the account must confirm it.")
            return [replace(venue, account=waiting.account, pending_account=None)]

        return _first(self._until_written(tenant, decide), Venue)

    def put_offer(self, tenant: Tenant, offer: Offer) -> Offer:
        """Make or change something to do at a venue."""
        insist(faults_of_offer(offer))

        def decide(reading: Reading) -> list[Record]:
            _known(_standing(reading).venues.get(offer.venue), "unknown_venue")
            return [offer]

        return _first(self._until_written(tenant, decide), Offer)

    def add_agreement(
        self, tenant: Tenant, agreement: Agreement, *, first_open_day: date | None, for_all: bool = False
    ) -> Agreement:
        """Add a version of an offer's terms; an earlier one ends the day before. The same sent again changes nothing.

        No `quota` means the offer's own. RuleError `in_closed_month` where it starts before the first open day,
        `shared_differs` where offers under the same `quota` have another limit or period on any of its days; with
        `for_all` these take over the new one's on the day it starts.
        """
        quota = agreement.quota or own_quota(agreement.venue, agreement.offer)
        new = replace(agreement, quota=quota)

        def decide(reading: Reading) -> list[Record]:
            configuration = _standing(reading)
            _known(configuration.venues.get(new.venue), "unknown_venue")
            offer = _known(configuration.offers.get((new.venue, new.offer)), "unknown_offer")
            programme = _programme(configuration, new.programme)
            insist(faults_of_agreement(new, programme))
            if new in configuration.agreements:
                return []
            _insist_open(new, first_open_day)
            ended = ended_by(configuration.agreements, new)
            changed = [new, *ended, *(followers(configuration.agreements, new) if for_all else ())]
            stand = {_place(each): each for each in (*configuration.agreements, *changed)}
            for version in changed:
                refuse_another_allowance(stand.values(), version)
            # Written along, unchanged, as a guard: the offer against other versions of its terms at the same time,
            # and where an allowance is shared the programme against other offers that share it.
            shared = new.quota != own_quota(new.venue, new.offer)
            return [*changed, offer, *([programme] if shared else [])]

        self._until_written(tenant, decide)
        return new

    def _until_written(self, tenant: Tenant, decide: Callable[[Reading], list[Record]]) -> list[Record]:
        for _ in range(_TRIES):
            reading = self.store.read(tenant)
            records = decide(reading)
            if not records or self.store.write(tenant, reading, records):
                return records
        raise TryAgainError("busy", "Others are changing the same thing; nothing was written.")


def _standing(reading: Reading) -> Configuration:
    return _known(reading.configuration, "unknown_tenant")


def _programme(configuration: Configuration, named: ProgrammeId) -> Programme:
    return _known(configuration.programmes.get(named), "unknown_programme")


def _known(found: _Known | None, code: str) -> _Known:
    if found is None:
        raise UnknownError(code, "There is no such thing here.")
    return found


def _place(version: Agreement) -> tuple[str, str, str, date]:
    return version.programme, version.venue, version.offer, version.starts


def _insist_open(new: Agreement, first_open_day: date | None) -> None:
    if first_open_day is not None and new.starts < first_open_day:
        remedy = f"Start on {first_open_day} or later; the months before are settled."
        raise RuleError("in_closed_month", remedy, (Field("from", "in_closed_month", remedy),))


def _first(records: list[Record], kind: type[_Made]) -> _Made:
    made = records[0]
    if not isinstance(made, kind):
        raise TypeError(kind.__name__)
    return made
