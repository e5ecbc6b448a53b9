"""Every state of the scanner, one after the other, so that each can be looked at and measured."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from chalicelib.visits.rules import Because
from tests.e2e import statement_states
from tests.e2e.conftest import HAND, TAGS, Served, as_data_url, qr
from tests.e2e.test_offline import API, RENEWED, stopped
from tests.e2e.test_scanner import code_for, state, type_number

WAIT = 20_000
VERDICT: dict[str, Any] = {
    "admitted": True, "because": None, "persons": 1, "offer": "inngang", "included": ["ticket", "3d_glasses"],
    "included_text": {}, "excluded": ["popcorn", "snacks"], "excluded_text": {},
    "to_pay": {"holder": 2500, "companion": 5000, "children": 1}, "left": 3, "limit": 5, "period": "year",
    "companion": "any", "age_limit": 12, "valid_until": "2027-06-30", "used_minutes_ago": None,
}  # fmt: skip


class Phone:
    """A phone that is led through every state, in one language."""

    def __init__(self, served: Served, context: BrowserContext) -> None:
        self.served = served
        self.town = served.town
        self.page: Page = context.new_page()
        self.page.add_init_script(HAND)
        self.page.add_init_script(TAGS)
        self.page.add_init_script("const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead;")

    def tap(self, testid: str) -> None:
        self.page.get_by_test_id(testid).first.click()

    def hold_up(self, url: str) -> None:
        self.page.evaluate("url => showCard(url)", as_data_url(qr(url)))

    def rest(self) -> None:
        """Go back to where the till rests, with nothing before the camera."""
        self.page.evaluate("showCard(null)")
        for testid in ("close", "cancel", "next", "give-up"):
            found = self.page.get_by_test_id(testid)
            if found.count() > 0:
                found.first.click()
        state(self.page, "scan", "typed")

    def answered(self, **changes: Any) -> Callable[[Route], None]:
        """Answer checks and visits with a verdict of our own; what else the page fetches, the server answers."""

        def answer(route: Route) -> None:
            if route.request.method == "GET":
                route.continue_()
                return
            verdict = VERDICT | changes
            registering = route.request.url.endswith("/visits")
            asked = route.request.post_data_json or {}  # a busy Chromium has been seen to hand over none
            visit = {"id": asked.get("id"), "offer": "inngang", "persons": asked.get("persons"), "date": "2026-11-22"}
            said = {"visit": visit if verdict["admitted"] else None, "verdict": verdict} if registering else verdict
            route.fulfill(status=200, content_type="application/json", body=json.dumps(said))

        return answer

    def states(self) -> Iterator[str]:
        """Bring the phone into one state after the other; each is named while it stands."""
        yield from self._before_enrolment()
        yield from self._at_rest()
        yield from self._answers()
        yield from self._several()
        yield from self._sheets()
        yield from self._without_network()
        yield from self._at_the_end()

    def _before_enrolment(self) -> Iterator[str]:
        page = self.page
        page.goto(self.served.address)
        state(page, "welcome")
        yield "welcome"
        self.tap("enrol-scan")
        state(page, "enrol-camera")
        page.wait_for_timeout(600)
        yield "enrol-camera"
        self.tap("enrol-type")
        state(page, "enrol-typed")
        yield "enrol-typed"
        page.get_by_test_id("enrol-code").fill("lorenskog.AAAA")
        self.tap("enrol-submit")
        expect(page.get_by_test_id("enrol-error")).not_to_be_empty()
        yield "enrol-error"
        page.get_by_test_id("enrol-code").fill(code_for(self.served, "kino", "scan", "statement")["code"])
        self.tap("enrol-submit")
        state(page, "enrolled")
        yield "enrolled"
        page.wait_for_function(RENEWED, timeout=WAIT)
        self.tap("enrol-start")
        state(page, "scan")

    def _at_rest(self) -> Iterator[str]:
        page = self.page
        page.wait_for_function("() => document.body.dataset.camera === 'on'")
        page.wait_for_timeout(400)
        yield "scan"
        self.tap("nfc")
        expect(page.get_by_test_id("nfc")).to_have_attribute("aria-pressed", "true")
        yield "scan-nfc"
        page.evaluate("window.nfcSays = 'NotAllowedError'")
        self.tap("nfc")
        self.tap("nfc")
        expect(page.get_by_test_id("nfc-note")).to_be_visible()
        yield "scan-nfc-refused"
        page.evaluate("window.nfcSays = null")
        self.tap("nfc")
        self.hold_up("https://example.com/menu")
        expect(page.locator(".pill.other")).to_be_visible(timeout=WAIT)
        yield "scan-foreign"
        self.rest()
        for name, error in (("refused", "NotAllowedError"), ("none", "NotFoundError"), ("busy", "NotReadableError")):
            page.evaluate(
                "name => { window.real ??= navigator.mediaDevices.getUserMedia;"
                " navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }; }",
                error,
            )
            self.tap("way-typed")
            self.tap("way-scan")
            page.wait_for_function("name => document.body.dataset.camera === name", arg=name)
            yield f"camera-{name}"
            page.evaluate("navigator.mediaDevices.getUserMedia = window.real")
            self.tap("camera-again")
            page.wait_for_function("() => document.body.dataset.camera === 'on'")
        self.tap("way-typed")
        state(page, "typed")
        yield "typed"
        field = page.get_by_test_id("card-number")
        field.fill("482109334720")
        field.fill("4821 0933 4721")
        yield "typed-wrong"
        field.fill(self.town.card()["number"])
        yield "typed-right"

    def _answers(self) -> Iterator[str]:
        page, card = self.page, self.town.card()["number"]

        def ask(**changes: Any) -> None:
            page.unroute_all()
            page.route(API, self.answered(**changes))
            type_number(page, card)
            state(page, "persons", "answer")

        page.route(API, lambda _: None)
        type_number(page, card)
        state(page, "checking")
        yield "checking"
        page.reload()
        state(page, "typed", "scan")
        ask(persons=2)
        yield "persons"
        self.rest()
        ask(used_minutes_ago=3)
        yield "persons-again"
        self.tap("persons-1")
        state(page, "answer")
        yield "answer-yes"
        page.route(API, stopped)
        self.tap("undo")
        expect(page.locator(".undo-failed")).to_be_visible(timeout=WAIT)
        yield "answer-undo-failed"
        self.rest()
        page.unroute_all()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.get_by_test_id("net-away")).to_have_count(0, timeout=WAIT)
        ask(limit=None, left=None, to_pay=None, age_limit=None, excluded=[])
        yield "answer-free"
        page.unroute_all()
        page.route(API, self.answered())
        self.tap("undo")
        page.wait_for_function("() => document.body.dataset.mood === 'undone'", timeout=WAIT)
        yield "answer-undone"
        self.rest()
        for because in Because:
            fewer = 1 if because is Because.COMPANION_NOT_ALLOWED else 0
            used = 3 if because is Because.USED_TODAY else None
            ask(admitted=False, because=because, persons=fewer, used_minutes_ago=used)
            yield f"answer-{because}"
            self.rest()
        page.unroute_all()

    def _several(self) -> Iterator[str]:
        page = self.page
        self.tap("way-scan")
        state(page, "scan")
        first = self.town.card()
        self.hold_up(first["url"])
        state(page, "persons")
        self.hold_up(self.town.card()["url"])
        state(page, "group")
        page.get_by_test_id("group-number").fill(self.town.card()["number"])
        expect(page.locator("[data-testid=group-card][data-state=ready]")).to_have_count(3, timeout=WAIT)
        page.get_by_test_id("group-persons").first.click()
        page.route(API, self.answered(admitted=False, because="allowance_used_up", persons=0))
        page.get_by_test_id("group-number").fill(self.town.card()["number"])
        expect(page.locator("[data-testid=group-card][data-state=no]")).to_have_count(1, timeout=WAIT)
        page.unroute_all()
        yield "group"
        self.tap("group-register")
        state(page, "group-answer")
        yield "group-answer"
        self.rest()
        self.tap("open-menu")
        self.tap("open-practice")
        yield "practice"
        self.tap("practice-show")
        state(page, "persons")
        yield "practice-persons"
        self.tap("persons-2")
        state(page, "answer")
        yield "practice-answer"
        self.rest()

    def _sheets(self) -> Iterator[str]:
        page = self.page
        self.tap("open-today")
        expect(page.get_by_test_id("today-visit").first).to_be_visible(timeout=WAIT)
        yield "today"
        self.tap("today-undo")
        yield "today-asking"
        self.tap("today-undo-no")
        self.tap("open-later")
        state(page, "later")
        yield "later"
        page.get_by_test_id("later-number").fill(self.town.card()["number"])
        self.tap("later-save")
        expect(page.locator("[data-testid=later-saved] li")).to_have_count(1, timeout=WAIT)
        page.get_by_test_id("later-number").fill("482109334721")
        self.tap("later-save")
        expect(page.get_by_test_id("later-error")).to_be_visible()
        yield "later-saved"
        self.rest()
        self.tap("open-menu")
        state(page, "menu")
        yield "menu"
        self.tap("forget")
        yield "menu-forget"
        self.tap("forget-no")
        self.tap("open-share")
        expect(page.get_by_test_id("share-failed")).to_be_visible(timeout=WAIT)
        yield "share-not-allowed"
        opened = code_for(self.served, "kino")
        page.route(
            "**/enrolments",
            lambda route: route.fulfill(status=201, content_type="application/json", body=json.dumps(opened)),
        )
        self.tap("close")
        self.tap("open-share")
        expect(page.get_by_test_id("share-code")).to_be_visible(timeout=WAIT)
        yield "share"
        self.tap("close")
        page.unroute_all()
        page.route("**/staff-sheet?*", stopped)
        self.tap("open-staff")
        expect(page.get_by_test_id("staff-failed")).to_be_visible(timeout=WAIT)
        yield "staff-not-here"
        page.unroute_all()
        self.tap("staff-again")
        expect(page.get_by_test_id("staff-open")).to_be_visible(timeout=WAIT)
        yield "staff"
        self.tap("close")
        yield from statement_states.states(self)
        self.rest()

    def _without_network(self) -> Iterator[str]:
        page = self.page
        page.route(API, stopped)
        type_number(page, "000000000098")
        self.rest()
        used, card = self.town.card(), self.town.card()
        for each in (used, card):
            type_number(page, each["number"])
            state(page, "persons")
            self.tap("persons-1")
            state(page, "answer")
            if each is card:
                yield "offline-answer"
            self.rest()
        type_number(page, used["number"])
        state(page, "answer")
        yield "offline-used-today"
        self.rest()
        self.tap("way-scan")
        page.wait_for_function("() => document.body.dataset.camera === 'on'")
        yield "offline-scan"
        page.evaluate("window.ahead = 5 * 24 * 3600 * 1000; window.dispatchEvent(new Event('focus'))")
        expect(page.get_by_test_id("net-stale")).to_be_visible(timeout=WAIT)
        yield "offline-stale"
        self.tap("open-today")
        expect(page.get_by_test_id("today-failed")).to_be_visible(timeout=WAIT)
        yield "offline-today"
        self.rest()
        page.evaluate("window.ahead = 0")
        phone = self.town.enrol("kino")
        for _ in range(5):
            sent = self.town.visit(used["token"], offline=True)
            assert phone.send("POST", "/v1/scan/visits", sent).status == 201
        page.unroute_all()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.get_by_test_id("waiting")).to_have_count(0, timeout=WAIT)
        self.tap("open-today")
        expect(page.get_by_test_id("notice")).to_have_count(1, timeout=WAIT)
        yield "today-notices"
        self.rest()

    def _at_the_end(self) -> Iterator[str]:
        page = self.page
        gone = json.dumps({"code": "device_revoked", "status": 401})
        page.route(API, lambda it: it.fulfill(status=401, content_type="application/problem+json", body=gone))
        type_number(page, self.town.card()["number"])
        state(page, "revoked")
        yield "revoked"
        page.unroute_all()


def phone_in(
    browser: Browser, served: Served, language: str, *, width: int = 390, height: int = 844, dark: bool = False
) -> Phone:
    """Give a phone that speaks a language, by day or by night."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=True, has_touch=True, locale=f"{language}-NO",
        color_scheme="dark" if dark else "light", device_scale_factor=1.5,
    )  # fmt: skip
    return Phone(served, context)
