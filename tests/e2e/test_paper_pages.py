"""What somebody sees who holds a phone's camera over the code on a paper."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from chalicelib import wiring
from chalicelib.attestations.rules import AttestationId, Because, Extent, Facts, Measure
from chalicelib.kred.rules.currencies import Currency, Partner, PartnerState
from chalicelib.kred.rules.notes import Batch
from chalicelib.ledger.rules import ISSUER, POT, Leg, Transfer, partner_account
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CurrencyId, Tenant, TransferId, VenueId
from tests.e2e.conftest import Served, phone_page
from tests.e2e.sight import accessible
from tests.e2e.states import phone_in

pytestmark = pytest.mark.browser

TENANT, BY, KRED = Tenant("lorenskog"), CallerId("local/anne"), CurrencyId("solkred")
FACTS = Facts(
    "Testperson Én", "Gårdsstyret i Testgården", "Planla sommerfesten, og hjalp til med ryddingen av bakgården.",
    date(2026, 3, 3), date(2026, 11, 14), Extent(Measure.WEEK, 150), "nb", "Kontaktperson To, leder",
)  # fmt: skip


def attested(served: Served) -> tuple[str, AttestationId]:
    desk, named = wiring.house().attestations, AttestationId(str(uuid.uuid4()))
    made = desk.issue(TENANT, "solkred", named, FACTS, of="sol", member="m1", by=BY, now=served.town.moment)
    return desk.address(TENANT, made).replace(served.address.upper(), served.address), named


def noted(served: Served) -> list[str]:
    """Make notes of half a Kred that the cinema takes, and give the addresses in their codes."""
    house, now = wiring.house(), served.town.moment
    currency = Currency(KRED, {"nb": "SolKred", "en": "SunKred"}, step=30, colour="#7a1f5c", contact="22 00 00 00")
    house.currencies.put_currency(TENANT, currency)
    legs = (Leg(ISSUER, POT, 600),)
    house.bank.transfer(TENANT, Transfer(TransferId(str(uuid.uuid4())), KRED, legs, "grant", now))
    asked = Partner(KRED, VenueId("kino"), PartnerState.APPROVED)
    house.currencies.store.change_record(TENANT, asked, lambda _: asked)
    last = oslo_date(now).replace(day=28)
    batch = Batch(str(uuid.uuid4()), KRED, POT, 30, 4, last.replace(year=last.year + 1), BY, now, 1)
    house.notes.issue(TENANT, batch, currency, now=now)
    sheets = house.notes.sheets(TENANT, KRED, batch.id, by=BY, now=now)
    return [address.replace(served.address.upper(), served.address) for _, address in sheets]


def test_whoever_scans_an_attestation_reads_what_was_signed(served: Served, browser: Callable[..., Browser]) -> None:
    address, named = attested(served)
    with phone_page(browser()) as page:
        page.goto(address)
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "holds")
        for text in (FACTS.person, FACTS.organisation, FACTS.tasks, FACTS.signatory, "2,5 timer i uken", str(named)):
            expect(page.locator("main")).to_contain_text(text)
        assert "#" not in page.url  # the history holds no name
        assert accessible(page) == []
        page.get_by_test_id("language-en").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("main")).to_contain_text("3 March 2026")
        expect(page.get_by_test_id("language-en")).to_be_focused()
        page.reload()
        expect(page.get_by_test_id("person")).to_have_text(FACTS.person)
        assert accessible(page) == []


def test_a_changed_a_withdrawn_and_a_forgotten_one_are_told_apart(
    served: Served, browser: Callable[..., Browser]
) -> None:
    address, named = attested(served)
    with phone_page(browser()) as page:
        page.goto(address[:-9] + ("AAAAAAAAA" if address[-9:] != "AAAAAAAAA" else "BBBBBBBBB"))
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "not_ours")
        expect(page.get_by_test_id("attested")).to_have_count(0)
        assert accessible(page) == []
    wiring.house().attestations.revoke(TENANT, "solkred", named, Because.MISTAKE, by=BY, now=served.town.moment)
    with phone_page(browser()) as page:
        page.goto(address)
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "revoked")
        expect(page.locator("main")).not_to_contain_text(FACTS.person)
        assert accessible(page) == []
    kept, _ = attested(served)
    wiring.house().attestations.forget(TENANT, "m1")
    with phone_page(browser()) as page:
        page.goto(kept)
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "not_kept")
        expect(page.get_by_test_id("person")).to_have_text(FACTS.person)


def test_without_a_code_the_page_says_what_to_do(served: Served, browser: Callable[..., Browser]) -> None:
    with phone_page(browser()) as page:
        page.goto(f"{served.address}/A")
        expect(page.get_by_test_id("message")).to_contain_text("Skann koden")
        assert accessible(page) == []


def test_a_note_before_a_phones_camera_explains_itself_and_is_as_good_as_before(
    served: Served, browser: Callable[..., Browser]
) -> None:
    [first, *_] = noted(served)
    with phone_page(browser()) as page:
        for _ in range(2):
            page.goto(first)
            expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "good")
            expect(page.get_by_test_id("worth")).to_have_text("½ Kred")
            expect(page.locator("main")).to_contain_text("Den som har seddelen, eier den.")
            expect(page.get_by_test_id("take")).to_have_count(0)
        assert "#" not in page.url
        assert accessible(page) == []
        page.get_by_test_id("language-en").click()
        expect(page.locator("main")).to_contain_text("SunKred")
        page.goto(f"{served.address}/N#{'A' * 31}")
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "unknown")
        assert accessible(page) == []
        page.goto(f"{served.address}/N")  # what a tab was shown last, it still shows
        expect(page.get_by_test_id("standing")).to_have_attribute("data-standing", "unknown")


def test_a_till_takes_a_note_when_somebody_there_says_so_and_once(
    served: Served, browser: Callable[..., Browser]
) -> None:
    [first, second, *_] = noted(served)
    phone = phone_in(browser(), served, "nb")
    next(name for name in phone.states() if name == "scan")
    page = phone.page
    page.goto(first)
    page.get_by_test_id("take").click()
    expect(page.get_by_test_id("taken")).to_have_attribute("data-taken", "true")
    expect(page.get_by_test_id("taken")).to_contain_text("30 minutter er ført på Kino")
    page.goto(second)
    expect(page.get_by_test_id("take")).to_be_visible()
    wiring.house().notes.redeem(
        TENANT, second, partner_account(VenueId("kino")), transfer=TransferId("another"), takes=lambda _: True,
        who="another", now=served.town.moment,
    )  # fmt: skip
    page.get_by_test_id("take").click()
    expect(page.get_by_test_id("taken")).to_have_attribute("data-because", "note_used")
    assert accessible(page) == []
