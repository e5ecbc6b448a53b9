"""Nothing in any state of the scanner keeps anybody out, in any of its languages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Served, quiet
from tests.e2e.sight import FITS, HAS_EDGES
from tests.e2e.states import phone_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STATES = 50  # and a few more; fewer would be a journey that broke off


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_axe_reports_nothing_on_any_state(served: Served, browser: Callable[..., Browser], language: str) -> None:
    phone = phone_in(browser(), served, language)
    axe = AXE.read_text()
    reported: dict[str, list[str]] = {}
    names = []
    with quiet(phone.page):
        for name in phone.states():
            names.append(name)
            page = phone.page
            assert page.evaluate("document.documentElement.lang") == language
            if not page.evaluate("'axe' in window"):
                page.evaluate(axe)
            found = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => "
                                  "`${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).join(' | ')}`))")  # fmt: skip
            if found:
                reported[name] = found
    assert reported == {}
    assert len(names) >= STATES


def test_every_state_holds_text_of_twice_the_size_stands_still_and_has_edges_in_forced_colours(
    served: Served, browser: Callable[..., Browser]
) -> None:
    phone = phone_in(browser(), served, "nb", width=360, height=740)
    page = phone.page
    page.emulate_media(reduced_motion="reduce")
    reported: dict[str, list[str]] = {}
    names = []
    with quiet(page):
        for name in phone.states():
            names.append(name)
            page.evaluate("document.documentElement.style.fontSize = '34px'")
            found = page.evaluate(FITS)
            page.evaluate("document.documentElement.style.fontSize = ''")
            page.emulate_media(forced_colors="active")
            found += page.evaluate(HAS_EDGES)
            page.emulate_media(forced_colors="none")
            if found:
                reported[name] = found
    assert reported == {}
    assert len(names) >= STATES
