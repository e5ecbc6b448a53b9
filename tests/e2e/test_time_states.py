"""Nothing on TimeKred's pages keeps anybody out: by day, by night, in large text, in their own colours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib import wiring
from chalicelib.attestations.rules import Because
from tests import kred_town as kred
from tests.e2e.conftest import HAND, Served, quiet
from tests.e2e.sight import accessible, unfit, without_edges
from tests.e2e.test_paper_pages import BY, TENANT, attested
from tests.e2e.test_scanner import enrol, state
from tests.e2e.test_time import scan, time_state
from tests.e2e.test_time_around import match
from tests.e2e.test_time_more import notes_of

pytestmark = pytest.mark.browser

LANGUAGES = ["nb", "nn", "en"]


class Sight:
    """Looks at one state after another, and keeps what it finds."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language, self.root = page, language, "main"
        self.reported: dict[str, list[str]] = {}
        self.names: list[str] = []

    def at(self, name: str) -> None:
        """Look at what stands on the page now."""
        page = self.page
        page.wait_for_timeout(80)
        self.names.append(name)
        assert page.evaluate("document.documentElement.lang") == self.language, name
        found: list[str] = []
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{scheme} {each}" for each in accessible(page)]
        page.evaluate("document.documentElement.style.fontSize = '32px'")
        # The row of nine languages rolls on purpose.
        page.evaluate("document.querySelectorAll('.language-row').forEach(e => (e.hidden = true))")
        found += unfit(page, self.root)
        page.evaluate("document.querySelectorAll('.language-row').forEach(e => (e.hidden = false))")
        page.evaluate("document.documentElement.style.fontSize = ''")
        found += without_edges(page, self.root)
        if found:
            self.reported[name] = found


