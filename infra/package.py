"""Builds what the cloud is given: the zip that Lambda runs, the template that deploys it, and the pages.

`python -m infra.package` writes it all to `build/`. Chalice makes the routes and the zip; around it this module
fetches the dependencies as wheels that Lambda can load (Chalice would compile on this machine what has none), leaves
out what is never imported, compiles ahead of time, and packs so that the same sources give the same bytes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

from infra.cloud import compose, pages, trim

ROOT: Final = Path(__file__).resolve().parent.parent
MACHINES: Final = {"x86_64": "x86_64", "arm64": "aarch64"}
LAMBDA_LIMIT: Final = 250_000_000  # bytes, unpacked
TEMPLATE_LIMIT: Final = 1_000_000
_POLICIES: Final = tuple(f"infra/cloud/{of}-policy.json" for of in ("api", "close", "seal"))
_SOURCES: Final = (".chalice/config.json", *_POLICIES, "app.py")
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


class PackageError(Exception):
    """The package cannot be made or deployed; the message says what to do."""


def main() -> None:
    """Build everything and say how large it is."""
    out = ROOT / "build"
    try:
        print(build(out))
        shown = pages.build(ROOT / "scanner_web", out / "pages")
    except (PackageError, pages.MissingPageError) as error:
        sys.exit(f"package: {error}")
    print(f"pages/          {sum(page.size for page in shown) / 1e3:6.1f} kB in {len(shown)} files")


def build(out: Path) -> str:
    """Build the zip and the template into a folder, emptied first; give the lines that say what was made."""
    shutil.rmtree(out, ignore_errors=True)
    project = out / "project"
    stage(project)
    fetch(project / "vendor", architecture(project))
    run_chalice(project, out)
    unpacked = out / "function"
    size = repack(out / "deployment.zip", unpacked)
    template = finish(out)
    shipped = sorted(each.name.removesuffix(".dist-info") for each in unpacked.glob("*.dist-info"))
    (out / "shipped.txt").write_text("\n".join(shipped) + "\n")
    for done_with in (project, unpacked):
        shutil.rmtree(done_with)
    zipped = (out / "deployment.zip").stat().st_size
    return (
        f"deployment.zip  {zipped / 1e6:6.1f} MB, {size / 1e6:.1f} MB unpacked of {LAMBDA_LIMIT / 1e6:.0f}\n"
        f"sam.json        {template / 1e3:6.1f} kB"
    )


def stage(project: Path) -> None:
    """Copy what Chalice packages, and nothing else, so that no cache or half-written file of this machine gets in."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=unwanted)
    for name in _SOURCES:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, project / name)
    # The dependencies come as `vendor/`, so Chalice is not asked to build any.
    (project / "requirements.txt").write_text("")
    (project / "merge.json").write_text(json.dumps(compose.template()))


def architecture(project: Path) -> str:
    """Read the machine that the functions run on."""
    configured = json.loads((project / ".chalice" / "config.json").read_text()).get("lambda_architecture", "x86_64")
    return MACHINES[configured]


def fetch(vendor: Path, machine: str) -> None:
    """Install the dependencies as wheels that Lambda loads; never compile one here."""
    # Chalice adds its own runtime, two files of it; its tools (pip, setuptools, inquirer) stay on the laptop.
    wanted = [
        line
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line.strip() and not line.startswith(("#", "chalice=="))
    ]
    python = ".".join(map(str, sys.version_info[:2]))  # Chalice names the runtime after it too
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
        "--only-binary=:all:", "--implementation", "cp", "--python-version", python,
        "--platform", f"manylinux2014_{machine}", "--constraint", str(ROOT / "infra" / "cloud" / "constraints.txt"),
        "--target", str(vendor), *wanted,
    ]  # fmt: skip
    fetched = _run(command, ROOT)
    if fetched.returncode:
        message = f"a dependency has no wheel that Lambda can load, or cannot be fetched:\n{fetched.stderr.strip()}"
        raise PackageError(message)
    trim.vendor(vendor)


def run_chalice(project: Path, out: Path) -> None:
    """Let Chalice write the zip and the template."""
    command = [str(Path(sys.executable).with_name("chalice")), "package", "--merge-template", "merge.json", str(out)]
    packaged = _run(command, project)
    if packaged.returncode:
        message = f"chalice package failed:\n{packaged.stdout.strip()}\n{packaged.stderr.strip()}"
        raise PackageError(message)


def repack(archive: Path, unpacked: Path, *, limit: int = LAMBDA_LIMIT) -> int:
    """Compile ahead of time and pack in a fixed order with a fixed date; give the unpacked size in bytes."""
    with zipfile.ZipFile(archive) as made:
        made.extractall(unpacked)
    # Lambda's folder is read-only, so what is not compiled here is compiled again at every cold start. The hash of
    # the source is in the compiled file and not compared: neither file changes without the other in there.
    command = [
        sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
        "-s", str(unpacked), "-p", "/var/task", str(unpacked),
    ]  # fmt: skip
    compiled = _run(command, unpacked)
    if compiled.returncode:
        message = f"a module does not compile:\n{compiled.stdout.strip()}"
        raise PackageError(message)
    files = sorted(each for each in unpacked.rglob("*") if each.is_file())
    with zipfile.ZipFile(archive, "w") as packed:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(unpacked).as_posix(), _EARLIEST)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    size = sum(each.stat().st_size for each in files)
    if size > limit:
        message = f"unpacked, the zip is {size / 1e6:.0f} MB; Lambda takes {limit / 1e6:.0f}. See infra/cloud/trim.py"
        raise PackageError(message)
    return size


def finish(out: Path) -> int:
    """Write into the template which build it is; give the template's size in bytes."""
    file = out / "sam.json"
    template: dict[str, Any] = json.loads(file.read_text())
    template["Parameters"]["Version"]["Default"] = version(out / "deployment.zip")
    text = json.dumps(template, indent=1, sort_keys=True) + "\n"
    if len(text) > TEMPLATE_LIMIT:
        message = f"the template is {len(text)} characters and CloudFormation takes {TEMPLATE_LIMIT}"
        raise PackageError(message)
    file.write_text(text)
    return len(text)


def version(archive: Path) -> str:
    """Name a build by the project's version and the first of the zip's SHA-256."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return f"{project}+{hashlib.sha256(archive.read_bytes()).hexdigest()[:12]}"


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    # A fixed hash seed, since the order of a frozen set is written into compiled files; a region, since Chalice asks.
    environment = {**os.environ, "PYTHONHASHSEED": "0", "AWS_DEFAULT_REGION": "eu-north-1"}
    return subprocess.run(  # noqa: S603  our own words only
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    main()
