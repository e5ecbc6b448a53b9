"""Cards and what goes with them as rows of the table, and back."""

from datetime import date, datetime
from typing import Any, Final

from pynamodb.attributes import MapAttribute

from chalicelib.cards.rules import Card, Claim, LatestUse, Status, StatusChange, Tag, WrongYears, kept_until
from chalicelib.credentials.rules import blocked_hash
from chalicelib.shared.calendar import rfc3339
from chalicelib.shared.ids import CardKey, CardNumber, ProgrammeId, Tenant
from chalicelib.table import (
    BlockedRow,
    CardRow,
    ClaimRow,
    FamilyRow,
    HistoryRow,
    QuotaRow,
    Row,
    blocked_pk,
    card_pk,
    epoch,
    expires_group,
    family_pk,
    quota_pk,
)

CARD: Final = "CARD"
HISTORY: Final = "HISTORY#"
POINTER: Final = "POINTER"
REQUEST: Final = "ID"


def card_at(tenant: Tenant, number: CardNumber) -> CardRow:
    """Give the empty row of a number, to be updated or deleted."""
    return CardRow(card_pk(tenant, number), CARD)


def row_of(tenant: Tenant, card: Card) -> CardRow:
    """Write a card as its row."""
    return CardRow(
        card_pk(tenant, card.number),
        CARD,
        group=expires_group(tenant, card.programme, f"{card.valid_until:%Y-%m}"),
        place=f"{card.valid_until}#{card.number}",
        expires=epoch(kept_until(card.valid_until)),
        key=card.key,
        status=card.status,
        programme=card.programme,
        valid_from=card.valid_from.isoformat(),
        valid_until=card.valid_until.isoformat(),
        birth_year=card.birth_year,
        language=card.language,
        external_ref=card.external_ref,
        unit=card.unit,
        family_ref=card.family_ref,
        funding=card.funding,
        flags=card.flags,
        replaced_by=card.replaced_by,
        family_from=None if card.family_from is None else card.family_from.isoformat(),
        siblings=card.siblings or None,
        replacements=card.replacements or None,
        issued_by=card.issued_by or None,
        year=card.year,
        uses=dict(card.uses),
        last=last_days(card),
        latest=None if card.latest is None else latest_use(card.latest),
        tag=tag_map(card.tag),
    )


def card_of(tenant: Tenant, row: CardRow) -> Card:
    """Read a card from its row."""
    latest, tag = plain(row.latest), plain(row.tag)
    return Card(
        number=number_of(tenant, row),
        key=CardKey(row.key),
        status=Status(row.status),
        programme=ProgrammeId(row.programme),
        valid_from=date.fromisoformat(row.valid_from),
        valid_until=date.fromisoformat(row.valid_until),
        birth_year=None if row.birth_year is None else int(row.birth_year),
        language=row.language or "nb",
        external_ref=row.external_ref,
        unit=row.unit,
        family_ref=row.family_ref,
        funding=row.funding,
        flags=int(row.flags),
        issued_by=row.issued_by or "",
        year=row.year,
        replaced_by=None if row.replaced_by is None else CardNumber(row.replaced_by),
        family_from=None if row.family_from is None else date.fromisoformat(row.family_from),
        siblings=int(row.siblings or 0),
        replacements=int(row.replacements or 0),
        uses={name: int(marks) for name, marks in plain(row.uses).items()},
        last={name: date.fromisoformat(day) for name, day in plain(row.last).items()},
        latest=LatestUse(latest["venue"], latest["visit"], datetime.fromisoformat(latest["at"])) if latest else None,
        tag=Tag(tag["uid"], int(tag["count"])) if tag else None,
    )


def tag_map(tag: Tag | None) -> dict[str, str | int] | None:
    """Write a tag as it stands on the card's row."""
    return None if tag is None else {"uid": tag.uid, "count": tag.count}


def number_of(tenant: Tenant, row: Row) -> CardNumber:
    """Give the number in a row's key."""
    return CardNumber(row.pk.removeprefix(card_pk(tenant, "")))


def history_row(tenant: Tenant, number: CardNumber, entry: StatusChange, kept: int) -> HistoryRow:
    """Write a line of a card's history as its row."""
    at = entry.at.isoformat(timespec="microseconds")
    return HistoryRow(
        card_pk(tenant, number),
        HISTORY + at,
        at=at,
        status=entry.status,
        reason=entry.reason,
        by=entry.by,
        expires=kept,
    )


def entry_of(row: HistoryRow) -> StatusChange:
    """Read a line of a card's history."""
    return StatusChange(datetime.fromisoformat(row.at), Status(row.status), row.reason, row.by)


def claim_of(external_ref: str, row: ClaimRow) -> Claim:
    """Read a claim of a reference."""
    number = CardNumber(row.number)
    return Claim(
        external_ref=external_ref,
        programme=ProgrammeId(row.sk),
        number=number,
        previous=number if row.previous is None else CardNumber(row.previous),
        valid_until=date.fromisoformat(row.valid_until),
        ended=bool(row.ended),
    )


def blocked_row(tenant: Tenant, number: CardNumber, kept: int) -> BlockedRow:
    """Give the row that says that a number is of no use."""
    return BlockedRow(blocked_pk(tenant), blocked_hash(tenant, number), expires=kept)


def quota_row(tenant: Tenant, card: Card) -> QuotaRow:
    """Give the row that counts a card's programme year."""
    return QuotaRow(quota_pk(tenant), f"{card.programme}#{card.year}")


def family_row(tenant: Tenant, card: Card) -> FamilyRow | None:
    """Give the row that counts a card within its family, or None where no family is named."""
    if card.family_ref is None or card.family_from is None:
        return None
    return FamilyRow(family_pk(tenant, card.family_ref), f"{card.programme}#{card.family_from}")


def last_days(card: Card) -> dict[str, str]:
    """Write the last days of use as the row holds them."""
    return {name: day.isoformat() for name, day in card.last.items()}


def latest_use(use: LatestUse) -> dict[str, str]:
    """Write the latest use as the row holds it."""
    return {"venue": use.venue, "visit": use.visit, "at": rfc3339(use.at)}


def guesses(wrong: WrongYears) -> dict[str, str | int]:
    """Write wrong guesses as the row holds them."""
    return {"date": wrong.day.isoformat(), "count": wrong.count}


def plain(value: MapAttribute[str, Any] | None) -> dict[str, Any]:
    """Read a map as a dict, empty where there is none."""
    found: dict[str, Any] = {} if value is None else value.as_dict()  # type: ignore[no-untyped-call]
    return found


def lives(row: Row, now: datetime) -> bool:
    """Say whether a row's time has not passed."""
    return row.expires is None or row.expires > epoch(now)
