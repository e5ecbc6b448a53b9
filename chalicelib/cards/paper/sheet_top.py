"""The upper part of a family's sheet: what it is, whose card it tells of, and for how long; and its foot."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.cards.paper.sheet_words import SheetWords, sheet_words
from chalicelib.cards.rules import Sheet
from chalicelib.credentials.rules import Companion
from chalicelib.press.leaf import A4, MARGIN, Leaf
from chalicelib.press.pen import DEEP, GREY, LIGHT, MIDDLE, PALE, SUN, WHITE, Pen, Picture, mm
from chalicelib.press.tongues import Tongue, tongue
from chalicelib.shared.money import Ore

ROOM: Final = A4[0] - 2 * MARGIN
_BAND: Final = mm(38)
BODY: Final = mm(70)  # where the rest of a sheet begins
FOOT: Final = A4[1] - mm(36)  # where the last panel begins
_ARMS: Final = mm(17)


@dataclass(frozen=True, slots=True)
class Frame:
    """Draws what every sheet has, in the reader's language."""

    leaf: Leaf
    sheet: Sheet
    words: SheetWords
    tongue: Tongue

    @classmethod
    def of(cls, pen: Pen, sheet: Sheet) -> "Frame":
        """Give the frame for a sheet."""
        spoken = tongue(sheet.language)
        return cls(Leaf(pen, spoken.from_the_right), sheet, sheet_words()[sheet.language], spoken)

    def band(self, title: str, arms: Picture | None) -> None:
        """Draw the morning sky with the sheet's title."""
        leaf, pen = self.leaf, self.leaf.pen
        pen.fill(DEEP, 0, 0, A4[0], _BAND)
        leaf.disc(SUN, A4[0] - mm(62), mm(31), mm(7))
        pen.hill(MIDDLE, (0, 0, A4[0]), (33, 25, 41, 30), 38.5)
        pen.hill(LIGHT, (0, 0, A4[0]), (37, 40, 29, 35), 38.5)
        pen.hill(WHITE, (0, 0, A4[0]), (38, 34.5, 41, 36.5), 42)
        room = ROOM - _ARMS - mm(6)
        leaf.line(title, MARGIN, mm(16.5), 27, room, font="strong", colour=WHITE)
        leaf.line(f"{self.sheet.title} · {self.sheet.municipality}", MARGIN, mm(25.5), 12.5, room, colour=LIGHT)
        if arms is not None:
            left = leaf.left(A4[0] - MARGIN - _ARMS, _ARMS)
            pen.fill(WHITE, left, mm(7), _ARMS, _ARMS, round_by=mm(2))
            high = (_ARMS - mm(3)) / max(arms.ratio, 1)
            wide = high * arms.ratio
            pen.image(arms, left + (_ARMS - wide) / 2, mm(7) + (_ARMS - high) / 2, high)

    def panel(self, note: str) -> None:
        """Draw whose card it is, its number and its days."""
        leaf, sheet, top = self.leaf, self.sheet, mm(45)
        leaf.fill(PALE, MARGIN, top, ROOM, mm(20), round_by=mm(3))
        half = ROOM / 2 - mm(9)
        start = MARGIN + mm(6)
        number = f"{sheet.number[:4]} {sheet.number[4:8]} {sheet.number[8:]}"
        first = [(self.words["number"], number)]
        if sheet.name is not None:
            first.insert(0, (self.words["belongs"], sheet.name))
        for place, (label, value) in enumerate(first):
            self._labelled(label, value, start + place * (half + mm(6)), top, half)
        days = [self.tongue.say("valid_from", date=day(sheet.valid_from))] if sheet.day < sheet.valid_from else []
        days.append(self.tongue.say("valid_until", date=day(sheet.valid_until)))
        text = " · ".join([*days, note] if note else days)
        if sheet.name is None:
            leaf.lines(text, start + half + mm(6), top + mm(8), 11.5, half, most=2)
        else:
            leaf.line(text, start, top + mm(17), 11, ROOM - mm(12), colour=GREY)

    def _labelled(self, label: str, value: str, start: float, top: float, room: float) -> None:
        name = self.sheet.name is not None
        self.leaf.line(label, start, top + mm(4.8 if name else 6.5), 8.5, room, colour=GREY)
        self.leaf.line(value, start, top + mm(11 if name else 14.5), 16, room, font="strong")

    def companions(self) -> str:
        """Say who may come along."""
        along = self.sheet.persons_max - 1
        who = "none" if along < 1 or self.sheet.companion is Companion.NONE else str(self.sheet.companion)
        return self.tongue.say(f"companion.{who}", n=along)

    def foot(self) -> None:
        """Draw what to do when the card is lost, and where to ask."""
        leaf, sheet = self.leaf, self.sheet
        leaf.fill(DEEP, MARGIN, FOOT, ROOM, mm(23), round_by=mm(3))
        leaf.picture("question", MARGIN + mm(5), FOOT + mm(5), mm(13), SUN)
        start, room = MARGIN + mm(22), ROOM - mm(27)
        leaf.line(self.words["lost_title"], start, FOOT + mm(7), 13, room, font="strong", colour=WHITE)
        leaf.line(self.words["lost"], start, FOOT + mm(13), 10.5, room, colour=WHITE)
        if sheet.contact:
            asked = f"{self.tongue.words['contact']}:"
            wide = min(leaf.pen.wide_of(asked, 10.5, font="strong") + mm(2), room / 3)
            leaf.line(asked, start, FOOT + mm(19), 10.5, wide, font="strong", colour=LIGHT)
            leaf.line(sheet.contact, start + wide, FOOT + mm(19), 10.5, room - wide, colour=LIGHT)

    def heading(self, title: str) -> float:
        """Draw the head of a back, with the card's number; give where the rest begins."""
        number = f"{self.sheet.number[:4]} {self.sheet.number[4:8]} {self.sheet.number[8:]}"
        self.leaf.line(title, MARGIN, mm(22), 17, ROOM * 0.7, font="strong", colour=DEEP)
        self.leaf.line(number, MARGIN + ROOM * 0.7, mm(22), 11, ROOM * 0.3, colour=GREY, along=1)
        return mm(30)

    def how_many_more(self, count: int) -> None:
        """Say how many did not fit, and where they are seen."""
        if count:
            self.leaf.line(self.words["more"].format(n=count), MARGIN, A4[1] - MARGIN, 11, ROOM, font="strong")


def day(given: date) -> str:
    """Write a date as it stands on the card."""
    return f"{given:%d.%m.%Y}"


def kroner(amount: Ore) -> str:
    """Write an amount, without øre where there are none."""
    return f"{amount // 100} kr" if amount % 100 == 0 else f"{amount // 100},{amount % 100:02} kr"
