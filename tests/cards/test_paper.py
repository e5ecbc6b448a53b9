"""The printed card, measured on the paper it comes out on."""

import base64
import hashlib
import io
import os
import re
import subprocess
import sys
import time
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops
from pypdf import PageObject, PdfReader

from chalicelib import press
from chalicelib.cards.paper import print_cards
from chalicelib.cards.rules import BackLine, Look, PrintJob, back_lines
from chalicelib.credentials.rules import Companion
from chalicelib.shared.answers import RuleError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardNumber, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.venues.rules import (
    Agreement,
    Configuration,
    Municipality,
    Offer,
    SettleBy,
    Venue,
    VenueKind,
    own_quota,
)

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = ProgrammeId("kort")
LINES = (BackLine("Prøve kino", 5), BackLine("Prøve bad", 3), BackLine("Museet på prøve", None))
NAME_BAND = (0, 255, 1011, 360)  # where the name stands on a front, in dots
ARABIC, TIGRINYA = "اسم تجريبي", "ስም ፈተነ"


def image(colour: str, size: tuple[int, int] = (200, 200)) -> bytes:
    """Draw a plain picture as PNG."""
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


WHITE, BLACK = ((255, 255),) * 3, ((0, 0),) * 3  # the extremes of each colour in an area of one
PLAIN = Look("nb", "Prøve kommune")
FULL = Look(
    "nb", "Prøve kommune", image("red"), {PROGRAMME: image("blue")}, (image("green"), image("purple", (300, 99)))
)


def job(which: int = 1, host: str = "KORT.PROVE.KOMMUNE.NO", **facts: Any) -> PrintJob:
    """Give a card with a token as long as a real one."""
    random = hashlib.sha512(f"{which}".encode()).digest() + hashlib.sha256(f"{which}".encode()).digest()
    token = base64.b32encode(random[:78]).decode().rstrip("=")
    number = CardNumber(f"{123456780000 + which}")
    standing = PrintJob(
        number, f"HTTPS://{host}/K#{token}", PROGRAMME, "Opplevelseskortet", date(2027, 1, 1), date(2027, 12, 31), LINES
    )
    return replace(standing, name=f"Testbarn {which}", **facts) if "name" not in facts else replace(standing, **facts)


def cr80(card: PrintJob, look: Look = PLAIN) -> PdfReader:
    return PdfReader(io.BytesIO(print_cards([card], look, layout="cr80")))


def rasters(pdf: bytes, folder: Path) -> list[Image.Image]:
    """Print in colour at 300 dpi as a printer would, with poppler (in Debian and Homebrew: poppler-utils, poppler)."""
    (folder / "cards.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "300", "-png", "cards.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)  # noqa: S603  our own words only
    return [Image.open(page).convert("RGB") for page in sorted(folder.glob("page*.png"))]


def boxes(page: PageObject) -> int:
    """Count the empty squares drawn on a page."""
    contents = page.get_contents()
    assert contents is not None
    return len(re.findall(rb" re S\b", contents.get_data()))


# The front.


@pytest.mark.parametrize("host", ["KORT.NO", "KORT.PROVE.KOMMUNE.NO", "OPPLEVELSESKORT.PROVEFYLKE.KOMMUNE.NO"])
def test_the_code_is_read_back_from_the_paper_letter_for_letter(host: str, tmp_path: Path) -> None:
    card = job(host=host)
    front, back = rasters(print_cards([card], FULL, layout="cr80"), tmp_path)
    assert [code.text for code in zxingcpp.read_barcodes(front)] == [card.url]
    assert zxingcpp.read_barcodes(back) == []


def test_the_page_is_a_bank_card_to_a_fraction_of_a_millimetre() -> None:
    for page in cr80(job()).pages:
        width, height = float(page.mediabox.width) / 72 * 25.4, float(page.mediabox.height) / 72 * 25.4
        assert 85.47 <= width <= 85.72  # ISO/IEC 7810, ID-1
        assert 53.92 <= height <= 54.03


