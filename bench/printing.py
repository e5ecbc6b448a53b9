"""A thousand cards on paper: processor time, pages a second, memory, every code read back and every token verified."""

import io
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from PIL import Image

from chalicelib.cards.paper import print_cards
from chalicelib.cards.rules import BackLine, Look, PrintJob
from chalicelib.credentials.actions import Mint
from chalicelib.credentials.rules import CardBody, TagKeys
from chalicelib.shared.ids import ProgrammeId, Tenant

TENANT: Final = Tenant("benk")
COUNT: Final = 1000
LINES: Final = tuple(BackLine(f"Prøvested {place}", 5) for place in range(1, 9))
NAMES: Final = ("Testbarn Én Prøvesen", "اسم تجريبي", "ስም ፈተነ")
_TOO_SLOW: Final = 12.0  # seconds of the processor


class OneKey:
    """A municipality with one signing key."""

    key = Ed25519PrivateKey.generate()

    def private(self, _: Tenant, __: int) -> Ed25519PrivateKey:
        """Give the key to sign with."""
        return self.key

    def public(self, _: Tenant, __: int) -> Ed25519PublicKey:
        """Give the key to verify with."""
        return self.key.public_key()

    def tags(self, _: Tenant, key_id: int) -> TagKeys:
        """Give no keys of tags."""
        raise KeyError(key_id)


MINT: Final = Mint(OneKey())


def report() -> str:
    """Print a thousand cards and read them all back."""
    jobs = [_job(which) for which in range(COUNT)]
    started, wall = time.process_time(), time.perf_counter()
    pdf = print_cards(jobs, Look("nb", "Prøve kommune"), layout="a4")
    took, waited = time.process_time() - started, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    read, verified = _read_back(pdf)
    return (
        f"print {COUNT} two-sided cards in three scripts: {took:.1f} s of the processor (at most {_TOO_SLOW:.0f}), "
        f"{COUNT / 5 / waited:.0f} sheet pages/s, {len(pdf) / 1e6:.1f} MB, peak {peak:.0f} MB; "
        f"codes read back by zxing-cpp {read}, tokens verified {verified}"
    )


def _job(which: int) -> PrintJob:
    number = MINT.new_number(f"{which:010d}")
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    body = CardBody(key_id=1, tenant=3222, programme=1, flags=0, number=number, valid_from=first, valid_until=last)
    url = MINT.url("https://kort.prove.kommune.no", MINT.sign(TENANT, body))
    name = f"{NAMES[which % len(NAMES)]} {which}"
    return PrintJob(number, url, ProgrammeId("kort"), "Opplevelseskortet", first, last, LINES, name=name)


def _read_back(pdf: bytes) -> tuple[int, int]:
    seen: set[str] = set()
    with TemporaryDirectory() as folder:
        (Path(folder) / "cards.pdf").write_bytes(pdf)
        for page in range(1, 2 * COUNT // 10 + 1, 2):
            command = ["pdftoppm", "-r", "300", "-f", str(page), "-l", str(page), "-gray", "cards.pdf"]
            drawn = subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  our own words
            with Image.open(io.BytesIO(drawn.stdout)) as sheet:
                seen.update(code.text for code in zxingcpp.read_barcodes(sheet))
    presented = [MINT.read(TENANT, text, municipality_number=3222) for text in seen]
    return len(seen), len({each.number for each in presented if each.body is not None})


if __name__ == "__main__":
    print(report())
