"""The shapes of what the office, the issuers and finance are answered, and how each is made."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  msgspec reads it when a shape is made
from typing import TYPE_CHECKING, Literal

import msgspec

from chalicelib.shared.answers import OpplevError
from chalicelib.shared.calendar import rfc3339
from chalicelib.shared.ids import CallerId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.access.actions import OpenEnrolment
    from chalicelib.access.rules import Device, Units
    from chalicelib.cards.actions import GivenOut, Issued, Tagged
    from chalicelib.cards.rules import Card, StatusChange
    from chalicelib.settlement.actions import Verified
    from chalicelib.settlement.rules import Adjustment, Objection, Settlement, Statement
    from chalicelib.venues.rules import Agreement, Configuration, Municipality, Offer, Programme, Venue
    from chalicelib.visits.actions import Voided


class Shape(msgspec.Struct):
    """What every answer has in common."""


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


class AmountsAnswer(Shape):
    holder: int
    companion: int


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


class VoidAnswer(Shape):
    visit_id: str
    void_id: str
    voided: bool


class CardAnswer(Shape):
    number: str
    programme: str
    valid_from: date
    valid_until: date
    status: str


class IssuedAnswer(CardAnswer):
    url: str
    token: str


class FaultAnswer(Shape):
    path: str
    code: str
    detail: str


class RowProblem(Shape):
    code: str
    detail: str
    fields: list[FaultAnswer]


class BatchRowAnswer(Shape, omit_defaults=True):
    row: int
    id: str | None
    status: Literal["issued", "replayed", "problem", "try_again"]
    number: str | None = None
    problem: RowProblem | None = None


class BatchAnswer(Shape):
    results: list[BatchRowAnswer]


class TagRowAnswer(Shape, omit_defaults=True):
    row: int
    status: Literal["bound", "unchanged", "problem", "try_again"]
    number: str | None = None
    problem: RowProblem | None = None


class TagsAnswer(Shape):
    results: list[TagRowAnswer]


class PersonAnswer(Shape):
    person: str
    lead: bool
    added_by: str
    added_on: str


class UnitAnswer(Shape):
    id: str
    name: str
    kind: str
    common: bool
    people: list[PersonAnswer] | None


class UnitsAnswer(Shape):
    units: list[UnitAnswer]
    you: str


class UseAnswer(Shape):
    venue: str
    offer: str
    used: int
    left: int | None
    limit: int | None
    period: str


class HistoryAnswer(Shape):
    at: str
    status: str
    reason: str | None
    by: str | None


class CardInFull(CardAnswer):
    birth_year: int | None
    language: str
    external_ref: str | None
    unit: str | None
    family_ref: str | None
    funding_source: str | None
    siblings: int
    replaced_by: str | None
    uses: list[UseAnswer]
    history: list[HistoryAnswer]


class CardsAnswer(Shape):
    cards: list[CardAnswer]


class DueAnswer(CardAnswer):
    too_old: bool


class WorkList(Shape):
    cards: list[DueAnswer]
    cursor: str | None


class SettlementTotals(Shape):
    lines: int
    visits: int
    persons: int
    amount: int
    corrections: int
    adjustments: int
    to_settle: int


class WaitingAnswer(Shape):
    venue: str
    settle_by: str
    way: str
    because: str | None
    amount: int


class AlarmAnswer(Shape):
    code: str
    month: str
    lines: int
    visits: list[str]


class SettlementAnswer(Shape):
    month: str
    state: str
    totals: SettlementTotals | None
    sha256: str | None
    files: list[str]
    closed_by: str | None
    closed_at: str | None
    approved_by: str | None
    approved_at: str | None
    exported_by: str | None
    exported_at: str | None
    paid_by: str | None
    paid_at: str | None
    number: int | None
    previous: str | None
    previous_sha256: str | None
    fingerprints: dict[str, str]
    ways: dict[str, int]
    waiting: list[WaitingAnswer]
    alarms: list[AlarmAnswer]


class FindingAnswer(Shape):
    code: str
    venue: str | None
    visits: list[str]


class VerifiedAnswer(Shape):
    month: str
    holds: bool
    lines: int
    waiting: int
    remade: bool
    findings: list[FindingAnswer]


class AdjustmentAnswer(Shape):
    id: str
    venue: str
    offer: str
    programme: str
    date: date
    persons: int
    amount: int
    funding: str | None
    reason: str
    visit_id: str | None
    state: str
    month: str | None
    proposed_by: str
    decided_by: str | None


class AdjustmentsAnswer(Shape):
    adjustments: list[AdjustmentAnswer]


class ObjectionAnswer(Shape):
    id: str
    venue: str
    month: str
    text: str
    at: str
    state: str
    answer: str
    answered_at: str | None


class ObjectionsAnswer(Shape):
    objections: list[ObjectionAnswer]


class StatementRowAnswer(Shape):
    date: date
    type: str
    percent: int
    visits: int
    persons: int
    gross: int
    copay: int
    amount: int


class StatementOfferAnswer(Shape):
    offer: str
    title: str
    rows: list[StatementRowAnswer]
    amount: int


class StatementAnswer(Shape):
    reference: str
    settle_by: str
    way: str
    because: str | None
    is_final: bool
    offers: list[StatementOfferAnswer]
    visits: int
    persons: int
    lines: int
    brought: int
    brought_from: list[str]
    due: int


class StatementsAnswer(Shape):
    month: str
    statements: list[StatementAnswer]
    objections: list[ObjectionAnswer]


class CodesAnswer(Shape):
    account: str | None
    codes: dict[str, str]


class SettlementsAnswer(Shape):
    settlements: list[SettlementAnswer]


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


def void(done: Voided) -> VoidAnswer:
    """Show that a visit is taken back."""
    return VoidAnswer(visit_id=done.visit_id, void_id=done.void_id, voided=True)


def unit(stored: Units, unit_id: str, *, people: bool = True) -> UnitAnswer:
    """Show a unit, with its people to those whom they concern."""
    found = stored.unit(unit_id)
    return UnitAnswer(
        id=found.id, name=found.name, kind=found.kind, common=found.common,
        people=[
            PersonAnswer(person=each.id, lead=each.lead, added_by=each.added_by, added_on=each.added_on)
            for each in stored.people_of(unit_id)
        ] if people else None,
    )  # fmt: skip


def units(stored: Units, you: str, *, all_people: bool) -> UnitsAnswer:
    """Show every unit by name, and the people of those that somebody is in."""
    own = stored.of(CallerId(you))
    listed = [unit(stored, each.id, people=all_people or each.id in own) for each in stored.units]
    return UnitsAnswer(units=listed, you=you)


def card(stored: Card) -> CardAnswer:
    """Show a card in a list."""
    return CardAnswer(
        number=stored.number, programme=stored.programme, valid_from=stored.valid_from,
        valid_until=stored.valid_until, status=stored.status,
    )  # fmt: skip


def work_list(found: Iterable[Card], programme: Programme, today: date, cursor: str | None) -> WorkList:
    """Show the cards that expire, and whose holders the programme's ages leave out of the next period."""
    from chalicelib.cards.rules import too_old_for_the_next

    return WorkList(cards=[
        DueAnswer(
            number=each.number, programme=each.programme, valid_from=each.valid_from, valid_until=each.valid_until,
            status=each.status, too_old=too_old_for_the_next(each, programme, today),
        )
        for each in found
    ], cursor=cursor)  # fmt: skip


