"""Who may come in, decided from facts alone."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from chalicelib.cards.rules import Card, LatestUse, Status
from chalicelib.cards.rules import left as marks_left
from chalicelib.shared.calendar import Period, last_day_of_stamp, oslo_date
from chalicelib.shared.ids import CardNumber, OfferId, ProgrammeId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Counts, Offer, Programme, State, Words

Day: TypeAlias = date  # for classes that have a field of that name

AHEAD: Final = timedelta(minutes=2)  # how far a phone's clock may be ahead
LATE: Final = timedelta(hours=72)  # older than this, a visit was made on a snapshot past its time
MOST_PERSONS: Final = 20  # more than this is a slip of the finger, whatever an agreement says
NO_COMPANION: Final = "none"


class Because(StrEnum):
    """Why not. The screen owns the words in every language."""

    UNKNOWN_CARD = "unknown_card"
    FORGED_CARD = "forged_card"
    COPIED_TAG = "copied_tag"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    NOT_THIS_VENUE = "not_this_venue"
    NO_AGREEMENT = "no_agreement"
    PROGRAMME_CLOSED = "programme_closed"
    ALLOWANCE_USED_UP = "allowance_used_up"
    USED_TODAY = "used_today"
    COMPANION_NOT_ALLOWED = "companion_not_allowed"


class Flag(StrEnum):
    """What finance and office should know of a visit that was admitted without network."""

    LATE = "late"  # received more than 72 hours after it was made
    OVER = "over"  # over the allowance, a second one that day, or more persons than may come
    ENDED = "ended"  # the card or its programme was not valid on the day
    BLOCKED = "blocked"  # the card was blocked or replaced
    BLANK = "blank"  # a card from the stock that nobody had been given
    CLOCK = "clock"  # the phone's time was out of bounds; the date is the receipt's
    NO_AGREEMENT = "no_agreement"  # no terms held on the day; nothing is paid, office looks into it


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it stands, with the terms it was registered under. Amounts in øre."""

    id: VisitId
    venue: VenueId
    offer: OfferId
    programme: ProgrammeId
    card_key: str | None  # None once the card is deleted, or where the number was never issued
    last3: str
    date: date
    band: str
    month: str  # received, yyyy-mm
    persons: int
    marks: int
    counter: str  # empty where nothing is counted, since the offer never had an agreement
    left: int | None
    price: Ore
    copay: Ore
    percent: int
    amount: Ore
    agreement: str  # the first day of the version; empty where there never was one
    settle_by: str
    carrier: str
    device: str
    vat_code: str | None = None
    funding: str | None = None
    flags: tuple[str, ...] = ()
    moved_last: bool = False
    last_before: Day | None = None
    void_month: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """That a visit was taken back. `corrects` is the month it was received in; None for one that never arrived."""

    visit: VisitId
    void_id: str
    reason: str
    by: str
    month: str
    venue: VenueId | None = None
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a visit changes on its card, and what must still hold when it is written."""

    number: CardNumber
    day: date
    counter: str
    marks: int
    limit: int | None  # None: the counter may stand at anything afterwards
    within_rules: bool  # the card must still be active and valid; False for what has happened already
    once_a_day: bool
    moves_last: bool
    last_before: date | None
    latest: LatestUse | None  # None: a later use is already remembered
    forgotten: tuple[str, ...]  # counters of periods that are over

    @property
    def quota(self) -> str:
        """Name what `last` is kept under: the counter without its period."""
        return quota_of(self.counter)


@dataclass(frozen=True, slots=True)
class Unmark:
    """What taking a visit back changes on its card: the counter falls, and what the visit replaced comes back."""

    number: CardNumber
    counter: str
    used: int | None  # the counter as it was read; None: it is gone, and nothing falls
    falls_to: int
    restores_last: bool
    day: date
    last_before: date | None
    forgets_latest: str | None  # the latest use to forget, where it is this visit

    @property
    def quota(self) -> str:
        """Name what `last` is kept under."""
        return quota_of(self.counter)


@dataclass(frozen=True, slots=True)
class Written:
    """It is written."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Nothing was written: the visit's id is there already, as a visit or as the tombstone of one."""

    earlier: Visit | Void


