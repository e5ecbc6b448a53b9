"""What a phone is handed: the venue's day for undo, and all that it needs without network."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from chalicelib.access.rules import Device
from chalicelib.shared.calendar import oslo_date, rfc3339
from chalicelib.shared.ids import OfferId, VisitId
from chalicelib.venues.rules import Configuration, Offer, Programme, Venue
from chalicelib.visits.rules import Listed, ToPay

MOST_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class OfferCount:
    """How many came to an offer today; voided visits do not count."""

    offer: OfferId
    visits: int
    persons: int


@dataclass(frozen=True, slots=True)
class TodayVisit:
    """A visit that may be taken back. `label` is the phone's own name where it is the one that asks."""

    id: VisitId
    offer: OfferId
    persons: int
    last3: str
    band: str
    device: str
    label: str | None
    voided: bool


@dataclass(frozen=True, slots=True)
class Today:
    """A venue's day: counts per offer, and the visits, those of the latest hours first."""

    date: date
    offers: tuple[OfferCount, ...]
    visits: tuple[TodayVisit, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeShown:
    """What a phone needs of a programme to judge a token alone."""

    id: str
    code: int
    name: dict[str, str]
    valid_from: date
    valid_until: date
    state: str
    companion: str
    counts: str
    once_per_day: bool
    offline_days: int


@dataclass(frozen=True, slots=True)
class TermsShown:
    """A version of an agreement, in force from `starts` to `until`, both days included."""

    programme: str
    starts: date
    until: date
    limit: int | None
    quota: str
    per: str
    persons_max: int
    companion_allowed: bool
    copay: ToPay
    counts: str  # the agreement's own, else the programme's


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer of the venue with the terms that a visit from today's queue may fall under."""

    id: str
    title: dict[str, str]
    category: str
    kind: str
    age_limit: int | None
    included: tuple[str, ...]
    included_text: dict[str, str]
    excluded: tuple[str, ...]
    excluded_text: dict[str, str]
    terms: tuple[TermsShown, ...]


@dataclass(frozen=True, slots=True)
class VenueShown:
    """The place that the phone stands at."""

    id: str
    name: str
    address: str
    logo: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a phone needs without network. `etag` is made of all but `as_of` and itself."""

    as_of: str
    etag: str
    tenant: str
    municipality: int
    venue: VenueShown
    programmes: tuple[ProgrammeShown, ...]
    offers: tuple[OfferShown, ...]
    keys: Mapping[str, Any]  # JWKS
    blocked: tuple[str, ...]


def day_at_the_venue(listed: Sequence[Listed], device: Device, day: date) -> Today:
    """Count what stands and list what may be taken back."""
    stand = [each for each in listed if not each.voided]
    counts = tuple(
        OfferCount(
            offer,
            sum(1 for each in stand if each.offer == offer),
            sum(each.persons for each in stand if each.offer == offer),
        )
        for offer in sorted({each.offer for each in listed})
    )
    latest_first = sorted(listed, key=lambda each: (each.band, each.id), reverse=True)[:MOST_LISTED]
    shown = tuple(
        TodayVisit(
            id=each.id,
            offer=each.offer,
            persons=each.persons,
            last3=each.last3,
            band=each.band,
            device=each.device,
            label=device.label if each.device == device.id else None,
            voided=each.voided,
        )
        for each in latest_first
    )
    return Today(day, counts, shown)


def supplies(
    configuration: Configuration, venue: Venue, *, keys: Mapping[str, Any], blocked: Sequence[str], now: datetime
) -> Snapshot:
    """Put together what a phone of a venue needs, with the terms of every day that its queue may still hold."""
    oldest = oslo_date(now) - timedelta(days=longest_queue(configuration))
    snapshot = Snapshot(
        as_of=rfc3339(now),
        etag="",
        tenant=configuration.municipality.id,
        municipality=configuration.municipality.number,
        venue=VenueShown(venue.id, venue.name, venue.address, venue.logo),
        programmes=tuple(_programme_shown(each) for each in configuration.programmes.values()),
        offers=tuple(
            _offer_shown(offer, configuration, oldest)
            for offer in configuration.offers.values()
            if offer.venue == venue.id
        ),
        keys=keys,
        blocked=tuple(blocked),
    )
    return replace(snapshot, etag=_fingerprint(snapshot))


def longest_queue(configuration: Configuration) -> int:
    """Give the days that a visit may wait in any phone's queue."""
    return max((programme.offline_days for programme in configuration.programmes.values()), default=0)


def _programme_shown(programme: Programme) -> ProgrammeShown:
    return ProgrammeShown(
        id=programme.id,
        code=programme.code,
        name=programme.name,
        valid_from=programme.valid_from,
        valid_until=programme.valid_until,
        state=programme.state,
        companion=programme.companion,
        counts=programme.counts,
        once_per_day=programme.once_per_day,
        offline_days=programme.offline_days,
    )


def _offer_shown(offer: Offer, configuration: Configuration, oldest: date) -> OfferShown:
    terms = tuple(
        TermsShown(
            programme=version.programme,
            starts=version.starts,
            until=version.until,
            limit=version.limit,
            quota=version.quota,
            per=version.per,
            persons_max=version.persons_max,
            companion_allowed=version.companion_allowed,
            copay=ToPay(version.copay_holder, version.copay_companion),
            counts=version.counts or configuration.programmes[version.programme].counts,
        )
        for version in configuration.agreements
        if (version.venue, version.offer) == (offer.venue, offer.id) and version.until >= oldest
    )
    return OfferShown(
        id=offer.id,
        title=offer.title,
        category=offer.category,
        kind=offer.kind,
        age_limit=offer.age_limit,
        included=offer.included,
        included_text=offer.included_text,
        excluded=offer.excluded,
        excluded_text=offer.excluded_text,
        terms=terms,
    )


def _fingerprint(snapshot: Snapshot) -> str:
    """Fingerprint what a phone would act on, so that an unchanged snapshot is renewed by a 304."""
    content = {name: value for name, value in asdict(snapshot).items() if name not in {"as_of", "etag"}}
    text = json.dumps(content, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
