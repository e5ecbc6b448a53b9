"""A visit that a phone registered without network: its day, its terms, and what speaks against it."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.cards.rules import Card
from chalicelib.shared.calendar import last_day_of_stamp, oslo_date
from chalicelib.shared.ids import ProgrammeId
from chalicelib.venues.rules import Agreement, Configuration, Offer
from chalicelib.visits.rules.facts import Because

AHEAD: Final = timedelta(minutes=2)  # how far a phone's clock may be ahead
LATE: Final = timedelta(hours=72)  # older than this, a visit was made on a snapshot past its time


class Flag(StrEnum):
    """What finance and office should know of a visit that was admitted without network."""

    LATE = "late"  # received more than 72 hours after it was made
    OVER = "over"  # over the allowance, a second one that day, or more persons than may come
    ENDED = "ended"  # the card or its programme was not valid on the day
    BLOCKED = "blocked"  # the card was blocked or replaced
    COPIED = "copied"  # the tag in the card was not the one that the card was given, or its reading was used before
    BLANK = "blank"  # a card from the stock that nobody had been given
    CLOCK = "clock"  # the phone's time was out of bounds; the date is the receipt's
    NO_AGREEMENT = "no_agreement"  # no terms held on the day; nothing is paid, office looks into it


_FLAGS: Final = {
    Because.COPIED_TAG: Flag.COPIED,
    Because.UNKNOWN_CARD: Flag.BLANK,
    Because.REPLACED: Flag.BLOCKED,
    Because.BLOCKED: Flag.BLOCKED,
    Because.NOT_YET_VALID: Flag.ENDED,
    Because.EXPIRED: Flag.ENDED,
    Because.PROGRAMME_CLOSED: Flag.ENDED,
    Because.NOT_THIS_VENUE: Flag.NO_AGREEMENT,
    Because.NO_AGREEMENT: Flag.NO_AGREEMENT,
    Because.ALLOWANCE_USED_UP: Flag.OVER,
    Because.USED_TODAY: Flag.OVER,
    Because.COMPANION_NOT_ALLOWED: Flag.OVER,
}


def flags_of(held: tuple[Because, ...]) -> tuple[Flag, ...]:
    """Say what to note on a visit that has happened although these reasons spoke against it."""
    return tuple(dict.fromkeys(_FLAGS[because] for because in held))


def day_of(at: datetime, *, now: datetime, offline_days: int) -> date | None:
    """Give the Oslo day of a visit by the phone's clock, or None where that clock cannot be right.

    A clock ahead of ours by two minutes at most counts as ours, so that no visit is dated after its receipt.
    """
    if at > now + AHEAD or at < now - timedelta(days=offline_days):
        return None
    return oslo_date(min(at, now))


def over_and_done(card: Card, *, today: date, offline_days: int) -> tuple[str, ...]:
    """Name the counters whose period ended before the oldest visit that a phone may still send."""
    oldest = today - timedelta(days=offline_days)
    ended = ((name, last_day_of_stamp(name.rpartition("@")[2])) for name in card.uses)
    return tuple(name for name, last in ended if last is not None and last < oldest)


def nearest(configuration: Configuration, programme: ProgrammeId, offer: Offer, day: date) -> Agreement | None:
    """Give the version closest before a day without an agreement, else closest after it; None: there never was one."""
    versions = [
        version
        for version in configuration.agreements
        if (version.programme, version.venue, version.offer) == (programme, offer.venue, offer.id)
    ]
    before = [version for version in versions if version.until < day]
    if before:
        return max(before, key=lambda version: version.until)
    return min(versions, key=lambda version: version.starts, default=None)