@dataclass(frozen=True, slots=True)
class Changed:
    """Nothing was written: the card is no longer as it was read. None: it is gone."""

    card: Card | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A visit as the venue's own list of a day shows it."""

    id: VisitId
    offer: OfferId
    persons: int
    last3: str
    band: str
    device: str
    voided: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision rests on. `persons` is None where the till only asks how many may come."""

    card: Card | None
    programme: Programme | None  # the card's; None: not configured here yet
    offer: Offer | None  # None: not one of this venue's
    agreement: Agreement | None  # in force on the day
    known_here: bool  # the programme has, or has had, an agreement with this venue
    day: date
    persons: int | None = None
    forged: bool = False
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """Yes. `persons` may come in; `left` counts after them, or as it stands where nobody was named."""

    persons: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """No, because. `persons` is how many could have come in instead."""

    because: Because
    persons: int = 0


@dataclass(frozen=True, slots=True)
class ToPay:
    """What is paid at the till, in øre: for the holder, and for each who comes along."""

    holder: Ore
    companion: Ore


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a till is told: nothing about the holder, other venues or earlier days (decision: yes or no)."""

    admitted: bool
    because: Because | None
    persons: int  # how many may come in now; once registered, how many came
    offer: OfferId
    included: tuple[str, ...] = ()  # phrase codes
    included_text: Words = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    excluded_text: Words = field(default_factory=dict)
    to_pay: ToPay | None = None
    left: int | None = None  # None: free all year, or not for this till to know
    limit: int | None = None
    period: Period | None = None
    companion: str = NO_COMPANION
    age_limit: int | None = None
    valid_until: date | None = None
    used_minutes_ago: int | None = None


def decide(facts: Facts) -> Admitted | Refused:
    """Answer for one visit or one look. Where several reasons hold, the most fundamental one is given."""
    because = next(iter(reasons(facts)), None)
    persons = _room(facts)
    if because is not None:
        mendable = because in {Because.ALLOWANCE_USED_UP, Because.COMPANION_NOT_ALLOWED}
        return Refused(because, persons if mendable else 0)
    left = _left(facts)
    if facts.persons is None or left is None:
        return Admitted(facts.persons or persons, left)
    return Admitted(facts.persons, left - marks(facts.programme, facts.persons))


def reasons(facts: Facts) -> tuple[Because, ...]:
    """Give every reason for a no, most fundamental first: the card itself, its validity, the place, the allowance."""
    if facts.forged:
        return (Because.FORGED_CARD,)
    if facts.copied:
        return (Because.COPIED_TAG,)
    if facts.card is None:
        return (Because.UNKNOWN_CARD,)
    held = {
        Because.UNKNOWN_CARD: facts.card.status is Status.BLANK,
        Because.REPLACED: facts.card.status is Status.REPLACED,
        Because.BLOCKED: facts.card.status is Status.BLOCKED,
        Because.NOT_YET_VALID: facts.day < facts.card.valid_from,
        Because.EXPIRED: facts.card.status is Status.ENDED or facts.day > facts.card.valid_until,
        Because.PROGRAMME_CLOSED: not _is_open(facts.programme, facts.day),
        Because.NOT_THIS_VENUE: facts.offer is None or not facts.known_here,
        Because.NO_AGREEMENT: facts.known_here and facts.offer is not None and facts.agreement is None,
        Because.ALLOWANCE_USED_UP: _is_used_up(facts),
        Because.USED_TODAY: _is_used_today(facts),
        Because.COMPANION_NOT_ALLOWED: _has_too_much_company(facts),
    }
    return tuple(because for because, holds in held.items() if holds)


def marks(programme: Programme | None, persons: int) -> int:
    """Give the marks that a visit takes of the allowance: one, or one per person."""
    return persons if programme is not None and programme.counts is Counts.PERSON else 1


def company(programme: Programme | None, agreement: Agreement | None) -> str:
    """Give the companion rule at a venue: the programme's, unless the agreement lets nobody come along."""
    if programme is None or agreement is None:
        return NO_COMPANION
    alone = not agreement.companion_allowed or agreement.persons_max == 1
    return NO_COMPANION if alone else programme.companion


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


def quota_of(named: str) -> str:
    """Give the quota in a counter's name `<quota>@<period stamp>`."""
    return named.rpartition("@")[0]


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


def unmark(visit: Visit, card: Card) -> Unmark:
    """Say what taking a visit back does to its card: never below zero, and `last` only where this visit moved it."""
    used = card.uses.get(visit.counter)
    is_latest = card.latest is not None and (card.latest.venue, card.latest.visit) == (visit.venue, visit.id[:8])
    return Unmark(
        number=card.number,
        counter=visit.counter,
        used=used,
        falls_to=max((used or 0) - visit.marks, 0),
        restores_last=visit.moved_last and card.last.get(quota_of(visit.counter)) == visit.date,
        day=visit.date,
        last_before=visit.last_before,
        forgets_latest=visit.id[:8] if is_latest else None,
    )


