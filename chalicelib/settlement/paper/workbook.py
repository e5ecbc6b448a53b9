"""workbook.xlsx: summary, lines, corrections and funding, with real numbers and dates, written as a stream.

A month may have a million lines, so nothing is held but texts that repeat. The file is the few parts of SpreadsheetML
(ECMA-376) that a finance office uses: a frozen header, an automatic filter, A4 lying down, titles on every page.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import RawIOBase
from typing import IO, Any, Final, cast
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from chalicelib.settlement.paper.sheets import ALIKE, MASK
from chalicelib.settlement.paper.words import KINDS, ROUNDING, TREATED, WAYS, remark
from chalicelib.settlement.rules import Book, Explained, Line, LineType, Summed, Totals
from chalicelib.shared.ids import OfferId, VenueId, VisitId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

_MOST_ROWS: Final = 1_048_576  # of a sheet
_AT_A_TIME: Final = 400
_BUFFER: Final = 1 << 16
_REMEMBERED: Final = 8192
_ROW: Final = "\0"  # no text of a cell has it
_PLAIN, _HEAD, _MONEY, _DAY, _BOLD, _BOLD_MONEY, _NOTE, _RIGHT, _WRAPPED, _INDENTED, _IN = range(11)
_RULED: Final = f' s="{_BOLD}">'  # an empty cell under the line over a sum
_EPOCH: Final = date(1899, 12, 30)
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TIES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what its header says, and how wide it is in characters."""

    says: str
    wide: float
    head: int = _HEAD  # its header stands as its cells do: to the left, to the right, or a little in


LINE_COLUMNS: Final = tuple(
    Column(*each)
    for each in (
        ("Oppgjør", 9), ("Brukersted", 22), ("Org.nr.", 11), ("Tilbud", 20), ("Dato", 11, _RIGHT), ("Kort", 14, _IN),
        ("Personer", 10, _RIGHT), ("Pris", 10, _RIGHT), ("Egenandel", 11, _RIGHT), ("Refusjon prosent", 10, _RIGHT),
        ("Beløp", 11, _RIGHT), ("Mva", 6, _IN), ("Avtale", 12), ("Finansiering", 13), ("Måte", 13), ("Type", 15),
        ("Korrigerer", 36), ("Besøk", 36),
    )
)  # fmt: skip
SUMMARY_COLUMNS: Final = tuple(
    Column(*each)
    for each in (
        ("Brukersted", 24), ("Måte", 13), ("Finansiering", 13), ("Besøksår", 10, _RIGHT), ("Besøk", 7, _RIGHT),
        ("Personer", 9, _RIGHT), ("Beløp", 12, _RIGHT), ("Korreksjoner", 13, _RIGHT), ("Justeringer", 12, _RIGHT),
        ("Til oppgjør", 12, _RIGHT), ("Overført inn", 10, _RIGHT), ("Oppgjort nå", 12, _RIGHT),
        ("Overført ut", 10, _RIGHT), ("Referanse", 19, _IN), ("Merknad", 26, _IN), ("Oppgjør", 9), ("Org.nr.", 11),
        ("Brutto", 12, _RIGHT), ("Egenandel", 11, _RIGHT), ("Behandling", 22, _IN),
    )
)  # fmt: skip
FUNDING_COLUMNS: Final = tuple(
    Column(*each)
    for each in (
        ("Oppgjør", 9), ("Finansiering", 26), ("Besøksår", 9, _RIGHT), ("Linjer", 15, _RIGHT),
        ("Oppgjort nå", 15, _RIGHT),
    )
)  # fmt: skip
# What was taken back or adjusted, with what the office says of an adjustment.
CORRECTION_COLUMNS: Final = (
    *LINE_COLUMNS[:16],
    *(Column(*each) for each in (("Dagen var", 11, _RIGHT), ("Dagen blir", 11, _RIGHT), ("Begrunnelse", 34, _IN))),
    *LINE_COLUMNS[16:],
)
_CARD_AT, _PERSONS_AT, _IDS_FROM = 5, 6, 16
_REASONED: Final = 3  # columns
# On paper the ids of visits are left out: nobody types them, and they would make everything else too small to read.
_PRINTED_OF_LINES: Final = 16
_PRINTED_OF_CORRECTIONS: Final = _PRINTED_OF_LINES + _REASONED
# Neither are the month, which is under every page, and what the lines say: the rest must be read without a glass.
_PRINTED_OF_SUMMARY: Final = 15
_UNDER_SUMMARY: Final = 3  # rows: the sum, an empty one, how it is rounded


