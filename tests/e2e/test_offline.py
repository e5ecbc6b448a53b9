"""The ticket window without a network: cards are let in, nothing is lost, and everything arrives once."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

from chalicelib.credentials.rules import with_check_digits
from tests.api.test_queue import flagged
from tests.e2e.conftest import Served, as_data_url, phone_page, qr
from tests.e2e.test_scanner import enrol, state, type_number, visits_in_table
from tests.town import days_on

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]
WAIT = 20_000
API = re.compile(r"/v1/scan/")
RENEWED = """async () => {
  const open = indexedDB.open('opplev');
  await new Promise(k => open.onsuccess = k);
  const all = open.result.transaction('supplies').objectStore('supplies').getAll();
  await new Promise(k => all.onsuccess = k);
  open.result.close();
  return all.result.length > 0;
}"""


def ready(page: Page, served: Served, venue: str) -> None:
    """Enrol, and wait until the phone has what it needs offline."""
    enrol(page, served, venue)
    page.wait_for_function(RENEWED, timeout=WAIT)
    page.evaluate("() => import('/screen/answer_screens.js')")  # fetched behind the first screen


def keep_pages(page: Page) -> None:
    """Wait until the page is kept for when there is no network."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=WAIT)
    state(page, "scan", "typed")


def admit(page: Page, number: str, persons: int = 1) -> None:
    """Let somebody in by number."""
    type_number(page, number)
    state(page, "persons", "answer")
    if page.evaluate("document.body.dataset.state") == "persons":
        page.get_by_test_id(f"persons-{persons}").click()
    state(page, "answer")
    assert page.evaluate("document.body.dataset.mood") == "yes"


def all_sent(page: Page) -> None:
    expect(page.get_by_test_id("waiting")).to_have_count(0, timeout=WAIT)


def stopped(route: Route) -> None:
    route.abort("connectionrefused")


def next_card(page: Page) -> None:
    page.get_by_test_id("next").click()
    state(page, "scan", "typed")


def test_with_the_server_stopped_cards_are_let_in_and_all_is_synced_once(served: Served, browser: Start) -> None:
    cards = [served.town.card() for _ in range(3)]
    with phone_page(browser(), hand=True) as page:
        ready(page, served, "kino")
        page.route(API, stopped)
        page.evaluate("url => showCard(url)", as_data_url(qr(cards[0]["url"])))
        state(page, "persons")
        page.get_by_test_id("persons-2").click()
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        expect(page.get_by_test_id("offline")).to_be_visible()
        page.evaluate("showCard(null)")
        next_card(page)
        expect(page.get_by_test_id("net-away")).to_be_visible()
        for card in cards[1:]:
            admit(page, card["number"])
            next_card(page)
        expect(page.get_by_test_id("waiting")).to_have_text("3")
        assert visits_in_table() == []

        # A second scan of a card on the same device and day is stopped without a network already.
        type_number(page, cards[1]["number"])
        state(page, "answer")
        assert page.get_by_test_id("answer").get_attribute("data-because") == "used_today"
        expect(page.get_by_test_id("used-ago")).to_be_visible()
        next_card(page)

        # The small question goes first, and tells how many wait.
        with page.expect_request(re.compile("/snapshot$"), timeout=WAIT) as asked:
            page.unroute(API)
        assert asked.value.headers["opplev-waiting"] == "3"
        all_sent(page)
        expect(page.get_by_test_id("net-away")).to_have_count(0)
    found = {visit.last3: visit for visit in visits_in_table()}
    assert sorted(found) == sorted(card["number"][-3:] for card in cards)
    assert found[cards[0]["number"][-3:]].persons == 2
    assert {tuple(visit.flags or ()) for visit in found.values()} == {()}


