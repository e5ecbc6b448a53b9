"""The zip: small enough, the same from the same sources, and enough by itself to run."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from infra import package
from tests import town as towns

pytestmark = pytest.mark.package

ROOT = Path(__file__).resolve().parents[2]
# What runs inside: no site-packages, no environment of Python's, only the standard library and the unpacked zip.
ISOLATED = """
import sys, json
sys.path.insert(0, sys.argv[1])
import app
context = None
print(json.dumps([app.app(event, context) for event in json.load(sys.stdin)]))
strays = [m.__file__ for m in sys.modules.values()
          if "site-packages" in (getattr(m, "__file__", None) or "") and not m.__file__.startswith(sys.argv[1])]
assert not strays, strays
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build everything once."""
    out = tmp_path_factory.mktemp("package") / "build"
    package.build(out)
    return out


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with nothing but the zip's contents in it."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(built / "deployment.zip") as packed:
        packed.extractall(folder)
    return folder


def run(unpacked: Path, script: str, *, sent: Any = None, settings: dict[str, str] | None = None) -> str:
    away = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "eu-north-1"}
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-I", "-S", "-c", script, str(unpacked)],
        input=json.dumps(sent), cwd=unpacked, env=away | (settings or {}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_zip_alone_answers_health_and_registers_a_visit(
    unpacked: Path, fresh_table: str, dynamodb: str, tmp_path: Path
) -> None:
    town = towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    town.settle_in()
    phone, card = town.enrol("kino"), town.card()
    config = wiring.house().config
    settings = {
        "OPPLEV_TABLE": config.table, "OPPLEV_ENGINE": dynamodb, "OPPLEV_HOST": config.host,
        "OPPLEV_ISSUERS": config.issuers, "OPPLEV_FILES": config.files, "OPPLEV_SECRET": config.secret,
        "OPPLEV_VERSION": "9.9",
    }  # fmt: skip
    visit = json.dumps(town.visit(card["token"])).encode()
    proof = {
        "authorization": f"Bearer {phone.sign('POST', '/v1/scan/visits', visit)}", "content-type": "application/json",
    }  # fmt: skip
    sent = [
        towns.event("GET", "/v1/health", body=None, headers={}, query={}),
        towns.event("POST", "/v1/scan/visits", body=visit, headers=proof, query={}),
        towns.event("POST", "/v1/scan/visits", body=visit, headers=proof, query={}),
    ]
    health, first, again = json.loads(run(unpacked, ISOLATED, sent=sent, settings=settings))
    assert (health["statusCode"], json.loads(health["body"])) == (200, {"version": "9.9", "table": True})
    assert first["statusCode"] == 201, first
    assert json.loads(first["body"])["verdict"]["admitted"] is True
    assert again["statusCode"] == 200


def test_the_zip_alone_draws_a_card_and_opens_its_services(unpacked: Path) -> None:
    script = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import date
import botocore.session, zoneinfo
from chalicelib.cards.paper import print_cards
from chalicelib.cards.rules import Look, PrintJob
for name in ("dynamodb", "s3", "secretsmanager", "sts"):
    botocore.session.get_session().create_client(name, region_name="eu-north-1")
job = PrintJob(
    "123456789012", "HTTPS://KORT.EXAMPLE.NO/K#AAAA", "kort", "Opplevelseskortet", date(2026, 1, 1), date(2026, 12, 31),
    (), name="Testbarn Én \u0645\u062b\u0627\u0644",
)
assert print_cards([job], Look("nb", "Testkommune"), layout="cr80").startswith(b"%PDF")
print(zoneinfo.ZoneInfo("Europe/Oslo"))
"""
    assert run(unpacked, script).strip() == "Europe/Oslo"


def test_the_zip_is_small_and_holds_what_runs_and_nothing_else(built: Path, unpacked: Path) -> None:
    assert (built / "deployment.zip").stat().st_size < 40_000_000
    assert sum(file.stat().st_size for file in unpacked.rglob("*") if file.is_file()) < 120_000_000
    top = {path.name for path in unpacked.iterdir()}
    assert {"app.py", "chalicelib", "chalice"} <= top
    unwanted = {
        "pip", "setuptools", "wheel", "inquirer", "pytest", "moto", "mypy", "infra", "tests", "bench", "scanner_web",
        "bin", "docs", "requirements.txt",
    }  # fmt: skip
    assert not top & unwanted
    assert {path.name for path in (unpacked / "chalice").iterdir()} == {"__init__.py", "app.py", "__pycache__"}
    ours = {
        (Path(folder) / file).relative_to(ROOT)
        for folder, _, files in os.walk(ROOT / "chalicelib", followlinks=True)
        for file in files
    }
    kept = {path for path in ours if "__pycache__" not in path.parts and not path.name.startswith(".")}
    assert kept == {
        path.relative_to(unpacked)
        for path in (unpacked / "chalicelib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_version_in_the_zip_is_pinned(built: Path) -> None:
    pins = (ROOT / "requirements.txt").read_text() + (ROOT / "infra" / "cloud" / "constraints.txt").read_text()
    pinned = {line.lower().replace("_", "-") for line in pins.splitlines() if "==" in line}
    shipped = {line.replace("_", "-") for line in (built / "shipped.txt").read_text().lower().splitlines()}
    assert shipped == {line.replace("==", "-") for line in pinned if not line.startswith("chalice==")}


def test_what_is_compiled_ahead_is_what_runs(unpacked: Path) -> None:
    # Unchecked and hash-based: flags 0b01. Python then reads neither the source nor its date.
    for module in ("app.py", "chalicelib/wiring/ground.py", "botocore/client.py", "chalice/app.py"):
        source = unpacked / module
        compiled = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        assert compiled.read_bytes()[4:8] == b"\x01\x00\x00\x00", module
        assert str(unpacked).encode() not in compiled.read_bytes()
        assert f"/var/task/{module}".encode() in compiled.read_bytes()


def test_the_same_files_pack_to_the_same_bytes(unpacked: Path, tmp_path: Path) -> None:
    # Once in the order of names and once against it, on other days, in other folders.
    ours = [
        file
        for part in ("app.py", "chalicelib", "chalice", "pynamodb")
        for file in sorted([unpacked / part, *(unpacked / part).rglob("*")])
        if file.is_file() and "__pycache__" not in file.parts
    ]
    digests = set()
    for name, files in (("one", ours), ("other", ours[::-1])):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for day, file in enumerate(files):
                entry = zipfile.ZipInfo(str(file.relative_to(unpacked)), (2026, 1, 1 + day % 28, len(name), 0, 0))
                archive.writestr(entry, file.read_bytes())
        package.repack(tmp_path / f"{name}.zip", tmp_path / name)
        digests.add(hashlib.sha256((tmp_path / f"{name}.zip").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_template_names_the_build_it_was_made_with(built: Path) -> None:
    template = json.loads((built / "sam.json").read_text())
    digest = hashlib.sha256((built / "deployment.zip").read_bytes()).hexdigest()
    assert template["Parameters"]["Version"]["Default"].endswith(f"+{digest[:12]}")
    assert template["Resources"]["APIHandler"]["Properties"]["CodeUri"] == "./deployment.zip"


def test_too_large_a_package_is_refused_in_clear_words(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deployment.zip", "w") as archive:
        archive.writestr("app.py", "x = 'more than ten bytes'")
    with pytest.raises(package.PackageError, match="Lambda takes"):
        package.repack(tmp_path / "deployment.zip", tmp_path / "unpacked", limit=10)
