"""The ticket window in a real browser: a printed card before a filmed camera, a number typed, a visit in the table."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from chalicelib import table
from tests.api.test_tags import UID, Chip, bind, keys, order, suspects
from tests.e2e.conftest import Served, as_data_url, film, phone_page, qr, rasterised

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]
WAIT = 20_000


def state(page: Page, *names: str) -> None:
    page.wait_for_function("names => names.includes(document.body.dataset.state)", arg=list(names), timeout=WAIT)


def code_for(served: Served, venue: str, *rights: str) -> Any:
    asked = {"label": "Luke 1", "rights": list(rights) or ["scan"]}
    opened = served.town.ask("office", "POST", f"/v1/venues/{venue}/enrolments", asked)
    assert opened.status == 201
    return opened.json


def enrol(page: Page, served: Served, venue: str, *rights: str) -> None:
    """Make the phone a device by opening the code's own address."""
    page.goto(f"{served.address}/E#{code_for(served, venue, *rights)['code'].upper()}")
    state(page, "welcome", "enrol-typed")
    if page.evaluate("document.body.dataset.state") == "welcome":
        page.get_by_test_id("enrol-type").click()
    page.get_by_test_id("enrol-submit").click()
    state(page, "enrolled")
    page.get_by_test_id("enrol-start").click()
    state(page, "scan")


def visits_in_table() -> list[Any]:
    return list(table.VisitRow.scan(table.Row.sk == "VISIT", consistent_read=True))


def type_number(page: Page, number: str) -> None:
    if page.evaluate("document.body.dataset.state") != "typed":
        page.get_by_test_id("way-typed").click()
        state(page, "typed")
    page.get_by_test_id("card-number").fill(number)
    page.get_by_test_id("number-submit").click()


def test_the_printed_card_before_the_camera_lets_two_in_and_the_visit_stands(
    served: Served, browser: Start, tmp_path: Path
) -> None:
    card = served.town.card()
    asked = {"cards": [{"number": card["number"], "name": "Testbarn Én"}], "layout": "cr80"}
    printed = served.town.ask("issuer", "POST", "/v1/cards/print", asked)
    filmed = film([rasterised(printed.body, tmp_path)], tmp_path / "card.mjpeg")
    with phone_page(browser(filmed)) as page:
        enrol(page, served, "kino")
        state(page, "persons")
        page.get_by_test_id("persons-2").click()
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        expect(page.get_by_test_id("left")).to_contain_text("4")
        [visit] = visits_in_table()
        assert (visit.venue, visit.persons, visit.carrier, visit.last3) == ("kino", 2, "qr", card["number"][-3:])
        shown = page.inner_text("body")
        assert "Testbarn" not in shown
        assert card["number"] not in re.sub(r"\s", "", shown)


def test_the_enrolment_code_is_scanned_the_same_way(served: Served, browser: Start, tmp_path: Path) -> None:
    opened = code_for(served, "bad")
    filmed = film([qr(opened["url"])], tmp_path / "code.mjpeg")
    with phone_page(browser(filmed)) as page:
        page.goto(served.address)
        state(page, "welcome")
        page.get_by_test_id("enrol-scan").click()
        state(page, "enrol-typed", "enrolled")
        if page.evaluate("document.body.dataset.state") == "enrol-typed":
            page.get_by_test_id("enrol-submit").click()
        state(page, "enrolled")
        expect(page.get_by_test_id("enrolled-venue")).to_have_text("Bad")
    [device] = table.DeviceRow.scan(table.Row.sk == "DEVICE", consistent_read=True)
    assert (device.venue, json.loads(device.public_key)["crv"]) == ("bad", "P-256")


def test_a_typed_number_is_a_full_alternative_five_times_and_the_sixth_is_refused(
    served: Served, browser: Start
) -> None:
    card = served.town.card()
    number = card["number"]
    with phone_page(browser()) as page:
        enrol(page, served, "kino")
        for left in ("4", "3", "2", "1", "0"):
            type_number(page, f"{number[:4]} {number[4:8]} {number[8:]}")
            state(page, "persons")
            page.get_by_test_id("persons-1").click()
            state(page, "answer")
            assert page.evaluate("document.body.dataset.mood") == "yes"
            if left != "0":
                expect(page.get_by_test_id("left")).to_contain_text(left)
            page.get_by_test_id("next").click()
        type_number(page, number)
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") != "yes"
        expect(page.get_by_test_id("because")).not_to_be_empty()
        assert len(visits_in_table()) == 5

        page.get_by_test_id("next").click()
        page.get_by_test_id("open-today").click()
        state(page, "today")


def test_a_visit_is_taken_back_where_it_was_made(served: Served, browser: Start) -> None:
    card = served.town.card()
    with phone_page(browser()) as page:
        enrol(page, served, "klubb")
        type_number(page, card["number"])
        state(page, "answer")  # nobody may come along: no tap at all
        assert page.evaluate("document.body.dataset.mood") == "yes"
        page.get_by_test_id("undo").click()
        page.wait_for_function("() => document.body.dataset.mood === 'undone'", timeout=WAIT)
    [visit] = visits_in_table()
    assert visit.void_month
    shown = served.town.ask("issuer", "GET", f"/v1/cards/{card['number']}").json
    assert {use["venue"]: use["used"] for use in shown["uses"]}["klubb"] == 0