def test_a_request_that_hangs_counts_as_offline_after_three_seconds_and_is_the_same_visit(
    served: Served, browser: Start
) -> None:
    card = served.town.card()
    held: list[Route] = []
    with phone_page(browser()) as page:
        ready(page, served, "klubb")
        page.route(re.compile(r"/v1/scan/visits$"), lambda route: held.append(route))  # noqa: PLW0108  a bound method of a list cannot be marked by the driver
        page.route(re.compile(r"/v1/scan/visits/batch$"), stopped)
        type_number(page, card["number"])
        page.wait_for_timeout(1000)
        assert page.evaluate("document.body.dataset.state") in {"checking", "registering"}
        state(page, "answer")
        assert page.evaluate("document.body.dataset.mood") == "yes"
        expect(page.get_by_test_id("offline")).to_be_visible()
        # The request that hung arrives after all, before its twin from the queue.
        hung = held[0].request
        asked: Any = hung.post_data_json
        assert asked["offline"] is False
        late = page.request.post(hung.url, headers=hung.all_headers(), data=hung.post_data_buffer)
        assert late.status == 201
        next_card(page)
        page.unroute_all(behavior="ignoreErrors")
        all_sent(page)
        page.get_by_test_id("open-today").click()
        expect(page.get_by_test_id("today-visit")).to_have_attribute("data-visit", asked["id"])
    assert [visit.last3 for visit in visits_in_table()] == [card["number"][-3:]]


def test_an_answer_that_is_lost_on_the_way_leaves_one_visit(served: Served, browser: Start) -> None:
    card = served.town.card()

    def lost(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    with phone_page(browser()) as page:
        ready(page, served, "klubb")
        page.route(re.compile(r"/v1/scan/visits(/batch)?$"), lost)
        admit(page, card["number"])
        expect(page.get_by_test_id("offline")).to_be_visible()
        assert len(visits_in_table()) == 1
        next_card(page)
        page.unroute_all(behavior="ignoreErrors")
        all_sent(page)
        page.get_by_test_id("open-today").click()
        expect(page.get_by_test_id("today-visit")).to_have_count(1)
        expect(page.get_by_test_id("notice")).to_have_count(0)
    assert len(visits_in_table()) == 1


def test_without_a_network_the_page_reloads_and_what_waits_still_waits(served: Served, browser: Start) -> None:
    cards = [served.town.card() for _ in range(2)]
    with phone_page(browser()) as page:
        ready(page, served, "klubb")
        keep_pages(page)
        page.context.set_offline(True)
        admit(page, cards[0]["number"])
        page.reload()
        state(page, "scan", "typed")
        expect(page.get_by_test_id("waiting")).to_have_text("1", timeout=WAIT)
        admit(page, cards[1]["number"])
        next_card(page)
        page.get_by_test_id("open-today").click()
        expect(page.get_by_test_id("today-failed")).to_be_visible(timeout=WAIT)
        expect(page.get_by_test_id("waiting-note")).to_be_visible(timeout=WAIT)
        page.context.set_offline(False)
        # The list comes by itself with the network.
        expect(page.get_by_test_id("today-failed")).to_be_hidden(timeout=WAIT)
        expect(page.get_by_test_id("waiting-note")).to_be_hidden(timeout=WAIT)
    assert sorted(visit.last3 for visit in visits_in_table()) == sorted(card["number"][-3:] for card in cards)


def test_a_phone_that_is_switched_off_in_the_middle_of_its_queue_sends_it_when_it_is_on_again(
    served: Served, playwright: Playwright, tmp_path: Path
) -> None:
    card = served.town.card()
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
                 "--use-fake-device-for-media-stream"]  # fmt: skip

    def switched_on() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path="/usr/bin/chromium", args=arguments, locale="nb-NO",
            viewport={"width": 390, "height": 844},
        )  # fmt: skip

    phone = switched_on()
    page = phone.pages[0]
    ready(page, served, "klubb")
    keep_pages(page)
    phone.set_offline(True)
    admit(page, card["number"])
    phone.close()

    phone = switched_on()
    phone.set_offline(True)
    page = phone.pages[0]
    page.goto(served.address)
    expect(page.get_by_test_id("waiting")).to_have_text("1", timeout=WAIT)
    assert visits_in_table() == []
    phone.set_offline(False)
    all_sent(page)
    phone.close()
    assert [visit.last3 for visit in visits_in_table()] == [card["number"][-3:]]


def test_what_was_undone_without_a_network_never_arrives(served: Served, browser: Start) -> None:
    card, other = served.town.card(), served.town.card()
    with phone_page(browser()) as page:
        ready(page, served, "klubb")
        page.route(API, stopped)
        admit(page, card["number"])
        page.get_by_test_id("undo").click()
        page.wait_for_function("() => document.body.dataset.mood === 'undone'", timeout=WAIT)
        next_card(page)
        admit(page, other["number"])
        next_card(page)
        page.unroute(API)
        all_sent(page)
    standing = [visit for visit in visits_in_table() if not visit.void_month]
    assert [visit.last3 for visit in standing] == [other["number"][-3:]]


