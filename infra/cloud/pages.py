"""The pages as they go to S3: a folder of files and a manifest that says what each one is."""

import hashlib
import json
import mimetypes
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Final

from infra.local.lighter import lighter, versioned
from infra.local.pages import _TYPES as TYPES  # what the local server says, the cloud says too

MANIFEST: Final = "pages-manifest.json"
# The browser asks each time and mostly hears 304; CloudFront keeps a file until the next publishing empties it.
CACHE: Final = "public, max-age=0, must-revalidate, s-maxage=86400"
_UNWANTED: Final = ("tools", "tsconfig*.json", "package*.json", "*.test.*", "*.d.ts", "*.md", ".*")
_SHORT: Final = Path(__file__).resolve().parent.parent / "pages.json"


@dataclass(frozen=True, slots=True)
class Page:
    """One file: its key, its bytes' fingerprint, and what the browser is told it is."""

    key: str
    size: int
    sha256: str
    content_type: str


class MissingPageError(Exception):
    """A short address leads to a page that is not there."""


def build(source: Path, target: Path) -> list[Page]:
    """Copy what a phone loads, without tests, tools and comments, and write the manifest beside the folder."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_UNWANTED))
    files = sorted(each for each in target.rglob("*") if each.is_file())
    for file in files:
        if file.name != "sw.js":  # which names the others' bytes, and so comes after them
            file.write_bytes(lighter(file.relative_to(target).as_posix(), file.read_bytes()))
    worker = target / "sw.js"
    if worker.is_file():
        worker.write_bytes(lighter("sw.js", versioned(worker.read_bytes(), lambda name: (target / name).read_bytes())))
    shown = [_page(file, file.relative_to(target)) for file in files]
    missing = set(json.loads(_SHORT.read_text()).values()) - {page.key for page in shown}
    if missing:
        message = f"infra/pages.json leads to pages that scanner_web does not have: {', '.join(sorted(missing))}"
        raise MissingPageError(message)
    (target.parent / MANIFEST).write_text(json.dumps([asdict(page) for page in shown], indent=1) + "\n")
    return shown


def manifest(folder: Path) -> list[Page]:
    """Read the manifest that `build` wrote into the folder."""
    return [Page(**each) for each in json.loads((folder / MANIFEST).read_text())]


def _page(file: Path, name: PurePath) -> Page:
    body = file.read_bytes()
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Page(name.as_posix(), len(body), hashlib.sha256(body).hexdigest(), kind)
