"""A venue owner with a phone: the month seen, objected to, answered, adjusted; without a network it says so."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Served, phone_page
from tests.e2e.statement_states import SENT, SHOWN, WAIT
from tests.e2e.test_offline import stopped
from tests.e2e.test_scanner import enrol, state

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]


def open_month(page: Page) -> None:
    page.get_by_test_id("open-menu").click()
    page.get_by_test_id("open-statement").click()
    settled(page)


def settled(page: Page) -> None:
    expect(page.locator("section.page[aria-busy=false]")).to_be_visible(timeout=WAIT)


def again(page: Page) -> None:
    page.get_by_test_id("close").click()
    page.get_by_test_id("open-statement").click()
    settled(page)


def visited(served: Served) -> str:
    """Let one pay half of 125,01 at the pool today; gives the month."""
    phone = served.town.enrol("bad")
    sent = phone.send("POST", "/v1/scan/visits", served.town.visit(served.town.card()["token"]))
    assert sent.status == 201, sent.body
    return str(sent.json["visit"]["date"][:7])


def text_of(page: Page, testid: str) -> str:
    return page.get_by_test_id(testid).inner_text().replace("\u00a0", " ")


def test_the_owner_sees_the_month_objects_is_answered_and_sees_the_adjustment(served: Served, browser: Start) -> None:
    town, month = served.town, visited(served)
    with phone_page(browser()) as page:
        enrol(page, served, "bad", "scan", "statement")
        open_month(page)
        page.get_by_test_id("statement-month").select_option(month)
        settled(page)
        assert text_of(page, "statement-due") == "62,51 kr"
        expect(page.get_by_test_id("statement-stage")).to_have_attribute("data-stage", "open")
        with page.expect_download(timeout=WAIT) as saved:
            page.get_by_test_id("statement-pdf").click()  # one tap
        expect(page.get_by_test_id("statement-pdf-open")).to_be_visible()
        assert saved.value.path().read_bytes().startswith(b"%PDF-")
        assert saved.value.suggested_filename.startswith("3222-")

        page.get_by_test_id("open-objection").click()
        state(page, "objection")
        page.get_by_test_id("objection-about").select_option(index=2)
        page.get_by_test_id("objection-text").fill("Det kom to til uten at kortet ble skannet.")
        page.route(SENT, stopped)
        page.get_by_test_id("objection-send").click()
        expect(page.get_by_test_id("objection-error")).to_have_attribute("data-because", "network", timeout=WAIT)
        page.unroute(SENT)
        page.get_by_test_id("objection-send").click()
        expect(page.get_by_test_id("statement-sent")).to_be_visible(timeout=WAIT)
        expect(page.get_by_test_id("objection")).to_have_attribute("data-state", "open")
        (made,) = town.ask("office", "GET", "/v1/objections").json["objections"]
        assert (made["offer"], made["date"][:7]) == ("inngang", month)

        adjusted(served, made)
        again(page)
        expect(page.get_by_test_id("objection")).to_have_attribute("data-state", "accepted")
        expect(page.get_by_test_id("objection")).to_contain_text("Det retter vi.")
        expect(page.locator("[data-testid=statement-row][data-type=justering]")).to_have_count(1)
        explained = text_of(page, "statement-explained")
        assert "2 personer. Dagen var 62,51 kr og blir 170,02 kr." in explained
        assert "to ble ikke registrert" in explained
        assert text_of(page, "statement-due") == "170,02 kr"


def adjusted(served: Served, made: dict[str, Any]) -> None:
    """Let the office agree and propose two who never were registered, and finance confirm it."""
    town = served.town
    answer = {"accepted": True, "answer": "Det retter vi."}
    assert town.ask("office", "POST", f"/v1/objections/{made['id']}/answer", answer).status == 200
    proposal = {
        "id": str(uuid.uuid4()), "programme": "kort", "offer": made["offer"], "date": made["date"], "persons": 2,
        "reason": "to ble ikke registrert",
    }  # fmt: skip
    assert town.ask("office", "POST", "/v1/venues/bad/adjustments", proposal, who="olav").status == 201
    decide = f"/v1/adjustments/{proposal['id']}/decide"
    assert town.ask("finance", "POST", decide, {"accepted": True}, who="berit").status == 200


def test_an_answer_lost_on_the_way_makes_no_second_objection(served: Served, browser: Start) -> None:
    month = visited(served)

    def arrives_unheard(route: Any) -> None:
        route.fetch()
        route.abort()

    with phone_page(browser()) as page:
        enrol(page, served, "bad", "scan", "statement")
        open_month(page)
        page.get_by_test_id("statement-month").select_option(month)
        settled(page)
        page.get_by_test_id("open-objection").click()
        page.get_by_test_id("objection-text").fill("Summen stemmer ikke.")
        page.route(SENT, arrives_unheard)
        page.get_by_test_id("objection-send").click()
        expect(page.get_by_test_id("objection-error")).to_be_visible(timeout=WAIT)
        page.unroute(SENT)
        page.get_by_test_id("objection-send").click()
        expect(page.get_by_test_id("statement-sent")).to_be_visible(timeout=WAIT)
    assert len(served.town.ask("office", "GET", "/v1/objections").json["objections"]) == 1


def test_without_the_right_there_is_no_month_in_the_menu_and_without_a_network_it_says_so(
    served: Served, browser: Start
) -> None:
    with phone_page(browser()) as page:
        enrol(page, served, "bad")
        page.get_by_test_id("open-menu").click()
        expect(page.get_by_test_id("open-practice")).to_be_visible(timeout=WAIT)
        expect(page.get_by_test_id("open-statement")).to_have_count(0)
    with phone_page(browser()) as page:
        enrol(page, served, "bad", "scan", "statement")
        page.route(SHOWN, stopped)
        open_month(page)
        expect(page.get_by_test_id("statement-failed")).to_have_attribute("data-state", "network")
        page.unroute(SHOWN)
        page.get_by_test_id("statement-again").click()
        expect(page.get_by_test_id("statement-empty")).to_be_visible(timeout=WAIT)


def test_the_month_by_keyboard_alone(served: Served, browser: Start) -> None:
    month = visited(served)
    with phone_page(browser()) as page:
        enrol(page, served, "bad", "scan", "statement")
        press(page, "open-menu")
        press(page, "open-statement")
        settled(page)
        assert page.evaluate("document.activeElement.tagName") == "H1"
        while page.get_by_test_id("statement-month").input_value() != month:
            press(page, "statement-later")
            settled(page)
        press(page, "open-objection")
        state(page, "objection")
        tab_to(page, "objection-text")
        page.keyboard.type("Det mangler en dag.")
        press(page, "objection-send")
        expect(page.get_by_test_id("statement-sent")).to_be_visible(timeout=WAIT)
        press(page, "close")
        state(page, "menu")


def press(page: Page, testid: str) -> None:
    tab_to(page, testid)
    page.keyboard.press("Enter")


def tab_to(page: Page, testid: str) -> None:
    expect(page.get_by_test_id(testid)).to_be_visible(timeout=WAIT)
    for _ in range(40):
        if page.evaluate("document.activeElement.dataset.testid") == testid:
            return
        page.keyboard.press("Tab")
    raise AssertionError(testid)