def test_what_the_server_refuses_or_flags_later_is_told_without_drama(served: Served, browser: Start) -> None:
    card = served.town.card()
    with phone_page(browser()) as page:
        ready(page, served, "klubb")
        page.route(API, stopped)
        admit(page, with_check_digits("0000000001"))  # nobody's card
        next_card(page)
        admit(page, card["number"])
        next_card(page)
        # Meanwhile the card is used up elsewhere.
        phone = served.town.enrol("klubb")
        for _ in range(2):
            used = served.town.visit(card["token"], offline=True)
            assert phone.send("POST", "/v1/scan/visits", used).status == 201
        page.unroute(API)
        all_sent(page)
        page.get_by_test_id("open-today").click()
        notices = page.get_by_test_id("notice")
        expect(notices).to_have_count(2)
        told = {each.get_attribute("data-kind"): each.get_attribute("data-because") for each in notices.all()}
        assert told == {"refused": "unknown_card", "flagged": "over"}
        page.get_by_test_id("notices-seen").click()
        expect(notices).to_have_count(0)
    assert len(visits_in_table()) == 3


def test_a_blocked_card_a_forged_one_and_an_old_snapshot_without_a_network(served: Served, browser: Start) -> None:
    blocked, good = served.town.card(), served.town.card()
    block = served.town.ask("issuer", "POST", f"/v1/cards/{blocked['number']}/block", {"reason": "lost"})
    assert block.status == 200
    token = good["token"]
    forged = good["url"].replace(token, token[:60] + ("A" if token[60] != "A" else "B") + token[61:])
    with phone_page(browser(), hand=True) as page:
        page.add_init_script("const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead;")
        ready(page, served, "kino")
        page.route(API, stopped)
        page.evaluate("window.ahead = 74 * 3600 * 1000; window.dispatchEvent(new Event('focus'))")
        expect(page.get_by_test_id("net-stale")).to_be_visible(timeout=WAIT)
        for url, because in ((blocked["url"], "blocked"), (forged, "forged_card")):
            page.evaluate("url => showCard(url)", as_data_url(qr(url)))
            page.wait_for_function(
                "because => document.querySelector('[data-testid=answer]')?.dataset.because === because",
                arg=because, timeout=WAIT,
            )  # fmt: skip
        page.evaluate("url => showCard(url)", as_data_url(qr(good["url"])))
        state(page, "persons")


def test_the_phones_key_cannot_be_taken_out(served: Served, browser: Start) -> None:
    with phone_page(browser()) as page:
        enrol(page, served, "kino")
        told: Any = page.evaluate("""async () => {
          const open = indexedDB.open('opplev');
          await new Promise(k => open.onsuccess = k);
          const all = open.result.transaction('enrolments').objectStore('enrolments').getAll();
          await new Promise(k => all.onsuccess = k);
          const key = all.result[0].keys.privateKey;
          const ways = await Promise.allSettled(['jwk', 'pkcs8', 'raw'].map(f => crypto.subtle.exportKey(f, key)));
          return [key.extractable, ways.map(w => w.status)];
        }""")
        assert told == [False, ["rejected"] * 3]


QUEUE = """async bodies => {
  const {enqueue, enrolments} = await import('/device/storage.js');
  const [{device_id: device}] = await enrolments();
  for (const body of bodies) await enqueue({
    id: body.id, device, kind: 'visit', path: '/v1/scan/visits', body, tried: false,
    last3: body.card.slice(-3), persons: 1, offer: body.offer, date: body.at.slice(0, 10),
  });
  window.dispatchEvent(new Event('focus'));
}"""
LEFT = "import('/device/storage.js').then(m => m.queued()).then(rows => rows.length)"


