"""Tags at the command line: the list goes out to a bureau, what it made comes back, and each tag is in its card."""

import pytest

from tests.api.test_tags import HEADER, UID, Chip, keys, look
from tests.client.conftest import Desk


@pytest.fixture
def ordered(desk: Desk) -> Desk:
    text = "id;external_ref;birth_year;name\na;sak-1;2016;Testbarn Én\nb;sak-2;2015;Testbarn To\n"
    desk.run("issue", desk.table("barn.csv", text), "--programme", "kort")
    told = desk.run("nfc", "order", "barn.results.csv", "--names", "barn.csv", "--out", "bestilling.csv")
    assert told == {"cards": 2, "without_name": 0, "files": ["bestilling.csv"]}
    return desk


def test_a_tag_that_went_out_and_came_back_lets_its_card_in(ordered: Desk) -> None:
    rows = ordered.read("bestilling.csv")
    assert list(rows[0]) == HEADER
    assert [row["print_name"] for row in rows] == ["Testbarn Én", "Testbarn To"]
    assert (ordered.folder / "bestilling.csv").stat().st_mode & 0o077 == 0
    chip = Chip(rows[1], UID, keys())
    back = f"seq;uid;originality_ok;ctr\n1;04:AA:AA:AA:AA:AA:80;yes;0\n2;{UID.upper()};yes;0\n"
    told = ordered.run("nfc", "return", ordered.table("retur.csv", back), "--order", "bestilling.csv")
    assert told == {
        "bound": 2, "before": 0, "problems": 0, "try_again": 0, "results": str(ordered.folder / "retur.results.csv")
    }  # fmt: skip
    assert look(ordered.town.enrol("kino"), chip.tapped())["admitted"]
    again = ordered.run("nfc", "return", "retur.csv", "--order", "bestilling.csv")
    assert (again["bound"], again["before"]) == (0, 2)


def test_what_a_row_lacks_is_said_and_the_others_are_tied(ordered: Desk) -> None:
    one, other = (row["card_no"] for row in ordered.read("bestilling.csv"))
    back = f"card_no,uid,originality_ok\n{one},{UID},no\n{other},{UID},\n1234 5678 9012,04de5f1eacc042,ja\n"
    told = ordered.run("nfc", "return", ordered.table("retur.csv", back), code=3)
    assert (told["bound"], told["problems"]) == (1, 2)
    result = ordered.read("retur.results.csv")
    assert [(row["status"], row["problem"]) for row in result] == [
        ("problem", "not_original"), ("bound", ""), ("problem", "unknown_card")
    ]  # fmt: skip
    assert UID.encode() in ordered.sent[-1][2]
    assert ordered.sent[-1][2].count(b"\n") == 3  # the chip that is not the maker's own was never sent


def test_a_tag_that_was_exchanged_must_be_meant(ordered: Desk) -> None:
    number = ordered.read("bestilling.csv")[0]["card_no"]
    ordered.run("nfc", "return", ordered.table("retur.csv", f"card_no;uid\n{number};{UID}\n"))
    ordered.table("ny.csv", f"card_no;uid\n{number};04aaaaaaaaaa80\n")
    _, said = ordered.say("nfc", "return", "ny.csv", code=3)
    assert "--replaces" in said
    assert ordered.run("nfc", "return", "ny.csv", "--replaces")["bound"] == 1


def test_a_return_that_names_no_card_asks_for_the_order(ordered: Desk) -> None:
    _, said = ordered.say("nfc", "return", ordered.table("retur.csv", f"seq;uid\n1;{UID}\n"), code=1)
    assert "--order" in said
