"""A card, what is known of it, and the rows that keep it one: claims, quotas, families, requests."""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class CardRow(Row, discriminator="card"):
    """A card and its counters; under 1 kB in the usual programme, so that a scan costs the least."""

    key = UnicodeAttribute()
    status = UnicodeAttribute()
    programme = UnicodeAttribute()
    valid_from = UnicodeAttribute()
    valid_until = UnicodeAttribute()
    birth_year = NumberAttribute(null=True)
    language = UnicodeAttribute(null=True)
    external_ref = UnicodeAttribute(null=True)
    unit = UnicodeAttribute(null=True)
    family_ref = UnicodeAttribute(null=True)
    funding = UnicodeAttribute(null=True)
    flags = NumberAttribute(default=0)  # the token's class and flags byte
    replaced_by = UnicodeAttribute(null=True)
    family_from = UnicodeAttribute(null=True)  # the period in which it takes one of its family's places
    siblings = NumberAttribute(null=True)  # how many more children share it
    replacements = NumberAttribute(null=True)  # how many numbers it has had before
    issued_by = UnicodeAttribute(null=True)
    year = UnicodeAttribute(null=True)  # the programme year whose quota it counts in
    # Two maps of counters: "<quota>@<period stamp>" -> marks, and "<quota>" -> date of the latest visit.
    uses: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    last: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    # {venue, visit, at} for the double-scan warning; {date, count} of wrong birth years on the holder's page.
    latest: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    # {uid, count} of the tag in the card: a reading counts only above the last one that let somebody in.
    tag: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    wrong_years: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]


class HistoryRow(Row, discriminator="history"):
    """One change of a card's status, beside the card, so that a scan does not read it."""

    at = UnicodeAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute()


class ClaimRow(Row, discriminator="claim"):
    """That a reference has a card in a programme, so that it does not get two at a time."""

    number = UnicodeAttribute()
    previous = UnicodeAttribute(null=True)  # the card before this one, for as long as somebody carries it
    valid_until = UnicodeAttribute()
    ended = BooleanAttribute(default=False)


class PointerRow(Row, discriminator="pointer"):
    """From a card's random key to its number; dies with the card, and with it every tie from visit to card."""

    number = UnicodeAttribute()


class BlockedRow(Row, discriminator="blocked"):
    """That a number is of no use to anyone: what a phone without network must know. The sort key is its hash."""


class SuspectRow(Row, discriminator="suspect"):
    """That a code or a tag was shown that is not what it says; for the office to look into."""

    band = UnicodeAttribute()
    venue = UnicodeAttribute()
    offer = UnicodeAttribute()
    device = UnicodeAttribute()
    reason = UnicodeAttribute()
    last3 = UnicodeAttribute(null=True)


class QuotaRow(Row, discriminator="quota"):
    """How many cards a programme has given out in one programme year."""

    issued = NumberAttribute(default=0)


class FamilyRow(Row, discriminator="family"):
    """How many cards a family has in one period of a programme."""

    issued = NumberAttribute(default=0)


class RequestRow(Row, discriminator="request"):
    """A request id of a caller, kept 30 days: what it asked for and what it made."""

    content = UnicodeAttribute()
    made = UnicodeAttribute()


def card_pk(tenant: str, number: str) -> str:
    """Find a card (`CARD`) and its history (`HISTORY#…`)."""
    return f"T#{tenant}#CARD#{number}"


def pointer_pk(tenant: str, key: str) -> str:
    """Find the way from a card's key to its number (`POINTER`)."""
    return f"T#{tenant}#KEY#{key}"


def claim_pk(tenant: str, external_ref: str) -> str:
    """Find the cards of one reference, one row per programme."""
    return f"T#{tenant}#REF#{external_ref}"


def quota_pk(tenant: str) -> str:
    """Cards given out, one row per programme and programme year (`<programme>#<first day>`)."""
    return f"T#{tenant}#QUOTA"


def family_pk(tenant: str, family_ref: str) -> str:
    """Count a family's cards, one row per programme and period (`<programme>#<first day>`)."""
    return f"T#{tenant}#FAMILY#{family_ref}"


def blocked_pk(tenant: str) -> str:
    """Find the blocked numbers of a tenant by hash, one Query for a phone's snapshot."""
    return f"T#{tenant}#BLOCKED"


def suspects_pk(tenant: str) -> str:
    """Find what looked like a copy or a forgery, by day (`<yyyy-mm-dd>#<fingerprint>`)."""
    return f"T#{tenant}#SUSPECTS"


def request_pk(tenant: str, caller: str, key: str) -> str:
    """Find a request id of a caller (`ID`)."""
    return f"T#{tenant}#ID#{caller}#{key}"


def expires_group(tenant: str, programme: str, month: str) -> str:
    """GSI1: the cards of a programme whose validity ends in a month."""
    return f"T#{tenant}#EXPIRES#{programme}#{month}"
