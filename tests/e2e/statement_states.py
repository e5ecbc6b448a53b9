"""Every state of the venue's month on the phone, with months of our own making behind the door."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.test_offline import stopped
from tests.e2e.test_scanner import state

if TYPE_CHECKING:
    from tests.e2e.states import Phone

WAIT = 20_000
SHOWN = "**/v1/scan/statement?*"
SENT = "**/v1/scan/statement/objections"


def row(day: int, kind: str = "besok", *, visits: int = 1, amount: int = 6_251) -> dict[str, Any]:
    gross = 12_501 * visits
    return {
        "date": f"2026-10-{day:02}", "type": kind, "percent": 50, "visits": visits, "persons": visits + 1,
        "gross": gross, "copay": 0, "amount": amount,
    }  # fmt: skip


ADJUSTED = {
    "offer": "inngang", "date": "2026-10-17", "percent": 50, "persons": 2, "amount": 10_751, "was": 0,
    "becomes": 10_751, "reason": "To billetter ble solgt mens telefonen var tom for strøm.",
}  # fmt: skip


def statement(**changes: Any) -> dict[str, Any]:
    rows = [
        row(3), row(3, "over_kvote"), row(4, visits=12, amount=75_006), row(9, "korreksjon", visits=0, amount=-6_251),
        row(17, "justering", visits=0, amount=10_751),
    ]  # fmt: skip
    offers = [
        {"offer": "inngang", "title": "Inngang til bad, badstue og varmtvannsbasseng", "rows": rows, "amount": 92_008},
        {"offer": "kurs", "title": "Svømmekurs", "rows": [row(20, visits=104, amount=1_234_550)], "amount": 1_234_550},
    ]
    return {
        "reference": "3222-202610-0003B", "settle_by": "voucher", "way": "voucher", "because": None, "is_final": True,
        "offers": offers, "adjustments": [ADJUSTED], "visits": 118,
        "persons": 124, "lines": 1_326_558, "brought": 0, "brought_from": [],
        "due": 1_326_558,
    } | changes  # fmt: skip


def objection(case: str, answer: str = "", *, offer: str | None = "inngang") -> dict[str, Any]:
    return {
        "id": f"case-{case}", "venue": "bad", "month": "2026-10", "text": "Det kom to den dagen, ikke én.",
        "at": "2026-11-02T09:00:00Z", "state": case, "answer": answer, "offer": offer,
        "date": "2026-10-03" if offer else None, "answered_at": "2026-11-04T09:00:00Z" if answer else None,
    }  # fmt: skip


def month(**changes: Any) -> dict[str, Any]:
    return {
        "month": "2026-10", "state": "closed", "months": ["2026-11", "2026-10", "2026-09"], "statements": [statement()],
        "objections": [],
    } | changes  # fmt: skip


MONTHS = {
    "open": month(state="open", months=["2026-10", "2026-09"], statements=[statement(is_final=False)]),
    "ended": month(state="open", statements=[statement(is_final=False)]),
    "empty": month(statements=[]),
    "held": month(statements=[statement(way="held", because="no_account", brought=50_000, brought_from=["2026-09"],
                                        due=1_376_558)]),
    "carried": month(statements=[statement(way="carried", due=-6_251, lines=-6_251)]),
    "invoice": month(statements=[statement(settle_by="invoice", way="invoice"),
                                 statement(settle_by="none", way="statistics", due=0, offers=[])]),
    "answered": month(objections=[objection("accepted", "Det retter vi: en justering er foreslått."),
                                  objection("rejected", "Besøket er med den 4.", offer=None), objection("open")]),
    "paid": month(state="paid"),
}  # fmt: skip


def states(phone: "Phone") -> Iterator[str]:
    """Bring the phone, at its menu, into each state of the venue's month; it ends at the menu."""
    page = phone.page
    page.route(SHOWN, stopped)
    phone.tap("open-statement")
    expect(page.get_by_test_id("statement-failed")).to_have_attribute("data-state", "network", timeout=WAIT)
    yield "statement-network"
    for told, status in (("problem", 422), ("not_allowed", 403)):
        _answer(page, SHOWN, {"code": "x", "status": status}, status=status)
        phone.tap("statement-again")
        expect(page.get_by_test_id("statement-failed")).to_have_attribute("data-state", told, timeout=WAIT)
        yield f"statement-{told.replace('_', '-')}"
    for name, told_month in MONTHS.items():
        _answer(page, SHOWN, told_month)
        phone.tap("close")
        phone.tap("open-statement")
        expect(page.locator("section.page[aria-busy=false]")).to_be_visible(timeout=WAIT)
        expect(page.get_by_test_id("statement-month")).to_have_value("2026-10")
        yield f"statement-{name}"
    yield from _paper(phone)
    _answer(page, SHOWN, MONTHS["answered"])
    phone.tap("close")
    phone.tap("open-statement")
    yield from _objecting(phone)
    page.unroute_all()
    phone.tap("close")
    state(page, "menu")


def _paper(phone: "Phone") -> Iterator[str]:
    page = phone.page
    page.unroute_all()
    page.route(SHOWN, stopped)
    phone.tap("statement-pdf")
    expect(page.get_by_test_id("statement-pdf-failed")).to_be_visible(timeout=WAIT)
    yield "statement-pdf-failed"
    page.unroute_all()
    page.route(SHOWN, lambda it: it.fulfill(status=200, content_type="application/pdf", body=b"%PDF-1.4"))
    phone.tap("statement-pdf")
    expect(page.get_by_test_id("statement-pdf-open")).to_be_visible(timeout=WAIT)
    yield "statement-pdf"


def _objecting(phone: "Phone") -> Iterator[str]:
    page = phone.page
    phone.tap("open-objection")
    state(page, "objection")
    yield "objection"
    page.get_by_test_id("objection-about").select_option("day")
    phone.tap("objection-send")
    expect(page.get_by_test_id("objection-error")).to_have_attribute("data-because", "empty")
    yield "objection-empty"
    page.get_by_test_id("objection-text").fill("Det kom to den dagen.")
    page.get_by_test_id("objection-about").select_option("inngang/2026-10-03")
    for code, status in (("month_approved", 409), ("identity_number", 422)):
        _answer(page, SENT, {"code": code, "status": status}, status=status)
        phone.tap("objection-send")
        expect(page.get_by_test_id("objection-error")).to_have_attribute("data-because", code, timeout=WAIT)
        yield f"objection-{code.replace('_', '-')}"
    page.unroute_all()
    page.route(SENT, stopped)
    phone.tap("objection-send")
    expect(page.get_by_test_id("objection-error")).to_have_attribute("data-because", "network", timeout=WAIT)
    yield "objection-network"
    page.unroute_all()
    _answer(page, SENT, objection("open"), status=201)
    _answer(page, SHOWN, MONTHS["answered"])
    phone.tap("objection-send")
    expect(page.get_by_test_id("statement-sent")).to_be_visible(timeout=WAIT)
    yield "objection-sent"


def _answer(page: Page, where: str, said: dict[str, Any], *, status: int = 200) -> None:
    page.unroute(where)
    body = json.dumps(said)

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=body)

    page.route(where, fulfil)
