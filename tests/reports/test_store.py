"""Visits and cards as the figures read them, on the embedded engine."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib import table
from chalicelib.reports.rules import Holder
from chalicelib.reports.store import StatisticsStore
from chalicelib.shared.ids import ProgrammeId, Tenant, VenueId

TENANT = Tenant("lorenskog")
KINO, KORT = VenueId("kino"), ProgrammeId("kort")
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("fresh_table")


def visit(name: str, **more: Any) -> table.VisitRow:
    """Make a visit as the visits package stores it."""
    terms = {
        "venue": "kino", "offer": "film", "programme": "kort", "card_key": "barn", "last3": "123",
        "date": "2026-11-14", "band": "12-16", "month": "2026-11", "persons": 2, "marks": 1, "counter": "film@card",
        "price": 25_000, "copay": 0, "percent": 50, "amount": 12_500, "agreement": "2026-01-01", "settle_by": "voucher",
        "carrier": "qr", "device": "lorenskog-1", "funding": "fond",
    }  # fmt: skip
    group = table.settle_group(TENANT, "kino", "2026-11")
    return table.VisitRow(table.visit_pk(TENANT, name), "VISIT", group=group, place=f"2026-11-14#{name}",
                          **{**terms, **more})  # fmt: skip


def card(number: str, **more: Any) -> table.CardRow:
    """Make a card as the cards package stores it."""
    facts = {
        "key": f"barn-{number}", "status": "active", "programme": "kort", "valid_from": "2026-01-01",
        "valid_until": "2026-12-31", "birth_year": 2016,
    }  # fmt: skip
    group = table.expires_group(TENANT, "kort", "2026-12")
    return table.CardRow(table.card_pk(TENANT, number), "CARD", group=group, place=f"2026-12-31#{number}",
                         **{**facts, **more})  # fmt: skip


def test_a_visit_is_read_with_the_child_behind_it_and_what_it_cost() -> None:
    visit("a").save()
    visit("b", settle_by="none", card_key=None).save()
    found = list(StatisticsStore().visits(TENANT, KINO, "2026-11", now=NOW))
    assert [(each.child, each.amount, each.funding, each.persons) for each in found] == [
        ("barn", 12_500, "fond", 2), (None, 0, "fond", 2),
    ]  # fmt: skip


def test_a_visit_taken_back_in_its_own_month_was_none_and_one_taken_back_later_was() -> None:
    visit("a", void_month="2026-11").save()
    visit("b", void_month="2026-12").save()
    visit("c", expires=table.epoch(NOW) - 1).save()  # past its time, and not yet deleted
    assert len(list(StatisticsStore().visits(TENANT, KINO, "2026-11", now=NOW))) == 1


def test_blanks_and_replaced_numbers_are_nobodys_and_ended_cards_were_somebodys() -> None:
    card("1").save()
    card("2", status="blank", birth_year=None).save()
    card("3", status="replaced").save()
    card("4", status="ended").save()
    found = list(StatisticsStore().holders(TENANT, KORT, "2026-12", now=NOW))
    assert found == [
        Holder(f"barn-{number}", KORT, 2016, date(2026, 1, 1), date(2026, 12, 31)) for number in ("1", "4")
    ]


def test_more_cards_than_one_fetch_takes_are_all_read() -> None:
    for number in range(130):
        card(f"{number:03d}").save()
    assert len(list(StatisticsStore().holders(TENANT, KORT, "2026-12", now=NOW))) == 130
