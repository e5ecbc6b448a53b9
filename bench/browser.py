"""From a card before the camera to the answer, in a real Chromium: `python -m bench.browser [part ...]`."""

import base64
import gzip
import io
import math
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import segno
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, sync_playwright

import app as contents
from chalicelib import table
from infra.local import engine, server
from infra.local.lighter import lighter
from tests import town as towns
from tests.e2e.conftest import Served, as_data_url, rasterised
from tests.e2e.test_offline import RENEWED
from tests.e2e.test_scanner import enrol, state

ROOT: Final = Path(__file__).resolve().parent.parent
ARGUMENTS: Final = ["--headless=new", "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
                    "--use-fake-device-for-media-stream"]  # fmt: skip
CARDS: Final = 40
PHOTOGRAPHS: Final = 300
DOTS_PER_MM: Final = 7.5
# A film at 30 frames a second that tells when the first frame with the code was drawn, and when the answer stood.
FILM: Final = """
const c = document.createElement('canvas'); c.width = 1280; c.height = 720; const x = c.getContext('2d');
let im = null, fresh = false;
window.load = async (url) => { const i = new Image(); i.src = url; await i.decode(); window.next = i; };
window.show = () => { im = window.next; fresh = true; window.answeredAt = null; };
window.hide = () => { im = null; };
setInterval(() => {
  x.fillStyle = '#667'; x.fillRect(0, 0, 1280, 720); if (im) x.drawImage(im, 460, 180, 360, 360);
  if (fresh) { fresh = false; window.shownAt = performance.now(); }
}, 33);
navigator.mediaDevices.getUserMedia = async () => c.captureStream(30);
new MutationObserver(() => {
  if (document.body?.dataset.state !== 'answer') return;
  requestAnimationFrame(() => { window.answeredAt ??= performance.now(); });
}).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-state']});
"""
STARTED: Final = """
new MutationObserver(() => {
  if (window.usableAt === undefined && document.body && !['starting', undefined].includes(document.body.dataset.state))
    window.usableAt = performance.now();
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-state']});
"""


@contextmanager
def _served(dynamodb: str, name: str) -> Iterator[Served]:
    table.bind(name=name, region="eu-north-1", engine=dynamodb)
    table.Row.create_table(wait=True)
    with server.serving(contents.app) as address, tempfile.TemporaryDirectory() as kept:
        town = towns.found(Path(kept), engine=dynamodb, name=name, host=address)
        town.settle_in()
        town.tick()
        yield Served(town, address)


def _picture(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=8, border=4)
    return as_data_url(Image.open(drawn))


def _scan_to_answer(page: Page, served: Served, count: int) -> list[float]:
    """Hold up fresh cards for one, one after the other; milliseconds from the first frame to the answer."""
    took = []
    for _ in range(count):
        page.evaluate("url => load(url)", _picture(served.town.card(f"sak-{random.random()}")["url"]))  # noqa: S311
        page.evaluate("show()")
        page.wait_for_function("() => window.answeredAt !== null", timeout=20_000)
        took.append(float(page.evaluate("answeredAt - shownAt")))
        page.evaluate("hide()")
        page.get_by_test_id("next").click()
        state(page, "scan")
    return took


def _line(what: str, took: list[float], target: str) -> str:
    ordered = sorted(took)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return f"{what}: median {statistics.median(took):.0f} ms, p95 {p95:.0f} ms over {len(took)} cards (target {target})"


def _answers(browser: Browser, served: Served) -> list[str]:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="nb-NO")
    page.add_init_script(FILM)
    enrol(page, served, "klubb")
    page.wait_for_function(RENEWED)
    online = _scan_to_answer(page, served, CARDS)
    page.context.set_offline(True)
    offline = _scan_to_answer(page, served, CARDS)
    page.close()
    return [
        _line("scan to answer, online on loopback", online, "300 ms"),
        _line("scan to answer, offline", offline, "150 ms"),
    ]


