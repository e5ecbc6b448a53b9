"""What a member does behind their PIN: a note put in, questions answered, an attestation fetched."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib import wiring
from chalicelib.attestations.rules import AttestationId, Because
from chalicelib.impact.rules import Round, RoundKind
from chalicelib.kred.rules.notes import Batch
from chalicelib.ledger.rules import ISSUER, POT, Leg, Transfer
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import TransferId
from tests import kred_town as kred
from tests.e2e.conftest import TYPED_AT_ONCE, Served, as_data_url, phone_page, qr
from tests.e2e.sight import accessible
from tests.e2e.test_paper_pages import BY, FACTS, TENANT
from tests.e2e.test_scanner import enrol, state

pytestmark = pytest.mark.browser

Start = Callable[..., Browser]
SHARES = "navigator.canShare = () => true; navigator.share = async (what) => { window.shared = what; };"


def notes_of(served: Served, count: int = 4, minutes: int = 90) -> tuple[str, list[str]]:
    """Make notes of the town's own currency, and give their batch and the addresses in their codes."""
    house, now = wiring.house(), served.town.moment
    legs = (Leg(ISSUER, POT, count * minutes),)
    house.bank.transfer(TENANT, Transfer(TransferId(str(uuid.uuid4())), kred.LOCAL, legs, "grant", now))
    last = oslo_date(now) + timedelta(days=90)
    batch = Batch(str(uuid.uuid4()), kred.LOCAL, POT, minutes, count, last, BY, now, 1)
    house.notes.issue(TENANT, batch, house.currencies.setup(TENANT, kred.LOCAL).currency, now=now)
    sheets = house.notes.sheets(TENANT, kred.LOCAL, batch.id, by=batch.by, now=now)
    return batch.id, [address.replace(served.address.upper(), served.address) for _, address in sheets]


def opened(page: Page, member: Any) -> None:
    page.goto(member["url"])
    state(page, "member-shut")
    page.get_by_test_id("member-pin").fill("4711")
    page.get_by_test_id("member-pin").press("Enter")
    state(page, "member-open")


def accessible_in_three(page: Page) -> None:
    for language in ("nb", "nn", "en"):
        page.get_by_test_id(f"language-{language}").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert accessible(page) == [], language
    page.get_by_test_id("language-nb").click()
    expect(page.locator("html")).to_have_attribute("lang", "nb")