def test_each_module_of_the_code_is_five_whole_dots_with_four_modules_of_white_around(tmp_path: Path) -> None:
    front = rasters(print_cards([job()], FULL, layout="cr80"), tmp_path)[0]
    position = zxingcpp.read_barcodes(front)[0].position
    near = (position.top_left.x, position.top_left.y)
    left, top = (
        next(place for place in range(value - 8, value + 9) if dark(front, place, near, axis))
        for axis, value in enumerate(near)
    )
    modules = 45  # version 7
    right, bottom = left + modules * 5, top + modules * 5
    for x in range(left, right, 5):
        for y in range(top, bottom, 5):
            module = front.crop((x, y, x + 5, y + 5))
            assert module.getextrema() in {BLACK, WHITE}, (x, y)
    for side in (
        (left - 20, top - 20, right + 20, top), (left - 20, bottom, right + 20, bottom + 20),
        (left - 20, top, left, bottom), (right, top, right + 20, bottom),
    ):  # fmt: skip
        assert front.crop(side).getextrema() == WHITE


def dark(picture: Image.Image, place: int, near: tuple[int, int], axis: int) -> bool:
    """Say whether the code has begun at a column (axis 0) or row (axis 1), some dots into the corner square."""
    inside = (place, near[1] + 12) if axis == 0 else (near[0] + 12, place)
    return picture.getpixel(inside) == (0, 0, 0)


def test_the_front_bears_all_six_things_a_card_must_bear() -> None:
    front = cr80(job(name="Testbarn Én"), FULL).pages[0]
    text = front.extract_text()
    assert "1234 5678 0001" in text
    assert "Testbarn Én" in text
    assert "01.01.2027–31.12.2027" in text  # noqa: RUF001  an en dash
    assert "Opplevelseskortet" in text
    assert "Prøve kommune" in text
    assert len(front.images) == 4  # the programme's logo, the coat of arms, two venues


def test_every_image_shows_in_its_own_colours_and_shape(tmp_path: Path) -> None:
    front = rasters(print_cards([job()], FULL, layout="cr80"), tmp_path)[0]
    pixels = front.getcolors(1_000_000) or []
    shapes = {
        colour: sum(count for count, value in pixels if all(abs(value[part] - colour[part]) < 4 for part in range(3)))
        for colour in ((255, 0, 0), (0, 0, 255), (0, 128, 0), (128, 0, 128))
    }
    assert all(count > 3000 for count in shapes.values()), shapes
    assert 2.8 < shapes[128, 0, 128] / shapes[0, 128, 0] < 3.3  # 300 by 99 beside a square of the same height


def test_a_programme_with_a_long_name_has_it_on_two_lines() -> None:
    front = cr80(job(title="Opplevelseskortet for barn og unge i Prøve kommune"), FULL).pages[0]
    text = " ".join(front.extract_text().split())
    assert "Opplevelseskortet for barn og unge i Prøve kommune" in text
    assert "…" not in text


def test_a_card_without_logos_is_a_whole_card(tmp_path: Path) -> None:
    card = job()
    front = rasters(print_cards([card], PLAIN, layout="cr80"), tmp_path)[0]
    assert zxingcpp.read_barcodes(front)[0].text == card.url
    assert not cr80(card).pages[0].images


def test_a_card_from_the_drawer_has_a_line_for_the_name() -> None:
    text = cr80(job(name=None)).pages[0].extract_text()
    assert "Navn" in text
    assert "Testbarn" not in text


@pytest.mark.parametrize(
    "name",
    [
        "Prøvebarn Med-Et-Veldig-Langt Navn Over To Linjer Altså",
        "W" * 80,  # the longest that the door lets in, in the widest letter, without a space
        "Å " * 40,
        "ስም ፈተነ " * 10,
    ],
)
def test_a_long_name_shrinks_or_takes_two_lines_and_stays_off_the_edge_and_the_code(name: str, tmp_path: Path) -> None:
    card = job(name=name)
    with_name = rasters(print_cards([card], FULL, layout="cr80"), tmp_path)[0]
    assert zxingcpp.read_barcodes(with_name)[0].text == card.url
    margin = with_name.crop((1011 - 45, 260, 1011, 350))
    assert margin.getextrema() == WHITE
    ink = ImageChops.invert(with_name.crop(NAME_BAND)).getbbox()
    assert ink is not None
    assert ink[0] >= 45
    assert ink[2] - ink[0] > 500  # and it fills its room


def test_a_name_is_drawn_in_black_of_its_own_letters_and_no_empty_boxes(tmp_path: Path) -> None:
    for name in ("Testbarn Én", TIGRINYA, "Тестова Дитина", "Dziecko Próbne Łą", "Tên Thử Nghiệm"):
        text = cr80(job(name=name)).pages[0].extract_text()
        assert unicodedata.normalize("NFC", name) in unicodedata.normalize("NFC", text)
    assert name_ink("Testbarn Én", tmp_path) != name_ink("Testbarn En", tmp_path)


