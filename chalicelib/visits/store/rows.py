"""Visits, voids and cards as rows of the table, and back."""

from datetime import date, datetime, timedelta
from typing import Final

from chalicelib import table
from chalicelib.cards.rules import Card, LatestUse, Status, Tag
from chalicelib.shared.calendar import oslo_month, start_of
from chalicelib.shared.ids import CardKey, CardNumber, OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.table import CardRow, Row, SuspectRow, VisitRow, VoidRow
from chalicelib.visits.rules import Doubt, Flagged, Listed, Suspect, Visit, Void

_KEPT_YEARS: Final = 5
_SUSPECT_KEPT: Final = timedelta(days=365)


def visit_row(tenant: Tenant, visit: Visit, received: datetime) -> VisitRow:
    """Write a visit as a row, under the month it was received in."""
    return VisitRow(
        table.visit_pk(tenant, visit.id),
        "VISIT",
        group=table.settle_group(tenant, visit.venue, visit.month),
        place=f"{visit.date}#{visit.id}",
        expires=_kept_until(received),
        venue=visit.venue,
        offer=visit.offer,
        programme=visit.programme,
        card_key=visit.card_key,
        last3=visit.last3,
        date=visit.date.isoformat(),
        band=visit.band,
        month=visit.month,
        persons=visit.persons,
        marks=visit.marks,
        counter=visit.counter,
        left=visit.left,
        moved_last=visit.moved_last,
        last_before=visit.last_before.isoformat() if visit.last_before else None,
        price=visit.price,
        copay=visit.copay,
        percent=visit.percent,
        amount=visit.amount,
        vat_code=visit.vat_code,
        agreement=visit.agreement,
        funding=visit.funding,
        settle_by=visit.settle_by,
        carrier=visit.carrier,
        device=visit.device,
        flags=list(visit.flags) or None,
        children=visit.children if visit.children > 1 else None,
        purse=visit.purse,
    )


def void_row(tenant: Tenant, void: Void, visit: Visit, received: datetime) -> VoidRow:
    """Copy the visit's amounts as they are; whoever reads a void knows that it takes them back."""
    return VoidRow(
        table.visit_pk(tenant, visit.id),
        "VOID",
        group=table.settle_group(tenant, visit.venue, void.month),
        place=f"{visit.date}#{visit.id}#VOID",
        expires=_kept_until(received),
        void_id=void.void_id,
        reason=void.reason,
        by=void.by,
        month=void.month,
        corrects=visit.month,
        venue=visit.venue,
        offer=visit.offer,
        programme=visit.programme,
        last3=visit.last3,
        date=visit.date.isoformat(),
        persons=visit.persons,
        price=visit.price,
        copay=visit.copay,
        percent=visit.percent,
        amount=visit.amount,
        vat_code=visit.vat_code,
        agreement=visit.agreement,
        funding=visit.funding,
        settle_by=visit.settle_by,
    )


def _kept_until(received: datetime) -> int:
    """Keep what was settled five years after the end of the year it was received in (D14)."""
    return table.epoch(start_of(date(int(oslo_month(received)[:4]) + _KEPT_YEARS + 1, 1, 1)))


def to_standing(visit: VisitId, row: Row) -> Visit | Void:
    """Give what stands at a visit's own key: the visit, or the tombstone of one."""
    if isinstance(row, VoidRow):
        return to_void(visit, row)
    if not isinstance(row, VisitRow):
        raise TypeError
    return Visit(
        id=visit,
        venue=VenueId(row.venue),
        offer=OfferId(row.offer),
        programme=ProgrammeId(row.programme),
        card_key=row.card_key,
        last3=row.last3,
        date=date.fromisoformat(row.date),
        band=row.band,
        month=row.month,
        persons=int(row.persons),
        marks=int(row.marks),
        counter=row.counter,
        left=None if row.left is None else int(row.left),
        price=Ore(int(row.price)),
        copay=Ore(int(row.copay)),
        percent=int(row.percent),
        amount=Ore(int(row.amount)),
        agreement=row.agreement,
        settle_by=row.settle_by,
        carrier=row.carrier,
        device=row.device,
        vat_code=row.vat_code,
        funding=row.funding,
        flags=tuple(row.flags or ()),
        moved_last=row.moved_last,
        last_before=date.fromisoformat(row.last_before) if row.last_before else None,
        void_month=row.void_month,
        children=int(row.children or 1),
        purse=row.purse,
    )