def _weight(browser: Browser, served: Served) -> list[str]:
    """Add up what the page asks for until a card can be typed, and what the decoder adds."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(served.address)))
    page.goto(served.address)
    state(page, "welcome")
    files = {path.removeprefix("/") or "index.html" for path in asked if not path.startswith(("/v1", "data:"))}
    page.close()

    def weighed(names: set[str]) -> float:
        return sum(len(gzip.compress(_as_served(name), 9)) for name in names) / 1000

    decoder = {"vendor/zxing-wasm/share.js", "vendor/zxing-wasm/reader/index.js",
               "vendor/zxing-wasm/reader/zxing_reader.wasm", "device/decoder_worker.js"}  # fmt: skip
    files = {name for name in files if (ROOT / "scanner_web" / name).is_file()} - {"sw.js"} - decoder
    bare, whole = weighed(files), weighed(files | decoder)
    return [f"page weight, gzip: {bare:.0f} kB without the decoder (target 60 kB), {whole:.0f} kB with it (500 kB)"]


def _as_served(name: str) -> bytes:
    return lighter(name, (ROOT / "scanner_web" / name).read_bytes())


def _slow_phone(browser: Browser, served: Served) -> list[str]:
    """Open the page on a processor four times slower, over slow 3G (400 ms, 400 kbit/s), the first time and again."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.add_init_script(STARTED)
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    tools.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    tools.send("Network.emulateNetworkConditions", slow)
    usable: Callable[[], float] = lambda: float(page.evaluate("usableAt"))  # noqa: E731  one word for one look
    page.goto(served.address, timeout=120_000)
    state(page, "welcome")
    first = usable()
    page.evaluate("() => navigator.serviceWorker.ready")
    again = []
    for _ in range(5):
        page.goto("about:blank")
        page.goto(served.address, timeout=120_000)
        state(page, "welcome")
        again.append(usable())
    context.close()
    took = f"{first / 1000:.1f} s the first time, zipped; {statistics.median(again) / 1000:.2f} s again"
    return [f"until it can be used, processor 4x slower, slow 3G: {took} (target 1 s again)"]


