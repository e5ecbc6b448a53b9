"""The embedded DynamoDB: one binary over SQLite, started, watched and stopped."""

import json
import os
import platform
import shutil
import socket
import subprocess
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
_START_SECONDS: Final = 10
_STOP_SECONDS: Final = 5


class EngineError(Exception):
    """The embedded DynamoDB cannot be had or does not start; the message says what to do."""


def package() -> str:
    """Name the npm package that holds the binary for this machine."""
    machine = _PLATFORMS.get((platform.system(), platform.machine()))
    if machine is None:
        message = f"no embedded DynamoDB for {platform.system()} on {platform.machine()}"
        raise EngineError(message)
    return f"@dynoxide/{machine}"


def install(folder: Path) -> Path:
    """Fetch the binary with npm into a folder, unless this version is there; give its path."""
    home = folder / "node_modules" / package()
    binary = home / "dynoxide"
    manifest = home / "package.json"
    if binary.exists() and json.loads(manifest.read_text())["version"] == PACKAGE_VERSION:
        return binary
    npm = shutil.which("npm")
    if npm is None:
        message = "Node.js 20 or newer is needed (npm was not found). Install it from nodejs.org or with apt install nodejs npm."
        raise EngineError(message)
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--silent", "--no-save", "--prefix", str(folder), f"{package()}@{PACKAGE_VERSION}"]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own words only
    if fetched.returncode or not binary.exists():
        message = f"npm could not fetch {package()}: {fetched.stderr.strip()[-300:]}"
        raise EngineError(message)
    binary.chmod(0o755)
    return binary


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
    process = subprocess.Popen(  # noqa: S603  our own words only
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=dict(os.environ)
    )
    try:
        _wait_until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
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
            message = f"the embedded DynamoDB ended at once (exit {process.returncode}); is its data file in use?"
            raise EngineError(message)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    message = "the embedded DynamoDB did not start in time"
    raise EngineError(message)
