"""Currencies of time, who works for them, what they award, and the notes they print."""

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.table.row import Row


class NoteBatchRow(Row, discriminator="note_batch"):
    """Printed notes of one worth that were made at once."""

    source = UnicodeAttribute()
    worth = NumberAttribute()
    printed = NumberAttribute()
    last_day = UnicodeAttribute()
    by = UnicodeAttribute()
    issued_at = UnicodeAttribute()
    key_id = NumberAttribute()
    operator = UnicodeAttribute()
    language = UnicodeAttribute()
    state = UnicodeAttribute()
    ended_on = UnicodeAttribute(null=True)
    printed_by: UnicodeSetAttribute = UnicodeSetAttribute(null=True)


class NoteRow(Row, discriminator="note"):
    """A printed note, found by the fingerprint of the secret in its code; the secret itself stands nowhere."""

    batch = UnicodeAttribute()
    currency = UnicodeAttribute()
    serial = UnicodeAttribute()
    worth = NumberAttribute()
    last_day = UnicodeAttribute()
    used_by = UnicodeAttribute(null=True)  # the transfer that redeemed it


class GuessRow(Row, discriminator="guess"):
    """How many codes of notes that there are not came from a phone or a member on a day."""

    codes = NumberAttribute(default=0)


class KredRow(Row, discriminator="kred"):
    """A record of a currency of time: the currency, an operator, an organisation, a partner, an activity."""

    document = UnicodeAttribute()  # JSON of the dataclass in kred.rules
    version = NumberAttribute(default=0)


class WorkerRow(Row, discriminator="worker"):
    """Somebody who acts for an operator or an organisation of a currency, by the id that the token gives."""

    lead = BooleanAttribute(default=False)
    added_by = UnicodeAttribute()
    added_on = UnicodeAttribute()


class LinkRow(Row, discriminator="link"):
    """Which member somebody is who awards others, so that they do not award themselves."""

    member = UnicodeAttribute()
    linked_on = UnicodeAttribute()


class AwardRow(Row, discriminator="award"):
    """What a member was given for taking part in an activity, and how long they were there."""

    currency = UnicodeAttribute()
    activity = UnicodeAttribute()
    organisation = UnicodeAttribute()
    member = UnicodeAttribute()
    minutes = NumberAttribute()
    present = NumberAttribute()
    awarded_on = UnicodeAttribute()
    by = UnicodeAttribute()
    session = UnicodeAttribute(null=True)
    reversed_by = UnicodeAttribute(null=True)
    reversed_on = UnicodeAttribute(null=True)


def currencies_pk(tenant: str) -> str:
    """Find the currencies of time of a tenant, by their ids."""
    return f"T#{tenant}#KRED"


def currency_pk(tenant: str, currency: str) -> str:
    """Find what is set up for a currency: operators, organisations, who acts for them, partners; one Query."""
    return f"T#{tenant}#KRED#{currency}"


def activities_pk(tenant: str, currency: str) -> str:
    """Find the activities of a currency, by their ids."""
    return f"T#{tenant}#KRED#{currency}#ACTIVITIES"


def award_pk(tenant: str, award: str) -> str:
    """Find an award (`AWARD`)."""
    return f"T#{tenant}#AWARD#{award}"


def awards_group(tenant: str, currency: str, year: str) -> str:
    """GSI1: the awards of a currency in a year, sorted by member, day and id."""
    return f"T#{tenant}#AWARDS#{currency}#{year}"


def notes_pk(tenant: str, currency: str) -> str:
    """Find the batches of printed notes of a currency (`BATCH#<id>`), one Query."""
    return f"T#{tenant}#NOTES#{currency}"


def note_pk(tenant: str, fingerprint: str) -> str:
    """Find a printed note (`NOTE`) by the SHA-256 of its secret."""
    return f"T#{tenant}#NOTE#{fingerprint}"


def guesses_pk(tenant: str, who: str) -> str:
    """Count the unknown codes of a phone or a member, one row a day."""
    return f"T#{tenant}#GUESSES#{who}"
