"""The workbook and a statement as pictures: `python -m tests.settlement.pictures` writes them to build/settlement.

The workbook is opened and printed by LibreOffice (Debian: libreoffice-calc), both are drawn by poppler (poppler-utils).
"""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from chalicelib.settlement import paper
from chalicelib.settlement.rules import Line, LineType, explained_of, settle, statement_of, tally_of
from chalicelib.shared.ids import VisitId
from chalicelib.shared.money import Ore
from tests.settlement.test_workbook import BOOK, KINO, LINES, STOOD, TERMS, workbook

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 240


def month() -> list[Line]:
    """Give a month with every kind of line, and enough days for a second page."""
    days = [
        Line(LineType.VISIT, VisitId(f"x{number:03}"), "2026-11",
             replace(TERMS, date=date(2026, 11, 1) + timedelta(days=number % 30), persons=1 + number % 2), Ore(10_001))
        for number in range(60)
    ]  # fmt: skip
    return [*LINES, *days]


def statement() -> bytes:
    """Draw the cinema's statement of that month."""
    counted = tally_of([each for each in month() if each.terms.venue == KINO], "2026-11")
    (account,) = settle(BOOK, {KINO: counted.tally}, ())
    told = statement_of(BOOK, account, counted.tally, explained=explained_of(counted, STOOD))
    return paper.statement_pdf(told)


def printed(content: bytes, folder: Path) -> Path:
    """Let LibreOffice open a workbook and print it to a PDF."""
    book = folder / "workbook.xlsx"
    book.write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "pdf",
               "--outdir", str(folder), str(book)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603  our own words
    return book.with_suffix(".pdf")


def drawn(pdf: Path) -> list[Path]:
    """Draw each page of a PDF as a picture beside it."""
    command = ["pdftoppm", "-r", "60", "-png", str(pdf), str(pdf.with_suffix(""))]
    subprocess.run(command, check=True, timeout=_SECONDS)  # noqa: S603  our own words
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))


def main() -> None:
    """Write them all; the folder is git's to ignore."""
    folder = ROOT / "build" / "settlement"
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "statement.pdf"
    told.write_bytes(statement())
    for picture in (*drawn(printed(workbook(month()), folder)), *drawn(told)):
        sys.stdout.write(f"{picture.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
