"""The archive as a file: in order, the same bytes, and without holding it all in memory."""

import tracemalloc
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from chalicelib.archive.paper import ArchiveReader, ArchiveWriter
from chalicelib.archive.rules import FORMAT, Manifest, Part


def bind(place: Path, order: list[int]) -> Manifest:
    with ArchiveWriter(place) as writer:
        for number in order:
            writer.take("visit", (f"T#by#VISIT#{number:06d}", "VISIT"), b'{"n":%d}\n' % number)
        writer.take("card", ("T#by#CARD#1", "CARD"), b"{}\n")
        parts = [*writer.rows(), writer.file("by/settlements/2026-01/lines.csv", b"x")]
        manifest = Manifest(FORMAT, "by", 1, "By", {"kid": "1"}, tuple(parts))
        writer.finish(manifest)
    return manifest


def test_rows_come_in_any_order_and_leave_in_one_with_the_same_bytes(tmp_path: Path) -> None:
    first, other = tmp_path / "first.zip", tmp_path / "other.zip"
    assert bind(first, [3, 1, 2]) == bind(other, [2, 3, 1])
    assert first.read_bytes() == other.read_bytes()
    with ArchiveReader(first) as reader:
        reader.verify()
        assert list(reader.lines()) == [b"{}\n", b'{"n":1}\n', b'{"n":2}\n', b'{"n":3}\n']
        assert list(reader.files()) == [("by/settlements/2026-01/lines.csv", b"x")]
        assert reader.manifest.parts[0] == Part(
            "rows/card.jsonl", 3, "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356", 1
        )
    with ZipFile(first) as opened:
        assert {told.compress_type for told in opened.infolist()} == {ZIP_STORED}
        assert {told.date_time for told in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def break_off(place: Path) -> None:
    with ArchiveWriter(place) as writer:
        writer.take("card", ("a", "b"), b"{}\n")
        raise RuntimeError


def test_a_writing_that_broke_off_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        break_off(tmp_path / "by.zip")
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_municipality(tmp_path: Path) -> None:
    line = b'{"text":"' + b"x" * 500 + b'"}\n'
    tracemalloc.start()
    with ArchiveWriter(tmp_path / "by.zip") as writer:
        for number in range(40_000):  # twenty megabytes
            writer.take("visit", (f"{number * 7919 % 40_000:06d}", "VISIT"), line)
        parts = tuple(writer.rows())
        writer.finish(Manifest(FORMAT, "by", 1, "By", {}, parts))
    with ArchiveReader(tmp_path / "by.zip") as reader:
        reader.verify()
        assert sum(1 for _ in reader.lines()) == 40_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000
