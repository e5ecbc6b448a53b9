"""Closing a month, approving it, and giving out its files."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Final

from chalicelib.settlement.actions.counting import BOOK, Counting, Pace
from chalicelib.settlement.actions.supplies import Files, Ledger, Measured, Month, Paper, Shelf
from chalicelib.settlement.rules import (
    PAYMENT_FILES,
    TIMER,
    Account,
    Book,
    Chart,
    Counted,
    FileState,
    MonthState,
    Run,
    Settlement,
    Standing,
    Totals,
    alarms,
    book_of,
    by_funding,
    by_way,
    chained,
    check_begun,
    check_month,
    check_over,
    file_states,
    first_month,
    is_over,
    month_before,
    open_months,
    payment_file_of,
    payments_of,
    settle,
    statement_of,
    summary_of,
    total_of,
    waiting_of,
)
from chalicelib.shared.answers import ConflictError, ForbiddenError, OpplevError, TryAgainError, UnknownError
from chalicelib.shared.calendar import next_month, oslo_date, oslo_month
from chalicelib.shared.ids import CallerId, Tenant, VenueId
from chalicelib.venues.rules import Configuration

LINES: Final = "lines.csv"
SUMMARY: Final = "summary.csv"
WORKBOOK: Final = "workbook.xlsx"
STATEMENTS: Final = "statements.zip"
ACCOUNTS: Final = "accounts.json"
LARGE: Final = 4 * 1024 * 1024  # what goes through a Lambda answer, base64 and all
LINK_SECONDS: Final = 300
_SERVED: Final = {
    LINES: "text/csv; charset=utf-8",
    SUMMARY: "text/csv; charset=utf-8",
    WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    STATEMENTS: "application/zip",
    PAYMENT_FILES["gl07"]: "text/plain; charset=iso-8859-1",
    PAYMENT_FILES["pain001"]: "application/xml",
}
# What is written at closing, and never again.
CLOSED_WITH: Final = (LINES, SUMMARY, WORKBOOK, STATEMENTS)
_A_STATEMENT: Final = 1500  # as many lines could be written in the time that drawing a venue's statement takes
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that finance pulls: its bytes, or an address to fetch it from."""

    content: bytes | None
    link: str | None
    sha256: str
    content_type: str


def no_hurry(lines: int) -> bool:
    """Take the time it takes."""
    del lines
    return True


