"""Files that are written once, in a folder and in a bucket: both keep the same promises."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.files import BucketFiles, Files, FolderFiles, open_files
from chalicelib.shared.answers import MalformedError, TryAgainError

BUCKET = "opplev-files"


@pytest.fixture
def bucket() -> Iterator[BucketFiles]:
    with mock_aws():
        boto3.client("s3", region_name="eu-north-1").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
        )
        yield BucketFiles(BUCKET, "eu-north-1")


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "folder":
        return FolderFiles(tmp_path / "files")
    made: BucketFiles = request.getfixturevalue("bucket")
    return made


def test_what_is_written_is_what_is_read(files: Files) -> None:
    assert files.put_once("lorenskog/settlements/2026-11/lines.csv", b"\xef\xbb\xbfa;b\r\n") is True
    assert files.get("lorenskog/settlements/2026-11/lines.csv") == b"\xef\xbb\xbfa;b\r\n"


def test_a_second_write_is_told_no_and_changes_nothing(files: Files) -> None:
    files.put_once("t/a.csv", b"first")
    assert files.put_once("t/a.csv", b"second") is False
    assert files.get("t/a.csv") == b"first"


@pytest.mark.parametrize("size", [0, 1, 9 << 20, 17 << 20])
def test_a_file_written_piece_by_piece_is_whole_whatever_its_size(files: Files, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    with files.writing("t/large.csv") as sink:
        for start in range(0, size, 3 << 20):
            sink.write(content[start : min(start + (3 << 20), size)])
        assert not files.stands("t/large.csv")
    assert sink.stood is False
    assert files.stands("t/large.csv")
    assert b"".join(files.pieces("t/large.csv") or ()) == content[:size]
    assert files.pieces("t/other.csv") is None


def test_a_file_that_breaks_off_leaves_nothing(files: Files) -> None:
    def break_off() -> None:
        with files.writing("t/large.csv") as sink:
            sink.write(bytes(9 << 20))
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  our own
        break_off()
    assert not files.stands("t/large.csv")


@pytest.mark.parametrize("size", [10, 9 << 20])
def test_of_two_files_written_piece_by_piece_the_first_stands(files: Files, size: int) -> None:
    with files.writing("t/large.csv") as slow:
        slow.write(b"b" * size)
        files.put_once("t/large.csv", b"first")
    assert slow.stood is True
    assert files.get("t/large.csv") == b"first"


def test_a_bucket_gives_an_address_for_a_while_and_a_folder_gives_none(bucket: BucketFiles, tmp_path: Path) -> None:
    told = {"name": "lorenskog-2026-11-lines.csv", "content_type": "text/csv", "seconds": 300}
    address = bucket.link("t/lines.csv", **told)  # type: ignore[arg-type]
    assert address is not None
    assert "t/lines.csv" in address
    assert "lorenskog-2026-11-lines.csv" in address
    assert FolderFiles(tmp_path).link("t/lines.csv", **told) is None  # type: ignore[arg-type]


def test_an_empty_file_is_a_file(files: Files) -> None:
    assert files.put_once("t/empty", b"") is True
    assert files.get("t/empty") == b""
    assert files.put_once("t/empty", b"now full") is False


def test_a_file_that_was_never_written_is_none(files: Files) -> None:
    assert files.get("t/nothing.csv") is None
    files.put_once("t/settlements/lines.csv", b"x")
    assert files.get("t/settlements") is None
    assert files.get("t/settlements/lines.csv/deeper") is None


def test_the_files_under_a_name_are_listed_and_taken_away(files: Files) -> None:
    for key in ("by/b.csv", "by/settlements/2026-01/a.csv", "byen/c.csv"):
        files.put_once(key, b"x")
    assert files.names("by") == ["by/b.csv", "by/settlements/2026-01/a.csv"]
    files.remove("by/b.csv")
    files.remove("by/b.csv")
    assert files.names("by") == ["by/settlements/2026-01/a.csv"]
    assert files.names("ingen") == []
    with pytest.raises(MalformedError):
        files.remove("../by")


@pytest.mark.parametrize(
    "key",
    [
        "../secret",
        "t/../../secret",
        "t/..",
        "/etc/passwd",
        "t//a",
        "t/",
        "",
        ".",
        ".hidden",
        "t/.writing-abc",
        "t\\..\\secret",
        "t/a\n",
        "t/a\x00b",
        "t/å.csv",
        "t/%2e%2e/a",
        "C:/secret",
        "a" * 513,
    ],
)
def test_a_key_that_could_name_something_else_is_refused(files: Files, key: str) -> None:
    with pytest.raises(MalformedError) as caught:
        files.get(key)
    assert caught.value.code == "bad_file_key"
    with pytest.raises(MalformedError):
        files.put_once(key, b"x")


def test_of_many_writers_at_once_one_writes_and_all_read_it(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    start = threading.Barrier(8)
    wrote: list[bytes] = []

    def write(number: int) -> None:
        content = f"writer {number}".encode() * 1000
        start.wait()
        if files.put_once("t/lines.csv", content):
            wrote.append(content)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [files.get("t/lines.csv")] == wrote
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["lines.csv"]


def test_two_bucket_writers_in_the_same_moment_are_told_apart_after_a_pause(bucket: BucketFiles) -> None:
    conflicts = _conflict(bucket, times=2)
    assert bucket.put_once("t/lines.csv", b"x") is True
    assert conflicts == [409, 409]


def test_a_bucket_that_stays_busy_asks_to_be_tried_again(bucket: BucketFiles) -> None:
    _conflict(bucket, times=99)
    with pytest.raises(TryAgainError) as caught:
        bucket.put_once("t/lines.csv", b"x")
    assert caught.value.code == "busy"


def test_the_address_says_folder_or_bucket(tmp_path: Path) -> None:
    assert isinstance(open_files(f"s3://{BUCKET}"), BucketFiles)
    folder = open_files(str(tmp_path))
    folder.put_once("t/a", b"x")
    assert (tmp_path / "t" / "a").read_bytes() == b"x"


def _conflict(bucket: BucketFiles, *, times: int) -> list[int]:
    """Answer as S3 does when two conditional writes meet, before anything is sent."""
    sent: list[int] = []

    def answer(**_: Any) -> Any:
        if len(sent) >= times:
            return None
        sent.append(409)
        return _Answer(), {"Error": {"Code": "ConditionalRequestConflict", "Message": "again"}}

    bucket._client.meta.events.register("before-call.s3.PutObject", answer)
    return sent


class _Answer:
    status_code = 409
