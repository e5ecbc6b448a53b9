"""The side of a card that is ticked: the venues with their boxes, and the rule."""

from dataclasses import dataclass
from typing import Final

from chalicelib.cards.paper.words import Words, has_boxes, instead_of_boxes, rule
from chalicelib.cards.rules import BackLine, PrintJob
from chalicelib.press.pen import CARD, DEEP, EDGE, GREY, LINE, PALE, WHITE, Pen, mm

_ROOM: Final = CARD[0] - 2 * EDGE
_HEAD: Final = mm(7)
_FOOT: Final = mm(10.6)
_APART: Final = mm(1.5)  # between a name and its boxes
_FREE: Final = CARD[1] - _HEAD - _FOOT - mm(1.6)


@dataclass(frozen=True, slots=True)
class Grid:
    """How the venues are set. Lengths in dots, `size` in points."""

    columns: int
    pitch: int
    size: float
    box: int
    apart: int
    share: float  # of a column's width, at most, for boxes
    gutter: int = mm(3)

    @property
    def column(self) -> int:
        """Give the width of a column."""
        return (_ROOM - (self.columns - 1) * self.gutter) // self.columns

    @property
    def baseline(self) -> int:
        """Give where letters stand in a row."""
        return round(self.pitch * 0.72)

    @property
    def per_row(self) -> int:
        """Give how many boxes stand side by side at most."""
        return (round(self.column * self.share) + self.apart) // (self.box + self.apart)

    def takes(self, line: BackLine) -> int:
        """Give the height of a line: more than one row where its boxes are many."""
        return self.pitch * (-(-(line.visits or 1) // self.per_row) if has_boxes(line) else 1)

    def places(self, lines: tuple[BackLine, ...], *, spare: bool = False) -> list[tuple[int, int]] | None:
        """Give each line's place, columns evenly filled, or None where they do not fit; `spare` asks for a row more."""
        heights = [self.takes(line) for line in lines] + [self.pitch] * spare
        for limit in range(-(-sum(heights) // self.columns), _FREE + 1):
            places, column, used = [], 0, 0
            for takes in heights:
                if used + takes > limit:
                    column, used = column + 1, 0
                places.append((column * (self.column + self.gutter), used))
                used += takes
            if column < self.columns and max(heights, default=0) <= limit:
                return places
        return None


# From roomy to tight; the last cuts the list short and points to the code.
GRIDS: Final = (
    Grid(1, mm(5.6), 9, mm(3.5), mm(1.1), 0.5),
    Grid(1, mm(4.6), 8, mm(3), mm(0.9), 0.5),
    Grid(1, mm(3.8), 7.5, mm(2.6), mm(0.7), 0.5),
    Grid(2, mm(4.6), 7.5, mm(2.6), mm(0.5), 0.46),
    Grid(2, mm(3.9), 7, mm(2.5), mm(0.6), 0.46),
    Grid(2, mm(3.3), 6.5, mm(2.3), mm(0.5), 0.46),
)


@dataclass(frozen=True, slots=True)
class Back:
    """Draws backs of one print run."""

    pen: Pen
    words: Words

    def draw(self, job: PrintJob, at: tuple[int, int], *, bleed: int) -> None:
        """Draw a back with its corner at a place; the colour runs `bleed` dots over the cut."""
        x, y = at
        width, foot = CARD[0] + 2 * bleed, y + CARD[1] - _FOOT
        self.pen.fill(DEEP, x - bleed, y - bleed, width, _HEAD + bleed)
        self.pen.say(job.title, x + EDGE, y + mm(4.7), 9, font="strong", colour=WHITE, room=_ROOM)
        self._lines(job.lines, x + EDGE, y + _HEAD + mm(0.8))
        self.pen.fill(PALE, x - bleed, foot, width, _FOOT + bleed)
        self.pen.say(rule(job, self.words), x + EDGE, foot + mm(3.7), 6.8, font="strong", room=_ROOM)
        self.pen.say(self.words["hint"], x + EDGE, foot + mm(6.6), 6.2, room=_ROOM)
        if job.contact:
            contact = f"{self.words['contact']} {job.contact}"
            self.pen.say(contact, x + EDGE, foot + mm(9.2), 6, colour=GREY, room=_ROOM)

    def _lines(self, lines: tuple[BackLine, ...], x: int, y: int) -> None:
        roomy = [grid for grid in GRIDS if grid.places(lines) is not None] or [GRIDS[-1]]
        widest = max(roomy, key=lambda each: self._room(lines, each) / each.size)
        grid = next((each for each in roomy if self._names_fit(lines, each)), widest)
        shown = len(lines)
        while (places := grid.places(lines[:shown], spare=shown < len(lines))) is None:
            shown -= 1
        right = self._right(lines[:shown], grid)
        for line, (left, down) in zip(lines[:shown], places, strict=False):
            self._line(line, grid, (x + left, y + down), right)
        if shown < len(lines):
            left, down = places[-1]
            more = self.words["more"].format(len(lines) - shown)
            self.pen.say(more, x + left, y + down + grid.baseline, grid.size, room=grid.column)

    def _names_fit(self, lines: tuple[BackLine, ...], grid: Grid) -> bool:
        room = self._room(lines, grid)
        return all(self.pen.fits(line.place, "strong", room, grid.size) for line in lines)

    def _room(self, lines: tuple[BackLine, ...], grid: Grid) -> int:
        return grid.column - self._right(lines, grid) - _APART

    def _right(self, lines: tuple[BackLine, ...], grid: Grid) -> int:
        """Give the width that boxes, or the words in their place, take at the right of a column."""
        widths = [
            min(line.visits or 1, grid.per_row) * (grid.box + grid.apart) - grid.apart
            if has_boxes(line)
            else round(self.pen.wide(instead_of_boxes(line, self.words), "text", grid.size)) + 1
            for line in lines
        ]
        return max(widths, default=0)

    def _line(self, line: BackLine, grid: Grid, at: tuple[int, int], right: int) -> None:
        x, y = at
        boxes_at = x + grid.column - right
        room = grid.column - right - _APART
        self.pen.say(line.place, x, y + grid.baseline, grid.size, font="strong", room=room)
        if has_boxes(line):
            above = y + (grid.pitch - grid.box) // 2
            places = (divmod(number, grid.per_row) for number in range(line.visits or 0))
            step = grid.box + grid.apart
            self.pen.boxes(((boxes_at + along * step, above + down * grid.pitch) for down, along in places), grid.box)
        else:
            instead = instead_of_boxes(line, self.words)
            self.pen.say(instead, boxes_at, y + grid.baseline, grid.size, room=right)
        self.pen.fill(LINE, x, y + grid.takes(line) - 1, grid.column, 1)