@contextmanager
def looking(browser: Browser, language: str) -> Iterator[Sight]:
    """Give a small phone that holds still, in one language."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, locale=f"{language}-NO",
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    with quiet(page):
        page.add_init_script(HAND)
        yield Sight(page, language)
    context.close()


def spoken(page: Page, language: str) -> None:
    """Choose the language by its button, where the phone's own did not."""
    page.get_by_test_id(f"language-{language}").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def around(sight: Sight) -> None:
    """Take seats on a member's page, and look at where time can be spent and what was taken part in."""
    page = sight.page
    page.get_by_test_id("seat-kampen").click()
    expect(page.get_by_test_id("seating")).to_be_visible()
    sight.at("seating")
    page.get_by_test_id("seat-ok").click()
    expect(page.get_by_test_id("mine-kampen")).to_be_visible()
    sight.at("seated")
    for sheet, shown in (("places", "place-kino"), ("deeds", "deed-rydding")):
        page.get_by_test_id(f"open-{sheet}").click()
        expect(page.get_by_test_id(shown)).to_be_visible()
        sight.at(sheet)
        page.get_by_test_id("own-close").click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_members_pages_keep_nobody_out(served: Served, browser: Callable[..., Browser], language: str) -> None:
    kred.set_up(served.town)
    kred.offer(served.town)
    held = kred.session(served.town)
    match(served)
    rich, poor = kred.rich(served.town, 120), kred.join(held["poster"], "Testperson To", language=language)
    _, [note, *_] = notes_of(served)
    with looking(browser(), language) as sight:
        page = sight.page
        page.goto(held["poster"])
        state(page, "member-poster")
        spoken(page, language)
        sight.at("poster")
        page.get_by_test_id("person-band").select_option("under_15")
        page.get_by_test_id("member-submit").click()
        expect(page.get_by_test_id("member-problem")).not_to_be_empty()
        sight.at("poster-guardian")
        page.goto(f"{served.address}/docs")
        page.goto(poor["url"])
        state(page, "member-shut")
        spoken(page, language)
        sight.at("shut")
        page.get_by_test_id("member-pin").fill("0000")
        page.get_by_test_id("member-submit").click()
        expect(page.get_by_test_id("member-problem")).not_to_be_empty()
        sight.at("wrong-pin")
        for member, name in ((poor, "nothing-yet"), (rich, "something")):
            page.goto(f"{served.address}/docs")
            page.goto(member["url"])
            state(page, "member-shut")
            page.get_by_test_id("member-pin").fill("4711")
            page.get_by_test_id("member-pin").press("Enter")
            state(page, "member-open")
            spoken(page, language)
            sight.at(name)
        for sheet in ("gift", "pot", "leave"):
            page.get_by_test_id(f"open-{sheet}").click()
            sight.at(sheet)
        around(sight)
        page.get_by_test_id("open-note").click()
        sight.at("note")
        page.get_by_test_id("note-code").fill(note)
        page.get_by_test_id("note-look").click()
        expect(page.get_by_test_id("note-confirm")).to_be_visible()
        sight.at("note-confirm")
    assert sight.reported == {}, "\n".join(
        f"{name}: {each}" for name, found in sight.reported.items() for each in found
    )
    assert len(sight.names) == 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_till_that_takes_time_keeps_nobody_out(
    served: Served, browser: Callable[..., Browser], language: str
) -> None:
    kred.set_up(served.town)
    kred.offer(served.town)
    rich, poor = kred.rich(served.town, 120), kred.join(kred.session(served.town)["poster"], "Testperson To")
    with looking(browser(), language) as sight:
        page = sight.page
        enrol(page, served, "kino")
        scan(page, rich["url"])
        time_state(page, "counting")
        sight.root = ".time-over"
        expect(page.get_by_test_id("time-enough")).not_to_be_empty()
        page.get_by_test_id("children-more").click()
        page.get_by_test_id("first-yes").click()
        sight.at("counting")
        page.get_by_test_id("time-queue").check()
        sight.at("queue")
        page.get_by_test_id("time-queue").uncheck()
        page.get_by_test_id("time-pay").click()
        time_state(page, "answer")
        sight.at("yes")
        page.get_by_test_id("time-undo").click()
        expect(page.get_by_test_id("time-undo")).to_have_count(0)
        sight.at("undone")
        page.get_by_test_id("time-next").click()
        scan(page, poor["url"])
        time_state(page, "counting")
        expect(page.get_by_test_id("time-pay")).to_be_disabled()
        sight.at("not-enough")
        page.get_by_test_id("time-list").click()
        expect(page.get_by_test_id("time-today")).to_be_visible()
        sight.at("today")
    assert sight.reported == {}, "\n".join(
        f"{name}: {each}" for name, found in sight.reported.items() for each in found
    )
    assert len(sight.names) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_of_paper_keeps_nobody_out(
    served: Served, browser: Callable[..., Browser], language: str
) -> None:
    kred.set_up(served.town)
    address, named = attested(served)
    batch, [note, *_] = notes_of(served)
    with looking(browser(), language) as sight:
        page = sight.page

        def look(url: str, standing: str) -> None:
            page.goto(f"{served.address}/docs")
            page.goto(url)
            expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", standing)
            spoken(page, language)
            sight.at(standing)

        look(address, "holds")
        look(address[:-9] + ("AAAAAAAAA" if address[-9:] != "AAAAAAAAA" else "BBBBBBBBB"), "not_ours")
        wiring.house().attestations.revoke(TENANT, "solkred", named, Because.MISTAKE, by=BY, now=served.town.moment)
        look(address, "revoked")
        look(note, "good")
        look(f"{served.address}/N#{'A' * 31}", "unknown")
        wiring.house().notes.void(TENANT, kred.LOCAL, batch, because="stolen", now=served.town.moment)
        look(note, "voided")
    assert sight.reported == {}, "\n".join(
        f"{name}: {each}" for name, found in sight.reported.items() for each in found
    )
    assert len(sight.names) == 6
