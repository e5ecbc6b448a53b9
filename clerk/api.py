"""Asking the API: patient with a busy server, honest about what it answers, and silent about what is sent."""

import json
import random
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

_TRIES: Final = 5
_PAUSE: Final = 0.5  # seconds, doubled each time
_TIMEOUT: Final = 60.0
_PASSING: Final = frozenset({429, 502, 503, 504})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

Headers = Mapping[str, str]
Reply = tuple[int, Headers, bytes]
Send = Callable[[str, str, Headers, bytes | None], Reply]  # method, address, headers, body


class ClerkError(Exception):
    """It cannot be done; the message is the line that says why, and what to do."""


class NotReachedError(ClerkError):
    """The server did not answer, or was busy, as often as it was asked; the same command may be given again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, and how to mend it."""

    path: str
    detail: str


class RefusedError(ClerkError):
    """The server said no, with a stable code (RFC 9457)."""

    def __init__(self, status: int, code: str, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.faults = faults


@dataclass
class Api:
    """One deployment. Every call that writes carries an id of ours, so each may be sent again."""

    address: str
    token: Callable[[], str]
    send: Send = field(default_factory=lambda: over_http)
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            message = f"{self.address}: a token is sent over https only."
            raise ClerkError(message)
        self.address = self.address.rstrip("/")

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Ask in JSON. RefusedError where the answer is no, NotReachedError where there is none."""
        raw = None if body is None else json.dumps(body).encode()
        return json.loads(self.fetch(method, path, raw, kind="application/json", key=key, query=query))

    def fetch(
        self, method: str, path: str, raw: bytes | None, *, kind: str, key: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> bytes:  # fmt: skip
        """Ask with a body of some kind, and give the bytes of the answer."""
        address = f"{self.address}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"accept": "*/*"} | ({"content-type": kind} if raw is not None else {})
        headers |= {"idempotency-key": key} if key else {}
        for tried in range(_TRIES):
            if tried:
                self.sleep(random.uniform(0.5, 1) * _PAUSE * 2**tried)  # noqa: S311  spreads tries, guards nothing
            try:
                status, _, content = self.send(
                    method, address, {**headers, "authorization": f"Bearer {self.token()}"}, raw
                )
            except (OSError, HTTPException) as error:
                missed: Exception = error
                continue
            if status < 300:  # noqa: PLR2004  HTTP's own line between yes and no
                return content
            missed = refused(status, content)
            if status not in _PASSING:
                raise missed
        message = f"{self.address} does not answer now. What was done is safe; give the same command again."
        raise NotReachedError(message) from missed


def refused(status: int, content: bytes) -> RefusedError:
    """Read a problem (RFC 9457); one that cannot be read is told by its status."""
    try:
        told = json.loads(content)
        faults = tuple(Fault(str(each["path"]), str(each["detail"])) for each in told.get("fields") or [])
        return RefusedError(status, str(told["code"]), str(told["detail"]), faults)
    except (ValueError, KeyError, TypeError, AttributeError):
        return RefusedError(status, f"http_{status}", f"The server answered {status}.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the address that was given, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


_OPENER: Final = urllib.request.build_opener(_NoRedirect)


def over_http(method: str, address: str, headers: Headers, body: bytes | None) -> Reply:
    """Send a request over the net; an answer that says no is an answer."""
    asked = urllib.request.Request(address, body, dict(headers), method=method)  # noqa: S310  https, or this machine
    try:
        with _OPENER.open(asked, timeout=_TIMEOUT) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as answer:
        with answer:
            return answer.code, dict(answer.headers), answer.read()
