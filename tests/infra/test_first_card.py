"""The walk in docs/first-card.md holds as it stands: every block is run against the product that `make run` starts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "first-card.md").read_text()
START_SECONDS = 90


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run the product on a free port, with the demo municipality."""
    environment = {**os.environ, "OPPLEV_PORT": "0", "OPPLEV_DATA": str(tmp_path / "data")}
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    address = ""
    deadline = time.monotonic() + START_SECONDS
    for line in process.stdout:
        if found := re.search(r"runs at (http://\S+)", line):
            address = found[1]
        if "Ctrl-C" in line or time.monotonic() > deadline:
            break
    assert address
    yield address, environment
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    process.stdout.close()


def test_every_block_of_the_walk_does_what_the_page_says(running: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    address, environment = running
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 7
    for command in ("python", "infra", "app.py", "chalicelib"):
        source = Path(sys.executable).parent.parent if command == "python" else ROOT / command
        (tmp_path / (".venv" if command == "python" else command)).symlink_to(source)
    walked = subprocess.run(  # noqa: S603  the page's own words
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],  # noqa: S607  the page is for a shell
        cwd=tmp_path, env={**environment, "HERE": address}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert walked.returncode == 0, walked.stdout[-600:] + walked.stderr[-600:]
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "lines.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()
    assert len((tmp_path / "lines.csv").read_text("utf-8-sig").splitlines()) > 20
    assert '"state":"approved"' in walked.stdout
    assert '"left":5' in walked.stdout
    with urllib.request.urlopen(f"{address}/v1/health") as health:  # noqa: S310  our own address
        assert json.load(health)["table"] is True
