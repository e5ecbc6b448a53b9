"""The bank test: many tellers move minutes at once, and in every snapshot each currency's sum is zero.

`python -m tests.ledger.bank` runs all of it: 16 threads, 10,000 transfers, at least 1,000 snapshots.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pynamodb.transactions import TransactGet

from chalicelib import table
from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    ISSUER,
    Account,
    Booked,
    Held,
    Hold,
    Leg,
    Limits,
    Refused,
    Transfer,
    accepting,
    across,
    clearing_account,
    entries,
    grant_account,
    is_kept,
    member_account,
    partner_account,
    posting,
    reversals,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.ids import ActivityId, CurrencyId, HoldId, MemberId, Tenant, TransferId, VenueId

TENANT = Tenant("oslo")
TOYEN, OSLO = CurrencyId("toyen"), CurrencyId("oslo")
LIMIT = 600  # minutes that either currency may owe the other
BOUND: Limits = accepting(TOYEN, OSLO, LIMIT)
OWN: dict[CurrencyId, list[Account]] = {
    TOYEN: [
        grant_account(ActivityId("hage")), member_account(MemberId("m1")), member_account(MemberId("m2")),
        partner_account(VenueId("badet")),
    ],
    OSLO: [
        grant_account(ActivityId("elv")), member_account(MemberId("m3")), member_account(MemberId("m4")),
        partner_account(VenueId("kinoen")),
    ],
}  # fmt: skip
CLEARING = {TOYEN: clearing_account(OSLO), OSLO: clearing_account(TOYEN)}
START = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
Place = tuple[CurrencyId, Account]


@dataclass
class Ledgers:
    """What happened, told by the replies alone; and which transfers are on their way."""

    gate: threading.Lock = field(default_factory=threading.Lock)
    told: Counter[Place] = field(default_factory=Counter)  # minutes of every account, by the replies
    under_way: dict[str, tuple[Transfer, ...]] = field(default_factory=dict)
    booked: list[Transfer] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    because: Counter[str] = field(default_factory=Counter)

    def begin(self, transfers: tuple[Transfer, ...]) -> None:
        with self.gate:
            self.under_way[transfers[0].id] = transfers

    def end(self, transfers: tuple[Transfer, ...], answer: Booked | Refused) -> None:
        with self.gate:
            del self.under_way[transfers[0].id]
            if isinstance(answer, Refused):
                self.because[answer.because] += 1
                self.refused.append(transfers[0].id)
                return
            for transfer in transfers:
                self.booked.append(transfer)
                for entry in entries(transfer):
                    self.told[transfer.currency, entry.account] += entry.minutes


@dataclass
class Outcome:
    """What a run came to."""

    transfers: int
    snapshots: int
    wrong: list[str]
    because: Counter[str]
    seconds: float


class Teller:
    """One thread: what it does is drawn from its own seed."""

    def __init__(self, number: int, seed: int, ledgers: Ledgers, bank: Bank) -> None:
        self.random = random.Random(f"{seed}/{number}")  # noqa: S311  a test that can be run again
        self.number, self.ledgers, self.bank = number, ledgers, bank
        self.count = 0

    def step(self) -> None:
        """Do one thing."""
        self.count += 1
        name = TransferId(f"t{self.number}-{self.count}")
        made = START + timedelta(milliseconds=self.count * 100 + self.number)
        do = self.random.choices([self.move, self.issue, self.exchange, self.hold, self.reverse], [55, 5, 15, 15, 10])[
            0
        ]
        do(name, made)

    def move(self, name: TransferId, made: datetime) -> None:
        currency = self.random.choice([TOYEN, OSLO])
        debit = self.random.choice(OWN[currency][:3])
        credit = self.random.choice([each for each in OWN[currency] if each != debit])
        self.book(Transfer(name, currency, (Leg(debit, credit, self.random.choice([15, 30, 60, 120])),), "moved", made))

    def issue(self, name: TransferId, made: datetime) -> None:
        currency = self.random.choice([TOYEN, OSLO])
        self.book(Transfer(name, currency, (Leg(ISSUER, OWN[currency][0], 600),), "grant", made))

    def exchange(self, name: TransferId, made: datetime) -> None:
        paying, taking = self.random.choice([(TOYEN, OSLO), (OSLO, TOYEN)])
        leg = Leg(self.random.choice(OWN[paying][1:3]), OWN[taking][3], self.random.choice([30, 60, 120]))
        wanted = Transfer(name, paying, (leg,), "payment", made)
        halves = across(wanted, taking)
        self.ledgers.begin(halves)
        self.ledgers.end(halves, self.patiently(lambda: self.bank.exchange(TENANT, wanted, taking, limits=BOUND)))

    def hold(self, name: TransferId, made: datetime) -> None:
        currency = self.random.choice([TOYEN, OSLO])
        minutes = self.random.choice([30, 60, 120])
        debit, credit = self.random.choice(OWN[currency][1:3]), OWN[currency][3]
        wanted = Hold(HoldId(name), currency, debit, credit, minutes, "payment", made + timedelta(hours=1))
        held = self.bank.hold(TENANT, wanted, now=made)
        if not isinstance(held, Held):
            return
        if self.random.random() < 0.3:
            assert isinstance(self.bank.void(TENANT, wanted.id, now=made), Held)
            return
        part = self.random.choice([minutes, minutes // 2])
        transfer = posting(wanted, name, part, made)
        self.ledgers.begin((transfer,))
        answer = self.patiently(lambda: self.bank.post(TENANT, wanted.id, name, minutes=part, now=made))
        self.ledgers.end((transfer,), answer)

    def reverse(self, name: TransferId, made: datetime) -> None:
        with self.ledgers.gate:
            candidates = self.ledgers.booked[-200:]
        originals = [each for each in candidates if each.reverses is None]
        if not originals:
            return
        first = self.random.choice(originals)
        pair = (first, *(each for each in candidates if each.id in first.links))
        if len(pair) != 1 + len(first.links):
            return
        wanted = reversals(pair, name, "mistake", made)
        self.ledgers.begin(wanted)
        answer = self.patiently(
            lambda: self.bank.reverse(TENANT, first.id, name, because="mistake", now=made, limits=BOUND)
        )
        self.ledgers.end(wanted, answer)

    def book(self, transfer: Transfer) -> None:
        self.ledgers.begin((transfer,))
        self.ledgers.end((transfer,), self.patiently(lambda: self.bank.transfer(TENANT, transfer)))

    def patiently(self, ask: Callable[[], Booked | Refused]) -> Booked | Refused:
        """Send it again until there is an answer, as a client does."""
        while True:
            try:
                return ask()
            except TryAgainError:
                time.sleep(0.05)


def snapshot(ledgers: Ledgers) -> list[str]:
    """Read every account in one TransactGetItems, and say what is wrong with it.

    An account without a row is what the replies say, and of what is on its way what stands in the same snapshot.
    """
    with ledgers.gate:
        sums = Counter({place: minutes for place, minutes in ledgers.told.items() if not is_kept(place[1])})
        on_the_way = [
            (transfer.currency, entry)
            for each in ledgers.under_way.values()
            for transfer in each
            for entry in entries(transfer)
            if not is_kept(entry.account)
        ]
        with TransactGet(connection=table.connection()) as read:
            kept = {
                (currency, account): read.get(
                    table.AccountRow, table.ledger_pk(TENANT, currency, account), "BALANCE"
                )
                for currency, own in OWN.items()
                for account in (*own, CLEARING[currency])
                if is_kept(account)
            }  # fmt: skip
            coming = [
                (currency, entry, read.get(
                    table.EntryRow, table.ledger_pk(TENANT, currency, entry.account), f"ENTRY#{entry.id}"
                ))
                for currency, entry in on_the_way
            ]  # fmt: skip
    wrong = []
    for place, future in kept.items():
        row = future.get()
        sums[place] += int(row.free) + int(row.held)
        floor = -LIMIT if place[1] == CLEARING[place[0]] else 0
        if row.free < floor or row.held < 0:
            wrong.append(f"{place}: {row.free} free, {row.held} held")
    for currency, entry, future in coming:
        try:
            sums[currency, entry.account] += int(future.get().minutes)
        except table.EntryRow.DoesNotExist:
            continue
    wrong += [
        f"{place}: {minutes}"
        for place, minutes in sums.items()
        if minutes < 0 and place[1] not in {ISSUER, CLEARING[place[0]]}
    ]
    for currency in OWN:
        total = sum(minutes for (of, _), minutes in sums.items() if of == currency)
        wrong += [f"{currency}: the sum is {total}"] if total else []
    return wrong


def run(*, transfers: int, snapshots: int, threads: int = 16, seed: int) -> Outcome:
    """Let the tellers work on an empty table until so many transfers stand, and look all the while."""
    bank, ledgers = Bank(LedgerStore(lambda: START)), Ledgers()
    open_the_books(bank, ledgers)
    wrong: list[str] = []
    failures: list[BaseException] = []

    def tell(number: int) -> None:
        teller = Teller(number, seed, ledgers, bank)
        try:
            while len(ledgers.booked) < transfers and not failures:
                teller.step()
        except BaseException as error:  # noqa: BLE001  a thread that falls must not be silent
            failures.append(error)

    started = time.monotonic()
    tellers = [threading.Thread(target=tell, args=(number,)) for number in range(threads)]
    for each in tellers:
        each.start()
    seen = 0
    while seen < snapshots or any(each.is_alive() for each in tellers):
        if seen <= snapshots * len(ledgers.booked) / transfers:  # spread over the run, whatever the machine
            wrong += snapshot(ledgers)
            seen += 1
        else:
            time.sleep(0.001)
        if failures:
            raise failures[0]
    wrong += differences(bank, ledgers)
    return Outcome(len(ledgers.booked), seen, wrong, ledgers.because, time.monotonic() - started)


def open_the_books(bank: Bank, ledgers: Ledgers) -> None:
    """Open every account, and give each that may have something two Kred or more."""
    for currency, own in OWN.items():
        for account in (*own, CLEARING[currency]):
            bank.open_account(TENANT, currency, account)
        for number, account in enumerate(own[:3]):
            name = TransferId(f"{currency}-{number}")
            first = Transfer(name, currency, (Leg(ISSUER, account, 1200),), "grant", START)
            ledgers.begin((first,))
            ledgers.end((first,), bank.transfer(TENANT, first))


def differences(bank: Bank, ledgers: Ledgers) -> Iterator[str]:
    """Say where the books are not what the replies said."""
    for (currency, account), minutes in ledgers.told.items():
        balance = bank.balance(TENANT, currency, account)
        written = sum(entry.minutes for entry in bank.store.entries(TENANT, currency, account))
        if balance is None or (balance.minutes, balance.held, written) != (minutes, 0, minutes):
            yield f"{currency} {account}: {balance}, {written} written, {minutes} told"
    standing = {row.pk for row in table.TransferRow.scan() if isinstance(row, table.TransferRow)}
    told = {table.transfer_pk(TENANT, transfer.id) for transfer in ledgers.booked}
    if standing != told:
        yield f"transfers that nobody was told of, or that do not stand: {sorted(standing ^ told)[:5]}"


@contextmanager
def _engine() -> Iterator[None]:
    from infra.local import engine  # noqa: PLC0415  the tests have their own
    from tests.conftest import ROOT  # noqa: PLC0415  the same

    with engine.running(engine.install(ROOT / ".local" / "engine")) as address:
        table.bind(name="bank", region="eu-north-1", engine=address)
        table.Row.create_table(wait=True)
        yield


def main() -> int:
    """Run all of it."""
    seed = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))
    print(f"OPPLEV_SEED={seed}", flush=True)
    with _engine():
        found = run(transfers=10_000, snapshots=1_000, seed=seed)
    print(f"{found.transfers} transfers by 16 threads in {found.seconds:.0f} s, {found.snapshots} snapshots")
    print("refused: " + ", ".join(f"{count} {name}" for name, count in found.because.most_common()))
    print("\n".join(found.wrong[:20]) or "every sum was zero, nothing below zero, replies equal the books")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
