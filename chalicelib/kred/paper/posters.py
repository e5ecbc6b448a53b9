"""The poster of a session on one A4 page: what happens, when and where, and a code large enough for a queue."""

from contextlib import closing
from dataclasses import replace
from typing import Final, TypedDict

from chalicelib.kred.paper.look import in_language, look_of, name_of
from chalicelib.kred.paper.time_words import time_in
from chalicelib.kred.rules.currencies import Currency
from chalicelib.kred.rules.sessions import Session
from chalicelib.press.days import weekday_and_date
from chalicelib.press.leaf import A4, Leaf, leading
from chalicelib.press.pen import GREY, INK, WHITE, Colour, Pen, code_of, mm
from chalicelib.shared.calendar import OSLO

_SIDE: Final = mm(22)
_ROOM: Final = A4[0] - 2 * _SIDE
_BAND: Final = mm(26)
_FOOT: Final = mm(22)
_ICON: Final = mm(9)
_CODE: Final = mm(104)  # read at arm's length and a little more
_STEPS: Final = A4[1] - _FOOT - mm(30)
_TITLE: Final = (44, 38, 32, 27)  # points: the largest that takes two lines
_MOST: Final = 2


class _Words(TypedDict):
    at: str
    gives: str
    costs: str
    steps: tuple[str, str, str]
    without: str
    asks: str


_WORDS: Final[dict[str, _Words]] = {
    "nb": {
        "at": "{day} kl. {begins} til {ends}", "gives": "Du får {time} for å være med",
        "costs": "Koster {adult} for voksne, {child} for barn",
        "steps": ("Hold kameraet på telefonen mot koden.", "Bli med, eller si at du er her.",
                  "Tida kommer på kontoen din etterpå."),
        "without": "Uten telefon? Si fra til den som tar imot, så får du koden på papir.", "asks": "Spørsmål: {}",
    },
    "nn": {
        "at": "{day} kl. {begins} til {ends}", "gives": "Du får {time} for å vere med",
        "costs": "Kostar {adult} for vaksne, {child} for barn",
        "steps": ("Hald kameraet på telefonen mot koden.", "Bli med, eller sei at du er her.",
                  "Tida kjem på kontoen din etterpå."),
        "without": "Utan telefon? Sei frå til den som tek imot, så får du koden på papir.", "asks": "Spørsmål: {}",
    },
    "en": {
        "at": "{day}, {begins} to {ends}", "gives": "You get {time} for taking part",
        "costs": "Costs {adult} for adults, {child} for children",
        "steps": ("Point your phone's camera at the code.", "Join, or say that you are here.",
                  "The time is on your account afterwards."),
        "without": "No phone? Tell whoever receives you, and get your code on paper.", "asks": "Questions: {}",
    },
}  # fmt: skip


def draw_poster(session: Session, currency: Currency, address: str, *, issuer: str, language: str) -> bytes:
    """Draw it as a PDF, the same bytes each time, with `address` in its code; `issuer` is the municipality by name."""
    with closing(Pen(A4, language, session.starts_at, two_sided=False)) as pen:
        pen.page()
        leaf, words, look = Leaf(pen, from_the_right=False), _WORDS[language], look_of(currency)
        leaf.fill(look.colour, 0, 0, A4[0], _BAND)
        name = name_of(currency, language)
        leaf.line(name, _SIDE, mm(17), 26, _ROOM * 0.58, font="strong", colour=look.text)
        leaf.line(issuer, _SIDE + _ROOM * 0.6, mm(16.5), 14, _ROOM * 0.4, colour=look.text, along=1)
        title = in_language(session.title, language)
        size = next((each for each in _TITLE if len(pen.lines(title, each, _ROOM, font="strong")) <= _MOST), _TITLE[-1])
        y = leaf.lines(title, _SIDE, _BAND + mm(22), size, _ROOM, font="strong", colour=look.dark, most=_MOST)
        y += mm(4) - leading(size) * 0.25
        for picture, text in _facts(session, words, language):
            leaf.picture(picture, _SIDE, y - _ICON * 0.75, _ICON, look.dark)
            y = leaf.lines(text, _SIDE + mm(13), y, 20, _ROOM - mm(13), most=2) + mm(1.5)
        code = code_of(address)
        code = replace(code, module=_CODE * code.module // code.side)
        top = round((y - mm(7) + _STEPS - mm(10) - code.side) / 2)
        _framed(leaf, look.towards_white(0.82), (A4[0] - code.side) // 2, top, code.side)
        pen.code(code, (A4[0] - code.side) // 2, top)
        _steps(leaf, words, look.colour, look.text, _STEPS)
        _foot(leaf, words, currency.contact, look.towards_white(0.9))
        return pen.finish()


def _facts(session: Session, words: _Words, language: str) -> list[tuple[str, str]]:
    begins, ends = session.starts_at.astimezone(OSLO), session.ends_at.astimezone(OSLO)
    hour = "{:%H:%M}" if language == "en" else "{:%H.%M}"
    day = weekday_and_date(begins.date(), language)
    at = words["at"].format(day=day[0].upper() + day[1:], begins=hour.format(begins), ends=hour.format(ends))
    facts = [("calendar", at), ("pin", session.place)]
    if session.award:
        facts.append(("check", words["gives"].format(time=time_in(session.award, language))))
    if session.is_paid:
        adult, child = time_in(session.price_adult, language), time_in(session.price_child, language)
        facts.append(("coin", words["costs"].format(adult=adult, child=child)))
    return facts


def _framed(leaf: Leaf, colour: Colour, x: int, y: int, side: int) -> None:
    edge = mm(4)
    leaf.fill(colour, x - edge, y - edge, side + 2 * edge, side + 2 * edge, round_by=mm(6))


def _steps(leaf: Leaf, words: _Words, colour: Colour, text: Colour, y: float) -> None:
    wide = _ROOM / 3
    for number, step in enumerate(words["steps"]):
        start = _SIDE + number * wide
        leaf.disc(colour, start + mm(5), y - mm(1.6), mm(5))
        leaf.line(str(number + 1), start, y + mm(0.2), 15, mm(10), font="strong", colour=text, along=0.5)
        leaf.lines(step, start + mm(13), y, 13.5, wide - mm(17), most=4)


def _foot(leaf: Leaf, words: _Words, contact: str, colour: Colour) -> None:
    y = A4[1] - _FOOT
    leaf.fill(WHITE, 0, y, A4[0], _FOOT)
    leaf.fill(colour, 0, y, A4[0], _FOOT)
    leaf.line(words["without"], _SIDE, y + mm(9), 12.5, _ROOM, colour=INK)
    if contact:
        leaf.line(words["asks"].format(contact), _SIDE, y + mm(15.5), 11.5, _ROOM, colour=GREY)
