"""Where issuers' public keys come from, and for how long they serve."""

import json
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final

from chalicelib.access.rules import Issuer, VerifyingKey, parse_keys
from chalicelib.shared.answers import TryAgainError

_KEYS_LAST: Final = 24 * 3600.0
_KEYS_LAST_AT_MOST: Final = 48 * 3600.0  # while their issuer cannot be reached
_KEYS_AGAIN: Final = 60.0
_KEYS_AGAIN_AFTER_FAILURE: Final = 5.0
_KEYS_TIMEOUT: Final = 3.0
_LARGEST_JWKS: Final = 256 * 1024


@dataclass(slots=True)
class _KeySet:
    """What is known of one issuer's keys, and when it was asked."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: dict[str, VerifyingKey] = field(default_factory=dict)
    fetched_at: float | None = None
    asked_at: float | None = None


class IssuerKeys:
    """Issuers' public keys: read once, fetched again after a day or (once a minute at most) for an unknown key id.

    An issuer that cannot be reached keeps its keys for one day more.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._sets: dict[str, _KeySet] = {}

    def key(self, issuer: Issuer, key_id: str) -> VerifyingKey | None:
        """Give a key by its id, or the only one for a token that names none; TryAgainError `keys_unreachable`."""
        known = self._set_of(issuer)
        found = _pick(known.keys, key_id)
        if issuer.jwks_uri is None or (found is not None and self._age(known.fetched_at) < _KEYS_LAST):
            return found
        if found is not None and self._age(known.fetched_at) < _KEYS_LAST_AT_MOST:
            # Old keys serve while one request fetches new ones.
            if known.lock.acquire(blocking=False):
                try:
                    self._ask(issuer.jwks_uri, known)
                finally:
                    known.lock.release()
            return _pick(known.keys, key_id)
        with known.lock:  # whoever waited here finds what the first has fetched
            answered = self._ask(issuer.jwks_uri, known)
        found = _pick(known.keys, key_id) if self._age(known.fetched_at) < _KEYS_LAST_AT_MOST else None
        if found is None and not answered:
            raise TryAgainError("keys_unreachable", "The issuer's keys cannot be fetched now; try again.")
        return found

    def _set_of(self, issuer: Issuer) -> _KeySet:
        known = self._sets.get(issuer.issuer)
        if known is None:
            with self._lock:
                known = self._sets.setdefault(issuer.issuer, _KeySet(keys=parse_keys(issuer.jwks)))
        return known

    def _ask(self, address: str, known: _KeySet) -> bool:
        """Fetch unless it was done lately; say whether the latest fetch went well. Its lock is held."""
        worked = known.asked_at is not None and known.asked_at == known.fetched_at
        if self._age(known.asked_at) < (_KEYS_AGAIN if worked else _KEYS_AGAIN_AFTER_FAILURE):
            return worked
        known.asked_at = self._monotonic()
        keys = parse_keys(_fetch(address))
        if keys:
            known.keys, known.fetched_at = keys, known.asked_at
        return bool(keys)

    def _age(self, since: float | None) -> float:
        return float("inf") if since is None else self._monotonic() - since


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys come from the address that was configured, and from nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


_OPENER: Final = urllib.request.build_opener(_NoRedirect)


def _fetch(address: str) -> object:
    """Give what is at an address as JSON, None where it does not answer."""
    request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310  https, see rules
    try:
        with _OPENER.open(request, timeout=_KEYS_TIMEOUT) as answer:
            return json.loads(answer.read(_LARGEST_JWKS))
    except (OSError, HTTPException, ValueError, RecursionError):  # URLError and timeouts are OSError
        return None


def _pick(keys: dict[str, VerifyingKey], key_id: str) -> VerifyingKey | None:
    if not key_id and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(key_id)
