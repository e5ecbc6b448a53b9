"""The staff's sheet: how the card is welcomed at this venue, on one page, with a paper list on its back."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from chalicelib.press.leaf import A4, MARGIN, Leaf, leading
from chalicelib.press.pen import DEEP, GREY, INK, LIGHT, LINE, MIDDLE, PALE, SUN, WHITE, Pen, Picture, mm, picture
from chalicelib.press.pictures import picture_of
from chalicelib.press.tongues import Tongue, tongue
from chalicelib.visits.paper.paper_list import draw_paper_list
from chalicelib.visits.paper.staff_words import Words, along, often, paid, phrases, words_in
from chalicelib.visits.rules import Because, StaffLine, StaffSheet

_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
ROOM: Final = A4[0] - 2 * MARGIN
_BAND: Final = mm(32)
_ARMS: Final = mm(16)
_STEPS: Final = mm(39)
_OFFERS: Final = mm(66)
_ROWS: Final = mm(76)
_ALL_ROWS: Final = mm(112)
_MOST: Final = 8
_ROOMY, _TIGHT = mm(27), mm(14)
_FOOT: Final = A4[1] - mm(12) - mm(32)
_SMALL: Final = 9.0  # points
_GUTTER: Final = mm(6)
_HALF: Final = (ROOM - _GUTTER) / 2
# What a new employee meets first comes first; as many as there is room for.
_NOES: Final = (
    Because.ALLOWANCE_USED_UP, Because.NOT_THIS_VENUE, Because.BLOCKED, Because.REPLACED, Because.UNKNOWN_CARD,
    Because.COMPANION_NOT_ALLOWED, Because.USED_TODAY, Because.NO_AGREEMENT, Because.NOT_YET_VALID,
    Because.PROGRAMME_CLOSED, Because.FORGED_CARD, Because.COPIED_TAG,
)  # fmt: skip
_LEAST_NO, _MOST_NO = mm(15.2), mm(21)


def draw_staff_sheet(sheet: StaffSheet, *, arms: bytes | None = None, made: datetime = _MADE) -> bytes:
    """Draw the sheet as a PDF of two pages; the same bytes for the same facts."""
    shown = None if arms is None else picture(arms, "coat_of_arms")
    with closing(Pen(A4, sheet.language, made)) as pen:
        page = _Front(Leaf(pen, from_the_right=False), sheet, words_in(sheet.language), tongue(sheet.language))
        pen.page()
        page.band(shown)
        page.steps()
        page.noes(page.offers())
        page.foot()
        pen.page()
        draw_paper_list(page.leaf, sheet, page.words, page.tongue)
        return pen.finish()


@dataclass(frozen=True, slots=True)
class _Front:
    """Draws the front from the top down."""

    leaf: Leaf
    sheet: StaffSheet
    words: Words
    tongue: Tongue

    def band(self, arms: Picture | None) -> None:
        """Draw the title, and whose sheet it is."""
        leaf, pen = self.leaf, self.leaf.pen
        pen.fill(DEEP, 0, 0, A4[0], _BAND)
        leaf.disc(SUN, A4[0] - mm(64), mm(26), mm(6))
        pen.hill(MIDDLE, (0, 0, A4[0]), (27, 20, 35, 25), 32.5)
        pen.hill(WHITE, (0, 0, A4[0]), (32, 28.5, 35, 30.5), 36)
        room = ROOM - _ARMS - mm(6)
        leaf.line(self.words["title"], MARGIN, mm(13.5), 25, room, font="strong", colour=WHITE)
        leaf.line(f"{self.sheet.venue} · {self.sheet.municipality}", MARGIN, mm(21.5), 12.5, room, colour=LIGHT)
        if arms is not None:
            left = A4[0] - MARGIN - _ARMS
            pen.fill(WHITE, left, mm(5), _ARMS, _ARMS, round_by=mm(2))
            high = (_ARMS - mm(3)) / max(arms.ratio, 1)
            pen.image(arms, left + (_ARMS - high * arms.ratio) / 2, mm(5) + (_ARMS - high) / 2, high)

    def steps(self) -> None:
        """Draw the three things that are done with a card."""
        wide = (ROOM - 2 * _GUTTER) / 3
        for which, (name, key) in enumerate((("camera", "scan"), ("one", "persons"), ("check", "welcome"))):
            start = MARGIN + which * (wide + _GUTTER)
            self.leaf.disc(LIGHT, start + mm(8), _STEPS + mm(9), mm(8))
            self.leaf.picture(name, start + mm(2.5), _STEPS + mm(3.5), mm(11), DEEP)
            self.leaf.disc(DEEP, start + mm(1.6), _STEPS + mm(3), mm(3))
            self.leaf.line(
                str(which + 1), start - mm(1.4), _STEPS + mm(4.4), 11, mm(6), font="strong", colour=WHITE, along=0.5
            )
            self._beside(self.words[f"step_{key}"], start + mm(19), _STEPS + mm(9), wide - mm(19), most=4)

    def _beside(self, text: str, start: float, middle: float, room: float, *, most: int) -> None:
        """Write some lines around a height."""
        lines = min(len(self.leaf.pen.lines(text, 11, room)), most)
        baseline = middle + mm(1.4) - (lines - 1) * leading(11) / 2
        self.leaf.lines(text, start, baseline, 11, room, most=most)

    def offers(self) -> float:
        """Draw what holds here, a row for each offer; give where the rest begins."""
        leaf, lines = self.leaf, self.sheet.lines
        leaf.line(self.words["offers"], MARGIN, _OFFERS + mm(6), 17, ROOM * 0.6, font="strong", colour=DEEP)
        day = self.words["made"].format(date=_day(self.sheet.made))
        leaf.line(day, MARGIN + ROOM * 0.6, _OFFERS + mm(6), 9.5, ROOM * 0.4, colour=GREY, along=1)
        if not lines:
            leaf.line(self.words["no_offers"], MARGIN, _ROWS + mm(6), 12, ROOM, colour=GREY)
            return _ROWS + mm(14)
        shown = lines[:_MOST]
        pitch = min(_ROOMY, _ALL_ROWS // len(shown))
        for row, line in enumerate(shown):
            top = _ROWS + row * pitch
            if row:
                leaf.fill(LINE, MARGIN, top - mm(1.2), ROOM, 2)
            (self._roomy if pitch >= mm(22) else self._tight)(line, top)
        end = _ROWS + len(shown) * pitch
        if len(lines) > len(shown):
            leaf.line(self.words["more"].format(n=len(lines) - _MOST), MARGIN, end + mm(3), 10, ROOM, font="strong")
            end += mm(4)
        return end

    def _roomy(self, line: StaffLine, top: float) -> None:
        start, room = self._tile(line, top, mm(17))
        leaf, words = self.leaf, self.words
        self._title(line, start, top + mm(5), room, 14)
        leaf.line(self._terms(line), start, top + mm(11.2), 11.5, room)
        for row, (key, text) in enumerate(self._contents(line)):
            down = top + mm(16.6 + row * 5)
            self._labelled(f"{words[key]}: ", text, start, down, room, 10.5)

    def _tight(self, line: StaffLine, top: float) -> None:
        start, room = self._tile(line, top, mm(10.5))
        self._title(line, start, top + mm(3.4), room, 11.5)
        self.leaf.line(self._terms(line), start, top + mm(7.4), 9.5, room)
        at = start
        contents = [(f"{self.words[key]}: ", text) for key, text in self._contents(line)]
        needed = [self._wide(label, text, _SMALL) for label, text in contents]
        # Side by side in one size, which is a smaller one where the two are long.
        scale = min((room - mm(4) * len(contents)) / max(sum(needed), 1), 1)
        for (label, text), wide in zip(contents, needed, strict=True):
            self._labelled(label, text, at, top + mm(11.2), wide * scale + mm(1), _SMALL * max(scale, 0.7))
            at += wide * scale + mm(4)

    def _tile(self, line: StaffLine, top: float, size: int) -> tuple[float, float]:
        self.leaf.fill(PALE, MARGIN, top, size, size, round_by=mm(2))
        self.leaf.picture(picture_of(line.category), MARGIN + size * 0.16, top + size * 0.16, size * 0.68, DEEP)
        return MARGIN + size + mm(4), ROOM - size - mm(4)

    def _title(self, line: StaffLine, start: float, baseline: float, room: float, size: float) -> None:
        title = line.title if line.programme is None else f"{line.title} · {line.programme}"
        times = often(line, self.words, self.sheet.language)
        wide = self.leaf.pen.wide_of(times, size, font="strong")
        self.leaf.line(title, start, baseline, size, room - wide - mm(4), font="strong")
        self.leaf.line(times, start + room - wide, baseline, size, wide, font="strong", colour=DEEP, along=1)

    def _terms(self, line: StaffLine) -> str:
        told = [along(line, self.words), paid(line, self.words)]
        if line.age_limit is not None:
            told.append(self.words["age"].format(n=line.age_limit))
        if line.starts is not None:
            told.append(self.words["from"].format(date=_day(line.starts)))
        return " · ".join(told)

    def _contents(self, line: StaffLine) -> list[tuple[str, str]]:
        language = self.sheet.language
        told = (
            ("included", phrases(line.included, line.included_text, language)),
            ("excluded", phrases(line.excluded, line.excluded_text, language)),
        )
        return [(key, text) for key, text in told if text]

    def _wide(self, label: str, text: str, size: float) -> float:
        pen = self.leaf.pen
        return pen.wide_of(label, size, font="strong") + mm(1) + pen.wide_of(text, size)

    def _labelled(  # noqa: PLR0913, PLR0917  a line of text has this many sides
        self, label: str, text: str, start: float, baseline: float, room: float, size: float
    ) -> None:
        wide = self.leaf.pen.wide_of(label, size, font="strong") + mm(1)
        self.leaf.line(label, start, baseline, size, wide, font="strong", colour=GREY)
        self.leaf.line(text, start + wide, baseline, size, room - wide, colour=INK)

    def noes(self, top: float) -> None:
        """Draw what can be said when the answer is no."""
        self.leaf.line(self.words["no"], MARGIN, top + mm(7), 17, ROOM, font="strong", colour=DEEP)
        first = top + mm(12)
        free = _FOOT - mm(2) - first
        rows = min(len(_NOES) // 2, int(free // _LEAST_NO))
        pitch = min(_MOST_NO, free / rows)
        large = pitch >= mm(17.5)
        for which, because in enumerate(_NOES[: 2 * rows]):
            row, column = divmod(which, 2)
            start, at = MARGIN + column * (_HALF + _GUTTER), first + row * pitch
            said = self.tongue.because[because]
            self.leaf.fill(MIDDLE, start, at, mm(1.2), pitch - mm(3 if large else 2.4))
            size, down = (11.5, 8.8) if large else (10.5, 7.8)
            self.leaf.line(said["title"], start + mm(4), at + mm(3.6), size, _HALF - mm(4), font="strong")
            self.leaf.lines(said["family"], start + mm(4), at + mm(down), size - 1, _HALF - mm(4), most=2)

    def foot(self) -> None:
        """Draw what always holds."""
        leaf, words = self.leaf, self.words
        high = mm(32) if self.sheet.contacts else mm(26)
        leaf.fill(DEEP, MARGIN, _FOOT, ROOM, high, round_by=mm(3))
        menu = self.tongue.staff["menu.title"]
        practice = self.tongue.staff["practice.title"]
        told = (
            ("shield", words["papers"], words["papers_more"]),
            ("camera", words["practice"].format(name=practice), words["practice_more"].format(menu=menu)),
            ("phone", words["offline"], words["offline_more"]),
            ("question", words["dead"], words["dead_more"]),
        )
        wide = (ROOM - mm(8)) / 2
        for which, (name, head, more) in enumerate(told):
            row, column = divmod(which, 2)
            start, top = MARGIN + mm(4) + column * wide, _FOOT + mm(3) + row * mm(11)
            leaf.picture(name, start, top, mm(8.5), SUN)
            leaf.line(head, start + mm(11), top + mm(3.4), 10.5, wide - mm(14), font="strong", colour=WHITE)
            leaf.line(more, start + mm(11), top + mm(7.9), 9.5, wide - mm(14), colour=LIGHT)
        if self.sheet.contacts:
            asked = f"{words['contact']}: {' · '.join(self.sheet.contacts)}"
            leaf.line(asked, MARGIN + mm(4), _FOOT + mm(28.3), 10, ROOM - mm(8), colour=WHITE)


def _day(given: date) -> str:
    return f"{given:%d.%m.%Y}"
