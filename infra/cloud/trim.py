"""What is left out of the zip: files that nothing imports at run time. Each is named with its reason."""

import shutil
from pathlib import Path
from typing import Final

# botocore describes four hundred services; a client of any other than these says "Unknown service".
SERVICES: Final = frozenset({"dynamodb", "s3", "secretsmanager", "sts"})
# Sources of what is compiled, types for editors, and boto3's code for resources' documentation.
_PATTERNS: Final = ("*.c", "*.cpp", "*.h", "*.pyx", "*.pxd", "*.pyi", "py.typed")
_PIECES: Final = (
    "bin",  # commands for a shell
    "share",  # manual pages
    "boto3/examples",  # read when documentation is made
    "uharfbuzz/_harfbuzz_test.abi3.so",  # its own tests
    "PIL/_avif.*.so",  # Pillow does without it; the library under it is the largest of all
    "pillow.libs/libavif-*",
    "PIL/_imagingtk.*.so",  # windows on a desktop
)


def vendor(folder: Path) -> None:
    """Take out of the dependencies what Lambda never reads."""
    for service in (folder / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for pattern in _PATTERNS:
        for file in folder.rglob(pattern):
            file.unlink()
    for piece in _PIECES:
        for found in folder.glob(piece):
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    for record in folder.glob("*.dist-info/RECORD"):
        record.unlink()  # it lists what is no longer there
