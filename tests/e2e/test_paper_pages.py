"""What somebody sees who holds a phone's camera over the code on a paper."""

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib import wiring
from chalicelib.attestations.rules import AttestationId, Because, Extent, Facts, Measure
from chalicelib.shared.ids import CallerId, Tenant
from tests.e2e.conftest import Served, phone_page

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TENANT, BY = Tenant("lorenskog"), CallerId("local/anne")
FACTS = Facts(
    "Testperson Én", "Gårdsstyret i Testgården", "Planla sommerfesten, og hjalp til med ryddingen av bakgården.",
    date(2026, 3, 3), date(2026, 11, 14), Extent(Measure.WEEK, 150), "nb", "Kontaktperson To, leder",
)  # fmt: skip


def attested(served: Served) -> tuple[str, AttestationId]:
    desk, named = wiring.house().attestations, AttestationId(str(uuid.uuid4()))
    made = desk.issue(TENANT, "solkred", named, FACTS, of="sol", member="m1", by=BY, now=served.town.moment)
    return desk.address(TENANT, made).replace(served.address.upper(), served.address), named


def accessible(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id))")
    return found


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
