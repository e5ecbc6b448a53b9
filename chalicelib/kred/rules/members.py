"""Who earns and spends time: somebody who joined, a code on paper that nobody has taken yet, somebody who left."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from chalicelib.credentials.rules import CardBody, Flags, Kind
from chalicelib.shared.answers import Field, ForbiddenError, RuleError
from chalicelib.shared.calendar import add_months, oslo_date
from chalicelib.shared.ids import CardNumber, MemberId

CODE_LASTS_MONTHS: Final = 120  # a member's code; its row decides, so this only bounds a code found in a drawer
KEPT_AFTER_LEAVING: Final = 12  # months that a name is kept, so that an attestation can still be asked for
MOST_WRONG_PINS: Final = 5  # a day
_PIN_ROUNDS: Final = 20_000


class AgeBand(StrEnum):
    """How old somebody says they are: all that statistics and partners ever see (requirement TK-27)."""

    CHILD = "under_15"
    TEENS = "15_19"
    TWENTIES = "20_29"
    THIRTIES = "30_49"
    FIFTIES = "50_66"
    OLDER = "67_up"


class Standing(StrEnum):
    """What a member is at the moment."""

    UNNAMED = "unnamed"  # a code on paper: it may earn, and is named before it spends
    ACTIVE = "active"
    LEFT = "left"
    ERASED = "erased"  # the name is gone; what was earned and spent stays under the random id


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody says of themselves when they join. Under 15 a guardian says that it is all right."""

    name: str
    language: str
    band: AgeBand
    consent: bool
    pin: str  # four to six digits, for the member's own page
    guardian: str | None = None


@dataclass(frozen=True, slots=True)
class WrongPins:
    """How many wrong ones were given on a day."""

    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of one currency. `number` is the code that is valid now; `name` is None until somebody gives one."""

    id: MemberId
    currency: str
    number: CardNumber
    standing: Standing
    joined_on: date
    language: str = "nb"
    band: AgeBand | None = None
    name: str | None = None
    guardian: str | None = None
    consented_on: date | None = None
    pin: str | None = field(default=None, repr=False)  # a fingerprint of it
    wrong_pins: WrongPins | None = None
    joined_at: str | None = None  # the session whose code was scanned
    organiser: str | None = None  # who handed the paper code out
    left_on: date | None = None

    @property
    def may_earn(self) -> bool:
        """A paper code earns before it is named; somebody who left does not."""
        return self.standing in {Standing.UNNAMED, Standing.ACTIVE}

    @property
    def may_spend(self) -> bool:
        """Whoever spends has said who they are and agreed to it."""
        return self.standing is Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class Code:
    """Whose a code is, and what a partner's phone is answered by: one read, and no name in it."""

    number: CardNumber
    member: MemberId
    currency: str
    standing: Standing
    band: AgeBand | None = None

    @property
    def may_earn(self) -> bool:
        """As of the member."""
        return self.standing in {Standing.UNNAMED, Standing.ACTIVE}


def joined(member_id: MemberId, number: CardNumber, currency: str, person: Person, now: datetime) -> Member:
    """Make a member of somebody who joins. RuleError `consent_missing`, `guardian_missing`, `bad_name`."""
    empty = Member(member_id, currency, number, Standing.UNNAMED, oslo_date(now))
    return named(empty, person, now)


def named(member: Member, person: Person, now: datetime) -> Member:
    """Give a code from paper to somebody; what it has earned stays. RuleError as `joined`."""
    name = " ".join(person.name.split())
    if not name:
        raise RuleError("bad_name", "Give a name.", (Field("name", "missing", "A name is needed for attestations."),))
    if not person.consent:
        raise RuleError("consent_missing", "Nobody joins without agreeing to it.")
    guardian = " ".join((person.guardian or "").split()) or None
    if person.band is AgeBand.CHILD and guardian is None:
        raise RuleError("guardian_missing", "Under 15 a parent or guardian agrees, by name.")
    return replace(
        member, standing=Standing.ACTIVE, name=name, language=person.language, band=person.band,
        guardian=guardian if person.band is AgeBand.CHILD else None, consented_on=oslo_date(now),
        pin=fingerprint_of(member.id, person.pin),
    )  # fmt: skip


def fingerprint_of(member: MemberId, pin: str) -> str:
    """Give what is kept of a PIN: slow to make, and another for every member."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), member.encode(), _PIN_ROUNDS).hex()


def is_locked(member: Member, today: date) -> bool:
    """Say whether so many wrong PINs were given today that none is looked at."""
    wrong = member.wrong_pins
    return wrong is not None and wrong.day == today and wrong.count >= MOST_WRONG_PINS


def holds(member: Member, pin: str) -> bool:
    """Say whether it is the member's PIN."""
    return member.pin is not None and hmac.compare_digest(member.pin, fingerprint_of(member.id, pin))


def one_more_wrong(member: Member, today: date) -> WrongPins:
    """Count a wrong PIN."""
    wrong = member.wrong_pins
    return WrongPins(today, wrong.count + 1 if wrong is not None and wrong.day == today else 1)


def locked() -> ForbiddenError:
    """Say that nothing is looked at before tomorrow."""
    return ForbiddenError("locked", "Too many wrong PINs today; try again tomorrow, or ask the organiser.")


def left(member: Member, now: datetime, *, erase: bool) -> Member:
    """Let somebody go. With `erase` everything that says who it was goes at once."""
    day = oslo_date(now)
    gone = replace(member, standing=Standing.LEFT, left_on=day, pin=None, wrong_pins=None)
    if not erase:
        return gone
    return replace(gone, standing=Standing.ERASED, name=None, guardian=None, consented_on=None)


def body_of(member: Member, *, municipality: int, key_id: int, code: int) -> CardBody:
    """Give what a member's code says: no name, no minutes, and that it is none of a card's."""
    return CardBody(
        key_id, municipality, code, Flags(Kind.TIMEKRED).byte, member.number, member.joined_on,
        add_months(member.joined_on, CODE_LASTS_MONTHS),
    )  # fmt: skip


def kept_until(member: Member) -> date | None:
    """Give the day a member's row goes: a year after leaving; None while the member is here."""
    return None if member.left_on is None else add_months(member.left_on, KEPT_AFTER_LEAVING)
