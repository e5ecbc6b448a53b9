"""The workbook as LibreOffice prints it, and the statement as poppler draws it: whole, on A4, with nothing cut off."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.settlement.pictures import drawn, month, printed, statement
from tests.settlement.test_workbook import workbook

A4 = (595, 842)
needs_poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler-utils")


@needs_poppler
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs libreoffice-calc")
def test_libreoffice_prints_the_workbook_on_a4_with_a_heading_on_every_page_and_no_column_too_narrow(
    tmp_path: Path,
) -> None:
    pdf = printed(workbook(month()), tmp_path)
    pages = PdfReader(pdf).pages
    assert {(round(float(page.mediabox.height)), round(float(page.mediabox.width))) for page in pages} == {A4}
    said = [page.extract_text() for page in pages]
    assert not [text for text in said if "###" in text]  # what LibreOffice shows for a number without room
    assert all("Finansiering" in text and "2026-11" in text for text in said)  # the heading, and the month under it
    assert any("100.01" in text.replace(",", ".") and "Førpremiære" in text for text in said)
    insist_on_ink(drawn(pdf), len(pages))


@needs_poppler
def test_the_statement_is_drawn_on_a4_with_its_reference_and_sums(tmp_path: Path) -> None:
    pdf = tmp_path / "statement.pdf"
    pdf.write_bytes(statement())
    pages = PdfReader(pdf).pages
    said = "\n".join(page.extract_text() for page in pages)
    assert "3222-202611-0002B" in said
    assert "Til utbetaling" in said
    insist_on_ink(drawn(pdf), len(pages))


def insist_on_ink(pictures: list[Path], pages: int) -> None:
    """Every page says something, and nothing of it runs into the edge of the paper."""
    assert len(pictures) == pages
    for each in pictures:
        with Image.open(each) as picture:
            grey = picture.convert("L")
        inked = grey.point(lambda shade: 255 if shade < 200 else 0).getbbox()  # dark enough to be read
        assert inked is not None
        left, top, right, bottom = inked
        assert min(left, top, grey.width - right, grey.height - bottom) > 0, each.name
