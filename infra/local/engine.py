"""The embedded DynamoDB: one binary over SQLite, started, watched and stopped."""

import importlib.util
import json
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PACKAGE_VERSION: Final = "1.2.1"
_PLATFORMS: Final = {
    ("Linux", "x86_64"): "linux-x64",
    ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "x86_64"): "darwin-x64",
    ("Darwin", "arm64"): "darwin-arm64",
}
_START_SECONDS: Final = 20
_FETCH_SECONDS: Final = 180
_STOP_SECONDS: Final = 5


class EngineError(Exception):
    """The embedded DynamoDB cannot be had or does not start; the message says what to do."""


class EngineUnavailableError(EngineError):
    """There is no embedded DynamoDB for this kind of machine, and there will be none however often it is tried."""


def package() -> str:
    """Name the npm package that holds the binary for this machine."""
    machine = _PLATFORMS.get((platform.system(), platform.machine()))
    if machine is None:
        message = f"There is no embedded DynamoDB for {platform.system()} on {platform.machine()}."
        raise EngineUnavailableError(message)
    return f"@dynoxide/{machine}"


def install(folder: Path) -> Path:
    """Fetch the binary with npm into a folder, unless this version is there; give its path."""
    home = folder / "node_modules" / package()
    binary = home / "dynoxide"
    manifest = home / "package.json"
    if _has_version(binary, manifest):
        return binary
    npm = shutil.which("npm")
    if npm is None:
        message = "Node.js 20 or newer is needed: npm was not found. Get it from nodejs.org, or: apt install nodejs npm"
        raise EngineError(message)
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
    command = [npm, "install", *options, "--prefix", str(folder), f"{package()}@{PACKAGE_VERSION}"]
    try:
        fetched = subprocess.run(  # noqa: S603  our own words only
            command, capture_output=True, text=True, check=False, timeout=_FETCH_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"npm could not fetch {package()} in {_FETCH_SECONDS} seconds; is the network there?"
        raise EngineError(message) from error
    if fetched.returncode or not binary.exists():
        said = " ".join(fetched.stderr.split())[:300]
        message = f"npm could not fetch {package()}@{PACKAGE_VERSION}: {said or 'it said nothing'}"
        raise EngineUnavailableError(message) if "EBADPLATFORM" in said or "E404" in said else EngineError(message)
    binary.chmod(0o755)
    return binary


def _has_version(binary: Path, manifest: Path) -> bool:
    try:
        return binary.exists() and json.loads(manifest.read_text())["version"] == PACKAGE_VERSION
    except (OSError, ValueError, KeyError):
        return False  # cut short while it was fetched


def free_port() -> int:
    """Give a port on loopback that nobody holds just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(binary: Path, *, data: Path | None = None) -> Iterator[str]:
    """Run the engine, in memory or on a file, and give its address; it is gone when the block ends."""
    port = free_port()
    command = [str(binary), "serve", "--host", "127.0.0.1", "--port", str(port)]
    if data is not None:
        data.parent.mkdir(parents=True, exist_ok=True)
        command += ["--db-path", str(data)]
    with _kept_running(command) as process:
        _wait_until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def standing_in() -> Iterator[str]:
    """Run moto's server, in memory, where there is no engine for this machine, and give its address."""
    if not all(importlib.util.find_spec(needed) for needed in ("moto", "flask", "flask_cors")):
        pip = f"{sys.executable} -m pip install 'moto[dynamodb,server]'"
        message = f"Moto's server can stand in, for trying out only: {pip}"
        raise EngineError(message)
    port = free_port()
    with _kept_running([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]) as process:
        _wait_until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _kept_running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends, or this process does, in whatever way."""
    try:
        process = subprocess.Popen(  # noqa: S603  our own words only
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; we stop it when what uses it has stopped
        )
    except OSError as error:
        message = f"The embedded DynamoDB does not run on this machine: {error.strerror}."
        raise EngineUnavailableError(message) from error
    # Killed outright, we could not stop it any more; this shell sees our end of the pipe close, and does.
    guard = subprocess.Popen(  # noqa: S603  our own words only
        ["/bin/sh", "-c", 'read -r _; kill "$0" 2>/dev/null', str(process.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        guard.kill()
        guard.wait()
        if guard.stdin:
            guard.stdin.close()
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            message = f"The embedded DynamoDB ended at once (exit {process.returncode}); is its data file damaged?"
            raise EngineError(message)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    message = "The embedded DynamoDB did not start in time."
    raise EngineError(message)
