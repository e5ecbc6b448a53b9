"""What a month is made from, as it is kept: never shown to anyone; every other file is made from it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from gzip import GzipFile
from io import BufferedWriter, BytesIO, RawIOBase
from typing import Any, Final, cast

import msgspec

from chalicelib.settlement.rules import Account, Book, Counted, Line, LineType
from chalicelib.shared.ids import VisitId

_BUFFER: Final = 1 << 16
_FASTEST: Final = 1


def pack_book(book: Book) -> bytes:
    """Write what the lines refer to."""
    return msgspec.json.encode(book, order="sorted")


def unpack_book(kept: bytes) -> Book:
    """Read it back."""
    return msgspec.json.decode(kept, type=Book)


def pack_counted(counted: Counted) -> bytes:
    """Write a venue's lines added up."""
    return msgspec.json.encode(counted)


def unpack_counted(kept: bytes) -> Counted:
    """Read them back."""
    return msgspec.json.decode(kept, type=Counted)


def pack_accounts(accounts: tuple[Account, ...]) -> bytes:
    """Write how each venue is settled."""
    return msgspec.json.encode(accounts)


def unpack_accounts(kept: bytes) -> tuple[Account, ...]:
    """Read it back."""
    return msgspec.json.decode(kept, type=tuple[Account, ...])


def pack_lines(lines: Iterable[Line], write: Callable[[bytes], object]) -> None:
    """Write a venue's lines: JSON lines under gzip, however many, none of them held."""
    encoder = msgspec.json.Encoder()
    # GzipFile is a stream of bytes in all but its declared type.
    squeezed = GzipFile(fileobj=cast("Any", _Pushed(write)), mode="wb", mtime=0, compresslevel=_FASTEST, filename="")
    with squeezed, BufferedWriter(cast("Any", squeezed), _BUFFER) as out:
        for line in lines:
            out.write(encoder.encode(line))
            out.write(b"\n")


def unpack_lines(kept: bytes) -> Iterator[Line]:
    """Read a venue's lines back, one by one."""
    return map(msgspec.json.Decoder(Line).decode, GzipFile(fileobj=BytesIO(kept)))


def unpack_settled(kept: bytes) -> set[tuple[VisitId, bool]]:
    """Read back no more than which visits a venue's lines are about, and whether as a correction."""
    decode = msgspec.json.Decoder(_Named).decode
    return {(named.visit, named.type is LineType.CORRECTION) for named in map(decode, GzipFile(fileobj=BytesIO(kept)))}


class _Named(msgspec.Struct):
    type: LineType
    visit: VisitId


@dataclass(slots=True)
class _Pushed(RawIOBase):
    """A file that hands on what is written to it."""

    push: Callable[[bytes], object]

    def write(self, piece: Any, /) -> int:
        self.push(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held."""
