"""Somebody has a card and is a member too: after a day of both, nothing in the table says so (decision D15)."""

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.archive.rules import CLOCKS
from chalicelib.kred.actions.members import Key
from chalicelib.kred.rules.sessions import Seat
from tests.kred import hall as kred
from tests.kred.hall import CURRENCY, NOW, Hall
from tests.visits import till as cards

# The kinds of row that each programme writes about somebody. Configuration, phones and the book of changes are of both.
OF_CARDS = {
    "card", "history", "claim", "pointer", "blocked", "suspect", "quota", "family", "visit", "void", "adjustment",
    "objection", "settlement", "chain", "unit", "person",
}  # fmt: skip
OF_TIME = {
    "account", "entry", "transfer", "reversal", "hold", "checkpoint", "member", "member_code", "session", "seat",
    "spend", "room", "visitors", "award", "note", "note_batch", "attestation", "attestation_of", "revocation", "survey",
    "ticket", "answer", "guess", "link", "worker", "kred", "time_offer",
}  # fmt: skip
OF_BOTH = {"document", "device", "enrolment", "request", "audit", "book", "seal", "import"}
# What both may say: whose table it is, which place and phone somebody came to, and words for how things stand.
SHARED = {"lorenskog", "badet", cards.device().id, "active", "venue"}


@pytest.fixture(scope="module")
def rows(dynamodb: str) -> list[dict[str, Any]]:
    """Give the table after a day on which the same person did everything there is, at the same venue and phone."""
    cards.furnish(dynamodb, "no-join")
    till, phone, card = cards.Till(), cards.device(), cards.give_card()
    visits = [till.window.register(phone, till.ask(cards.token(card)), now=cards.NOON) for _ in range(3)]
    assert all(each.verdict.admitted for each in visits)
    hall = Hall()
    session = hall.session()
    member, friend = hall.rich(600), hall.rich(120, named="Testperson To")
    assert isinstance(hall.sessions.sign_up(kred.TENANT, session, member, adults=1, children=0, now=NOW), Seat)
    hall.sessions.check_in(kred.TENANT, session, hall.token(member, hall.terms), now=NOW)
    hall.offer(venue=phone.venue)
    paid = [hall.spending.spend(phone, hall.asked(member), now=NOW) for _ in range(2)]
    assert all(each.verdict.admitted for each in paid)
    assert paid[0].spend is not None
    hall.spending.undo(phone, paid[0].spend.id, "undo-1", now=NOW + timedelta(minutes=1))
    key = Key(hall.token(member, hall.terms), "4711")
    hall.desk.gift("gift-1", key, friend.number, 30, now=NOW)
    hall.desk.donate("gift-2", key, 30, now=NOW)
    found = list(cards.everything().values())
    assert {"card", "visit", "member", "seat", "spend", "transfer", "entry"} <= {row["kind"]["S"] for row in found}
    return found


def texts(value: Any) -> set[str]:
    """Give every text and number within a value as DynamoDB writes it, and each word of it."""
    ((kind, held),) = value.items()
    match kind:
        case "M":
            return {part for name, inner in held.items() for part in {name, *texts(inner)}}
        case "L":
            return {part for inner in held for part in texts(inner)}
        case "S" | "N":
            return {held, *re.split(r"[#:/@\s\"\[\]{},]+", held)}
        case _:
            return set()


def told(row: dict[str, Any]) -> set[str]:
    """Give what a row says that could be of somebody: at least four characters, and neither a field nor a date."""
    said = {part for name, value in row.items() if name != "kind" for part in texts(value)}
    return {part for part in said if len(part) >= 4 and not re.fullmatch(r"\d{4}-\d\d(-\d\d)?(T.*)?|\d{1,11}", part)}


def test_every_kind_of_row_is_of_one_programme_or_of_nobody() -> None:
    assert set(CLOCKS) == OF_CARDS | OF_TIME | OF_BOTH
    assert not OF_CARDS & OF_TIME


def test_no_value_stands_in_rows_of_a_card_and_in_rows_of_a_member(rows: list[dict[str, Any]]) -> None:
    of_cards = {part for row in rows if row["kind"]["S"] in OF_CARDS for part in told(row)}
    of_time = {part for row in rows if row["kind"]["S"] in OF_TIME for part in told(row)}
    assert {part for part in of_cards & of_time if part not in SHARED} == set()


def test_no_key_and_no_index_holds_rows_of_both(rows: list[dict[str, Any]]) -> None:
    kinds = defaultdict(set)
    for row in rows:
        for key in ("PK", "GSI1PK"):
            if key in row:
                kinds[row[key]["S"]].add(row["kind"]["S"])
    assert [key for key, met in kinds.items() if met & OF_CARDS and met & OF_TIME] == []


def test_no_row_names_a_card_and_a_member(rows: list[dict[str, Any]]) -> None:
    def ids(*kinds: str) -> set[str]:
        said = {part for row in rows if row["kind"]["S"] in kinds for part in told(row)}
        return {part for part in said if len(part) >= 8 and re.search(r"\d", part)} - SHARED

    of_card, of_member = ids("card", "pointer", "claim"), ids("member", "member_code")
    assert len(of_card) >= 3
    assert len(of_member) >= 6
    for row in rows:
        said = told(row)
        assert not (said & of_card and said & of_member), row["PK"]


def test_the_ledger_itself_holds_no_name(rows: list[dict[str, Any]]) -> None:
    ledger = {"account", "entry", "transfer", "reversal", "hold", "checkpoint"}
    said = {part for row in rows if row["kind"]["S"] in ledger for part in told(row)}
    assert not {part for part in said if "Testperson" in part}
    assert CURRENCY in said
