"""Spending time at a partner: look, pay once, take it back, and what stands on the phone's list."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from chalicelib.access.rules import Device
from chalicelib.kred.actions.codes import Codes
from chalicelib.kred.rules.members import Code, Standing
from chalicelib.kred.rules.sessions import Session, may_check_in, persons_in
from chalicelib.kred.rules.spending import (
    Because,
    Full,
    Room,
    Seats,
    Spend,
    SpendOffer,
    Verdict,
    Visitors,
    content,
    insist_on_price,
    last3,
    room_of,
    undo_until,
    why_not_across,
)
from chalicelib.kred.rules.terms import TimeTerms
from chalicelib.ledger.rules import (
    NO_LIMITS,
    Account,
    Balance,
    Booked,
    Leg,
    Limits,
    Refusal,
    Refused,
    Sort,
    Transfer,
    accepting,
    across,
    clearing_account,
    giving_back,
    member_account,
    partner_account,
    reversals,
    sort_of,
)
from chalicelib.shared.answers import ConflictError, TryAgainError, UnknownError
from chalicelib.shared.calendar import oslo_date, oslo_month
from chalicelib.shared.ids import CurrencyId, OfferId, SessionId, Tenant, TransferId, VenueId

OLDEST_OFFLINE: Final = timedelta(days=14)
PAYMENT: Final = "payment"
_ROUNDS: Final = 8
_NO: Final = {Refusal.NOT_ENOUGH: Because.NOT_ENOUGH, Refusal.ACCOUNT_CLOSED: Because.LEFT}


class Spending(Protocol):
    """Where prices and what was spent are kept."""

    def time_offers(self, tenant: Tenant) -> list[SpendOffer]:
        """Give what venues take in time."""

    def put_time_offer(self, tenant: Tenant, offer: SpendOffer, before: SpendOffer | None) -> None:
        """Keep what a venue takes."""

    def spend(
        self,
        tenant: Tenant,
        spend: Spend,
        transfers: tuple[Transfer, ...],
        places: Room | Seats | None,
        *,
        limits: Limits = NO_LIMITS,
    ) -> Spend | Refused | Full | None:
        """Move the minutes and take the places."""

    def spent(self, tenant: Tenant, spend: str) -> Spend | None:
        """Give what was spent under an id."""

    def undo(
        self,
        tenant: Tenant,
        spend: Spend,
        transfers: tuple[Transfer, ...],
        places: Room | Seats | None,
        *,
        limits: Limits = NO_LIMITS,
    ) -> Booked | Refused | None:
        """Give them back."""

    def spent_on(self, tenant: Tenant, venue: VenueId, day: date) -> list[Spend]:
        """List what was spent on a day."""

    def count_visitors(self, tenant: Tenant, venue: VenueId, counted: Visitors) -> None:
        """Add to the visitors."""

    def visitors(self, tenant: Tenant, venue: VenueId) -> list[Visitors]:
        """Give the visitors."""


class SessionBook(Protocol):
    """Where sessions are kept."""

    def session(self, tenant: Tenant, currency: str, session: SessionId) -> Session | None:
        """Give a session."""

    def sessions(self, tenant: Tenant, currency: str, *, since: datetime, most: int = 100) -> list[Session]:
        """List sessions."""


class Balances(Protocol):
    """Who knows what an account has."""

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give it."""

    def expire_holds(self, tenant: Tenant, currency: CurrencyId, *, now: datetime, only: Account | None = None) -> int:
        """Give back what is overdue, and count it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a phone asks for: a code, an offer of its venue or a session there, and how many come."""

    card: str
    adults: int
    children: int
    offer: OfferId | None = None
    session: SessionId | None = None
    id: str = ""  # of the spending, made by the phone and kept there before it is sent
    at: datetime | None = None
    offline: bool = False
    first_time: bool | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What came of it: with a refusal there is no spend."""

    spend: Spend | None
    verdict: Verdict
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Supplies:
    """What a phone needs to know to take time, also without network for a while."""

    offers: tuple[SpendOffer, ...]
    terms: tuple[TimeTerms, ...]
    sessions: tuple[Session, ...]
    accepted: tuple[tuple[TimeTerms, tuple[str, ...]], ...] = ()  # another currency, and those here that accept it


@dataclass(frozen=True, slots=True)
class _Bill:
    """What somebody is about to pay, and where the places come from."""

    offer: SpendOffer
    session: Session | None = None

    def places(self, at: datetime, now: datetime) -> Room | Seats | None:
        if self.session is not None:
            return Seats(self.session, self.session.seats(now))
        return room_of(self.offer, at)


@dataclass(frozen=True, slots=True)
class _Case:
    """What is asked for, whose code it is, what it costs, and what is known to speak against it."""

    asked: Asked
    code: Code | None
    bill: _Bill | None
    no: Because | None

    @property
    def minutes(self) -> int:
        return 0 if self.bill is None else self.bill.offer.price(self.asked.adults, self.asked.children)

    @property
    def taken_in(self) -> str | None:
        """Give the partner's currency where it is another than the code's."""
        if self.bill is None or self.code is None or self.bill.offer.currency == self.code.currency:
            return None
        return self.bill.offer.currency

    def verdict(self, now: datetime, no: Because | None = None) -> Verdict:
        because = self.no or no
        left = None if self.bill is None or self.bill.session is None else self.bill.session.left(now)
        currency = None if self.code is None else self.code.currency
        asked = self.asked
        return Verdict(
            because is None, because, currency, asked.adults, asked.children, self.minutes, left, self.taken_in
        )


@dataclass(frozen=True, slots=True)
class SpendDesk:
    """The window where time is spent. It learns whether there is enough, never how much, and nobody's name."""

    store: Spending
    sessions: SessionBook
    codes: Codes
    bank: Balances
    terms: Callable[[Tenant, str], TimeTerms]
    takes: Callable[[Tenant, str, VenueId], bool]  # whether a venue takes a currency
    currencies: Callable[[Tenant], list[str]]
    limit: Callable[[Tenant, str, str], int]  # how much a currency lets another owe it; 0: its minutes are not taken

    def check(self, device: Device, asked: Asked, *, now: datetime) -> Verdict:
        """Say whether so many may come in for time, and what it costs. Two reads, or three; nothing is written."""
        persons_in(asked.adults, asked.children)
        case = self._case(device, asked, now)
        if case.no is not None or case.code is None:
            return case.verdict(now)
        enough = self._has(device.tenant, case.code, case.minutes)
        if not enough and self._expire_holds(device.tenant, case.code, now):
            enough = self._has(device.tenant, case.code, case.minutes)
        if enough and case.taken_in is not None and not self._may_owe(device.tenant, case.code, case):
            return case.verdict(now, Because.PAIR_LIMIT)
        return case.verdict(now, None if enough else Because.NOT_ENOUGH)

    def spend(self, device: Device, asked: Asked, *, now: datetime) -> Spent:
        """Take the minutes once, however often it is sent; with them the places, where there are so many.

        ConflictError `id_used_otherwise` where the id stands for something else, `spend_undone` where it was undone.
        """
        persons_in(asked.adults, asked.children)
        for _ in range(_ROUNDS):
            case = self._case(device, asked, now)
            if case.no is not None or case.code is None or case.bill is None:
                return self._refused(device, case, now)
            spend = _spend(device, asked, case.code, case.bill, now)
            places = case.bill.places(spend.at, now)
            transfers, limits = _payment(spend, now), self._limits(device.tenant, spend)
            said = self.store.spend(device.tenant, spend, transfers, places, limits=limits)
            if said is None:
                self._count(device, case.code, asked, now)
                return Spent(spend, case.verdict(now))
            if isinstance(said, Spend):
                return _replayed(device, case, said)
            if isinstance(said, Refused):
                if said.because is Refusal.NOT_ENOUGH and self._expire_holds(device.tenant, case.code, now):
                    continue
                return Spent(None, case.verdict(now, _why(said)))
            if not self._moved(device, case.bill):
                return Spent(None, case.verdict(now, Because.SOLD_OUT))
        raise TryAgainError("busy", "The session is being changed; send the same again.")

    def undo(self, device: Device, spend_id: str, undo_id: str, *, now: datetime) -> Spend:
        """Take a payment back by the venue that took it, for as long as its offer says.

        UnknownError for another venue's; ConflictError `undo_over`, `already_undone`.
        """
        found = self.store.spent(device.tenant, spend_id)
        if found is None or found.venue != device.venue:
            raise UnknownError("unknown_spend", "This venue has no such payment.")
        if found.undone_by is not None:
            return _undone(found, undo_id)
        if found.undo_until is None or now > found.undo_until:
            raise ConflictError("undo_over", "It is too late; ask those who run the currency.")
        return self._undo(device.tenant, found, undo_id, now)

    def undo_for(self, tenant: Tenant, currency: str, spend_id: str, undo_id: str, *, now: datetime) -> Spend:
        """Take a payment back for who runs its currency, however late it is. UnknownError for another currency's."""
        found = self.store.spent(tenant, spend_id)
        if found is None or found.priced_in != currency:
            raise UnknownError("unknown_spend", "There is no such payment in this currency.")
        return self._undo(tenant, found, undo_id, now)

    def _undo(self, tenant: Tenant, found: Spend, undo_id: str, now: datetime) -> Spend:
        if found.undone_by is not None:
            return _undone(found, undo_id)
        transfers, limits = _refund(found, TransferId(undo_id), now)
        said = self.store.undo(tenant, found, transfers, self._places_of(tenant, found, now), limits=limits)
        if isinstance(said, Refused):
            raise ConflictError(said.because.value, "It cannot be taken back.")
        return _undone(self.store.spent(tenant, found.id) or found, undo_id)

    def today(self, device: Device, *, now: datetime) -> list[Spend]:
        """List what was spent at the venue today."""
        return self.store.spent_on(device.tenant, device.venue, oslo_date(now))

    def supplies(self, device: Device, *, now: datetime) -> Supplies:
        """Give what the venue takes, in which currencies, and its sessions of today, to pay or to check in at."""
        offers = self._offers(device)
        taken = self._taken(device)
        sessions = [
            each
            for currency in taken
            for each in self.sessions.sessions(device.tenant, currency, since=now - timedelta(days=1))
            if each.venue == device.venue and may_check_in(each, now) is None
        ]
        terms = tuple(self.terms(device.tenant, each) for each in taken)
        return Supplies(tuple(offers), terms, tuple(sessions), self._accepted(device.tenant, taken))

    def put_offer(self, tenant: Tenant, offer: SpendOffer) -> SpendOffer:
        """Keep what a venue takes for one of its offers in a currency. RuleError `bad_price`."""
        insist_on_price(offer, self.terms(tenant, offer.currency).step)
        key = (offer.venue, offer.offer, offer.currency)
        before = next((e for e in self.store.time_offers(tenant) if (e.venue, e.offer, e.currency) == key), None)
        if before != offer:
            self.store.put_time_offer(tenant, offer, before)
        return offer

    def offers(self, tenant: Tenant, currency: str) -> list[SpendOffer]:
        """List what is to be had in a currency."""
        self.terms(tenant, currency)
        return [each for each in self.store.time_offers(tenant) if each.currency == currency]

    def visitors(self, tenant: Tenant, venue: VenueId) -> list[Visitors]:
        """Give a partner's visitors by month and age band; who shows them hides what is under five."""
        return self.store.visitors(tenant, venue)

    def _offers(self, device: Device) -> list[SpendOffer]:
        return [
            each for each in self.store.time_offers(device.tenant)
            if each.venue == device.venue and each.open and self.takes(device.tenant, each.currency, each.venue)
        ]  # fmt: skip

    def _case(self, device: Device, asked: Asked, now: datetime) -> _Case:
        """Weigh everything but what the member has, which the write alone can say."""
        code = self.codes.find(device.tenant, asked.card)
        if isinstance(code, Because):
            return _Case(asked, None, None, code)
        bill = self._bill(device, code, asked, now)
        if isinstance(bill, Because):
            return _Case(asked, code, None, bill)
        if code.standing is not Standing.ACTIVE:
            no = Because.NOT_NAMED if code.standing is Standing.UNNAMED else Because.LEFT
            return _Case(asked, code, bill, no)
        case, terms = _Case(asked, code, bill, None), self.terms(device.tenant, code.currency)
        if case.taken_in is not None:
            return replace(case, no=why_not_across(case.minutes, step=terms.step, offline=asked.offline))
        over = asked.offline and case.minutes > terms.offline_floor
        return replace(case, no=Because.OVER_FLOOR) if over else case

    def _bill(self, device: Device, code: Code, asked: Asked, now: datetime) -> _Bill | Because:
        """Give the bill in the code's own currency, else in one that is taken here and accepts it (TK-12)."""
        no = Because.OTHER_CURRENCY
        if self.takes(device.tenant, code.currency, device.venue):
            own = self._bill_in(code.currency, device, asked, now)
            if isinstance(own, _Bill) or own not in {Because.OTHER_CURRENCY, Because.NOT_HERE}:
                return own
            no = own
        accept = [e for e in self._taken(device) if self.limit(device.tenant, e, code.currency)]
        found = [self._bill_in(each, device, asked, now) for each in accept]
        bill = next((each for each in found if isinstance(each, _Bill)), None)
        return bill or next((each for each in found if each in {Because.CLOSED, Because.OVER}), no)

    def _bill_in(self, currency: str, device: Device, asked: Asked, now: datetime) -> _Bill | Because:
        if asked.session is not None:
            return self._session_bill(currency, device, asked.session, now)
        here = [e for e in self.store.time_offers(device.tenant) if (e.venue, e.offer) == (device.venue, asked.offer)]
        found = next((each for each in here if each.currency == currency), None)
        if found is None:
            return Because.OTHER_CURRENCY if here else Because.NOT_HERE
        return _Bill(found) if found.open else Because.CLOSED

    def _session_bill(self, currency: str, device: Device, named: SessionId, now: datetime) -> _Bill | Because:
        session = self.sessions.session(device.tenant, currency, named)
        if session is None or session.venue != device.venue or not session.sells_at_the_door:
            return Because.NOT_HERE
        if may_check_in(session, now) is not None:
            return Because.OVER
        price = SpendOffer(
            session.currency, device.venue, OfferId(session.id), session.price_adult, session.price_child
        )
        return _Bill(price, session)

    def _has(self, tenant: Tenant, code: Code, minutes: int) -> bool:
        balance = self.bank.balance(tenant, CurrencyId(code.currency), member_account(code.member))
        return balance is not None and balance.free >= minutes

    def _may_owe(self, tenant: Tenant, code: Code, case: _Case) -> bool:
        """Say whether the code's currency may owe the partner's so much more."""
        taking = CurrencyId(case.taken_in or code.currency)
        between = self.bank.balance(tenant, taking, clearing_account(CurrencyId(code.currency)))
        limit = self.limit(tenant, taking, code.currency)
        return between is not None and between.free - case.minutes >= -limit

    def _limits(self, tenant: Tenant, spend: Spend) -> Limits:
        """Give what the two currencies have agreed on, which the write itself insists on."""
        if spend.taken_in is None:
            return NO_LIMITS
        paying, taking = CurrencyId(spend.currency), CurrencyId(spend.taken_in)
        return accepting(paying, taking, self.limit(tenant, taking, paying))

    def _taken(self, device: Device) -> list[str]:
        return [e for e in self.currencies(device.tenant) if self.takes(device.tenant, e, device.venue)]

    def _accepted(self, tenant: Tenant, taken: list[str]) -> tuple[tuple[TimeTerms, tuple[str, ...]], ...]:
        """Give the currencies that are not taken here themselves, with those that accept them."""
        others = (each for each in self.currencies(tenant) if each not in taken)
        pairs = ((other, tuple(each for each in taken if self.limit(tenant, each, other))) for other in others)
        return tuple((self.terms(tenant, other), by) for other, by in pairs if by)

    def _expire_holds(self, tenant: Tenant, code: Code, now: datetime) -> bool:
        """Give back what was set aside for a seat that is over; say whether there was any."""
        return self.bank.expire_holds(tenant, CurrencyId(code.currency), now=now, only=member_account(code.member)) > 0

    def _moved(self, device: Device, bill: _Bill) -> bool:
        """Say whether a session was changed while somebody was paying, so that it is weighed anew."""
        if bill.session is None:
            return False
        now = self.sessions.session(device.tenant, bill.session.currency, bill.session.id)
        return now is not None and now.version != bill.session.version

    def _refused(self, device: Device, case: _Case, now: datetime) -> Spent:
        """Say no, unless the payment stands already: a replay outranks a refusal."""
        earlier = self.store.spent(device.tenant, case.asked.id)
        return Spent(None, case.verdict(now)) if earlier is None else _replayed(device, case, earlier)

    def _count(self, device: Device, code: Code, asked: Asked, now: datetime) -> None:
        """Count the answer to "first time here?" after the payment stands: a count may miss one, and doubles none."""
        band = "unknown" if code.band is None else code.band.value
        first, before = asked.first_time is True, asked.first_time is False
        counted = Visitors(oslo_month(now), band, int(first), int(before), int(asked.first_time is None))
        self.store.count_visitors(device.tenant, device.venue, counted)

    def _places_of(self, tenant: Tenant, spend: Spend, now: datetime) -> Room | Seats | None:
        if spend.session is not None:
            session = self.sessions.session(tenant, spend.priced_in, spend.session)
            return None if session is None else Seats(session, session.seats(now))
        key = (spend.venue, spend.offer, spend.priced_in)
        offer = next((e for e in self.store.time_offers(tenant) if (e.venue, e.offer, e.currency) == key), None)
        return None if offer is None else room_of(offer, spend.at)


