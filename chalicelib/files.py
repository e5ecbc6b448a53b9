"""Files that are written once and served from there ever after: a folder on a laptop, an S3 bucket in the cloud."""

import hmac
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, Protocol
from urllib.parse import urlencode

from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError
from botocore.session import get_session

from chalicelib.shared.answers import MalformedError, TryAgainError

LINKS: Final = "/files/"  # where a laptop serves what it has signed
SIGNATURE: Final = "&signature="
_S3: Final = "s3://"
_LONGEST_KEY: Final = 512
# No part starts with a dot, so no key climbs out of the folder or meets the hidden file of a write under way.
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_STANDS_ALREADY: Final = frozenset({"PreconditionFailed", "412"})
_ANOTHER_WRITES_NOW: Final = frozenset({"ConditionalRequestConflict", "409"})
_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_TRIES: Final = 4
_PIECE: Final = 1 << 20
_S3_PART: Final = 8 << 20  # S3 takes parts from 5 MB on


class Sink(Protocol):
    """A file being written. `stood` says, once it is closed, that another stood under the key, and none was written."""

    stood: bool

    def write(self, piece: bytes, /) -> object:
        """Take the next bytes."""


class Files(Protocol):
    """Where files are. Keys are parts of letters, digits, `.`, `_` and `-`, with `/` between them."""

    def put_once(self, key: str, content: bytes) -> bool:
        """Write a file that does not exist yet; False, and nothing written, where one stands under the key."""

    def writing(self, key: str) -> AbstractContextManager[Sink]:
        """Write a file piece by piece: it stands, whole, once the block has ended well, unless one stood already."""

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None where there is none."""

    def names(self, under: str) -> list[str]:
        """Give the keys under one that others begin with, `<under>/…`, in order."""

    def remove(self, key: str) -> None:
        """Take a file away; one that is gone is as good."""

    def pieces(self, key: str) -> Iterator[bytes] | None:
        """Give a file a megabyte at a time, or None where there is none."""

    def stands(self, key: str) -> bool:
        """Say whether there is a file under the key."""

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str | None:
        """Give an address at which anyone may fetch the file for so long; None where there is no such place."""


class FolderFiles:
    """Files in a folder of this machine. Where it is served, `address` and `key` make links to it."""

    def __init__(self, folder: Path, *, address: str = "", key: str = "") -> None:
        self._folder = folder
        self._address = address
        self._key = key

    def put_once(self, key: str, content: bytes) -> bool:
        """Write aside and link into place: the key holds the whole content or nothing, also after a power cut."""
        place = self._folder / checked(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".writing-") as aside:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
            try:
                os.link(aside.name, place)
            except FileExistsError:
                return False
        return True

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        """Write aside, then link into place."""
        place = self._folder / checked(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".writing-") as aside:
            sink = _Aside(aside)
            yield sink
            aside.flush()
            os.fsync(aside.fileno())
            try:
                os.link(aside.name, place)
            except FileExistsError:
                sink.stood = True

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None where there is none; a folder is not a file."""
        try:
            return (self._folder / checked(key)).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def names(self, under: str) -> list[str]:
        """Give the keys under another, in order; the hidden file of a write under way is none."""
        found = (path.relative_to(self._folder).as_posix() for path in (self._folder / checked(under)).rglob("*")
                 if path.is_file() and not path.name.startswith("."))  # fmt: skip
        return sorted(found)

    def remove(self, key: str) -> None:
        """Take a file away; one that is gone is as good."""
        (self._folder / checked(key)).unlink(missing_ok=True)

    def pieces(self, key: str) -> Iterator[bytes] | None:
        """Give a file a megabyte at a time, or None where there is none."""
        place = self._folder / checked(key)
        return _read(place) if place.is_file() else None

    def stands(self, key: str) -> bool:
        """Say whether there is a file under the key."""
        return (self._folder / checked(key)).is_file()

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str | None:
        """Give an address that says by itself what the file is called and what it is; None where nobody serves it."""
        if not self._key:
            return None
        said = urlencode({"name": name, "type": content_type, "until": int(time.time()) + seconds})
        asked = f"{LINKS}{checked(key)}?{said}"
        return f"{self._address}{asked}{SIGNATURE}{signed(self._key, asked)}"


