"""The pages that a phone loads, with the headers they also have in the cloud."""

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from infra.local.lighter import lighter, versioned
from infra.local.wire import Answer, Request

_INFRA: Final = Path(__file__).resolve().parent.parent
# The machine's own table of types differs from one system to the next; these are what browsers insist on.
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class _Page:
    changed: int
    size: int
    etag: str
    body: bytes
    zipped: bytes | None


class Pages:
    """The files under one folder, and the short addresses that some of them also have."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._short: dict[str, str] = json.loads((_INFRA / "pages.json").read_text("utf-8"))
        self._headers: dict[str, str] = json.loads((_INFRA / "headers.json").read_text("utf-8"))["everywhere"]
        self._kept: dict[Path, _Page] = {}

    def answer(self, request: Request) -> Answer | None:
        """Give the page that a path names, 304 when the browser has it, None when there is no such page."""
        path = self._file(request.path)
        if path is None:
            return None
        page = self._read(path)
        zipped = page.zipped if "gzip" in request.header("accept-encoding") else None
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = [
            ("Content-Type", kind),
            ("Cache-Control", "no-cache"),
            ("ETag", page.etag if zipped is None else f"W/{page.etag}"),  # the same page in other bytes
            ("Vary", "Accept-Encoding"),
            *self._headers.items(),
        ]
        if _has(request.header("if-none-match"), page.etag):
            return Answer(304, headers)
        if zipped is not None:
            return Answer(200, [*headers, ("Content-Encoding", "gzip")], zipped)
        return Answer(200, headers, page.body)

    def _file(self, path: str) -> Path | None:
        name = self._short.get(path)
        if name is None:
            name = unquote(path).removeprefix("/")
            pieces = name.split("/")
            if "\\" in name or "\0" in name or any(not piece or piece.startswith(".") for piece in pieces):
                return None
        file = (self._folder / name).resolve()
        return file if file.is_relative_to(self._folder) and file.is_file() else None

    def _read(self, path: Path) -> _Page:
        stat = path.stat()
        kept = self._kept.get(path)
        if kept is None or (kept.changed, kept.size) != (stat.st_mtime_ns, stat.st_size):
            body = lighter(path.relative_to(self._folder).as_posix(), path.read_bytes())
            kept = self._kept[path] = _page(stat.st_mtime_ns, stat.st_size, body)
        if path == self._folder / "sw.js":  # it is new when any of the files that it keeps is
            written = versioned(path.read_bytes(), lambda name: self._read(self._folder / name).body)
            return _page(kept.changed, kept.size, lighter("sw.js", written))
        return kept


def _page(changed: int, size: int, body: bytes) -> _Page:
    zipped = gzip.compress(body, 9, mtime=0)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return _Page(changed, size, etag, body, zipped if len(zipped) < len(body) else None)


def _has(if_none_match: str, etag: str) -> bool:
    told = [piece.strip().removeprefix("W/") for piece in if_none_match.split(",")]
    return etag in told or told == ["*"]