def test_a_long_queue_is_sent_in_portions_and_once_though_answers_were_lost(served: Served, browser: Start) -> None:
    cards = [served.town.card() for _ in range(5)]
    start = served.town.moment - timedelta(hours=1)
    rows = [
        served.town.visit(cards[at % 5]["number"], carrier="typed", offline=True)
        | {"at": (start + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ"), "id": str(uuid.uuid4())}
        for at in range(120)
    ]
    portions: list[tuple[int, str]] = []

    def first_answer_lost(route: Route) -> None:
        sent: Any = route.request.post_data_json
        portions.append((len(sent["visits"]), route.request.headers["opplev-waiting"]))
        if len(portions) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    with phone_page(browser()) as page:
        ready(page, served, "bad")
        page.route(re.compile("/batch$"), first_answer_lost)
        page.evaluate(QUEUE, rows)
        for _ in range(60):
            if page.evaluate(LEFT) == 0:
                break
            page.wait_for_timeout(500)
        assert page.evaluate(LEFT) == 0
    assert portions == [(100, "20"), (100, "20"), (20, "0")]
    (device,) = served.town.ask("office", "GET", "/v1/venues/bad").json["devices"]
    assert device["unsent"] == 0
    assert len(visits_in_table()) == 120


def test_a_phone_that_lost_its_network_before_it_had_the_answers_screen_answers_in_plain_words(
    served: Served, browser: Start
) -> None:
    card = served.town.card()
    unfetched = re.compile("answer_screens")
    with phone_page(browser()) as page:
        page.route("**/sw.js", stopped)
        page.route(unfetched, stopped)
        enrol(page, served, "kino")
        page.wait_for_function(RENEWED, timeout=WAIT)
        page.route(API, stopped)
        plain = page.get_by_test_id("plain-answer")
        for wanted in ("yes", "wait"):
            type_number(page, card["number"])
            if wanted == "yes":
                state(page, "persons")
                expect(plain).to_contain_text("Hvor mange kommer inn?")
                plain.get_by_test_id("persons-2").click()
            state(page, "answer")
            assert page.evaluate("document.body.dataset.mood") == wanted
            said = "Registrert uten nett" if wanted == "yes" else "Vurdert uten nett"
            expect(plain).to_contain_text(said)
            plain.get_by_test_id("next").click()
            state(page, "scan", "typed")
        # With the network comes the screen.
        page.unroute(unfetched)
        page.unroute(API)
        all_sent(page)
        type_number(page, card["number"])
        expect(page.get_by_test_id("used-ago")).to_be_visible(timeout=WAIT)
        expect(plain).to_have_count(0)
    assert [visit.persons for visit in visits_in_table()] == [2]


def test_two_phones_of_a_venue_without_a_network_for_four_days_lose_nothing(served: Served, browser: Start) -> None:
    town = served.town
    start, card = town.moment, town.card()

    def at_the_towns_time(route: Route) -> None:
        answer = route.fetch()
        date = format_datetime(town.moment, usegmt=True)
        route.fulfill(response=answer, headers={**answer.headers, "date": date})

    clock = "const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead;"
    with phone_page(browser()) as one, phone_page(browser()) as other:
        for phone in (one, other):
            phone.add_init_script(clock)
            phone.route("**/v1/**", at_the_towns_time)
            ready(phone, served, "kino")
            phone.context.set_offline(True)
        for day in range(4):
            for phone in (one, other):
                ahead = (days_on(start, day) - start).total_seconds() * 1000
                phone.evaluate("ahead => { window.ahead = ahead; }", ahead)
                admit(phone, card["number"])
                next_card(phone)
                if day == 3:
                    # A second scan of the card on the same device and day is stopped without a network already.
                    type_number(phone, card["number"])
                    state(phone, "answer")
                    assert phone.get_by_test_id("answer").get_attribute("data-because") == "used_today"
                    next_card(phone)
        town.later(minutes=1, seconds=ahead / 1000)
        for phone in (other, one):
            phone.context.set_offline(False)
            all_sent(phone)
        told = []
        for phone in (one, other):
            phone.get_by_test_id("open-today").click()
            state(phone, "today")
            phone.wait_for_timeout(300)
            told += [each.get_attribute("data-because") for each in phone.get_by_test_id("notice").all()]
    visits = visits_in_table()
    assert len(visits) == 8
    over = [visit for visit in visits if "over" in (visit.flags or ())]
    assert len(over) == 3
    # The office sees the three through its own door.
    assert sum("over" in each["flags"] for each in flagged(town)) == 3
    assert told == ["over"] * len(over)
    assert all(visit.amount > 0 for visit in visits)
