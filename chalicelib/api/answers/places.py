"""Answers about programmes, venues, offers, agreements and phones."""

from __future__ import annotations

from datetime import date  # noqa: TC003  msgspec reads it when a shape is made
from typing import TYPE_CHECKING

from chalicelib.api.answers.common import AmountsAnswer, Shape
from chalicelib.shared.calendar import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.access.actions import OpenEnrolment
    from chalicelib.access.rules import Device
    from chalicelib.venues.rules import Agreement, Configuration, Offer, Programme, Venue


class CardTermsAnswer(Shape):
    quota: int | None
    validity: str
    per_family: int | None
    siblings: int
    replaced: str


class AgesAnswer(Shape, rename={"starts": "from", "ends": "to"}):
    starts: int
    ends: int
    counted: str


class ProgrammeAnswer(Shape):
    id: str
    code: int
    name: dict[str, str]
    valid_from: date
    valid_until: date
    state: str
    cards: CardTermsAnswer
    ages: AgesAnswer
    companion: str
    counts: str
    once_per_day: bool
    languages: list[str]
    contact: str
    offline_days: int
    logo: str | None
    ceiling: int | None
    ceiling_per: str
    cards_issued: int
    cards_left: int | None


class ProgrammesAnswer(Shape):
    programmes: list[ProgrammeAnswer]


class VenueAnswer(Shape):
    id: str
    name: str
    kind: str
    settle_by: str
    orgnr: str | None
    account: str | None
    account_waiting: str | None
    address: str
    contact: str
    link: str
    logo: str | None
    erp: dict[str, str]


class OfferAnswer(Shape):
    venue: str
    id: str
    title: dict[str, str]
    included: list[str]
    included_text: dict[str, str]
    excluded: list[str]
    excluded_text: dict[str, str]
    category: str
    kind: str
    age_limit: int | None


class AgreementAnswer(Shape, rename={"starts": "from"}):
    programme: str
    venue: str
    offer: str
    starts: date
    until: date
    limit: int | None
    per: str
    quota: str
    companion_allowed: bool
    persons_max: int
    counts: str | None
    price: AmountsAnswer
    copay: AmountsAnswer
    reimburse: int
    vat_code: str | None
    funding_source: str | None
    signed_on: date | None


class DeviceAnswer(Shape):
    device_id: str
    venue: str
    label: str
    rights: list[str]
    enrolled_on: str
    revoked_on: str | None
    seen_at: str | None  # the hour in which it last spoke of its queue
    unsent: int | None


class VenueInFull(Shape):
    venue: VenueAnswer
    offers: list[OfferAnswer]
    agreements: list[AgreementAnswer]
    devices: list[DeviceAnswer]


class VenuesAnswer(Shape):
    venues: list[VenueInFull]


class EnrolmentAnswer(Shape):
    code: str
    url: str
    qr_svg: str
    expires_at: str


def programme(stored: Programme, issued: int) -> ProgrammeAnswer:
    """Show a programme with the cards given out in its current year."""
    return ProgrammeAnswer(
        id=stored.id, code=stored.code, name=stored.name, valid_from=stored.valid_from,
        valid_until=stored.valid_until, state=stored.state,
        cards=CardTermsAnswer(
            quota=stored.quota, validity=stored.validity, per_family=stored.per_family,
            siblings=stored.siblings_max, replaced=stored.replaced,
        ),
        ages=AgesAnswer(starts=stored.ages_from, ends=stored.ages_to, counted=stored.ages_counted),
        companion=stored.companion, counts=stored.counts, once_per_day=stored.once_per_day,
        languages=list(stored.languages),
        contact=stored.contact, offline_days=stored.offline_days, logo=stored.logo, ceiling=stored.ceiling,
        ceiling_per=stored.ceiling_per, cards_issued=issued,
        cards_left=None if stored.quota is None else max(stored.quota - issued, 0),
    )  # fmt: skip


def venue(stored: Venue) -> VenueAnswer:
    """Show a venue."""
    waiting = stored.pending_account
    return VenueAnswer(
        id=stored.id, name=stored.name, kind=stored.kind, settle_by=stored.settle_by, orgnr=stored.orgnr,
        account=stored.account, account_waiting=None if waiting is None else waiting.account,
        address=stored.address, contact=stored.contact, link=stored.link, logo=stored.logo, erp=stored.erp,
    )  # fmt: skip


def offer(stored: Offer) -> OfferAnswer:
    """Show an offer."""
    return OfferAnswer(
        venue=stored.venue, id=stored.id, title=stored.title, included=list(stored.included),
        included_text=stored.included_text, excluded=list(stored.excluded), excluded_text=stored.excluded_text,
        category=stored.category, kind=stored.kind, age_limit=stored.age_limit,
    )  # fmt: skip


def agreement(stored: Agreement) -> AgreementAnswer:
    """Show a version of the terms."""
    return AgreementAnswer(
        programme=stored.programme, venue=stored.venue, offer=stored.offer, starts=stored.starts,
        until=stored.until, limit=stored.limit, per=stored.per, quota=stored.quota,
        companion_allowed=stored.companion_allowed, persons_max=stored.persons_max, counts=stored.counts,
        price=AmountsAnswer(holder=stored.price_holder, companion=stored.price_companion),
        copay=AmountsAnswer(holder=stored.copay_holder, companion=stored.copay_companion),
        reimburse=stored.reimburse, vat_code=stored.vat_code, funding_source=stored.funding_source,
        signed_on=stored.signed_on,
    )  # fmt: skip


def device(stored: Device) -> DeviceAnswer:
    """Show a phone at a till."""
    return DeviceAnswer(
        device_id=stored.id, venue=stored.venue, label=stored.label, rights=sorted(stored.rights),
        enrolled_on=stored.enrolled_on, revoked_on=stored.revoked_on,
        seen_at=None if stored.heard is None else rfc3339(stored.heard.at),
        unsent=None if stored.heard is None else stored.heard.unsent,
    )  # fmt: skip


def venue_in_full(stored: Venue, configuration: Configuration, devices: Iterable[Device]) -> VenueInFull:
    """Show a venue with all that hangs on it."""
    return VenueInFull(
        venue=venue(stored),
        offers=[offer(each) for each in configuration.offers.values() if each.venue == stored.id],
        agreements=[agreement(each) for each in configuration.agreements if each.venue == stored.id],
        devices=[device(each) for each in devices if each.venue == stored.id],
    )


def enrolment(made: OpenEnrolment, qr_svg: str) -> EnrolmentAnswer:
    """Show a code and its QR."""
    return EnrolmentAnswer(code=made.code, url=made.url, qr_svg=qr_svg, expires_at=rfc3339(made.expires_at))
