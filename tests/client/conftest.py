"""A clerk at a desk in Lørenskog: the commands, and the town's own doors behind them."""

import csv
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib import wiring
from clerk.api import Headers, Reply
from clerk.commands import main
from tests import town as towns
from tests.town import Town, send


@dataclass
class Desk:
    """The commands as they are typed, what they printed, and every request that they sent."""

    town: Town
    folder: Path
    capsys: pytest.CaptureFixture[str]
    sent: list[tuple[str, str, bytes]] = field(default_factory=list)
    before: Callable[[str, str], Reply | None] = lambda method, path: None  # noqa: ARG005  nothing stands in between
    role: str = "issuer"

    def run(self, *words: str, code: int = 0) -> Any:
        """Give a command with `--json`; give back what it printed for programs."""
        out = self.say(*words, "--json", code=code)
        return json.loads(out[0]) if out[0] else None

    def say(self, *words: str, code: int = 0) -> tuple[str, str]:
        """Give a command; give back both channels."""
        os.environ["OPPLEV_TOKEN"] = self.town.token(self.role)
        os.environ["OPPLEV_API"] = towns.HOST
        try:
            ended = main(list(words), self.through, lambda _: None)
        finally:
            del os.environ["OPPLEV_TOKEN"], os.environ["OPPLEV_API"]
        out, err = self.capsys.readouterr()
        assert ended == code, err
        return out, err

    def through(self, method: str, address: str, headers: Headers, body: bytes | None) -> Reply:
        """Carry a request to the town's doors, unless something stands in between."""
        parts = urlsplit(address)
        self.sent.append((method, parts.path, body or b""))
        instead = self.before(method, parts.path)
        if instead is not None:
            return instead
        reply = send(method, parts.path, body=body, headers=dict(headers), query=dict(parse_qsl(parts.query)))
        return reply.status, reply.headers, reply.body

    def table(self, name: str, text: str, encoding: str = "utf-8") -> str:
        """Write a list as a caseworker would."""
        place = self.folder / name
        place.write_bytes(text.encode(encoding))
        return str(place)

    def read(self, name: str) -> list[dict[str, str]]:
        """Read a list back."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def desk(
    fresh_table: str, dynamodb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Sit down at a desk."""
    town = towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    town.settle_in()
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    lists = tmp_path / "lists"
    lists.mkdir()
    monkeypatch.chdir(lists)
    yield Desk(town, lists, capsys)
    wiring.use(None)