def issued(made: Issued) -> IssuedAnswer:
    """Show a card that was just given out, with what goes on it."""
    return IssuedAnswer(
        number=made.card.number, programme=made.card.programme, valid_from=made.card.valid_from,
        valid_until=made.card.valid_until, status=made.card.status, url=made.url, token=made.token,
    )  # fmt: skip


def batch_row(row: int, row_id: str | None, came_of: GivenOut | OpplevError) -> BatchRowAnswer:
    """Show what a row of a batch came to; the first row is 1."""
    if not isinstance(came_of, OpplevError):
        status: Literal["issued", "replayed"] = "replayed" if came_of.replayed else "issued"
        return BatchRowAnswer(row=row, id=row_id, status=status, number=came_of.number)
    return BatchRowAnswer(row=row, id=row_id, status=_status(came_of), problem=_problem(came_of))


def tag_row(row: int, came_of: Tagged | OpplevError) -> TagRowAnswer:
    """Show what a row of a bureau's return came to; the first row is 1."""
    if isinstance(came_of, OpplevError):
        return TagRowAnswer(row=row, status=_status(came_of), problem=_problem(came_of))
    return TagRowAnswer(row=row, status="bound" if came_of.changed else "unchanged", number=came_of.number)


def _status(error: OpplevError) -> Literal["problem", "try_again"]:
    return "try_again" if error.kind == "try_again" else "problem"


def _problem(error: OpplevError) -> RowProblem:
    faults = [FaultAnswer(path=each.path, code=each.code, detail=each.detail) for each in error.fields]
    return RowProblem(code=error.code, detail=error.detail, fields=faults)


