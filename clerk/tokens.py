"""Whose token is sent: one that was given, the laptop's own issuer's, or Maskinporten's. Kept in memory alone."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from clerk.api import ClerkError, Send, over_http

ROOT: Final = Path(__file__).resolve().parent.parent
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_LASTS: Final = 100  # seconds; Maskinporten takes 120 at most
_BEFORE_ITS_END: Final = 10  # seconds, within which a new token is fetched: clocks differ
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512"})

Token = Callable[[], str]


def given(text: str) -> Token:
    """Send a token that somebody has got already."""
    token = text.strip()
    if not token.isascii() or not token or any(letter.isspace() for letter in token):
        message = "That is not a token: one line of letters, as the issuer gave it."
        raise ClerkError(message)
    return lambda: token


def of_file(place: Path) -> Token:
    """Send the token in a file, read anew each time so that another program may keep it fresh."""
    given(_read(place))
    return lambda: _read(place).strip()


def of_this_machine(tenant: str, role: str, who: str) -> Token:
    """Ask the laptop's own issuer, once."""
    asked = [sys.executable, "-m", "infra.local", "token", "--tenant", tenant, "--role", role, "--who", who]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if done.returncode:
        raise ClerkError(done.stderr.strip().splitlines()[-1] if done.stderr else "No token could be made here.")
    return given(done.stdout)


@dataclass
class Maskinporten:
    """The client credentials of an organisation: a JWT signed with its own key, exchanged for a token of two minutes.

    Its settings are a JSON file: `client_id`, `scope`, `jwk` (the private key, or the name of the file it is in), and
    where they differ from production's `issuer` and `token_endpoint`; `resource` names one municipality as
    `<address>/<municipality>` where the organisation acts for several.
    """

    settings: Mapping[str, Any]
    send: Send = over_http
    now: Callable[[], float] = time.time
    _kept: tuple[str, float] = field(default=("", 0.0), repr=False)

    def __call__(self) -> str:
        """Give a token that lasts for some seconds more."""
        if self.now() >= self._kept[1] - _BEFORE_ITS_END:
            self._kept = self._fetch()
        return self._kept[0]

    def _fetch(self) -> tuple[str, float]:
        form = urlencode({"grant_type": _GRANT, "assertion": self._assertion()}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        asked_at = self.now()
        try:
            status, _, content = self.send("POST", str(self.settings["token_endpoint"]), headers, form)
            told = json.loads(content)
            if status != 200:  # noqa: PLR2004  the one status a token comes with (RFC 6749)
                said = f"{told.get('error', status)}: {told.get('error_description', 'no reason was given')}"
                raise ClerkError(f"Maskinporten: {said}"[:400])
            return str(told["access_token"]), asked_at + float(told["expires_in"])
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            message = "Maskinporten did not answer with a token; is `token_endpoint` right?"
            raise ClerkError(message) from error

    def _assertion(self) -> str:
        import jwt  # noqa: PLC0415  needed by those who sign alone

        now = int(self.now())
        claims: dict[str, Any] = {
            "aud": self.settings["issuer"], "iss": self.settings["client_id"], "scope": self.settings["scope"],
            "iat": now, "exp": now + _ASSERTION_LASTS, "jti": str(uuid.uuid4()),
        }  # fmt: skip
        if resource := self.settings.get("resource"):
            claims["resource"] = [resource]
        key = self.settings["jwk"]
        algorithm = key.get("alg", "RS256")
        try:
            signing = jwt.PyJWK(key, algorithm)
            return jwt.encode(claims, signing.key, algorithm, headers={"kid": key["kid"]})
        except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as error:
            message = "The key in `jwk` cannot sign: it must be a private RSA key as a JWK."
            raise ClerkError(message) from error


def maskinporten(place: Path, send: Send = over_http) -> Maskinporten:
    """Read the settings of a client. ClerkError with the fault named; the key is in no message."""
    try:
        settings = json.loads(_read(place))
        if isinstance(settings["jwk"], str):
            settings["jwk"] = json.loads(_read(place.parent / settings["jwk"]))
        settings.setdefault("issuer", "https://maskinporten.no/")
        settings.setdefault("token_endpoint", f"{settings['issuer']}token")
        faults = {
            "`client_id` is missing": not settings.get("client_id"),
            "`scope` is missing": not settings.get("scope"),
            "`issuer` ends with a slash": not settings["issuer"].endswith("/"),
            "`token_endpoint` is https": not _is_safe(settings["token_endpoint"]),
            "the key needs a `kid`, as it was registered": not settings["jwk"].get("kid"),
            "the key's `alg` is RS256, RS384 or RS512": settings["jwk"].get("alg", "RS256") not in _ALGORITHMS,
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{place}: a JSON file with `client_id`, `scope` and `jwk` is needed."
        raise ClerkError(message) from error
    if wrong := [fault for fault, found in faults.items() if found]:
        message = f"{place}: {'; '.join(wrong)}."
        raise ClerkError(message)
    return Maskinporten(settings, send)


def from_environment(
    file: Path | None, client: Path | None, local: Callable[[], Token] | None, send: Send = over_http
) -> Token:
    """Choose: what the command names, then `OPPLEV_TOKEN`, `OPPLEV_TOKEN_FILE`, `OPPLEV_MASKINPORTEN`."""
    named = os.environ
    if file is not None:
        return of_file(file)
    if client is not None:
        return maskinporten(client, send)
    if text := named.get("OPPLEV_TOKEN"):
        return given(text)
    if place := named.get("OPPLEV_TOKEN_FILE"):
        return of_file(Path(place))
    if place := named.get("OPPLEV_MASKINPORTEN"):
        return maskinporten(Path(place), send)
    if local is not None:
        return local()
    message = "Who is asking? Give --maskinporten, --token-file or OPPLEV_TOKEN; on this machine --tenant."
    raise ClerkError(message)


def _read(place: Path) -> str:
    try:
        return place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{place} cannot be read."
        raise ClerkError(message) from error


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})