def minutes_since_use(card: Card | None, venue: VenueId, now: datetime) -> int | None:
    """Give the minutes since the card was used at this venue today; None where it was not (D2: nothing else)."""
    if card is None or card.latest is None or card.latest.venue != venue:
        return None
    if oslo_date(card.latest.at) != oslo_date(now):
        return None
    return max(int((now - card.latest.at).total_seconds()) // 60, 0)


def verdict_on(facts: Facts, asked: OfferId, *, used_minutes_ago: int | None) -> Verdict:
    """Put a decision into a till's words. A card that is no good here tells nothing about itself."""
    decision = decide(facts)
    because = decision.because if isinstance(decision, Refused) else None
    good = because is None or because in _OF_THE_ALLOWANCE
    return _verdict(
        facts.offer,
        facts.programme,
        facts.agreement if good else None,
        because=because,
        persons=decision.persons,
        asked=asked,
        left=decision.left if isinstance(decision, Admitted) else _left(facts) if good else None,
        valid_until=_last_day(facts, because),
        used_minutes_ago=used_minutes_ago,
    )


def verdict_of(visit: Visit, configuration: Configuration, *, valid_until: date | None) -> Verdict:
    """Give the yes that a registered visit is answered with, the first time and whenever it is sent again."""
    named = (visit.programme, visit.venue, visit.offer, visit.agreement)
    terms = (
        version
        for version in configuration.agreements
        if (version.programme, version.venue, version.offer, version.starts.isoformat()) == named
    )
    return _verdict(
        configuration.offers.get((visit.venue, visit.offer)),
        configuration.programmes.get(visit.programme),
        None if Flag.NO_AGREEMENT in visit.flags else next(terms, None),
        because=None,
        persons=visit.persons,
        asked=visit.offer,
        left=visit.left,
        valid_until=valid_until,
        # Left out although it is known the first time, since a repeat could not say it and must say the same.
        used_minutes_ago=None,
    )


def _last_day(facts: Facts, because: Because | None) -> date | None:
    if facts.card is None or facts.card.status is not Status.ACTIVE:
        return None
    told = because is None or because in _OF_THE_ALLOWANCE or because in _OF_THE_DATES
    return facts.card.valid_until if told else None


def _verdict(
    offer: Offer | None,
    programme: Programme | None,
    agreement: Agreement | None,
    *,
    because: Because | None,
    persons: int,
    asked: OfferId,
    left: int | None,
    valid_until: date | None,
    used_minutes_ago: int | None,
) -> Verdict:
    return Verdict(
        admitted=because is None,
        because=because,
        persons=persons,
        offer=asked,
        included=offer.included if offer else (),
        included_text=offer.included_text if offer else {},
        excluded=offer.excluded if offer else (),
        excluded_text=offer.excluded_text if offer else {},
        to_pay=ToPay(agreement.copay_holder, agreement.copay_companion) if agreement else None,
        left=left,
        limit=agreement.limit if agreement else None,
        period=agreement.per if agreement else None,
        companion=company(programme, agreement),
        age_limit=offer.age_limit if offer else None,
        valid_until=valid_until,
        used_minutes_ago=used_minutes_ago,
    )


def _is_open(programme: Programme | None, day: date) -> bool:
    if programme is None or programme.state is State.CLOSED:
        return False
    return programme.valid_from <= day <= programme.valid_until


def _left(facts: Facts) -> int | None:
    if facts.card is None or facts.agreement is None:
        return None
    return marks_left(facts.card, facts.agreement, facts.day)


def _most(facts: Facts) -> int:
    """Give how many persons may come by the rules of company, marks aside."""
    if facts.agreement is None or company(facts.programme, facts.agreement) == NO_COMPANION:
        return 1
    return facts.agreement.persons_max


def _room(facts: Facts) -> int:
    """Give how many persons may come in now: by the rules of company, and by the marks left."""
    most, left = _most(facts), _left(facts)
    if left is None:
        return most
    if facts.programme is not None and facts.programme.counts is Counts.PERSON:
        return min(most, left)
    return most if left else 0


def _is_used_up(facts: Facts) -> bool:
    """Weigh the marks against the persons who may come at all, so that company is not mistaken for allowance."""
    left = _left(facts)
    return left is not None and left < marks(facts.programme, min(facts.persons or 1, _most(facts)))


def _is_used_today(facts: Facts) -> bool:
    if facts.card is None or facts.agreement is None or facts.programme is None:
        return False
    return facts.programme.once_per_day and facts.card.last.get(facts.agreement.quota) == facts.day


def _has_too_much_company(facts: Facts) -> bool:
    return facts.agreement is not None and (facts.persons or 1) > _most(facts)


_OF_THE_DATES: Final = frozenset({Because.NOT_YET_VALID, Because.EXPIRED})
_OF_THE_ALLOWANCE: Final = frozenset({Because.ALLOWANCE_USED_UP, Because.USED_TODAY, Because.COMPANION_NOT_ALLOWED})
_FLAGS: Final = {
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