def _spend(device: Device, asked: Asked, code: Code, bill: _Bill, now: datetime) -> Spend:
    sensible = asked.offline and asked.at is not None and now - OLDEST_OFFLINE <= asked.at <= now
    return Spend(
        id=asked.id, currency=code.currency, venue=device.venue, offer=asked.offer, session=asked.session,
        member=code.member, last3=last3(code.number), adults=asked.adults, children=asked.children,
        minutes=bill.offer.price(asked.adults, asked.children),
        at=asked.at if sensible and asked.at is not None else now, device=device.id, offline=asked.offline,
        undo_until=undo_until(bill.offer, now),
        taken_in=None if bill.offer.currency == code.currency else bill.offer.currency,
    )  # fmt: skip


def _payment(spend: Spend, now: datetime) -> tuple[Transfer, ...]:
    """Give what moves the minutes: within one currency, or in both halves of a pair that stand or fall together."""
    legs = (Leg(member_account(spend.member), partner_account(spend.venue), spend.minutes),)
    paid = Transfer(TransferId(spend.id), CurrencyId(spend.currency), legs, PAYMENT, now)
    return (paid,) if spend.taken_in is None else across(paid, CurrencyId(spend.taken_in))


def _refund(spend: Spend, named: TransferId, now: datetime) -> tuple[tuple[Transfer, ...], Limits]:
    """Give what moves them back, through both currencies where there were two."""
    if spend.taken_in is not None:
        limits = giving_back(CurrencyId(spend.currency), CurrencyId(spend.taken_in))
        return reversals(_payment(spend, now), named, "mistake", now), limits
    legs = (Leg(partner_account(spend.venue), member_account(spend.member), spend.minutes),)
    back = Transfer(
        named, CurrencyId(spend.currency), legs, PAYMENT, now, because="mistake", reverses=TransferId(spend.id)
    )
    return (back,), NO_LIMITS


