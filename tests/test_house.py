"""The rules of the house that no linter knows."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "chalicelib").rglob("*.py"))
STORES = sorted([*(ROOT / "chalicelib").glob("*/store.py"), *(ROOT / "chalicelib").glob("*/store/**/*.py")])


def test_app_is_a_table_of_contents() -> None:
    tree = ast.parse((ROOT / "app.py").read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert all(module == "chalice.app" or module.startswith("chalicelib.api") for module in imported)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno <= 3


def test_importing_the_app_does_nothing() -> None:
    # `chalice package` imports it on a machine that has neither table nor environment.
    asked = "import socket, app; assert not app.app.debug; print(len(app.app.routes))"
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", asked], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_opens_with_a_line_that_can_be_read_aloud(module: Path) -> None:
    said = ast.get_docstring(ast.parse(module.read_text()))
    assert said
    assert len(said.splitlines()[0]) >= 15
    assert said.splitlines()[0].endswith(".") or len(said.splitlines()) > 1


def test_floors_and_walls_stand() -> None:
    done = subprocess.run(  # noqa: S603  our own words
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def _package_of(store: Path) -> str:
    """Name the package whose store it is, be that store a module or a package of its own."""
    return store.relative_to(ROOT / "chalicelib").parts[0]


def _public_methods(store: Path) -> set[str]:
    tree = ast.parse(store.read_text())
    return {
        f"{_package_of(store)}.{item.name}"
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        for item in node.body
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
    }


def test_the_page_of_access_patterns_lists_every_question_a_store_answers_and_no_other() -> None:
    page = (ROOT / "docs" / "access-patterns.md").read_text()
    listed = set(re.findall(r"`([a-z]+\.[a-z_]+)`", page))
    asked = {method for store in STORES for method in _public_methods(store)}
    packages = {_package_of(store) for store in STORES}
    assert {name for name in listed if name.split(".")[0] in packages} == asked


def test_every_word_of_the_glossary_pairs_norwegian_with_english() -> None:
    rows = [line for line in (ROOT / "docs" / "words.md").read_text().splitlines() if line.startswith("| ")]
    assert len(rows) > 30
    assert all(len([cell for cell in row.strip("|").split("|") if cell.strip()]) >= 2 for row in rows)


def test_the_project_speaks_of_itself_alone() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607  git is where the developer has it
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    hosts = r"registry\.npmjs|files\.pythonhosted|pypi\.org/simple|deb\.debian\.org"
    stray = re.compile(hosts + r"|/home/[a-z]+/|/Users/[a-z]+/")
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.name == "test_house.py" or not path.is_file():
            continue
        text = path.read_bytes()[:400_000].decode("utf-8", "ignore")
        found += [name] if stray.search(text) else []
    assert found == []


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
