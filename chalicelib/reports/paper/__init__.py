"""Figures on paper: as they are kept, as a spreadsheet takes them, and as a council reads them."""

from chalicelib.reports.paper.sheets import pack, tables_csv, unpack
from chalicelib.reports.paper.yearpack import year_pack

__all__ = ["pack", "tables_csv", "unpack", "year_pack"]