class Workbook:
    """The workbook, a line at a time; what has no room in a sheet stands in a further one."""

    def __init__(  # noqa: PLR0913  a workbook is made from as much
        self,
        book: Book,
        write: Callable[[bytes], object],
        summed: Sequence[Summed],
        totals: Totals,
        funding: dict[tuple[str | None, int], tuple[Ore, Ore]],
        *,
        explained: Mapping[VisitId, Explained] | None = None,
        most_rows: int = _MOST_ROWS,
    ) -> None:
        self._book, self._summed, self._totals, self._funding = book, summed, totals, funding
        self._explained, self._most_rows = explained or {}, most_rows
        self._zip = ZipFile(cast("IO[bytes]", _Forward(write)), "w", ZIP_DEFLATED, compresslevel=1)
        self._strings = _Strings()
        # Most of a line stands on many others too, and is written once for all of them.
        self._front, self._middle = lru_cache(_REMEMBERED)(self._fronted), lru_cache(_REMEMBERED)(self._middled)
        self._corrections = _Aside()
        self._corrected = _Sheet(CORRECTION_COLUMNS, self._corrections.write, self._strings, self._book.month)
        self._lines: list[_Sheet] = []
        self._part: IO[bytes] | None = None
        self._turn()

    def line(self, line: Line) -> None:
        """Take the next line."""
        sheet = self._lines[-1]
        if sheet.rows >= self._most_rows:
            self._turn()
            sheet = self._lines[-1]
        terms = line.terms
        row = (
            f"{self._front(terms.venue, terms.offer, terms.date)}{_masked(terms.last3)}"
            f"{self._middle(line.amount, line.type, *ALIKE(terms))}"
        )
        ids = _said(line.corrects), _said(line.visit)
        sheet.put(row + _placed(ids, _IDS_FROM))
        if line.type in {LineType.CORRECTION, LineType.ADJUSTMENT}:
            self._corrected.put(row + _placed((*self._reasoned(line), *ids), _IDS_FROM))

    def _reasoned(self, line: Line) -> tuple[str, str, str]:
        told = self._explained.get(line.visit) if line.type is LineType.ADJUSTMENT else None
        was, becomes = (None, None) if told is None else (told.was, told.becomes)
        stood = ("", "") if was is None or becomes is None else (_money(was), _money(becomes))
        return (*stood, _said(line.reason, _WRAPPED))

    def _fronted(self, venue: VenueId, offer: OfferId, day: date) -> str:
        payee = self._book.payees[venue]
        names = [self._ref(each) for each in (payee.label, payee.orgnr, self._book.title_in(venue, offer, "nb"))]
        return _placed((self._ref(self._book.month), *names, _day(day)))

    def _middled(  # noqa: PLR0913, PLR0917  a line has as many cells
        self, amount: Ore, kind: LineType, persons: int, price: Ore, copay: Ore, percent: int,
        vat_code: str | None, agreement: str, funding: str | None, settle_by: SettleBy,
    ) -> str:  # fmt: skip
        cells = (
            f"><v>{persons}", _money(price), _money(copay), f"><v>{percent}", _money(amount),
            self._ref(vat_code, _INDENTED), self._ref(agreement), self._ref(funding), self._ref(WAYS[settle_by]),
            self._ref(KINDS[kind]),
        )  # fmt: skip
        return _placed(cells, _PERSONS_AT)

    def end(self) -> None:
        """Write the other sheets, and what ties them together."""
        self._lines[-1].end()
        self._close()
        self._corrected.end()
        with self._open("xl/worksheets/corrections.xml") as part:
            self._corrections.pour(part.write)
        with self._open("xl/worksheets/summary.xml") as part:
            self._write_summary(part.write)
        with self._open("xl/worksheets/funding.xml") as part:
            self._write_funding(part.write)
        named = [("Oppsummering", "summary", len(SUMMARY_COLUMNS), len(self._summed) + 1)]
        for number, sheet in enumerate(self._lines, start=1):
            title = "Linjer" if number == 1 else f"Linjer {number}"
            named.append((title, f"lines{number}", len(LINE_COLUMNS), sheet.rows))
        named.append(("Korreksjoner", "corrections", len(CORRECTION_COLUMNS), self._corrected.rows))
        named.append(("Finansiering", "funding", len(FUNDING_COLUMNS), len(self._funding) + 1))
        for name, text in _bindings(named, self._strings.xml()):
            with self._open(name) as part:
                part.write(text.encode())
        self._zip.close()

    def _write_summary(self, write: Callable[[bytes], object]) -> None:
        sheet = _Sheet(SUMMARY_COLUMNS, write, self._strings, self._book.month)
        for row in self._summed:
            payee = self._book.payees[row.venue]
            sheet.row((
                self._ref(payee.label), self._ref(WAYS[row.settle_by]), self._ref(row.funding), f"><v>{row.year}",
                *self._sums(row.totals, _MONEY), _money(row.brought), _money(row.settled), _money(row.forward),
                self._ref(self._book.reference(row.venue, row.settle_by), _INDENTED), self._ref(remark(row), _WRAPPED),
                self._ref(self._book.month), self._ref(payee.orgnr),
                _money(row.totals.gross), _money(row.totals.copay), self._ref(TREATED[row.way], _INDENTED),
            ))  # fmt: skip
        moved = [sum(getattr(row, name) for row in self._summed) for name in ("brought", "settled", "forward")]
        sheet.row((
            self._ref("Sum", _BOLD), *([_RULED] * 3), *self._sums(self._totals, _BOLD_MONEY),
            *(_money(Ore(each), _BOLD_MONEY) for each in moved), *([_RULED] * 4),
            _money(self._totals.gross, _BOLD_MONEY), _money(self._totals.copay, _BOLD_MONEY), _RULED,
        ))  # fmt: skip
        sheet.row(())
        sheet.row((self._ref(ROUNDING, _NOTE),))
        sheet.end(filtered=len(self._summed) + 1)

    def _write_funding(self, write: Callable[[bytes], object]) -> None:
        sheet = _Sheet(FUNDING_COLUMNS, write, self._strings, self._book.month)
        for (funding, year), (lines, settled) in self._funding.items():
            sheet.row((
                self._ref(self._book.month), self._ref(funding or "uten finansieringskilde"), f"><v>{year}",
                _money(lines), _money(settled),
            ))  # fmt: skip
        whole = [Ore(sum(each[place] for each in self._funding.values())) for place in (0, 1)]
        sheet.row((self._ref("Sum", _BOLD), _RULED, _RULED, *(_money(each, _BOLD_MONEY) for each in whole)))
        sheet.end(filtered=len(self._funding) + 1)

    @staticmethod
    def _sums(totals: Totals, style: int) -> tuple[str, ...]:
        counts = _BOLD if style == _BOLD_MONEY else _PLAIN
        money = (totals.amount, totals.corrections, totals.adjustments, totals.to_settle)
        return (
            f' s="{counts}"><v>{totals.visits}',
            f' s="{counts}"><v>{totals.persons}',
            *(_money(each, style) for each in money),
        )

    def _ref(self, text: str | None, style: int = _PLAIN) -> str:
        return self._strings.ref(text, style)

    def _turn(self) -> None:
        if self._lines:
            self._lines[-1].end()
            self._close()
        self._part = self._open(f"xl/worksheets/lines{len(self._lines) + 1}.xml")
        self._lines.append(_Sheet(LINE_COLUMNS, self._part.write, self._strings, self._book.month))

    def _open(self, name: str) -> IO[bytes]:
        # By name, not by ZipInfo: a member opened so is dated 1980, whatever the day.
        return self._zip.open(name, "w")

    def _close(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None


class _Sheet:
    """One sheet on its way out. A cell is what stands between `<c r="A1"` and the end of its value; empty is none."""

    def __init__(
        self, columns: Sequence[Column], write: Callable[[bytes], object], strings: "_Strings", month: str
    ) -> None:
        self._write, self._month, self.rows = write, month, 0
        self._held: list[str] = []
        widths = "".join(
            f'<col min="{place}" max="{place}" width="{column.wide}" customWidth="1"/>'
            for place, column in enumerate(columns, start=1)
        )
        self._held.append(
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
            'state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>'
        )
        self._wide = len(columns)
        self.row([strings.ref(column.says, column.head) for column in columns])

    def row(self, cells: Iterable[str]) -> None:
        """Write a row."""
        self.put(_placed(cells))

    def put(self, told: str) -> None:
        """Write a row of cells that are placed already."""
        self.rows += 1
        number = str(self.rows)
        tall = ' ht="30" customHeight="1"' if self.rows == 1 else ""
        self._held.append(f'<row r="{number}"{tall}>{told.replace(_ROW, number)}</row>')
        if len(self._held) >= _AT_A_TIME:
            self._flush()

    def end(self, *, filtered: int | None = None) -> None:
        """Write what stands under the rows."""
        self._held.append(
            f'</sheetData><autoFilter ref="A1:{_letter(self._wide - 1)}{filtered or self.rows}"/>'
            '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
            '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
            f"<headerFooter><oddFooter>&amp;L&amp;A {self._month}&amp;R&amp;P / &amp;N</oddFooter></headerFooter>"
            "</worksheet>"
        )
        self._flush()

    def _flush(self) -> None:
        self._write("".join(self._held).encode())
        self._held.clear()


class _Strings:
    """Texts that repeat, each held once; ids, which do not, stand in their cells."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, int], str] = {}
        self._places: dict[str, int] = {}

    def ref(self, text: str | None, style: int) -> str:
        """Give the cell of a text."""
        if not text:
            return ""
        cell = self._cells.get((text, style))
        if cell is None:
            place = self._places.setdefault(text, len(self._places))
            cell = self._cells[text, style] = f' s="{style}" t="s"><v>{place}'
        return cell

    def xml(self) -> str:
        """Give the table of them."""
        told = "".join(f'<si><t xml:space="preserve">{_safe(text)}</t></si>' for text in self._places)
        return f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(self._places)}">{told}</sst>'


class _Aside:
    """A sheet that grows beside the one being written: a zip holds its members one after another."""

    def __init__(self) -> None:
        self._squeeze = zlib.compressobj(1)
        self._held = bytearray()

    def write(self, piece: bytes) -> None:
        self._held += self._squeeze.compress(piece)

    def pour(self, write: Callable[[bytes], object]) -> None:
        self._held += self._squeeze.flush()
        spread = zlib.decompressobj()
        for start in range(0, len(self._held), _BUFFER):
            write(spread.decompress(bytes(self._held[start : start + _BUFFER])))
        write(spread.flush())


class _Forward(RawIOBase):
    """A file that only goes forward, so that the zip is written without going back."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._push = write

    def writable(self) -> bool:
        return True

    def write(self, piece: Any, /) -> int:
        self._push(bytes(piece))
        return len(piece)


def _bindings(sheets: list[tuple[str, str, int, int]], strings: str) -> list[tuple[str, str]]:
    """Give the parts that tie the sheets together: (title, file, columns, rows) of each."""
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/{file}.xml" ContentType="{kind}.worksheet+xml"/>'
        for _, file, _, _ in sheets
    )
    listed = "".join(
        f'<sheet name="{title}" sheetId="{place}" r:id="r{place}"/>'
        for place, (title, _, _, _) in enumerate(sheets, start=1)
    )
    defined = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">\'{title}\'!$1:$1</definedName>'
        for place, (title, _, _, _) in enumerate(sheets)
    )
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'
        f"'{title}'!$A$1:${_letter(wide - 1)}${rows}</definedName>"
        for place, (title, _, wide, rows) in enumerate(sheets)
    )
    printed = {
        len(LINE_COLUMNS): _PRINTED_OF_LINES,
        len(CORRECTION_COLUMNS): _PRINTED_OF_CORRECTIONS,
        len(SUMMARY_COLUMNS): _PRINTED_OF_SUMMARY,
    }
    under = {len(SUMMARY_COLUMNS): _UNDER_SUMMARY}
    areas = "".join(
        f'<definedName name="_xlnm.Print_Area" localSheetId="{place}">'
        f"'{title}'!$A$1:${_letter(printed[wide] - 1)}${rows + under.get(wide, 0)}</definedName>"
        for place, (title, _, wide, rows) in enumerate(sheets)
        if wide in printed
    )
    ties = "".join(
        f'<Relationship Id="r{place}" Type="{_TIES}/worksheet" Target="worksheets/{file}.xml"/>'
        for place, (_, file, _, _) in enumerate(sheets, start=1)
    )
    return [
        ("xl/sharedStrings.xml", strings),
        ("xl/styles.xml", _STYLES),
        (
            "xl/workbook.xml",
            (
                f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_TIES}"><sheets>{listed}</sheets>'
                f"<definedNames>{filters}{areas}{defined}</definedNames></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            (
                f'{_XML}<Relationships xmlns="{package}/relationships">{ties}'
                f'<Relationship Id="s" Type="{_TIES}/styles" Target="styles.xml"/>'
                f'<Relationship Id="t" Type="{_TIES}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
            ),
        ),
        (
            "_rels/.rels",
            (
                f'{_XML}<Relationships xmlns="{package}/relationships">'
                f'<Relationship Id="w" Type="{_TIES}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ),
        ),
        (
            "[Content_Types].xml",
            (
                f'{_XML}<Types xmlns="{package}/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{overrides}'
                f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
                f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>'
            ),
        ),
    ]


