"""The product served on a port, and a real Chromium whose camera is a film."""

import io
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

import app as contents
from chalicelib import wiring
from infra.local import server
from tests import town as towns
from tests.town import Town

WIDTH, HEIGHT = 1280, 720
# A hand scanner is a keyboard that types the whole code at once and ends with Enter.
TYPED_AT_ONCE = """keys => {
  const at = document.activeElement ?? document.body;
  for (const key of [...keys, 'Enter']) at.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
}"""  # noqa: E501  a script of the page's
# Stands in for the camera where a test holds up one thing after another: `showCard(url)` puts a picture before it.
HAND = """
const c = document.createElement('canvas'); c.width = 1280; c.height = 720; const x = c.getContext('2d'); let im = null;
window.showCard = (url) => new Promise((k) => {
  if (!url) { im = null; return k(); }
  const i = new Image(); i.onload = () => { im = i; k(); }; i.src = url;
});
setInterval(() => {
  x.fillStyle = '#667'; x.fillRect(0, 0, 1280, 720); if (im) x.drawImage(im, 340, 60, 600, 600);
}, 50);
navigator.mediaDevices.getUserMedia = async () => c.captureStream(20);
"""


# A phone that reads tags: `tapTag(text)` holds one to its back.
TAGS = """
window.NDEFReader = class extends EventTarget {
  async scan({ signal }) {
    if (window.nfcSays) throw new DOMException('', window.nfcSays);
    window.tags = this;
    signal.addEventListener('abort', () => { if (window.tags === this) window.tags = null; });
  }
};
window.tapTag = (text, recordType = 'url') => {
  const event = new Event('reading');
  event.message = { records: [{ recordType, data: new DataView(new TextEncoder().encode(text).buffer) }] };
  window.tags.dispatchEvent(event);
};
"""


@dataclass(frozen=True)
class Served:
    """A town whose product is served at an address."""

    town: Town
    address: str


@pytest.fixture
def served(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[Served]:
    """Serve Lørenskog."""
    with server.serving(contents.app) as address:
        town = towns.found(tmp_path, engine=dynamodb, name=fresh_table, host=address)
        town.settle_in()
        town.tick()
        yield Served(town, address)
    wiring.use(None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Drive Debian's own Chromium."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Start browsers; give a film to be what the camera sees."""
    started: list[Browser] = []

    def start(film: Path | None = None, *, camera: bool = True) -> Browser:
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
        if camera:
            arguments += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        if film is not None:
            arguments.append(f"--use-file-for-fake-video-capture={film}")
        started.append(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments))
        return started[-1]

    yield start
    for each in started:
        each.close()


@contextmanager
def phone_page(browser: Browser, *, hand: bool = False) -> Iterator[Page]:
    """Open a page on a phone's screen; fails on any error of the page's own, and on any request to elsewhere."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True, locale="nb-NO"
    )
    page = context.new_page()
    with quiet(page):
        if hand:
            page.add_init_script(HAND)
        yield page
    context.close()


@contextmanager
def quiet(page: Page) -> Iterator[None]:
    """Fail on an error of the page's own, a request to elsewhere, or anything that its policy had to stop."""
    errors: list[str] = []
    elsewhere: list[str] = []
    stopped: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda asked: None if "127.0.0.1" in asked.url or asked.url.startswith(("data:", "blob:"))
            else elsewhere.append(asked.url))  # fmt: skip
    page.on("console", lambda said: stopped.append(said.text) if "Content Security Policy" in said.text
            or "Trusted" in said.text else None)  # fmt: skip
    yield
    assert errors == []
    assert elsewhere == []
    assert stopped == []


def film(pictures: list[Image.Image], to: Path) -> Path:
    """Film pictures for the camera: a second of nothing, then each for two (frames one after the other, MJPEG)."""
    blank = Image.new("RGB", (WIDTH, HEIGHT), (96, 104, 112))
    frames = [blank] * 15
    for picture in pictures:
        scale = 0.8 * min(WIDTH / picture.width, HEIGHT / picture.height)
        small = picture.convert("RGB").resize((int(picture.width * scale), int(picture.height * scale)))
        shown = blank.copy()
        shown.paste(small, ((WIDTH - small.width) // 2, (HEIGHT - small.height) // 2))
        frames += [shown] * 45
    with to.open("wb") as out:
        for frame in frames:
            jpeg = io.BytesIO()
            frame.save(jpeg, "JPEG", quality=90, subsampling="4:2:0")
            out.write(jpeg.getvalue())
    return to


def rasterised(pdf: bytes, folder: Path, *, dots_per_inch: int = 300) -> Image.Image:
    """Print a PDF's first page as pixels."""
    (folder / "card.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dots_per_inch), "-png", "-f", "1", "-l", "1", "card.pdf", "card"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603  our own words
    return Image.open(next(folder.glob("card-*.png")))


def qr(text: str) -> Image.Image:
    """Draw a code as a picture."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=8, border=4)
    return Image.open(drawn)


def as_data_url(picture: Image.Image) -> str:
    """Write a picture so that a page can load it."""
    import base64  # noqa: PLC0415  used here alone

    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
