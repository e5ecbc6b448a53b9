"""What closing is handed: where months and rows are kept, where files are, and the forms they are written in."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from chalicelib.settlement.rules import (
    Account,
    Book,
    Counted,
    Entry,
    Line,
    MonthState,
    Run,
    Settlement,
    Statement,
    Summed,
    Totals,
)
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import Tenant, VenueId, VisitId


class Ledger(Protocol):
    """What a settlement reads from and writes to the table."""

    def load(self, tenant: Tenant, month: str) -> Settlement | None:
        """Give a month that has begun to close, or None; consistent."""

    def all(self, tenant: Tenant) -> list[Settlement]:
        """Give every month that has begun to close, oldest first."""

    def latest(self, tenant: Tenant) -> Settlement | None:
        """Give the latest month that has begun to close, or None."""

    def head(self, tenant: Tenant) -> str | None:
        """Give the month whose closing was begun last, or None; consistent."""

    def begin(self, settlement: Settlement) -> bool:
        """Store a month's first row, next in the chain after its `previous`; False: look again."""

    def advance(self, settlement: Settlement, *, before: MonthState) -> bool:
        """Store a month that has come further; False where it is no longer in the state before."""

    def entries(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> Iterator[Entry]:
        """Give what a venue is paid for that was received in a month, by day and id, page by page."""


class Sink(Protocol):
    """A file being written."""

    stood: bool

    def write(self, piece: bytes, /) -> object:
        """Take the next bytes."""


class Files(Protocol):
    """Files that are written once."""

    def put_once(self, key: str, content: bytes) -> bool:
        """Write a file; False where one stands under the key."""

    def writing(self, key: str) -> AbstractContextManager[Sink]:
        """Write a file piece by piece; it stands when the block has ended well."""

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None."""

    def pieces(self, key: str) -> Iterator[bytes] | None:
        """Give a file a megabyte at a time, or None."""

    def stands(self, key: str) -> bool:
        """Say whether there is a file under the key."""

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str | None:
        """Give an address at which anyone may fetch the file for so long, or None."""


class ByLine(Protocol):
    """A file that takes the month's lines one by one."""

    def line(self, line: Line) -> None:
        """Take the next line."""

    def end(self) -> None:
        """Write what is left."""


class Paper(Protocol):
    """The forms that a month is written in; the package settlement.paper is one."""

    def pack_book(self, book: Book) -> bytes:
        """Write what the lines refer to."""

    def unpack_book(self, kept: bytes) -> Book:
        """Read it back."""

    def pack_lines(self, lines: Iterable[Line], write: Callable[[bytes], object]) -> None:
        """Write a venue's lines."""

    def unpack_lines(self, kept: bytes) -> Iterator[Line]:
        """Read them back."""

    def unpack_settled(self, kept: bytes) -> set[tuple[VisitId, bool]]:
        """Read back which visits they are about, each with whether it stands there as a correction."""

    def pack_counted(self, counted: Counted) -> bytes:
        """Write a venue's lines added up."""

    def unpack_counted(self, kept: bytes) -> Counted:
        """Read them back."""

    def pack_accounts(self, accounts: tuple[Account, ...]) -> bytes:
        """Write how each venue is settled."""

    def unpack_accounts(self, kept: bytes) -> tuple[Account, ...]:
        """Read it back."""

    @property
    def LinesCsv(self) -> Callable[[Book, Callable[[bytes], object]], ByLine]:  # noqa: N802  it is a class over there
        """Write lines.csv."""

    @property
    def Workbook(self) -> Callable[..., ByLine]:  # noqa: N802  the same
        """Write workbook.xlsx."""

    def statements_zip(self, statements: Iterable[Statement]) -> bytes:
        """Write statements.zip."""

    def gl07_txt(self, run: Run) -> bytes:
        """Write gl07.txt."""

    def pain001_xml(self, run: Run, *, made: datetime) -> bytes:
        """Write pain001.xml."""

    def statement_pdf(self, statement: Statement) -> bytes:
        """Draw one statement."""

    def summary_csv(self, book: Book, summed: Iterable[Summed], totals: Totals) -> bytes:
        """Write summary.csv."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month's place among the files."""

    tenant: Tenant
    month: str

    def file(self, name: str) -> str:
        """Give the key of a file of the month."""
        return f"{self.tenant}/settlements/{self.month}/{name}"

    def part(self, venue: VenueId, kind: str) -> str:
        """Give the key of what is kept of a venue."""
        return self.file(f"parts/{venue}.{kind}")


class Shelf:
    """The files of settlements, with what is missing said in one way."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def once(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Give a file as it stands stored, made now where it does not stand yet."""
        content = self.files.get(key)
        if content is not None:
            return content
        made = make()
        return made if self.files.put_once(key, made) else self.kept(key)

    def kept(self, key: str) -> bytes:
        """Give a file that was written."""
        content = self.files.get(key)
        if content is None:
            raise _missing()
        return content

    def fingerprint(self, key: str) -> tuple[str, int]:
        """Give the SHA-256 and the size of a file that was written."""
        pieces = self.files.pieces(key)
        if pieces is None:
            raise _missing()
        digest, size = sha256(), 0
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
        return digest.hexdigest(), size


class Measured:
    """A sink that knows the fingerprint and the size of what went through it."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.size = 0
        self._digest = sha256()

    def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        self.size += len(piece)
        self._digest.update(piece)
        self.sink.write(piece)

    @property
    def fingerprint(self) -> tuple[str, int]:
        """Give the SHA-256 and the size."""
        return self._digest.hexdigest(), self.size


def _missing() -> OpplevError:
    code, detail = "file_missing", "A file that was written at closing is gone."
    return OpplevError(code, detail)
