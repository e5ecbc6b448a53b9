"""Figures on paper: as they are kept, as a spreadsheet takes them, and as a council reads them."""

from chalicelib.reports.paper.sheets import pack, tables_csv, unpack

__all__ = ["pack", "tables_csv", "unpack"]
