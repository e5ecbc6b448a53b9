"""What a member sees around them: seats for a family, where time can be spent, and what they have taken part in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.shared.calendar import rfc3339
from tests import kred_town as kred
from tests.e2e.conftest import Served, as_data_url, phone_page, qr
from tests.e2e.test_scanner import state
from tests.e2e.test_time_more import opened

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]


def match(served: Served) -> None:
    """Let kino show a match in an hour that is signed up for, with three seats."""
    starts = served.town.moment + timedelta(hours=1)
    kred.session(
        served.town, "kampen", kind="match", award=0, activity=None, venue="kino", price_adult=60, price_child=30,
        capacity=3, starts_at=rfc3339(starts), title={"nb": "Kampen", "en": "The match"},
    )  # fmt: skip


def test_a_member_takes_seats_for_the_family_and_gives_them_back(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    match(served)
    member = kred.rich(served.town, 120)
    with phone_page(browser()) as page:
        opened(page, member)
        page.get_by_test_id("seat-kampen").click()
        expect(page.get_by_test_id("seat-sum")).to_contain_text("1 t")
        page.get_by_test_id("adults-fewer").click()
        expect(page.get_by_test_id("seat-ok")).to_be_disabled()
        for _ in range(3):
            page.get_by_test_id("children-more").click()
        page.get_by_test_id("adults-more").click()
        expect(page.get_by_test_id("seat-sum")).to_contain_text("2 t 30 min")
        page.get_by_test_id("seat-ok").click()  # more than there is, of seats and of time
        expect(page.get_by_test_id("member-problem")).not_to_be_empty()
        page.get_by_test_id("children-fewer").click()
        expect(page.get_by_test_id("member-problem")).to_be_empty()
        page.get_by_test_id("seat-no").click()
        expect(page.get_by_test_id("seating")).to_have_count(0)
        page.get_by_test_id("seat-kampen").click()
        page.get_by_test_id("children-more").click()
        page.get_by_test_id("children-more").click()
        page.get_by_test_id("seat-ok").click()
        expect(page.get_by_test_id("mine-kampen")).to_have_text("Du er påmeldt · Voksne: 1 · Barn: 2")
        expect(page.get_by_test_id("balance")).to_have_text("0\xa0min")
        page.get_by_test_id("seat-kampen").click()
        expect(page.get_by_test_id("mine-kampen")).to_have_count(0)
        expect(page.get_by_test_id("balance")).to_contain_text("2")


def test_a_session_that_costs_nothing_is_signed_up_for_at_one_tap(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    now = served.town.moment
    later = {"starts_at": rfc3339(now + timedelta(hours=1)), "ends_at": rfc3339(now + timedelta(hours=3))}
    member = kred.join(kred.session(served.town, **later)["poster"])
    with phone_page(browser()) as page:
        opened(page, member)
        page.get_by_test_id("seat-strandrydding").click()
        expect(page.get_by_test_id("mine-strandrydding")).to_have_text("Du er påmeldt")


def test_a_member_sees_where_time_can_be_spent_and_what_they_took_part_in(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    member = kred.join(kred.session(served.town)["poster"])
    with phone_page(browser()) as page:
        opened(page, member)
        page.get_by_test_id("open-places").click()
        expect(page.get_by_test_id("places-none")).to_be_visible()
        page.get_by_test_id("own-close").click()
        page.get_by_test_id("open-deeds").click()
        expect(page.get_by_test_id("deeds-none")).to_be_visible()
    kred.offer(served.town)
    member = kred.rich(served.town, 120)
    with phone_page(browser()) as page:
        opened(page, member)
        expect(page.get_by_test_id("history")).to_contain_text("Du var med · Strandrydding")
        page.get_by_test_id("open-places").click()
        place = page.get_by_test_id("place-kino")
        expect(place).to_contain_text("Koster 1 t for en voksen")
        expect(place).to_contain_text("30 min for et barn")
        page.get_by_test_id("own-close").click()
        page.get_by_test_id("open-deeds").click()
        expect(page.get_by_test_id("deeds-sum")).to_contain_text("Tjent: 2 t")
        expect(page.get_by_test_id("deed-rydding")).to_contain_text("Strandrydding")
        expect(page.get_by_test_id("deed-rydding")).to_contain_text("Ganger: 1")


def test_who_has_a_code_shows_it_at_a_poster_and_goes_on_to_their_page(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    poster = kred.session(served.town)["poster"]
    member = kred.rich(served.town, 60)
    with phone_page(browser(), hand=True) as page:
        page.goto(poster)
        state(page, "member-poster")
        page.get_by_test_id("have-code").click()
        page.evaluate("url => showCard(url)", as_data_url(qr(member["url"])))
        page.get_by_test_id("be-there").click()
        state(page, "member-there")
        page.get_by_test_id("member-page").click()
        state(page, "member-shut")
        page.get_by_test_id("member-pin").fill("4711")
        page.get_by_test_id("member-pin").press("Enter")
        state(page, "member-open")
        expect(page.get_by_test_id("session-strandrydding")).to_be_visible()  # it has begun, and is not over
