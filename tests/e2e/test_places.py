"""A phone of two municipalities, and a hand scanner, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import TYPED_AT_ONCE, Served, as_data_url, phone_page, qr
from tests.e2e.test_scanner import enrol, state, visits_in_table
from tests.town import OTHER, TENANT

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]


def enrol_at(page: Page, served: Served, venue: str, tenant: str) -> None:
    opened = served.town.ask("office", "POST", f"/v1/venues/{venue}/enrolments", {"label": "Luke 1"}, tenant=tenant)
    page.goto(f"{served.address}/docs")  # elsewhere first, since only the fragment differs from the page's own address
    page.goto(f"{served.address}/E#{opened.json['code'].upper()}")
    page.get_by_test_id("enrol-submit").click()
    state(page, "enrolled")
    page.get_by_test_id("enrol-start").click()
    state(page, "scan")


def test_a_card_of_the_other_municipality_moves_the_phone_to_its_venue_there(served: Served, browser: Start) -> None:
    served.town.settle_in(OTHER)
    ours, theirs = served.town.card(), served.town.card(tenant=OTHER)
    with phone_page(browser(), hand=True) as page:
        enrol_at(page, served, "bad", OTHER)
        enrol_at(page, served, "kino", TENANT)
        expect(page.get_by_test_id("venue")).to_have_text("Kino")
        page.evaluate("url => showCard(url)", as_data_url(qr(theirs["url"])))
        state(page, "persons")
        expect(page.get_by_test_id("place")).to_contain_text("Bad")
        page.get_by_test_id("persons-1").click()
        state(page, "answer")
        page.evaluate("url => showCard(url)", as_data_url(qr(ours["url"])))
        state(page, "persons")
        expect(page.get_by_test_id("place")).to_contain_text("Kino")
        page.get_by_test_id("persons-2").click()
        state(page, "answer")
    assert sorted((visit.venue, visit.persons) for visit in visits_in_table()) == [("bad", 1), ("kino", 2)]


def test_a_hand_scanner_is_read_without_a_field_in_focus(served: Served, browser: Start) -> None:
    one, two = served.town.card(), served.town.card()
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "klubb")
        page.evaluate(TYPED_AT_ONCE, one["url"])
        state(page, "answer")
        page.get_by_test_id("next").click()
        state(page, "scan")
        page.evaluate(TYPED_AT_ONCE, two["number"])
        state(page, "answer")
    assert sorted(visit.carrier for visit in visits_in_table()) == ["qr", "typed"]