def test_something_else_before_the_camera_is_not_a_card_and_does_not_stop_the_next(
    served: Served, browser: Start
) -> None:
    card = served.town.card()
    tree = Image.new("RGB", (600, 600), (120, 160, 120))
    ImageDraw.Draw(tree).ellipse((150, 100, 450, 400), fill=(30, 110, 40))
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        page.evaluate("url => showCard(url)", as_data_url(tree))
        page.wait_for_timeout(1500)
        assert page.evaluate("document.body.dataset.state") == "scan"
        page.evaluate("url => showCard(url)", as_data_url(qr("https://example.com/menu")))
        expect(page.locator(".pill.other")).to_be_visible(timeout=WAIT)
        assert page.evaluate("document.body.dataset.state") == "scan"
        page.evaluate("url => showCard(url)", as_data_url(qr(card["url"])))
        state(page, "persons")
    assert visits_in_table() == []


def test_a_card_with_one_character_of_its_token_changed_is_not_let_in(served: Served, browser: Start) -> None:
    card = served.town.card()
    token = card["token"]
    other = "A" if token[60] != "A" else "B"
    changed = card["url"].replace(token, token[:60] + other + token[61:])
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        page.evaluate("url => showCard(url)", as_data_url(qr(changed)))
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") != "yes"
        expect(page.get_by_test_id("because")).not_to_be_empty()
    assert visits_in_table() == []


def test_the_familys_page_shows_offers_and_with_the_birth_year_what_is_left(served: Served, browser: Start) -> None:
    card = served.town.card()
    phone = served.town.enrol("kino")
    assert phone.send("POST", "/v1/scan/visits", served.town.visit(card["token"])).status == 201
    with phone_page(browser()) as page:
        page.goto(card["url"].replace("HTTP://", "http://"))
        expect(page.get_by_test_id("offers")).to_be_visible(timeout=WAIT)
        assert "#" not in page.url  # the token is out of the address and the history
        assert page.get_by_test_id("left").count() == 0
        page.get_by_test_id("birth-year").fill(str(served.town.today.year - 10))
        page.get_by_test_id("year-submit").click()
        expect(page.get_by_test_id("offer-kino-inngang").get_by_test_id("left")).to_contain_text("4", timeout=WAIT)
        page.get_by_test_id("language-ar").click()
        page.wait_for_function("() => document.documentElement.dir === 'rtl'")
        expect(page.get_by_test_id("offer-kino-inngang")).to_be_visible()


def test_on_an_enrolled_phone_a_cards_address_opens_the_scanner_with_it(served: Served, browser: Start) -> None:
    card = served.town.card()
    with phone_page(browser()) as page:
        enrol(page, served, "kino")
        page.goto(card["url"].replace("HTTP://", "http://"))
        state(page, "persons")
        page.get_by_test_id("persons-1").click()
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
    [visit] = visits_in_table()
    assert visit.persons == 1


def test_a_tag_that_is_tapped_opens_the_scanner_and_its_address_is_good_once(served: Served, browser: Start) -> None:
    card = served.town.card()
    (row,) = order(served.town, [{"number": card["number"]}])
    assert bind(served.town, {"number": card["number"], "uid": UID})[0]["status"] == "bound"
    tap = Chip(row, UID, keys()).tapped()
    with phone_page(browser()) as page:
        enrol(page, served, "kino")
        page.goto(tap)
        state(page, "persons")
        page.get_by_test_id("persons-1").click()
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        page.goto(tap)
        state(page, "answer")
        expect(page.get_by_test_id("answer")).to_have_attribute("data-because", "copied_tag")
    [visit] = visits_in_table()
    assert visit.carrier == "sun"
    assert [each["reason"] for each in suspects(served.town)] == ["replayed"]


def test_a_phone_whose_clock_is_wrong_learns_the_right_time_and_goes_on(served: Served, browser: Start) -> None:
    card = served.town.card()
    with phone_page(browser()) as page:
        ahead = "const real = Date.now; Date.now = () => real() + 3 * 3600 * 1000;"
        page.add_init_script(ahead)
        enrol(page, served, "kino")
        page.evaluate("sessionStorage.clear(); localStorage.clear()")
        page.reload()
        state(page, "scan")
        type_number(page, card["number"])
        state(page, "persons")
        page.get_by_test_id("persons-1").click()
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"


def test_a_number_can_be_typed_where_the_camera_is_refused(served: Served, browser: Start) -> None:
    card = served.town.card()
    with phone_page(browser(camera=False)) as page:
        enrol(page, served, "klubb")
        page.get_by_test_id("camera-start").click()
        expect(page.get_by_test_id("camera-type")).to_be_visible(timeout=WAIT)
        page.get_by_test_id("camera-type").click()
        type_number(page, card["number"])
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