def name_ink(name: str, folder: Path) -> bytes:
    """Give the picture of the name alone."""
    own = folder / hashlib.sha256(name.encode()).hexdigest()[:8]
    own.mkdir(exist_ok=True)
    return rasters(print_cards([job(name=name)], PLAIN, layout="cr80"), own)[0].crop(NAME_BAND).tobytes()


def width_of(name: str, folder: Path) -> int:
    """Give how many dots a name is wide on paper."""
    picture = Image.frombytes("RGB", (NAME_BAND[2], NAME_BAND[3] - NAME_BAND[1]), name_ink(name, folder))
    ink = ImageChops.invert(picture).getbbox()
    assert ink is not None
    return ink[2] - ink[0]


def test_arabic_letters_join(tmp_path: Path) -> None:
    # The sign between them forbids joining and has no width: unshaped, both would look the same.
    together, apart = "ببب", "ب\u200cب\u200cب"
    assert width_of(together, tmp_path) < width_of(apart, tmp_path) * 0.8


def test_arabic_runs_from_the_right(tmp_path: Path) -> None:
    picture = Image.frombytes("RGB", (NAME_BAND[2], NAME_BAND[3] - NAME_BAND[1]), name_ink("اب", tmp_path))
    ink = ImageChops.invert(picture)
    columns = [ink.crop((x, 0, x + 1, ink.height)).getbbox() is not None for x in range(ink.width)]
    groups = [len(group) for group in re.findall("1+", "".join("01"[column] for column in columns))]
    first, last = groups[0], groups[-1]
    assert last < first / 2  # alef, the first letter, is the thin one at the right


def test_all_letters_of_an_arabic_name_are_there() -> None:
    text = unicodedata.normalize("NFKC", cr80(job(name=ARABIC)).pages[0].extract_text())
    assert any(sorted(line.split()) and set(ARABIC.replace(" ", "")) <= set(line) for line in text.splitlines())


def test_a_name_in_two_scripts_is_drawn_in_both() -> None:
    text = unicodedata.normalize("NFKC", cr80(job(name=f"Test {ARABIC}")).pages[0].extract_text())
    assert "Test" in text
    assert set(ARABIC.replace(" ", "")) <= set(text)


def test_letters_that_no_font_here_has_are_refused_by_row_and_never_printed_as_boxes() -> None:
    cards = [job(1), job(2, name="试验"), job(3, name="Test 🎈")]
    with pytest.raises(RuleError) as refused:
        print_cards(cards, PLAIN, layout="a4")
    assert refused.value.code == "letters_not_printable"
    assert [fault.path for fault in refused.value.fields] == ["cards[1].name", "cards[2].name"]
    assert "试" not in str(refused.value) + repr(refused.value.fields) + refused.value.detail


def test_what_a_form_drags_along_with_a_name_is_left_out() -> None:
    text = cr80(job(name=" Testbarn\u0000\n\t E\u0301n\u200b ")).pages[0].extract_text()
    assert "Testbarn Én" in text


# The back.


def test_the_back_has_one_box_for_each_allowed_visit_and_the_word_where_entry_is_free() -> None:
    back = cr80(job()).pages[1]
    assert boxes(back) == 8
    text = back.extract_text()
    for place in ("Prøve kino", "Prøve bad", "Museet på prøve", "Fri inngang", "Opplevelseskortet"):
        assert place in text


