"""Keeping the books by the clock, and checking that they agree."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Final, Protocol

from chalicelib.audit.actions import AuditBook, Book
from chalicelib.audit.rules import Entry as Written
from chalicelib.audit.rules import Finding as Broken
from chalicelib.audit.rules import Seal, time_of
from chalicelib.ledger.actions.bank import Bank
from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    Account,
    Checked,
    Fault,
    Finding,
    HoldState,
    Journaled,
    Leg,
    Tally,
    Transfer,
    check_balance,
    expected,
    first_difference,
    is_aging,
    is_kept,
    tallied,
)
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.calendar import oslo_date, start_of
from chalicelib.shared.ids import CurrencyId, Tenant, sortable_id

# A transfer is stamped before it is written, and no write retries past 20 seconds: older ones have all landed.
SETTLED: Final = timedelta(minutes=15)
LOOKED_BACK: Final = timedelta(hours=2)  # for whom a sealing adds up what they have
# A month's last day is every lot's last day. Two days, so that an hour that failed is made good.
EXPIRY_DAYS: Final = frozenset({1, 2})
_TRIES: Final = 8
_FIRST: Final = bytes(10)
_OF_TRANSFER: Final = {
    "changed": Fault.TRANSFER_CHANGED, "removed": Fault.TRANSFER_REMOVED, "inserted": Fault.TRANSFER_INSERTED,
    "seal_changed": Fault.SEAL_CHANGED, "seal_removed": Fault.SEAL_REMOVED, "other_chain": Fault.OTHER_CHAIN,
}  # fmt: skip


class Journal(Protocol):
    """Where transfers stand in the order they were made."""

    def journal(self, tenant: Tenant, currency: CurrencyId, since: datetime, before: datetime) -> Iterator[Journaled]:
        """Give the transfers made from one instant to before another, in order."""


@dataclass(frozen=True, slots=True)
class SealedJournal:
    """A currency's journal as the book of changes is sealed: transfers for entries, and a chain of its own (L11)."""

    currency: CurrencyId
    journal: Journal
    opened: Callable[[Tenant, CurrencyId], date | None]
    chain: Book

    def since(self, tenant: Tenant) -> datetime | None:
        """Give the instant from which there can be transfers."""
        day = self.opened(tenant, self.currency)
        return None if day is None else start_of(day)

    def entries(  # noqa: PLR0913  as the book of changes is asked
        self,
        tenant: Tenant,
        first: str,
        before: str,
        *,
        kind: str | None = None,
        backwards: bool = False,
        now: datetime,
    ) -> Iterator[Written]:
        """Give the transfers from one id to before another as entries of a book, in order."""
        del kind, backwards, now
        for each in self.journal.journal(tenant, self.currency, time_of(first), time_of(before)):
            if first <= each.id < before:
                yield Written(oslo_date(time_of(each.id)).isoformat(), each.id, each.what, each.document)

    def head(self, tenant: Tenant) -> Seal | None:
        """Give the latest seal."""
        return self.chain.head(tenant)

    def seal(self, tenant: Tenant, name: str, *, now: datetime) -> Seal | None:
        """Give a seal by its name."""
        return self.chain.seal(tenant, name, now=now)

    def seals(self, tenant: Tenant, first: str, before: str, *, now: datetime) -> Iterator[Seal]:
        """Give the seals from one name to before another, in order."""
        return self.chain.seals(tenant, first, before, now=now)

    def put_seal(self, tenant: Tenant, seal: Seal) -> bool:
        """Store a seal; False where one stands in its place."""
        return self.chain.put_seal(tenant, seal)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the ledger of every currency: `chain` gives the seals' book of one.

    `life` gives for how many months after earning its minutes live; None: they do not grow old. `past` lets go of what
    else has had its last day: printed notes.
    """

    bank: Bank
    journal: Journal
    chain: Callable[[CurrencyId], Book]
    key: Callable[[Tenant], tuple[int, bytes]]
    key_of: Callable[[Tenant, int], bytes | None]
    life: Callable[[Tenant, CurrencyId], int | None] = lambda tenant, currency: None  # noqa: ARG005  until it is said
    past: Callable[[Tenant, CurrencyId, datetime], object] = lambda tenant, currency, now: None  # noqa: ARG005  the same

    def keep(self, tenant: Tenant, *, now: datetime) -> int:
        """Give back what was on hold too long, seal every hour that is due, and add up busy accounts; count the seals.

        In the first days of a month, let old minutes go. Twice is as good as once.
        """
        made = 0
        for currency in self.bank.store.currencies(tenant):
            self.bank.expire_holds(tenant, currency, now=now)
            made += self.book(currency).seal_due(tenant, now=now)
            for account in sorted(self._busy(tenant, currency, now)):
                self.bank.balance(tenant, currency, account)  # which leaves a checkpoint where it is worth one
            self.past(tenant, currency, now)
            if oslo_date(now).day in EXPIRY_DAYS:
                self.expire(tenant, currency, now=now)
        return made

    def expire(self, tenant: Tenant, currency: CurrencyId, *, now: datetime) -> int:
        """Let go of every member's minutes whose last day has passed; count the members. Twice is as good as once."""
        life = self.life(tenant, currency)
        if life is None:
            return 0
        members = [account for _, account in self.bank.store.accounts(tenant, currency) if is_aging(account)]
        gone = (self.bank.expire_lots(tenant, currency, each, life=life, now=now) for each in members)
        return sum(booked is not None for booked in gone)

    def keep_all(self, tenants: Iterable[Tenant], *, now: datetime) -> list[tuple[Tenant, int | Exception]]:
        """Keep every municipality's books; what goes wrong for one is its outcome, and stops no other."""
        outcomes: list[tuple[Tenant, int | Exception]] = []
        for tenant in tenants:
            try:
                outcomes.append((tenant, self.keep(tenant, now=now)))
            except Exception as error:  # noqa: BLE001  one municipality's fault is not the next one's; the door logs it
                outcomes.append((tenant, error))
        return outcomes

    def book(self, currency: CurrencyId) -> AuditBook:
        """Give the sealed journal of a currency."""
        sealed = SealedJournal(currency, self.journal, self._opened, self.chain(currency))
        return AuditBook(store=sealed, key=self.key, key_of=self.key_of)

    def check(
        self, tenant: Tenant, currency: CurrencyId, *, kept: tuple[str, str] | None = None, now: datetime
    ) -> Checked:
        """Check the seals, that every transfer has its entries and no others, and that entries rebuild every balance.

        It may run while minutes are moved. `kept` is the name and digest of a seal that was kept elsewhere.
        """
        verified = self.book(currency).verify_all(tenant, kept=kept, now=now)
        findings = [] if verified.finding is None else [_of_seal(verified.finding)]
        until = sortable_id(now - SETTLED, _FIRST)
        wanted, number = tallied(self._transfers(tenant, currency, now)), 0
        held = self._held(tenant, currency)
        listed = {account for _, account in self.bank.store.accounts(tenant, currency)}
        minutes: dict[Account, int] = {}
        for account in sorted({*wanted, *listed}):
            found, total = self._account(tenant, currency, account, wanted.get(account, Tally()), until)
            if found is not None and found.fault is Fault.ENTRY_CHANGED:  # something differs: look again for the first
                standing = takewhile(lambda each: each.id < until, self.bank.store.entries(tenant, currency, account))
                should = expected(self._transfers(tenant, currency, now), account)
                found = first_difference(account, standing, should)
            if found is not None:
                findings.append(found)
            minutes[account] = total
            number += wanted[account].number if account in wanted else 0
            wrong = self._balance(tenant, currency, account, held.get(account, 0))
            if wrong is not None:
                findings.append(wrong)
        if sum(minutes.values()):
            findings.append(Finding(Fault.SUM))
        head = None if verified.head is None else f"{verified.head.name}:{verified.head.digest}"
        young = sum(1 for _ in self.journal.journal(tenant, currency, now - SETTLED, now))
        return Checked(tuple(findings), minutes, number // 2, verified.seals, verified.entries, head, young)

    def _account(
        self, tenant: Tenant, currency: CurrencyId, account: Account, wanted: Tally, until: str
    ) -> tuple[Finding | None, int]:
        """Compare the settled entries of an account with what its transfers say; give their sum."""
        tally = Tally()
        for entry in takewhile(lambda each: each.id < until, self.bank.store.entries(tenant, currency, account)):
            tally.add(entry)
        return None if tally.agrees(wanted) else Finding(Fault.ENTRY_CHANGED, account), tally.minutes

    def _balance(self, tenant: Tenant, currency: CurrencyId, account: Account, held: int) -> Finding | None:
        """Compare what an account has with the sum of its entries, read while nobody changed it."""
        store = self.bank.store
        for _ in range(_TRIES):
            before = store.balance(tenant, currency, account)
            total = sum(entry.minutes for entry in store.entries(tenant, currency, account))
            after = store.balance(tenant, currency, account)
            if before is None or after is None:
                return Finding(Fault.BALANCE, account)
            if before == after:
                if not is_kept(account):
                    return _of_checkpoint(check_balance(after, total, 0))
                if after.held != held:
                    held = self._held(tenant, currency).get(account, 0)
                return check_balance(after, total, held)
        raise TryAgainError("busy", "An account is in use all the time; check again when it is quiet.")

    def _transfers(self, tenant: Tenant, currency: CurrencyId, now: datetime) -> Iterator[Transfer]:
        opened = self._opened(tenant, currency)
        if opened is not None:
            for each in self.journal.journal(tenant, currency, start_of(opened), now - SETTLED):
                if each.transfer is not None:
                    yield each.transfer

    def _held(self, tenant: Tenant, currency: CurrencyId) -> dict[Account, int]:
        sums: dict[Account, int] = {}
        for account, name in self.bank.store.holds(tenant, currency):
            hold = self.bank.store.hold(tenant, name)
            if hold is not None and hold.state is HoldState.PENDING:
                sums[account] = sums.get(account, 0) + hold.minutes
        return sums

    def _busy(self, tenant: Tenant, currency: CurrencyId, now: datetime) -> set[Account]:
        recent = self.journal.journal(tenant, currency, now - LOOKED_BACK, now)
        met = {account for each in recent if each.transfer for leg in each.transfer.legs for account in _both(leg)}
        return {account for account in {*met, ISSUER, EXPIRED} if not is_kept(account)}

    def _opened(self, tenant: Tenant, currency: CurrencyId) -> date | None:
        first = next(self.bank.store.accounts(tenant, currency), None)
        return None if first is None else date.fromisoformat(first[0])


def _both(leg: Leg) -> tuple[Account, Account]:
    return leg.debit, leg.credit


def _of_seal(broken: Broken) -> Finding:
    return Finding(_OF_TRANSFER[broken.fault.value], name=broken.entry or broken.seal)


def _of_checkpoint(finding: Finding | None) -> Finding | None:
    """Say so where an account without a row is wrong: by a checkpoint, since nothing else is kept of it."""
    if finding is None or finding.fault is not Fault.BALANCE:
        return finding
    return Finding(Fault.CHECKPOINT, finding.account)
