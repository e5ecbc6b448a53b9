"""The ledger once more, in dicts and in the plainest way there is, and a play that does everything in both."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib import table
from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    NO_LIMITS,
    POT,
    Account,
    Booked,
    Held,
    Hold,
    HoldState,
    Leg,
    Limits,
    Refused,
    Transfer,
    accepting,
    across,
    clearing_account,
    grant_account,
    member_account,
    partner_account,
    paying_off,
    reversals,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import ConflictError
from chalicelib.shared.ids import ActivityId, CurrencyId, HoldId, MemberId, Tenant, TransferId, VenueId

TENANT = Tenant("oslo")
ONE, TWO = CurrencyId("toyen"), CurrencyId("oslo")
GRANT = grant_account(ActivityId("hage"))
MEMBERS = [member_account(MemberId(f"m{n}")) for n in (1, 2)]
POOL = partner_account(VenueId("badet"))
CLEARING = {ONE: clearing_account(TWO), TWO: clearing_account(ONE)}
LIMIT, LIFE = 120, 2
START = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
Place = tuple[CurrencyId, Account]


@dataclass
class Kept:
    """An account that may not fall below a limit."""

    free: int = 0
    held: int = 0
    open: bool = True
    earned: Counter[str] = field(default_factory=Counter)  # month -> minutes


@dataclass
class Model:
    """What the table should hold."""

    kept: dict[Place, Kept] = field(default_factory=dict)
    derived: Counter[Place] = field(default_factory=Counter)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    holds: dict[str, Hold] = field(default_factory=dict)

    def book(self, sent: tuple[Transfer, ...], limits: Limits, *, frees: int = 0) -> str:
        """Book transfers all or none: `booked`, `again`, `conflict`, or the reason why not."""
        for transfer in sent:
            standing = self.transfers.get(transfer.id)
            if standing is not None:
                return "again" if self.same(standing, transfer) else "conflict"
        answer = self.why_not(sent, limits, frees)
        if answer == "booked":
            for transfer in sent:
                self.write(transfer, frees)
        return answer

    def why_not(self, sent: tuple[Transfer, ...], limits: Limits, frees: int) -> str:
        for transfer in sent:
            if transfer.reverses in self.reversed:
                return "already_reversed"
            changes: Counter[Account] = Counter()
            for leg in transfer.legs:
                changes[leg.debit] -= leg.minutes
                changes[leg.credit] += leg.minutes
            for account, change in changes.items():
                is_derived = account in {ISSUER, EXPIRED} or account.startswith("partner")
                kept = self.kept.get((transfer.currency, account))
                if is_derived:
                    continue
                if kept is None:
                    return "unknown_account"
                if not kept.open:
                    return "account_closed"
                there = kept.free + (frees if change < 0 else 0)
                if change < 0 and there + change < limits.floors.get(account, 0):
                    return f"over_limit {account}" if account.startswith("clearing") else f"not_enough {account}"
        return "booked"

    def write(self, transfer: Transfer, frees: int) -> None:
        self.transfers[transfer.id] = transfer
        if transfer.reverses:
            self.reversed.add(transfer.reverses)
        for leg in transfer.legs:
            for account, minutes in ((leg.debit, -leg.minutes), (leg.credit, leg.minutes)):
                kept = self.kept.get((transfer.currency, account))
                if kept is None:
                    self.derived[transfer.currency, account] += minutes
                    continue
                kept.free += minutes
                if minutes < 0 and frees:
                    kept.free, kept.held = kept.free + frees, kept.held - frees
            self.grow_old(transfer, leg, f"{transfer.made_at:%Y-%m}")  # noon is the same month everywhere

    def grow_old(self, transfer: Transfer, leg: Leg, month: str) -> None:
        """Change the months: a gift moves them, an award adds one, and a reversal takes away what its original gave."""
        is_gift = leg.debit in MEMBERS and leg.credit in MEMBERS
        gives_anew = transfer.reverses is None or leg.debit == EXPIRED
        for stamp, minutes in leg.ages or ((month, leg.minutes),):
            if leg.credit in MEMBERS and (gives_anew or is_gift):
                self.kept[transfer.currency, leg.credit].earned[stamp] += minutes
            if leg.debit in MEMBERS and (is_gift or not gives_anew):
                earned = self.kept[transfer.currency, leg.debit].earned
                earned[stamp] = earned.get(stamp, minutes) - minutes

    def ages(self, place: Place, minutes: int, today: date) -> tuple[tuple[str, int], ...]:
        """Give the months of the oldest minutes that somebody has, where they have so many."""
        oldest = sorted(self.left(place, today).items())
        taken = []
        for month, lot in oldest:
            if minutes and lot:
                taken.append((month, min(lot, minutes)))
                minutes -= min(lot, minutes)
        return tuple(taken) if not minutes else ()

    def left(self, place: Place, today: date) -> Counter[str]:
        """Give what is left of each month, the newest being what one still has."""
        kept = self.kept[place]
        rest, found = kept.free + kept.held, Counter[str]()
        for month in sorted(kept.earned, reverse=True):
            found[month] = min(rest, max(kept.earned[month], 0))
            rest -= found[month]
        found[f"{today:%Y-%m}"] += rest
        return +found

    @staticmethod
    def same(one: Transfer, other: Transfer) -> bool:
        def content(of: Transfer) -> object:
            legs = [(leg.debit, leg.credit, leg.minutes) for leg in of.legs]
            return of.currency, legs, of.what, of.because, of.reverses, of.links

        return content(one) == content(other)


@dataclass
class Play:
    """Everything that can be done, done at the bank and in the model; their answers must agree.

    `ask` calls the bank: it may lose replies and call again, so whether something stood before does not count then.
    """

    ask: Callable[[Callable[[], Any]], Any] = lambda call: call()
    strict: bool = True
    bank: Bank = field(default_factory=lambda: Bank(LedgerStore(lambda: START)))
    model: Model = field(default_factory=Model)
    now: datetime = START
    count: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    sent: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for currency in (ONE, TWO):
            for account in (GRANT, POT, *MEMBERS, CLEARING[currency]):
                self.bank.open_account(TENANT, currency, account)
                self.model.kept[currency, account] = Kept()

    def name(self) -> str:
        """Give an id that nobody has had."""
        self.count += 1
        return f"n{self.count}"

    def transfer(self, currency: CurrencyId, debit: Account, credit: Account, minutes: int, name: str = "") -> None:
        name = name or self.name()
        wanted = Transfer(TransferId(name), currency, (Leg(debit, credit, minutes),), "moved", self.now)

        def do() -> None:
            asked = replace(wanted, made_at=self.now)
            self.agree(
                lambda: self.bank.transfer(TENANT, asked),
                lambda: self.book((self.aged(asked),), NO_LIMITS),
            )

        self.once_and_again(do)

    def exchange(self, paying: CurrencyId, member: Account, minutes: int) -> None:
        name, taking = self.name(), TWO if paying == ONE else ONE
        limits = accepting(paying, taking, LIMIT)

        def do() -> None:
            asked = Transfer(TransferId(name), paying, (Leg(member, POOL, minutes),), "payment", self.now)
            self.agree(
                lambda: self.bank.exchange(TENANT, asked, taking, limits=limits),
                lambda: self.book(across(asked, taking), limits),
            )

        self.once_and_again(do)

    def pay_off(self, owing: CurrencyId, minutes: int) -> None:
        """Pay off what one currency owes the other; each has the same between them, whatever was done."""
        name, owed = self.name(), TWO if owing == ONE else ONE

        def do() -> None:
            halves = paying_off(TransferId(name), owing, owed, minutes, self.now)
            self.agree(lambda: self.bank.together(TENANT, *halves), lambda: self.book(halves, NO_LIMITS))

        self.once_and_again(do)

    def reverse(self, which: int) -> None:
        if not self.model.transfers:
            return
        name = self.name()
        original = list(self.model.transfers.values())[which % len(self.model.transfers)]

        def do() -> None:
            self.agree(
                lambda: self.bank.reverse(
                    TENANT, original.id, TransferId(name), because="mistake", now=self.now,
                    limits=accepting(ONE, TWO, LIMIT),
                ),
                lambda: self.take_back(original, name),
            )  # fmt: skip

        self.once_and_again(do)

    def take_back(self, original: Transfer, name: str) -> str:
        if original.reverses is not None:
            return "not_reversible"
        pair = (original, *(self.model.transfers[each] for each in original.links))
        return self.book(reversals(pair, TransferId(name), "mistake", self.now), accepting(ONE, TWO, LIMIT))

    def hold(self, currency: CurrencyId, debit: Account, minutes: int, hours: int) -> None:
        name = self.name()
        wanted = Hold(HoldId(name), currency, debit, POOL, minutes, "payment", self.now + timedelta(hours=hours))

        def do() -> None:
            now = self.now
            asked = wanted if now < wanted.ends else replace(wanted, ends=now + timedelta(hours=hours))
            self.agree(lambda: self.bank.hold(TENANT, asked, now=now), lambda: self.reserve(asked))

        self.once_and_again(do)

    def reserve(self, hold: Hold) -> str:
        if hold.id in self.model.holds:
            return "again"
        kept = self.model.kept[hold.currency, hold.debit]
        if not kept.open:
            return "account_closed"
        if kept.free < hold.minutes:
            self.sweep(hold.currency, hold.debit)
        if kept.free < hold.minutes:
            return f"not_enough {hold.debit}"
        kept.free, kept.held = kept.free - hold.minutes, kept.held + hold.minutes
        self.model.holds[hold.id] = hold
        return "held"

    def post(self, which: int, share: int) -> None:
        if not self.model.holds:
            return
        name = self.name()
        first = list(self.model.holds.values())[which % len(self.model.holds)]
        minutes = first.minutes * share // 4

        def do() -> None:
            now = self.now
            self.agree(
                lambda: self.bank.post(TENANT, first.id, TransferId(name), minutes=minutes, now=now),
                lambda: self.spend(first.id, name, minutes, now),
            )

        self.once_and_again(do)

    def spend(self, hold: str, name: str, minutes: int, now: datetime) -> str:
        found = self.model.holds[hold]
        if minutes < 1 or minutes > found.minutes:
            return "not_positive" if minutes < 1 else "too_much"
        wanted = Transfer(TransferId(name), found.currency, (Leg(found.debit, found.credit, minutes),), found.what, now)
        if name in self.model.transfers:
            return "again"
        over = self.over(found)
        if over:
            return over
        answer = self.model.book((wanted,), NO_LIMITS, frees=found.minutes)
        if answer == "booked":
            self.model.holds[hold] = replace(found, state=HoldState.POSTED)
        return answer

    def over(self, hold: Hold) -> str | None:
        if hold.state is HoldState.PENDING and hold.ends > self.now:
            return None
        return "hold_expired" if hold.state in {HoldState.PENDING, HoldState.EXPIRED} else "hold_over"

    def void(self, which: int) -> None:
        if not self.model.holds:
            return
        first = list(self.model.holds.values())[which % len(self.model.holds)]
        self.agree(lambda: self.bank.void(TENANT, first.id, now=self.now), lambda: self.give_back(first.id))

    def give_back(self, hold: str) -> str:
        found = self.model.holds[hold]
        if found.state is HoldState.VOIDED:
            return "again"
        over = self.over(found)
        if over:
            return over
        self.release(found, HoldState.VOIDED)
        return "held"

    def release(self, hold: Hold, state: HoldState) -> None:
        kept = self.model.kept[hold.currency, hold.debit]
        kept.free, kept.held = kept.free + hold.minutes, kept.held - hold.minutes
        self.model.holds[hold.id] = replace(hold, state=state)

    def sweep(self, currency: CurrencyId, only: Account | None = None) -> int:
        overdue = [
            hold
            for hold in self.model.holds.values()
            if hold.currency == currency and hold.is_overdue(self.now) and only in {None, hold.debit}
        ]
        for hold in overdue:
            self.release(hold, HoldState.EXPIRED)
        return len(overdue)

    def expire_holds(self, currency: CurrencyId) -> None:
        swept = self.ask(lambda: self.bank.expire_holds(TENANT, currency, now=self.now))
        assert not self.strict or swept == self.sweep(currency)
        self.sweep(currency)

    def expire_lots(self, currency: CurrencyId, member: Account) -> None:
        self.ask(lambda: self.bank.expire_lots(TENANT, currency, member, life=LIFE, now=self.now))
        kept, today = self.model.kept[currency, member], self.now.date()
        if not kept.open:
            return

        def is_past(month: str) -> bool:
            years, months = divmod(today.year * 12 + today.month - 1 - LIFE, 12)
            return month < f"{years}-{months + 1:02d}"

        left = self.model.left((currency, member), today)
        due = sum(minutes for month, minutes in left.items() if is_past(month))
        taken = min(due, kept.free)
        came_back = kept.free + kept.held - sum(max(minutes, 0) for minutes in kept.earned.values())
        if taken == due:
            kept.earned = Counter({month: minutes for month, minutes in kept.earned.items() if not is_past(month)})
            if came_back > 0:
                kept.earned[f"{today:%Y-%m}"] = max(kept.earned[f"{today:%Y-%m}"], 0) + came_back
        if taken:
            kept.free -= taken
            self.model.derived[currency, EXPIRED] += taken
            self.seen["expired minutes"] += 1

    def close(self, currency: CurrencyId, member: Account) -> None:
        name = self.name()

        def do() -> None:
            self.agree(
                lambda: self.bank.close_account(
                    TENANT, currency, member, into=POT, transfer=TransferId(name), now=self.now
                ),
                lambda: self.shut(currency, member, name),
            )

        self.once_and_again(do)

    def shut(self, currency: CurrencyId, member: Account, name: str) -> str:
        kept = self.model.kept[currency, member]
        if name in self.model.transfers:
            return "again"
        if not kept.open:
            return "nothing"
        if kept.held:
            self.sweep(currency, member)
        if kept.held:
            return "still_held"
        answer = "nothing"
        if kept.free:
            leg = Leg(member, POT, kept.free)
            answer = self.model.book((Transfer(TransferId(name), currency, (leg,), "closing", self.now),), NO_LIMITS)
        kept.open = False
        return answer

    def reopen(self, currency: CurrencyId, member: Account) -> None:
        self.ask(lambda: self.bank.reopen_account(TENANT, currency, member))
        self.model.kept[currency, member].open = True

    def other_content(self, which: int) -> None:
        """Send an id that stands for something again, for other minutes."""
        plain = [each for each in self.model.transfers.values() if each.what == "moved"]
        if plain:
            standing = plain[which % len(plain)]
            leg = standing.legs[0]
            changed = replace(standing, legs=(replace(leg, minutes=leg.minutes + 15, ages=()),))
            self.agree(lambda: self.bank.transfer(TENANT, changed), lambda: self.book((self.aged(changed),), NO_LIMITS))

    def again(self, which: int) -> None:
        """Send something again that was sent before, as it was."""
        if self.sent:
            self.sent[which % len(self.sent)]()

    def pass_time(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def once_and_again(self, do: Callable[[], None]) -> None:
        do()
        self.sent.append(do)

    def book(self, sent: tuple[Transfer, ...], limits: Limits) -> str:
        answer = self.model.book(sent, limits)
        reason, _, account = answer.partition(" ")
        if reason == "not_enough" and self.sweep(sent[0].currency, Account(account)):
            answer = self.model.book(sent, limits)
        return answer

    def aged(self, transfer: Transfer) -> Transfer:
        [leg] = transfer.legs
        if leg.debit not in MEMBERS or leg.credit not in MEMBERS:
            return transfer
        for member in (leg.debit, leg.credit):
            kept = self.model.kept[transfer.currency, member]
            kept.earned = self.model.left((transfer.currency, member), transfer.made_at.date())
        ages = self.model.ages((transfer.currency, leg.debit), leg.minutes, transfer.made_at.date())
        return replace(transfer, legs=(replace(leg, ages=ages),))

    def agree(self, ask: Callable[[], Any], expect: Callable[[], str]) -> None:
        """Ask the bank, then the model, and insist that both say the same."""
        try:
            said = told(self.ask(ask))
        except ConflictError:
            said = "conflict"
        expected = expect().partition(" ")[0]
        self.seen[expected] += 1
        if not self.strict and {said, expected} <= {"booked", "held", "again"}:
            return
        assert said == expected, (said, expected)

    def check(self) -> None:
        """Read the whole table, and hold L1 to L10 and the model against it."""
        rows = list(table.Row.scan(consistent_read=True))
        self.check_accounts(rows)
        self.check_transfers(rows)
        holds = {row.pk.rpartition("#")[2]: row.state for row in rows if isinstance(row, table.HoldRow)}
        assert holds == {name: hold.state for name, hold in self.model.holds.items()}

    def check_accounts(self, rows: Iterable[table.Row]) -> None:
        sums: Counter[str] = Counter()
        written: Counter[Place] = Counter()
        for row in rows:
            _, tenant, kind, *rest = row.pk.split("#")
            assert (tenant, kind == "LEDGER") == (TENANT, bool(rest[1:]))
            if isinstance(row, table.EntryRow):
                sums[rest[0]] += int(row.minutes)
                written[CurrencyId(rest[0]), Account(rest[2])] += int(row.minutes)
            if isinstance(row, table.AccountRow):
                kept = self.model.kept[CurrencyId(rest[0]), Account(rest[2])]
                assert (row.free, row.held, row.state == "open") == (kept.free, kept.held, kept.open), rest
                lots = {month: int(minutes) for month, minutes in row.lots.attribute_values.items() if minutes}
                assert lots == {month: minutes for month, minutes in kept.earned.items() if minutes}, rest
                floor = -LIMIT if rest[2].startswith("clearing") else 0
                assert row.free >= floor  # L2, L7
                assert row.held >= 0
        assert not any(sums.values()), sums  # L2
        assert not sum(written[place] for place in CLEARING.items())  # what one owes, the other is owed
        for place, minutes in written.items():
            kept = self.model.kept.get(place)
            assert minutes == (self.model.derived[place] if kept is None else kept.free + kept.held), place
            assert minutes >= 0 or place[1] in {ISSUER, *CLEARING.values()}, place

    def check_transfers(self, rows: Iterable[table.Row]) -> None:
        standing = {row.pk.rpartition("#")[2]: row for row in rows if isinstance(row, table.TransferRow)}
        reversals_there = [row.pk.rpartition("#")[2] for row in rows if isinstance(row, table.ReversalRow)]
        known = {name for name in standing if not name.startswith("expiry-")}
        assert known == set(self.model.transfers)  # nothing lost, nothing doubled
        assert set(reversals_there) == self.model.reversed  # L6
        number = sum(isinstance(row, table.EntryRow) for row in rows)
        assert number == 2 * len(standing)  # L1: one leg each here
        for name, transfer in self.model.transfers.items():
            row = standing[name]
            assert row.currency == transfer.currency  # L6: never changed
            assert all(each in standing for each in transfer.links)  # L8


def told(answer: object) -> str:
    """Say an answer in the model's words."""
    match answer:
        case Booked(again=again):
            return "again" if again else "booked"
        case Held(again=again):
            return "again" if again else "held"
        case Refused(because=because):
            return because.value
        case None:
            return "nothing"
        case _:
            raise AssertionError(answer)