def to_void(visit: VisitId, row: VoidRow) -> Void:
    """Give the void that a row or a tombstone holds."""
    venue = None if row.venue is None else VenueId(row.venue)
    return Void(visit, row.void_id, row.reason, row.by, row.month, venue, row.corrects)


def to_flagged(row: VisitRow, prefix: str) -> Flagged:
    """Give the office's line of a visit from the index, which holds neither the day's hours nor the card."""
    return Flagged(
        id=VisitId(row.pk.removeprefix(prefix)),
        venue=VenueId(row.venue),
        offer=OfferId(row.offer),
        date=date.fromisoformat(row.date),
        persons=int(row.persons),
        last3=row.last3,
        device=row.device,
        flags=tuple(row.flags or ()),
        amount=Ore(int(row.amount)),
        voided=row.void_month is not None,
    )


def to_listed(row: VisitRow, prefix: str) -> Listed:
    """Give what the venue's own list shows of a visit."""
    return Listed(
        id=VisitId(row.pk.removeprefix(prefix)),
        offer=OfferId(row.offer),
        persons=int(row.persons),
        last3=row.last3,
        band=row.band,
        device=row.device,
        voided=row.void_month is not None,
    )


def to_card(number: CardNumber, row: CardRow) -> Card:
    """Give what a decision needs of a card; who asked for it and for whom stays in the row."""
    return Card(
        number=number,
        key=CardKey(row.key),
        status=Status(row.status),
        programme=ProgrammeId(row.programme),
        valid_from=date.fromisoformat(row.valid_from),
        valid_until=date.fromisoformat(row.valid_until),
        funding=row.funding,
        flags=int(row.flags),
        replaced_by=None if row.replaced_by is None else CardNumber(row.replaced_by),
        family_from=None if row.family_from is None else date.fromisoformat(row.family_from),
        siblings=int(row.siblings or 0),
        replacements=int(row.replacements or 0),
        uses={name: int(used) for name, used in row.uses.attribute_values.items()},
        last={quota: date.fromisoformat(day) for quota, day in row.last.attribute_values.items()},
        latest=_latest(row),
        tag=_tag(row),
    )


def _tag(row: CardRow) -> Tag | None:
    if row.tag is None:
        return None
    kept = row.tag.attribute_values
    return Tag(kept["uid"], int(kept["count"]))


def suspect_row(tenant: Tenant, suspect: Suspect) -> SuspectRow:
    """Write a doubt as a row; the same showing writes the same row."""
    return SuspectRow(
        table.suspects_pk(tenant),
        f"{suspect.day}#{suspect.fingerprint}",
        expires=table.epoch(start_of(suspect.day) + _SUSPECT_KEPT),
        band=suspect.band,
        venue=suspect.venue,
        offer=suspect.offer,
        device=suspect.device,
        reason=suspect.reason,
        last3=suspect.last3,
    )


def to_suspect(row: SuspectRow) -> Suspect:
    """Give the doubt that a row holds."""
    day, _, fingerprint = row.sk.partition("#")
    return Suspect(
        day=date.fromisoformat(day),
        band=row.band,
        venue=row.venue,
        offer=row.offer,
        device=row.device,
        reason=Doubt(row.reason),
        last3=row.last3,
        fingerprint=fingerprint,
    )


def _latest(row: CardRow) -> LatestUse | None:
    if row.latest is None:
        return None
    kept = row.latest.attribute_values
    return LatestUse(kept["venue"], kept["visit"], datetime.fromisoformat(kept["at"]))
