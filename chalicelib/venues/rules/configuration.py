"""All that a municipality has set up, and which version of the terms holds on a day."""

from dataclasses import dataclass
from datetime import date

from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId
from chalicelib.venues.rules.records import Agreement, Municipality, Offer, Programme, Venue


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything a tenant has set up, as it was when it was read."""

    municipality: Municipality
    programmes: dict[ProgrammeId, Programme]
    venues: dict[VenueId, Venue]
    offers: dict[tuple[VenueId, OfferId], Offer]
    agreements: tuple[Agreement, ...]

    def agreement(self, programme: ProgrammeId, venue: VenueId, offer: OfferId, day: date) -> Agreement | None:
        """Give the version in force on a day, or None."""
        for version in self.agreements:
            named = (version.programme, version.venue, version.offer)
            if named == (programme, venue, offer) and version.starts <= day <= version.until:
                return version
        return None

    def programme_of_code(self, code: int) -> Programme | None:
        """Give the programme whose code stands in a token, or None."""
        return next((programme for programme in self.programmes.values() if programme.code == code), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """A tenant's configuration read for changing it, with the version of each record; None: no such tenant yet."""

    configuration: Configuration | None
    versions: dict[str, int]
