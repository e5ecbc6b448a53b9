"""The way out on one machine, as a person would type it: out of one folder, into another, and out again."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from chalicelib.archive.rules import Clock
from infra import archive

ROOT = Path(__file__).resolve().parents[2]


def opplev(data: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Give a command of `./opplev` on a data folder."""
    settings = {**os.environ, "OPPLEV_DATA": str(data), "OPPLEV_PORT": "0"}
    asked = [sys.executable, str(ROOT / "opplev"), *words]
    done = subprocess.run(  # noqa: S603  our own words
        asked, cwd=data.parent, env=settings, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("here") / "data"
    settings = {**os.environ, "OPPLEV_DATA": str(data), "OPPLEV_PORT": "0"}
    asked = [sys.executable, "-m", "infra.local", "demo"]
    subprocess.run(asked, cwd=ROOT, env=settings, check=True, capture_output=True, timeout=240)  # noqa: S603  the same
    return data


def test_out_in_and_out_again_is_the_same_file(lived_in: Path, tmp_path: Path) -> None:
    first, again, keys = tmp_path / "first.zip", tmp_path / "again.zip", tmp_path / "keys.json"
    told = json.loads(opplev(lived_in, "export", "lorenskog", str(first), "--json").stdout)
    assert told["rows"]["card"]
    assert told["files"]
    opplev(lived_in, "keys", "lorenskog", str(keys))
    assert keys.stat().st_mode & 0o077 == 0
    there = tmp_path / "there" / "data"
    refused = opplev_there(there, first)
    assert "key_missing" in refused
    secret = there / "card-secret.json"
    secret.write_text(json.dumps(json.loads(secret.read_text()) | json.loads(keys.read_text())))
    assert "stands here" in opplev(there, "import", str(first)).stdout
    said = opplev(there, "export", "lorenskog", str(again)).stdout
    assert "encrypt it" in said
    assert again.read_bytes() == first.read_bytes()
    assert "tenant_stands" in opplev(there, "import", str(first), code=1).stderr
    assert "exists" in opplev(there, "export", "lorenskog", str(again), code=1).stderr
    with ZipFile(first) as opened:
        assert opened.testzip() is None
        assert json.loads(opened.read("manifest.json"))["format"] == "opplev-archive/1"


def opplev_there(there: Path, archive: Path) -> str:
    """Try to read the archive into a folder that has nothing yet, not even the carried keys."""
    there.parent.mkdir()
    return opplev(there, "import", str(archive), code=1).stderr


def test_the_report_of_what_is_past_its_time_counts_and_names_nobody(lived_in: Path) -> None:
    said = opplev(lived_in, "retention", "lorenskog").stdout
    assert "5 years after the year's end" in said
    assert "12 months after the card's last day" in said
    told = json.loads(opplev(lived_in, "retention", "lorenskog", "--json").stdout)
    assert told["deleted"] is False
    assert told["kinds"]["card"]["undated"] == 0
    assert "lorenskog" not in said


def test_the_report_says_of_every_clock_when_it_goes() -> None:
    assert set(archive._GOES) == set(Clock)


def test_an_unknown_municipality_is_said_to_be(lived_in: Path, tmp_path: Path) -> None:
    assert "unknown_tenant" in opplev(lived_in, "export", "ingen", str(tmp_path / "x.zip"), code=1).stderr
    assert list(tmp_path.iterdir()) == []


def test_the_keys_for_a_card_bureau_are_written_for_its_owner_alone_and_are_no_others(
    lived_in: Path, tmp_path: Path
) -> None:
    place = tmp_path / "bureau.json"
    said = opplev(lived_in, "nfc-keys", "lorenskog", str(place)).stdout
    told = json.loads(place.read_text())
    assert place.stat().st_mode & 0o077 == 0
    assert told["key_batch"] == "lorenskog-1"
    meta, master = told["sdm_meta_read_key"], told["sdm_file_read_master_key"]
    assert len(bytes.fromhex(meta)) == len(bytes.fromhex(master)) == 16
    assert meta != master
    assert meta not in said
    assert master not in said
    assert "no key 7" in opplev(
        lived_in, "nfc-keys", "lorenskog", str(tmp_path / "other.json"), "--key-id", "7", code=1
    ).stderr  # fmt: skip
    assert not (tmp_path / "other.json").exists()