_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/></numFmts>'
    '<fonts count="4"><font><sz val="10"/><name val="Calibri"/></font>'
    '<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font>'
    '<font><b/><sz val="10"/><name val="Calibri"/></font>'
    '<font><i/><sz val="9"/><color rgb="FF606E74"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF104E61"/></patternFill></fill></fills>'
    '<borders count="2"><border/><border><left/><right/><top style="thin"/><bottom/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="11">'
    "<xf/>"
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="4" applyNumberFormat="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf fontId="2" borderId="1" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="4" fontId="2" borderId="1" applyNumberFormat="1" applyFont="1" applyBorder="1"/>'
    '<xf fontId="3" applyFont="1"/>'
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment horizontal="right" vertical="center" wrapText="1"/></xf>'
    '<xf applyAlignment="1"><alignment horizontal="left" vertical="top" wrapText="1" indent="1"/></xf>'
    '<xf applyAlignment="1"><alignment horizontal="left" indent="1"/></xf>'
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment horizontal="left" vertical="center" wrapText="1" indent="1"/></xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@lru_cache(maxsize=4096)
def _money(amount: Ore, style: int = _MONEY) -> str:
    return f' s="{style}"><v>{amount / 100}'


@lru_cache(maxsize=1024)
def _day(day: date) -> str:
    return f' s="{_DAY}"><v>{(day - _EPOCH).days}'


def _said(text: VisitId | str | None, style: int = _PLAIN) -> str:
    """Give a text that does not repeat. What it is made of is plain: an id, a masked number."""
    return f' s="{style}" t="inlineStr"><is><t>{_safe(text)}</t></is>' if text else ""


@lru_cache(maxsize=1024)
def _masked(last3: str) -> str:
    return _placed((_said(MASK + last3, _INDENTED),), _CARD_AT)


def _placed(cells: Iterable[str], start: int = 0) -> str:
    """Give cells from a column on, each with its column, and `_ROW` where its row will stand; empty is none."""
    return "".join(
        f'<c r="{_letter(place)}{_ROW}"{cell}{"</v></c>" if cell[-1] != ">" else "</c>"}'
        for place, cell in enumerate(cells, start)
        if cell
    )


def _safe(text: str) -> str:
    """Give text that XML can hold: control characters have no place in it."""
    return escape("".join(char for char in text if char >= " " or char in "\t\n\r") if not text.isprintable() else text)


def _letter(place: int) -> str:
    return chr(ord("A") + place)
