"""What a council reads: the same bytes each time, the figures as they were told, and never one that was hidden."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest
from PIL import Image

from chalicelib.press.pen import DEEP, WHITE
from chalicelib.reports import paper
from chalicelib.reports.paper.sheet import contrast, on
from chalicelib.reports.paper.words import WORDS, number
from chalicelib.reports.paper.yearpack import colour_of
from chalicelib.reports.rules import Cards, Release, Statement, names_of, statement_of
from chalicelib.shared.ids import ProgrammeId
from tests.reports.attack import tell, world

LANGUAGES = ("nb", "nn", "en")


def release(seed: int = 3) -> Release:
    """Give a release of some size, with names."""
    town = world(seed)
    told = tell(town)[-1]
    cells = [cell for division in told.divisions for part in division.parts for cell in part.cells]
    names = names_of(town.configuration, cells, {})
    return replace(told, names=names, cards=(Cards(ProgrammeId("kort0"), 23, 17),), quotas={"kort0": 30})


@pytest.fixture
def statement() -> Statement:
    """Give what is told."""
    return statement_of(release())


def text_of(pdf: bytes) -> str:
    """Read every page."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def arms(colour: tuple[int, int, int]) -> bytes:
    """Draw a coat of arms of one colour on white."""
    drawn, held = Image.new("RGB", (60, 80), (255, 255, 255)), io.BytesIO()
    drawn.paste(colour, (10, 10, 50, 70))
    drawn.save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_figures_give_the_same_bytes(statement: Statement, language: str) -> None:
    first = paper.year_pack(statement, language, arms((200, 20, 40)))
    assert first.startswith(b"%PDF")
    assert paper.year_pack(statement, language, arms((200, 20, 40))) == first


def test_a_pack_told_past_midnight_carries_that_day() -> None:
    told = statement_of(replace(release(), made_at=datetime(2027, 1, 14, 23, 30, tzinfo=UTC)))
    assert "15.01.2027" in text_of(paper.year_pack(told, "nb"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_councillor_reads_what_was_told_and_why_some_is_not(statement: Statement, language: str) -> None:
    read = " ".join(text_of(paper.year_pack(statement, language)).split())
    for says in ("months", "venues", "categories", "who", "funding", "reach", "how"):
        assert WORDS[language][says] in read
    assert number(statement.visits, language) in read
    assert " ".join(WORDS[language]["why"].split()[:6]) in read
    assert str(statement.hidden) in read
    for row in statement.tables["venue"]:
        if row.visits is not None:
            assert row.key.title() in read


def test_every_language_says_everything() -> None:
    assert WORDS["nb"].keys() == WORDS["nn"].keys() == WORDS["en"].keys()


def test_a_year_of_which_nothing_but_the_sum_can_be_told_is_still_a_paper(statement: Statement) -> None:
    tables = {
        table: tuple(replace(row, visits=None, at_least=None, amount=None) for row in rows)
        for table, rows in statement.tables.items()
    }
    bare = replace(statement, tables=tables, amount=None, reach=(), names={})
    for language in LANGUAGES:
        assert WORDS[language]["all_hidden"] in text_of(paper.year_pack(bare, language))


def test_what_is_kept_is_read_back_as_it_was() -> None:
    kept = release()
    assert paper.unpack(paper.pack(kept)) == kept
    assert paper.pack(paper.unpack(paper.pack(kept))) == paper.pack(kept)


def test_the_spreadsheet_has_a_row_for_every_figure_and_a_colon_for_the_hidden(statement: Statement) -> None:
    lines = paper.tables_csv(statement).decode("utf-8-sig").split("\r\n")
    assert lines[0] == "tabell;nokkel;navn;til_og_med;antall;minst;belop;avrundet_til"
    assert sum(";:;" in line for line in lines if not line.startswith("total")) >= statement.hidden
    assert "cards;kort0;Kort;2026-12;25;;;5" in lines
    assert "cards_used;kort0;Kort;2026-12;15;;;5" in lines
    assert "quota;kort0;Kort;;30;;;" in lines


@pytest.mark.parametrize("colour", [(255, 230, 0), (200, 20, 40), (0, 90, 200), (120, 255, 120)])
def test_white_can_be_read_on_the_municipalitys_colour(colour: tuple[int, int, int]) -> None:
    found = colour_of(arms(colour))
    assert contrast(found, WHITE) >= 7
    assert on(found) == WHITE


def test_grey_arms_and_a_broken_picture_leave_our_own_colour() -> None:
    assert colour_of(arms((90, 90, 90))) == DEEP
    assert colour_of(b"no picture") == DEEP
