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
from chalicelib.settlement.paper.sheets import LINES_HEADER, SUMMARY_HEADER, LinesCsv, summary_csv

__all__ = [
    "LINES_HEADER",
    "SUMMARY_HEADER",
    "LinesCsv",
    "pack_accounts",
    "pack_book",
    "pack_counted",
    "pack_lines",
    "summary_csv",
    "unpack_accounts",
    "unpack_book",
    "unpack_counted",
    "unpack_lines",
    "unpack_settled",
]
