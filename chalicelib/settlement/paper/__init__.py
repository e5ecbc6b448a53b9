"""A month on paper: the basis that everything is made from, and the files that a finance officer opens."""

from chalicelib.settlement.paper.basis import (
    pack_accounts,
    pack_book,
    pack_counted,
    pack_lines,
    unpack_accounts,
    unpack_book,
    unpack_counted,
    unpack_lines,
    unpack_settled,
)
from chalicelib.settlement.paper.gl07 import gl07_txt
from chalicelib.settlement.paper.pain001 import pain001_xml
from chalicelib.settlement.paper.sheets import LINES_HEADER, SUMMARY_HEADER, LinesCsv, summary_csv
from chalicelib.settlement.paper.statements import statement_pdf, statements_pdf, statements_zip
from chalicelib.settlement.paper.workbook import Workbook

__all__ = [
    "LINES_HEADER",
    "SUMMARY_HEADER",
    "LinesCsv",
    "Workbook",
    "gl07_txt",
    "pack_accounts",
    "pack_book",
    "pack_counted",
    "pack_lines",
    "pain001_xml",
    "statement_pdf",
    "statements_pdf",
    "statements_zip",
    "summary_csv",
    "unpack_accounts",
    "unpack_book",
    "unpack_counted",
    "unpack_lines",
    "unpack_settled",
]