@pytest.mark.parametrize(
    ("language", "free", "rule"),
    [
        (
            "nb", "Fri inngang",
            "Kortet er personlig, du kan ta med én venn eller ledsager, og hvert besøk gir ett kryss.",
        ),
        (
            "nn", "Fri inngang",
            "Kortet er personleg, du kan ta med éin ven eller følgjesvein, og kvart besøk gir eitt kryss.",
        ),
        (
            "en", "Free entry",
            "This card is personal, you may bring one friend or companion, and each visit takes one tick.",
        ),
        ("so", "Fri inngang", "Kortet er personlig"),  # not translated: printed in bokmål
    ],
)  # fmt: skip
def test_the_card_speaks_its_language_and_says_the_rule_in_one_sentence(language: str, free: str, rule: str) -> None:
    text = " ".join(cr80(job(), replace(PLAIN, language=language)).pages[1].extract_text().split())
    assert free in text
    assert rule in text


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"companion": Companion.NONE}, "Kortet er personlig, og hvert besøk gir ett kryss."),
        ({"persons_max": 1}, "Kortet er personlig, og hvert besøk gir ett kryss."),
        ({"companion": Companion.ADULT}, "du kan ta med én voksen, og"),
        ({"persons_max": 4}, "du kan ta med opptil 3 andre, og"),
        ({"persons_max": 4, "companion": Companion.ADULT}, "opptil 3 voksne, og"),
        ({"each_person_counts": True}, "og hver person gir ett kryss."),
        ({"lines": LINES[2:]}, "Kortet er personlig, og du kan ta med én venn eller ledsager."),  # nothing to tick
        ({"lines": LINES[2:], "companion": Companion.NONE}, "Kortet er personlig."),
    ],
)
def test_the_sentence_says_what_this_programme_allows(facts: dict[str, Any], rule: str) -> None:
    text = " ".join(cr80(job(**facts)).pages[1].extract_text().split())
    assert rule in text


def test_an_allowance_that_starts_afresh_each_month_is_written_out() -> None:
    back = cr80(job(lines=(BackLine("Treningssenter", 4, Period.MONTH),))).pages[1]
    assert boxes(back) == 0
    assert "4 i måneden" in back.extract_text()


@pytest.mark.parametrize("visits", [1, 5, 12, 24, 40])
def test_many_visits_get_as_many_boxes_on_more_rows(visits: int) -> None:
    assert boxes(cr80(job(lines=(BackLine("Prøve kino", visits), *LINES[1:]))).pages[1]) == visits + 3


@pytest.mark.parametrize("places", [1, 6, 9, 14, 18])
def test_a_full_programme_fits_with_all_its_venues(places: int) -> None:
    back = cr80(job(lines=tuple(BackLine(f"Sted {place:02}", 5) for place in range(places)))).pages[1]
    assert boxes(back) == 5 * places
    text = back.extract_text()
    assert all(f"Sted {place:02}" in text for place in range(places))


def test_what_does_not_fit_is_counted_and_the_code_is_pointed_to() -> None:
    back = cr80(job(lines=tuple(BackLine(f"Sted {place:02}", 5) for place in range(60)))).pages[1]
    text = back.extract_text()
    shown = len(re.findall(r"Sted \d\d", text))
    assert 18 <= shown < 60
    assert boxes(back) == 5 * shown
    assert f"+ {60 - shown} til: skann koden på forsiden" in text


def test_a_card_without_any_venue_yet_can_be_printed() -> None:
    assert boxes(cr80(job(lines=())).pages[1]) == 0


def test_a_venue_with_a_name_too_long_keeps_its_beginning_and_its_boxes() -> None:
    back = cr80(job(lines=(BackLine("Badeland " + "med et svært langt navn " * 6, 10),))).pages[1]
    assert "Badeland med et svært" in back.extract_text()
    assert "…" in back.extract_text()
    assert boxes(back) == 10


def test_nothing_on_the_card_tells_why_the_child_has_it() -> None:
    for language in ("nb", "nn", "en"):
        text = " ".join(page.extract_text() for page in cr80(job(), replace(FULL, language=language)).pages).lower()
        assert not re.search(r"\bnav\b|sosial|social|inntekt|income|fattig|poor|stønad|støtte", text)


# The sheet.


@pytest.fixture(scope="module")
def sheet() -> bytes:
    """Print 13 cards, each with a back of its own."""
    cards = [job(which, lines=(BackLine(f"Bak {which:02}", 5),)) for which in range(13)]
    return print_cards(cards, FULL, layout="a4")


def places(page: PageObject, pattern: str) -> dict[str, tuple[float, float]]:
    """Find where texts stand on a page, in mm from its lower left corner."""
    found: dict[str, tuple[float, float]] = {}

    def visit(text: str, _: Any, matrix: Any, *__: Any) -> None:
        for name in re.findall(pattern, text):
            found[name] = (matrix[4] / 72 * 25.4, matrix[5] / 72 * 25.4)

    page.extract_text(visitor_text=visit)
    return found


