"""`python -m infra.local`, started as a person would start it, in a folder of its own."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from infra.local.places import StartError, from_environment

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
COMMAND = [sys.executable, "-m", "infra.local"]


@dataclass
class Started:
    """A run that answers, and what it printed until then."""

    process: subprocess.Popen[str]
    address: str
    printed: str
    data: Path

    def get(self, path: str, token: str | None = None, *, method: str = "GET", body: Any = None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        sent = None if body is None else json.dumps(body).encode()
        try:
            asked = Request(self.address + path, sent, headers, method=method)  # noqa: S310  our own address
            with urlopen(asked, timeout=20) as answer:  # noqa: S310  the same
                return answer.status, answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    @property
    def engine_port(self) -> int:
        return urlsplit(json.loads((self.data / "run.json").read_text())["engine"]).port or 0

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """Send a signal; give the exit code and everything on the error channel."""
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


def settings(data: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPPLEV_", "AWS_"))}
    return {**kept, "OPPLEV_DATA": str(data), "OPPLEV_PORT": "0", **more}


@contextmanager
def started(data: Path, *arguments: str, **more: str) -> Iterator[Started]:
    process = subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=settings(data, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        printed = ""
        assert process.stdout is not None
        while "Ctrl-C stops it" not in printed:
            line = process.stdout.readline()
            assert line, (printed, process.communicate()[1])
            printed += line
        address = printed.split("runs at ")[1].split()[0]
        yield Started(process, address, printed, data)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def refused(data: Path, *arguments: str, cwd: Path = ROOT, **more: str) -> str:
    """Run a command that must end by itself; give the one line that it says, with exit code 1."""
    done = subprocess.run(  # noqa: S603  our own command
        [*COMMAND, *arguments],
        cwd=cwd,
        env=settings(data, **more),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def command(data: Path, *arguments: str) -> str:
    return subprocess.run(  # noqa: S603  our own command
        [*COMMAND, *arguments], cwd=ROOT, env=settings(data), capture_output=True, text=True, check=True, timeout=90
    ).stdout.strip()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def gone(port: int) -> bool:
    deadline = time.monotonic() + 5
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not answers(port)


def test_the_first_start_stands_a_town_up_and_the_second_finds_it_as_it_was_left(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(data) as run:
        status, health = run.get("/v1/health")
        assert (status, json.loads(health)["table"]) == (200, True)
        assert b"<html" in run.get("/")[1]
        assert run.printed.count("/E#LORENSKOG.") == 2  # a till's, and the owner's
        assert "/K#" in run.printed
        assert (tmp_path / "data" / "demo" / "cards.pdf").read_bytes().startswith(b"%PDF")
        _look_at_the_town(run)
        numbers, member = _card_numbers(run), _somebody_with_time(run)
        _close_the_month(run)
        renamed = {"name": "Kinosalen ved torget", "kind": "private", "settle_by": "voucher"}
        assert run.get("/v1/venues/kino", _token(data, "office"), method="PUT", body=renamed)[0] == 200
        engine = run.engine_port
        code, errors = run.end(signal.SIGINT)
        assert (code, errors) == (0, "")
        assert gone(engine)
        assert not (data / "run.json").exists()
    with started(data) as again:
        venues = json.loads(again.get("/v1/venues", _token(data, "office"))[1])["venues"]
        assert "Kinosalen ved torget" in {each["venue"]["name"] for each in venues}
        assert _card_numbers(again) == numbers
        assert _somebody_with_time(again) == member
    assert "5 of the last 15 minutes are left to the next check" in command(
        data, "ledger", "verify", "--tenant", "lorenskog", "--currency", "grankred"
    )
    with started(data) as again:
        assert again.end(signal.SIGTERM) == (0, "")
    assert "with 10 cards" in command(data, "demo", "--reset")
    assert "/E#LORENSKOG." in command(data, "enrol", "--tenant", "lorenskog", "--venue", "museum")
    assert "no venue 'nowhere'" in refused(data, "enrol", "--tenant", "lorenskog", "--venue", "nowhere")


def _somebody_with_time(run: Started) -> str:
    """Give the code of the member that the greeting shows, having opened their page, the poster and the paper."""
    member, poster, attested = (
        next(word for word in run.printed.split() if word.startswith(f"{run.address}{path}") and found(word))
        for path, found in (
            ("/K#", lambda word: "#s." not in word and word != _first_card(run)),
            ("/K#s.lorenskog.grankred.", bool),
            ("/A#", bool),
        )
    )  # fmt: skip
    status, page = run.get("/v1/kred/member", method="POST", body={"card": member, "pin": "4711"})
    assert (status, json.loads(page)["balance"]) == (200, 180)
    joined = {
        "id": str(uuid.uuid4()), "code": poster, "name": "Testperson To", "language": "nb", "age_band": "20_29",
        "consent": True, "pin": "1234",
    }  # fmt: skip
    assert run.get("/v1/kred/join", method="POST", body=joined)[0] == 201
    checked = run.get("/v1/attestations/verify", method="POST", body={"code": attested})
    assert (checked[0], json.loads(checked[1])["standing"]) == (200, "holds")
    for paper in ("poster.pdf", "kred-notes.pdf", "attestation.pdf"):
        assert (run.data / "demo" / paper).read_bytes().startswith(b"%PDF")
    return member.partition("#")[2]


def _first_card(run: Started) -> str:
    return next(word for word in run.printed.split() if word.startswith(f"{run.address}/K#"))


def _look_at_the_town(run: Started) -> None:
    office = _token(run.data, "office")
    venues = json.loads(run.get("/v1/venues", office)[1])["venues"]
    assert {each["venue"]["settle_by"] for each in venues} == {"voucher", "invoice", "internal", "none"}
    programme = json.loads(run.get("/v1/programmes/opplevelseskort", office)[1])
    assert (programme["cards"]["quota"], programme["cards"]["validity"]) == (100, "P1Y")
    assert programme["ages"] == {"from": 5, "to": 18, "counted": "birthday"}
    assert run.get("/v1/settlements", office)[0] == 403


def _card_numbers(run: Started) -> list[str]:
    found = []
    token = _token(run.data, "issuer")
    for number in range(1, 11):
        body = {"external_ref": f"DEMO-{number:02d}"}
        status, said = run.get("/v1/cards/find", token, method="POST", body=body)
        assert status == 200, said
        found += [card["number"] for card in json.loads(said)["cards"]]
    assert len(set(found)) == 10
    return found


def _close_the_month(run: Started) -> None:
    month = run.printed.split("/v1/settlements/")[1].split("/")[0]
    finance = _token(run.data, "finance")
    assert run.get(f"/v1/settlements/{month}/close", finance, method="POST")[0] == 200
    status, lines = run.get(f"/v1/settlements/{month}/files/lines.csv", finance)
    assert status == 200
    assert lines.decode("utf-8-sig").startswith("oppgjor;brukersted;")
    assert len(lines.splitlines()) > 10


def _token(data: Path, role: str) -> str:
    return command(data, "token", "--tenant", "lorenskog", "--role", role)


def test_a_town_added_beside_a_running_server_is_there_at_once(tmp_path: Path) -> None:
    with started(tmp_path / "data", "run", "--no-demo") as run:
        command(run.data, "tenant", "put", "--id", "nabo", "--number", "9998", "--name", "Nabo kommune")
        token = command(run.data, "token", "--tenant", "nabo", "--role", "office", "--who", "Kari-2")
        assert run.get("/v1/programmes", token) == (200, b'{"programmes":[]}')
        assert run.get("/v1/programmes")[0] == 401


def test_a_municipality_s_file_is_loaded_beside_a_running_server_and_a_second_time_changes_nothing(
    tmp_path: Path,
) -> None:
    file = str(ROOT / "infra" / "local" / "municipalities" / "moss.toml")
    with started(tmp_path / "data", "run", "--no-demo") as run:
        told = [command(run.data, "municipality", file, "--year", "2031") for _ in range(2)]
        assert told[0] == told[1]
        assert "Moss kommune (3103) stands" in told[0]
        assert "assumed: " in told[0]
        token = command(run.data, "token", "--tenant", "moss", "--role", "office")
        programme = json.loads(run.get("/v1/programmes/klippekort", token)[1])
        assert (programme["valid_from"], programme["valid_until"]) == ("2031-01-01", "2032-12-31")
        assert "There is no file" in refused(run.data, "municipality", "nowhere.toml")


def test_a_stop_while_it_starts_is_a_stop_like_any_other(tmp_path: Path) -> None:
    for seconds in (0, 0.3, 1.5):
        process = subprocess.Popen(  # noqa: S603  our own command
            COMMAND,
            cwd=ROOT,
            env=settings(tmp_path / "data"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "Starting ...\n"
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()
        assert (process.returncode, errors) == (0, "")


def test_a_second_run_on_the_same_data_is_refused_in_one_line(tmp_path: Path) -> None:
    with started(tmp_path / "data", "run", "--no-demo") as run:
        assert run.address in refused(run.data)
        assert run.get("/v1/health")[0] == 200


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(tmp_path / "data", OPPLEV_PORT=str(port))
    assert said.startswith(f"Port {port} is taken.")


def test_without_npm_one_line_says_what_to_install(tmp_path: Path) -> None:
    fresh = tmp_path / "clone"  # where no engine has been fetched yet
    for part in ("infra", "chalicelib"):
        shutil.copytree(ROOT / part, fresh / part, ignore=shutil.ignore_patterns("__pycache__", "*.ttf"))
    for part in ("app.py", "pyproject.toml"):
        shutil.copy(ROOT / part, fresh / part)
    empty = tmp_path / "bin"
    empty.mkdir()
    assert refused(tmp_path / "data", cwd=fresh, PATH=str(empty)).startswith("Node.js 20 or newer is needed")


@pytest.mark.skipif(importlib.util.find_spec("flask") is not None, reason="moto's server would stand in here")
def test_a_machine_without_an_engine_is_told_how_to_try_it_out(tmp_path: Path) -> None:
    strange = (
        "import platform, sys; platform.machine = lambda: 'riscv64'; from infra.local.cli import main; sys.exit(main())"
    )
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", strange],
        cwd=ROOT,
        env=settings(tmp_path / "data"),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "no embedded DynamoDB for" in done.stderr
    assert "moto[dynamodb,server]" in done.stderr


def test_killed_outright_it_leaves_no_engine_behind_and_starts_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(data, "run", "--no-demo") as run:
        engine = run.engine_port
        run.process.kill()
        run.process.wait()
        assert gone(engine)
    with started(data, "run", "--no-demo") as again:
        assert again.get("/v1/health")[0] == 200


def test_two_processes_share_the_port_and_stop_together(tmp_path: Path) -> None:
    with started(tmp_path / "data", "run", "--no-demo", "--verbose", OPPLEV_WORKERS="2") as run:
        children = _children(run.process.pid)
        assert len([name for name in children.values() if "infra.local.server" in name]) == 1
        assert {run.get("/v1/health")[0] for _ in range(20)} == {200}
        run.get("/v1/cards/123456789012?x=hemmelig")
        run.process.send_signal(signal.SIGINT)
        printed, _ = run.process.communicate(timeout=20)
        assert run.process.returncode == 0
        # The log names the route, never the number or the query.
        assert "GET    /v1/cards/{number} 401" in printed
        assert "123456789012" not in printed
        assert "hemmelig" not in printed
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def _children(parent: int) -> dict[int, str]:
    if not Path("/proc").is_dir():
        pytest.skip("children are counted in /proc")
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [("OPPLEV_PORT", "http"), ("OPPLEV_PORT", "70000"), ("OPPLEV_WORKERS", "-1"), ("OPPLEV_HOST", "kort.example.no")],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(StartError, match=name):
        from_environment({name: value})


def test_a_data_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert "cannot be used" in refused(tmp_path / "file" / "data")
