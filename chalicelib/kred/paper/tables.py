"""What TimeKred gives as spreadsheets: UTF-8 with a mark, semicolons, headers in Norwegian."""

import csv
import io
from collections.abc import Iterable

from chalicelib.kred.rules.sums import Netting
from chalicelib.kred.rules.years import YearLine

_UTF8_MARK = "\ufeff"


def year_csv(lines: Iterable[YearLine]) -> bytes:
    """Write what each person earned with each organisation in a year."""
    header = ("aar", "organisasjon", "medlem", "navn", "antall", "minutter", "timer_til_stede", "over_merket")
    rows = (
        (each.year, each.organisation, each.member, each.name or "", each.awards, each.minutes,
         f"{each.present / 60:.2f}".replace(".", ","), "ja" if each.over else "nei")
        for each in lines
    )  # fmt: skip
    return _table(header, rows)


def netting_csv(lines: Iterable[Netting]) -> bytes:
    """Write what stands between currencies."""
    header = ("valuta", "motpart", "maaned", "tatt_imot", "brukt_hos_motpart", "motpart_skylder", "grense", "oppgjort")
    rows = (
        (each.currency, each.other, each.month or "alle", each.taken, each.given, each.owed, each.limit, each.settled)
        for each in lines
    )  # fmt: skip
    return _table(header, rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return (_UTF8_MARK + text.getvalue()).encode()


def _plain(cell: object) -> object:
    """Give a cell that no spreadsheet takes for a formula: a member chose their own name."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