@dataclass(frozen=True, slots=True)
class Closing:
    """The desk that closes months, one after another.

    What a month is made from is written once, before anything else: the book of payees, then each venue's lines, then
    how each venue is settled. Every file and total is made from those as they stand stored, so a second closer, or
    one that heals a crash or carries on where time ran out, gives the same answer to the byte.
    """

    store: Ledger
    files: Files
    configuration: Callable[[Tenant], Configuration]
    paper: Paper
    workers: int = 4  # venues at once: each holds a page of the index, and one processor does the work

    def months(self, tenant: Tenant, *, now: datetime) -> list[Settlement]:
        """Give every month from the first agreement to the current one, newest first; open ones without totals."""
        stored = self.store.all(tenant)
        first = first_month(self.configuration(tenant))
        unclosed = [Settlement(tenant, month, MonthState.OPEN) for month in open_months(stored, first, now)]
        return sorted([*stored, *unclosed], key=lambda settlement: settlement.month, reverse=True)

    def close(
        self, tenant: Tenant, month: str, *, by: CallerId, now: datetime, time_for: Pace = no_hurry
    ) -> Settlement:
        """Close a month and write its files; the same answer when repeated, whoever asks and whatever has changed.

        Where `time_for` says stop, it is still `closing`: asking again carries on, and so does `carry_on`. Raises
        MalformedError `bad_month`, RuleError `month_not_over` or `before_first_agreement`, TryAgainError.
        """
        check_month(month)
        check_over(month, now)
        check_begun(month, self.configuration(tenant))
        return self._carried_on(self._begun(tenant, month, by, now, time_for), now, time_for)

    def approve(self, tenant: Tenant, month: str, *, by: CallerId, now: datetime) -> Settlement:
        """Approve a closed month, by another than who closed it by hand; anyone may where the timer closed it.

        Raises ConflictError `not_closed` or `already_approved` (by another), ForbiddenError `same_person`.
        """
        check_month(month)
        settlement = self.store.load(tenant, month)
        if settlement is None or settlement.state is MonthState.CLOSING:
            code, detail = "not_closed", "The month is not closed."
            raise ConflictError(code, detail)
        if settlement.state is MonthState.CLOSED:
            if by == settlement.closed_by:
                code, detail = "same_person", "Another person than who closed the month must approve it."
                raise ForbiddenError(code, detail)
            approved = replace(settlement, state=MonthState.APPROVED, approved_by=by, approved_at=now)
            if self.store.advance(approved, before=MonthState.CLOSED):
                return approved
            settlement = self._stored(tenant, month)
        if settlement.approved_by != by:
            code, detail = "already_approved", "The month is approved by another."
            raise ConflictError(code, detail)
        return settlement

    def file(self, tenant: Tenant, month: str, name: str, *, by: CallerId, now: datetime) -> Fetched:
        """Give a file of a closed month; a large one as a link of five minutes, where files have addresses.

        The payment file is made when it is first pulled after approval, once, and the month is `exported` then.
        Raises UnknownError `no_such_file`, `not_closed`, `no_payment_file`, `other_payment_file`, ConflictError
        `not_approved`, RuleError `codes_do_not_fit`; `file_missing` or `file_altered` (internal) where storage has
        failed us.
        """
        check_month(month)
        settlement = self.store.load(tenant, month)
        if settlement is not None and name in PAYMENT_FILES.values():
            settlement = self._exported(settlement, name, by, now)
        fingerprint = settlement.files.get(name) if settlement else None
        if settlement is None or fingerprint is None:
            raise self._absent(tenant, month, name, settlement)
        key = Month(tenant, month).file(name)
        if settlement.sizes.get(name, 0) > LARGE:
            called = f"{tenant}-{month}-{name}"
            link = self.files.link(key, name=called, content_type=_SERVED[name], seconds=LINK_SECONDS)
            if link is not None:
                return Fetched(None, link, fingerprint, _SERVED[name])
        content = Shelf(self.files).kept(key)
        if sha256(content).hexdigest() != fingerprint:
            code, detail = "file_altered", "The stored file is not the one that was written at closing."
            raise OpplevError(code, detail)
        return Fetched(content, None, fingerprint, _SERVED[name])

    def paid(self, tenant: Tenant, month: str, *, by: CallerId, now: datetime) -> Settlement:
        """Note that an approved month is paid. Raises ConflictError `not_approved`."""
        check_month(month)
        for _ in range(_ROUNDS):
            settlement = self.store.load(tenant, month)
            if settlement is None or settlement.state in {MonthState.CLOSING, MonthState.CLOSED}:
                raise _not_approved()
            if settlement.state is MonthState.PAID:
                return settlement
            paid = replace(settlement, state=MonthState.PAID, paid_by=by, paid_at=now)
            if self.store.advance(paid, before=settlement.state):
                return paid
        code, detail = "busy", "Others are changing the same month; try again."
        raise TryAgainError(code, detail)

    def _exported(self, settlement: Settlement, name: str, by: CallerId, now: datetime) -> Settlement:
        """Write the payment file, once, in the one form that the municipality has its vouchers in."""
        if name in settlement.files or settlement.state is MonthState.CLOSING:
            return settlement
        tenant, month = settlement.tenant, settlement.month
        configuration = self.configuration(tenant)
        municipal = configuration.municipality.erp
        if payment_file_of(settlement, municipal.get("file", "")) != name:
            return settlement  # nobody is paid by two files, whatever form is set after the first was pulled
        if settlement.state is MonthState.CLOSED:
            raise _not_approved()
        book, accounts = self.accounts(tenant, month)
        codes = {venue.id: venue.erp for venue in configuration.venues.values()}
        run = Run(book, payments_of(book, accounts), Chart(municipal, codes), oslo_date(now))
        make = self.paper.gl07_txt if name == PAYMENT_FILES["gl07"] else partial(self.paper.pain001_xml, made=now)
        content = Shelf(self.files).once(Month(tenant, month).file(name), lambda: make(run))
        exported = replace(
            settlement,
            state=MonthState.EXPORTED if settlement.state is MonthState.APPROVED else settlement.state,
            exported_by=by,
            exported_at=now,
            files={**settlement.files, name: sha256(content).hexdigest()},
            sizes={**settlement.sizes, name: len(content)},
        )
        if self.store.advance(exported, before=settlement.state):
            return exported
        return self._stored(tenant, month)

    def _absent(self, tenant: Tenant, month: str, name: str, settlement: Settlement | None) -> UnknownError:
        """Say why there is no file of this name, and what makes one."""
        if name not in _SERVED:
            known = Settlement(tenant, month, MonthState.OPEN) if settlement is None else settlement
            here = sorted(each.name for each in self.files_of(known) if each.state is not Standing.NOT_HERE)
            code, detail = "no_such_file", f"There is no file of this name. There are {', '.join(here)}."
        elif settlement is None or settlement.state is MonthState.CLOSING:
            code, detail = "not_closed", "The month is not closed, and has no files before it is."
        elif name in PAYMENT_FILES.values():
            taken = payment_file_of(settlement, self._code(tenant))
            if taken is None:
                code = "no_payment_file"
                detail = "The municipality takes no payment file yet: PUT /v1/erp with `file` gl07 or pain001 sets one."
            elif taken in settlement.files:
                code, detail = "other_payment_file", f"The month is in {taken}, which was pulled: nobody is paid twice."
            else:
                code = "other_payment_file"
                detail = f"The municipality takes {taken} instead: the field `file` of PUT /v1/erp says which."
        else:
            code, detail = "no_such_file", "There is no such file for this month."
        return UnknownError(code, detail)

    def files_of(self, settlement: Settlement) -> tuple[FileState, ...]:
        """List a month's files, also those that are not written yet and those that are not for this municipality."""
        return file_states(settlement, CLOSED_WITH, self._code(settlement.tenant))

    def _code(self, tenant: Tenant) -> str:
        return self.configuration(tenant).municipality.erp.get("file", "")

    def first_open_day(self, tenant: Tenant) -> date | None:
        """Give the first day after the latest month that is closed or closing, or None where there is none."""
        latest = self.store.latest(tenant)
        return date.fromisoformat(f"{next_month(latest.month)}-01") if latest else None

    def close_all_due(
        self, tenants: Iterable[Tenant], *, now: datetime, time_for: Pace = no_hurry
    ) -> list[tuple[Tenant, Settlement | Exception]]:
        """Close last month for every tenant; what goes wrong for one is its outcome, and stops no other.

        A tenant without an agreement by then has nothing to close and is left out. In the first minutes of a month
        there is nothing to close yet: the next turn does.
        """
        month = month_before(oslo_month(now))
        outcomes: list[tuple[Tenant, Settlement | Exception]] = []
        for tenant in tenants if is_over(month, now) else ():
            try:
                first = first_month(self.configuration(tenant))
                if first is not None and first <= month:
                    outcomes.append((tenant, self.close(tenant, month, by=TIMER, now=now, time_for=time_for)))
            except Exception as error:  # noqa: BLE001  one municipality's fault is not the next one's; the door logs it
                outcomes.append((tenant, error))
        return outcomes

    def carry_on(
        self, tenants: Iterable[Tenant], *, now: datetime, time_for: Pace = no_hurry
    ) -> list[tuple[Tenant, Settlement | Exception]]:
        """Bring to its end what was begun and not ended, for every tenant; nothing is begun here."""
        outcomes: list[tuple[Tenant, Settlement | Exception]] = []
        for tenant in tenants:
            try:
                head = self.store.head(tenant)
                settlement = None if head is None else self._stored(tenant, head)
                if settlement is not None and settlement.state is MonthState.CLOSING:
                    outcomes.append((tenant, self._carried_on(settlement, now, time_for)))
            except Exception as error:  # noqa: BLE001  one municipality's fault is not the next one's; the door logs it
                outcomes.append((tenant, error))
        return outcomes

    def accounts(self, tenant: Tenant, month: str) -> tuple[Book, tuple[Account, ...]]:
        """Give how each venue of a closed month is settled, with what was frozen at closing."""
        place, shelf = Month(tenant, month), Shelf(self.files)
        book = self.paper.unpack_book(shelf.kept(place.file(BOOK)))
        return book, self.paper.unpack_accounts(shelf.kept(place.file(ACCOUNTS)))

    def _begun(self, tenant: Tenant, month: str, by: CallerId, now: datetime, time_for: Pace) -> Settlement:
        """Give the month's row, stored now as the next of the chain where nobody has begun it."""
        for _ in range(_ROUNDS):
            settlement = self.store.load(tenant, month)
            if settlement is not None:
                return settlement
            head = self.store.head(tenant)
            before = None if head is None else self._carried_on(self._stored(tenant, head), now, time_for)
            if before is not None and before.state is MonthState.CLOSING:
                code, detail = "another_month_closing", "Another month is being closed; try again when it is."
                raise TryAgainError(code, detail)
            begun = Settlement(
                tenant, month, MonthState.CLOSING, closed_by=by, closed_at=now,
                number=before.number + 1 if before else 1, previous=before.month if before else None,
                previous_sha256=before.sha256 if before else None,
            )  # fmt: skip
            if self.store.begin(begun):
                return begun
        code, detail = "busy", "Others are closing months at the same time; try again."
        raise TryAgainError(code, detail)

    def _carried_on(self, settlement: Settlement, now: datetime, time_for: Pace) -> Settlement:
        """Bring a month that is closing to its end, unless time runs out."""
        if settlement.state is not MonthState.CLOSING:
            return settlement
        closed = self._closed(settlement, now, time_for)
        if closed is None:
            return settlement
        if self.store.advance(closed, before=MonthState.CLOSING):
            return closed
        return self._stored(settlement.tenant, settlement.month)

    def _closed(self, settlement: Settlement, now: datetime, time_for: Pace) -> Settlement | None:
        tenant, month = settlement.tenant, settlement.month
        place, shelf = Month(tenant, month), Shelf(self.files)
        configuration = self.configuration(tenant)
        kept = shelf.once(place.file(BOOK), lambda: self.paper.pack_book(book_of(configuration, month)))
        counting = Counting(self.store, shelf, self.paper, self.paper.unpack_book(kept), now)
        counted = counting.all(self.workers, time_for)
        if counted is None:
            return None
        totals = total_of(each for one in counted.values() for each in one.tally)
        if not time_for(totals.lines + _A_STATEMENT * len(counted)):
            return None
        accounts = self._settled(settlement, counting.book, counted)
        written = self._written(counting, counted, accounts, totals)
        fingerprints = {name: fingerprint for name, (fingerprint, _) in written.items()}
        return replace(
            settlement,
            state=MonthState.CLOSED,
            totals=totals,
            sha256=chained(tenant, month, fingerprints, settlement.previous_sha256),
            files=fingerprints,
            sizes={name: size for name, (_, size) in written.items()},
            closed_with=tuple(sorted(fingerprints)),
            alarms=alarms(month, (each for venue in sorted(counted) for each in counted[venue].late)),
            ways={way.value: amount for way, amount in by_way(accounts).items()},
            waiting=waiting_of(accounts),
        )

    def _settled(self, settlement: Settlement, book: Book, counted: dict[VenueId, Counted]) -> tuple[Account, ...]:
        """Settle each venue, with what the settlement before left to it."""
        shelf = Shelf(self.files)
        before: tuple[Account, ...] = ()
        if settlement.previous is not None:
            place = Month(settlement.tenant, settlement.previous)
            before = self.paper.unpack_accounts(shelf.kept(place.file(ACCOUNTS)))
        tallies = {venue: each.tally for venue, each in counted.items()}
        key = Month(settlement.tenant, settlement.month).file(ACCOUNTS)
        kept = shelf.once(key, lambda: self.paper.pack_accounts(settle(book, tallies, before)))
        return self.paper.unpack_accounts(kept)

    def _written(
        self, counting: Counting, counted: dict[VenueId, Counted], accounts: tuple[Account, ...], totals: Totals
    ) -> dict[str, tuple[str, int]]:
        """Write the files of closing, and give the fingerprint and size of each as it stands."""
        book, place, shelf = counting.book, counting.place, counting.shelf
        tallies = {venue: each.tally for venue, each in counted.items()}
        summed = summary_of(accounts, tallies)
        shelf.once(place.file(SUMMARY), lambda: self.paper.summary_csv(book, summed, totals))
        explained = {venue: counting.explained(venue, each) for venue, each in counted.items()}
        told = (
            statement_of(
                book, account, tallies.get(account.venue, ()), explained=explained.get(account.venue, ())
            )
            for account in accounts
        )  # fmt: skip
        shelf.once(place.file(STATEMENTS), lambda: self.paper.statements_zip(told))
        with ExitStack() as stack:
            sinks = {
                name: Measured(stack.enter_context(self.files.writing(place.file(name)))) for name in (LINES, WORKBOOK)
            }
            forms = (
                self.paper.LinesCsv(book, sinks[LINES].write),
                self.paper.Workbook(
                    book,
                    sinks[WORKBOOK].write,
                    summed,
                    totals,
                    by_funding(accounts),
                    explained={each.id: each for venue in explained.values() for each in venue},
                ),
            )
            for venue in sorted(counted):
                for line in counting.lines(venue) if counted[venue].tally else ():
                    for form in forms:
                        form.line(line)
            for form in forms:
                form.end()
        made = {name: sink.fingerprint for name, sink in sinks.items() if not sink.sink.stood}
        return {name: made.get(name) or shelf.fingerprint(place.file(name)) for name in CLOSED_WITH}

    def _stored(self, tenant: Tenant, month: str) -> Settlement:
        settlement = self.store.load(tenant, month)
        if settlement is None:
            code, detail = "settlement_missing", "The settlement's row is gone."
            raise OpplevError(code, detail)
        return settlement


def _not_approved() -> ConflictError:
    code, detail = "not_approved", "The month must be approved first."
    return ConflictError(code, detail)
