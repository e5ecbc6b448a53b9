"""HTTP/1.1 on one socket: a request in, an answer out, with limits on size and patience."""

import re
import socket
import time
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

HEAD_BYTES: Final = 16_384
BODY_BYTES: Final = 6 * 1024 * 1024  # what Lambda takes; API Gateway would take 10 MB and then fail
_CHUNK: Final = 65_536
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a client may take: between requests, for a head, for a body, to take its answer."""

    idle: float = 60
    head: float = 10
    body: float = 30
    answer: float = 30


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: the path and the query are not decoded."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    keep_alive: bool
    peer: str

    def header(self, name: str) -> str:
        """Give the first value of a header named in lower case, or nothing."""
        return next((value for sent, value in self.headers if sent.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. Length, date and connection are added on the way out."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


class WireError(Exception):
    """The bytes are not a request that is served; the connection ends after saying so."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Line:
    """One connection. Bytes that came early are kept for the next request."""

    def __init__(self, connection: socket.socket, peer: str, patience: Patience) -> None:
        self._socket = connection
        self._peer = peer
        self._patience = patience
        self._buffer = b""

    def read(self) -> Request | None:
        """Wait for the next request; None when the client has gone or stays silent."""
        try:
            return self._read()
        except TimeoutError as error:
            raise WireError(408, "too_slow") from error

    def send(self, answer: Answer, *, keep_alive: bool, bodiless: bool = False) -> None:
        """Write an answer. A client that does not take it in time raises TimeoutError."""
        lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}", f"Date: {_date()}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.status not in _NO_BODY:
            lines.append(f"Content-Length: {len(answer.body)}")
        lines.append("Connection: keep-alive\r\n\r\n" if keep_alive else "Connection: close\r\n\r\n")
        head = "\r\n".join(lines).encode("latin-1", "replace")
        self._socket.settimeout(self._patience.answer)
        self._socket.sendall(head if bodiless or answer.status in _NO_BODY else head + answer.body)

    def _read(self) -> Request | None:
        self._socket.settimeout(self._patience.idle)
        if not self._buffer:
            try:
                self._buffer = self._socket.recv(_CHUNK)
            except TimeoutError:
                return None
            if not self._buffer:
                return None
        deadline = time.monotonic() + self._patience.head
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > HEAD_BYTES:
                raise WireError(431, "head_too_large")
            if not self._more(deadline):
                return None
        if end > HEAD_BYTES:
            raise WireError(431, "head_too_large")
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        first, *rest = head.decode("latin-1").split("\r\n")
        method, path, query, version = _first_line(first)
        headers = _headers(rest)
        body = self._body({name.lower(): value for name, value in headers}, headers)
        wanted = ",".join(value.lower() for name, value in headers if name.lower() == "connection")
        keep_alive = "close" not in wanted if version == "HTTP/1.1" else "keep-alive" in wanted
        return Request(method, path, query, headers, body, keep_alive, self._peer)

    def _body(self, named: dict[str, str], headers: list[tuple[str, str]]) -> bytes:
        lengths = {value for name, value in headers if name.lower() == "content-length"}
        coding = named.get("transfer-encoding")
        if not lengths and coding is None:
            return b""
        # Two opinions on where a body ends are how requests are smuggled past a proxy.
        if len(lengths) > 1 or (lengths and coding is not None):
            raise WireError(400, "ambiguous_length")
        if coding is not None and coding.lower() != "chunked":
            raise WireError(501, "unknown_transfer_encoding")
        length = lengths.pop() if lengths else "0"
        if not (length.isascii() and length.isdigit()):
            raise WireError(400, "bad_length")
        if int(length) > BODY_BYTES:
            raise WireError(413, "too_large")
        if named.get("expect", "").lower() == "100-continue" and not self._buffer:
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        deadline = time.monotonic() + self._patience.body
        return self._exactly(int(length), deadline) if coding is None else self._chunks(deadline)

    def _chunks(self, deadline: float) -> bytes:
        pieces: list[bytes] = []
        total = 0
        while True:
            size = self._until_line_end(deadline).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
                raise WireError(400, "bad_chunk")
            length = int(size, 16)
            total += length
            if total > BODY_BYTES:
                raise WireError(413, "too_large")
            if length == 0:
                while self._until_line_end(deadline):
                    pass
                return b"".join(pieces)
            pieces.append(self._exactly(length, deadline))
            if self._exactly(2, deadline) != b"\r\n":
                raise WireError(400, "bad_chunk")

    def _until_line_end(self, deadline: float) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > HEAD_BYTES or not self._more(deadline):
                raise WireError(400, "bad_chunk")
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    def _exactly(self, length: int, deadline: float) -> bytes:
        have = bytearray(self._buffer[:length])
        self._buffer = self._buffer[length:]
        while len(have) < length:
            if not self._more(deadline):
                raise WireError(400, "cut_short")
            need = length - len(have)
            have += self._buffer[:need]
            self._buffer = self._buffer[need:]
        return bytes(have)

    def _more(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        piece = self._socket.recv(_CHUNK)
        self._buffer += piece
        return bool(piece)


def _first_line(line: str) -> tuple[str, str, str, str]:
    pieces = line.split(" ")
    if len(pieces) != 3 or not _NAME.fullmatch(pieces[0]):  # noqa: PLR2004  method, target, version
        raise WireError(400, "bad_request_line")
    method, target, version = pieces
    if version not in {"HTTP/1.1", "HTTP/1.0"}:
        raise WireError(505, "unknown_http_version")
    if target.startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"  # noqa: PLR2004  scheme://host/
    if not target.startswith("/"):
        raise WireError(400, "bad_target")
    path, _, query = target.partition("#")[0].partition("?")
    return method, path, query, version


def _headers(lines: list[str]) -> list[tuple[str, str]]:
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise WireError(400, "bad_header")
        headers.append((name, value.strip(" \t")))
    return headers


_said: tuple[int, str] = (0, "")


def _date() -> str:
    """Give the `Date` header, made once a second: phones set their clocks by it."""
    global _said  # noqa: PLW0603  a second's worth of text, the same for every thread
    second = int(time.time())
    if _said[0] != second:
        _said = (second, formatdate(second, usegmt=True))
    return _said[1]
