"""Files that are written once and served from there ever after: a folder on a laptop, an S3 bucket in the cloud."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any, Final, Protocol

from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError
from botocore.session import get_session

from chalicelib.shared.answers import MalformedError, TryAgainError

_S3: Final = "s3://"
_LONGEST_KEY: Final = 512
# No part starts with a dot, so no key climbs out of the folder or meets the hidden file of a write under way.
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_STANDS_ALREADY: Final = frozenset({"PreconditionFailed", "412"})
_ANOTHER_WRITES_NOW: Final = frozenset({"ConditionalRequestConflict", "409"})
_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_TRIES: Final = 4


class Files(Protocol):
    """Where files are. Keys are parts of letters, digits, `.`, `_` and `-`, with `/` between them."""

    def put_once(self, key: str, content: bytes) -> bool:
        """Write a file that does not exist yet; False, and nothing written, where one stands under the key."""

    def get(self, key: str) -> bytes | None:
        """Give the bytes of a file, or None where there is none."""

    def names(self, under: str) -> list[str]:
        """Give the keys under one that others begin with, `<under>/…`, in order."""

    def remove(self, key: str) -> None:
        """Take a file away; one that is gone is as good."""


class FolderFiles:
    """Files in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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

    @property
    def _client(self) -> Any:
        if self._made is None:
            patient = ClientConfig(connect_timeout=2, read_timeout=20, retries={"mode": "standard", "max_attempts": 4})
            self._made = get_session().create_client("s3", region_name=self._region, config=patient)
        return self._made


def open_files(where: str, region: str | None = None) -> Files:
    """Give the files at `s3://<bucket>` or in a folder."""
    if where.startswith(_S3):
        return BucketFiles(where.removeprefix(_S3).rstrip("/"), region)
    return FolderFiles(Path(where))


def checked(key: str) -> str:
    """Give the key back when it is one; MalformedError `bad_file_key` where it could name something else."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        code, detail = "bad_file_key", "A file's key is parts of letters, digits, '.', '_' and '-', with '/' between."
        raise MalformedError(code, detail)
    return key
