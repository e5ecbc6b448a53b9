"""The archive as a file: a zip without compression, rows as lines of JSON, the same bytes for the same content."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from chalicelib.archive.rules import FILES, MANIFEST, ROWS, Manifest, Part, bad_archive, manifest_of, manifest_text

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # the time of every member: when it was made says nothing of what it holds
_OURS_ALONE: Final = 0o600
_LARGEST_MANIFEST: Final = 64 * 1024 * 1024
_CHUNK: Final = 1 << 20
_KEPT_TOGETHER: Final = 1000


class ArchiveWriter:
    """An archive being written, beside its place until it is whole; rows wait on disk, so memory stays small.

    The file and what waits beside it can be read by their owner alone, and the latter is gone at the end.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._aside = place.with_name(f".{place.name}.writing")

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(dir=self._place.parent, prefix=".archive-")
        self._shelf = sqlite3.connect(Path(self._folder.name) / "rows")
        self._shelf.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; CREATE TABLE shelf"
            " (kind TEXT, pk TEXT, sk TEXT, line BLOB, PRIMARY KEY (kind, pk, sk)) WITHOUT ROWID"
        )
        self._waiting: list[tuple[str, str, str, bytes]] = []
        made = os.open(self._aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _OURS_ALONE)
        self._file = os.fdopen(made, "w+b")
        self._zip = ZipFile(self._file, "w", ZIP_STORED)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()
        self._file.close()
        self._shelf.close()
        self._folder.cleanup()
        self._aside.unlink(missing_ok=True)

    def take(self, kind: str, place: tuple[str, str], line: bytes) -> None:
        """Take one row; the same place twice keeps the later."""
        self._waiting.append((kind, *place, line))
        if len(self._waiting) >= _KEPT_TOGETHER:
            self._shelve()

    def rows(self) -> Iterator[Part]:
        """Write the rows by kind and key."""
        self._shelve()
        found = self._shelf.execute("SELECT kind, line FROM shelf ORDER BY kind, pk, sk")
        for kind, lines in groupby(found, itemgetter(0)):
            yield self._write(f"{ROWS}/{kind}.jsonl", (line for _, line in lines), is_rows=True)

    def file(self, key: str, content: bytes) -> Part:
        """Write a file."""
        return self._write(f"{FILES}/{key}", [content], is_rows=False)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, and move the whole into its place."""
        self._write(MANIFEST, [manifest_text(manifest)], is_rows=False)
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._aside.rename(self._place)

    def _shelve(self) -> None:
        with self._shelf:
            self._shelf.executemany("INSERT OR REPLACE INTO shelf VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def _write(self, name: str, pieces: Iterable[bytes], *, is_rows: bool) -> Part:
        told = ZipInfo(name, _FIRST_DAY)
        told.external_attr, told.create_system = _OURS_ALONE << 16, 3
        fingerprint, size, count = sha256(), 0, 0
        with self._zip.open(told, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                fingerprint.update(piece)
                size, count = size + len(piece), count + 1
        return Part(name, size, fingerprint.hexdigest(), count if is_rows else None)


class ArchiveReader:
    """An archive on disk. MalformedError `bad_archive` where it is none."""

    def __init__(self, place: Path) -> None:
        try:
            self._zip = ZipFile(place)
        except BadZipFile as error:
            raise bad_archive() from error
        self.manifest = self._read_manifest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def verify(self) -> None:
        """Hold every part against the manifest, and let there be no other."""
        named = [part.name for part in self.manifest.parts]
        if sorted([*named, MANIFEST]) != sorted(self._zip.namelist()) or len(set(named)) < len(named):
            raise bad_archive()
        for part in self.manifest.parts:
            if self._measured(part) != part:
                raise bad_archive()

    def lines(self) -> Iterator[bytes]:
        """Give the rows, kind by kind."""
        for part in self.manifest.parts:
            if part.name.startswith(f"{ROWS}/"):
                with self._zip.open(part.name) as member:
                    yield from member

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give the files with their keys."""
        for part in self.manifest.parts:
            if part.name.startswith(f"{FILES}/"):
                yield part.name.removeprefix(f"{FILES}/"), self._zip.read(part.name)

    def _measured(self, part: Part) -> Part:
        fingerprint, size, count = sha256(), 0, 0
        try:
            with self._zip.open(part.name) as member:
                while chunk := member.read(_CHUNK):
                    fingerprint.update(chunk)
                    size, count = size + len(chunk), count + chunk.count(b"\n")
        except BadZipFile as error:
            raise bad_archive() from error
        return Part(part.name, size, fingerprint.hexdigest(), None if part.rows is None else count)

    def _read_manifest(self) -> Manifest:
        try:
            told = self._zip.getinfo(MANIFEST)
            if told.file_size > _LARGEST_MANIFEST:
                raise bad_archive()
            return manifest_of(self._zip.read(told))
        except (KeyError, BadZipFile) as error:
            raise bad_archive() from error