def card_in_full(stored: Card, history: Iterable[StatusChange], configuration: Configuration, day: date) -> CardInFull:
    """Show a card to its issuer: use per offer under the terms of the day, and its history."""
    from chalicelib.cards.rules import counter, left
    from chalicelib.venues.rules import allowance

    programme = configuration.programmes.get(stored.programme)
    terms = [
        (each, *allowance(each, programme)) for each in configuration.agreements
        if each.programme == stored.programme and each.starts <= day <= each.until
    ]  # fmt: skip
    return CardInFull(
        number=stored.number, programme=stored.programme, valid_from=stored.valid_from,
        valid_until=stored.valid_until, status=stored.status, birth_year=stored.birth_year,
        language=stored.language, external_ref=stored.external_ref, unit=stored.unit,
        family_ref=stored.family_ref, funding_source=stored.funding, siblings=stored.siblings,
        replaced_by=stored.replaced_by,
        uses=[
            UseAnswer(
                venue=each.venue, offer=each.offer, used=stored.uses.get(counter(each, day), 0),
                left=left(stored, each, programme, day), limit=limit, period=period,
            )
            for each, limit, period in terms
        ],
        history=[
            HistoryAnswer(at=rfc3339(each.at), status=each.status, reason=each.reason, by=each.by or None)
            for each in history
        ],
    )  # fmt: skip


def settlement(stored: Settlement) -> SettlementAnswer:
    """Show a month to finance."""
    totals = stored.totals
    return SettlementAnswer(
        month=stored.month, state=stored.state,
        totals=None if totals is None else SettlementTotals(
            lines=totals.lines, visits=totals.visits, persons=totals.persons, amount=totals.amount,
            corrections=totals.corrections, adjustments=totals.adjustments, to_settle=totals.to_settle,
        ),
        sha256=stored.sha256, files=sorted(stored.files), closed_by=stored.closed_by,
        closed_at=_instant(stored.closed_at), approved_by=stored.approved_by,
        approved_at=_instant(stored.approved_at), exported_by=stored.exported_by,
        exported_at=_instant(stored.exported_at), paid_by=stored.paid_by, paid_at=_instant(stored.paid_at),
        number=None if stored.closed_at is None else stored.number, previous=stored.previous,
        previous_sha256=stored.previous_sha256, fingerprints=stored.files, ways=dict(stored.ways),
        waiting=[
            WaitingAnswer(
                venue=each.venue, settle_by=each.settle_by, way=each.way, because=each.because, amount=each.amount
            )
            for each in stored.waiting
        ],
        alarms=[
            AlarmAnswer(code=each.code, month=each.month, lines=each.lines, visits=list(each.visits))
            for each in stored.alarms
        ],
    )  # fmt: skip


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)


def codes(municipality: Municipality) -> CodesAnswer:
    """Show the accounting codes; the account to pay from stands by itself."""
    told = dict(municipality.erp)
    return CodesAnswer(account=told.pop("debtor_account", None), codes=told)


def verified(found: Verified) -> VerifiedAnswer:
    """Show what computing a month again showed."""
    return VerifiedAnswer(
        month=found.month, holds=found.holds, lines=found.lines, waiting=found.waiting, remade=found.remade,
        findings=[
            FindingAnswer(code=each.code, venue=each.venue, visits=list(each.visits)) for each in found.findings
        ],
    )  # fmt: skip


def adjustment(stored: Adjustment) -> AdjustmentAnswer:
    """Show an adjustment and how far it has come."""
    terms = stored.terms
    return AdjustmentAnswer(
        id=stored.id, venue=terms.venue, offer=terms.offer, programme=terms.programme, date=terms.date,
        persons=terms.persons, amount=terms.amount, funding=terms.funding, reason=stored.reason,
        visit_id=stored.about, state=stored.state, month=stored.month, proposed_by=stored.proposed_by,
        decided_by=stored.decided_by,
    )  # fmt: skip


def objection(stored: Objection) -> ObjectionAnswer:
    """Show an objection and its answer."""
    return ObjectionAnswer(
        id=stored.id, venue=stored.venue, month=stored.month, text=stored.text, at=rfc3339(stored.at),
        state=stored.state, answer=stored.answer, answered_at=_instant(stored.answered_at),
    )  # fmt: skip


def statements(month: str, told: Iterable[Statement], objections: Iterable[Objection]) -> StatementsAnswer:
    """Show a venue its month."""
    return StatementsAnswer(
        month=month,
        statements=[
            StatementAnswer(
                reference=each.reference, settle_by=each.settle_by, way=each.way, because=each.because,
                is_final=each.is_final, visits=each.totals.visits, persons=each.totals.persons,
                lines=each.totals.to_settle, brought=each.brought, brought_from=list(each.brought_from), due=each.due,
                offers=[
                    StatementOfferAnswer(
                        offer=offer.offer, title=offer.title, amount=offer.totals.to_settle,
                        rows=[
                            StatementRowAnswer(
                                date=row.date, type=row.type, percent=row.percent, visits=row.visits,
                                persons=row.persons, gross=row.gross, copay=row.copay, amount=row.amount,
                            )
                            for row in offer.rows
                        ],
                    )
                    for offer in each.offers
                ],
            )
            for each in told
        ],
        objections=[objection(each) for each in objections],
    )  # fmt: skip
