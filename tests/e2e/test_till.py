"""A day at the till: siblings on one list, practice, the paper list, a colleague's phone, a keyboard alone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.conftest import Served, as_data_url, phone_page, qr
from tests.e2e.test_offline import API, all_sent, keep_pages, next_card, ready, stopped
from tests.e2e.test_scanner import code_for, enrol, state, type_number, visits_in_table

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]
WAIT = 20_000
PRACTICE = "000000000098"
CHECK = "**/v1/scan/check"


def test_siblings_join_a_list_and_one_button_registers_all_and_one_undo_takes_all_back(
    served: Served, browser: Start
) -> None:
    children = [served.town.card() for _ in range(3)]
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        page.evaluate("url => showCard(url)", as_data_url(qr(children[0]["url"])))
        state(page, "persons")
        page.evaluate("url => showCard(url)", as_data_url(qr(children[1]["url"])))
        state(page, "group")
        page.get_by_test_id("group-number").fill(children[2]["number"])
        expect(page.locator("[data-testid=group-card][data-state=ready]")).to_have_count(3, timeout=WAIT)
        expect(page.get_by_test_id("group-card").first).to_contain_text("Gratis")
        page.get_by_test_id("group-persons").first.click()
        page.get_by_test_id("group-register").click()
        state(page, "group-answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        expect(page.get_by_test_id("persons")).to_contain_text("4")
        assert sorted(visit.persons for visit in visits_in_table()) == [1, 1, 2]
        shown = page.inner_text("body")
        assert all(child["number"] not in re.sub(r"\s", "", shown) for child in children)
        page.get_by_test_id("undo").click()
        page.wait_for_function("() => document.body.dataset.mood === 'undone'", timeout=WAIT)
    assert all(visit.void_month for visit in visits_in_table())


def test_what_each_child_pays_stands_on_its_row_and_the_sum_above_the_button(served: Served, browser: Start) -> None:
    with phone_page(browser()) as page:
        ready(page, served, "kino")

        def with_price(route: Route) -> None:
            answer = route.fetch()
            said = answer.json()
            if "to_pay" in said:
                said["to_pay"] = {"holder": 2500, "companion": 4000}
            route.fulfill(response=answer, json=said)

        page.route(CHECK, with_price)
        type_number(page, served.town.card()["number"])
        state(page, "persons")
        page.get_by_test_id("group-more").click()
        page.get_by_test_id("group-number").fill(served.town.card()["number"])
        rows = page.locator("[data-testid=group-card][data-state=ready]")
        expect(rows).to_have_count(2, timeout=WAIT)
        assert [text.count("25 kr") for text in said_in(rows)] == [1, 1]
        page.get_by_test_id("group-persons").first.click()
        assert "65 kr" in said_in(rows)[0]
        expect(page.get_by_test_id("group-pay")).to_contain_text("90")


def said_in(rows: Locator) -> list[str]:
    return [text.replace("\u00a0", " ") for text in rows.all_inner_texts()]


def test_a_card_that_just_stood_here_looks_like_itself_and_not_like_another_yes(served: Served, browser: Start) -> None:
    card = served.town.card()["number"]
    with phone_page(browser()) as page:
        ready(page, served, "kino")
        type_number(page, card)
        state(page, "persons")
        expect(page.locator(".again")).to_have_count(0)
        page.get_by_test_id("persons-1").click()
        state(page, "answer")
        next_card(page)
        type_number(page, card)
        state(page, "persons")
        expect(page.get_by_test_id("same-card")).to_be_visible()
        expect(page.locator(".choose.again")).to_have_count(1)


def test_who_is_here_for_the_first_time_finds_practice_first_in_the_menu(served: Served, browser: Start) -> None:
    with phone_page(browser()) as page:
        ready(page, served, "kino")
        page.get_by_test_id("open-menu").click()
        state(page, "menu")
        first = page.locator("section.sheet .button").first
        expect(first).to_have_attribute("data-testid", "open-practice")
        first.click()
        page.get_by_test_id("practice-show").click()
        state(page, "persons")
        expect(page.get_by_test_id("practice")).to_be_visible()
    assert visits_in_table() == []


def test_a_list_without_a_network_is_registered_all_the_same(served: Served, browser: Start) -> None:
    children = [served.town.card() for _ in range(2)]
    with phone_page(browser()) as page:
        ready(page, served, "kino")
        page.route(API, stopped)
        type_number(page, children[0]["number"])
        state(page, "persons")
        page.get_by_test_id("group-more").click()
        page.get_by_test_id("group-number").fill(children[1]["number"])
        expect(page.locator("[data-testid=group-card][data-state=ready]")).to_have_count(2, timeout=WAIT)
        page.get_by_test_id("group-register").click()
        state(page, "group-answer")
        next_card(page)
        page.unroute(API)
        all_sent(page)
    assert sorted(visit.last3 for visit in visits_in_table()) == sorted(child["number"][-3:] for child in children)


def test_practice_is_always_valid_needs_no_network_and_registers_nothing(served: Served, browser: Start) -> None:
    asked: list[str] = []
    with phone_page(browser()) as page:
        ready(page, served, "kino")
        page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
        page.route(API, stopped)
        for _ in range(2):
            type_number(page, PRACTICE)
            state(page, "persons")
            expect(page.get_by_test_id("practice")).to_be_visible()
            page.get_by_test_id("persons-2").click()
            state(page, "answer")
            assert page.evaluate("document.body.dataset.mood") == "yes"
            expect(page.get_by_test_id("practice")).to_be_visible()
            next_card(page)
        expect(page.get_by_test_id("waiting")).to_have_count(0)
    assert asked == []
    assert visits_in_table() == []


def test_the_paper_list_is_registered_later_on_its_own_day_and_not_twice(served: Served, browser: Start) -> None:
    card = served.town.card()
    day = served.town.today - timedelta(days=1)
    with phone_page(browser()) as page:
        ready(page, served, "kino")
        page.get_by_test_id("open-today").click()
        page.get_by_test_id("open-later").click()
        for wrong in (day + timedelta(days=30), day - timedelta(days=30), ""):
            page.get_by_test_id("later-date").fill(str(wrong))
            page.get_by_test_id("later-save").click()
            expect(page.get_by_test_id("later-error")).to_have_attribute("data-because", "date")
        for _ in range(2):
            page.get_by_test_id("later-date").fill(day.isoformat())
            page.get_by_test_id("later-number").fill(card["number"])
            page.get_by_test_id("later-more").click()
            page.get_by_test_id("later-save").click()
            expect(page.locator("[data-testid=later-saved] li")).to_have_count(1, timeout=WAIT)
        expect(page.get_by_test_id("later-error")).to_have_attribute("data-because", "used_today")
        page.get_by_test_id("close").click()
        all_sent(page)
    [visit] = visits_in_table()
    assert (str(visit.date), visit.persons, visit.carrier) == (day.isoformat(), 2, "typed")


def test_a_phone_with_the_right_lets_a_colleagues_phone_in(served: Served, browser: Start) -> None:
    asked = {"label": "Leder", "rights": ["scan", "enrol"]}
    opened = served.town.ask("office", "POST", "/v1/venues/kino/enrolments", asked).json
    with phone_page(browser()) as page:
        page.goto(f"{served.address}/E#{opened['code'].upper()}")
        page.get_by_test_id("enrol-submit").click()
        state(page, "enrolled")
        page.get_by_test_id("enrol-start").click()
        page.get_by_test_id("open-menu").click()
        page.get_by_test_id("open-share").click()
        expect(page.get_by_test_id("share-code")).to_be_visible(timeout=WAIT)
        loaded = "() => document.querySelector('[data-testid=share-code]').naturalWidth > 0"
        page.wait_for_function(loaded, timeout=WAIT)
        code = page.locator(".code-kept code").inner_text()
    with phone_page(browser()) as page:
        page.goto(f"{served.address}/E#{code}")
        page.get_by_test_id("enrol-submit").click()
        state(page, "enrolled")
        expect(page.get_by_test_id("enrolled-venue")).to_have_text("Kino")


def press_until(page: Page, testid: str) -> None:
    """Tab until something has the focus, as a person without a mouse does."""
    for _ in range(25):
        if page.evaluate("document.activeElement?.dataset?.testid") == testid:
            return
        page.keyboard.press("Tab")
    message = f"no way to {testid} by keyboard"
    raise AssertionError(message)


def heard(page: Page) -> str:
    """Give what a screen reader has on the screen: the names of what is shown, in order."""
    return str(page.locator("body").aria_snapshot())


def test_the_staffs_sheet_is_fetched_once_and_there_without_a_network(served: Served, browser: Start) -> None:
    with phone_page(browser()) as page:
        ready(page, served, "kino")
        page.get_by_test_id("open-menu").click()
        page.get_by_test_id("open-staff").click()
        with page.expect_download() as saved:
            page.get_by_test_id("staff-open").click()
        assert saved.value.path().read_bytes().startswith(b"%PDF-")
        page.get_by_test_id("close").click()
        page.route(API, stopped)
        page.get_by_test_id("open-staff").click()
        expect(page.get_by_test_id("staff-open")).to_be_visible(timeout=WAIT)
        page.get_by_test_id("close").click()
        # In a language that was never fetched there is none, and that is said.
        page.get_by_test_id("language-en").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_test_id("open-staff").click()
        expect(page.get_by_test_id("staff-failed")).to_contain_text("network", timeout=WAIT)


def test_a_screen_that_the_phone_has_not_fetched_says_so_and_comes_with_the_network(
    served: Served, browser: Start
) -> None:
    seldom = re.compile("sheet_screens")
    with phone_page(browser()) as page:
        page.route("**/sw.js", stopped)
        page.route(seldom, stopped)
        enrol(page, served, "kino")
        page.get_by_test_id("open-today").click()
        expect(page.get_by_test_id("not-here-yet")).to_be_visible(timeout=WAIT)
        page.get_by_test_id("close").click()
        state(page, "scan", "typed")
        page.get_by_test_id("open-menu").click()
        expect(page.get_by_test_id("not-here-yet")).to_be_visible(timeout=WAIT)
        page.unroute(seldom)
        page.get_by_test_id("not-here-again").click()
        expect(page.get_by_test_id("switch-sound")).to_be_visible(timeout=WAIT)


def test_a_day_by_keyboard_alone_and_what_a_screen_reader_says_of_it(served: Served, browser: Start) -> None:
    card = served.town.card()
    with phone_page(browser(camera=False)) as page:
        page.goto(served.address)
        state(page, "welcome")
        assert "heading" in heard(page)
        press_until(page, "enrol-type")
        page.keyboard.press("Enter")
        state(page, "enrol-typed")
        assert page.evaluate("document.activeElement.dataset.testid") == "enrol-code"
        page.keyboard.type(code_for(served, "klubb")["code"])
        page.keyboard.press("Enter")
        state(page, "enrolled")
        press_until(page, "enrol-start")
        page.keyboard.press("Enter")
        state(page, "scan")
        press_until(page, "way-typed")
        page.keyboard.press("Enter")
        state(page, "typed")
        assert page.evaluate("document.activeElement.id") == "card-number"
        page.keyboard.type(card["number"])
        assert 'textbox "Kortnummer, 12 sifre"' in heard(page)
        page.keyboard.press("Enter")
        state(page, "answer")
        assert page.evaluate("document.activeElement.tagName") == "H1"
        expect(page.locator("#spoken")).to_contain_text("Velkommen inn")
        press_until(page, "undo")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.body.dataset.mood === 'undone'", timeout=WAIT)
        expect(page.locator("#spoken")).to_contain_text("angret")
        press_until(page, "next")
        page.keyboard.press("Enter")
        state(page, "typed")
        block = served.town.ask("issuer", "POST", f"/v1/cards/{card['number']}/block", {"reason": "lost"})
        assert block.status == 200
        page.keyboard.type(card["number"])
        page.keyboard.press("Enter")
        state(page, "answer")
        expect(page.locator("#spoken")).to_contain_text("ikke i bruk")
        assert 'heading "Kortet er ikke i bruk"' in heard(page)
        press_until(page, "next")


def test_two_tabs_of_one_phone_send_what_waits_once(served: Served, browser: Start) -> None:
    cards = [served.town.card() for _ in range(4)]
    sent: list[str] = []
    with phone_page(browser()) as page:
        ready(page, served, "klubb")
        keep_pages(page)
        other = page.context.new_page()
        other.goto(served.address)
        state(other, "scan", "typed")
        page.context.set_offline(True)
        for tab, card in zip((page, other, page, other), cards, strict=True):
            type_number(tab, card["number"])
            state(tab, "answer")
            assert tab.evaluate("document.body.dataset.mood") == "yes"
            next_card(tab)
        # The card is in already, though another tab let it in.
        type_number(other, cards[0]["number"])
        state(other, "answer")
        assert other.get_by_test_id("answer").get_attribute("data-because") == "used_today"
        for tab in (page, other):
            tab.on(
                "request",
                lambda asked: (
                    sent.extend(one["id"] for one in asked.post_data_json["visits"])
                    if asked.url.endswith("/batch")
                    else None
                ),
            )
        page.context.set_offline(False)
        all_sent(page)
    assert len(visits_in_table()) == 4
    assert len(sent) == len(set(sent)) == 4
