"""Time at a poster, on a member's page and at a till, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib import table
from tests import kred_town as kred
from tests.e2e.conftest import Served, as_data_url, phone_page, qr
from tests.e2e.test_scanner import enrol, state

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]


def scan(page: Page, url: str) -> None:
    page.evaluate("url => showCard(url)", as_data_url(qr(url)))


def time_state(page: Page, wanted: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-time", wanted)


def paid() -> list[Any]:
    return list(table.SpendRow.scan(table.Row.sk == "SPEND", consistent_read=True))


def test_somebody_joins_at_a_poster_is_there_and_sees_the_time_behind_a_pin(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    held = kred.session(served.town)
    kred.may_award(served.town, held["poster"])
    with phone_page(browser()) as page:
        page.goto(held["poster"])
        state(page, "member-poster")
        page.get_by_test_id("person-name").fill("Testperson Én")
        page.get_by_test_id("person-band").select_option("under_15")
        page.get_by_test_id("person-pin").fill("4711")
        page.get_by_test_id("person-consent").check()
        page.get_by_test_id("member-submit").click()
        expect(page.get_by_test_id("member-problem")).to_contain_text("En voksen må si ja")
        page.get_by_test_id("person-guardian").fill("Testvoksen To")
        page.get_by_test_id("member-submit").click()
        state(page, "member-joined")
        page.get_by_test_id("be-there").click()
        state(page, "member-there")
        base = "/v1/kred/currencies/lokalkred/sessions/strandrydding"
        given = served.town.ask("coordinator", "POST", f"{base}/award", {})
        assert [each["outcome"] for each in given.json["results"]] == ["awarded"]
        page.get_by_test_id("member-page").click()
        state(page, "member-open")
        expect(page.get_by_test_id("balance")).to_contain_text("2")
        code = page.get_by_test_id("member-qr")
        expect(code).to_be_visible()
        # The next poster knows whose phone it is.
        page.goto(f"{served.address}/docs")
        page.goto(held["poster"])
        expect(page.get_by_test_id("be-there")).to_be_visible()


def test_a_code_without_its_pin_says_nothing_and_with_it_gives_time_away(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    member, friend = kred.rich(served.town, 120), kred.join(kred.session(served.town)["poster"], "Testperson To")
    with phone_page(browser()) as page:
        page.goto(member["url"])
        state(page, "member-shut")
        expect(page.get_by_test_id("balance")).to_have_count(0)
        page.get_by_test_id("member-pin").fill("0000")
        page.get_by_test_id("member-submit").click()
        expect(page.get_by_test_id("member-problem")).to_contain_text("Feil PIN")
        page.get_by_test_id("member-pin").fill("4711")
        page.get_by_test_id("member-pin").press("Enter")
        state(page, "member-open")
        page.get_by_test_id("open-gift").click()
        page.get_by_test_id("gift-to").fill(friend["number"])
        page.get_by_test_id("gift-minutes").fill("30")
        page.get_by_test_id("member-submit").click()
        expect(page.get_by_test_id("done")).to_be_visible()
        expect(page.get_by_test_id("balance")).to_contain_text("30")  # an hour and a half
        page.get_by_test_id("language-ar").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_a_till_takes_time_for_a_family_once_says_no_without_a_sum_and_takes_it_back(
    served: Served, browser: Start
) -> None:
    kred.set_up(served.town)
    kred.offer(served.town)
    member, poor = kred.rich(served.town, 120), kred.join(kred.session(served.town)["poster"], "Testperson To")
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        scan(page, member["url"])
        time_state(page, "counting")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Nok tid")
        page.get_by_test_id("children-more").click()
        page.get_by_test_id("children-more").click()
        expect(page.get_by_test_id("children")).to_have_text("2")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Nok tid")
        page.get_by_test_id("first-yes").click()
        page.get_by_test_id("time-pay").click()
        time_state(page, "answer")
        expect(page.get_by_test_id("time-sum")).to_contain_text("3 personer")
        page.get_by_test_id("time-undo").click()
        expect(page.get_by_test_id("time-answer")).to_contain_text("Tatt tilbake")
        page.get_by_test_id("time-next").click()
        time_state(page, "")
        scan(page, poor["url"])
        time_state(page, "counting")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Ikke nok tid")
        expect(page.get_by_test_id("time-pay")).to_be_disabled()
        page.keyboard.press("Escape")
        time_state(page, "")
        # Typing the number is as good as showing the code.
        page.get_by_test_id("way-typed").click()
        page.get_by_test_id("card-number").fill(member["number"])
        page.get_by_test_id("number-submit").click()
        time_state(page, "counting")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Nok tid")
        page.keyboard.press("Escape")
        time_state(page, "")
    [row] = paid()
    assert (int(row.adults), int(row.children), int(row.minutes), row.undone_by is not None) == (1, 2, 120, True)
    [counted] = list(table.VisitorsRow.query("T#lorenskog#VISITORS#kino"))
    assert int(counted.first) == 1


def test_a_till_of_another_currency_shows_whose_time_it_takes_and_takes_none_without_network(
    served: Served, browser: Start
) -> None:
    kred.set_up(served.town)
    kred.elsewhere(served.town, limit=90)
    member = kred.rich(served.town, 120)
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        scan(page, member["url"])
        time_state(page, "counting")
        expect(page.get_by_test_id("time-with")).to_have_text("Betaler med Lokalkred")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Nok tid")
        page.get_by_test_id("time-pay").click()
        time_state(page, "answer")
        expect(page.get_by_test_id("time-with")).to_have_text("Betaler med Lokalkred")
        page.get_by_test_id("time-next").click()
        time_state(page, "")
        page.get_by_test_id("way-typed").click()
        page.get_by_test_id("card-number").fill(member["number"])
        page.get_by_test_id("number-submit").click()
        time_state(page, "counting")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Her tas det ikke imot mer av den tiden nå")
        expect(page.get_by_test_id("time-pay")).to_be_disabled()
        page.get_by_test_id("time-list").click()
        expect(page.get_by_test_id("time-today")).to_contain_text("Lokalkred")
        page.get_by_test_id("time-back").click()
        time_state(page, "")
        kred.elsewhere(served.town, limit=900)
        page.get_by_test_id("way-typed").click()
        page.get_by_test_id("card-number").fill(member["number"])
        page.get_by_test_id("number-submit").click()
        time_state(page, "counting")
        expect(page.get_by_test_id("time-enough")).to_contain_text("Nok tid")
        page.context.set_offline(True)
        page.get_by_test_id("time-pay").click()
        time_state(page, "trouble")
        page.get_by_test_id("time-close").click()
    with phone_page(browser()) as page:
        page.goto(member["url"])
        state(page, "member-shut")
        page.get_by_test_id("member-pin").fill("4711")
        page.get_by_test_id("member-pin").press("Enter")
        state(page, "member-open")
        expect(page.get_by_test_id("history")).to_contain_text("Kino · Annenkred")
    [row] = paid()
    assert (row.currency, row.taken_in, int(row.minutes)) == ("lokalkred", "annenkred", 60)


def test_without_network_a_till_takes_what_the_currency_allows_and_hears_later_what_was_refused(
    served: Served, browser: Start
) -> None:
    kred.set_up(served.town, offline_floor=60)
    kred.offer(served.town)
    member, poor = kred.rich(served.town, 120), kred.join(kred.session(served.town)["poster"], "Testperson To")
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        scan(page, member["url"])
        time_state(page, "counting")
        page.get_by_test_id("time-back").click()
        page.context.set_offline(True)
        for card in (poor, member):
            scan(page, card["url"])
            time_state(page, "counting")
            page.get_by_test_id("time-pay").click()
            time_state(page, "answer")
            expect(page.get_by_test_id("time-offline")).to_be_visible()
            page.get_by_test_id("time-next").click()
            time_state(page, "")
        scan(page, poor["url"])  # more than the floor from one code
        time_state(page, "counting")
        page.get_by_test_id("time-pay").click()
        time_state(page, "trouble")
        page.get_by_test_id("time-close").click()
        assert paid() == []
        page.context.set_offline(False)
        page.evaluate("() => dispatchEvent(new Event('online'))")
        expect(page.locator("body")).to_have_attribute("data-time", "")
        page.wait_for_function("() => localStorage.getItem('opplev-time-waiting') === null", timeout=45_000)
        assert [int(each.minutes) for each in paid()] == [60]
        scan(page, member["url"])
        expect(page.get_by_test_id("time-refused")).to_contain_text("Ikke nok tid")


def test_a_queue_is_served_one_scan_a_person_with_a_running_total(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    kred.session(served.town, "festen", kind="spend_event", award=0, activity=None, venue="kino", price_adult=30,
                 sign_up=False, capacity=2, title={"nb": "Festen"})  # fmt: skip
    kred.offer(served.town)
    people = [kred.rich(served.town, 60) for _ in range(3)]
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        scan(page, people[0]["url"])
        time_state(page, "counting")
        page.get_by_test_id("time-choice-festen").click()
        page.get_by_test_id("time-queue").check()
        page.get_by_test_id("time-pay").click()
        expect(page.get_by_test_id("time-total")).to_contain_text("1 inne")
        time_state(page, "")
        scan(page, people[1]["url"])
        expect(page.get_by_test_id("time-total")).to_contain_text("2 inne")
        time_state(page, "")
        scan(page, people[2]["url"])
        expect(page.get_by_test_id("time-answer")).to_have_attribute("data-because", "sold_out")
    assert len(paid()) == 2


def test_whoever_signed_up_for_a_match_is_checked_in_at_the_door_and_pays_what_was_set_aside(
    served: Served, browser: Start
) -> None:
    kred.set_up(served.town)
    kred.session(served.town, "kampen", kind="match", award=0, activity=None, venue="kino", price_adult=60,
                 title={"nb": "Kampen"})  # fmt: skip
    member, other = kred.rich(served.town, 120), kred.rich(served.town, 120)
    seat = {"card": member["url"], "pin": "4711", "session": "kampen", "adults": 2}
    assert kred.post("/v1/kred/member/sign-up", seat).json["seat"]["adults"] == 2
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        scan(page, member["url"])
        time_state(page, "counting")
        page.get_by_test_id("time-pay").click()
        expect(page.get_by_test_id("time-answer")).to_contain_text("Registrert")
        expect(page.get_by_test_id("time-sum")).to_have_text("2 personer")
        page.get_by_test_id("time-next").click()
        scan(page, other["url"])
        time_state(page, "counting")
        page.get_by_test_id("time-pay").click()
        expect(page.get_by_test_id("time-answer")).to_have_attribute("data-because", "not_signed_up")
    shown = kred.post("/v1/kred/member", {"card": member["url"], "pin": "4711"}).json
    assert (shown["balance"], shown["set_aside"]) == (0, 0)


def test_a_payment_is_taken_back_from_the_days_list_and_a_code_that_just_paid_is_told_of(
    served: Served, browser: Start
) -> None:
    kred.set_up(served.town)
    kred.offer(served.town)
    member = kred.rich(served.town, 120)
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        scan(page, member["url"])
        time_state(page, "counting")
        expect(page.get_by_test_id("time-ago")).to_have_count(0)
        page.get_by_test_id("first-yes").click()
        expect(page.get_by_test_id("first-yes")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
        page.get_by_test_id("time-pay").click()
        time_state(page, "answer")
        page.get_by_test_id("time-next").click()
        page.get_by_test_id("way-typed").click()
        page.get_by_test_id("card-number").fill(member["number"])
        page.get_by_test_id("number-submit").click()
        time_state(page, "counting")
        expect(page.get_by_test_id("time-ago")).to_contain_text("betalte her nettopp")
        page.get_by_test_id("time-back").click()
        page.get_by_test_id("open-today").click()
        page.get_by_test_id("open-time").click()
        time_state(page, "list")
        page.locator('[data-testid^="time-undo-"]').click()
        expect(page.get_by_test_id("time-today")).to_contain_text("Tatt tilbake")
        expect(page.locator('[data-testid^="time-undo-"]')).to_have_count(0)
    with phone_page(browser()) as page:
        page.goto(member["url"])
        state(page, "member-shut")
        page.get_by_test_id("member-pin").fill("4711")
        page.get_by_test_id("member-pin").press("Enter")
        expect(page.get_by_test_id("history")).to_contain_text("Betalt tilbake")
        expect(page.get_by_test_id("balance")).to_contain_text("2")
