"""Members of a currency of time, sessions, and what is spent at partners."""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


class MemberRow(Row, discriminator="member"):
    """Somebody who earns and spends time in one currency, or a code on paper that nobody has taken yet."""

    currency = UnicodeAttribute()
    number = UnicodeAttribute()
    standing = UnicodeAttribute()
    joined_on = UnicodeAttribute()
    language = UnicodeAttribute()
    age_band = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    guardian = UnicodeAttribute(null=True)
    consented_on = UnicodeAttribute(null=True)
    pin = UnicodeAttribute(null=True)  # a fingerprint
    wrong_pins: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]  # {date, count}
    joined_at = UnicodeAttribute(null=True)
    organiser = UnicodeAttribute(null=True)
    left_on = UnicodeAttribute(null=True)


class MemberCodeRow(Row, discriminator="member_code"):
    """From a member's code to the member, with what a partner's phone is answered by; no longer valid once replaced."""

    member = UnicodeAttribute()
    currency = UnicodeAttribute()
    standing = UnicodeAttribute()
    age_band = UnicodeAttribute(null=True)


class SessionRow(Row, discriminator="session"):
    """A session and its counters; `version` counts its changes, not its sign-ups."""

    document = UnicodeAttribute()  # JSON of kred.rules.sessions.Session
    version = NumberAttribute(default=0)
    taken = NumberAttribute(default=0)
    joined = NumberAttribute(default=0)


class SeatRow(Row, discriminator="seat"):
    """That a member signed up for a session or was there, and what it was awarded by."""

    adults = NumberAttribute()
    children = NumberAttribute()
    signed_up_at = UnicodeAttribute(null=True)
    hold = UnicodeAttribute(null=True)
    cancelled = BooleanAttribute(default=False)
    present_at = UnicodeAttribute(null=True)
    transfer = UnicodeAttribute(null=True)
    minutes = NumberAttribute(default=0)


class TimeOfferRow(Row, discriminator="time_offer"):
    """What a venue takes for one of its offers in a currency of time. The sort key says which."""

    document = UnicodeAttribute()  # JSON of kred.rules.spending.SpendOffer


class RoomRow(Row, discriminator="room"):
    """How many came for time on a day or in a week, where a partner has room for so many."""

    taken = NumberAttribute(default=0)


class SpendRow(Row, discriminator="spend"):
    """Time that was spent at a venue; the transfer of the same id is in the ledger."""

    currency = UnicodeAttribute()
    venue = UnicodeAttribute()
    offer = UnicodeAttribute(null=True)
    session = UnicodeAttribute(null=True)
    member = UnicodeAttribute()
    last3 = UnicodeAttribute()
    adults = NumberAttribute()
    children = NumberAttribute()
    minutes = NumberAttribute()
    at = UnicodeAttribute()
    device = UnicodeAttribute()
    offline = BooleanAttribute(default=False)
    undo_until = UnicodeAttribute(null=True)
    undone_by = UnicodeAttribute(null=True)
    taken_in = UnicodeAttribute(null=True)  # the partner's currency, where it took another


class VisitorsRow(Row, discriminator="visitors"):
    """How many came to a partner for time in a month, of one age band, and for how many it was the first time."""

    first = NumberAttribute(default=0)
    before = NumberAttribute(default=0)
    unasked = NumberAttribute(default=0)


def members_group(tenant: str, currency: str) -> str:
    """List the members of a currency in GSI1, by the day they joined."""
    return f"T#{tenant}#MEMBERS#{currency}"


def member_code_pk(tenant: str, number: str) -> str:
    """Find whose a member's code is (`CODE`)."""
    return f"T#{tenant}#MEMBERCODE#{number}"


def session_pk(tenant: str, currency: str, session: str) -> str:
    """Find a session (`SESSION`) and its seats (`SEAT#<member>`)."""
    return f"T#{tenant}#KRED#{currency}#SESSION#{session}"


def sessions_group(tenant: str, currency: str) -> str:
    """List the sessions of a currency in GSI1, by when they start."""
    return f"T#{tenant}#SESSIONS#{currency}"


def seats_group(tenant: str, member: str) -> str:
    """List a member's seats in GSI1, by when they start."""
    return f"T#{tenant}#SEATS#{member}"


def time_offers_pk(tenant: str) -> str:
    """Find what venues take in time (`<venue>#<offer>#<currency>`)."""
    return f"T#{tenant}#TIMEOFFERS"


def room_pk(tenant: str, currency: str, venue: str, offer: str) -> str:
    """Count who came for time, one row per day or week."""
    return f"T#{tenant}#KRED#{currency}#ROOM#{venue}#{offer}"


def spend_pk(tenant: str, spend: str) -> str:
    """Find what was spent under an id (`SPEND`)."""
    return f"T#{tenant}#SPEND#{spend}"


def spent_group(tenant: str, venue: str, day: str) -> str:
    """List what was spent at a venue on a day in GSI1, by the time."""
    return f"T#{tenant}#SPENT#{venue}#{day}"


def visitors_pk(tenant: str, venue: str) -> str:
    """Count a partner's visitors, one row per month and age band (`<yyyy-mm>#<band>`)."""
    return f"T#{tenant}#VISITORS#{venue}"


def member_pk(tenant: str, member: str) -> str:
    """Find a member of TimeKred (`MEMBER`) and what is theirs."""
    return f"T#{tenant}#MEMBER#{member}"
