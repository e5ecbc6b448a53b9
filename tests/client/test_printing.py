"""Print runs at the command line: the names go out, come back on paper, and stay nowhere else."""

import io
import json

import pytest
from pypdf import PdfReader

from clerk.api import Reply
from tests.client.conftest import Desk


@pytest.fixture
def issued(desk: Desk) -> Desk:
    text = "id;external_ref;birth_year;name\na;sak-1;2016;Testbarn Én\nb;sak-2;2015;Testbarn To\nc;sak-3;2014;\n"
    desk.run("issue", desk.table("barn.csv", text), "--programme", "kort")
    return desk


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_cards_are_printed_with_the_names_of_the_list_they_were_issued_from(issued: Desk) -> None:
    told = issued.run("print", "barn.results.csv", "--names", "barn.csv", "--out", "kort.pdf", "--layout", "cr80")
    assert told == {"cards": 3, "without_name": 1, "files": ["kort.pdf"]}
    pdf = (issued.folder / "kort.pdf").read_bytes()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 6
    assert "Testbarn" not in (issued.folder / "barn.results.csv").read_text()
    assert (issued.folder / "kort.pdf").stat().st_mode & 0o077 == 0


def test_after_a_jam_the_chosen_cards_are_printed_again(issued: Desk) -> None:
    numbers = [row["number"] for row in issued.read("barn.results.csv")]
    grouped = f"{numbers[1][:4]} {numbers[1][4:8]} {numbers[1][8:]}"
    told = issued.run("print", "barn.results.csv", "--names", "barn.csv", "--only", grouped, "--out", "igjen.pdf")
    assert told["cards"] == 1
    sent = json.loads(issued.sent[-1][2])
    assert sent["cards"] == [{"number": numbers[1], "name": "Testbarn To"}]
    _, said = issued.say("print", "barn.results.csv", "--only", "123456789012", code=1)
    assert "not in barn.results.csv" in said
    assert "123456789012" not in said


def test_people_are_told_to_keep_the_names_until_all_came_out(issued: Desk) -> None:
    _, said = issued.say("print", "barn.results.csv", "--names", "barn.csv")
    assert "Cards: 3, in barn.pdf" in said
    assert "1 cards have no name" in said
    assert "Keep the list of names" in said
    assert (issued.folder / "barn.pdf").exists()


def test_more_than_five_hundred_cards_are_numbered_files(desk: Desk) -> None:
    sizes = []

    def answer(method: str, path: str) -> Reply | None:
        assert (method, path) == ("POST", "/v1/cards/print")
        sizes.append(len(json.loads(desk.sent[-1][2])["cards"]))
        return 200, {}, b"%PDF"

    desk.before = answer
    desk.table("mange.csv", "number\n" + "".join(f"{number:012d}\n" for number in range(1001)))
    told = desk.run("print", "mange.csv", "--out", "kort.pdf")
    assert told["files"] == ["kort-1.pdf", "kort-2.pdf", "kort-3.pdf"]
    assert sizes == [500, 500, 1]


def test_a_number_that_a_spreadsheet_has_shortened_is_mended(desk: Desk) -> None:
    desk.before = lambda *_: (200, {}, b"%PDF")
    desk.table("tall.csv", "number\n12345678901\n")
    desk.run("print", "tall.csv")
    assert json.loads(desk.sent[-1][2])["cards"] == [{"number": "012345678901"}]


@pytest.mark.parametrize("text", ["external_ref\nsak-1\n", "number\n12345\n12a\n", "number\n1234567890123\n"])
def test_a_list_without_card_numbers_is_said_to_be_one(desk: Desk, text: str) -> None:
    _, said = desk.say("print", desk.table("barn.csv", text), code=1)
    assert "number" in said
    assert "1234567890123" not in said
    assert not desk.sent


def test_the_office_prints_blanks_alone(issued: Desk) -> None:
    issued.role = "office"
    _, said = issued.say("print", "barn.results.csv", "--names", "barn.csv", code=1)
    assert "without a name" in said
    assert not (issued.folder / "barn.pdf").exists()


def test_a_card_with_two_names_in_the_list_is_not_guessed_at(desk: Desk) -> None:
    text = "external_ref;birth_year;name\nsak-9;2015;Tvilling A\nsak-9;2015;Tvilling B\nsak-9;2013;Storesøster\n"
    _, said = desk.say("issue", desk.table("tvillinger.csv", text), "--programme", "kort", code=3)
    assert "1 rows are the same card as one above" in said
    assert "issued before" not in said
    asked = len(desk.sent)
    _, said = desk.say("print", "tvillinger.results.csv", "--names", "tvillinger.csv", code=1)
    assert "rows 1 and 2 are the same card" in said
    assert "sak-9" not in said
    assert len(desk.sent) == asked
    told = desk.run("print", "tvillinger.results.csv")
    assert told["cards"] == 1  # a card, though two rows came to it


def test_names_that_fit_no_card_are_told_of(issued: Desk) -> None:
    place = issued.table("andre.csv", "external_ref;name\nsak-77;Testbarn Fem\n")
    _, said = issued.say("print", "barn.results.csv", "--names", place)
    assert "3 cards have no name" in said
