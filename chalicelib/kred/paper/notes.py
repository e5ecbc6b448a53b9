"""Printed notes in the colours of their currency, ten to an A4 sheet, with marks to cut along."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, TypedDict

from chalicelib.kred.paper.look import Look, corner, cutting_marks, look_of, name_of
from chalicelib.kred.paper.time_words import time_in
from chalicelib.kred.rules.currencies import Currency
from chalicelib.kred.rules.notes import PER_SHEET, Note
from chalicelib.press.leaf import A4
from chalicelib.press.pen import GREY, INK, WHITE, Pen, code_of, mm

_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NOTE: Final = (mm(90), mm(53))
_COLUMNS: Final = 2
_LEFT, _TOP = corner(_NOTE, _COLUMNS, PER_SHEET // _COLUMNS)
_BAND: Final = mm(12)
_FOOT: Final = mm(11)
_EDGE: Final = mm(5)
_HOUR: Final = 60


class _Words(TypedDict):
    worth: str
    until: str
    whose: str
    asks: str


_WORDS: Final[dict[str, _Words]] = {
    "nb": {
        "worth": "Gir deg {} på noe å oppleve",
        "until": "Gjelder til og med {}",
        "whose": "Den som har seddelen, eier den.",
        "asks": "Spør {}",
    },
    "nn": {
        "worth": "Gjev deg {} på noko å oppleve",
        "until": "Gjeld til og med {}",
        "whose": "Den som har setelen, eig han.",
        "asks": "Spør {}",
    },
    "en": {
        "worth": "Good for {} of something to enjoy",
        "until": "Valid to the end of {}",
        "whose": "Whoever holds this note owns it.",
        "asks": "Ask {}",
    },
}


def print_notes(
    notes: Sequence[tuple[Note, str]], currency: Currency, *, issuer: str, language: str, made: datetime = _MADE
) -> bytes:
    """Draw notes, each with the address in its code, as a PDF of A4 sheets; `issuer` is the municipality by name."""
    look, name = look_of(currency), name_of(currency, language)
    with closing(Pen(A4, language, made, two_sided=False)) as pen:
        for first in range(0, len(notes), PER_SHEET):
            pen.page()
            sheet = _Sheet(pen, look, name, issuer, currency.contact, language)
            for place, (note, address) in enumerate(notes[first : first + PER_SHEET]):
                sheet.draw(note, address, _LEFT + place % 2 * _NOTE[0], _TOP + place // 2 * _NOTE[1])
            cutting_marks(pen, _NOTE, _COLUMNS, PER_SHEET // _COLUMNS)
        return pen.finish()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Draws the notes of one sheet."""

    pen: Pen
    look: Look
    name: str
    issuer: str
    contact: str
    language: str

    @property
    def words(self) -> _Words:
        """Give what it says in its language."""
        return _WORDS[self.language]

    @property
    def short(self) -> bool:
        """Say whether the name leaves room beside it for whose it is."""
        return self.pen.fits(self.name, "strong", mm(50), 17)

    def draw(self, note: Note, address: str, x: int, y: int) -> None:
        """Draw a note with its corner at a place."""
        pen, look, (wide, high) = self.pen, self.look, _NOTE
        pen.fill(look.towards_white(0.9), x, y, wide, high)
        for step, share in enumerate((0.82, 0.74, 0.64)):
            wave = 33 + step * 3.2
            pen.hill(look.towards_white(share), (x, y, wide), (wave, wave - 7 + step, wave + 6, wave - 2), 53)
        pen.fill(look.colour, x, y, wide, _BAND)
        room = mm(50) if self.short else wide - 2 * _EDGE
        pen.say(self.name, x + _EDGE, y + mm(8.3), 17, font="strong", colour=look.text, room=room)
        if self.short:
            pen.say(self.issuer, x + mm(58), y + mm(7.6), 8, colour=look.text, room=wide - mm(58) - _EDGE, along=1)
        self._worth(note, x + _EDGE, y)
        self._foot(note, x, y + high - _FOOT)
        code = code_of(address)
        left, top = x + wide - code.side - mm(5.5), y + _BAND + (high - _BAND - _FOOT - code.side) // 2
        pen.fill(WHITE, left - mm(1.2), top - mm(1.2), code.side + mm(2.4), code.side + mm(2.4), round_by=mm(1.5))
        pen.code(code, left, top)

    def _worth(self, note: Note, x: int, y: int) -> None:
        pen, hours, rest = self.pen, note.worth // _HOUR, note.worth % _HOUR
        number = f"{hours or ''}{_FRACTIONS.get(rest, '')}" if hours or rest in _FRACTIONS else str(rest)
        dark = self.look.dark
        pen.say(number, x, y + mm(27.5), 38, font="strong", colour=dark, room=mm(30))
        beside = x + min(round(pen.wide_of(number, 38, font="strong")), mm(30)) + mm(2)
        pen.say("Kred", beside, y + mm(27.5), 19, font="strong", colour=dark, room=mm(26))
        good_for = self.words["worth"].format(time_in(note.worth, self.language))
        pen.say(good_for, x, y + mm(34.5), 8.5, colour=INK, room=mm(56))

    def _foot(self, note: Note, x: int, y: int) -> None:
        pen, wide, words = self.pen, _NOTE[0], self.words
        pen.fill(WHITE, x, y, wide, _FOOT)
        room = wide - 2 * _EDGE
        pen.say(words["whose"], x + _EDGE, y + mm(4.4), 8, font="strong", room=room * 0.6)
        pen.say(note.serial, x + _EDGE + room * 0.6, y + mm(4.4), 8, font="strong", room=room * 0.4, along=1)
        until = words["until"].format(_day(note.last_day)) + ("" if self.short else f" · {self.issuer}")
        pen.say(until, x + _EDGE, y + mm(8.4), 7, colour=GREY, room=room * (0.49 if self.contact else 1))
        if self.contact:
            asks = words["asks"].format(self.contact)
            pen.say(asks, x + _EDGE + room * 0.5, y + mm(8.4), 7, colour=GREY, room=room * 0.5, along=1)


_FRACTIONS: Final = {15: "¼", 30: "½", 45: "¾"}


def _day(given: date) -> str:
    return f"{given:%d.%m.%Y}"
