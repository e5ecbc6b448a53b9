"""The sheets that a family takes home: every language, every way of running, no word that gives a family away."""

import io
import json
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from chalicelib.cards.paper.sheet_words import sheet_words
from chalicelib.cards.paper.sheets import print_sheets
from chalicelib.cards.rules import Sheet, SheetKind, SheetLine
from chalicelib.credentials.rules import Companion
from chalicelib.press.letters import is_printable
from chalicelib.press.pen import MIDDLE
from chalicelib.press.pictures import PICTURES, picture_of
from chalicelib.press.tongues import tongue
from chalicelib.shared.answers import RuleError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardNumber
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import CATEGORIES, LANGUAGES
from tests.cards.test_paper import ARABIC, image, width_of

ROOT = Path(__file__).resolve().parents[2]
KINDS = list(SheetKind)
WHITE = ((255, 255),) * 3


def line(which: int = 0, **facts: object) -> SheetLine:
    """Give an allowance of five visits, three of them left."""
    standing = SheetLine("cinema", f"Prøve kino {which}", "Film", "Prøvegata 1", 5, Period.CARD, 3, Ore(0))
    return replace(standing, **facts)  # type: ignore[arg-type]  # the test knows the fields


def sheet(language: str = "nb", lines: int = 4, **facts: object) -> Sheet:
    """Give a sheet in a language."""
    standing = Sheet(
        CardNumber("123456780001"), "Testbarn Én", language, "Opplevelseskortet", "Prøve kommune",
        "kort@prove.kommune.no", date(2027, 1, 1), date(2027, 12, 31), Companion.ANY, 2, False, date(2027, 3, 1),
        tuple(line(which) for which in range(lines)),
    )  # fmt: skip
    return replace(standing, **facts)  # type: ignore[arg-type]  # the same


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return unicodedata.normalize("NFKC", " ".join(" ".join(page.extract_text().split()) for page in pages))


def drawn(pdf: bytes, folder: Path) -> list[Image.Image]:
    """Print at 75 dpi, at which a page is 620 by 877 dots."""
    (folder / "sheets.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "75", "-png", "sheets.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)  # noqa: S603  our own words only
    return [Image.open(page).convert("RGB") for page in sorted(folder.glob("page*.png"))]


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


# The words.


def test_the_words_are_the_same_keys_with_the_same_values_to_fill_in_in_every_language() -> None:
    words = sheet_words()
    assert set(words) == LANGUAGES
    for language, said in words.items():
        assert list(said) == list(words["nb"]), language
        for key, text in said.items():
            assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", words["nb"][key]), (language, key)
            assert language in {"nb", "nn"} or text != words["nb"][key]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_letter_of_a_language_can_be_printed(language: str) -> None:
    assert all(is_printable(text) for text in (*sheet_words()[language].values(), *tongue(language).words.values()))


def never() -> Iterator[tuple[str, str]]:
    """Give the words that no page may say, from the list that the pages are held to."""
    listed = (ROOT / "scanner_web" / "words" / "words.test.js").read_text()
    for language, words in re.findall(r"^  (\w\w): (\[\".*\]),$", listed, re.MULTILINE):
        for word in json.loads(words):
            yield language, word


def test_nothing_on_a_sheet_says_why_a_family_has_the_card_or_asks_who_they_are() -> None:
    checked = 0
    for language, word in never():
        for text in sheet_words()[language].values():
            assert not re.search(rf"(?<!\w){word}(?!\w)", text, re.IGNORECASE), (language, word)
            checked += 1
    assert checked > 500


def test_the_pictures_are_those_of_the_pages_and_every_category_has_one() -> None:
    on_the_pages = (ROOT / "scanner_web" / "screen" / "icons.js").read_text()
    drawn = dict(re.findall(r'^  (\w+): "(M[^"]+)",$', on_the_pages, re.MULTILINE))
    assert {name: drawn[name] for name in PICTURES} == PICTURES
    assert {category for category in CATEGORIES if picture_of(category) == "other"} == {"other"}


