"""Tags: what is written on one, and which card it is in; two returns at once, and a till in between."""

from dataclasses import replace

import pytest

from chalicelib import table
from chalicelib.cards.actions import Tagged
from chalicelib.cards.rules import Binding, Card, Clash, Status, Tag, bound, given_twice, tag_file
from chalicelib.shared.answers import ConflictError, OpplevError, RuleError
from chalicelib.shared.ids import CardNumber
from chalicelib.table import CardRow
from tests.cards.desk import TENANT, Desk, cancelled, faults, rows
from tests.cards.test_rules import HELD

TOKEN = "A" * 125
ONE, OTHER = Tag("04de5f1eacc040", 2), Tag("04de5f1eacc041")


# The file


def test_offsets_count_from_the_files_start_as_the_chips_data_sheet_does() -> None:
    # A host of 25 characters: NLEN and the record's head take seven bytes, "/k#" three.
    file = tag_file(f"https://{'h' * 25}/k#{TOKEN}")
    assert (file.mac_input, file.picc, file.mac) == (35, 35 + 126, 35 + 126 + 33)
    assert file.content[file.mac_input : file.picc] == f"{TOKEN}.".encode()


def test_the_host_is_written_small_and_the_token_as_it_is_signed() -> None:
    file = tag_file(f"HTTPS://KORT.EXAMPLE.NO/K#{TOKEN}")
    assert file.content[7:].startswith(f"kort.example.no/K#{TOKEN}.".encode())
    assert file.content[6] == 0x04
    assert tag_file(f"http://127.0.0.1:8000/K#{TOKEN}").content[6] == 0x03


def test_a_host_that_does_not_fit_is_named_with_its_length() -> None:
    assert len(tag_file(f"https://{'h' * 71}/K#{TOKEN}").content) == 256
    with pytest.raises(RuleError) as refused:
        tag_file(f"https://{'h' * 72}/K#{TOKEN}")
    assert refused.value.code == "host_too_long"
    assert "has 72 characters; with more than 71 the address does not fit" in refused.value.detail


# Which tag a card has


@pytest.mark.parametrize("status", [Status.REPLACED, Status.ENDED])
def test_a_card_that_is_nobodys_gets_no_tag(status: Status) -> None:
    with pytest.raises(ConflictError) as refused:
        bound(replace(HELD, status=status), Binding(HELD.number, ONE))
    assert refused.value.code == "not_in_that_state"


def test_the_same_tag_again_leaves_the_count_where_visits_have_brought_it() -> None:
    card = replace(HELD, tag=replace(ONE, count=40))
    assert bound(card, Binding(HELD.number, replace(ONE, count=90))) == card
    assert bound(card, Binding(HELD.number, OTHER, replaces=True)).tag == OTHER


def test_a_tag_in_two_cards_is_the_later_rows_fault_and_the_same_row_twice_is_none() -> None:
    other = CardNumber("000000000000")
    assert given_twice([Binding(HELD.number, ONE), Binding(HELD.number, ONE), Binding(other, ONE)]) == {2}


# The table


def stored(number: CardNumber) -> Card:
    found = Desk().store.card(TENANT, number, now=Desk().now)
    assert found is not None
    return found


def bind(desk: Desk, *bindings: Binding) -> list[Tagged | OpplevError]:
    return desk.open.bind_tags(TENANT, bindings, now=desk.now)


@pytest.mark.usefixtures("fresh_table")
def test_two_returns_that_give_a_card_different_tags_end_with_one_of_them() -> None:
    desk = Desk()
    number = desk.issue().card.number
    before = stored(number)
    assert desk.store.tag(TENANT, before, replace(before, tag=ONE)) is None
    assert desk.store.tag(TENANT, before, replace(before, tag=OTHER)) is Clash.MOVED
    (came_of,) = bind(desk, Binding(number, OTHER))
    assert isinstance(came_of, ConflictError)
    assert came_of.code == "has_another_tag"
    assert stored(number).tag == ONE


@pytest.mark.usefixtures("fresh_table")
def test_a_visit_between_reading_and_writing_is_not_lost_when_a_tag_is_replaced() -> None:
    desk = Desk()
    number = desk.issue().card.number
    bind(desk, Binding(number, ONE))
    before = stored(number)
    CardRow(table.card_pk(TENANT, number), "CARD").update([CardRow.tag["count"].set(9)])
    assert desk.store.tag(TENANT, before, replace(before, tag=OTHER)) is Clash.MOVED
    assert bind(desk, Binding(number, OTHER, replaces=True)) == [Tagged(number, changed=True)]
    assert stored(number).tag == OTHER


@pytest.mark.usefixtures("fresh_table")
def test_each_tag_that_was_tied_stands_once_in_the_book_and_a_row_sent_again_does_not() -> None:
    desk = Desk()
    number = desk.issue().card.number
    tied = [Binding(number, ONE), Binding(number, ONE)]
    assert bind(desk, *tied) == [Tagged(number, changed=True), Tagged(number, changed=False)]
    assert [row["what"]["S"] for row in rows("audit")].count("card.tagged") == 1
    assert all(ONE.uid not in str(row) for row in rows("audit"))


@pytest.mark.usefixtures("fresh_table")
def test_a_conflict_passes_and_the_tag_is_tied() -> None:
    desk = Desk()
    number = desk.issue().card.number
    with faults("TransactWriteItems", cancelled("TransactionConflict", "None")):
        assert bind(desk, Binding(number, ONE)) == [Tagged(number, changed=True)]