def _why(said: Refused) -> Because:
    """Say why the ledger refused: something of the member's, or what stands between two currencies."""
    if said.account is not None and sort_of(said.account) is Sort.CLEARING:
        return Because.PAIR_LIMIT if said.because is Refusal.OVER_LIMIT else Because.OTHER_CURRENCY
    return _NO.get(said.because, Because.NOT_ENOUGH)


def _replayed(device: Device, case: _Case, earlier: Spend) -> Spent:
    """Answer for an id that is there already; an undone one stays dead."""
    asked, member = case.asked, None if case.code is None else case.code.member
    sent = (member, device.venue, asked.offer, asked.session, asked.adults, asked.children)
    if content(earlier) != sent:
        raise ConflictError("id_used_otherwise", "The id stands for another payment; make a new one.")
    if earlier.undone_by is not None:
        raise ConflictError("spend_undone", "The payment was taken back; make a new one with a new id.")
    verdict = Verdict(
        True, None, earlier.currency, earlier.adults, earlier.children, earlier.minutes, taken_in=earlier.taken_in
    )
    return Spent(earlier, verdict, replayed=True)


def _undone(spend: Spend, undo_id: str) -> Spend:
    if spend.undone_by != undo_id:
        raise ConflictError("already_undone", "The payment was taken back before.")
    return replace(spend, undone_by=undo_id)