def test_ten_cards_go_to_a_sheet_and_the_rest_to_the_next(sheet: bytes) -> None:
    pages = PdfReader(io.BytesIO(sheet)).pages
    assert len(pages) == 4
    assert [len(re.findall(r"Testbarn \d", page.extract_text())) for page in pages] == [10, 0, 3, 0]
    assert [len(re.findall(r"Bak \d\d", page.extract_text())) for page in pages] == [0, 10, 0, 3]
    assert all(abs(float(page.mediabox.width) - 595.28) < 0.5 for page in pages)
    assert all(abs(float(page.mediabox.height) - 841.89) < 0.5 for page in pages)


def test_every_back_lies_behind_its_front_when_the_sheet_is_turned_along_its_long_edge(sheet: bytes) -> None:
    fronts, backs, last_fronts, last_backs = PdfReader(io.BytesIO(sheet)).pages
    for front, back, count in ((fronts, backs, 10), (last_fronts, last_backs, 3)):
        names = list(places(front, r"Testbarn \d+").items())
        behind = list(places(back, r"Bak \d\d").items())
        assert len(names) == len(behind) == count
        for (name, (x, y)), (under, (mirrored_x, back_y)) in zip(
            sorted_by_number(names), sorted_by_number(behind), strict=True
        ):
            assert int(name.split()[1]) == int(under.split()[1])
            # Both texts start at the card's left margin: turned over, the card's right edge is where its left was.
            assert abs((210 - x) - (mirrored_x + 85.6 - 2 * 4.2)) < 0.3
            assert abs(y - back_y) < 54 / 2


def sorted_by_number(found: list[tuple[str, tuple[float, float]]]) -> list[tuple[str, tuple[float, float]]]:
    return sorted(found, key=lambda each: int(each[0].split()[1]))


def test_every_code_of_a_sheet_is_read_from_the_paper(sheet: bytes, tmp_path: Path) -> None:
    pages = rasters(sheet, tmp_path)
    read = [{code.text for code in zxingcpp.read_barcodes(page)} for page in pages]
    assert read[0] == {job(which).url for which in range(10)}
    assert read[2] == {job(which).url for which in range(10, 13)}


def test_cut_marks_stand_at_every_edge_and_never_on_a_card(sheet: bytes) -> None:
    for page in PdfReader(io.BytesIO(sheet)).pages:
        contents = page.get_contents()
        assert contents is not None
        lines = re.findall(rb"([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l S", contents.get_data())
        assert len(lines) == 2 * 4 + 2 * 10  # two columns have four edges, five rows have ten
        for line in lines:
            x, y, to_x, to_y = (float(part) / 72 * 25.4 for part in line)
            outside_across = max(x, to_x) < 15.4 or min(x, to_x) > 210 - 15.4
            outside_along = max(y, to_y) < 9.5 or min(y, to_y) > 297 - 9.5
            assert outside_across or outside_along


def test_the_printer_is_asked_not_to_shrink_and_to_turn_along_the_long_edge(sheet: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(sheet)).trailer["/Root"]
    assert root["/ViewerPreferences"]["/PrintScaling"] == "/None"
    assert root["/ViewerPreferences"]["/Duplex"] == "/DuplexFlipLongEdge"


# The file.


def test_the_file_says_nothing_of_whose_cards_it_holds() -> None:
    pdf = print_cards([job(name="Testbarn Hemmelig")], FULL, layout="cr80")
    reader = PdfReader(io.BytesIO(pdf))
    assert set(reader.metadata or {}) == {"/CreationDate", "/Producer"}
    assert reader.xmp_metadata is None
    assert b"Hemmelig" not in pdf
    assert "Hemmelig".encode("utf-16-be") not in pdf
    assert b"123456780001" not in pdf