# The pages.


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_is_one_page_with_its_number_and_nothing_on_its_edges(kind: SheetKind, tmp_path: Path) -> None:
    pdf = print_sheets([sheet(language, lines=8, name=None) for language in sorted(LANGUAGES)], kind)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == len(LANGUAGES)
    for page, picture in zip(pages, drawn(pdf, tmp_path), strict=True):
        text = page.extract_text()
        assert "1234 5678 0001" in text
        assert "Prøve kino 7" in text
        assert "…" not in text
        edge, wide, high = 40, *picture.size
        for strip in ((0, 132, edge, high), (wide - edge, 132, wide, high), (0, high - edge // 2, wide, high)):
            assert picture.crop(strip).getextrema() == WHITE


@pytest.mark.parametrize("kind", KINDS)
def test_arabic_is_the_mirror_of_english_in_where_things_stand(kind: SheetKind, tmp_path: Path) -> None:
    sides = []
    for language in ("en", "ar"):
        (tmp_path / language).mkdir()
        [page] = drawn(print_sheets([sheet(language)], kind), tmp_path / language)
        # The tiles with pictures stand along the edge where reading starts.
        half = page.crop((45, 200, 105, 675)), page.crop((page.width - 105, 200, page.width - 45, 675))
        sides.append([sum(ImageChops.invert(side).convert("L").histogram()[8:]) for side in half])
    (left, right), (mirrored_left, mirrored_right) = sides
    assert (left > right) is (mirrored_right > mirrored_left)
    assert left != right


def test_a_card_number_reads_from_the_left_in_an_arabic_page() -> None:
    assert "1234 5678 0001" in text_of(print_sheets([sheet("ar")], SheetKind.LEFT))


def test_marks_over_arabic_letters_do_not_keep_them_from_joining(tmp_path: Path) -> None:
    assert abs(width_of("نًانًا", tmp_path) - width_of("نانا", tmp_path)) < 12


def test_dots_stand_for_what_is_left_and_rings_for_what_is_used(tmp_path: Path) -> None:
    inked = []
    for left in (0, 2, 4):
        (tmp_path / f"{left}").mkdir()
        lines = (line(limit=4, left=left),)
        [page] = drawn(print_sheets([replace(sheet(), lines=lines)], SheetKind.LEFT), tmp_path / f"{left}")
        pixels = page.crop((0, 200, page.width, 620)).getcolors(1_000_000) or []
        inked.append(sum(count for count, colour in pixels if colour == MIDDLE))
    none, two, four = inked
    assert none == 0
    assert 0 < two < four
    assert abs(four - 2 * two) < 6


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"limit": 5, "left": 3}, "3 av 5"),
        ({"limit": 40, "left": 22, "per": Period.YEAR}, "22 av 40"),
        ({"limit": None, "left": None}, "Fri inngang hele året"),
        ({"limit": 2, "left": 0, "per": Period.MONTH}, "0 av 2"),
    ],
)
def test_a_line_says_in_figures_what_is_left(facts: dict[str, object], said: str) -> None:
    text = text_of(print_sheets([replace(sheet(), lines=(line(**facts),))], SheetKind.LEFT))
    assert all(part in text.split() for part in said.split())


def test_what_is_paid_at_the_till_stands_by_the_place() -> None:
    lines = (line(copay=Ore(50_00)), line(1, copay=Ore(12_50)))
    text = text_of(print_sheets([replace(sheet(), lines=lines)], SheetKind.INFORMATION))
    assert "Du betaler 50 kr" in text
    assert "Du betaler 12,50 kr" in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"companion": Companion.NONE}, "Bare deg"),
        ({"persons_max": 1}, "Bare deg"),
        ({"companion": Companion.ADULT}, "Du kan ta med 1 voksen"),
        ({"companion": Companion.FAMILY, "persons_max": 5}, "Du kan ta med 4 til fra familien"),
    ],
)
def test_the_sheet_says_who_may_come_along(facts: dict[str, object], said: str) -> None:
    assert said in text_of(print_sheets([sheet(**facts)], SheetKind.INFORMATION))  # type: ignore[arg-type]  # the same


# Many places, many families.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("places", [1, 9, 14, 24])
def test_what_the_front_has_no_room_for_stands_on_the_back(kind: SheetKind, places: int) -> None:
    pdf = print_sheets([sheet(lines=places)], kind)
    text = text_of(pdf)
    assert all(f"Prøve kino {which}" in text for which in range(places))
    assert pages_of(pdf) == (1 if places < 10 else 2)


def test_a_familys_sheet_never_begins_on_the_back_of_anothers() -> None:
    one_sided = print_sheets([sheet(), sheet("ar")], SheetKind.LEFT)
    assert pages_of(one_sided) == 2
    assert PdfReader(io.BytesIO(one_sided)).trailer["/Root"]["/ViewerPreferences"]["/Duplex"] == "/Simplex"
    mixed = PdfReader(io.BytesIO(print_sheets([sheet(lines=2), sheet("ar", lines=20)], SheetKind.LEFT)))
    assert len(mixed.pages) == 4
    assert not mixed.pages[1].extract_text().strip()
    assert mixed.trailer["/Root"]["/ViewerPreferences"]["/Duplex"] == "/DuplexFlipLongEdge"


def test_more_than_two_sides_hold_is_counted() -> None:
    assert re.search(r"Det er \d+ til", text_of(print_sheets([sheet(lines=60)], SheetKind.INFORMATION)))


def test_the_longest_names_stay_on_the_page(tmp_path: Path) -> None:
    names = ("Kulturhuset i Prøve kommune med et langt navn", "W" * 60)
    lines = tuple(line(which, place=name, what=name, address=name) for which, name in enumerate(names))
    long = sheet("pl", name="Prøvebarn Med-Et-Veldig-Langt Navn Over To Linjer Altså", title="W" * 60)
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        [page] = drawn(print_sheets([replace(long, lines=lines)], kind), tmp_path / kind)
        assert page.crop((page.width - 40, 132, page.width, page.height)).getextrema() == WHITE


# The file.


def test_the_file_says_nothing_of_whose_sheets_it_holds() -> None:
    pdf = print_sheets([sheet(name="Testbarn Hemmelig")], SheetKind.LEFT, arms=image("red"))
    assert set(PdfReader(io.BytesIO(pdf)).metadata or {}) == {"/CreationDate", "/Producer"}
    assert b"Hemmelig" not in pdf


def test_letters_that_no_font_has_are_refused_by_row() -> None:
    with pytest.raises(RuleError) as refused:
        print_sheets([sheet(), sheet(name="试验")], SheetKind.LEFT)
    assert [fault.path for fault in refused.value.fields] == ["cards[1].name"]


def test_the_same_sheets_give_the_same_bytes() -> None:
    sheets = [sheet("ar", name=ARABIC), sheet("ti")]
    assert print_sheets(sheets, SheetKind.LEFT) == print_sheets(sheets, SheetKind.LEFT)
