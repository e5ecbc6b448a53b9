"""No municipality stands in the code, by name or by number, and every file says where its numbers come from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "infra" / "local" / "municipalities").glob("*.toml"))
CODE = sorted(path for path in (ROOT / "chalicelib").rglob("*.py"))
SEVEN = {"bergen", "farsund", "karmoy", "lorenskog", "moss", "sandefjord", "tromso"}


def test_seven_municipalities_stand_as_files() -> None:
    assert {file.stem for file in FILES} >= SEVEN
    assert len(CODE) > 50


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_the_code_names_no_municipality_and_knows_no_kommunenummer(file: Path) -> None:
    said = tomllib.loads(file.read_text("utf-8"))["municipality"]
    name = said["name"].removesuffix(" kommune")
    named = re.compile(rf"\b({re.escape(name)}|{re.escape(said['id'])})|\b{said['number']}\b", re.IGNORECASE)
    assert [str(path.relative_to(ROOT)) for path in CODE if named.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_every_file_says_where_its_numbers_come_from_and_which_are_assumed(file: Path) -> None:
    said = tomllib.loads(file.read_text("utf-8"))
    assert all(len(each) > 20 for each in said["sources"] + said["assumed"])
    assert said["sources"]
    assert said["assumed"]
