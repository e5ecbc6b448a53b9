"""The walk in docs/timekred.md holds as it stands: a district begins with time on what `make run` starts."""

import csv
import re
import subprocess
import sys
from pathlib import Path

from tests.infra.test_first_card import ROOT, running

__all__ = ["running"]
PAGE = (ROOT / "docs" / "timekred.md").read_text("utf-8")


def test_a_district_begins_as_the_page_says(running: tuple[str, dict[str, str]], tmp_path: Path) -> None:
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
    assert walked.returncode == 0, walked.stdout[-900:] + walked.stderr[-600:]
    assert '"because":"self_award"' in walked.stdout
    assert '"replayed":true' in walked.stdout
    assert '"left":780,"free":480' in walked.stdout  # 120 of 900 are awarded, and 300 are not free before New Year
    assert '"undone":true' in walked.stdout
    assert '"capacity":10,"left":7' in walked.stdout  # six to give out, one of them taken, two more released
    assert '"balance":30,"set_aside":0' in walked.stdout  # 120 earned, 60 spent, 30 given, a seat given back
    assert (
        '"currency":"lundkred","issued":null,"on_grants":null,"in_hands":null' in walked.stdout
    )  # two have moved time
    assert '"currency":"lundkred","issued":900,"on_grants":780,"in_hands":60' in walked.stdout
    written = tmp_path / ".local" / "timekred"
    assert {each.name for each in tmp_path.iterdir() if not each.is_symlink()} <= {".local", "data", "__pycache__"}
    year = list(csv.DictReader((written / "year.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [(row["organisasjon"], row["navn"], row["minutter"]) for row in year] == [
        ("tunet", "Testperson Anna", "120")
    ]
    assert '"code":"more_than_stands"' in walked.stdout  # nobody has paid across yet
    assert "lundkred;grankred;alle;0;0;0;600" in (written / "netting.csv").read_text("utf-8-sig")
    assert '"standing":"holds"' in walked.stdout
    for paper in ("notes.pdf", "attestation.pdf"):
        assert (written / paper).read_bytes().startswith(b"%PDF-"), paper