def test_a_member_looks_at_a_note_and_puts_it_in_once(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    member = kred.rich(served.town, 60)
    batch, [first, second, third, *_] = notes_of(served)
    with phone_page(browser(), hand=True) as page:
        opened(page, member)
        page.get_by_test_id("open-note").click()
        accessible_in_three(page)
        page.get_by_test_id("own-scan").click()
        expect(page.get_by_test_id("own-camera")).to_be_visible()
        page.evaluate("url => showCard(url)", as_data_url(qr(first)))
        expect(page.get_by_test_id("worth")).to_have_text("1½ Kred", timeout=20_000)
        expect(page.get_by_test_id("note-confirm")).to_contain_text("Den som har seddelen, eier den.")
        accessible_in_three(page)
        assert kred.post("/v1/kred/notes/look", {"code": first}).json["state"] == "good"  # nothing happened yet
        page.get_by_test_id("note-put").click()
        expect(page.get_by_test_id("note-done")).to_contain_text("satt inn")
        accessible_in_three(page)
        page.get_by_test_id("note-again").click()
        # The same note again, as it would be typed, and by the keyboard alone.
        page.get_by_test_id("note-code").fill(first.split("#")[1].lower())
        page.get_by_test_id("note-code").press("Enter")
        expect(page.get_by_test_id("note-refused")).to_have_attribute("data-because", "note_used")
        accessible_in_three(page)
        page.get_by_test_id("note-again").click()
        page.get_by_test_id("note-code").fill("A" * 31)
        page.get_by_test_id("note-look").click()
        expect(page.get_by_test_id("note-refused")).to_have_attribute("data-because", "unknown_note")
        # Two hold the same note: whoever was faster has it.
        page.get_by_test_id("note-again").click()
        page.get_by_test_id("note-code").fill(second)
        page.get_by_test_id("note-look").click()
        expect(page.get_by_test_id("note-put")).to_be_visible()
        other = kred.rich(served.town, 60)
        put = {"card": other["url"], "pin": "4711", "id": str(uuid.uuid4()), "note": second}
        assert kred.post("/v1/kred/member/deposit", put).json["taken"]
        page.get_by_test_id("note-put").click()
        expect(page.get_by_test_id("note-refused")).to_have_attribute("data-because", "note_used")
        wiring.house().notes.void(TENANT, kred.LOCAL, batch, because="lost", now=served.town.moment)
        page.get_by_test_id("note-again").click()
        page.get_by_test_id("note-code").fill(third)
        page.get_by_test_id("note-look").click()
        expect(page.get_by_test_id("note-refused")).to_have_attribute("data-because", "note_voided")
        page.get_by_test_id("own-close").click()
        expect(page.get_by_test_id("balance")).to_contain_text("2")  # an hour, and one and a half
        expect(page.get_by_test_id("balance")).to_contain_text("30")
        page.get_by_test_id("open-note").click()
        page.get_by_test_id("language-ar").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        assert accessible(page) == []


def test_questions_come_one_at_a_time_and_may_be_left_out_and_are_asked_once(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    member, today = kred.rich(served.town, 60), oslo_date(served.town.moment)
    with phone_page(browser()) as page:
        opened(page, member)
        expect(page.get_by_test_id("open-note")).to_be_visible()
        expect(page.get_by_test_id("asked")).to_have_count(0)
    asked = Round("hosten", "lokalkred", RoundKind.FOLLOW_UP, today, today + timedelta(days=20), 20)
    wiring.house().impact.put(TENANT, asked, now=served.town.moment)
    with phone_page(browser()) as page:
        opened(page, member)
        expect(page.get_by_test_id("asked")).to_contain_text("6 korte spørsmål")
        accessible_in_three(page)
        page.get_by_test_id("ask-begin").click()
        expect(page.get_by_test_id("ask-why")).to_contain_text("uten navnet ditt")
        accessible_in_three(page)
        page.get_by_test_id("scale-4").click()
        page.get_by_test_id("better-yes").click()
        accessible_in_three(page)
        page.get_by_test_id("ask-next").click()
        for _ in range(4):
            page.get_by_test_id("ask-skip").click()
        page.get_by_test_id("ask-back").click()
        expect(page.get_by_test_id("question")).to_have_attribute("data-outcome", "belonging")
        page.get_by_test_id("scale-5").press("Enter")
        page.get_by_test_id("ask-next").click()
        page.get_by_test_id("ask-skip").click()
        expect(page.get_by_test_id("ask-last")).to_contain_text("Svar: 2")
        accessible_in_three(page)
        page.get_by_test_id("ask-send").click()
        expect(page.get_by_test_id("ask-thanks")).to_contain_text("Takk")
        accessible_in_three(page)
        page.get_by_test_id("own-back").click()
        expect(page.get_by_test_id("balance")).to_be_visible()
        expect(page.get_by_test_id("asked")).to_have_count(0)
    assert wiring.house().impact.asked(TENANT, "lokalkred", member["member"], now=served.town.moment) == []


def test_a_member_fetches_an_attestation_and_sees_what_was_taken_back(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    member = kred.rich(served.town, 60)
    with phone_page(browser()) as page:
        opened(page, member)
        page.get_by_test_id("open-attest").click()
        expect(page.get_by_test_id("att-none")).to_be_visible()
        accessible_in_three(page)
    desk, named = wiring.house().attestations, AttestationId(str(uuid.uuid4()))
    desk.issue(TENANT, "lokalkred", named, FACTS, of="bydelen", member=member["member"], by=BY, now=served.town.moment)
    with phone_page(browser()) as page:
        page.add_init_script(SHARES)
        opened(page, member)
        page.get_by_test_id("open-attest").click()
        expect(page.get_by_test_id("paper")).to_contain_text(FACTS.organisation)
        accessible_in_three(page)
        page.get_by_test_id("paper-get").click()
        link = page.get_by_test_id("paper-open")
        expect(link).to_be_visible()
        accessible_in_three(page)
        assert (link.get_attribute("href") or "").startswith("blob:")
        page.get_by_test_id("paper-share").click()
        assert page.evaluate("window.shared.files[0].text()").startswith("%PDF-")
    desk.revoke(TENANT, "lokalkred", named, Because.MISTAKE, by=BY, now=served.town.moment)
    with phone_page(browser()) as page:
        opened(page, member)
        page.get_by_test_id("open-attest").click()
        expect(page.get_by_test_id("paper-revoked")).to_contain_text("Trukket tilbake")
        expect(page.get_by_test_id("paper-get")).to_have_count(0)
        accessible_in_three(page)


def test_a_phone_that_keeps_its_owners_code_takes_the_note_along_to_their_account(
    served: Served, browser: Start
) -> None:
    kred.set_up(served.town)
    member = kred.rich(served.town, 60)
    _, [first, second, *_] = notes_of(served)
    with phone_page(browser(), hand=True) as page:
        page.goto(first)
        page.get_by_test_id("deposit").click()
        state(page, "member-whose")  # this phone knows nobody yet
        accessible_in_three(page)
        page.get_by_test_id("own-scan").click()
        page.evaluate("url => showCard(url)", as_data_url(qr(member["url"])))
        state(page, "member-shut")
        page.get_by_test_id("member-pin").fill("4711")
        page.get_by_test_id("member-pin").press("Enter")
        expect(page.get_by_test_id("note-put")).to_be_visible()
        page.get_by_test_id("own-close").click()
        page.get_by_test_id("member-keep").click()
        page.goto(second)
        assert accessible(page) == []
        page.get_by_test_id("deposit").press("Enter")
        state(page, "member-shut")
        assert "#" not in page.url
        page.get_by_test_id("member-pin").fill("4711")
        page.get_by_test_id("member-pin").press("Enter")
        page.get_by_test_id("note-put").click()
        expect(page.get_by_test_id("note-done")).to_be_visible()
        page.reload()
        state(page, "member-shut")
    assert kred.post("/v1/kred/notes/look", {"code": first}).json["state"] == "good"
    assert kred.post("/v1/kred/notes/look", {"code": second}).json["state"] == "used"


def test_a_tills_own_scanner_knows_a_note_and_says_what_other_papers_are(served: Served, browser: Start) -> None:
    kred.set_up(served.town)
    poster = kred.session(served.town)["poster"]
    _, [first, second, third, *_] = notes_of(served)
    put = {"card": kred.rich(served.town, 60)["url"], "pin": "4711", "id": str(uuid.uuid4()), "note": third}
    assert kred.post("/v1/kred/member/deposit", put).json["taken"]
    with phone_page(browser(), hand=True) as page:
        enrol(page, served, "kino")
        held_up(page, first, "note")
        expect(page.get_by_test_id("worth")).to_have_text("1½ Kred")
        assert accessible(page) == []
        page.get_by_test_id("take").click()
        expect(page.get_by_test_id("taken")).to_have_attribute("data-taken", "true")
        assert accessible(page) == []
        page.get_by_test_id("paper-next").click()
        expect(page.locator("body")).to_have_attribute("data-time", "")
        # A hand scanner writes it as a keyboard does.
        page.evaluate("showCard(null)")
        page.evaluate(TYPED_AT_ONCE, second)
        expect(page.locator("body")).to_have_attribute("data-time", "note")
        expect(page.get_by_test_id("take")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("body")).to_have_attribute("data-time", "")
        held_up(page, third, "note")
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "used")
        expect(page.get_by_test_id("take")).to_have_count(0)
        page.get_by_test_id("paper-close").click()
        held_up(page, poster, "poster")
        expect(page.get_by_test_id("paper-told")).to_contain_text("plakat")
        assert accessible(page) == []
        page.get_by_test_id("paper-next").click()
        held_up(page, f"{served.address}/A#{'AB' * 60}", "attestation")
        expect(page.get_by_test_id("paper-told")).to_contain_text("attest")
        page.get_by_test_id("paper-next").click()
        page.context.set_offline(True)
        held_up(page, second, "note")
        expect(page.get_by_test_id("paper-network")).to_be_visible()
        assert accessible(page) == []
        page.context.set_offline(False)
        page.get_by_test_id("paper-retry").click()
        expect(page.get_by_test_id("take")).to_be_visible()


def held_up(page: Page, text: str, kind: str) -> None:
    page.evaluate("url => showCard(url)", as_data_url(qr(text)))
    expect(page.locator("body")).to_have_attribute("data-time", kind, timeout=15_000)
