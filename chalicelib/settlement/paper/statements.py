"""statements.zip: for each venue a PDF of its month, to check and to refer to. It is never called an invoice."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from chalicelib.press.latin import LatinDocument, Unchanged
from chalicelib.press.letters import FONTS, is_latin, tidy
from chalicelib.settlement.paper.statement_words import words_in
from chalicelib.settlement.rules import LineType, Statement, StatementOffer, StatementRow, Way
from chalicelib.shared.calendar import next_month, start_of
from chalicelib.shared.money import Ore, kroner

Colour = tuple[int, int, int]
_DEEP: Final[Colour] = (16, 78, 97)
_INK: Final[Colour] = (26, 38, 44)
_GREY: Final[Colour] = (96, 110, 116)
_PALE: Final[Colour] = (236, 245, 243)
_LINE: Final[Colour] = (205, 218, 219)
_LEFT, _RIGHT, _TOP, _FOOT = 18.0, 192.0, 18.0, 275.0  # mm on A4
_WIDTHS: Final = (26.0, 40.0, 16.0, 18.0, 26.0, 24.0, 24.0)
_TALL: Final = 5.4
_EXPLAINED: Final = 12.0  # the tallest that an adjustment is explained in
_MADE: Final = (1980, 1, 1, 0, 0, 0)


def statements_zip(statements: Iterable[Statement]) -> bytes:
    """Write a PDF per venue and way of payment, named by its reference."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as packed:
        for statement in statements:
            # The documents are squeezed already; a fixed date keeps the bytes the same.
            packed.writestr(ZipInfo(f"{statement.reference}-{statement.venue}.pdf", _MADE), statement_pdf(statement))
    return held.getvalue()


def statement_pdf(statement: Statement) -> bytes:
    """Draw one statement. The same statement gives the same bytes, whenever it is drawn."""
    return statements_pdf([statement])


def statements_pdf(statements: Sequence[Statement]) -> bytes:
    """Draw a venue's statements of a month, one after another, where it is paid in more than one way."""
    page = _Page(statements)
    for statement in statements:
        page.turn_to(statement)
        page.head()
        page.parties()
        for offer in statement.offers:
            page.offer(offer)
        page.sums()
        page.notes()
    return page.finish()


