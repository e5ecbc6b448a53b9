"""The back of the staff's sheet: a list to fill in by hand, and to register from afterwards (requirement OK-24)."""

from typing import Final

from chalicelib.press.leaf import A4, MARGIN, Leaf
from chalicelib.press.pen import DEEP, GREY, PALE, WHITE, mm
from chalicelib.press.tongues import Tongue
from chalicelib.visits.paper.staff_words import Words
from chalicelib.visits.rules import StaffSheet

_ROOM: Final = A4[0] - 2 * MARGIN
_TOP: Final = mm(53)
_PITCH: Final = mm(11.2)
_LINES: Final = 20
_BOX: Final = mm(6.6)
_BETWEEN: Final = mm(2.2)  # the groups of four
_DATE: Final = mm(24)
_NUMBER: Final = 12 * _BOX + 2 * _BETWEEN
_PERSONS: Final = mm(15)
_DONE: Final = mm(15)
_GAP: Final = mm(3)
_OFFER: Final = _ROOM - _DATE - _NUMBER - _PERSONS - _DONE - 4 * _GAP
_STARTS: Final = (
    MARGIN,
    MARGIN + _DATE + _GAP,
    MARGIN + _DATE + _NUMBER + 2 * _GAP,
    MARGIN + _DATE + _NUMBER + _PERSONS + 3 * _GAP,
    MARGIN + _ROOM - _DONE,
)


def draw_paper_list(leaf: Leaf, sheet: StaffSheet, words: Words, tongue: Tongue) -> None:
    """Draw the list."""
    leaf.line(words["list_title"], MARGIN, mm(20), 17, _ROOM, font="strong", colour=DEEP)
    baseline = leaf.lines(words["list_how"], MARGIN, mm(27), 10.5, _ROOM, most=2)
    after = words["list_after"].format(later=tongue.staff["later.title"], menu=tongue.staff["today.title"])
    leaf.lines(after, MARGIN, baseline, 10.5, _ROOM, most=2)
    heads = (
        ("date", _DATE), ("number", _NUMBER), ("persons", _PERSONS), ("offer", _OFFER), ("done", _DONE)
    )  # fmt: skip
    for (key, wide), start in zip(heads, _STARTS, strict=True):
        leaf.line(words[key], start, _TOP - mm(1.5), 9.5, wide, font="strong", colour=GREY)
    for row in range(_LINES):
        _line(leaf, _TOP + row * _PITCH, shaded=row % 2 == 0)
    foot = f"{sheet.venue} · {sheet.municipality}"
    leaf.line(foot, MARGIN, A4[1] - mm(9), 9, _ROOM, colour=GREY)


def _line(leaf: Leaf, top: float, *, shaded: bool) -> None:
    if shaded:
        leaf.fill(PALE, MARGIN - mm(2), top, _ROOM + mm(4), _PITCH)
    date, number, persons, offer, done = _STARTS
    box = round(top + (_PITCH - _BOX) / 2)
    floor = top + _PITCH - mm(2.4)
    for start, wide in ((date, _DATE), (offer, _OFFER)):
        leaf.fill(GREY, start, floor, wide, 3)
    boxes = [(number + each * _BOX + each // 4 * _BETWEEN, box) for each in range(12)]
    boxes += [(persons + mm(2), box), (done + mm(3), box)]
    for x, y in boxes:
        leaf.fill(WHITE, x, y, _BOX, _BOX)
    leaf.pen.boxes([(round(x), y) for x, y in boxes], _BOX)