def _photograph(card: Image.Image, chance: random.Random) -> Image.Image:
    """Photograph a card by hand: turned, tilted, blurred, with a lamp in it, in a dark foyer."""
    side = int(math.hypot(card.width, card.height) * 1.15)
    held = Image.new("RGB", (side, side), (chance.randrange(40, 120),) * 3)
    held.paste(card, ((side - card.width) // 2, (side - card.height) // 2))
    held = held.rotate(chance.uniform(0, 360), Image.Resampling.BICUBIC, fillcolor=(90, 90, 90))
    held = held.transform(held.size, Image.Transform.PERSPECTIVE, _tilt(side / 2, chance), Image.Resampling.BICUBIC,
                          fillcolor=(90, 90, 90))  # fmt: skip
    if chance.choice([True, False]):
        glare = Image.new("L", held.size, 0)
        at = [chance.uniform(0.1, 0.8) * side for _ in range(2)]
        ImageDraw.Draw(glare).ellipse((*at, at[0] + 0.14 * side, at[1] + 0.1 * side), fill=chance.randrange(60, 150))
        held.paste(Image.new("RGB", held.size, "white"), mask=glare.filter(ImageFilter.GaussianBlur(0.05 * side)))
    held = held.filter(ImageFilter.GaussianBlur(chance.uniform(0, 1.1)))
    light = chance.uniform(0.35, 1.0)
    noise = Image.effect_noise(held.size, chance.uniform(4, 18)).convert("RGB")
    return Image.blend(held.point(lambda value: int(value * light)), noise, 0.08)


def _tilt(middle: float, chance: random.Random) -> list[float]:
    """Lean the card in any direction about the picture's middle, where it keeps its size and from where it stays in."""
    across, down = (chance.uniform(-0.00018, 0.00018) for _ in range(2))
    skewed, sheared = (chance.uniform(-0.12, 0.12) for _ in range(2))
    back = 1 - (across + down) * middle  # the divisor in the corner, which Pillow wants to be 1
    rows = [(1 + middle * across, skewed + middle * down), (sheared + middle * across, 1 + middle * down)]
    lean = [value / back for x, y in rows for value in (x, y, middle - (x + y) * middle)]
    return [*lean, across / back, down / back]


def _decoded(browser: Browser, served: Served) -> list[str]:
    """Count how many photographs of a printed card the reader reads, at 7.5 dots a millimetre."""
    chance = random.Random(7)  # noqa: S311  the same photographs every time
    card = served.town.card("sak-bilde")
    asked = {"cards": [{"number": card["number"], "name": "Testbarn Én"}], "layout": "cr80"}
    printed = served.town.ask("issuer", "POST", "/v1/cards/print", asked)
    with tempfile.TemporaryDirectory() as folder:
        drawn = rasterised(printed.body, Path(folder), dots_per_inch=round(DOTS_PER_MM * 25.4)).convert("RGB")
    page = browser.new_page()
    page.goto(served.address)
    page.evaluate("""async () => {
      const {ownScript} = await import('/device/trusted.js'), {taken} = await import('/device/camera.js');
      const worker = new Worker(ownScript(new URL('/device/decoder_worker.js', location.href)), {type: 'module'});
      await new Promise(k => worker.onmessage = k);
      const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      window.read = async (url, turn) => {
        const i = new Image(); i.src = url; await i.decode();
        const answered = new Promise(k => worker.onmessage = k);
        worker.postMessage(taken(context, i, i.width, i.height, turn));
        return (await answered).data.text;
      };
    }""")
    at_once = in_two = 0
    for _ in range(PHOTOGRAPHS):
        photograph = _bitmap(_photograph(drawn, chance))
        first = page.evaluate("url => read(url, 0)", photograph) == card["url"]
        at_once += first
        in_two += first or page.evaluate("url => read(url, 1)", photograph) == card["url"]
    page.close()
    rate = f"{100 * in_two / PHOTOGRAPHS:.1f} % of {PHOTOGRAPHS}, {100 * at_once / PHOTOGRAPHS:.1f} % at the first look"
    return [
        f"photographs of a printed card read at {DOTS_PER_MM} px/mm in two looks of the camera: {rate} (target 99 %)"
    ]


def _bitmap(picture: Image.Image) -> str:
    """Hand a picture over as it is: what a camera gives, and quicker than squeezing noise."""
    out = io.BytesIO()
    picture.save(out, "BMP")
    return "data:image/bmp;base64," + base64.b64encode(out.getvalue()).decode()


def report(wanted: list[str]) -> None:
    """Measure what is asked for, or everything, and print each as it is known."""
    for name, value in (("ACCESS_KEY_ID", "local"), ("SECRET_ACCESS_KEY", "local"), ("DEFAULT_REGION", "eu-north-1")):
        os.environ.setdefault(f"AWS_{name}", value)
    parts: dict[str, Callable[[Browser, Served], list[str]]] = {
        "weight": _weight, "answers": _answers, "slow": _slow_phone, "photographs": _decoded,
    }  # fmt: skip
    with engine.running(engine.install(ROOT / ".local" / "engine")) as dynamodb, sync_playwright() as driver:
        browser: Any = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for name in wanted or parts:
            with _served(dynamodb, f"browser-{name}") as served:
                served.town.ask("office", "PUT", "/v1/programmes/kort", _many(served))
                print("\n".join(parts[name](browser, served)), flush=True)
        browser.close()


def _many(served: Served) -> dict[str, Any]:
    year = served.town.moment.year
    return {
        "name": {"nb": "Opplevelseskortet"}, "valid_from": f"{year - 1}-01-01", "valid_until": f"{year + 2}-12-31",
        "cards": {"quota": 1000, "validity": "P1Y"}, "ages": {"from": 5, "to": 18}, "languages": ["nb"],
    }  # fmt: skip


if __name__ == "__main__":
    report(sys.argv[1:])
