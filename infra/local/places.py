"""Where this run keeps its things, and what it was told from outside."""

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_LOCAL: Final = ROOT / ".local"
DATA: Final = _LOCAL / "data"
ENGINE_FOLDER: Final = _LOCAL / "engine"
TABLE: Final = "opplev"
REGION: Final = "eu-north-1"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  a name to compare with, not to bind to
_MOST_WORKERS: Final = 16


class StartError(Exception):
    """The run cannot start; the message is the one line that says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """The settings of one run. Port 0 asks for any free one."""

    data: Path
    port: int
    bind: str
    host: str | None  # the public address, where it is not http://localhost:<port>
    workers: int
    verbose: bool
    demo: bool

    @property
    def database(self) -> Path:
        """The embedded DynamoDB's file."""
        return self.data / "opplev.db"

    @property
    def files(self) -> Path:
        """Settlement files and images."""
        return self.data / "files"

    @property
    def images(self) -> Path:
        """The pictures that are printed on cards."""
        return self.files / "images"

    @property
    def card_secret(self) -> Path:
        """What the keys that sign cards are made from."""
        return self.data / "card-secret.json"

    @property
    def issuer_key(self) -> Path:
        """What the local issuer signs tokens with."""
        return self.data / "issuer.pem"

    @property
    def lock(self) -> Path:
        """Held by the run that uses this folder."""
        return self.data / "run.lock"

    @property
    def run(self) -> Path:
        """Where that run and its database answer, for commands given beside it."""
        return self.data / "run.json"

    @property
    def demo_cards(self) -> Path:
        """The demo cards as a sheet to print: with the data whose cards they are."""
        return self.data / "demo" / "cards.pdf"

    def address(self, port: int) -> str:
        """Give the address that people, cards and phones use."""
        if self.host:
            return self.host.rstrip("/")
        if self.bind in _LOOPBACK or self.bind in _EVERYWHERE:
            return f"http://localhost:{port}"
        return f"http://[{self.bind}]:{port}" if ":" in self.bind else f"http://{self.bind}:{port}"


def from_environment(environment: Mapping[str, str] = os.environ) -> Places:
    """Read OPPLEV_DATA, _PORT, _BIND, _HOST, _WORKERS, _VERBOSE and _DEMO. StartError names the one that is wrong."""
    return Places(
        data=Path(environment.get("OPPLEV_DATA") or DATA).expanduser().resolve(),
        port=_number(environment, "OPPLEV_PORT", "8000", 65_535),
        bind=environment.get("OPPLEV_BIND") or "127.0.0.1",
        host=_host(environment.get("OPPLEV_HOST")),
        workers=max(_number(environment, "OPPLEV_WORKERS", "1", _MOST_WORKERS), 1),
        verbose=bool(environment.get("OPPLEV_VERBOSE")),
        demo=environment.get("OPPLEV_DEMO", "1") not in {"0", "no", "false"},
    )


def version() -> str:
    """Give the product's version, as the project's own file says it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def settings_of(places: Places, *, engine: str, host: str, issuers: str) -> dict[str, str]:
    """Give the environment that the app reads, as the cloud's template would set it.

    The names of AWS are set to nothing real: whatever account this machine is signed in to is left alone.
    """
    away = ",".join(filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1,localhost")))
    return {
        "OPPLEV_TABLE": TABLE,
        "OPPLEV_ENGINE": engine,
        "OPPLEV_HOST": host,
        "OPPLEV_ISSUERS": issuers,
        "OPPLEV_FILES": str(places.files),
        "OPPLEV_FILES_KEY": secrets.token_urlsafe(32),  # of this run: a link outlives it no more than its five minutes
        "OPPLEV_SECRET": str(places.card_secret),
        "OPPLEV_VERSION": version(),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": away,
        "no_proxy": away,
    }


def write_private(path: Path, content: bytes) -> None:
    """Write a secret that only this user can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    aside.replace(path)


def read_json(path: Path) -> dict[str, str]:
    """Read a small JSON file; empty where there is none, or where it was cut short."""
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _number(environment: Mapping[str, str], name: str, otherwise: str, most: int) -> int:
    text = environment.get(name) or otherwise
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > most:
        message = f"{name} must be a number from 0 to {most}, not {text!r}."
        raise StartError(message)
    return int(text)


def _host(text: str | None) -> str | None:
    if text and not re.fullmatch(r"https?://[^\s/?#]+/?", text):
        message = f"OPPLEV_HOST must be an address like https://kort.example, not {text!r}."
        raise StartError(message)
    return text or None
