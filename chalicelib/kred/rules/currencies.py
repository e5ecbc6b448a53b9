"""Currencies of time as a municipality sets them up: their rules, who runs them, who takes them, and whose else's."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.shared.answers import ConflictError, Field, RuleError, UnknownError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CurrencyId, OfferId, OperatorId, VenueId

STEPS: Final = (15, 30, 60)  # minutes; 60 are one Kred
DARK: Final = "#1f3d36"
LIGHT: Final = "#ffffff"
_COLOUR: Final = r"#[0-9a-f]{6}"
_MOST: Final = 100_000  # minutes; some 1,600 hours
_MOST_LIMIT: Final = 10_000_000
_CODES: Final = 256  # one byte of the token
_MONTHS: Final = range(1, 121)
_READABLE: Final = 4.5  # WCAG 2.1, contrast of text


class Leave(StrEnum):
    """Where a member's minutes go who leaves: to everybody's pot, or back to those who issued them."""

    POT = "pot"
    OPERATOR = "operator"


class CurrencyState(StrEnum):
    """Whether a currency is in use. A closed one pays out what is earned, and gives no new grant or award."""

    OPEN = "open"
    CLOSED = "closed"


class OperatorKind(StrEnum):
    """Who runs activities in a currency: a district of the municipality, or somebody outside it."""

    DISTRICT = "district"
    ORGANISATION = "organisation"


class PartnerState(StrEnum):
    """Whether a venue takes a currency: it has asked to, it does, or it does no longer."""

    ASKED = "asked"
    APPROVED = "approved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of time with its own ledger (requirement TK-29). All amounts are minutes."""

    id: CurrencyId
    name: dict[str, str]
    code: int = 0  # stands in its members' codes, given when it is first stored
    step: int = 60  # every amount is a multiple of it
    colour: str = DARK
    text_colour: str = LIGHT
    expires_after: int | None = None  # months after they were earned; None: minutes do not expire
    most: int | None = None  # what a member may hold; None: no limit
    leave: Leave = Leave.POT
    offline_floor: int = 0  # what a venue may take without network from one member; 0: nothing
    yearly_most: int | None = None  # what one person may earn with one organisation in a year, for the report
    contact: str = ""  # of those who run it, on notes and in the member's page (requirement TK-37)
    state: CurrencyState = CurrencyState.OPEN


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs activities in a currency, and sees what is its own (requirement TK-10)."""

    currency: CurrencyId
    id: OperatorId
    name: str
    kind: OperatorKind = OperatorKind.DISTRICT
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a currency's partners take another's minutes, up to what the other may owe (requirement TK-12).

    It goes one way: what the other takes of ours is its own setting. Without one, nothing is taken.
    """

    currency: CurrencyId  # whose partners take it
    other: CurrencyId
    limit: int  # minutes that the other may owe at any time
    open: bool = True


@dataclass(frozen=True, slots=True)
class AskedPrice:
    """What a venue would take for one of its offers, in minutes a person; an operator decides (requirement TK-22)."""

    offer: OfferId
    price_adult: int
    price_child: int = 0
    capacity: int | None = None
    per: Period = Period.DAY


