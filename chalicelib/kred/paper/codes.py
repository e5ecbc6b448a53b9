"""Members' codes for those without a phone: as large as a bank card, ten to an A4 sheet, with marks to cut along."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypedDict

from chalicelib.kred.paper.look import Look, corner, cutting_marks, look_of, name_of
from chalicelib.kred.rules.currencies import Currency
from chalicelib.press.leaf import A4, leading
from chalicelib.press.pen import CARD, GREY, INK, WHITE, Pen, code_of, mm

_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_COLUMNS: Final = 2
_ROWS: Final = 5
_BAND: Final = mm(11)
_EDGE: Final = mm(4.5)
_LEFT, _TOP = corner(CARD, _COLUMNS, _ROWS)


class _Words(TypedDict):
    earn: str
    spend: str
    asks: str


_WORDS: Final[dict[str, _Words]] = {
    "nb": {
        "earn": "Vis koden når du er med på noe, så får du tid.",
        "spend": "Skann den med en telefon når du vil bruke tida, og velg en PIN.",
        "asks": "Spør {}",
    },
    "nn": {
        "earn": "Vis koden når du er med på noko, så får du tid.",
        "spend": "Skann han med ein telefon når du vil bruke tida, og vel ein PIN.",
        "asks": "Spør {}",
    },
    "en": {
        "earn": "Show the code when you take part, and you get time.",
        "spend": "Scan it with a phone when you want to spend the time, and choose a PIN.",
        "asks": "Ask {}",
    },
}


def print_codes(codes: Sequence[tuple[str, str]], currency: Currency, *, issuer: str, language: str) -> bytes:
    """Draw codes, each by its number and the address it carries, as a PDF of A4 sheets; the same bytes each time."""
    with closing(Pen(A4, language, _MADE, two_sided=False)) as pen:
        sheet = _Sheet(pen, look_of(currency), name_of(currency, language), issuer, currency.contact, _WORDS[language])
        for first in range(0, len(codes), _COLUMNS * _ROWS):
            pen.page()
            for place, (number, address) in enumerate(codes[first : first + _COLUMNS * _ROWS]):
                x, y = _LEFT + place % _COLUMNS * CARD[0], _TOP + place // _COLUMNS * CARD[1]
                sheet.draw(number, address, x, y)
            cutting_marks(pen, CARD, _COLUMNS, _ROWS)
        return pen.finish()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Draws the codes of one sheet."""

    pen: Pen
    look: Look
    name: str
    issuer: str
    contact: str
    words: _Words

    def draw(self, number: str, address: str, x: int, y: int) -> None:
        """Draw a code with its corner at a place."""
        pen, (wide, high) = self.pen, CARD
        pen.fill(self.look.towards_white(0.92), x, y, wide, high)
        pen.fill(self.look.colour, x, y, wide, _BAND)
        pen.say(self.name, x + _EDGE, y + mm(7.6), 16, font="strong", colour=self.look.text, room=mm(46))
        room = wide - mm(52) - _EDGE
        pen.say(self.issuer, x + mm(52), y + mm(7.2), 7.5, colour=self.look.text, room=room, along=1)
        code = code_of(address)
        left, top = x + wide - code.side - _EDGE, y + _BAND + (high - _BAND - code.side) // 2
        pen.fill(WHITE, left - mm(1), top - mm(1), code.side + mm(2), code.side + mm(2), round_by=mm(1.5))
        pen.code(code, left, top)
        self._says(number, x + _EDGE, y + _BAND + mm(8.5), left - x - _EDGE - mm(3))

    def _says(self, number: str, x: int, y: float, room: int) -> None:
        pen = self.pen
        for text, size, font in ((self.words["earn"], 8.5, "strong"), (self.words["spend"], 7.5, "text")):
            for line in pen.lines(text, size, room, font=font):
                pen.say(line, x, y, size, font=font, colour=INK, room=room)
                y += leading(size) * 0.95
            y += mm(1)
        grouped = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
        pen.say(grouped, x, y + mm(2), 11, font="strong", colour=self.look.dark, room=room)
        if self.contact:
            pen.say(self.words["asks"].format(self.contact), x, y + mm(6.5), 6.5, colour=GREY, room=room)
