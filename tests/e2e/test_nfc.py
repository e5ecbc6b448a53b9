"""Cards with tags held to a phone that reads them: a plain address, a tag that counts, with and without network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib import table, wiring
from chalicelib.shared.ids import Tenant
from tests.credentials.ntag import Tag
from tests.e2e.conftest import TAGS, Served, phone_page
from tests.e2e.test_offline import API, all_sent, next_card, ready, stopped
from tests.e2e.test_scanner import state, visits_in_table
from tests.town import TENANT

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]


def reading_phone(page: Page, served: Served, venue: str) -> None:
    page.add_init_script(TAGS)
    ready(page, served, venue)
    page.get_by_test_id("nfc").click()
    expect(page.get_by_test_id("nfc")).to_have_attribute("aria-pressed", "true")


def tap(page: Page, text: str) -> None:
    page.evaluate("text => tapTag(text)", text)


def tag_in(served: Served, card: dict[str, str]) -> Tag:
    """Let a bureau make the card with a tag, and send its list back."""
    uid = bytes.fromhex("04DE5F1EACC040")
    told = {"cards": [{"number": card["number"], "uid": uid.hex().upper()}]}
    bound = served.town.ask("issuer", "POST", "/v1/cards/tags", told)
    assert bound.status == 200, bound.body
    keys = wiring.house().keys.tags(Tenant(TENANT), 1)
    return Tag(uid, card["token"], keys.meta, keys.master)


def test_a_plain_tag_is_read_as_its_address_and_the_button_is_off_again_by_a_tap(
    served: Served, browser: Start
) -> None:
    card = served.town.card()
    with phone_page(browser()) as page:
        reading_phone(page, served, "klubb")
        tap(page, "https://menu.example/bord/4")
        expect(page.locator(".pill.other")).to_be_visible()
        page.evaluate("tags.dispatchEvent(new Event('readingerror'))")
        expect(page.get_by_test_id("hint")).to_contain_text("Brikken")
        tap(page, card["url"])
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        next_card(page)
        page.get_by_test_id("nfc").click()
        expect(page.get_by_test_id("nfc")).to_have_attribute("aria-pressed", "false")
        assert page.evaluate("window.tags") is None
    [visit] = visits_in_table()
    assert visit.carrier == "nfc"


def test_a_counting_tag_comes_in_once_for_each_reading_and_what_was_copied_does_not(
    served: Served, browser: Start
) -> None:
    tag = tag_in(served, served.town.card())
    read = tag.tapped()
    with phone_page(browser()) as page:
        reading_phone(page, served, "klubb")
        tap(page, read)
        tap(page, tag.tapped())  # the tag lies against the phone and is read again
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        next_card(page)
        tap(page, read)
        page.wait_for_function("() => document.querySelector('[data-because=copied_tag]') !== null")
    [visit] = visits_in_table()
    assert visit.carrier == "sun"


def test_a_counting_tag_is_let_in_by_its_token_without_a_network_and_sent_whole(served: Served, browser: Start) -> None:
    card = served.town.card()
    tag = tag_in(served, card)
    tag.count = 6
    with phone_page(browser()) as page:
        reading_phone(page, served, "klubb")
        page.route(API, stopped)
        tap(page, tag.tapped())
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        next_card(page)
        tap(page, tag.tapped())
        state(page, "answer")
        assert page.get_by_test_id("answer").get_attribute("data-because") == "used_today"
        next_card(page)
        page.unroute(API)
        all_sent(page)
    [visit] = visits_in_table()
    assert (visit.carrier, tuple(visit.flags or ())) == ("sun", ())
    [row] = [one for one in table.CardRow.scan(table.Row.sk == "CARD", consistent_read=True) if one.tag]
    assert row.tag.count == 7


@pytest.mark.parametrize("said", ["NotAllowedError", "NotReadableError"])
def test_a_phone_that_may_not_read_tags_says_so_and_goes_on_with_the_code(
    served: Served, browser: Start, said: str
) -> None:
    with phone_page(browser()) as page:
        page.add_init_script(f"window.nfcSays = '{said}';" + TAGS)
        ready(page, served, "klubb")
        page.get_by_test_id("nfc").click()
        expect(page.get_by_test_id("nfc-note")).to_be_visible()
        expect(page.get_by_test_id("nfc")).to_have_attribute("aria-pressed", "false")


def test_a_phone_that_reads_no_tags_shows_no_button(served: Served, browser: Start) -> None:
    with phone_page(browser()) as page:
        page.add_init_script("delete window.NDEFReader;")
        ready(page, served, "klubb")
        expect(page.get_by_test_id("way-typed")).to_be_visible()
        expect(page.get_by_test_id("nfc")).to_have_count(0)