@dataclass(frozen=True, slots=True)
class Partner:
    """A venue that takes a currency, or wants to (requirement TK-22). `asks` are prices that wait for an operator.

    `note` is what it says of being a partner, if it wants to (requirement TK-25).
    """

    currency: CurrencyId
    venue: VenueId
    state: PartnerState
    offers: str = ""  # what it wants to give, in its own words
    contact: str = ""
    asked_on: date | None = None
    decided_by: str | None = None
    decided_on: date | None = None
    asks: tuple[AskedPrice, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """All that is set up for one currency, as it was when it was read; its people and activities stand elsewhere."""

    currency: Currency
    operators: tuple[Operator, ...] = ()
    accepts: tuple[Acceptance, ...] = ()
    partners: tuple[Partner, ...] = ()

    def operator(self, operator: str) -> Operator:
        """Give an operator; UnknownError `unknown_operator`."""
        found = next((each for each in self.operators if each.id == operator), None)
        if found is None:
            raise UnknownError("unknown_operator", "There is no such operator in this currency.")
        return found

    def partner(self, venue: str) -> Partner | None:
        """Give a venue as a partner, approved or not."""
        return next((each for each in self.partners if each.venue == venue), None)

    def takes(self, other: str) -> int:
        """Give how much another currency may owe here, 0 where its minutes are not taken."""
        return next((each.limit for each in self.accepts if each.other == other and each.open), 0)


def asked_again(before: Partner | None, asked: Partner) -> Partner:
    """Give a venue as it stands once it has asked: who takes the currency already goes on, and its new prices wait."""
    if before is None or before.state is not PartnerState.APPROVED:
        return asked
    return replace(before, asks=asked.asks or before.asks, note=asked.note or before.note)


def with_code(before: Currency | None, sent: Currency, others: Iterable[Currency]) -> Currency:
    """Give a currency the code that it has, or the lowest free one; ConflictError when 256 have been given."""
    if before is not None:
        return replace(sent, code=before.code)
    taken = {each.code for each in others if each.id != sent.id}
    free = next((code for code in range(_CODES) if code not in taken), None)
    if free is None:
        raise ConflictError("no_code_left", "A municipality can have at most 256 currencies.")
    return replace(sent, code=free)


def unknown_currency() -> UnknownError:
    """Say that there is no such currency: also to those who may not know that there is."""
    return UnknownError("unknown_currency", "There is no such currency.")


def in_step(currency: Currency, minutes: int) -> bool:
    """Say whether an amount goes up in the currency's steps."""
    return minutes % currency.step == 0


def insist(faults: Iterable[Field]) -> None:
    """Raise RuleError naming every fault, if there is any."""
    found = tuple(faults)
    if found:
        raise RuleError("bad_fields", "Some fields are against a rule.", found)


def faults_of_currency(sent: Currency) -> Iterator[Field]:
    """Name what is wrong with a currency."""
    if not sent.name:
        yield Field("name", "missing", "Write it in at least one language.")
    if sent.step not in STEPS:
        yield Field("step", "bad_step", "A step is 15, 30 or 60 minutes.")
        return
    if sent.expires_after is not None and sent.expires_after not in _MONTHS:
        yield Field("expires_after", "out_of_range", f"Write a number of months from 1 to {_MONTHS[-1]}.")
    for path, minutes in (
        ("most", sent.most),
        ("offline_floor", sent.offline_floor),
        ("yearly_most", sent.yearly_most),
    ):
        if minutes is not None:
            yield from faults_of_minutes(path, minutes, sent.step, least=0 if path == "offline_floor" else sent.step)
    yield from _colours(sent)


def faults_of_minutes(path: str, minutes: int, step: int, *, least: int, most: int = _MOST) -> Iterator[Field]:
    """Name what is wrong with an amount of time."""
    if not least <= minutes <= most:
        yield Field(path, "out_of_range", f"Write minutes from {least} to {most}.")
    elif minutes % step:
        yield Field(path, "out_of_step", f"The currency goes in steps of {step} minutes.")


def faults_of_prices(prices: Iterable[AskedPrice], currency: Currency) -> Iterator[Field]:
    """Name what is wrong with the prices that a venue asks for."""
    named = set()
    for index, each in enumerate(prices):
        yield from faults_of_minutes(f"prices[{index}].price_adult", each.price_adult, currency.step, least=0)
        yield from faults_of_minutes(f"prices[{index}].price_child", each.price_child, currency.step, least=0)
        if each.price_adult + each.price_child == 0:
            yield Field(f"prices[{index}].price_adult", "nothing", "An offer for time costs time.")
        if each.offer in named:
            yield Field(f"prices[{index}].offer", "twice", "Name each offer once.")
        named.add(each.offer)


def faults_of_acceptance(sent: Acceptance, currency: Currency) -> Iterator[Field]:
    """Name what is wrong with taking another currency's minutes."""
    if sent.other == sent.currency:
        yield Field("other", "same_currency", "A currency takes its own minutes anyway.")
    yield from faults_of_minutes("limit", sent.limit, currency.step, least=0, most=_MOST_LIMIT)


def refuse_another_step(before: Currency | None, sent: Currency) -> None:
    """Raise RuleError `step_is_fixed`: amounts that stand in the old step would fit no more."""
    if before is not None and before.step % sent.step:
        fault = Field("step", "step_is_fixed", f"It may only become finer than {before.step} minutes.")
        raise RuleError("step_is_fixed", "A currency's step can become finer and not coarser.", (fault,))


def contrast(one: str, other: str) -> float:
    """Give how well two colours are told apart, from 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _colours(sent: Currency) -> Iterator[Field]:
    wrong = [
        path for path, colour in (("colour", sent.colour), ("text_colour", sent.text_colour))
        if not re.fullmatch(_COLOUR, colour)
    ]  # fmt: skip
    yield from (Field(path, "bad_colour", "Write a colour as #1f3d36, in lower case.") for path in wrong)
    if not wrong and contrast(sent.colour, sent.text_colour) < _READABLE:
        yield Field("text_colour", "unreadable", "Text in this colour cannot be read on the other; take another.")


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]  # noqa: PLR2004  sRGB
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