class _Page:
    def __init__(self, statements: Sequence[Statement]) -> None:
        statement = statements[0]
        self._told, self._words = statement, words_in(statement.language)
        titles = (offer.title for each in statements for offer in each.offers)
        reasons = (told.reason for each in statements for told in each.explained)
        said = (statement.municipality, statement.name, statement.address, *titles, *reasons)
        plain = all(map(is_latin, said))
        pdf = LatinDocument("".join(map(tidy, said))) if plain else FPDF(format="A4")
        first = date.fromisoformat(f"{next_month(statement.month)}-01")
        pdf.set_creation_date(
            start_of(first).astimezone(UTC) if statement.is_final else datetime(2020, 1, 1, tzinfo=UTC)
        )
        pdf.set_producer("Opplev")
        pdf.set_title(f"{self._words.title} {statement.reference}")
        pdf.set_lang(statement.language)
        pdf.set_margins(_LEFT, _TOP, 210 - _RIGHT)
        pdf.set_auto_page_break(auto=False)
        pdf.c_margin = 0.8
        if not plain:
            for family, file in FONTS.items():
                pdf.add_font(family, fname=file)
            pdf.set_fallback_fonts(["arabic", "ethiopic"])
            pdf.set_text_shaping(use_shaping_engine=True)
        self._pdf = pdf
        pdf.alias_nb_pages("{all}")

    def turn_to(self, statement: Statement) -> None:
        """Begin a statement on a page of its own."""
        if self._pdf.page:
            self._foot()
        self._told = statement
        self._pdf.add_page()
        self._pdf.set_xy(_LEFT, _TOP)

    def head(self) -> None:
        """Say what this is, for which month, and its reference."""
        told, words, pdf = self._told, self._words, self._pdf
        self._text(told.municipality, 10, colour=_GREY)
        pdf.ln(6)
        self._text(words.title, 20, font="strong", colour=_DEEP)
        pdf.ln(9)
        self._text(f"{words.month_named(told.month)} · {words.ways[told.settle_by]}", 12)
        pdf.ln(7)
        if not told.is_final:
            self._text(words.open_month, 10, font="strong", colour=_DEEP)
            pdf.ln(6)
        pdf.ln(2)

    def parties(self) -> None:
        """Say whose it is, and the reference in a box of its own."""
        told, words, pdf = self._told, self._words, self._pdf
        top = pdf.y
        self._text(told.name, 12, font="strong", room=98)
        lines = [
            f"{words.orgnr} {_spaced(told.orgnr)}" if told.orgnr else "",
            told.address,
            f"{words.account} {told.masked_account}" if told.masked_account and told.settle_by == "voucher" else "",
        ]
        pdf.ln(6)
        for line in filter(None, lines):
            self._text(line, 9.5, room=98)
            pdf.ln(5)
        under = pdf.y
        pdf.set_fill_color(*_PALE)
        pdf.rect(122, top - 1, 70, 19, "F", round_corners=True, corner_radius=2)
        pdf.set_xy(126, top + 1)
        self._text(words.reference, 8.5, colour=_GREY)
        pdf.set_xy(126, top + 7)
        self._text(told.reference, 14, font="strong", colour=_DEEP)
        pdf.set_xy(_LEFT, max(under, top + 19) + 5)

    def offer(self, offer: StatementOffer) -> None:
        """Write an offer's days and their sum; the heading never stands alone at the foot of a page."""
        self._room(5 * _TALL)
        self._pdf.ln(2)
        self._text(offer.title, 11, font="strong", colour=_DEEP, room=_RIGHT - _LEFT)
        self._pdf.ln(6)
        self._heading()
        for row in offer.rows:
            explained = self._explained(offer, row)
            if self._pdf.y + 2 * _TALL + len(explained) * _EXPLAINED > _FOOT:
                self._turn()
                self._heading()
            self._row(row, explained)
        totals = offer.totals
        basis = _money(Ore(totals.gross - totals.copay))
        self._cells(
            ("Sum", "", str(totals.visits), str(totals.persons), basis, "", _money(totals.to_settle)),
            font="strong", over=True,
        )  # fmt: skip
        self._pdf.ln(3)

    def sums(self) -> None:
        """Say what it comes to, and what becomes of it."""
        told, words = self._told, self._words
        self._room(30)
        self._pdf.ln(2)
        if told.brought_from:
            self._sum(words.lines_sum, told.totals.to_settle)
            named = ", ".join(words.month_named(month) for month in told.brought_from)
            self._sum(f"{words.brought} {named}", told.brought)
        final = words.held if told.way is Way.HELD else words.carried if told.way is Way.CARRIED else words.due
        label = final if isinstance(final, str) else final[told.settle_by]
        self._sum(label, told.due, strong=True)
        self._pdf.ln(3)

    def notes(self) -> None:
        """Say what the venue should do, and how the figures came about."""
        told, words = self._told, self._words
        said = [words.do[told.settle_by].format(reference=told.reference)]
        if told.because is not None:
            said = [words.missing[told.because]]
        elif told.way is Way.CARRIED:
            said = [words.carried_why]
        kinds = {row.type for offer in told.offers for row in offer.rows}
        said += [words.over] if LineType.OVER_ALLOWANCE in kinds else []
        said += [words.corrected] if LineType.CORRECTION in kinds else []
        said += [words.adjusted] if LineType.ADJUSTMENT in kinds else []
        if told.settle_by != "none":
            said += [words.gross, words.rounding]
        pdf = self._pdf
        for place, text in enumerate(said):
            self._room(12)
            pdf.set_font("strong" if place == 0 else "text", size=9.5 if place == 0 else 8.5)
            pdf.set_text_color(*(_INK if place == 0 else _GREY))
            pdf.multi_cell(_RIGHT - _LEFT, 4.6, tidy(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            pdf.ln(1)

    def finish(self) -> bytes:
        """Give the file, and close the fonts that FPDF leaves open."""
        self._foot()
        if isinstance(self._pdf, LatinDocument):
            return bytes(self._pdf.output(output_producer_class=Unchanged))
        written = bytes(self._pdf.output())
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()
        return written

    def _heading(self) -> None:
        self._cells(self._words.columns, font="strong", colour=(255, 255, 255), fill=_DEEP, size=8.5)

    def _explained(self, offer: StatementOffer, row: StatementRow) -> list[str]:
        if row.type is not LineType.ADJUSTMENT:
            return []
        wanted = (offer.offer, row.date, row.percent)
        return [
            self._words.explain(each, _money)
            for each in self._told.explained
            if (each.offer, each.date, each.percent) == wanted
        ]

    def _row(self, row: StatementRow, explained: Sequence[str]) -> None:
        words = self._words
        counts = ("", "") if row.visits == 0 else (str(row.visits), str(row.persons))
        gross, percent = ("", "") if row.visits == 0 else (_money(Ore(row.gross - row.copay)), f"{row.percent} %")
        kind = words.kinds[row.type]
        self._cells((f"{row.date:%d.%m.%Y}", kind, *counts, gross, percent, _money(row.amount)))
        pdf = self._pdf
        for text in explained:
            pdf.set_font("text", size=8.5)
            pdf.set_text_color(*_GREY)
            pdf.ln(0.8)
            pdf.set_x(_LEFT + _WIDTHS[0])
            pdf.multi_cell(
                _RIGHT - _LEFT - _WIDTHS[0], 3.8, tidy(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
            pdf.ln(0.8)

    def _cells(  # noqa: PLR0913  a row of a table has this many sides
        self, cells: tuple[str, ...], *, font: str = "text", colour: Colour = _INK, fill: Colour | None = None,
        over: bool = False, size: float = 9,
    ) -> None:  # fmt: skip
        pdf = self._pdf
        pdf.set_font(font, size=size)
        pdf.set_text_color(*colour)
        if fill is not None:
            pdf.set_fill_color(*fill)
        pdf.set_draw_color(*(_DEEP if over else _LINE))
        pdf.set_line_width(0.3 if over else 0.15)
        pdf.set_x(_LEFT)
        if isinstance(pdf, LatinDocument):
            boxes = [(wide, cell, place > 1) for place, (cell, wide) in enumerate(zip(cells, _WIDTHS, strict=True))]
            pdf.row(boxes, _TALL, filled=fill is not None, over=over)
            pdf.ln(_TALL)
            return
        for place, (cell, wide) in enumerate(zip(cells, _WIDTHS, strict=True)):
            align = Align.L if place < 2 else Align.R  # noqa: PLR2004  the date and the kind are words
            pdf.cell(wide, _TALL, cell, align=align, fill=fill is not None, border="T" if over else "B")
        pdf.ln(_TALL)

    def _sum(self, label: str, amount: Ore, *, strong: bool = False) -> None:
        pdf = self._pdf
        if strong:
            pdf.set_fill_color(*_PALE)
            pdf.rect(_LEFT, pdf.y, _RIGHT - _LEFT, 9, "F", round_corners=True, corner_radius=2)
        tall = 9 if strong else 6
        pdf.set_font("strong" if strong else "text", size=12 if strong else 10)
        pdf.set_text_color(*(_DEEP if strong else _INK))
        pdf.cell(_RIGHT - _LEFT - 40, tall, f"  {label}" if strong else label)
        pdf.cell(40, tall, f"kr {_money(amount)}  " if strong else f"kr {_money(amount)}", align=Align.R)
        pdf.ln(tall + 1)

    def _text(
        self, text: str, size: float, *, font: str = "text", colour: Colour = _INK, room: float | None = None
    ) -> None:
        pdf, text = self._pdf, tidy(text)
        pdf.set_font(font, size=size)
        while room is not None and size > 7 and pdf.get_string_width(text) > room:  # noqa: PLR2004  still legible
            size -= 0.5
            pdf.set_font(font, size=size)
        pdf.set_text_color(*colour)
        pdf.cell(w=None, h=size * 0.42, text=text)

    def _room(self, tall: float) -> None:
        if self._pdf.y + tall > _FOOT:
            self._turn()

    def _turn(self) -> None:
        if self._pdf.page:
            self._foot()
        self._pdf.add_page()
        self._pdf.set_xy(_LEFT, _TOP)

    def _foot(self) -> None:
        pdf, words = self._pdf, self._words
        pdf.set_xy(_LEFT, 284)
        pdf.set_font("text", size=8)
        pdf.set_text_color(*_GREY)
        pdf.cell(120, 4, f"{words.title} {self._told.reference}, {words.not_an_invoice}")
        pdf.cell(_RIGHT - _LEFT - 120, 4, f"{words.page} {pdf.page_no()} / {{all}}", align=Align.R)


def _money(amount: Ore) -> str:
    """Write kroner for people: a thin gap between thousands."""
    whole, _, rest = kroner(amount).rpartition(",")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", "\u00a0")
    return f"{sign}{grouped},{rest}"


def _spaced(orgnr: str) -> str:
    return f"{orgnr[:3]} {orgnr[3:6]} {orgnr[6:]}"