class BucketFiles:
    """Files in an S3 bucket. The client is made at the first use, so that a cold start does not pay for it."""

    def __init__(self, name: str, region: str | None = None) -> None:
        self._name = name
        self._region = region
        self._made: Any = None

    def put_once(self, key: str, content: bytes) -> bool:
        """Write under the condition that the key is free. A reply lost on the way looks like a file of another's."""
        for _ in range(_TRIES):
            try:
                self._client.put_object(Bucket=self._name, Key=checked(key), Body=content, IfNoneMatch="*")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _STANDS_ALREADY:
                    return False
                if code not in _ANOTHER_WRITES_NOW:
                    raise
            else:
                return True
        code, detail = "busy", "The same file is being written by another; send the call again."
        raise TryAgainError(code, detail)

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None where there is none."""
        try:
            found = self._client.get_object(Bucket=self._name, Key=checked(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        content: bytes = found["Body"].read()
        return content

    def names(self, under: str) -> list[str]:
        """Give the keys under another, in order, a thousand a request."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=f"{checked(under)}/")
        return sorted(each["Key"] for page in pages for each in page.get("Contents", []))

    def remove(self, key: str) -> None:
        """Take a file away. A bucket with versions keeps what was there for as long as its own rules say."""
        self._client.delete_object(Bucket=self._name, Key=checked(key))

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        """Write in parts, eight megabytes in memory at a time; what fits in one goes as one."""
        sink = _Parts(self._client, self._name, checked(key))
        try:
            yield sink
            if sink.upload is None:
                sink.stood = not self.put_once(key, bytes(sink.held))
            else:
                sink.finish()
        except BaseException:
            sink.abort()
            raise

    def pieces(self, key: str) -> Iterator[bytes] | None:
        """Give a file a megabyte at a time, or None where there is none."""
        try:
            found = self._client.get_object(Bucket=self._name, Key=checked(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        read: Iterator[bytes] = found["Body"].iter_chunks(_PIECE)
        return read

    def stands(self, key: str) -> bool:
        """Say whether there is a file under the key."""
        try:
            self._client.head_object(Bucket=self._name, Key=checked(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise
        return True

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str | None:
        """Give a presigned address. It says by itself what the file is called and what it is."""
        asked = {
            "Bucket": self._name,
            "Key": checked(key),
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseContentType": content_type,
        }
        address: str = self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)
        return address

    @property
    def _client(self) -> Any:
        if self._made is None:
            patient = ClientConfig(connect_timeout=2, read_timeout=20, retries={"mode": "standard", "max_attempts": 4})
            self._made = get_session().create_client("s3", region_name=self._region, config=patient)
        return self._made


class _Aside:
    """Bytes on their way into a folder."""

    def __init__(self, aside: IO[bytes]) -> None:
        self.write = aside.write
        self.stood = False


class _Parts:
    """Bytes on their way into a bucket."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._place = {"Bucket": bucket, "Key": key}
        self._done: list[dict[str, Any]] = []
        self.held = bytearray()
        self.upload: str | None = None
        self.stood = False

    def write(self, piece: bytes, /) -> None:
        self.held += piece
        while len(self.held) >= _S3_PART:
            self._send(bytes(self.held[:_S3_PART]))
            del self.held[:_S3_PART]

    def finish(self) -> None:
        if self.held:
            self._send(bytes(self.held))
        parts = {"Parts": self._done}
        try:
            self._client.complete_multipart_upload(
                **self._place, UploadId=self.upload, MultipartUpload=parts, IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _STANDS_ALREADY | _ANOTHER_WRITES_NOW:
                raise
            self.stood = True
            self.abort()

    def abort(self) -> None:
        if self.upload is not None:
            with suppress(ClientError):  # the bucket clears away what is left after a day
                self._client.abort_multipart_upload(**self._place, UploadId=self.upload)

    def _send(self, part: bytes) -> None:
        if self.upload is None:
            self.upload = self._client.create_multipart_upload(**self._place)["UploadId"]
        number = len(self._done) + 1
        sent = self._client.upload_part(**self._place, UploadId=self.upload, PartNumber=number, Body=part)
        self._done.append({"PartNumber": number, "ETag": sent["ETag"]})


def _read(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def open_files(where: str, region: str | None = None, *, address: str = "", key: str = "") -> Files:
    """Give the files at `s3://<bucket>` or in a folder, which `address` serves to who has a link signed with `key`."""
    if where.startswith(_S3):
        return BucketFiles(where.removeprefix(_S3).rstrip("/"), region)
    return FolderFiles(Path(where), address=address, key=key)


def signed(key: str, asked: str) -> str:
    """Sign the path and query of an address on this machine, as S3 signs its own."""
    return hmac.new(key.encode(), asked.encode(), sha256).hexdigest()


def checked(key: str) -> str:
    """Give the key back when it is one; MalformedError `bad_file_key` where it could name something else."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        code, detail = "bad_file_key", "A file's key is parts of letters, digits, '.', '_' and '-', with '/' between."
        raise MalformedError(code, detail)
    return key
