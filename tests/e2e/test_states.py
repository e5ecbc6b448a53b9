"""Nothing in any state of the scanner keeps anybody out, in any of its languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Served, quiet
from tests.e2e.sight import accessible, unfit, without_edges
from tests.e2e.states import phone_in

pytestmark = pytest.mark.browser

STATES = 50  # and a few more; fewer would be a journey that broke off


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_axe_reports_nothing_on_any_state(served: Served, browser: Callable[..., Browser], language: str) -> None:
    phone = phone_in(browser(), served, language)
    reported: dict[str, list[str]] = {}
    names = []
    with quiet(phone.page):
        for name in phone.states():
            names.append(name)
            page = phone.page
            assert page.evaluate("document.documentElement.lang") == language
            found = accessible(page)
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
            found = unfit(page)
            page.evaluate("document.documentElement.style.fontSize = ''")
            found += without_edges(page)
            if found:
                reported[name] = found
    assert reported == {}
    assert len(names) >= STATES
