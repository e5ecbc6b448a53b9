"""Pictures of every state of the scanner: `python -m tests.e2e.pictures` writes them to build/pictures."""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import app as contents
from chalicelib import table
from infra.local import engine, server
from tests import town as towns
from tests.e2e.conftest import Served
from tests.e2e.states import phone_in

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((360, 740), (390, 844))
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
             "--use-fake-device-for-media-stream"]  # fmt: skip


def main(languages: list[str]) -> None:
    """Take them all; the folder is git's to ignore."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_DEFAULT_REGION", "eu-north-1"),
    ):
        os.environ.setdefault(name, value)
    with engine.running(engine.install(ROOT / ".local" / "engine")) as dynamodb, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        turns = [(language, size, dark) for language in languages for size in SIZES for dark in (False, True)]
        for number, (language, size, dark) in enumerate(turns):
            table.bind(name=f"pictures-{number}", region="eu-north-1", engine=dynamodb)
            table.Row.create_table(wait=True)
            folder = ROOT / "build" / "pictures" / f"{language}-{size[0]}x{size[1]}-{'dark' if dark else 'light'}"
            folder.mkdir(parents=True, exist_ok=True)
            with server.serving(contents.app) as address, tempfile.TemporaryDirectory() as kept:
                town = towns.found(Path(kept), engine=dynamodb, name=f"pictures-{number}", host=address)
                town.settle_in()
                town.tick()
                phone = phone_in(browser, Served(town, address), language, width=size[0], height=size[1], dark=dark)
                for order, name in enumerate(phone.states(), start=1):
                    phone.page.wait_for_timeout(120)
                    phone.page.screenshot(path=folder / f"{order:02}-{name}.png")
                phone.page.context.close()
            sys.stdout.write(f"{folder.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or ["nb", "nn", "en"])
