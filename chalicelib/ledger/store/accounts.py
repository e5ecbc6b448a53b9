"""What each account has: a row where it must not fall below a limit, else the sum of its entries."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from pynamodb.exceptions import DoesNotExist, PutError

from chalicelib import faults, table
from chalicelib.ledger.rules import Account, Balance, Entry, State, is_kept
from chalicelib.ledger.store.rows import BALANCE, CHECKPOINT, ENTRY, to_balance, to_entry
from chalicelib.parcels import Parcel
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CurrencyId, Tenant, sortable_id
from chalicelib.table import AccountRow, CheckpointRow, EntryRow, Row

# An entry is stamped before it is written, and no write retries past 20 seconds: older ones have all landed.
SETTLED: Final = timedelta(minutes=15)
TAIL: Final = 200  # settled entries after a checkpoint that are worth another
_FIRST: Final = bytes(10)


def by_itself() -> datetime:
    """Read the machine's clock, as a command beside the machine does."""
    return datetime.fromtimestamp(time.time(), UTC)


class AccountStore:
    """Accounts and their entries. `clock` tells when one was opened, and how old entries are."""

    def __init__(self, clock: Callable[[], datetime] = by_itself) -> None:
        self._clock = clock

    def add_account(self, parcel: Parcel, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Put a new account, with nothing in it, into a transaction; the part's name is the account's."""
        row = AccountRow(
            table.ledger_pk(tenant, currency, account),
            BALANCE,
            group=table.accounts_group(tenant),
            place=f"{currency}#{oslo_date(self._clock())}#{account}",
            state=State.OPEN.value,
        )
        is_new = AccountRow.pk.does_not_exist()
        parcel.put(account, row, is_new)

    def open(self, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Open an account where there is none; twice is as good as once."""
        parcel = Parcel()
        self.add_account(parcel, tenant, currency, account)
        parcel.send()

    def set_state(self, tenant: Tenant, currency: CurrencyId, balance: Balance, state: State) -> bool:
        """Close or open an account that is as it was read; False where it is not."""
        parcel = Parcel()
        row = AccountRow(table.ledger_pk(tenant, currency, balance.account), BALANCE)
        as_read = AccountRow.version == balance.version
        actions = [AccountRow.state.set(state.value), AccountRow.version.add(1)]
        parcel.update(balance.account, row, actions, as_read)
        return parcel.send() is None

    def balance(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance | None:
        """Give what an account has; None where it was never opened."""
        if not is_kept(account):
            return self._derived(tenant, currency, account)
        try:
            row = faults.patiently(
                lambda: AccountRow.get(table.ledger_pk(tenant, currency, account), BALANCE, consistent_read=True)
            )
        except DoesNotExist:
            return None
        return to_balance(account, row)

    def entries(
        self, tenant: Tenant, currency: CurrencyId, account: Account, *, after: str = "", backwards: bool = False
    ) -> Iterator[Entry]:
        """Give an account's entries in order, page by page; those after an id where one is given."""
        within = EntryRow.sk.between(f"{ENTRY}{after} ", f"{ENTRY}~") if after else EntryRow.sk.startswith(ENTRY)
        rows = EntryRow.query(
            table.ledger_pk(tenant, currency, account), within, consistent_read=True, scan_index_forward=not backwards
        )
        while (row := faults.patiently(lambda: next(rows, None))) is not None:
            yield to_entry(account, row)

    def accounts(self, tenant: Tenant, currency: CurrencyId) -> Iterator[tuple[str, Account]]:
        """Give the accounts that have a row, in the order of the days they were opened on, with that day."""
        rows = Row.by_month.query(table.accounts_group(tenant), table.ByMonth.place.startswith(f"{currency}#"))
        while (row := faults.patiently(lambda: next(rows, None))) is not None:
            _, day, name = row.place.split("#")
            yield day, Account(name)

    def currencies(self, tenant: Tenant) -> list[CurrencyId]:
        """Give the currencies in which an account was ever opened."""
        found: list[CurrencyId] = []
        after = " "
        while True:
            place = table.ByMonth.place > after
            rows = faults.patiently(
                lambda place=place: list(Row.by_month.query(table.accounts_group(tenant), place, limit=1))  # type: ignore[misc]
            )
            if not rows:
                return found
            found.append(CurrencyId(rows[0].place.partition("#")[0]))
            after = f"{found[-1]}#~"

    def checkpoint(self, tenant: Tenant, currency: CurrencyId, account: Account) -> tuple[str, int, int]:
        """Give the latest checkpoint of an account: the entry it ends with, the minutes, the number of entries."""
        rows = faults.patiently(
            lambda: list(
                CheckpointRow.query(
                    table.ledger_pk(tenant, currency, account), CheckpointRow.sk.startswith(CHECKPOINT),
                    consistent_read=True, scan_index_forward=False, limit=1,
                )
            )
        )  # fmt: skip
        if not rows:
            return "", 0, 0
        return rows[0].sk.removeprefix(CHECKPOINT), int(rows[0].minutes), int(rows[0].entries)

    def _derived(self, tenant: Tenant, currency: CurrencyId, account: Account) -> Balance:
        """Add up what came after the latest checkpoint, and leave another where that was much."""
        last, minutes, number = self.checkpoint(tenant, currency, account)
        settled = sortable_id(self._clock() - SETTLED, _FIRST)
        reached, tail = ("", 0, 0), 0
        for entry in self.entries(tenant, currency, account, after=last):
            minutes, number = minutes + entry.minutes, number + 1
            if entry.id < settled:
                reached, tail = (entry.id, minutes, number), tail + 1
        if tail >= TAIL:
            self._put_checkpoint(tenant, currency, account, reached)
        return Balance(account, minutes)

    def _put_checkpoint(
        self, tenant: Tenant, currency: CurrencyId, account: Account, reached: tuple[str, int, int]
    ) -> None:
        last, minutes, number = reached
        key = table.ledger_pk(tenant, currency, account)
        row = CheckpointRow(key, CHECKPOINT + last, minutes=minutes, entries=number)
        nobody_was_first = CheckpointRow.pk.does_not_exist()
        try:
            faults.patiently(lambda: row.save(condition=nobody_was_first))
        except PutError as error:
            if faults.code_of(error) != faults.REFUSED:
                raise