def test_the_same_cards_give_the_same_bytes_in_any_process() -> None:
    code = (
        "import hashlib, importlib.util, sys;"
        f"spec = importlib.util.spec_from_file_location('cards_on_paper', {__file__!r});"
        "tests = importlib.util.module_from_spec(spec); spec.loader.exec_module(tests);"
        "jobs = [tests.job(1), tests.job(2, name=tests.ARABIC), tests.job(3, name=tests.TIGRINYA)];"
        "print(hashlib.sha256(tests.print_cards(jobs, tests.FULL, layout='a4')).hexdigest())"
    )
    seen = {
        subprocess.run(  # noqa: S603  this interpreter and our own words
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1


def test_the_file_bears_the_date_it_is_told() -> None:
    made = datetime(2027, 3, 1, 12, tzinfo=UTC)
    metadata = PdfReader(io.BytesIO(print_cards([job()], PLAIN, layout="cr80", made=made))).metadata
    assert metadata is not None
    assert metadata.creation_date == made


@pytest.mark.parametrize("broken", [b"", b"<svg/>", b"GIF89a", image("red")[:60]])
def test_an_image_that_cannot_be_read_is_named_and_nothing_is_printed(broken: bytes) -> None:
    with pytest.raises(RuleError) as refused:
        print_cards([job()], replace(PLAIN, coat_of_arms=broken), layout="a4")
    assert [fault.path for fault in refused.value.fields] == ["coat_of_arms"]


def test_a_huge_image_does_not_make_a_huge_file() -> None:
    noise = Image.effect_noise((1600, 1600), 90).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    assert len(print_cards([job()], replace(PLAIN, coat_of_arms=written.getvalue()), layout="cr80")) < 1_200_000


def test_a_programme_with_its_own_logo_does_not_lend_it_to_another() -> None:
    assert len(cr80(job(programme=ProgrammeId("annet")), FULL).pages[0].images) == 3


def test_five_hundred_cards_are_printed_while_someone_waits() -> None:
    cards = [job(which, name=ARABIC if which % 10 == 0 else f"Testbarn {which}") for which in range(500)]
    began = time.process_time()
    pdf = print_cards(cards, FULL, layout="a4")
    assert time.process_time() - began < 15
    assert len(pdf) < 500 * 6_000


def test_the_fonts_are_small_and_carry_their_licence() -> None:
    folder = Path(press.__file__).parent / "fonts"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 1_500_000
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()


# What the lines of the back are made of.


def configured(*agreements: Agreement) -> Configuration:
    venues = [
        Venue(VenueId(venue), name, VenueKind.PRIVATE, SettleBy.NONE)
        for venue, name in (("kino", "Prøve kino"), ("bad", "Aura bad"))
    ]
    offers = [
        Offer(VenueId("kino"), OfferId("film"), {"nb": "Film", "en": "Films"}),
        Offer(VenueId("kino"), OfferId("konsert"), {"nb": "Konsert"}),
        Offer(VenueId("bad"), OfferId("film"), {"nb": "Svømming"}),
    ]
    return Configuration(
        Municipality(Tenant("prove"), 3222, "Prøve"), {}, {venue.id: venue for venue in venues},
        {(offer.venue, offer.id): offer for offer in offers}, agreements,
    )  # fmt: skip


def terms(venue: str, offer: str, limit: int | None, quota: str | None = None, **facts: Any) -> Agreement:
    named = (VenueId(venue), OfferId(offer))
    standing = Agreement(
        PROGRAMME, *named, date(2027, 1, 1), date(2027, 12, 31), limit, quota or own_quota(*named)
    )  # fmt: skip
    return replace(standing, **facts)


def test_a_venue_with_one_offer_stands_by_its_name_alone_in_the_order_of_the_alphabet() -> None:
    found = back_lines(
        configured(terms("kino", "film", 5), terms("bad", "film", None)), PROGRAMME, date(2027, 1, 1), "nb"
    )
    assert found == (BackLine("Aura bad", None), BackLine("Prøve kino", 5))


def test_a_venue_with_two_allowances_names_what_each_is_for() -> None:
    found = back_lines(
        configured(terms("kino", "film", 5), terms("kino", "konsert", 2)), PROGRAMME, date(2027, 1, 1), "en"
    )
    assert found == (BackLine("Prøve kino: Films", 5), BackLine("Prøve kino: Konsert", 2))


def test_offers_that_share_an_allowance_share_a_line_and_its_boxes() -> None:
    shared = [terms("kino", "film", 6, "kultur"), terms("bad", "film", 6, "kultur")]
    assert back_lines(configured(*shared), PROGRAMME, date(2027, 1, 1), "nb") == (BackLine("Aura bad, Prøve kino", 6),)


def test_terms_of_another_programme_or_time_are_not_on_the_card() -> None:
    others = [
        terms("kino", "film", 5, programme=ProgrammeId("annet")),
        terms("kino", "konsert", 5, starts=date(2027, 2, 1)),
        terms("bad", "film", 5, until=date(2026, 12, 31), starts=date(2026, 1, 1)),
    ]
    assert back_lines(configured(*others), PROGRAMME, date(2027, 1, 1), "nb") == ()
